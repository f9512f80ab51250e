// A signature drawn on a canvas, sent as a PNG data URL in the hidden field beside it. An empty box does not send.

/** Ink and paper are fixed: the picture goes onto a receipt, whatever the theme. */
const INK = "#141d2b";
const PAPER = "#ffffff";
/** Shorter strokes are a touch, not a signature. */
const LEAST_LENGTH_PX = 60;

/** @param {ParentNode} root */
export function prepareSignatures(root) {
  for (const pad of root.querySelectorAll("[data-signature]:not([data-ready])")) prepareOne(/** @type {HTMLElement} */ (pad));
}

/** @param {HTMLElement} pad */
function prepareOne(pad) {
  const canvas = pad.querySelector("canvas");
  const field = /** @type {HTMLInputElement | null} */ (pad.querySelector("input[type=hidden]"));
  const pen = canvas?.getContext("2d");
  const error = /** @type {HTMLElement | null} */ (pad.querySelector("[data-signature-error]"));
  if (!canvas || !field || !pen || !error) return;
  pad.dataset.ready = "";
  let drawn = 0;
  let [lastX, lastY] = [0, 0];

  function clear() {
    const scale = Math.min(devicePixelRatio || 1, 2);
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    Object.assign(pen, { strokeStyle: INK, lineWidth: 2.4, lineCap: "round", lineJoin: "round" });
    drawn = 0;
    field.value = "";
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (canvas.width !== Math.round(canvas.clientWidth * Math.min(devicePixelRatio || 1, 2))) clear();
    canvas.setPointerCapture(event.pointerId);
    [lastX, lastY] = [event.offsetX, event.offsetY];
    error.hidden = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const point of event.getCoalescedEvents?.() ?? [event]) {
      pen.beginPath();
      pen.moveTo(lastX, lastY);
      pen.lineTo(point.offsetX, point.offsetY);
      pen.stroke();
      drawn += Math.hypot(point.offsetX - lastX, point.offsetY - lastY);
      [lastX, lastY] = [point.offsetX, point.offsetY];
    }
  });
  canvas.addEventListener("pointerup", () => { if (drawn >= LEAST_LENGTH_PX) field.value = canvas.toDataURL("image/png"); });
  pad.querySelector("[data-signature-clear]")?.addEventListener("click", clear);
  // Where a PIN confirms instead of a signature, the form says so with data-signature-optional.
  field.form?.addEventListener("submit", (event) => {
    if (field.value || field.form.hasAttribute("data-signature-optional") || !pad.checkVisibility()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    error.hidden = false;
    canvas.focus();
  }, true);
  clear();
}

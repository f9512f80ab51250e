// Scans fill and send the page's scan form, one after another: a stack is scanned faster than the server answers.
// They wait for every other answer of the page too, since the stack so far is sent along with a scan and must be what the
// last answer said. Other requests that change the same part take turns among themselves and with scans by hx-sync.
//
// Markup: <form data-scan-form> with an input [data-scan-target]; a form with data-scan-form="fallback" (the box in the
// top band) is used only where the page has none of its own. A hidden input named "source", if there is one, learns how it was read.
// Enter in a field with data-then-scan leads on to the box, so that what is scanned next lands there, readable or not.

/** @typedef {{ raw: string, source: string }} Scan */

/** @returns {HTMLFormElement | null} */
function formForScans() {
  const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("form[data-scan-form]")]);
  return forms.find((form) => form.dataset.scanForm !== "fallback" && form.checkVisibility()) ?? forms.find((form) => form.dataset.scanForm === "fallback") ?? null;
}

/** @param {HTMLFormElement} form */
const isAnsweredInPlace = (form) => form.hasAttribute("hx-post") || form.hasAttribute("data-hx-post");

export function sendScansToForms() {
  /** @type {Scan[]} */
  const waiting = [];
  let sending = false;
  /** Requests of the page that are not answered, whoever sent them. */
  let unanswered = 0;
  /** Whether the submission under way was made here, and not by a hand. */
  let ours = false;
  /** @type {WeakMap<HTMLInputElement, string>} what each box held when it was sent */
  const sent = new WeakMap();

  function sendNext() {
    if (sending || unanswered > 0) return;
    const form = formForScans();
    const target = form?.querySelector("[data-scan-target]");
    const scan = waiting[0];
    if (!scan || !form || !(target instanceof HTMLInputElement)) return;
    waiting.shift();
    sending = true;
    const source = form.elements.namedItem("source");
    if (source instanceof HTMLInputElement) source.value = scan.source;
    const begun = target.value; // what a hand is typing there meanwhile; htmx gathers the values at once, so it can be put back
    target.value = scan.raw;
    target.closest("[data-scan-box]")?.classList.add("is-listening");
    ours = true;
    if (form.reportValidity()) {
      form.requestSubmit();
      if (isAnsweredInPlace(form)) target.value = begun;
    } else {
      sending = false; // another field of the form is wanting: the code waits in the box
    }
    ours = false;
  }

  document.addEventListener("foliotrace:scan", (event) => {
    if (event.defaultPrevented || !formForScans()) return;
    event.preventDefault();
    waiting.push(event.detail);
    sendNext();
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target instanceof HTMLInputElement && event.target.hasAttribute("data-then-scan");
    if (!field || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    formForScans()?.querySelector("[data-scan-target]")?.focus();
  });

  /** @param {Event} event @returns {HTMLFormElement | null} */
  function scanFormOf(event) {
    const form = event.target instanceof Element ? event.target.closest("form[data-scan-form]") : null;
    return form instanceof HTMLFormElement && isAnsweredInPlace(form) ? form : null;
  }

  /** @param {HTMLFormElement} form */
  const boxesOf = (form) => /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[data-scan-target]"));

  // A code typed and sent while an answer is awaited takes its turn like a scan.
  document.addEventListener("submit", (event) => {
    const form = scanFormOf(event);
    const box = form ? boxesOf(form)[0] : undefined;
    if (ours || !box || !(sending || unanswered > 0)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.push({ raw: box.value, source: "typed" });
    box.value = "";
  }, true);

  document.addEventListener("htmx:beforeSend", (event) => {
    unanswered += 1;
    event.detail.xhr.addEventListener("loadend", () => { unanswered -= 1; setTimeout(sendNext, 0); }); // also when it fails
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = scanFormOf(event);
    if (!form) return;
    sending = true;
    for (const box of boxesOf(form)) sent.set(box, box.value);
  });

  // htmx tells when the answer is in; then the box is emptied for the next scan, unless a hand has begun to type there.
  // A plain form leaves the page instead.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = scanFormOf(event);
    if (!form) return;
    for (const box of boxesOf(form)) if (box.value === sent.get(box)) box.value = "";
    for (const box of form.querySelectorAll(".is-listening")) box.classList.remove("is-listening");
    const source = form.elements.namedItem("source");
    if (source instanceof HTMLInputElement) source.value = "typed";
    setTimeout(() => { sending = false; sendNext(); }, 0); // htmx frees the form only after this event
  });
}

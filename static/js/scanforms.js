// Scans fill and send the page's scan form, one after another: a stack is scanned faster than the server answers.
//
// Markup: <form data-scan-form> with an input [data-scan-target]; a form with data-scan-form="fallback" (the box in the
// top band) is used only where the page has none of its own. A hidden input named "source", if there is one, learns how it was read.

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

  function sendNext() {
    if (sending) return;
    const form = formForScans();
    const target = form?.querySelector("[data-scan-target]");
    const scan = waiting[0];
    if (!scan || !form || !(target instanceof HTMLInputElement)) return;
    waiting.shift();
    sending = true;
    const source = form.elements.namedItem("source");
    if (source instanceof HTMLInputElement) source.value = scan.source;
    target.value = scan.raw;
    target.closest("[data-scan-box]")?.classList.add("is-listening");
    form.requestSubmit();
  }

  document.addEventListener("foliotrace:scan", (event) => {
    if (event.defaultPrevented || !formForScans()) return;
    event.preventDefault();
    waiting.push(event.detail);
    sendNext();
  });

  // htmx tells when the answer is in; then the box is emptied for the next scan. A plain form leaves the page instead.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-scan-form]") : null;
    if (!(form instanceof HTMLFormElement) || !isAnsweredInPlace(form)) return;
    for (const input of form.querySelectorAll("[data-scan-target]")) if (input instanceof HTMLInputElement) input.value = "";
    for (const box of form.querySelectorAll(".is-listening")) box.classList.remove("is-listening");
    const source = form.elements.namedItem("source");
    if (source instanceof HTMLInputElement) source.value = "typed";
    sending = false;
    sendNext();
  });
}

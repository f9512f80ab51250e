// Shows a refusal at the head of the page, in the look of the server's own messages.

/** @param {string} text already translated */
export function showFlash(text) {
  const template = document.getElementById("flash-template");
  const place = document.getElementById("flashes");
  if (!(template instanceof HTMLTemplateElement) || !place) return;
  const note = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  note.querySelector("[data-flash-text]").textContent = text;
  place.replaceChildren(note);
  place.scrollIntoView({ block: "nearest" });
}

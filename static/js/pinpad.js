// On-screen digits for a PIN field. The field itself stays usable from a keyboard.

/** @param {ParentNode} root */
export function preparePinPads(root) {
  for (const pad of root.querySelectorAll("[data-pin-pad]:not([data-ready])")) {
    const field = pad.querySelector("input");
    const keys = pad.querySelector(".pin-keys");
    if (!field || !(keys instanceof HTMLElement)) continue;
    /** @type {HTMLElement} */ (pad).dataset.ready = "";
    keys.hidden = false;
    keys.addEventListener("click", (event) => {
      const digit = event.target instanceof Element ? event.target.closest("[data-digit]")?.getAttribute("data-digit") : null;
      if (!digit) return;
      if (digit === "clear") field.value = "";
      else if (digit === "back") field.value = field.value.slice(0, -1);
      else if (field.value.length < field.maxLength) field.value += digit;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

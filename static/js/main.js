// What every page carries. Modules that only one kind of page needs start themselves when they find their markup.
import { listenForScans } from "./scanner.js";
import { sendScansToForms } from "./scanforms.js";
import { playSoundsOf } from "./sound.js";
import "./confirm.js";
import { preparePinPads } from "./pinpad.js";
import { prepareSignatures } from "./signature.js";
import { prepareDropZones } from "./upload.js";
import { showFlash } from "./flash.js";

/** @param {ParentNode} root */
function prepare(root) {
  preparePinPads(root);
  prepareSignatures(root);
  prepareDropZones(root);
  playSoundsOf(root);
}

listenForScans();
sendScansToForms();
prepare(document);
document.querySelector("[data-focus]")?.focus();

document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.elt));
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => showFlash(document.body.dataset.failed ?? ""));
}

// Demo only: a card on the login page fills in its account.
document.addEventListener("click", (event) => {
  const card = event.target instanceof Element ? event.target.closest("[data-fill-login]") : null;
  const form = document.querySelector("form[data-login]");
  if (!(card instanceof HTMLElement) || !(form instanceof HTMLFormElement)) return;
  form.elements.login.value = card.dataset.fillLogin;
  form.elements.password.value = card.dataset.fillPassword;
  form.querySelector("[type=submit]").focus();
});

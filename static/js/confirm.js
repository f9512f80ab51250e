// Opens and closes the page's <dialog>s, and keeps a form from being sent twice by a double click.

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest("[data-dialog]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.dialog ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  }
  if (target?.closest("[data-dialog-close]")) target.closest("dialog")?.close();
});

// The second submission of the same form within its page is dropped; htmx forms answer in place and may be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("data-resend") || form.method === "dialog") return;
  if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
  form.setAttribute("data-sent", "");
  form.classList.add("is-busy");
});

// Back button: a page from the cache must be usable again.
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) { form.removeAttribute("data-sent"); form.classList.remove("is-busy"); } });

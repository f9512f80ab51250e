// Drop zone: shows what was chosen and says at once what is too big or of the wrong kind. The service judges again.

/** @param {number} bytes */
const inMegabytes = (bytes) => `${(bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;

/** @param {ParentNode} root */
export function prepareDropZones(root) {
  for (const zone of root.querySelectorAll("[data-drop]:not([data-ready])")) prepareOne(/** @type {HTMLElement} */ (zone));
}

/** @param {HTMLElement} zone */
function prepareOne(zone) {
  const input = /** @type {HTMLInputElement | null} */ (zone.querySelector("input[type=file]"));
  const list = zone.querySelector(".drop-files");
  if (!input || !list) return;
  zone.dataset.ready = "";
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("is-over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));

  /** @param {File} file @returns {string} what is wrong with it, or "" */
  function faultOf(file) {
    const kinds = input.accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
    const fits = kinds.length === 0 || kinds.some((kind) => kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind)
      : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind);
    if (!fits) return zone.dataset.wrongKind ?? "";
    return file.size > Number(zone.dataset.limitMb) * 1e6 ? zone.dataset.tooBig ?? "" : "";
  }

  input.addEventListener("change", () => {
    const faults = [...input.files ?? []].map(faultOf);
    input.setCustomValidity(faults.find(Boolean) ?? "");
    list.replaceChildren(...[...input.files ?? []].map((file, index) => {
      const line = document.createElement("li");
      const name = document.createElement("span");
      const size = document.createElement("span");
      name.textContent = faults[index] ? `${file.name}: ${faults[index]}` : file.name;
      size.textContent = inMegabytes(file.size);
      size.className = "soft";
      line.classList.toggle("is-bad", Boolean(faults[index]));
      line.append(name, size);
      return line;
    }));
  });
}

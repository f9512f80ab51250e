// The verdict panel of the gate: what it shows and which buttons it offers. It decides nothing.

/** @typedef {"green" | "amber" | "red" | "idle" | "asking"} Colour */
/**
 * @typedef {object} Shown
 * @property {Colour} colour
 * @property {string} word
 * @property {string} [reason]
 * @property {string} [next]
 * @property {{ label: string, value: string }[]} [facts]
 * @property {string[]} [needs] what the guard must confirm: "pages", "carrier", "seal"
 * @property {"acknowledge" | "again"} [button]
 */

/** @type {Record<Colour, string>} */
export const ICONS = { green: "check-circle-fill", amber: "exclamation-triangle-fill", red: "x-octagon-fill", idle: "upc-scan", asking: "person-check" };

export class VerdictPanel {
  /** @param {HTMLElement} root element with data-verdict */
  constructor(root) {
    this.root = root;
    this.form = /** @type {HTMLFormElement} */ (root.querySelector("[data-verdict-form]"));
    this.acknowledge = /** @type {HTMLButtonElement} */ (root.querySelector("[data-acknowledge]"));
    this.again = /** @type {HTMLButtonElement} */ (root.querySelector("[data-again]"));
    this.deny = /** @type {HTMLButtonElement} */ (root.querySelector("[data-deny]"));
  }

  /** @param {Shown} shown */
  show(shown) {
    this.root.className = `verdict verdict-huge verdict-${shown.colour}`;
    this.root.querySelector(".verdict-icon use")?.setAttribute("href", `#i-${ICONS[shown.colour]}`);
    this.#write("word", shown.word);
    this.#write("reason", shown.reason ?? "");
    this.#write("next", shown.next ?? "");
    this.#writeFacts(shown.facts ?? []);
    this.#ask(shown.needs ?? []);
    this.acknowledge.hidden = shown.button !== "acknowledge";
    this.again.hidden = shown.button !== "again";
    /** @type {HTMLElement} */ (this.root.querySelector("[data-verdict-foot]")).hidden = !shown.button;
    if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView();
    if (shown.button || shown.needs?.length) this.root.focus({ preventScroll: true });
  }

  /** Replace the next step, and leave everything else standing. @param {string} text */
  remind(text) { this.#write("next", text); }

  /** @returns {{ pages: number | null, carrier: string, seal?: string }} what the guard entered */
  answers() {
    const pages = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("pages"));
    const carrier = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("carrier"));
    const seal = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=seal]:checked"));
    return { pages: pages.value === "" ? null : Number(pages.value), carrier: carrier.value.trim(), ...(seal ? { seal: seal.value } : {}) };
  }

  /** @param {string} part @param {string} text */
  #write(part, text) {
    const place = this.root.querySelector(`[data-verdict-${part}]`);
    if (place) place.textContent = text;
  }

  /** @param {{ label: string, value: string }[]} facts */
  #writeFacts(facts) {
    this.root.querySelector("[data-verdict-facts]")?.replaceChildren(...facts.map(({ label, value }) => {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const detail = document.createElement("dd");
      term.textContent = label;
      detail.textContent = value;
      pair.append(term, detail);
      return pair;
    }));
  }

  /** @param {string[]} needs */
  #ask(needs) {
    this.form.hidden = needs.length === 0;
    this.form.reset();
    for (const part of this.form.querySelectorAll("[data-ask]")) {
      const wanted = needs.includes(/** @type {HTMLElement} */ (part).dataset.ask ?? "");
      /** @type {HTMLElement} */ (part).hidden = !wanted;
      for (const input of part.querySelectorAll("input")) {
        input.required = wanted;
        input.disabled = !wanted;
      }
    }
  }
}

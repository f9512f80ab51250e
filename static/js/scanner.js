// Hand scanner that types (keyboard wedge), whatever has the focus.
//
// A gun "types" its reading and ends with Enter. Input methods and keyboard layouts damage the characters but not
// KeyboardEvent.code, the position of the key, so capitals and digits are rebuilt from that. No timing tricks: keys are
// kept until Enter and the shape of what was read decides. Whatever leaked into a field on the way is taken back.

/** Text of our mark: format F1, copy code 13, page 3, check 16, all Crockford base32. */
const MARK = /F1[0-9A-HJKMNP-TV-Z]{32}$/;
/** With no field in focus nobody types this much before Enter: a foreign code, which must be answered and not lost. */
const FOREIGN_LENGTH = 6;
/** Longest reading kept; a version-40 code of something else must not grow without bound. */
const KEPT_KEYS = 512;

/** @typedef {{ text: string, field: HTMLInputElement | HTMLTextAreaElement | null, before: string }} Key */

/** @param {EventTarget | null} target */
function textField(target) {
  if (target instanceof HTMLTextAreaElement) return target;
  if (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "file", "range", "color"].includes(target.type)) return target;
  return null;
}

/**
 * The character a key stands for, as capitals and digits.
 * @param {KeyboardEvent} event
 * @returns {string} one character, or "" for keys that write nothing
 */
export function characterOf(event) {
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter) return letter[1];
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (digit && !(event.shiftKey && event.code.startsWith("Digit"))) return digit[1];
  return event.key.length === 1 ? event.key : "";
}

/**
 * Tell the page of a reading. Handlers that took it call preventDefault().
 * @param {string} raw what was read
 * @param {"gun" | "camera" | "photo" | "typed"} source
 * @returns {boolean} whether somebody took it
 */
export function announceScan(raw, source) {
  return !document.dispatchEvent(new CustomEvent("foliotrace:scan", { detail: { raw, source }, cancelable: true }));
}

/** Start listening on the whole document. Call once. */
export function listenForScans() {
  /** @type {Key[]} */
  let keys = [];

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) { keys = []; return; }
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") { finish(event); return; }
    const text = characterOf(event);
    if (text === "" || event.repeat) {
      if (!["ShiftLeft", "ShiftRight", "CapsLock"].includes(event.code)) keys = [];
      return;
    }
    const field = textField(event.target);
    keys.push({ text, field, before: field ? field.value : "" });
    if (keys.length > KEPT_KEYS) keys.shift();
  }

  /** @param {KeyboardEvent} event */
  function finish(event) {
    const taken = keys;
    keys = [];
    const typed = taken.map((key) => key.text).join("");
    const mark = MARK.exec(typed);
    const foreign = event.code !== "Tab" && !textField(event.target) && typed.length >= FOREIGN_LENGTH;
    if (!mark && !foreign) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const first = mark ? mark.index : 0;
    takeBack(taken.slice(first));
    announceScan(mark ? mark[0] : typed, "gun");
  }

  /**
   * Undo what the gun typed into fields. Once now, once after the input method has had its last word.
   * @param {Key[]} leaked
   */
  function takeBack(leaked) {
    /** @type {Map<HTMLInputElement | HTMLTextAreaElement, string>} */
    const fields = new Map();
    for (const key of leaked) if (key.field && !fields.has(key.field)) fields.set(key.field, key.before);
    const restore = () => fields.forEach((before, field) => { field.value = before; });
    restore();
    setTimeout(restore, 0);
  }

  document.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerdown", () => { keys = []; }, true);
}

// Who is asking: a random name for this device, a name for each attempt, the CSRF token of the page.

/** @returns {string} a random UUID; plain HTTP pages have no crypto.randomUUID, but they have random bytes */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

let passing = "";

/** @returns {string} this device's name, kept in the browser; without storage it lasts as long as the page */
export function deviceId() {
  const key = "foliotrace-device";
  try {
    const kept = localStorage.getItem(key) ?? newId();
    localStorage.setItem(key, kept);
    return kept;
  } catch {
    passing ||= newId();
    return passing;
  }
}

/** @returns {string} */
export function csrfToken() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRF-Token"] ?? "";
}

// The gate screen. Takes readings from hand scanner, camera, photo and keyboard, asks the server, shows and sounds the answer.
//
// One attempt is one uuid: asking again (no answer, or with what the guard was asked for) repeats it: the server records each answer of the guard as one more
// event of the attempt, and the same answer sent twice as one. A red stays until acknowledged. No answer is never a pass.
//
// Sent (JSON, header X-CSRF-Token): raw, source, direction, gate, device, device_at, attempt, and once asked for: pages, carrier, refused, seal.
// A photo goes as multipart with the same fields and the file as `photo`.
// Answered: colour, word, reason, next, facts [{label, value}], needs ["pages", "carrier", "seal"].

import { Camera, hasCamera, prepareReader, readPhoto } from "./camera.js";
import { csrfToken, deviceId, newId } from "./device.js";
import { play } from "./sound.js";
import { ICONS, VerdictPanel } from "./verdict.js";

/** @typedef {{ raw: string, source: string, direction: string, gate: string, device: string, device_at: string, attempt: string, pages?: number | null, carrier?: string, refused?: boolean, seal?: string, photo?: File }} Attempt */
/** @typedef {{ colour: "green" | "amber" | "red", word?: string, reason?: string, next?: string, facts?: { label: string, value: string }[], needs?: string[] }} Answer */

/** Longest wait for the server before the guard is told. */
const PATIENCE_MS = 8000;
/** A photo is large and its hidden marks take the server longer. */
const PHOTO_PATIENCE_MS = 45000;
const LOG_LENGTH = 8;
const SOUNDS = /** @type {const} */ ({ green: "ok", amber: "look", red: "stop" });

class GateScreen {
  /** @type {Attempt | null} the attempt on the screen */ #attempt = null;
  /** Ends when the present request is answered; the next reading waits for it. @type {Promise<void>} */ #turn = Promise.resolve();
  /** A red has not been acknowledged. */ #stopped = false;

  /** @param {HTMLElement} root element with data-gate */
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words ?? "{}");
    this.panel = new VerdictPanel(/** @type {HTMLElement} */ (root.querySelector("[data-verdict]")));
    this.camera = new Camera(/** @type {HTMLVideoElement} */ (root.querySelector("[data-viewfinder] video")), (raw) => this.take(raw, "camera"));
    prepareReader(root.dataset.reader ?? "");
    this.#listen();
  }

  #listen() {
    document.addEventListener("foliotrace:scan", (event) => {
      event.preventDefault();
      void this.take(event.detail.raw, event.detail.source);
    }, true); // before the box in the top band, which takes what nobody else wants
    this.panel.form.addEventListener("submit", (event) => { event.preventDefault(); void this.#confirm(this.panel.answers()); });
    this.panel.deny.addEventListener("click", () => this.#confirm({ ...this.panel.answers(), refused: true }));
    this.panel.acknowledge.addEventListener("click", () => { this.#stopped = false; this.#rest(); });
    this.panel.again.addEventListener("click", () => { if (this.#attempt) void this.#send(this.#attempt); });
    this.#find("[data-camera]").addEventListener("click", () => this.#toggleCamera());
    this.#find("[data-photo]").addEventListener("change", (event) => this.#takePhoto(/** @type {HTMLInputElement} */ (event.target)));
    this.#find("[data-typed]").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.target).elements.namedItem("raw"));
      const raw = field.value.trim();
      field.value = "";
      if (raw) void this.take(raw, "typed");
    });
    this.#find("[data-sound-test]").addEventListener("click", () => {
      ["ok", "look", "stop"].forEach((sound, index) => { setTimeout(() => play(/** @type {"ok"} */ (sound)), index * 900); });
    });
  }

  /** @param {string} selector @returns {HTMLElement} */
  #find(selector) { return /** @type {HTMLElement} */ (this.root.querySelector(selector)); }

  /**
   * Begin a new attempt.
   * @param {string} raw
   * @param {string} source gun, camera, photo or typed
   * @param {File} [photo]
   */
  async take(raw, source, photo) {
    const direction = /** @type {HTMLInputElement | null} */ (this.root.querySelector("[name=direction]:checked"))?.value ?? "out";
    const attempt = { raw, source, direction, gate: this.root.dataset.gate ?? "", device: deviceId(), device_at: new Date().toISOString(), attempt: newId(), photo };
    await this.#send(attempt, () => {
      if (!this.#stopped) return true;
      void play("look");
      this.panel.remind(this.words.acknowledgeFirst);
      return false;
    });
  }

  /** @param {{ pages: number | null, carrier: string, seal?: string, refused?: boolean }} answers */
  async #confirm(answers) {
    if (this.#attempt) await this.#send({ ...this.#attempt, ...answers });
  }

  /**
   * Send when the one before is answered.
   * @param {Attempt} attempt
   * @param {() => boolean} mayGo asked when the turn has come
   */
  #send(attempt, mayGo = () => true) {
    this.#turn = this.#turn.then(async () => {
      if (!mayGo()) return;
      this.#attempt = attempt;
      this.panel.show({ colour: "idle", word: this.words.checking });
      try {
        this.#show(await this.#ask(attempt), attempt);
      } catch (error) {
        this.#showFailure(error instanceof Response ? error.status : 0);
      }
    });
    return this.#turn;
  }

  /** @param {Attempt} attempt @returns {Promise<Answer>} rejects with the Response when the server did not give a verdict */
  async #ask(attempt) {
    const { photo, ...fields } = attempt;
    const headers = { "X-CSRF-Token": csrfToken(), Accept: "application/json" };
    /** @type {RequestInit} */
    const request = { method: "POST", headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(photo ? PHOTO_PATIENCE_MS : PATIENCE_MS) };
    if (photo) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== null) form.set(name, String(value));
      form.set("photo", photo);
      request.body = form;
    } else {
      request.body = JSON.stringify(fields);
      headers["Content-Type"] = "application/json";
    }
    const response = await fetch((photo ? this.root.dataset.photoEndpoint : this.root.dataset.endpoint) ?? "", request);
    if (!response.ok || response.redirected) throw response;
    const answer = await response.json();
    if (!(answer.colour in SOUNDS)) throw response;
    return answer;
  }

  /** @param {Answer} answer @param {Attempt} attempt */
  #show(answer, attempt) {
    const asking = Boolean(answer.needs?.length) && answer.colour !== "red";
    this.#stopped = answer.colour === "red";
    void play(SOUNDS[answer.colour]);
    this.panel.show({ ...answer, colour: asking ? "asking" : answer.colour, word: asking ? this.words.asking : (answer.word ?? this.words[answer.colour]),
      needs: asking ? answer.needs : [], button: this.#stopped ? "acknowledge" : undefined });
    if (!asking) this.#log(answer, attempt);
  }

  /** @param {number} status HTTP status, 0 for none */
  #showFailure(status) {
    void play("stop");
    const signedOut = status === 401 || status === 403;
    const unread = status >= 400 && status < 500 && !signedOut;
    this.panel.show({ colour: "red", word: this.words.noAnswer, button: "again",
      reason: signedOut ? this.words.signInReason : unread ? this.words.refusedReason : this.words.noAnswerReason,
      next: signedOut ? this.words.signInNext : unread ? this.words.refusedNext : this.words.noAnswerNext });
  }

  #rest() {
    this.#attempt = null;
    this.panel.show({ colour: "idle", word: this.words.idle });
  }

  /** @param {Answer} answer @param {Attempt} attempt */
  #log(answer, attempt) {
    const list = this.#find("[data-gate-log]");
    list.querySelector("[data-gate-log-empty]")?.remove();
    const line = document.createElement("li");
    line.className = `tone-${SOUNDS[answer.colour]}`;
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("class", "icon");
    icon.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#i-${ICONS[answer.colour]}`);
    icon.append(use);
    const word = document.createElement("b");
    word.textContent = answer.word ?? this.words[answer.colour];
    const way = document.createElement("span");
    way.textContent = this.words[attempt.direction] ?? "";
    const time = document.createElement("time");
    time.dateTime = attempt.device_at;
    time.textContent = new Date(attempt.device_at).toLocaleTimeString(document.documentElement.lang, { hour12: false });
    line.append(icon, word, way, time);
    list.prepend(line);
    while (list.children.length > LOG_LENGTH) list.lastElementChild?.remove();
  }

  async #toggleCamera() {
    const view = this.#find("[data-viewfinder]");
    const note = this.#find("[data-camera-note]");
    note.hidden = true;
    if (this.camera.isRunning) {
      this.camera.stop();
    } else if (!hasCamera()) {
      note.textContent = this.words.cameraNone;
      note.hidden = false;
    } else {
      try {
        await this.camera.start();
      } catch {
        note.textContent = this.words.cameraRefused;
        note.hidden = false;
      }
    }
    view.hidden = !this.camera.isRunning;
    this.#find("[data-camera]").setAttribute("aria-pressed", String(this.camera.isRunning));
  }

  /** @param {HTMLInputElement} input */
  async #takePhoto(input) {
    const photo = input.files?.[0];
    input.value = "";
    if (!photo) return;
    const codes = await readPhoto(photo).catch(() => []);
    await this.take(codes[0] ?? "", "photo", photo);
  }
}

for (const root of document.querySelectorAll("[data-gate]")) new GateScreen(/** @type {HTMLElement} */ (root));

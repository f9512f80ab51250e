// The camera as a scanner: one decode loop over the live picture, and single photos. Reads QR codes with the vendored zxing
// reader, whose wasm comes from our own address.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm-3.1.4/es/reader/index.js";

/** Widest frame handed to the reader: enough for a 13 mm code at arm's length, small enough for an old phone. */
const FRAME_PX = 1280;
/** Pause between two decodes; the picture stays fluent and the phone cool. */
const PAUSE_MS = 90;
/** The same code counts again only after it was out of sight for this long. */
const GONE_MS = 2500;

const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryInvert: false, maxNumberOfSymbols: 4 };

/** @param {string} wasmUrl address of zxing_reader.wasm */
export function prepareReader(wasmUrl) {
  prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });
}

/** Whether this page may ask for a camera at all (plain HTTP off localhost may not). */
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/**
 * Read the QR codes of a photo.
 * @param {Blob} photo
 * @returns {Promise<string[]>}
 */
export async function readPhoto(photo) {
  const found = await readBarcodes(photo, OPTIONS);
  return found.filter((code) => code.isValid).map((code) => code.text);
}

export class Camera {
  /** @type {MediaStream | undefined} */ #stream;
  /** @type {Map<string, number>} when each code was last in sight */ #seen = new Map();
  #canvas = document.createElement("canvas");
  #running = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {(raw: string) => void} onCode called once per code that comes into sight
   */
  constructor(video, onCode) {
    this.video = video;
    this.onCode = onCode;
  }

  get isRunning() { return this.#running; }

  /** Ask for the rear camera and begin. Rejects when the camera is refused or missing. */
  async start() {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } } });
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#running = true;
    void this.#loop();
  }

  stop() {
    this.#running = false;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
    this.#seen.clear();
  }

  async #loop() {
    while (this.#running) {
      const frame = this.#grab();
      if (frame) {
        try {
          for (const code of await readBarcodes(frame, OPTIONS)) if (code.isValid && this.#running) this.#notice(code.text);
        } catch (error) {
          this.stop();
          throw error;
        }
      }
      await new Promise((resume) => { setTimeout(resume, PAUSE_MS); });
    }
  }

  /** @returns {ImageData | null} the present frame, scaled down if it is large */
  #grab() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth || document.hidden) return null;
    const scale = Math.min(1, FRAME_PX / videoWidth);
    this.#canvas.width = Math.round(videoWidth * scale);
    this.#canvas.height = Math.round(videoHeight * scale);
    const pen = this.#canvas.getContext("2d", { willReadFrequently: true });
    if (!pen) return null;
    pen.drawImage(this.video, 0, 0, this.#canvas.width, this.#canvas.height);
    return pen.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** @param {string} text */
  #notice(text) {
    const now = performance.now();
    const last = this.#seen.get(text);
    this.#seen.set(text, now);
    if (last === undefined || now - last > GONE_MS) this.onCode(text);
  }
}

// Three sounds that cannot be taken for one another, made on the spot (no files): ok rises, look knocks twice, stop falls and buzzes.

/** @typedef {"ok" | "look" | "stop"} Sound */
/** @typedef {{ at: number, hz: number, to?: number, seconds: number, wave: OscillatorType }} Tone */

/** @type {Record<Sound, Tone[]>} */
const TUNES = {
  ok: [{ at: 0, hz: 880, seconds: 0.09, wave: "sine" }, { at: 0.1, hz: 1318.5, seconds: 0.16, wave: "sine" }],
  look: [{ at: 0, hz: 587, seconds: 0.11, wave: "triangle" }, { at: 0.19, hz: 587, seconds: 0.11, wave: "triangle" }],
  stop: [{ at: 0, hz: 330, to: 150, seconds: 0.35, wave: "sawtooth" }, { at: 0.4, hz: 330, to: 150, seconds: 0.35, wave: "sawtooth" }, { at: 0.8, hz: 165, to: 110, seconds: 0.5, wave: "square" }],
};

/** Harsh waves carry further, so they are played softer. @type {Partial<Record<OscillatorType, number>>} */
const LOUDNESS = { sine: 0.5, triangle: 0.55, sawtooth: 0.28, square: 0.22 };

/** @type {AudioContext | undefined} */
let context;

/** @param {Sound} sound */
export async function play(sound) {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") await context.resume();
  } catch {
    return; // no sound device: colour, icon and word remain
  }
  const start = context.currentTime + 0.02;
  for (const tone of TUNES[sound]) {
    const oscillator = new OscillatorNode(context, { type: tone.wave, frequency: tone.hz });
    const volume = new GainNode(context, { gain: 0 });
    const from = start + tone.at;
    if (tone.to) oscillator.frequency.linearRampToValueAtTime(tone.to, from + tone.seconds);
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(LOUDNESS[tone.wave] ?? 0.5, from + 0.01);
    volume.gain.setValueAtTime(LOUDNESS[tone.wave] ?? 0.5, from + tone.seconds - 0.03);
    volume.gain.linearRampToValueAtTime(0, from + tone.seconds);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(from + tone.seconds + 0.02);
  }
}

/**
 * Play what the server asks for in newly shown markup: data-sound="ok", "look" or "stop".
 * @param {ParentNode} root
 */
export function playSoundsOf(root) {
  const marked = root instanceof HTMLElement && root.dataset.sound ? root : root.querySelector("[data-sound]");
  if (!(marked instanceof HTMLElement)) return;
  const sound = marked.dataset.sound;
  marked.removeAttribute("data-sound");
  if (sound === "ok" || sound === "look" || sound === "stop") void play(sound);
}

// Moving: buttons, keys, the slider, and steps that follow one another by themselves.
import { at, choice, field } from "./dom.js";
import { holdsBack, toggleAsking } from "./guess.js";
import { showMode } from "./modes.js";
import { pointing, select } from "./pointing.js";
import { ask, complain, isLarge, move, panel, session, show } from "./session.js";

/** How far the slider reaches. It grows when the reader walks on. */
let horizon = 0;
/** The most steps that a slider jumps over at once. */
const FARTHEST = 200_000;

const horizonOf = () => {
  const { epoch_length: length, epoch } = session.moment;
  const epochs = Math.max(session.situation.epochs ?? 5, epoch);
  return Math.max(Math.min(epochs * length, FARTHEST), session.moment.position);
};

/** Whether steps about inputs that are 0 are passed over. */
let pastZeros = false;
const stepOn = () => move({ do: "next", past_zeros: pastZeros });

export function forward() {
  if (holdsBack()) return;
  stepOn();
}
export const back = () => move({ do: "back", past_zeros: pastZeros });
/** @param {number} position */
export const go = (position) => move({ do: "goto", position });
const toStart = () => go(0);
const toEnd = () => go(session.moment.position >= horizon ? horizon + session.moment.epoch_length : horizon);

let timer = 0;

function play() {
  session.playing = true;
  named();
  tick();
}

function tick() {
  const perSecond = Number(choice("speed").value);
  timer = window.setTimeout(() => {
    // Above a screen's own rate several steps are done at once.
    if (perSecond > 60) go(session.moment.position + Math.round(perSecond / 60));
    else if (!stepOn()) return pause();
    tick();
  }, Math.max(1000 / perSecond, 1000 / 60));
}

function pause() {
  clearTimeout(timer);
  session.playing = false;
  named();
  show();
}

function named() {
  document.body.classList.toggle("playing", session.playing);
  at("play").setAttribute("aria-label", session.playing ? "Pause" : "Play");
}

const togglePlay = () => (session.playing ? pause() : play());

/** @param {number} direction */
function faster(direction) {
  const select = choice("speed");
  select.selectedIndex = Math.min(Math.max(select.selectedIndex + direction, 0), select.options.length - 1);
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
export const isDark = () => (document.documentElement.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";

function nameTheme() {
  at("theme").textContent = isDark() ? "Light" : "Dark";
}

function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
  show();
}

function undo() {
  const answer = session.moment.can_undo;
  if (answer) move({ do: "undo" });
  else complain("There is no edit to undo.");
}

function toggleZeros() {
  pastZeros = !pastZeros;
  at("zeros").setAttribute("aria-pressed", String(pastZeros));
}

const help = () => /** @type {HTMLDialogElement} */ (at("help"));

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowRight: forward,
  ArrowLeft: back,
  PageDown: () => move({ do: "phase", direction: 1 }),
  PageUp: () => move({ do: "phase", direction: -1 }),
  "]": () => move({ do: "sample", direction: 1 }),
  "[": () => move({ do: "sample", direction: -1 }),
  Home: toStart,
  End: toEnd,
  " ": togglePlay,
  "+": () => faster(1),
  "-": () => faster(-1),
  e: () => select(pointing.pointed ?? session.moment.reads[0] ?? session.network.connections[0]?.name ?? null),
  u: undo,
  r: () => move({ do: "reset" }),
  w: toggleAsking,
  z: toggleZeros,
  s: () => showMode("step"),
  c: () => showMode("check"),
  m: () => showMode("compare"),
  t: toggleTheme,
  "?": () => help().showModal(),
};

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help().open || event.defaultPrevented) return;
  const { target, key } = event;
  // Who writes has the keys to write with; a list of choices takes all keys, a button the space bar.
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return;
  if (target instanceof HTMLInputElement && target.type !== "range") return;
  if (target instanceof HTMLElement && target.dataset.keys !== undefined) return;
  if (key === " " && (target instanceof HTMLButtonElement || (target instanceof HTMLElement && target.tagName === "SUMMARY"))) return;
  const action = KEYS[key];
  if (!action) return;
  event.preventDefault();
  action();
}

export function startControls() {
  nameTheme();
  prefersDark.addEventListener("change", () => { nameTheme(); show(); });
  at("first").addEventListener("click", toStart);
  at("back").addEventListener("click", back);
  at("forward").addEventListener("click", forward);
  at("last").addEventListener("click", toEnd);
  at("play").addEventListener("click", togglePlay);
  at("ask").addEventListener("click", toggleAsking);
  at("zeros").addEventListener("click", toggleZeros);
  at("undo").addEventListener("click", undo);
  at("reset").addEventListener("click", () => move({ do: "reset" }));
  at("theme").addEventListener("click", toggleTheme);
  at("print").addEventListener("click", () => window.print());
  at("help-button").addEventListener("click", () => help().showModal());
  at("slider").addEventListener("input", () => go(Number(field("slider").value)));
  document.addEventListener("keydown", onKey);
}

panel({
  start() {
    horizon = horizonOf();
    // In a small network nothing is to be passed over; the key does it there too.
    at("zeros").hidden = !isLarge();
  },
  show({ position, place, can_undo: canUndo }) {
    horizon = Math.max(horizon, horizonOf());
    const slider = field("slider");
    slider.max = String(horizon);
    slider.value = String(position);
    slider.setAttribute("aria-valuetext", place);
    at("place").textContent = place;
    /** @type {HTMLButtonElement} */ (at("back")).disabled = /** @type {HTMLButtonElement} */ (at("first")).disabled = position === 0;
    /** @type {HTMLButtonElement} */ (at("undo")).disabled = !canUndo;
  },
});

// Moving: buttons, keys, the slider, and playing.
import { at, choice, field, say } from "./dom.js";
import { holdsBack, toggleAsking } from "./guess.js";
import { showMode } from "./modes.js";
import { pointAt, pointing, select } from "./pointing.js";
import { stop } from "./training.js";
import { ask, isLarge, move, panel, session, show } from "./session.js";

/** The last position on the slider. It grows as the reader walks on. */
let horizon = 0;
/** The most steps that a slider jumps over at once. */
const FARTHEST = 200_000;

const horizonOf = () => {
  const { epoch_length: length, epoch } = session.moment;
  const epochs = Math.max(session.horizon, epoch);
  return Math.max(Math.min(epochs * length, FARTHEST), session.moment.position);
};

/** True if steps about inputs that are 0 are skipped. */
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
    // If that is faster than the screen, several steps are taken at once.
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
  if (session.moment.can_undo) move({ do: "undo" });
  else say("There is no edit to undo.");
}

/** @param {string} unit @param {number} direction */
const unit = (unit, direction) => () => move({ do: "unit", unit, direction });

/** The weights that the present step uses. */
const usedWeights = () => {
  const { reads, changed, connections } = session.moment;
  const used = new Set(reads);
  return connections.filter(({ id, name }) => used.has(name) || changed?.connection === id).map(({ name }) => name);
};

/** Points at another of the weights that the step uses. @param {number} direction */
function choose(direction) {
  const weights = usedWeights();
  const at = weights.indexOf(pointing.pointed ?? pointing.selected ?? "");
  pointAt(weights[Math.min(Math.max(at + direction, 0), weights.length - 1)] ?? null);
}

/** Points at the weight whose product contributes most, biases aside. */
const chooseStrongest = () => pointAt(session.moment.strongest ?? usedWeights()[0] ?? null);

/** Returns the weight that is pointed at, otherwise the first that the step uses. */
const chosen = () => pointing.pointed ?? pointing.selected ?? usedWeights()[0] ?? null;

/** Opens the first of these numbers that can be changed; without a weight, the input that the step has set. @param {(string | null)[]} names */
function changeOneOf(...names) {
  const step = session.moment.step?.name ?? null;
  const name = [...names, step].find((name) => name !== null && session.engine({ do: "tell", name }).edit);
  if (name) select(name);
  else answerHere("There is nothing to change here: go to a step that sets an input or uses a weight.");
}

function changeInput() {
  const weight = session.moment.connections.find(({ name }) => name === chosen());
  const from = weight && session.network.nodes[weight.from];
  changeOneOf(from?.layer === 0 && !from.constant ? from.output : null);
}

function checkOne() {
  const name = chosen();
  if (name === null) answerHere("There is no weight to check here: go to a step that uses one.");
  const answer = name && ask({ do: "check-one", name });
  if (answer) answerHere(answer.words);
}

/** @param {string} words */
function answerHere(words) {
  at("change").textContent = words;
  say(words);
}

/** @param {string} id */
function bring(id) {
  showMode("step");
  at(id).scrollIntoView({ block: "nearest" });
  /** @type {HTMLElement | null} */ (at(id).querySelector("[tabindex], button"))?.focus({ preventScroll: true });
}

function toggleZeros() {
  pastZeros = !pastZeros;
  at("zeros").setAttribute("aria-pressed", String(pastZeros));
}

const help = () => /** @type {HTMLDialogElement} */ (at("help"));

/** The keys of the terminal's stepper, and some that only a page needs. @type {Record<string, () => void>} */
const KEYS = {
  ArrowRight: forward,
  Enter: forward,
  ArrowLeft: back,
  Backspace: back,
  n: unit("node", 1),
  N: unit("node", -1),
  l: unit("layer", 1),
  L: unit("layer", -1),
  p: unit("phase", 1),
  P: unit("phase", -1),
  s: unit("sample", 1),
  S: unit("sample", -1),
  Home: toStart,
  0: toStart,
  End: toEnd,
  " ": togglePlay,
  "+": () => faster(1),
  "=": () => faster(1),
  "-": () => faster(-1),
  _: () => faster(-1),
  ArrowUp: () => choose(-1),
  ArrowDown: () => choose(1),
  c: chooseStrongest,
  e: () => changeOneOf(chosen()),
  x: changeInput,
  g: checkOne,
  m: () => bring("matrices"),
  w: () => bring("picture"),
  u: undo,
  r: reset,
  a: toggleAsking,
  z: toggleZeros,
  1: () => showMode("step"),
  2: () => showMode("check"),
  3: () => showMode("compare"),
  t: toggleTheme,
  "?": () => help().showModal(),
  h: () => help().showModal(),
};

function reset() {
  stop();
  move({ do: "reset" });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || help().open || event.defaultPrevented) return;
  const { target, key } = event;
  // Text fields and lists of choices keep their keys, and a button keeps the space bar.
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return;
  if (target instanceof HTMLInputElement && target.type !== "range") return;
  if (target instanceof HTMLElement && target.dataset.keys !== undefined) return;
  const presses = key === " " || key === "Enter";
  if (presses && (target instanceof HTMLButtonElement || (target instanceof HTMLElement && target.tagName === "SUMMARY"))) return;
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
  at("reset").addEventListener("click", reset);
  at("theme").addEventListener("click", toggleTheme);
  at("print").addEventListener("click", () => window.print());
  at("help-button").addEventListener("click", () => help().showModal());
  at("slider").addEventListener("input", () => go(Number(field("slider").value)));
  document.addEventListener("keydown", onKey);
}

panel({
  start() {
    horizon = horizonOf();
    // In a small network there is little to skip; the key still works.
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

// The current training: what the engine said last, and how to ask it for the next thing.
import { at, button, element, say } from "./dom.js";

/**
 * @typedef {import("./engine.js").Request} Request
 * @typedef {import("./engine.js").Moment} Moment
 * @typedef {import("./engine.js").Network} Network
 */

export const session = {
  /** Asks the engine. @type {(request: Request) => any} */
  engine: () => ({}),
  network: /** @type {Network} */ (/** @type {unknown} */ (null)),
  moment: /** @type {Moment} */ (/** @type {unknown} */ (null)),
  /** The settings as texts. @type {Record<string, string>} */
  settings: {},
  /** The epochs that the slider covers. */
  horizon: 5,
  /** The fragment of the address written last. */
  fragment: "",
  /** True while it plays; nothing is announced then. */
  playing: false,
  take,
};

/** @type {((moment: Moment) => void)[]} */
const starts = [];
/** @type {((moment: Moment) => void)[]} */
const shows = [];
/** @type {((seen: any) => void)[]} */
const watches = [];

/**
 * A part of the page: what it does with a new network, with every new moment, and while a large network trains.
 * @param {{start?: (moment: Moment) => void, show?: (moment: Moment) => void, watch?: (seen: any) => void}} panel
 */
export function panel({ start, show, watch }) {
  if (start) starts.push(start);
  if (show) shows.push(show);
  if (watch) watches.push(watch);
}

/** Shows a large network while it trains, without a step: that would take longer than the training. */
export function watch() {
  const seen = ask({ do: "watch" });
  if (seen) for (const panelWatch of watches) panelWatch(seen);
}

/**
 * Asks the engine, and shows what it says if it refuses.
 * @param {Request} request
 * @param {(sentence: string) => void} refuse
 * @returns {any} the answer, or null
 */
export function ask(request, refuse = complain) {
  const answer = session.engine(request);
  if (answer.error !== undefined) {
    refuse(answer.error);
    return null;
  }
  return answer;
}

/**
 * Asks for something that answers with a moment, and shows it.
 * @param {Request} request
 * @param {(sentence: string) => void} refuse
 * @returns {any} the answer, or null
 */
export function move(request, refuse = complain) {
  const answer = ask(request, refuse);
  if (answer) take(answer);
  return answer;
}

/** @param {Moment} moment */
function take(moment) {
  session.moment = moment;
  if (moment.network) {
    session.network = { ...moment.network, classes: moment.classes ?? [], noSteps: moment.no_steps ?? null };
    document.body.classList.toggle("stepless", session.network.noSteps !== null);
    session.settings = moment.settings ?? {};
    session.horizon = moment.horizon ?? 5;
  }
  // A small network's connections are named once, with the network; a large one's with each step that uses them.
  moment.connections = moment.connections.map((weight) => ({ ...session.network.connections[weight.id], ...weight }));
  if (moment.network) for (const start of starts) start(moment);
  show();
}

/** Shows the present moment again. */
export function show() {
  for (const panelShow of shows) panelShow(session.moment);
}

/**
 * Shows a complaint until the reader dismisses it.
 * @param {string} sentence
 */
export function complain(sentence) {
  const box = at("complaint");
  const known = [...box.querySelectorAll("span")].some((shown) => shown.textContent === sentence);
  if (!known) {
    const answered = button("Understood", () => {
      line.remove();
      box.hidden = box.children.length === 0;
    });
    const line = element("p", { class: "line" }, element("span", {}, sentence), answered);
    box.append(line);
    box.hidden = false;
  }
  say(sentence);
}

/**
 * Refuses what was typed into a field: the text stays, with the reason below it, until it is changed.
 * @param {HTMLInputElement} input
 * @returns {(sentence: string) => void}
 */
export const refuseAt = (input) => (sentence) => {
  accept(input);
  const reason = element("span", { class: "refused", role: "alert", id: `${input.id}-refused` }, sentence);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-errormessage", reason.id);
  (input.closest("label") ?? input.form ?? input).after(reason);
  input.focus({ preventScroll: true });
};

/** @param {HTMLInputElement} input */
export function accept(input) {
  input.removeAttribute("aria-invalid");
  input.removeAttribute("aria-errormessage");
  document.getElementById(`${input.id}-refused`)?.remove();
}

/** Returns true if the network is too large to be drawn line by line. */
export const isLarge = () => !session.network.drawable || session.network.connections.length === 0;

/**
 * Changes a weight, an input, a target or the rate.
 * @param {string} name
 * @param {number | string} value  a number, or one as it was typed
 */
export const edit = (name, value, { by = 0, replace = false, refuse = complain } = {}) =>
  move({ do: "edit", name, value, by, replace }, refuse);

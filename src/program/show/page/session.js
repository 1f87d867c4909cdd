// The training in hand: what the engine said last, and how to ask it for the next thing.
import { at, say } from "./dom.js";

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
  /** What `start` was given. @type {Request} */
  situation: {},
  /** Whether steps follow one another by themselves; then nothing is said aloud. */
  playing: false,
};

/** @type {(() => void)[]} */
const starts = [];
/** @type {((moment: Moment) => void)[]} */
const shows = [];

/**
 * A part of the page: what it does with a new network, and what with every new moment.
 * @param {{start?: () => void, show?: (moment: Moment) => void}} panel
 */
export function panel({ start, show }) {
  if (start) starts.push(start);
  if (show) shows.push(show);
}

/**
 * Asks the engine; what it cannot do it says, and that is shown.
 * @param {Request} request
 * @returns {any} the answer, or null
 */
export function ask(request) {
  const answer = session.engine(request);
  if (answer.error !== undefined) {
    complain(answer.error);
    return null;
  }
  return answer;
}

/**
 * Asks for something that answers with a moment, and shows it.
 * @param {Request} request
 * @returns {boolean} whether it was done
 */
export function move(request) {
  const answer = ask(request);
  if (!answer) return false;
  complain("");
  take(answer);
  return true;
}

/** @param {Moment} moment */
function take(moment) {
  session.moment = moment;
  if (moment.situation) session.situation = moment.situation;
  if (moment.network) {
    session.network = { ...moment.network, classes: moment.classes ?? [] };
    for (const start of starts) start();
  }
  show();
}

/** Shows the present moment again. */
export function show() {
  for (const panelShow of shows) panelShow(session.moment);
}

/** @param {string} sentence */
export function complain(sentence) {
  at("complaint").textContent = sentence;
  at("complaint").hidden = sentence === "";
  if (sentence) say(sentence);
}

/** Whether the network is too large to be drawn line by line. */
export const isLarge = () => !session.network.drawable || session.network.connections.length === 0;

/**
 * A connection by its number. A large network tells only of those that the step uses.
 * @param {number} id
 * @returns {import("./engine.js").Connection | undefined}
 */
export const connectionOf = (id) => session.network.connections[id] ?? session.moment.connections.find((weight) => weight.id === id);

/**
 * A start as the present one, but for these.
 * @param {Request} changes
 */
export const startWith = (changes) => move({ ...session.situation, edits: [], position: 0, ...changes, do: "start" });

/**
 * Changes a weight, an input, a target or the rate.
 * @param {string} name
 * @param {number} value
 */
export const edit = (name, value, replace = false) => move({ do: "edit", name, value, replace });

// The address holds network, seed, edits and step, so that a bookmark or a link leads back here.
import { move, panel, session } from "./session.js";

let due = 0;
let latestAddress = "";
/** What is shown again, after a change of the window's size, says nothing new. @type {unknown} */
let latestMoment = null;
/** What the page began with: then a step alone is enough. */
let ownStart = "";

/** @param {Record<string, any>} situation */
const withoutPlace = ({ edits: _edits, position: _position, ...rest }) => JSON.stringify(rest);

// Not at every step: browsers refuse when the address changes hundreds of times a minute.
function writeAddress() {
  due = 0;
  // A new one that is about to be followed.
  if (location.hash !== latestAddress) return;
  const { situation, fragment, error } = session.engine({ do: "situation" });
  if (error !== undefined) return;
  const isPlain = !situation.edits?.length && withoutPlace(situation) === ownStart;
  latestAddress = `#${isPlain ? `step=${session.moment.position}` : fragment}`;
  history.replaceState(null, "", latestAddress);
}

/**
 * Writes another address than the situation's, until the next step.
 * @param {string} address
 */
export function showAddress(address) {
  clearTimeout(due);
  due = 0;
  latestAddress = address;
  history.replaceState(null, "", address);
}

/**
 * Goes where the address says, if it says something.
 * @param {(seed: string) => void} hide  plants a fault to be found
 */
export function followAddress(hide) {
  const { hash } = location;
  const isNew = hash !== latestAddress;
  latestAddress = hash;
  const [, seed] = /^#mystery=(.+)$/.exec(hash) ?? [];
  const [, step] = /^#step=(\d+)$/.exec(hash) ?? [];
  if (seed !== undefined) hide(decoded(seed));
  else if (step !== undefined) move({ do: "goto", position: Number(step) });
  else if (hash.length > 1 && isNew) move({ do: "restore", fragment: hash.slice(1) });
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

panel({
  start() {
    ownStart ||= withoutPlace(session.situation);
  },
  show(moment) {
    if (moment === latestMoment) return;
    latestMoment = moment;
    if (!due) due = window.setTimeout(writeAddress, 400);
  },
});

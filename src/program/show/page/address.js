// The address holds network, seed, training, edits and step, so that a bookmark or a link leads back here.
import { move, panel, session } from "./session.js";
import { isTraining } from "./training.js";

let due = 0;
let latestAddress = "";
/** Shown again after the window is resized, it needs no new address. @type {unknown} */
let latestMoment = null;

// Not at every step, because browsers refuse to change the address hundreds of times a minute.
function writeAddress() {
  due = 0;
  // A new address is about to be followed.
  if (location.hash !== latestAddress) return;
  if (isTraining()) {
    due = window.setTimeout(writeAddress, 2000);
    return;
  }
  const { fragment, error } = session.engine({ do: "address" });
  if (error !== undefined) return;
  session.fragment = fragment;
  latestAddress = `#${fragment}`;
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
 * @param {(what: {mystery?: string, fault?: string}) => void} showCheck  plants a fault, to be found or by its name
 */
export function followAddress(showCheck) {
  const { hash } = location;
  const isNew = hash !== latestAddress;
  latestAddress = hash;
  const [, seed] = /^#mystery=(.+)$/.exec(hash) ?? [];
  const [, step] = /^#step=(\d+)$/.exec(hash) ?? [];
  const [, fault] = /^#check(?:=(.*))?$/.exec(hash) ?? [];
  if (seed !== undefined) showCheck({ mystery: decoded(seed) });
  else if (/^#check(=|$)/.test(hash)) showCheck({ fault: fault && decoded(fault) });
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
  show(moment) {
    if (moment === latestMoment) return;
    latestMoment = moment;
    if (!due) due = window.setTimeout(writeAddress, 400);
  },
});

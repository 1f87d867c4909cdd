// The address holds network, seed, edits and step, so that a bookmark or a link leads back here.
import { move, panel, session } from "./session.js";

let due = 0;
let latestAddress = "";
/** What the page began with: then a step alone is enough. */
let ownStart = "";

/** @param {Record<string, any>} situation */
const withoutPlace = ({ edits: _edits, position: _position, ...rest }) => JSON.stringify(rest);

// Not at every step: browsers refuse when the address changes hundreds of times a minute.
function writeAddress() {
  due = 0;
  const { situation, fragment, error } = session.engine({ do: "situation" });
  if (error !== undefined) return;
  const isPlain = !situation.edits?.length && withoutPlace(situation) === ownStart;
  latestAddress = `#${isPlain ? `step=${session.moment.position}` : fragment}`;
  history.replaceState(null, "", latestAddress);
}

/** Goes where the address says, if it says something. */
export function followAddress() {
  const [, step] = /^#step=(\d+)$/.exec(location.hash) ?? [];
  if (step !== undefined) move({ do: "goto", position: Number(step) });
  else if (location.hash.length > 1 && location.hash !== latestAddress) move({ do: "restore", fragment: location.hash.slice(1) });
}

panel({
  start() {
    ownStart ||= withoutPlace(session.situation);
  },
  show() {
    if (!due) due = window.setTimeout(writeAddress, 400);
  },
});

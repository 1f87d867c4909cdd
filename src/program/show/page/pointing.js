// What the reader points at, and what is selected to be changed: names such as "a4" or "w41".
import { session } from "./session.js";

export const pointing = {
  /** @type {string | null} */
  pointed: null,
  /** @type {string | null} */
  selected: null,
  /** While verdicts are in the picture: what they are, by the connection's name. @type {Map<string, string> | null} */
  verdicts: null,
  /** @type {(() => void)[]} */
  listeners: [],
};

/** @param {string | null} name */
export function pointAt(name) {
  pointing.pointed = name;
  for (const listener of pointing.listeners) listener();
}

/** @param {string | null} name */
export function select(name) {
  pointing.selected = name;
  pointAt(name);
}

/**
 * Lets a shape or a name be pointed at, reached with Tab, and selected.
 * @param {Element} target
 * @param {string} name
 */
export function listen(target, name) {
  target.addEventListener("pointerenter", () => pointAt(name));
  target.addEventListener("pointerleave", () => pointAt(null));
  target.addEventListener("focus", () => pointAt(name));
  target.addEventListener("blur", () => pointAt(null));
  target.addEventListener("click", () => select(name));
  target.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key !== "Enter") return;
    event.preventDefault();
    select(name);
  });
}

/**
 * Returns the node or connection that a name belongs to.
 * @param {string | null} name
 * @returns {import("./engine.js").Meaning | undefined}
 */
export function meaningOf(name) {
  if (name === null) return undefined;
  const used = session.moment.connections.find((weight) => weight.name === name);
  return session.network.names[name] ?? (used && { kind: "weight", connection: used.id });
}

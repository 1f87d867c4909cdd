// The three modes: Step, Check, Compare. Each has its own parts of the page; the picture is in all of them.
import { at } from "./dom.js";
import { isLarge, panel, session, show } from "./session.js";
import { drawNetwork, showsVerdicts } from "./picture.js";
import { pointing } from "./pointing.js";

/** @typedef {"step" | "check" | "compare"} Mode */

/** @type {Mode[]} */
const MODES = ["step", "check", "compare"];

/** @param {Mode} mode */
export function showMode(mode) {
  const was = document.body.dataset.mode;
  document.body.dataset.mode = mode;
  for (const each of MODES) at(`mode-${each}`).setAttribute("aria-pressed", String(each === mode));
  if (was === "check") hideVerdicts();
}

/** Shows the network's own numbers again. */
export function hideVerdicts() {
  if (!showsVerdicts()) return;
  at("network").classList.remove("verdicts");
  pointing.verdicts = null;
  if (isLarge()) return;
  drawNetwork(session.network);
  show();
}

export const mode = () => document.body.dataset.mode;

export function startModes() {
  for (const each of MODES) at(`mode-${each}`).addEventListener("click", () => showMode(each));
}

panel({ start: () => showMode("step") });

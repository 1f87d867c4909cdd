// The three uses: Step, Check, Compare. Each has its own parts of the page; the picture belongs to all.
import { at } from "./dom.js";
import { isLarge, panel, session, show } from "./session.js";
import { drawNetwork } from "./picture.js";
import { pointing } from "./pointing.js";

/** @typedef {"step" | "check" | "compare"} Mode */

/** @type {Mode[]} */
const MODES = ["step", "check", "compare"];

/** @param {Mode} mode */
export function showMode(mode) {
  const was = document.body.dataset.mode;
  document.body.dataset.mode = mode;
  for (const each of MODES) at(`mode-${each}`).setAttribute("aria-pressed", String(each === mode));
  if (was === "check" && !isLarge()) {
    at("network").classList.remove("verdicts");
    pointing.verdicts = null;
    drawNetwork(session.network);
    show();
  }
}

export const mode = () => document.body.dataset.mode;

export function startModes() {
  for (const each of MODES) at(`mode-${each}`).addEventListener("click", () => showMode(each));
}

panel({ start: () => showMode("step") });

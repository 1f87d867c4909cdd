// What is happening now: the step in words, and its formula with its numbers.
import { at, element, say, typeset } from "./dom.js";
import { written } from "./formula.js";
import { panel, session } from "./session.js";
import { isTraining } from "./training.js";

/** @typedef {import("./engine.js").Moment} Moment */

/** Returns true while it plays or trains: a listener could not keep up. */
const isQuiet = () => session.playing || isTraining();

/** @param {Moment} moment */
function showNow(moment) {
  const { explanation, formula, step, verdict } = moment;
  [at("now-title").textContent, at("explanation").textContent] = explanation;
  at("verdict").textContent = verdict ?? "";
  const box = at("formula");
  if (!formula || !step) {
    at("change").textContent = moment.message ?? "";
    box.replaceChildren();
    if (!isQuiet()) say(moment.message || session.network.noSteps || "Before the first step.");
    return;
  }
  const lines = [line("symbols", [...typeset(formula.name), ` ${formula.sign} `], written(formula.symbols, true))];
  if (formula.numbers) lines.push(line("numbers", ["= "], written(formula.numbers, false)));
  if (formula.partial) lines.push(line("numbers", ["= "], [formula.partial]));
  box.replaceChildren(
    element("p", { class: "where" }, formula.where),
    ...lines,
    element("p", { class: "value" }, element("span", { class: "left" }, "= "), element("strong", {}, formula.value)),
  );
  at("change").textContent = moment.message ?? `before this step: ${formula.before}`;
  if (!isQuiet()) say(`${moment.message ? `${moment.message} ` : ""}${moment.place}. ${step.text}`);
}

/**
 * @param {string} kind
 * @param {(Node | string)[]} left
 * @param {(Node | string)[]} right
 */
export function line(kind, left, right) {
  return element("p", { class: kind }, element("span", { class: "left" }, ...left), element("span", { class: "right" }, ...right));
}

panel({ show: showNow });

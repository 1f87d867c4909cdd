// What is happening now: the step in words, and its formula with its numbers.
import { at, element, say, typeset } from "./dom.js";
import { written } from "./formula.js";
import { connectionOf, panel, session } from "./session.js";

/** @typedef {import("./engine.js").Moment} Moment */

/** @type {Record<string, string>} */
const SQUEEZES = {
  sigmoid: "squeezes the sum between 0 and 1 (the sigmoid)",
  tanh: "squeezes the sum between -1 and 1 (the hyperbolic tangent)",
  relu: "keeps the sum if it is positive, else answers 0 (the rectifier)",
  identity: "answers with the sum as it is",
};

/**
 * What a step does, as a heading and in words.
 * @param {string} phase
 * @param {Moment["changed"]} changed
 * @param {Record<string, any>} step
 * @returns {[title: string, words: string]}
 */
export function explanation(phase, changed, step) {
  const { nodes, cost } = session.network;
  const node = changed?.node === undefined ? null : nodes[changed.node];
  const wire = changed?.connection === undefined ? null : connectionOf(changed.connection);
  const bias = wire ? nodes[wire.from].constant : false;
  switch (phase) {
    case "set-input":
      return ["Set the inputs", "A number of the sample becomes the output of an input node. Nothing is computed yet."];
    case "drop-out":
      return [
        "Dropout: a hidden node is silenced, or kept",
        "For this sample some hidden nodes, drawn at random, are silent: others read 0 of them. Of those that are kept they " +
          "read 1/(1 - p) times the output, so that what arrives stays as large on average.",
      ];
    case "output":
      return [
        "Forward: a node adds up what it reads",
        "Each number that arrives is multiplied by the weight of its connection. The node adds them up, the bias " +
          `too, and ${SQUEEZES[step.reading.activation]}.`,
      ];
    case "output-delta":
      return [
        "How wrong is this output?",
        cost === "cross-entropy"
          ? "The output is compared with the label t. With the cross-entropy, delta is simply how much is missing: " +
            "which way, and how far, the node's sum should move."
          : "The output is compared with the label t. What is missing, times how steeply this node answers, is its " +
            "delta: which way, and how strongly, its sum should move.",
      ];
    case "hidden-delta":
      if (node?.constant) {
        return [
          "Backward: the constant node",
          "Its output is always 1, so it has nothing to learn: its slope is 0, and so is its delta. It is computed " +
            "all the same, as in the original program.",
        ];
      }
      return [
        "Backward: a node collects its share of the error",
        "Each node it feeds hands its delta back through the weight of the connection. The sum, times how steeply " +
          "this node answers, is its own delta." +
          (node?.layer === 0 ? " No weight leads into an input node, so nobody needs this one; the original computes it too." : ""),
      ];
    case "add-gradient":
      return [
        "Add up: this sample's gradient",
        "The delta of the node it leads to, times the output of the node it comes from. The weight waits: the gradients of " +
          "the mini-batch's samples are added up first.",
      ];
    case "update-by-mean":
      return [
        bias ? "Learn: a bias moves by the mean" : "Learn: a weight moves by the mean",
        "By the rate η, times the sum of the gradients divided by the number of samples." +
          (step.reading.weight_decay === 1 ? "" : " Before that it shrinks a little: L2 regularisation."),
      ];
    default:
      return [
        bias ? "Learn: a bias moves" : "Learn: a weight moves",
        "By the rate η, times the delta of the node it leads to, times the output of the node it comes from" +
          (bias ? " (always 1 for a bias)." : ".") +
          " Delta times output says which way the error falls, and how steeply.",
      ];
  }
}

/** @param {Moment} moment */
function showNow(moment) {
  const { formula, step, phase, verdict } = moment;
  at("verdict").textContent = verdict ?? "";
  const box = at("formula");
  if (!formula || !step || !phase) {
    at("now-title").textContent = "Before the first step";
    at("explanation").textContent =
      "The network has its starting weights, and nothing has been computed. Step forward to show it the first sample.";
    at("change").textContent = "";
    box.replaceChildren();
    if (!session.playing) say(moment.message || "Before the first step.");
    return;
  }
  const [title, words] = explanation(phase, moment.changed, step);
  at("now-title").textContent = title;
  at("explanation").textContent = words;
  const lines = [line("symbols", [...typeset(formula.name), ` ${formula.sign} `], written(formula.symbols, true))];
  if (formula.numbers) lines.push(line("numbers", ["= "], written(formula.numbers, false)));
  if (formula.partial) lines.push(line("numbers", ["= "], [formula.partial]));
  box.replaceChildren(
    element("p", { class: "where" }, formula.where),
    ...lines,
    element("p", { class: "value" }, element("span", { class: "left" }, "= "), element("strong", {}, formula.value)),
  );
  at("change").textContent = moment.message ?? `before this step: ${formula.before}`;
  // While playing, a listener could not keep up.
  if (!session.playing) say(`${moment.message ? `${moment.message}. ` : ""}${moment.place}. ${step.text}`);
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

// Training at full speed, in slices, so that the page goes on answering. What was trained can then be stepped through.
import { at, choice } from "./dom.js";
import { drawCurve } from "./curve.js";
import { ask, move, panel, session } from "./session.js";

/** How long a slice should take, in milliseconds: most of a screen's frame is left to the page. */
const SLICE = 9;

const training = { running: false, samples: 1, done: 0, listeners: /** @type {(() => void)[]} */ ([]) };

/** Whether something has been trained beyond the present step. */
export const isTrained = () => training.done > 0;

/** @param {() => void} listener */
export const onTrained = (listener) => training.listeners.push(listener);

function slice() {
  if (!training.running) return;
  const began = performance.now();
  const answer = ask({ do: "train", samples: training.samples, engine: choice("train-engine").value });
  if (!answer) return stop();
  const took = performance.now() - began;
  training.samples = Math.max(1, Math.min(Math.round(training.samples * Math.min(SLICE / Math.max(took, 0.1), 2)), 5000));
  training.done = answer.done;
  tellTraining(answer);
  if (answer.diverged) return stop();
  requestAnimationFrame(slice);
}

/** @param {any} answer */
function tellTraining(answer) {
  const accuracy = answer.accuracy?.test ?? answer.accuracy?.train;
  at("train-words").textContent = `Epoch ${answer.epoch}, cost ${answer.cost_text}`;
  if (accuracy) at("train-accuracy").textContent = `${accuracy.text} right`;
  if (answer.diverged) at("train-accuracy").textContent = "It has diverged: try a smaller rate.";
  at("train-chart").toggleAttribute("hidden", false);
  drawCurve(at("train-chart"), answer.epoch_costs ?? [], 10, 1);
  for (const listener of training.listeners) listener();
}

function run() {
  training.running = true;
  name();
  requestAnimationFrame(slice);
}

function stop() {
  training.running = false;
  name();
}

function name() {
  at("train-run").textContent = training.running ? "Pause" : training.done > 0 ? "Go on" : "Train";
  at("train-take").hidden = at("train-reset").hidden = training.done === 0 || training.running;
}

function forget() {
  stop();
  training.done = 0;
  training.samples = 1;
  at("train-words").textContent = at("train-accuracy").textContent = "";
  at("train-chart").toggleAttribute("hidden", true);
  name();
}

export function startTraining() {
  at("train-run").addEventListener("click", () => (training.running ? stop() : run()));
  at("train-reset").addEventListener("click", () => {
    if (ask({ do: "train-reset" })) forget();
    for (const listener of training.listeners) listener();
  });
  at("train-take").addEventListener("click", () => {
    move({ do: "train-take" });
    at("forward").focus();
  });
}

panel({
  start() {
    forget();
    // Six samples are better stepped through than raced through, but who wants to may.
    at("training").classList.toggle("wide", session.network.sizes[0] !== 2);
  },
});

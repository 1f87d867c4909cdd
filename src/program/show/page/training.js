// Training at full speed, in slices, so that the page goes on answering. Every view shows the network as it forms.
import { at, choice } from "./dom.js";
import { ask, isLarge, move, panel, watch } from "./session.js";

/** How long a slice should take, in milliseconds; in between, the page answers. */
const SLICE = 20;
/** How often the page is drawn while it trains, in milliseconds; less often where that would take more than a fifth of the time. */
const SHOW = 90;

const training = { running: false, samples: 1, begun: false, shown: 0, wait: SHOW, cost: Infinity, slices: 0, watched: false };

export const isTraining = () => training.running;

/** How many slices have been trained; what shows weights compares it. */
export const slicesTrained = () => training.slices;

function slice() {
  if (!training.running) return;
  const began = performance.now();
  // The first slice after the page was shown: what showing took, with all that the browser did for it.
  // It rises slowly: a machine that is busy for a moment does not make pictures rare.
  if (training.wait === 0) {
    training.cost = Math.min(began - training.shown, 1.3 * training.cost);
    training.wait = Math.max(SHOW, 5 * training.cost);
  }
  const report = ask({ do: "train", samples: training.samples, engine: choice("train-engine").value });
  if (!report) return stop();
  training.slices += 1;
  const took = performance.now() - began;
  training.samples = Math.max(1, Math.min(Math.round(training.samples * Math.min(SLICE / Math.max(took, 0.1), 2)), 5000));
  tell(report);
  const arrived = training.begun && wasOnTheWay && !report.on_the_way;
  wasOnTheWay = report.on_the_way;
  if (report.diverged || arrived) return stop();
  if (began - training.shown >= training.wait) {
    training.shown = performance.now();
    training.wait = 0;
    // The first picture has the sample that the others are about.
    if (isLarge() && training.watched) watch();
    else move({ do: "look" });
    training.watched = true;
  }
  setTimeout(slice);
}

/** Whether training follows an address. */
let wasOnTheWay = false;

/** @param {any} report */
function tell({ words, on_the_way, is_begun }) {
  training.begun = is_begun;
  at("train-words").textContent = on_the_way ? `On the way to where the address leads. ${words}` : words;
}

function run() {
  training.running = true;
  training.watched = false;
  training.cost = Infinity;
  name();
  setTimeout(slice);
}

/** Stops training, if it runs. */
export function stop() {
  if (!training.running) return;
  training.running = false;
  name();
  move({ do: "look" });
}

function name() {
  at("train-run").textContent = training.running ? "Pause" : training.begun ? "Go on" : "Train";
  document.body.classList.toggle("training", training.running);
}

export function startTraining() {
  at("train-run").addEventListener("click", () => (training.running ? stop() : run()));
}

panel({
  start({ training: report }) {
    training.running = false;
    training.samples = 1;
    if (report) tell(report);
    name();
    wasOnTheWay = report?.on_the_way ?? false;
    if (wasOnTheWay) run();
  },
});

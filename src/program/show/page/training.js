// Training at full speed, in slices, so that the page stays responsive. Every view shows the network as it forms.
import { at, choice, write } from "./dom.js";
import { ask, isLarge, move, panel, session, watch } from "./session.js";

/**
 * From one slice to the next, in milliseconds: twelve pictures a second. What is left after a picture is for training; where a
 * picture takes so long that this is less than four fifths of the time, there are fewer.
 */
const PERIOD = 80;
/** The longest that a picture may count: in a window behind others the browser waits much longer. */
const LONGEST_PICTURE = 40;
/** The most samples of a slice, also where time stands still. */
const MOST_SAMPLES = 5000;

const training = { running: false, samples: 1, begun: false, slices: 0, watched: false, ended: 0, picture: 0 };

export const isTraining = () => training.running;

/** How many slices have been trained; what shows weights compares it. */
export const slicesTrained = () => training.slices;

function slice() {
  if (!training.running) return;
  const began = performance.now();
  // The browser paints between two slices too.
  training.picture = (training.picture + Math.min(began - training.ended, LONGEST_PICTURE)) / 2;
  const wanted = Math.max(PERIOD - training.picture, 4 * training.picture);
  const report = ask({ do: "train", samples: training.samples, engine: choice("train-engine").value });
  if (!report) return stop();
  training.slices += 1;
  training.ended = performance.now();
  const took = training.ended - began;
  training.samples = Math.max(1, Math.min(Math.round(training.samples * Math.min(wanted / Math.max(took, 0.1), 2)), MOST_SAMPLES));
  tell(report);
  const arrived = training.begun && wasOnTheWay && !report.on_the_way;
  wasOnTheWay = report.on_the_way;
  if (report.diverged || arrived) return stop();
  // The first picture has the sample that the others are about.
  if (isLarge() && training.watched) watch();
  else move({ do: "look" });
  training.watched = true;
  setTimeout(slice);
}

/** Whether training follows an address. */
let wasOnTheWay = false;

/** @param {any} report */
function tell({ words, on_the_way, is_begun }) {
  training.begun = is_begun;
  write(at("train-words"), on_the_way ? `On the way to where the address leads. ${words}` : words);
}

function run() {
  training.running = true;
  training.watched = false;
  training.ended = performance.now();
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
    const engine = choice("train-engine");
    engine.disabled = session.network.noSteps !== null;
    if (engine.disabled) engine.value = "vectorized";
    training.running = false;
    training.samples = 1;
    if (report) tell(report);
    name();
    wasOnTheWay = report?.on_the_way ?? false;
    if (wasOnTheWay) run();
  },
});

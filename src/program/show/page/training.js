// Training at full speed, in slices, so that the page stays responsive. Every view shows the network as it forms.
import { at, choice, write } from "./dom.js";
import { ask, isLarge, move, panel, session, watch } from "./session.js";

/**
 * The time from one slice to the next, in milliseconds: fourteen pictures a second. What a picture leaves of it is for training;
 * if that is less than four fifths, there are fewer pictures.
 */
const PERIOD = 72;
/** The most that a picture may count: the browser makes a window behind others wait much longer. */
const LONGEST_PICTURE = 40;
/** The most samples in a slice, even if the clock does not advance. */
const MOST_SAMPLES = 5000;
/** If epochs are short, a slice has several: it ends after this many milliseconds, */
const SHORTEST = 9;
/** or after this many epochs, so that even the curve of four samples can be seen growing. */
const MOST_EPOCHS = 10;

/** The longest wait for a frame, in milliseconds: a hidden window gets none, and its training continues after this. */
const LONGEST_WAIT = 250;

const training = { running: false, run: 0, samples: 1, begun: false, slices: 0, watched: false, ended: 0, picture: 0 };

export const isTraining = () => training.running;

/** Returns the number of slices trained; what shows weights compares it. */
export const slicesTrained = () => training.slices;

/** @param {number} run */
function slice(run) {
  if (run !== training.run) return;
  const began = performance.now();
  // The browser paints between two slices too.
  training.picture = (training.picture + Math.min(began - training.ended, LONGEST_PICTURE)) / 2;
  const wanted = Math.max(PERIOD - training.picture, 4 * training.picture);
  /** @type {any} */
  let report;
  // Requested now, the next frame comes as soon as the slice ends, and shows what the slice changed.
  const picture = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    if (run === training.run) showSlice(report);
  };
  const timer = setTimeout(picture, LONGEST_WAIT);
  const frame = requestAnimationFrame(picture);
  const request = { do: "train", samples: training.samples, engine: choice("train-engine").value };
  let epochs = 0;
  do {
    report = ask(request);
    if (!report) return stop();
    epochs += 1;
  } while (epochs < Math.min(MOST_EPOCHS, MOST_SAMPLES / report.total) && performance.now() - began < SHORTEST && !isOver(report));
  training.slices += 1;
  training.ended = performance.now();
  const took = training.ended - began;
  training.samples = Math.max(1, Math.min(Math.round(training.samples * Math.min(wanted / Math.max(took, 0.1), 2)), MOST_SAMPLES));
}

/** Shows what a slice has changed, and calls for the next one. @param {any} report */
function showSlice(report) {
  tell(report);
  const isLast = isOver(report);
  wasOnTheWay = report.on_the_way;
  if (isLast) return stop();
  // The first picture chooses the sample that the others show.
  if (isLarge() && training.watched) watch();
  else move({ do: "look" });
  training.watched = true;
  // A timer set in a frame runs at once; set in another timer, the browser delays it by 4 ms.
  setTimeout(slice, 1, training.run);
}

/** True while training follows an address. */
let wasOnTheWay = false;

/** Returns true if training has diverged or has arrived where the address leads. @param {any} report */
const isOver = ({ diverged, on_the_way }) => diverged || (wasOnTheWay && !on_the_way);

/** @param {any} report */
function tell({ words, on_the_way, is_begun }) {
  training.begun = is_begun;
  write(at("train-words"), on_the_way ? `On the way to where the address leads. ${words}` : words);
}

function run() {
  training.running = true;
  training.run += 1;
  training.watched = false;
  training.ended = performance.now();
  name();
  setTimeout(slice, 0, training.run);
}

function halt() {
  training.running = false;
  training.run += 1;
}

/** Stops training, if it runs. */
export function stop() {
  if (!training.running) return;
  halt();
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
    halt();
    training.samples = 1;
    if (report) tell(report);
    name();
    wasOnTheWay = report?.on_the_way ?? false;
    if (wasOnTheWay) run();
  },
});

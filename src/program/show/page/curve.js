// The error, sample by sample, as far as it is known.
import { at, drawn } from "./dom.js";
import { move, panel, session } from "./session.js";

/** What the engine has told of the curve so far. @type {number[]} */
let costs = [];
/** Which network, edits and rate these belong to. */
let belongsTo = "";

/** Where a curve stands in its chart, in pixels. */
const EDGE = { left: 78, right: 10, top: 12, bottom: 26 };

/**
 * Draws costs into a chart, and level lines for the means of epochs.
 * @param {Element} chart
 * @param {number[]} values
 * @param {number} places  how many there will be at least
 * @param {number} inEpoch  how many make an epoch
 * @param {number[]} means
 */
export function drawCurve(chart, values, places, inEpoch, means = []) {
  const [width, height] = [chart.clientWidth || 560, chart.clientHeight || 112];
  const { left, right, top, bottom } = EDGE;
  const largest = values.reduce((most, value) => Math.max(most, value), 0) || 1;
  const count = Math.max(places, values.length);
  const x = (/** @type {number} */ k) => left + (k / count) * (width - left - right);
  const y = (/** @type {number} */ value) => height - bottom - (value / largest) * (height - top - bottom);
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.replaceChildren();
  for (const level of [0, largest / 2, largest]) {
    chart.append(drawn("line", { x1: left, x2: width - right, y1: y(level), y2: y(level), class: "grid" }));
    if (values.length > 0 && level !== largest / 2) chart.append(drawn("text", { x: left - 8, y: y(level) + 6, class: "end" }, String(Number(level.toPrecision(2)))));
  }
  const epochs = Math.ceil(count / inEpoch);
  // At most ten numbers of epochs, and round ones.
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((step) => epochs / step <= 10) ?? 10_000;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    if (means[epoch] !== undefined && epochs <= 100) {
      chart.append(drawn("line", { x1: x(epoch * inEpoch), x2: x((epoch + 1) * inEpoch), y1: y(means[epoch]), y2: y(means[epoch]), class: "mean" }));
    }
    if (epoch % every === 0) {
      chart.append(drawn("text", { x: x((epoch + 0.5) * inEpoch), y: height - 4 }, String(epoch + 1)));
    }
  }
  chart.append(drawn("text", { x: left - 8, y: height - 4, class: "end" }, "epoch"));
  if (values.length === 0) return;
  // More points than pixels would only cost time.
  const coarse = Math.ceil(values.length / 1000);
  const points = values.flatMap((value, k) => (k % coarse === 0 || k === values.length - 1 ? [`${x(k + 0.5).toFixed(1)},${y(value).toFixed(1)}`] : []));
  const last = values.length - 1;
  chart.append(drawn("polyline", { class: "past", points: points.join(" ") }),
    drawn("circle", { r: 6, class: "marker", cx: x(last + 0.5), cy: y(values[last]) }));
}

/** How many samples the chart of a training has room for, now that the reader is in this epoch. */
const placesFor = (/** @type {number} */ samples, /** @type {number} */ epoch) => samples * Math.max(session.situation.epochs ?? 5, epoch);

/** @param {import("./engine.js").Moment} moment */
function showCurve({ cost, edits, rate, samples, epoch }) {
  const owner = JSON.stringify([edits, rate, session.situation]);
  if (owner !== belongsTo) costs = [];
  belongsTo = owner;
  costs.length = Math.min(costs.length, cost.known);
  const answer = session.engine({ do: "curve", from: costs.length });
  for (const value of answer.costs ?? []) costs.push(value);
  drawCurve(at("chart"), costs, placesFor(samples, epoch), samples, answer.epoch_costs);
  at("chart-words").textContent = answer.words ?? "";
}

export function startCurve() {
  const chart = at("chart");
  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const { samples, epoch, epoch_length: length } = session.moment;
    const share = (event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right);
    const sample = Math.floor(share * Math.max(placesFor(samples, epoch), costs.length));
    if (sample < 0) return;
    move({ do: "goto", position: Math.floor((sample * length) / samples) });
  });
}

panel({ show: showCurve });

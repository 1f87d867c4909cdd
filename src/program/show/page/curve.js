// The error: the mean of every epoch, however it was trained, and the single samples of the present one.
import { at, drawn, say, write } from "./dom.js";
import { move, panel, session } from "./session.js";

/** The edges around a curve in its chart, in pixels. */
const EDGE = { left: 78, right: 10, top: 12, bottom: 26 };

/** The chart's size; asking for it at every moment would lay out the page twice. */
let measured = [560, 112];
let places = 5;
let before = 0;
/** The sizes and numbers the frame was last drawn for. */
let framed = "";

function showCurve() {
  const curve = session.engine({ do: "curve" });
  if (curve.error === undefined) drawCurve(curve);
}

/** @param {any} curve */
function drawCurve(curve) {
  before = curve.before;
  places = Math.max(session.horizon, curve.epochs);
  const [width, height] = measured;
  const { left, right, top, bottom } = EDGE;
  const points = [...curve.means, ...(curve.so_far ? [curve.so_far] : [])];
  const largest = [...points, ...curve.samples].reduce((most, [, cost]) => Math.max(most, cost ?? 0), 0) || 1;
  const x = (/** @type {number} */ epoch) => left + (epoch / places) * (width - left - right);
  const y = (/** @type {number} */ cost) => height - bottom - (cost / largest) * (height - top - bottom);
  drawFrame(x, y, points.length > 0 ? largest : null);
  const known = points.filter(([, cost]) => cost !== null);
  at("curve").replaceChildren(
    ...curve.samples.map((/** @type {[number, number]} */ [epoch, cost]) => drawn("circle", { r: 3, class: "sample", cx: x(epoch), cy: y(cost) })),
    drawn("polyline", { class: "past", points: known.map(([epoch, cost]) => `${x(epoch).toFixed(1)},${y(cost).toFixed(1)}`).join(" ") }),
    ...known.slice(-1).map(([epoch, cost]) => drawn("circle", { r: 6, class: "marker", cx: x(epoch), cy: y(cost) })));
  write(at("chart-words"), curve.words);
}

/**
 * Draws what stays the same while the network trains, unless it is there already.
 * @param {(epoch: number) => number} x
 * @param {(cost: number) => number} y
 * @param {number | null} largest  the largest error, if there is one yet
 */
function drawFrame(x, y, largest) {
  const [width, height] = measured;
  const { left, right } = EDGE;
  const wanted = JSON.stringify([measured, places, largest]);
  if (wanted === framed) return;
  framed = wanted;
  at("chart").setAttribute("viewBox", `0 0 ${width} ${height}`);
  const top = largest ?? 1;
  const lines = [0, top / 2, top].map((level) => drawn("line", { x1: left, x2: width - right, y1: y(level), y2: y(level), class: "grid" }));
  const levels = largest === null ? [] : [0, largest].map((level) => drawn("text", { x: left - 8, y: y(level) + 6, class: "end" }, String(Number(level.toPrecision(3)))));
  // Round numbers of epochs, as many as there is room for.
  const most = (width - left - right) / 60;
  const magnitude = 10 ** Math.floor(Math.log10(places / most));
  const every = Math.max([1, 2, 5, 10].map((digit) => digit * magnitude).find((step) => places / step <= most) ?? 1, 1);
  const epochs = Array.from({ length: Math.ceil(places / every) }, (_, i) => drawn("text", { x: x(i * every + 0.5), y: height - 4 }, String(i * every + 1)));
  at("chart-frame").replaceChildren(...lines, ...levels, ...epochs, drawn("text", { x: left - 8, y: height - 4, class: "end" }, "epoch"));
}

export function startCurve() {
  const chart = at("chart");
  new ResizeObserver(() => {
    measured = [chart.clientWidth || 560, chart.clientHeight || 112];
    if (session.moment) showCurve();
  }).observe(chart);
  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const epoch = ((event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right)) * places - before;
    if (epoch < 0) say("These epochs were trained at full speed; their steps were not kept.");
    else move({ do: "goto", position: Math.floor(epoch * session.moment.epoch_length) });
  });
}

panel({ show: showCurve, watch: ({ curve }) => drawCurve(curve) });

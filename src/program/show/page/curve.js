// The error: the mean of every epoch, however it was trained, and the single samples of the present one.
import { at, drawn, say } from "./dom.js";
import { move, panel, session } from "./session.js";

/** The edges around a curve in its chart, in pixels. */
const EDGE = { left: 78, right: 10, top: 12, bottom: 26 };

/** The chart's size; to ask for it at every moment would lay out the page twice. */
let measured = [560, 112];
let places = 5;
let before = 0;

function showCurve() {
  const curve = session.engine({ do: "curve" });
  if (curve.error === undefined) drawCurve(curve);
}

/** @param {any} curve */
function drawCurve(curve) {
  const chart = at("chart");
  before = curve.before;
  places = Math.max(session.horizon, curve.epochs);
  const [width, height] = measured;
  const { left, right, top, bottom } = EDGE;
  const points = [...curve.means, ...(curve.so_far ? [curve.so_far] : [])];
  const largest = [...points, ...curve.samples].reduce((most, [, cost]) => Math.max(most, cost ?? 0), 0) || 1;
  const x = (/** @type {number} */ epoch) => left + (epoch / places) * (width - left - right);
  const y = (/** @type {number} */ cost) => height - bottom - (cost / largest) * (height - top - bottom);
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.replaceChildren();
  for (const level of [0, largest / 2, largest]) {
    chart.append(drawn("line", { x1: left, x2: width - right, y1: y(level), y2: y(level), class: "grid" }));
    if (points.length > 0 && level !== largest / 2) chart.append(drawn("text", { x: left - 8, y: y(level) + 6, class: "end" }, String(Number(level.toPrecision(3)))));
  }
  // The numbers of epochs: round ones, as many as there is room for.
  const most = (width - left - right) / 60;
  const magnitude = 10 ** Math.floor(Math.log10(places / most));
  const every = Math.max([1, 2, 5, 10].map((digit) => digit * magnitude).find((step) => places / step <= most) ?? 1, 1);
  for (let epoch = 0; epoch < places; epoch += every) {
    chart.append(drawn("text", { x: x(epoch + 0.5), y: height - 4 }, String(epoch + 1)));
  }
  chart.append(drawn("text", { x: left - 8, y: height - 4, class: "end" }, "epoch"));
  const known = points.filter(([, cost]) => cost !== null);
  chart.append(
    ...curve.samples.map((/** @type {[number, number]} */ [epoch, cost]) => drawn("circle", { r: 3, class: "sample", cx: x(epoch), cy: y(cost) })),
    drawn("polyline", { class: "past", points: known.map(([epoch, cost]) => `${x(epoch).toFixed(1)},${y(cost).toFixed(1)}`).join(" ") }),
    ...known.slice(-1).map(([epoch, cost]) => drawn("circle", { r: 6, class: "marker", cx: x(epoch), cy: y(cost) })));
  at("chart-words").textContent = curve.words;
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

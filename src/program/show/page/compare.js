// Objects and matrices race on the reader's machine, doing the same work on the same numbers, at one size or at many.
import { at, drawn, element, field, say } from "./dom.js";
import { askAside } from "./engine.js";
import { accept, ask, complain, panel, refuseAt, session } from "./session.js";

/** The time the slowest runner takes, in milliseconds. */
const COURSE = 3000;

/** @type {[key: string, name: string][]} */
const RUNNERS = [
  ["object_us", "objects"],
  ["textbook_us", "textbook matrices"],
  ["vectorized_us", "fused matrices"],
];

/** What has been measured, keyed by sizes. @type {Map<string, any>} */
const runs = new Map();
let hasFused = false;

/** Races these sizes; the first time smaller networks too. */
async function race() {
  const input = field("race-sizes");
  const found = ask({ do: "family", sizes: input.value }, refuseAt(input));
  if (!found) return;
  accept(input);
  const [chosen, ...smaller] = found.family;
  // Sizes measured before are not measured again, except those asked for.
  const wanted = runs.size < 3 ? [...smaller.reverse(), chosen] : [chosen];
  const run = /** @type {HTMLButtonElement} */ (at("race-run"));
  run.disabled = true;
  at("race-words").textContent = "They warm up: first they must agree, then they are timed …";
  try {
    await askAside(wanted.map((sizes) => ({ do: "compare", sizes })), (answer, fused) => {
      hasFused = fused;
      if (answer.error) complain(answer.error);
      else tellRace(answer);
    });
  } catch (error) {
    complain(`The race could not start: ${/** @type {Error} */ (error).message}. \`backprop compare\` runs it in a terminal.`);
  } finally {
    run.disabled = false;
  }
}

/** @param {any} answer */
function tellRace(answer) {
  const key = answer.sizes.join("-");
  runs.delete(key);
  runs.set(key, answer);
  const slowest = Math.max(...RUNNERS.map(([key]) => answer[key] ?? 0));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  at("lanes").replaceChildren(...RUNNERS.filter(([key]) => answer[key] !== null).map(([key, name]) => {
    const share = answer[key] / slowest;
    const seconds = still ? 0 : (COURSE * share) / 1000;
    return element("li", { class: key }, element("span", { class: "runner" }, name), element("span", { class: "lane" },
      element("span", { class: "run", style: `--share: ${share}; animation-duration: ${seconds}s` })), element("span", { class: "time" }, `${answer.texts[key]} µs a sample`));
  }));
  const measured = [...runs.values()].filter(({ ratio }) => ratio !== null);
  const told = ask({ do: "explain", runs: measured, fused: hasFused });
  if (!told) return;
  drawLines(measured, told.crossing, key);
  const words = `${key}: ${answer.agrees ? "they agree" : "they do NOT agree"}, the largest difference is ${answer.texts.max_difference}. ` +
    `${told.words} An object graph takes ${answer.texts.bytes_per_connection} bytes a connection, a matrix 8.`;
  at("race-words").textContent = words;
  say(words);
}

/**
 * Draws time over size, both in powers of ten.
 * @param {any[]} measured
 * @param {number | null} crossing
 * @param {string} chosen
 */
function drawLines(measured, crossing, chosen) {
  const chart = at("race-chart");
  const [width, height, left, bottom] = [Math.max(chart.clientWidth, 300), 240, 88, 46];
  const sorted = [...measured].sort((one, other) => one.connections - other.connections);
  const times = sorted.flatMap((run) => RUNNERS.map(([key]) => run[key]));
  const decades = (/** @type {number[]} */ numbers) => [Math.floor(Math.log10(Math.min(...numbers))), Math.max(Math.ceil(Math.log10(Math.max(...numbers))), Math.floor(Math.log10(Math.min(...numbers))) + 1)];
  const [xFrom, xTo] = decades(sorted.map(({ connections }) => connections));
  const [yFrom, yTo] = decades(times);
  const x = (/** @type {number} */ value) => left + ((Math.log10(value) - xFrom) / (xTo - xFrom)) * (width - left - 12);
  const y = (/** @type {number} */ value) => height - bottom - ((Math.log10(value) - yFrom) / (yTo - yFrom)) * (height - bottom - 12);
  const power = (/** @type {number} */ exponent) => String(exponent < 0 ? 10 ** exponent : (10 ** exponent).toLocaleString("en"));
  const marks = [];
  // A narrow picture has room for every second number only.
  const every = x(10) - x(1) < 70 ? 2 : 1;
  for (let e = xFrom; e <= xTo; e += 1) {
    marks.push(drawn("line", { x1: x(10 ** e), x2: x(10 ** e), y1: 12, y2: height - bottom, class: "grid" }),
      drawn("text", { x: x(10 ** e), y: height - bottom + 20, class: e === xTo ? "end" : undefined }, (xTo - e) % every === 0 ? power(e) : ""));
  }
  for (let e = yFrom; e <= yTo; e += 1) {
    marks.push(drawn("line", { x1: left, x2: width - 12, y1: y(10 ** e), y2: y(10 ** e), class: "grid" }),
      drawn("text", { x: left - 6, y: y(10 ** e) + 5, class: "end" }, `${power(e)} µs`));
  }
  marks.push(drawn("text", { x: (left + width) / 2, y: height - 4 }, "connections"));
  const lines = RUNNERS.map(([key]) => drawn("g", { class: key },
    drawn("polyline", { points: sorted.map((run) => `${x(run.connections)},${y(run[key])}`).join(" ") }),
    ...sorted.map((run) => drawn("circle", { cx: x(run.connections), cy: y(run[key]), r: run.sizes.join("-") === chosen ? 6 : 3.5 }))));
  const cross = crossing ? [drawn("line", { x1: x(crossing), x2: x(crossing), y1: 12, y2: height - bottom, class: "crossing" })] : [];
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.replaceChildren(...marks, ...cross, ...lines);
}

/** A slider for each layer: small sizes are as easy to hit as large ones. */
function showSliders() {
  const input = field("race-sizes");
  const found = session.engine({ do: "family", sizes: input.value });
  if (!found.family) return;
  /** @type {number[]} */
  const sizes = found.family[0];
  at("race-sliders").replaceChildren(...sizes.map((size, layer) => {
    const slider = /** @type {HTMLInputElement} */ (element("input", { type: "range", "data-keys": true, min: 0, max: 100, value: Math.round(100 * Math.log(size) / Math.log(1000)), "aria-valuetext": `${size} nodes` }));
    slider.addEventListener("input", () => {
      sizes[layer] = Math.round(1000 ** (Number(slider.value) / 100));
      slider.setAttribute("aria-valuetext", `${sizes[layer]} nodes`);
      input.value = sizes.join("-");
      accept(input);
    });
    slider.addEventListener("change", race);
    return element("label", {}, layer === 0 ? "inputs" : layer === sizes.length - 1 ? "outputs" : "hidden", slider);
  }));
}

export function startCompare() {
  field("race-sizes").value = "784-30-10";
  showSliders();
  field("race-sizes").addEventListener("input", () => {
    accept(field("race-sizes"));
    showSliders();
  });
  at("race-form").addEventListener("submit", (event) => {
    event.preventDefault();
    race();
  });
  at("race-mine").addEventListener("click", () => {
    field("race-sizes").value = session.network.sizes.join("-");
    showSliders();
    race();
  });
}

panel({
  start() {
    at("race-mine").textContent = `The page's own, ${session.network.sizes.join("-")}`;
  },
});

// Objects and matrices race on the reader's own machine, doing the same work to the same numbers.
import { at, element, field, say } from "./dom.js";
import { askAside } from "./engine.js";
import { complain, panel, session } from "./session.js";

/** How long the slowest takes over the course, in milliseconds. */
const COURSE = 5000;

/** @type {[key: string, name: string][]} */
const RUNNERS = [
  ["object_us", "objects"],
  ["textbook_us", "textbook matrices"],
  ["vectorized_us", "fused matrices"],
];

async function race() {
  const sizes = field("race-sizes").value.split(/[\s,-]+/).filter(Boolean).map(Number);
  const run = /** @type {HTMLButtonElement} */ (at("race-run"));
  run.disabled = true;
  at("race-words").textContent = "They warm up: first they must agree, then they are timed …";
  try {
    const answer = await askAside([{ do: "start" }, { do: "compare", sizes }]);
    if (answer.error) complain(answer.error);
    else tellRace(answer);
  } catch (error) {
    complain(`The race could not start: ${/** @type {Error} */ (error).message}`);
  } finally {
    run.disabled = false;
  }
}

/** @param {any} answer */
function tellRace(answer) {
  const runners = RUNNERS.filter(([key]) => answer[key] !== undefined && answer[key] !== null);
  const slowest = Math.max(...runners.map(([key]) => answer[key]));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  at("lanes").replaceChildren(...runners.map(([key, name]) => {
    const seconds = still ? 0 : (COURSE * answer[key]) / slowest / 1000;
    return element("li", {}, element("span", { class: "runner" }, name), element("span", { class: "lane" },
      element("span", { class: "run", style: `animation-duration: ${seconds}s` })), element("span", { class: "time" }, `${answer.texts[key]} µs a sample`));
  }));
  // The numbers are the program's to the bit, and that costs where the platform lacks the instruction.
  const why = answer.ratio < 1.5 ? " In this browser the matrices gain little: to give the program's numbers to the bit, they put each fused " +
    "multiply-add, for which WebAssembly has no instruction, together from thirty others. They still skip inputs that are 0, as most " +
    "pixels are. Natively (backprop compare) they win by far." : "";
  const words = `${answer.agrees ? "They agree" : "They do NOT agree"}: the largest difference is ${answer.texts.max_difference}. ` +
    `An object graph takes ${answer.texts.bytes_per_connection} bytes a connection, a matrix 8.${why}`;
  at("race-words").textContent = words;
  say(words);
}

export function startCompare() {
  at("race-form").addEventListener("submit", (event) => {
    event.preventDefault();
    race();
  });
}

panel({
  start() {
    field("race-sizes").value = session.network.sizes.join(", ");
    at("lanes").replaceChildren();
    at("race-words").textContent = "";
  },
});

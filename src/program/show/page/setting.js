// What is trained: data, network, rate and the rest. A change starts over; only the rate changes the training in hand.
import { at, choice, field } from "./dom.js";
import { complain, edit, panel, session, startWith } from "./session.js";

/** What `start` takes when nothing is said. @type {Record<string, any>} */
const USUAL = { data: "nine-nodes", activation: "sigmoid", cost: "quadratic", rate: 0.3, batch: 1, l2: 0, dropout: 0, init: "small", seed: 0 };

/** A network that suits the data. @type {Record<string, Record<string, any>>} */
const SUITS = {
  "nine-nodes": { sizes: [3, 4, 2], activation: "sigmoid", rate: 0.3, init: "small", cost: "quadratic", targets: undefined },
  xor: { sizes: [2, 3, 1], activation: "sigmoid", rate: 1, init: "normal", cost: "cross-entropy", targets: "one-hot" },
  circles: { sizes: [2, 6, 1], activation: "tanh,sigmoid", rate: 0.1, init: "scaled", cost: "cross-entropy", targets: "one-hot" },
  moons: { sizes: [2, 6, 1], activation: "tanh,sigmoid", rate: 0.1, init: "scaled", cost: "cross-entropy", targets: "one-hot" },
  spiral: { sizes: [2, 12, 12, 1], activation: "tanh,tanh,sigmoid", rate: 0.05, init: "scaled", cost: "cross-entropy", targets: "one-hot" },
  digits: { sizes: [784, 30, 10], activation: "sigmoid", rate: 0.3, init: "scaled", cost: "quadratic", targets: undefined },
};

const CHOICES = ["data", "activation", "cost", "init"];
const NUMBERS = ["rate", "batch", "l2", "dropout", "seed"];

/** @param {string} key */
const situationText = (key) => {
  // A model brings these with it.
  const { activations, cost } = session.network;
  if (key === "cost") return cost;
  if (key === "activation") return new Set(activations).size === 1 ? activations[0] : activations.join(",");
  const value = session.situation[key] ?? USUAL[key];
  return Array.isArray(value) ? value.join(",") : typeof value === "object" ? "" : String(value);
};

function showSetting() {
  at("about").textContent = session.moment.about ?? at("about").textContent;
  for (const key of CHOICES) {
    const select = choice(`set-${key}`);
    const value = situationText(key);
    if (value !== "" && ![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
    select.value = value;
  }
  for (const key of NUMBERS) {
    if (document.activeElement !== field(`set-${key}`)) field(`set-${key}`).value = key === "rate" ? session.moment.rate : situationText(key);
  }
  if (document.activeElement !== field("set-sizes")) field("set-sizes").value = session.network.sizes.join(", ");
}

/** @param {string} key */
function change(key) {
  const text = key === "sizes" || NUMBERS.includes(key) ? field(`set-${key}`).value : choice(`set-${key}`).value;
  if (key === "rate") edit("rate", Number(text));
  else if (key === "data") startWith({ model: undefined, ...(SUITS[text] ?? {}), ...fromList(SUITS[text]?.activation), data: text });
  else if (key === "sizes") resize(text.split(/[\s,-]+/).filter(Boolean).map(Number));
  else if (key === "activation") startWith(fromList(text));
  else startWith({ [key]: NUMBERS.includes(key) ? Number(text) : text });
  // What could not be done is not shown as if it had been.
  /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  showSetting();
  at(`set-${key}`).focus();
}

/**
 * Other layers between; with other ends the samples do not fit, and made-up ones take their place.
 * @param {number[]} sizes
 */
function resize(sizes) {
  const before = session.network.sizes;
  const fits = sizes[0] === before[0] && sizes.at(-1) === before.at(-1);
  const activation = sizes.length === before.length ? session.situation.activation : undefined;
  startWith({ model: undefined, sizes, activation, ...(fits ? {} : { data: "made-up", limit: undefined }) });
}

/** @param {string | undefined} text */
const fromList = (text) => (text === undefined ? {} : { activation: text.includes(",") ? text.split(",") : text });

/**
 * Starts from a trained model: on the present data where they fit, else on the digits, else on made-up samples.
 * @param {File} file
 */
export async function openModel(file) {
  let model;
  try {
    model = JSON.parse(await file.text());
  } catch {
    complain(`${file.name} is no model: it is not JSON. \`backprop train --out model.json\` writes one.`);
    return;
  }
  const { sizes } = session.network;
  const [inputs, outputs] = [model.sizes?.[0], model.sizes?.at(-1)];
  const fits = inputs === sizes[0] && outputs === sizes[sizes.length - 1];
  const digits = inputs === 784 && outputs === 10 && at("images").textContent !== "";
  const data = fits ? {} : { data: digits ? "digits" : "made-up", limit: undefined };
  startWith({ model, ...data, sizes: undefined, activation: undefined, cost: undefined });
}

export function startSetting() {
  for (const key of [...CHOICES, ...NUMBERS, "sizes"]) at(`set-${key}`).addEventListener("change", () => change(key));
  at("set-form").addEventListener("submit", (event) => event.preventDefault());
  at("another-seed").addEventListener("click", () => startWith({ seed: Number(situationText("seed")) + 1 }));
  field("model-file").addEventListener("change", () => {
    const file = field("model-file").files?.[0];
    if (file) openModel(file);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) openModel(file);
  });
}

panel({ start: showSetting, show: showSetting });

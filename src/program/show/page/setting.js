// What is trained: data, network, rate and the rest. A change starts over; only the rate changes the current
// training.
import { at, choice, field } from "./dom.js";
import { accept, complain, edit, move, panel, refuseAt, session } from "./session.js";

const CHOICES = ["data", "activation", "cost", "init"];
const TYPED = ["sizes", "rate", "batch", "l2", "dropout", "seed"];

const setting = (/** @type {string} */ key) => (key === "rate" ? session.moment.rate : session.settings[key]);

function showSetting() {
  at("about").textContent = session.moment.about ?? at("about").textContent;
  for (const key of CHOICES) {
    const select = choice(`set-${key}`);
    const value = setting(key);
    if (value !== "" && ![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
    select.value = value;
  }
  for (const key of TYPED) {
    const input = field(`set-${key}`);
    if (document.activeElement !== input && !input.hasAttribute("aria-invalid")) input.value = setting(key);
  }
}

/** @param {string} key */
function change(key) {
  const input = field(`set-${key}`);
  const refuse = TYPED.includes(key) ? refuseAt(input) : complain;
  const done = key === "rate" && !session.network.noSteps ? edit("rate", input.value, { refuse }) : move({ do: "set", key, value: input.value }, refuse);
  if (done) {
    accept(input);
    if (TYPED.includes(key)) input.value = setting(key);
  } else if (CHOICES.includes(key)) {
    input.value = setting(key);
  }
}

/**
 * Starts from a trained model.
 * @param {File} file
 */
export async function openModel(file) {
  try {
    move({ do: "open", file: file.name, text: await file.text() });
  } catch {
    complain(`${file.name} cannot be read; choose a file that \`backprop train --out model.json\` has written.`);
  }
}

export function startSetting() {
  for (const key of [...CHOICES, ...TYPED]) at(`set-${key}`).addEventListener("change", () => change(key));
  for (const key of TYPED) at(`set-${key}`).addEventListener("input", () => accept(field(`set-${key}`)));
  at("set-form").addEventListener("submit", (event) => event.preventDefault());
  at("another-seed").addEventListener("click", () => move({ do: "set", key: "another-seed", value: "" }));
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

panel({
  start() {
    for (const key of TYPED) accept(field(`set-${key}`));
  },
  show: showSetting,
});

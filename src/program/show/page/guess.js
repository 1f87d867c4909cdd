// "What comes next?": the page asks for a value before it shows it. The engine says if a guess is right, and if not,
// which slip it was.
import { at, button, element, field, say } from "./dom.js";
import { accept, ask, move, panel, refuseAt, session } from "./session.js";

let isAsking = false;
/** The position that has been answered, or left open. */
let settled = -1;

/** @param {boolean} asking */
export function setAsking(asking) {
  isAsking = asking;
  settled = -1;
  at("ask").setAttribute("aria-pressed", String(asking));
  showGuess();
}

export const toggleAsking = () => setAsking(!isAsking);

/** Returns true if the next value is to be guessed first, and asks for it then. */
export function holdsBack() {
  const input = document.getElementById("guess-value");
  if (!isAsking || settled === session.moment.position || !input) return false;
  input.focus();
  return true;
}

function showGuess() {
  const box = at("guess");
  box.hidden = !isAsking;
  if (!isAsking || settled === session.moment.position) return;
  const question = session.engine({ do: "guess" });
  if (question.error !== undefined || !question.asks) {
    box.replaceChildren(element("p", { class: "hint" }, "The next number is given, not computed: step forward."));
    return;
  }
  const input = element("input", { id: "guess-value", inputmode: "decimal", autocomplete: "off", "aria-describedby": "guess-hint" });
  const form = element("form", { class: "line" },
    element("label", { for: "guess-value" }, question.question), input,
    element("button", { class: "main" }, "Compare"), button("Show me", reveal));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    judge(field("guess-value").value);
  });
  box.replaceChildren(
    element("h2", {}, "What comes next?"), form,
    element("p", { id: "guess-hint", class: "hint" }, question.hint),
    element("p", { id: "guess-verdict", role: "status" }));
}

/** @param {string} value */
function judge(value) {
  const input = field("guess-value");
  const verdict = ask({ do: "guess", value }, refuseAt(input));
  if (!verdict) return;
  accept(input);
  if (verdict.right) {
    reveal();
    at("guess").replaceChildren(element("p", { class: "line" }, verdict.words, next()));
    at("guess-next").focus();
    say(verdict.words);
    return;
  }
  at("guess-verdict").textContent = verdict.slip
    ? `Not quite. ${verdict.slip.text}`
    : "Not quite, and it is none of the classic slips. Look at the formula once more.";
}

function reveal() {
  settled = session.moment.position + 1;
  move({ do: "next" });
  at("guess").replaceChildren(element("p", { class: "line" }, next()));
}

const next = () => button("Ask me the next one", () => {
  settled = -1;
  showGuess();
  field("guess-value")?.focus();
}, { id: "guess-next" });

panel({ show: showGuess });

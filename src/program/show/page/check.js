// The gradient check: each connection's verdict on the picture, and the report; with a fault planted, known or to be found.
import { showAddress } from "./address.js";
import { at, choice, element, field, say, typeset } from "./dom.js";
import { hideVerdicts, showMode } from "./modes.js";
import { drawNetwork, edgeGroup } from "./picture.js";
import { pointAt, pointing } from "./pointing.js";
import { ask, panel, session } from "./session.js";

/** The name or number of the fault to be found. */
let mystery = "";

/** @param {any} answer */
function tellReport(answer) {
  if (!answer) return;
  showMode("check");
  const network = answer.network ?? session.network;
  at("report").textContent = answer.report;
  at("report-words").hidden = false;
  showTable(answer);
  const drawable = network.drawable && network.connections.length > 0;
  if (drawable) {
    at("network").classList.add("verdicts");
    drawNetwork(network);
    pointing.verdicts = new Map();
    pointAt(null);
    for (const node of network.nodes) nameOnly(node);
    for (const entry of answer.entries) showVerdict(entry);
  }
  const wrong = answer.entries.filter((/** @type {any} */ entry) => entry.verdict === "disagree").length;
  const words = answer.passed ? `All ${answer.entries.length} gradients agree.` : `${wrong} of ${answer.entries.length} gradients disagree.`;
  at("check-verdict").textContent = words;
  at("check-verdict").className = answer.passed ? "agree" : "disagree";
  say(words);
}

/** The most rows of the table; the report counts the rest. */
const MOST_ROWS = 60;

/** The verdict on each weight; where some disagree, on those first. @param {any} answer */
function showTable({ entries, diagnosis }) {
  const rank = (/** @type {any} */ { verdict }) => (verdict === "agree" ? 1 : 0);
  const rows = [...entries].sort((one, other) => rank(one) - rank(other)).slice(0, MOST_ROWS);
  const heading = element("tr", {}, ...["weight", "computed", "measured", "ratio", "verdict"].map((title) => element("th", { scope: "col" }, title)));
  const line = (/** @type {any} */ { name, analytic, numerical, ratio, verdict }) => element("tr", { class: `verdict-${verdict}` },
    element("th", { scope: "row" }, ...typeset(name)), ...[analytic, numerical, ratio, verdict].map((text) => element("td", {}, text)));
  const left = entries.length - rows.length;
  at("verdicts").replaceChildren(
    ...(diagnosis ? [element("p", { class: "line" }, `Diagnosis: ${diagnosis}`)] : []),
    element("table", {}, element("thead", {}, heading), element("tbody", {}, ...rows.map(line))),
    ...(left > 0 ? [element("p", { class: "soft" }, `and ${left} more`)] : []));
  at("verdicts").hidden = false;
}

/** Shows no check. */
function clearReport() {
  at("report").textContent = at("check-verdict").textContent = "";
  at("report-words").hidden = at("verdicts").hidden = at("mystery").hidden = true;
  hideVerdicts();
}

/** @param {any} node */
function nameOnly(node) {
  const shape = at("network").querySelector(`[data-node="${node.id}"]`);
  const [output, ...others] = shape?.querySelectorAll("text") ?? [];
  if (output) {
    output.textContent = node.constant ? "1" : node.output;
    const body = /** @type {SVGGraphicsElement} */ (shape?.querySelector(".body")).getBBox();
    output.setAttribute("y", String(body.y + body.height / 2 + 5));
  }
  for (const other of others) other.textContent = "";
  shape?.setAttribute("aria-label", `${shape.textContent?.trim()}, node ${node.place}`);
}

/** @param {any} entry */
function showVerdict({ name, connection, verdict, analytic, numerical }) {
  const group = connection === null || connection === undefined ? undefined : edgeGroup(connection);
  if (!group) return;
  group.classList.add(`verdict-${verdict}`);
  const words = `${name}: ${verdict}, computed ${analytic}, measured ${numerical}`;
  group.setAttribute("aria-label", words);
  pointing.verdicts?.set(name, words);
}

function check() {
  at("mystery").hidden = true;
  tellReport(ask({ do: "check", fault: null }));
  showAddress("#check");
}

/** Says why there is no check, in place of the previous one. @param {string} sentence */
function refuseCheck(sentence) {
  showMode("check");
  clearReport();
  at("check-verdict").textContent = sentence;
  at("check-verdict").className = "disagree";
  say(sentence);
}

/** @param {string} name */
function plant(name) {
  const mine = field("fault-mine").checked && !field("fault-mine").disabled;
  const answer = ask({ do: "check", fault: name, mine }, refuseCheck);
  if (!answer) return;
  tellReport(answer);
  at("mystery").hidden = true;
  showAddress(`#check=${encodeURIComponent(name)}`);
}

/**
 * Shows the check that an address asks for: of this network, with a fault, or with a hidden one.
 * @param {{mystery?: string, fault?: string}} what
 */
export function showCheckOf({ mystery: seed, fault }) {
  if (seed !== undefined) hide(seed);
  else if (fault) {
    if (faults.some(({ name }) => name === fault)) choice("fault").value = fault;
    describe();
    plant(fault);
  } else check();
}

/**
 * Plants a fault without saying which, and shows the numbers to find it by. The address carries the seed.
 * @param {string} seed  a number or a name; the program's `check --mystery` plants the same fault
 */
function hide(seed) {
  const found = ask({ do: "mystery", seed });
  if (!found) return;
  mystery = seed;
  field("mystery-seed").value = seed;
  showAddress(`#mystery=${encodeURIComponent(seed)}`);
  tellReport(found);
  at("sheet-words").textContent = found.sheet;
  choice("mystery-line").replaceChildren(new Option("any", ""), ...Array.from({ length: found.pass.length }, (_, place) => new Option(String(place + 1))));
  at("mystery").hidden = false;
  at("mystery-verdict").textContent = "";
  describeAnswer();
  at("mystery-name").focus({ preventScroll: true });
}

function answer() {
  const line = Number(choice("mystery-line").value) || null;
  const judged = ask({ do: "solve", seed: mystery, name: choice("mystery-name").value, line });
  if (!judged) return;
  at("mystery-verdict").textContent = judged.words;
  at("mystery-verdict").className = judged.right ? "agree" : "disagree";
}

/** The gallery's words on the fault chosen as the answer. */
function describeAnswer() {
  const fault = faults.find(({ name }) => name === choice("mystery-name").value);
  at("fault-looks").textContent = fault ? `${fault.name}: ${fault.description}. In a report: ${fault.looks_like}.` : "";
}

/** @type {any[]} */
let faults = [];

function describe() {
  const fault = faults.find(({ name }) => name === choice("fault").value);
  at("fault-words").textContent = fault ? `${fault.description}.` : "";
  field("fault-mine").disabled = !fault?.fits_mine;
  at("fault-mine-words").textContent = fault && !fault.fits_mine && fault.why_not ? ` (${fault.why_not})` : "";
}

export function startCheck() {
  at("check-run").addEventListener("click", check);
  at("fault-plant").addEventListener("click", () => plant(choice("fault").value));
  at("fault-hide").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = field("mystery-seed").value.trim();
    const again = `#mystery=${encodeURIComponent(wanted)}` === location.hash;
    hide(wanted && !again ? wanted : String(1 + Math.floor(Math.random() * 9999)));
  });
  choice("fault").addEventListener("change", describe);
  choice("mystery-name").addEventListener("change", describeAnswer);
  at("mystery-form").addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
}

panel({
  start() {
    const chosen = choice("fault").value;
    faults = session.engine({ do: "faults" }).faults ?? [];
    for (const id of ["fault", "mystery-name"]) choice(id).replaceChildren(...faults.map(({ name }) => new Option(name, name)));
    if (chosen) choice("fault").value = chosen;
    clearReport();
    describe();
  },
});

// What is pointed at or selected: where its number comes from, and a field to change it by hand.
import { at, button, element, field } from "./dom.js";
import { presentValue } from "./picture.js";
import { editableName, meaningOf, pointing, select } from "./pointing.js";
import { edit, panel, session } from "./session.js";

/** The name in the field, so that a redraw leaves alone what is being typed. @type {string | null} */
let edited = null;

function showDetails() {
  const name = pointing.pointed ?? pointing.selected;
  const told = at("told");
  if (pointing.verdicts) {
    told.replaceChildren(element("p", { class: "line" }, (name && pointing.verdicts.get(name)) ?? "Point at a connection to see what the check found."));
  } else if (name === null || !meaningOf(name)) {
    told.replaceChildren(element("p", { class: "hint" },
      "Point at a number to see where it comes from. Click it to change it, or pull it up and down."));
  } else {
    const answer = session.engine({ do: "tell", name });
    told.replaceChildren(...(answer.lines ?? []).map((/** @type {string} */ line) => element("p", { class: "line" }, line)));
  }
  showField();
}

function showField() {
  const name = pointing.selected === null || pointing.verdicts ? null : editableName(pointing.selected);
  at("edit").hidden = name === null;
  if (name === null) {
    edited = null;
    return;
  }
  const input = field("edit-value");
  if (edited !== name || document.activeElement !== input) {
    at("edit-name").textContent = `${name} =`;
    const value = presentValue(name);
    input.value = value === null ? "" : String(value);
  }
  edited = name;
}

/** Selects and puts the cursor into the field. */
function open() {
  showDetails();
  if (!at("edit").hidden && !session.playing) {
    at("details").scrollIntoView({ block: "nearest" });
    field("edit-value").focus({ preventScroll: true });
    field("edit-value").select();
  }
}

/** Whether the last edit came from this field and is still going on. */
let goesOn = false;

function apply() {
  const text = field("edit-value").value.trim();
  if (edited === null || text === "") return;
  goesOn = edit(edited, Number(text), goesOn) || goesOn;
}

export function startDetails() {
  const input = field("edit-value");
  pointing.listeners.push(showDetails);
  /** @type {string | null} */
  let last = null;
  pointing.listeners.push(() => {
    if (pointing.selected === last) return;
    last = pointing.selected;
    goesOn = false;
    if (last !== null) open();
  });
  at("edit").addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
    goesOn = false;
    input.select();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      return;
    }
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    const step = event.shiftKey ? 0.01 : 0.1;
    input.value = String(Number((Number(input.value) + direction * step).toFixed(6)));
    apply();
  });
  at("edit").append(button("Done", close));
}

function close() {
  const back = document.querySelector(".pointed");
  select(null);
  if (back instanceof SVGElement) back.focus();
}

panel({ start: () => select(null), show: showDetails });

// What is pointed at or selected: where its number comes from, and a field to change it by hand.
import { at, button, element, field } from "./dom.js";
import { meaningOf, pointing, select } from "./pointing.js";
import { accept, edit, panel, refuseAt, session } from "./session.js";

/** The name in the field, so that a redraw leaves alone what is being typed. @type {string | null} */
let edited = null;

function showDetails() {
  const name = pointing.pointed ?? pointing.selected;
  const told = at("told");
  if (pointing.verdicts) {
    told.replaceChildren(element("p", { class: "line" }, (name && pointing.verdicts.get(name)) ?? "Point at a connection to see what the check found."));
  } else if (name === null || !meaningOf(name)) {
    told.replaceChildren(element("p", { class: "hint" },
      "Point at a number to see where it comes from. Click it to change it, or drag it up and down."));
  } else {
    const answer = session.engine({ do: "tell", name });
    told.replaceChildren(...(answer.lines ?? [answer.error]).map((/** @type {string} */ line) => element("p", { class: "line told" }, line)));
  }
  showField();
}

function showField() {
  const selected = pointing.selected === null || pointing.verdicts ? null : session.engine({ do: "tell", name: pointing.selected }).edit;
  at("edit").hidden = !selected;
  if (!selected) {
    edited = null;
    return;
  }
  const input = field("edit-value");
  if (edited !== selected.name || (document.activeElement !== input && !input.hasAttribute("aria-invalid"))) {
    accept(input);
    at("edit-name").textContent = `${selected.name} =`;
    input.value = selected.value;
  }
  edited = selected.name;
}

/** Selects and puts the cursor into the field. */
function open() {
  showDetails();
  if (!at("edit").hidden && !session.playing) {
    field("edit-value").focus({ preventScroll: true });
    field("edit-value").select();
  }
}

/** True if the last edit came from this field and is still going on. */
let goesOn = false;

/** @param {number} by */
function apply(by = 0) {
  const input = field("edit-value");
  if (edited === null) return;
  const answer = edit(edited, input.value, { by, replace: goesOn, refuse: refuseAt(input) });
  if (!answer) return;
  accept(input);
  if (by !== 0) input.value = answer.value;
  goesOn = true;
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
  input.addEventListener("input", () => accept(input));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      return;
    }
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    apply(direction * (event.shiftKey ? 0.01 : 0.1));
  });
  at("edit").append(button("Done", close));
}

function close() {
  const back = document.querySelector(".pointed");
  accept(field("edit-value"));
  select(null);
  if (back instanceof SVGElement) back.focus();
}

panel({ start: () => select(null), show: showDetails });

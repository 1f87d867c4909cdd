// The phases of the current sample: how far each is done, and a way into it.
import { at, button } from "./dom.js";
import { move, panel } from "./session.js";

panel({
  show({ phases }) {
    const entries = phases.map(({ title, first, count, done, present }) =>
      button(title, () => move({ do: "goto", position: first + 1 }), {
        class: present ? "present" : undefined,
        "aria-current": present ? "step" : undefined,
        style: `--done: ${done / count}`,
      }));
    // Keeps the focus on its button.
    const focused = [...at("phases").children].indexOf(/** @type {Element} */ (document.activeElement));
    at("phases").replaceChildren(...entries);
    entries[focused]?.focus();
  },
});

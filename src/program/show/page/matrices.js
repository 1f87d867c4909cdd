// The same moment as matrices: what the vectorized network would be doing now.
import { at, element } from "./dom.js";
import { panel } from "./session.js";

/** @typedef {import("./engine.js").Matrix} Matrix */

panel({
  show({ matrices }) {
    at("matrices").classList.toggle("empty", !matrices);
    const columns = (matrices?.parts ?? []).reduce((sum, part) => sum + ("columns" in part ? part.columns.length : 0), 0);
    at("equation").classList.toggle("tight", columns > 5 && columns < 9);
    at("equation").classList.toggle("dense", columns >= 9);
    at("matrix-words").textContent = matrices?.words ?? "";
    at("equation").replaceChildren(
      ...(matrices?.heading.length ? [element("p", { class: "heading" }, ...captionOf(matrices.heading))] : []),
      element("div", { class: "row", tabindex: 0, role: "group", "aria-label": "Matrices and vectors" },
        ...(matrices?.parts ?? []).map((part) => ("sign" in part ? element("span", { class: "sign" }, part.sign) : table(part)))),
    );
  },
});

/** @param {Matrix} matrix */
function table({ caption, rows, columns, vector, cells }) {
  const headless = columns.length === 1 && columns[0] === "";
  const made = element("table", { "aria-label": caption.join("") });
  if (!headless) {
    made.append(element("thead", {}, element("tr", {}, element("td"), ...columns.map((column) => element("th", { scope: "col" }, column)))));
  }
  made.append(element("tbody", {}, ...rows.map((row, i) => element("tr", {}, element("th", { scope: "row" }, row),
    ...cells[i].map(({ text, short, mark }) => element("td",
      { class: mark || undefined, title: text, "aria-current": mark === "present" ? "true" : undefined }, short))))));
  return element("figure", { class: `matrix${vector ? " vector" : ""}${headless ? " headless" : ""}` }, element("figcaption", {}, ...captionOf(caption)), made);
}

/**
 * Shows a matrix or a vector in bold, with its layer in raised brackets; anything else is unchanged.
 * @param {string[]} caption
 */
function captionOf(caption) {
  return caption.map((part) => {
    const match = /^(\p{L})(\(\d+\))?(ᵀ?)$/u.exec(part);
    if (!match) return part;
    const [, letter, layer, transposed] = match;
    const above = (layer || "") + (transposed ? " T" : "");
    return element("span", { class: "whole" }, element("b", {}, letter), ...(above ? [element("sup", {}, above)] : []));
  });
}

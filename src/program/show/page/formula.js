// A formula on the page: names and their numbers light up what they stand for.
import { element, typeset } from "./dom.js";
import { meaningOf, pointAt, select } from "./pointing.js";

/**
 * @param {import("./engine.js").Part[]} parts
 * @param {boolean} inSymbols  whether the texts of named parts are the names themselves
 */
export function written(parts, inSymbols) {
  return parts.map(([text, name]) => {
    if (name === null) return text;
    const span = element("span", { class: "name" }, ...(inSymbols ? typeset(text) : [text]));
    const meaning = meaningOf(name);
    if (meaning && (meaning.node !== undefined || meaning.connection !== undefined)) {
      span.addEventListener("pointerenter", () => pointAt(name));
      span.addEventListener("pointerleave", () => pointAt(null));
      span.addEventListener("click", () => select(name));
    }
    return span;
  });
}

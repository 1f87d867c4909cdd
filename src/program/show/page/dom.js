// Small helpers that build the page. Text is always inserted as text, never as markup.

/** @param {string} id */
export const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
export const field = (id) => /** @type {HTMLInputElement} */ (at(id));

/** @param {string} id */
export const choice = (id) => /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (at(id)));

/** @typedef {Record<string, string | number | boolean | undefined | null>} Attributes */

/**
 * An element of the page.
 * @param {string} tag
 * @param {Attributes} attributes
 * @param {(Node | string)[]} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  dress(made, attributes, children);
  return made;
}

/**
 * A shape of a picture.
 * @param {string} tag
 * @param {Attributes} attributes
 * @param {(Node | string)[]} children
 */
export function drawn(tag, attributes = {}, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  dress(made, attributes, children);
  return made;
}

/**
 * @param {Element} made
 * @param {Attributes} attributes
 * @param {(Node | string)[]} children
 */
function dress(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
}

/**
 * A button and what it does.
 * @param {string} text
 * @param {() => void} action
 * @param {Attributes} attributes
 */
export function button(text, action, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", action);
  return made;
}

// A name with its number set lower: w41 as w and a small 41.
const NAME_PARTS = /^(\D)(\d.*)$/;

/** @param {string} name */
export function typeset(name) {
  const [, letter, index] = NAME_PARTS.exec(name) || [];
  if (!index) return [element("i", {}, name)];
  return [element("i", {}, letter), element("sub", {}, index)];
}

/**
 * The same inside a picture, where there is no `<sub>`.
 * @param {string} name
 */
export function typesetInPicture(name) {
  const [, letter, index] = NAME_PARTS.exec(name) || [];
  if (!index) return [drawn("tspan", {}, name)];
  return [drawn("tspan", { class: "letter" }, letter), drawn("tspan", { class: "index", dy: "0.2em" }, index)];
}

/**
 * Announces something to screen readers.
 * @param {string} words
 */
export function say(words) {
  at("spoken").textContent = words;
}

/**
 * Writes a text unless it is already there, because writing it would lay out the page again.
 * @param {Element} target
 * @param {string} text
 */
export function write(target, text) {
  const shown = target.firstChild;
  if (!(shown instanceof Text) || shown !== target.lastChild) target.textContent = text;
  else if (shown.data !== text) shown.data = text;
}

/** A colour as a canvas keeps it. @param {number[]} colour  red, green and blue */
export const packed = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;

/** The image of each canvas, painted over the next time. @type {WeakMap<HTMLCanvasElement, ImageData>} */
const images = new WeakMap();

/**
 * Paints squares of one colour each into a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {number} columns
 * @param {number} rows
 * @param {(place: number) => number} colour  packed
 */
export function paint(canvas, columns, rows, colour) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let image = images.get(canvas);
  if (image?.width !== columns || image.height !== rows) {
    Object.assign(canvas, { width: columns, height: rows });
    image = context.createImageData(columns, rows);
    images.set(canvas, image);
  }
  const pixels = new Uint32Array(image.data.buffer);
  for (let place = 0; place < columns * rows; place += 1) pixels[place] = colour(place);
  context.putImageData(image, 0, 0);
}

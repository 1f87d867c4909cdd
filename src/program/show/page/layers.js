// A network too large to draw line by line: its input as an image, each hidden neuron's weights as an image, its outputs.
import { at, element, packed, paint, write } from "./dom.js";
import { isDark } from "./controls.js";
import { layerName } from "./picture.js";
import { listen } from "./pointing.js";
import { isLarge, panel, session } from "./session.js";
import { slicesTrained } from "./training.js";

/** @typedef {{tile: HTMLElement, canvas: HTMLCanvasElement | null, number: HTMLElement, seen: boolean}} Tile */

/** @type {Map<number, Tile>} */
const tiles = new Map();
/** The state the images of weights were last painted for. */
let painted = "";

/**
 * While the network trains, its images of weights are on one canvas that covers the tiles, because a hundred canvases take
 * several times as long. The place of each image on it, or null until they are measured.
 * @type {{tile: Tile, place: [x: number, y: number, width: number, height: number]}[] | null}
 */
let film = null;

/** Images one below the other, from which the film is painted. */
const strip = /** @type {HTMLCanvasElement} */ (element("canvas"));

/** The tiles on the screen; others are not written while the network trains. */
const scrolling = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const tile = tiles.get(Number(/** @type {HTMLElement} */ (target).dataset.node));
    if (tile) tile.seen = isIntersecting;
  }
}, { rootMargin: "100px" });

/** Ends the film when tiles move; the next picture begins another one. */
const resizing = new ResizeObserver(() => endFilm());

function startLayers() {
  at("layers").hidden = !isLarge();
  tiles.clear();
  painted = "";
  film = null;
  if (!isLarge()) return;
  const { nodes, sizes, image_shape: shape } = session.network;
  const columns = sizes.map((size, layer) => {
    const column = element("div", { class: "layer", role: "group", "aria-label": layerName(layer) },
      element("p", { class: "layer-name" }, `${layerName(layer).replace(" layer", "")}, ${size}`));
    if (layer === 0 && shape) {
      column.append(element("canvas", { id: "input-image", role: "img", "aria-label": "The sample as an image" }));
      return column;
    }
    const neurons = nodes.filter((node) => node.layer === layer && !node.constant).slice(0, 100);
    const hasImage = layer === 1 && shape !== null;
    const box = element("div", { class: "tiles" }, ...neurons.map((node) => {
      const canvas = hasImage ? /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" })) : null;
      const number = element("span");
      const name = layer === sizes.length - 1 && session.network.classes[node.index] !== undefined ? session.network.classes[node.index] : node.output;
      const tile = element("button", { type: "button", class: "tile", "data-node": node.id },
        ...(canvas ? [canvas] : [element("b", {}, name)]), " ", number);
      listen(tile, node.output);
      tiles.set(node.id, { tile, canvas, number, seen: true });
      scrolling.observe(tile);
      return tile;
    }));
    if (hasImage) {
      box.append(element("canvas", { id: "film", "aria-hidden": "true" }));
      resizing.observe(box);
    }
    column.append(box);
    return column;
  });
  at("layers").replaceChildren(...columns);
}

/** @param {import("./engine.js").Moment} moment */
function showLayers(moment) {
  if (!isLarge()) return;
  endFilm();
  // On the way back a tile shows its delta.
  const goesBack = moment.phase === "output-delta" || moment.phase === "hidden-delta";
  const reads = new Set(moment.reads);
  for (const [id, { tile, number }] of tiles) {
    const node = session.network.nodes[id];
    const [output, delta] = [moment.outputs[id], moment.deltas[id]];
    const present = moment.changed?.node === id;
    const isLabel = node.layer === session.network.sizes.length - 1 && node.index === moment.class;
    number.textContent = `${goesBack ? `δ ${delta.short}` : output.short}${isLabel ? ` ◀\u00a0${moment.labels[node.index].short}` : ""}`;
    number.className = goesBack ? delta.state : output.state;
    tile.classList.toggle("present", present);
    tile.classList.toggle("read", !present && (reads.has(node.output) || reads.has(node.delta)));
    tile.style.setProperty("--share", output.state === "none" ? "0" : output.short);
    tile.setAttribute("aria-label", `${tile.textContent}, node ${node.output}: output ${output.text}, delta ${delta.text}`);
  }
  showImages(moment);
}

/** Images change with a sample, an edit or a training, not with every step. @param {import("./engine.js").Moment} moment */
function showImages(moment) {
  const state = JSON.stringify([moment.sample_start, moment.edits, isDark(), slicesTrained()]);
  if (state === painted) return;
  painted = state;
  const canvas = document.getElementById("input-image");
  const sample = canvas ? session.engine({ do: "sample-image" }) : {};
  if (canvas && sample.pixels) paintInk(/** @type {HTMLCanvasElement} */ (canvas), sample);
  if (document.getElementById("film")) paintWeights(session.engine({ do: "images" }));
}

const tilesWithImages = () => [...tiles.values()].filter(({ canvas }) => canvas);

/** @typedef {{letters: string, rows: number, columns: number}} Images */

/** @param {Images} images */
function paintWeights({ letters, rows, columns }) {
  const colours = weightColours();
  tilesWithImages().forEach(({ canvas }, image) =>
    canvas && paint(canvas, columns, rows, (place) => colours[letters.charCodeAt(image * rows * columns + place)]));
}

/** @param {Images} images */
function paintFilm({ letters, rows, columns }) {
  const canvas = /** @type {HTMLCanvasElement | null} */ (document.getElementById("film"));
  if (!canvas) return;
  film ??= beginFilm(canvas);
  const colours = weightColours();
  paint(strip, columns, rows * film.length, (place) => colours[letters.charCodeAt(place)]);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingEnabled = false;
  film.forEach(({ tile, place }, image) => tile.seen && context.drawImage(strip, 0, image * rows, columns, rows, ...place));
}

/** Measures where the images are, in the pixels of the screen. @param {HTMLCanvasElement} canvas */
function beginFilm(canvas) {
  const box = /** @type {HTMLElement} */ (canvas.parentElement);
  const { left, top, width, height } = box.getBoundingClientRect();
  const scale = window.devicePixelRatio;
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  const places = tilesWithImages().map((tile) => {
    const image = /** @type {HTMLCanvasElement} */ (tile.canvas).getBoundingClientRect();
    const [x, right] = [image.left, image.right].map((side) => Math.round((side - left) * scale));
    const [y, bottom] = [image.top, image.bottom].map((side) => Math.round((side - top) * scale));
    return { tile, place: /** @type {[number, number, number, number]} */ ([x, y, right - x, bottom - y]) };
  });
  box.classList.add("filmed");
  return places;
}

function endFilm() {
  if (film) document.querySelector(".filmed")?.classList.remove("filmed");
  film = null;
}

/** The outputs and the weights of a network that trains. @param {any} seen */
function watchLayers({ outputs, images }) {
  const last = session.network.sizes.length - 1;
  for (const [id, { tile, number, seen }] of tiles) {
    if (!seen) continue;
    const { layer, index } = session.network.nodes[id];
    const output = outputs[layer - 1][index];
    const label = layer === last && index === session.moment.class ? ` ◀\u00a0${session.moment.labels[index].short}` : "";
    write(number, output + label);
    if (layer === last) tile.style.setProperty("--share", output);
  }
  paintFilm(images);
}

/**
 * Ink on paper.
 * @param {HTMLCanvasElement} canvas
 * @param {{rows: number, columns: number, pixels: number[]}} image
 */
export function paintInk(canvas, { rows, columns, pixels }) {
  const dark = isDark();
  paint(canvas, columns, rows, (place) => {
    const shade = dark ? 20 + pixels[place] * 0.9 : 255 - pixels[place];
    return packed([shade, shade, shade]);
  });
}

/** The colours of weights by their letters, from `(` to `~`, where `S` is 0: blue is for the neuron, orange against it. */
const weightColours = () => {
  const ground = isDark() ? 29 : 255;
  return Uint32Array.from({ length: 128 }, (_, letter) => {
    const share = Math.abs(letter - 83) / 43;
    const colour = letter < 83 ? [192, 80, 28] : [31, 111, 178];
    return packed(colour.map((part) => ground + (part - ground) * share));
  });
};

panel({ start: startLayers, show: showLayers, watch: watchLayers });

// A network too large to draw line by line: its input as an image, each hidden neuron's weights as an image, its outputs.
import { at, element, packed, paint, write } from "./dom.js";
import { isDark } from "./controls.js";
import { layerName } from "./picture.js";
import { listen } from "./pointing.js";
import { isLarge, panel, session } from "./session.js";
import { slicesTrained } from "./training.js";

/** @typedef {{tile: HTMLElement, canvas: HTMLCanvasElement | null, number: HTMLElement}} Tile */

/** @type {Map<number, Tile>} */
const tiles = new Map();
/** What the images of weights were last painted for. */
let painted = "";

function startLayers() {
  at("layers").hidden = !isLarge();
  tiles.clear();
  painted = "";
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
    column.append(element("div", { class: "tiles" }, ...neurons.map((node) => {
      const hasImage = layer === 1 && shape !== null;
      const canvas = hasImage ? /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" })) : null;
      const number = element("span");
      const name = layer === sizes.length - 1 && session.network.classes[node.index] !== undefined ? session.network.classes[node.index] : node.output;
      const tile = element("button", { type: "button", class: "tile", "data-node": node.id },
        ...(canvas ? [canvas] : [element("b", {}, name)]), " ", number);
      listen(tile, node.output);
      tiles.set(node.id, { tile, canvas, number });
      return tile;
    })));
    return column;
  });
  at("layers").replaceChildren(...columns);
}

/** @param {import("./engine.js").Moment} moment */
function showLayers(moment) {
  if (!isLarge()) return;
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
  if (tilesWithImages().length > 0) paintWeights(session.engine({ do: "images" }));
}

const tilesWithImages = () => [...tiles.values()].flatMap(({ canvas }) => canvas ?? []);

/** @param {{bytes: string, rows: number, columns: number}} images */
function paintWeights({ bytes, rows, columns }) {
  const levels = atob(bytes.replaceAll("-", "+").replaceAll("_", "/"));
  const colours = weightColours();
  tilesWithImages().forEach((canvas, image) => paint(canvas, columns, rows, (place) => colours[levels.charCodeAt(image * rows * columns + place)]));
}

/** The outputs and the weights of a network that trains. @param {any} seen */
function watchLayers({ outputs, images }) {
  for (const [id, { tile, number }] of tiles) {
    const { layer, index } = session.network.nodes[id];
    const label = layer === session.network.sizes.length - 1 && index === session.moment.class ? ` ◀\u00a0${session.moment.labels[index].short}` : "";
    write(number, outputs[layer - 1][index] + label);
    if (layer === session.network.sizes.length - 1) tile.style.setProperty("--share", outputs[layer - 1][index]);
  }
  paintWeights(images);
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

/** The colours of weights from 1 to 255, where 128 is 0: blue speaks for, orange against. */
const weightColours = () => {
  const ground = isDark() ? 29 : 255;
  return Array.from({ length: 256 }, (_, place) => {
    const share = Math.abs(place - 128) / 127;
    const colour = place < 128 ? [192, 80, 28] : [31, 111, 178];
    return packed(colour.map((part) => ground + (part - ground) * share));
  });
};

panel({ start: startLayers, show: showLayers, watch: watchLayers });

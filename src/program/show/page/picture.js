// The network as a picture: nodes in columns, one per layer, connected from left to right.
import { at, drawn, typesetInPicture } from "./dom.js";
import { listen, meaningOf, pointing } from "./pointing.js";
import { edit, isLarge, panel, session } from "./session.js";

/**
 * @typedef {import("./engine.js").Moment} Moment
 * @typedef {import("./engine.js").Network} Network
 * @typedef {import("./engine.js").NetworkNode} NetworkNode
 * @typedef {{group: SVGElement, output: SVGElement, delta: SVGElement, label: SVGElement | null}} NodeShape
 * @typedef {{group: SVGElement, line: SVGElement, caption: SVGElement, left: number, x1: number, y1: number, x2: number, y2: number}} EdgeShape
 */

/** @type {Map<number, NodeShape>} */
const nodeShapes = new Map();
/** @type {Map<number, EdgeShape>} */
const edgeShapes = new Map();

const MARGIN = 4;
const TOP = 30;
/** A node, and one with a label, have two lines and three. */
const [TWO_LINES, THREE_LINES] = [46, 66];
const [CONSTANT, WIDEST_ROW] = [72, 92];

/** @param {number} layer */
export function layerName(layer, sizes = session.network.sizes) {
  const last = sizes.length - 1;
  if (layer === 0) return "input layer";
  if (layer === last) return "output layer";
  return last > 2 ? `hidden layer ${layer}` : "hidden layer";
}

/** The output layer's constant node feeds nothing and is not drawn. @param {Network} network @param {NetworkNode} node */
const isDrawn = (network, node) => !(node.constant && node.layer === network.sizes.length - 1);

/**
 * Returns the place of everything, in pixels of the screen, so that letters have the same size as on the page.
 * @param {Network} network
 * @param {SVGElement} picture
 */
function layOut(network, picture) {
  const last = network.sizes.length - 1;
  const rows = network.sizes.map((size, layer) => size + (layer < last ? 1 : 0));
  const least = rows.map((_, layer) => (layer === last ? THREE_LINES : TWO_LINES) + 8);
  const needed = Math.max(...rows.map((count, layer) => count * least[layer]));
  const width = Math.max(picture.clientWidth || 600, 300);
  // Below it is the curve.
  const room = Math.min(window.innerWidth < 992 ? 0 : window.innerHeight - 490, WIDEST_ROW * Math.max(...rows));
  const height = Math.max(needed, room);
  const row = height / Math.max(...rows);
  // Under a check's verdicts nodes show their names only.
  const pill = Math.max(showsVerdicts() ? 52 : 86, Math.min(112, (width - 2 * MARGIN) / (last + 1) - 40));
  const columnOf = (/** @type {number} */ layer) => MARGIN + pill / 2 + (layer * (width - 2 * MARGIN - pill)) / last;
  return {
    width,
    height: TOP + height + 4,
    pill,
    columnOf,
    /** @param {NetworkNode} node @returns {[number, number]} the middle of a node */
    middle: ({ layer, index }) => [columnOf(layer), TOP + height / 2 + (index + 0.5 - rows[layer] / 2) * Math.max(row, least[layer])],
  };
}

/**
 * Draws nodes and connections, without numbers.
 * @param {Network} network
 */
export function drawNetwork(network) {
  const picture = /** @type {SVGElement} */ (/** @type {unknown} */ (at("network")));
  const place = layOut(network, picture);
  picture.classList.toggle("narrow", place.width < 480);
  picture.setAttribute("viewBox", `0 0 ${place.width} ${place.height}`);
  picture.replaceChildren();
  nodeShapes.clear();
  edgeShapes.clear();
  const captions = drawn("g", { class: "captions", "aria-hidden": "true" });
  network.sizes.forEach((_, layer) => {
    // If columns are close, the outer names stay inside.
    const [x, anchor] = place.pill > 100 || (layer > 0 && layer < network.sizes.length - 1) ? [place.columnOf(layer), "middle"]
      : layer === 0 ? [MARGIN, "start"] : [place.width - MARGIN, "end"];
    picture.append(drawn("text", { x, y: 18, class: "layer", style: `text-anchor: ${anchor}` },
      place.width < 120 * network.sizes.length ? layerName(layer, network.sizes).replace(" layer", "") : layerName(layer, network.sizes)));
  });
  for (const { id, from, to, name } of network.connections) {
    const [x1, y1] = place.middle(network.nodes[from]);
    const [x2, y2] = place.middle(network.nodes[to]);
    const start = x1 + (network.nodes[from].constant ? Math.min(CONSTANT, place.pill) : place.pill) / 2;
    const ends = { x1: start, y1, x2: x2 - place.pill / 2, y2 };
    const [line, caption] = [drawn("line", { ...ends, class: "line" }), drawn("text", { class: "weight" })];
    const group = drawn("g", { class: "edge", tabindex: 0, role: "button", "data-connection": id },
      drawn("line", { ...ends, class: "reach" }), line);
    listen(group, name);
    dragToEdit(group, name);
    // A constant node is narrower, but its numbers are in line with the others.
    edgeShapes.set(id, { group, line, caption, left: x1 + place.pill / 2, ...ends });
    picture.append(group);
    captions.append(caption);
  }
  for (const node of network.nodes) {
    if (!isDrawn(network, node)) continue;
    const [x, y] = place.middle(node);
    const half = (node.label ? THREE_LINES : TWO_LINES) / 2;
    const wide = node.constant ? Math.min(CONSTANT, place.pill) : place.pill;
    const name = node.constant ? node.delta : node.output;
    const group = drawn("g", { class: node.constant ? "node constant" : "node", tabindex: 0, role: "button", "data-node": node.id },
      drawn("rect", { x: x - wide / 2, y: y - half, width: wide, height: 2 * half, rx: node.constant ? 8 : 23, class: "body" }));
    const top = node.label ? y - 12 : y - 3;
    const output = drawn("text", { x, y: top, class: "output" });
    const label = node.label ? drawn("text", { x, y: y + 6, class: "wanted" }) : null;
    const delta = drawn("text", { x, y: node.label ? y + 25 : y + 16, class: "delta" });
    group.append(output, " ", ...(label ? [label, " "] : []), delta);
    listen(group, name);
    if (node.layer === 0 && !node.constant) dragToEdit(group, name);
    nodeShapes.set(node.id, { group, output, delta, label });
    picture.append(group);
  }
  picture.append(captions);
}

/**
 * Dragged up, a number grows; dragged down, it shrinks: by a hundredth per pixel.
 * @param {SVGElement} group
 * @param {string} name
 */
function dragToEdit(group, name) {
  /** @type {{y: number, value: string, moved: boolean} | null} */
  let drag = null;
  group.addEventListener("pointerdown", (event) => {
    const value = session.engine({ do: "tell", name }).edit?.value;
    if (value === undefined || event.button !== 0) return;
    drag = { y: event.clientY, value, moved: false };
    group.setPointerCapture(event.pointerId);
  });
  group.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const up = drag.y - event.clientY;
    if (!drag.moved && Math.abs(up) < 4) return;
    if (edit(name, drag.value, { by: up / 100, replace: drag.moved })) drag.moved = true;
  });
  // A drag is not a click.
  let pulled = false;
  for (const end of ["pointerup", "pointercancel"]) {
    group.addEventListener(end, () => {
      pulled = drag?.moved ?? false;
      drag = null;
    });
  }
  group.addEventListener("click", (event) => {
    if (pulled) event.stopImmediatePropagation();
    pulled = false;
  }, { capture: true });
}

/** True while the picture shows a check's verdicts. It may show another network then: the one a fault is planted in. */
export const showsVerdicts = () => at("network").classList.contains("verdicts");

/** @param {Moment} moment */
function showNetwork(moment) {
  if (isLarge() || showsVerdicts()) return;
  const { changed, phase } = moment;
  const reads = new Set(moment.reads);
  const goesBack = phase === "output-delta" || phase === "hidden-delta";
  const used = session.network.connections.filter(({ id, name }) => reads.has(name) || changed?.connection === id);
  const usedConstants = new Set(used.map(({ from }) => from));
  for (const [id, shape] of nodeShapes) {
    const node = session.network.nodes[id];
    const present = changed?.node === id;
    const [output, delta] = [moment.outputs[id], moment.deltas[id]];
    const silenced = moment.silenced[id];
    // Every constant node is called 1; this one is read if a connection from it is.
    const isReadOutput = node.constant ? reads.has("1") && usedConstants.has(id) : reads.has(node.output);
    const isRead = isReadOutput || reads.has(node.delta);
    mark(shape.group, { present, read: isRead && !present, silenced });
    if (node.constant) shape.output.textContent = "1";
    else shape.output.replaceChildren(...typesetInPicture(node.output), drawn("tspan", { dy: "-0.2em" }, silenced ? " off" : ` ${output.short}`));
    mark(shape.output, { [output.state]: !node.constant, lit: isReadOutput || (present && !goesBack) });
    shape.delta.replaceChildren(drawn("tspan", { class: "letter" }, "δ"), ` ${delta.short}`);
    mark(shape.delta, { [delta.state]: true, lit: reads.has(node.delta) || (present && goesBack) });
    if (shape.label && node.label) {
      shape.label.replaceChildren(...typesetInPicture(node.label), drawn("tspan", { dy: "-0.2em" }, ` ${moment.labels[node.index].short}`));
      mark(shape.label, { lit: reads.has(node.label) });
    }
    const seen = [shape.output, shape.label, shape.delta].map((text) => text?.textContent).filter(Boolean).join(" ");
    const words = `${seen}, ${node.constant ? "constant node" : "node"} ${node.place}, ${layerName(node.layer)}${silenced ? ", silenced" : ""}`;
    shape.group.setAttribute("aria-label", words + (present ? ", the present node" : ""));
  }
  for (const weight of moment.connections) {
    const shape = edgeShapes.get(weight.id);
    if (!shape) continue;
    const { from, to, name } = weight;
    const present = changed?.connection === weight.id;
    const read = reads.has(name);
    mark(shape.group, { present, read: read && !present, negative: weight.negative });
    shape.line.style.strokeWidth = String(0.75 + 5 * weight.share);
    // If the columns almost touch, a number would cover those of the nodes; the formula shows it too.
    const hasRoom = shape.x2 - shape.left > 44;
    shape.caption.textContent = !hasRoom || !(present || read) ? "" : present && phase === "add-gradient" ? weight.gradient_short : weight.short;
    // Near the end where the highlighted lines are apart; in a narrow picture, clear of the nodes.
    const isNarrow = shape.x2 - shape.left < 140;
    const along = isNarrow || present ? 0.5 : phase === "hidden-delta" ? 0.7 : 0.3;
    const x = shape.left + along * (shape.x2 - shape.left);
    shape.caption.setAttribute("x", String(x));
    shape.caption.setAttribute("y", String(shape.y1 + ((x - shape.x1) / (shape.x2 - shape.x1)) * (shape.y2 - shape.y1) + 5));
    const { nodes } = session.network;
    shape.group.setAttribute("aria-label",
      `${nodes[from].constant ? "bias" : "weight"} ${name} = ${weight.text}, from node ${nodes[from].place} to node ${nodes[to].place}` +
        (present ? ", the present connection" : ""));
  }
  at("network").classList.toggle("in-progress", changed !== null);
}

/**
 * Sets the classes that apply, always in the same order, and removes the others.
 * @param {SVGElement} shape
 * @param {Record<string, boolean>} states
 */
function mark(shape, states) {
  for (const name of ["present", "read", "silenced", "negative", "lit", "none", "stale", "fresh"]) {
    shape.classList.toggle(name, states[name] ?? false);
  }
}

/** The shapes of what is pointed at. */
function showPointed() {
  for (const shape of document.querySelectorAll(".pointed")) shape.classList.remove("pointed");
  const meaning = meaningOf(pointing.pointed ?? pointing.selected);
  const shape = meaning?.connection !== undefined ? edgeShapes.get(meaning.connection)
    : meaning?.node !== undefined ? nodeShapes.get(meaning.node) : undefined;
  shape?.group.classList.add("pointed");
}

/** The shape of a connection, for the check's verdict. @param {number} id */
export const edgeGroup = (id) => edgeShapes.get(id)?.group;

function startPicture() {
  at("picture").classList.toggle("large", isLarge());
  if (!isLarge()) drawNetwork(session.network);
}

panel({ start: startPicture, show: showNetwork });
pointing.listeners.push(showPointed);

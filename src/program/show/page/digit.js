// A digit drawn with the mouse, a finger or the arrow keys: recognised at once, and then stepped through.
import { at, choice, element, write } from "./dom.js";
import { paintInk } from "./layers.js";
import { ask, move, panel, session } from "./session.js";

/** The sheet is 140 dots wide: five for each of an image's 28. */
const DOTS = 140;
const PEN = 6;

/** The last drawing, as the network receives it. @type {Parameters<typeof paintInk>[1] | null} */
let drawing = null;
const pen = { x: DOTS / 2, y: DOTS / 2, down: false };

const sheet = () => /** @type {HTMLCanvasElement} */ (at("sheet"));
const ink = () => /** @type {CanvasRenderingContext2D} */ (sheet().getContext("2d", { willReadFrequently: true }));

function clear() {
  ink().fillStyle = "#000";
  ink().fillRect(0, 0, DOTS, DOTS);
  drawing = null;
  at("drawn-words").textContent = "Draw a digit.";
  at("drawn-outputs").replaceChildren();
  at("drawn-image").hidden = true;
  /** @type {HTMLButtonElement} */ (at("drawn-step")).disabled = true;
}

/** @param {number} x @param {number} y */
function lineTo(x, y) {
  const context = ink();
  Object.assign(context, { strokeStyle: "#fff", lineWidth: 2 * PEN, lineCap: "round", lineJoin: "round" });
  context.beginPath();
  context.moveTo(pen.x, pen.y);
  context.lineTo(x + 0.01, y);
  context.stroke();
  Object.assign(pen, { x, y });
}

function recognise() {
  const { data } = ink().getImageData(0, 0, DOTS, DOTS);
  const pixels = Array.from({ length: DOTS * DOTS }, (_, place) => data[4 * place]);
  const image = ask({ do: "draw", pixels, columns: DOTS, rows: DOTS });
  if (!image) return;
  drawing = image;
  paintDrawing();
  at("drawn-image").hidden = false;
  const answer = read();
  if (answer) choice("drawn-label").value = String(answer.class);
  /** @type {HTMLButtonElement} */ (at("drawn-step")).disabled = false;
}

function paintDrawing() {
  if (drawing) paintInk(/** @type {HTMLCanvasElement} */ (at("drawn-image")), drawing);
}

/** Shows what the network now reads in the drawing. */
function read() {
  const answer = ask({ do: "read" });
  if (answer) tellReading(answer);
  return answer;
}

/** @param {any} answer */
function tellReading(answer) {
  write(at("drawn-words"), answer.words);
  const list = at("drawn-outputs");
  answer.texts.forEach((/** @type {string} */ text, /** @type {number} */ kind) => {
    if (!list.children[kind]) list.append(element("li", {}, element("b", {}, session.network.classes[kind] ?? String(kind)), " ", element("span")));
    const line = /** @type {HTMLElement} */ (list.children[kind]);
    line.className = kind === answer.class ? "most" : "";
    line.style.setProperty("--share", String(Math.max(0, answer.outputs[kind])));
    write(/** @type {Element} */ (line.lastElementChild), text);
  });
}

/** @type {Record<string, [number, number]>} */
const PEN_MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function startDigit() {
  const canvas = sheet();
  Object.assign(canvas, { width: DOTS, height: DOTS });
  const place = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([((event.clientX - box.left) / box.width) * DOTS, ((event.clientY - box.top) / box.height) * DOTS]);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const [x, y] = place(event);
    Object.assign(pen, { x, y, down: true });
    lineTo(x, y);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (pen.down && event.buttons) lineTo(...place(event));
  });
  canvas.addEventListener("pointerup", () => {
    pen.down = false;
    recognise();
  });
  canvas.addEventListener("keydown", (event) => {
    const arrow = PEN_MOVES[event.key];
    if (arrow) {
      const [x, y] = [pen.x + arrow[0] * 5, pen.y + arrow[1] * 5].map((part) => Math.min(Math.max(part, 0), DOTS));
      if (pen.down) lineTo(x, y);
      else Object.assign(pen, { x, y });
    } else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) lineTo(pen.x, pen.y);
      else recognise();
    } else {
      return;
    }
    event.preventDefault();
    at("drawn-words").textContent = `The pen is ${pen.down ? "down" : "up"}, ${Math.round(pen.x / 5)} across, ${Math.round(pen.y / 5)} down.`;
  });
  at("drawn-clear").addEventListener("click", clear);
  at("drawn-step").addEventListener("click", () => {
    if (drawing) move({ do: "take-drawing", label: Number(choice("drawn-label").value) });
  });
}

panel({
  start() {
    const shape = session.network.image_shape;
    at("digit").hidden = !shape || shape[0] !== 28;
    if (at("digit").hidden) return;
    const { classes, sizes } = session.network;
    at("drawn-outputs").replaceChildren();
    const chosen = choice("drawn-label").value;
    choice("drawn-label").replaceChildren(...Array.from({ length: sizes[sizes.length - 1] }, (_, kind) => new Option(classes[kind] ?? String(kind), String(kind))));
    choice("drawn-label").value = chosen || "0";
    if (!drawing) clear();
  },
  show() {
    if (!drawing || at("digit").hidden) return;
    // In the present colours.
    paintDrawing();
    read();
  },
  watch({ read: answer }) {
    if (drawing && answer) tellReading(answer);
  },
});

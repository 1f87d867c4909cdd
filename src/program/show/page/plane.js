// Data of two numbers: the points in their plane, and how the network divides it.
import { at, choice, drawn, packed, paint } from "./dom.js";
import { isDark } from "./controls.js";
import { move, panel, session } from "./session.js";

const FINENESS = 56;

/** A colour for each class, on paper and in the dark. */
const CLASSES = [[60, 130, 195], [225, 120, 55], [90, 160, 90], [150, 100, 180]];

const hasPlane = () => session.network.sizes[0] === 2;

/** The place of the keyboard's cross, as shares of the frame. */
const cross = { x: 0.5, y: 0.5 };

function showRegions() {
  if (!hasPlane()) return;
  const regions = session.engine({ do: "regions", columns: FINENESS, rows: FINENESS });
  if (!regions.classes) return;
  const [ground, most] = isDark() ? [[29, 33, 39], 0.75] : [[255, 255, 255], 0.55];
  paint(/** @type {HTMLCanvasElement} */ (at("regions")), regions.columns, regions.rows, (place) => {
    const colour = CLASSES[regions.classes[place] % CLASSES.length];
    const share = (regions.strength[place] / 255) * most;
    return packed(colour.map((part, i) => ground[i] + (part - ground[i]) * share));
  });
}

function showPoints() {
  if (!hasPlane()) return;
  const answer = session.engine({ do: "points" });
  const present = session.moment.position > 0 ? session.moment.sample : -1;
  // Each class has a shape too, not only a colour.
  const shapes = (answer.points ?? []).map((/** @type {any} */ point, /** @type {number} */ index) => {
    const [x, y] = [100 * point.left, 100 * point.top];
    const size = index === present ? 2.6 : 1.6;
    const shape = point.class === 0 ? drawn("circle", { cx: x, cy: y, r: size }) : drawn("rect", { x: x - size, y: y - size, width: 2 * size, height: 2 * size });
    shape.setAttribute("class", `point class-${point.class % CLASSES.length}${index === present ? " present" : ""}`);
    return shape;
  });
  at("points").replaceChildren(...shapes, drawn("path", { class: "cross", d: `M${100 * cross.x - 3} ${100 * cross.y}h6M${100 * cross.x} ${100 * cross.y - 3}v6` }));
}

/** @param {number} x @param {number} y */
function add(x, y) {
  const kind = Number(choice("point-class").value);
  move({ do: "add-point", x, y, class: kind });
}

/** @type {Record<string, [number, number]>} */
const CROSS_MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function startPlane() {
  const frame = at("points");
  frame.addEventListener("click", (event) => {
    const box = frame.getBoundingClientRect();
    add((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
  frame.addEventListener("keydown", (event) => {
    const arrow = CROSS_MOVES[event.key];
    if (arrow) {
      cross.x = Math.min(Math.max(cross.x + arrow[0] * 0.04, 0), 1);
      cross.y = Math.min(Math.max(cross.y + arrow[1] * 0.04, 0), 1);
      showPoints();
    } else if (event.key === "Enter") {
      add(cross.x, cross.y);
    } else {
      return;
    }
    event.preventDefault();
  });
}

panel({
  start() {
    at("plane").hidden = !hasPlane();
    document.body.classList.toggle("has-plane", hasPlane());
    if (!hasPlane()) return;
    const classes = Math.max(2, session.network.classes.length);
    const names = Array.from({ length: classes }, (_, kind) => new Option(session.network.classes[kind] ?? String(kind), String(kind)));
    choice("point-class").replaceChildren(...names);
  },
  show() {
    showRegions();
    showPoints();
  },
  watch: showRegions,
});

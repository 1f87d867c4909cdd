// Puts the page together, once the engine runs.
import { followAddress } from "./address.js";
import { hide, startCheck } from "./check.js";
import { startCompare } from "./compare.js";
import { back, forward, go, startControls } from "./controls.js";
import { startCurve } from "./curve.js";
import { startDetails } from "./details.js";
import { startDigit } from "./digit.js";
import { at, say } from "./dom.js";
import { engineCode, startEngine } from "./engine.js";
import { startModes } from "./modes.js";
import { drawNetwork, showsVerdicts } from "./picture.js";
import { startPlane } from "./plane.js";
import { ask, complain, edit, isLarge, move, session, show } from "./session.js";
import { startSetting } from "./setting.js";
import { startTraining } from "./training.js";

async function start() {
  session.engine = await startEngine(await engineCode());
  loadImages();
  for (const startPart of [startModes, startControls, startDetails, startCurve, startSetting, startTraining, startPlane, startDigit, startCheck, startCompare]) startPart();
  const situation = JSON.parse(at("situation").textContent || "{}");
  if (!move({ ...situation, do: "start" })) move({ do: "start" });
  followAddress(hide);
  addEventListener("hashchange", () => followAddress(hide));
  // Letters keep their size, so the picture is laid out anew when its place changes; a frame later, for that changes sizes too.
  let width = 0;
  const layOut = () => {
    const now = at("network").clientWidth;
    if (now === width || now === 0) return;
    width = now;
    if (!isLarge() && !showsVerdicts()) drawNetwork(session.network);
    show();
  };
  new ResizeObserver(() => requestAnimationFrame(layOut)).observe(at("picture"));
  document.documentElement.dataset.ready = "true";
}

/** Digits, where the page carries them. */
function loadImages() {
  const text = at("images").textContent?.trim();
  if (!text) return;
  ask({ do: "digits", ...JSON.parse(text) });
}

// For those who open the browser's console, and for tests.
Object.assign(window, {
  backprop: {
    next: forward,
    back,
    goto: go,
    position: () => session.moment.position,
    step: () => session.moment.step,
    edit: (/** @type {{weight?: string, input?: string, value: number}} */ { weight, input, value }) => edit(weight ?? input ?? "", value),
    check: (/** @type {string | null} */ fault = null) => ask({ do: "check", fault })?.report,
    ask: (/** @type {Record<string, any>} */ request) => session.engine(request),
    moment: () => session.moment,
    network: () => session.network,
  },
});

start().catch((error) => {
  complain(`This browser cannot run the page's engine (${error.message}). \`backprop step --plain\` prints the same steps as text.`);
  say("The page could not start.");
});

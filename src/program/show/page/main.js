// Puts the page together, once the engine runs.
import { followAddress } from "./address.js";
import { showCheckOf, startCheck } from "./check.js";
import { startCompare } from "./compare.js";
import { back, forward, go, startControls } from "./controls.js";
import { startCurve } from "./curve.js";
import { startDetails } from "./details.js";
import { startDigit } from "./digit.js";
import { at, say } from "./dom.js";
import { compiledEngine, engineOf } from "./engine.js";
import { startModes } from "./modes.js";
import { drawNetwork, showsVerdicts } from "./picture.js";
import { startPlane } from "./plane.js";
import { ask, complain, edit, isLarge, move, session, show } from "./session.js";
import { startSetting } from "./setting.js";
import { startTraining } from "./training.js";

const situation = () => at("situation").textContent || "{}";

async function start() {
  const compiled = await compiledEngine();
  session.engine = guarded(() => engineOf(compiled).ask);
  for (const startPart of [startModes, startControls, startDetails, startCurve, startSetting, startTraining, startPlane, startDigit, startCheck, startCompare]) startPart();
  if (!move({ do: "begin", situation: situation() })) move({ do: "begin", situation: "{}" });
  followAddress(showCheckOf);
  addEventListener("hashchange", () => followAddress(showCheckOf));
  // Letters keep their size, so the picture is laid out again when its place changes; a frame later, because that changes sizes too.
  let width = 0;
  const layOut = () => {
    const now = at("network").clientWidth;
    if (now === width || now === 0) return;
    width = now;
    if (!isLarge() && !showsVerdicts()) drawNetwork(session.network);
    show();
  };
  new ResizeObserver(() => requestAnimationFrame(layOut)).observe(at("picture"));
  layOut();
  document.documentElement.dataset.ready = "true";
}

/**
 * Returns an engine that restarts when it stops, with the digits and where the address led last.
 * @param {() => (request: import("./engine.js").Request) => any} begin
 */
function guarded(begin) {
  let engine = withDigits(begin());
  return (/** @type {import("./engine.js").Request} */ request) => {
    try {
      return engine(request);
    } catch {
      engine = withDigits(begin());
      const back = engine({ do: "begin", situation: situation() });
      const there = session.fragment ? engine({ do: "restore", fragment: session.fragment }) : back;
      setTimeout(() => session.take(there.error === undefined ? there : back));
      return { error: `The engine stopped at this ("${request.do}") and was started again, where the address led last.` };
    }
  };
}

/** @param {(request: import("./engine.js").Request) => any} engine */
function withDigits(engine) {
  const text = at("images").textContent?.trim();
  if (text) engine({ do: "digits", ...JSON.parse(text) });
  return engine;
}

// For the browser's console, and for tests.
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

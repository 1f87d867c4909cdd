// The engine: the library itself, as WebAssembly. It takes an object and answers with one.
import { at } from "./dom.js";

/**
 * @typedef {Record<string, any>} Request
 * @typedef {[text: string, name: string | null]} Part  a piece of a formula; a name is a key of `Network.names`
 * @typedef {{kind: "output" | "delta" | "kept" | "label" | "weight" | "gradient" | "rate" | "decay" | "dropout", node?: number, connection?: number}} Meaning
 * @typedef {{text: string, short: string, state: "none" | "stale" | "fresh"}} Value
 * @typedef {{id: number, layer: number, index: number, place: string, constant: boolean, output: string, delta: string, kept: string, label: string | null, number: number | null}} NetworkNode
 * @typedef {{id: number, from: number, to: number, name: string, gradient: string}} Connection
 * @typedef {{sizes: number[], activations: string[], drawable: boolean, image_shape: [number, number] | null, classes: string[], noSteps: string | null,
 *   nodes: NetworkNode[], connections: Connection[], names: Record<string, Meaning>}} Network
 * @typedef {Connection & {weight: number, text: string, short: string, gradient_short: string, share: number, negative: boolean}} Weight
 * @typedef {{where: string, name: string, sign: string, symbols: Part[], numbers: Part[] | null, partial: string | null, value: string, before: string}} Formula
 * @typedef {{title: string, first: number, count: number, done: number, present: boolean}} PhaseOfSample
 * @typedef {{text: string, short: string, mark: "" | "present" | "read" | "along"}} Cell
 * @typedef {{caption: string[], rows: string[], columns: string[], vector: boolean, cells: Cell[][]}} Matrix
 * @typedef {{heading: string[], words: string, parts: (Matrix | {sign: string})[]}} Matrices
 * @typedef {{position: number, epoch: number, sample: number, epoch_length: number, sample_start: number, place: string,
 *   step: Record<string, any> | null, phase: string | null, phases: PhaseOfSample[], explanation: [title: string, words: string], formula: Formula | null,
 *   changed: {node?: number, connection?: number} | null, reads: string[], strongest: string | null, outputs: Value[], deltas: Value[],
 *   silenced: boolean[], verdict: string | null, class: number | null, labels: {text: string, short: string}[], connections: Weight[],
 *   edits: {name: string, text: string}[],
 *   rate: string, can_undo: boolean, matrices: Matrices | null, message?: string | null, value?: string, undone?: string | null,
 *   network?: Network, no_steps?: string | null, classes?: string[], settings?: Record<string, string>, horizon?: number, training?: any, about?: string}} Moment
 */

/**
 * Unpacks what the page carries: gzip, written in base64.
 * @param {string} base64
 */
export async function unpack(base64) {
  const packed = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Lets the engine's matrices add a product with one rounding by one instruction, where the browser's WebAssembly has it
 * ("relaxed SIMD", and a processor behind it). The engine checks that it rounds once; otherwise it
 * uses thirty other instructions.
 * @param {any} engine
 * @returns {boolean} whether it is taken
 */
export function fuse(engine) {
  // (module
  //   (import "engine" "memory" (memory 0))
  //   (func (export "fused") (param $sums i32) (param $numbers i32) (param $count i32) (param $factor f64) (local $factors v128)
  //     (local.set $factors (f64x2.splat (local.get $factor)))
  //     (loop
  //       (v128.store (local.get $sums)
  //         (f64x2.relaxed_madd (v128.load (local.get $numbers)) (local.get $factors) (v128.load (local.get $sums))))
  //       (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
  //       (local.set $numbers (i32.add (local.get $numbers) (i32.const 16)))
  //       (br_if 0 (local.tee $count (i32.sub (local.get $count) (i32.const 2)))))))
  const code = "AGFzbQEAAAABCAFgBH9/f3wAAhIBBmVuZ2luZQZtZW1vcnkCAAADAgEABwkBBWZ1c2VkAAAKPQE7AQF7IAP9FCEEA0AgACAB/QADACAEIAD9AAMA/YcC/QsDACAAQRBqIQAgAUEQaiEBIAJBAmsiAg0ACws=";
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0)));
    const { fused } = new WebAssembly.Instance(module, { engine: { memory: engine.memory } }).exports;
    const table = engine.__indirect_function_table;
    return Boolean(engine.fuse(table.grow(1, fused)));
  } catch {
    // This browser's WebAssembly has no such instruction.
    return false;
  }
}

/**
 * Starts an engine: returns the function that asks it, and whether it has the instruction above. A worker does the same
 * with the text of this function.
 * @param {WebAssembly.Module} compiled
 */
export function engineOf(compiled) {
  const engine = /** @type {any} */ (new WebAssembly.Instance(compiled, { env: { now: () => performance.now() } }).exports);
  const fused = fuse(engine);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const ask = (/** @type {Request} */ request) => {
    const bytes = encoder.encode(JSON.stringify(request));
    const place = engine.request(bytes.length);
    new Uint8Array(engine.memory.buffer, place, bytes.length).set(bytes);
    const length = engine.call();
    return JSON.parse(decoder.decode(new Uint8Array(engine.memory.buffer, engine.answer(), length)));
  };
  return { ask, fused };
}

/** The engine's code, as the page carries it. */
export const compiledEngine = async () => WebAssembly.compile(await unpack(at("engine").textContent || ""));

/**
 * Asks another engine, in a worker, so that the page stays responsive.
 * @param {Request[]} requests
 * @param {(answer: any, fused: boolean) => void} take  receives each answer
 */
export async function askAside(requests, take) {
  const text = `${fuse}
    ${engineOf}
    onmessage = ({ data }) => {
      const { ask, fused } = engineOf(data.compiled);
      for (const request of data.requests) postMessage({ answer: ask(request), fused });
      postMessage(null);
    };`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(address);
  const done = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data ? take(data.answer, data.fused) : resolve(null));
    worker.onerror = () => reject(new Error("this browser does not let a page start a worker"));
  });
  worker.postMessage({ compiled: await compiledEngine(), requests });
  try {
    await done;
  } finally {
    worker.terminate();
    URL.revokeObjectURL(address);
  }
}

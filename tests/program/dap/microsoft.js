// Whole sessions, driven by Microsoft's test client for debug adapters: node microsoft.js PROGRAM FOLDER STEPS.json
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { DebugClient } = require("@vscode/debugadapter-testsupport");

const [, , program, folder, stepsFile] = process.argv;
const steps = JSON.parse(fs.readFileSync(stepsFile, "utf8"));
const oneSample = { trainLimit: 1, epochs: 1, cwd: folder };
const thread = { threadId: 1 };

/** A session that begins as an editor begins it; `configure` sets breakpoints. */
async function session(name, launch, configure, work) {
  const client = new DebugClient(program, "dap", "backprop", { cwd: folder });
  client.defaultTimeout = 60000;
  await client.start();
  const stopped = client.waitForEvent("stopped", 60000);
  const configured = client.waitForEvent("initialized").then(async () => {
    await configure?.(client);
    await client.configurationDoneRequest();
  });
  await Promise.all([client.initializeRequest(), client.launchRequest(launch), configured]);
  await stopped;
  await work(client);
  await client.stop();
  console.log(name);
}

/** Sends a request to continue, and waits until it stops. */
async function go(client, request) {
  const [event] = await Promise.all([client.waitForEvent("stopped", 60000), client[request](thread)]);
  return event.body;
}

async function place(client) {
  return (await client.stackTraceRequest(thread)).body.stackFrames[0].name;
}

async function unfold(client, reference, depth = 4) {
  const { variables } = (await client.variablesRequest({ variablesReference: reference })).body;
  const found = [];
  for (const { name, value, variablesReference } of variables) {
    const isInner = variablesReference && depth && name !== "from" && name !== "to";
    found.push([name, value, isInner ? await unfold(client, variablesReference, depth - 1) : []]);
  }
  return found;
}

async function everything(client) {
  const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
  const found = [await place(client)];
  for (const { name, variablesReference } of scopes) found.push(name, await unfold(client, variablesReference));
  return found;
}

async function scope(client, name) {
  const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
  const { variablesReference } = scopes.find((scope) => scope.name.startsWith(name));
  return Object.fromEntries((await unfold(client, variablesReference, 0)).map(([name, value]) => [name, value]));
}

const evaluate = async (client, expression) => (await client.evaluateRequest({ expression })).body.result;

async function main() {
  await session("every step there and back", oneSample, null, async (client) => {
    const seen = [];
    for (const step of steps) {
      seen.push(await everything(client));
      await go(client, "nextRequest");
      const last = await scope(client, "Last step");
      assert.equal(last.text, step.text);
      for (const key of ["before", "after"]) assert.equal(Number(last[key]), step[key]);
      for (const [name, value] of Object.entries(step.reading)) {
        if (typeof value === "number") assert.equal(Number(last[name]), value, `${name}: ${step.text}`);
      }
    }
    assert.equal(seen.length, 46);
    for (const before of seen.reverse()) {
      await go(client, "stepBackRequest");
      assert.deepEqual(await everything(client), before);
    }
  });

  for (const [name, hits] of [
    ["Node::calc_output", 6],
    ["Node::calc_output_layer_delta", 2],
    ["Node::calc_hidden_layer_delta", 7],
    ["ConstNode::calc_hidden_layer_delta", 2],
    ["Connection::update_weight", 26],
  ]) {
    const configure = async (client) => {
      await client.setFunctionBreakpointsRequest({ breakpoints: [{ name }] });
      await client.setExceptionBreakpointsRequest({ filters: ["divergence"] });
    };
    await session(`${name} ${hits} times`, oneSample, configure, async (client) => {
      let count = 0;
      while ((await go(client, "continueRequest")).reason === "breakpoint") count += 1;
      assert.equal(count, hits);
      const ended = client.waitForEvent("terminated");
      await client.continueRequest(thread);
      await ended;
    });
  }

  const file = path.join(folder, "src/graph/node.rs");
  const line = fs.readFileSync(file, "utf8").split("\n").findIndex((text) => text.includes("weighted_input += ")) + 1;
  const client = new DebugClient(program, "dap", "backprop", { cwd: folder });
  await client.start();
  await client.hitBreakpoint({ ...oneSample, stopOnEntry: false }, { path: file, line });
  assert.equal(await place(client), "product 1 of 4: w41·x1");
  await client.stop();
  console.log("a breakpoint on a line");

  await session("setting a weight, and back over it", { cwd: folder }, null, async (client) => {
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: "d9" }] });
    await go(client, "continueRequest");
    const before = await everything(client);
    const { scopes } = (await client.scopesRequest({ frameId: 1 })).body;
    const node = scopes.find((scope) => scope.name === "Node 2-1").variablesReference;
    const { variables } = (await client.variablesRequest({ variablesReference: node })).body;
    const upstream = variables.find((variable) => variable.name === "upstream").variablesReference;
    const a9 = await evaluate(client, "a9");
    await client.setVariableRequest({ variablesReference: upstream, name: "w95", value: "1.5" });
    assert.equal(await evaluate(client, "w95"), "1.5");
    assert.notEqual(await evaluate(client, "a9"), a9);
    await go(client, "stepBackRequest");
    await go(client, "nextRequest");
    assert.deepEqual(await everything(client), before);
  });

  await session("watching, running, pausing, jumping", { cwd: folder }, null, async (client) => {
    const { dataId } = (await client.dataBreakpointInfoRequest({ name: "w84" })).body;
    await client.setDataBreakpointsRequest({ breakpoints: [{ dataId }] });
    assert.equal((await go(client, "continueRequest")).reason, "data breakpoint");
    assert.match((await scope(client, "Last step")).text, /: w84 ← /);
    await client.setDataBreakpointsRequest({ breakpoints: [] });
    assert.equal((await go(client, "reverseContinueRequest")).reason, "entry");
    await client.continueRequest(thread);
    assert.equal((await go(client, "pauseRequest")).reason, "pause");
    const restarted = client.waitForEvent("stopped");
    await client.restartRequest({});
    await restarted;
    assert.equal(await place(client), "node 0-0: x1");
    const source = (await client.sourceRequest({ sourceReference: 1 })).body.content;
    assert.equal(source, fs.readFileSync(file, "utf8"));
  });
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

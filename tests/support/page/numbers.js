// Every situation it is given, forwards and back, every fault's report, and steps after two edits.
async function walk(report, task) {
  report.forward = [];
  report.back = [];
  for (const { fragment, count } of task.walks) {
    location.hash = fragment;
    await wait(50);
    backprop.goto(0);
    const [forward, back] = [[], []];
    // The engine alone: drawing every step would take minutes.
    for (let step = 0; step < count; step += 1) forward.push(backprop.ask({ do: "next" }).step);
    for (let step = count; step > 0; step -= 1) back.push(backprop.ask({ do: "goto", position: step }).step);
    report.forward.push(forward);
    report.back.push(back.reverse());
  }
  report.faults = task.faults.map((fault) => backprop.check(fault));
  location.hash = task.edited;
  await wait(50);
  backprop.goto(60);
  backprop.edit({ weight: "w84", value: -1.25 });
  backprop.edit({ input: "x1", value: 0.5 });
  report.edited = [];
  for (let step = 60; step < 140; step += 1) { backprop.next(); report.edited.push(backprop.step()); }
}

// Steps through every situation it is given, forwards and back; collects every fault's report, and steps after two
// edits.
async function walk(report, task) {
  // The page's own listener comes first.
  const follow = (fragment) => new Promise((resolve) => {
    addEventListener("hashchange", resolve, { once: true });
    location.hash = fragment;
  });
  report.forward = [];
  report.back = [];
  for (const { fragment, count } of task.walks) {
    await follow(fragment);
    backprop.goto(0);
    const [forward, back] = [[], []];
    // The engine alone: drawing every step would take minutes.
    for (let step = 0; step < count; step += 1) forward.push(backprop.ask({ do: "next" }).step);
    for (let step = count; step > 0; step -= 1) back.push(backprop.ask({ do: "goto", position: step }).step);
    report.forward.push(forward);
    report.back.push(back.reverse());
  }
  // The matrices, with one sample and with several.
  report.trained = task.trainings.map((situation) => {
    backprop.ask({ ...situation, do: "start" });
    backprop.ask({ do: "train", samples: 200, engine: "vectorized" });
    return backprop.ask({ do: "model" }).text;
  });
  report.faults = task.faults.map((fault) => backprop.check(fault));
  await follow(task.edited);
  backprop.goto(60);
  backprop.edit({ weight: "w84", value: -1.25 });
  backprop.edit({ input: "x1", value: 0.5 });
  report.edited = [];
  for (let step = 60; step < 140; step += 1) { backprop.next(); report.edited.push(backprop.step()); }
}

// Draws a digit, and trains the network while it reads it.
async function walk(report) {
  drawSeven();
  report.untrained = at("drawn-words").textContent;
  const image = () => {
    // While it trains, all images of weights are on the film.
    const canvas = document.querySelector("#film");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.join();
  };
  const seen = new Set([image()]);
  // Every request to the engine, in order.
  const asked = [];
  const { stringify } = JSON;
  JSON.stringify = (request, ...more) => {
    if (request?.do) asked.push(request);
    return stringify(request, ...more);
  };
  // Counts the paintings of the weights' images, all at once while it trains, else each: the drawing and the sample do not
  // change.
  const { putImageData } = CanvasRenderingContext2D.prototype;
  let painted = 0;
  CanvasRenderingContext2D.prototype.putImageData = function (...what) {
    painted += this.canvas.height > 28 ? 10 : 1;
    putImageData.apply(this, what);
  };
  at("train-run").click();
  for (let tries = 0; tries < 400 && seen.size < 5; tries += 1) {
    await wait(20);
    seen.add(image());
  }
  at("train-run").click();
  JSON.stringify = stringify;
  Object.assign(CanvasRenderingContext2D.prototype, { putImageData });
  report.painted = painted / 10;
  report.atRest = [document.querySelector(".filmed") !== null, document.querySelector("#layers .tile canvas").checkVisibility({ visibilityProperty: true })];
  const slices = asked.flatMap((request, place) => (request.do === "train" ? [place] : []));
  report.slices = slices.length;
  report.shown = slices.filter((place, i) => asked.slice(place, slices[i + 1]).some((request) => request.do === "watch" || request.do === "look")).length;
  report.mostSamples = Math.max(...slices.map((place) => asked[place].samples));
  report.images = seen.size;
  report.trained = at("drawn-words").textContent;
  const outputs = [...document.querySelectorAll("#layers .layer:last-child .tile")].map((tile) => tile.textContent);
  report.outputs = outputs.filter((text) => /\d\.\d{3}|e-/.test(text)).length;
  const before = backprop.moment().step.after;
  const { position } = backprop.moment();
  report.sameOutputs = backprop.ask({ do: "goto", position: 0 }).error === undefined && backprop.ask({ do: "goto", position }).step.after === before;
  report.curve = at("chart-words").textContent;
  at("drawn-step").click();
  backprop.goto(784 + 10 + 10);
  const there = backprop.moment().step.after;
  await wait(3000);
  const { hash } = location;
  report.fragmentIsShort = hash.length <= 700 && hash.startsWith("#situation=");
  press("r");
  await wait(1000);
  location.hash = hash;
  for (let tries = 0; tries < 500 && backprop.moment().step?.after !== there; tries += 1) await wait(20);
  report.cameBack = backprop.moment().step?.after === there;
}

// Points in the plane, training at full speed, and a digit drawn with the mouse.
async function walk(report) {
  const pixels = (id) => at(id).getContext("2d").getImageData(0, 0, at(id).width, at(id).height).data.join();
  choose("set-data", "xor");
  const frame = at("points");
  const count = () => frame.querySelectorAll(".point").length;
  report.points = [count()];
  const { left, top, width, height } = frame.getBoundingClientRect();
  frame.dispatchEvent(new MouseEvent("click", { clientX: left + width / 2, clientY: top + height / 2, bubbles: true }));
  report.points.push(count());
  press("ArrowUp", frame);
  press("Enter", frame);
  report.points.push(count());
  const before = pixels("regions");
  const weights = () => backprop.moment().connections.map(({ text }) => text).join();
  const untrained = weights();
  at("train-run").click();
  for (let tries = 0; tries < 200 && pixels("regions") === before; tries += 1) await wait(20);
  at("train-run").click();
  report.complaint = at("complaint").textContent;
  report.regionsChange = pixels("regions") !== before;
  report.trained = weights() !== untrained;

  choose("set-data", "digits");
  report.tiles = [...document.querySelectorAll("#layers .tiles")].map((tiles) => tiles.querySelectorAll(".tile").length);
  drawSeven();
  report.read = at("drawn-words").textContent;
  at("drawn-step").click();
  backprop.goto(784 + 30);
  report.sampleIsDrawing = pixels("input-image") === pixels("drawn-image");
  report.name = backprop.step().name;
  report.beforeOutputs = at("verdict").textContent;
  press("z");
  report.skips = at("zeros").getAttribute("aria-pressed");
  backprop.goto(0);
  press("ArrowRight");
  report.firstInk = [backprop.step().after > 0, backprop.position() > 28];
  press("ArrowLeft");
  report.back = backprop.position();
  press("z");
  press("ArrowRight");
  report.firstInput = backprop.step().name;
  backprop.goto(784 + 30 + 10);
  report.verdict = at("verdict").textContent;
  report.marked = [...document.querySelectorAll("#layers .layer:last-child .tile")].filter((tile) => tile.textContent.includes("◀")).length;
}

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
  for (let tries = 0; tries < 200 && (at("train-words").textContent === "" || pixels("regions") === before); tries += 1) await wait(20);
  at("train-run").click();
  report.complaint = at("complaint").textContent;
  report.regionsChange = pixels("regions") !== before;
  at("train-take").click();
  report.trained = weights() !== untrained && backprop.position() === 0;

  choose("set-data", "digits");
  report.tiles = [...document.querySelectorAll("#layers .tiles")].map((tiles) => tiles.children.length);
  const sheet = at("sheet");
  sheet.setPointerCapture = () => {};
  const box = sheet.getBoundingClientRect();
  const pen = (type, x, y) => sheet.dispatchEvent(new PointerEvent(type, { clientX: box.left + x * box.width, clientY: box.top + y * box.height, buttons: 1, bubbles: true }));
  pen("pointerdown", 0.3, 0.2);
  pen("pointermove", 0.7, 0.2);
  pen("pointermove", 0.45, 0.8);
  pen("pointerup", 0.45, 0.8);
  report.read = at("drawn-words").textContent;
  at("drawn-step").click();
  backprop.goto(784 + 30);
  report.sampleIsDrawing = pixels("input-image") === pixels("drawn-image");
  report.name = backprop.step().name;
}

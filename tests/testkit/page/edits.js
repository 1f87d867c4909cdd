// Changes numbers by hand in every way there is.
async function walk(report, { fragment }) {
  const numbers = () => backprop.step();
  const field = at("edit-value");
  const type = (text) => {
    field.value = text;
    at("edit").requestSubmit();
  };
  backprop.goto(45);
  const before = everything();

  // Typed: Enter on a connection opens the field.
  const edge = document.querySelector("#network [data-connection='0']");
  edge.focus();
  press("Enter", edge);
  report.opened = [document.activeElement === field, at("edit-name").textContent];
  type("0.5");
  report.weight = numbers();
  report.message = at("change").textContent;
  press("Escape", field);
  document.activeElement.blur();
  press("u");
  report.undone = everything() === before;

  // With the arrow keys, which make one edit.
  edge.focus();
  press("Enter", edge);
  type("0.5");
  press("ArrowUp", field);
  press("ArrowUp", field);
  press("ArrowDown", field, { shiftKey: true });
  report.arrows = field.value;
  report.afterArrows = numbers();
  press("Escape", field);
  report.focusReturns = document.activeElement === document.querySelector("#network [data-connection='0']");
  press("r");
  report.reset = [at("place").textContent, at("undo").disabled];

  // Dragged.
  backprop.goto(45);
  const pull = (type, y) => edge.dispatchEvent(new PointerEvent(type, { clientX: 100, clientY: y, button: 0, pointerId: 1, bubbles: true }));
  edge.setPointerCapture = () => {};
  pull("pointerdown", 200);
  pull("pointermove", 190);
  pull("pointermove", 150);
  pull("pointerup", 150);
  report.pulled = backprop.moment().edits;

  // An input, a target and the rate.
  press("r");
  backprop.goto(45);
  backprop.edit({ input: "x1", value: 0.25 });
  backprop.edit({ weight: "t8", value: 0.75 });
  choose("set-rate", "0.5");
  report.three = numbers();
  await wait(1000);
  report.fragment = location.hash;

  // The same situation in a page that was opened with its address.
  press("r");
  backprop.goto(3);
  await wait(1000);
  location.hash = report.fragment;
  await wait(200);
  report.restored = numbers();
  choose("set-data", "made-up");
  choose("set-sizes", "2; 3");
  report.sizes = backprop.network().sizes;
  choose("set-sizes", "2");
  report.refused = at("set-sizes-refused").textContent;
  report.sizesAfter = backprop.network().sizes;
}

// Numbers typed into every field, as people write them and as they should not.
async function walk(report) {
  report.start = [at("set-seed").value, at("set-batch").value, at("complaint").textContent];
  press("ArrowRight");
  report.first = backprop.step();
  press("ArrowLeft");
  choose("set-data", "nine-nodes");
  choose("set-rate", "0,5");
  report.rate = [at("set-rate").value, backprop.moment().rate === "0.5"];
  const edge = document.querySelector("#network [data-connection='0']");
  press("Enter", edge);
  const field = at("edit-value");
  const type = (text) => {
    field.value = text;
    at("edit").requestSubmit();
  };
  type("1,5");
  report.weight = [backprop.moment().connections[0].weight, field.value.replace(",", ".")];
  report.refused = [];
  const state = () => JSON.stringify([backprop.moment().connections, backprop.network().sizes, backprop.moment().rate, at("about").textContent]);
  const refuse = (id, text, put) => {
    const before = state();
    put(text);
    const reason = document.getElementById(`${id}-refused`)?.textContent ?? "";
    report.refused.push([`${id} ${text}`, reason, at(id).value === text, state() === before]);
  };
  for (const text of ["1,000", "x", "1e400", "", "1 5"]) refuse("edit-value", text, type);
  for (const [id, text] of [["set-rate", "0"], ["set-rate", "1e-999"], ["set-l2", "x"], ["set-l2", "1e400"], ["set-dropout", "150%"],
    ["set-batch", "0"], ["set-batch", "1e3"], ["set-seed", "-1"], ["set-sizes", "2;3;2"], ["set-sizes", "3,x"], ["set-sizes", "1000000,1"]]) {
    refuse(id, text, (typed) => choose(id, typed));
  }
  report.dropped = [];
  for (const text of ["null", '{"sizes": 5}']) {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], `${text.length}.json`));
    at("network").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    await wait(200);
    report.dropped.push(at("complaint").textContent);
  }
  press("ArrowRight");
  const complaints = () => [...at("complaint").querySelectorAll("button")];
  report.stay = complaints().length;
  for (const button of complaints()) button.click();
  report.answered = complaints().length;
}

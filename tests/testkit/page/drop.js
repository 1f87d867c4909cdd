// Drops files onto the page, as a file manager does: a model that fits, files that are not models, and a model that
// does not fit.
async function walk(report, { model, other, broken }) {
  // `arrived` says that a model has; anything else on the page may change earlier.
  const drop = async (name, text, arrived = () => false) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name));
    at("complaint").replaceChildren();
    at("complaint").hidden = true;
    const event = (type) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    // Otherwise the browser would leave the page and open the file.
    const isTaken = ["dragover", "drop"].map((type) => !at("network").dispatchEvent(event(type)));
    for (let tries = 0; tries < 500 && !arrived() && at("complaint").hidden; tries += 1) await wait(20);
    return isTaken;
  };
  const steps = () => Array.from({ length: 46 }, (_, step) => backprop.ask({ do: "goto", position: step + 1 }).step);
  const complaint = () => (at("complaint").hidden ? "" : at("complaint").textContent);

  report.taken = await drop("model.json", model, () => at("set-activation").value === "tanh");
  report.complaint = complaint();
  report.setting = [at("set-sizes").value, at("set-activation").value];
  report.steps = steps();

  backprop.goto(12);
  const before = everything();
  report.refused = [];
  for (const [name, text] of broken) {
    await drop(name, text);
    report.refused.push([complaint(), everything() === before && backprop.position() === 12]);
  }

  await drop("other.json", other, () => backprop.network().sizes.length === 2);
  report.other = [complaint(), backprop.network().sizes, at("set-data").value];
}

// Chooses softmax in the settings: the network trains, reads a drawing and is shown, and the page says why it has no
// steps.
async function walk(report) {
  choose("set-cost", "log-likelihood");
  report.setting = [at("set-activation").value, at("train-engine").value, at("train-engine").disabled];
  report.about = at("about").textContent;
  report.why = at("explanation").textContent;
  report.hidden = ["controls", "phases", "drawn-step"].filter((id) => at(id).checkVisibility());
  drawSeven();
  const image = () => {
    const canvas = document.querySelector("#film");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.join();
  };
  const seen = new Set([image()]);
  at("train-run").click();
  for (let tries = 0; tries < 400 && seen.size < 4; tries += 1) {
    await wait(20);
    seen.add(image());
  }
  at("train-run").click();
  report.images = seen.size;
  const sum = (lines) => [...lines].reduce((all, line) => all + Number(line.textContent.split(/[ \u00a0]/)[0]), 0);
  report.sums = [sum(document.querySelectorAll("#drawn-outputs span")), sum(document.querySelectorAll("#layers .layer:last-child .tile span"))];
  report.curve = at("chart-words").textContent;
  press("ArrowRight");
  report.complaint = at("complaint").textContent;
  const read = at("drawn-outputs").textContent;
  await wait(3000);
  const { hash } = location;
  press("r");
  await wait(1000);
  report.reset = at("drawn-outputs").textContent !== read;
  location.hash = hash;
  for (let tries = 0; tries < 500 && at("drawn-outputs").textContent !== read; tries += 1) await wait(20);
  report.cameBack = at("drawn-outputs").textContent === read;
  choose("set-cost", "cross-entropy");
  report.steps = [at("set-activation").value, at("controls").checkVisibility()];
}

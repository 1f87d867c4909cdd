// A fault by its address, an edge changed in place, the terminal's keys, and an engine that stops.
async function walk(report) {
  report.planted = [document.body.dataset.mode, at("check-verdict").textContent.includes("disagree"), at("fault").value === "transposed"];
  const table = at("verdicts");
  report.tableFits = table.scrollWidth <= table.clientWidth && table.querySelectorAll("tbody tr").length > 20;
  location.hash = "#check=nonsense";
  await wait(200);
  report.nonsense = [at("check-verdict").textContent, table.hidden, at("network").classList.contains("verdicts")];
  press("1");
  // Numbers that are given exactly, such as 0.5, may have fewer digits.
  const digits = (text) => text.replace(/e.*/, "").replace(/[^\d]/g, "").replace(/^0+/, "").length;
  report.short = [];
  for (let step = 1; step <= 46; step += 1) {
    backprop.goto(step);
    for (const { short, text } of [...backprop.moment().outputs, ...backprop.moment().deltas]) {
      if (short !== "–" && Number(text) !== 0 && Math.abs(Number(short) - Number(text)) > 1e-12 && digits(short) < 3) report.short.push([step, short, text]);
    }
  }
  backprop.goto(40);
  scrollTo(0, 0);
  const edge = document.querySelector("#network [data-connection='16']");
  edge.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await wait(300);
  at("edit-value").value = "2.5";
  at("edit").requestSubmit();
  report.twoStops = at("spoken").textContent.includes("..");
  backprop.goto(30);
  report.told = at("told").textContent;
  report.scrolled = scrollY;
  press("Escape", at("edit-value"));
  document.activeElement.blur();
  press("r");
  const position = (...keys) => {
    for (const key of keys) press(key);
    return backprop.position();
  };
  report.keys = [position("Enter", "l"), position("l"), position("P", "P"), position("Backspace"), position("p", "p", "p", "p")];

  // The engine traps once.
  const step = backprop.position();
  await wait(1000);
  trapOnce = true;
  press("ArrowRight");
  await wait(200);
  report.stopped = at("complaint").textContent;
  report.goesOn = backprop.position() === step && (press("ArrowRight"), backprop.position() === step + 1);
}

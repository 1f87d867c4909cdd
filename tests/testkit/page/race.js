// A race of a network found by dragging, and the picture of time over size.
(async () => {
  const at = (id) => document.getElementById(id);
  at("mode-compare").click();
  const report = { usual: at("race-sizes").value };
  const [first] = at("race-sliders").querySelectorAll("input");
  first.value = "20";
  first.dispatchEvent(new Event("input", { bubbles: true }));
  report.dragged = at("race-sizes").value;
  first.dispatchEvent(new Event("change", { bubbles: true }));
  while (at("race-run").disabled) await new Promise((resolve) => setTimeout(resolve, 50));
  report.words = at("race-words").textContent;
  report.lanes = at("lanes").children.length;
  report.lines = at("race-chart").querySelectorAll("polyline").length;
  return report;
})()

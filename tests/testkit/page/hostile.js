// Names and classes that look like markup.
async function walk(report) {
  const name = "<img src=x onerror=alert(1)>";
  const classes = ["<b>0</b>", "<\/script><script>alert(1)<\/script>"];
  const rows = { samples: [[0, 0], [1, 1]], labels: [[0.1], [0.9]], name, classes };
  const situation = btoa(JSON.stringify({ data: rows })).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  location.hash = `#situation=${situation}`;
  await wait(300);
  backprop.goto(12);
  report.elements = document.querySelectorAll("img, #point-class b, #about *").length;
  report.about = at("about").textContent;
  report.classes = [...at("point-class").options].map((option) => option.textContent);
}

// Walks through the page as a reader would, forwards, backwards and with every control.
async function walk(report, { total }) {
  report.start = location.hash;
  report.startText = shown();
  press("Home");
  const moments = [everything()];
  report.forward = [];
  report.steps = [];
  report.litEntries = [];
  report.litShapes = [];
  for (let step = 1; step <= total; step++) {
    press("ArrowRight");
    report.forward.push(shown());
    report.steps.push(backprop.step());
    moments.push(everything());
    // The highlighted entry of the matrix form is the step's result, at every step except a constant node's delta.
    report.litEntries.push(document.querySelector("#equation td.present")?.title ?? null);
    const { node, connection } = document.querySelector("#network .present").dataset;
    report.litShapes.push(node === undefined ? `connection ${connection}` : `node ${node}`);
  }
  report.spoken = at("spoken").textContent;
  await wait(1000); // the address follows with a little delay
  report.hashAtEnd = location.hash;
  report.backIsExact = true;
  for (let step = total - 1; step >= 0; step--) {
    press("ArrowLeft");
    report.backIsExact &&= everything() === moments[step];
  }
  backprop.goto(total);
  report.endsThere = everything() === moments[total];
  report.changes = new Set(moments).size;

  press("Home");
  report.notComputed = [...document.querySelectorAll("#network .node:not(.constant) .output")].every((text) => text.textContent.endsWith("–"));
  press("p");
  press("p");
  report.secondPhase = at("place").textContent;
  press("s");
  report.secondSample = at("place").textContent;
  press("S");
  press("?");
  report.helpOpens = at("help").open;
  at("help").close();
  at("slider").value = "5";
  at("slider").dispatchEvent(new Event("input", { bubbles: true }));
  report.slider = shown();
  at("forward").click();
  report.button = shown();
  location.hash = "#step=7";
  await wait(100);
  report.deepLink = shown();
  const colour = () => getComputedStyle(document.documentElement).backgroundColor;
  const before = colour();
  at("theme").click();
  report.themeChanges = before !== colour();

  document.querySelector("#network [data-node='4']").dispatchEvent(new PointerEvent("pointerenter"));
  report.hover = at("told").textContent;
  backprop.goto(46);
  document.querySelector("#network [data-connection='0']").focus();
  report.edge = at("told").textContent;
  document.activeElement.blur();
  press("Home");
  press("+");
  press(" ");
  await wait(2500);
  press(" ");
  report.played = at("place").textContent;
  await wait(2500);
  report.stillThere = at("place").textContent;
}

// Checks the network, then plants every fault; counts the verdicts in the picture.
async function walk(report, names) {
  const count = (verdict) => document.querySelectorAll(`#network .verdict-${verdict}`).length;
  backprop.goto(12);
  const before = picture();
  press("2");
  at("check-run").click();
  report.own = { right: count("agree"), wrong: count("disagree") };
  report.faults = names.map((name) => {
    choose("fault", name);
    at("fault-plant").click();
    const edge = document.querySelector("#network [data-connection='0']");
    edge.dispatchEvent(new PointerEvent("pointerenter"));
    const told = at("told").textContent;
    edge.dispatchEvent(new PointerEvent("pointerleave"));
    return { report: backprop.check(name), shown: at("report").textContent, told, right: count("agree"), wrong: count("disagree") };
  });
  const hidden = () => [picture(), location.hash, !at("mystery").hidden, at("sheet-words").textContent];
  at("mystery-seed").value = "ada & co";
  at("fault-hide").requestSubmit();
  report.hidden = hidden();
  const choices = [...at("mystery-name").options].map(({ value }) => value);
  report.answers = choices.map((name) => {
    choose("mystery-name", name);
    at("mystery-form").requestSubmit();
    return [name, at("mystery-verdict").textContent];
  });
  report.lines = at("mystery-line").options.length;
  at("fault-hide").requestSubmit();
  report.another = location.hash;
  location.hash = report.hidden[1];
  await wait(600);
  report.hiddenAgain = hidden();
  press("1");
  report.pictureComesBack = picture() === before;
}

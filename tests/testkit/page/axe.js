// Runs axe-core on the page in every state, light and dark; `axe` has been added to the page.
async function walk(report) {
  const states = {
    start: () => backprop.goto(0),
    step: () => backprop.goto(12),
    edit: () => document.querySelector("#network [data-connection='0']").dispatchEvent(new MouseEvent("click", { bubbles: true })),
    ask: () => press("a"),
    setting: () => { at("setting").open = true; },
    check: () => { press("2"); at("fault-plant").click(); },
    compare: () => press("3"),
    refused: () => { press("1"); at("setting").open = true; choose("set-rate", "x"); },
    plane: () => { choose("set-data", "xor"); },
    help: () => at("help").showModal(),
  };
  report.faults = [];
  for (const theme of ["light", "dark"]) {
    document.documentElement.dataset.theme = theme;
    for (const [name, enter] of Object.entries(states)) {
      enter();
      await wait(300);
      const { violations } = await axe.run();
      for (const { id, impact, nodes } of violations) {
        report.faults.push(`${theme}, ${name}: ${impact} ${id}: ${nodes[0].html.slice(0, 200)}`);
      }
    }
    at("help").close();
    press("a");
    choose("set-data", "nine-nodes");
  }
}

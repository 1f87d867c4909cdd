// Lets the page ask for a value, and gives three wrong answers and the right one.
async function walk(report) {
  backprop.goto(11);
  press("a");
  press("ArrowRight");
  report.held = [backprop.position(), document.activeElement === at("guess-value")];
  report.verdicts = ["0.00168", "-0.000382", "0.3", "0.000382"].map((value) => {
    at("guess-value").value = value;
    at("guess").querySelector("form").requestSubmit();
    return (at("guess-verdict") ?? at("guess")).textContent;
  });
  report.then = backprop.position();
}

//! The page by the keyboard alone, in a real browser: every key goes to whatever has the focus.

use serde_json::{Value, json};

use testkit::devtools::Browser;
use testkit::page::page;

/// The keys that have no letter, with their numbers.
const NAMED: [(&str, u32); 10] = [
    ("Backspace", 8),
    ("Tab", 9),
    ("Enter", 13),
    ("Escape", 27),
    ("Space", 32),
    ("End", 35),
    ("ArrowLeft", 37),
    ("ArrowUp", 38),
    ("ArrowRight", 39),
    ("ArrowDown", 40),
];

struct Keyboard(Browser);

impl Keyboard {
    fn press(&mut self, key: &str) {
        let named = NAMED.iter().find(|(name, _)| *name == key);
        let (key, text) = match key {
            "Enter" => ("Enter", "\r"),
            "Space" => (" ", " "),
            _ if named.is_some() => (key, ""),
            letter => (letter, letter),
        };
        let number = named.map_or(0, |(_, number)| *number);
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({ "type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": number });
            self.0.call("Input.dispatchKeyEvent", &event);
        }
    }

    fn press_all<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) {
        keys.into_iter().for_each(|key| self.press(key));
    }

    fn write(&mut self, text: &str) {
        text.chars().for_each(|letter| self.press(&letter.to_string()));
    }

    /// Presses Tab until a part of the page has the focus, and asserts that this can be seen.
    fn tab_to(&mut self, part: &str) {
        for _ in 0..200 {
            self.press("Tab");
            if self.get(&format!("document.activeElement.matches({})", json!(part))) == true {
                // In the picture a stroke shows it.
                let seen = "(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px')\
                            (getComputedStyle(document.activeElement)) || document.activeElement.closest('#network') !== null";
                assert_eq!(self.get(seen), true, "{part} shows that it has the focus");
                return;
            }
        }
        panic!("no Tab leads to {part}");
    }

    /// Goes to a button and presses it.
    fn push(&mut self, part: &str) {
        self.tab_to(part);
        self.press("Enter");
    }

    /// Goes to a list of choices and takes one by its first letters.
    fn choose(&mut self, part: &str, letters: &str) {
        self.tab_to(part);
        self.write(letters);
    }

    /// Goes to a field, as Tab selects what is in it, and writes over it.
    fn fill(&mut self, part: &str, text: &str) {
        self.tab_to(part);
        self.write(text);
        self.press("Enter");
    }

    /// Goes to the letters that belong to the whole page: on a button they do.
    fn letters(&mut self, keys: &[&str]) {
        self.tab_to("#theme");
        self.press_all(keys.iter().copied());
    }

    fn get(&mut self, expression: &str) -> Value {
        self.0.evaluate(expression)
    }

    fn text(&mut self, id: &str) -> String {
        let text = self.get(&format!("document.getElementById({}).textContent", json!(id)));
        text.as_str().expect("text").to_owned()
    }

    fn wait_for(&mut self, expression: &str) {
        let begun = std::time::Instant::now();
        while self.get(expression) != true {
            assert!(begun.elapsed().as_secs() < 120, "{expression} does not become true");
        }
    }
}

fn keyboard(options: &str) -> (tempfile::TempDir, Keyboard) {
    let (folder, path, _) = page(options);
    let mut browser = Browser::open(&path, "", &[]);
    browser.evaluate("window.print = () => { window.printed = true; }");
    (folder, Keyboard(browser))
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn the_keyboard_alone_does_everything() {
    let (_folder, mut keys) = keyboard("--data xor --sizes 2,3,2 --init normal");
    steps_and_edits(&mut keys);
    questions_and_training(&mut keys);
    points_and_settings(&mut keys);
    checks_and_mysteries(&mut keys);
    comparisons_and_the_rest(&mut keys);
    assert_eq!(keys.0.problems, [""; 0]);

    let (_folder, mut keys) = keyboard("--data digits --sizes 784,10,10 --init scaled");
    a_digit_is_drawn(&mut keys);
    assert_eq!(keys.0.problems, [""; 0]);
}

fn steps_and_edits(keys: &mut Keyboard) {
    let position = "backprop.position()";
    // Each way to step, there and back.
    keys.press_all(["ArrowRight", "n", "l", "p", "s"]);
    assert_eq!(keys.get("backprop.moment().sample"), 1, "the second sample");
    keys.press_all(["S", "P", "L", "N", "0"]);
    assert_eq!(keys.get(position), 0);
    keys.press_all(["Enter"; 5]);
    keys.press_all(["Backspace", "ArrowLeft"]);
    assert_eq!(keys.get("backprop.step().name"), "a3");
    keys.push("#phases button:nth-child(3)");
    assert_eq!(keys.get("backprop.step().phase"), "output-delta");
    for (part, moved) in [("#first", 0), ("#forward", 1), ("#forward", 2), ("#back", 1)] {
        keys.push(part);
        assert_eq!(keys.get(position), moved, "{part}");
    }
    keys.push("#play");
    keys.wait_for("backprop.position() > 2");
    keys.press("Enter");
    assert_eq!(keys.get("document.body.classList.contains('playing')"), false);
    keys.tab_to("#slider");
    keys.press("End");
    assert!(keys.get(position).as_u64() > Some(100));

    // An input, a weight with a comma, the weight that counts most, and undone again.
    keys.letters(&["0", "ArrowRight", "e"]);
    keys.write("0,25");
    keys.press("Enter");
    let edits = "backprop.moment().edits.map(({ name, text }) => [name, Number(text)])";
    assert_eq!(keys.get(edits), json!([["x1", 0.25]]));
    keys.press("Escape");
    keys.letters(&["u", "n", "n", "n", "ArrowDown", "ArrowDown", "e"]);
    let name = keys.text("edit-name");
    let name = name.strip_suffix(" =").unwrap_or_else(|| panic!("{name:?}")).to_owned();
    assert!(name.starts_with('w'), "{name}");
    keys.write("0,5");
    keys.press("Enter");
    assert_eq!(keys.get(edits), json!([[name, 0.5]]));
    assert!(keys.text("change").contains(&name), "one sentence says what it did");
    keys.press_all(["ArrowUp", "Escape"]);
    assert_eq!(keys.get(edits), json!([[name, 0.5], [name, 0.6]]));
    keys.letters(&["u", "u"]);
    assert_eq!(keys.get(edits), json!([]));
    keys.press_all(["c", "g"]);
    assert!(keys.text("change").contains("gradient"), "{}", keys.text("change"));
    keys.press("x");
    assert!(keys.text("edit-name").starts_with('x'), "{}", keys.text("edit-name"));
    keys.press("Escape");

    // Each node and each connection, changed where it is.
    keys.letters(&[]);
    let mut met = std::collections::BTreeSet::new();
    for _ in 0..120 {
        keys.press("Tab");
        let words =
            "document.activeElement.closest('#network') && document.activeElement.getAttribute('aria-label')";
        met.extend(keys.get(words).as_str().map(str::to_owned));
    }
    assert_eq!(met.len(), 17 + 9, "17 connections, 7 nodes and 2 constants: {met:?}");
    keys.push("#network [data-connection='5']");
    assert_eq!(keys.get("document.activeElement.id"), "edit-value");
    keys.write("1e-1");
    keys.press("Enter");
    keys.tab_to("#edit button:last-child");
    keys.press("Enter");
    assert_eq!(keys.get("backprop.moment().edits.length"), 1);
    keys.push("#undo");
    keys.letters(&["m"]);
    assert_eq!(keys.get("document.activeElement.closest('#matrices') !== null"), true);
    keys.press("w");
    assert_eq!(keys.get("document.activeElement.closest('#picture') !== null"), true);
}

fn questions_and_training(keys: &mut Keyboard) {
    keys.letters(&["0", "n", "n", "n", "a", "ArrowRight"]);
    assert_eq!(keys.get("document.activeElement.id"), "guess-value");
    keys.write("0,25");
    keys.press("Enter");
    assert!(keys.text("guess-verdict").starts_with("Not quite"), "{}", keys.text("guess"));
    keys.push("#guess button:last-of-type");
    keys.letters(&["a"]);

    keys.choose("#train-engine", "f");
    assert_eq!(keys.get("document.getElementById('train-engine').value"), "vectorized");
    keys.push("#train-run");
    keys.wait_for("/Epoch \\d\\d/.test(document.getElementById('train-words').textContent)");
    keys.press("Enter");
    assert_eq!(keys.text("train-run"), "Go on");
    assert!(keys.get("backprop.ask({ do: 'curve' }).before").as_u64() >= Some(9));
    keys.push("#reset");
    assert_eq!(keys.text("train-run"), "Train");
}

fn points_and_settings(keys: &mut Keyboard) {
    keys.choose("#point-class", "1");
    keys.tab_to("#points");
    keys.press_all(["ArrowRight", "ArrowUp", "Enter"]);
    assert_eq!(keys.get("backprop.ask({ do: 'points' }).points.length"), 5);
    assert_eq!(keys.get("backprop.ask({ do: 'points' }).points[4].class"), 1);

    keys.push("#setting summary");
    keys.fill("#set-sizes", "2;4;2");
    assert_eq!(keys.get("backprop.network().sizes"), json!([2, 4, 2]));
    keys.fill("#set-rate", "0,5");
    assert_eq!(keys.get("backprop.moment().rate"), "0.5");
    keys.fill("#set-dropout", "much");
    assert_eq!(keys.get("document.activeElement.getAttribute('aria-invalid')"), "true");
    keys.fill("#set-dropout", "20%");
    keys.choose("#set-activation", "t");
    assert_eq!(keys.get("backprop.network().activations[0]"), "tanh");
    let seed = keys.get("document.getElementById('set-seed').value");
    keys.push("#another-seed");
    assert_ne!(keys.get("document.getElementById('set-seed').value"), seed);
    keys.tab_to("#model-file");
    keys.choose("#set-data", "n");
    assert_eq!(keys.get("backprop.network().sizes"), json!([3, 4, 2]));
    keys.push("#setting summary");
    assert_eq!(keys.get("document.getElementById('setting').open"), false);
}

fn checks_and_mysteries(keys: &mut Keyboard) {
    keys.letters(&["2"]);
    keys.push("#check-run");
    assert!(keys.text("check-verdict").contains("agree"), "{}", keys.text("check-verdict"));
    keys.choose("#fault", "t");
    keys.push("#fault-plant");
    assert!(keys.text("check-verdict").contains("disagree"));
    keys.push("#report-words summary");
    assert_eq!(keys.get("document.getElementById('report').checkVisibility()"), true);
    keys.tab_to("#verdicts");
    keys.fill("#mystery-seed", "ada");
    assert_eq!(keys.get("document.activeElement.id"), "mystery-name");
    keys.write("s");
    keys.tab_to("#mystery-line");
    keys.press("ArrowDown");
    keys.push("#mystery-form button");
    let verdict = keys.text("mystery-verdict");
    assert!(verdict.starts_with("No. ") || verdict.starts_with("Right: "), "{verdict}");
    keys.tab_to("#sheet-words");
}

fn comparisons_and_the_rest(keys: &mut Keyboard) {
    keys.letters(&["3"]);
    keys.fill("#race-sizes", "12-6-3");
    keys.wait_for("document.getElementById('race-words').textContent.includes('they agree')");
    assert_eq!(keys.get("document.getElementById('lanes').children.length"), 3);
    keys.wait_for("!document.getElementById('race-run').disabled");
    keys.tab_to("#race-sliders input");
    keys.press("ArrowRight");
    assert_ne!(keys.get("document.getElementById('race-sizes').value"), "12-6-3");
    keys.tab_to("#race-mine");

    keys.letters(&["t"]);
    assert_eq!(keys.get("document.documentElement.dataset.theme"), "dark");
    keys.press("Enter");
    assert_eq!(keys.get("document.documentElement.dataset.theme"), "light");
    keys.push("#print");
    assert_eq!(keys.get("window.printed"), true);
    keys.push("#help-button");
    assert_eq!(keys.get("document.getElementById('help').open"), true);
    keys.press("Escape");
    keys.press("?");
    keys.push("#help button");
    assert_eq!(keys.get("document.getElementById('help').open"), false);
    keys.push("#mode-check");
    keys.press("1");
    assert_eq!(keys.get("document.body.dataset.mode"), "step");
}

fn a_digit_is_drawn(keys: &mut Keyboard) {
    // A 1: the pen goes down, twelve pixels along, and up.
    keys.tab_to("#sheet");
    keys.press_all(["ArrowUp"; 6]);
    keys.press("Space");
    keys.press_all(["ArrowDown"; 12]);
    keys.press("Space");
    let read = "document.querySelectorAll('#drawn-outputs li').length";
    assert_eq!(keys.get(read), 10);
    keys.choose("#drawn-label", "1");
    keys.push("#drawn-step");
    assert!(keys.text("about").contains("your drawing"), "{}", keys.text("about"));
    assert_eq!(keys.get("backprop.moment().class"), 1);
    keys.letters(&["z", "ArrowRight"]);
    assert!(keys.get("backprop.step().after").as_f64() > Some(0.0), "the first input with ink");
    keys.push("#zeros");
    keys.tab_to("#layers .tile");
    assert!(!keys.text("told").is_empty());
    keys.push("#drawn-clear");
    assert_eq!(keys.get(read), 0);
}

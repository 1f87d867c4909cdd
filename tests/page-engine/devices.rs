//! The page on paper, on a telephone's touch screen, and with a slow worker, in a real browser.

use serde_json::{Value, json};

use testkit::devtools::Browser;
use testkit::page::page;

/// Returns those of these parts that are visible and not empty.
fn seen(browser: &mut Browser, parts: &[&str]) -> Vec<String> {
    let script = format!(
        "{}.filter((part) => {{ const found = document.querySelector(part); return found?.checkVisibility() && found.getBoundingClientRect().height > 5; }})",
        json!(parts)
    );
    serde_json::from_value(browser.evaluate(&script)).expect("a list")
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn on_paper_is_what_is_to_be_read_and_nothing_that_is_to_be_pressed() {
    let (_folder, path, _) = page("");
    let mut browser = Browser::open(&path, "#step=14", &[]);
    browser.evaluate("document.documentElement.dataset.theme = 'dark'");
    let a4 = json!({ "width": 794, "height": 1123, "deviceScaleFactor": 1, "mobile": false });
    browser.call("Emulation.setDeviceMetricsOverride", &a4);
    browser.call("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    let read = ["#about", "#phases", "#network", "#formula", "#equation", "#chart", "#place"];
    let pressed = ["#modes", ".tools", "#slider", "#play", "#training", "#check-run", "#fault", "#race-form"];
    assert_eq!(seen(&mut browser, &read), read);
    assert_eq!(seen(&mut browser, &pressed), [""; 0]);
    assert_eq!(
        browser.evaluate("document.getElementById('place').textContent"),
        "Step 14 · epoch 1, sample 1"
    );
    // Ink on white, whatever the screen shows, and the whole width on the sheet.
    assert_eq!(browser.evaluate("getComputedStyle(document.body).color"), "rgb(35, 39, 46)");
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    assert_eq!(sheets(&mut browser), 1);

    // A check's report is on paper to its last word.
    browser.evaluate("document.getElementById('mode-check').click()");
    browser.evaluate("document.getElementById('check-run').click()");
    let read = ["#network", "#check-verdict", "#verdicts"];
    assert_eq!(seen(&mut browser, &read), read);
    assert_eq!(seen(&mut browser, &pressed), [""; 0]);
    let overflow = "(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => [scrollWidth - clientWidth, scrollHeight - clientHeight])\
                    (document.getElementById('verdicts'))";
    assert_eq!(browser.evaluate(overflow), json!([0, 0]));
    assert_eq!(browser.problems, [""; 0]);
}

/// Returns how many sheets of paper it takes.
fn sheets(browser: &mut Browser) -> Value {
    let printed = browser.call("Page.printToPDF", &json!({ "paperWidth": 8.27, "paperHeight": 11.69 }));
    browser.evaluate(&format!("atob({}).match(/\\/Type \\/Page\\b/g).length", printed["data"]))
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_finger_draws_a_digit_on_a_telephone_and_the_network_stays_in_view() {
    let (_folder, path, _) = page("--data digits");
    let telephone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": true });
    let touch = json!({ "enabled": true, "maxTouchPoints": 5 });
    let prepare =
        [("Emulation.setDeviceMetricsOverride", telephone), ("Emulation.setTouchEmulationEnabled", touch)];
    let mut browser = Browser::open(&path, "", &prepare);
    assert_eq!(
        browser.evaluate("document.documentElement.scrollWidth <= innerWidth"),
        true,
        "nothing sticks out"
    );

    browser
        .evaluate("document.getElementById('sheet').scrollIntoView({ block: 'end', behavior: 'instant' })");
    let sheet = browser.evaluate("document.getElementById('sheet').getBoundingClientRect().toJSON()");
    let scrolled = browser.evaluate("scrollY");
    let number = |key: &str| sheet[key].as_f64().expect("a number");
    let mut finger = |kind: &str, place: Option<(f64, f64)>| {
        let points: Vec<Value> = place
            .iter()
            .map(|(x, y)| json!({ "x": number("x") + x * number("width"), "y": number("y") + y * number("height") }))
            .collect();
        browser.call("Input.dispatchTouchEvent", &json!({ "type": kind, "touchPoints": points }));
    };
    // A 7, downwards where a page would scroll.
    finger("touchStart", Some((0.3, 0.2)));
    for x in 4..=7 {
        finger("touchMove", Some((f64::from(x) / 10.0, 0.2)));
    }
    for y in 3..=8 {
        finger("touchMove", Some((0.8 - f64::from(y) / 20.0, f64::from(y) / 10.0)));
    }
    finger("touchEnd", None);
    let words = browser.evaluate("document.getElementById('drawn-words').textContent");
    assert!(words.as_str().is_some_and(|words| words.starts_with("The network is untrained: ")), "{words}");
    assert_eq!(browser.evaluate("scrollY"), scrolled, "the sheet is drawn on, not scrolled");
    let ink = "const image = document.getElementById('drawn-image'); \
               image.getContext('2d').getImageData(0, 0, 28, 28).data.filter((grey, place) => place % 4 === 0 && grey < 128).length";
    let ink = browser.evaluate(ink).as_u64().expect("a count");
    assert!((40..400).contains(&ink), "{ink} of 784 pixels are dark");

    // The formula scrolls; the picture stays.
    browser.evaluate("document.getElementById('drawn-step').click()");
    browser.evaluate(
        "document.getElementById('matrices').scrollIntoView({ block: 'center', behavior: 'instant' })",
    );
    let picture = browser.evaluate("document.getElementById('picture').getBoundingClientRect().toJSON()");
    assert!(picture["top"].as_f64() >= Some(-1.0) && picture["top"].as_f64() < Some(100.0), "{picture}");
    assert_eq!(browser.problems, [""; 0]);
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn races_are_explained_by_what_was_measured() {
    let (_folder, path, _) = page("");
    let mut browser = Browser::open(&path, "", &[]);
    let report = browser.evaluate(include_str!("../testkit/page/race.js"));
    assert_eq!(report["usual"], "784-30-10");
    assert!(report["dragged"].as_str().is_some_and(|sizes| sizes != "784-30-10"), "{report}");
    let words = report["words"].as_str().unwrap_or_default();
    assert!(words.contains("they agree") && words.contains("times as fast as"), "{words}");
    assert_eq!((&report["lanes"], &report["lines"]), (&json!(3), &json!(3)), "{report}");
    assert_eq!(browser.problems, [""; 0]);
}

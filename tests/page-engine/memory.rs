//! What the page's memory does while it trains, in a real browser.

use std::time::{Duration, Instant};

use serde_json::json;

use testkit::devtools::Browser;
use testkit::page::page;

/// What a page holds, after its garbage has been collected.
#[derive(Debug, Clone, Copy)]
struct Held {
    script: u64,
    engine: u64,
    nodes: u64,
    listeners: u64,
}

fn held(browser: &mut Browser) -> Held {
    browser.call("HeapProfiler.collectGarbage", &json!({}));
    let script = browser.call("Runtime.getHeapUsage", &json!({}))["usedSize"].as_f64().expect("bytes");
    let counters = browser.call("Memory.getDOMCounters", &json!({}));
    let engine = browser.evaluate("memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0)");
    let count = |value: &serde_json::Value| value.as_u64().expect("a count");
    let (nodes, listeners) = (count(&counters["nodes"]), count(&counters["jsEventListeners"]));
    Held { script: script as u64, engine: count(&engine), nodes, listeners }
}

/// Returns the least of each count.
fn least(readings: &[Held]) -> Held {
    let of = |count: fn(&Held) -> u64| readings.iter().map(count).min().expect("a reading");
    Held {
        script: of(|held| held.script),
        engine: of(|held| held.engine),
        nodes: of(|held| held.nodes),
        listeners: of(|held| held.listeners),
    }
}

/// Keeps the memory of every engine that the page starts in `memories`.
const KEEP_MEMORIES: &str = "
    const memories = [];
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
        construct(Instance, arguments) {
            const instance = new Instance(...arguments);
            if (instance.exports.memory) memories.push(instance.exports.memory);
            return instance;
        },
    });";

/// Trains for 30 seconds, or for as many as `BACKPROP_PAGE_SECONDS` says. An engine that kept one number of each sample
/// would grow by megabytes.
#[test]
#[ignore = "needs chromium: run by CI"]
fn memory_stays_the_same_while_the_page_trains() {
    let seconds = std::env::var("BACKPROP_PAGE_SECONDS")
        .map_or(30, |text| text.parse().expect("BACKPROP_PAGE_SECONDS is a whole number"));
    for options in ["--data digits --sizes 784,30,10 --init scaled", "--data xor --sizes 2,3,2 --init normal"]
    {
        let (_folder, path, _) = page(options);
        let keep = ("Page.addScriptToEvaluateOnNewDocument", json!({ "source": KEEP_MEMORIES }));
        let mut browser = Browser::open(&path, "", &[keep]);
        browser.evaluate("document.getElementById('train-run').click()");
        let (begun, total) = (Instant::now(), Duration::from_secs(seconds));
        let words = "document.getElementById('train-words').textContent";
        let mut readings = Vec::new();
        while begun.elapsed() < total {
            std::thread::sleep(total / 10);
            readings.push(held(&mut browser));
            println!(
                "{:4} s: {:?}, {}",
                begun.elapsed().as_secs(),
                readings[readings.len() - 1],
                browser.evaluate(words)
            );
        }
        assert_eq!(browser.evaluate("document.body.classList.contains('training')"), true, "it still trains");
        // The first epochs make the curve, and room for what a request takes. A reading may come while a new view
        // replaces the old one, and count both; what is never released is in the least of several.
        let (first, last) = (readings[2], least(&readings[readings.len() - 4..]));
        assert!(last.script < first.script + 500_000, "{options}: {first:?}, then {last:?}");
        assert!(last.engine <= first.engine + 65_536 * 4, "{options}: {first:?}, then {last:?}");
        assert!(
            last.nodes < first.nodes + 500 && last.listeners < first.listeners + 20,
            "{options}: {first:?}, then {last:?}"
        );
        assert_eq!(browser.problems, [""; 0]);
    }
}

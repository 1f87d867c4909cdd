//! The site, and the book in the documentation, in a real browser: every chapter with its formulas and pictures on a phone
//! and on a desk, search, the live page; and nothing is requested from anywhere else.

mod server;

use std::path::Path;
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser};
use serde_json::{Value, json};

use crate::server::{HOST, Server};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("docs/site is two folders down")
}

/// Returns true if there is a browser; in CI there must be one.
fn browser_is_here() -> bool {
    let here = Command::new("chromium").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(here || std::env::var_os("CI").is_none(), "CI needs chromium");
    if !here {
        eprintln!("chromium is not installed: not tried");
    }
    here
}

/// Lets `visit.js` walk through the pages of a folder, and returns its report. All the browser asks for goes to our server,
/// whatever the address; what is not there, or is somebody else's, fails the test.
fn visit(folder: &Path, task: &Value) -> Value {
    let task = task.to_string().replace('<', "\\u003c");
    let page = format!(
        "<!doctype html><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><body><script type=\"application/json\" id=\"task\">{task}</script><script>{}</script>",
        include_str!("visit.js")
    );
    let server = Server::start(folder, page);
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--window-size=1600,1000", "--virtual-time-budget=300000", "--dump-dom"])
        .arg("--proxy-bypass-list=<-loopback>")
        .arg(format!("--proxy-server=http://{}", server.address))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{HOST}/visit.html"))
        .output()
        .expect("chromium starts");
    // Rustdoc's pages ask for the pictures before their script can put them in place.
    let refused: Vec<String> =
        server.refused().into_iter().filter(|url| !url.contains("/backprop/book/")).collect();
    assert_eq!(refused, Vec::<String>::new(), "asked for in vain, or asked of somebody else");
    let dom = String::from_utf8_lossy(&output.stdout);
    let report = dom
        .split(r#"<script type="application/json" id="report">"#)
        .nth(1)
        .unwrap_or_else(|| panic!("{dom}"));
    let report = report.split("</script>").next().unwrap_or_default();
    let report: Value = serde_json::from_str(report).expect("JSON");
    assert_eq!(report["problem"], Value::Null);
    report
}

/// The chapters, and how many formulas each has.
fn chapters() -> Vec<(String, usize)> {
    let names = std::fs::read_dir(root().join("docs")).expect("docs/ is there");
    let names = names.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    let mut chapters: Vec<(String, usize)> = names
        .filter(|name| name.ends_with(".md") && name.as_bytes()[0].is_ascii_digit())
        .map(|name| {
            let text = std::fs::read_to_string(root().join("docs").join(&name)).expect("a chapter");
            let events = Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_MATH);
            let formulas =
                events.filter(|event| matches!(event, Event::InlineMath(_) | Event::DisplayMath(_)));
            (name.trim_end_matches(".md").to_owned(), formulas.count())
        })
        .collect();
    chapters.sort();
    assert!(chapters.len() > 12, "{chapters:?}");
    chapters
}

/// Every page of a chapter has its formulas, its pictures and no more than its width.
fn assert_whole(report: &Value, url: &str, formulas: usize) {
    for width in [390, 1500] {
        let page = &report["pages"][format!("{url} {width}")];
        assert_eq!(page["formulas"], formulas, "{url} {width}");
        assert_eq!(page["dollars"], false, "{url} {width}: a formula is not drawn");
        assert_eq!(page["broken"], json!([]), "{url} {width}");
        assert_eq!(page["tooWide"], false, "{url} {width}");
    }
}

#[test]
fn the_site_has_every_chapter_searches_and_asks_nothing_of_anybody() {
    if !browser_is_here() {
        return;
    }
    let made = Command::new(env!("CARGO_BIN_EXE_site")).status().expect("the program starts");
    assert!(made.success(), "the site cannot be made");
    let chapters = chapters();
    let pages: Vec<String> = chapters.iter().map(|(name, _)| format!("/{name}.html")).collect();
    let more = ["/index.html", "/page.html", "/contributing.html", "/source/src/graph/node.rs.html"];
    let pages: Vec<&str> = pages.iter().map(String::as_str).chain(more).collect();
    let task = json!({ "pages": pages, "live": "/04-backpropagation.html", "search": "delta" });
    let report = visit(&root().join("target/site"), &task);

    for (name, formulas) in &chapters {
        assert_whole(&report, &format!("/{name}.html"), *formulas);
    }
    for page in more {
        assert_whole(&report, page, 0);
    }
    let found = report["found"].as_array().expect("a list");
    let is_there =
        |page: &str| found.iter().any(|link| link.as_str().is_some_and(|link| link.contains(page)));
    assert!(is_there("04-backpropagation.html"), "{found:?}");
    assert!(!is_there("source/"), "sources are not searched: {found:?}");
    assert!(report["live"].as_str().is_some_and(|words| words.contains("δ4")), "{}", report["live"]);
}

#[test]
fn the_documentation_has_every_chapter_with_formulas_pictures_and_links() {
    if !browser_is_here() {
        return;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).env_remove("CARGO_TARGET_DIR").env("RUSTDOCFLAGS", "-D warnings");
    let made = command.args(["doc", "--no-deps", "--quiet"]).status().expect("cargo starts");
    assert!(made.success(), "the documentation cannot be made");
    let folder = root().join("target/doc");
    let chapters = chapters();
    let url = |name: &str| format!("/backprop/book/{}/index.html", name[3..].replace('-', "_"));
    let pages: Vec<String> = chapters.iter().map(|(name, _)| url(name)).collect();
    let report = visit(&folder, &json!({ "pages": pages }));

    let (mut here, mut elsewhere) = (0, 0);
    for (name, formulas) in &chapters {
        let url = url(name);
        assert_whole(&report, &url, *formulas);
        for link in report["pages"][format!("{url} 1500")]["links"].as_array().expect("links") {
            let link = link.as_str().expect("an address");
            let path = link.split(['#', '?']).next().unwrap_or_default();
            if let Some(path) = path.strip_prefix(&format!("http://{HOST}/")) {
                assert!(folder.join(path).is_file(), "{url}: {link}");
                here += 1;
            } else if let Some((_, path)) =
                path.split_once("/source/").filter(|_| path.contains("docs.rs/crate/backprop/"))
            {
                assert!(root().join(path).exists(), "{url}: {link}");
                elsewhere += 1;
            }
        }
    }
    assert!(here > 50 && elsewhere > 10, "{here} links within, {elsewhere} to the sources");
}

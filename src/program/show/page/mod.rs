//! The walkthrough as a page: one HTML file with the library in it, compiled for the browser.
//!
//! `page.html`, `page.css`, the scripts and `engine.wasm` in this folder are put into one file with the network and its
//! samples. The file loads nothing, as its content security policy ensures. The scripts leave all computing to the
//! engine (src/page-engine), which is this library.

use std::io::{self, Write as _};

use backprop::data_set::digits::FILES;
use flate2::{Compression, write::GzEncoder};
use minijinja::context;
use serde_json::{Value, json};

use crate::template;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// The library as `src/page-engine/build.sh` compiles it.
const ENGINE: &[u8] = include_bytes!("engine.wasm");

/// The modules of the script, each after those it uses.
const SCRIPTS: [&str; 23] = [
    include_str!("dom.js"),
    include_str!("engine.js"),
    include_str!("session.js"),
    include_str!("pointing.js"),
    include_str!("formula.js"),
    include_str!("now.js"),
    include_str!("guess.js"),
    include_str!("phases.js"),
    include_str!("picture.js"),
    include_str!("layers.js"),
    include_str!("details.js"),
    include_str!("matrices.js"),
    include_str!("curve.js"),
    include_str!("setting.js"),
    include_str!("training.js"),
    include_str!("plane.js"),
    include_str!("digit.js"),
    include_str!("modes.js"),
    include_str!("check.js"),
    include_str!("compare.js"),
    include_str!("address.js"),
    include_str!("controls.js"),
    include_str!("main.js"),
];

/// The page's names for the embedded digits, which only some pages contain.
const DIGITS: [&str; 4] = ["train_images", "train_labels", "test_images", "test_labels"];

/// Returns the page that begins with this situation (src/page-engine/situation.rs), with or without the embedded digits.
///
/// # Errors
/// Those of a compressor that writes to memory.
pub fn html(situation: &Value, with_digits: bool) -> io::Result<String> {
    let digits = if with_digits {
        let files =
            DIGITS.iter().zip(FILES).map(|(name, (_, bytes))| ((*name).to_owned(), json!(base64(bytes))));
        Value::Object(files.collect()).to_string()
    } else {
        String::new()
    };
    let script: String = SCRIPTS.iter().flat_map(|module| inlined(module)).collect();
    let texts = context! {
        style => STYLE.trim_end(),
        situation => inside_a_script(&situation.to_string()),
        engine => base64(&gzipped(ENGINE)?),
        images => digits,
        script => script.trim_end(),
    };
    Ok(template::fill(TEMPLATE, &texts))
}

/// Returns the lines of a module without imports and exports, so that all modules can be joined.
fn inlined(module: &'static str) -> impl Iterator<Item = String> {
    let lines = module.lines().filter(|line| !line.starts_with("import "));
    lines.map(|line| line.strip_prefix("export ").unwrap_or(line).to_owned() + "\n")
}

fn gzipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let number = three.iter().fold(0, |number, &byte| number << 8 | usize::from(byte));
        for place in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * place) & 63];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// Returns JSON for a script element: nothing in it can end the element or begin a comment.
fn inside_a_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn modules_are_joined_without_their_imports_and_exports() {
        let joined: String = SCRIPTS.iter().flat_map(|module| inlined(module)).collect();
        assert!(!joined.contains("\nimport ") && !joined.contains("\nexport "));
        assert!(joined.contains("\nfunction ") && joined.contains("\nconst "));
    }

    #[test]
    fn no_two_modules_declare_the_same_name() {
        let joined: Vec<String> = SCRIPTS.iter().flat_map(|module| inlined(module)).collect();
        let mut names = std::collections::BTreeSet::new();
        for line in &joined {
            let line = line.strip_prefix("async ").unwrap_or(line);
            let declared = ["function ", "const ", "let "].iter().find_map(|word| line.strip_prefix(word));
            let Some(name) = declared.filter(|rest| !rest.starts_with(['[', '{'])) else { continue };
            let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            assert!(names.insert(name), "{name} is declared twice");
        }
        assert!(names.len() > 100);
    }
}

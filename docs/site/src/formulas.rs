//! Formulas as MathML, which browsers draw and screen readers read.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use pulldown_cmark::{Event, Options, Parser};

/// The file with the formulas of the chapters for rustdoc, which does not support formulas.
const FOR_RUSTDOC: &str = "src/book/formulas.json";

/// The Markdown that the book is written in, formulas included.
pub const MARKDOWN: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_MATH);

/// A formula, on one line.
///
/// # Errors
///
/// If it has a command that the converter does not know.
pub fn mathml(tex: &str, display: MathDisplay) -> Result<String> {
    let Ok(converter) = LatexToMathML::new(MathCoreConfig::default()) else {
        bail!("the converter has no start")
    };
    // GitHub would eat one of two backslashes, so the book's rows end in \cr.
    let tex = tex.replace(r"\cr", r"\\");
    match converter.convert_with_local_state(&tex, display) {
        Ok(result) => Ok(result.mathml.replace('\n', " ")),
        Err(error) => bail!("the formula {tex} cannot be drawn: {error}"),
    }
}

/// The same for the middle of a paragraph, where Markdown would still read the letters between the tags.
pub fn inline_html(tex: &str) -> Result<String> {
    let mut html = String::new();
    for letter in mathml(tex, MathDisplay::Inline)?.chars() {
        if "*_[]\\`~$|".contains(letter) {
            html.push_str(&format!("&#{};", u32::from(letter)));
        } else {
            html.push(letter);
        }
    }
    Ok(html)
}

/// Checks that rustdoc's copy of the formulas is that of the chapters, or writes it with `UPDATE_DOCS=1`.
///
/// # Errors
///
/// If a formula is missing there, with what to do about it.
pub fn for_rustdoc(root: &Path, chapters: &[String]) -> Result<()> {
    let mut all = BTreeMap::new();
    for chapter in chapters {
        let text = std::fs::read_to_string(root.join(chapter)).with_context(|| chapter.clone())?;
        for event in Parser::new_ext(&text, MARKDOWN) {
            let (tex, display) = match event {
                Event::InlineMath(tex) => (tex, MathDisplay::Inline),
                Event::DisplayMath(tex) => (tex, MathDisplay::Block),
                _ => continue,
            };
            let key = tex.split_whitespace().collect::<Vec<_>>().join(" ");
            all.insert(key, mathml(&tex, display).with_context(|| chapter.clone())?);
        }
    }
    let json = serde_json::to_string_pretty(&all)? + "\n";
    let path = root.join(FOR_RUSTDOC);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, json).with_context(|| FOR_RUSTDOC)?;
    } else if std::fs::read_to_string(&path).unwrap_or_default().replace('\r', "") != json {
        bail!(
            "{FOR_RUSTDOC} is not made from the formulas of today's chapters: \
             UPDATE_DOCS=1 cargo book"
        );
    }
    Ok(())
}

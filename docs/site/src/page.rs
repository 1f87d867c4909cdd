//! Prepares one Markdown file of the book for mdBook: formulas are drawn, links lead to the site's own pages, the
//! live page is put where a note asks for it, and other notes are left out.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use math_core::MathDisplay;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use crate::formulas::{self, MARKDOWN};
use crate::live::Live;
use crate::place;

/// A file made ready.
pub struct Page {
    pub markdown: String,
    /// The files of the repository that it links to.
    pub links: Vec<String>,
    pub live: Vec<Live>,
}

/// Prepares `text`, which is in `file` of the repository.
///
/// # Errors
///
/// If a formula cannot be drawn, a link leads nowhere or a note is not understood.
pub fn prepare(root: &Path, file: &str, text: &str) -> Result<Page> {
    let own = place::page_of(file);
    let (mut links, mut live, mut changes) = (Vec::new(), Vec::new(), Vec::<(Range<usize>, String)>::new());
    for (event, range) in Parser::new_ext(text, MARKDOWN).into_offset_iter() {
        match event {
            Event::InlineMath(tex) => changes.push((range, formulas::inline_html(&tex)?)),
            Event::DisplayMath(tex) => {
                let formula = formulas::mathml(&tex, MathDisplay::Block)?;
                changes.push((range, format!("<div class=\"formula\">{formula}</div>")));
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let Some((linked, url)) = led(root, file, &own, &dest_url)? else { continue };
                let written = format!("]({dest_url}");
                let at = text[range.clone()].rfind(&written).map(|at| range.start + at);
                let at = at.with_context(|| {
                    format!("the link to {dest_url} is not written as [words]({dest_url})")
                })?;
                changes.push((at..at + written.len(), format!("]({url}")));
                links.push(linked);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if &*language == "debugger" => {
                let at = range.start + text[range].find("debugger").context("its language")?;
                changes.push((at..at + "debugger".len(), "text".to_owned()));
            }
            Event::Html(html) | Event::InlineHtml(html) if html.trim_start().starts_with("<!--") => {
                let note = html.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
                let shown = Live::from_note(note)?.map(|here| {
                    let frame = here.html(&own);
                    live.push(here);
                    frame
                });
                changes.push((range, shown.unwrap_or_default() + "\n"));
            }
            _ => {}
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    let (mut markdown, mut end) = (String::new(), 0);
    for (range, new) in changes {
        if range.start < end {
            bail!("something stands inside something else near {:?}", &text[range]);
        }
        markdown += &text[end..range.start];
        markdown += &new;
        end = range.end;
    }
    Ok(Page { markdown: markdown + &text[end..], links, live })
}

/// The file that a link of `file` leads to, and how the page `own` writes it; nothing for links out of the repository
/// and within the page.
fn led(root: &Path, file: &str, own: &str, link: &str) -> Result<Option<(String, String)>> {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with('#') {
        return Ok(None);
    }
    let (linked, anchor) = link.split_at(link.find('#').unwrap_or(link.len()));
    let linked = place::target(file, linked)
        .filter(|linked| root.join(linked).exists())
        .with_context(|| format!("the link to {link} leads nowhere"))?;
    let place = match linked.strip_prefix("docs/") {
        Some(picture) if linked.starts_with("docs/images/") => picture.to_owned(),
        _ => place::page_of(&linked),
    };
    let url = place::relative(own, &place) + anchor;
    Ok(Some((linked, url)))
}

//! Reads the book's Markdown, just far enough to check it: fenced blocks, headings, links.

use std::path::PathBuf;

use crate::root;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Returns README.md, data/README.md and every Markdown file under docs/, sorted by path.
pub fn documents() -> Vec<Document> {
    let mut paths = vec![PathBuf::from("README.md"), PathBuf::from("data/README.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("docs/ is there") {
            let path = folder.join(entry.expect("docs/ can be read").file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.into_iter().map(Document::read).collect()
}

/// Returns the chapters, docs/NN-name.md, in reading order.
pub fn chapters() -> Vec<Document> {
    let is_chapter = |document: &Document| {
        let name = document.file_name();
        document.path.starts_with("docs") && name.as_bytes()[..2].iter().all(u8::is_ascii_digit)
    };
    documents().into_iter().filter(is_chapter).collect()
}

/// One Markdown file.
pub struct Document {
    /// Its place in the repository.
    pub path: PathBuf,
    pub lines: Vec<String>,
}

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The index of the line of the opening fence.
    pub start: usize,
    /// The index of the line of the closing fence.
    pub end: usize,
    /// The words after the opening fence: `rust`, `console`.
    pub language: String,
    /// The HTML comments right before it, outermost first.
    pub notes: Vec<String>,
    /// The lines between the fences.
    pub body: Vec<String>,
}

impl Block {
    /// Returns the rest of the note that begins with this word: `src/lib.rs` for `<!-- from src/lib.rs -->`.
    pub fn note(&self, word: &str) -> Option<&str> {
        self.notes.iter().find_map(|note| note.strip_prefix(word)).map(str::trim)
    }
}

impl Document {
    pub fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(root().join(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, lines: text.lines().map(str::to_owned).collect() }
    }

    pub fn file_name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).expect("file names are plain")
    }

    /// Returns the place of a problem: `docs/01-neuron.md, line 12`.
    pub fn place(&self, line: usize) -> String {
        format!("{}, line {}", self.path.display(), line + 1)
    }

    /// Returns every fenced block. Fences are at the beginning of a line.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut start = None;
        for (index, line) in self.lines.iter().enumerate() {
            let Some(language) = line.strip_prefix("```") else { continue };
            match start.take() {
                None => start = Some((index, language.to_owned())),
                Some((first, language)) => blocks.push(Block {
                    start: first,
                    end: index,
                    language,
                    notes: self.notes_before(first),
                    body: self.lines[first + 1..index].to_vec(),
                }),
            }
        }
        assert!(start.is_none(), "{}: a fence is not closed", self.path.display());
        blocks
    }

    /// Returns the comments directly above a line.
    pub fn notes_before(&self, line: usize) -> Vec<String> {
        let above = self.lines[..line].iter().rev().map_while(|line| comment(line));
        let mut notes: Vec<String> = above.collect();
        notes.reverse();
        notes
    }

    /// Returns the lines outside fenced blocks, with their indices.
    pub fn prose(&self) -> Vec<(usize, &str)> {
        let mut in_block = false;
        let mut prose = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            if line.starts_with("```") {
                in_block = !in_block;
            } else if !in_block {
                prose.push((index, line.as_str()));
            }
        }
        prose
    }

    /// Returns the anchors that GitHub gives its headings.
    pub fn anchors(&self) -> Vec<String> {
        let mut titles: Vec<String> = Vec::new();
        let mut in_heading = false;
        for event in Parser::new_ext(&self.text(), Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { .. }) => {
                    in_heading = true;
                    titles.push(String::new());
                }
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Text(part) | Event::Code(part) if in_heading => {
                    titles.last_mut().expect("a heading has begun").push_str(&part);
                }
                _ => {}
            }
        }
        let mut anchors: Vec<String> = Vec::new();
        for title in titles {
            let plain = anchor(&title);
            let earlier = anchors.iter().filter(|known| without_number(known) == plain).count();
            anchors.push(if earlier == 0 { plain } else { format!("{plain}-{earlier}") });
        }
        anchors
    }

    /// Returns the target of every link and picture, with the index of its line.
    pub fn links(&self) -> Vec<(usize, String)> {
        let text = self.text();
        let line = |offset: usize| text[..offset].matches('\n').count();
        let events = Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter();
        let target = |event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.to_string())
            }
            _ => None,
        };
        events.filter_map(|(event, range)| Some((line(range.start), target(event)?))).collect()
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// Returns the text of a line that is one HTML comment and nothing else.
fn comment(line: &str) -> Option<String> {
    let text = line.strip_prefix("<!--")?.strip_suffix("-->")?;
    Some(text.trim().to_owned())
}

/// Returns the anchor that GitHub gives a heading: lower-case letters and digits, hyphens for spaces, no punctuation.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn without_number(anchor: &str) -> &str {
    match anchor.rsplit_once('-') {
        Some((plain, number)) if number.bytes().all(|b| b.is_ascii_digit()) => plain,
        _ => anchor,
    }
}

//! Makes the book of docs/ a site, target/site: `cargo book`, in the top folder.
//!
//! The Markdown in docs/ is the only text there is. It is made ready for mdBook in target/site-markdown (`page`): formulas
//! become MathML (`formulas`), links to sources lead to pages with these sources, and a note is replaced by the page
//! that `backprop trace` writes (`live`). What docs/README.md lists, in its order, is the sidebar. Finally every link
//! is followed (`check`).

mod check;
mod formulas;
mod live;
mod page;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::str::FromStr as _;

use anyhow::{Context as _, Result, bail};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::live::Live;

const CONTENTS: &str = "docs/README.md";

fn main() -> Result<()> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("docs/site is two folders down")?;
    let (markdown, site) = (root.join("target/site-markdown"), root.join("target/site"));
    for folder in [&markdown, &site] {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
    }
    let parts = contents(root)?;
    let mut book = Book::default();
    let listed = parts.iter().flat_map(|part| part.files.iter().cloned());
    let mut waiting: Vec<String> = std::iter::once(CONTENTS.to_owned()).chain(listed).collect();
    let own: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(file) = waiting.pop() {
        waiting.extend(book.add(root, &file).with_context(|| file.clone())?);
    }
    book.write(&markdown, &parts, &own)?;
    copy_pictures(&root.join("docs/images"), &markdown.join("images"))?;
    fs::copy(root.join("docs/site/site.css"), markdown.join("site.css"))?;

    let mut config = Config::from_str(include_str!("../book.toml"))?;
    config.build.build_dir.clone_from(&site);
    MDBook::load_with_config(&markdown, config)?.build()?;
    for live in &book.live {
        live.write(root, &site)?;
    }
    let checked = check::site(&site)?;
    let rustdoc = fs::read_to_string(root.join("src/book/mod.rs"))?;
    let chapters: Vec<String> =
        own.into_iter().filter(|file| rustdoc.contains(&format!("\"{file}\""))).collect();
    formulas::for_rustdoc(root, &chapters)?;
    println!("{} pages, {} links, none of them dead", checked.pages, checked.links);
    println!("open {} in a browser", site.join("index.html").display());
    Ok(())
}

/// The pages under one heading of the table of contents.
struct Part {
    title: String,
    files: Vec<String>,
}

/// The pages that docs/README.md lists, below its headings; every page of docs/ is among them.
fn contents(root: &Path) -> Result<Vec<Part>> {
    let text = fs::read_to_string(root.join(CONTENTS)).context(CONTENTS)?;
    let (mut parts, mut in_title) = (Vec::<Part>::new(), false);
    for event in Parser::new_ext(&text, formulas::MARKDOWN) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                parts.push(Part { title: String::new(), files: Vec::new() });
                in_title = true;
            }
            Event::End(TagEnd::Heading(_)) => in_title = false,
            Event::Text(words) | Event::Code(words) if in_title => {
                parts.last_mut().context("a heading has begun")?.title += &words;
            }
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.ends_with(".md") => {
                let file = place::target(CONTENTS, &dest_url).context("a link leaves the repository")?;
                if !parts.iter().any(|part| part.files.contains(&file)) {
                    parts.last_mut().context("the first line is a heading")?.files.push(file);
                }
            }
            _ => {}
        }
    }
    for entry in fs::read_dir(root.join("docs"))? {
        let file = format!("docs/{}", entry?.file_name().to_string_lossy());
        if file.ends_with(".md") && file != CONTENTS && !parts.iter().any(|part| part.files.contains(&file)) {
            bail!("{CONTENTS} does not list {file}");
        }
    }
    parts.retain(|part| !part.files.is_empty());
    Ok(parts)
}

/// Pages made ready.
#[derive(Default)]
struct Book {
    /// By the file of the repository they are made from.
    pages: BTreeMap<String, String>,
    live: Vec<Live>,
}

impl Book {
    /// Makes the page of a file or of a folder, and tells which ones it links to.
    fn add(&mut self, root: &Path, file: &str) -> Result<Vec<String>> {
        if self.pages.contains_key(file) || file.starts_with("docs/images/") {
            return Ok(Vec::new());
        }
        if !file.ends_with(".md") {
            self.pages.insert(file.to_owned(), source(root, file)?);
            return Ok(Vec::new());
        }
        let text = fs::read_to_string(root.join(file))?.replace('\r', "");
        let page = page::prepare(root, file, &text)?;
        for live in page.live {
            if !self.live.iter().any(|known| known.file() == live.file()) {
                self.live.push(live);
            }
        }
        self.pages.insert(file.to_owned(), page.markdown);
        Ok(page.links)
    }

    /// Writes them for mdBook, with the sidebar's list: the parts first, then the sources.
    fn write(&self, markdown: &Path, parts: &[Part], own: &BTreeSet<String>) -> Result<()> {
        let mut summary = "# Summary\n\n[The book](index.md)\n".to_owned();
        for part in parts {
            summary += &format!("\n# {}\n\n", part.title);
            for file in &part.files {
                let page = &self.pages[file];
                let title = page
                    .lines()
                    .find_map(|line| line.strip_prefix("# "))
                    .with_context(|| format!("{file} has no title"))?;
                summary += &format!("- [{title}]({})\n", place::page_of(file));
            }
        }
        summary += "\n# Beside the book\n\n- [Files it speaks of](source/index.md)\n";
        let mut list = "# Files it speaks of\n\n".to_owned();
        for file in self.pages.keys().filter(|file| !own.contains(*file)) {
            let page = place::page_of(file);
            summary += &format!("  - [{file}]({page})\n");
            list += &format!("- [{file}]({})\n", place::relative("source/index.md", &page));
        }
        let pages = self.pages.iter().map(|(file, text)| (place::page_of(file), text));
        let lists = [("SUMMARY.md".to_owned(), &summary), ("source/index.md".to_owned(), &list)];
        for (page, text) in pages.chain(lists) {
            let path = markdown.join(page);
            fs::create_dir_all(path.parent().context("a page is in a folder")?)?;
            fs::write(path, text)?;
        }
        Ok(())
    }
}

/// A page that shows a file, or all files of a folder.
fn source(root: &Path, file: &str) -> Result<String> {
    let path = root.join(file);
    if !path.is_dir() {
        return Ok(format!("# {file}\n\n{}", block(file, &fs::read_to_string(path)?)));
    }
    let mut page = format!("# {file}\n");
    let (mut files, mut folders) = (Vec::new(), vec![file.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if root.join(&name).is_dir() {
                folders.extend(Some(name).filter(|name| !name.ends_with("/target")));
            } else if !name.ends_with(".lock") {
                files.push(name);
            }
        }
    }
    files.sort();
    for file in files {
        page += &format!("\n## {file}\n\n{}", block(&file, &fs::read_to_string(root.join(&file))?));
    }
    Ok(page)
}

/// A file as a block of code.
fn block(file: &str, text: &str) -> String {
    let language = match file.rsplit('.').next() {
        Some("rs") => "rust",
        Some("js") => "javascript",
        Some("py") => "python",
        Some("sh") => "bash",
        Some("toml") => "toml",
        _ => "text",
    };
    format!("~~~~~~~~~~{language}\n{}\n~~~~~~~~~~\n", text.replace('\r', "").trim_end())
}

fn copy_pictures(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        if name.to_string_lossy().ends_with(".svg") || name.to_string_lossy().ends_with(".png") {
            fs::copy(from.join(&name), to.join(&name))?;
        }
    }
    Ok(())
}

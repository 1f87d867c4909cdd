//! Checks that every link of the finished site leads somewhere, and that nothing is loaded from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::place;

/// The numbers of pages and links that were checked.
pub struct Checked {
    pub pages: usize,
    pub links: usize,
}

/// Looks at every page and style of the site.
///
/// # Errors
///
/// All dead links and all foreign addresses, one per line.
pub fn site(site: &Path) -> Result<Checked> {
    let mut pages = BTreeMap::new();
    let mut problems = Vec::new();
    let files = files(site)?;
    for file in &files {
        let text = || fs::read_to_string(site.join(file)).with_context(|| file.clone());
        // What `backprop trace` writes has tests of its own.
        if file.ends_with(".html") && !file.starts_with("live/") {
            pages.insert(file.clone(), tags(&text()?));
        } else if file.ends_with(".css")
            && ["url(http", "url(\"http", "url('http", "url(//", "@import"]
                .iter()
                .any(|it| text().is_ok_and(|text| text.contains(it)))
        {
            problems.push(format!("{file} loads something from elsewhere"));
        }
    }
    let anchors: BTreeMap<&str, BTreeSet<&str>> = pages
        .iter()
        .map(|(page, tags)| (page.as_str(), tags.iter().filter_map(|tag| tag.value("id")).collect()))
        .collect();
    let mut links = 0;
    for (page, tags) in &pages {
        for tag in tags {
            for link in ["href", "src"].iter().filter_map(|name| tag.value(name)) {
                links += 1;
                if let Some(problem) = problem(page, tag, link, &files, &anchors) {
                    problems.push(format!("{page}: {problem}"));
                }
            }
        }
    }
    if !problems.is_empty() {
        bail!("{} problems:\n{}", problems.len(), problems.join("\n"));
    }
    Ok(Checked { pages: pages.len(), links })
}

fn problem(
    page: &str,
    tag: &Tag,
    link: &str,
    files: &BTreeSet<String>,
    anchors: &BTreeMap<&str, BTreeSet<&str>>,
) -> Option<String> {
    if link.contains("://") || link.starts_with("//") {
        // A reader may follow a link; a page may not.
        return (tag.name != "a").then(|| format!("<{}> loads {link}", tag.name));
    }
    if link.starts_with("data:") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let file = if file.is_empty() { Some(page.to_owned()) } else { place::target(page, file) };
    let Some(file) = file.filter(|file| files.contains(file)) else {
        return Some(format!("there is no {link}"));
    };
    let known = anchors.get(file.as_str())?;
    (!anchor.is_empty() && !known.contains(anchor)).then(|| format!("there is no place {link}"))
}

/// The paths of all files below a folder.
fn files(top: &Path) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(top.join(&folder)).with_context(|| top.display().to_string())? {
            let path = folder.join(entry?.file_name());
            if top.join(&path).is_dir() {
                folders.push(path);
            } else {
                files.insert(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}

/// A start tag.
struct Tag {
    name: String,
    text: String,
}

impl Tag {
    /// An attribute's value; mdBook, like this program, always writes double quotes.
    fn value(&self, name: &str) -> Option<&str> {
        let start = self.text.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(&self.text[start..start + self.text[start..].find('"')?])
    }
}

fn tags(html: &str) -> Vec<Tag> {
    let starts = html.split('<').skip(1).filter(|piece| piece.starts_with(|c: char| c.is_ascii_alphabetic()));
    starts
        .map(|piece| {
            let text = piece.split('>').next().unwrap_or_default().replace(['\n', '\t'], " ");
            Tag { name: text.split(' ').next().unwrap_or_default().to_owned(), text }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site of one page and one picture, with this in the page.
    fn checked(html: &str) -> String {
        let files = BTreeSet::from(["a/b.html".to_owned(), "p.svg".to_owned()]);
        let tags = tags(html);
        let ids = tags.iter().filter_map(|tag| tag.value("id")).collect();
        let anchors = BTreeMap::from([("a/b.html", ids)]);
        let links = tags.iter().filter_map(|tag| {
            let value = tag.value("href").or(tag.value("src"))?;
            problem("a/b.html", tag, value, &files, &anchors)
        });
        links.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn dead_links_and_foreign_addresses_are_found() {
        assert_eq!(
            checked(
                r##"<h2 id="x">X</h2><a href="#x">x</a><img src="../p.svg"><a href="https://b.c">c</a>"##
            ),
            ""
        );
        assert_eq!(checked(r#"<a href="c.html">c</a>"#), "there is no c.html");
        assert_eq!(checked(r#"<a href="b.html#y">c</a>"#), "there is no place b.html#y");
        assert_eq!(checked(r#"<script src="https://b.c/d.js">"#), "<script> loads https://b.c/d.js");
        assert_eq!(checked(r#"<link rel="stylesheet" href="//b.c/d.css">"#), "<link> loads //b.c/d.css");
    }
}

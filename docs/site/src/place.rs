//! The page of the site that a file of the repository becomes.

use std::path::{Component, Path, PathBuf};

/// The file's page, still with the ending `.md`: chapters at the top, everything outside docs/ below `source/`.
pub fn page_of(file: &str) -> String {
    let inside = file.strip_prefix("docs/");
    let place = inside.map_or_else(|| format!("source/{file}"), str::to_owned);
    match place.strip_suffix("README.md") {
        Some(folder) => format!("{folder}index.md"),
        None if place.ends_with(".md") => place,
        None if inside.is_some() => format!("source/{file}.md"),
        None => format!("{place}.md"),
    }
}

/// A relative link in a file, as a path from the top of the repository; nothing if it leaves the repository.
pub fn target(file: &str, link: &str) -> Option<String> {
    let mut path = PathBuf::new();
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    for component in folder.join(link).components() {
        match component {
            Component::ParentDir if !path.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            other => path.push(other),
        }
    }
    Some(path.to_string_lossy().replace('\\', "/"))
}

/// Returns the link from one page to another place of the site.
pub fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len() - 1;
    let common = (0..folders.min(to.len() - 1)).take_while(|i| from[*i] == to[*i]).count();
    let mut parts = vec![".."; folders - common];
    parts.extend(&to[common..]);
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_pages_and_links_lead_from_one_to_the_other() {
        assert_eq!(page_of("docs/01-neuron.md"), "01-neuron.md");
        assert_eq!(page_of("docs/exercises/README.md"), "exercises/index.md");
        assert_eq!(page_of("docs/examples/xor.rs"), "source/docs/examples/xor.rs.md");
        assert_eq!(page_of("data/README.md"), "source/data/index.md");
        assert_eq!(target("docs/exercises/README.md", "../README.md").as_deref(), Some("docs/README.md"));
        assert_eq!(target("docs/a.md", "../../x"), None);
        assert_eq!(relative("01-neuron.md", "source/src/lib.rs.md"), "source/src/lib.rs.md");
        assert_eq!(relative("source/data/index.md", "source/src/lib.rs.md"), "../src/lib.rs.md");
        assert_eq!(relative("exercises/index.md", "index.md"), "../index.md");
    }
}

//! The live page, where a chapter asks for it: `<!-- live at step 12: backprop trace --data xor -->`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::place;

/// The largest page that may be inside another, in bytes.
const MOST_BYTES: u64 = 1_000_000;

/// A situation that a page opens with.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// The options of `backprop trace`.
    options: Vec<String>,
    step: Option<usize>,
}

impl Live {
    /// The page that a note asks for; nothing if it is another kind of note.
    ///
    /// # Errors
    ///
    /// If it begins with `live` but has another form.
    pub fn from_note(note: &str) -> Result<Option<Self>> {
        let Some(rest) = note.strip_prefix("live") else { return Ok(None) };
        let parts = rest.split_once(": backprop trace").and_then(|(place, options)| {
            let step = match place.strip_prefix(" at step ") {
                Some(step) => Some(step.parse().ok()?),
                None if place.is_empty() => None,
                None => return None,
            };
            Some(Self { options: options.split_whitespace().map(str::to_owned).collect(), step })
        });
        let live = parts.with_context(|| {
            format!("the note <!-- {note} --> is not <!-- live: backprop trace … --> or <!-- live at step N: backprop trace … -->")
        })?;
        Ok(Some(live))
    }

    /// Its file in the site.
    pub fn file(&self) -> String {
        let words = self.options.iter().flat_map(|option| option.split(|c: char| !c.is_alphanumeric()));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let name = if words.is_empty() { "nine-nodes".to_owned() } else { words.join("-") };
        format!("live/{name}.html")
    }

    /// The frame in the page `own`, loaded when it comes into view.
    pub fn html(&self, own: &str) -> String {
        let step = self.step.map_or_else(String::new, |step| format!("#step={step}"));
        let source = place::relative(own, &self.file()) + &step;
        let command = ["backprop", "trace"].into_iter().chain(self.options.iter().map(String::as_str));
        let command = command.collect::<Vec<_>>().join(" ");
        let at = self.step.map_or_else(String::new, |step| format!(", at step {step}"));
        format!(
            "\n<figure class=\"live\"><iframe loading=\"lazy\" src=\"{source}\" title=\"The page of {command}{at}\"></iframe>\
             <figcaption>Live: the page of <code>{command}</code>{at}. \
             <a href=\"{source}\">In a page of its own</a></figcaption></figure>\n"
        )
    }

    /// Has the program write it into the site.
    ///
    /// # Errors
    ///
    /// If the program does not know the options, or the page is too large to be inside another.
    pub fn write(&self, root: &Path, site: &Path) -> Result<()> {
        let path = site.join(self.file());
        let folder = path.parent().context("it is in a folder")?;
        std::fs::create_dir_all(folder)?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .current_dir(root)
            .env_remove("CARGO_TARGET_DIR")
            .args(["run", "--quiet", "--release", "--bin", "backprop", "--", "trace", "--force", "--out"])
            .arg(&path)
            .args(&self.options)
            .stdout(Stdio::null())
            .status()
            .context("cargo cannot be run")?;
        let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if !status.success() || bytes == 0 {
            bail!("`backprop trace {}` writes no page", self.options.join(" "));
        }
        if bytes > MOST_BYTES {
            bail!("{} has {bytes} bytes; a page in a page may have {MOST_BYTES}", path.display());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_a_command_and_a_step() {
        let live = Live::from_note("live at step 12: backprop trace --data xor").unwrap().unwrap();
        assert_eq!(live.file(), "live/data-xor.html");
        let frame = live.html("exercises/index.md");
        assert!(frame.contains(r#"src="../live/data-xor.html#step=12""#), "{frame}");
        assert_eq!(Live::from_note("drawing").unwrap(), None);
        for wrong in
            ["live", "live at step x: backprop trace", "live: backprop step", "live step 3: backprop trace"]
        {
            assert!(Live::from_note(wrong).is_err(), "{wrong}");
        }
    }
}

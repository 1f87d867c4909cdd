//! The walkthrough as a page: one HTML file that plays a recorded training back, step by step.
//!
//! `page.html`, `page.css` and `page.js` beside this file are put into one file with the [`Recording`]. The file loads
//! nothing, and its content security policy forbids it to. The script computes nothing that the network computes: it
//! puts recorded values in place and takes them back.

mod recording;

use backprop::step::Stepper;
use backprop::{Architecture, Error, Problem};

pub use recording::Recording;

/// More neurons in a layer than this cannot be drawn and read.
pub const MOST_NEURONS: usize = 16;

/// More layers than this cannot be drawn and read.
pub const MOST_LAYERS: usize = 6;

/// A step takes some 45 bytes, so this many make a page of about 400 kB.
pub const MOST_STEPS: usize = 8000;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page that plays back this many epochs from the stepper's start.
///
/// `about` is the line under the title, as text: what stands in it is shown, whatever it is.
///
/// # Errors
/// [`Error::TooLarge`] for a network too large to draw, or more steps than a page should hold; [`Error::Diverged`] for
/// numbers that are not finite.
pub fn html(stepper: Stepper, epochs: usize, about: &str) -> Result<String, Error> {
    check_drawable(&stepper.network().architecture)?;
    check_length(&stepper, epochs)?;
    let recording = Recording::new(stepper, epochs, about)?;
    // Numbers were checked to be finite, and all keys are text.
    let json = serde_json::to_string(&recording)
        .map_err(|error| Error::Diverged(Problem::new("", error.to_string())))?;
    Ok(fill(TEMPLATE, &[("style", STYLE), ("recording", &inside_a_script(&json)), ("script", SCRIPT)]))
}

/// Whether a network of this architecture can be drawn on a page.
///
/// # Errors
/// Too many layers, or too many neurons in one.
pub fn check_drawable(architecture: &Architecture) -> Result<(), Error> {
    let sizes = &architecture.sizes;
    let problem = if sizes.len() > MOST_LAYERS {
        format!("{} layers; a page draws at most {MOST_LAYERS}", sizes.len())
    } else if let Some(size) = sizes.iter().find(|size| **size > MOST_NEURONS) {
        format!("a layer of {size} neurons; a page draws at most {MOST_NEURONS} in a layer")
    } else {
        return Ok(());
    };
    Err(Error::TooLarge(
        Problem::new("sizes", format!("sizes {} have {problem}", architecture.sizes_text()))
            .remedy("`backprop step --plain` prints the steps of any network"),
    ))
}

/// Whether so many epochs make a page of a few hundred kilobytes.
///
/// # Errors
/// Too many steps.
pub fn check_length(stepper: &Stepper, epochs: usize) -> Result<(), Error> {
    let in_epoch = stepper.epoch_len();
    if in_epoch.checked_mul(epochs).is_some_and(|steps| steps <= MOST_STEPS) {
        return Ok(());
    }
    let found =
        format!("{epochs} epochs of {in_epoch} steps each are more than the {MOST_STEPS} a page holds");
    let most = MOST_STEPS / in_epoch.div_ceil(stepper.sample_count());
    let remedy =
        format!("ask for at most {most} (samples times epochs), or let `backprop step --plain` print them");
    Err(Error::TooLarge(Problem::new("epochs", found).remedy(remedy)))
}

/// Puts texts in the places of `{{name}}`, each name once.
fn fill(template: &str, texts: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    for (name, text) in texts {
        let place = format!("{{{{{name}}}}}");
        let (before, after) = rest.split_once(&place).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(text.trim_end());
        rest = after;
    }
    page.push_str(rest);
    page
}

/// JSON as it can stand in a script element: nothing in it can end the element or begin a comment.
fn inside_a_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use backprop::Activation;

    #[test]
    fn the_script_has_words_and_a_slope_for_every_activation() {
        let script = include_str!("page.js");
        for activation in Activation::ALL {
            let entry = format!("\n    {activation}: ");
            assert_eq!(script.matches(&entry).count(), 2, "{activation} in SQUEEZES and in SLOPES");
        }
    }
}

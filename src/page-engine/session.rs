//! The session of one page: it takes requests and gives answers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::digits::{Digits, from_base64};
use crate::drawing::Image;
pub use crate::play::Play;
use crate::request::Request;
use crate::situation::Situation;
use crate::{checking, race, settings};

/// A session that answers a page's requests.
///
/// ```
/// use page_engine::Session;
///
/// let mut session = Session::default();
/// session.answer(r#"{"do": "start"}"#);
/// let answer = session.answer(r#"{"do": "goto", "position": 4}"#);
/// assert!(answer.contains(r#""name":"a4""#), "{answer}");
/// ```
#[derive(Default)]
pub struct Session {
    play: Option<Play>,
    digits: Option<Digits>,
    /// The situation the page was written with; an address only needs the step for it.
    own: Option<Situation>,
    /// The digit drawn last.
    drawing: Option<Image>,
}

impl Session {
    /// Answers a request; both are JSON text. If it cannot be answered, the result is `{"error": …}` and nothing has
    /// changed.
    pub fn answer(&mut self, request: &str) -> String {
        let answer = match serde_json::from_str(request) {
            Ok(request) => self.obey(request),
            // The parser's own message mentions Rust's types.
            Err(_) => {
                Err("this request cannot be read; a number in it may be missing or too large".to_owned())
            }
        };
        answer.unwrap_or_else(|error| json!({ "error": error }).to_string())
    }

    fn obey(&mut self, request: Request) -> Result<String, String> {
        match request {
            Request::Start(situation) => self.start(*situation, None),
            Request::Begin { situation } => {
                let situation: Situation = serde_json::from_str(&situation)
                    .map_err(|_| "what this page should begin with cannot be read; write it again with `backprop trace`")?;
                self.own = Some(situation.clone().shortened());
                self.start(situation, None)
            }
            Request::Restore { fragment } => self.restore(&fragment),
            Request::Address {} => self.address(),
            Request::Set { key, value } => {
                let (situation, message) = settings::changed(self.play()?, &key, &value)?;
                self.start(situation, Some(&message))
            }
            Request::Open { file, text } => {
                let has_digits = self.digits.is_some();
                let (situation, message) = settings::with_model(self.play()?, &file, &text, has_digits)?;
                self.start(situation, Some(&message))
            }
            Request::Reset {} => {
                let situation = self.play()?.situation.clone();
                self.start(situation, Some("The same first weights again."))
            }
            Request::Digits(files) => {
                self.digits = Some(Digits::new(&files)?);
                text(&json!({}))
            }
            Request::Mystery { seed } => checking::mystery(&seed),
            Request::Solve { seed, name, line } => checking::solve(&seed, &name, line),
            Request::Faults {} => checking::faults(self.play.as_ref()),
            Request::Compare { sizes } => race::compare(&sizes),
            Request::Family { sizes } => race::family(&sizes),
            Request::Explain { runs, fused } => race::explain(&runs, fused),
            Request::Draw { columns, rows, pixels } => {
                let image = Image::of(columns, rows, &pixels)?;
                let answer = text(&json!({ "rows": 28, "columns": 28, "pixels": image.bytes() }));
                self.drawing = Some(image);
                answer
            }
            Request::Read {} => {
                let drawing = self.drawing.as_ref().ok_or("nothing has been drawn yet")?;
                let play = self.play.as_ref().ok_or("nothing has been started")?;
                text(&play.read(drawing, &play.parameters())?)
            }
            Request::Watch {} => {
                self.play.as_ref().ok_or("nothing has been started")?.watch(self.drawing.as_ref())
            }
            Request::TakeDrawing { label } => {
                let drawing = self.drawing.clone().ok_or("nothing has been drawn yet")?;
                self.play()?.take_drawing(drawing, label)
            }
            Request::AddPoint { x, y, class } => {
                let situation = self.play()?.with_point(x, y, class)?;
                self.start(situation, Some(&format!("A point of class {class} added; training starts over.")))
            }
            request => self.play()?.obey(request),
        }
    }

    fn play(&mut self) -> Result<&mut Play, String> {
        self.play.as_mut().ok_or_else(|| "nothing has been started".to_owned())
    }

    /// Starts, and answers with everything that the page receives once. If that fails, the earlier state is kept.
    fn start(&mut self, situation: Situation, message: Option<&str>) -> Result<String, String> {
        let mut play = Play::new(situation, self.digits.as_ref())?;
        let answer = play.introduction(message)?;
        self.play = Some(play);
        Ok(answer)
    }

    fn restore(&mut self, fragment: &str) -> Result<String, String> {
        let fragment = fragment.trim_start_matches('#');
        if let Some(position) = fragment.strip_prefix("step=").and_then(|number| number.parse().ok()) {
            let play = self.play()?;
            play.goto(position)?;
            return play.introduction(None);
        }
        let coded = fragment
            .strip_prefix("situation=")
            .ok_or("the address does not describe a situation of this page")?;
        let (coded, image) =
            coded.split_once('&').map_or((coded, None), |(coded, image)| (coded, Some(image)));
        let bytes = from_base64(coded).map_err(|_| "the situation in the address is damaged")?;
        let mut situation: Situation =
            serde_json::from_slice(&bytes).map_err(|_| "the situation in the address is damaged")?;
        if let (Some(drawn), Some(image)) = (&mut situation.walk.drawn, image) {
            drawn.image = image.to_owned().try_into()?;
        }
        self.start(situation, None)
    }

    fn address(&mut self) -> Result<String, String> {
        let mut situation = self.play()?.present_situation().shortened();
        let walk = &situation.walk;
        let is_own = walk.edits.is_empty() && walk.drawn.is_none() && situation.legs.is_empty();
        let start = self.own.clone().map(Situation::before_the_first_step);
        if is_own && start.as_ref() == Some(&situation.clone().before_the_first_step()) {
            return text(&json!({ "fragment": format!("step={}", walk.position) }));
        }
        let whole = fragment_of(situation.clone())?;
        let mut fragment = whole.clone();
        let is_drawn = situation.has_drawing();
        while is_drawn && fragment.len() > LONGEST && situation.leave_out_the_oldest() {
            fragment = fragment_of(situation.clone())?;
        }
        // Samples, a model or many edits can make it long, whatever is left out.
        text(&json!({ "fragment": if fragment.len() > LONGEST { whole } else { fragment } }))
    }
}

/// The most characters of a fragment with a drawing, without its `#`. To stay below it, the oldest walks and trainings
/// are left out.
const LONGEST: usize = 699;

/// Writes a situation as the fragment of an address.
fn fragment_of(mut situation: Situation) -> Result<String, String> {
    // Outside the JSON text a drawing takes only three quarters of the space.
    let drawn = situation.walk.drawn.as_mut();
    let image = drawn.map(|drawn| String::from(std::mem::replace(&mut drawn.image, Image::blank())));
    let image = image.map_or_else(String::new, |image| format!("&{image}"));
    Ok(format!("situation={}{image}", crate::to_base64(text(&situation)?.as_bytes())))
}

/// Formats an answer as JSON; numbers that JSON cannot express become null.
pub fn text(answer: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(answer).map_err(|error| error.to_string())
}

/// An answer with more fields.
#[derive(Serialize)]
pub struct With<'m, T: Serialize> {
    #[serde(flatten)]
    pub more: Value,
    #[serde(flatten)]
    pub moment: &'m T,
}

//! The session of one page: a network in training, and the answers to the page's requests.

use backprop::gradient_check::faults::Fault;
use backprop::graph::{ConnectionId, NodeId};
use backprop::model_file::Model;
use backprop::setup::{Data, Rows, Setup};
use backprop::step::view::{self, Quantity, Unit};
use backprop::step::{Edit, Stepper};
use serde::Serialize;
use serde_json::{Value, json};

use crate::digits::{Digits, from_base64, one_of, to_base64};
use crate::map::Map;
use crate::moment::Moment;
use crate::request::{Request, Whose};
use crate::situation::{PlacedEdit, Scene, Situation};
use crate::texts::Shown;
use crate::training::Training;
use crate::{checking, guess, pictures, race};

/// The farthest position that one request or address may ask for: some seconds of work.
const FARTHEST: usize = 100_000_000;

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
}

/// A network in training, and the situation it began with.
pub struct Play {
    pub situation: Situation,
    pub scene: Scene,
    pub stepper: Stepper,
    pub map: Map,
    pub training: Option<Training>,
    /// The position where each edit was made.
    edited_at: Vec<usize>,
}

impl Session {
    /// Answers a request; both are JSON text. If it cannot be answered, the result is `{"error": …}` and nothing has
    /// changed.
    pub fn answer(&mut self, request: &str) -> String {
        let answer = match serde_json::from_str(request) {
            Ok(request) => self.obey(request),
            Err(error) => Err(format!("not a request: {error}")),
        };
        answer.unwrap_or_else(|error| json!({ "error": error }).to_string())
    }

    fn obey(&mut self, request: Request) -> Result<String, String> {
        match request {
            Request::Start(situation) => self.start(*situation),
            Request::Restore { fragment } => self.restore(&fragment),
            Request::Digits(files) => {
                self.digits = Some(Digits::new(&files)?);
                text(&json!({}))
            }
            Request::Faults {} => checking::faults(self.play.as_ref()),
            Request::Mystery { seed } => text(&json!({ "fault": Fault::mystery(&seed).0.name })),
            Request::Compare { sizes } => race::compare(sizes.as_deref()),
            Request::Normalize { columns, rows, pixels } => pictures::normalize(columns, rows, &pixels),
            Request::TakeSample { sample, label } => {
                let situation = self.play()?.on_one_sample(sample, label)?;
                self.start(situation)
            }
            Request::AddPoint { x, y, class } => {
                let situation = self.play()?.with_point(x, y, class)?;
                self.start(situation)
            }
            Request::TrainTake {} => {
                let situation = self.play()?.with_trained_weights()?;
                self.start(situation)
            }
            request => self.play()?.obey(request),
        }
    }

    fn play(&mut self) -> Result<&mut Play, String> {
        self.play.as_mut().ok_or_else(|| "nothing has been started".to_owned())
    }

    /// Starts, and answers with everything that the page is told once. If that fails, the earlier state is kept.
    fn start(&mut self, situation: Situation) -> Result<String, String> {
        let play = Play::new(situation, self.digits.as_ref())?;
        let answer = play.introduction()?;
        self.play = Some(play);
        Ok(answer)
    }

    fn restore(&mut self, fragment: &str) -> Result<String, String> {
        let fragment = fragment.trim_start_matches('#');
        if let Some(position) = fragment.strip_prefix("step=").and_then(|number| number.parse().ok()) {
            let play = self.play()?;
            play.goto(position)?;
            return play.introduction();
        }
        let coded =
            fragment.strip_prefix("situation=").ok_or("the address carries no situation of this page")?;
        let bytes = from_base64(coded).map_err(|_| "the situation in the address is damaged")?;
        let situation =
            serde_json::from_slice(&bytes).map_err(|_| "the situation in the address is damaged")?;
        self.start(situation)
    }
}

/// Formats an answer as JSON; numbers that JSON cannot express become null.
pub fn text(answer: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(answer).map_err(|error| error.to_string())
}

/// A moment with additional data.
#[derive(Serialize)]
struct With<'m, T> {
    #[serde(flatten)]
    more: T,
    #[serde(flatten)]
    moment: &'m Moment,
}

impl Play {
    fn new(situation: Situation, digits: Option<&Digits>) -> Result<Self, String> {
        let scene = situation.prepare(digits)?;
        let stepper = scene.stepper();
        let map = Map::new(&stepper);
        let mut play = Self { scene, stepper, map, training: None, edited_at: Vec::new(), situation };
        for PlacedEdit { name, value, at } in std::mem::take(&mut play.situation.edits) {
            play.goto(at)?;
            play.edit(&name, value)?;
        }
        let position = std::mem::take(&mut play.situation.position);
        play.goto(position)?;
        Ok(play)
    }

    /// Goes to a step, unless it is too far away.
    fn goto(&mut self, position: usize) -> Result<(), String> {
        if position > FARTHEST {
            return Err(format!("step {position} is too far; the page goes no further than step {FARTHEST}"));
        }
        self.stepper.goto(position);
        Ok(())
    }

    /// Goes to the first step of the next unit, or of the one before.
    fn goto_unit(&mut self, unit: Unit, direction: i32) {
        let stepper = &mut self.stepper;
        stepper.goto(if direction > 0 { stepper.after_unit(unit) } else { stepper.before_unit(unit) });
    }

    fn obey(&mut self, request: Request) -> Result<String, String> {
        match request {
            Request::Next { past_zeros } => self.walk(past_zeros, |position| position.saturating_add(1)),
            Request::Back { past_zeros } => self.walk(past_zeros, |position| position.saturating_sub(1)),
            Request::Goto { position } => self.goto(position)?,
            Request::Phase { direction } => self.goto_unit(Unit::Phase, direction),
            Request::Sample { direction } => self.goto_unit(Unit::Sample, direction),
            Request::Look {} => {}
            Request::Reset {} => {
                self.stepper.reset();
                self.edited_at.clear();
            }
            Request::Edit { name, value, replace } => {
                if replace && self.newest_edit().is_some_and(|newest| newest == name) {
                    self.undo();
                }
                let message = self.edit(&name, value)?;
                return self.moment_with(json!({ "message": message }));
            }
            Request::Undo {} => {
                let undone = self.undo();
                return self.moment_with(json!({ "undone": undone }));
            }
            Request::Situation {} => return self.situation_answer(),
            Request::Tell { name } => return self.tell(&name),
            Request::Curve { from } => return text(&self.curve(from)),
            Request::Check { fault, mine } => return checking::check(self, fault.as_deref(), mine),
            Request::Guess { value } => return guess::guess(self, value.as_deref()),
            Request::Train { samples, engine } => {
                if self.training.as_ref().is_none_or(|training| training.kind != engine) {
                    self.training = Some(Training::new(&self.scene, engine)?);
                }
                let Some(training) = &mut self.training else {
                    return Err("there is no training".to_owned());
                };
                return text(&training.go_on(&self.scene, samples));
            }
            Request::TrainReset {} => {
                self.training = None;
                return text(&json!({}));
            }
            Request::Regions { columns, rows, from } => return pictures::regions(self, columns, rows, from),
            Request::Points {} => return pictures::points(&self.scene.rows),
            Request::Predict { sample, from } => return pictures::predict(self, &sample, from),
            Request::Image { node, from } => return pictures::weights(self, node, from),
            Request::SampleImage {} => return pictures::sample(self),
            _ => return Err("not a request to a network".to_owned()),
        }
        text(&self.moment())
    }

    /// Takes one step, or as many as are needed to pass inputs that are 0.
    fn walk(&mut self, past_zeros: bool, next: impl Fn(usize) -> usize) {
        loop {
            self.stepper.goto(next(self.stepper.position()));
            let step = self.stepper.latest().filter(|_| past_zeros);
            if !step.is_some_and(|step| self.stepper.is_about_a_zero(&step)) {
                return;
            }
        }
    }

    fn moment(&self) -> Moment {
        Moment::new(&self.stepper, &self.map, &self.scene.rows.classes)
    }

    fn moment_with(&self, more: Value) -> Result<String, String> {
        let moment = self.moment();
        text(&With { more, moment: &moment })
    }

    /// Returns everything that the page is told once, and the present moment.
    fn introduction(&self) -> Result<String, String> {
        let drawing = self.map.drawing(self.stepper.network(), self.scene.rows.image_shape);
        let more = json!({
            "network": drawing,
            "classes": self.scene.rows.classes,
            "situation": self.present_situation(),
            "about": self.scene.about(),
        });
        self.moment_with(more)
    }

    /// Returns the start with the edits so far and the position.
    fn present_situation(&self) -> Situation {
        let edits = self.stepper.edits().zip(&self.edited_at).map(|((_, edit), &at)| PlacedEdit {
            name: self.name_of(edit),
            value: edit.value(),
            at,
        });
        Situation { edits: edits.collect(), position: self.stepper.position(), ..self.situation.clone() }
    }

    fn situation_answer(&self) -> Result<String, String> {
        let situation = self.present_situation();
        let fragment = format!("situation={}", to_base64(text(&situation)?.as_bytes()));
        text(&json!({ "situation": situation, "fragment": fragment }))
    }

    fn edit(&mut self, name: &str, value: f64) -> Result<String, String> {
        let quantity = Quantity::parse(&self.stepper, name).ok_or_else(|| {
            format!("there is no '{name}' here; names are such as w84, w8b, x1, t8 and rate")
        })?;
        let edit = quantity.edit(&self.stepper, value)?;
        self.edited_at.push(self.stepper.position());
        Ok(view::change(&mut self.stepper, edit))
    }

    fn newest_edit(&self) -> Option<String> {
        self.stepper.edits().last().map(|(_, edit)| self.name_of(edit))
    }

    fn undo(&mut self) -> Option<String> {
        self.edited_at.pop();
        self.stepper.undo_edit().map(|edit| self.name_of(edit))
    }

    /// Returns the name of the value that an edit changes.
    fn name_of(&self, edit: Edit) -> String {
        Quantity::edited(&self.stepper, edit).name(&self.stepper)
    }

    /// Explains a number by the lines of the steps that computed it.
    fn tell(&mut self, name: &str) -> Result<String, String> {
        let quantity =
            Quantity::parse(&self.stepper, name).ok_or_else(|| format!("there is no '{name}' here"))?;
        let lines = match quantity {
            Quantity::Weight(id) | Quantity::Gradient(id) => self.tell_of_connection(id),
            Quantity::Output(id) | Quantity::Delta(id) | Quantity::Kept(id) => self.tell_of_node(id),
            Quantity::Label(output) => {
                let layers = &self.stepper.network().layers;
                let id = layers[layers.len() - 1].neurons()[output];
                self.tell_of_node(id)
            }
            Quantity::Rate => vec![format!("η = {}, the learning rate", self.stepper.rate())],
            Quantity::Decay => {
                let decay = Shown::new(quantity.raw(&self.stepper)).text;
                vec![format!("decay = {decay}, by which weights, not biases, are multiplied first (L2)")]
            }
            Quantity::Dropout => {
                let dropout = quantity.raw(&self.stepper);
                vec![format!("p = {dropout}, with which a hidden node is silenced")]
            }
            Quantity::Cost => return Err(format!("there is no '{name}' here")),
        };
        text(&json!({ "lines": lines }))
    }

    fn tell_of_connection(&mut self, id: ConnectionId) -> Vec<String> {
        let (weight, gradient) = (Quantity::Weight(id), Quantity::Gradient(id));
        let wire = self.stepper.numbering().wire(self.stepper.network(), id);
        let what = match wire.upstream.number {
            Some(_) => "A connection".to_owned(),
            None => format!("The bias of node {}", wire.downstream),
        };
        let name = wire.name();
        let shown = Shown::new(weight.raw(&self.stepper)).text;
        let shown_gradient = Shown::of(gradient.value(&self.stepper)).text;
        let mut lines = vec![format!("{what}: {name} = {shown}, gradient {shown_gradient}")];
        if !self.stepper.mini_batches().are_plain() {
            let adds = self.latest_of(gradient);
            lines.push(adds.unwrap_or_else(|| format!("{}: nothing added up yet", wire.gradient_name())));
        }
        let moves = self.latest_of(weight);
        lines.push(moves.unwrap_or_else(|| format!("{wire}: {name} has its starting value")));
        lines
    }

    fn tell_of_node(&mut self, id: NodeId) -> Vec<String> {
        let place = self.stepper.numbering().place(self.stepper.network(), id);
        let missing = |name: String| format!("node {place}: {name} is not computed yet");
        let mut lines = vec![if place.number.is_none() {
            format!("node {place}: constant, its output is always 1")
        } else {
            self.latest_of(Quantity::Output(id)).unwrap_or_else(|| missing(place.output_name()))
        }];
        if self.stepper.network()[id].kept() != 1.0 {
            lines.extend(self.latest_of(Quantity::Kept(id)));
        }
        lines.push(self.latest_of(Quantity::Delta(id)).unwrap_or_else(|| missing(place.delta_name())));
        lines
    }

    /// Returns the line of the latest step that computed this, going back at most one epoch.
    fn latest_of(&mut self, quantity: Quantity) -> Option<String> {
        let position = self.stepper.position();
        let earliest = position.saturating_sub(self.stepper.epoch_len());
        let is_it = |step: &usize| {
            let moment = self.stepper.moment(*step);
            Quantity::of(moment.order.action(moment.step)) == quantity
        };
        let found = (earliest..position).rev().find(is_it)?;
        self.stepper.goto(found + 1);
        let line = self.stepper.latest().map(|step| step.to_string());
        self.stepper.goto(position);
        line
    }

    /// Returns the costs so far, and the mean of each complete epoch.
    fn curve(&self, from: usize) -> Value {
        let costs = self.stepper.costs();
        let epochs = costs.chunks_exact(self.stepper.sample_count());
        let means: Vec<f64> = epochs.map(|costs| costs.iter().sum::<f64>() / costs.len() as f64).collect();
        let cost_name = self.stepper.network().architecture.cost.name();
        let words = match costs.last() {
            None => "No output yet, so no error yet.".to_owned(),
            Some(&cost) => {
                let count = costs.len();
                let what = if self.stepper.mini_batches().size > 1 { "Sample" } else { "Training step" };
                let sample = (count - 1) % self.stepper.sample_count() + 1;
                let mut words =
                    format!("{what} {count}: {cost_name} cost {} on sample {sample}.", Shown::new(cost).text);
                if let [first, .., last] = means[..] {
                    let (first, last) = (Shown::new(first).text, Shown::new(last).text);
                    words =
                        format!("{words} Mean of the first epoch {first}, of the last {last} (level lines).");
                }
                words
            }
        };
        json!({ "costs": costs.get(from..).unwrap_or_default(), "epoch_costs": means, "words": words })
    }

    /// Returns the same start for this sample alone.
    fn on_one_sample(&self, sample: Vec<f64>, label: usize) -> Result<Situation, String> {
        let outputs = self.scene.network.architecture.output_size();
        if label >= outputs {
            return Err(format!("the output layer has {outputs} nodes; there is none for class {label}"));
        }
        let rows = Rows {
            samples: vec![sample],
            labels: vec![one_of(outputs, label, self.scene.options.targets)],
            name: Some("one sample, by hand".to_owned()),
            image_shape: self.scene.rows.image_shape,
            classes: self.scene.rows.classes.clone(),
        };
        let mut situation = Situation { limit: None, ..self.start_again() };
        situation.setup =
            Setup { data: Some(Data::Rows(rows)), model: Some(self.model()?), ..situation.setup };
        Ok(situation)
    }

    /// Returns the same start with one more point.
    fn with_point(&self, x: f64, y: f64, class: usize) -> Result<Situation, String> {
        let mut rows = self.scene.rows.clone();
        let outputs = rows.labels[0].len();
        if rows.samples[0].len() != 2 || class >= outputs.max(2) {
            return Err("only points in the plane can be added, of a class that there is".to_owned());
        }
        rows.samples.push(pictures::Frame::of(&rows).place(x, y));
        let (on, off) = self.scene.options.targets.on_and_off();
        rows.labels.push(if outputs == 1 {
            vec![if class == 1 { on } else { off }]
        } else {
            one_of(outputs, class, self.scene.options.targets)
        });
        let limit = Some(rows.samples.len().max(self.scene.limit));
        let mut situation = Situation { limit, ..self.start_again() };
        situation.setup.data = Some(Data::Rows(rows));
        Ok(situation)
    }

    /// Returns the same start with the trained weights.
    fn with_trained_weights(&self) -> Result<Situation, String> {
        let training = self.training.as_ref().ok_or("nothing has been trained yet")?;
        let model = pictures::model(&self.scene.network.architecture, training.parameters())?;
        let mut situation = self.start_again();
        let data = situation.setup.data().into_owned();
        situation.setup = Setup { data: Some(data), model: Some(model), init: None, ..situation.setup };
        Ok(situation)
    }

    /// Returns the start without edits and position.
    fn start_again(&self) -> Situation {
        Situation { edits: Vec::new(), position: 0, ..self.situation.clone() }
    }

    /// Returns the present weights as a model.
    fn model(&self) -> Result<Model, String> {
        use backprop::Engine as _;

        let network = self.stepper.network();
        pictures::model(&network.architecture, network.parameters())
    }

    /// Returns the weights asked for.
    pub fn parameters(&self, whose: Whose) -> backprop::Parameters {
        use backprop::Engine as _;

        match (whose, &self.training) {
            (Whose::Train, Some(training)) => training.parameters(),
            _ => self.stepper.network().parameters(),
        }
    }
}

//! A network in training: one network, which is stepped through, trained at full speed, drawn and checked.

use std::collections::VecDeque;

use backprop::gradient_check::Forward;
use backprop::model_file::Model;
use backprop::setup::Data;
use backprop::step::text::short;
use backprop::step::view::{self, Quantity, Unit};
use backprop::step::{Edit, Phase, Stepper};
use backprop::{Engine as _, Parameters};
use serde_json::{Value, json};

use crate::digits::Digits;
use crate::drawing::{Drawn, Image};
use crate::map::Map;
use crate::moment::Moment;
use crate::request::Request;
use crate::session::{With, text};
use crate::settings::Settings;
use crate::situation::{EPOCHS, FARTHEST, Leg, PlacedEdit, Scene, Situation, Walk};
use crate::training::{Kind, Training};
use crate::{checking, curve, guess, pictures};

/// A network in training, and its history.
pub struct Play {
    /// The situation that it began with, before the first step.
    pub situation: Situation,
    pub scene: Scene,
    pub stepper: Stepper,
    pub map: Map,
    pub training: Training,
    /// The walks and trainings before this walk.
    legs: Vec<Leg>,
    /// The part of an address that has not been replayed yet.
    ahead: VecDeque<Leg>,
    /// The walk after all of that.
    last_walk: Walk,
    drawn: Option<Drawn>,
    /// The position where each edit was made.
    edited_at: Vec<usize>,
    /// `true` if the steps begin with other weights than those training has reached.
    has_walked: bool,
    /// `true` if training has gone on since the steps were made.
    is_behind: bool,
}

impl Play {
    pub fn new(situation: Situation, digits: Option<&Digits>) -> Result<Self, String> {
        let scene = situation.prepare(digits)?;
        let stepper = scene.stepper(None);
        let map = Map::new(&stepper);
        let mut play = Self {
            training: Training::new(&scene),
            stepper,
            map,
            legs: Vec::new(),
            ahead: situation.legs.iter().cloned().collect(),
            last_walk: situation.walk.clone(),
            drawn: None,
            edited_at: Vec::new(),
            has_walked: true,
            is_behind: false,
            scene,
            situation: situation.before_the_first_step(),
        };
        play.follow()?;
        Ok(play)
    }

    /// Replays the next walk of an address, and the walks after it that no training follows.
    fn follow(&mut self) -> Result<(), String> {
        loop {
            self.walk_through(self.ahead.front().map_or(&self.last_walk, |leg| &leg.walk).clone())?;
            if self.ahead.front().is_none_or(|leg| leg.samples > 0) {
                return Ok(());
            }
            self.ahead.pop_front();
            self.end_walk(Kind::default());
            self.begin_walk();
        }
    }

    /// Keeps the weights, the epochs and the changes of the present walk for what comes next.
    fn end_walk(&mut self, engine: Kind) {
        let parameters = self.stepper.network().parameters();
        // A walk that has moved no weight, through a drawing for example, leaves no trace.
        let is_idle = self.edited_at.is_empty() && parameters == self.scene.network.parameters();
        let walk = if is_idle { Walk::default() } else { self.present_walk() };
        if !is_idle {
            self.training.means.push_walk(&self.stepper);
        }
        self.legs.push(Leg { walk, samples: 0, engine });
        self.keep_edits();
        self.scene.network.set_parameters(&parameters);
    }

    /// Replays a walk of an address.
    fn walk_through(&mut self, walk: Walk) -> Result<(), String> {
        if let Some(drawn) = walk.drawn {
            self.take_drawn(drawn)?;
        }
        for PlacedEdit { name, value, at } in walk.edits {
            self.goto(at)?;
            self.edit(&name, value)?;
        }
        self.goto(walk.position)
    }

    /// Goes to a step, unless it is too far away.
    pub fn goto(&mut self, position: u64) -> Result<(), String> {
        let near = usize::try_from(position).ok().filter(|_| position <= FARTHEST);
        let position = near.ok_or_else(|| {
            format!("step {position} is too far; the page goes no further than step {FARTHEST}. Train at full speed")
        })?;
        self.move_to(position);
        Ok(())
    }

    fn move_to(&mut self, position: usize) {
        self.catch_up();
        if self.scene.no_steps().is_some() {
            return self.show_outputs();
        }
        self.has_walked |= position != self.stepper.position();
        self.stepper.goto(position);
    }

    pub fn obey(&mut self, request: Request) -> Result<String, String> {
        if let Request::Train { samples, engine } = request {
            return self.train(samples, engine);
        }
        self.catch_up();
        match request {
            Request::Look {} => text(&self.moment()),
            Request::Undo {} => {
                let undone = self.undo();
                self.moment_with(json!({ "undone": undone }))
            }
            Request::Curve {} => {
                let latest = self.scene.no_steps().map(|_| self.pass(&self.parameters()).1);
                text(&curve::curve(&self.stepper, &self.training, latest))
            }
            Request::Check { fault, mine } => checking::check(self, fault.as_deref(), mine),
            Request::Model {} => text(&json!({ "text": self.model()? })),
            Request::Regions { columns, rows } => pictures::regions(self, columns, rows),
            Request::Points {} => pictures::points(&self.scene.rows),
            Request::Images {} => text(&pictures::weights(&self.scene, &self.parameters())),
            Request::SampleImage {} => pictures::sample(self),
            request => self.step(request),
        }
    }

    fn step(&mut self, request: Request) -> Result<String, String> {
        if let Some(why) = self.scene.no_steps() {
            return Err(why.to_owned());
        }
        match request {
            Request::Next { past_zeros } => self.walk(past_zeros, |position| position.saturating_add(1)),
            Request::Back { past_zeros } => self.walk(past_zeros, |position| position.saturating_sub(1)),
            Request::Goto { position } => {
                self.goto(position)?;
                self.ahead.clear();
            }
            Request::Unit { unit, direction } => self.goto_unit(unit.into(), direction),
            Request::Edit { name, value, by, replace } => {
                // A sum such as 0.7 + 0.1 is shown without its binary rounding error.
                let rounded = |number: f64| format!("{number:.6}").parse().unwrap_or(number);
                let value = value.number()?;
                let value = if by == 0.0 { value } else { rounded(value + by) };
                if replace && self.newest_edit().is_some_and(|newest| newest == name) {
                    self.undo();
                }
                let message = self.edit(&name, value)?;
                self.ahead.clear();
                return self.moment_with(json!({ "message": message, "value": value.to_string() }));
            }
            Request::Tell { name } => return self.tell(&name),
            Request::CheckOne { name } => return checking::check_one(self, &name),
            Request::Guess { value } => return guess::guess(self, value.as_deref()),
            _ => return Err("not a request to a network".to_owned()),
        }
        text(&self.moment())
    }

    /// Takes one step, or as many as are needed to pass inputs that are 0.
    fn walk(&mut self, past_zeros: bool, next: impl Fn(usize) -> usize) {
        self.ahead.clear();
        loop {
            self.move_to(next(self.stepper.position()));
            let step = self.stepper.latest().filter(|_| past_zeros);
            if !step.is_some_and(|step| self.stepper.is_about_a_zero(&step)) {
                return;
            }
        }
    }

    /// Goes to the first step of the next unit, or of the one before.
    fn goto_unit(&mut self, unit: Unit, direction: i32) {
        self.ahead.clear();
        let stepper = &self.stepper;
        self.move_to(if direction > 0 { stepper.after_unit(unit) } else { stepper.before_unit(unit) });
    }

    /// Trains at full speed from the weights that the walk has reached, or as an address says.
    fn train(&mut self, samples: usize, kind: Kind) -> Result<String, String> {
        let (mut samples, mut kind) = (samples, kind);
        if let Some(leg) = self.ahead.front() {
            let done = if self.has_walked { 0 } else { self.legs.last().map_or(0, |leg| leg.samples) };
            samples = samples.min(usize::try_from(leg.samples - done.min(leg.samples)).unwrap_or(usize::MAX));
            kind = leg.engine;
        }
        if self.scene.no_steps().is_some() {
            kind = Kind::Vectorized;
        }
        if self.has_walked || self.training.kind != kind {
            self.catch_up();
            self.training.take_over(kind, self.stepper.network())?;
            self.end_walk(kind);
            self.has_walked = false;
        }
        let trained = self.training.go_on(&self.scene, samples);
        self.is_behind = true;
        let mut report = self.training.report();
        if let Some(leg) = self.legs.last_mut() {
            leg.samples += trained as u64;
            if self.ahead.front().is_some_and(|ahead| leg.samples >= ahead.samples || report.diverged) {
                self.ahead.pop_front();
                self.catch_up();
                self.follow()?;
            }
        }
        report.on_the_way = !self.ahead.is_empty();
        text(&report)
    }

    /// Applies edits of samples and of the rate to training too.
    fn keep_edits(&mut self) {
        let edits: Vec<Edit> = self.stepper.edits().map(|(_, edit)| edit).collect();
        for (edit, &at) in edits.into_iter().zip(&self.edited_at) {
            let sample = self.stepper.moment(at).sample;
            match edit {
                Edit::Rate(rate) => self.scene.options.rate = rate,
                Edit::Input(input, value) if self.drawn.is_none() => {
                    self.scene.rows.samples[sample][input] = value;
                }
                Edit::Label(output, value) if self.drawn.is_none() => {
                    self.scene.rows.labels[sample][output] = value;
                }
                _ => {}
            }
        }
    }

    /// Takes the steps from the weights that training has reached, up to where the outputs for the first sample are
    /// known.
    fn catch_up(&mut self) {
        if !std::mem::take(&mut self.is_behind) {
            return;
        }
        if let Some(parameters) = self.training.parameters() {
            self.scene.network.set_parameters(&parameters);
        }
        self.begin_walk();
        self.show_outputs();
    }

    /// Goes to where the outputs for the first sample are known.
    fn show_outputs(&mut self) {
        let order = self.stepper.order();
        let outputs = order.segments().iter().find(|segment| segment.phase == Phase::OutputDelta);
        let position = outputs.map_or(0, |segment| segment.start);
        self.stepper.goto(position);
    }

    fn begin_walk(&mut self) {
        self.stepper = self.scene.stepper(self.drawn.as_ref());
        self.edited_at.clear();
    }

    /// Returns the network's answer to a drawing, in words, and each output.
    pub fn read(&self, drawing: &Image, parameters: &Parameters) -> Result<Value, String> {
        let (architecture, sample) = (&self.scene.network.architecture, drawing.sample());
        if sample.len() != architecture.input_size() {
            let inputs = architecture.input_size();
            return Err(format!("a sample of this network has {inputs} numbers, not {}", sample.len()));
        }
        let trained = self.legs.iter().map(|leg| leg.samples).fold(0, u64::saturating_add);
        let walked = if self.is_behind { 0 } else { self.stepper.training_step() };
        let walked = walked.saturating_mul(self.stepper.mini_batches().size) as u64;
        let pass = Forward::pass(architecture, parameters, &sample);
        let seen = self.situation.setup.model.is_none().then_some(trained + walked);
        Ok(pictures::read(&self.scene, pass.output(), seen))
    }

    /// Returns all outputs of these weights for the sample that is shown, and its cost.
    fn pass(&self, parameters: &Parameters) -> (Vec<Vec<f64>>, f64) {
        let architecture = &self.scene.network.architecture;
        let (label, sample) = self.stepper.label_and_sample(self.stepper.position().saturating_sub(1));
        let pass = Forward::pass(architecture, parameters, &sample);
        let cost = architecture.cost.value(pass.output(), &label);
        (pass.outputs, cost)
    }

    /// Returns what is shown of a large network while it trains: the outputs of its neurons for the sample that is
    /// shown, the images of its weights, the curve, and what it reads in a drawing. No step is made for it.
    pub fn watch(&self, drawing: Option<&Image>) -> Result<String, String> {
        let parameters = self.parameters();
        let (outputs, cost) = self.pass(&parameters);
        let texts = |outputs: &Vec<f64>| outputs.iter().map(|&output| short(output)).collect::<Vec<_>>();
        text(&json!({
            "outputs": outputs.iter().skip(1).map(texts).collect::<Vec<_>>(),
            "images": pictures::weights(&self.scene, &parameters),
            "curve": curve::curve(&self.stepper, &self.training, Some(cost)),
            "read": drawing.map(|drawing| self.read(drawing, &parameters)).transpose()?,
        }))
    }

    /// Steps through a drawing from here on.
    pub fn take_drawing(&mut self, image: Image, label: usize) -> Result<String, String> {
        if let Some(why) = self.scene.no_steps() {
            return Err(why.to_owned());
        }
        self.catch_up();
        self.ahead.clear();
        if self.has_walked && self.stepper.position() > 0 {
            self.end_walk(self.training.kind);
        }
        self.take_drawn(Drawn { image, label })?;
        self.has_walked = true;
        self.introduction(None)
    }

    fn take_drawn(&mut self, drawn: Drawn) -> Result<(), String> {
        let architecture = &self.scene.network.architecture;
        let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
        if inputs != 784 {
            return Err(format!("a drawing has 784 numbers, but this network has {inputs} inputs"));
        }
        if drawn.label >= outputs {
            return Err(format!(
                "the output layer has {outputs} nodes; there is none for class {}",
                drawn.label
            ));
        }
        self.drawn = Some(drawn);
        self.begin_walk();
        Ok(())
    }

    fn moment(&self) -> Moment {
        let no_steps = self.scene.no_steps().map(|why| (why, self.pass(&self.parameters()).0));
        Moment::new(&self.stepper, &self.map, &self.scene.rows.classes, no_steps.as_ref())
    }

    fn moment_with(&self, more: Value) -> Result<String, String> {
        let moment = self.moment();
        text(&With { more, moment: &moment })
    }

    /// Returns everything that the page receives once, and the present moment.
    pub fn introduction(&mut self, message: Option<&str>) -> Result<String, String> {
        self.catch_up();
        let mut report = self.training.report();
        report.on_the_way = !self.ahead.is_empty();
        let drawing = self.map.drawing(self.stepper.network(), self.scene.rows.image_shape);
        let more = json!({
            "network": drawing,
            "classes": self.scene.rows.classes,
            "settings": Settings::of(self),
            "horizon": self.situation.epochs.unwrap_or(EPOCHS).min(FARTHEST),
            "about": self.scene.about(self.drawn.as_ref()),
            "training": report,
            "no_steps": self.scene.no_steps(),
            "message": message,
        });
        self.moment_with(more)
    }

    fn present_walk(&self) -> Walk {
        let edits = self.stepper.edits().zip(&self.edited_at).map(|((_, edit), &at)| PlacedEdit {
            name: self.name_of(edit),
            value: edit.value(),
            at: at as u64,
        });
        let position = if self.scene.no_steps().is_some() { 0 } else { self.stepper.position() as u64 };
        Walk { drawn: self.drawn.clone(), edits: edits.collect(), position }
    }

    /// Returns the start, what was done since, and the present walk.
    pub fn present_situation(&mut self) -> Situation {
        self.catch_up();
        let counts = |leg: &&Leg| leg.samples > 0 || leg.walk.position > 0 || !leg.walk.edits.is_empty();
        let legs = self.legs.iter().filter(counts);
        if self.ahead.is_empty() {
            return Situation {
                legs: legs.cloned().collect(),
                walk: self.present_walk(),
                ..self.situation.clone()
            };
        }
        // While part of the address has yet to be replayed, it keeps all of it.
        let done = self.legs.len().saturating_sub(usize::from(!self.has_walked));
        let legs = self.legs[..done].iter().chain(&self.ahead).cloned().collect();
        Situation { legs, walk: self.last_walk.clone(), ..self.situation.clone() }
    }

    fn edit(&mut self, name: &str, value: f64) -> Result<String, String> {
        self.catch_up();
        if let Some(why) = self.scene.no_steps() {
            return Err(why.to_owned());
        }
        let quantity = Quantity::parse(&self.stepper, name).ok_or_else(|| no_such(name))?;
        let edit = quantity.edit(&self.stepper, value)?;
        if self.edited_at.len() >= MOST_EDITS {
            return Err(format!("that is more than {MOST_EDITS} changes by hand; undo some, or start over"));
        }
        self.edited_at.push(self.stepper.position());
        self.has_walked = true;
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

    /// Returns the present samples.
    pub fn data(&self) -> Data {
        self.situation.setup.data().into_owned()
    }

    /// Returns the same start with one more point.
    pub fn with_point(&self, x: f64, y: f64, class: usize) -> Result<Situation, String> {
        let rows = &self.scene.rows;
        if rows.samples[0].len() != 2 || class >= rows.labels[0].len().max(2) {
            return Err("only points in the plane can be added, of an existing class".to_owned());
        }
        let place = pictures::Frame::of(rows).place(x, y);
        let mut situation = self.situation.clone();
        situation.added.push((place[0], place[1], class));
        situation.limit = Some(self.scene.rows.samples.len() as u64);
        Ok(situation)
    }

    /// Returns the present weights as a model file; all its numbers must be finite.
    fn model(&self) -> Result<String, String> {
        let network = self.stepper.network();
        let model = Model::new(network.architecture.clone(), network.parameters());
        model.to_json().map_err(|problem| problem.to_string())
    }

    /// Returns the present weights, also while the steps are behind them.
    pub fn parameters(&self) -> Parameters {
        let trained = self.is_behind.then(|| self.training.parameters()).flatten();
        trained.unwrap_or_else(|| self.stepper.network().parameters())
    }
}

/// The most changes by hand in one walk.
const MOST_EDITS: usize = 100;

/// Returns the error for a name that does not exist here.
pub fn no_such(name: &str) -> String {
    format!("there is no '{}' here; names are such as w84, w8b, x1, t8 and rate", backprop::spelled_out(name))
}

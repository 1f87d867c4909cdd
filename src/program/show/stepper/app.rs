//! The state of the stepper, and what a key does to it. Nothing is drawn here, so it can be tested without a terminal.

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyModifiers};

use backprop::graph::{ConnectionId, NodeId};
use backprop::setup::Rows;
use backprop::step::view::Quantity;
use backprop::step::{Place, Step, Stepper, Wire};

use super::keys::{Command, command};
use super::palette::Palette;

/// The speeds at which it can run, in steps per second.
const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 50, 200, 1_000, 10_000, 100_000];

/// Smaller input layers are shown from the first input on.
const FEW_INPUTS: usize = 24;

/// The state of the stepper, and what keys do to it. It does not depend on a terminal.
pub struct App {
    pub(super) stepper: Stepper,
    /// The samples, with their source, the shape of an image and the names of classes.
    pub(super) rows: Rows,
    /// Colours and marks.
    pub palette: Palette,
    /// The last step, read once for everything that is drawn of it.
    pub(super) latest: Option<Step>,
    /// The place of the chosen connection; `None` until one is chosen.
    cursor: Option<usize>,
    pub(super) mode: Mode,
    pub(super) pane: Pane,
    /// `true` if steps about inputs that are 0 are skipped.
    skips_zeros: bool,
    /// `true` while steps run by themselves.
    pub(super) running: bool,
    speed: usize,
    /// The fraction of a step that is due.
    due: f64,
    /// The effect of the last key, if the picture does not show it.
    pub(super) message: Option<String>,
    /// `true` once the user has asked to leave.
    pub(super) leaving: bool,
}

/// The current meaning of keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// They walk.
    Walk,
    /// They close the help.
    Help,
    /// They write a number.
    Edit {
        /// The quantity that gets the number.
        target: Quantity,
        /// The digits typed so far.
        text: String,
    },
}

/// The pane next to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The moment in matrix form.
    Matrix,
    /// The sample as an image.
    Image,
    /// The weights of a hidden neuron as an image.
    Weights,
}

impl App {
    /// Creates a stepper before its first step. `colour` allows colours.
    pub fn new(stepper: Stepper, rows: Rows, colour: bool) -> Self {
        let mut app = Self {
            stepper,
            palette: Palette { colour },
            latest: None,
            cursor: None,
            mode: Mode::Walk,
            pane: if rows.image_shape.is_some() { Pane::Image } else { Pane::Matrix },
            rows,
            skips_zeros: false,
            running: false,
            speed: 3,
            due: 0.0,
            message: None,
            leaving: false,
        };
        app.look();
        app
    }

    /// Returns the number of steps per second at which it runs.
    pub fn speed(&self) -> u32 {
        SPEEDS[self.speed]
    }

    /// Returns the place of a node.
    pub fn place(&self, id: NodeId) -> Place {
        self.stepper.numbering().place(self.stepper.network(), id)
    }

    /// Returns the connections that the step used: all terms of a sum, or the one that it changed.
    pub fn connections(&self) -> Vec<ConnectionId> {
        let Some(step) = &self.latest else { return Vec::new() };
        let of_terms = step.reading.terms().iter().map(|term| term.connection);
        step.action.connection().into_iter().chain(of_terms).collect()
    }

    /// Returns the cursor's place in [`App::connections`]. Until it is moved, that is the first one, or in a sum over an
    /// image one with ink around it.
    pub fn cursor(&self) -> usize {
        let terms = self.latest.as_ref().map_or(&[][..], |step| step.reading.terms());
        let reads_inputs = terms.first().is_some_and(|term| term.wire.upstream.layer == 0);
        let home = if reads_inputs && terms.len() > self.stepper.sample().len() { self.ink() } else { 0 };
        self.cursor.unwrap_or(home).min(self.connections().len().saturating_sub(1))
    }

    /// Returns the connection under the cursor and its ends.
    pub fn connection_under_cursor(&self) -> Option<(ConnectionId, Wire)> {
        let step = self.latest.as_ref()?;
        let of_term = || step.reading.terms().get(self.cursor()).map(|term| term.connection);
        let id = step.action.connection().or_else(of_term)?;
        Some((id, self.stepper.numbering().wire(self.stepper.network(), id)))
    }

    /// Does what the key asks for.
    pub fn press(&mut self, key: KeyEvent) {
        match &self.mode {
            Mode::Edit { .. } => self.write(key),
            Mode::Help if key.modifiers.contains(KeyModifiers::CONTROL) => {
                self.leaving = command(key) == Some(Command::Leave);
            }
            Mode::Help => self.mode = Mode::Walk,
            Mode::Walk => {
                if let Some(command) = command(key) {
                    self.message = None;
                    self.obey(command);
                }
            }
        }
    }

    /// Runs the steps that are due after this time.
    pub fn let_time_pass(&mut self, time: Duration) {
        if !self.running {
            return;
        }
        self.due += time.as_secs_f64() * f64::from(self.speed());
        // A slow machine falls behind instead of freezing.
        let steps = (self.due.floor() as usize).min(self.speed() as usize);
        if steps > 0 {
            self.due = self.due.fract();
            if self.skips_zeros {
                (0..steps).for_each(|_| self.go_by(1));
            } else {
                self.go(self.stepper.position().saturating_add(steps));
            }
        }
    }

    fn obey(&mut self, command: Command) {
        use Command::{Faster, Help, Pane as TogglePane, Run, Slower, Weights, Zeros};

        // The others stop it.
        self.running &= matches!(command, Run | Faster | Slower | TogglePane | Weights | Zeros | Help);
        let position = self.stepper.position();
        match command {
            Command::Next => self.go_by(1),
            Command::Back if position == 0 => self.say("this is the start"),
            Command::Back => self.go_by(-1),
            Command::NextUnit(unit) => self.go(self.stepper.after_unit(unit)),
            Command::BackUnit(unit) => self.go(self.stepper.before_unit(unit)),
            Command::Run => {
                self.running = !self.running;
                self.due = 0.0;
            }
            Command::Faster => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            Command::Slower => self.speed = self.speed.saturating_sub(1),
            Command::Start => self.go(0),
            Command::Reset => {
                self.stepper.reset();
                self.look();
                self.say("the same initial weights again; edits are forgotten");
            }
            Command::Cursor(by) => self.cursor = Some(self.cursor().saturating_add_signed(by)),
            Command::Strongest => {
                self.cursor = self.latest.as_ref().and_then(|step| step.reading.strongest()).or(Some(0));
            }
            Command::Edit => self.begin_edit(self.editable()),
            Command::EditInput => self.begin_edit(self.editable_input()),
            Command::Check => self.check(),
            Command::Pane | Command::Weights if self.rows.image_shape.is_none() => {
                self.say("these samples are not images");
            }
            Command::Pane => self.pane = if self.pane == Pane::Image { Pane::Matrix } else { Pane::Image },
            Command::Weights => {
                self.pane = if self.pane == Pane::Weights { Pane::Image } else { Pane::Weights };
            }
            Command::Zeros => {
                self.skips_zeros = !self.skips_zeros;
                self.say(if self.skips_zeros {
                    "inputs that are 0, and weights from them, are skipped; z shows them again"
                } else {
                    "steps about inputs that are 0 are shown again"
                });
            }
            Command::Help => self.mode = Mode::Help,
            Command::Leave => self.leaving = true,
        }
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.message = Some(sentence.into());
    }

    /// Takes one step forwards (1) or back (-1), or more to pass inputs that are 0.
    fn go_by(&mut self, by: isize) {
        loop {
            self.go(self.stepper.position().saturating_add_signed(by));
            let is_zero = self.latest.as_ref().is_some_and(|step| self.stepper.is_about_a_zero(step));
            if !(self.skips_zeros && is_zero) {
                return;
            }
        }
    }

    fn go(&mut self, position: usize) {
        self.stepper.goto(position);
        self.look();
    }

    /// Reads the step last done. A cursor that was moved stays where it is if there are enough connections.
    pub(super) fn look(&mut self) {
        self.latest = self.stepper.latest();
        self.cursor = self.cursor.map(|place| place.min(self.connections().len().saturating_sub(1)));
    }

    /// Returns a node's output, as others read it, once it has been set or computed.
    pub fn output(&self, id: NodeId) -> Option<f64> {
        Quantity::Output(id).is_known(&self.stepper).then(|| self.stepper.network()[id].sent())
    }

    /// Returns a node's delta, once it has been computed.
    pub fn delta(&self, id: NodeId) -> Option<f64> {
        Quantity::Delta(id).value(&self.stepper)
    }

    /// Returns the input in the middle of those that are not 0; the first if there are few inputs, or all are 0.
    pub(super) fn ink(&self) -> usize {
        let sample = self.stepper.sample();
        let inked: Vec<usize> = (0..sample.len()).filter(|&index| sample[index] != 0.0).collect();
        if sample.len() < FEW_INPUTS || inked.is_empty() { 0 } else { inked[inked.len() / 2] }
    }

    /// Returns the class of an output, if it has one.
    pub fn class(&self, output: usize) -> Option<&str> {
        let outputs = self.stepper.network().architecture.output_size();
        self.rows.classes.get(output).filter(|_| outputs > 1).map(String::as_str)
    }
}

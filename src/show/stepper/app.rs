//! What the stepper shows, and what a key does to it. No drawing here, so it can be tested without a terminal.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use backprop::graph::{ConnectionId, NodeId};
use backprop::step::{Place, Step, Stepper, Wire};

use super::keys::{Command, command};
use super::palette::Palette;

/// Steps a second at which it can run.
const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 50, 200, 1_000, 10_000, 100_000];

/// The state of the stepper: what is seen, and what keys do to it. It knows no terminal.
pub struct App {
    pub(super) stepper: Stepper,
    /// Rows and columns of a sample that is an image.
    pub image_shape: Option<(usize, usize)>,
    /// Where the samples come from.
    pub source: String,
    /// Colours and marks.
    pub palette: Palette,
    pub(super) latest: Option<Step>,
    cursor: usize,
    pub(super) mode: Mode,
    image_shown: bool,
    running: bool,
    speed: usize,
    /// Steps that are due but for a fraction.
    due: f64,
    message: Option<String>,
    pub(super) leaving: bool,
}

/// What keys mean at the moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// They walk.
    Walk,
    /// They close the help.
    Help,
    /// They write a number.
    Edit {
        /// What gets the number.
        target: EditTarget,
        /// What has been written.
        text: String,
    },
}

/// What can be changed by hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EditTarget {
    /// A weight.
    Weight(ConnectionId, Wire),
    /// A number of the sample.
    Input(Place),
}

impl EditTarget {
    /// Its name in formulas.
    pub fn name(self) -> String {
        match self {
            Self::Weight(_, wire) => wire.name(),
            Self::Input(place) => place.output_name(),
        }
    }
}

impl App {
    /// A stepper before its first step.
    ///
    /// `image_shape` is rows and columns of a sample that is an image; `source` says where samples come from; `colour`
    /// whether colours may be used.
    pub fn new(stepper: Stepper, image_shape: Option<(usize, usize)>, source: &str, colour: bool) -> Self {
        let mut app = Self {
            stepper,
            image_shape,
            source: source.to_owned(),
            palette: Palette { colour },
            latest: None,
            cursor: 0,
            mode: Mode::Walk,
            image_shown: image_shape.is_some(),
            running: false,
            speed: 3,
            due: 0.0,
            message: None,
            leaving: false,
        };
        app.look();
        app
    }

    /// The steps.
    pub fn stepper(&self) -> &Stepper {
        &self.stepper
    }

    /// The step last done, if any.
    pub fn latest(&self) -> Option<&Step> {
        self.latest.as_ref()
    }

    /// What keys mean.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What the last key brought about, where the picture does not say it.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Whether it goes on by itself.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Steps a second when it does.
    pub fn speed(&self) -> u32 {
        SPEEDS[self.speed]
    }

    /// Whether the image is shown instead of the matrix.
    pub fn shows_image(&self) -> bool {
        self.image_shown
    }

    /// Whether the user has asked to leave.
    pub fn wants_to_leave(&self) -> bool {
        self.leaving
    }

    /// The place of a node.
    pub fn place(&self, id: NodeId) -> Place {
        self.stepper.numbering().place(self.stepper.network(), id)
    }

    /// The connections the step used: of a sum all its terms, else the one that it changed.
    pub fn connections(&self) -> Vec<ConnectionId> {
        let Some(step) = &self.latest else { return Vec::new() };
        let of_terms = step.reading.terms().iter().map(|term| term.connection);
        step.action.connection().into_iter().chain(of_terms).collect()
    }

    /// Which of [`App::connections`] the cursor is on.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The connection under the cursor and its ends.
    pub fn connection_under_cursor(&self) -> Option<(ConnectionId, Wire)> {
        let step = self.latest.as_ref()?;
        let of_term = || step.reading.terms().get(self.cursor).map(|term| term.connection);
        let id = step.action.connection().or_else(of_term)?;
        Some((id, self.stepper.numbering().wire(self.stepper.network(), id)))
    }

    /// Does what the key asks for.
    pub fn press(&mut self, key: KeyEvent) {
        match &self.mode {
            Mode::Edit { .. } => self.write(key),
            Mode::Help if command(key) == Some(Command::Leave) && key.code != KeyCode::Esc => {
                self.leaving = true;
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
        // A slow machine falls behind instead of falling silent.
        let steps = (self.due.floor() as usize).min(self.speed() as usize);
        if steps > 0 {
            self.due = self.due.fract();
            self.go(self.stepper.position().saturating_add(steps));
        }
    }

    fn obey(&mut self, command: Command) {
        if !matches!(
            command,
            Command::Run | Command::Faster | Command::Slower | Command::Pane | Command::Help
        ) {
            self.running = false;
        }
        let position = self.stepper.position();
        match command {
            Command::Next => self.go(position + 1),
            Command::Back if position == 0 => self.say("this is the start"),
            Command::Back => self.go(position - 1),
            Command::NextUnit(unit) => self.go(self.after(unit)),
            Command::BackUnit(unit) => self.go(self.before(unit)),
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
            Command::CursorUp => self.move_cursor(self.cursor.saturating_sub(1)),
            Command::CursorDown => self.move_cursor(self.cursor + 1),
            Command::PageUp => self.move_cursor(self.cursor.saturating_sub(10)),
            Command::PageDown => self.move_cursor(self.cursor + 10),
            Command::Strongest => self.move_cursor(self.strongest()),
            Command::Edit => self.begin_edit(self.editable()),
            Command::EditInput => self.begin_edit(self.editable_input()),
            Command::Check => self.check(),
            Command::Pane if self.image_shape.is_some() => self.image_shown = !self.image_shown,
            Command::Pane => self.say("these samples are no images"),
            Command::Help => self.mode = Mode::Help,
            Command::Leave => self.leaving = true,
        }
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.message = Some(sentence.into());
    }

    fn go(&mut self, position: usize) {
        self.stepper.goto(position);
        self.look();
    }

    /// Looks at the step last done. The cursor stays where it is, if that is somewhere.
    pub(super) fn look(&mut self) {
        self.latest = self.stepper.latest();
        self.move_cursor(self.cursor);
    }

    fn move_cursor(&mut self, place: usize) {
        self.cursor = place.min(self.connections().len().saturating_sub(1));
    }

    /// The term whose product is farthest from 0, the bias not counted.
    fn strongest(&self) -> usize {
        let terms = self.latest.as_ref().map_or(&[][..], |step| step.reading.terms());
        let size = |place: &usize| terms[*place].product().abs();
        let counts = |place: &usize| terms[*place].wire.upstream.number.is_some();
        (0..terms.len()).filter(counts).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(0)
    }
}

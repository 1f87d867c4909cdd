//! What the stepper shows, and what a key does to it. No drawing here, so it can be tested without a terminal.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::keys::{Command, Unit, command};
use super::palette::Palette;
use crate::gradient_check::verdict::relative_error;
use crate::gradient_check::{STEP, TOLERANCE};
use crate::graph::step::text::number;
use crate::graph::step::{Action, Edit, Phase, Place, Step, Stepper, Wire};
use crate::graph::{ConnectionId, NodeId};
use crate::{Label, Sample};

/// Steps a second at which it can run.
const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 50, 200, 1_000, 10_000, 100_000];

/// The state of the stepper.
pub struct App<'a> {
    stepper: Stepper<'a>,
    /// Rows and columns of a sample that is an image.
    pub image_shape: Option<(usize, usize)>,
    /// Where the samples come from.
    pub source: String,
    /// Colours and marks.
    pub palette: Palette,
    latest: Option<Step>,
    cursor: usize,
    mode: Mode,
    image_shown: bool,
    running: bool,
    speed: usize,
    /// Steps that are due but for a fraction.
    due: f64,
    message: Option<String>,
    leaving: bool,
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
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Weight(_, wire) => wire.name(),
            Self::Input(place) => place.output_name(),
        }
    }
}

impl<'a> App<'a> {
    /// A stepper at its first step's door.
    #[must_use]
    pub fn new(
        stepper: Stepper<'a>,
        image_shape: Option<(usize, usize)>,
        source: &str,
        colour: bool,
    ) -> Self {
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
    #[must_use]
    pub fn stepper(&self) -> &Stepper<'a> {
        &self.stepper
    }

    /// The step last done, if any.
    #[must_use]
    pub fn latest(&self) -> Option<&Step> {
        self.latest.as_ref()
    }

    /// What keys mean.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What the last key brought about, where the picture does not say it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Whether it goes on by itself.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Steps a second when it does.
    #[must_use]
    pub fn speed(&self) -> u32 {
        SPEEDS[self.speed]
    }

    /// Whether the image is shown instead of the matrix.
    #[must_use]
    pub fn shows_image(&self) -> bool {
        self.image_shown
    }

    /// Whether the user has asked to leave.
    #[must_use]
    pub fn wants_to_leave(&self) -> bool {
        self.leaving
    }

    /// The place of a node.
    #[must_use]
    pub fn place(&self, id: NodeId) -> Place {
        self.stepper.numbering().place(self.stepper.network(), id)
    }

    /// The connections the step used: of a sum all its terms, of an update the one that moved.
    #[must_use]
    pub fn connections(&self) -> Vec<ConnectionId> {
        match &self.latest {
            Some(Step { action: Action::UpdateWeight(id), .. }) => vec![*id],
            Some(step) => step.reading.terms().iter().map(|term| term.connection).collect(),
            None => Vec::new(),
        }
    }

    /// Which of [`App::connections`] the cursor is on.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The connection under the cursor and its ends.
    #[must_use]
    pub fn connection_under_cursor(&self) -> Option<(ConnectionId, Wire)> {
        let id = match &self.latest {
            Some(Step { action: Action::UpdateWeight(id), .. }) => *id,
            Some(step) => step.reading.terms().get(self.cursor)?.connection,
            None => return None,
        };
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

    fn say(&mut self, sentence: impl Into<String>) {
        self.message = Some(sentence.into());
    }

    fn go(&mut self, position: usize) {
        self.stepper.goto(position);
        self.look();
    }

    /// Looks at the step last done. The cursor stays where it is, if that is somewhere.
    fn look(&mut self) {
        self.latest = self.stepper.latest();
        self.move_cursor(self.cursor);
    }

    fn move_cursor(&mut self, place: usize) {
        self.cursor = place.min(self.connections().len().saturating_sub(1));
    }

    /// The term whose product is farthest from 0, the bias not counted.
    fn strongest(&self) -> usize {
        let terms = self.latest.as_ref().map_or(&[][..], |step| step.reading.terms());
        let size = |place: &usize| (terms[*place].weight * terms[*place].value).abs();
        let counts = |place: &usize| terms[*place].wire.upstream.number.is_some();
        (0..terms.len()).filter(counts).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(0)
    }

    // Units ------------------------------------------------------------------------------------------------------

    /// The first and one past the last step of the unit that a step of the sample belongs to.
    fn unit(&self, unit: Unit, step: usize) -> (usize, usize) {
        let order = self.stepper.order();
        let segment = order.segment(step);
        match unit {
            Unit::Sample => (0, order.len()),
            Unit::Layer => (segment.start, segment.end()),
            Unit::Phase => {
                let of_phase = || order.segments().iter().filter(|other| other.phase == segment.phase);
                let first = of_phase().next().map_or(step, |first| first.start);
                (first, of_phase().next_back().map_or(step + 1, crate::graph::step::Segment::end))
            }
            Unit::Node => {
                // In the order of updates, the weights from one node stand together.
                let size = match segment.phase {
                    Phase::UpdateWeight => self.stepper.network().layers[segment.layer + 1].neurons().len(),
                    _ => 1,
                };
                let first = segment.start + (step - segment.start) / size * size;
                (first, first + size)
            }
        }
    }

    /// The position where the next unit's first step is done.
    fn after(&self, unit: Unit) -> usize {
        let Some(latest) = self.stepper.position().checked_sub(1) else { return 1 };
        let length = self.stepper.order().len();
        latest / length * length + self.unit(unit, latest % length).1 + 1
    }

    /// The position where this unit's first step is done, or that of the one before.
    fn before(&self, unit: Unit) -> usize {
        let Some(latest) = self.stepper.position().checked_sub(1) else { return 0 };
        let length = self.stepper.order().len();
        let first_of = |step: usize| step / length * length + self.unit(unit, step % length).0;
        match first_of(latest) {
            first if first < latest => first + 1,
            0 => 0,
            first => first_of(first - 1) + 1,
        }
    }

    // Changing numbers -------------------------------------------------------------------------------------------

    /// The input that was just set, or the weight under the cursor.
    fn editable(&self) -> Option<EditTarget> {
        if let Some(Step { action: Action::SetInput(id), .. }) = self.latest {
            return Some(EditTarget::Input(self.place(id)));
        }
        self.connection_under_cursor().map(|(id, wire)| EditTarget::Weight(id, wire))
    }

    /// The input that was just set, or the one the weight under the cursor comes from.
    fn editable_input(&self) -> Option<EditTarget> {
        match (self.editable()?, self.connection_under_cursor()) {
            (input @ EditTarget::Input(_), _) => Some(input),
            (_, Some((_, Wire { upstream, .. }))) if upstream.layer == 0 && upstream.number.is_some() => {
                Some(EditTarget::Input(upstream))
            }
            _ => None,
        }
    }

    fn begin_edit(&mut self, target: Option<EditTarget>) {
        match target {
            Some(target) => self.mode = Mode::Edit { target, text: String::new() },
            None => self.say("nothing to change here: go to a step that sets an input or uses a weight"),
        }
    }

    /// The value of what can be changed, as it is now.
    #[must_use]
    pub fn value(&self, target: EditTarget) -> f64 {
        match target {
            EditTarget::Weight(id, _) => self.stepper.network().connection(id).weight,
            EditTarget::Input(place) => self.stepper.sample()[place.index as usize],
        }
    }

    fn write(&mut self, key: KeyEvent) {
        let Mode::Edit { target, text } = &mut self.mode else { return };
        match key.code {
            KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => self.leaving = true,
            KeyCode::Esc => self.mode = Mode::Walk,
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(c) if (c.is_ascii_digit() || "+-.eE".contains(c)) && text.len() < 24 => {
                text.push(c);
            }
            KeyCode::Enter => {
                let (target, number) = (*target, text.parse::<f64>().ok().filter(|value| value.is_finite()));
                if let Some(value) = number {
                    self.mode = Mode::Walk;
                    self.change(target, value);
                } else {
                    let sentence = format!("'{text}' is not a number; escape leaves it as it was");
                    self.say(sentence);
                }
            }
            _ => {}
        }
    }

    /// Changes it and says what came of it.
    fn change(&mut self, target: EditTarget, value: f64) {
        let (before, cost_before) = (self.latest.clone(), self.stepper.costs().last().copied());
        let edit = match target {
            EditTarget::Weight(id, _) => Edit::Weight(id, value),
            EditTarget::Input(place) => Edit::Input(place.index as usize, value),
        };
        self.stepper.edit(edit);
        self.look();
        // Where a training step has just ended, the change can only meet the next one.
        let which =
            if self.stepper.position_in_sample() == 0 && self.latest.is_some() { "the next" } else { "this" };
        let mut sentences =
            vec![format!("{} begins {which} training step at {}.", target.name(), number(value, 6))];
        let mut compare = |what: &str, before: f64, after: f64| {
            sentences.push(format!("{what}: {} -> {}.", number(before, 6), number(after, 6)));
        };
        if let (Some(before), Some(after)) = (before, &self.latest) {
            compare(&after.name(), before.after, after.after);
        }
        let outputs_are_known = self.stepper.costs().len() > self.stepper.training_step();
        if let (true, Some(before), Some(after)) =
            (outputs_are_known, cost_before, self.stepper.costs().last())
        {
            compare("Cost", before, *after);
        }
        self.say(sentences.join(" "));
    }

    // The gradient check -----------------------------------------------------------------------------------------

    /// Compares the gradient of the weight under the cursor with the slope of the cost, at the weights this training
    /// step begins with: (E(w − h) − E(w + h)) / 2h, the sign being bp.py's. The gradient is the one that the update
    /// of this very training step uses.
    fn check(&mut self) {
        let Some((id, wire)) = self.connection_under_cursor() else {
            self.say("no weight under the cursor: go to a step that uses one");
            return;
        };
        let length = self.stepper.order().len();
        let start = self.stepper.training_step_of_latest() * length;
        let mut copy = self.stepper.clone();
        copy.goto(start + length);
        let analytic = copy.network().connection(id).gradient;
        copy.goto(start);
        let mut network = copy.network().clone();
        let (label, sample) = (Label(copy.label()), Sample(copy.sample()));
        let weight = network.connection(id).weight;
        let mut error_at = |weight: f64| {
            network.connections.connections[id.index()].weight = weight;
            network.error(label, sample)
        };
        let h = STEP * weight.abs().max(1.0);
        let (below, above) = (error_at(weight - h), error_at(weight + h));
        let numerical = (below - above) / (2.0 * h);
        let difference = (analytic - numerical).abs();
        // What rounding alone can make of the difference of two costs.
        let noise = 16.0 * f64::EPSILON * below.abs().max(above.abs()).max(f64::EPSILON) / h;
        let agree = relative_error(analytic, numerical) <= TOLERANCE || difference <= noise;
        self.say(format!(
            "{}: gradient {analytic:.9}, numerically {numerical:.9}; {} (difference {difference:.0e}).",
            wire.name(),
            if agree { "they agree" } else { "they DIFFER" },
        ));
    }
}

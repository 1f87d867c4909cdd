//! The meaning of each key, for the program and for its help.

use backprop::step::view::Unit;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A command of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// One step on.
    Next,
    /// One step back.
    Back,
    /// On to the first step of the next node, layer, phase or sample.
    NextUnit(Unit),
    /// Back to the first step of this one, or of the one before.
    BackUnit(Unit),
    /// Begin or stop running.
    Run,
    /// Run faster.
    Faster,
    /// Run slower.
    Slower,
    /// Back before the first step; edits stay.
    Start,
    /// Back before the first step, without edits.
    Reset,
    /// The weight or input this far down; up if negative.
    Cursor(isize),
    /// To the weight with the largest product.
    Strongest,
    /// Change the weight under the cursor, or the input where one was just set.
    Edit,
    /// Change the input that the weight under the cursor comes from.
    EditInput,
    /// Check the gradient of the weight under the cursor.
    Check,
    /// Matrix or image.
    Pane,
    /// The weights of the hidden neuron under the cursor.
    Weights,
    /// Skip inputs that are 0, or stop skipping them.
    Zeros,
    /// Show or hide the help.
    Help,
    /// Leave.
    Leave,
}

/// The help, line by line: keys and what they do.
pub const HELP: [(&str, &str); 18] = [
    ("right, enter", "do the next step"),
    ("left, backspace", "take the last step back"),
    ("n  l  p  s", "on to the next node, layer, phase, sample"),
    ("N  L  P  S", "back to the one before"),
    ("space", "run by itself, and stop"),
    ("+  -", "run faster, slower"),
    ("home, 0", "jump to the start; your edits stay"),
    ("r", "start over: the same initial weights, no edits"),
    ("up, down", "choose a weight the step used (page up, down: by ten)"),
    ("c", "choose the one that counts most, except biases"),
    ("e", "change that weight, or the input just set"),
    ("x", "change the input that weight comes from"),
    ("g", "check the gradient of that weight numerically"),
    ("m", "the matrix form, or the image"),
    ("w", "the image of the weights of the hidden neuron chosen"),
    ("z", "skip inputs that are 0, and show them again"),
    ("?", "this help"),
    ("q, escape", "leave"),
];

/// Returns the command of a key, if it has one.
pub fn command(key: KeyEvent) -> Option<Command> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Command::Leave,
        KeyCode::Char(_) if control => return None,
        KeyCode::Right | KeyCode::Enter => Command::Next,
        KeyCode::Left | KeyCode::Backspace => Command::Back,
        KeyCode::Char('n') => Command::NextUnit(Unit::Node),
        KeyCode::Char('N') => Command::BackUnit(Unit::Node),
        KeyCode::Char('l') => Command::NextUnit(Unit::Layer),
        KeyCode::Char('L') => Command::BackUnit(Unit::Layer),
        KeyCode::Char('p') => Command::NextUnit(Unit::Phase),
        KeyCode::Char('P') => Command::BackUnit(Unit::Phase),
        KeyCode::Char('s') => Command::NextUnit(Unit::Sample),
        KeyCode::Char('S') => Command::BackUnit(Unit::Sample),
        KeyCode::Char(' ') => Command::Run,
        KeyCode::Char('+' | '=') => Command::Faster,
        KeyCode::Char('-' | '_') => Command::Slower,
        KeyCode::Home | KeyCode::Char('0') => Command::Start,
        KeyCode::Char('r') => Command::Reset,
        KeyCode::Up => Command::Cursor(-1),
        KeyCode::Down => Command::Cursor(1),
        KeyCode::PageUp => Command::Cursor(-10),
        KeyCode::PageDown => Command::Cursor(10),
        KeyCode::Char('c') => Command::Strongest,
        KeyCode::Char('e') => Command::Edit,
        KeyCode::Char('x') => Command::EditInput,
        KeyCode::Char('g') => Command::Check,
        KeyCode::Char('m') => Command::Pane,
        KeyCode::Char('w') => Command::Weights,
        KeyCode::Char('z') => Command::Zeros,
        KeyCode::Char('?' | 'h') => Command::Help,
        KeyCode::Char('q') | KeyCode::Esc => Command::Leave,
        _ => return None,
    })
}

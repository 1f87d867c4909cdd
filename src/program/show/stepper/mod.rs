//! The terminal stepper: `backprop step`.
//!
//! The network is drawn as nodes and weighted edges. The step just done is lit, with its formula and, next to it, the
//! same moment in matrix form. Everything comes from a [`Stepper`], so it is the network that trains.
//!
//! Read [`app`] (the state, and what a key does to it), [`keys`], then the screen from the outside in:
//! [`screen`], [`drawing`] (the network), [`matrix`] (the same as a matrix), [`image`] (the sample, or weights, as an image).

pub mod app;
pub mod drawing;
mod edit;
pub mod image;
pub mod keys;
pub mod matrix;
pub mod palette;
pub mod screen;
#[cfg(test)]
mod tests;

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEventKind};
use ratatui::DefaultTerminal;

#[doc(inline)]
pub use self::app::App;

use crate::io::signals;
use backprop::setup::Rows;
use backprop::step::Stepper;
use backprop::{Architecture, Error, ErrorKind, counted};

/// The columns and rows that the screen needs.
pub const SMALLEST: (u16, u16) = (80, 24);

/// The most connections of a network that is drawn, through a window if necessary.
pub const MOST_CONNECTIONS: usize = 2_000_000;

/// The time that the screen waits for a key while nothing moves.
const IDLE: Duration = Duration::from_millis(200);

/// The time that it waits while steps run by themselves.
const FRAME: Duration = Duration::from_millis(33);

/// Runs the stepper in the terminal until the user quits or a signal asks the program to end. Always restores the terminal.
///
/// # Errors
/// [`ErrorKind::TooLarge`] for a network too large to draw; [`ErrorKind::Usage`] for a terminal too small, or one that fails.
pub fn run(stepper: Stepper, rows: Rows) -> Result<(), Error> {
    check_size(&stepper.network().architecture)?;
    let (width, height) = crossterm::terminal::size().map_err(failure)?;
    check_terminal(width, height)?;
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut app = App::new(stepper, rows, colour);

    // Installs a panic hook that restores the terminal before the panic is reported.
    let mut terminal = ratatui::try_init().map_err(failure)?;
    let result = walk(&mut terminal, &mut app);
    ratatui::restore();
    // A terminal that has gone away fails in many ways.
    if signals::asked() { Ok(()) } else { result.map_err(failure) }
}

/// Draws, waits for a key or for the next frame, and continues until the user quits.
fn walk(terminal: &mut DefaultTerminal, app: &mut App) -> io::Result<()> {
    let mut last = Instant::now();
    while !app.leaving && !signals::asked() {
        terminal.draw(|frame| screen::draw(frame, app))?;
        if event::poll(if app.running { FRAME } else { IDLE })?
            && let Event::Key(key) = event::read()?
            && key.kind != KeyEventKind::Release
        {
            app.press(key);
        }
        app.let_time_pass(last.elapsed());
        last = Instant::now();
    }
    Ok(())
}

/// Checks that a network of this architecture can be drawn.
///
/// # Errors
/// More than [`MOST_CONNECTIONS`] connections.
pub fn check_size(architecture: &Architecture) -> Result<(), Error> {
    match architecture.parameter_count() {
        Some(count) if count <= MOST_CONNECTIONS => Ok(()),
        _ => {
            let sizes = architecture.sizes_text();
            let found = format!(
                "sizes {sizes} are too large to draw: the terminal stepper takes up to {MOST_CONNECTIONS} connections"
            );
            Err(Error::new(ErrorKind::TooLarge, found).remedy("use --plain"))
        }
    }
}

/// Checks that the terminal has room for the screen.
///
/// # Errors
/// Fewer columns or rows than [`SMALLEST`].
pub fn check_terminal(columns: u16, rows: u16) -> Result<(), Error> {
    if columns >= SMALLEST.0 && rows >= SMALLEST.1 {
        return Ok(());
    }
    let (columns, rows) = (counted(columns.into(), "column"), counted(rows.into(), "row"));
    let (wide, high) = SMALLEST;
    let found = format!("the terminal has {columns} and {rows}, the stepper needs {wide} and {high}");
    Err(Error::usage(found).remedy("enlarge it, or use --plain"))
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes a value")]
fn failure(error: io::Error) -> Error {
    Error::usage(format!("the terminal does not support the stepper ({error})")).remedy("use --plain")
}

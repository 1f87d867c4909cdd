//! `backprop dap`: the training step as a program to debug, by the Debug Adapter Protocol.
//!
//! Read `walk` (what is debugged: a [`Stepper`](backprop::step::Stepper) that can also stop within a sum), `frames` and
//! `variables` (what an editor shows of it), `expressions` and `console` (what can be asked), `breakpoints` (where to
//! stop), `launch` (what a session begins with), then `session` (requests, and the steps between them); `framing` and
//! `protocol` are the messages, `port` the editors that connect to a port. There is no arithmetic here except sums and
//! comparisons that an editor asks for.

mod breakpoints;
mod console;
mod expressions;
mod frames;
pub mod framing;
mod launch;
mod port;
mod protocol;
pub mod session;
mod variables;
mod walk;

use std::io::{BufRead, BufReader, ErrorKind, IsTerminal as _};
use std::sync::mpsc::{self, TryRecvError};

use self::session::Session;
use crate::cli::prelude::*;

/// The most messages that are read ahead.
const READ_AHEAD: usize = 64;

const EXAMPLES: &str = "An editor starts it:
  docs/debug-the-training-step.md has the few lines for VS Code, Neovim, Emacs and Zed";

/// Debug the training step in an editor
///
/// Speaks the Debug Adapter Protocol on standard input and output. The training is what is debugged: the next line is the
/// next node, Step Back works, and the variables are the network's. What `step` takes as options, an editor gives as
/// launch arguments ("sizes", "data", "from", "rate", "batch", "trainLimit", "epochs" and so on).
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dap {
    /// Listen on this port of 127.0.0.1 instead, for one editor after another; 0 finds a free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// Serve only editors whose launch arguments include "token": "WORD" [default: the variable BACKPROP_TOKEN]
    ///
    /// Every program on this machine can connect to a port. Other users can see a command line, but not a variable.
    #[arg(long, value_name = "WORD", requires = "port")]
    token: Option<String>,
}

impl Dap {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        match self.port {
            Some(port) => {
                let token = self.token.clone().or_else(|| std::env::var("BACKPROP_TOKEN").ok());
                port::listen(port, token.as_deref().filter(|token| !token.is_empty()))
            }
            None if std::io::stdin().is_terminal() => {
                let problem =
                    Error::contents("standard input is a terminal, and dap is started by an editor")
                        .remedy("in a terminal use backprop step, or --port N to wait for an editor");
                Err(problem.into())
            }
            None => {
                serve(Session::default(), BufReader::new(std::io::stdin()), std::io::stdout().lock())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Runs a session until the editor leaves.
///
/// # Errors
/// The input is not the protocol, or the output fails.
fn serve(
    mut session: Session,
    mut input: impl BufRead + Send + 'static,
    mut output: impl Write,
) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::sync_channel(READ_AHEAD);
    let read = move || {
        loop {
            let incoming = framing::read(&mut input);
            let is_last = !matches!(incoming, Ok(Some(_)));
            if sender.send(incoming).is_err() || is_last {
                return;
            }
        }
    };
    std::thread::Builder::new().name("editor".to_owned()).spawn(read)?;
    let mut sequence = 0;
    loop {
        for mut message in session.take_messages() {
            sequence += 1;
            message["seq"] = sequence.into();
            framing::write(&mut output, &message)?;
        }
        if session.is_over() {
            return Ok(());
        }
        let incoming = if session.is_running() {
            match receiver.try_recv() {
                Ok(incoming) => incoming,
                Err(TryRecvError::Disconnected) => Ok(None),
                Err(TryRecvError::Empty) => {
                    session.work();
                    continue;
                }
            }
        } else {
            receiver.recv().unwrap_or(Ok(None))
        };
        match incoming {
            Ok(Some(message)) => session.handle(&message),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(Error::usage(error.to_string()).into());
            }
            // The editor is gone.
            Ok(None) | Err(_) => return Ok(()),
        }
    }
}

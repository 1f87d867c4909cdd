//! `backprop dap`: the training step as a program to debug, by the Debug Adapter Protocol.
//!
//! Read `walk` (what is debugged: a [`Stepper`](backprop::step::Stepper) that can also stop within a sum), `source` (the
//! lines it stops at), `frames` and `variables` (what an editor sees of it), `expressions` (what can be asked),
//! `breakpoints` (where to stop), then `session` (requests and what runs between them) with `setting` and `asking`;
//! `framing` and `protocol` are the wire. There is no arithmetic here but sums and comparisons that are asked for.

mod asking;
mod breakpoints;
mod expressions;
mod frames;
pub mod framing;
mod launch;
mod protocol;
pub mod session;
mod setting;
mod source;
mod variables;
mod walk;

use std::io::{BufReader, ErrorKind, IsTerminal as _, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener};
use std::process::ExitCode;
use std::sync::mpsc::{self, TryRecvError};

use clap::Args;

use backprop::Error;

use self::session::Session;
use super::Failure;

/// Messages that wait until they are looked at.
const MESSAGES_WAITING: usize = 64;

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
    /// Listen on this port of 127.0.0.1 instead, for one editor after the other; 0 finds a free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,
}

/// A message from the editor, or its end.
enum Incoming {
    Message(Vec<u8>),
    End,
    Broken(std::io::Error),
}

impl Dap {
    pub(super) fn run(&self) -> Result<ExitCode, Failure> {
        match self.port {
            Some(port) => listen(port),
            None if std::io::stdin().is_terminal() => {
                let problem =
                    Error::contents("standard input is a terminal, and dap is started by an editor")
                        .remedy("in a terminal use backprop step, or --port N to wait for an editor");
                Err(problem.into())
            }
            None => {
                serve(std::io::stdin(), std::io::stdout().lock())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// One editor after the other, for ever.
fn listen(port: u16) -> Result<ExitCode, Failure> {
    let usage = |what: String| Failure::Input(Error::usage(what));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| usage(format!("port {port} of 127.0.0.1: {error}")))?;
    if let Ok(address) = listener.local_addr() {
        super::report(&format!("listening on {address}"));
    }
    loop {
        let (stream, _) = listener.accept().map_err(|error| usage(format!("port {port}: {error}")))?;
        let _ = stream.set_nodelay(true);
        let Ok(input) = stream.try_clone() else { continue };
        if let Err(Failure::Input(error)) = serve(input, &stream) {
            super::report(&error.to_string());
        }
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// One session, until the editor leaves.
///
/// # Errors
/// The input is not the protocol, or the output fails.
fn serve(input: impl Read + Send + 'static, mut output: impl Write) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::sync_channel(MESSAGES_WAITING);
    let read = move || {
        let mut input = BufReader::new(input);
        loop {
            let incoming = match framing::read(&mut input) {
                Ok(Some(message)) => Incoming::Message(message),
                Ok(None) => Incoming::End,
                Err(error) => Incoming::Broken(error),
            };
            let is_last = !matches!(incoming, Incoming::Message(_));
            if sender.send(incoming).is_err() || is_last {
                return;
            }
        }
    };
    std::thread::Builder::new().name("editor".to_owned()).spawn(read)?;
    let mut session = Session::default();
    let mut sequence = 0;
    while !session.is_over() {
        let incoming = if session.is_running() {
            match receiver.try_recv() {
                Ok(incoming) => Some(incoming),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => Some(Incoming::End),
            }
        } else {
            Some(receiver.recv().unwrap_or(Incoming::End))
        };
        match incoming {
            Some(Incoming::Message(message)) => session.handle(&message),
            Some(Incoming::Broken(error)) if error.kind() == ErrorKind::InvalidData => {
                return Err(Error::usage(error.to_string()).into());
            }
            // It has gone, however.
            Some(Incoming::End | Incoming::Broken(_)) => return Ok(()),
            None => session.work(),
        }
        for mut message in session.take_messages() {
            sequence += 1;
            message["seq"] = sequence.into();
            framing::write(&mut output, &message)?;
        }
    }
    Ok(())
}

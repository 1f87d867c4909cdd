//! Editors that connect to a port on this machine, one after another.
//!
//! Every program on this machine can connect, and so can every web page, through a browser. So a connection is closed at the first
//! line that is not a header of the protocol, or if nothing comes; only the first message makes it an editor's
//! connection; one editor is served at a time; and a token can be required.

use std::io::{BufReader, ErrorKind};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use backprop::Error;

use super::framing;
use super::protocol::{Message, response};
use super::session::Session;
use crate::cli::{Failure, report};

/// The time in which an editor must say something.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most connections at a time.
const MOST_CONNECTIONS: usize = 16;

/// Serves editors until the program is ended.
pub(super) fn listen(port: u16, token: Option<&str>) -> Result<ExitCode, Failure> {
    let usage = |what: String| Failure::Input(Error::usage(what));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| usage(format!("port {port} of 127.0.0.1: {error}")))?;
    if let Ok(address) = listener.local_addr() {
        report(&format!("listening on {address}"));
    }
    // Held by the editor that is served; every connection has a copy of the Arc.
    let session = Arc::new(Mutex::new(()));
    loop {
        let (stream, _) = listener.accept().map_err(|error| usage(format!("port {port}: {error}")))?;
        if Arc::strong_count(&session) > MOST_CONNECTIONS {
            continue;
        }
        let (session, token) = (Arc::clone(&session), token.map(str::to_owned));
        std::thread::Builder::new().spawn(move || {
            if let Err(Failure::Input(error)) = meet(&stream, &session, token) {
                report(&format!("closed a connection: {error}"));
            }
            let _ = stream.shutdown(Shutdown::Both);
        })?;
    }
}

/// Waits for the first message of a connection, and serves it unless another editor is being served.
fn meet(stream: &TcpStream, session: &Mutex<()>, token: Option<String>) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut input = BufReader::new(stream.try_clone()?);
    let first = framing::read(&mut input).map_err(|error| match error.kind() {
        // A timeout is one or the other, depending on the system.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            Error::usage(format!("it sent nothing for {} seconds", PATIENCE.as_secs()))
        }
        _ => Error::usage(error.to_string()),
    })?;
    let Some(first) = first else { return Ok(()) };
    let Some(_served) = begin(session) else {
        let problem = "another editor is connected; one is served at a time";
        let request = Message::parse(&first).unwrap_or_default();
        framing::write(&mut &*stream, &response(&request, Err(problem.to_owned())))?;
        return Err(Error::usage(problem).into());
    };
    stream.set_read_timeout(None)?;
    let mut session = Session::asking_for(token);
    session.handle(&first);
    super::serve(session, input, stream)
}

/// Returns the right to be served, or `None` if another editor has it. An editor that restarts may be back before its old
/// session has ended, so this waits for a second.
fn begin(session: &Mutex<()>) -> Option<MutexGuard<'_, ()>> {
    for _ in 0..10 {
        match session.try_lock() {
            Ok(served) => return Some(served),
            Err(TryLockError::Poisoned(served)) => return Some(served.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    None
}

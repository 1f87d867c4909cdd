//! The headers of the Debug Adapter Protocol: any stream, in pieces of any length, gives messages up to the first
//! fault; an HTTP request gives none.
#![no_main]

use std::io::{BufReader, Read};

use backprop_cli::cli::dap::framing;
use libfuzzer_sys::fuzz_target;

/// A stream that comes in pieces of this many bytes.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(into.len());
        self.0.read(&mut into[..length])
    }
}

fn messages(mut stream: impl std::io::BufRead) -> (Vec<Vec<u8>>, Option<String>) {
    let mut messages = Vec::new();
    loop {
        match framing::read(&mut stream) {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => return (messages, None),
            Err(error) => return (messages, Some(error.to_string())),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((piece, stream)) = bytes.split_first() else { return };
    let whole = messages(stream);
    let in_pieces = messages(BufReader::with_capacity(64, Pieces(stream, usize::from(*piece).max(1))));
    assert_eq!(whole, in_pieces);
    assert!(whole.1.is_none_or(|problem| !problem.contains(char::is_control)));
    for method in ["GET", "POST", "OPTIONS"] {
        let request = [method.as_bytes(), b" / HTTP/1.1\r\n", stream].concat();
        assert!(matches!(messages(&request[..]), (found, Some(_)) if found.is_empty()));
    }
});

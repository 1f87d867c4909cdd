//! Messages as bytes: a header with the number of bytes that follow, an empty line, and JSON.

use std::io::{BufRead, Error, ErrorKind, Read as _, Write};

/// The longest header: a length and a media type take less than a tenth of it.
const LONGEST_HEADER: u64 = 1 << 10;

/// The longest message. Requests of an editor take a few thousand bytes.
const LONGEST_MESSAGE: usize = 1 << 20;

/// Returns the next message, or `None` if the stream ends between two.
///
/// # Errors
/// A line that is not a header of the protocol, a header without a length, a length above a megabyte, or a stream that
/// ends or fails within a message. After an error, nothing more can be read from the stream.
pub fn read(input: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let Some(length) = read_header(input)? else { return Ok(None) };
    if length > LONGEST_MESSAGE {
        return Err(broken(&format!("a message of {length} bytes; at most {LONGEST_MESSAGE} are allowed")));
    }
    let mut message = vec![0; length];
    input.read_exact(&mut message).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => broken("the stream ends within a message"),
        _ => error,
    })?;
    Ok(Some(message))
}

/// Returns the length that the header gives, or `None` if the stream ends before the header.
///
/// The first line that does not belong to a header is an error, so that an HTTP request, which any web page can send to
/// this machine, ends before its body is looked at.
fn read_header(input: &mut impl BufRead) -> std::io::Result<Option<usize>> {
    let mut header = input.take(LONGEST_HEADER);
    let mut length = None;
    loop {
        let mut line = Vec::new();
        header.read_until(b'\n', &mut line)?;
        if line.is_empty() && header.limit() == LONGEST_HEADER {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            let is_long = header.limit() == 0;
            return Err(broken(if is_long { "a header without an end" } else { "half a header" }));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| broken("a header without Content-Length"));
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name.eq_ignore_ascii_case("Content-Length") {
            let value = value.trim().parse();
            length = Some(value.map_err(|_| broken("a Content-Length that is not a number"))?);
        } else if !name.eq_ignore_ascii_case("Content-Type") {
            return Err(broken("a line that is neither Content-Length nor Content-Type"));
        }
    }
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("this is not the Debug Adapter Protocol: {what}"))
}

/// Writes one message.
///
/// # Errors
/// The stream cannot be written to.
pub fn write(output: &mut impl Write, message: &serde_json::Value) -> std::io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut text: &[u8]) -> Vec<Result<String, String>> {
        let mut found = Vec::new();
        loop {
            match read(&mut text) {
                Ok(Some(message)) => found.push(Ok(String::from_utf8(message).expect("text"))),
                Ok(None) => return found,
                Err(error) => {
                    found.push(Err(error.to_string()));
                    return found;
                }
            }
        }
    }

    fn fails_with(text: &[u8], words: &str) {
        let found = read_all(text);
        assert!(matches!(found.as_slice(), [Err(error)] if error.contains(words)), "{found:?}");
    }

    #[test]
    fn messages_follow_one_another_with_or_without_a_content_type() {
        let mut text = Vec::new();
        write(&mut text, &serde_json::json!({"a": "δ"})).expect("writable");
        text.extend(b"content-length:2\nContent-Type: application/json\n\n{}");
        assert_eq!(read_all(&text), [Ok("{\"a\":\"δ\"}".to_owned()), Ok("{}".to_owned())]);
    }

    #[test]
    fn what_is_not_a_message_is_an_error_and_the_end_is_not() {
        assert_eq!(read_all(b""), []);
        fails_with(b"Content-Length: 5\r\n\r\n{}", "ends within a message");
        fails_with(b"Content-Length: 5", "half a header");
        fails_with(b"Content-Length: 5\r\n", "half a header");
        fails_with(b"\r\n", "without Content-Length");
        for line in [
            "POST / HTTP/1.1",
            "POST /Content-Length:2 HTTP/1.1",
            "{}",
            ": 2",
            "Content-Length : 2",
            "Host: x",
        ] {
            fails_with(
                format!("{line}\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes(),
                "neither Content-Length",
            );
        }
        fails_with(b"Content-Length: -1\r\n\r\n", "not a number");
        fails_with(b"Content-Length: 1048577\r\n\r\n", "are allowed");
        fails_with(&[b'a'; 5000], "without an end");
    }
}

//! Messages on the wire: a header that says how many bytes follow, an empty line, and JSON.

use std::io::{BufRead, Error, ErrorKind, Read as _, Write};

/// The longest header: a length and a media type take less than a tenth of it.
const LONGEST_HEADER: u64 = 1 << 10;

/// The longest message. Requests of an editor take a few thousand bytes.
const LONGEST_MESSAGE: usize = 1 << 20;

/// The next message, or none where the stream ends between two.
///
/// # Errors
/// A header without a length, a length above a megabyte, or a stream that ends or fails within a message. No message can
/// be told from the next after that.
pub fn read(input: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let Some(length) = read_header(input)? else { return Ok(None) };
    if length > LONGEST_MESSAGE {
        return Err(broken(&format!(
            "a message of {length} bytes; the longest allowed has {LONGEST_MESSAGE}"
        )));
    }
    let mut message = vec![0; length];
    input.read_exact(&mut message).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => broken("the stream ends within a message"),
        _ => error,
    })?;
    Ok(Some(message))
}

/// The length that the header gives; none where the stream ends before it.
fn read_header(input: &mut impl BufRead) -> std::io::Result<Option<usize>> {
    let mut header = input.take(LONGEST_HEADER);
    let mut length = None;
    loop {
        let mut line = Vec::new();
        header.read_until(b'\n', &mut line)?;
        if line.is_empty() && length.is_none() && header.limit() == LONGEST_HEADER {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            return Err(broken(if header.limit() == 0 {
                "a header without an end"
            } else {
                "half a header"
            }));
        }
        let line = String::from_utf8_lossy(&line);
        match (line.trim_end(), line.split_once(':')) {
            ("", _) => break,
            (_, Some((name, value))) if name.trim().eq_ignore_ascii_case("Content-Length") => {
                let value = value.trim();
                length = Some(value.parse().map_err(|_| broken("a Content-Length that is not a number"))?);
            }
            _ => {}
        }
    }
    length.map(Some).ok_or_else(|| broken("a header without Content-Length"))
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("this is not the Debug Adapter Protocol: {what}"))
}

/// Writes one message and sends it off.
///
/// # Errors
/// The stream's.
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
    fn messages_follow_one_another_whatever_else_a_header_holds() {
        let mut text = Vec::new();
        write(&mut text, &serde_json::json!({"a": "δ"})).expect("a list");
        text.extend(b"content-length:2\nContent-Type: application/json\n\n{}");
        assert_eq!(read_all(&text), [Ok("{\"a\":\"δ\"}".to_owned()), Ok("{}".to_owned())]);
    }

    #[test]
    fn what_is_no_message_is_told_from_the_end() {
        assert_eq!(read_all(b""), []);
        fails_with(b"Content-Length: 5\r\n\r\n{}", "ends within a message");
        fails_with(b"Content-Length: 5", "half a header");
        fails_with(b"Content-Length: 5\r\n", "half a header");
        fails_with(b"GET / HTTP/1.1\r\n\r\n", "without Content-Length");
        fails_with(b"Content-Length: -1\r\n\r\n", "not a number");
        fails_with(b"Content-Length: 1048577\r\n\r\n", "the longest allowed");
        fails_with(&[b'a'; 5000], "without an end");
    }
}

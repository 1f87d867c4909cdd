//! The part of Protocol Buffers needed to write a message: a field is its number and kind, followed by its contents.

/// A message that is being written.
#[derive(Debug, Default)]
#[must_use]
pub struct Message(Vec<u8>);

/// The marks of the three kinds of field used here.
const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

impl Message {
    /// Appends a number that is not negative.
    pub fn number(mut self, field: u64, number: u64) -> Self {
        self.varint(field << 3 | VARINT);
        self.varint(number);
        self
    }

    /// Appends text or plain bytes.
    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | LENGTH_DELIMITED);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// Appends text.
    pub fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    /// Appends a message inside this one.
    pub fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// Appends one field for each message.
    pub fn messages(self, field: u64, messages: impl IntoIterator<Item = Self>) -> Self {
        messages.into_iter().fold(self, |message, inner| message.message(field, &inner))
    }

    /// Returns the bytes written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Writes seven bits per byte, the lowest first; the eighth says that more follow.
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_encoding_guide_shows_them() {
        // 150 in field 1 is 08 96 01; "testing" in field 2 is 12 07 and its letters; the first message in field 3 is 1a 03
        // and its bytes.
        let number = || Message::default().number(1, 150);
        assert_eq!(number().into_bytes(), [0x08, 0x96, 0x01]);
        let text = Message::default().text(2, "testing").into_bytes();
        assert_eq!(text, [b"\x12\x07".as_slice(), b"testing"].concat());
        assert_eq!(Message::default().message(3, &number()).into_bytes(), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(Message::default().number(16, 0).into_bytes(), [0x80, 0x01, 0x00]);
    }
}

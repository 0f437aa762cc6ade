//! The order of indicators by their canonical text, the last part of the order of matches.

use std::cmp::Ordering;

use crate::sieve::layers::Layers;
use crate::sieve::matching::view::write_text;
use crate::sieve::tables::indicators::Value;

/// Compares canonical texts without allocating.
pub(super) fn compare_text(layers: &Layers, a: u32, b: u32) -> Ordering {
    let ((of_a, a), (of_b, b)) = (layers.of(a), layers.of(b));
    let (of_a, of_b) = (of_a.tables, of_b.tables);
    match (of_a.indicators.value(a), of_b.indicators.value(b)) {
        (Value::Url(a), Value::Url(b)) | (Value::Pattern(a, _), Value::Pattern(b, _)) => {
            of_a.strings.get(a).cmp(of_b.strings.get(b))
        }
        _ => {
            let text = |tables, id| {
                let mut text = ArrayText::default();
                // A text that does not fit is compared up to the part that fits.
                let _ = write_text(tables, id, &mut text);
                text
            };
            text(of_a, a).as_bytes().cmp(text(of_b, b).as_bytes())
        }
    }
}

/// A short text on the stack, with space for a name of 253 bytes, or two IPv6 addresses, and a port.
struct ArrayText {
    bytes: [u8; 272],
    len: usize,
}

impl Default for ArrayText {
    fn default() -> Self {
        Self { bytes: [0; 272], len: 0 }
    }
}

impl ArrayText {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl std::fmt::Write for ArrayText {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = &mut self.bytes[self.len..];
        let len = text.len().min(room.len());
        room[..len].copy_from_slice(&text.as_bytes()[..len]);
        self.len += len;
        Ok(())
    }
}

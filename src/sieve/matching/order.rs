//! The order of matches, the most specific first.

use std::cmp::Ordering;

use crate::sieve::layers::Layers;
use crate::sieve::matching::raw::RawMatch;
use crate::sieve::matching::view::write_text;
use crate::sieve::tables::indicators::Value;

/// Sorts matches, the most specific first.
pub(super) fn sort(layers: &Layers, matches: &mut [RawMatch]) {
    let indicators = |raw: &RawMatch| {
        let (layer, id) = layers.of(raw.id);
        (&layer.tables.indicators, id)
    };
    let scope = |raw: &RawMatch| indicators(raw).0.scope(indicators(raw).1);
    let portless = |raw: &RawMatch| indicators(raw).0.port(indicators(raw).1).is_none();
    matches.sort_unstable_by(|a, b| {
        (b.specificity.cmp(&a.specificity))
            .then_with(|| a.relation.cmp(&b.relation))
            .then_with(|| scope(a).cmp(&scope(b)))
            .then_with(|| portless(a).cmp(&portless(b)))
            .then_with(|| compare_text(layers, a.id, b.id))
            // A name pattern and a path pattern can have the same text.
            .then_with(|| a.is_host_level.cmp(&b.is_host_level).reverse())
    });
}

/// Compares canonical texts without allocating.
fn compare_text(layers: &Layers, a: u32, b: u32) -> Ordering {
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

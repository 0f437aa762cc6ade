//! Counting lines and bytes.

/// A position up to which lines, and bytes of the original encoding, have been counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    /// The offset in the (transcoded) input.
    pub(super) at: u64,
    /// The line that the offset is on.
    pub(super) line: u64,
    /// The offset in the input before transcoding.
    pub(super) raw: u64,
}

impl Counted {
    /// The start of an input.
    pub(super) const START: Self = Self { at: 0, line: 1, raw: 0 };
}

/// The number of bytes that are compared side by side.
const WIDTH: usize = 64;

/// In a text shorter than this, adding up the lanes would cost more than it saves.
const SHORT: usize = 8 * WIDTH;

/// Counts line feeds. In long texts, compilers turn the loop into vector instructions; it takes half the time of `memchr`, which counts the
/// bits of one vector after the other.
pub(super) fn newlines(bytes: &[u8]) -> u64 {
    if bytes.len() < SHORT {
        return memchr::memchr_iter(b'\n', bytes).count() as u64;
    }
    let (blocks, rest) = bytes.as_chunks::<WIDTH>();
    let mut count = 0;
    // A lane cannot count further.
    for blocks in blocks.chunks(usize::from(u8::MAX)) {
        let mut lanes = [0_u8; WIDTH];
        for block in blocks {
            for (lane, &byte) in lanes.iter_mut().zip(block) {
                *lane += u8::from(byte == b'\n');
            }
        }
        count += lanes.iter().map(|&lane| u64::from(lane)).sum::<u64>();
    }
    count + memchr::memchr_iter(b'\n', rest).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_newlines_are_counted_however_many_there_are() {
        for len in (0..3 * SHORT).chain([255 * WIDTH - 1, 255 * WIDTH, 256 * WIDTH, 600 * WIDTH + 1]) {
            let text = vec![b'\n'; len];
            assert_eq!(newlines(&text), len as u64);
            let mixed: Vec<u8> = (0..len).map(|at| if at % 7 == 3 { b'\n' } else { b'\n' ^ (at as u8 | 1) }).collect();
            assert_eq!(newlines(&mixed), mixed.iter().filter(|&&byte| byte == b'\n').count() as u64, "{len}");
        }
    }
}

//! The filters of places: what the bitmaps of what is listed say of one, without a branch.

use super::batch::{Escape, Filters, Rules, Stored, ahead, behind};
use crate::arch::masks::BLOCK;
use crate::arch::name::{WORD, bits_of, mix_ends};

impl Filters<'_> {
    /// Whether there is a bit for each network.
    pub(super) fn is_whole_nets(&self) -> bool {
        (8..=26).contains(&self.shift) && self.nets.len() == 1 << (29 - self.shift)
    }
}

/// How near the start of a text a place is looked at without a filter: a run of 64 bytes, and what is read before it, is there.
pub(super) const FAR: usize = BLOCK + 16;

/// How near the end of a text, likewise.
const NEAR: usize = 16;

/// Four bytes.
///
/// # Safety
///
/// They are there.
#[inline(always)]
unsafe fn four(bytes: &[u8], at: usize) -> u32 {
    debug_assert!(at + 4 <= bytes.len());
    // SAFETY: the caller has checked it.
    u32::from_le(unsafe { bytes.as_ptr().add(at).cast::<u32>().read_unaligned() })
}

/// Eight bytes.
///
/// # Safety
///
/// They are there.
#[inline(always)]
unsafe fn eight(bytes: &[u8], at: usize) -> u64 {
    debug_assert!(at + 8 <= bytes.len());
    // SAFETY: the caller has checked it.
    u64::from_le(unsafe { bytes.as_ptr().add(at).cast::<u64>().read_unaligned() })
}

/// The number that the last `len` of four bytes are, if they are up to three digits.
#[inline(always)]
fn octet(text: u32, len: u32) -> u32 {
    let digits = text & 0x0F0F_0F0F & (!0 << (32_u32.wrapping_sub(len.wrapping_mul(8)) & 31));
    // The last digit in the fourth byte, plus ten times the one before, plus a hundred times that before it.
    digits.wrapping_mul(0x64_0A01) >> 24
}

/// # Safety
///
/// `bytes` has [`FAR`] bytes at least, and `filters.nets` a bit for each network.
#[inline(always)]
pub(super) unsafe fn may_be_listed_quad(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    filters: Filters<'_>,
    rules: &Rules,
) -> bool {
    let place = from + at as usize;
    // Every place is within the text or just behind it. One too near the start is looked at as if it were farther, and stays.
    let end = place.clamp(FAR, bytes.len());
    let run = (!behind(&stored.number, at)).leading_zeros();
    let dots = behind(&stored.dot, at) & !(!0 >> 1 >> (run.wrapping_sub(1) & 63));
    // A run of no more than 15 bytes with three dots, the last byte none.
    let is_common = (run <= 15) & (dots.count_ones() == 3) & (dots >> 63 == 0) & (end == place);
    let third = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (third & 63));
    let second = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (second & 63));
    let one = dots.leading_zeros();
    // SAFETY: the end is 80 bytes at least from the start, and a dot or the run's start no more than 64 from the end.
    let (texts, before) = unsafe {
        let text = |dot: u32| four(bytes, end - dot as usize - 5);
        ([text(one), text(second), text(third)], *bytes.get_unchecked(end - run as usize - 1))
    };
    let lens = [run.wrapping_sub(one + 1), one.wrapping_sub(second + 1), second.wrapping_sub(third + 1)];
    // Three octets are enough for any network of the bitmap.
    let [a, b, c] = [0, 1, 2].map(|n| octet(texts[n], lens[n]) & 0xFF);
    let net = (a << 16 | b << 8 | c) >> (filters.shift - 8);
    // SAFETY: the bitmap has a bit for each of the `1 << (32 - shift)` networks.
    let is_listed = unsafe { filters.nets.get_unchecked((net / 8) as usize) } >> (net % 8) & 1 == 1;
    !is_common | is_listed | (rules.escapes[usize::from(before)] == Escape::Always)
}

/// # Safety
///
/// `bytes` has [`FAR`] bytes at least, and `filters.tails` a word.
#[inline(always)]
pub(super) unsafe fn may_be_listed_name(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    filters: Filters<'_>,
    rules: &Rules,
) -> bool {
    let place = from + at as usize;
    // As above; eight bytes from the start of the name on are read.
    let is_inside = (place >= FAR) & (place + NEAR <= bytes.len());
    let (place, at) = if is_inside { (place, at) } else { (FAR, 0) };
    let run = (!behind(&stored.host, at)).leading_zeros();
    let dots = behind(&stored.dot, at);
    // A dot at the end, the root's or that of a sentence, is none of the name's.
    let root = (dots >> 63) as u32;
    let (dots, run, end) = (dots << root, run.saturating_sub(root), place - root as usize);
    let dots = dots & !(!0 >> 1 >> (run.wrapping_sub(1) & 63));
    let last = dots.leading_zeros();
    let dots = dots & !(1 << 63 >> (last & 63));
    let has_more = dots != 0;
    let len = if has_more { dots.leading_zeros() } else { run };
    let start = end - len as usize;
    // SAFETY: the place is 80 bytes at least from the start, the end one less at least, and the start 64 before it at most; eight
    // bytes behind the start are there since sixteen are behind the place, or the place is `FAR`, and 80 are there.
    let (head, tail, first, before, last) = unsafe {
        let byte = |at: usize| *bytes.get_unchecked(at);
        (
            eight(bytes, start.min(bytes.len() - 8)),
            eight(bytes, end - 8),
            byte(start.min(bytes.len() - 1)),
            byte(start - 1),
            byte(end - 1),
        )
    };
    let is_trimmed = |byte: u8| byte == b'.' || byte == b'-';
    let escape = rules.escapes[usize::from(before)];
    let is_escaped = (escape == Escape::Always)
        | (escape == Escape::BeforeThree) & (first == b'3')
        | (escape == Escape::BeforeColour) & (first.is_ascii_digit() | (first == b'm'));
    let is_odd = !has_more & ((run + root >= 64) | is_escaped | is_trimmed(first)) | is_trimmed(last);
    let is_reverse = tail | LOWER_CASE == IP6_ARPA;
    let (word, bits) = bits_of(mix_ends(head, tail, len as usize), filters.tails.len() / WORD);
    // SAFETY: there is a word, and `bits_of` gives one of those that are whole.
    let is_listed = unsafe { eight(filters.tails, word * WORD) } & bits == bits;
    !is_inside | is_odd | is_listed | is_reverse
}

/// What the reverse names of IPv6 addresses end in, as a word.
const IP6_ARPA: u64 = u64::from_le_bytes(*b"ip6.arpa");

/// The bit of each byte of a word that tells lower case.
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/// Whether a name that ends at a place, or one byte before it, is the reverse name of an IPv6 address.
pub(super) fn is_reverse_name(bytes: &[u8], place: usize) -> bool {
    let ends = |end: usize| {
        end.checked_sub(8)
            .is_some_and(|at| bytes.get(at..end).is_some_and(|tail| tail.eq_ignore_ascii_case(b"ip6.arpa")))
    };
    ends(place) || place > 0 && ends(place - 1)
}

/// Whether what stands behind `://`, whose second slash is at `at`, is anything but a plain name and its end: names are found
/// as such. `fully`: where the last block of the batch starts.
#[inline(always)]
pub(super) fn is_no_plain_authority(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    fully: u32,
    rules: &Rules,
) -> bool {
    let start = at + 1;
    let run = (!ahead(&stored.host, start)).trailing_zeros();
    let dots = ahead(&stored.dot, start) & !(!0_u64 << (run & 63));
    let end = start + run;
    let is_name = ahead(&stored.names, start) >> (run & 63) & 1 == 1;
    let is_end = bytes.get(from + end as usize).is_some_and(|&byte| rules.ends_authority[usize::from(byte)]);
    let is_plain = (start < fully) & (run < 64) & is_name & is_end & (dots & dots << 1 == 0);
    !is_plain
}

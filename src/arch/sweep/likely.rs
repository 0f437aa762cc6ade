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

/// A run that may be a quad.
struct Quad {
    addr: u32,
    /// It is nothing but the address, if it is a quad at all.
    is_plain: bool,
}

impl Quad {
    /// The run that ends at a place.
    ///
    /// # Safety
    ///
    /// `bytes` has [`FAR`] bytes at least.
    #[inline(always)]
    unsafe fn at(bytes: &[u8], from: usize, stored: &Stored, at: u32, rules: &Rules) -> Self {
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
            ([text(one), text(second), text(third), four(bytes, end - 4)], *bytes.get_unchecked(end - run as usize - 1))
        };
        let lens = [run.wrapping_sub(one + 1), one.wrapping_sub(second + 1), second.wrapping_sub(third + 1), third];
        let [a, b, c, d] = [0, 1, 2, 3].map(|n| octet(texts[n], lens[n]) & 0xFF);
        Self {
            addr: a << 24 | b << 16 | c << 8 | d,
            is_plain: is_common & (rules.escapes[usize::from(before)] != Escape::Always),
        }
    }
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
    // SAFETY: the caller promises it.
    let quad = unsafe { Quad::at(bytes, from, stored, at, rules) };
    let net = quad.addr >> filters.shift;
    // SAFETY: the bitmap has a bit for each of the `1 << (32 - shift)` networks.
    let is_listed = unsafe { filters.nets.get_unchecked((net / 8) as usize) } >> (net % 8) & 1 == 1;
    !quad.is_plain | is_listed
}

/// The address that a run is, if it can be nothing else.
///
/// # Safety
///
/// `bytes` has [`FAR`] bytes at least.
#[inline(always)]
pub(super) unsafe fn plain_addr(bytes: &[u8], from: usize, stored: &Stored, at: u32, rules: &Rules) -> Option<u32> {
    // SAFETY: the caller promises it.
    let quad = unsafe { Quad::at(bytes, from, stored, at, rules) };
    quad.is_plain.then_some(quad.addr)
}

/// A run that may end in a name.
struct Name {
    end: usize,
    /// Its length, without a dot at the end (64: at least).
    run: u32,
    /// Its dots but for the one before the last label; the nearest to the end is the highest bit.
    dots: u64,
    root: u32,
    /// It is far enough from both ends of the text.
    is_inside: bool,
}

impl Name {
    #[inline(always)]
    fn at(bytes: &[u8], from: usize, stored: &Stored, at: u32) -> Self {
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
        let dots = dots & !(1 << 63 >> (dots.leading_zeros() & 63));
        Self { end, run, dots, root, is_inside }
    }

    /// Its last eight bytes, and whether they are those that the reverse names of IPv6 addresses end in.
    ///
    /// # Safety
    ///
    /// `bytes` has [`FAR`] bytes at least, of which it is a run.
    #[inline(always)]
    unsafe fn tail(&self, bytes: &[u8]) -> (u64, bool) {
        // SAFETY: the end is 79 bytes at least from the start.
        let tail = unsafe { eight(bytes, self.end - 8) };
        (tail, tail | LOWER_CASE == IP6_ARPA)
    }

    /// Whether the first byte and the one before it can be read in more than one way, or the last byte can.
    ///
    /// # Safety
    ///
    /// As [`tail`](Self::tail).
    #[inline(always)]
    unsafe fn odd_ends(&self, bytes: &[u8], start: usize, rules: &Rules) -> (bool, bool) {
        // SAFETY: as in `may_be_listed_name`.
        let (first, before, last) = unsafe {
            let byte = |at: usize| *bytes.get_unchecked(at);
            (byte(start.min(bytes.len() - 1)), byte(start - 1), byte(self.end - 1))
        };
        let is_trimmed = |byte: u8| byte == b'.' || byte == b'-';
        let escape = rules.escapes[usize::from(before)];
        let is_escaped = (escape == Escape::Always)
            | (escape == Escape::BeforeThree) & (first == b'3')
            | (escape == Escape::BeforeColour) & (first.is_ascii_digit() | (first == b'm'));
        (is_escaped | is_trimmed(first) | (self.run + self.root >= 64), is_trimmed(last))
    }
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
    let name = Name::at(bytes, from, stored, at);
    let has_more = name.dots != 0;
    let len = if has_more { name.dots.leading_zeros() } else { name.run };
    let start = name.end - len as usize;
    // SAFETY: the place is 80 bytes at least from the start, the end one less at least, and the start 64 before it at most; eight
    // bytes behind the start are there since sixteen are behind the place, or the place is `FAR`, and 80 are there.
    let (head, (tail, is_reverse), (is_odd_start, is_odd_end)) =
        unsafe { (eight(bytes, start.min(bytes.len() - 8)), name.tail(bytes), name.odd_ends(bytes, start, rules)) };
    let is_odd = !has_more & is_odd_start | is_odd_end;
    // SAFETY: the caller promises a word.
    let is_listed = unsafe { has_bits(filters.tails, mix_ends(head, tail, len as usize)) };
    !name.is_inside | is_odd | is_listed | is_reverse
}

/// As [`may_be_listed_name`], of all labels that the name may be listed with.
///
/// # Safety
///
/// `bytes` has [`FAR`] bytes at least, and `filters.names` a word.
#[inline(always)]
pub(super) unsafe fn may_be_listed_whole(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    filters: Filters<'_>,
    rules: &Rules,
) -> bool {
    let name = Name::at(bytes, from, stored, at);
    let start = name.end - name.run as usize;
    // SAFETY: as above.
    let ((tail, is_reverse), (is_odd_start, is_odd_end)) =
        unsafe { (name.tail(bytes), name.odd_ends(bytes, start, rules)) };
    let mut is_kept = !name.is_inside | is_reverse | is_odd_start | is_odd_end;
    let mut dots = name.dots;
    loop {
        let len = if dots != 0 { dots.leading_zeros() } else { name.run };
        let start = name.end - len as usize;
        // SAFETY: as above; the caller promises a word.
        is_kept |= unsafe {
            let head = eight(bytes, start.min(bytes.len() - 8));
            has_bits(filters.names, mix_ends(head, tail, len as usize))
        };
        if dots == 0 {
            return is_kept;
        }
        dots &= !(1 << 63 >> (dots.leading_zeros() & 63));
    }
}

/// Whether a bitmap has the bits of a hash.
///
/// # Safety
///
/// It has a word at least.
#[inline(always)]
unsafe fn has_bits(bitmap: &[u8], hash: u64) -> bool {
    let (word, bits) = bits_of(hash, bitmap.len() / WORD);
    // SAFETY: there is a word, and `bits_of` gives one of those that are whole.
    unsafe { eight(bitmap, word * WORD) & bits == bits }
}

/// What the reverse names of IPv6 addresses end in, as a word.
const IP6_ARPA: u64 = u64::from_le_bytes(*b"ip6.arpa");

/// The bit of each byte of a word that tells lower case.
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/// Whether the name that a run ends in, apart from dots and hyphens behind it, is the reverse name of an IPv6 address.
pub(super) fn is_reverse_name(bytes: &[u8], place: usize) -> bool {
    let run = bytes.get(..place).unwrap_or(bytes);
    let end = run.iter().rposition(|byte| !matches!(byte, b'.' | b'-')).map_or(0, |last| last + 1);
    run[..end].last_chunk::<8>().is_some_and(|tail| tail.eq_ignore_ascii_case(b"ip6.arpa"))
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

//! The filters of places: tests a place against the bitmaps of listed values, without a branch.

use super::batch::{Filters, Rules, Stored, ahead, behind};
use super::octets::{LONGEST, Octets};
use crate::arch::cpu::prefetch;
use crate::arch::masks::BLOCK;
use crate::arch::name::{WORD, bits_of, mix_ends};

impl Filters<'_> {
    /// Returns true if there is a bit for each network.
    pub(super) fn is_whole_nets(&self) -> bool {
        (8..=26).contains(&self.shift) && self.nets.len() == 1 << (29 - self.shift)
    }
}

/// Places closer than this to the start of a text stay unfiltered, so that a run of 64 bytes, and the bytes read before it, exist.
pub(super) const FAR: usize = BLOCK + 16;

/// The same for the end of a text.
const NEAR: usize = 16;

/// Loads eight bytes.
///
/// # Safety
///
/// They must exist.
#[inline(always)]
unsafe fn eight(bytes: &[u8], at: usize) -> u64 {
    debug_assert!(at + 8 <= bytes.len());
    // SAFETY: the caller guarantees it.
    u64::from_le(unsafe { bytes.as_ptr().add(at).cast::<u64>().read_unaligned() })
}

/// A run that may be a quad.
struct Quad {
    addr: u32,
    /// If it is a quad at all, it can only be this address.
    is_plain: bool,
}

impl Quad {
    /// Describes the run that ends at a place.
    ///
    /// # Safety
    ///
    /// `bytes` must have at least [`FAR`] bytes, the place must be in the batch, and the caller must have the features of `O`.
    #[inline(always)]
    unsafe fn at<O: Octets>(bytes: &[u8], from: usize, stored: &Stored, at: u32, rules: &Rules) -> Self {
        let place = from + at as usize;
        // Every place is in the text or at its end. One too near the start is treated as if it were farther away, and stays.
        let end = place.clamp(FAR, bytes.len());
        // SAFETY: the caller guarantees that the place is in the batch.
        let (number, dots) = unsafe { (behind(&stored.masks.number, at), behind(&stored.masks.dot, at)) };
        let run = (!number).leading_zeros();
        let dots = dots & !(!0 >> 1 >> (run.wrapping_sub(1) & 63));
        // A run of at most 15 bytes with three dots, the last byte not a dot.
        let is_common = (run <= 15) & (dots.count_ones() == 3) & (dots >> 63 == 0) & (end == place);
        // SAFETY: the end is at least 80 bytes from the start, and the run's start at most 64 bytes from the end; the caller has the
        // features.
        let (addr, before) = unsafe {
            let text = &*bytes.as_ptr().add(end - LONGEST).cast::<[u8; LONGEST]>();
            (O::addr(text, run, dots), *bytes.get_unchecked(end - run as usize - 1))
        };
        Self { addr, is_plain: is_common & !rules.always_escapes(before) }
    }
}

/// A word of a bitmap, and the bits of it that must be set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Question {
    word: u32,
    bits: u64,
}

impl Question {
    /// # Safety
    ///
    /// The question must be about this bitmap.
    #[inline(always)]
    unsafe fn answer(self, bitmap: &[u8]) -> bool {
        // SAFETY: the caller guarantees it.
        unsafe { eight(bitmap, self.word as usize * WORD) & self.bits == self.bits }
    }
}

/// Questions of which one must be answered with yes.
pub(super) trait Questions {
    /// Fetches the words into the cache.
    fn fetch(&self, bitmap: &[u8]);

    /// # Safety
    ///
    /// The questions must be about this bitmap.
    unsafe fn any(&self, bitmap: &[u8]) -> bool;
}

impl<const N: usize> Questions for [Question; N] {
    #[inline(always)]
    fn fetch(&self, bitmap: &[u8]) {
        for question in self {
            prefetch(bitmap, question.word as usize * WORD);
        }
    }

    #[inline(always)]
    unsafe fn any(&self, bitmap: &[u8]) -> bool {
        // SAFETY: the caller guarantees it.
        self.iter().fold(false, |any, question| any | unsafe { question.answer(bitmap) })
    }
}

/// Asks `filters.nets` about the network of a quad; about no bits if the place stays anyway.
///
/// # Safety
///
/// As for [`Quad::at`]; the answer needs a bit for each network.
#[inline(always)]
pub(super) unsafe fn may_be_listed_quad<O: Octets>(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    filters: Filters<'_>,
    rules: &Rules,
) -> [Question; 1] {
    // SAFETY: the caller guarantees it.
    let quad = unsafe { Quad::at::<O>(bytes, from, stored, at, rules) };
    let net = quad.addr >> filters.shift;
    [Question { word: net / 64, bits: u64::from(quad.is_plain) << (net % 64) }]
}

/// Returns the address of a run if the run cannot be anything else.
///
/// # Safety
///
/// As for [`Quad::at`].
#[inline(always)]
pub(super) unsafe fn plain_addr<O: Octets>(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    rules: &Rules,
) -> Option<u32> {
    // SAFETY: the caller guarantees it.
    let quad = unsafe { Quad::at::<O>(bytes, from, stored, at, rules) };
    quad.is_plain.then_some(quad.addr)
}

/// A run that may end in a name.
struct Name {
    end: usize,
    /// Its length without a dot at the end (64 means at least 64).
    run: u32,
    /// Its dots except the one before the last label; the nearest to the end is the highest bit.
    dots: u64,
    root: u32,
    /// The name is far enough from both ends of the text.
    is_inside: bool,
}

impl Name {
    /// # Safety
    ///
    /// The place must be in the batch.
    #[inline(always)]
    unsafe fn at(bytes: &[u8], from: usize, stored: &Stored, at: u32) -> Self {
        let place = from + at as usize;
        // As above; eight bytes from the start of the name on are read too.
        let is_inside = (place >= FAR) & (place + NEAR <= bytes.len());
        let (place, at) = if is_inside { (place, at) } else { (FAR, 0) };
        // SAFETY: the caller guarantees it, and every batch has the place 0.
        let (host, dots) = unsafe { (behind(&stored.masks.host, at), behind(&stored.masks.dot, at)) };
        let run = (!host).leading_zeros();
        // A dot at the end, the root dot or that of a sentence, is not part of the name.
        let root = (dots >> 63) as u32;
        let (dots, run, end) = (dots << root, run.saturating_sub(root), place - root as usize);
        let dots = dots & !(!0 >> 1 >> (run.wrapping_sub(1) & 63));
        let dots = dots & !(1 << 63 >> (dots.leading_zeros() & 63));
        Self { end, run, dots, root, is_inside }
    }

    /// Returns its last eight bytes, and whether they end the reverse name of an IPv6 address.
    ///
    /// # Safety
    ///
    /// `bytes` must have at least [`FAR`] bytes, and must be the text of this run.
    #[inline(always)]
    unsafe fn tail(&self, bytes: &[u8]) -> (u64, bool) {
        // SAFETY: the end is at least 79 bytes from the start.
        let tail = unsafe { eight(bytes, self.end - 8) };
        (tail, tail | LOWER_CASE == IP6_ARPA)
    }

    /// Returns true if the first byte and the one before it can be read in more than one way, and the same for the last byte. A label
    /// may begin like that behind a dot as well, because all dots and hyphens at the start of a run are trimmed: `-.-evil.test`.
    ///
    /// # Safety
    ///
    /// As for [`tail`](Self::tail).
    #[inline(always)]
    unsafe fn odd_ends(&self, bytes: &[u8], start: usize, rules: &Rules) -> (bool, bool) {
        // SAFETY: as in `may_be_listed_name`.
        let (first, before, last) = unsafe {
            let byte = |at: usize| *bytes.get_unchecked(at);
            (byte(start.min(bytes.len() - 1)), byte(start - 1), byte(self.end - 1))
        };
        (rules.is_odd_start(before, first), rules.is_odd_end(last))
    }

    /// Returns true if the start of the run may be farther away than it seems.
    #[inline(always)]
    fn is_long(&self) -> bool {
        self.run + self.root >= 64
    }
}

/// # Safety
///
/// `bytes` must have at least [`FAR`] bytes, and `filters.tails` a word; the place must be in the batch.
#[inline(always)]
pub(super) unsafe fn may_be_listed_name(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    filters: Filters<'_>,
    rules: &Rules,
) -> [Question; 1] {
    // SAFETY: the caller guarantees it.
    let name = unsafe { Name::at(bytes, from, stored, at) };
    let has_more = name.dots != 0;
    let len = if has_more { name.dots.leading_zeros() } else { name.run };
    let start = name.end - len as usize;
    // SAFETY: the place is at least 80 bytes from the start, the end at least 79, and the start at most 64 before the end. Eight
    // bytes from the start on exist, because 16 bytes follow the place, or the place is `FAR`, and 80 bytes exist.
    let (head, (tail, is_reverse), (is_odd_start, is_odd_end)) =
        unsafe { (eight(bytes, start.min(bytes.len() - 8)), name.tail(bytes), name.odd_ends(bytes, start, rules)) };
    let is_odd = is_odd_start | !has_more & name.is_long() | is_odd_end;
    let (word, bits) = bits_of(mix_ends(head, tail, len as usize), filters.tails.len() / WORD);
    let stays = !name.is_inside | is_odd | is_reverse;
    [Question { word: word as u32, bits: if stays { 0 } else { bits } }]
}

/// The number of labels before the last two that most names have at most.
const USUAL: usize = 2;

/// Questions about a name from each of its usual labels on, and about all of it.
pub(super) type Labels = [Question; USUAL + 1];

/// Like [`may_be_listed_name`], for the name from any of the labels that it may be listed from: asks `filters.names`.
///
/// # Safety
///
/// `bytes` must have at least [`FAR`] bytes, and `filters.names` a word; the place must be in the batch.
#[inline(always)]
pub(super) unsafe fn may_be_listed_whole(
    bytes: &[u8],
    from: usize,
    stored: &Stored,
    at: u32,
    filters: Filters<'_>,
    rules: &Rules,
) -> Labels {
    // SAFETY: the caller guarantees it.
    let name = unsafe { Name::at(bytes, from, stored, at) };
    let start = name.end - name.run as usize;
    // SAFETY: as above.
    let ((tail, is_reverse), (is_odd_start, is_odd_end)) =
        unsafe { (name.tail(bytes), name.odd_ends(bytes, start, rules)) };
    let question = |dots: u64| {
        let len = if dots != 0 { dots.leading_zeros() } else { name.run };
        let start = name.end - len as usize;
        // SAFETY: as above.
        let head = unsafe { eight(bytes, start.min(bytes.len() - 8)) };
        let (word, bits) = bits_of(mix_ends(head, tail, len as usize), filters.names.len() / WORD);
        Question { word: word as u32, bits }
    };
    let mut dots = name.dots;
    let mut labels = [question(0); USUAL + 1];
    // The end of a loop over the labels of each name would be guessed wrong for every other name. So a name with few labels is asked
    // about twice.
    for label in &mut labels[1..] {
        *label = question(dots);
        dots = without_nearest(dots);
    }
    let mut stays = !name.is_inside | is_reverse | is_odd_start | name.is_long() | is_odd_end;
    while (dots != 0) & !stays {
        // SAFETY: the caller guarantees a word.
        stays = unsafe { question(dots).answer(filters.names) };
        dots = without_nearest(dots);
    }
    if stays {
        labels[0].bits = 0;
    }
    labels
}

/// Clears the bit of the nearest dot.
#[inline(always)]
fn without_nearest(dots: u64) -> u64 {
    dots & !(1 << 63 >> (dots.leading_zeros() & 63))
}

/// The end of the reverse names of IPv6 addresses, as a word.
const IP6_ARPA: u64 = u64::from_le_bytes(*b"ip6.arpa");

/// The bit of each byte of a word that is set in lower case.
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/// Returns true if a run ends in the reverse name of an IPv6 address, ignoring dots and hyphens at its end.
pub(super) fn is_reverse_name(bytes: &[u8], place: usize) -> bool {
    let run = bytes.get(..place).unwrap_or(bytes);
    let end = run.iter().rposition(|byte| !matches!(byte, b'.' | b'-')).map_or(0, |last| last + 1);
    run[..end].last_chunk::<8>().is_some_and(|tail| tail.eq_ignore_ascii_case(b"ip6.arpa"))
}

/// Returns true if the text after `://`, whose second slash is at `at`, is anything but a plain name and the end of the authority. A
/// plain name is found as a name anyway. `fully`: the start of the last block of the batch.
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
    let run = (!ahead(&stored.masks.host, start)).trailing_zeros();
    let dots = ahead(&stored.masks.dot, start) & !(!0_u64 << (run & 63));
    let end = start + run;
    let is_name = ahead(&stored.names, start) >> (run & 63) & 1 == 1;
    let is_end = bytes.get(from + end as usize).is_some_and(|&byte| rules.ends_authority[usize::from(byte)]);
    let is_plain = (start < fully) & (run < 64) & is_name & is_end & (dots & dots << 1 == 0);
    !is_plain
}

//! The settings of a sweep, and the data of its current batch of blocks.

use crate::arch::masks::{BLOCK, Columns};

/// The kinds of listed values that decide which places must be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Addresses.
    pub(crate) addrs: bool,
    /// IPv6 addresses other than IPv4 addresses in another form; also those, if derived forms are looked up.
    pub(crate) v6: bool,
    /// Names.
    pub(crate) names: bool,
    /// Names whose last label is in Punycode (`xn--…`).
    pub(crate) punycode: bool,
    /// Names whose last label is neither in Punycode nor of letters alone.
    pub(crate) odd_names: bool,
    /// File hashes.
    pub(crate) hashes: bool,
    /// Mail addresses.
    pub(crate) emails: bool,
}

/// The part of the grammar of logs that the filters need; [`extract`](crate::extract) defines it.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The bytes that end the authority of a URL.
    pub(crate) ends_authority: [bool; 256],
    /// For each byte before a run, the sets of first bytes with which the run can be read in more than one way. Every byte has
    /// [`TRIMMED`](Self::TRIMMED).
    pub(super) before: [u8; 256],
    /// The sets that each byte is in.
    pub(super) sets: [u8; 256],
}

impl Rules {
    const EVERY: u8 = 1;
    const THREE: u8 = 2;
    const COLOUR: u8 = 4;
    /// Dots and hyphens, which do not begin or end a name.
    const TRIMMED: u8 = 8;

    /// Takes the bytes that end the authority of a URL, and those that may begin an escape that ends in the run after them.
    pub(crate) const fn new(ends_authority: [bool; 256], escapes: &[(u8, Escape)]) -> Self {
        let mut rules = Self { ends_authority, before: [Self::TRIMMED; 256], sets: [Self::EVERY; 256] };
        let mut at = 0;
        while at < escapes.len() {
            let (byte, escape) = escapes[at];
            rules.before[byte as usize] |= match escape {
                Escape::Always => Self::EVERY,
                Escape::BeforeThree => Self::THREE,
                Escape::BeforeColour => Self::COLOUR,
            };
            at += 1;
        }
        rules.sets[b'3' as usize] |= Self::THREE;
        let mut byte = 0;
        while byte < 256 {
            if matches!(byte as u8, b'0'..=b'9' | b'm' | b'K') {
                rules.sets[byte] |= Self::COLOUR;
            }
            if matches!(byte as u8, b'.' | b'-') {
                rules.sets[byte] |= Self::TRIMMED;
            }
            byte += 1;
        }
        rules
    }

    /// Returns true if an escape may end in a run after this byte, whatever the run starts with.
    #[inline(always)]
    pub(super) fn always_escapes(&self, before: u8) -> bool {
        self.before[usize::from(before)] & Self::EVERY != 0
    }

    /// Returns true if a run can be read in more than one way.
    #[inline(always)]
    pub(super) fn is_odd_start(&self, before: u8, first: u8) -> bool {
        self.before[usize::from(before)] & self.sets[usize::from(first)] != 0
    }

    /// Returns true if the byte does not end a name.
    #[inline(always)]
    pub(super) fn is_odd_end(&self, last: u8) -> bool {
        self.sets[usize::from(last)] & Self::TRIMMED != 0
    }
}

/// The condition under which a byte before a run may begin an escape that ends in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// Whatever the run starts with.
    Always,
    /// If the run starts with the 3 of `=3D`.
    BeforeThree,
    /// If the run starts with a digit, or the `m` or `K` that ends a colour.
    BeforeColour,
}

/// The listed values, as filters for places: first the coarse filters for all places, then the fine ones for places that pass those.
/// All of them let every listed value pass.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filters<'f> {
    /// A bit for each network of `32 - shift` bits that holds a listed IPv4 address, the lowest bit of a byte first. Empty if none
    /// is listed.
    pub(crate) nets: &'f [u8],
    pub(crate) shift: u32,
    /// Words with two bits for the last two labels of each listed name: the [`bits_of`](crate::arch::name::bits_of) their
    /// [`name_hash`](crate::arch::name::name_hash). Little-endian; empty if no names are listed.
    pub(crate) tails: &'f [u8],
    /// The same for whole listed names; empty if this filter is not available.
    pub(crate) names: &'f [u8],
    /// The listed addresses.
    pub(crate) addrs: Option<&'f dyn Addrs>,
}

/// Knows the IPv4 addresses that may be listed.
pub(crate) trait Addrs: std::fmt::Debug {
    /// Answers for each address whether a listed value may cover it. `answers` is as long as `addrs`.
    fn may_list(&self, addrs: &[u32], answers: &mut [bool]);
}

/// The kind of a place, in the order in which kinds at the same place are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The end of a run that may be a quad.
    QuadEnd,
    /// The end of a run that may end in a name.
    NameEnd,
    /// The second slash of `://`.
    Authority,
    /// Anything else: the second of two colons, the sixth colon of a run, an escape, a byte outside ASCII, or a digit after `(`.
    Other,
}

/// A place that remains, with its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(u32);

impl Place {
    pub(super) fn new(at: u32, what: What) -> Self {
        Self(at << 2 | what as u32)
    }

    /// The offset from the start of the batch.
    pub(crate) fn at(self) -> usize {
        (self.0 >> 2) as usize
    }

    pub(crate) fn what(self) -> What {
        [What::QuadEnd, What::NameEnd, What::Authority, What::Other][(self.0 & 3) as usize]
    }
}

/// The number of blocks that are swept before their places are filtered: few enough for the first-level cache.
pub(super) const BATCH: usize = 128;

/// As many places as a batch has bytes, and two more that are written but not counted.
pub(super) const CAPACITY: usize = BATCH * BLOCK + 2;

/// Places of one kind.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) at: Box<[u32; CAPACITY]>,
    pub(super) len: usize,
}

impl Default for List {
    fn default() -> Self {
        let at = vec![0; CAPACITY].into_boxed_slice();
        Self { at: at.try_into().expect("as long as it was made"), len: 0 }
    }
}

/// A list that is being filled. Its length stays in a register.
pub(super) struct Filling<'l> {
    places: &'l mut [u32; CAPACITY],
    count: usize,
    len: &'l mut usize,
}

impl List {
    /// Empties the list, to fill it.
    #[inline(always)]
    pub(super) fn start(&mut self) -> Filling<'_> {
        Filling { places: &mut self.at, count: 0, len: &mut self.len }
    }
}

impl Filling<'_> {
    /// Adds the places of a block's bits.
    ///
    /// # Safety
    ///
    /// At most [`BATCH`] blocks may be added, this one included.
    #[inline(always)]
    pub(super) unsafe fn push(&mut self, base: u32, mask: u64) {
        // SAFETY: `BATCH` blocks have at most `BATCH * BLOCK` bits, and two more places fit.
        unsafe { push(self.places.as_mut_ptr().add(self.count), base, mask) };
        self.count += mask.count_ones() as usize;
    }

    #[inline(always)]
    pub(super) fn finish(self) {
        *self.len = self.count;
    }
}

/// Writes the places of a block's bits. At least two are written, so that few blocks need a branch.
///
/// # Safety
///
/// There must be room for as many places as bits, and for two at least.
#[inline(always)]
unsafe fn push(mut next: *mut u32, base: u32, mut mask: u64) {
    // SAFETY: the caller guarantees it.
    unsafe {
        let count = mask.count_ones();
        *next = base.wrapping_add(mask.trailing_zeros());
        mask &= mask.wrapping_sub(1);
        *next.add(1) = base.wrapping_add(mask.trailing_zeros());
        if count > 2 {
            mask &= mask.wrapping_sub(1);
            next = next.add(2);
            while mask != 0 {
                *next = base + mask.trailing_zeros();
                mask &= mask - 1;
                next = next.add(1);
            }
        }
    }
}

/// Masks of a batch, one word per block, after the word of the block before the batch.
pub(super) type Words = [u64; BATCH + 1];

/// The masks of a batch, and what follows from them.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) masks: Columns<{ BATCH + 1 }>,
    /// Ends of runs that may be quads.
    pub(super) quads: Words,
    /// Ends of runs that may end in a name.
    pub(super) ends: Words,
    /// Those of `ends` whose last label is of letters.
    pub(super) names: Words,
    pub(super) authorities: Words,
    pub(super) others: Words,
    /// The places for hashes and mail addresses.
    pub(super) exact: Words,
}

impl Default for Stored {
    fn default() -> Self {
        let none = [0; BATCH + 1];
        Self {
            masks: Columns::default(),
            quads: none,
            ends: none,
            names: none,
            authorities: none,
            others: none,
            exact: none,
        }
    }
}

impl Stored {
    /// Starts a batch: after the last one, or after unknown bytes.
    pub(super) fn start(&mut self, is_first: bool) {
        self.masks.start(is_first);
        self.names[0] = if is_first { 0 } else { self.names[BATCH] };
    }
}

/// Returns the 64 bits before place `at` of a batch; the nearest is the highest.
///
/// # Safety
///
/// The place must be in the batch.
#[inline(always)]
pub(super) unsafe fn behind(masks: &Words, at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    debug_assert!(block < BATCH);
    // SAFETY: the caller guarantees that the block is in the batch; a word precedes those of the batch.
    let (here, last) = unsafe { (*masks.get_unchecked(block + 1), *masks.get_unchecked(block)) };
    here << 1 << (63 - bit) | last >> bit
}

/// Returns the 64 bits from place `at` of a batch on; the nearest is the lowest. Both blocks must be in the batch.
#[inline(always)]
pub(super) fn ahead(masks: &Words, at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    let here = masks.get(block + 1).copied().unwrap_or(0);
    let next = masks.get(block + 2).copied().unwrap_or(0);
    here >> bit | next << 1 << (63 - bit)
}

//! The settings of a sweep, and the data of its current batch of blocks.

use crate::arch::masks::{BLOCK, Masks};

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
}

/// The part of the grammar of logs that the filters need; [`extract`](crate::extract) defines it.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The bytes that end the authority of a URL.
    pub(crate) ends_authority: [bool; 256],
    /// For each byte: if it may begin an escape that ends in the run after it.
    pub(crate) escapes: [Escape; 256],
}

/// The condition under which a byte before a run may begin an escape that ends in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    Never,
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
    /// Anything else: the second of two colons, the fourth colon of a run, an escape, a byte outside ASCII, or a digit after `(`.
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

/// As many places as a batch has bytes, including the block that ends a text, and two more that are written but not counted.
pub(super) const CAPACITY: usize = (BATCH + 1) * BLOCK + 2;

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

impl List {
    /// Adds the places of a block's bits. At least two are written, so that few blocks need a branch.
    ///
    /// # Safety
    ///
    /// At most [`BATCH`] blocks have been added since the list was empty.
    #[inline(always)]
    pub(super) unsafe fn push(&mut self, base: u32, mut mask: u64) {
        let count = mask.count_ones() as usize;
        debug_assert!(self.len + count.max(2) <= CAPACITY);
        // SAFETY: `BATCH` blocks and this one have at most `(BATCH + 1) * BLOCK` bits, and at most two more places are written.
        unsafe {
            let mut next = self.at.as_mut_ptr().add(self.len);
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
        self.len += count;
    }
}

/// Masks of a batch, one word per block, after the word of the block before the batch.
pub(super) type Words = [u64; BATCH + 1];

/// The most blocks in a vector of [`Lanes`](crate::arch::lanes::Lanes). A batch is a multiple of it.
const LANES: usize = 8;
const _: () = assert!(BATCH.is_multiple_of(LANES));

/// The masks of a batch, and what follows from them.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) host: Words,
    pub(super) number: Words,
    pub(super) dot: Words,
    pub(super) letter: Words,
    pub(super) hyphen: Words,
    pub(super) colon: Words,
    pub(super) slash: Words,
    pub(super) paren: Words,
    pub(super) rare: Words,
    /// Ends of runs that may be quads.
    pub(super) quads: Words,
    /// Ends of runs that may end in a name.
    pub(super) ends: Words,
    /// Those of `ends` whose last label is of letters.
    pub(super) names: Words,
    pub(super) authorities: Words,
    pub(super) others: Words,
}

impl Default for Stored {
    fn default() -> Self {
        let none = [0; BATCH + 1];
        Self {
            host: none,
            number: none,
            dot: none,
            letter: none,
            hyphen: none,
            colon: none,
            slash: none,
            paren: none,
            rare: none,
            quads: none,
            ends: none,
            names: none,
            authorities: none,
            others: none,
        }
    }
}

impl Stored {
    /// The masks of blocks.
    #[inline(always)]
    fn masks(&mut self) -> [&mut Words; 9] {
        let Self { host, number, dot, letter, hyphen, colon, slash, paren, rare, .. } = self;
        [host, number, dot, letter, hyphen, colon, slash, paren, rare]
    }

    /// Starts a batch: after the last one, or after unknown bytes.
    pub(super) fn start(&mut self, is_first: bool) {
        let last = |words: &mut Words| words[0] = if is_first { 0 } else { words[BATCH] };
        last(&mut self.names);
        self.masks().into_iter().for_each(last);
    }

    /// Stores the masks of a block.
    ///
    /// # Safety
    ///
    /// It must be one of the first [`BATCH`] blocks.
    #[inline(always)]
    pub(super) unsafe fn put(&mut self, block: usize, masks: &Masks) {
        debug_assert!(block < BATCH);
        let Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare } = *masks;
        let all = [host, number, dot, letter, hyphen, colon, slash, paren, rare];
        for (words, mask) in self.masks().into_iter().zip(all) {
            // SAFETY: the caller counts the blocks.
            unsafe { *words.get_unchecked_mut(block + 1) = mask };
        }
    }

    /// Pads the batch that ends a text, of `count` blocks, with empty blocks to a multiple of all vectors.
    pub(super) fn pad(&mut self, count: usize) {
        for words in self.masks() {
            words[count + 1..=count.next_multiple_of(LANES)].fill(0);
        }
    }
}

/// Returns the 64 bits before place `at` of a batch; the nearest is the highest.
#[inline(always)]
pub(super) fn behind(masks: &Words, at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    let here = masks.get(block + 1).copied().unwrap_or(0);
    let last = masks.get(block).copied().unwrap_or(0);
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

//! What a sweep is asked for, and what it keeps of the batch of blocks that it is at.

use crate::arch::masks::BLOCK;

/// What is listed, as far as it decides what has to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Addresses.
    pub(crate) addrs: bool,
    /// IPv6 addresses that are no IPv4 address in another form; or such, if derived forms are looked up.
    pub(crate) v6: bool,
    /// Names.
    pub(crate) names: bool,
    /// Names whose last label is in Punycode (`xn--…`).
    pub(crate) punycode: bool,
    /// Names whose last label is neither in Punycode nor of letters alone.
    pub(crate) odd_names: bool,
}

/// What of the grammar of logs the filters need: [`extract`](crate::extract) says it.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The bytes that end the authority of a URL.
    pub(crate) ends_authority: [bool; 256],
    /// Which bytes before a run may begin an escape that ends in the run.
    pub(crate) escapes: [Escape; 256],
}

/// Whether a byte before a run may begin an escape that ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    Never,
    /// Whatever the run starts with.
    Always,
    /// If the run starts with the 3 of `=3D`.
    BeforeThree,
    /// If the run starts with a digit or the `m` that ends a colour.
    BeforeColour,
}

/// What is listed, for the questions at a place: the coarse ones that all places are asked, then the fine ones for what they let
/// pass. All err on one side only: what is listed passes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filters<'f> {
    /// A bit for each network of `32 - shift` bits that holds a listed IPv4 address, the lowest bit of a byte first; empty
    /// without any.
    pub(crate) nets: &'f [u8],
    pub(crate) shift: u32,
    /// Words with two bits for the last two labels of each listed name, as [`bits_of`](crate::arch::name::bits_of) of their
    /// [`name_hash`](crate::arch::name::name_hash); little-endian, none without any names.
    pub(crate) tails: &'f [u8],
    /// The same of listed names as a whole; none if that cannot be asked.
    pub(crate) names: &'f [u8],
    /// Which addresses are listed.
    pub(crate) addrs: Option<&'f dyn Addrs>,
}

/// Knows which IPv4 addresses may be listed.
pub(crate) trait Addrs: std::fmt::Debug {
    /// Says of each address whether anything listed may cover it. There are as many answers as addresses.
    fn may_list(&self, addrs: &[u32], answers: &mut [bool]);
}

/// What a place is, in the order in which those at one place are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Behind a run that may be a quad.
    QuadEnd,
    /// Behind a run that may end in a name.
    NameEnd,
    /// The second slash of `://`.
    Authority,
    /// Anything else: the second of two colons, the fourth colon of a run, what is escaped, what is not ASCII, a digit behind `(`.
    Other,
}

/// Places that are left over, each with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(u32);

impl Place {
    pub(super) fn new(at: u32, what: What) -> Self {
        Self(at << 2 | what as u32)
    }

    /// The offset from where the batch starts.
    pub(crate) fn at(self) -> usize {
        (self.0 >> 2) as usize
    }

    pub(crate) fn what(self) -> What {
        [What::QuadEnd, What::NameEnd, What::Authority, What::Other][(self.0 & 3) as usize]
    }
}

/// How many blocks are swept before what they hold is filtered: all of it stays in the first-level cache.
pub(super) const BATCH: usize = 128;

/// As many places as a batch has bytes, the block that ends a text among them, and two more that are written and not counted.
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
    /// Adds the places of a block's bits. Two are written whether they are there or not, so that few blocks need a branch.
    ///
    /// # Safety
    ///
    /// No more than [`BATCH`] blocks have been added since the list was empty.
    #[inline(always)]
    pub(super) unsafe fn push(&mut self, base: u32, mut mask: u64) {
        let count = mask.count_ones() as usize;
        debug_assert!(self.len + count.max(2) <= CAPACITY);
        // SAFETY: `BATCH` blocks and this one have no more than `(BATCH + 1) * BLOCK` bits, and two places more are written at most.
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

/// The masks of a batch that are asked for again: by block, the one before the batch first.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) host: [u64; BATCH + 1],
    pub(super) number: [u64; BATCH + 1],
    pub(super) dot: [u64; BATCH + 1],
    /// Ends of runs that may end in a name.
    pub(super) names: [u64; BATCH + 1],
}

impl Default for Stored {
    fn default() -> Self {
        let none = [0; BATCH + 1];
        Self { host: none, number: none, dot: none, names: none }
    }
}

/// The 64 bits before place `at` of a batch; the nearest is the highest.
#[inline(always)]
pub(super) fn behind(masks: &[u64; BATCH + 1], at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    let here = masks.get(block + 1).copied().unwrap_or(0);
    let last = masks.get(block).copied().unwrap_or(0);
    here << 1 << (63 - bit) | last >> bit
}

/// The 64 bits from place `at` of a batch on; the nearest is the lowest. Both blocks must be of the batch.
#[inline(always)]
pub(super) fn ahead(masks: &[u64; BATCH + 1], at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    let here = masks.get(block + 1).copied().unwrap_or(0);
    let next = masks.get(block + 2).copied().unwrap_or(0);
    here >> bit | next << 1 << (63 - bit)
}

//! Where in a text something listed may stand: by masks, then by filters, without a branch for each place.
//!
//! The sum `host + dot` carries from each dot to the end of its run, so that `sum & !host` has a bit for each end of a run
//! with a dot; the dots that meet a carry are the second and later ones of their run, and so on for the third. The sum of
//! letters and of the letters behind dots carries to the end of each label of letters alone.
//!
//! What the masks leave over is put into lists, a batch of blocks at a time, and each list goes through a filter in a loop of its
//! own that writes every place and counts those that stay: no branch depends on what a place holds. Where a place is not of
//! the common form, it stays. What stays is looked at one by one, elsewhere.

use super::cpu::{Kernel, prefetch};
use super::masks::{BLOCK, Classify, Masks, Portable};
use super::name::{WORD, bits_of, mix_ends};

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

/// Bitmaps of what is listed. Both err on one side only: a bit for everything that is listed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filters<'f> {
    /// A bit for each network of `32 - shift` bits that holds a listed IPv4 address, the lowest bit of a byte first; empty
    /// without any.
    pub(crate) nets: &'f [u8],
    pub(crate) shift: u32,
    /// Words with two bits for the last two labels of each listed name, as [`bits_of`] of their
    /// [`name_hash`](super::name::name_hash); little-endian, none without any names.
    pub(crate) tails: &'f [u8],
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
    fn new(at: u32, what: What) -> Self {
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
const BATCH: usize = 128;

/// As many places as a batch has bytes, the block that ends a text among them, and two more that are written and not counted.
const CAPACITY: usize = (BATCH + 1) * BLOCK + 2;

/// Places of one kind.
#[derive(Clone, Debug)]
struct List {
    at: Box<[u32; CAPACITY]>,
    len: usize,
}

impl Default for List {
    fn default() -> Self {
        let at = vec![0; CAPACITY].into_boxed_slice();
        Self { at: at.try_into().unwrap_or_else(|_| Box::new([0; CAPACITY])), len: 0 }
    }
}

impl List {
    /// Adds the places of a block's bits. Two are written whether they are there or not, so that few blocks need a branch.
    ///
    /// # Safety
    ///
    /// No more than [`BATCH`] blocks have been added since the list was empty.
    #[inline(always)]
    unsafe fn push(&mut self, base: u32, mut mask: u64) {
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

/// Keeps the places of a list for which the expression is true. A macro, and no method that takes a closure: the body must be
/// compiled with the instructions of the function around it.
macro_rules! retain {
    ($list:expr, $at:ident => $keep:expr) => {{
        let List { at: list, len } = &mut *$list;
        let mut kept = 0;
        for index in 0..(*len).min(CAPACITY) {
            let $at = list[index];
            let keep = $keep;
            list[kept] = $at;
            kept += usize::from(keep);
        }
        *len = kept;
    }};
}

/// The masks of a batch that are asked for again: by block, the one before the batch first.
#[derive(Clone, Debug)]
struct Stored {
    host: [u64; BATCH + 1],
    number: [u64; BATCH + 1],
    dot: [u64; BATCH + 1],
    /// Ends of runs that may end in a name.
    names: [u64; BATCH + 1],
}

impl Default for Stored {
    fn default() -> Self {
        let none = [0; BATCH + 1];
        Self { host: none, number: none, dot: none, names: none }
    }
}

/// The 64 bits before place `at` of a batch; the nearest is the highest.
#[inline(always)]
fn behind(masks: &[u64; BATCH + 1], at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    let here = masks.get(block + 1).copied().unwrap_or(0);
    let last = masks.get(block).copied().unwrap_or(0);
    here << 1 << (63 - bit) | last >> bit
}

/// The 64 bits from place `at` of a batch on; the nearest is the lowest. Both blocks must be of the batch.
#[inline(always)]
fn ahead(masks: &[u64; BATCH + 1], at: u32) -> u64 {
    let (block, bit) = ((at / BLOCK as u32) as usize, at % BLOCK as u32);
    let here = masks.get(block + 1).copied().unwrap_or(0);
    let next = masks.get(block + 2).copied().unwrap_or(0);
    here >> bit | next << 1 << (63 - bit)
}

/// Which ends of runs may be ends of names: those whose last label is of letters,
const LETTERS: u8 = 0;
/// or has two hyphens,
const PUNYCODE: u8 = 1;
/// or is anything.
const ODD: u8 = 2;

/// Carries from block to block, and what is left of the last block.
#[derive(Clone, Copy, Debug, Default)]
struct Carry {
    dots: u8,
    number_dots: [u8; 3],
    letters: u8,
    trailing: u8,
    hyphens: u8,
    colons: [u8; 3],
    last: Masks,
}

/// One addition with carry in and out.
#[inline(always)]
fn add(a: u64, b: u64, carry: &mut u8) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        let mut sum = 0;
        // The compiler makes two additions and three more steps of what is below.
        #[allow(unused_unsafe, reason = "a safe function only since Rust 1.91")]
        // SAFETY: every x86-64 has the instruction.
        unsafe {
            *carry = std::arch::x86_64::_addcarry_u64(*carry, a, b, &mut sum);
        }
        sum
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let (sum, first) = a.overflowing_add(b);
        let (sum, second) = sum.overflowing_add(u64::from(*carry));
        *carry = u8::from(first | second);
        sum
    }
}

/// How far ahead: the filters hold up the reading for less time than it takes to read as much.
const AHEAD: usize = 4096;

/// Sweeps a text, a batch at a time.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    kernel: Kernel,
    wanted: Wanted,
    rules: &'static Rules,
    carry: Carry,
    stored: Box<Stored>,
    quads: List,
    names: List,
    authorities: List,
    others: List,
    places: Vec<Place>,
}

impl Sweep {
    pub(crate) fn new(kernel: Kernel, wanted: Wanted, rules: &'static Rules) -> Self {
        Self {
            kernel,
            wanted,
            rules,
            carry: Carry::default(),
            stored: Box::default(),
            quads: List::default(),
            names: List::default(),
            authorities: List::default(),
            others: List::default(),
            places: Vec::new(),
        }
    }

    /// Sweeps the batch that starts at `from`, which is 0 or what the last one gave. Gives where the next batch starts;
    /// beyond the end of the text if this was the last.
    pub(crate) fn batch(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        match self.kernel {
            // SAFETY: it needs nothing.
            Kernel::Portable | Kernel::Scalar => unsafe { self.of_mode(Portable, bytes, from, filters) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the token says that the CPU has what is used.
            Kernel::Avx2(_) => unsafe { self.avx2(bytes, from, filters) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512(_) => unsafe { self.avx512(bytes, from, filters) },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: as above.
            Kernel::Neon(_) => unsafe { self.neon(bytes, from, filters) },
        }
    }

    /// The places of the last batch that are left over, in order.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// The run of name bytes that ends at a place of the last batch: its length (64: at least), and a bit for each dot of the 64 bytes before
    /// the place, the nearest highest.
    pub(crate) fn run_before(&self, at: usize) -> (usize, u64) {
        let host = behind(&self.stored.host, at as u32);
        ((!host).leading_zeros() as usize, behind(&self.stored.dot, at as u32))
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn avx2(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this is compiled for them.
        unsafe { self.of_mode(super::masks::x86::Avx2::new(), bytes, from, filters) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn avx512(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this is compiled for them.
        unsafe { self.of_mode(super::masks::x86::Avx512::new(), bytes, from, filters) }
    }

    #[cfg(target_arch = "aarch64")]
    #[target_feature(enable = "neon")]
    unsafe fn neon(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this is compiled for them.
        unsafe { self.of_mode(super::masks::neon::Neon::new(), bytes, from, filters) }
    }

    /// # Safety
    ///
    /// As of [`Classify::masks`].
    #[inline(always)]
    unsafe fn of_mode<C: Classify>(&mut self, kernel: C, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has what the kernel needs.
        unsafe {
            match (self.wanted.addrs, self.wanted.odd_names, self.wanted.punycode) {
                (true, false, false) => self.run::<C, true, LETTERS>(kernel, bytes, from, filters),
                (true, false, true) => self.run::<C, true, PUNYCODE>(kernel, bytes, from, filters),
                (true, true, _) => self.run::<C, true, ODD>(kernel, bytes, from, filters),
                (false, false, false) => self.run::<C, false, LETTERS>(kernel, bytes, from, filters),
                (false, false, true) => self.run::<C, false, PUNYCODE>(kernel, bytes, from, filters),
                (false, true, _) => self.run::<C, false, ODD>(kernel, bytes, from, filters),
            }
        }
    }

    /// # Safety
    ///
    /// As of [`Classify::masks`].
    #[inline(always)]
    unsafe fn run<C: Classify, const ADDRS: bool, const LABELS: u8>(
        &mut self,
        kernel: C,
        bytes: &[u8],
        from: usize,
        filters: Filters<'_>,
    ) -> usize {
        let rest = bytes.get(from..).unwrap_or(&[]);
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        let blocks = &blocks[..blocks.len().min(BATCH)];
        let is_last = blocks.len() < BATCH;
        self.start(from == 0);
        // The carries stay in registers.
        let mut carry = if from == 0 { Carry::default() } else { self.carry };
        for (at, block) in blocks.iter().enumerate() {
            prefetch(rest, at * BLOCK + AHEAD);
            // SAFETY: the caller has what the kernel needs; there are no more than `BATCH` blocks.
            unsafe { self.block::<ADDRS, LABELS>(at, kernel.masks(block), &mut carry) };
        }
        let mut count = blocks.len();
        if is_last {
            // The last block is never full, so that every run ends in it.
            let mut block = [0; BLOCK];
            block[..tail.len()].copy_from_slice(tail);
            // SAFETY: as above.
            unsafe { self.block::<ADDRS, LABELS>(count, kernel.masks(&block), &mut carry) };
            count += 1;
        }
        self.carry = carry;
        self.filter(bytes, from, count, filters);
        if is_last { bytes.len() + 1 } else { from + count * BLOCK }
    }

    fn start(&mut self, is_first: bool) {
        let Stored { host, number, dot, names } = &mut *self.stored;
        for masks in [host, number, dot, names] {
            masks[0] = if is_first { 0 } else { masks[BATCH] };
        }
        for list in [&mut self.quads, &mut self.names, &mut self.authorities, &mut self.others] {
            list.len = 0;
        }
    }

    /// Takes a block of the batch.
    ///
    /// # Safety
    ///
    /// It is one of the first `BATCH + 1` of the batch.
    #[inline(always)]
    unsafe fn block<const ADDRS: bool, const LABELS: u8>(&mut self, block: usize, masks: Masks, carry: &mut Carry) {
        let ends = ends::<ADDRS, LABELS>(&masks, carry);
        let base = (block * BLOCK) as u32;
        self.stored.host[block + 1] = masks.host;
        self.stored.number[block + 1] = masks.number;
        self.stored.dot[block + 1] = masks.dot;
        self.stored.names[block + 1] = ends.plain_names;
        // SAFETY: the caller counts the blocks.
        unsafe {
            self.quads.push(base, ends.quads);
            self.names.push(base, ends.names);
            if ends.authorities | ends.others != 0 {
                self.authorities.push(base, ends.authorities);
                self.others.push(base, ends.others);
            }
        }
    }

    #[inline(always)]
    fn filter(&mut self, bytes: &[u8], from: usize, count: usize, filters: Filters<'_>) {
        let Self { wanted, rules, stored, quads, names, authorities, others, places, .. } = self;
        let rules: &Rules = rules;
        let stored: &Stored = stored;
        if !wanted.addrs {
            quads.len = 0;
        } else if bytes.len() >= FAR && filters.is_whole_nets() {
            retain!(quads, at => {
                // SAFETY: the text is that long, and the bitmap has a bit for each network.
                unsafe { may_be_listed_quad(bytes, from, stored, at, filters, rules) }
            });
        }
        if !wanted.names {
            // The reverse names of IPv6 addresses are names.
            retain!(names, at => is_reverse_name(bytes, from + at as usize));
            names.len *= usize::from(wanted.addrs);
        } else if bytes.len() >= FAR && filters.tails.len() >= WORD {
            retain!(names, at => {
                // SAFETY: the text is that long, and the bitmap has a word.
                unsafe { may_be_listed_name(bytes, from, stored, at, filters, rules) }
            });
        }
        let fully = ((count - 1) * BLOCK) as u32;
        if !wanted.odd_names {
            retain!(authorities, at => is_no_plain_authority(bytes, from, stored, at, fully, rules));
        }
        places.clear();
        for (list, what) in
            [(&*quads, What::QuadEnd), (names, What::NameEnd), (authorities, What::Authority), (others, What::Other)]
        {
            places.extend(list.at[..list.len.min(CAPACITY)].iter().map(|&at| Place::new(at, what)));
        }
        if !places.is_sorted() {
            places.sort_unstable();
        }
    }
}

/// The places of a block that must be looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    quads: u64,
    names: u64,
    /// Of the names those whose last label is of letters.
    plain_names: u64,
    authorities: u64,
    others: u64,
}

#[inline(always)]
fn ends<const ADDRS: bool, const LABELS: u8>(masks: &Masks, carry: &mut Carry) -> Ends {
    let Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare } = *masks;
    let last = carry.last;
    // Bits of the byte before.
    let behind_dot = dot << 1 | last.dot >> 63;
    let behind_colon = colon << 1 | last.colon >> 63;
    let behind_slash = slash << 1 | last.slash >> 63;
    let behind_behind_colon = colon << 2 | last.colon >> 62;
    let behind_paren = paren << 1 | last.paren >> 63;
    let mut ends = Ends {
        authorities: slash & behind_slash & behind_behind_colon,
        others: rare | number & behind_paren,
        ..Ends::default()
    };

    if ADDRS {
        // Of runs of digits and dots those with a third dot. A letter behind them makes them something else, unless it begins a fifth part:
        // the name of a port, or `in-addr.arpa`.
        let with_dot = add(number, dot, &mut carry.number_dots[0]);
        let second = dot & with_dot;
        let with_second = add(number, second, &mut carry.number_dots[1]);
        let third = second & with_second;
        ends.quads = add(number, third, &mut carry.number_dots[2]) & !number & (!letter | behind_dot);

        // A full address has seven colons, or six and a quad; dates with a time have three.
        let run = host | colon;
        let second = colon & add(run, colon, &mut carry.colons[0]);
        let third = second & add(run, second, &mut carry.colons[1]);
        let fourth = third & add(run, third, &mut carry.colons[2]);
        ends.others |= fourth;
        ends.others |= colon & behind_colon;
    }
    if LABELS == ODD {
        ends.names = add(host, dot, &mut carry.dots) & !host;
    } else {
        let behind_label = add(letter, letter & behind_dot, &mut carry.letters) & !letter;
        let trimmed = dot | hyphen;
        let behind_trimmed = add(trimmed, behind_label & trimmed, &mut carry.trailing) & !trimmed;
        ends.plain_names = (behind_label | behind_trimmed) & !host;
        ends.names = ends.plain_names;
        if LABELS == PUNYCODE {
            let double = hyphen & (hyphen << 1 | last.hyphen >> 63);
            ends.names |= add(host, double, &mut carry.hyphens) & !host;
        }
    }
    carry.last = *masks;
    ends
}

impl Filters<'_> {
    /// Whether there is a bit for each network.
    fn is_whole_nets(&self) -> bool {
        (8..=26).contains(&self.shift) && self.nets.len() == 1 << (29 - self.shift)
    }
}

/// How near the start of a text a place is looked at without a filter: a run of 64 bytes, and what is read before it, is there.
const FAR: usize = BLOCK + 16;

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
unsafe fn may_be_listed_quad(
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
unsafe fn may_be_listed_name(
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
fn is_reverse_name(bytes: &[u8], place: usize) -> bool {
    let ends = |end: usize| {
        end.checked_sub(8)
            .is_some_and(|at| bytes.get(at..end).is_some_and(|tail| tail.eq_ignore_ascii_case(b"ip6.arpa")))
    };
    ends(place) || place > 0 && ends(place - 1)
}

/// Whether what stands behind `://`, whose second slash is at `at`, is anything but a plain name and its end: names are found
/// as such. `fully`: where the last block of the batch starts.
#[inline(always)]
fn is_no_plain_authority(bytes: &[u8], from: usize, stored: &Stored, at: u32, fully: u32, rules: &Rules) -> bool {
    let start = at + 1;
    let run = (!ahead(&stored.host, start)).trailing_zeros();
    let dots = ahead(&stored.dot, start) & !(!0_u64 << (run & 63));
    let end = start + run;
    let is_name = ahead(&stored.names, start) >> (run & 63) & 1 == 1;
    let is_end = bytes.get(from + end as usize).is_some_and(|&byte| rules.ends_authority[usize::from(byte)]);
    let is_plain = (start < fully) & (run < 64) & is_name & is_end & (dots & dots << 1 == 0);
    !is_plain
}

#[cfg(test)]
mod tests;

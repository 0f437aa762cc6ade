//! Finds the places in a text where something listed may be: first with masks, then with filters, without a branch per place.
//!
//! The sum `host + dot` carries from each dot to the end of its run, so `sum & !host` has a bit for each end of a run
//! with a dot. The dots that meet a carry are the second and later ones of their run, and so on for the third. The sum of
//! the letters and of those letters that follow a dot carries to the end of each label of letters alone.
//!
//! The places that the masks leave go into lists, a batch of blocks at a time. Each list goes through a filter in a loop of its
//! own, which writes every place and counts those that stay: no branch depends on what a place holds. A place of an
//! unusual form stays. The coarse filter asks about networks and the last two labels of names. One popular parent of a listed name, or
//! one busy network, lets thousands of places pass it. So a finer filter then asks about the whole address, or about the name from each
//! of its labels on. The places that stay are looked at one by one, elsewhere.

use super::cpu::{Kernel, prefetch};
use super::masks::{BLOCK, Classify, Masks, Portable};
use super::name::WORD;

mod batch;
mod likely;

pub(crate) use batch::{Addrs, Escape, Filters, Place, Rules, Wanted, What};
use batch::{BATCH, CAPACITY, List, Stored, behind};
use likely::{
    FAR, is_no_plain_authority, is_reverse_name, may_be_listed_name, may_be_listed_quad, may_be_listed_whole,
    plain_addr,
};

/// Keeps the places of a list for which the expression is true. This is a macro rather than a method that takes a closure, because the
/// body must be compiled with the target features of the surrounding function.
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

/// The runs that may end in a name are those whose last label consists of letters.
const LETTERS: u8 = 0;
/// Like [`LETTERS`], with those that hold two adjacent hyphens, as Punycode does.
const PUNYCODE: u8 = 1;
/// All runs with a dot may end in a name.
const ODD: u8 = 2;

/// The carries from block to block, and the masks of the last block.
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

/// Adds with carry in and out.
#[inline(always)]
fn add(a: u64, b: u64, carry: &mut u8) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        let mut sum = 0;
        // For the code below the compiler emits two additions and three more steps.
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

/// Bytes to prefetch ahead: filtering takes less time than reading this many bytes.
const AHEAD: usize = 4096;

/// Sweeps a text, a batch at a time.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    kernel: Kernel,
    wanted: Wanted,
    rules: &'static Rules,
    carry: Carry,
    /// True if the bytes before the next batch are unknown.
    is_restarted: bool,
    stored: Box<Stored>,
    quads: List,
    names: List,
    authorities: List,
    others: List,
    places: Vec<Place>,
    asked: Asked,
}

/// The addresses of a batch, for one query of all of them.
#[derive(Clone, Debug, Default)]
struct Asked {
    addrs: Vec<u32>,
    answers: Vec<bool>,
}

impl Asked {
    /// Keeps the places whose addresses may be listed, and those without an address.
    #[inline(always)]
    fn retain(&mut self, list: &mut List, addr: impl Fn(u32) -> Option<u32>, listed: &dyn Addrs) {
        let Self { addrs, answers } = self;
        let places = &mut list.at[..list.len.min(CAPACITY)];
        addrs.clear();
        addrs.extend(places.iter().map(|&at| addr(at).unwrap_or(0)));
        answers.clear();
        answers.resize(addrs.len(), false);
        listed.may_list(addrs, answers);
        let mut kept = 0;
        for index in 0..places.len() {
            let at = places[index];
            places[kept] = at;
            kept += usize::from(answers[index] || addr(at).is_none());
        }
        list.len = kept;
    }
}

impl Sweep {
    pub(crate) fn new(kernel: Kernel, wanted: Wanted, rules: &'static Rules) -> Self {
        Self {
            kernel,
            wanted,
            rules,
            carry: Carry::default(),
            is_restarted: false,
            stored: Box::default(),
            quads: List::default(),
            names: List::default(),
            authorities: List::default(),
            others: List::default(),
            places: Vec::new(),
            asked: Asked::default(),
        }
    }

    /// Sweeps the batch that starts at `from`: at 0, at the last result, or anywhere after [`restart`](Self::restart).
    /// Returns the start of the next batch, which is past the end of the text if this was the last.
    pub(crate) fn batch(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        match self.kernel {
            // SAFETY: it needs no features.
            Kernel::Portable | Kernel::Scalar => unsafe { self.of_mode(Portable, bytes, from, filters) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the token proves that the CPU has these features.
            Kernel::Avx2(_) => unsafe { self.avx2(bytes, from, filters) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512(_) => unsafe { self.avx512(bytes, from, filters) },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: as above.
            Kernel::Neon(_) => unsafe { self.neon(bytes, from, filters) },
        }
    }

    /// Lets the next batch start anywhere: no run crosses its start, and nothing is known of what precedes it.
    pub(crate) fn restart(&mut self) {
        self.is_restarted = true;
    }

    /// The places that remain of the last batch, in order.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Describes the run of name bytes that ends at a place of the last batch. Returns its length (64 means at least 64), and a bit for each
    /// dot in the 64 bytes before the place, the nearest highest.
    pub(crate) fn run_before(&self, at: usize) -> (usize, u64) {
        let host = behind(&self.stored.host, at as u32);
        ((!host).leading_zeros() as usize, behind(&self.stored.dot, at as u32))
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn avx2(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this function is compiled with them.
        unsafe { self.of_mode(super::masks::x86::Avx2::new(), bytes, from, filters) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn avx512(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this function is compiled with them.
        unsafe { self.of_mode(super::masks::x86::Avx512::new(), bytes, from, filters) }
    }

    #[cfg(target_arch = "aarch64")]
    #[target_feature(enable = "neon")]
    unsafe fn neon(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this function is compiled with them.
        unsafe { self.of_mode(super::masks::neon::Neon::new(), bytes, from, filters) }
    }

    /// # Safety
    ///
    /// As for [`Classify::masks`].
    #[inline(always)]
    unsafe fn of_mode<C: Classify>(&mut self, kernel: C, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features that the kernel needs.
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
    /// As for [`Classify::masks`].
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
        let is_first = from == 0 || std::mem::take(&mut self.is_restarted);
        self.start(is_first);
        // A local copy keeps the carries in registers.
        let mut carry = if is_first { Carry::default() } else { self.carry };
        for (at, block) in blocks.iter().enumerate() {
            prefetch(rest, at * BLOCK + AHEAD);
            // SAFETY: the caller has the features that the kernel needs; there are at most `BATCH` blocks.
            unsafe { self.block::<ADDRS, LABELS>(at, kernel.masks(block), &mut carry) };
        }
        let mut count = blocks.len();
        if is_last {
            // The padded last block is never full, so every run ends in it.
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

    /// Adds a block of the batch.
    ///
    /// # Safety
    ///
    /// It must be one of the first `BATCH + 1` blocks of the batch.
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
        let Self { wanted, rules, stored, quads, names, authorities, others, places, asked, .. } = self;
        let rules: &Rules = rules;
        let stored: &Stored = stored;
        if !wanted.addrs {
            quads.len = 0;
        } else if bytes.len() >= FAR && filters.is_whole_nets() {
            retain!(quads, at => {
                // SAFETY: the text is long enough, and the bitmap has a bit for each network.
                unsafe { may_be_listed_quad(bytes, from, stored, at, filters, rules) }
            });
            if let Some(listed) = filters.addrs {
                // SAFETY: the text is long enough.
                let addr = |at: u32| unsafe { plain_addr(bytes, from, stored, at, rules) };
                asked.retain(quads, addr, listed);
            }
        }
        if !wanted.names {
            // The reverse names of IPv6 addresses are names, and are kept even if only addresses are listed.
            retain!(names, at => is_reverse_name(bytes, from + at as usize));
            names.len *= usize::from(wanted.addrs);
        } else if bytes.len() >= FAR && filters.tails.len() >= WORD {
            retain!(names, at => {
                // SAFETY: the text is long enough, and the bitmap has at least one word.
                unsafe { may_be_listed_name(bytes, from, stored, at, filters, rules) }
            });
            if filters.names.len() >= WORD {
                retain!(names, at => {
                    // SAFETY: as above.
                    unsafe { may_be_listed_whole(bytes, from, stored, at, filters, rules) }
                });
            }
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

/// The places in a block that must be looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    quads: u64,
    names: u64,
    /// Those of `names` whose last label is of letters.
    plain_names: u64,
    authorities: u64,
    others: u64,
}

#[inline(always)]
fn ends<const ADDRS: bool, const LABELS: u8>(masks: &Masks, carry: &mut Carry) -> Ends {
    let Masks { host, number, dot, letter, hyphen, colon, slash, paren, rare } = *masks;
    let last = carry.last;
    // The same masks, moved to the following byte.
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
        // Runs of digits and dots with a third dot count whatever follows them: a letter may begin a fifth part, or be in one, begin the
        // name of a port, or begin `in-addr.arpa`.
        let with_dot = add(number, dot, &mut carry.number_dots[0]);
        let second = dot & with_dot;
        let with_second = add(number, second, &mut carry.number_dots[1]);
        let third = second & with_second;
        ends.quads = add(number, third, &mut carry.number_dots[2]) & !number;

        // A full address has seven colons, or six and a quad; a date with a time has three.
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

#[cfg(test)]
mod tests;

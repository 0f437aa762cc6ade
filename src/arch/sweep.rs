//! Finds the places in a text where something listed may be: first with masks, then with filters, without a branch per place.
//!
//! The sum `host + dot` carries from each dot to the end of its run, so `sum & !host` has a bit for each end of a run
//! with a dot. The dots that meet a carry are the second and later ones of their run, and so on for the third. The sum of
//! the letters and of those letters that follow a dot carries to the end of each label of letters alone.
//!
//! The places that the masks leave go into lists, a batch of blocks at a time. Each list goes through a filter in two loops: the first
//! asks a bitmap about many places, and fetches the words with the answers; the second writes every place, and counts those that stay. No
//! branch depends on what a place holds. A place of an unusual form stays. The coarse filter asks about networks and the last two labels
//! of names. One popular parent of a listed name, or one busy network, lets thousands of places pass it. So a finer filter then asks about
//! the whole address, or about the name from each of its labels on. The places that stay are looked at one by one, elsewhere.
//!
//! The same masks tell where hashes and mail addresses may stand, which no filter here knows.

#[cfg(target_arch = "x86_64")]
use super::cpu::Avx512;
use super::cpu::Kernel;
use super::lanes::Lanes;
use super::masks::{BLOCK, Classify, Portable};
use super::name::WORD;

mod batch;
mod likely;
mod octets;
#[cfg(target_arch = "x86_64")]
mod shuffled;

pub(crate) use batch::{Addrs, Escape, Filters, Place, Rules, Wanted, What};
use batch::{BATCH, CAPACITY, Filling, List, Stored, Words, behind};
use likely::{
    FAR, Labels, Question, Questions, is_no_plain_authority, is_reverse_name, may_be_listed_name, may_be_listed_quad,
    may_be_listed_whole, plain_addr,
};
use octets::Octets;

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

/// Keeps the places of a list for which a bitmap has the bits that are asked for. A large bitmap is not in the nearest caches, so many of
/// its words are fetched side by side. This is a macro for the same reason.
macro_rules! retain_asked {
    ($list:expr, $questions:expr, $bitmap:expr, $at:ident => $question:expr) => {{
        let List { at: list, len } = &mut *$list;
        let all = (*len).min(CAPACITY);
        let mut kept = 0;
        for start in (0..all).step_by(QUESTIONS) {
            let count = (all - start).min(QUESTIONS);
            for (index, question) in $questions[..count].iter_mut().enumerate() {
                let $at = list[start + index];
                *question = $question;
                question.fetch($bitmap);
            }
            for (index, question) in $questions[..count].iter().enumerate() {
                list[kept] = list[start + index];
                // SAFETY: the question is about this bitmap.
                kept += usize::from(unsafe { question.any($bitmap) });
            }
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

/// The carries from blocks to the next: each 0 or 1.
#[derive(Clone, Copy, Debug, Default)]
struct Carry {
    dots: u64,
    number_dots: [u64; 3],
    letters: u64,
    trailing: u64,
    hyphens: u64,
    colons: [u64; 5],
}

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
    exact: List,
    places: Vec<Place>,
    asked: Asked,
    questions: [[Question; 1]; QUESTIONS],
    labels: [Labels; QUESTIONS],
}

/// The number of questions that are asked at once.
const QUESTIONS: usize = 64;

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
            exact: List::default(),
            places: Vec::new(),
            asked: Asked::default(),
            questions: [[Question::default()]; QUESTIONS],
            labels: [Labels::default(); QUESTIONS],
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
            Kernel::Avx512(Avx512 { gfni: Some(_) }) => unsafe { self.gfni(bytes, from, filters) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512(Avx512 { gfni: None }) => unsafe { self.avx512(bytes, from, filters) },
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

    /// The places for hashes and mail addresses of the last batch, in order, from its start: those of `@` and `%`, and the starts of
    /// [chunks](crate::arch::digits::CHUNK) of hexadecimal digits, `:` and `-`.
    pub(crate) fn exact(&self) -> &[u32] {
        &self.exact.at[..self.exact.len.min(CAPACITY)]
    }

    /// Describes the run of name bytes that ends at a place of the last batch. Returns its length (64 means at least 64), and a bit for each
    /// dot in the 64 bytes before the place, the nearest highest.
    pub(crate) fn run_before(&self, at: usize) -> (usize, u64) {
        assert!(at < BATCH * BLOCK);
        let at = at as u32;
        // SAFETY: this was just checked.
        let (host, dot) = unsafe { (behind(&self.stored.masks.host, at), behind(&self.stored.masks.dot, at)) };
        ((!host).leading_zeros() as usize, dot)
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

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn gfni(&mut self, bytes: &[u8], from: usize, filters: Filters<'_>) -> usize {
        // SAFETY: the caller has the features, and this function is compiled with them.
        unsafe { self.of_mode(super::masks::gfni::Gfni::new(), bytes, from, filters) }
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
    unsafe fn of_mode<C: Classify + Octets>(
        &mut self,
        kernel: C,
        bytes: &[u8],
        from: usize,
        filters: Filters<'_>,
    ) -> usize {
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
    unsafe fn run<C: Classify + Octets, const ADDRS: bool, const LABELS: u8>(
        &mut self,
        kernel: C,
        bytes: &[u8],
        from: usize,
        filters: Filters<'_>,
    ) -> usize {
        const { assert!(BATCH.is_multiple_of(C::Lanes::COUNT)) };
        let rest = bytes.get(from..).unwrap_or(&[]);
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        let blocks = &blocks[..blocks.len().min(BATCH)];
        let is_last = blocks.len() < BATCH;
        let is_first = from == 0 || std::mem::take(&mut self.is_restarted);
        self.stored.start(is_first);
        let Wanted { hashes, emails, .. } = self.wanted;
        // SAFETY: the caller has the features that the kernel needs; there are at most `BATCH` blocks.
        unsafe {
            if hashes || emails {
                kernel.classify::<true, _>(blocks, &mut self.stored.masks);
            } else {
                kernel.classify::<false, _>(blocks, &mut self.stored.masks);
            }
        }
        let mut count = blocks.len();
        if is_last {
            // The padded last block is never full, so every run ends in it.
            let mut block = [0; BLOCK];
            block[..tail.len()].copy_from_slice(tail);
            // SAFETY: as above; this is the block after less than `BATCH`.
            unsafe { self.stored.masks.put::<true, _>(count, kernel.masks::<true>(&block)) };
            count += 1;
            self.stored.masks.pad(count, C::Lanes::COUNT);
        }
        // A local copy keeps the carries in registers.
        let mut carry = if is_first { Carry::default() } else { self.carry };
        for at in (0..count).step_by(C::Lanes::COUNT) {
            // SAFETY: the caller has the features; a batch is a multiple of all lanes, or padded to one.
            unsafe { ends::<C::Lanes, ADDRS, LABELS>(&mut self.stored, at, &mut carry) };
        }
        self.carry = carry;
        if hashes || emails {
            for at in (0..count).step_by(C::Lanes::COUNT) {
                // SAFETY: as above.
                unsafe { exact::<C::Lanes>(&mut self.stored, at, hashes, emails) };
            }
            self.list::<true>(count);
        } else {
            self.list::<false>(count);
        }
        // SAFETY: the caller has the features.
        unsafe { self.filter::<C>(bytes, from, count, filters) };
        if is_last { bytes.len() + 1 } else { from + count * BLOCK }
    }

    /// Lists the places of the first `count` blocks; those for hashes and mail addresses only if `EXACT`.
    #[inline(always)]
    fn list<const EXACT: bool>(&mut self, count: usize) {
        let Self { stored, quads, names, authorities, others, exact, .. } = self;
        let stored: &Stored = stored;
        let (mut of_quads, mut of_names) = (quads.start(), names.start());
        let (mut of_authorities, mut of_others, mut of_exact) = (authorities.start(), others.start(), exact.start());
        for block in 0..count.min(BATCH) {
            let base = (block * BLOCK) as u32;
            // SAFETY: there are at most `BATCH` blocks.
            unsafe {
                of_quads.push(base, stored.quads[block + 1]);
                of_names.push(base, stored.ends[block + 1]);
                let (at_authorities, at_others) = (stored.authorities[block + 1], stored.others[block + 1]);
                let at_exact = if EXACT { stored.exact[block + 1] } else { 0 };
                if at_authorities | at_others | at_exact != 0 {
                    of_authorities.push(base, at_authorities);
                    of_others.push(base, at_others);
                    if EXACT {
                        of_exact.push(base, at_exact);
                    }
                }
            }
        }
        [of_quads, of_names, of_authorities, of_others, of_exact].into_iter().for_each(Filling::finish);
    }

    /// # Safety
    ///
    /// The caller must have the features of `O`.
    #[inline(always)]
    unsafe fn filter<O: Octets>(&mut self, bytes: &[u8], from: usize, count: usize, filters: Filters<'_>) {
        let Self { wanted, rules, stored, quads, names, authorities, others, places, asked, questions, labels, .. } =
            self;
        let rules: &Rules = rules;
        let stored: &Stored = stored;
        if !wanted.addrs {
            quads.len = 0;
        } else if bytes.len() >= FAR && filters.is_whole_nets() {
            // SAFETY: the text is long enough, the bitmap has a bit for each network, and the batch has all places.
            retain_asked!(quads, questions, filters.nets, at => unsafe {
                may_be_listed_quad::<O>(bytes, from, stored, at, filters, rules)
            });
            if let Some(listed) = filters.addrs {
                // SAFETY: as above.
                let addr = |at: u32| unsafe { plain_addr::<O>(bytes, from, stored, at, rules) };
                asked.retain(quads, addr, listed);
            }
        }
        if !wanted.names {
            // The reverse names of IPv6 addresses are names, and are kept even if only addresses are listed.
            retain!(names, at => is_reverse_name(bytes, from + at as usize));
            names.len *= usize::from(wanted.addrs);
        } else if bytes.len() >= FAR && filters.tails.len() >= WORD {
            // SAFETY: the text is long enough, the bitmap has at least one word, and the batch has all places.
            retain_asked!(names, questions, filters.tails, at => unsafe {
                may_be_listed_name(bytes, from, stored, at, filters, rules)
            });
            if filters.names.len() >= WORD {
                // SAFETY: as above.
                retain_asked!(names, labels, filters.names, at => unsafe {
                    may_be_listed_whole(bytes, from, stored, at, filters, rules)
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

/// Finds the places that must be looked at in as many blocks from `at` on as there are lanes.
///
/// # Safety
///
/// As for [`Lanes`]; the batch has, or is padded to, so many blocks from `at` on.
#[inline(always)]
unsafe fn ends<L: Lanes, const ADDRS: bool, const LABELS: u8>(stored: &mut Stored, at: usize, carry: &mut Carry) {
    // SAFETY: the caller guarantees the features and the blocks; one word precedes those of the batch.
    unsafe {
        let here = |masks: &Words| L::load(masks, at + 1);
        // The same masks for the block before.
        let last = |masks: &Words| L::load(masks, at);
        let (host, number, dot, colon) =
            (here(&stored.masks.host), here(&stored.masks.number), here(&stored.masks.dot), here(&stored.masks.colon));
        let (slash, last_colon) = (here(&stored.masks.slash), last(&stored.masks.colon));
        let behind_slash = slash.moved_by_one(last(&stored.masks.slash));
        let behind_paren = here(&stored.masks.paren).moved_by_one(last(&stored.masks.paren));
        slash.and(behind_slash).and(colon.moved_by_two(last_colon)).store(&mut stored.authorities, at + 1);

        let mut others = here(&stored.masks.rare).or(number.and(behind_paren));
        if ADDRS {
            // Runs of digits and dots with a third dot count whatever follows them: a letter may begin a fifth part, or be in one, begin
            // the name of a port, or begin `in-addr.arpa`.
            let second = dot.and(number.add(dot, &mut carry.number_dots[0]));
            let third = second.and(number.add(second, &mut carry.number_dots[1]));
            number.add(third, &mut carry.number_dots[2]).without(number).store(&mut stored.quads, at + 1);

            // A full address has seven colons, or six and a quad; a date with a time has three, and an address of a network card five.
            let run = host.or(colon);
            let second = colon.and(run.add(colon, &mut carry.colons[0]));
            let third = second.and(run.add(second, &mut carry.colons[1]));
            let fourth = third.and(run.add(third, &mut carry.colons[2]));
            let fifth = fourth.and(run.add(fourth, &mut carry.colons[3]));
            let sixth = fifth.and(run.add(fifth, &mut carry.colons[4]));
            others = others.or(sixth).or(colon.and(colon.moved_by_one(last_colon)));
        }
        others.store(&mut stored.others, at + 1);

        if LABELS == ODD {
            host.add(dot, &mut carry.dots).without(host).store(&mut stored.ends, at + 1);
            return;
        }
        let (letter, hyphen) = (here(&stored.masks.letter), here(&stored.masks.hyphen));
        let behind_dot = dot.moved_by_one(last(&stored.masks.dot));
        let behind_label = letter.add(letter.and(behind_dot), &mut carry.letters).without(letter);
        let trimmed = dot.or(hyphen);
        let behind_trimmed = trimmed.add(behind_label.and(trimmed), &mut carry.trailing).without(trimmed);
        let plain = behind_label.or(behind_trimmed).without(host);
        plain.store(&mut stored.names, at + 1);
        if LABELS == PUNYCODE {
            let double = hyphen.and(hyphen.moved_by_one(last(&stored.masks.hyphen)));
            let odd = host.add(double, &mut carry.hyphens).without(host);
            plain.or(odd).store(&mut stored.ends, at + 1);
        } else {
            plain.store(&mut stored.ends, at + 1);
        }
    }
}

/// Finds the places for hashes and mail addresses, in as many blocks from `at` on as there are lanes.
///
/// # Safety
///
/// As for [`ends`].
#[inline(always)]
unsafe fn exact<L: Lanes>(stored: &mut Stored, at: usize, hashes: bool, emails: bool) {
    // SAFETY: as there.
    unsafe {
        let (hex, ats) = (L::load(&stored.masks.hex, at + 1), L::load(&stored.masks.at, at + 1));
        let exact = match (hashes, emails) {
            (true, true) => hex.full_quarters().or(ats),
            (true, false) => hex.full_quarters(),
            (false, _) => ats,
        };
        exact.store(&mut stored.exact, at + 1);
    }
}

#[cfg(test)]
mod tests;

//! Compares every table with a linear scan, with every kernel, one by one and in batches.

use super::family::{Index, NONE};
use super::*;
use crate::arch::cpu::Kernel;
use crate::random::{Random, cases};
use crate::wire::{Reader, Writer};

/// The extra operations on a family that the tests need.
trait Family: Addr {
    fn of(bits: u128) -> Self;
    fn bits(self) -> u128;
}

impl Family for u32 {
    fn of(bits: u128) -> Self {
        bits as u32
    }

    fn bits(self) -> u128 {
        self.into()
    }
}

impl Family for u128 {
    fn of(bits: u128) -> Self {
        bits
    }

    fn bits(self) -> u128 {
        self
    }
}

fn wide(random: &mut Random) -> u128 {
    u128::from(random.next()) << 64 | u128::from(random.next())
}

type Listed<A> = (A, u8, u32);

fn table<A: Addr>(listed: &[Listed<A>]) -> Table<A> {
    let mut builder = Builder::default();
    listed.iter().for_each(|&(addr, len, id)| builder.add(addr, len, id));
    // Ids that end in 7 are not plain.
    builder.finish_with(|id| id % 10 != 7)
}

/// The length and id of everything that covers an address, most specific first.
fn naive<A: Family>(listed: &[Listed<A>], addr: A) -> Vec<(u8, u32)> {
    let mut found: Vec<(u8, u32)> = listed
        .iter()
        .filter(|&&(net, len, _)| addr.masked(len) == net.masked(len))
        .map(|&(_, len, id)| (len, id))
        .collect();
    found.sort_unstable_by_key(|&(len, id)| (std::cmp::Reverse(len), id));
    found.dedup();
    found
}

fn answer<A: Addr>(table: &Table<A>, row: Option<u32>) -> Vec<(u8, u32)> {
    table.from(row).flat_map(|(row, len)| table.ids(row).map(move |id| (len, id))).collect()
}

/// Checks the results of a table for each address, with every kernel.
fn check<A: Family>(table: &Table<A>, wanted: &[(A, Vec<(u8, u32)>)]) {
    let addrs: Vec<A> = wanted.iter().map(|&(addr, _)| addr).collect();
    let mut rows = vec![0; addrs.len()];
    for kernel in Kernel::available() {
        let index = &table.index;
        rows.fill(12345);
        index.find_all(kernel, &addrs, &mut rows);
        for ((addr, want), &row) in wanted.iter().zip(&rows) {
            assert_eq!(index.find(kernel, *addr), row, "{kernel:?} {:x}", addr.bits());
            let row = Some(row).filter(|&row| table.is_row(row));
            assert_eq!(&answer(table, row), want, "{kernel:?} {:x}", addr.bits());
            let is_plain = want.iter().all(|(_, id)| id % 10 != 7);
            assert_eq!(row.is_none_or(|row| table.is_plain(row)), is_plain, "{:x}", addr.bits());
        }
    }
}

fn check_against_naive<A: Family>(listed: &[Listed<A>], addrs: impl IntoIterator<Item = A>) {
    let wanted: Vec<_> = addrs.into_iter().map(|addr| (addr, naive(listed, addr))).collect();
    check(&table(listed), &wanted);
}

/// Both ends of each prefix, and the addresses next to them.
fn neighbours<A: Family>(listed: &[Listed<A>]) -> Vec<A> {
    let ends = |&(addr, len, _): &Listed<A>| {
        let first = addr.masked(len).bits();
        let rest = u128::MAX.checked_shl(u32::from(A::BITS - len)).map_or(u128::MAX, |upper| !upper);
        let last = first | rest;
        [first, first.wrapping_sub(1), first.wrapping_add(1), last, last.wrapping_sub(1), last.wrapping_add(1)]
    };
    listed.iter().flat_map(ends).map(A::of).collect()
}

/// All prefixes of up to `width` bits, as length and bits.
fn small_prefixes(width: u32) -> Vec<(u32, u32)> {
    (0..=width).flat_map(|len| (0..1_u32 << len).map(move |bits| (len, bits << (width - len)))).collect()
}

/// Every subset with up to `most` members.
fn sets(all: &[(u32, u32)], most: usize) -> Vec<Vec<(u32, u32)>> {
    let mut sets = vec![(Vec::new(), 0)];
    let mut from = 0;
    for _ in 0..most.min(all.len()) {
        let to = sets.len();
        for at in from..to {
            let (set, next) = sets[at].clone();
            for (index, &prefix) in all.iter().enumerate().skip(next) {
                let mut larger = set.clone();
                larger.push(prefix);
                sets.push((larger, index + 1));
            }
        }
        from = to;
    }
    sets.into_iter().map(|(set, _)| set).collect()
}

/// Places sets over `width` bits after `before` other bits, as many in a table as those bits can tell apart, and looks up every
/// address of each set, followed by zeros, ones, or a mixture.
fn place<A: Family>(sets: &[Vec<(u32, u32)>], width: u32, before: u32) {
    let below = u32::from(A::BITS) - before - width;
    let room = 1_usize << before.min(16);
    let above = |set: usize| {
        // The number that tells the sets of a table apart is adjacent to the universe; above it is a mixture of ones and zeros.
        let number = 0x2aaa_5555_aaaa_5555_aaaa_5555_aaaa_u128 << 16 | set as u128;
        if before == 0 { 0 } else { (number & (u128::MAX >> (128 - before))) << (below + width).min(127) }
    };
    for sets in sets.chunks(room) {
        let mut listed = Vec::new();
        let mut wanted = Vec::new();
        for (number, set) in sets.iter().enumerate() {
            let at = listed.len();
            listed.extend(set.iter().zip(at as u32..).map(|(&(len, bits), id)| {
                (A::of(above(number) | u128::from(bits) << below), (before + len) as u8, id)
            }));
            let rest = u128::MAX.checked_shl(below).map_or(u128::MAX, |upper| !upper);
            for value in 0..1_u32 << width {
                for low in [0, rest, rest & 0x3333_5555_0123_4567_89ab_cdef_1357_9bdf] {
                    let addr = A::of(above(number) | u128::from(value) << below | low);
                    wanted.push((addr, naive(&listed[at..], addr)));
                }
            }
        }
        check(&table(&listed), &wanted);
    }
}

#[test]
fn every_set_of_prefixes_over_three_bits() {
    let all = small_prefixes(3);
    let sets: Vec<_> = sets(&all, cases(all.len(), 3)).into_iter().step_by(cases(1, 19)).collect();
    assert_eq!(sets.len(), cases(1 << 15, 31));
    place::<u32>(&sets, 3, 29);
    place::<u32>(&sets, 3, 22);
    place::<u32>(&sets, 3, 15);
    place::<u128>(&sets, 3, 125);
    place::<u128>(&sets, 3, 62);
    place::<u128>(&sets, 3, 15);
}

#[test]
fn every_set_of_four_prefixes_over_four_bits_at_every_boundary() {
    let sets = sets(&small_prefixes(4), cases(4, 2));
    assert_eq!(sets.len(), cases(1 + 31 + 465 + 4495 + 31465, 1 + 31 + 465));
    // Across the ends of the root, of the nodes and of the address. They take turns: each place has every 13th set, and
    // together they have all.
    let some = |nth: usize| sets.iter().skip(nth).step_by(cases(13, 13 * 11)).cloned().collect::<Vec<_>>();
    let places = [12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 26, 27, 28];
    for (nth, before) in places.into_iter().enumerate().step_by(cases(1, 4)) {
        place::<u32>(&some(nth), 4, before);
    }
    for boundary in (16..=128).step_by(cases(8, 40)) {
        for (nth, before) in [boundary - 4, boundary - 2].into_iter().enumerate() {
            if before + 4 <= 128 {
                place::<u128>(&some((boundary as usize / 8 + nth) % 13), 4, before);
            }
        }
    }
}

#[test]
#[ignore = "every set at every place takes minutes; the test above spreads the sets over the places"]
fn every_set_of_four_prefixes_at_every_place() {
    let sets = sets(&small_prefixes(4), 4);
    (12..=28).for_each(|before| place::<u32>(&sets, 4, before));
    (12..=124).for_each(|before| place::<u128>(&sets, 4, before));
}

#[test]
fn sets_over_the_first_bits() {
    // Nothing tells these sets apart, so each has a table of its own.
    for set in sets(&small_prefixes(3), cases(15, 3)).iter().step_by(101) {
        place::<u32>(std::slice::from_ref(set), 3, 0);
        place::<u128>(std::slice::from_ref(set), 3, 0);
    }
}

/// Prefixes that nest, repeat and adjoin.
fn random_set<A: Family>(random: &mut Random, count: usize) -> Vec<Listed<A>> {
    let mut listed: Vec<Listed<A>> = Vec::new();
    let base = wide(random);
    // The number of upper bits that all have in common.
    let common = random.below(u64::from(A::BITS)) as u8;
    while listed.len() < count {
        let id = random.below(count as u64 * 2) as u32;
        let (addr, len) = match random.below(8) {
            0..3 if !listed.is_empty() => {
                let (addr, len, _) = listed[random.below(listed.len() as u64) as usize];
                match random.below(4) {
                    0 => (addr, len),
                    1 => (addr, random.below(u64::from(A::BITS) + 1) as u8),
                    2 => (A::of(addr.bits().wrapping_add(1)), A::BITS),
                    _ => (A::of(addr.bits().wrapping_sub(1)), len),
                }
            }
            kind => {
                let upper = A::of(u128::MAX).bits()
                    ^ A::of(u128::MAX.checked_shr(u32::from(common) + (128 - u32::from(A::BITS))).unwrap_or(0)).bits();
                let bits = base & upper | wide(random) & !upper;
                let len = match kind {
                    3 | 4 => A::BITS,
                    5 => A::BITS - random.below(9) as u8,
                    _ => random.below(u64::from(A::BITS) + 1) as u8,
                };
                (A::of(bits), len)
            }
        };
        listed.push((addr.masked(len), len, id));
    }
    listed
}

fn random_sets<A: Family>(seed: u64) {
    let mut random = Random::new(seed);
    for round in 0..cases(60, 3) {
        let count = [1, 3, 20, 60, 300][round % 5];
        let listed = random_set::<A>(&mut random, count);
        let mut addrs = neighbours(&listed);
        addrs.extend((0..cases(100, 10)).map(|_| A::of(wide(&mut random))));
        addrs.extend((0..cases(200, 20)).map(|_| {
            let near = listed[random.below(listed.len() as u64) as usize].0.bits();
            A::of(near ^ wide(&mut random) >> (128 - u64::from(A::BITS) + random.below(u64::from(A::BITS))))
        }));
        check_against_naive(&listed, addrs);
    }
}

#[test]
fn random_sets_with_nesting_and_neighbours() {
    random_sets::<u32>(1);
    random_sets::<u128>(2);
}

#[test]
fn a_wide_prefix_is_found_from_afar() {
    let listed = [(0x0A00_0000_u32, 8, 0), (0x0A01_0203, 32, 1)];
    check_against_naive(&listed, [0x0AFF_FFFF, 0x0A01_0203, 0x0A01_0204, 0x0B00_0000, 0x09FF_FFFF, 0, u32::MAX]);
    check_against_naive::<u32>(&[], [0, 7, u32::MAX]);
    check_against_naive::<u128>(&[], [0, 7, u128::MAX]);
    check_against_naive(&[(0_u32, 0, 5)], [0, 7, u32::MAX]);
    check_against_naive(&[(0_u128, 0, 5)], [0, 7, u128::MAX]);
}

/// For the first 16 and the first 32 bits: a listed beginning is never ruled out, and an unlisted one usually is.
#[test]
fn the_first_groups_of_listed_addresses_pass() {
    let mut random = Random::new(32);
    let (mut denied, mut others) = (0, 0);
    for round in (0..60).step_by(cases(1, 20)) {
        let listed = random_set::<u128>(&mut random, 1 + round * 5);
        let table = table(&listed);
        let of_listed: Vec<u128> =
            listed.iter().map(|&(net, len, _)| net | wide(&mut random) & !u128::MAX.masked(len)).collect();
        let near = of_listed.iter().flat_map(|addr| [*addr, addr ^ 1 << 96, addr ^ 1 << 100, addr ^ 1 << 111]);
        for addr in near.chain((0..cases(100, 10)).map(|_| wide(&mut random))) {
            let (first, second) = ((addr >> 112) as u16, (addr >> 96) as u16);
            let has =
                |bits: u8| listed.iter().any(|&(net, len, _)| net.masked(len.min(bits)) == addr.masked(len.min(bits)));
            assert!(table.may_start(first, None) || !has(16), "{addr:x}: {listed:x?}");
            assert!(table.may_start(first, Some(second)) || !has(32), "{addr:x}: {listed:x?}");
            if !has(32) {
                others += 1;
                denied += u32::from(!table.may_start(first, Some(second)));
            }
        }
    }
    assert!(denied * 4 > others * 3, "{denied} of {others}");
    assert!(!Table::<u128>::default().may_start(0x2001, Some(0xDB8)));
}

#[test]
fn every_octet_of_full_networks() {
    let steps = [(1, None), (2, None), (3, Some(24)), (5, Some(20)), (15, Some(8)), (17, None)];
    for (step, over) in steps.into_iter().skip(cases(0, 4)) {
        let net = 0xC633_6400_u32;
        let mut listed: Vec<Listed<u32>> = (0..256).step_by(step).map(|octet| (net | octet, 32, octet)).collect();
        listed.extend(over.map(|len| (net.masked(len), len, 999)));
        check_against_naive(&listed, (0..256).map(|octet| net | octet).chain([net - 1, net + 256]));
        // The same with something between network and host.
        listed.extend([(net | 64, 27, 1007), (net | 192, 31, 1001)]);
        check_against_naive(&listed, (0..256).map(|octet| net | octet).chain([net - 1, net + 256]));
    }
}

/// Dense data of more /16s than one part of the index has, so that places in it move.
#[test]
fn full_networks_of_many_parts() {
    let count = cases(700, 3) as u32;
    let mut listed: Vec<Listed<u32>> = Vec::new();
    let mut wanted: Vec<(u32, Vec<(u8, u32)>)> = Vec::new();
    for upper in 0..count {
        let net = (0x0B00 + upper) << 16;
        // Hosts in the first /24, runs in the second; not the same ones in every network.
        let octets = |third: u32| (0..20).map(move |n| net | third << 8 | (upper % 7 + 11 * n));
        for addr in octets(0).chain(octets(1)) {
            listed.push((addr, 32, addr));
            wanted.push((addr, vec![(32, addr)]));
            wanted.push((addr + 1, Vec::new()));
        }
        let run = net | 1 << 8 | 252;
        listed.push((run, 30, run));
        wanted.push((run + upper % 4, vec![(30, run)]));
    }
    check(&table(&listed), &wanted);
}

fn sections<A: Addr>(table: &Table<A>) -> Vec<(String, bytes::Bytes)> {
    let mut out = Writer::default();
    table.save(&mut out);
    out.sections().to_vec()
}

fn any_order<A: Family>(seed: u64) {
    let mut random = Random::new(seed);
    let mut listed = random_set::<A>(&mut random, cases(2000, 40));
    listed.extend(random_set::<A>(&mut random, cases(2000, 40)));
    let want = sections(&table(&listed));
    for _ in 0..cases(5, 2) {
        random.shuffle(&mut listed);
        assert!(sections(&table(&listed)) == want);
    }
    #[cfg(feature = "parallel")]
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| sections(&table(&listed))) == want, "{threads} threads");
    }
}

#[test]
fn neither_order_nor_threads_change_a_table() {
    any_order::<u32>(3);
    any_order::<u128>(4);
}

fn batches<A: Family>(seed: u64) {
    let mut random = Random::new(seed);
    let listed = random_set::<A>(&mut random, cases(500, 40));
    let table = table(&listed);
    let mut addrs = neighbours(&listed);
    addrs.extend((0..cases(500, 20)).map(|_| A::of(wide(&mut random))));
    random.shuffle(&mut addrs);
    for kernel in Kernel::available() {
        let index = &table.index;
        let want: Vec<u32> = addrs.iter().map(|&addr| index.find(kernel, addr)).collect();
        for len in (0..=200).step_by(cases(1, 37)) {
            for start in (0..8).step_by(cases(1, 7)) {
                let mut rows = vec![77; len + 1];
                index.find_all(kernel, &addrs[start..start + len], &mut rows[..len]);
                assert_eq!(rows[..len], want[start..start + len], "{kernel:?} {start} {len}");
                assert_eq!(rows[len], 77);
            }
        }
    }
}

#[test]
fn batches_of_every_length_and_alignment() {
    batches::<u32>(5);
    batches::<u128>(6);
}

fn saved<A: Family>(seed: u64) {
    let mut random = Random::new(seed);
    for count in [40, 0, 1, 400].into_iter().take(cases(4, 1)) {
        let listed = random_set::<A>(&mut random, count);
        let table = table(&listed);
        let is_plain = |id: u32| id % 10 != 7;
        let open = |sections| Table::<A>::open(&mut Reader::new(sections), count * 2, is_plain);
        let opened = open(sections(&table)).unwrap();
        assert!(sections(&opened) == sections(&table));
        let wanted: Vec<_> = neighbours(&listed).into_iter().map(|addr| (addr, naive(&listed, addr))).collect();
        check(&opened, &wanted);
        // Every section must be present, complete and unchanged in meaning.
        for at in 0..sections(&table).len() {
            let mut missing = sections(&table);
            let (name, bytes) = missing.remove(at);
            assert!(open(missing.clone()).unwrap_err().to_string().contains(&name));
            if !bytes.is_empty() {
                missing.insert(at, (name.clone(), bytes.slice(..bytes.len() - 1)));
                assert!(open(missing).is_err(), "{name}");
            }
        }
        if count > 1 {
            assert!(Table::<A>::open(&mut Reader::new(sections(&table)), 1, is_plain).is_err());
            assert!(Table::<A>::open(&mut Reader::new(sections(&table)), count * 2, |_| false).is_err());
        }
    }
}

#[test]
fn a_table_reads_back_as_saved() {
    saved::<u32>(7);
    saved::<u128>(8);
}

/// Mutates bytes at random. A table that opens must answer with existing rows and ids, and with no more than a chain can have.
fn mutated<A: Family>(seed: u64, rounds: usize) -> (usize, usize) {
    let mut random = Random::new(seed);
    let (mut refused, mut opened) = (0, 0);
    for round in 0..rounds {
        let count = [5, 40, 200][round % 3];
        let listed = random_set::<A>(&mut random, count);
        let table = table(&listed);
        let mut addrs = neighbours(&listed);
        addrs.extend((0..cases(64, 8)).map(|_| A::of(wide(&mut random))));
        let whole = sections(&table);
        let words: Vec<u32> = whole
            .iter()
            .flat_map(|(_, bytes)| {
                bytes.chunks_exact(4).take(64).map(|word| u32::from_le_bytes(word.try_into().unwrap()))
            })
            .collect();
        for _ in 0..cases(24, 12) {
            let mut sections = whole.clone();
            for _ in 0..=random.below(3) {
                let (_, section) = &mut sections[random.below(whole.len() as u64) as usize];
                let mut bytes = section.to_vec();
                if bytes.is_empty() {
                    continue;
                }
                // Roots and bitmaps are mostly empty, so the mutation prefers bytes in use.
                let used: Vec<usize> = (0..bytes.len()).step_by(4).filter(|&at| bytes[at] != 0).collect();
                let at = match used.len() as u64 {
                    n if n > 0 && random.below(4) > 0 => used[random.below(n) as usize],
                    _ => random.below(bytes.len() as u64) as usize,
                };
                match random.below(6) {
                    0 => bytes[at] ^= 1 << random.below(8),
                    1 => bytes[at] = random.next() as u8,
                    2 => bytes.truncate(at),
                    kind => {
                        let at = at / 4 * 4;
                        let word = match kind {
                            3 => random.next() as u32,
                            4 => u32::MAX,
                            _ => words[random.below(words.len() as u64) as usize],
                        };
                        let len = bytes.len().min(at + 4) - at;
                        bytes[at..at + len].copy_from_slice(&word.to_le_bytes()[..len]);
                    }
                }
                *section = bytes.into();
            }
            let Ok(table) = Table::<A>::open(&mut Reader::new(sections), count * 2, |id| id % 10 != 7) else {
                refused += 1;
                continue;
            };
            opened += 1;
            let mut rows = vec![0; addrs.len()];
            for kernel in Kernel::available() {
                let index = &table.index;
                index.find_all(kernel, &addrs, &mut rows);
                for (&addr, &row) in addrs.iter().zip(&rows) {
                    assert_eq!(index.find(kernel, addr), row);
                    assert!(row == NONE || (row as usize) < table.len());
                    let chain = table.from(Some(row)).take(200).collect::<Vec<_>>();
                    assert!(chain.len() <= usize::from(A::BITS) + 1);
                    assert!(chain.iter().all(|&(row, _)| table.ids(row).all(|id| (id as usize) < count * 2)));
                }
            }
        }
    }
    (refused, opened)
}

#[test]
fn damaged_tables_are_refused_or_answer() {
    let rounds = cases(60, 1);
    for (refused, opened) in [mutated::<u32>(9, rounds), mutated::<u128>(10, rounds)] {
        assert!(refused > cases(100, 1) && opened > cases(50, 1), "{refused} {opened}");
    }
}

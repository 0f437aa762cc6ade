//! The sweep gives the same places as a look at each byte, with every kernel, and reads nothing outside the text.

#[cfg(all(unix, not(miri)))]
use super::super::guard::guarded;
use super::super::name::{bits_of, name_hash};
use super::*;
use crate::random::{Random, cases};

fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut random = Random::new(seed);
    move |n| random.index(n)
}

static RULES: Rules = Rules::new(
    {
        let mut table = [false; 256];
        (table[b'/' as usize], table[b' ' as usize], table[b'\n' as usize]) = (true, true, true);
        table
    },
    &[(b'\\', Escape::Always), (b'%', Escape::Always), (b'=', Escape::BeforeThree), (b'[', Escape::BeforeColour)],
);

const PIECES: [&[u8]; 32] = [
    b"192.0.2.1",
    b"1.2.3.4.",
    b"evil.test",
    b"a.b.c.d.e",
    b"www.Evil.TEST.",
    b"http://",
    b"://evil.test/",
    b"::1",
    b"1:2:3:4:5:6:7:8",
    b"00:0c:29:ab:cd:ef",
    b"%2F",
    b"\\n",
    b"(4)evil",
    b"\xC3\xA9",
    b" ",
    b"\n",
    b".",
    b"-",
    b"_",
    b"#012",
    b"x",
    b"999.999.999.999",
    b"t.co",
    b"aaaaaaaaaaaaaaaa",
    b"xn--a.xn--b",
    b"1.2.3.4.https",
    b"\x1B[31m",
    b"=3D",
    b"4.3.2.1.in-addr.arpa",
    b"0.1.ip6.arpa",
    b"ip6.arpa..",
    b"saddr=",
];

fn text(random: &mut impl FnMut(usize) -> usize, len: usize) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < len {
        text.extend_from_slice(PIECES[random(PIECES.len())]);
    }
    text.truncate(len);
    text
}

/// Bitmaps that let half of all places pass.
struct Bitmaps {
    nets: Vec<u8>,
    tails: Vec<u8>,
    names: Vec<u8>,
}

impl Bitmaps {
    fn new(random: &mut impl FnMut(usize) -> usize) -> Self {
        let mut bytes = |len: usize| -> Vec<u8> {
            let count = cases(len, 256);
            (0..count).map(|_| random(256) as u8).collect::<Vec<_>>().repeat(len / count)
        };
        Self { nets: bytes(1 << 17), tails: bytes(1 << 11), names: bytes(1 << 11) }
    }

    fn filters(&self) -> Filters<'_> {
        Filters { nets: &self.nets, shift: 12, tails: &self.tails, names: &self.names, addrs: Some(&Even) }
    }
}

/// Lists every even address.
#[derive(Debug)]
struct Even;

impl Addrs for Even {
    fn may_list(&self, addrs: &[u32], answers: &mut [bool]) {
        addrs.iter().zip(answers).for_each(|(addr, answer)| *answer = addr % 2 == 0);
    }
}

/// Lists these addresses.
#[derive(Debug)]
struct Listed(Vec<u32>);

impl Addrs for Listed {
    fn may_list(&self, addrs: &[u32], answers: &mut [bool]) {
        addrs.iter().zip(answers).for_each(|(addr, answer)| *answer = self.0.contains(addr));
    }
}

fn places(sweep: &mut Sweep, text: &[u8], filters: Filters<'_>) -> Vec<(usize, What)> {
    let (mut from, mut places) = (0, Vec::new());
    while from <= text.len() {
        let next = sweep.batch(text, from, filters);
        places.extend(sweep.places().iter().map(|place| (from + place.at(), place.what())));
        from = next;
    }
    places
}

/// The places for hashes and mail addresses.
fn exact_places(sweep: &mut Sweep, text: &[u8]) -> Vec<usize> {
    let (mut from, mut places) = (0, Vec::new());
    while from <= text.len() {
        let next = sweep.batch(text, from, Filters::default());
        places.extend(sweep.exact().iter().map(|&at| from + at as usize));
        from = next;
    }
    places
}

fn all_wanted() -> impl Iterator<Item = Wanted> {
    (0..16).step_by(cases(1, 5)).map(|n| Wanted {
        addrs: n & 1 > 0,
        v6: true,
        names: n & 2 > 0,
        punycode: n & 4 > 0,
        odd_names: n & 8 > 0,
        ..Wanted::default()
    })
}

/// The longest texts: a few batches or, with Miri, which is a thousand times slower, a few blocks.
const LONG: &[usize] = if cfg!(miri) {
    &[5 * BLOCK]
} else {
    &[BATCH * BLOCK - 1, BATCH * BLOCK, BATCH * BLOCK + 1, 5 * BATCH * BLOCK + 77]
};
/// The step between the lengths of short texts.
const STEP: usize = cases(7, 97);

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// Returns the run of bytes before a place for which `of` is true.
fn run_before(text: &[u8], at: usize, of: impl Fn(u8) -> bool) -> &[u8] {
    let len = text[..at].iter().rev().take_while(|&&byte| of(byte)).count();
    &text[at - len..at]
}

/// Returns true if a run ends in a dot and a label of letters alone, ignoring dots and hyphens at its end.
fn ends_in_letters(run: &[u8]) -> bool {
    let kept = run.iter().rposition(|b| !matches!(b, b'.' | b'-')).map_or(0, |last| last + 1);
    let label = run_before(run, kept, |byte| byte.is_ascii_alphabetic());
    !label.is_empty() && run[..kept - label.len()].last() == Some(&b'.')
}

/// Returns the places that the masks leave, by a look at each byte. Includes all authorities, although a filter without bitmaps drops
/// some.
fn naive(text: &[u8], wanted: Wanted) -> Vec<(usize, What)> {
    let mut places = Vec::new();
    for at in 0..=text.len() {
        let here = text.get(at).copied();
        let before = |n: usize| at.checked_sub(n).map(|at| text[at]);
        let number = run_before(text, at, is_number);
        let dots = number.iter().filter(|&&byte| byte == b'.').count();
        if wanted.addrs && dots >= 3 && !here.is_some_and(is_number) {
            places.push((at, What::QuadEnd));
        }
        let run = run_before(text, at, is_host);
        let is_name = if wanted.odd_names {
            run.contains(&b'.')
        } else {
            ends_in_letters(run) || wanted.punycode && run.windows(2).any(|pair| pair == b"--")
        };
        // The reverse names of IPv6 addresses count as names even if only addresses are listed.
        let trimmed = at - run_before(text, at, |byte| matches!(byte, b'.' | b'-')).len();
        let is_reverse = || text[..trimmed].to_ascii_lowercase().ends_with(b"ip6.arpa");
        let is_wanted = wanted.names || wanted.addrs && is_reverse();
        if is_wanted && is_name && !here.is_some_and(is_host) {
            places.push((at, What::NameEnd));
        }
        let Some(here) = here else { continue };
        if here == b'/' && before(1) == Some(b'/') && before(2) == Some(b':') {
            places.push((at, What::Authority));
        }
        let colons =
            || run_before(text, at, |byte| is_host(byte) || byte == b':').iter().filter(|&&b| b == b':').count();
        let is_six = wanted.addrs && here == b':' && (before(1) == Some(b':') || colons() >= 5);
        let is_rare = matches!(here, b'\\' | b'%' | 0x80..);
        if is_rare || is_six || is_number(here) && before(1) == Some(b'(') {
            places.push((at, What::Other));
        }
    }
    places
}

#[test]
fn every_kernel_leaves_what_a_look_at_each_byte_tells() {
    let mut random = random(3);
    for wanted in all_wanted() {
        for len in (0..300).step_by(STEP).chain(LONG.iter().copied()) {
            let text = text(&mut random, len);
            let without = |places: Vec<(usize, What)>| -> Vec<(usize, What)> {
                places.into_iter().filter(|&(_, what)| wanted.odd_names || what != What::Authority).collect()
            };
            let want = without(naive(&text, wanted));
            for kernel in Kernel::available() {
                let found = without(places(&mut Sweep::new(kernel, wanted, &RULES), &text, Filters::default()));
                assert_eq!(found, want, "{kernel:?} {wanted:?} {}", text.escape_ascii());
            }
        }
    }
}

#[test]
fn every_kernel_finds_the_places_for_hashes_and_mail_addresses() {
    const DIGITS: &[u8] = b"0123456789abcdefABCDEF:-";
    let mut random = random(4);
    for (hashes, emails) in [(false, false), (false, true), (true, false), (true, true)] {
        let wanted = Wanted { hashes, emails, ..Wanted::default() };
        for len in (0..300).step_by(STEP).chain(LONG.iter().copied()) {
            // One byte in 40 is none of the digits.
            let text: Vec<u8> = (0..len)
                .map(|_| match random(40) {
                    0 => b"@%g/. G`"[random(8)],
                    _ => DIGITS[random(DIGITS.len())],
                })
                .collect();
            let of_chunk = |at: usize| at.is_multiple_of(16) && text[at..].len() >= 16;
            let is_chunk = |at: usize| of_chunk(at) && text[at..at + 16].iter().all(|byte| DIGITS.contains(byte));
            let want: Vec<usize> =
                (0..len).filter(|&at| emails && matches!(text[at], b'@' | b'%') || hashes && is_chunk(at)).collect();
            for kernel in Kernel::available() {
                let found = exact_places(&mut Sweep::new(kernel, wanted, &RULES), &text);
                assert_eq!(found, want, "{kernel:?} {wanted:?} {}", text.escape_ascii());
            }
        }
    }
}

#[test]
fn every_kernel_leaves_the_same_places() {
    let mut random = random(1);
    let bitmaps = Bitmaps::new(&mut random);
    let filters = bitmaps.filters();
    for wanted in all_wanted() {
        let mut sweeps: Vec<_> =
            Kernel::available().into_iter().map(|kernel| Sweep::new(kernel, wanted, &RULES)).collect();
        for len in (0..300).step_by(STEP).chain(LONG.iter().copied()) {
            let text = text(&mut random, len);
            let mut all = sweeps.iter_mut().map(|sweep| places(sweep, &text, filters));
            let first = all.next().unwrap();
            assert!(first.is_sorted_by_key(|&(at, what)| (at, what as u8)));
            assert!(all.all(|other| other == first), "{wanted:?} {len}");
        }
    }
}

/// The filters drop only places without a listed value, wherever these are.
#[test]
fn listed_places_stay() {
    let wanted = Wanted { addrs: true, v6: true, names: true, ..Wanted::default() };
    let mut nets = vec![0; 1 << 17];
    let net = u32::from_be_bytes([203, 0, 113, 77]) >> 12;
    nets[(net / 8) as usize] |= 1 << (net % 8);
    let bitmap = |names: &[&str]| {
        let mut words = [0; 64 * WORD];
        for name in names {
            let (word, bits) = bits_of(name_hash(name.as_bytes(), 0, name.len()), 64);
            let word = &mut words[word * WORD..][..WORD];
            word.iter_mut().zip(bits.to_le_bytes()).for_each(|(word, bits)| *word |= bits);
        }
        words
    };
    let tails = bitmap(&["evil.test", "example.test", "shared.test"]);
    let names = bitmap(&["evil.test", "a.b.example.test", "listed.shared.test"]);
    let addrs = Listed(vec![u32::from_be_bytes([203, 0, 113, 77])]);
    let filters = Filters { nets: &nets, shift: 12, tails: &tails, names: &names, addrs: Some(&addrs) };
    for kernel in Kernel::available() {
        let mut sweep = Sweep::new(kernel, wanted, &RULES);
        for before in (0..200).step_by(cases(1, 150)) {
            for (listed, what) in [
                ("203.0.113.77", What::QuadEnd),
                ("\x1B[31m203.0.113.77", What::QuadEnd),
                ("=3D203.0.113.77", What::QuadEnd),
                ("a.evil.test", What::NameEnd),
                ("EVIL.test.", What::NameEnd),
                ("=3Devil.test", What::NameEnd),
                ("\x1B[31mevil.test", What::NameEnd),
                ("7.6.IP6.arpa", What::NameEnd),
                ("a.b.example.test", What::NameEnd),
                ("x.y.z.A.b.example.test.", What::NameEnd),
                ("-listed.shared.test-", What::NameEnd),
                ("203.0.113.77.443", What::QuadEnd),
                ("%0A203.0.113.77", What::QuadEnd),
            ] {
                for after in ["", " ", "/x", &" ".repeat(100)] {
                    let text = format!("{:>before$}{listed}{after}", " ");
                    let end = before.max(1) + listed.len();
                    let found = places(&mut sweep, text.as_bytes(), filters);
                    assert!(found.contains(&(end, what)), "{kernel:?} {text:?} {found:?}");
                }
            }
            for (text, is_coarse) in [
                ("198.51.100.7 good.test and http://good.test/", false),
                ("203.0.113.78 b.example.test, other.shared.test and http://listed.shared.test.example.test/", true),
            ] {
                let text = format!("{:>before$}{text} {:>100}", " ", "");
                let found = places(&mut sweep, text.as_bytes(), filters);
                // Near the start everything stays.
                assert!(found.is_empty() || before < FAR, "{kernel:?} {text:?} {found:?}");
                let coarse = places(&mut sweep, text.as_bytes(), Filters { names: &[], addrs: None, ..filters });
                assert!(!is_coarse || coarse.len() >= 3, "{kernel:?} {text:?} {coarse:?}");
            }
        }
    }
}

/// Texts that end before an unreadable page, or start after one.
#[cfg(all(unix, not(miri)))]
#[test]
fn nothing_outside_the_text_is_read() {
    let mut random = random(2);
    let bitmaps = Bitmaps::new(&mut random);
    let filters = bitmaps.filters();
    guarded(|page| {
        for kernel in Kernel::available() {
            for wanted in all_wanted() {
                let mut sweep = Sweep::new(kernel, wanted, &RULES);
                for len in (0..200).chain([BATCH * BLOCK - 1, BATCH * BLOCK, BATCH * BLOCK + 63]) {
                    let text = text(&mut random, len);
                    let want = places(&mut sweep, &text, filters);
                    for from in [0, page.len() - len] {
                        let part = &mut page[from..from + len];
                        part.copy_from_slice(&text);
                        assert_eq!(places(&mut sweep, part, filters), want, "{kernel:?} {wanted:?} {len}");
                    }
                }
            }
        }
    });
}

//! The sweep gives the same places whatever the kernel, and reads nothing outside the text.

#[cfg(unix)]
use super::super::guard::guarded;
use super::super::name::name_hash;
use super::*;

fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |n| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }
}

static RULES: Rules = Rules {
    ends_authority: {
        let mut table = [false; 256];
        (table[b'/' as usize], table[b' ' as usize], table[b'\n' as usize]) = (true, true, true);
        table
    },
    escapes: {
        let mut table = [Escape::Never; 256];
        (table[b'\\' as usize], table[b'%' as usize]) = (Escape::Always, Escape::Always);
        (table[b'=' as usize], table[b'[' as usize]) = (Escape::BeforeThree, Escape::BeforeColour);
        table
    },
};

const PIECES: [&[u8]; 30] = [
    b"192.0.2.1",
    b"1.2.3.4.",
    b"evil.test",
    b"a.b.c.d.e",
    b"www.Evil.TEST.",
    b"http://",
    b"://evil.test/",
    b"::1",
    b"1:2:3:4:5:6:7:8",
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

/// Bitmaps that let half of all pass.
fn bitmaps(random: &mut impl FnMut(usize) -> usize) -> (Vec<u8>, Vec<u8>) {
    let mut bytes = |len: usize| -> Vec<u8> { (0..len).map(|_| random(256) as u8).collect() };
    (bytes(1 << 17), bytes(1 << 11))
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

fn all_wanted() -> impl Iterator<Item = Wanted> {
    (0..16).map(|n| Wanted { addrs: n & 1 > 0, v6: true, names: n & 2 > 0, punycode: n & 4 > 0, odd_names: n & 8 > 0 })
}

#[test]
fn every_kernel_leaves_the_same_places() {
    let mut random = random(1);
    let (nets, tails) = bitmaps(&mut random);
    let filters = Filters { nets: &nets, shift: 12, tails: &tails };
    for wanted in all_wanted() {
        let mut sweeps: Vec<_> =
            Kernel::available().into_iter().map(|kernel| Sweep::new(kernel, wanted, &RULES)).collect();
        for len in
            (0..300).step_by(7).chain([BATCH * BLOCK - 1, BATCH * BLOCK, BATCH * BLOCK + 1, 5 * BATCH * BLOCK + 77])
        {
            let text = text(&mut random, len);
            let mut all = sweeps.iter_mut().map(|sweep| places(sweep, &text, filters));
            let first = all.next().unwrap();
            assert!(first.is_sorted_by_key(|&(at, what)| (at, what as u8)));
            assert!(all.all(|other| other == first), "{wanted:?} {len}");
        }
    }
}

/// What a filter drops is not listed: a place that holds something listed stays, wherever it stands.
#[test]
fn what_is_listed_stays() {
    let wanted = Wanted { addrs: true, v6: true, names: true, ..Wanted::default() };
    let mut nets = vec![0; 1 << 17];
    let net = u32::from_be_bytes([203, 0, 113, 77]) >> 12;
    nets[(net / 8) as usize] |= 1 << (net % 8);
    let mut tails = [0; 16 * WORD];
    let (word, bits) = bits_of(name_hash(b"evil.test", 0, 9), 16);
    tails[word * WORD..][..WORD].copy_from_slice(&bits.to_le_bytes());
    let filters = Filters { nets: &nets, shift: 12, tails: &tails };
    for kernel in Kernel::available() {
        let mut sweep = Sweep::new(kernel, wanted, &RULES);
        for before in 0..200 {
            for (listed, what) in [
                ("203.0.113.77", What::QuadEnd),
                ("\x1B[31m203.0.113.77", What::QuadEnd),
                ("=3D203.0.113.77", What::QuadEnd),
                ("a.evil.test", What::NameEnd),
                ("EVIL.test.", What::NameEnd),
                ("=3Devil.test", What::NameEnd),
                ("\x1B[31mevil.test", What::NameEnd),
                ("7.6.IP6.arpa", What::NameEnd),
            ] {
                for after in ["", " ", "/x", &" ".repeat(100)] {
                    let text = format!("{:>before$}{listed}{after}", " ");
                    let end = before.max(1) + listed.len();
                    let found = places(&mut sweep, text.as_bytes(), filters);
                    assert!(found.contains(&(end, what)), "{kernel:?} {text:?} {found:?}");
                }
            }
            let text = format!("{:>before$}198.51.100.7 good.test and http://good.test/ {:>100}", " ", "");
            let found = places(&mut sweep, text.as_bytes(), filters);
            // Near the start everything stays.
            assert!(found.is_empty() || before < FAR, "{kernel:?} {text:?} {found:?}");
        }
    }
}

/// Texts that end where the next page may not be read, and start where the last may not.
#[cfg(unix)]
#[test]
fn nothing_outside_the_text_is_read() {
    let mut random = random(2);
    let (nets, tails) = bitmaps(&mut random);
    let filters = Filters { nets: &nets, shift: 12, tails: &tails };
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

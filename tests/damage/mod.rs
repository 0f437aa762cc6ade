//! Damages compiled files while keeping their checksums valid, and checks that opened files answer in a bounded number of steps.
//!
//! The container is read and written here from its description alone, so that the description is tested as well.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(unreachable_pub, reason = "a module of test binaries, which reach all of it")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::ControlFlow;

use netsieve::{MatchOptions, Scanner, Sieve};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

const HEADER: usize = 128;
const ENTRY: usize = 64;

fn number(file: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_le_bytes(file[at..at + 8].try_into().unwrap())).unwrap_or(usize::MAX)
}

fn name(entry: &[u8]) -> &[u8] {
    entry[..40].split(|&byte| byte == 0).next().unwrap_or(&[])
}

/// Corrects all checksums of a file, as far as its section table is valid.
pub fn reseal(file: &mut [u8]) {
    if file.len() < HEADER {
        return;
    }
    let count = u32::from_le_bytes(file[24..28].try_into().unwrap()) as usize;
    let Some(end) = count.checked_mul(ENTRY).and_then(|len| len.checked_add(HEADER)).filter(|&end| end <= file.len())
    else {
        return;
    };
    for at in (HEADER..end).step_by(ENTRY) {
        let (start, len) = (number(file, at + 40), number(file, at + 48));
        if let Some(section) = start.checked_add(len).and_then(|end| file.get(start..end)) {
            let sum = xxh3_64(section);
            file[at + 56..at + 64].copy_from_slice(&sum.to_le_bytes());
        }
    }
    let sum = xxh3_64_with_seed(&file[HEADER..end], xxh3_64(&file[..64]));
    file[64..72].copy_from_slice(&sum.to_le_bytes());
}

/// A file, split into its parts.
#[derive(Clone, Debug)]
pub struct Parts {
    head: Vec<u8>,
    pub sections: Vec<(String, Vec<u8>)>,
}

impl Parts {
    pub fn of(file: &[u8]) -> Self {
        let count = u32::from_le_bytes(file[24..28].try_into().unwrap()) as usize;
        let section = |at: usize| {
            let entry = &file[HEADER + at * ENTRY..];
            let (start, len) = (number(entry, 40), number(entry, 48));
            (String::from_utf8(name(entry).to_vec()).unwrap(), file[start..start + len].to_vec())
        };
        Self { head: file[..HEADER].to_vec(), sections: (0..count).map(section).collect() }
    }

    /// Reassembles the file, with valid checksums.
    pub fn assemble(&self) -> Vec<u8> {
        let mut file = self.head.clone();
        file[24..28].copy_from_slice(&(self.sections.len() as u32).to_le_bytes());
        file.resize(HEADER + ENTRY * self.sections.len(), 0);
        for (at, (name, bytes)) in self.sections.iter().enumerate() {
            file.resize(file.len().next_multiple_of(64), 0);
            let start = file.len() as u64;
            file.extend_from_slice(bytes);
            let entry = &mut file[HEADER + at * ENTRY..][..ENTRY];
            entry[..name.len()].copy_from_slice(name.as_bytes());
            entry[40..48].copy_from_slice(&start.to_le_bytes());
            entry[48..56].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        }
        let len = file.len() as u64;
        file[16..24].copy_from_slice(&len.to_le_bytes());
        reseal(&mut file);
        file
    }
}

/// One way to damage a section.
#[derive(Clone, Debug)]
pub enum Damage {
    Flip { at: usize, bit: u8 },
    Word { at: usize, size: usize, value: u64 },
    Add { at: usize, size: usize, by: i64 },
    Swap { a: usize, b: usize, size: usize },
    Copy { from: usize, to: usize, len: usize },
    Fill { from: usize, len: usize, with: u8 },
    Cut { len: usize },
    Grow { by: usize, with: u8 },
    Insert { at: usize, len: usize },
    Replace { by: usize },
}

impl Damage {
    /// Applies the damage to one section. Offsets beyond its end wrap around.
    pub fn apply(&self, parts: &mut Parts, section: usize) {
        let count = parts.sections.len();
        let others: Vec<u8> = match self {
            Damage::Replace { by } => parts.sections[by % count].1.clone(),
            _ => Vec::new(),
        };
        let bytes = &mut parts.sections[section % count].1;
        let len = bytes.len();
        let word = |at: usize, size: usize| {
            let words = len / size;
            (words > 0).then(|| at % words * size..at % words * size + size)
        };
        match *self {
            Damage::Flip { at, bit } if len > 0 => bytes[at % len] ^= 1 << (bit % 8),
            Damage::Word { at, size, value } => {
                if let Some(range) = word(at, size) {
                    bytes[range].copy_from_slice(&value.to_le_bytes()[..size]);
                }
            }
            Damage::Add { at, size, by } => {
                if let Some(range) = word(at, size) {
                    let mut old = [0; 8];
                    old[..size].copy_from_slice(&bytes[range.clone()]);
                    let new = u64::from_le_bytes(old).wrapping_add(by as u64);
                    bytes[range].copy_from_slice(&new.to_le_bytes()[..size]);
                }
            }
            Damage::Swap { a, b, size } => {
                if let (Some(a), Some(b)) = (word(a, size), word(b, size)) {
                    let old = bytes[a.clone()].to_vec();
                    bytes.copy_within(b.clone(), a.start);
                    bytes[b].copy_from_slice(&old);
                }
            }
            Damage::Copy { from, to, len: of } if len > 0 => {
                let (from, to) = (from % len, to % len);
                bytes.copy_within(from..from + of.min(len - from).min(len - to), to);
            }
            Damage::Fill { from, len: of, with } if len > 0 => {
                let from = from % len;
                bytes[from..(from + of).min(len)].fill(with);
            }
            Damage::Cut { len: of } => bytes.truncate(len - of.min(len)),
            Damage::Grow { by, with } => bytes.resize(len + by, with),
            Damage::Insert { at, len: of } if len > 0 => {
                let at = at % len;
                let again = bytes[at..(at + of).min(len)].to_vec();
                bytes.splice(at..at, again);
            }
            Damage::Replace { .. } => *bytes = others,
            _ => {}
        }
    }
}

/// Values to look up in any file that opens: those of the undamaged file, and close ones.
const VALUES: [&str; 24] = [
    "evil.test",
    "www.evil.test",
    "a.b.c.d.e.f.evil.test",
    "ok.evil.test",
    "bad.example:8080",
    "bad.example",
    "test",
    "x-login.test",
    "bank-login.test",
    "192.0.2.7",
    "198.51.100.77:443",
    "203.0.113.5",
    "255.255.255.255",
    "0.0.0.0",
    "2001:db8::5",
    "2001:db8:1::7",
    "2001:db8:2::5",
    "::",
    "http://shop.test/login/x/y?z",
    "https://192.0.2.9/a?b",
    "http://host.test/anything",
    "http://other.test/x/gate.php",
    "shop.test",
    "http://www.shop.test/login/",
];

/// More than the small file has of anything, damaged or not.
const MOST: usize = 100_000;

/// Looks up and reads everything, and fails after too many steps.
pub fn drive(sieve: &Sieve) {
    let mut steps = 0;
    let mut step = || {
        steps += 1;
        assert!(steps < MOST, "too many steps");
    };
    let mut weak = MatchOptions::default();
    (weak.name_like, weak.host_only) = (true, true);
    let mut filtered = weak.clone();
    filtered.filter.min_confidence = Some(1);
    filtered.filter.as_of = jiff::Timestamp::from_second(1_700_000_000).ok();
    filtered.filter.tags.push("t".into());
    for options in [MatchOptions::default(), weak, filtered] {
        let mut matcher = sieve.matcher_with(&options);
        for value in VALUES {
            let found = matcher.match_any(value);
            assert!(found.len() < MOST);
            for found in found.iter() {
                step();
                let _ = (found.relation(), found.strength(), found.indicator().to_string());
                found.sources().for_each(|_| step());
            }
        }
        let addrs: [IpAddr; 4] = [
            Ipv4Addr::new(192, 0, 2, 7).into(),
            Ipv4Addr::new(198, 51, 100, 255).into(),
            Ipv6Addr::from_bits(0x2001_0db8 << 96 | 9).into(),
            Ipv6Addr::from_bits(u128::MAX).into(),
        ];
        for addr in addrs {
            assert!(matcher.match_ip(addr, Some(443)).len() < MOST);
        }
        assert!(matcher.match_domain("evil.test", Some(1)).len() < MOST);
        assert!(matcher.match_url("http://shop.test/login/").len() < MOST);
    }
    for indicator in sieve.indicators() {
        step();
        let _ =
            (indicator.to_indicator(), indicator.to_string(), indicator.port(), indicator.scope(), indicator.kind());
        for source in indicator.sources() {
            step();
            let _ = (source.as_listed(), source.feed().name.len(), source.line(), source.action(), source.family());
            let _ = (source.confidence(), source.score(), source.first_seen(), source.last_seen());
            let _ = (source.valid_until(), source.object_id(), source.reference(), source.description());
            source.tags().for_each(|_| step());
        }
    }
    let log = VALUES.join(" \n").into_bytes();
    let stats = Scanner::new(sieve).scan(&log, |hit| {
        assert!(hit.matches().len() < MOST);
        ControlFlow::Continue(())
    });
    assert!(stats.matches < MOST as u64);
    let _ = (sieve.memory_usage(), sieve.provenance(), sieve.feeds());
}

/// Opens a file and drives the result; returns true if it opened.
pub fn try_open(file: Vec<u8>) -> bool {
    match Sieve::from_bytes(file) {
        Ok(sieve) => {
            drive(&sieve);
            true
        }
        Err(error) => {
            assert!(error.to_string().starts_with("section "), "{error}");
            false
        }
    }
}

//! From raw names to normal names, by the table [`table::TABLE`].
//!
//! Names compare by their letters and digits alone, so `src_ip`, `SrcIP`, `src-ip` and `{"src":{"ip":…}}` are one name. A longer name
//! is known by its end, cut between words: `httpRequest.clientIp` is a `client_ip`. The words before that make it less certain.

pub(super) mod hint;
mod table;

use std::sync::OnceLock;

use super::ecs::{EcsName, Type};

pub(super) use table::Meaning;

/// The maximum length of a name that is looked up, in letters and digits.
const MAX_KEY: usize = 96;

/// Added to [`KnownName::extra`] of a name that is known only by its end.
pub(super) const CUT: u8 = 60;

/// The maximum number of words at the start of a name that may be cut off.
const MAX_WORDS: usize = 8;

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The powers of [`BASE`]: a hash is multiplied by one of them when letters are appended.
const POWERS: [u64; MAX_KEY + 1] = {
    let mut powers = [1_u64; MAX_KEY + 1];
    let mut at = 1;
    while at <= MAX_KEY {
        powers[at] = powers[at - 1].wrapping_mul(BASE);
        at += 1;
    }
    powers
};

/// The lower-case letter or digit of each byte; 0 for bytes that are ignored.
const FOLDED: [u8; 256] = {
    let mut folded = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        folded[byte] = if b.is_ascii_alphanumeric() {
            b.to_ascii_lowercase()
        } else if b >= 0x80 {
            b
        } else {
            0
        };
        byte += 1;
    }
    folded
};

/// A name prepared for comparison: polynomial hashes of its letters from the start of each word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    hash: u64,
    length: usize,
    /// Hash and length of the text before each word.
    words: [(u64, u8); MAX_WORDS],
    count: usize,
}

impl Key {
    /// Returns `None` if the name has no letters or is too long.
    pub(super) fn new(name: &[u8]) -> Option<Key> {
        let mut key = Key { hash: 0, length: 0, words: [(0, 0); MAX_WORDS], count: 0 };
        let mut starts = true;
        let mut before = 0_u8;
        for (at, &byte) in name.iter().enumerate() {
            let folded = FOLDED[byte as usize];
            if folded == 0 {
                starts = true;
                continue;
            }
            if byte.is_ascii_uppercase() {
                starts |= !before.is_ascii_uppercase() || name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            }
            if key.length == MAX_KEY {
                return None;
            }
            if starts && key.length > 0 {
                if key.count == MAX_WORDS {
                    key.words.copy_within(1.., 0);
                    key.count -= 1;
                }
                key.words[key.count] = (key.hash, key.length as u8);
                key.count += 1;
            }
            starts = false;
            before = byte;
            key.hash = key.hash.wrapping_mul(BASE).wrapping_add(u64::from(folded));
            key.length += 1;
        }
        (key.length > 0).then_some(key)
    }

    /// Returns true if this is the name with that hash.
    pub(super) fn is(&self, hash: u64) -> bool {
        self.hash == hash
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    /// Joins a hash with the name of a parent: the hash and length of both in one.
    fn below(hash: u64, length: usize, parent: &Key) -> Option<(u64, usize)> {
        let whole = length + parent.length;
        (whole <= MAX_KEY).then(|| (parent.hash.wrapping_mul(POWERS[length]).wrapping_add(hash), whole))
    }

    /// Returns this name joined to a parent's, to be compared as a whole.
    pub(super) fn within(&self, parent: &Key) -> Option<Key> {
        let (hash, length) = Key::below(self.hash, self.length, parent)?;
        Some(Key { hash, length, words: [(0, 0); MAX_WORDS], count: 0 })
    }

    /// Returns the hash of the first word.
    fn first_word(&self) -> u64 {
        if self.count == 0 || self.count == MAX_WORDS { self.hash } else { self.words[0].0 }
    }

    /// Returns the ends of the name that begin at a word, longest first, without the whole name.
    fn ends(&self) -> impl Iterator<Item = (u64, usize)> + '_ {
        self.words[..self.count].iter().map(|&(hash, length)| {
            let rest = self.length - usize::from(length);
            (self.hash.wrapping_sub(hash.wrapping_mul(POWERS[rest])), rest)
        })
    }
}

/// The meanings of a name, and their certainty: a lower rank is more certain.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownName {
    pub(super) meanings: &'static [RankedMeaning],
    /// The amount by which the text before the known part of the name lowers the certainty.
    pub(super) extra: u8,
    /// The end of the connection that the text before a vague name tells, as in `destination.network.port`.
    pub(super) side: Option<Side>,
    /// What the time under this name is the time of, if the name says so.
    pub(super) moment: Option<Moment>,
    /// For each [`Step`], true if one of the meanings belongs to it.
    steps: [bool; 2],
}

/// The steps in which the fields of a line are weighed: most callers ask for time and client alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Whatever tells time and client.
    First,
    /// All else.
    Second,
}

impl Step {
    pub(super) fn of(meaning: Meaning) -> Step {
        use EcsName::*;
        match meaning {
            Meaning::Ecs(Timestamp | SourceIp | ClientIp) | Meaning::Local(_) | Meaning::Remote(_) => Step::First,
            Meaning::Date | Meaning::Clock | Meaning::Zone => Step::First,
            _ => Step::Second,
        }
    }
}

/// A moment in the life of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The event began.
    Start,
    /// It was written down, received or last changed.
    Record,
}

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Destination,
}

impl Side {
    /// Returns the end that a word with these bits of [`Kind`] stands for.
    fn of_kinds(kinds: u16) -> Option<Side> {
        if kinds & Kind::Source as u16 != 0 {
            Some(Side::Source)
        } else {
            (kinds & Kind::Destination as u16 != 0).then_some(Side::Destination)
        }
    }

    /// Moves the meaning of a vague name to this end: the `ip` of a `target` is that of the destination. `None` if the end has no such
    /// field.
    pub(super) fn of(self, meaning: Meaning) -> Option<Meaning> {
        use EcsName::*;
        let Meaning::Ecs(name) = meaning else { return Some(meaning) };
        let moved = match (self, name) {
            (Side::Source, DestinationIp) => SourceIp,
            (Side::Source, DestinationPort) => SourcePort,
            (Side::Source, DestinationDomain) => SourceDomain,
            (Side::Destination, SourceIp) => DestinationIp,
            (Side::Destination, SourcePort) => DestinationPort,
            (Side::Destination, SourceDomain) => DestinationDomain,
            (Side::Destination, ClientIp | ClientPort) => return None,
            _ => name,
        };
        Some(Meaning::Ecs(moved))
    }
}

impl KnownName {
    fn new(meanings: &'static [RankedMeaning], extra: usize, side: Option<Side>, moment: Option<Moment>) -> Self {
        let mut known = KnownName { meanings, extra: extra as u8, side, moment, steps: [false; 2] };
        known.steps =
            [Step::First, Step::Second].map(|step| known.sided().any(|entry| Step::of(entry.meaning) == step));
        known
    }

    /// Returns true if one of the meanings belongs to a step.
    pub(super) fn has(&self, step: Step) -> bool {
        self.steps[step as usize]
    }

    /// Returns the meanings at the end of the connection that the name is about.
    pub(super) fn sided(&self) -> impl Iterator<Item = RankedMeaning> + use<> {
        let (meanings, side) = (self.meanings, self.side);
        meanings.iter().filter_map(move |entry| {
            let meaning = side.map_or(Some(entry.meaning), |side| side.of(entry.meaning))?;
            Some(RankedMeaning { meaning, ..*entry })
        })
    }

    /// Returns true if this can be the name of a request's host.
    pub(super) fn may_be_host_of_request(&self) -> bool {
        self.extra < CUT && self.meanings.iter().any(|entry| entry.meaning == Meaning::InRequest(EcsName::UrlDomain))
    }

    /// Returns true if this may be a name of files, programs or versions.
    pub(super) fn may_be_name_like(&self) -> bool {
        self.meanings.iter().any(|entry| match entry.meaning {
            Meaning::Ecs(name) | Meaning::Local(name) | Meaning::Remote(name) => name.is_name_like(),
            _ => false,
        })
    }
}

/// One meaning of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct RankedMeaning {
    pub(super) meaning: Meaning,
    /// The position of the name among those with the same meaning.
    pub(super) rank: u8,
}

/// Returns a name of the W3C as it is looked up. Its prefix says whose the value is: `s-ip` is the server's.
pub(super) fn of_w3c(name: &[u8]) -> Option<Key> {
    for (prefix, whose) in [(&b"s-"[..], "server_"), (b"c-", "client_"), (b"r-", "destination_")] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return Key::new(&[whose.as_bytes(), rest].concat());
        }
    }
    Key::new(name)
}

/// Looks up a name under the names of its parent objects, innermost first.
pub(super) fn find(name: &Key, parents: &[Key]) -> Option<KnownName> {
    let index = index();
    let extra_parents = parents.len();
    // Joined to its parents, longest first.
    let mut joined = [(0, 0); 4];
    let mut count = 0;
    let mut whole = (name.hash, name.length);
    joined[0] = whole;
    for parent in parents.iter().take(3) {
        count += 1;
        match Key::below(whole.0, whole.1, parent) {
            Some(longer) => whole = longer,
            None => {
                count -= 1;
                break;
            }
        }
        joined[count] = whole;
    }
    let is_other = |parent: &Key| {
        index.is(Kind::Spoiler, parent.hash) || parent.count > 0 && index.is(Kind::Other, parent.first_word())
    };
    // `{"location":{"ip":…}}`: with all such parents it may be a known name of its own.
    let least = parents.iter().rposition(is_other).map_or(0, |at| at + 1);
    for depth in (least..=count).rev() {
        // `{"event":{"url":…}}`: an object that holds all of the event says nothing about its fields.
        let is_event = || depth > 0 && index.is(Kind::Event, parents[depth - 1].hash);
        if let Some(meanings) = index.get(joined[depth].0)
            && !(meanings[0].meaning == Meaning::Nothing && is_event())
        {
            // `{"user":{"created_at":…}}`
            let is_of_thing = || parents.get(depth).is_some_and(|parent| index.is(Kind::Thing, parent.hash));
            if index.is(Kind::Creation, joined[depth].0) && is_of_thing() {
                return None;
            }
            // A parent outside the known name makes the match less certain, but less so than extra words in the name itself.
            let extra = 10 * (extra_parents - depth).min(6);
            let side = if index.is(Kind::Vague, joined[depth].0) { index.side(&parents[depth..]) } else { None };
            return Some(KnownName::new(meanings, extra, side, index.moment(joined[depth].0)));
        }
    }
    if least > 0 {
        return None;
    }
    // Try a known name at the end of a longer one, unless a word before it says that it is about something else.
    let (mut before, mut before_length) = (0_u64, 0);
    let mut side = None;
    for (at, (hash, _)) in name.ends().enumerate() {
        let (prefix, length) = (name.words[at].0, usize::from(name.words[at].1));
        let word = prefix.wrapping_sub(before.wrapping_mul(POWERS[length - before_length]));
        (before, before_length) = (prefix, length);
        let kinds = index.kinds(word);
        if kinds & Kind::Spoiler as u16 != 0 {
            return None;
        }
        side = Side::of_kinds(kinds).or(side);
        if let Some(meanings) = index.get(hash) {
            // `session_start_time` is when that began, which may be long before.
            if index.is(Kind::Start, hash) || kinds & Kind::Thing as u16 != 0 && index.is(Kind::Creation, hash) {
                return None;
            }
            let extra = usize::from(CUT) + 10 * (at + extra_parents).min(12);
            let side = if index.is(Kind::Vague, hash) { side.or_else(|| index.side(parents)) } else { None };
            return Some(KnownName::new(meanings, extra, side, None));
        }
    }
    None
}

/// The table, indexed for lookups.
struct NameTable {
    /// Open addressing: the hash of a name, the index of its first entry, and the number of entries.
    slots: Vec<(u64, u32, u32)>,
    entries: Vec<RankedMeaning>,
    /// Words with an effect on names around them, sorted by hash, each with its bits of [`Kind`].
    words: Vec<(u64, u16)>,
}

/// The effect of a word on the names around it: one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// See [`table::SPOILERS`].
    Spoiler = 1,
    /// See [`table::OTHERS`].
    Other = 2,
    /// See [`table::SOURCES`].
    Source = 4,
    /// See [`table::DESTINATIONS`].
    Destination = 8,
    /// See [`table::VAGUE`].
    Vague = 16,
    /// See [`table::STARTS`].
    Start = 32,
    /// See [`table::RECORDS`].
    Record = 64,
    /// See [`table::EVENTS`].
    Event = 128,
    /// See [`table::CREATIONS`].
    Creation = 256,
    /// See [`table::THINGS`].
    Thing = 512,
}

fn index() -> &'static NameTable {
    static INDEX: OnceLock<NameTable> = OnceLock::new();
    INDEX.get_or_init(NameTable::new)
}

impl NameTable {
    fn new() -> Self {
        let mut all = Vec::new();
        for (meaning, names) in table::TABLE {
            for (rank, name) in names.split_ascii_whitespace().enumerate() {
                let key = Key::new(name.as_bytes()).expect("names of the table are short");
                let rank = u8::try_from(rank).expect("no meaning has so many names");
                all.push((key.hash, RankedMeaning { meaning: *meaning, rank }));
            }
        }
        // The sort is stable: if a name has several meanings, the first in the table stays first.
        all.sort_by_key(|(hash, _)| *hash);
        let mut slots = vec![(0, 0, 0); (all.len() * 3).next_power_of_two()];
        let mut entries = Vec::with_capacity(all.len());
        for same in all.chunk_by(|one, other| one.0 == other.0) {
            let (hash, first) = (same[0].0, entries.len() as u32);
            entries.extend(same.iter().map(|(_, entry)| *entry));
            let mut slot = Self::first(hash, slots.len());
            while slots[slot].2 != 0 {
                slot = (slot + 1) % slots.len();
            }
            slots[slot] = (hash, first, same.len() as u32);
        }
        let hash = |word: &str| Key::new(word.as_bytes()).expect("words of the table are short").hash;
        let mut words: Vec<(u64, u16)> = Vec::new();
        for (list, kind) in [
            (table::SPOILERS, Kind::Spoiler),
            (table::OTHERS, Kind::Other),
            (table::SOURCES, Kind::Source),
            (table::DESTINATIONS, Kind::Destination),
            (table::VAGUE, Kind::Vague),
            (table::STARTS, Kind::Start),
            (table::RECORDS, Kind::Record),
            (table::EVENTS, Kind::Event),
            (table::CREATIONS, Kind::Creation),
            (table::THINGS, Kind::Thing),
        ] {
            words.extend(list.split_ascii_whitespace().map(|word| (hash(word), kind as u16)));
        }
        words.sort_unstable();
        words.dedup_by(|later, first| {
            let is_same = later.0 == first.0;
            first.1 |= if is_same { later.1 } else { 0 };
            is_same
        });
        NameTable { slots, entries, words }
    }

    fn first(hash: u64, slots: usize) -> usize {
        (hash ^ (hash >> 29)) as usize & (slots - 1)
    }

    fn get(&'static self, hash: u64) -> Option<&'static [RankedMeaning]> {
        let mut slot = Self::first(hash, self.slots.len());
        loop {
            let (found, first, count) = self.slots[slot];
            if count == 0 {
                return None;
            }
            if found == hash {
                return Some(&self.entries[first as usize..][..count as usize]);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Returns the bits of [`Kind`] that a word has.
    fn kinds(&self, word: u64) -> u16 {
        self.words.binary_search_by_key(&word, |(hash, _)| *hash).map_or(0, |at| self.words[at].1)
    }

    fn is(&self, kind: Kind, hash: u64) -> bool {
        self.kinds(hash) & kind as u16 != 0
    }

    /// Returns the moment that a name stands for.
    fn moment(&self, name: u64) -> Option<Moment> {
        let kinds = self.kinds(name);
        if kinds & Kind::Start as u16 != 0 {
            return Some(Moment::Start);
        }
        (kinds & Kind::Record as u16 != 0).then_some(Moment::Record)
    }

    /// Returns the end of a connection that the closest of some parents stands for.
    fn side(&self, parents: &[Key]) -> Option<Side> {
        let side = |word| Side::of_kinds(self.kinds(word));
        parents.iter().find_map(|parent| side(parent.hash).or_else(|| side(parent.first_word())))
    }
}

/// Returns the normal name that the table gives for a raw name.
pub(super) fn normal(key: &Key) -> Option<EcsName> {
    index().get(key.hash)?.iter().find_map(|entry| match entry.meaning {
        Meaning::Ecs(name) => Some(name),
        _ => None,
    })
}

/// Returns true if the table knows a name, as a whole or by its end.
pub(super) fn is_known(name: &[u8]) -> bool {
    Key::new(name)
        .and_then(|key| find(&key, &[]))
        .is_some_and(|found| found.meanings.iter().any(|entry| entry.meaning != Meaning::Nothing))
}

/// Returns the first address that a name can stand for.
pub(super) fn address_meaning(name: &[u8]) -> Option<Meaning> {
    // Most names are known as a whole.
    let meanings = match index().get(whole(name)?) {
        Some(meanings) => meanings,
        None => find(&Key::new(name)?, &[])?.meanings,
    };
    let addresses = || {
        meanings.iter().map(|entry| entry.meaning).filter(|meaning| match meaning {
            Meaning::Ecs(name) | Meaning::Local(name) | Meaning::Remote(name) => name.kind() == Type::Ip,
            _ => false,
        })
    };
    // `remote` alone is the source. Beside `local` it is not, and its port goes where its address goes.
    addresses().find(|meaning| !matches!(meaning, Meaning::Ecs(_))).or_else(|| addresses().next())
}

/// Returns true if the table knows the whole name as that of the answer of a name server.
pub(super) fn is_answer(name: &[u8]) -> bool {
    let is_answer = |entry: &RankedMeaning| entry.meaning == Meaning::Ecs(EcsName::DnsAnswersData);
    whole(name).and_then(|hash| index().get(hash)).is_some_and(|meanings| meanings.iter().any(is_answer))
}

/// Returns true if the table knows the whole name as that of a port.
pub(super) fn is_port(name: &[u8]) -> bool {
    let is_port = |entry: &RankedMeaning| match entry.meaning {
        Meaning::Ecs(name) | Meaning::Local(name) | Meaning::Remote(name) => {
            matches!(name, EcsName::SourcePort | EcsName::DestinationPort | EcsName::ClientPort)
        }
        _ => false,
    };
    whole(name).and_then(|hash| index().get(hash)).is_some_and(|meanings| meanings.iter().any(is_port))
}

/// Returns true if the table knows the whole name.
pub(super) fn is_exact(name: &[u8]) -> bool {
    whole(name)
        .and_then(|hash| index().get(hash))
        .is_some_and(|meanings| meanings.iter().any(|entry| entry.meaning != Meaning::Nothing))
}

/// Returns the hash of a whole name, like [`Key::new`].
fn whole(name: &[u8]) -> Option<u64> {
    let (mut hash, mut length) = (0_u64, 0);
    for byte in name {
        let folded = FOLDED[*byte as usize];
        if folded != 0 {
            hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(folded));
            length += 1;
        }
    }
    (0 < length && length <= MAX_KEY).then_some(hash)
}

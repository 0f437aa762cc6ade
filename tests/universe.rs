//! Small universes, tested exhaustively: every set of a few indicators over a few bits or labels, with every lookup.
//!
//! Sets that differ in all bits before, or all labels after, the part under test cannot interact. They share a sieve,
//! but each is compared with the oracle on its own.

mod oracle;

use std::net::IpAddr;

use ipnet::IpNet;
use netsieve::indicator::DomainName;
use netsieve::{Indicator, MatchOptions, Matcher, Relation, Scope};
use oracle::{Observed, World, answer_of};

/// A prefix over a few bits: its length, and its bits padded with zeros.
type Prefix = (u32, u32);

/// All prefixes over `width` bits.
fn prefixes(width: u32) -> Vec<Prefix> {
    let of_len = |len| (0..1_u32 << len).map(move |bits| (len, bits << (width - len)));
    (0..=width).flat_map(of_len).collect()
}

fn holds((len, bits): Prefix, width: u32, value: u32) -> bool {
    value >> (width - len) == bits >> (width - len)
}

/// All sets of up to `most` members.
fn sets<T: Copy>(all: &[T], most: usize) -> Vec<Vec<T>> {
    let mut sets = vec![(Vec::new(), 0)];
    let mut from = 0;
    for _ in 0..most {
        let to = sets.len();
        for at in from..to {
            let (set, next) = sets[at].clone();
            for (member, index) in all[next..].iter().zip(next..) {
                let mut larger = set.clone();
                larger.push(*member);
                sets.push((larger, index + 1));
            }
        }
        from = to;
    }
    sets.into_iter().map(|(set, _)| set).collect()
}

/// The position of a universe's bits in an address.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// 32 or 128.
    family: u32,
    /// The number of bits before the universe, which encode the number of the set.
    before: u32,
    /// The number of bits in the universe.
    width: u32,
}

impl Place {
    /// The number of sets that fit in one sieve.
    fn room(self) -> usize {
        1 << self.before.min(20)
    }

    /// The address with a set's number before `value`, and `rest` after it.
    fn addr(self, set: usize, value: u32, rest: u128) -> IpAddr {
        let below = self.family - self.before - self.width;
        // The set's number is next to the universe; the bits above it are ones and zeros.
        let above = 0x2aaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa_aaaa_u128 << 20 | set as u128;
        let number = if self.before == 0 { 0 } else { above & (u128::MAX >> (128 - self.before)) };
        let high = if below + self.width >= 128 { 0 } else { number << (below + self.width) };
        let bits = high | u128::from(value) << below | if below == 0 { 0 } else { rest & (u128::MAX >> (128 - below)) };
        match self.family {
            32 => IpAddr::V4((bits as u32).into()),
            _ => IpAddr::V6(bits.into()),
        }
    }

    fn net(self, set: usize, (len, bits): Prefix) -> IpNet {
        IpNet::new(self.addr(set, bits, 0), (self.before + len) as u8).expect("within the family")
    }

    /// Checks every set with every address.
    fn check(self, sets: &[Vec<Prefix>]) {
        for sets in sets.chunks(self.room()) {
            let nets =
                sets.iter().enumerate().flat_map(|(at, set)| set.iter().map(move |&prefix| self.net(at, prefix)));
            let world = World::of(nets.map(|net| Indicator::Ip { net, port: None }));
            let mut matcher = world.sieve().matcher();
            for (at, set) in sets.iter().enumerate() {
                self.check_set(at, set, &mut matcher);
            }
        }
    }

    fn check_set(self, at: usize, set: &[Prefix], matcher: &mut Matcher) {
        for value in 0..1 << self.width {
            let mut want: Vec<Prefix> =
                set.iter().copied().filter(|&prefix| holds(prefix, self.width, value)).collect();
            want.sort_unstable_by(|a, b| b.cmp(a));
            for rest in [0, u128::MAX] {
                let addr = self.addr(at, value, rest);
                let matches = matcher.match_ip(addr, None);
                assert_eq!(matches.len(), want.len(), "{addr} in {set:?} at {self:?}: {matches:?}");
                for (found, &prefix) in matches.iter().zip(&want) {
                    let net = self.net(at, prefix);
                    let is_whole = net.prefix_len() == net.max_prefix_len();
                    let relation = if is_whole { Relation::Exact } else { Relation::Cidr };
                    let indicator = found.indicator().to_indicator();
                    assert_eq!(indicator, Some(Indicator::Ip { net, port: None }), "{addr} in {set:?} at {self:?}");
                    assert_eq!(found.relation(), relation);
                }
            }
        }
    }
}

#[test]
fn every_set_of_prefixes_over_three_bits() {
    let all = prefixes(3);
    let sets: Vec<Vec<Prefix>> = (0..1_u32 << all.len())
        .map(|set| all.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, &prefix)| prefix).collect())
        .collect();
    for (family, before) in [(32, 15), (32, 22), (32, 29), (128, 15), (128, 125)] {
        Place { family, before, width: 3 }.check(&sets);
    }
}

/// At every position. At the very top, each set needs a sieve of its own.
#[test]
fn every_set_of_four_prefixes_over_four_bits_v4() {
    let all = prefixes(4);
    let small = sets(&all, 3);
    Place { family: 32, before: 0, width: 4 }.check(&small);
    let sets = sets(&all, 4);
    assert_eq!(sets.len(), 1 + 31 + 465 + 4495 + 31465);
    for before in 5..=28 {
        Place { family: 32, before, width: 4 }.check(&sets);
    }
}

/// Across every byte boundary, and at both ends of the address.
#[test]
fn every_set_of_four_prefixes_over_four_bits_v6() {
    let all = prefixes(4);
    let small = sets(&all, 2);
    Place { family: 128, before: 0, width: 4 }.check(&small);
    let sets = sets(&all, 4);
    for before in (8..128).step_by(8).map(|boundary| boundary - 2).chain([124]) {
        Place { family: 128, before, width: 4 }.check(&sets);
    }
}

/// All names of up to `most` labels, each `a` or `b`.
fn names(most: usize) -> Vec<String> {
    let mut names: Vec<String> = vec!["a".into(), "b".into()];
    let mut from = 0;
    for _ in 1..most {
        let to = names.len();
        for at in from..to {
            for label in ["a", "b"] {
                names.push(format!("{label}.{}", names[at]));
            }
        }
        from = to;
    }
    names
}

const SCOPES: [Scope; 3] = [Scope::Exact, Scope::Subdomains, Scope::Suffix];

fn domain(name: &str, scope: Scope) -> Indicator {
    Indicator::Domain { name: DomainName::parse(name).expect("made of labels"), scope, port: None }
}

/// All short names with all scopes, by number.
fn domains() -> Vec<(String, Scope)> {
    names(3).into_iter().flat_map(|name| SCOPES.map(|scope| (name.clone(), scope))).collect()
}

/// Compares one sieve of all `worlds` with the oracle of each world. `beneath` gives the common ending of a world's names.
fn check_names(worlds: &[World], beneath: impl Fn(usize) -> String) {
    let options = MatchOptions::default();
    let all = World::of(worlds.iter().flat_map(|world| world.rows.iter().map(|row| row.indicator.clone())));
    let mut matcher = all.sieve().matcher_with(&options);
    let lookups = names(4);
    for (at, world) in worlds.iter().enumerate() {
        let oracle = world.oracle();
        for name in &lookups {
            let name = format!("{name}{}", beneath(at));
            let seen = Observed::name(&name, None).expect("made of labels");
            let want: Vec<_> = oracle
                .matches(&seen, &options)
                .found
                .into_iter()
                .map(|found| (found.indicator, found.scope, found.relation))
                .collect();
            let found = answer_of(&matcher.match_domain(&name, None)).found;
            let got: Vec<_> = found.into_iter().map(|found| (found.indicator, found.scope, found.relation)).collect();
            assert_eq!(got, want, "{name} in {:?}", world.rows);
        }
    }
}

#[test]
fn every_pair_of_short_names() {
    let all = domains();
    let numbers: Vec<usize> = (0..all.len()).collect();
    for set in sets(&numbers, 2) {
        let world = World::of(set.iter().map(|&at| domain(&all[at].0, all[at].1)));
        check_names(&[world], |_| String::new());
    }
}

#[test]
fn every_three_short_names() {
    let all = domains();
    let numbers: Vec<usize> = (0..all.len()).collect();
    let beneath = |at: usize| format!(".s{at}");
    let worlds: Vec<World> = sets(&numbers, 3)
        .iter()
        .enumerate()
        .map(|(at, set)| {
            World::of(set.iter().map(|&number| domain(&format!("{}{}", all[number].0, beneath(at)), all[number].1)))
        })
        .collect();
    assert_eq!(worlds.len(), 1 + 42 + 861 + 11480);
    check_names(&worlds, beneath);
}

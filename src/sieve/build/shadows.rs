//! Finds the block indicators that each allow entry suppresses.

use ipnet::IpNet;

use super::beneath::Taken;
use super::globs::NamePatterns;
use crate::indicator::{Action, Scope};
use crate::sieve::matching::view::{IndicatorRef, Source};
use crate::sieve::report::build_report::{NoEffect, Shadow};
use crate::sieve::tables::indicators::Value;
use crate::sieve::tables::{Named, Tables};
use crate::value::ip as addresses;

/// The hosts that an indicator covers, as far as allow entries matter.
#[derive(Clone, Copy)]
enum Host<'t> {
    Net(IpNet),
    /// A name and the scope in which it is covered.
    Name(&'t str, Scope),
}

fn host_of(tables: &Tables, id: u32) -> Vec<Host<'_>> {
    let scope = tables.indicators.scope(id).unwrap_or(Scope::Exact);
    match tables.indicators.value(id) {
        Value::Net(net) => vec![Host::Net(net)],
        Value::Range(first, last) => addresses::range_prefixes(first, last).into_iter().map(Host::Net).collect(),
        Value::Domain(name) => vec![Host::Name(tables.strings.get(name), scope)],
        Value::Url(text) => {
            let text = tables.strings.get(text);
            let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if path != "/" {
                return Vec::new();
            }
            let port = tables.indicators.port(id).map_or(0, |port| port.to_string().len() + 1);
            let host = &authority[..authority.len() - port];
            match host.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
                Ok(addr) => vec![Host::Net(IpNet::from(addr))],
                Err(_) => vec![Host::Name(host, scope)],
            }
        }
        Value::Pattern(..) | Value::Hash(_) | Value::Email(_) => Vec::new(),
    }
}

/// The names that an indicator covers, with their scopes.
fn names_of(tables: &Tables, id: u32) -> Vec<(&str, Scope)> {
    let name = |host| match host {
        Host::Name(name, scope) => Some((name, scope)),
        Host::Net(_) => None,
    };
    host_of(tables, id).into_iter().filter_map(name).collect()
}

/// Finds, for each allow entry, the host-level block indicators that it shadows. Those under it, if it allows all, are
/// in `taken` already; those at the same place or above are looked up here. Also returns the entries that shadow
/// nothing, but would if they allowed all, and URLs with a path that are both allowed and listed.
pub(super) fn shadows(tables: &Tables, mut taken: Vec<Taken>, examples: usize) -> (Vec<Shadow>, Vec<NoEffect>) {
    let names = |id: u32| names_of(tables, id);
    let patterns = NamePatterns::new(tables);
    taken.extend(patterns.over_names(names));
    let mut found = Shadows { tables, taken: patterns.over_patterns(names) };
    for allow in 0..tables.indicators.len() as u32 {
        let flags = tables.indicators.flags(allow);
        if flags.has(Action::Allow) || flags.has(Action::AllowAll) {
            // Hashes and mail addresses have nothing under them, so that each shadows only itself.
            if matches!(tables.indicators.value(allow), Value::Hash(_) | Value::Email(_)) {
                found.taken.push((allow, allow, true));
            }
            for host in host_of(tables, allow) {
                found.above_and_equal(allow, host);
            }
        }
    }
    let here = std::mem::take(&mut found.taken);
    let here = found.settled(here);
    let all = found.settled(here.iter().chain(&taken).copied().collect());
    let (shadows, mut without) = found.finish(&here, &all, examples);
    without.extend(listed_urls(tables, examples));
    (shadows, without)
}

/// Finds the allow entries for URLs with a path that are listed, too. No allow entry suppresses such a URL.
fn listed_urls(tables: &Tables, examples: usize) -> impl Iterator<Item = NoEffect> {
    let is_listed = |id: &u32| {
        let flags = tables.indicators.flags(*id);
        flags.has(Action::Block)
            && (flags.has(Action::Allow) || flags.has(Action::AllowAll))
            && matches!(tables.indicators.value(*id), Value::Url(_))
            && host_of(tables, *id).is_empty()
    };
    (0..tables.indicators.len() as u32).filter(is_listed).flat_map(move |id| {
        let indicator = IndicatorRef::new(tables, id);
        let sources = indicator.sources().filter(|source| source.action() != Action::Block);
        let of = |source: Source<'_>| NoEffect {
            allow: indicator.to_string(),
            feed: source.feed().name.clone(),
            line: source.line().unwrap_or(0),
            beneath: 0,
            examples: std::iter::once(indicator.to_string()).take(examples).collect(),
        };
        sources.map(of).collect::<Vec<_>>()
    })
}

struct Shadows<'t> {
    tables: &'t Tables,
    taken: Vec<Taken>,
}

impl Shadows<'_> {
    /// Looks up the block indicators at the allow entry's place or above it, which are equally specific or less.
    fn above_and_equal(&mut self, allow: u32, host: Host<'_>) {
        let tables = self.tables;
        match host {
            Host::Net(net) => {
                let len = net.prefix_len();
                let ids: Vec<(u32, u8)> = match net {
                    IpNet::V4(net) => tables.v4.covering_ids(net.network().to_bits(), len),
                    IpNet::V6(net) => tables.v6.covering_ids(net.network().to_bits(), len),
                };
                for (id, covering) in ids {
                    let wholly = covering == len && !matches!(tables.indicators.value(id), Value::Range(..));
                    self.taken.push((allow, id, wholly));
                }
                if net.prefix_len() == net.max_prefix_len()
                    && let Some(row) = tables.urls.addr_row(net.addr())
                {
                    for id in tables.urls.host_only(row) {
                        self.taken.push((allow, id, true));
                    }
                }
            }
            Host::Name(name, allow_scope) => {
                let mut notes = Vec::new();
                let covers_all = |scope: Option<Scope>| match (allow_scope, scope.unwrap_or(Scope::Exact)) {
                    (Scope::Suffix, _) => true,
                    (a, b) => a == b,
                };
                let meets = |whole: bool, scope: Option<Scope>| match (whole, scope.unwrap_or(Scope::Exact)) {
                    (true, Scope::Exact) => allow_scope != Scope::Subdomains,
                    (true, Scope::Subdomains) => allow_scope != Scope::Exact,
                    (true, Scope::Suffix) => true,
                    (false, scope) => scope != Scope::Exact,
                };
                tables.domains.suffixes(&tables.strings, name, |found| {
                    let mut note = |id: u32| {
                        let scope = tables.indicators.scope(id);
                        if meets(found.whole, scope) {
                            notes.push((id, found.whole && covers_all(scope)));
                        }
                    };
                    for named in tables.named(found.row) {
                        match named {
                            Named::Domain(id) => note(id),
                            Named::Host(host) => tables.urls.host_only(host).for_each(&mut note),
                        }
                    }
                });
                for (id, wholly) in notes {
                    self.taken.push((allow, id, wholly));
                }
            }
        }
    }

    /// Takes ports into account: returns the pair, fully or partly shadowed, or `None` if the ports differ.
    fn with_ports(&self, (allow, block, wholly): Taken) -> Option<Taken> {
        let indicators = &self.tables.indicators;
        if !indicators.flags(block).has(Action::Block) {
            return None;
        }
        match (indicators.port(allow), indicators.port(block)) {
            (None, _) => Some((allow, block, wholly)),
            (Some(a), Some(b)) => (a == b).then_some((allow, block, wholly)),
            (Some(_), None) => Some((allow, block, false)),
        }
    }

    /// The pairs with ports taken into account, each once, in order.
    fn settled(&self, taken: Vec<Taken>) -> Vec<Taken> {
        let mut taken: Vec<Taken> = taken.into_iter().filter_map(|taken| self.with_ports(taken)).collect();
        // A pair that is shadowed wholly in one way and partly in another is shadowed wholly.
        taken.sort_unstable_by_key(|&(allow, block, wholly)| (allow, block, !wholly));
        taken.dedup_by_key(|&mut (allow, block, _)| (allow, block));
        taken
    }

    /// `here` has the indicators at an entry's place and above, which `allow` shadows; `all` adds those under it, for
    /// `allow_all`.
    fn finish(self, here: &[Taken], all: &[Taken], examples: usize) -> (Vec<Shadow>, Vec<NoEffect>) {
        let tables = self.tables;
        let (mut shadows, mut without) = (Vec::new(), Vec::new());
        for of_all in all.chunk_by(|a, b| a.0 == b.0) {
            let allow = of_all[0].0;
            let start = here.partition_point(|taken| taken.0 < allow);
            let end = here.partition_point(|taken| taken.0 <= allow);
            let indicator = IndicatorRef::new(tables, allow);
            for source in indicator.sources().filter(|source| source.action() != Action::Block) {
                let blocks = if source.action() == Action::AllowAll { of_all } else { &here[start..end] };
                let example = |&(_, block, _): &Taken| IndicatorRef::new(tables, block).to_string();
                if blocks.is_empty() {
                    without.push(NoEffect {
                        allow: indicator.to_string(),
                        feed: source.feed().name.clone(),
                        line: source.line().unwrap_or(0),
                        beneath: of_all.len() as u64,
                        examples: of_all.iter().take(examples).map(example).collect(),
                    });
                    continue;
                }
                let wholly = blocks.iter().filter(|&&(.., wholly)| wholly).count() as u64;
                shadows.push(Shadow {
                    allow: indicator.to_string(),
                    action: source.action(),
                    feed: source.feed().name.clone(),
                    line: source.line().unwrap_or(0),
                    wholly,
                    partly: blocks.len() as u64 - wholly,
                    examples: blocks.iter().take(examples).map(example).collect(),
                });
            }
        }
        (shadows, without)
    }
}

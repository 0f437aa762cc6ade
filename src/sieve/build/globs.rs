//! Finds the block indicators that allowed patterns shadow, and the block patterns that allow entries shadow, wholly or in part.
//!
//! A pattern is less specific than any name. So an `allow` pattern shadows only patterns, and an allowed name shadows a part of each
//! pattern that matches it.

use std::collections::HashMap;

use super::beneath::Taken;
use crate::indicator::{Action, PatternTarget, Scope};
use crate::sieve::tables::Tables;
use crate::sieve::tables::indicators::Value;
use crate::sieve::tables::pattern::Scratch;
use crate::sieve::tables::pattern::glob::{accepts, element, matches};

/// A pattern over names.
struct Glob<'t> {
    id: u32,
    text: &'t str,
    elements: Vec<&'t [u8]>,
    /// The number of elements after the last `*`, or of all if there is none.
    tail: usize,
}

impl<'t> Glob<'t> {
    fn new(id: u32, text: &'t str) -> Self {
        let (mut elements, mut rest) = (Vec::new(), text.as_bytes());
        while !rest.is_empty() {
            let (first, after) = element(rest);
            elements.push(first);
            rest = after;
        }
        let tail = elements.iter().rev().take_while(|element| **element != b"*").count();
        Self { id, text, elements, tail }
    }

    fn has_star(&self) -> bool {
        self.tail < self.elements.len()
    }

    fn is_match(&self, name: &str) -> bool {
        matches(self.text.as_bytes(), name.as_bytes())
    }

    /// Returns true if some name under `name` matches. What comes before the tail can be part of the labels that are added.
    fn meets_under(&self, name: &str) -> bool {
        let mut tail = self.elements[self.elements.len() - self.tail..].iter().rev();
        for byte in name.bytes().rev().chain([b'.']) {
            match tail.next() {
                Some(element) if accepts(element, byte) => {}
                Some(_) => return false,
                None => return self.has_star(),
            }
        }
        self.has_star() || tail.len() > 0
    }

    /// Returns true if every name under `name` matches.
    fn covers_under(&self, name: &str) -> bool {
        self.text.starts_with('*') && self.is_match(&format!(".{name}"))
    }

    /// The text after the last `*`, `?` or class, with which every name that matches ends.
    fn ending(&self) -> &'t str {
        &self.text[self.text.rfind(['*', '?', ']']).map_or(0, |at| at + 1)..]
    }

    /// Returns true if only `name` and names under it match.
    fn is_under(&self, name: &str) -> bool {
        self.ending().strip_suffix(name).is_some_and(|before| before.ends_with('.')) || self.text == name
    }

    /// Returns true if some text matches both.
    fn meets(&self, other: &Self) -> bool {
        let (a, b) = (&self.elements, &other.elements);
        // Most pairs differ in their last letters.
        let mut ends = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| **x != b"*" && **y != b"*");
        if ends.any(|(x, y)| !have_common(x, y)) {
            return false;
        }
        // For each rest of `b`, true if some text matches it and the current rest of `a`.
        let mut next = vec![false; b.len() + 1];
        for i in (0..=a.len()).rev() {
            let mut now = vec![false; b.len() + 1];
            for j in (0..=b.len()).rev() {
                now[j] = match (a.get(i).copied(), b.get(j).copied()) {
                    (None, None) => true,
                    (Some(b"*"), _) => next[j] || j < b.len() && now[j + 1],
                    (_, Some(b"*")) => now[j + 1] || i < a.len() && next[j],
                    (Some(x), Some(y)) => next[j + 1] && have_common(x, y),
                    _ => false,
                };
            }
            next = now;
        }
        next[0]
    }

    /// Returns true if everything that matches `other` matches this. False is not certain for patterns with `?` or classes.
    fn covers(&self, other: &Self) -> bool {
        // A `*` of the other is then matched by a `*` only.
        !self.text.contains(['?', '[']) && matches(self.text.as_bytes(), other.text.as_bytes())
    }
}

/// Returns true if two elements accept a byte in common.
fn have_common(x: &[u8], y: &[u8]) -> bool {
    match (x, y) {
        ([literal], other) | (other, [literal]) if !matches!(literal, b'?' | b'[') => accepts(other, *literal),
        _ => (0..=u8::MAX).any(|byte| accepts(x, byte) && accepts(y, byte)),
    }
}

/// Patterns in the order of their ids, found by the names that they may match under a name.
#[derive(Default)]
struct Globs<'t> {
    all: Vec<Glob<'t>>,
    /// By a name: those whose ending has it after a dot.
    below: HashMap<&'t str, Vec<usize>>,
    /// By their ending.
    ending: HashMap<&'t str, Vec<usize>>,
}

impl<'t> Globs<'t> {
    fn push(&mut self, glob: Glob<'t>) {
        let (at, ending) = (self.all.len(), glob.ending());
        for (dot, _) in ending.match_indices('.') {
            self.below.entry(&ending[dot + 1..]).or_default().push(at);
        }
        self.ending.entry(ending).or_default().push(at);
        self.all.push(glob);
    }

    /// Adds those that may match a name under `name`, except for those that end in `*`, which all do.
    fn under(&self, name: &str, found: &mut Vec<usize>) {
        found.extend(self.below.get(name).into_iter().flatten());
        // If a pattern ends in `?` or a class, its ending is empty.
        let under = format!(".{name}");
        let endings = (0..=under.len()).filter_map(|start| self.ending.get(under.get(start..)?));
        found.extend(endings.flatten().filter(|&&at| self.all[at].tail > 0));
    }

    /// Finds those that may match `name` or a name under it, once each and in order. Those that end in `*` are only found if they match
    /// the name itself, or all names under it.
    fn near(&self, name: &str, tables: &Tables, scratch: &mut Scratch, found: &mut Vec<usize>) {
        found.clear();
        if let Some(table) = &tables.names {
            for target in [name, &format!(".{name}")] {
                table.matches(&tables.strings, target, scratch, |id| {
                    found.extend(self.all.binary_search_by_key(&id, |glob| glob.id));
                });
            }
        }
        self.under(name, found);
        found.sort_unstable();
        found.dedup();
    }
}

/// The patterns over names of a set.
pub(super) struct NamePatterns<'t> {
    tables: &'t Tables,
    allow: Globs<'t>,
    block: Globs<'t>,
}

fn allows(tables: &Tables, id: u32) -> bool {
    let flags = tables.indicators.flags(id);
    flags.has(Action::Allow) || flags.has(Action::AllowAll)
}

impl<'t> NamePatterns<'t> {
    pub(super) fn new(tables: &'t Tables) -> Self {
        let (mut allow, mut block) = (Globs::default(), Globs::default());
        if tables.names.is_some() {
            for id in 0..tables.indicators.len() as u32 {
                if let Value::Pattern(text, PatternTarget::Name) = tables.indicators.value(id) {
                    let text = tables.strings.get(text);
                    if allows(tables, id) {
                        allow.push(Glob::new(id, text));
                    }
                    if tables.indicators.flags(id).has(Action::Block) {
                        block.push(Glob::new(id, text));
                    }
                }
            }
        }
        Self { tables, allow, block }
    }

    /// Finds the listed names from which patterns would take something if they allowed all.
    ///
    /// A pattern that ends in `*` matches some name under every other. Only the listed names that match it themselves are found, or the
    /// result would be all of them.
    pub(super) fn over_names(&self, names: impl Fn(u32) -> Vec<(&'t str, Scope)>) -> Vec<Taken> {
        let mut taken = Vec::new();
        if self.allow.all.is_empty() {
            return taken;
        }
        let (mut scratch, mut near) = (Scratch::default(), Vec::new());
        for block in 0..self.tables.indicators.len() as u32 {
            if !self.tables.indicators.flags(block).has(Action::Block) {
                continue;
            }
            for (name, scope) in names(block) {
                self.allow.near(name, self.tables, &mut scratch, &mut near);
                for glob in near.iter().map(|&at| &self.allow.all[at]) {
                    let is_match = glob.is_match(name);
                    let wholly = match scope {
                        Scope::Exact if is_match => true,
                        Scope::Exact => continue,
                        Scope::Suffix => is_match && glob.text.starts_with('*'),
                        Scope::Subdomains => glob.covers_under(name),
                    };
                    let takes_some = match glob.tail {
                        0 => is_match,
                        _ => is_match && scope == Scope::Suffix || glob.meets_under(name),
                    };
                    if wholly || takes_some {
                        taken.push((glob.id, block, wholly));
                    }
                }
            }
        }
        taken
    }

    /// Finds what the allow entries take from listed patterns. `names` returns the names that an indicator covers.
    pub(super) fn over_patterns(&self, names: impl Fn(u32) -> Vec<(&'t str, Scope)>) -> Vec<Taken> {
        let mut taken = Vec::new();
        if self.block.all.is_empty() {
            return taken;
        }
        for allow in &self.allow.all {
            let met = self.block.all.iter().filter(|block| allow.id == block.id || allow.meets(block));
            taken.extend(met.map(|block| (allow.id, block.id, allow.id == block.id || allow.covers(block))));
        }
        let (mut scratch, mut near) = (Scratch::default(), Vec::new());
        for allow in (0..self.tables.indicators.len() as u32).filter(|&id| allows(self.tables, id)) {
            for (name, scope) in names(allow) {
                self.block.near(name, self.tables, &mut scratch, &mut near);
                for block in near.iter().map(|&at| &self.block.all[at]) {
                    let is_match = block.is_match(name);
                    let wholly = match scope {
                        Scope::Exact => block.text == name,
                        Scope::Suffix => block.is_under(name),
                        Scope::Subdomains => block.is_under(name) && !is_match,
                    };
                    let meets_under = || scope != Scope::Exact && block.tail > 0 && block.meets_under(name);
                    if wholly || is_match && scope != Scope::Subdomains || meets_under() {
                        taken.push((allow, block.id, wholly));
                    }
                }
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet_names_and_each_other() {
        let glob = |text: &'static str| Glob::new(0, text);
        for (text, name, meets, covers, is_under) in [
            ("cdn*.evil.test", "evil.test", true, false, true),
            ("cdn*.evil.test", "test", true, false, true),
            ("cdn*.evil.test", "a.evil.test", true, false, false),
            ("cdn*.evil.test", "other.test", false, false, false),
            ("*-login.evil.test", "evil.test", true, false, true),
            ("*-login.evil.test", "login.evil.test", false, false, false),
            ("*-login.evil.test", "a-login.evil.test", true, true, false),
            ("*evil.test", "evil.test", true, true, false),
            ("*evil.test", "test", true, false, true),
            ("cdn?.evil.test", "evil.test", true, false, true),
            ("cdn?.evil.test", "cdn1.evil.test", false, false, false),
            ("evil.test", "test", true, false, true),
            ("evil.test", "evil.test", false, false, true),
            ("evil.t[a-f]st", "test", true, false, false),
        ] {
            let glob = glob(text);
            let got = (glob.meets_under(name), glob.covers_under(name), glob.is_under(name));
            assert_eq!(got, (meets, covers, is_under), "{text} {name}");
        }
        for (a, b, meets, covers) in [
            ("*.evil.*", "cdn*.evil.test", true, true),
            ("cdn*", "*.test", true, false),
            ("cdn*", "adn*.test", false, false),
            ("*est", "evil.t?st", true, false),
            ("*e[s-t]t", "evil.test", true, false),
            ("evil*test", "evil.*.test", true, true),
            ("evil.test", "evil.test", true, true),
            ("evil.test", "evil?test", true, false),
            ("evil.test", "evil.tes", false, false),
            ("a*b*c", "*abc", true, false),
        ] {
            assert_eq!((glob(a).meets(&glob(b)), glob(a).covers(&glob(b))), (meets, covers), "{a} {b}");
            assert_eq!(glob(b).meets(&glob(a)), meets, "{b} {a}");
        }
    }
    /// Each name was compared with each pattern, which took 13 seconds for 100,000 names and 3,000 patterns.
    #[test]
    fn few_patterns_are_compared_with_a_name() {
        let texts: Vec<String> = (0..1000).map(|n| format!("a{n}*-x.n{n}.test")).collect();
        let rest = ["*.evil.test", "a?", "e[a-f]", "evil*", "*", "*test", "x.evil.test", "b.*.test", "*l.test"];
        let mut globs = Globs::default();
        for (text, id) in texts.iter().map(String::as_str).chain(rest).zip(0..) {
            globs.push(Glob::new(id, text));
        }
        for name in ["n7.test", "evil.test", "test", "a.evil.test", "other", "l.test", "ee"] {
            let mut found = Vec::new();
            globs.under(name, &mut found);
            for (at, glob) in globs.all.iter().enumerate() {
                let meets = glob.tail > 0 && glob.meets_under(name) || glob.is_under(name) && glob.text != name;
                assert!(!meets || found.contains(&at), "{} {name}", glob.text);
            }
            assert!(found.len() < 20 || name == "test", "{name}: {}", found.len());
        }
    }
}

//! Finds what name patterns take from listed names if they allow, and what allow entries take from listed patterns.
//!
//! A pattern is less specific than every name, so that an `allow` pattern takes only from patterns, and every allowed name takes from
//! the patterns that match it.

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

    /// Returns true if only `name` and names under it match.
    fn is_under(&self, name: &str) -> bool {
        let literal = self.text.rsplit(['*', '?', ']']).next().unwrap_or(self.text);
        literal.strip_suffix(name).is_some_and(|before| before.ends_with('.')) || self.text == name
    }

    /// Returns true if some text matches both.
    fn meets(&self, other: &Self) -> bool {
        let (a, b) = (&self.elements, &other.elements);
        // For each rest of `b`, true if some text matches it and the current rest of `a`.
        let mut next = vec![false; b.len() + 1];
        for i in (0..=a.len()).rev() {
            let mut now = vec![false; b.len() + 1];
            for j in (0..=b.len()).rev() {
                now[j] = match (a.get(i).copied(), b.get(j).copied()) {
                    (None, None) => true,
                    (Some(b"*"), _) => next[j] || j < b.len() && now[j + 1],
                    (_, Some(b"*")) => now[j + 1] || i < a.len() && next[j],
                    (Some(x), Some(y)) => next[j + 1] && (0..=u8::MAX).any(|byte| accepts(x, byte) && accepts(y, byte)),
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

/// The patterns over names of a set.
pub(super) struct Globs<'t> {
    tables: &'t Tables,
    allow: Vec<Glob<'t>>,
    block: Vec<Glob<'t>>,
}

fn allows(tables: &Tables, id: u32) -> bool {
    let flags = tables.indicators.flags(id);
    flags.has(Action::Allow) || flags.has(Action::AllowAll)
}

impl<'t> Globs<'t> {
    pub(super) fn new(tables: &'t Tables) -> Self {
        let (mut allow, mut block) = (Vec::new(), Vec::new());
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
        let (Some(table), false) = (&self.tables.names, self.allow.is_empty()) else { return taken };
        let (mut scratch, mut matching) = (Scratch::default(), Vec::new());
        for block in 0..self.tables.indicators.len() as u32 {
            if !self.tables.indicators.flags(block).has(Action::Block) {
                continue;
            }
            for (name, scope) in names(block) {
                matching.clear();
                table.matches(&self.tables.strings, name, &mut scratch, |id| matching.push(id));
                for glob in &self.allow {
                    let is_match = matching.contains(&glob.id);
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
        if self.block.is_empty() {
            return taken;
        }
        for allow in &self.allow {
            let met = self.block.iter().filter(|block| allow.id == block.id || allow.meets(block));
            taken.extend(met.map(|block| (allow.id, block.id, allow.id == block.id || allow.covers(block))));
        }
        for allow in (0..self.tables.indicators.len() as u32).filter(|&id| allows(self.tables, id)) {
            for (name, scope) in names(allow) {
                for block in &self.block {
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
}

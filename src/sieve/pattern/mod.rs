//! Patterns: literals and globs over names and over URL paths.
//!
//! Each pattern is found by its longest literal, all literals of one target in one `aho-corasick` automaton, and then
//! confirmed as a whole. A sieve without patterns of a target holds no automaton for it and pays nothing.

mod glob;

use aho_corasick::{AhoCorasick, MatchKind};

use super::csr::{Lists, ListsBuilder};
use super::strings::{StrId, Strings};
use crate::error::{Error, Result};
use crate::indicator::Pattern;

/// The build form.
#[derive(Debug, Default)]
pub(super) struct Builder {
    literals: Vec<String>,
    rows: Vec<(StrId, u32, bool)>,
}

impl Builder {
    /// Adds the pattern indicator `id`.
    pub(super) fn add(&mut self, text: StrId, pattern: &Pattern, id: u32) {
        self.literals.push(pattern.longest_literal().to_owned());
        self.rows.push((text, id, pattern.is_glob()));
    }

    /// The search form; `None` without patterns.
    pub(super) fn finish(self) -> Result<Option<Table>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_by(|&a, &b| self.literals[a as usize].cmp(&self.literals[b as usize]));
        let mut literals: Vec<&str> = Vec::new();
        let mut rows = ListsBuilder::default();
        for row in order {
            let literal = &*self.literals[row as usize];
            if literals.last() != Some(&literal) {
                literals.push(literal);
                rows.start();
            }
            rows.push(row);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&literals)
            .map_err(|error| Error::config(format!("patterns: {error}")))?;
        Ok(Some(Table { automaton, by_literal: rows.finish(), rows: self.rows }))
    }
}

/// The search form.
#[derive(Debug)]
pub(super) struct Table {
    automaton: AhoCorasick,
    /// By literal: the patterns that are searched by it.
    by_literal: Lists,
    /// Text, indicator, and whether the text is a glob over the whole target.
    rows: Vec<(StrId, u32, bool)>,
}

/// The literals of one target that a search has come upon.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    is_found: Vec<bool>,
    found: Vec<usize>,
}

impl Table {
    /// Calls `found` once with the id of every pattern that matches `target`.
    pub(super) fn matches(&self, strings: &Strings, target: &str, scratch: &mut Scratch, mut found: impl FnMut(u32)) {
        scratch.is_found.resize(self.automaton.patterns_len(), false);
        // A literal that stands in many places is looked at once, so that no target makes its globs be tried again and again.
        for literal in self.automaton.find_overlapping_iter(target) {
            let literal = literal.pattern().as_usize();
            if !std::mem::replace(&mut scratch.is_found[literal], true) {
                scratch.found.push(literal);
            }
        }
        for literal in scratch.found.drain(..) {
            scratch.is_found[literal] = false;
            for row in self.by_literal.get(literal) {
                let (text, id, is_glob) = self.rows[row as usize];
                if !is_glob || glob::matches(strings.bytes(text), target.as_bytes()) {
                    found(id);
                }
            }
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.automaton.memory_usage()
            + self.by_literal.memory()
            + self.rows.capacity() * size_of::<(StrId, u32, bool)>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::strings::Interner;
    use super::*;
    use crate::indicator::PatternTarget;

    #[test]
    fn literals_and_globs() {
        let mut interner = Interner::default();
        let mut builder = Builder::default();
        let texts = ["/gate.php", "/panel/*/gate.php", "*.exe", "/wp-[a-c]x/*", "/gate.php?id="];
        for (id, text) in texts.iter().enumerate() {
            let pattern = Pattern::new(PatternTarget::UrlPath, text).unwrap();
            builder.add(interner.intern(text), &pattern, id as u32);
        }
        let strings = interner.finish().unwrap();
        let table = builder.finish().unwrap().unwrap();
        let mut scratch = Scratch::default();
        let mut look = |target: &str| {
            let mut found = Vec::new();
            table.matches(&strings, target, &mut scratch, |id| found.push(id));
            found.sort_unstable();
            found
        };
        assert_eq!(look("/x/gate.php"), [0]);
        assert_eq!(look("/panel/7/gate.php"), [0, 1]);
        assert_eq!(look("/panel/7/gate.php?id=3"), [0]);
        assert_eq!(look("/gate.php/gate.php"), [0]);
        assert_eq!(look("/panel/panel/gate.php"), [0, 1]);
        assert_eq!(look("/a/b.exe"), [2]);
        assert_eq!(look("/a/b.exe?x"), [0_u32; 0]);
        assert_eq!(look("/wp-bx/"), [3]);
        assert_eq!(look("/wp-dx/"), [0_u32; 0]);
        assert!(Builder::default().finish().unwrap().is_none());
    }
}

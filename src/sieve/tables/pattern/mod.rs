//! Patterns: literals and globs over names and over URL paths.
//!
//! All literals of one target are in one `aho-corasick` automaton. Each pattern is found by its rarest literal, and
//! then confirmed as a whole. A sieve without patterns of a target has no automaton for it and pays nothing. A scan
//! first asks in which lines a pattern may match at all, because the automaton would be too slow for every line: 345
//! MB/s for 94,000 paths.

pub(in crate::sieve) mod glob;
mod lines;

use aho_corasick::{AhoCorasick, MatchKind};

use self::lines::{LineFilter, rarity};
use crate::error::{Error, Result};
use crate::indicator::{Pattern, PatternTarget};
use crate::sieve::flat::csr::{Lists, ListsBuilder};
use crate::sieve::flat::strings::{StrId, Strings};
use crate::wire::{Reader, Words, Writer};

/// The build form.
#[derive(Debug, Default)]
pub(in crate::sieve) struct Builder {
    rows: Vec<(StrId, u32, Pattern)>,
}

impl Builder {
    /// Adds the pattern indicator `id`. All patterns of a table must have the same target.
    pub(in crate::sieve) fn add(&mut self, text: StrId, pattern: &Pattern, id: u32) {
        self.rows.push((text, id, pattern.clone()));
    }

    /// The search form; `None` without patterns.
    pub(in crate::sieve) fn finish(self) -> Result<Option<Table>> {
        let Some(target) = self.rows.first().map(|(_, _, pattern)| pattern.target()) else { return Ok(None) };
        // Every pattern has a literal run of at least three bytes; shorter runs are not searched for.
        let literal = |row: u32| {
            let literals = self.rows[row as usize].2.literals();
            let long = literals.filter(|literal| literal.len() >= 3);
            long.max_by_key(|literal| rarity(literal.as_bytes())).expect("a pattern has a run of three bytes")
        };
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_by(|&a, &b| literal(a).cmp(literal(b)));
        let mut literals: Vec<&str> = Vec::new();
        let mut by_literal = ListsBuilder::default();
        for row in order {
            let literal = literal(row);
            if literals.last() != Some(&literal) {
                literals.push(literal);
                by_literal.start();
            }
            by_literal.push(row);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&literals)
            .map_err(|error| Error::config(format!("patterns: {error}")))?;
        let lines = LineFilter::new(target, self.rows.iter().map(|(_, _, pattern)| pattern))?;
        let rows = self.rows.iter().flat_map(|(text, id, _)| [text.0, *id]).collect();
        let is_glob = self.rows.iter().map(|(_, _, pattern)| pattern.is_glob()).collect();
        Ok(Some(Table { automaton, by_literal: by_literal.finish(), rows, is_glob, lines }))
    }
}

/// The search form. Only the rows are saved; the rest is derived from them.
#[derive(Debug)]
pub(in crate::sieve) struct Table {
    automaton: AhoCorasick,
    /// By literal: the patterns found by it.
    by_literal: Lists,
    /// The text and the indicator of each pattern.
    rows: Words<u32>,
    /// True for each text that is a glob over the whole target.
    is_glob: Vec<bool>,
    lines: LineFilter,
}

/// The literals that a search has found in one target.
#[derive(Clone, Debug, Default)]
pub(in crate::sieve) struct Scratch {
    is_found: Vec<bool>,
    found: Vec<usize>,
}

impl Table {
    /// Calls `found` once per pattern that matches `target`, with its id.
    pub(in crate::sieve) fn matches(
        &self,
        strings: &Strings,
        target: &str,
        scratch: &mut Scratch,
        mut found: impl FnMut(u32),
    ) {
        scratch.is_found.resize(self.automaton.patterns_len(), false);
        // Each literal counts once, so that no target makes its globs be tried again and again.
        for literal in self.automaton.find_overlapping_iter(target) {
            let literal = literal.pattern().as_usize();
            if !std::mem::replace(&mut scratch.is_found[literal], true) {
                scratch.found.push(literal);
            }
        }
        for literal in scratch.found.drain(..) {
            scratch.is_found[literal] = false;
            for row in self.by_literal.get(literal) {
                let row = row as usize;
                let (text, id) = (StrId(self.rows.at(2 * row)), self.rows.at(2 * row + 1));
                if !self.is_glob[row] || glob::matches(strings.bytes(text), target.as_bytes()) {
                    found(id);
                }
            }
        }
    }

    /// The indicators whose pattern has this text.
    pub(in crate::sieve) fn listing<'t>(
        &'t self,
        strings: &'t Strings,
        text: &'t str,
    ) -> impl Iterator<Item = u32> + 't {
        let rows = (0..self.rows.len() / 2).map(|row| (StrId(self.rows.at(2 * row)), self.rows.at(2 * row + 1)));
        rows.filter(|(pattern, _)| strings.bytes(*pattern) == text.as_bytes()).map(|(_, id)| id)
    }

    /// Returns true if a pattern may match in a log line, in any of its readings. `scratch` is the space for undoing escapes.
    #[inline]
    pub(in crate::sieve) fn may_match(&self, line: &[u8], scratch: &mut Vec<u8>) -> bool {
        self.lines.may_match(line, scratch)
    }

    /// Returns true if a pattern may match a name in any spelling. Only for a table of name patterns.
    #[inline]
    pub(in crate::sieve) fn may_match_name(&self, name: &[u8]) -> bool {
        self.lines.may_match_name(name)
    }

    /// Returns true if every line passes [`may_match`](Table::may_match).
    pub(in crate::sieve) fn is_blind(&self) -> bool {
        self.lines.is_blind()
    }

    pub(in crate::sieve) fn memory(&self) -> usize {
        self.automaton.memory_usage()
            + self.by_literal.memory()
            + self.rows.memory()
            + self.is_glob.capacity()
            + self.lines.memory()
    }

    /// Writes the section.
    pub(in crate::sieve) fn save(&self, out: &mut Writer) {
        out.words("rows", &self.rows);
    }

    /// Reads the section of the patterns over `target`, and derives the rest. Ids must be below `limit`. Returns `None`
    /// if there are no patterns.
    ///
    /// # Errors
    ///
    /// Fails if the section is missing, or holds an invalid pattern or an id that is not below `limit`.
    pub(in crate::sieve) fn open(
        from: &mut Reader,
        strings: &Strings,
        target: PatternTarget,
        limit: usize,
    ) -> Result<Option<Self>> {
        let rows: Words<u32> = from.words("rows")?;
        from.ensure(rows.len().is_multiple_of(2), "rows", "end within a pattern")?;
        let mut builder = Builder::default();
        for row in 0..rows.len() / 2 {
            let (text, id) = (StrId(rows.at(2 * row)), rows.at(2 * row + 1));
            from.ensure((id as usize) < limit, "rows", "name an unknown indicator")?;
            let pattern = Pattern::new(target, strings.get(text)).ok();
            let pattern = pattern.filter(|pattern| pattern.as_str() == strings.get(text));
            builder.add(text, &pattern.ok_or_else(|| from.damage("rows", "hold an invalid pattern"))?, id);
        }
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::PatternTarget;
    use crate::sieve::flat::strings::Interner;

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

    #[test]
    fn a_table_reads_back_as_saved() {
        let mut interner = Interner::default();
        let mut builder = Builder::default();
        for (id, text) in ["/gate.php", "/panel/*/gate.php", "*.exe"].iter().enumerate() {
            let pattern = Pattern::new(PatternTarget::UrlPath, text).unwrap();
            builder.add(interner.intern(text), &pattern, id as u32);
        }
        let bad = [interner.intern("*"), interner.intern("/UPPER")];
        let strings = interner.finish().unwrap();
        let saved = builder.finish().unwrap().unwrap();
        let mut writer = Writer::default();
        saved.save(&mut writer);
        let open = |rows: Words<u32>, target, limit| {
            let sections = vec![("rows".to_owned(), rows.bytes().clone())];
            Table::open(&mut Reader::new(sections), &strings, target, limit)
        };
        let opened = open(saved.rows.clone(), PatternTarget::UrlPath, 3).unwrap().unwrap();
        for target in ["/panel/7/gate.php", "/a/b.exe", "/x"] {
            let ids = |table: &Table| {
                let mut ids = Vec::new();
                table.matches(&strings, target, &mut Scratch::default(), |id| ids.push(id));
                ids
            };
            assert_eq!(ids(&opened), ids(&saved), "{target}");
        }
        assert!(open(Words::default(), PatternTarget::UrlPath, 3).unwrap().is_none());
        assert!(open(saved.rows.clone(), PatternTarget::UrlPath, 2).is_err());
        assert!(open([0_u32].as_slice().into(), PatternTarget::UrlPath, 3).is_err());
        assert!(open([99_u32, 0].as_slice().into(), PatternTarget::UrlPath, 3).is_err());
        assert!(open([bad[0].0, 0].as_slice().into(), PatternTarget::UrlPath, 3).is_err());
        assert!(open([bad[1].0, 0].as_slice().into(), PatternTarget::Name, 3).is_err());
    }
}

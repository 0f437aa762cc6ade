//! Computes, in one pass, the canonical path of a URL at each place where the URL may end.
//!
//! Canonicalising each prefix by itself would take quadratic time. A prefix that grows changes its canonical form in
//! few ways: the new bytes may complete an escape, or a segment of dots. Both undo only the latest steps, so a stack of
//! states is enough.

use super::escape::{Escapes, PATH, QUERY};
use crate::limits::MAX_OBSERVABLE;
use crate::value::wide;

/// One place where the text of a URL may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The length of the text up to this end.
    pub(crate) len: usize,
    /// The priority of this end: of two ends, the higher one is read first.
    pub(crate) rank: usize,
}

/// A state machine that reads canonical text byte by byte.
pub(crate) trait Follower {
    /// The state after some canonical text.
    type State: Copy;

    /// The state after one more byte.
    fn step(&mut self, state: Self::State, byte: u8) -> Self::State;

    /// Returns true if no continuation of the text can match any more.
    fn is_lost(&self, state: Self::State) -> bool;

    /// Called at each end, with the state after the canonical path, and query if there is one.
    fn whole(&mut self, state: Self::State, end: End);

    /// Called for a directory with the highest rank of the ends whose path begins with it and goes on.
    fn directory(&mut self, state: Self::State, rank: usize);
}

/// A finished segment of the path.
#[derive(Clone, Copy, Debug)]
struct Segment<S> {
    /// The state after the path up to this segment, without a slash after it; `directory` is the state with one.
    kept: S,
    directory: S,
    /// The segment is empty, so it shares the directory of the one below it.
    is_empty: bool,
    /// The highest rank of the ends whose path continues after this segment.
    rank: Option<usize>,
}

/// Unescaped bytes that may yet become part of an escape, each with the state after it.
#[derive(Clone, Debug)]
struct Unescaped<S>(Vec<(u8, S)>);

impl<S> Default for Unescaped<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// The working space of [`follow`].
#[derive(Clone, Debug)]
pub(crate) struct FollowSpace<S> {
    done: Vec<Segment<S>>,
    segment: Unescaped<S>,
}

impl<S> Default for FollowSpace<S> {
    fn default() -> Self {
        Self { done: Vec::new(), segment: Unescaped::default() }
    }
}

impl<S: Copy> Unescaped<S> {
    /// Adds a byte, which may complete escapes. Returns the last byte that results.
    fn push(&mut self, byte: u8, map: impl Fn(u8) -> u8, start: S, mut step: impl FnMut(S, u8) -> S) -> u8 {
        let mut byte = map(byte);
        while let [.., (b'%', _), (high, _)] = self.0[..]
            && let (Some(high), Some(low)) = (char::from(high).to_digit(16), char::from(byte).to_digit(16))
        {
            self.0.truncate(self.0.len() - 2);
            byte = map((high << 4 | low) as u8);
        }
        let state = step(self.state(start), byte);
        self.0.push((byte, state));
        byte
    }

    /// Returns true if the last bytes may still combine with later ones into another byte.
    fn is_pending(&self) -> bool {
        match self.0[..] {
            [.., (b'%', _)] => true,
            [.., (b'%', _), (high, _)] => high.is_ascii_hexdigit(),
            _ => false,
        }
    }

    fn state(&self, start: S) -> S {
        self.0.last().map_or(start, |&(_, state)| state)
    }
}

/// Steps over a canonical byte, escaping it if necessary.
fn step_escaped<F: Follower>(follower: &mut F, state: F::State, byte: u8, escapes: &Escapes) -> F::State {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if !escapes[usize::from(byte)] {
        return follower.step(state, byte);
    }
    let state = follower.step(state, b'%');
    let state = follower.step(state, DIGITS[usize::from(byte >> 4)]);
    follower.step(state, DIGITS[usize::from(byte & 15)])
}

/// Follows the canonical path and query of a URL whose path starts at offset `path` of its text, and reports the state
/// at each of the `ends`, which must be in order. Returns the length of the text after which nothing can be found.
/// Takes linear time.
pub(crate) fn follow<F: Follower>(
    text: &[u8],
    path: usize,
    ends: &[End],
    start: F::State,
    space: &mut FollowSpace<F::State>,
    follower: &mut F,
) -> usize {
    let text = &text[..text.len().min(MAX_OBSERVABLE)];
    let text = &text[..memchr::memchr(b'#', text).unwrap_or(text.len())];
    let query = memchr::memchr(b'?', &text[path.min(text.len())..]).map_or(text.len(), |len| path + len);
    let mut ends =
        ends.iter().copied().filter(|end| end.len > path && end.len <= text.len() && !ends_in_blank(text, end.len));
    let mut next = ends.next();
    space.done.clear();
    space.segment.0.clear();
    let mut walk = Path { start, done: &mut space.done, segment: &mut space.segment };
    let is_final = !may_go_up(&text[path.min(query)..query]);
    let map = |byte| if byte == b'\\' { b'/' } else { byte };
    for (at, &byte) in text[..query].iter().enumerate().skip(path) {
        // The path starts with its slash; nothing can stand before it.
        let is_slash =
            at == path || { !matches!(byte, b'\t' | b'\r' | b'\n') && walk.push(byte, map, follower) == b'/' };
        if is_slash {
            if at > path {
                walk.finish_segment(follower);
            }
            if is_final && follower.is_lost(walk.kept()) {
                return at + 1;
            }
        } else if is_final && !walk.segment.is_pending() && !walk.is_dots(b".") {
            // A single dot may still turn out to be an empty step.
            let state = walk.state(follower);
            if follower.is_lost(state) {
                return at + 1;
            }
        }
        while let Some(end) = next.filter(|end| end.len == at + 1) {
            walk.end(end, follower);
            next = ends.next();
        }
    }
    // An empty query does not count.
    if let Some(end) = next.filter(|end| end.len == query + 1) {
        walk.end(end, follower);
        next = ends.next();
    }
    let state = walk.whole(follower);
    walk.unwind(follower);
    if query == text.len() {
        return query;
    }
    let state = follower.step(state, b'?');
    follow_query(text, query, next.into_iter().chain(ends), state, &mut space.segment, follower)
}

/// Follows the query that begins at a `?`, from the state after it.
#[inline]
fn follow_query<F: Follower>(
    text: &[u8],
    query: usize,
    mut ends: impl Iterator<Item = End>,
    state: F::State,
    unescaped: &mut Unescaped<F::State>,
    follower: &mut F,
) -> usize {
    let mut next = ends.next();
    unescaped.0.clear();
    for (at, &byte) in text.iter().enumerate().skip(query + 1) {
        if !matches!(byte, b'\t' | b'\r' | b'\n') {
            unescaped.push(byte, |byte| byte, state, |state, byte| step_escaped(follower, state, byte, &QUERY));
        }
        while let Some(end) = next.filter(|end| end.len <= at + 1) {
            if end.len == at + 1 {
                follower.whole(unescaped.state(state), end);
            }
            next = ends.next();
        }
        if follower.is_lost(unescaped.state(state)) && !unescaped.is_pending() {
            return at + 1;
        }
    }
    text.len()
}

/// White space at the end does not belong to the URL.
fn ends_in_blank(text: &[u8], len: usize) -> bool {
    text[..len].last().is_some_and(u8::is_ascii_whitespace)
}

/// Returns true if a path may hold `..` in any spelling, which leaves a directory. May return true for other paths.
fn may_go_up(path: &[u8]) -> bool {
    // Most paths hold neither two dots in a row nor an escape of a dot, a digit or another escape.
    let Some(first) = memchr::memchr2(b'.', b'%', path) else { return false };
    let path = &path[first..];
    // Tabs and ends of lines are dropped, so the bytes of a step may stand apart.
    if memchr::memchr3(b'\t', b'\r', b'\n', path).is_some() {
        return true;
    }
    let may_be = |a: u8, b: u8, c: u8| {
        let is_digit = c.wrapping_sub(b'0') < 10;
        let is_letter = (c.wrapping_sub(b'1') < 6) & ((b == b'4') | (b == b'6'));
        let is_two = (b == b'2') & ((c == b'5') | (c | 0x20 == b'e'));
        ((a == b'.') & (b == b'.')) | ((a == b'%') & (is_two | is_letter | (b == b'3') & is_digit))
    };
    if !wide::any_three(path, may_be) && !path.ends_with(b"..") {
        return false;
    }
    memchr::memmem::find(path, b"..").is_some()
        || memchr::memchr_iter(b'%', path).any(|at| may_become_dot(&path[at + 1..]))
}

/// Returns true if the digits after a `%` yield a dot, or a digit that could complete an escaped one.
fn may_become_dot(mut digits: &[u8]) -> bool {
    while let Some(rest) = digits.strip_prefix(b"25") {
        digits = rest;
    }
    let digit = |at: usize| digits.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let (Some(high), Some(low)) = (digit(0), digit(1)) else { return false };
    let byte = (high << 4 | low) as u8;
    byte == b'.' || byte.is_ascii_hexdigit()
}

/// The path as read so far.
struct Path<'s, S> {
    start: S,
    done: &'s mut Vec<Segment<S>>,
    segment: &'s mut Unescaped<S>,
}

impl<S: Copy> Path<'_, S> {
    /// The state after the path up to the current segment, without a slash.
    fn kept(&self) -> S {
        self.done.last().map_or(self.start, |segment| segment.kept)
    }

    fn directory<F: Follower<State = S>>(&self, depth: usize, follower: &mut F) -> S {
        match depth.checked_sub(1) {
            Some(at) => self.done[at].directory,
            None => follower.step(self.start, b'/'),
        }
    }

    /// Adds a byte to the segment, unless it turns out as a slash.
    fn push<F: Follower<State = S>>(&mut self, byte: u8, map: impl Fn(u8) -> u8, follower: &mut F) -> u8 {
        let start = self.directory(self.done.len(), follower);
        let byte = self.segment.push(byte, map, start, |state, byte| step_escaped(follower, state, byte, &PATH));
        if byte == b'/' {
            self.segment.0.pop();
        }
        byte
    }

    fn is_dots(&self, dots: &[u8]) -> bool {
        self.segment.0.len() == dots.len() && self.segment.0.iter().map(|(byte, _)| byte).eq(dots)
    }

    /// If the path would end here as a directory, the depth of that directory; `None` if it ends in the current segment.
    fn as_directory(&self) -> Option<usize> {
        if self.segment.0.is_empty() || self.is_dots(b".") {
            Some(self.done.len())
        } else if self.is_dots(b"..") {
            Some(self.done.len().saturating_sub(1))
        } else {
            None
        }
    }

    fn state<F: Follower<State = S>>(&self, follower: &mut F) -> S {
        let directory = self.directory(self.done.len(), follower);
        self.segment.state(directory)
    }

    /// The state of the whole path, if it ends here.
    fn whole<F: Follower<State = S>>(&self, follower: &mut F) -> S {
        match self.as_directory() {
            Some(depth) => self.directory(depth, follower),
            None => self.state(follower),
        }
    }

    fn end<F: Follower<State = S>>(&mut self, end: End, follower: &mut F) {
        let whole = self.whole(follower);
        follower.whole(whole, end);
        // Records the rank with the deepest directory that the path goes beyond.
        let mut depth = self.as_directory();
        while let Some(last) = depth.and_then(|depth| depth.checked_sub(1)) {
            depth = Some(last);
            if !self.done[last].is_empty {
                break;
            }
        }
        if let Some(at) = depth.unwrap_or(self.done.len()).checked_sub(1) {
            let segment = &mut self.done[at];
            segment.rank = segment.rank.max(Some(end.rank));
        }
    }

    /// Finishes the current segment: a slash follows.
    fn finish_segment<F: Follower<State = S>>(&mut self, follower: &mut F) {
        if self.is_dots(b"..") {
            self.leave(follower);
        } else if !self.is_dots(b".") {
            let is_empty = self.segment.0.is_empty();
            let kept = if is_empty { self.kept() } else { self.state(follower) };
            let directory =
                if is_empty { self.directory(self.done.len(), follower) } else { follower.step(kept, b'/') };
            self.done.push(Segment { kept, directory, is_empty, rank: None });
        }
        self.segment.0.clear();
    }

    /// Leaves the last directory.
    fn leave<F: Follower<State = S>>(&mut self, follower: &mut F) {
        let Some(last) = self.done.pop() else { return };
        let Some(rank) = last.rank else { return };
        if !last.is_empty {
            follower.directory(last.directory, rank);
        }
        if let Some(below) = self.done.last_mut() {
            below.rank = below.rank.max(Some(rank));
        }
    }

    fn unwind<F: Follower<State = S>>(&mut self, follower: &mut F) {
        while !self.done.is_empty() {
            self.leave(follower);
        }
    }
}

#[cfg(test)]
mod tests;

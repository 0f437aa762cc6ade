//! Tells quickly where a line cannot hold a file, a program or a version, so that most lines with hits are never parsed.
//!
//! A field is only [name-like](crate::event::ecs::EcsName::is_name_like) if its name is in the table. The name comes from the header, which
//! the reader knows; from the line, where it contains one of [`WORDS`]; or from the layout. The layouts that name such a field are CEF,
//! LEEF and PAN-OS, which [`WORDS`] and [`may_be_bare`] recognise, and syslog, where it is the program ([`may_be_tag`]).

use std::ops::Range;

use crate::arch::cpu::Kernel;
use crate::arch::words::Words;
use crate::event::sheet::find;

/// The part of a line that has no name-like field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) enum Plain {
    /// None is known.
    Nothing,
    /// From an offset on, all but the name of a program that [`may_be_tag`] tells.
    From(usize),
    All,
}

impl Plain {
    /// Looks for the names of such fields in a line.
    pub(in crate::event) fn of(kernel: Kernel, line: &[u8]) -> Self {
        if has_word(kernel, line) {
            return Plain::Nothing;
        }
        // Few lines have one of these signs, so they are looked for at once.
        let Some(sign) = memchr::memchr3(b'|', b'\\', b'>', line) else { return Plain::From(0) };
        let is_any = may_be_bare(line, sign) || has_escaped_priority(&line[sign..]);
        if is_any { Plain::Nothing } else { after_header(line, sign).map_or(Plain::Nothing, Plain::From) }
    }

    /// Returns true if no name-like field holds this span.
    pub(in crate::event) fn has(self, line: &[u8], span: &Range<usize>) -> bool {
        match self {
            Plain::Nothing => false,
            Plain::From(start) => start <= span.start && !may_be_tag(line, span.end),
            Plain::All => true,
        }
    }
}

/// Returns true if a name contains one of [`WORDS`]. The table ignores the signs in a name, so that `versio-n` would be a version there;
/// this search does not find it, and it means nothing.
pub(in crate::event) fn has_name(name: &[u8]) -> bool {
    has_word(Kernel::best(), name)
}

/// Returns true if a text that ends at `end` may belong to the program in `app[5]:` or `app:`.
fn may_be_tag(line: &[u8], end: usize) -> bool {
    /// The maximum length of such a name.
    const LONG: usize = 64;
    let rest = &line[end.min(line.len())..];
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./%()".contains(&byte);
    let len = rest.iter().take(LONG).take_while(|byte| is_name(**byte)).count();
    match rest.get(len) {
        Some(b'[') => true,
        Some(b':') => !rest.get(len + 1).is_some_and(u8::is_ascii_alphanumeric),
        _ => false,
    }
}

/// Returns true if a line may hold CEF or LEEF without the first word, `0|vendor|product|version|…`: a version, a bar, and more bars. No bar
/// is before `from`.
fn may_be_bare(line: &[u8], from: usize) -> bool {
    let mut bars = memchr::memchr_iter(b'|', &line[from..]).map(|at| from + at);
    bars.any(|at| at > 0 && matches!(line[at - 1], b'0' | b'1')) && bars.take(4).count() == 4
}

/// Returns true if a line may hold the header of syslog with its `>` escaped, as some encoders of JSON do.
fn has_escaped_priority(line: &[u8]) -> bool {
    memchr::memchr(b'\\', line).is_some_and(|at| find(&line[at..], b"u003").is_some())
}

/// The end of the program's name in `<34>1 2026-05-12T10:02:03Z host app`, after which no such name follows; 0 without such a header.
/// `None` if that cannot be told. No `>` is before `from`.
fn after_header(line: &[u8], from: usize) -> Option<usize> {
    let is_header = |at: &usize| {
        matches!(line[at + 1..], [b'0'..=b'9', b' ', ..])
            && at.checked_sub(1).is_some_and(|at| line[at].is_ascii_digit())
    };
    let mut headers = memchr::memchr_iter(b'>', &line[from..]).map(|at| from + at).filter(is_header);
    let Some(header) = headers.next() else { return Some(0) };
    if headers.next().is_some() {
        return None;
    }
    // After the version, the third word.
    let mut at = header + 2;
    for _ in 0..3 {
        at += line[at..].iter().take_while(|byte| **byte == b' ').count();
        at += memchr::memchr(b' ', &line[at..])?;
    }
    Some(at)
}

/// A word, in lower case, that the names of such fields contain.
struct Word {
    text: &'static [u8],
    rule: Rule,
}

/// What else must hold if a [`Word`] is to count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Nothing,
    /// No letter or digit follows.
    Ends,
    /// No letter or digit follows, and it begins where a name may be cut.
    Whole,
    /// Another word of the line is a [`Rule::Place`].
    Path,
    /// Another word of the line is a [`Rule::Path`].
    Place,
}

/// By their first byte.
const WORDS: [Word; 27] = {
    const fn word(text: &'static [u8], rule: Rule) -> Word {
        Word { text, rule }
    }
    [
        word(b",threat,", Rule::Nothing),
        word(b"app", Rule::Ends),
        word(b"application", Rule::Nothing),
        word(b"appname", Rule::Nothing),
        word(b"attachment", Rule::Nothing),
        word(b"build", Rule::Nothing),
        word(b"cef:", Rule::Nothing),
        word(b"comm", Rule::Ends),
        word(b"exe", Rule::Ends),
        word(b"executable", Rule::Nothing),
        word(b"exename", Rule::Nothing),
        word(b"file", Rule::Nothing),
        word(b"firmware", Rule::Nothing),
        word(b"fname", Rule::Nothing),
        word(b"folder", Rule::Place),
        word(b"full", Rule::Place),
        word(b"image", Rule::Nothing),
        word(b"leef:", Rule::Nothing),
        word(b"local", Rule::Place),
        word(b"object", Rule::Place),
        word(b"path", Rule::Path),
        word(b"proc", Rule::Nothing),
        word(b"program", Rule::Nothing),
        word(b"release", Rule::Nothing),
        word(b"target", Rule::Place),
        word(b"ver", Rule::Whole),
        word(b"version", Rule::Nothing),
    ]
};

/// Finds the places where [`WORDS`] may begin.
static HEADS: Words = {
    let mut texts: [&[u8]; WORDS.len()] = [b""; WORDS.len()];
    let mut at = 0;
    while at < WORDS.len() {
        texts[at] = WORDS[at].text;
        at += 1;
    }
    Words::new(&texts)
};

/// For each byte, in either case, the words that begin with it: the number of the first one, and of the one after the last.
static STARTS: [(u8, u8); 256] = {
    let mut starts = [(0, 0); 256];
    let mut at = 0;
    while at < WORDS.len() {
        let byte = WORDS[at].text[0];
        let (first, end) = starts[byte as usize];
        assert!(end as usize == at || end == 0, "the words are in order");
        let range = (if end == 0 { at as u8 } else { first }, at as u8 + 1);
        starts[byte as usize] = range;
        starts[byte.to_ascii_uppercase() as usize] = range;
        at += 1;
    }
    starts
};

/// Returns true if the line has one of [`WORDS`], by its rule.
fn has_word(kernel: Kernel, line: &[u8]) -> bool {
    let (mut has_path, mut has_place) = (false, false);
    let mut counts = |at: usize, word: &Word| {
        if !line[at..].get(..word.text.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.text)) {
            return false;
        }
        let ends = || !line.get(at + word.text.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        match word.rule {
            Rule::Nothing => return true,
            Rule::Ends => return ends(),
            Rule::Whole => return ends() && may_cut(line, at),
            Rule::Path => has_path = true,
            Rule::Place => has_place = true,
        }
        has_path && has_place
    };
    HEADS.any(kernel, line, |at| {
        let (first, end) = STARTS[usize::from(line[at])];
        WORDS[usize::from(first)..usize::from(end)].iter().any(|word| counts(at, word))
    })
}

/// Returns true if a longer name may be cut before `at`, so that its end alone is known: see [`Key`](super::Key).
fn may_cut(line: &[u8], at: usize) -> bool {
    match at.checked_sub(1).map(|before| line[before]) {
        Some(before) if before.is_ascii_alphanumeric() || before >= 0x80 => {
            line[at].is_ascii_uppercase() || is_escape(&line[..at])
        }
        _ => true,
    }
}

/// Returns true if a text ends in the escape of a sign or of white space, as in a string of JSON: `\n`, `\u0026`.
fn is_escape(text: &[u8]) -> bool {
    matches!(text, [.., b'\\', b'n' | b'r' | b't'] | [.., b'\\', b'u', b'0', b'0', _, _])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::names::table::TABLE;
    use crate::event::names::{Key, find};
    use crate::random::Random;

    /// What every kernel finds.
    fn plain(line: &[u8]) -> Plain {
        let plain = Plain::of(Kernel::Scalar, line);
        for kernel in Kernel::available() {
            assert_eq!(Plain::of(kernel, line), plain, "{kernel:?}: {}", line.escape_ascii());
        }
        plain
    }

    /// A name in the spellings that are one name to the table.
    fn spellings(name: &str) -> Vec<String> {
        let words: Vec<&str> = name.split('_').collect();
        let capital = |word: &&str| format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..]);
        let humps: String = words.iter().map(capital).collect();
        let mut all =
            vec![words.concat(), humps.clone(), format!("{}{}", &name[..1], &humps[1..]), name.to_ascii_uppercase()];
        all.push(words.concat().to_ascii_uppercase());
        for sign in ["_", "-", ".", " ", "\":{\"", "/"] {
            all.push(words.join(sign));
        }
        all
    }

    #[test]
    fn every_name_like_name_has_a_word() {
        let mut names = 0;
        for (meaning, row) in TABLE {
            for name in row.split_ascii_whitespace() {
                let found = Key::new(name.as_bytes()).and_then(|key| find(&key, &[])).expect("a name of the table");
                if !found.may_be_name_like() {
                    continue;
                }
                names += 1;
                for spelling in spellings(name) {
                    for (before, after) in [
                        ("", "=x"),
                        ("{\"", "\":\"x"),
                        ("other_", ": x"),
                        ("<", ">x"),
                        ("a ", " b"),
                        ("x[", "] y"),
                        // In a line that is wrapped in JSON, after each escape that is undone.
                        ("\\\"", "\\\":x"),
                        ("a\\n", "=x"),
                        ("a\\r", "=x"),
                        ("a\\t", "=x"),
                        ("a\\/", "=x"),
                        ("a\\\\", "=x"),
                        ("a\\u0026", "=x"),
                        ("a\\u003c", "\\u003ex"),
                        ("", "\\u003dx"),
                    ] {
                        let line = format!("{before}{spelling}{after}");
                        assert_eq!(plain(line.as_bytes()), Plain::Nothing, "{meaning:?}: {line}");
                        let long = format!("{}{line}", "-".repeat(37));
                        assert_eq!(plain(long.as_bytes()), Plain::Nothing, "{meaning:?}: {long}");
                    }
                }
                // A longer name is known by its end.
                for line in [format!("other{}={}", spellings(name)[1], 1), format!("OTHER{}=1", spellings(name)[1])] {
                    let key = Key::new(line.split('=').next().expect("a name").as_bytes());
                    if key.and_then(|key| find(&key, &[])).is_some_and(|found| found.may_be_name_like()) {
                        assert_eq!(plain(line.as_bytes()), Plain::Nothing, "{line}");
                    }
                }
            }
        }
        assert!(names > 50, "{names}");
    }

    /// Looks at each word at each place, one after the other.
    fn has_word_slowly(line: &[u8]) -> bool {
        let is_at = |rule: Rule| {
            let words = WORDS.iter().filter(move |word| word.rule == rule);
            words.flat_map(|word| (0..line.len()).map(move |at| (at, word.text))).any(|(at, text)| {
                let after = line.get(at + text.len()).copied().unwrap_or(b' ');
                let ends = !(after.is_ascii_alphanumeric() || after >= 0x80);
                line[at..].get(..text.len()).is_some_and(|found| found.eq_ignore_ascii_case(text))
                    && (rule != Rule::Ends || ends)
                    && (rule != Rule::Whole || ends && may_cut(line, at))
            })
        };
        [Rule::Nothing, Rule::Ends, Rule::Whole].into_iter().any(is_at) || is_at(Rule::Path) && is_at(Rule::Place)
    }

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        let mut random = Random::new(1);
        for round in 0..20_000 {
            let mut line = vec![b'-'; random.index(3) * 500];
            for _ in 0..random.index(9) {
                let word = WORDS[random.index(WORDS.len())].text;
                let cut = if random.below(3) == 0 { random.index(word.len()) } else { word.len() };
                let start = line.len();
                line.extend_from_slice(&word[..cut]);
                if random.below(2) == 0 {
                    line[start..].make_ascii_uppercase();
                }
                line.extend_from_slice(random.pick(&[
                    b"".as_slice(),
                    b" ",
                    b"x",
                    b"X",
                    b"=",
                    b"\xc3\xbc",
                    b"@[",
                    b"AP",
                ]));
            }
            let want = has_word_slowly(&line);
            for kernel in Kernel::available() {
                assert_eq!(has_word(kernel, &line), want, "round {round}, {kernel:?}: {}", line.escape_ascii());
            }
        }
    }

    #[test]
    fn other_lines_have_none() {
        for line in [
            "",
            "a",
            "server=evil.test driver=x over it",
            "{\"_path\":\"dns\",\"query\":\"evil.test\"}",
            "May 12 10:02:03 gw sshd[7]: Failed password for eve from 192.0.2.7 port 5555 ssh2",
            "the target is full",
            "common commands, exec by apple",
            "v e r, fil e",
            "a|b|c|d|e|f|g",
            "10|a|b|c",
        ] {
            assert_eq!(plain(line.as_bytes()), Plain::From(0), "{line}");
        }
    }

    #[test]
    fn the_header_of_syslog_ends_after_the_program() {
        let line = b"<34>1 2026-05-12T10:02:03Z gw  evil.test 5 id - x";
        assert_eq!(plain(line), Plain::From(line.len() - b" 5 id - x".len()));
        assert_eq!(plain(b"<34>1 2026-05-12T10:02:03Z gw"), Plain::Nothing);
        assert_eq!(plain(b"<34>1 a b c d <34>1 e"), Plain::Nothing);
        for (line, want) in [
            ("app[5]: x", true),
            ("app: x", true),
            ("app:443 x", false),
            ("app x", false),
            ("app", false),
            ("app:", true),
            ("a-pp/b:\"", true),
        ] {
            assert_eq!(may_be_tag(line.as_bytes(), 1), want, "{line}");
        }
    }
}

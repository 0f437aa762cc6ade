//! Names: every rule of the module with its edge cases, then random names against a second implementation.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

use super::*;
use crate::value::{HostRef, Url};

/// The canonical name, or `!` and the code of the reject.
fn shown(text: &[u8]) -> String {
    match canonicalise(text, &mut String::new()) {
        Ok(name) => name.to_owned(),
        Err(reject) => format!("!{}", reject.code()),
    }
}

/// Checks the invariants of every text: all entry points agree, a canonical name is a fixed point, and case and the
/// root dot do not matter.
#[track_caller]
fn holds(text: &[u8]) {
    let case = String::from_utf8_lossy(text);
    // Used scratch space works as well as new space.
    let mut scratch = "left over".to_owned();
    let name = match canonicalise(text, &mut scratch) {
        Ok(name) => name,
        Err(reject) => return assert_eq!(DomainName::parse(text), Err(reject), "{case:?}"),
    };
    assert!((1..=MAX_NAME).contains(&name.len()), "{case:?}: {name}");
    let labels: Vec<&str> = name.split('.').collect();
    for label in &labels {
        assert!((1..=MAX_LABEL).contains(&label.len()), "{case:?}: {name}");
        let is_canonical = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        assert!(label.bytes().all(is_canonical), "{case:?}: {name}");
    }
    assert!(!labels[labels.len() - 1].bytes().all(|b| b.is_ascii_digit()), "{case:?}: {name}");

    let owned = DomainName::parse(text).unwrap_or_else(|reject| panic!("{case:?}: {reject}"));
    assert_eq!(owned.as_str(), name, "{case:?}");
    assert_eq!((owned.label_count(), label_count(name)), (labels.len(), labels.len()), "{case:?}");
    assert_eq!(owned.labels().collect::<Vec<_>>(), labels, "{case:?}");
    assert_eq!(owned.parent().unwrap_or(""), labels[1..].join("."), "{case:?}");
    for first in 0..labels.len() {
        assert!(owned.is_within(&labels[first..].join(".")), "{case:?} {first}");
    }

    for again in [name.to_owned(), name.to_ascii_uppercase(), format!("{name}.")] {
        assert_eq!(shown(again.as_bytes()), name, "{case:?}");
    }
    if text.is_ascii() {
        match through_uts46(text) {
            Ok(slow) => assert_eq!(slow, name, "{case:?}"),
            // The fast path does not decode A-labels.
            Err(reject) => assert!(reject == Reject::BadIdna && name.contains("xn--"), "{case:?}: {reject}"),
        }
    }
}

/// Forces the slow path: UTS-46, then the checks of ASCII.
fn through_uts46(text: &[u8]) -> Result<String, Reject> {
    let mut name = String::new();
    canonicalise_idna(text, &mut name).map(str::to_owned)
}

/// Checks a table of texts with their canonical name, or `!` and the code of the reject.
#[track_caller]
fn table(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, want) in cases {
        let got = shown(text.as_bytes());
        if got != *want {
            wrong.push_str(&format!("{text:?}\n  got  {got}\n  want {want}\n"));
        }
        holds(text.as_bytes());
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn ascii_names() {
    table(&[
        ("evil.test", "evil.test"),
        ("WWW.Evil.TEST", "www.evil.test"),
        ("localhost", "localhost"),
        ("a", "a"),
        ("1.test", "1.test"),
        ("123", "!numeric_tld"),
        ("1and1.test", "1and1.test"),
        // `_` and `-` anywhere.
        ("_dmarc._tcp.evil.test", "_dmarc._tcp.evil.test"),
        ("_", "_"),
        ("a_b.test_", "a_b.test_"),
        ("-a.b-.-c-.test", "-a.b-.-c-.test"),
        ("-", "-"),
        ("--.test", "--.test"),
        ("ab--cd.test", "ab--cd.test"),
        ("evil.-test", "evil.-test"),
        // The root dot.
        ("evil.test.", "evil.test"),
        ("Evil.Test.", "evil.test"),
        ("test.", "test"),
        ("", "!empty"),
        (".", "!empty"),
        ("..", "!empty_label"),
        ("...", "!empty_label"),
        ("evil.test..", "!empty_label"),
        (".evil.test", "!empty_label"),
        ("evil..test", "!empty_label"),
        // The last label must not be a number; others may be.
        ("192.0.2.1", "!numeric_tld"),
        ("192.0.2.1.", "!numeric_tld"),
        ("192.0.2.300", "!numeric_tld"),
        ("evil.007", "!numeric_tld"),
        ("evil.1", "!numeric_tld"),
        ("1.2.3.test", "1.2.3.test"),
        ("evil.1a", "evil.1a"),
        ("evil.1-", "evil.1-"),
        ("evil.-1", "evil.-1"),
        ("evil.0x1", "evil.0x1"),
        ("evil.1_", "evil.1_"),
    ]);
}

#[test]
fn bytes_that_names_do_not_have() {
    for byte in (0..=b' ').chain(*b"!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~\x7f") {
        for text in [[b'a', byte, b'b'], [byte, b'.', b'a'], [b'a', b'.', byte]] {
            assert_eq!(shown(&text), "!bad_name_byte", "{text:?}");
        }
        // The slow path refuses the same bytes.
        let text = ["\u{fc}".as_bytes(), &[byte], b".test"].concat();
        assert_eq!(shown(&text), "!bad_name_byte", "{text:?}");
    }
    let not_utf8: [&[u8]; 6] =
        [b"\xff", b"evil\xfc.test", b"evil.test\x80", b"\xc3.test", b"\xc0\xae.test", b"\xed\xa0\x80.test"];
    for text in not_utf8 {
        assert_eq!(shown(text), "!bad_name_byte", "{text:?}");
        holds(text);
    }
    table(&[
        (" evil.test", "!bad_name_byte"),
        ("evil.test ", "!bad_name_byte"),
        ("evil.test\n", "!bad_name_byte"),
        ("evil.test:80", "!bad_name_byte"),
        ("evil.test/", "!bad_name_byte"),
        ("*.evil.test", "!bad_name_byte"),
        ("user@evil.test", "!bad_name_byte"),
        ("[2001:db8::1]", "!bad_name_byte"),
        // Faults are reported from left to right.
        ("a..b c", "!empty_label"),
        ("a b..c", "!bad_name_byte"),
        (" .1", "!bad_name_byte"),
    ]);
}

#[test]
#[cfg(feature = "feeds")]
fn bytes_of_ascii_names() {
    for byte in 0..=u8::MAX {
        let want = byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        assert_eq!(is_name_byte(byte), want, "{byte}");
    }
}

/// In an ASCII name, an `xn--` label is like any other, valid or not.
#[test]
fn a_labels() {
    table(&[
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("XN--Bcher-KVA.Test", "xn--bcher-kva.test"),
        ("xn--", "xn--"),
        ("xn--.test", "xn--.test"),
        ("xn---.test", "xn---.test"),
        ("xn--a.test", "xn--a.test"),
        ("xn--abc-.test", "xn--abc-.test"),
        ("xn--0.test", "xn--0.test"),
        ("xn--99999999.test", "xn--99999999.test"),
        ("xn--_-.xn--p1ai", "xn--_-.xn--p1ai"),
        ("xn--1ch.test", "xn--1ch.test"),
        // In a non-ASCII name, all labels go through UTS-46, which decodes them.
        ("xn--bcher-kva.\u{fc}.test", "xn--bcher-kva.xn--tda.test"),
        ("XN--BCHER-KVA.\u{fc}.test", "xn--bcher-kva.xn--tda.test"),
        ("\u{fc}.xn--p1ai", "xn--tda.xn--p1ai"),
        ("xn--a.\u{fc}.test", "!bad_idna"),
        ("xn--.\u{fc}.test", "!bad_idna"),
        ("xn--a-.\u{fc}.test", "!bad_idna"),
        ("xn--b\u{fc}cher.test", "!bad_idna"),
        ("\u{ff58}n--bcher-kva.test", "xn--bcher-kva.test"),
        ("\u{ff58}n--a.test", "!bad_idna"),
    ]);
}

#[test]
fn other_alphabets() {
    table(&[
        ("B\u{fc}cher.test", "xn--bcher-kva.test"),
        ("B\u{dc}CHER.TEST.", "xn--bcher-kva.test"),
        // Composed and decomposed.
        ("bu\u{308}cher.test", "xn--bcher-kva.test"),
        ("\u{1e9b}\u{323}.test", "xn--1ig.test"),
        // Kept by non-transitional processing.
        ("fa\u{df}.test", "xn--fa-hia.test"),
        ("FA\u{1e9e}.test", "xn--fa-hia.test"),
        ("\u{3b2}\u{3cc}\u{3bb}\u{3bf}\u{3c2}.test", "xn--nxasmm1c.test"),
        ("\u{3b2}\u{3cc}\u{3bb}\u{3bf}\u{3c3}.test", "xn--nxasmq6b.test"),
        ("\u{392}\u{38c}\u{39b}\u{39f}\u{3a3}.test", "xn--nxasmq6b.test"),
        // Joiners where their context allows them, and nowhere else.
        ("\u{915}\u{94d}\u{200d}\u{937}.test", "xn--11b2ezcw70k.test"),
        ("\u{915}\u{94d}\u{200c}\u{937}.test", "xn--11b2ezcs70k.test"),
        ("a\u{200d}b.test", "!bad_idna"),
        ("a\u{200c}b.test", "!bad_idna"),
        ("\u{200d}.test", "!bad_idna"),
        // Mapped to ASCII.
        ("\u{ff45}\u{ff56}\u{ff49}\u{ff4c}\u{ff0e}\u{ff54}est", "evil.test"),
        ("\u{ff25}VIL.test", "evil.test"),
        ("\u{212a}.test", "k.test"),
        ("\u{24b6}.test", "a.test"),
        ("\u{fb01}.test", "fi.test"),
        ("\u{b9}.test", "1.test"),
        ("\u{2260}.test", "xn--1ch.test"),
        // Ignored.
        ("ev\u{ad}il.test", "evil.test"),
        ("\u{feff}evil.test", "evil.test"),
        ("\u{ad}.test", "!empty_label"),
        ("\u{ad}", "!empty"),
        // Dots.
        ("a\u{3002}b\u{ff0e}c\u{ff61}test", "a.b.c.test"),
        ("\u{fc}\u{3002}test", "xn--tda.test"),
        ("evil.test\u{3002}", "evil.test"),
        ("evil.test.\u{3002}", "!empty_label"),
        ("\u{3002}evil.test", "!empty_label"),
        ("evil\u{3002}.test", "!empty_label"),
        ("\u{3002}", "!empty"),
        ("evil\u{2024}test", "!bad_idna"),
        ("evil\u{2026}test", "!bad_idna"),
        // `-` and `_` as in ASCII.
        ("\u{fc}_a.test", "xn--_a-wka.test"),
        ("-\u{fc}-.test", "xn-----xka.test"),
        ("ab--\u{fc}.test", "xn--ab---3ra.test"),
        ("_a.-b-.\u{fc}", "_a.-b-.xn--tda"),
        // Numbers.
        ("example.\u{ff11}\u{ff12}", "!numeric_tld"),
        ("192.0.2.\u{ff11}", "!numeric_tld"),
        ("192\u{3002}0\u{3002}2\u{3002}1", "!numeric_tld"),
        ("example.\u{b2}", "!numeric_tld"),
        ("example.\u{6f1}\u{6f2}", "example.xn--embc"),
        ("1.2.3.4\u{fc}", "1.2.3.xn--4-eha"),
        // Mapping can produce bytes that are not allowed in names.
        ("a\u{a0}b.test", "!bad_name_byte"),
        ("a\u{3000}b.test", "!bad_name_byte"),
        ("\u{2100}.test", "!bad_name_byte"),
        ("\u{ff05}41.test", "!bad_name_byte"),
        ("evil\u{ff0f}.test", "!bad_name_byte"),
        // Refused.
        ("\u{301}a.test", "!bad_idna"),
        ("\u{5d0}a.test", "!bad_idna"),
        ("0\u{5d0}.test", "!bad_idna"),
        ("\u{5d0}0.test", "xn--0-zhc.test"),
        ("example.\u{661}\u{662}", "!bad_idna"),
        ("\u{33c2}.test", "!bad_idna"),
        ("\u{fffd}.test", "!bad_idna"),
        ("\u{e000}.test", "!bad_idna"),
        ("\u{378}.test", "!bad_idna"),
        ("\u{2028}a.test", "!bad_idna"),
        ("\u{10ffff}.test", "!bad_idna"),
        // Symbols are allowed.
        ("\u{2603}.test", "xn--n3h.test"),
        ("\u{1f4a9}.test", "xn--ls8h.test"),
    ]);
}

#[test]
fn lengths() {
    let label = |len: usize| "a".repeat(len);
    assert_eq!(shown(format!("{}.test", label(63)).as_bytes()), format!("{}.test", label(63)));
    for text in [label(64), format!("{}.test", label(64)), format!("test.{}", label(64)), format!("{}.", label(64))] {
        assert_eq!(shown(text.as_bytes()), "!long_label", "{text}");
    }
    // A bad byte is reported first only if it comes first.
    assert_eq!(shown(format!("{}. ", label(64)).as_bytes()), "!long_label");
    assert_eq!(shown(format!(" .{}", label(64)).as_bytes()), "!bad_name_byte");

    let name = |last: usize| format!("{0}.{0}.{0}.{1}", label(63), label(last));
    assert_eq!((name(61).len(), shown(name(61).as_bytes())), (MAX_NAME, name(61)));
    assert_eq!((name(62).len(), &*shown(name(62).as_bytes())), (MAX_NAME + 1, "!long_name"));
    // The root dot does not count.
    assert_eq!(shown(format!("{}.", name(61)).as_bytes()), name(61));
    assert_eq!(shown(format!("{}.", name(62)).as_bytes()), "!long_name");
    assert_eq!(shown(format!("{}.1", name(59)).as_bytes()), "!numeric_tld");
    assert_eq!(shown(format!("{}.1", name(60)).as_bytes()), "!long_name");
    holds(name(61).as_bytes());

    let most = vec!["a"; 127].join(".");
    assert_eq!((most.len(), shown(most.as_bytes())), (MAX_NAME, most.clone()));
    assert_eq!(DomainName::parse(&most).map(|name| name.label_count()), Ok(127));
    assert_eq!(shown(format!("{most}.a").as_bytes()), "!long_name");

    // The length of the A-label counts: `xn--`, the ASCII part, `-`, and the code of the one letter.
    let encoded = |len: usize| format!("{}\u{fc}", label(len));
    assert_eq!(shown(encoded(55).as_bytes()).len(), 63);
    assert_eq!(shown(encoded(56).as_bytes()), "!long_label");
    let name = |last: usize| format!("{0}.{0}.{0}.{1}", encoded(55), label(last));
    assert!(name(61).len() < MAX_NAME && shown(name(61).as_bytes()).len() == MAX_NAME);
    assert_eq!(shown(name(62).as_bytes()), "!long_name");
    holds(name(61).as_bytes());
    // The converse: more than 253 bytes that make a short name.
    assert_eq!(shown(format!("{}.test", "\u{ad}".repeat(200) + "a").as_bytes()), "a.test");
    assert_eq!(shown(format!("{}.test", "\u{ff41}".repeat(63)).as_bytes()), format!("{}.test", label(63)));

    // Long texts are refused without being looked at.
    assert_eq!(shown("a.".repeat(MAX_OBSERVABLE).as_bytes()), "!long_name");
    assert_eq!(shown("\u{ad}".repeat(MAX_OBSERVABLE / 2).as_bytes()), "!empty");
    assert_eq!(shown("\u{ad}".repeat(MAX_OBSERVABLE / 2 + 1).as_bytes()), "!long_name");
}

#[test]
fn names_within_names() {
    let name = DomainName::parse("www.evil.test").expect("a name");
    for (apex, want) in [
        ("www.evil.test", true),
        ("evil.test", true),
        ("test", true),
        ("vil.test", false),
        (".evil.test", false),
        ("ww.evil.test", false),
        ("www.evil", false),
        ("a.www.evil.test", false),
        ("other.test", false),
    ] {
        assert_eq!(name.is_within(apex), want, "{apex}");
    }
    assert_eq!(name.labels().rev().collect::<Vec<_>>(), ["test", "evil", "www"]);
    assert_eq!((name.parent(), DomainName::parse("test").expect("a name").parent()), (Some("evil.test"), None));
    assert_eq!((format!("{name:>15}"), name.as_ref()), ("  www.evil.test".into(), "www.evil.test"));
    assert_eq!("WWW.evil.test.".parse(), Ok(name.clone()));
    assert_eq!(Box::<str>::from(name), "www.evil.test".into());
}

/// A second implementation of the rules, label by label.
fn naive(text: &[u8]) -> Result<String, Reject> {
    let text = str::from_utf8(text).map_err(|_| Reject::BadNameByte)?;
    let text = match text.is_ascii() {
        true => text.to_owned(),
        false => idna::domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::EMPTY).map_err(|_| Reject::BadIdna)?.into(),
    };
    let text = text.strip_suffix('.').unwrap_or(&text).to_ascii_lowercase();
    if text.is_empty() {
        return Err(Reject::Empty);
    }
    for label in text.split('.') {
        match label {
            _ if label.chars().any(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')) => {
                return Err(Reject::BadNameByte);
            }
            "" => return Err(Reject::EmptyLabel),
            _ if label.len() > 63 => return Err(Reject::LongLabel),
            _ => {}
        }
    }
    let last = text.split('.').next_back().unwrap_or("");
    match last.trim_start_matches(|c: char| c.is_ascii_digit()) {
        _ if text.len() > 253 => Err(Reject::LongName),
        "" => Err(Reject::NumericTld),
        _ => Ok(text),
    }
}

const PIECES: &[&str] = &[
    "a",
    "B",
    "evil",
    "Test",
    "1",
    "007",
    "-",
    "--",
    "_",
    "xn--",
    "XN--",
    "xn--bcher-kva",
    "bcher-kva",
    "xn--a",
    ".",
    ".",
    ".",
    "..",
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff61}",
    "\u{fc}",
    "\u{308}",
    "\u{df}",
    "\u{3c2}",
    "\u{200c}",
    "\u{200d}",
    "\u{94d}",
    "\u{915}",
    "\u{ad}",
    "\u{ff11}",
    "\u{ff25}",
    "\u{661}",
    "\u{5d0}",
    "\u{4e2d}",
    "\u{1f4a9}",
    " ",
    "\0",
    "/",
    ":",
    "@",
    "*",
];

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(4000))]

    #[test]
    fn names_agree_with_the_naive_reading(pieces in vec(select(PIECES), 0..8)) {
        let text = pieces.concat();
        prop_assert_eq!(canonicalise(text.as_bytes(), &mut String::new()).map(str::to_owned), naive(text.as_bytes()));
        holds(text.as_bytes());
    }

    #[test]
    fn bytes_agree_with_the_naive_reading(bytes in vec(prop_oneof![any::<u8>(), select(&b"aZ09-_.."[..])], 0..80)) {
        prop_assert_eq!(canonicalise(&bytes, &mut String::new()).map(str::to_owned), naive(&bytes));
        holds(&bytes);
    }

    #[test]
    fn long_names_agree_with_the_naive_reading(labels in vec("[a-z\u{fc}]{0,2}[a-z]{55,64}", 1..6)) {
        let text = labels.join(".");
        prop_assert_eq!(canonicalise(text.as_bytes(), &mut String::new()).map(str::to_owned), naive(text.as_bytes()));
        holds(text.as_bytes());
    }

    /// A name is the same as the host of a URL, unless it looks like an address there.
    #[test]
    fn names_are_hosts(pieces in vec(select(PIECES), 1..8)) {
        let text = pieces.concat();
        if let Ok(name) = DomainName::parse(&text) {
            let url = Url::parse(format!("http://{text}/"));
            prop_assert_eq!(url.as_ref().map(|url| url.view().host()), Ok(HostRef::Domain(name.as_str())));
        }
    }
}

//! Shortcuts in reading a line, compared with reading the whole line.

use jiff::tz::TimeZone;

use super::names::{Key, Meaning};
use super::*;

/// Heads of files; every line below is read under each of them.
const HEADS: [&str; 4] = [
    "",
    "#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tquery\n",
    "#fields\tts\tfilename\tversion\n",
    "when,src_ip,file_name,host\n2026-05-12T10:02:03Z,192.0.2.7,evil.test,a.example\n",
];
const LINES: [&str; 20] = [
    "1778580123.5\t192.0.2.7\t203.0.113.5\tcdn.evil.test",
    "1778580123.5\tevil.test\t1.2.3.4",
    "1778580123.5\t192.0.2.7",
    "2026-05-12T10:02:03Z,192.0.2.7,evil.test,b.example",
    r#"{"ts":1778580123,"file":{"name":"evil.test","path":"/a/evil.test"},"host":"evil.test","path":"/x"}"#,
    r#"{"filename":"evil.test","query":"evil.test","message":"May 12 10:02:03 gw evil.test[5]: from 192.0.2.7"}"#,
    "<34>1 2026-05-12T10:02:03Z gw evil.test 5 id - path=/a file=evil.test version=192.0.2.1 dst=203.0.113.5",
    "May 12 10:02:03 gw evil.test[7]: Failed password for eve from 192.0.2.7 port 5555 ssh2",
    r#"192.0.2.7 - - [12/May/2026:10:02:03 +0000] "GET /evil.test HTTP/1.1" 200 5 "-" "Chrome/192.0.2.1""#,
    "CEF:0|Acme|Gate|192.0.2.1|100|Threat|7|fname=evil.test filePath=/a/evil.test dhost=evil.test src=192.0.2.7",
    "process=evil.test image=evil.test ver=192.0.2.1 method=GET path=/a host=evil.test",
    "the file evil.test of process evil.test, version: 192.0.2.1, from 192.0.2.7",
    "LEEF:2.0|Acme|Gate|192.0.2.1|9|^|src=192.0.2.7^dst=203.0.113.5^url=evil.test",
    "1,2026/05/12 10:02:03,7,THREAT,url,1,2026/05/12 10:02:03,192.0.2.7,203.0.113.5,,,,,,,,,,,,,,,,,,,,,,,evil.test/a,x",
    "1,2026/05/12 10:02:03,7,THREAT,data,1,2026/05/12 10:02:03,192.0.2.7,203.0.113.5,,,,,,,,,,,,,,,,,,,,,,,evil.test,x",
    "<34>1 2026-05-12T10:02:03Z gw evil.test 5 id - from 192.0.2.7 to evil.test",
    "<13>May 12 10:02:03 evil.test: from 192.0.2.7 to evil.test: evil.test:443 evil.test[5]",
    r#"{"log":"<34>1 2026-05-12T10:02:03Z gw evil.test 5 id - from 192.0.2.7","a":"evil.test[7]: x evil.test: y"}"#,
    "evil.test[7]: from 192.0.2.7 to evil.test",
    r#"{"data":[{"name":"Image","value":"evil.test"},{"value":"evil.test","name":"ver"}],"target":{"path":"evil.test"}}"#,
];

/// The quick check of a scan must agree with reading the whole line, for every place on it, in either order.
#[test]
fn a_place_is_judged_as_the_whole_reading_judges_it() {
    let (mut all, mut name_like) = (0, 0);
    for head in HEADS {
        let mut reader = EventReader::new();
        reader.head(head.as_bytes());
        for line in LINES {
            for start in 0..line.len() {
                for end in [start + 1, (start + 9).min(line.len())] {
                    let place = start..end;
                    let quick = reader.read(line.as_bytes()).is_name_like_at(place.clone());
                    let event = reader.read(line.as_bytes());
                    let whole = event.field_at(place.clone()).is_some_and(|field| field.is_name_like());
                    assert_eq!(quick, whole, "{head:?} {line:?} {place:?}");
                    assert_eq!(event.is_name_like_at(place.clone()), whole, "{head:?} {line:?} {place:?}");
                    (all, name_like) = (all + 1, name_like + usize::from(whole));
                }
            }
        }
    }
    assert!(name_like > 500 && all > 2 * name_like, "{name_like} of {all}");
}

/// Signs divide a name between its words, so that a name of files with a sign in a word is unknown, to the quick check too.
#[test]
fn signs_stand_between_the_words_of_a_name() {
    let mut reader = EventReader::new();
    for (line, want) in [
        ("version=192.0.2.1", true),
        ("app-version=192.0.2.1", true),
        ("app_ver=192.0.2.1", true),
        ("file.name=evil.test", true),
        ("versio-n=192.0.2.1", false),
        ("ve--------rsion=192.0.2.1", false),
        ("fi_le=evil.test", false),
    ] {
        let start = line.find('=').expect("a pair") + 1;
        let whole = reader.read(line.as_bytes()).field_at(start..line.len()).is_some_and(|field| field.is_name_like());
        assert_eq!(whole, want, "{line}");
        assert_eq!(reader.read(line.as_bytes()).is_name_like_at(start..line.len()), want, "{line}");
    }
}

/// Pieces of lines, so that any layout may begin, end or be broken off anywhere.
const PIECES: [&str; 56] = [
    " ",
    " ",
    " ",
    ": ",
    ",",
    "|",
    "\t",
    "\"",
    "\":\"",
    "\",\"",
    "{\"",
    "\"}",
    "[",
    "]",
    "=",
    ";",
    "\\r\\n",
    "#011",
    "evil.test",
    "evil.test",
    "192.0.2.1",
    "192.0.2.1",
    "file",
    "fname=",
    "app",
    "version",
    "ver",
    "Ver",
    "ACMEver=",
    "ACMEvd=",
    "ACMEfile=",
    "path",
    "target",
    "exe",
    "comm",
    "image",
    "host=",
    "src",
    "name",
    "value",
    "message",
    "msg=",
    "0|Acme|Gate|",
    "1.0|Acme|Gate|",
    "CEF:",
    "LEEF:",
    "|7|1|x|5|",
    "<34>1 2026-05-12T10:02:03Z ",
    "<34>",
    "May 12 10:02:03 gw ",
    "2026-05-12T10:02:03Z ",
    "app[7]: ",
    "<Data Name=\"",
    "\">",
    ",THREAT,",
    "1,2026/05/12 10:02:03,7,THREAT,data,1,2026/05/12 10:02:03,192.0.2.7,203.0.113.5,,,,,,,,,,,,,,,,,,,,,,,",
];

proptest::proptest! {
    /// The same for lines that nobody has written.
    #[test]
    fn any_place_is_judged_as_the_whole_reading_judges_it(
        head in proptest::sample::select(&HEADS[..]),
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 1..24),
    ) {
        let line = pieces.concat();
        let mut reader = EventReader::new();
        reader.head(head.as_bytes());
        for word in ["evil.test", "192.0.2.1"] {
            for (start, _) in line.match_indices(word) {
                let place = start..start + word.len();
                let event = reader.read(line.as_bytes());
                let whole = event.field_at(place.clone()).is_some_and(|field| field.is_name_like());
                proptest::prop_assert_eq!(reader.read(line.as_bytes()).is_name_like_at(place), whole, "{:?} {}", head, line);
            }
        }
    }
}

/// A field that gets its role from the rest of the line never becomes a name of files: the quick check relies on it.
#[test]
fn names_of_requests_are_not_files() {
    for name in ["host", "path", "query", "status"] {
        let found = Key::new(name.as_bytes()).and_then(|key| names::find(&key, &[])).expect("a name of the table");
        for entry in found.meanings {
            if let Meaning::InRequest(name) = entry.meaning {
                assert!(!name.is_name_like(), "{name}");
            }
        }
    }
}

/// A version that looks like an address is nobody's, wherever it stands in plain text; an address beside it is a client's.
#[test]
fn versions_in_plain_text_are_nobody() {
    // After the time, one or two words and a colon are a program, on a host.
    const BEFORE: [&str; 5] = ["Chrome/", "agent Mozilla/5.0 Edg/", "version ", "of the build: ", "fw ver "];
    let mut reader = EventReader::new();
    for before in BEFORE {
        for start in ["", "2026-05-12T10:02:03Z ", "May 12 10:02:03 gw app[7]: "] {
            for end in ["", ".", " is running", ", all is well", ") seen"] {
                let line = format!("{start}{before}192.0.2.1{end}");
                let who = reader.read(line.as_bytes()).who().and_then(|who| who.ip);
                assert_eq!(who, None, "{line}");
                for line in [format!("{line} from 192.0.2.7"), format!("{start}peer 192.0.2.7 {before}192.0.2.1{end}")]
                {
                    let who = reader.read(line.as_bytes()).who().and_then(|who| who.ip);
                    assert_eq!(who, Some("192.0.2.7".parse().expect("an address")), "{line}");
                }
            }
        }
    }
    // Without a product name before it, an address stays an address.
    for line in ["login by client/192.0.2.7", "sent HIER_DIRECT/192.0.2.7", "Chrome/192.0.2.7:443 opened"] {
        let who = reader.read(line.as_bytes()).who().and_then(|who| who.ip);
        assert_eq!(who, Some("192.0.2.7".parse().expect("an address")), "{line}");
    }
}

/// A message is not a time, and a number not a method. But a name in the place of an address is a machine's.
#[test]
fn a_role_fits_the_value() {
    let mut reader = EventReader::new();
    for (line, place, want) in [
        (r#"{"msg":"see evil.test","op":1}"#, "evil.test", None),
        (r#"{"msg":"2026-05-12T10:02:03Z","op":1}"#, "2026", Some(EcsName::Timestamp)),
        (r#"{"src_ip":"evil.test"}"#, "evil.test", Some(EcsName::SourceIp)),
        (r#"{"src_ip":"192.0.2.7"}"#, "192", Some(EcsName::SourceIp)),
        (r#"{"file":"evil.test"}"#, "evil.test", Some(EcsName::FileName)),
    ] {
        let start = line.find(place).expect("it is in the line");
        let event = reader.read(line.as_bytes());
        let role = event.field_at(start..start + place.len()).and_then(|field| field.role());
        assert_eq!(role, want, "{line}");
    }
}

#[test]
fn lines_of_a_byte_or_two_are_read() {
    let mut reader = EventReader::new();
    for first in 0..=u8::MAX {
        for line in [&[first][..], &[first, b'a'], &[first, b' '], &[first, b'='], &[first, b':'], &[first, first]] {
            let event = reader.read(line);
            assert!(event.fields().all(|field| field.span().end <= line.len()), "{line:?}");
            assert_eq!(event.time(), None, "{line:?}");
        }
    }
}

#[test]
fn json_has_at_most_so_many_fields() {
    let mut reader = EventReader::new();
    for (numbers, end, layout) in [
        (4096, "", Layout::Json),
        (4097, "", Layout::Text),
        (4096, r#","b":{}"#, Layout::Json),
        (4096, r#","b":[]"#, Layout::Json),
        (4096, r#","b":7"#, Layout::Text),
        (4095, r#","b":7"#, Layout::Json),
    ] {
        let line = format!(r#"{{"a":[{}0]{end}}}"#, "0,".repeat(numbers - 1));
        assert_eq!(reader.read(line.as_bytes()).layout(), layout, "{numbers} {end}");
    }
}

/// What begins far from the start of a line is not its event.
#[test]
fn layouts_begin_near_the_start() {
    const CEF: &str = "CEF:0|Acme|Gate|1.0|100|Web|5|src=192.0.2.7";
    const LEEF: &str = "LEEF:1.0|Acme|Gate|1.0|100|src=192.0.2.7";
    const JSON: &str = r#"{"src":"192.0.2.7"}"#;
    const XML: &str = "<?xml version=\"1.0\"?><Event><src>192.0.2.7</src></Event>";
    let mut reader = EventReader::new();
    for (inner, layout, most) in
        [(CEF, Layout::Cef, 252), (LEEF, Layout::Leef, 251), (JSON, Layout::Json, 510), (XML, Layout::Xml, 251)]
    {
        for header in ["", "<134>May 12 10:02:03 gw1 app: "] {
            for (before, is_near) in [(20, true), (most, true), (most + 1, false)] {
                let line = format!("{header}{}{inner}", ".".repeat(before));
                let found = reader.read(line.as_bytes()).layout();
                assert_eq!(found == layout, is_near, "{layout} after {before} bytes is {found}");
            }
        }
    }
}

/// A message in JSON is read as a line up to 16 KiB.
#[test]
fn long_messages_are_values_only() {
    let mut reader = EventReader::new();
    for (length, is_read) in [(16, true), (16 << 10, true), ((16 << 10) + 1, false)] {
        let text = format!("{:.<length$}", "src=192.0.2.7 ab ");
        let line = format!(r#"{{"msg":"{}"}}"#, &text[..length]);
        let source = reader.read(line.as_bytes()).get(EcsName::SourceIp).map(|ip| ip.to_string());
        assert_eq!(source.is_some(), is_read, "{length}");
    }
}

#[test]
fn events_are_shown_with_layout_and_fields() {
    for layout in Layout::ALL {
        assert_eq!(layout.to_string(), layout.name());
    }
    let mut reader = EventReader::new();
    let event = reader.read(br#"{"src":"192.0.2.7"}"#);
    assert!(format!("{event:?}").contains("json") && format!("{event:?}").contains("192.0.2.7"), "{event:?}");
    let field = event.fields().next().expect("a field");
    assert!(format!("{field:?}").contains("src") && format!("{field:?}").contains("192.0.2.7"), "{field:?}");
}

#[test]
fn a_zone_as_told_has_a_name() {
    for (zone, name) in [
        (TimeZone::UTC, "UTC"),
        (TimeZone::fixed(jiff::tz::offset(2)), "+02"),
        (TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").expect("a zone"), "local"),
    ] {
        let mut reader = EventReader::with_options(&EventOptions::new().time_zone(zone));
        let event = reader.read(b"2026-05-12 10:02:03 gate opened");
        assert_eq!(event.get(EcsName::EventTimezone).map(|zone| zone.to_string()).as_deref(), Some(name));
    }
}

#[test]
fn a_sign_near_by_is_found_where_it_is() {
    for len in 0..40 {
        for at in 0..len {
            for other in [b'a', b'=' ^ 1, b'=' ^ 0x80, 0] {
                let mut text = vec![other; len];
                assert_eq!(sheet::near(b'=', &text), None);
                text[at] = b'=';
                assert_eq!(sheet::near(b'=', &text), Some(at), "{len} {other}");
                for (one, two) in [(b'=', b'"'), (b'"', b'=')] {
                    assert_eq!(sheet::near2(one, two, &text), Some(at), "{len} {other}");
                }
                for later in at + 1..len {
                    text[later] = b'"';
                    assert_eq!(sheet::near2(b'=', b'"', &text), Some(at), "{len} {other} {later}");
                    assert_eq!(sheet::near2(b'"', b'=', &text), Some(at), "{len} {other} {later}");
                }
            }
        }
    }
}

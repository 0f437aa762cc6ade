//! Reading feeds into records and rejections, through the public interface.
#![cfg(feature = "feeds")]

use std::fmt::Write as _;
use std::io::{self, Read};

use netsieve::feed::{self, Format};
use netsieve::indicator::WarningKind;
use netsieve::{Action, Error, ErrorKind, Feed, Indicator, Kind, Policy, Reject, Scope};
use proptest::prelude::*;
use seen::Seen;

#[path = "feeds/addresses.rs"]
mod addresses;
#[cfg(all(feature = "zip", feature = "mmdb"))]
#[path = "feeds/containers.rs"]
mod containers;
#[path = "feeds/dns.rs"]
mod dns;
#[path = "feeds/faults.rs"]
mod faults;
#[path = "feeds/growth.rs"]
mod growth;
#[path = "feeds/ids.rs"]
mod ids;
#[path = "feeds/json.rs"]
mod json;
#[path = "feeds/layouts.rs"]
mod layouts;
#[path = "feeds/real.rs"]
mod real_folder;
#[path = "feeds/reports.rs"]
mod reports;
#[path = "feeds/robust.rs"]
mod robust;
#[path = "feeds/seen.rs"]
mod seen;
#[path = "feeds/sources.rs"]
mod sources;
#[path = "feeds/tables.rs"]
mod tables;
#[cfg(feature = "xml")]
#[path = "feeds/xml.rs"]
mod xml;

/// Reads a feed, and returns the result with the contents of the sink.
fn read_as(bytes: &[u8], format: Option<Format>, feed: &Feed) -> (Result<Format, Error>, Seen) {
    let mut seen = Seen::default();
    let result = feed::read(bytes, "list.txt", format, feed, &mut seen);
    (result, seen)
}

fn read(bytes: impl AsRef<[u8]>) -> (Result<Format, Error>, Seen) {
    read_as(bytes.as_ref(), None, &Feed::new("demo"))
}

#[track_caller]
fn read_ok(bytes: impl AsRef<[u8]>) -> (Format, Seen) {
    let (format, seen) = read(bytes);
    (format.expect("a feed that reads"), seen)
}

#[track_caller]
fn read_err(bytes: impl AsRef<[u8]>) -> String {
    let error = read(bytes).0.expect_err("a feed that does not read");
    assert_eq!(error.path(), Some("list.txt".as_ref()));
    error.to_string()
}

#[test]
fn a_plain_list() {
    let list = "\
# made up
; another comment

192.0.2.1\t10
198.51.100.0/24 # scanners
203.0.113.77/28
192.0.2.4 - 192.0.2.9
Evil.Test
*.evil.example
login[.]bad[.]test:8443
hxxps://bad.example/Gate.php?id=1 ; panel
bad.example/a/
2001:db8::1 3.5 seen twice
175..21.11
*-login.evil.test
/gate.php
example.com publishes this list
0.0.0.0.name.example";
    let (format, seen) = read_ok(list);
    assert_eq!(format, Format::Plain);
    assert_eq!(seen.format.as_deref(), Some("plain"));
    assert_eq!(seen.lines, 18);
    let expected = [
        (4, "192.0.2.1"),
        (5, "198.51.100.0/24"),
        (6, "203.0.113.64/28"),
        (7, "192.0.2.4-192.0.2.9"),
        (8, "evil.test"),
        (9, "evil.example"),
        (10, "login.bad.test:8443"),
        (11, "https://bad.example/Gate.php?id=1"),
        (12, "http://bad.example/a/"),
        (13, "2001:db8::1"),
        (15, "*-login.evil.test"),
        (18, "0.0.0.0.name.example"),
    ];
    assert_eq!(seen.records(), expected);
    assert_eq!(seen.listed[3], "192.0.2.4 - 192.0.2.9");
    assert_eq!(seen.listed[6], "login[.]bad[.]test:8443");
    assert_eq!(seen.listed[7], "hxxps://bad.example/Gate.php?id=1");
    assert_eq!((seen.scores[0], seen.scores[1], seen.scores[9]), (Some(10.0), None, Some(3.5)));
    let text = |at: usize| seen.descriptions[at].as_deref();
    assert_eq!((text(0), text(1), text(7), text(9)), (None, Some("scanners"), Some("panel"), Some("seen twice")));
    let expected = [
        (14, "175..21.11", Reject::BadAddress),
        (16, "/gate.php", Reject::PathPattern),
        (17, "example.com publishes this list", Reject::Unrecognised),
    ];
    assert_eq!(seen.rejections(), expected);
    assert_eq!(seen.warnings, [(6, "203.0.113.77/28".to_owned(), WarningKind::HostBits)]);
    for indicator in &seen.indicators {
        if indicator.kind() == Kind::Domain {
            assert_eq!(indicator.scope(), Some(Scope::Suffix), "{indicator}");
        }
    }
}

#[test]
fn a_hosts_file() {
    let list = "\
# made up
127.0.0.1 localhost localhost.localdomain
::1\tip6-localhost ip6-loopback
255.255.255.255 broadcasthost
fe80::1%lo0 localhost
0.0.0.0 0.0.0.0
0.0.0.0 evil.test www.Evil.test # a pair
127.0.0.1\tbad.example#adserver
0 short.example
:: six.example
192.0.2.7 printer.test
0.0.0.0 203.0.113.9
0.0.0.0 bad[.]test
0.0.0.0 bad_name.test
0.0.0.0 -
0.0.0.0 intranet
0.0.0.0
name.without.address.test
0.0.0.0 ip6-evil.test
127.0.1.1 this.example
";
    let (format, seen) = read_ok(list);
    assert_eq!(format, Format::Hosts);
    assert_eq!(seen.format.as_deref(), Some("hosts"));
    assert_eq!(seen.lines, 20);
    let expected = [
        (7, "evil.test"),
        (7, "www.evil.test"),
        (8, "bad.example"),
        (9, "short.example"),
        (10, "six.example"),
        (13, "bad.test"),
        (14, "bad_name.test"),
        (19, "ip6-evil.test"),
    ];
    assert_eq!(seen.records(), expected);
    assert_eq!(seen.descriptions[1].as_deref(), Some("a pair"));
    assert_eq!(seen.listed[5], "bad[.]test");
    assert!(seen.indicators.iter().all(|indicator| indicator.scope() == Some(Scope::Exact)));
    let expected = [
        (2, "localhost", Reject::Localhost),
        (2, "localhost.localdomain", Reject::Localhost),
        (3, "ip6-localhost", Reject::Localhost),
        (3, "ip6-loopback", Reject::Localhost),
        (4, "broadcasthost", Reject::Localhost),
        (5, "localhost", Reject::Localhost),
        (6, "0.0.0.0", Reject::SinkAddress),
        (11, "printer.test", Reject::HostMapping),
        (12, "203.0.113.9", Reject::AddressTarget),
        (15, "-", Reject::Unrecognised),
        (16, "intranet", Reject::SingleLabel),
        (17, "0.0.0.0", Reject::SinkAddress),
        (18, "name.without.address.test", Reject::BadAddress),
        (20, "this.example", Reject::HostMapping),
    ];
    assert_eq!(seen.rejections(), expected);
}

#[test]
fn hosts_lines_in_a_plain_list_list_no_sink() {
    let (_, seen) = read_ok("evil.test\nbad.example\n0.0.0.0 worse.example\n");
    assert_eq!(seen.records(), [(1, "evil.test"), (2, "bad.example")]);
    assert_eq!(seen.rejections(), [(3, "0.0.0.0 worse.example", Reject::SinkAddress)]);
}

#[test]
fn every_rejection_of_a_plain_list_names_line_value_and_reason() {
    let long_label = format!("{}.test", "a".repeat(64));
    let long_name = format!("{}.test", ["abcdefg"; 40].join("."));
    let cases = [
        ("198.51.100.300", Reject::BadAddress),
        ("192.0.02.1", Reject::LeadingZero),
        ("192.0.2.0/33", Reject::BadPrefixLength),
        ("192.0.2.9-192.0.2.1", Reject::ReversedRange),
        ("192.0.2.9 - 192.0.2.1", Reject::ReversedRange),
        ("192.0.2.1-2001:db8::1", Reject::MixedRange),
        ("1.2.3.4:99999", Reject::BadPort),
        ("evil..test", Reject::EmptyLabel),
        (&long_label, Reject::LongLabel),
        (&long_name, Reject::LongName),
        ("xn--\u{fffd}.test", Reject::BadIdna),
        ("evil.1", Reject::NumericTld),
        ("intranet", Reject::SingleLabel),
        ("http://", Reject::NoHost),
        ("a.*", Reject::BadPattern),
        ("/gate.php", Reject::PathPattern),
        ("{\"a\": 1}", Reject::Unrecognised),
    ];
    for (value, reason) in cases {
        let (result, seen) = read_as(format!("evil.test\n{value}\r\n").as_bytes(), None, &Feed::new(""));
        assert_eq!(result.expect(value), Format::Plain);
        assert_eq!(seen.records(), [(1, "evil.test")], "{value}");
        match &seen.rejections[..] {
            [(2, shown, found)] => {
                assert!(*found == reason && value.starts_with(shown.trim_end_matches('…')), "{seen:?}")
            }
            _ => panic!("{value}: {seen:?}"),
        }
    }
}

#[test]
fn policies_reach_the_values() {
    let mut policy = Policy::default();
    policy.scope = Some(Scope::Exact);
    policy.path_patterns = true;
    policy.url_suffix_hosts = true;
    let feed = Feed::new("").policy(policy);
    let (result, seen) = read_as(b"evil.test\n/gate.php\nbad.test/a\n", None, &feed);
    assert_eq!(result.unwrap(), Format::Plain);
    assert_eq!(seen.rejections(), []);
    let scopes: Vec<_> = seen.indicators.iter().map(Indicator::scope).collect();
    assert_eq!(scopes, [Some(Scope::Exact), None, Some(Scope::Suffix)]);
    let (result, seen) = read_as(
        b"0.0.0.0 evil.test\n",
        None,
        &Feed::new("").policy({
            let mut policy = Policy::default();
            policy.scope = Some(Scope::Suffix);
            policy
        }),
    );
    assert_eq!(result.unwrap(), Format::Hosts);
    assert_eq!(seen.indicators[0].scope(), Some(Scope::Suffix));
    // An allow list may contain a single-label name.
    let (result, seen) = read_as(b"intranet\n", Some(Format::Plain), &Feed::new("").action(Action::Allow));
    assert_eq!((result.unwrap(), seen.records()), (Format::Plain, vec![(1, "intranet")]));
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// The same list gives the same result in every encoding and with every line end.
#[test]
fn encodings_and_line_ends() {
    let text = "# comment\n192.0.2.1\t1\n\nevil.test\n\u{a0}bad.example\u{a0}\nbücher.example\n198.51.100.0/24";
    let expected =
        [(2, "192.0.2.1"), (4, "evil.test"), (5, "bad.example"), (6, "xn--bcher-kva.example"), (7, "198.51.100.0/24")];
    let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("plain", text.into()),
        ("last newline", format!("{text}\n").into()),
        ("CRLF", text.replace('\n', "\r\n").into()),
        ("last CRLF", format!("{text}\n").replace('\n', "\r\n").into()),
        ("CR", text.replace('\n', "\r").into()),
        ("last CR", format!("{text}\r").replace('\n', "\r").into()),
        ("BOM", format!("\u{feff}{text}").into()),
        ("Latin-1", latin1),
        ("UTF-16LE with BOM", utf16(&format!("\u{feff}{text}"), u16::to_le_bytes)),
        ("UTF-16BE with BOM", utf16(&format!("\u{feff}{text}"), u16::to_be_bytes)),
        ("UTF-16LE", utf16(text, u16::to_le_bytes)),
        ("UTF-16BE", utf16(text, u16::to_be_bytes)),
        ("UTF-16LE with CRLF", utf16(&text.replace('\n', "\r\n"), u16::to_le_bytes)),
    ];
    for (name, bytes) in cases {
        let (result, seen) = read(&bytes);
        assert_eq!(result.expect(name), Format::Plain);
        assert_eq!(seen.records(), expected, "{name}");
        assert_eq!((seen.rejections(), seen.lines), (vec![], 7), "{name}");
        // The result does not depend on the size of the chunks.
        let mut seen = Seen::default();
        feed::read(OneByte(&bytes), "", None, &Feed::new(""), &mut seen).expect(name);
        assert_eq!(seen.records(), expected, "{name}, byte by byte");
    }
}

struct OneByte<'b>(&'b [u8]);

impl Read for OneByte<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = buf.len().min(1);
        self.0.read(&mut buf[..n])
    }
}

/// A byte order mark in the middle of a file, as after concatenation, is not part of a value. One invalid byte makes
/// only its own line Latin-1.
#[test]
fn marks_and_bad_bytes_within() {
    let (_, seen) = read_ok(b"evil.test\n\xef\xbb\xbfbad.example\n\xfcber.example\n\xc3\xbcber.example\n");
    let expected = [(1, "evil.test"), (2, "bad.example"), (3, "xn--ber-goa.example"), (4, "xn--ber-goa.example")];
    assert_eq!(seen.records(), expected);
}

/// Line ends at every offset around the end of a 64 KiB chunk.
#[test]
fn line_ends_across_chunks() {
    for end in ["\n", "\r\n", "\r"] {
        for shift in 0..4 {
            let mut list = format!("#{}{end}", "x".repeat(shift));
            let mut count = 1;
            while list.len() < 200 * 1024 {
                write!(list, "{count}.evil.test{end}").unwrap();
                count += 1;
            }
            let (_, seen) = read_ok(&list);
            assert_eq!(seen.lines, count);
            assert!(
                seen.records
                    .iter()
                    .enumerate()
                    .all(|(at, (line, text))| { *line as usize == at + 2 && *text == format!("{}.evil.test", at + 1) })
            );
            assert_eq!(seen.records.len() as u64, count - 1);
        }
    }
}

#[test]
fn over_long_lines() {
    let limit = netsieve::limits::MAX_FEED_LINE;
    // A comment of the maximum length is read. One that is a byte longer, or several times as long, is reported.
    for (length, is_long) in [(limit, false), (limit + 1, true), (limit * 3, true)] {
        for (before, end) in [("evil.test\n", "\n"), ("evil.test\r\n", "\r\n"), ("evil.test\r", "\r")] {
            let long = format!("#{}", "é".repeat(limit * 2));
            let long = &long[..(0..=length).rev().find(|&cut| long.is_char_boundary(cut)).unwrap()];
            let pad = "x".repeat(length - long.len());
            let (_, seen) = read_ok(format!("{before}{long}{pad}{end}bad.example{end}"));
            assert_eq!(seen.records(), [(1, "evil.test"), (3, "bad.example")]);
            assert_eq!(seen.lines, 3);
            match &seen.rejections[..] {
                [] => assert!(!is_long),
                [(2, shown, Reject::TooLong)] => assert!(is_long && shown.starts_with("#éé") && shown.len() <= 256),
                other => panic!("{other:?}"),
            }
        }
    }
    // At the end of the feed, without a line end; and as the only line.
    let long = "x".repeat(limit * 2 + 17);
    let (_, seen) = read_ok(format!("evil.test\n{long}"));
    assert_eq!((seen.records().len(), seen.rejections.len(), seen.lines), (1, 1, 2));
    assert!(read_err(&long).contains("not recognised"));
    // A value over the length cap for values.
    let value = format!("http://evil.test/{}", "a".repeat(netsieve::limits::MAX_OBSERVABLE));
    let (_, seen) = read_ok(format!("evil.test\n{value}\nbad.example"));
    assert_eq!(seen.rejections[0].2, Reject::TooLong);
    assert!(seen.rejections[0].1.len() < 300, "what is reported of it is cut");
}

#[test]
fn feeds_that_cannot_be_used() {
    for empty in ["", "\n", "\r\n \n", "# nothing\n; here\n", "\u{feff}", "// nothing"] {
        assert!(read_err(empty).contains("empty feed"), "{empty:?}");
        let (result, _) = read_as(empty.as_bytes(), Some(Format::Plain), &Feed::new(""));
        assert!(result.unwrap_err().to_string().contains("empty feed"), "{empty:?}");
    }
    for page in [
        "<!DOCTYPE html>\n<html><body>evil.test</body></html>\nevil.test\nbad.example\n",
        "\u{feff}\r\n <HTML>\n<head><title>404</title>",
        "<?xml version=\"1.0\"?>\n<!doctype HTML PUBLIC \"-//W3C//DTD XHTML 1.0\">",
        "<!-- made up -->\n<html lang=en>",
    ] {
        assert!(read_err(page).contains("HTML"), "{page}");
        let (result, seen) = read_as(page.as_bytes(), Some(Format::Plain), &Feed::new(""));
        assert!(result.unwrap_err().to_string().contains("HTML"), "{page}");
        assert!(seen.records.is_empty());
    }
    for prose in [
        "This is a list of the things that we have seen.\nIt has moved to another place.\nPlease look there.\n",
        // One digit short of a hash.
        "d41d8cd98f00b204e9800998ecf8427\n0cc175b9c0f1b6a831c399e26977266\n",
        // Literally, these are single addresses.
        "192.0.2.0\t192.0.2.255\t24\t100\n198.51.100.0\t198.51.100.255\t24\t90\n",
        "1\n2\n3\n",
        "\u{0}\u{1}\u{2}",
        // As many foreign lines as good ones, and more than two.
        "evil.test\nbad.example\na.test\nx y z\nx y z\nx y z\nx y z\nx y z\n",
    ] {
        let message = read_err(prose);
        assert!(message.contains("not recognised"), "{prose}: {message}");
        assert!(message.contains("plain") && message.contains("hosts"), "{message}");
    }
    let error = feed::read(&b""[..], "", None, &Feed::new(""), &mut Seen::default()).unwrap_err();
    assert_eq!(error.to_string(), "empty feed: no data lines");
    // If the format is named, the feed is read, but yields nothing.
    let (result, seen) = read_as(b"no\nlist\n", Some(Format::Plain), &Feed::new(""));
    let message = result.unwrap_err().to_string();
    assert!(message.contains("no indicator") && message.contains("all 2 values"), "{message}");
    assert_eq!((seen.rejections.len(), seen.lines), (2, 2));
}

#[test]
fn urls_may_hold_commas() {
    let (_, seen) = read_ok("http://a.test/a,b\nhttp://b.test/\nhttp://c.test/;jsessionid=1\nhttp://d.test/\n");
    assert_eq!(seen.records()[0], (1, "http://a.test/a,b"));
    assert_eq!(seen.records.len(), 4);
}

/// A hosts file may contain bare names. A list without a clear format is an error that asks for it.
#[test]
fn a_list_without_a_clear_format_is_an_error() {
    let (format, seen) = read_ok("evil.test\nbad.example\n0.0.0.0 worse.test\n0.0.0.0 worst.test\n");
    assert_eq!(format, Format::Hosts);
    assert_eq!(seen.records(), [(1, "evil.test"), (2, "bad.example"), (3, "worse.test"), (4, "worst.test")]);
    let message = read_err("evil.test\nbad.example\nthis is no value\nnor is this\nand this\n");
    assert!(message.contains("not recognised"), "{message}");
}

#[test]
fn a_long_banner_does_not_hide_the_list() {
    let banner = "# made up, and long\n".repeat(8000);
    let (format, seen) = read_ok(format!("{banner}0.0.0.0 evil.test\n"));
    assert_eq!((format, seen.records()), (Format::Hosts, vec![(8001, "evil.test")]));
}

#[test]
fn names_of_formats() {
    for &format in Format::ALL {
        assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
        assert_eq!(format.to_string(), format.as_str());
    }
    let message = "nosuch".parse::<Format>().unwrap_err().to_string();
    assert!(message.contains("`nosuch`") && message.contains("hosts, "), "{message}");
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evil.hosts");
    // The file name and the content disagree.
    std::fs::write(&path, "evil.test\n").unwrap();
    let mut seen = Seen::default();
    assert_eq!(feed::read_file(&path, None, &Feed::new(""), &mut seen).unwrap(), Format::Plain);
    assert_eq!(seen.records(), [(1, "evil.test")]);
    let missing = folder.path().join("missing");
    let error = feed::read_file(&missing, None, &Feed::new(""), &mut seen).unwrap_err();
    assert_eq!((error.path(), error.kind()), (Some(&*missing), ErrorKind::Io(io::ErrorKind::NotFound)));
    let error = feed::read_file(folder.path(), None, &Feed::new(""), &mut seen).unwrap_err();
    assert_eq!((error.path(), error.kind()), (Some(folder.path()), ErrorKind::Io(io::ErrorKind::IsADirectory)));
    assert!(error.to_string().ends_with(": a folder: name the feeds in it"), "{error}");
}

/// A failure midway is an error, whatever was read before it.
#[test]
fn an_error_midway() {
    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("the disk is gone"));
            }
            let line = b"evil.test\n";
            let n = (buf.len().min(self.0)).min(line.len());
            buf[..n].copy_from_slice(&line[..n]);
            self.0 -= n;
            Ok(n)
        }
    }
    for length in [0, 5, 4096, 300_000] {
        let mut seen = Seen::default();
        let error = feed::read(Broken(length), "list.txt", None, &Feed::new(""), &mut seen).unwrap_err();
        assert_eq!(error.to_string(), "list.txt: the disk is gone");
    }
}

#[cfg(not(feature = "compression"))]
#[test]
fn compressed_feeds_need_the_feature() {
    for (bytes, name) in [(&b"\x1f\x8b\x08\0\0\0\0\0"[..], "gzip"), (b"\x28\xb5\x2f\xfd\0\0", "zstd")] {
        let message = read_err(bytes);
        assert!(message.contains(name) && message.contains("`compression`"), "{message}");
    }
}

/// Below the required certainty the error lists the candidates; nothing is guessed and nothing is read.
#[test]
fn ambiguous_feeds_are_an_error_that_names_the_candidates() {
    for (text, candidate) in [
        ("||evil.test^\n".repeat(5) + &"bad.example\n".repeat(5), "adblock"),
        ("{\"a\": [{\"ip\": \"192.0.2.1\"}], \"b\": [{\"ip\": \"192.0.2.2\"}]}".to_owned(), "jsonl 60 %"),
    ] {
        let (result, seen) = read(&text);
        let error = result.expect_err(&text).to_string();
        assert!(error.contains("exactly one must reach 80 %") && error.contains("name the format"), "{error}");
        assert!(error.contains(candidate), "{error}");
        assert!(seen.records.is_empty() && seen.rejections.is_empty());
    }
}

/// A format that needs a missing feature is still recognised, and the error names the feature.
#[test]
fn formats_that_are_features() {
    for (bytes, feature, has_it) in [
        (&b"PK\x03\x04\x14\0"[..], "zip", cfg!(feature = "zip")),
        (b"\0\0\0\0\0\0\0\0\xab\xcd\xefMaxMind.com", "mmdb", cfg!(feature = "mmdb")),
        (b"<stix:STIX_Package>\n", "xml", cfg!(feature = "xml")),
        (b"<ioc>\n", "xml", cfg!(feature = "xml")),
    ] {
        let message = read_err(bytes);
        let expected = format!("but netsieve was built without the feature `{feature}`");
        assert_eq!(message.contains(&expected), !has_it, "{message}");
    }
}

#[test]
fn other_compressions_are_refused() {
    for (bytes, name) in [
        (&b"7z\xbc\xaf\x27\x1c\0\x04"[..], "7z"),
        (b"\x04\x22\x4d\x18\x64\x40", "lz4"),
        (b"\x1f\x9d\x90\x65\x76", "compress"),
    ] {
        let message = read_err(bytes);
        assert!(message.contains(name) && message.contains("cannot be searched as it is"), "{message}");
    }
}

#[cfg(feature = "compression")]
mod compressed {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(bytes, 3).unwrap()
    }

    fn bzip2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_and_frames() {
        let expected = [(1, "evil.test"), (2, "bad.example"), (3, "192.0.2.1")];
        let halves: [&[u8]; 2] = [b"evil.test\nbad.ex", b"ample\n192.0.2.1\n"];
        let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
        for bytes in [
            gzip(&halves.concat()),
            [gzip(halves[0]), gzip(halves[1])].concat(),
            [gzip(halves[0]), gzip(b""), gzip(halves[1])].concat(),
            zstd(&halves.concat()),
            [zstd(halves[0]), zstd(halves[1])].concat(),
            [&skippable[..], &zstd(halves[0]), skippable, &zstd(halves[1])].concat(),
            [bzip2(halves[0]), bzip2(halves[1])].concat(),
            [xz(halves[0]), vec![0; 4], xz(halves[1])].concat(),
            gzip(&utf16("evil.test\nbad.example\n192.0.2.1", u16::to_le_bytes)),
        ] {
            let (format, seen) = read_ok(&bytes);
            assert_eq!((format, seen.records()), (Format::Plain, expected.to_vec()));
        }
    }

    /// A truncated or corrupted compressed feed is never accepted as a complete, shorter one.
    #[test]
    fn truncated_or_corrupt() {
        let list: String = (0..40).map(|n| format!("{n}.evil.test\n")).collect();
        let (first, second) = list.split_at(list.len() / 2);
        for (whole, boundary) in [
            ([gzip(first.as_bytes()), gzip(second.as_bytes())].concat(), gzip(first.as_bytes()).len()),
            ([zstd(first.as_bytes()), zstd(second.as_bytes())].concat(), zstd(first.as_bytes()).len()),
        ] {
            for cut in (0..whole.len()).filter(|&cut| cut != boundary) {
                let message = read_err(&whole[..cut]);
                // A few bytes are too short to recognise the compression.
                assert!(cut < 4 || message.contains("truncated or corrupt"), "{cut}: {message}");
            }
        }
    }

    #[test]
    fn logs_name_the_file_in_their_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let mut bytes = Vec::new();
        for raw in [&b"\xff\xfea\0\r\n"[..], b"", b"x"] {
            std::fs::write(&path, raw).unwrap();
            bytes.clear();
            netsieve::input::open_log(&path).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, raw, "unchanged");
            std::fs::write(&path, [gzip(raw), gzip(b"more")].concat()).unwrap();
            bytes.clear();
            netsieve::input::open_log(&path).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, [raw, b"more"].concat());
        }
        let whole = gzip(&b"192.0.2.1 - - GET /\n".repeat(50));
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let error = netsieve::input::open_log(&path).unwrap().read_to_end(&mut bytes).unwrap_err();
        assert!(error.to_string().contains("access.log: gzip"), "{error}");
        let missing = folder.path().join("missing");
        assert_eq!(netsieve::input::open_log(&missing).err().unwrap().path(), Some(&*missing));
    }
}

/// Lines that resemble a format, and bytes that resemble none.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        "[0-9]{1,3}(\\.[0-9]{0,3}){1,4}",
        "[a-z0-9*_-]{0,5}(\\.[a-z0-9*-]{0,5}){1,3}",
        "(hxxp|http|ftp|x)(://|\\[:\\]//|:)[a-z.\\[\\]@:0-9]{0,12}(/[a-z?#%]{0,4})?",
        "[0-9a-f:]{0,12}(/[0-9]{1,3})?",
        "[-#;/:*\\[\\](){}.\\\\%]{1,4}",
        "(0\\.0\\.0\\.0|127\\.0\\.0\\.1|::1|0)",
        "\\PC{0,6}",
    ];
    let gap = prop_oneof![Just(" "), Just("\t"), Just("  "), Just(" - "), Just(" # "), Just(""), Just("\u{a0}")];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n")];
    let line = (proptest::collection::vec((token, gap), 0..4), end).prop_map(|(words, end)| {
        let words: String = words.into_iter().map(|(word, gap)| word + gap).collect();
        (words + end).into_bytes()
    });
    // No NULs: at one parity they would make the bytes UTF-16.
    let raw = proptest::collection::vec(1_u8.., 0..30);
    proptest::collection::vec(prop_oneof![4 => line, 1 => raw], 0..12).prop_map(|parts| parts.concat())
}

/// Splits a text into lines naively, without byte order marks or UTF-16.
fn naive_lines(bytes: &[u8]) -> Vec<String> {
    let text: Vec<u8> = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).to_vec();
    let text: String = text.iter().map(|&byte| char::from(byte)).collect();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

proptest! {
    /// Nothing is lost: in a plain list, each data line yields one record or one rejection, and blank lines and
    /// comments yield none. In a hosts file, each data line yields at least one.
    #[test]
    fn every_line_is_accounted_for(bytes in garbage()) {
        prop_assume!(!bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff"));
        prop_assume!(!bytes.starts_with(b"\x1f\x8b") && !bytes.starts_with(b"<"));
        let lines = naive_lines(&bytes);
        let trimmed = |line: &str| {
            let bytes: Vec<u8> = line.chars().map(|c| c as u8).collect();
            // 0xCA at the end of an ASCII word is the no-break space of Mac OS Roman.
            let is_blank = |at: usize| {
                let next = bytes.get(at + 1).is_none_or(|next| next.is_ascii() && !next.is_ascii_alphanumeric());
                bytes[at] == 0xca && next && (at == 0 || bytes[at - 1].is_ascii())
            };
            let latin1 = line.chars().enumerate().map(|(at, c)| if is_blank(at) { ' ' } else { c }).collect();
            let text = String::from_utf8(bytes.clone()).unwrap_or(latin1);
            text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}').to_owned()
        };
        let is_data = |line: &String| {
            let line = trimmed(line);
            let slashes = line.strip_prefix("//");
            !line.is_empty() && !line.starts_with(['#', ';'])
                && !slashes.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        let data: Vec<u32> =
            lines.iter().enumerate().filter(|(_, line)| is_data(line)).map(|(at, _)| at as u32 + 1).collect();
        let feed = Feed::new("");
        for format in [Format::Plain, Format::Hosts] {
            let (result, seen) = read_as(&bytes, Some(format), &feed);
            prop_assert_eq!(seen.lines, lines.len() as u64);
            let mut told: Vec<u32> = seen.records.iter().map(|r| r.0).chain(seen.rejections.iter().map(|r| r.0)).collect();
            told.sort_unstable();
            if format == Format::Hosts {
                told.dedup();
            }
            prop_assert_eq!(&told, &data, "{:?}", format);
            prop_assert_eq!(result.is_ok(), !seen.records.is_empty());
        }
        // Recognition only chooses between the two, or refuses.
        let (result, seen) = read_as(&bytes, None, &feed);
        if let Ok(format) = result {
            let (_, named) = read_as(&bytes, Some(format), &feed);
            prop_assert_eq!(seen.records, named.records);
            prop_assert_eq!(seen.rejections, named.rejections);
        }
    }

    /// No bytes cause a panic, compressed or apparently so.
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), magic in 0..6_usize) {
        let magics: [&[u8]; 6] = [b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff", b"\x50\x2a\x4d\x18"];
        let bytes = [magics[magic], &bytes].concat();
        let (_, seen) = read(&bytes);
        prop_assert!(seen.records.len() + seen.rejections.len() <= bytes.len());
    }

    /// The listed text of a record reads back as the same indicator, and so does its canonical text.
    #[test]
    fn records_read_back(bytes in garbage()) {
        let (_, seen) = read_as(&bytes, Some(Format::Plain), &Feed::new(""));
        for (listed, indicator) in seen.listed.iter().zip(&seen.indicators) {
            for text in [listed.clone(), indicator.to_string()] {
                let (_, again) = read_as(text.as_bytes(), Some(Format::Plain), &Feed::new(""));
                prop_assert_eq!(&again.indicators[..], std::slice::from_ref(indicator), "{}", text);
            }
        }
    }
}

mod real {
    //! Public feeds whose facts were counted independently.
    use super::*;

    use crate::seen::read_real;

    fn count(seen: &Seen, kind: Kind, scope: Option<Scope>) -> usize {
        seen.count(kind, scope)
    }

    #[test]
    #[ignore = "needs NETSIEVE_DATA"]
    fn plain_lists() {
        for (name, kind, scope, expected, rejected) in [
            ("ipsum.txt", Kind::Ip, None, 120_430, 0),
            ("malicious-ip-full-aa.txt", Kind::Ip, None, 131_072, 0),
            ("stevenblack.domains.txt", Kind::Domain, Some(Scope::Suffix), 140_626, 0),
            ("hagezi-fake.domains.txt", Kind::Domain, Some(Scope::Suffix), 14_043, 0),
            ("openphish.txt", Kind::Url, Some(Scope::Exact), 300, 0),
            // 65 rows end with a dot and 49 have an empty octet; all others are dotted quads.
            ("isc-sans-ab.txt", Kind::Ip, None, 35_584 - 114, 114),
        ] {
            let (format, seen) = read_real(name);
            assert_eq!(format, Format::Plain, "{name}");
            assert_eq!(count(&seen, kind, scope), expected, "{name}");
            assert_eq!(seen.records.len(), expected, "{name}");
            assert_eq!(seen.rejections.len(), rejected, "{name}");
            assert_eq!(seen.warnings, [], "{name}");
        }
    }

    #[test]
    #[ignore = "needs NETSIEVE_DATA"]
    fn columns_and_shapes() {
        let (_, seen) = read_real("ipsum.txt");
        assert!(seen.scores.iter().all(|score| score.is_some_and(|score| (1.0..=20.0).contains(&score))));
        let (_, seen) = read_real("isc-sans-ab.txt");
        assert!(seen.rejections.iter().all(|(_, _, reason)| *reason == Reject::BadAddress));
        let (_, seen) = read_real("openphish.txt");
        let urls = seen.indicators.iter().map(|indicator| match indicator {
            Indicator::Url { url, .. } => url,
            other => panic!("{other}"),
        });
        assert_eq!(urls.clone().filter(|url| url.view().is_host_only()).count(), 212);
        assert_eq!(urls.filter(|url| url.view().query().is_some()).count(), 27);
    }

    #[test]
    #[ignore = "needs NETSIEVE_DATA"]
    fn hosts_file() {
        let (format, seen) = read_real("hagezi-fake.hosts.txt");
        assert_eq!(format, Format::Hosts);
        assert_eq!(count(&seen, Kind::Domain, Some(Scope::Exact)), 14_043);
        assert_eq!((seen.records.len(), seen.rejections.len()), (14_043, 0));
    }
}

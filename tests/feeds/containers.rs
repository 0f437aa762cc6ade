//! Packed feeds: zip archives, databases, and files designed to exhaust memory.

use std::io::{Cursor, Write as _};

use netsieve::feed::{self, Format};
use netsieve::indicator::{Column, ColumnRole, Columns};
use netsieve::input::Input;
use netsieve::{Feed, Indicator, Reject, Sieve};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::seen::Seen;
use crate::{read_as, read_err, read_ok};

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, bytes)) in members.iter().enumerate() {
        let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const HOSTS: &[u8] = b"# made up\n0.0.0.0 evil.test\n0.0.0.0 bad.example\n";
const PLAIN: &[u8] = b"192.0.2.1\n198.51.100.300\n198.51.100.0/24\n";

/// Each member is read in its own format, and line numbers continue from the first to the second.
#[test]
fn members_of_an_archive() {
    let archive = zip(&[
        ("list.hosts", HOSTS),
        ("folder/list.txt", PLAIN),
        ("__MACOSX/._list.txt", b"\0\x05\x16\x07"),
        ("README.txt", b"These are made up. Read them at your own risk, or not at all!\n"),
    ]);
    let records = [(2, "evil.test"), (3, "bad.example"), (4, "192.0.2.1"), (6, "198.51.100.0/24")];
    let (format, seen) = read_ok(&archive);
    assert_eq!((format, seen.records(), seen.lines), (Format::Hosts, records.to_vec(), 6));
    assert_eq!(seen.rejections[0], (5, "198.51.100.300".to_owned(), Reject::BadAddress));
    let (line, text, reason) = &seen.rejections[1];
    assert!(
        (*line, *reason) == (7, Reject::Malformed) && text.starts_with("README.txt: format not recognised"),
        "{text}"
    );
    assert_eq!(seen.rejections.len(), 2);

    // A file is read in place.
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), &archive).unwrap();
    let mut from_file = Seen::default();
    feed::read_file(path.path(), None, &Feed::new(""), &mut from_file).unwrap();
    assert_eq!(from_file.events, seen.events);

    // A format that is named applies to the members.
    let (result, seen) = read_as(&zip(&[("a", PLAIN)]), Some(Format::Plain), &Feed::new(""));
    assert_eq!((result.unwrap(), seen.records.len()), (Format::Plain, 2));
}

#[test]
fn files_that_are_not_archives() {
    let error = read_err(zip(&[]));
    assert!(error.contains("empty feed: no file in this zip archive"), "{error}");
    let error = read_err(zip(&[("a.txt", b"nothing of use here, is there?\n")]));
    assert!(error.contains("no feed in this zip archive; a.txt: format not recognised"), "{error}");
    let error = read_err(zip(&[("a.zip", &zip(&[("b.txt", PLAIN)]))]));
    assert!(error.contains("a.zip: a zip archive, which can only be read from a file: unpack it first"), "{error}");
    for (mark, member, name) in [
        ("[Content_Types].xml", "xl/sharedStrings.xml", "an Office document"),
        ("META-INF/manifest.xml", "content.xml", "an OpenDocument file"),
    ] {
        let error = read_err(zip(&[(mark, b"<a/>"), (member, b"<t>evil.test</t>")]));
        assert!(error.contains(name) && error.ends_with("save it as CSV or text first"), "{error}");
    }
    // A truncated archive lacks the directory at its end.
    let archive = zip(&[("list.hosts", HOSTS), ("list.txt", PLAIN)]);
    for cut in 1..archive.len() {
        assert!(crate::read(&archive[..cut]).0.is_err(), "{cut}");
    }
}

/// Damage to an archive is an error or is reported, and intact parts are read.
#[test]
fn damaged_archives() {
    let archive = zip(&[("list.hosts", HOSTS), ("list.txt", PLAIN)]);
    for at in 0..archive.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = archive.clone();
            damaged[at] ^= flip;
            let (result, seen) = crate::read(&damaged);
            // The damage may only affect names and dates. Otherwise everything is read, or a member is rejected.
            let is_told = result.is_err() || seen.rejections.iter().any(|(_, _, reason)| *reason == Reject::Malformed);
            assert!(is_told || seen.records.len() == 4, "{at} {flip}: {seen:?}");
        }
    }
}

#[test]
fn bombs_end_at_a_cap() {
    let mut zeros = b"evil.test\n".to_vec();
    zeros.resize(70 << 20, b'#');
    zeros.iter_mut().skip(9).step_by(1024).for_each(|byte| *byte = b'\n');
    let error = read_err(zip(&[("a.txt", &zeros)]));
    assert!(error.contains("zip data expands more than 200 times"), "{error}");
    #[cfg(feature = "compression")]
    {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&zeros).unwrap();
        let error = read_err(gzip.finish().unwrap());
        assert!(error.contains("gzip data expands more than 200 times"), "{error}");
        let error = read_err(zstd::encode_all(&zeros[..], 1).unwrap());
        assert!(error.contains("zstd data expands more than 200 times"), "{error}");
        let error = read_err(zip(&[("a.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])]));
        assert!(error.contains("gzip-compressed within an archive"), "{error}");
    }
}

/// A database in MaxMind's format, with 32-bit records.
struct Database {
    nodes: Vec<[Option<usize>; 2]>,
    /// The data offset of each branch that ends in data.
    leaves: std::collections::BTreeMap<(usize, usize), usize>,
    data: Vec<u8>,
}

impl Database {
    fn new() -> Self {
        Self { nodes: vec![[None, None]], leaves: Default::default(), data: Vec::new() }
    }

    fn add(&mut self, addr: [u8; 4], length: usize, data: &[u8]) {
        let bits = u32::from_be_bytes(addr);
        let mut node = 0;
        for at in 0..length {
            let bit = (bits >> (31 - at) & 1) as usize;
            if at + 1 == length {
                self.leaves.insert((node, bit), self.data.len());
            } else {
                let count = self.nodes.len();
                let next = *self.nodes[node][bit].get_or_insert(count);
                if next == count {
                    self.nodes.push([None, None]);
                }
                node = next;
            }
        }
        self.data.extend_from_slice(data);
    }

    fn finish(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let count = self.nodes.len();
        for (node, branches) in self.nodes.iter().enumerate() {
            for (bit, branch) in branches.iter().enumerate() {
                let leaf = self.leaves.get(&(node, bit)).map(|at| count + 16 + at);
                let value = branch.or(leaf).unwrap_or(count);
                bytes.extend_from_slice(&u32::try_from(value).unwrap().to_be_bytes());
            }
        }
        bytes.extend_from_slice(&[0; 16]);
        bytes.extend_from_slice(&self.data);
        bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
        let metadata = map(&[
            ("node_count", number(count as u32)),
            ("record_size", short(32)),
            ("ip_version", short(4)),
            ("database_type", text("Made-Up")),
            ("languages", vec![0x00, 0x04]),
            ("binary_format_major_version", short(2)),
            ("binary_format_minor_version", short(0)),
            ("build_epoch", vec![0x04, 0x02, 0x65, 0x00, 0x00, 0x00]),
            ("description", map(&[("en", text("made up"))])),
        ]);
        bytes.extend_from_slice(&metadata);
        bytes
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = match text.len() {
        length @ 0..29 => vec![0x40 | length as u8],
        length => vec![0x40 | 29, (length - 29) as u8],
    };
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

fn short(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![0xa2, high, low]
}

fn number(number: u32) -> Vec<u8> {
    let mut bytes = vec![0xc4];
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes
}

fn truth(is_true: bool) -> Vec<u8> {
    vec![u8::from(is_true), 0x07]
}

fn map(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0xe0 | members.len() as u8];
    for (key, value) in members {
        bytes.extend_from_slice(&text(key));
        bytes.extend_from_slice(value);
    }
    bytes
}

fn database() -> Vec<u8> {
    let mut database = Database::new();
    let names = map(&[("de", text("Botnetz")), ("en", text("botnet"))]);
    let traits = map(&[("is_proxy", truth(true)), ("is_vpn", truth(false)), ("family", text("ExampleBot"))]);
    let record = map(&[("threat", map(&[("names", names), ("score", number(7))])), ("traits", traits)]);
    database.add([192, 0, 2, 0], 24, &record);
    database.add([198, 51, 100, 7], 32, &map(&[("traits", map(&[("is_vpn", truth(true))]))]));
    database.finish()
}

#[test]
fn databases() {
    let (format, seen) = read_ok(database());
    assert_eq!((format, seen.format.as_deref()), (Format::Mmdb, Some("mmdb")));
    let expected = [
        "title Made-Up",
        "1 ip 192.0.2.0/24 tags=botnet,is_proxy,ExampleBot text=score=7",
        "2 ip 198.51.100.7 tags=is_vpn",
    ];
    assert_eq!(seen.events, expected);

    let mut columns = Columns::default();
    for (role, path) in
        [(ColumnRole::Tags, "threat.names"), (ColumnRole::Family, "traits.family"), (ColumnRole::Score, "threat.score")]
    {
        columns.roles.push((role, Column::Name(path.to_owned())));
    }
    let feed = Feed::new("").columns(columns);
    let (result, seen) = read_as(&database(), None, &feed);
    assert_eq!(result.unwrap(), Format::Mmdb);
    assert_eq!(seen.events[1..], ["1 ip 192.0.2.0/24 tags=botnet family=ExampleBot score=7"]);
}

#[test]
fn files_that_are_not_databases() {
    let whole = database();
    for cut in 1..whole.len() {
        assert!(crate::read(&whole[..cut]).0.is_err(), "{cut}");
    }
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            let (_, seen) = crate::read(&damaged);
            assert!(seen.records.len() <= 1_000, "{at}");
        }
    }
    let (result, _) = read_as(b"evil.test\n", Some(Format::Mmdb), &Feed::new(""));
    assert!(result.unwrap_err().to_string().contains("not an MMDB file"));
    // Both branches of 32 nodes lead to the next node: 2^32 networks in 256 bytes.
    let mut bomb = Database::new();
    bomb.nodes = (1..=32).map(|next| [Some(next), Some(next)]).collect();
    bomb.nodes[31] = [None, None];
    bomb.leaves.insert((31, 0), 0);
    bomb.data = map(&[]);
    let error = read_err(bomb.finish());
    assert!(error.contains("nodes of its tree are shared"), "{error}");
}

/// Whatever the version of the file format, its first bytes tell a set from a feed and from a log.
#[test]
fn a_compiled_set_is_neither_a_feed_nor_a_log() {
    let (sieve, _) = Sieve::builder().add("ours", "evil.test".parse::<Indicator>().unwrap()).build().unwrap();
    let path = tempfile::NamedTempFile::new().unwrap();
    sieve.save(path.path()).unwrap();
    let error = feed::read_file(path.path(), None, &Feed::new(""), &mut Seen::default()).unwrap_err().to_string();
    assert!(error.contains("a compiled set, which cannot be searched as it is: load it first"), "{error}");
    let set = std::fs::read(path.path()).unwrap();
    assert!(Input::new(&*set).unwrap_err().to_string().contains("a compiled set"));
    assert!(Sieve::from_bytes(set).is_ok());
}

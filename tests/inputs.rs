//! Compressed inputs: every member of every format is read, and truncated or corrupt data is an error after the good part.
#![cfg(all(feature = "feeds", feature = "compression"))]

mod packed;
#[path = "../src/random.rs"]
mod random;

use std::io::{self, ErrorKind, Read, Write};

use netsieve::input::{Compression, Input};
use packed::{bzip2, gzip, xz, zstd};
use random::Random;

/// Includes the checksum that the command-line tool writes and the library omits.
fn zstd_checked(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

type Encoder = fn(&[u8]) -> Vec<u8>;

const FORMATS: [(Compression, Encoder); 5] = [
    (Compression::Gzip, gzip),
    (Compression::Zstd, zstd),
    (Compression::Zstd, zstd_checked),
    (Compression::Bzip2, bzip2),
    (Compression::Xz, xz),
];

/// Lines that do not compress to almost nothing.
fn text(lines: u32) -> Vec<u8> {
    let mut random = Random::new(1);
    let mut line = |number: u32| format!("{number} {} evil.test\n", random.next() as u32);
    (0..lines).flat_map(|number| line(number).into_bytes()).collect()
}

/// The bytes that come out, and the result at the end.
fn read(packed: &[u8]) -> (Vec<u8>, io::Result<()>) {
    let mut out = Vec::new();
    let result = Input::new(packed).and_then(|mut input| input.read_to_end(&mut out).map(drop));
    (out, result)
}

/// A reader that returns a few bytes at a time.
struct Few<'a>(&'a [u8]);

impl Read for Few<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = into.len().min(7);
        self.0.read(&mut into[..len])
    }
}

#[test]
fn all_members_are_read() {
    let text = text(5000);
    let (first, rest) = text.split_at(30_000);
    let (second, third) = rest.split_at(1);
    for (compression, encode) in FORMATS {
        let one = encode(&text);
        assert_eq!(Input::new(&one[..]).unwrap().compression(), Some(compression));
        let many = [encode(first), encode(second), encode(b""), encode(third)].concat();
        for packed in [&one, &many] {
            let (out, result) = read(packed);
            result.unwrap();
            assert!(out == text, "{compression}: {} bytes of {}", out.len(), text.len());
            let mut out = Vec::new();
            Input::new(Few(packed)).unwrap().read_to_end(&mut out).unwrap();
            assert!(out == text, "{compression}, a few bytes at a time");
        }
    }
    assert_eq!(Input::new(&text[..]).unwrap().compression(), None);
}

#[test]
fn padding_between_and_after_xz_streams() {
    let packed = [xz(b"first\n"), vec![0; 8], xz(b"second\n"), vec![0; 4]].concat();
    let (out, result) = read(&packed);
    result.unwrap();
    assert_eq!(out, b"first\nsecond\n");
    // Padding comes in multiples of four bytes.
    assert!(read(&packed[..packed.len() - 1]).1.is_err());
}

#[test]
fn frames_that_hold_nothing_are_skipped_in_zstd() {
    let skipped = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let packed = [&skipped[..], &zstd(b"first\n"), &skipped, &zstd(b"second\n")].concat();
    let (out, result) = read(&packed);
    result.unwrap();
    assert_eq!(out, b"first\nsecond\n");
}

#[test]
fn truncation_is_an_error_after_the_complete_part() {
    let text = text(20_000);
    for (compression, encode) in FORMATS {
        let (first, second) = (encode(&text), encode(&text[..70_000]));
        let packed = [&first[..], &second].concat();
        for cut in [11, first.len() / 2, first.len() - 1, first.len() + 12, first.len() + second.len() / 2] {
            let (out, result) = read(&packed[..cut]);
            let error = result.expect_err("cut");
            assert!(error.to_string().starts_with(&format!("{compression} data truncated or corrupt")), "{error}");
            assert!(
                matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::Other),
                "{error}"
            );
            assert!(text.starts_with(&out[..out.len().min(text.len())]), "{compression} at {cut}");
            assert!(cut < first.len() || out.len() >= text.len(), "{compression} at {cut}: {}", out.len());
            assert!(cut != first.len() / 2 || !out.is_empty(), "{compression}");
        }
        for cut in [first.len() - 1, packed.len() - 1] {
            assert!(read(&packed[..cut]).1.is_err(), "{compression} at {cut}");
        }
    }
}

#[test]
fn corrupt_inputs_are_errors() {
    let text = text(20_000);
    for (compression, encode) in FORMATS {
        // Frames written by the library have no checksum, so their damage need not be detected.
        if encode(b"a") == zstd(b"a") {
            continue;
        }
        let packed = encode(&text);
        for place in [packed.len() / 3, packed.len() / 2, packed.len() * 3 / 4] {
            let mut packed = packed.clone();
            packed[place] ^= 0x55;
            let (out, result) = read(&packed);
            let error = result.expect_err("corrupt");
            assert!(error.to_string().starts_with(&format!("{compression} data truncated or corrupt")), "{error}");
            assert!(out.len() <= text.len() * 2);
        }
        let mut garbage = packed.clone();
        garbage.extend_from_slice(b"what follows is no member");
        let (out, result) = read(&garbage);
        assert!(result.is_err(), "{compression}");
        // The data that a decoder holds when it fails is lost.
        assert!(text.starts_with(&out) && out.len() + 32 * 1024 >= text.len(), "{compression}: {}", out.len());
    }
}

#[test]
fn zeros_after_members_are_padding() {
    let text = text(3000);
    for (compression, encode) in FORMATS {
        for padding in [4, 512, 10 * 1024, 300_000] {
            let packed = [encode(&text), vec![0; padding], encode(b"last\n"), vec![0; padding]].concat();
            let (out, result) = read(&packed);
            result.unwrap_or_else(|error| panic!("{compression}, {padding}: {error}"));
            assert!(out == [&text[..], b"last\n"].concat(), "{compression}, {padding}");
        }
        // Anything that is neither padding nor a member is reported, with its position.
        let packed = [&encode(&text)[..], &[0; 8], b"evil.test in plain text\n"].concat();
        let (out, result) = read(&packed);
        let reason = result.unwrap_err().to_string();
        assert!(out == text && reason.contains(&format!("at byte {}", packed.len() - 24)), "{compression}: {reason}");
    }
    // For gzip, zstd and bzip2, padding may have any length.
    for encode in [gzip, zstd, bzip2] {
        read(&[encode(b"a\n"), vec![0; 3]].concat()).1.unwrap();
    }
}

#[test]
fn members_of_different_formats_are_read_on() {
    let mut packed = Vec::new();
    for (_, encode) in FORMATS {
        packed.extend_from_slice(&encode(b"line\n"));
    }
    let (out, result) = read(&packed);
    result.unwrap();
    assert_eq!(out, b"line\n".repeat(FORMATS.len()));
}

/// Everything decoded before the corrupt position is delivered, whatever the size of the reads.
#[test]
fn nothing_in_front_of_a_corrupt_place_is_lost() {
    let text = text(20_000);
    for (compression, encode) in FORMATS {
        let packed = encode(&text);
        for place in [packed.len() / 4, packed.len() / 2, packed.len() - packed.len() / 8] {
            // The reference: the part that can be decoded from the bytes before that position.
            let whole = read(&packed[..place]).0;
            let mut corrupt = packed.clone();
            corrupt[place..place + 4000.min(packed.len() - place)].fill(0xFF);
            for step in [1000, 50_000, 1 << 20] {
                let (mut out, mut buf) = (Vec::new(), vec![0; step]);
                let mut input = Input::new(&corrupt[..]).unwrap();
                let error = loop {
                    match input.read(&mut buf) {
                        Ok(0) => break None,
                        Ok(read) => out.extend_from_slice(&buf[..read]),
                        Err(error) => break Some(error),
                    }
                };
                // zstd frames have no checksum here.
                assert!(error.is_some() || encode(b"a") == zstd(b"a"), "{compression}");
                // bzip2 decodes blocks of 100 kB, zstd blocks of 128 KiB.
                let block = match compression {
                    Compression::Bzip2 | Compression::Zstd => 128 * 1024,
                    _ => 300,
                };
                let common = out.iter().zip(&text).take_while(|(a, b)| a == b).count();
                assert!(common + block >= whole.len(), "{compression} at {place}, {step}: {common} of {}", whole.len());
                // The error is repeated.
                if error.is_some() {
                    assert!(input.read(&mut buf).is_err());
                }
            }
        }
    }
}

/// A reader that fails like a disk.
struct Failing<'a>(&'a [u8], Option<ErrorKind>);

impl Read for Failing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match (self.0.is_empty(), self.1) {
            (true, Some(kind)) => Err(kind.into()),
            _ => self.0.read(into),
        }
    }
}

#[test]
fn a_failing_reader_is_not_taken_for_damage() {
    let text = text(20_000);
    for (compression, encode) in FORMATS {
        let packed = encode(&text);
        let mut out = Vec::new();
        let failing = Failing(&packed[..packed.len() / 2], Some(ErrorKind::PermissionDenied));
        let error = Input::new(failing).unwrap().read_to_end(&mut out).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert!(!error.to_string().contains("corrupt"), "{compression}: {error}");
        assert!(text.starts_with(&out) && !out.is_empty(), "{compression}");
    }
}

#[test]
fn a_window_beyond_the_limit_is_refused() {
    let mut options = liblzma::stream::LzmaOptions::new_preset(6).unwrap();
    options.dict_size(256 << 20);
    let mut filters = liblzma::stream::Filters::new();
    filters.lzma2(&options);
    let check = liblzma::stream::Check::Crc64;
    let stream = liblzma::stream::Stream::new_stream_encoder(&filters, check).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(b"evil.test\n").unwrap();
    let (out, result) = read(&encoder.finish().unwrap());
    assert!(out.is_empty());
    let error = result.unwrap_err();
    assert!(error.to_string().contains("takes more than 128 MiB of memory"), "{error}");
    assert!(!error.to_string().contains("corrupt") && error.kind() == ErrorKind::Unsupported, "{error}");

    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(b"evil.test\n").unwrap();
    let (out, result) = read(&encoder.finish().unwrap());
    assert!(out.is_empty());
    let error = result.unwrap_err();
    assert!(error.to_string().contains("takes more than 128 MiB of memory"), "{error}");
    assert!(!error.to_string().contains("corrupt") && error.kind() == ErrorKind::Unsupported, "{error}");
}

/// A frame that names its dictionary is intact, but cannot be read without it.
#[test]
fn a_dictionary_is_asked_for() {
    // A header with the number of a dictionary, and an empty last block.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 0x07, 0x01, 0x00, 0x00];
    for before in [&b""[..], b"evil.test\n"] {
        let packed = if before.is_empty() { frame.to_vec() } else { [&zstd(before)[..], &frame].concat() };
        let (out, result) = read(&packed);
        assert_eq!(out, before);
        let error = result.unwrap_err();
        assert!(error.to_string().contains("zstd data that needs a dictionary: decompress it first"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

/// The start of files that cannot be searched, and the name of each kind.
const FOREIGN: [(&[u8], &str); 16] = [
    (b"PK\x03\x04________", "zip archive"),
    (b"7z\xbc\xaf\x27\x1c____", "7z archive"),
    (b"Rar!\x1a\x07\x01\0", "RAR archive"),
    (b"\x04\x22\x4d\x18______", "lz4"),
    (b"\x1f\x9d\x90_______", "compress (.Z)"),
    (b"ElfFile\0\0\0\0\0", "(EVTX)"),
    (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "(pcap)"),
    (b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a", "(pcapng)"),
    (b"SQLite format 3\0", "SQLite"),
    (b"PAR1\x15\x04", "Parquet"),
    (b"Obj\x01\x04", "Avro"),
    (b"ORC\x11", "ORC"),
    (b"LPKSHHRH\0\0", "systemd journal"),
    (b"\x89sieve\r\n\x02\0", "a compiled set"),
    (b"\xff\xfe\0\0e\0\0\0v\0\0\0", "UTF-32"),
    (b"e\0\0\0v\0\0\0i\0\0\0l\0\0\0", "UTF-32"),
];

#[test]
fn unsearchable_inputs_are_named() {
    for (head, name) in FOREIGN {
        let error = Input::new(head).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains(name) && error.to_string().contains(" first"), "{name}: {error}");
        // The same within a compressed input.
        for (compression, encode) in FORMATS {
            let (out, result) = read(&encode(head));
            let error = result.expect_err(name);
            assert!(out.is_empty() && error.kind() == ErrorKind::Unsupported);
            let reason = error.to_string();
            assert!(reason.starts_with(&format!("{compression}-compressed, and holds ")), "{reason}");
            assert!(reason.contains(name), "{name}: {reason}");
        }
    }
}

#[test]
fn inputs_compressed_twice_are_named() {
    for (outer, encode) in FORMATS {
        for (inner, twice) in FORMATS {
            let (out, result) = read(&encode(&twice(b"evil.test\n")));
            let reason = result.unwrap_err().to_string();
            assert!(out.is_empty());
            assert_eq!(reason, format!("{outer}-compressed, and holds {inner} data: decompress it twice first"));
        }
    }
}

/// A tar archive with one file.
fn tar(name: &str, text: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = vec![0; 512 - text.len() % 512 + 1024];
    [&header[..], text, &padding].concat()
}

#[test]
fn an_archive_is_named_after_its_text_is_read() {
    let archive = tar("a.log", b"evil.test\n");
    for encode in [<[u8]>::to_vec, gzip, zstd, bzip2, xz] {
        for packed in [encode(&archive), [encode(&archive[..500]), encode(&archive[500..])].concat()] {
            let mut out = Vec::new();
            let error = Input::new(Few(&packed)).unwrap().read_to_end(&mut out).unwrap_err();
            assert!(out == archive, "{} bytes of {}", out.len(), archive.len());
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains("tar archive"), "{error}");
        }
    }
}

#[cfg(feature = "zip")]
mod zipped {
    use netsieve::input::Member;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
        for (number, (name, text)) in members.iter().enumerate() {
            let method = [CompressionMethod::Deflated, CompressionMethod::Stored][number % 2];
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(text).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn every_member_is_an_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs");
        let text = text(5000);
        let packed = gzip(&text);
        let members: [(&str, &[u8]); 5] =
            [("a.log", &text), ("b/b.log", &text), ("c.log.gz", &packed), ("d.log.gz", &packed), ("empty", b"")];
        std::fs::write(&path, archive(&members)).unwrap();
        let found = Member::all(&path).unwrap().unwrap();
        assert_eq!(found.iter().map(Member::name).collect::<Vec<_>>(), members.map(|member| member.0));
        for member in &found {
            let mut out = Vec::new();
            member.open().unwrap().read_to_end(&mut out).unwrap();
            assert!(out == if member.name() == "empty" { &b""[..] } else { &text[..] }, "{}", member.name());
        }
        std::fs::write(&path, b"evil.test\n").unwrap();
        assert!(Member::all(&path).unwrap().is_none());
        std::fs::write(&path, b"").unwrap();
        assert!(Member::all(&path).unwrap().is_none());
    }

    #[test]
    fn damage_and_unread_parts_are_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs.zip");
        let text = text(5000);
        let whole = archive(&[("a.log", &text), ("b.log", &text), ("c.db", b"SQLite format 3\0")]);
        let read = |path: &std::path::Path| -> Vec<(Vec<u8>, io::Result<usize>)> {
            let members = Member::all(path).unwrap().unwrap();
            let read = |member: &Member| {
                let mut out = Vec::new();
                let result = member.open().and_then(|mut input| input.read_to_end(&mut out));
                (out, result)
            };
            members.iter().map(read).collect()
        };
        // In the middle of the first member, and in the text of the second, which is stored.
        let stored = whole.windows(100).rposition(|window| window == &text[1000..1100]).unwrap();
        for place in [2000, stored] {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x20;
            std::fs::write(&path, bytes).unwrap();
            let found = read(&path);
            let damaged = usize::from(place == stored);
            let reason = found[damaged].1.as_ref().unwrap_err().to_string();
            assert!(reason.starts_with("zip data truncated or corrupt"), "{reason}");
            assert!(!found[damaged].0.is_empty() && found[1 - damaged].0 == text);
            assert_eq!(found[2].1.as_ref().unwrap_err().kind(), ErrorKind::Unsupported);
        }
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(Member::all(&path).unwrap_err().to_string().contains("truncated or corrupt"));
    }

    /// A member as its directory entry states it: flags, method, name, and where its header stands if not where it should.
    #[derive(Clone, Copy)]
    struct Listed<'a> {
        flags: u16,
        method: u16,
        name: &'a [u8],
        at: Option<u32>,
    }

    const PLAIN: Listed = Listed { flags: 0, method: 0, name: b"a.log", at: None };

    /// An archive of stored members, each of which holds its own name, with a comment at its end.
    fn listed(members: &[Listed], promised: u16, comment: &[u8]) -> Vec<u8> {
        let mut archive = Vec::new();
        let mut directory = Vec::new();
        for member in members {
            let at = u32::try_from(archive.len()).unwrap();
            let size = u32::try_from(member.name.len()).unwrap();
            let mut common = [20, member.flags, member.method, 0, 0].map(u16::to_le_bytes).concat();
            let crc = {
                let mut crc = flate2::Crc::new();
                crc.update(member.name);
                crc.sum()
            };
            common.extend([crc, size, size, size].map(u32::to_le_bytes).concat());
            archive.extend([b"PK\x03\x04", &common[..], member.name, member.name].concat());
            let place = member.at.unwrap_or(at).to_le_bytes();
            directory.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 10], &place, member.name].concat());
        }
        let start = u32::try_from(archive.len()).unwrap().to_le_bytes();
        let len = u32::try_from(directory.len()).unwrap().to_le_bytes();
        archive.extend(directory);
        let promised = promised.to_le_bytes();
        archive.extend([b"PK\x05\x06\0\0\0\0", &promised[..], &promised, &len, &start].concat());
        archive.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
        archive.extend(comment);
        archive
    }

    /// A member's name with its text, or why it cannot be read.
    type Unpacked = (String, Result<Vec<u8>, String>);

    fn members(archive: &[u8]) -> Result<Vec<Unpacked>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), archive).unwrap();
        let read = |member: Member| {
            let mut text = Vec::new();
            let result = member.open().and_then(|mut input| input.read_to_end(&mut text));
            (member.name().to_owned(), result.map(|_| text).map_err(|error| error.to_string()))
        };
        let members = Member::all(file.path()).map_err(|error| error.to_string())?.expect("a zip archive");
        Ok(members.into_iter().map(read).collect())
    }

    #[test]
    fn names_and_methods_of_members() {
        let names: [(&[u8], &str); 4] = [
            (b"a.log", "a.log"),
            ("\u{e4}.log".as_bytes(), "\u{e4}.log"),
            (b"\x84.log", "\u{e4}.log"),
            (b"..\\b", "..\\b"),
        ];
        for (name, want) in names {
            let found = members(&listed(&[Listed { name, ..PLAIN }], 1, b"")).unwrap();
            assert_eq!(found, [(want.to_owned(), Ok(name.to_vec()))]);
        }
        for folder in [&b"logs/"[..], b"logs\\"] {
            let found = members(&listed(&[Listed { name: folder, ..PLAIN }, PLAIN], 2, b"")).unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
        }
        for (member, want) in [
            (Listed { flags: 1, ..PLAIN }, "encrypted within the zip archive"),
            (Listed { method: 12, ..PLAIN }, "packed by BZIP2 within the zip archive"),
            (Listed { method: 77, ..PLAIN }, "packed by method 77 within the zip archive"),
            (Listed { at: Some(1), ..PLAIN }, "not where the zip archive says it is"),
            (Listed { at: Some(u32::MAX - 1), ..PLAIN }, "not where the zip archive says it is"),
        ] {
            let found = members(&listed(&[member, Listed { name: b"b.log", ..PLAIN }], 2, b"")).unwrap();
            assert!(found[0].1.as_ref().is_err_and(|reason| reason.starts_with(want)), "{want}: {found:?}");
            assert_eq!(found[1].1.as_deref(), Ok(&b"b.log"[..]), "{want}");
        }
    }

    #[test]
    fn directories_that_lie() {
        let two = [PLAIN, Listed { name: b"b.log", ..PLAIN }];
        // A comment that looks like the end of a directory is one, and bytes after the archive are not read.
        for comment in [&b"PK\x05\x06"[..], &[b"PK\x05\x06".as_slice(), &[0xff; 40]].concat(), b"made up"] {
            assert_eq!(members(&listed(&two, 2, comment)).unwrap().len(), 2, "{comment:?}");
        }
        let mut trailed = listed(&two, 2, b"");
        trailed.extend([0; 1000]);
        assert_eq!(members(&trailed).unwrap().len(), 2);
        // Padding may follow, but nothing else: neither another archive nor text is passed over.
        let (first, second) = (listed(&[PLAIN], 1, b""), listed(&two, 2, b"made up"));
        let inside = {
            let mut archive = listed(&two[..1], 1, b"");
            let directory = archive.windows(4).position(|mark| mark == b"PK\x01\x02").unwrap();
            let hidden = listed(&two[1..], 1, b"");
            let length = hidden.windows(4).position(|mark| mark == b"PK\x01\x02").unwrap();
            archive.splice(directory..directory, hidden[..length].iter().copied());
            // The directory stands later by this length.
            let end = archive.len() - 6;
            let start = u32::try_from(directory + length).unwrap().to_le_bytes();
            archive.splice(end..end + 4, start);
            archive
        };
        for (archive, count, part) in [
            ([first.clone(), second.clone()].concat(), 2, 0..first.len()),
            ([second.clone(), first.clone(), vec![0; 9]].concat(), 1, 0..second.len()),
            ([&second[..], b"evil.test\n"].concat(), 2, second.len()..second.len() + 10),
            (inside, 1, 40..80),
        ] {
            let found = members(&archive).unwrap();
            let (name, result) = found.last().unwrap();
            assert_eq!((found.len(), name), (count + 1, &format!("[bytes {} to {}]", part.start, part.end)));
            assert!(result.as_ref().is_err_and(|reason| reason.contains("another archive joined to it")), "{result:?}");
        }
        // More members than are promised are read, fewer are none of the archive's.
        assert_eq!(members(&listed(&two, 1, b"")).unwrap().len(), 2);
        assert!(members(&listed(&two, 3, b"")).unwrap_err().contains("2 of 3 members are listed"));
        let bomb = [PLAIN, Listed { at: Some(0), ..PLAIN }];
        assert!(members(&listed(&bomb, 2, b"")).unwrap_err().contains("members overlap"));
        let many = vec![PLAIN; netsieve::limits::MAX_MEMBERS + 1];
        for promised in [10_001, 10_000, 1] {
            assert!(members(&listed(&many, promised, b"")).unwrap_err().contains("more than 10000 members"));
        }
        assert_eq!(members(&listed(&many[1..], 10_000, b"")).unwrap().len(), 10_000);
    }
}

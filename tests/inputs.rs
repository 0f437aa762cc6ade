//! Compressed inputs: all members of every format, and what is cut or corrupt is an error behind what was whole.
#![cfg(all(feature = "feeds", feature = "compression"))]

use std::io::{self, ErrorKind, Read, Write};

use netsieve::input::{Compression, Input};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 3).unwrap()
}

/// With the checksum that the tool writes, and the library does not.
fn zstd_checked(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
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

/// Lines that do not compress to nothing.
fn text(lines: u32) -> Vec<u8> {
    let mut random = 1_u32;
    let mut line = |number: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        format!("{number} {random} evil.test\n")
    };
    (0..lines).flat_map(|number| line(number).into_bytes()).collect()
}

/// What comes out, and how it ends.
fn read(packed: &[u8]) -> (Vec<u8>, io::Result<()>) {
    let mut out = Vec::new();
    let result = Input::new(packed).and_then(|mut input| input.read_to_end(&mut out).map(drop));
    (out, result)
}

/// Gives a few bytes at a time.
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
fn padding_between_and_behind_streams_of_xz() {
    let packed = [xz(b"first\n"), vec![0; 8], xz(b"second\n"), vec![0; 4]].concat();
    let (out, result) = read(&packed);
    result.unwrap();
    assert_eq!(out, b"first\nsecond\n");
    // Padding comes in fours.
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
fn what_is_cut_is_an_error_behind_what_was_whole() {
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
fn what_is_corrupt_is_an_error() {
    let text = text(20_000);
    for (compression, encode) in FORMATS {
        // The frames of the library have no checksum: what is wrong in them need not be found.
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
        // What a decoder had at hand when it failed is lost.
        assert!(text.starts_with(&out) && out.len() + 32 * 1024 >= text.len(), "{compression}: {}", out.len());
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
    assert!(result.is_err());

    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(28).unwrap();
    encoder.write_all(b"evil.test\n").unwrap();
    let (out, result) = read(&encoder.finish().unwrap());
    assert!(out.is_empty());
    assert!(result.is_err());
}

#[test]
fn what_is_not_supported_says_so() {
    for (head, name) in [
        (&b"PK\x03\x04________"[..], "zip"),
        (b"7z\xbc\xaf\x27\x1c____", "7z"),
        (b"\x04\x22\x4d\x18______", "lz4"),
        (b"\x1f\x9d\x90_______", "compress"),
    ] {
        let error = Input::new(head).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

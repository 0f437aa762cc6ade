//! Compressed logs and feeds, and logs in archives, on any number of threads.

mod common;

use std::fs;
use std::io::Write;

use common::{FEED, LOG, folder, long_log};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap()
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

type Encoder = fn(&[u8]) -> Vec<u8>;

const FORMATS: [(&str, Encoder); 4] = [("gzip", gzip), ("zstd", zstd), ("bzip2", bzip2), ("xz", xz)];

#[test]
fn all_members_of_all_formats_by_content_on_any_number_of_threads() {
    let folder = folder();
    let log = long_log(3 << 20);
    folder.write("plain", &log);
    let (first, second) = log.split_at(1_234_567);
    let want = folder.run("scan --json -f c2.txt plain").code(0).out;
    assert!(want.lines().count() > 100);
    let mut names = Vec::new();
    for (name, encode) in FORMATS {
        // The names do not show the format.
        let packed = [encode(first), encode(second)].concat();
        folder.write(name, &packed);
        names.push(name);
        for threads in [1, 2, 3] {
            let run = folder.run(&format!("scan --json -j {threads} -f c2.txt {name}")).code(0);
            assert!(run.out.replace(name, "plain") == want, "{name}, {threads} threads");
        }
        let run = folder.run_with("scan --json -f c2.txt", &packed).code(0);
        assert!(run.out.replace("(standard input)", "plain") == want, "{name} from standard input");
    }
    // Side by side, in the order given.
    let all: String = names.iter().map(|name| want.replace("\"plain\"", &format!("\"{name}\""))).collect();
    for threads in [1, 2, 4] {
        let run = folder.run(&format!("scan --json -j {threads} -f c2.txt {}", names.join(" "))).code(0);
        assert!(run.out == all, "{threads} threads");
    }
}

#[test]
fn cut_or_corrupt_logs_are_errors_after_their_hits() {
    let folder = folder();
    let log = long_log(4 << 20);
    let plain = {
        folder.write("plain", &log);
        folder.run("scan --json -f c2.txt plain").code(0).out
    };
    for (name, encode) in FORMATS {
        let packed = encode(&log);
        let mut corrupt = packed.clone();
        let place = corrupt.len() * 3 / 4;
        corrupt[place..place + 64].fill(0x55);
        folder.write("cut", &packed[..packed.len() * 3 / 4]);
        folder.write("bad", &corrupt);
        folder.write("end", &packed[..packed.len() - 1]);
        for (file, least) in [("cut", 1), ("bad", 0), ("end", 1)] {
            for threads in [1, 2] {
                let run = folder.run(&format!("scan --json -j {threads} -f c2.txt {file} a.log")).code(2);
                let want = format!("logscan: {file}: {name} data truncated or corrupt");
                // A damaged zstd frame without a checksum can still be valid.
                if !(name == "zstd" && file == "bad") {
                    assert!(run.err.starts_with(&want), "{want}: {}", run.err);
                }
                let hits: Vec<&str> = run.out.lines().filter(|line| line.contains(&format!("\"{file}\""))).collect();
                assert!(hits.len() >= least, "{name}, {file}");
                if file != "bad" {
                    let whole: Vec<String> =
                        plain.lines().map(|line| line.replace("\"plain\"", &format!("\"{file}\""))).collect();
                    assert!(hits.iter().zip(&whole).all(|(hit, whole)| hit == whole), "{name}, {file}");
                }
                // The logs after it are still scanned.
                assert_eq!(run.out.lines().filter(|line| line.contains("\"a.log\"")).count(), 4);
            }
        }
    }
}

#[test]
fn encodings_and_escapes_are_read_in_every_kind_of_input() {
    let folder = folder();
    let text = "\u{e9} (3)www(4)evil(4)test(0)\n{\"h\": \"b\\u002eevil\\u002etest\"}\nhttp:\\/\\/shop.test\\/login\\/y\nc.evil.test\n";
    let padding = "nothing to see here, nothing at all\n".repeat(20_000);
    let whole = format!("{padding}{text}{padding}{text}");
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(whole.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (bytes, is_utf16) in [(whole.as_bytes(), false), (&utf16, true)] {
        folder.write("log", bytes);
        let want = folder.run("scan --json -j 1 -f c2.txt log").code(0);
        let observed: Vec<String> =
            want.json().iter().map(|row| row["canonical"].as_str().unwrap().to_owned()).collect();
        let four = ["www.evil.test", "b.evil.test", "http://shop.test/login/y", "c.evil.test"];
        assert_eq!(observed, [four, four].concat(), "UTF-16: {is_utf16}");
        let lines: Vec<u64> = want.json().iter().map(|row| row["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [20_001, 20_002, 20_003, 20_004, 40_005, 40_006, 40_007, 40_008]);
        let first = want.json()[0]["offset"].as_u64().unwrap();
        let place = padding.len() + "\u{e9} ".len();
        assert_eq!(first, if is_utf16 { 2 + 2 * (padding.len() as u64 + 2) } else { place as u64 });
        let packed = FORMATS.map(|(_, encode)| encode(bytes));
        for threads in [1, 3] {
            for packed in &packed {
                folder.write("log", packed);
                let run = folder.run(&format!("scan --json -j {threads} -f c2.txt log")).code(0);
                assert_eq!(run.out, want.out);
            }
            folder.write("log", bytes);
            for mode in ["", "--mmap"] {
                let run = folder.run(&format!("scan --json -j {threads} {mode} -f c2.txt log"));
                assert_eq!(run.code(0).out, want.out, "{threads} {mode}");
            }
            let run = folder.run_with(&format!("scan --json -j {threads} -f c2.txt"), bytes).code(0);
            assert_eq!(run.out.replace("(standard input)", "log"), want.out);
        }
    }
    // On request, defanged text is found in all formats.
    let report = format!("{padding}see hxxp://shop[.]test/login/x and evil[.]test\n");
    for threads in [1, 2] {
        folder.write("plain", report.as_bytes());
        for (name, encode) in FORMATS {
            folder.write(name, &encode(report.as_bytes()));
        }
        let line = format!("scan -c --refang -j {threads} -f c2.txt plain gzip zstd bzip2 xz -");
        let run = folder.run_with(&line, report.as_bytes()).code(0);
        assert_eq!(run.out, "plain:2\ngzip:2\nzstd:2\nbzip2:2\nxz:2\n(standard input):2\ntotal:12\n");
        assert_eq!(
            folder.run(&format!("scan -c -j {threads} -f c2.txt plain gzip")).code(1).out,
            "plain:0\ngzip:0\ntotal:0\n"
        );
    }
}

#[test]
fn unsearchable_logs_are_named_and_fail() {
    let folder = folder();
    for (name, bytes, want) in [
        ("a.evtx", &b"ElfFile\0\0\0\0\0"[..], "a Windows event log (EVTX), which cannot be searched as it is: convert"),
        ("a.pcap", b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "a packet capture (pcap)"),
        ("a.db", b"SQLite format 3\0", "an SQLite database"),
        ("a.gz", &gzip(b"SQLite format 3\0"), "gzip-compressed, and holds an SQLite database"),
        ("a.gz.gz", &gzip(&gzip(b"evil.test\n")), "gzip-compressed, and holds gzip data: decompress it twice first"),
    ] {
        folder.write(name, bytes);
        for threads in [1, 2] {
            let run = folder.run(&format!("scan --json -j {threads} -f c2.txt {name} a.log")).code(2);
            assert!(run.err.starts_with(&format!("logscan: {name}: {want}")), "{}", run.err);
            assert_eq!(run.out.lines().count(), 4);
            let run = folder.run_with(&format!("scan --json -j {threads} -f c2.txt"), bytes).code(2);
            assert!(run.err.contains(want), "{}", run.err);
        }
    }
}

#[test]
fn a_tar_archive_is_scanned_and_named() {
    let folder = folder();
    let mut header = [0; 512];
    header[..5].copy_from_slice(b"a.log");
    header[124..135].copy_from_slice(b"00000000012");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let archive = [&header[..], b"evil.test\n", &[0; 502 + 1024]].concat();
    for bytes in [archive.clone(), gzip(&archive), xz(&archive)] {
        folder.write("logs", &bytes);
        for line in ["scan --json -f c2.txt logs", "scan --json -j 1 -f c2.txt logs"] {
            let run = folder.run(line).code(2);
            assert!(run.rows()[0].contains(":evil.test:"), "{}", run.out);
            assert!(run.err.contains("tar archive") && run.err.contains("unpack it first"), "{}", run.err);
        }
    }
}

#[test]
fn padding_is_not_an_error() {
    let folder = folder();
    for (name, encode) in FORMATS {
        folder.write(name, &[encode(b"a.evil.test\n"), vec![0; 512], encode(b"b.evil.test\n"), vec![0; 1024]].concat());
        let run = folder.run(&format!("scan -c -f c2.txt {name}")).code(0);
        assert_eq!((run.out.as_str(), run.err.as_str()), ("2\n", ""), "{name}");
    }
}

#[test]
fn compressed_feeds_and_logs() {
    let folder = folder();
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    // A rotated log of two members.
    let (first, second) = LOG.split_at(30);
    folder.write("a.log.gz", &[gzip(first), gzip(second)].concat());
    folder.write("a.log.zst", &zstd::encode_all(LOG, 3).unwrap());
    folder.write("feed.gz", &gzip(FEED));
    let want = folder.run("scan --json -f c2.txt a.log").rows();
    for log in ["a.log.gz", "a.log.zst"] {
        let rows = folder.run(&format!("scan --json -f c2=feed.gz {log}")).code(0).rows();
        assert_eq!(rows, want.iter().map(|row| row.replace("a.log", log)).collect::<Vec<_>>());
    }
    let cut = gzip(LOG);
    folder.write("cut.gz", &cut[..cut.len() - 9]);
    let run = folder.run("scan --json -f c2.txt cut.gz").code(2);
    assert!(run.err.contains("cut.gz"), "{}", run.err);
}

#[test]
fn zipped_logs_are_read_and_named() {
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    let folder = folder();
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["one.log", "sub/two.log", "three.db"] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        let text = if name == "three.db" { b"SQLite format 3\0" } else { LOG };
        writer.write_all(text).unwrap();
    }
    fs::create_dir(folder.path("logs")).unwrap();
    let archive = writer.finish().unwrap().into_inner();
    folder.write("logs/old.zip", &archive);
    for threads in [1, 3] {
        for logs in ["logs", "logs/old.zip", "logs/*.zip"] {
            let run = folder.run(&format!("scan -c -j {threads} -f c2.txt {logs}")).code(2);
            let want = "logs/old.zip/one.log:4\nlogs/old.zip/sub/two.log:4\n";
            assert!(run.out.starts_with(want), "{}", run.out);
            assert!(run.err.starts_with("logscan: logs/old.zip/three.db: an SQLite database"), "{}", run.err);
        }
    }
    folder.write("cut.zip", &archive[..archive.len() - 30]);
    let run = folder.run("scan -c -f c2.txt cut.zip a.log").code(2);
    assert!(run.err.starts_with("logscan: cut.zip: zip archive truncated or corrupt"), "{}", run.err);
    assert!(
        folder
            .run_with("scan -f c2.txt", &archive)
            .code(2)
            .err
            .contains("zip archive, which can only be read from a file")
    );
}

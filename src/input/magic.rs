//! Recognises an input by its first bytes: as compressed, as an archive, or as something that is not text at all.
//!
//! A file that cannot be searched as it stands would scan clean. So it is refused, with its format and what to do about it.

use std::fmt;

use super::compression::Compression;

/// The kind of input that its first bytes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, as far as one can tell.
    Plain,
    Packed(Compression),
    Zip,
    Foreign(&'static Foreign),
}

/// A format that holds text in a form that cannot be searched.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    name: &'static str,
    /// The way to convert it to text.
    advice: &'static str,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, which cannot be searched as it is: {}", self.name, self.advice)
    }
}

/// Offsets with the bytes that must be there; all must match.
type Parts = &'static [(usize, &'static [u8])];

struct Signature {
    parts: Parts,
    /// The magic is also a word that a log may begin with, so the byte after it must not be text.
    is_word: bool,
    kind: Kind,
}

const fn packed(parts: Parts, compression: Compression) -> Signature {
    Signature { parts, is_word: false, kind: Kind::Packed(compression) }
}

const fn foreign(parts: Parts, foreign: &'static Foreign) -> Signature {
    Signature { parts, is_word: false, kind: Kind::Foreign(foreign) }
}

const fn word(parts: Parts, foreign: &'static Foreign) -> Signature {
    Signature { parts, is_word: true, kind: Kind::Foreign(foreign) }
}

const fn named(name: &'static str, advice: &'static str) -> Foreign {
    Foreign { name, advice }
}

static EVTX: Foreign = named("a Windows event log (EVTX)", "convert it first, with `evtx_dump -o jsonl` for example");
static EVT: Foreign = named("a Windows event log (EVT)", "convert it first, with `evtexport` for example");
static REGISTRY: Foreign = named("a Windows registry hive", "export it as text first, with `hivexregedit` for example");
static ESE: Foreign = named("an ESE database", "export it first, with `esedbexport` for example");
static PCAP: Foreign =
    named("a packet capture (pcap)", "decode it first, with `tshark -T json` or `zeek -r` for example");
static PCAPNG: Foreign =
    named("a packet capture (pcapng)", "decode it first, with `tshark -T json` or `zeek -r` for example");
static SNOOP: Foreign = named("a packet capture (snoop)", "decode it first, with `tshark -T json` for example");
static NFDUMP: Foreign = named("a file of flows (nfdump)", "print it first, with `nfdump -o csv` for example");
static SILK: Foreign = named("a file of flows (SiLK)", "print it first, with `rwcut` for example");
static SQLITE: Foreign = named("an SQLite database", "export it first, with `sqlite3 FILE .dump` for example");
static PARQUET: Foreign = named("a Parquet file", "export it first, as CSV or JSON Lines with `duckdb` for example");
static AVRO: Foreign = named("an Avro file", "export it first, with `avro-tools tojson` for example");
static ORC: Foreign = named("an ORC file", "export it first, with `orc-contents` for example");
static ARROW: Foreign = named("an Arrow file", "export it first, as CSV or JSON Lines");
static HDF5: Foreign = named("an HDF5 file", "export it first, with `h5dump` for example");
static JOURNAL: Foreign =
    named("a systemd journal", "export it first, with `journalctl -o json --file FILE` for example");
static LUCENE: Foreign = named("a Lucene index", "export the documents first");
static RAR: Foreign = named("a RAR archive", "unpack it first, with `unrar x` for example");
static SEVEN_ZIP: Foreign = named("a 7z archive", "unpack it first, with `7z x` for example");
static CABINET: Foreign = named("a Windows cabinet", "unpack it first, with `cabextract` for example");
static XAR: Foreign = named("a xar archive", "unpack it first, with `xar -x` for example");
static AR: Foreign = named("an ar archive", "unpack it first, with `ar x` for example");
static CPIO: Foreign = named("a cpio archive", "unpack it first, with `cpio -i` for example");
static COMPRESS: Foreign = named("compressed by compress (.Z)", "decompress it first, with `gzip -d` for example");
static PACK: Foreign = named("compressed by pack (.z)", "decompress it first, with `gzip -d` for example");
static LZ4: Foreign = named("lz4-compressed", "decompress it first, with `lz4 -d` for example");
static LZMA: Foreign = named("lzma-compressed", "decompress it first, with `xz -d --format=lzma` for example");
static LZIP: Foreign = named("lzip-compressed", "decompress it first, with `lzip -d` for example");
static LZOP: Foreign = named("lzop-compressed", "decompress it first, with `lzop -d` for example");
static LRZIP: Foreign = named("lrzip-compressed", "decompress it first, with `lrzip -d` for example");
static SNAPPY: Foreign = named("snappy-compressed", "decompress it first, with `snzip -d` for example");
static ZLIB: Foreign = named("zlib-compressed", "decompress it first, with `pigz -dz` for example");
static PDF: Foreign = named("a PDF document", "make text of it first, with `pdftotext` for example");
static OLE: Foreign = named(
    "an Office document or Outlook message (OLE)",
    "make text of it first, with `catdoc` or `msgconvert` for example",
);
static OUTLOOK: Foreign = named("an Outlook mailbox", "export it first, with `readpst` for example");
static PGP: Foreign = named("encrypted (PGP)", "decrypt it first, with `gpg -d` for example");
static AGE: Foreign = named("encrypted (age)", "decrypt it first, with `age -d` for example");
static OPENSSL: Foreign = named("encrypted (openssl enc)", "decrypt it first, with `openssl enc -d` for example");
static SET: Foreign = named("a compiled set", "load it first, with `logscan scan --sieve FILE` for example");
static UTF32: Foreign = named("UTF-32 text", "transcode it first, with `iconv -f UTF-32 -t UTF-8` for example");

/// Every signature that is made of fixed bytes. UTF-32 without a mark, cpio and tar take more than that.
static SIGNATURES: &[Signature] = &[
    // The third byte is the method; 8 (deflate) is the only one in use.
    packed(&[(0, &[0x1f, 0x8b, 8])], Compression::Gzip),
    packed(&[(0, &[0x28, 0xb5, 0x2f, 0xfd])], Compression::Zstd),
    packed(&[(0, b"\xfd7zXZ\0")], Compression::Xz),
    // `BZh`, the level, and the magic of a block or of the end.
    packed(&[(0, b"BZh"), (4, &[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])], Compression::Bzip2),
    packed(&[(0, b"BZh"), (4, &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90])], Compression::Bzip2),
    Signature { parts: &[(0, b"PK\x03\x04")], is_word: false, kind: Kind::Zip },
    Signature { parts: &[(0, b"PK\x05\x06")], is_word: false, kind: Kind::Zip },
    Signature { parts: &[(0, b"PK\x07\x08")], is_word: false, kind: Kind::Zip },
    foreign(&[(0, b"ElfFile\0")], &EVTX),
    foreign(&[(0, &[0x30, 0, 0, 0]), (4, b"LfLe")], &EVT),
    foreign(&[(0, b"regf"), (5, &[0])], &REGISTRY),
    foreign(&[(4, &[0xef, 0xcd, 0xab, 0x89])], &ESE),
    foreign(&[(0, &[0xd4, 0xc3, 0xb2, 0xa1])], &PCAP),
    foreign(&[(0, &[0xa1, 0xb2, 0xc3, 0xd4])], &PCAP),
    foreign(&[(0, &[0x4d, 0x3c, 0xb2, 0xa1])], &PCAP),
    foreign(&[(0, &[0xa1, 0xb2, 0x3c, 0x4d])], &PCAP),
    foreign(&[(0, &[0x34, 0xcd, 0xb2, 0xa1])], &PCAP),
    foreign(&[(0, &[0xa1, 0xb2, 0xcd, 0x34])], &PCAP),
    foreign(&[(0, &[0x0a, 0x0d, 0x0d, 0x0a]), (8, &[0x4d, 0x3c, 0x2b, 0x1a])], &PCAPNG),
    foreign(&[(0, &[0x0a, 0x0d, 0x0d, 0x0a]), (8, &[0x1a, 0x2b, 0x3c, 0x4d])], &PCAPNG),
    foreign(&[(0, b"snoop\0\0\0")], &SNOOP),
    foreign(&[(0, &[0x0c, 0xa5, 1, 0])], &NFDUMP),
    foreign(&[(0, &[0x0c, 0xa5, 2, 0])], &NFDUMP),
    foreign(&[(0, &[0xde, 0xad, 0xbe, 0xef])], &SILK),
    foreign(&[(0, b"SQLite format 3\0")], &SQLITE),
    foreign(&[(0, &[0x37, 0x7f, 0x06, 0x82])], &SQLITE),
    foreign(&[(0, &[0x37, 0x7f, 0x06, 0x83])], &SQLITE),
    word(&[(0, b"PAR1")], &PARQUET),
    word(&[(0, b"PARE")], &PARQUET),
    foreign(&[(0, b"Obj\x01")], &AVRO),
    word(&[(0, b"ORC")], &ORC),
    foreign(&[(0, b"ARROW1\0\0")], &ARROW),
    word(&[(0, b"FEA1")], &ARROW),
    foreign(&[(0, b"\x89HDF\r\n\x1a\n")], &HDF5),
    foreign(&[(0, b"LPKSHHRH")], &JOURNAL),
    foreign(&[(0, &[0x3f, 0xd7, 0x6c, 0x17])], &LUCENE),
    foreign(&[(0, b"Rar!\x1a\x07")], &RAR),
    foreign(&[(0, b"7z\xbc\xaf\x27\x1c")], &SEVEN_ZIP),
    foreign(&[(0, b"MSCF\0\0\0\0")], &CABINET),
    word(&[(0, b"xar!")], &XAR),
    foreign(&[(0, b"!<arch>\n")], &AR),
    foreign(&[(0, &[0x1f, 0x9d])], &COMPRESS),
    foreign(&[(0, &[0x1f, 0x1e])], &PACK),
    foreign(&[(0, &[0x1f, 0xa0])], &PACK),
    foreign(&[(0, &[0x04, 0x22, 0x4d, 0x18])], &LZ4),
    foreign(&[(0, &[0x02, 0x21, 0x4c, 0x18])], &LZ4),
    foreign(&[(0, &[0x5d, 0, 0])], &LZMA),
    foreign(&[(0, b"LZIP\x01")], &LZIP),
    foreign(&[(0, b"\x89LZO\0\r\n\x1a\n")], &LZOP),
    foreign(&[(0, b"LRZI\0")], &LRZIP),
    foreign(&[(0, b"\xff\x06\0\0sNaPpY")], &SNAPPY),
    foreign(&[(0, &[0x78, 0x01])], &ZLIB),
    foreign(&[(0, &[0x78, 0x9c])], &ZLIB),
    foreign(&[(0, &[0x78, 0xda])], &ZLIB),
    foreign(&[(0, b"%PDF-")], &PDF),
    foreign(&[(0, &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])], &OLE),
    foreign(&[(0, b"!BDN")], &OUTLOOK),
    foreign(&[(0, b"-----BEGIN PGP MESSAGE-----")], &PGP),
    foreign(&[(0, b"-----BEGIN AGE ENCRYPTED FILE-----")], &AGE),
    foreign(&[(0, b"age-encryption.org/v1")], &AGE),
    foreign(&[(0, b"Salted__")], &OPENSSL),
    foreign(&[(0, b"\x89sieve\r\n")], &SET),
    foreign(&[(0, &[0xff, 0xfe, 0, 0])], &UTF32),
    foreign(&[(0, &[0, 0, 0xfe, 0xff])], &UTF32),
];

/// More bytes than any of these needs.
pub(super) const HEAD: usize = 128;

/// Returns the kind of an input that begins like this; `None` if it takes more bytes to tell. `is_all`: there are no more.
///
/// The first bytes of a text differ from all signatures, so that an input that comes line by line does not have to wait.
pub(super) fn tell(head: &[u8], is_all: bool) -> Option<Kind> {
    let mut is_open = false;
    // A skippable frame of zstd, which pzstd writes first.
    if let [0x50..=0x5f, rest @ ..] = head {
        match compare(rest, &[0x2a, 0x4d, 0x18]) {
            Told::Yes => return Some(Kind::Packed(Compression::Zstd)),
            told => is_open |= told == Told::Open,
        }
    }
    for signature in SIGNATURES {
        match signature.compare(head) {
            Told::Yes => return Some(signature.kind),
            told => is_open |= told == Told::Open,
        }
    }
    for (told, foreign) in [(utf32(head), &UTF32), (cpio(head), &CPIO)] {
        match told {
            Told::Yes => return Some(Kind::Foreign(foreign)),
            told => is_open |= told == Told::Open,
        }
    }
    (is_all || !is_open).then_some(Kind::Plain)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Yes,
    No,
    /// The bytes match as far as they go.
    Open,
}

fn compare(bytes: &[u8], want: &[u8]) -> Told {
    let len = bytes.len().min(want.len());
    match bytes[..len] == want[..len] {
        false => Told::No,
        true if len == want.len() => Told::Yes,
        true => Told::Open,
    }
}

impl Signature {
    fn compare(&self, head: &[u8]) -> Told {
        let mut end = 0;
        for &(at, want) in self.parts {
            end = at + want.len();
            match compare(head.get(at..).unwrap_or(&[]), want) {
                Told::Yes => {}
                // Any bytes may come before the first fixed byte: `Open` would make every text wait.
                Told::Open if head.len() <= self.parts[0].0 => return Told::No,
                told => return told,
            }
        }
        match head.get(end) {
            _ if !self.is_word => Told::Yes,
            Some(&next) if is_text(next) => Told::No,
            Some(_) => Told::Yes,
            None => Told::Open,
        }
    }
}

/// Returns true for a byte that text can hold.
fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// Recognises UTF-32 without a mark: four ASCII characters, four bytes each.
fn utf32(head: &[u8]) -> Told {
    let head = &head[..head.len().min(16)];
    let is = |place: usize| {
        head.iter().enumerate().all(|(at, &byte)| if at % 4 == place { is_text(byte) } else { byte == 0 })
    };
    match is(0) || is(3) {
        false => Told::No,
        true if head.len() == 16 => Told::Yes,
        true => Told::Open,
    }
}

/// Recognises the header of a cpio archive: `070701` or `070702`, and hexadecimal digits for 104 bytes.
fn cpio(head: &[u8]) -> Told {
    const LEN: usize = 110;
    let head = &head[..head.len().min(LEN)];
    let (magic, rest) = head.split_at(head.len().min(6));
    let is = compare(magic, b"070701") != Told::No || compare(magic, b"070702") != Told::No;
    match is && rest.iter().all(u8::is_ascii_hexdigit) {
        false => Told::No,
        true if head.len() == LEN => Told::Yes,
        true => Told::Open,
    }
}

/// The length of the header of a tar archive.
pub(super) const TAR_HEADER: usize = 512;

/// Returns true for the header of a tar archive, recognised by its checksum, which every variant has.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..TAR_HEADER) else { return false };
    if header[0] == 0 {
        return false;
    }
    let digits = header[148..156].iter().filter(|byte| !matches!(byte, 0 | b' '));
    let mut stated = 0_u32;
    for &digit in digits {
        if !matches!(digit, b'0'..=b'7') || stated > 0o7_777_777 {
            return false;
        }
        stated = stated * 8 + u32::from(digit - b'0');
    }
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    stated != 0 && stated == sum(&header[..148]) + 8 * u32::from(b' ') + sum(&header[156..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_is_told_however_it_comes() {
        for signature in SIGNATURES {
            let mut head = vec![b'9'; HEAD];
            for &(at, bytes) in signature.parts {
                head[at..at + bytes.len()].copy_from_slice(bytes);
                if signature.is_word {
                    head[at + bytes.len()] = 0x15;
                }
            }
            assert_eq!(tell(&head, true), Some(signature.kind));
            // No prefix may be taken for text.
            let told = (1..HEAD).find_map(|len| tell(&head[..len], false));
            assert!(told == Some(signature.kind) || signature.parts[0].0 > 0, "{:?}", signature.parts);
        }
    }

    #[test]
    fn text_is_told_by_its_first_bytes() {
        for text in [
            "PAR1 of the log\n",
            "ORCHID 1\n",
            "Obj 1\n",
            "7zip\n",
            "BZh91 AY\n",
            "xar! x\n",
            "0707 12:00 x\n",
            "x^2\n",
        ] {
            assert_eq!(tell(text.as_bytes(), true), Some(Kind::Plain), "{text}");
        }
        for text in
            ["<13>Nov 5", "2026-11-05", "{\"a\": 1}", "nothing", "10.0.0.1 - -", "#fields\tts", "\u{feff}a", "\n\n\n"]
        {
            let told = (1..=text.len()).find(|&len| tell(&text.as_bytes()[..len], false).is_some());
            assert!(told.is_some_and(|len| len <= 4), "{text}: {told:?}");
        }
        assert_eq!(tell(b"", true), Some(Kind::Plain));
        assert_eq!(tell(b"e\0v\0i\0l\0.\0t\0e\0s\0t\0", true), Some(Kind::Plain));
    }

    #[test]
    fn utf32_and_cpio() {
        let text = |unit: fn(u32) -> [u8; 4]| "evil.test".chars().flat_map(|c| unit(u32::from(c))).collect::<Vec<u8>>();
        for head in [text(u32::to_le_bytes), text(u32::to_be_bytes)] {
            assert_eq!(tell(&head, true), Some(Kind::Foreign(&UTF32)));
        }
        let header = format!("070701{}x", "0000A1b2".repeat(13));
        assert_eq!(tell(header.as_bytes(), true), Some(Kind::Foreign(&CPIO)));
        assert_eq!(tell(&header.as_bytes()[..50], false), None);
        assert_eq!(tell(b"070701 10:11:12 evil.test", false), Some(Kind::Plain));
    }

    #[test]
    fn tar_is_told_by_its_checksum() {
        let mut header = [0; TAR_HEADER];
        header[..5].copy_from_slice(b"a.log");
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(b"00000000017");
        assert!(!is_tar(&header));
        let sum = header.iter().map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(is_tar(&header));
        header[0] = b'b';
        assert!(!is_tar(&header) && !is_tar(&header[..511]) && !is_tar(&[b'0'; 512]) && !is_tar(&[0; 512]));
    }
}

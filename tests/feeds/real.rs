//! The folder of real feeds as a whole: the format recognised for each file, and its counts.

use std::collections::BTreeMap;
#[cfg(feature = "xml")]
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use netsieve::Feed;
use netsieve::feed::{self, Format};

#[cfg(feature = "xml")]
use crate::seen::read_real;
use crate::seen::{Seen, real};

/// File, format, lines, records, rejections, skipped parts.
type Row = (&'static str, &'static str, u64, usize, usize, usize);

#[rustfmt::skip]
const FILES: &[Row] = &[
    ("amnesty/android_campaign.stix2", "stix", 52_504, 2_183, 0, 4),
    ("amnesty/cytrox.stix2", "stix", 8_248, 336, 0, 7),
    ("citizenlab/darkbasin.iocs.csv", "misp-csv", 480, 473, 0, 6),
    ("citizenlab/darkbasin.misp.json", "misp", 8_700, 473, 0, 6),
    ("citizenlab/darkbasin.snort.rules", "rules", 1_399, 1_386, 0, 0),
    #[cfg(feature = "xml")]
    ("citizenlab/darkbasin.openioc.ioc", "openioc", 1_861, 462, 0, 0),
    #[cfg(feature = "xml")]
    ("citizenlab/darkbasin.stix.xml", "stix1", 10_166, 473, 0, 6),
    ("eset/glupteba.misp-event.json", "misp", 5_826, 324, 0, 1),
    ("eset/misp-dukes-operation-ghost-event.json", "misp", 3_628, 87, 0, 14),
    ("eset/misp-kryptocibule.json", "misp", 4_058, 100, 0, 91),
    ("eset/stantinko.misp-event.json", "misp", 4_254, 294, 0, 46),
    #[cfg(feature = "xml")]
    ("eset/windigo.ioc", "openioc", 866, 190, 0, 15),
    ("hagezi-allow-referral.adblock.txt", "adblock", 482, 484, 0, 0),
    // Of 11,226 lines, 4,348 are `#D` entries, which are dead.
    ("hagezi-black-fake.wli", "plain", 11_226, 6_860, 0, 0),
    ("hagezi-fake.adblock.txt", "adblock", 7_365, 7_355, 0, 0),
    ("hagezi-fake.dnsmasq.txt", "dnsmasq", 7_365, 7_355, 0, 0),
    ("hagezi-fake.domains.txt", "plain", 14_053, 14_043, 0, 0),
    ("hagezi-fake.hosts.txt", "hosts", 14_053, 14_043, 0, 0),
    ("hagezi-fake.unbound.conf", "unbound", 7_366, 7_355, 0, 0),
    ("hagezi-fake.wildcard.txt", "wildcard", 7_365, 7_355, 0, 0),
    ("hagezi-light.adblock.txt", "adblock", 122_690, 122_680, 0, 0),
    ("ipsum.txt", "plain", 120_437, 120_430, 0, 0),
    ("isc-sans-ab.txt", "plain", 35_584, 35_470, 114, 0),
    ("malicious-ip-full-aa.txt", "plain", 131_072, 131_072, 0, 0),
    ("maltrail/android_parcel.txt", "maltrail", 973, 661, 8, 0),
    ("maltrail/elf_mirai.txt", "maltrail", 65_618, 17_187, 37_611, 0),
    ("maltrail/generic.txt", "maltrail", 31_289, 14_024, 343, 3),
    ("maltrail/mass_scanner.txt", "maltrail", 19_341, 19_215, 5, 0),
    ("maltrail/mass_scanner_cidr.txt", "maltrail", 1_130, 1_106, 0, 0),
    ("maltrail/njrat.txt", "maltrail", 33_259, 12_309, 11, 0),
    ("openphish.txt", "plain", 300, 300, 0, 0),
    ("stalkerware-network.csv", "csv", 1_035, 1_034, 0, 0),
    ("stalkerware-suricata.rules", "rules", 990, 990, 0, 0),
    ("stevenblack.domains.txt", "plain", 140_640, 140_626, 0, 0),
    ("suricata-iprep.list", "iprep", 27_534, 27_533, 0, 0),
    ("unit42/IcedID_Malware.stix2.json", "stix", 12_018, 206, 0, 1),
    ("unit42/angler_compromised_domains", "plain", 90_557, 90_557, 0, 0),
    ("unit42/bitter_iocs.csv", "csv", 86, 338, 3, 0),
    ("unit42/captcha_phishing_iocs", "plain", 7_278, 7_274, 4, 0),
    ("unit42/keybase_panels.txt", "csv", 2_621, 5_241, 1, 0),
    ("unit42/macro_loader_iocs.csv", "csv", 655, 1_308, 0, 0),
    ("unit42/qakbotmalware.stix2.json", "stix", 4_963, 38, 0, 0),
    ("unit42/realtek-sdk-cve-2021-35394.stix2.json", "stix", 2_393, 14, 0, 0),
    ("unit42/silverterrier_domains19_head.csv", "csv", 60_000, 23_309, 0, 0),
    ("warninglists/cisco_top10k.json", "warninglist", 10_014, 10_000, 0, 0),
    ("warninglists/cloudflare.json", "warninglist", 37, 22, 0, 0),
    ("warninglists/dynamic-dns.json", "warninglist", 35_480, 35_467, 0, 0),
    ("warninglists/public-dns-v4.json", "warninglist", 62_760, 62_745, 0, 0),
    ("warninglists/rfc1918.json", "warninglist", 18, 3, 0, 0),
    ("warninglists/vpn-ipv4.json", "warninglist", 42_441, 42_426, 0, 0),
];

/// The only invalid JSON: a comma precedes the closing bracket.
const INVALID: &str = "eset/malicious_pypi_packages.misp-event.json";

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Each file is recognised without a hint, with exactly these counts.
#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn every_file() {
    let root = real("");
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    let expected: BTreeMap<&str, Row> = FILES.iter().map(|row| (row.0, *row)).collect();
    let mut wrong = Vec::new();
    for path in &found {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let mut seen = Seen::default();
        let result = feed::read_file(path, None, &Feed::new(&*name), &mut seen);
        if name == INVALID {
            assert!(result.unwrap_err().to_string().contains("invalid JSON at byte 1532403"));
            continue;
        }
        let format = result.map_or_else(|error| error.to_string(), |format: Format| format.to_string());
        let skips = seen.skips().values().sum::<usize>();
        let row = (&*name, &*format, seen.lines, seen.records.len(), seen.rejections.len(), skips);
        if expected.get(&*name) != Some(&row) {
            wrong.push(format!("{row:?} {:?}", seen.skips()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(found.len(), FILES.len() + 1);
}

/// One set of indicators in five formats: always the same 462 names, and 11 or none of the 17 mail addresses.
#[test]
#[cfg(feature = "xml")]
#[ignore = "needs NETSIEVE_DATA"]
fn one_set_in_five_formats() {
    let mut names: Option<BTreeSet<String>> = None;
    for (file, records, skips) in [
        // The event, and its attributes as a table: 479 attributes. 11 are mail addresses of senders, and 6 those of registrants.
        ("darkbasin.misp.json", 473, &[("email", 6)][..]),
        ("darkbasin.iocs.csv", 473, &[("email", 6)]),
        // MISP's writer omits mail addresses and puts the names into the ids of items.
        ("darkbasin.openioc.ioc", 462, &[]),
        // The 11 addresses of senders are objects; the 6 of the actors are prose in titles.
        ("darkbasin.stix.xml", 473, &[("other_kind", 6)]),
        // No rules for mail. Each name has three: its lookup over UDP and over TCP, and requests to it.
        ("darkbasin.snort.rules", 3 * 462, &[]),
    ] {
        let (_, seen) = read_real(&format!("citizenlab/{file}"));
        assert_eq!((seen.records.len(), seen.rejections.len()), (records, 0), "{file}");
        let expected = skips.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        assert_eq!(seen.skips(), expected, "{file}");
        let found: BTreeSet<String> = seen.records.iter().map(|(_, name)| name.clone()).collect();
        let found: BTreeSet<String> = found.into_iter().filter(|name| !name.contains('@')).collect();
        assert_eq!(found.len(), 462, "{file}");
        assert_eq!(names.get_or_insert_with(|| found.clone()), &found, "{file}");
    }
}

/// Counts distinct hashes and mail addresses in each file and compares them with independent counts by `jq` and `grep`:
/// in MISP the values of types `md5`, `sha1`, `sha256` and `filename|…`, in STIX the digits of `file:hashes`, in
/// OpenIOC those of `Sha1sum`, in tables the columns.
#[test]
#[ignore = "needs NETSIEVE_DATA"]
fn hashes_and_mail_addresses_are_those_that_are_counted_by_hand() {
    for (file, hashes, emails) in [
        ("amnesty/android_campaign.stix2", 0, 0),
        ("amnesty/cytrox.stix2", 0, 0),
        // The other 6 of its 17 mail addresses belong to registrants.
        ("citizenlab/darkbasin.misp.json", 0, 11),
        ("citizenlab/darkbasin.iocs.csv", 0, 11),
        #[cfg(feature = "xml")]
        ("citizenlab/darkbasin.stix.xml", 0, 11),
        ("eset/glupteba.misp-event.json", 6, 0),
        ("eset/misp-dukes-operation-ghost-event.json", 18, 0),
        ("eset/misp-kryptocibule.json", 32, 0),
        ("eset/stantinko.misp-event.json", 126, 0),
        #[cfg(feature = "xml")]
        ("eset/windigo.ioc", 68, 0),
        // 145 patterns.
        ("unit42/IcedID_Malware.stix2.json", 138, 0),
        ("unit42/qakbotmalware.stix2.json", 16, 1),
        // Three columns of 85 rows.
        ("unit42/bitter_iocs.csv", 255, 0),
        ("unit42/macro_loader_iocs.csv", 654, 0),
        // The digits in this file are parts of names and URLs.
        ("unit42/captcha_phishing_iocs", 0, 0),
        // Of 2,620 rows; one has only two digits.
        ("unit42/keybase_panels.txt", 2_601, 0),
        ("unit42/angler_compromised_domains", 0, 1),
    ] {
        let mut builder = netsieve::Sieve::builder();
        let own = Feed::new(file);
        let id = builder.feed(own.clone());
        feed::read_file(real(file), None, &own, &mut builder.sink(id)).unwrap();
        let (sieve, _) = builder.build().unwrap();
        let count = |kind| sieve.indicators().filter(|indicator| indicator.kind() == kind).count();
        assert_eq!((count(netsieve::Kind::Hash), count(netsieve::Kind::Email)), (hashes, emails), "{file}");
    }
}

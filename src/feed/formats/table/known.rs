//! Tables with a known header, each described by its columns.

use crate::feed::syntax::headed::Headed;
use crate::indicator::ColumnRole as Role;

/// The CSV dump of URLhaus (<https://urlhaus.abuse.ch/api/>).
///
/// ```text
/// # id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter
/// "7","2026-05-01 12:00:00","http://evil.test/bin.sh","online","2026-05-02 08:00:00","malware_download","elf,mips","https://ref.example/7","someone"
/// ```
///
/// The header is a comment. Older dumps have no `last_online`. The tag `None` means that there is none. The lists for a
/// country, a network or a top-level domain have the header `# Dateadded
/// (UTC),URL,URL_status,Threat,Host,IPaddress,ASnumber,Country`.
pub(crate) const URLHAUS: Headed = Headed {
    required: &[&["dateadded", "url", "url_status"], &["dateadded (utc)", "url", "url_status"]],
    columns: &[
        ("id", Role::Id),
        ("dateadded", Role::FirstSeen),
        ("dateadded (utc)", Role::FirstSeen),
        ("host", Role::Ignore),
        ("url", Role::Url),
        ("url_status", Role::Tags),
        ("last_online", Role::LastSeen),
        ("threat", Role::Tags),
        ("tags", Role::Tags),
        ("urlhaus_link", Role::Reference),
    ],
    ..Headed::NONE
};

/// The CSV dump of ThreatFox (<https://threatfox.abuse.ch/export/>).
///
/// ```text
/// # "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"
/// "2026-05-01 12:00:00", "7", "192.0.2.1:443", "ip:port", "botnet_cc", "win.example", "None", "ExampleBot", "", "75", "False", "None", "x", "0", "someone"
/// ```
///
/// The header is a comment, blanks follow the commas, and older dumps have no `is_compromised`. The confidence is
/// documented to range from 0 to 100.
pub(crate) const THREATFOX: Headed = Headed {
    required: &[&["ioc_value", "ioc_type", "threat_type"]],
    columns: &[
        ("first_seen_utc", Role::FirstSeen),
        ("ioc_id", Role::Id),
        ("ioc_value", Role::Value),
        ("ioc_type", Role::Type),
        ("threat_type", Role::Tags),
        ("fk_malware", Role::Tags),
        ("malware_alias", Role::Tags),
        ("malware_printable", Role::Family),
        ("last_seen_utc", Role::LastSeen),
        ("confidence_level", Role::Confidence),
        ("reference", Role::Reference),
        ("tags", Role::Tags),
    ],
    ..Headed::NONE
};

/// The CSV list of Feodo Tracker (<https://feodotracker.abuse.ch/blocklist/>).
///
/// ```text
/// "first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
/// "2026-05-01 12:00:00","192.0.2.1","443","online","2026-05-02","ExampleBot"
/// # END 1 entries
/// ```
///
/// Lists from before 2021 have the header `# Firstseen,DstIP,DstPort,LastOnline,Malware`.
pub(crate) const FEODO: Headed = Headed {
    required: &[&["dst_ip", "dst_port", "malware"], &["dstip", "dstport", "malware"]],
    columns: &[
        ("first_seen_utc", Role::FirstSeen),
        ("dst_ip", Role::Ip),
        ("dst_port", Role::Port),
        ("c2_status", Role::Tags),
        ("last_online", Role::LastSeen),
        ("malware", Role::Family),
        ("firstseen", Role::FirstSeen),
        ("dstip", Role::Ip),
        ("dstport", Role::Port),
        ("lastonline", Role::LastSeen),
    ],
    ..Headed::NONE
};

/// The address list of SSLBL (<https://sslbl.abuse.ch/blacklist/>).
///
/// ```text
/// # Firstseen,DstIP,DstPort
/// 2026-05-01 12:00:00,192.0.2.1,443
/// ```
///
/// The second list of SSLBL has fingerprints of certificates: `# Listingdate,SHA1,Listingreason`. Feodo Tracker once
/// used the columns of the first list and one more.
pub(crate) const SSLBL: Headed = Headed {
    required: &[&["firstseen", "dstip", "dstport"], &["listingdate", "sha1", "listingreason"], &["firstseen", "sha1"]],
    columns: &[
        ("firstseen", Role::FirstSeen),
        ("listingdate", Role::FirstSeen),
        ("dstip", Role::Ip),
        ("dstport", Role::Port),
        ("sha1", Role::Hash),
        ("listingreason", Role::Tags),
    ],
    foreign: &["malware"],
    ..Headed::NONE
};

/// The CSV dump of MalwareBazaar (<https://bazaar.abuse.ch/export/>).
///
/// ```text
/// # "first_seen_utc","sha256_hash","md5_hash","sha1_hash","reporter","file_name","file_type_guess","mime_type","signature","clamav","vtpercent","imphash","ssdeep","tlsh"
/// "2026-05-01 12:00:00", "…", "…", "…", "someone", "invoice.exe", "exe", "application/x-dosexec", "ExampleBot", "n/a", "n/a", "…", "…", "…"
/// ```
///
/// The header is a comment, and blanks follow the commas. Each of a row's three hashes is an entry, with the file name
/// as its description.
pub(crate) const MALWARE_BAZAAR: Headed = Headed {
    required: &[&["sha256_hash", "md5_hash", "sha1_hash"]],
    columns: &[
        ("first_seen_utc", Role::FirstSeen),
        ("sha256_hash", Role::Hash),
        ("md5_hash", Role::Hash),
        ("sha1_hash", Role::Hash),
        ("reporter", Role::Ignore),
        ("file_name", Role::Description),
        ("file_type_guess", Role::Tags),
        ("mime_type", Role::Ignore),
        ("signature", Role::Family),
        ("clamav", Role::Ignore),
        ("vtpercent", Role::Ignore),
        ("imphash", Role::Ignore),
        ("ssdeep", Role::Ignore),
        ("tlsh", Role::Ignore),
    ],
    ..Headed::NONE
};

/// The CSV dump of PhishTank (<https://phishtank.org/developer_info.php>).
///
/// ```text
/// phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target
/// 7,http://evil.test/login,https://ref.example/7,2026-05-01T12:00:00+00:00,yes,2026-05-01T12:10:00+00:00,yes,Other
/// ```
pub(crate) const PHISHTANK: Headed = Headed {
    required: &[&["phish_id", "url", "phish_detail_url"]],
    columns: &[
        ("phish_id", Role::Id),
        ("url", Role::Url),
        ("phish_detail_url", Role::Reference),
        ("submission_time", Role::FirstSeen),
        ("verification_time", Role::LastSeen),
    ],
    tags: &["phishing"],
    ..Headed::NONE
};

/// The attributes of MISP events as CSV.
///
/// ```text
/// uuid,event_id,category,type,value,comment,to_ids,date
/// 5e000000-0000-4000-8000-000000000001,7,Network activity,domain,"evil.test","",1,20260501
/// ```
pub(crate) const MISP_CSV: Headed = Headed {
    required: &[&["uuid", "event_id", "category", "type", "value"]],
    columns: &[
        ("uuid", Role::Id),
        ("category", Role::Tags),
        ("type", Role::Type),
        ("value", Role::Value),
        ("comment", Role::Description),
        ("to_ids", Role::ToIds),
        ("date", Role::FirstSeen),
        ("attribute_tag", Role::Tags),
    ],
    ..Headed::NONE
};

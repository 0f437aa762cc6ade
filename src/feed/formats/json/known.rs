//! Documents of flat records with known keys, each described by its keys.

use crate::feed::syntax::keyed::Keyed;
use crate::indicator::ColumnRole as Role;

/// The JSON dump of URLhaus (<https://urlhaus.abuse.ch/api/>).
///
/// ```text
/// {"7": [{"dateadded": "2026-05-01 12:00:00 UTC", "url": "http://evil.test/a", "url_status": "online", "tags": null}]}
/// ```
///
/// The key is the id.
pub(crate) const URLHAUS: Keyed = Keyed {
    shapes: &[&["#[].url", "#[].dateadded"], &["urls[].url", "urls[].urlhaus_reference"]],
    keys: &[
        ("#", Role::Id),
        ("id", Role::Id),
        ("url", Role::Url),
        ("dateadded", Role::FirstSeen),
        ("date_added", Role::FirstSeen),
        ("last_online", Role::LastSeen),
        ("url_status", Role::Tags),
        ("threat", Role::Tags),
        ("tags", Role::Tags),
        ("urlhaus_link", Role::Reference),
        ("urlhaus_reference", Role::Reference),
        ("host", Role::Ignore),
    ],
};

/// The JSON dump of ThreatFox, and the responses of its API (<https://threatfox.abuse.ch/api/>).
///
/// ```text
/// {"7": [{"ioc_value": "192.0.2.1:443", "ioc_type": "ip:port", "malware_printable": "ExampleBot", "confidence_level": 75}]}
/// {"query_status": "ok", "data": [{"id": "7", "ioc": "evil.test", "ioc_type": "domain", "confidence_level": 50}]}
/// ```
///
/// In a dump the id is the key of the array; in a response it is in the record.
pub(crate) const THREATFOX: Keyed = Keyed {
    shapes: &[&["#[].ioc_value", "#[].ioc_type"], &["data[].ioc", "data[].ioc_type"]],
    keys: &[
        ("#", Role::Id),
        ("id", Role::Id),
        ("ioc", Role::Value),
        ("ioc_value", Role::Value),
        ("ioc_type", Role::Type),
        ("threat_type", Role::Tags),
        ("malware", Role::Tags),
        ("malware_alias", Role::Tags),
        ("tags", Role::Tags),
        ("malware_printable", Role::Family),
        ("first_seen", Role::FirstSeen),
        ("first_seen_utc", Role::FirstSeen),
        ("last_seen", Role::LastSeen),
        ("last_seen_utc", Role::LastSeen),
        ("confidence_level", Role::Confidence),
        ("reference", Role::Reference),
        ("ioc_type_desc", Role::Ignore),
        ("threat_type_desc", Role::Ignore),
        ("malware_malpedia", Role::Ignore),
        ("malware_samples", Role::Ignore),
    ],
};

/// The JSON list of Feodo Tracker (<https://feodotracker.abuse.ch/blocklist/>).
///
/// ```text
/// [{"ip_address": "192.0.2.1", "port": 443, "status": "online", "hostname": null, "as_number": 64496,
///   "first_seen": "2026-05-01 12:00:00", "last_online": "2026-05-02", "malware": "ExampleBot"}]
/// ```
pub(crate) const FEODO: Keyed = Keyed {
    shapes: &[&["[].ip_address", "[].port", "[].malware"]],
    keys: &[
        ("ip_address", Role::Ip),
        ("port", Role::Port),
        ("status", Role::Tags),
        ("first_seen", Role::FirstSeen),
        ("last_online", Role::LastSeen),
        ("malware", Role::Family),
    ],
};

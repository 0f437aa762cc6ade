//! The CSV dump of ThreatFox (<https://threatfox.abuse.ch/export/>).
//!
//! ```text
//! # "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"
//! "2026-05-01 12:00:00", "7", "192.0.2.1:443", "ip:port", "botnet_cc", "win.example", "None", "ExampleBot", "", "75", "False", "None", "x", "0", "someone"
//! ```
//!
//! The header is a comment, blanks follow the commas, and older dumps have no `is_compromised`. The confidence is documented
//! as 0 to 100.

use crate::feed::syntax::headed::Headed;
use crate::indicator::ColumnRole as Role;

pub(crate) const THREATFOX: Headed = Headed {
    required: &["ioc_value", "ioc_type", "threat_type"],
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
    tags: &[],
    refused: None,
};

//! The CSV dump of URLhaus (<https://urlhaus.abuse.ch/api/>).
//!
//! ```text
//! # id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter
//! "7","2026-05-01 12:00:00","http://evil.test/bin.sh","online","2026-05-02 08:00:00","malware_download","elf,mips","https://ref.example/7","someone"
//! ```
//!
//! The header is a comment. Older dumps have no `last_online`. A tag of `None` is none.

use crate::feed::syntax::headed::Headed;
use crate::indicator::ColumnRole as Role;

pub(crate) const URLHAUS: Headed = Headed {
    required: &["dateadded", "url", "url_status"],
    columns: &[
        ("id", Role::Id),
        ("dateadded", Role::FirstSeen),
        ("url", Role::Url),
        ("url_status", Role::Tags),
        ("last_online", Role::LastSeen),
        ("threat", Role::Tags),
        ("tags", Role::Tags),
        ("urlhaus_link", Role::Reference),
    ],
    tags: &[],
    refused: None,
};

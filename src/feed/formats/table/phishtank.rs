//! The CSV dump of PhishTank (<https://phishtank.org/developer_info.php>).
//!
//! ```text
//! phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target
//! 7,http://evil.test/login,https://ref.example/7,2026-05-01T12:00:00+00:00,yes,2026-05-01T12:10:00+00:00,yes,Other
//! ```

use crate::feed::syntax::headed::Headed;
use crate::indicator::ColumnRole as Role;

pub(crate) const PHISHTANK: Headed = Headed {
    required: &["phish_id", "url", "phish_detail_url"],
    columns: &[
        ("phish_id", Role::Id),
        ("url", Role::Url),
        ("phish_detail_url", Role::Reference),
        ("submission_time", Role::FirstSeen),
        ("verification_time", Role::LastSeen),
    ],
    tags: &["phishing"],
    refused: None,
};

//! The attributes of MISP events as CSV.
//!
//! ```text
//! uuid,event_id,category,type,value,comment,to_ids,date
//! 5e000000-0000-4000-8000-000000000001,7,Network activity,domain,"evil.test","",1,20260501
//! ```

use crate::feed::syntax::headed::Headed;
use crate::indicator::ColumnRole as Role;

pub(crate) const MISP_CSV: Headed = Headed {
    required: &["uuid", "event_id", "category", "type", "value"],
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
    tags: &[],
    refused: None,
};

//! JSON, as one document or with one entry per line.

pub(crate) mod crowdsec;
pub(crate) mod drop_json;
pub(crate) mod jsonl;
pub(crate) mod known;
pub(crate) mod misp;
pub(crate) mod misp_feed;
pub(crate) mod otx;
pub(crate) mod stix;
pub(crate) mod warninglist;

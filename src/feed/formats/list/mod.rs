//! Lists: one value per line, with optional notes.

pub(crate) mod alienvault;
pub(crate) mod cdb;
pub(crate) mod drop;
pub(crate) mod dshield;
pub(crate) mod emule;
pub(crate) mod firehol;
pub(crate) mod ipset;
pub(crate) mod maltrail;
pub(crate) mod nft;
pub(crate) mod openphish;
pub(crate) mod p2p;
pub(crate) mod plain;
pub(crate) mod tor;
pub(crate) mod wildcard;

//! Input of DNS servers and blockers: hosts files, zones, configurations, filter lists.

pub(crate) mod adblock;
pub(crate) mod dnsmasq;
pub(crate) mod hosts;
pub(crate) mod rpz;
pub(crate) mod unbound;

//! Addresses, prefixes and ranges: one canonical form.
#![allow(missing_docs, unused_variables)]
use super::Reject;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};

pub fn canonical(addr: IpAddr) -> IpAddr {
    addr
}
pub fn parse_addr(text: &[u8]) -> Result<IpAddr, Reject> {
    Err(Reject::BadAddress)
}
pub fn parse_addr_port(text: &[u8]) -> Result<(IpAddr, Option<u16>), Reject> {
    Err(Reject::BadAddress)
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedNet {
    pub net: IpNet,
    pub host_bits: bool,
}
pub fn parse_net(text: &[u8]) -> Result<ParsedNet, Reject> {
    Err(Reject::BadAddress)
}
pub fn parse_range(text: &[u8]) -> Result<(IpAddr, IpAddr), Reject> {
    Err(Reject::BadAddress)
}
pub fn range_prefixes(first: IpAddr, last: IpAddr) -> Vec<IpNet> {
    Vec::new()
}
pub fn parse_url_v4(host: &[u8]) -> Option<Result<Ipv4Addr, Reject>> {
    None
}
pub fn is_bogon(net: &IpNet) -> bool {
    false
}

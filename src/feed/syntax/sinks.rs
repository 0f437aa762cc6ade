//! Addresses that a blocker answers with, and names that a system keeps for itself.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Whether so many lines of a list are those of a hosts file that its bare names belong to one.
pub(crate) fn is_hosts_file(sinks: u32, lines: u32) -> bool {
    sinks >= 2 && u64::from(sinks) * 5 >= u64::from(lines)
}

/// Whether this is an address that hosts files send names to.
pub(crate) fn is_sink(net: &IpNet) -> bool {
    let addr = net.addr();
    net.prefix_len() == net.max_prefix_len()
        && (addr.is_unspecified() || addr == Ipv4Addr::LOCALHOST || addr == Ipv6Addr::LOCALHOST)
}

/// Whether this is a name that systems put into their hosts file for themselves.
pub(crate) fn is_local(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "localhost",
        "localhost.localdomain",
        "localhost4",
        "localhost4.localdomain4",
        "localhost6",
        "localhost6.localdomain6",
        "local",
        "loopback",
        "broadcasthost",
    ];
    let is_ip6 = name.as_bytes().get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"ip6-"));
    // No system writes a dot into these.
    is_ip6 && !name.contains('.') || NAMES.iter().any(|local| name.eq_ignore_ascii_case(local))
}

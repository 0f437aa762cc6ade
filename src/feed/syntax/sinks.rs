//! Sink addresses, with which blockers answer, and names reserved for the local system.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Returns true if the share of sink lines is so large that bare names in the list belong to a hosts file.
pub(crate) fn is_hosts_file(sinks: u32, lines: u32) -> bool {
    sinks >= 2 && u64::from(sinks) * 5 >= u64::from(lines)
}

/// Returns true for an address to which hosts files redirect names.
pub(crate) fn is_sink(net: &IpNet) -> bool {
    let addr = net.addr();
    net.prefix_len() == net.max_prefix_len()
        && (addr.is_unspecified() || addr == Ipv4Addr::LOCALHOST || addr == Ipv6Addr::LOCALHOST)
}

/// Returns true for a name that systems put into hosts files for themselves.
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
    // The system's own `ip6-` names have no dot.
    is_ip6 && !name.contains('.') || NAMES.iter().any(|local| name.eq_ignore_ascii_case(local))
}

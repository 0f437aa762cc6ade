//! Ranges as prefixes.

use super::*;

/// Finds the prefixes of a range by halving the whole space: a prefix within the range is one of them.
pub(super) fn halved(net: IpNet, first: IpAddr, last: IpAddr, out: &mut Vec<IpNet>) {
    if net.broadcast() < first || last < net.network() {
        return;
    }
    if first <= net.network() && net.broadcast() <= last {
        return out.push(net);
    }
    for half in net.subnets(net.prefix_len() + 1).expect("no address is cut by a range") {
        halved(half, first, last, out);
    }
}

#[test]
fn all_ranges_of_small_universes() {
    let check = |all: IpNet, first: IpAddr, last: IpAddr| {
        let mut want = Vec::new();
        halved(all, first, last, &mut want);
        let got = range_prefixes(first, last);
        assert_eq!(got, want, "{first}-{last}");
        // The prefixes are in order, adjoin, and end where the range does.
        assert_eq!((got[0].network(), got[got.len() - 1].broadcast()), (first, last));
    };
    // At both ends of the space, and across its middle.
    const SIZE: u32 = 40;
    let v4 = "0.0.0.0/0".parse().expect("all");
    for base in [0, u32::MAX - (SIZE - 1), (1 << 31) - SIZE / 2] {
        for first in 0..SIZE {
            for last in first..SIZE {
                let addr = |at: u32| Ipv4Addr::from_bits(base + at).into();
                check(v4, addr(first), addr(last));
            }
        }
    }
    let v6 = "::/0".parse().expect("all");
    for base in [0, u128::MAX - u128::from(SIZE - 1), (1 << 127) - u128::from(SIZE / 2)] {
        for first in 0..SIZE {
            for last in first..SIZE {
                let addr = |at: u32| Ipv6Addr::from_bits(base + u128::from(at)).into();
                check(v6, addr(first), addr(last));
            }
        }
    }
}

#[test]
fn great_ranges() {
    let prefixes = |first: &str, last: &str| range_prefixes(first.parse().expect(first), last.parse().expect(last));
    let shown = |first, last| prefixes(first, last).iter().map(ToString::to_string).collect::<Vec<_>>();
    let last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let but_one = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe";
    assert_eq!(shown("0.0.0.0", "255.255.255.255"), ["0.0.0.0/0"]);
    assert_eq!(shown("::", last), ["::/0"]);
    assert_eq!(shown("128.0.0.0", "255.255.255.255"), ["128.0.0.0/1"]);
    assert_eq!(shown("255.255.255.255", "255.255.255.255"), ["255.255.255.255/32"]);
    assert_eq!(shown(last, last), [format!("{last}/128")]);
    assert_eq!(shown("192.0.2.4", "192.0.2.11"), ["192.0.2.4/30", "192.0.2.8/30"]);
    assert_eq!(shown("192.0.2.1", "192.0.2.6"), ["192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6/32"]);
    assert_eq!(shown("2001:db8::", "2001:db8::2"), ["2001:db8::/127", "2001:db8::2/128"]);
    // The largest possible number of prefixes.
    assert_eq!(prefixes("0.0.0.1", "255.255.255.254").len(), 62);
    assert_eq!(prefixes("::1", but_one).len(), 254);
    assert_eq!(prefixes("0.0.0.0", "255.255.255.254").len(), 32);
    assert_eq!(prefixes("0.0.0.1", "255.255.255.255").len(), 32);
    assert_eq!(prefixes("::", but_one).len(), 128);
    // The ends are made canonical first; an invalid range has no prefixes.
    assert_eq!(shown("::ffff:192.0.2.0", "64:ff9b::192.0.2.3"), ["192.0.2.0/30"]);
    assert_eq!(shown("192.0.2.9", "192.0.2.1").len(), 0);
    assert_eq!(shown("2001:db8::9", "2001:db8::1").len(), 0);
    assert_eq!(shown("192.0.2.1", "2001:db8::1").len(), 0);
    assert_eq!(shown("::", "::ffff:192.0.2.1").len(), 0);
}

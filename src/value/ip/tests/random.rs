//! Random texts, compared with the parsers of the standard library.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

use super::*;

/// The canonical form of an address, group by group.
fn naive_canonical(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(_) => addr,
        IpAddr::V6(v6) => match (v6.to_ipv4_mapped(), v6.segments()) {
            (Some(v4), _) => v4.into(),
            (None, [0x64, 0xff9b, 0, 0, 0, 0, high, low]) => {
                Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into()
            }
            (None, _) => addr,
        },
    }
}

fn addresses() -> impl Strategy<Value = IpAddr> {
    let v6 = |bits: u128| IpAddr::V6(Ipv6Addr::from_bits(bits));
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
        any::<u128>().prop_map(v6),
        // Runs of zeros.
        vec((any::<u16>(), 0..8_u32), 0..3).prop_map(move |groups| v6(groups
            .iter()
            .fold(0, |bits, &(group, at)| bits | u128::from(group) << (16 * at)))),
        (select(&[MAPPED, NAT64][..]), any::<u32>()).prop_map(move |(prefix, bits)| v6(prefix | u128::from(bits))),
    ]
}

/// Texts that look like addresses.
fn texts() -> impl Strategy<Value = String> {
    const V4: &[&str] = &["0", "1", "9", "192", "255", "256", "01", "00", "1000", "", "a", ".", "."];
    const V6: &[&str] = &[
        "0",
        "1",
        "db8",
        "2001",
        "00ff",
        "FFFF",
        "ffff",
        "64",
        "ff9b",
        "12345",
        "g",
        "",
        "192.0.2.1",
        "192.0.2.01",
        ":",
        ":",
        "%a",
    ];
    prop_oneof![
        3 => addresses().prop_map(|addr| addr.to_string()),
        2 => vec(select(V4), 3..6).prop_map(|parts| parts.join(".")),
        2 => vec(select(V6), 2..10).prop_map(|groups| groups.join(":")),
        1 => "[0-9a-f:.%\\[\\]]{0,12}",
    ]
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(6000))]

    /// Every text that the standard library accepts gives the same number here, and no other text is accepted.
    #[test]
    fn addresses_are_those_of_the_standard_library(text in texts()) {
        let want: Option<IpAddr> = text.parse().ok();
        let got = parse_addr(text.as_bytes());
        if text.contains(['%', '[']) {
            // Accepted only here: see the tables.
            prop_assert_eq!(want, None);
        } else {
            prop_assert_eq!(got.ok(), want.map(naive_canonical), "{}", text);
        }
        let v4: Option<Ipv4Addr> = text.parse().ok();
        prop_assert_eq!(parse_v4(text.as_bytes()).ok(), v4, "{}", text);
        if let Ok(addr) = got {
            // It is a fixed point, also in brackets and with a zone.
            prop_assert_eq!(canonical(addr), addr);
            prop_assert_eq!(parse_addr(addr.to_string().as_bytes()), Ok(addr));
            prop_assert_eq!(parse_addr_port(text.as_bytes()), Ok((addr, None)));
            prop_assert_eq!(parse_net(text.as_bytes()), Ok(ParsedNet { net: addr.into(), host_bits: false }));
        }
        if let Some(IpAddr::V6(_)) = want {
            prop_assert_eq!(parse_addr(format!("[{text}]").as_bytes()), got);
            prop_assert_eq!(parse_addr(format!("{text}%eth0").as_bytes()), got);
            prop_assert_eq!(parse_addr(format!("[{text}%25eth0]").as_bytes()), got);
        }
    }

    #[test]
    fn ports_are_those_of_the_standard_library(text in texts(), port in prop_oneof!["[0-9]{1,6}", "[+ -]?[0-9]{0,3}"]) {
        let number: Option<u16> = port.parse().ok().filter(|_| !port.starts_with('+'));
        prop_assert_eq!(parse_port(port.as_bytes()).ok(), number);
        let want = match text.parse() {
            Ok(IpAddr::V4(v4)) => Some((v4.into(), parse_addr_port(format!("{text}:{port}").as_bytes()))),
            Ok(addr) => Some((canonical(addr), parse_addr_port(format!("[{text}]:{port}").as_bytes()))),
            Err(_) => None,
        };
        if let Some((addr, got)) = want {
            prop_assert_eq!(got, number.map(|number| (addr, Some(number))).ok_or(Reject::BadPort));
        }
    }

    /// Prefixes are masked like numbers.
    #[test]
    fn prefixes_are_masked(addr in addresses(), length in 0..140_u32) {
        let (bits, width) = match addr {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let text = format!("{addr}/{length}");
        let got = parse_net(text.as_bytes());
        if length > width {
            prop_assert_eq!(got, Err(Reject::BadPrefixLength), "{}", text);
            return Ok(());
        }
        // A whole space of 2^128 addresses begins at zero.
        let masked = 1_u128.checked_shl(width - length).map_or(0, |size| bits - bits % size);
        let network: IpAddr = match addr {
            IpAddr::V4(_) => Ipv4Addr::from_bits(masked as u32).into(),
            IpAddr::V6(_) => Ipv6Addr::from_bits(masked).into(),
        };
        let is_embedded = naive_canonical(addr) != addr && length >= 96;
        let want = match is_embedded {
            true => format!("{}/{}", naive_canonical(network), length - 96),
            false => format!("{network}/{length}"),
        };
        let got = got.expect("a prefix");
        prop_assert_eq!(got.net.to_string(), want, "{}", text);
        prop_assert_eq!(got.host_bits, network != addr, "{}", text);
    }

    #[test]
    fn ranges_are_covered(one in any::<u128>(), two in any::<u128>(), shift in 0..128_u32, is_v4: bool) {
        let addr = |bits: u128| match is_v4 {
            true => IpAddr::V4(Ipv4Addr::from_bits((bits >> 96) as u32)),
            false => canonical(Ipv6Addr::from_bits(bits).into()),
        };
        let (one, two) = (addr(one), addr(one ^ (two >> shift)));
        let (first, last) = (one.min(two), one.max(two));
        prop_assert_eq!(parse_range(format!("{first}-{last}").as_bytes()), Ok((first, last)));
        let all = if first.is_ipv4() { "0.0.0.0/0" } else { "::/0" };
        let mut want = Vec::new();
        ranges::halved(all.parse().expect("all"), first, last, &mut want);
        prop_assert_eq!(range_prefixes(first, last), want);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in vec(any::<u8>(), 0..60)) {
        let accepted = [parse_addr(&bytes).is_ok(), parse_net(&bytes).is_ok(), parse_range(&bytes).is_ok()];
        prop_assert!(bytes.is_ascii() || accepted == [false; 3]);
        let _ = (parse_addr_port(&bytes), parse_url_v4(&bytes));
    }
}

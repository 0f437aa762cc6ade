//! Addresses: every text form with its edge cases.

use super::*;

mod random;
mod ranges;

/// The result of a parser, or `!` and the code of the reject.
fn shown<T: ToString>(result: Result<T, Reject>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(reject) => format!("!{}", reject.code()),
    }
}

fn addr(text: &str) -> String {
    shown(parse_addr(text.as_bytes()))
}

/// `net`, or `net *` if host bits were set.
fn net(text: &str) -> String {
    shown(parse_net(text.as_bytes()).map(|parsed| match parsed.host_bits {
        true => format!("{} *", parsed.net),
        false => parsed.net.to_string(),
    }))
}

fn range(text: &str) -> String {
    shown(parse_range(text.as_bytes()).map(|(first, last)| format!("{first}-{last}")))
}

fn addr_port(text: &str) -> String {
    shown(parse_addr_port(text.as_bytes()).map(|(addr, port)| match port {
        Some(port) => format!("{addr} {port}"),
        None => addr.to_string(),
    }))
}

/// Checks a table of texts and the expected results of a parser.
#[track_caller]
fn table(parse: fn(&str) -> String, cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, want) in cases {
        let got = parse(text);
        if got != *want {
            wrong.push_str(&format!("{text:?}\n  got  {got}\n  want {want}\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn ipv4_addresses() {
    let cases = [
        ("192.0.2.1", "192.0.2.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("1.20.100.9", "1.20.100.9"),
        // Leading zeros: octal for some, decimal for others.
        ("192.0.2.01", "!leading_zero"),
        ("192.0.02.1", "!leading_zero"),
        ("192.00.2.1", "!leading_zero"),
        ("0192.0.2.1", "!bad_address"),
        ("010.0.0.1", "!leading_zero"),
        ("192.0.2.000", "!leading_zero"),
        ("00.0.0.0", "!leading_zero"),
        ("192.0.2.08", "!leading_zero"),
        // With another fault, they are not addresses at all.
        ("192.0.02.256", "!bad_address"),
        ("192.0.02", "!bad_address"),
        ("192.0.2.0001", "!bad_address"),
        ("192.0.02.x", "!bad_address"),
        // Short, long and other radixes: only read as the host of a URL.
        ("192.0.513", "!bad_address"),
        ("192.513", "!bad_address"),
        ("3221225985", "!bad_address"),
        ("0xC0000201", "!bad_address"),
        ("0xc0.0.2.1", "!bad_address"),
        ("192.0.2.1.1", "!bad_address"),
        ("192.0.2", "!bad_address"),
        ("192.0.2.", "!bad_address"),
        ("192.0.2.1.", "!bad_address"),
        (".192.0.2.1", "!bad_address"),
        ("192..2.1", "!bad_address"),
        ("...", "!bad_address"),
        (".", "!bad_address"),
        ("1", "!bad_address"),
        // Octets are at most 255.
        ("192.0.2.256", "!bad_address"),
        ("256.0.2.1", "!bad_address"),
        ("192.0.999.1", "!bad_address"),
        ("192.0.2.1000", "!bad_address"),
        ("192.0.2.4294967297", "!bad_address"),
        // Nothing else around.
        ("", "!empty"),
        (" ", "!bad_address"),
        (" 192.0.2.1", "!bad_address"),
        ("192.0.2.1 ", "!bad_address"),
        ("192.0.2.1\n", "!bad_address"),
        ("192. 0.2.1", "!bad_address"),
        ("192.0.2.1\0", "!bad_address"),
        ("+192.0.2.1", "!bad_address"),
        ("192.0.2.-1", "!bad_address"),
        ("192.0.2.1a", "!bad_address"),
        ("192,0,2,1", "!bad_address"),
        ("\u{ff11}92.0.2.1", "!bad_address"),
        ("evil.test", "!bad_address"),
    ];
    table(|text| shown(parse_v4(text.as_bytes())), &cases);
    table(addr, &cases);
    table(
        addr,
        &[
            ("192.0.2.1:80", "!bad_address"),
            ("192.0.2.1/32", "!bad_address"),
            ("[192.0.2.1]", "!bad_address"),
            ("192.0.2.1%eth0", "!bad_address"),
        ],
    );
}

#[test]
fn ipv6_addresses() {
    table(
        addr,
        &[
            // RFC 4291 section 2.2: full, compressed, and with an IPv4 address at the end.
            ("2001:db8:0:0:8:800:200c:417a", "2001:db8::8:800:200c:417a"),
            ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"),
            ("2001:0db8:0000:0000:0008:0800:200c:417a", "2001:db8::8:800:200c:417a"),
            ("2001:db8::8:800:200c:417a", "2001:db8::8:800:200c:417a"),
            ("ff01:0:0:0:0:0:0:101", "ff01::101"),
            ("ff01::101", "ff01::101"),
            ("0:0:0:0:0:0:0:1", "::1"),
            ("::1", "::1"),
            ("0:0:0:0:0:0:0:0", "::"),
            ("::", "::"),
            ("2001:db8::", "2001:db8::"),
            ("::2001:db8", "::2001:db8"),
            ("2001:db8::192.0.2.1", "2001:db8::c000:201"),
            ("2001:db8:0:0:0:0:192.0.2.1", "2001:db8::c000:201"),
            ("2001:db8:1:2:3:4:192.0.2.1", "2001:db8:1:2:3:4:c000:201"),
            ("::192.0.2.1", "::c000:201"),
            ("0:0:0:0:0:0:192.0.2.1", "::c000:201"),
            ("1::192.0.2.1", "1::c000:201"),
            // `::` stands for any number of groups, one included.
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"),
            ("1::8", "1::8"),
            ("1:2:3:4:5::192.0.2.1", "1:2:3:4:5:0:c000:201"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            // Mapped (RFC 4291 section 2.5.5.2) and NAT64 (RFC 6052) are IPv4.
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::FFFF:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
            ("::ffff:c000:0201", "192.0.2.1"),
            ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
            ("0000:0000:0000:0000:0000:ffff:c000:0201", "192.0.2.1"),
            ("0:0::0:ffff:c000:201", "192.0.2.1"),
            ("::ffff:0:0", "0.0.0.0"),
            ("::ffff:ffff:ffff", "255.255.255.255"),
            ("::ffff:0.0.0.1", "0.0.0.1"),
            ("64:ff9b::192.0.2.1", "192.0.2.1"),
            ("64:FF9B::C000:201", "192.0.2.1"),
            ("0064:ff9b:0:0:0:0:192.0.2.1", "192.0.2.1"),
            ("64:ff9b::", "0.0.0.0"),
            ("64:ff9b::ffff:ffff", "255.255.255.255"),
            // Their neighbours are not: compatible addresses, SIIT, local NAT64, 6to4.
            ("::fffe:192.0.2.1", "::fffe:c000:201"),
            ("::1:ffff:192.0.2.1", "::1:ffff:c000:201"),
            ("::ffff:0:192.0.2.1", "::ffff:0:c000:201"),
            ("1::ffff:192.0.2.1", "1::ffff:c000:201"),
            ("64:ff9b:1::192.0.2.1", "64:ff9b:1::c000:201"),
            ("64:ff9b::1:c000:201", "64:ff9b::1:c000:201"),
            ("64:ff9a::192.0.2.1", "64:ff9a::c000:201"),
            ("2002:c000:201::", "2002:c000:201::"),
            // Brackets.
            ("[2001:db8::1]", "2001:db8::1"),
            ("[::ffff:192.0.2.1]", "192.0.2.1"),
            ("[2001:db8::1", "!bad_address"),
            ("2001:db8::1]", "!bad_address"),
            ("[[2001:db8::1]]", "!bad_address"),
            ("[]", "!bad_address"),
            ("[ 2001:db8::1 ]", "!bad_address"),
            ("(2001:db8::1)", "!bad_address"),
            // Zones, inside the brackets.
            ("fe80::1%eth0", "fe80::1"),
            ("fe80::1%12", "fe80::1"),
            ("fe80::1%25eth0", "fe80::1"),
            ("fe80::1%Local-Area_1.2~3", "fe80::1"),
            ("[fe80::1%eth0]", "fe80::1"),
            ("::ffff:192.0.2.1%eth0", "192.0.2.1"),
            ("fe80::%eth0", "fe80::"),
            ("[fe80::1]%eth0", "!bad_address"),
            ("fe80::1%", "!bad_address"),
            ("%eth0", "!bad_address"),
            ("fe80::1%eth 0", "!bad_address"),
            ("fe80::1%eth/0", "!bad_address"),
            ("fe80::1%eth:0", "!bad_address"),
            ("fe80:%1:1", "!bad_address"),
            // Too few and too many groups.
            ("1:2:3:4:5:6:7", "!bad_address"),
            ("1:2:3:4:5:6:7:8:9", "!bad_address"),
            ("1:2:3:4:5:6:7:8::", "!bad_address"),
            ("::1:2:3:4:5:6:7:8", "!bad_address"),
            ("1:2:3:4::5:6:7:8", "!bad_address"),
            ("1:2:3:4:5:6:7:192.0.2.1", "!bad_address"),
            ("1:2:3:4:5:192.0.2.1", "!bad_address"),
            ("1:2:3:4:5:6::192.0.2.1", "!bad_address"),
            ("::192.0.2.1:1", "!bad_address"),
            ("192.0.2.1::", "!bad_address"),
            // Colons.
            (":", "!bad_address"),
            (":::", "!bad_address"),
            ("1::2::3", "!bad_address"),
            ("::1::", "!bad_address"),
            ("1:::2", "!bad_address"),
            (":1:2:3:4:5:6:7", "!bad_address"),
            ("1:2:3:4:5:6:7:", "!bad_address"),
            ("1:2", "!bad_address"),
            // Groups.
            ("2001:db8::12345", "!bad_address"),
            ("2001:db8::00001", "!bad_address"),
            ("2001:db8::g", "!bad_address"),
            ("2001:db8::0x1", "!bad_address"),
            ("2001:db8::-1", "!bad_address"),
            ("2001:db8::+1", "!bad_address"),
            // The IPv4 address at the end is four decimal octets too.
            ("::ffff:192.0.2.01", "!bad_address"),
            ("::ffff:192.0.2.256", "!bad_address"),
            ("::ffff:192.0.2", "!bad_address"),
            ("::ffff:192.0.513", "!bad_address"),
            ("::ffff:192.0.2.1.1", "!bad_address"),
            ("::ffff:0xc0.0.2.1", "!bad_address"),
            // Nothing else around.
            (" 2001:db8::1", "!bad_address"),
            ("2001:db8::1 ", "!bad_address"),
            ("2001:db8::1\n", "!bad_address"),
            ("2001:db8::1.", "!bad_address"),
            ("2001:db8::1/64", "!bad_address"),
            ("2001:\u{ff10}db8::1", "!bad_address"),
            ("12:34:56", "!bad_address"),
            ("00:00:5e:00:53:01", "!bad_address"),
        ],
    );
    let long = format!("{}::1", "0".repeat(1 << 20));
    assert_eq!(addr(&long), "!bad_address");
    assert_eq!(addr(&format!("fe80::1%{}", "z".repeat(1 << 20))), "fe80::1");
}

#[test]
fn prefixes() {
    table(
        net,
        &[
            ("192.0.2.1", "192.0.2.1/32"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.1/32", "192.0.2.1/32"),
            ("192.0.2.0/31", "192.0.2.0/31"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("0.0.0.0/32", "0.0.0.0/32"),
            ("128.0.0.0/1", "128.0.0.0/1"),
            // Host bits.
            ("192.0.2.77/24", "192.0.2.0/24 *"),
            ("192.0.2.1/31", "192.0.2.0/31 *"),
            ("255.255.255.255/0", "0.0.0.0/0 *"),
            ("255.255.255.255/1", "128.0.0.0/1 *"),
            ("2001:db8::1/64", "2001:db8::/64 *"),
            ("ffff::/0", "::/0 *"),
            // IPv6.
            ("2001:db8::1", "2001:db8::1/128"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:db8::1/128", "2001:db8::1/128"),
            ("::/0", "::/0"),
            ("8000::/1", "8000::/1"),
            ("[2001:db8::]/32", "2001:db8::/32"),
            ("fe80::1%eth0/64", "fe80::/64 *"),
            ("fe80::%eth0/10", "fe80::/10"),
            // Within the mapped and the NAT64 prefix: the IPv4 prefix.
            ("::ffff:192.0.2.1", "192.0.2.1/32"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("::ffff:192.0.2.77/120", "192.0.2.0/24 *"),
            ("::ffff:192.0.2.1/128", "192.0.2.1/32"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:192.0.2.1/96", "0.0.0.0/0 *"),
            ("::ffff:8000:0/97", "128.0.0.0/1"),
            ("64:ff9b::192.0.2.0/120", "192.0.2.0/24"),
            ("64:ff9b::/96", "0.0.0.0/0"),
            ("64:ff9b::c000:201", "192.0.2.1/32"),
            // A shorter one merely contains it.
            ("::ffff:0:0/95", "::fffe:0:0/95 *"),
            ("::ffff:192.0.2.1/80", "::/80 *"),
            ("64:ff9b::/95", "64:ff9b::/95"),
            ("64:ff9b::/64", "64:ff9b::/64"),
            ("::/64", "::/64"),
            ("64:ff9b:1::/48", "64:ff9b:1::/48"),
            // Lengths.
            ("192.0.2.0/33", "!bad_prefix_length"),
            ("192.0.2.0/128", "!bad_prefix_length"),
            ("192.0.2.0/256", "!bad_prefix_length"),
            ("192.0.2.0/288", "!bad_prefix_length"),
            ("192.0.2.0/65560", "!bad_prefix_length"),
            ("2001:db8::/129", "!bad_prefix_length"),
            ("2001:db8::/256", "!bad_prefix_length"),
            ("::ffff:192.0.2.0/129", "!bad_prefix_length"),
            ("192.0.2.0/", "!bad_prefix_length"),
            ("192.0.2.0/-1", "!bad_prefix_length"),
            ("192.0.2.0/+24", "!bad_prefix_length"),
            ("192.0.2.0/ 24", "!bad_prefix_length"),
            ("192.0.2.0/24 ", "!bad_prefix_length"),
            ("192.0.2.0/024", "!bad_prefix_length"),
            ("192.0.2.0/00", "!bad_prefix_length"),
            ("192.0.2.0/0x18", "!bad_prefix_length"),
            ("192.0.2.0/24/24", "!bad_prefix_length"),
            ("192.0.2.0/24a", "!bad_prefix_length"),
            ("192.0.2.0/4294967320", "!bad_prefix_length"),
            ("192.0.2.0//24", "!bad_prefix_length"),
            // Netmasks are not prefix lengths.
            ("192.0.2.0/255.255.255.0", "!bad_prefix_length"),
            ("192.0.2.0/0.0.0.255", "!bad_prefix_length"),
            ("2001:db8::/ffff:ffff::", "!bad_prefix_length"),
            // Addresses.
            ("192.0.2/24", "!bad_address"),
            ("192.0.2.01/24", "!leading_zero"),
            ("192.0.2.256/24", "!bad_address"),
            ("192.0.2.0 /24", "!bad_address"),
            ("2001:db8/32", "!bad_address"),
            ("/24", "!empty"),
            ("/", "!empty"),
            ("", "!empty"),
            ("evil.test/24", "!bad_address"),
        ],
    );
}

#[test]
fn ranges() {
    table(
        range,
        &[
            ("192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9"),
            ("192.0.2.1 - 192.0.2.9", "192.0.2.1-192.0.2.9"),
            (" 192.0.2.1\t-  192.0.2.9\n", "192.0.2.1-192.0.2.9"),
            ("192.0.2.1-192.0.2.1", "192.0.2.1-192.0.2.1"),
            ("0.0.0.0-255.255.255.255", "0.0.0.0-255.255.255.255"),
            ("2001:db8::1-2001:db8::9", "2001:db8::1-2001:db8::9"),
            ("[2001:db8::1] - [2001:db8::9]", "2001:db8::1-2001:db8::9"),
            ("fe80::1%eth0-fe80::9%eth0", "fe80::1-fe80::9"),
            ("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            // The families are those of the canonical forms.
            ("::ffff:192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9"),
            ("192.0.2.1-64:ff9b::192.0.2.9", "192.0.2.1-192.0.2.9"),
            ("::ffff:192.0.2.1-::ffff:192.0.2.9", "192.0.2.1-192.0.2.9"),
            ("192.0.2.1-2001:db8::1", "!mixed_range"),
            ("2001:db8::1-192.0.2.1", "!mixed_range"),
            ("::-::ffff:192.0.2.1", "!mixed_range"),
            ("::ffff:192.0.2.1-::1:0:0:0", "!mixed_range"),
            // Across the mapped addresses, both ends outside.
            ("::fffe:0:0-::1:0:0:0", "::fffe:0:0-::1:0:0:0"),
            ("192.0.2.9-192.0.2.1", "!reversed_range"),
            ("2001:db8::9-2001:db8::1", "!reversed_range"),
            ("2001:db8::2-2001:db8::1", "!reversed_range"),
            ("2001:db8::1-2001:db8::1", "2001:db8::1-2001:db8::1"),
            ("10.0.0.0-9.255.255.255", "!reversed_range"),
            ("192.0.2.1", "!bad_address"),
            ("", "!bad_address"),
            ("-", "!empty"),
            ("192.0.2.1-", "!empty"),
            ("-192.0.2.1", "!empty"),
            ("192.0.2.1--192.0.2.9", "!bad_address"),
            ("192.0.2.1-192.0.2.9-192.0.2.10", "!bad_address"),
            ("192.0.2.1-9", "!bad_address"),
            ("192.0.2.1-192.0.2.09", "!leading_zero"),
            ("192.0.2.01-192.0.2.9", "!leading_zero"),
            ("192.0.2.0/24-192.0.3.0/24", "!bad_address"),
            ("192.0.2.1\u{2013}192.0.2.9", "!bad_address"),
        ],
    );
}

#[test]
fn ports() {
    table(
        |text| shown(parse_port(text.as_bytes())),
        &[
            ("0", "0"),
            ("80", "80"),
            ("65535", "65535"),
            ("00080", "80"),
            ("0000000000000080", "80"),
            ("65536", "!bad_port"),
            ("655350", "!bad_port"),
            ("99999999999999999999999", "!bad_port"),
            ("", "!bad_port"),
            ("+80", "!bad_port"),
            ("-1", "!bad_port"),
            (" 80", "!bad_port"),
            ("80 ", "!bad_port"),
            ("8_0", "!bad_port"),
            ("0x50", "!bad_port"),
            ("http", "!bad_port"),
            ("\u{ff18}0", "!bad_port"),
        ],
    );
    table(
        addr_port,
        &[
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:80", "192.0.2.1 80"),
            ("192.0.2.1:0", "192.0.2.1 0"),
            ("192.0.2.1:065535", "192.0.2.1 65535"),
            ("192.0.2.1:", "!bad_port"),
            ("192.0.2.1:65536", "!bad_port"),
            ("192.0.2.1:http", "!bad_port"),
            ("192.0.2.1:80:80", "!bad_address"),
            ("192.0.2.01:80", "!leading_zero"),
            ("192.0.2:80", "!bad_address"),
            (":80", "!empty"),
            ("", "!empty"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1 443"),
            ("[::ffff:192.0.2.1]:80", "192.0.2.1 80"),
            ("[fe80::1%eth0]:80", "fe80::1 80"),
            // Without brackets, the last group belongs to the address.
            ("2001:db8::1:443", "2001:db8::1:443"),
            ("1:2:3:4:5:6:7:8:443", "!bad_address"),
            ("::ffff:192.0.2.1:80", "!bad_address"),
            ("[2001:db8::1]443", "!bad_address"),
            ("[2001:db8::1]:", "!bad_port"),
            ("[2001:db8::1]:65536", "!bad_port"),
            ("[2001:db8::1]]:80", "!bad_address"),
            ("[2001:db8::1:80", "!bad_address"),
            ("2001:db8::1]:80", "!bad_address"),
            ("[]:80", "!bad_address"),
            ("[192.0.2.1]:80", "!bad_address"),
            ("[2001:db8::1] :80", "!bad_address"),
        ],
    );
}

#[test]
fn hosts_of_urls_in_numbers() {
    // The forms are in the table of URLs; this checks only what that table cannot show.
    let parse = |text: &str| parse_url_v4(text.as_bytes());
    assert_eq!(parse("192.0.2.1."), Some(Ok(Ipv4Addr::new(192, 0, 2, 1))));
    assert_eq!(parse("0x."), Some(Ok(Ipv4Addr::UNSPECIFIED)));
    for text in ["", ".", "..", "1..", "evil.test", "1.2.3.4x", "0xx", "1.", "1.x"] {
        let is_number = text == "1.";
        assert_eq!(parse(text).is_some(), is_number, "{text:?}");
    }
    for text in ["1..2", ".1", "1.2.3.4.5", "256.1.1.1", "x.1", "09", "-.1", " .1"] {
        assert_eq!(parse(text), Some(Err(Reject::BadAddress)), "{text:?}");
    }
}

#[test]
fn bogons() {
    let edges = [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("224.0.0.0", "239.255.255.255"),
        ("240.0.0.0", "255.255.255.255"),
        ("::", "::"),
        ("::1", "::1"),
        ("100::", "100::ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ];
    let edges =
        edges.map(|(first, last)| -> (IpAddr, IpAddr) { (first.parse().expect(first), last.parse().expect(last)) });
    let neighbours = |addr: IpAddr| match addr {
        IpAddr::V4(addr) => [addr.to_bits().checked_sub(1), addr.to_bits().checked_add(1)]
            .map(|bits| bits.map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))),
        IpAddr::V6(addr) => [addr.to_bits().checked_sub(1), addr.to_bits().checked_add(1)]
            .map(|bits| bits.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))),
    };
    for (first, last) in edges {
        let nets = range_prefixes(first, last);
        assert!(nets.len() == 1 && is_bogon(&nets[0]), "{first} {last}");
        for addr in [first, last].into_iter().chain([first, last].into_iter().flat_map(neighbours).flatten()) {
            let is_within = edges.iter().any(|(first, last)| (first..=last).contains(&&addr));
            assert_eq!(is_bogon(&IpNet::from(addr)), is_within, "{addr}");
        }
    }
    // A prefix that contains a bogon is not one, and neither are the documentation networks.
    for text in [
        "0.0.0.0/0",
        "0.0.0.0/7",
        "10.0.0.0/7",
        "100.64.0.0/9",
        "192.0.0.0/23",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        // Two adjacent bogons do not make one network.
        "224.0.0.0/3",
        "::/127",
        "fe80::/9",
        "::/0",
        "fc00::/6",
        "2001:db8::/32",
    ] {
        assert!(!is_bogon(&text.parse().expect(text)), "{text}");
    }
}

#[test]
fn addresses_are_written_as_displayed() {
    let mut octets: Vec<IpAddr> =
        (0..=255).map(|n| Ipv4Addr::new(n, 255 - n, n.rotate_left(4), n / 3).into()).collect();
    octets.extend(["2001:db8::1", "::", "::ffff:192.0.2.1"].map(|text| text.parse::<IpAddr>().unwrap()));
    for addr in octets {
        let mut out = String::from("x");
        write_addr(addr, &mut out);
        assert_eq!(out, format!("x{addr}"));
    }
}

#[test]
fn the_longest_text_of_an_address_is_read() {
    let longest = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255";
    assert_eq!(longest.len(), MAX_V6_TEXT);
    for text in [longest.to_owned(), format!("[{longest}]"), format!("{longest}%eth0")] {
        assert_eq!(parse_addr(text.as_bytes()), Ok(IpAddr::V6(u128::MAX.into())), "{text}");
    }
    for text in [format!("{longest}5"), format!("f{longest}"), format!("{longest}:")] {
        assert_eq!(parse_addr(text.as_bytes()), Err(Reject::BadAddress), "{text}");
    }
}

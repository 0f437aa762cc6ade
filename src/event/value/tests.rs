use super::*;

#[test]
fn addresses_with_what_stands_by_them() {
    const CASES: &[(&str, &str)] = &[
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1 443"),
        ("192.0.2.1:443:eth0", "192.0.2.1 443"),
        ("192.0.2.1:443:eth0:gw.example", "192.0.2.1 443"),
        ("192.0.2.1:443:7", ""),
        ("192.0.2.1:443:", ""),
        ("192.0.2.1#443:eth0", ""),
        ("192.0.2.1(443", "192.0.2.1 443"),
        ("192.0.2.1#53", "192.0.2.1 53"),
        ("192.0.2.1/443", "192.0.2.1 443"),
        ("192.0.2.1/24", "192.0.2.1"),
        ("192.0.2.1/ssh", "192.0.2.1"),
        ("192.0.2.1/sshd", ""),
        ("192.0.2.1/", ""),
        ("192.0.2.1(443)", "192.0.2.1 443"),
        ("192.0.2.1[500]", "192.0.2.1 500"),
        ("192.0.2.1[500", "192.0.2.1 500"),
        ("192.0.2.1[pc1]", ""),
        ("192.0.2.1[]", ""),
        ("192.0.2.1, port 443", "192.0.2.1 443"),
        ("192.0.2.1, report 443", "192.0.2.1"),
        ("192.0.2.1(gw.example)", "192.0.2.1"),
        ("/192.0.2.1:443", "192.0.2.1 443"),
        ("192.0.2.1, 192.0.2.2", "192.0.2.1"),
        ("192.0.2.1,443", "192.0.2.1 443"),
        ("192.0.2.1,443,7", "192.0.2.1"),
        ("192.0.2.1,70000", "192.0.2.1"),
        ("192.0.2.1;443", "192.0.2.1"),
        ("192.0.2.1 port 443", "192.0.2.1 443"),
        ("192.0.2.1 port=443", "192.0.2.1 443"),
        ("192.0.2.1 part=443", "192.0.2.1"),
        ("192.0.2.1 192.0.2.2", "192.0.2.1"),
        ("192.0.2.1 on remote port 443", "192.0.2.1 443"),
        ("192.0.2.1 on the remote port 443", "192.0.2.1"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("2001:db8::1/129", "2001:db8::1 129"),
        ("[2001:db8::1]:443", "2001:db8::1 443"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1:443", "2001:db8::1 443"),
        ("2001:db8::1%eth0", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("::1", "::1"),
        ("", ""),
        ("-", ""),
        ("192.0.2", ""),
        ("192.0.2.1.5", ""),
        ("192.0.2.256", ""),
        ("192.0.02.1", ""),
        ("192.0.2.1x", ""),
        ("192.0.2.1:99999", ""),
        ("10:02:03", ""),
        ("00:00:5e:00:53:01", ""),
        ("gw.example", ""),
        ("[192.0.2.1", ""),
    ];
    for (text, expected) in CASES {
        let shown = address(text.as_bytes())
            .map(|(ip, port)| port.map_or_else(|| ip.to_string(), |port| format!("{ip} {port}")))
            .unwrap_or_default();
        assert_eq!(shown, *expected, "{text}");
    }
}

#[test]
fn urls_in_parts() {
    let show = |text: &str| {
        let parts = url(text.as_bytes());
        let part = |part: Option<&[u8]>| String::from_utf8(part.unwrap_or(b"").to_vec()).unwrap();
        let port = parts.port.map(|port| port.to_string()).unwrap_or_default();
        [part(parts.scheme), part(parts.host), port, part(parts.path), part(parts.query)].join(" ")
    };
    assert_eq!(show("https://a.example:8443/b/c?d=e#f"), "https a.example 8443 /b/c d=e");
    assert_eq!(show("http://user:pw@a.example"), "http a.example   ");
    assert_eq!(show("http://[2001:db8::1]:80/"), "http 2001:db8::1 80 / ");
    assert_eq!(show("/b/c?d=e"), "   /b/c d=e");
    assert_eq!(show("a.example:443"), " a.example 443  ");
    assert_eq!(show("a.example/b?c"), " a.example  /b c");
    assert_eq!(show("//a.example/b"), " a.example  /b ");
    assert_eq!(show("b/c"), "   b/c ");
    for bad in ["http://a.example:x/b", "http://a.example:/b", "http://a.example:65536/b", "http://a.example:80:90/b"] {
        assert_eq!(show(bad), "http a.example  /b ", "{bad}");
    }
    assert_eq!(show("http://eve:pw@a.example:x"), "http a.example   ");
    assert_eq!(show("http://[2001:db8::1]:x/"), "http 2001:db8::1  / ");
    assert_eq!(show("http://[2001:db8::1"), "http    ");
    assert_eq!(show("http://2001:db8::1/"), "http 2001:db8::1  / ");
    assert_eq!(show("http://2001:db8:0:0:0:0:0:1:80/"), "http 2001:db8:0:0:0:0:0:1 80 / ");
    assert_eq!(show("a.example:x"), " a.example   ");
    assert_eq!(show("a:b.example"), "   a:b.example ");
    assert_eq!(show("sip:eve@a.example:5060;transport=udp"), "sip a.example 5060  ");
    assert_eq!(show("SIPS:a.example"), "SIPS a.example   ");
    assert_eq!(show("tel:5"), "   tel:5 ");
    assert_eq!(show(""), "    ");
}

#[test]
fn users_with_their_domain() {
    let show = |text: &str| {
        let (domain, name) = user(text.as_bytes());
        format!("{} {}", String::from_utf8_lossy(domain.unwrap_or(b"")), String::from_utf8_lossy(name))
    };
    assert_eq!(show("eve"), " eve");
    assert_eq!(show(r"CORP\eve"), "CORP eve");
    assert_eq!(show(r"CORP\\eve"), "CORP eve");
    assert_eq!(show("eve@corp.example"), " eve@corp.example");
    assert_eq!(show(r"C:\Users\eve"), r" C:\Users\eve");
    assert_eq!(show(r"\eve"), r" \eve");
    assert_eq!(show(r"C:\eve"), r" C:\eve");
    assert_eq!(show(r"C\eve"), "C eve");
    assert_eq!(show(r"CORP\"), r" CORP\");
}

#[test]
fn numbers_of_windows_accounts() {
    for (text, is) in [
        ("S-1-5-18", true),
        ("S-1-5-21-7", true),
        ("S-1-", false),
        ("S-1-x", false),
        ("S-1-5x", false),
        ("S-2-5", false),
    ] {
        assert_eq!(is_sid(text.as_bytes()), is, "{text}");
    }
}

#[test]
fn words_for_a_missing_value() {
    for text in
        ["", "-", "--", "?", "NULL", "nil", "None", "n/a", "(null)", "<null>", "(empty)", "undefined", "Unknown"]
    {
        assert!(is_null(text.as_bytes()), "{text}");
    }
    for text in ["----", "-5", "nullx", "nina", "naomi", "unit7", "undefined1", "(empty)x", "eve", "0"] {
        assert!(!is_null(text.as_bytes()), "{text}");
    }
}

#[test]
fn addresses_end_where_they_do() {
    for (text, rest) in [
        ("192.0.2.1", Some("")),
        ("192.0.2.1.", Some(".")),
        ("192.0.2.1:443", Some(":443")),
        ("192.0.2.1x", None),
        ("192.0.2.1.5", None),
        ("192.0.2.1.example", None),
        ("192.0.2.12345", None),
        ("192.0.2.1.-", Some(".-")),
        ("::", Some("")),
        ("2001:db8::", Some("")),
        ("2001:db8::1%eth0.5 x", Some(" x")),
        ("2001:db8::1g", None),
        ("[2001:db8::1]x", Some("x")),
    ] {
        let found = address_at(text.as_bytes()).map(|(_, rest)| String::from_utf8_lossy(rest).into_owned());
        assert_eq!(found.as_deref(), rest, "{text}");
    }
}

#[test]
fn names_of_machines_and_targets_of_requests() {
    let long = "a".repeat(253);
    for (text, is_name, is_full) in [
        ("gw1", true, false),
        ("gw1.example", true, true),
        ("g.w", true, true),
        (".gw1", true, false),
        ("gw1.", true, false),
        (".", true, false),
        ("192.0.2.1", true, true),
        ("2001:db8::1", true, true),
        ("fe80::1%eth0", true, true),
        ("gw_1-b", true, false),
        ("g\u{fc}", true, false),
        ("", false, false),
        ("gw 1", false, false),
        ("gw/1.example", false, false),
        (&long, true, false),
        (&format!("{long}a"), false, false),
    ] {
        assert_eq!((is_host_name(text.as_bytes()), is_host(text.as_bytes())), (is_name, is_full), "{text}");
    }
    for (text, is) in [
        ("/", true),
        ("/a b", true),
        ("http://a.example", true),
        ("a.example:443", true),
        ("a.example:443 HTTP/1.1", true),
        ("a.example", false),
        ("a:b", false),
        ("", false),
    ] {
        assert_eq!(is_target(text.as_bytes()), is, "{text}");
    }
}

#[test]
fn names_in_distinguished_names() {
    for (text, name) in [
        ("uid=eve,ou=people", Some("eve")),
        ("CN=Eve Doe,dc=corp", Some("Eve Doe")),
        ("cn=eve", None),
        ("cn=,dc=corp", None),
        ("ou=eve,dc=corp", None),
    ] {
        assert_eq!(common_name(text.as_bytes()).map(|span| &text[span]), name, "{text}");
    }
}

/// The number of colons tells an IPv6 address from that of an interface.
#[test]
fn addresses_of_interfaces_are_none() {
    for text in ["::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"]
    {
        assert!(address(text.as_bytes()).is_some(), "{text}");
    }
    for text in ["2001:db8:0:0:0:0:0:1:443", "[1:2:3:4:5:6:7:8]:443"] {
        assert_eq!(address(text.as_bytes()).map(|(_, port)| port.is_some()), Some(true), "{text}");
    }
    for text in [
        "00:00:5e:00:53:01",
        "00:00:5e:00:53:01:00:00:5e:00:53:02:08:00",
        "10:02:03",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9:a",
    ] {
        assert_eq!(address(text.as_bytes()), None, "{text}");
    }
}

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::indicator::Policy;

fn rules(policy: Policy) -> Rules {
    Rules::new(&Feed::new("").policy(policy), Scope::Suffix)
}

/// The reading of a value, as text: kind, scope if any, canonical form.
fn read(value: &str, rules: &Rules) -> Result<String, Reject> {
    classify(value, rules).map(|read| {
        let Value { indicator, note } = read;
        let note = note.map(|note| format!(" ({})", note.code().replace('_', " ")));
        let scope = indicator.scope().map_or("", Scope::as_str);
        format!("{} {scope} {indicator}{}", indicator.kind(), note.unwrap_or_default()).replace("  ", " ")
    })
}

proptest! {
    /// A URL without a scheme is read as with one, whatever other URL stands in it.
    #[test]
    fn a_url_without_a_scheme_is_read_as_with_http(
        end in prop_oneof![Just("/"), Just(":8080/"), Just("/a/")],
        pieces in vec(select(&["a", "/", "?", "=", "*", "://", "http://", "b.example", ":80/", "..", "%2A", "\u{cf}", "&"][..]), 0..8),
    ) {
        let rest = pieces.concat();
        let rules = rules(Policy::default());
        for host in ["evil.test", "192.0.2.1", "[2001:db8::1]"] {
            let bare = format!("{host}{end}{rest}");
            let read = |value: &str| classify(value, &rules).map(|read| read.indicator);
            prop_assert_eq!(read(&bare), read(&format!("http://{bare}")), "{}", bare);
        }
    }
}

#[test]
fn values() {
    use Reject::*;
    let url = |text: &str| Ok(format!("url exact {text}"));
    let ip = |text: &str| Ok(format!("ip {text}"));
    let suffix = |text: &str| Ok(format!("domain suffix {text}"));
    let pattern = |text: &str| Ok(format!("pattern {text}"));
    let long_name = format!("{}.test", ["abcdefg"; 40].join("."));
    let long_label = format!("{}.test", "a".repeat(64));
    let too_long = "a".repeat(MAX_OBSERVABLE + 1);
    let cases: &[(&str, Result<String, Reject>)] = &[
        // Addresses.
        ("192.0.2.1", ip("192.0.2.1")),
        ("2001:DB8:0::1", ip("2001:db8::1")),
        ("[2001:db8::1]", ip("2001:db8::1")),
        ("fe80::1%eth-0", ip("fe80::1")),
        ("::ffff:192.0.2.1", ip("192.0.2.1")),
        ("64:ff9b::192.0.2.1", ip("192.0.2.1")),
        ("192.0.2.1:80", ip("192.0.2.1:80")),
        ("[2001:db8::1]:443", ip("[2001:db8::1]:443")),
        ("192.0.2[.]1:80", ip("192.0.2.1:80")),
        ("192[.]0[.]2[.]1[:]80", ip("192.0.2.1:80")),
        ("192.0.2.256", Err(BadAddress)),
        ("175..21.11", Err(BadAddress)),
        ("192.0.2", Err(BadAddress)),
        ("192.0.2.1.5", Err(BadAddress)),
        (".192.0.2.1", Err(BadAddress)),
        ("192.0.02.1", Err(LeadingZero)),
        ("192.0.02.1:80", Err(LeadingZero)),
        ("192.0.2.1:99999", Err(BadPort)),
        ("192.0.2.1:", Err(BadPort)),
        ("192.0.2.1:53:53", Err(BadPort)),
        ("192.0.2.1:80-90", Err(BadPort)),
        ("[2001:db8::1]:99999", Err(BadPort)),
        ("2001:db8::1::2", Err(BadAddress)),
        ("[2001:db8::1", Err(BadAddress)),
        ("12:34:56", Err(BadAddress)),
        ("12345", Err(Unrecognised)),
        ("2022-08-19", Err(Unrecognised)),
        ("1.2-3", Err(Unrecognised)),
        ("-", Err(Unrecognised)),
        ("...", Err(BadAddress)),
        // Prefixes.
        ("192.0.2.0/24", ip("192.0.2.0/24")),
        ("192.0.2.77/24", ip("192.0.2.0/24 (host bits)")),
        ("192.0.2.1/32", ip("192.0.2.1")),
        ("2001:db8::/32", ip("2001:db8::/32")),
        ("192.0.2.0/33", Err(BadPrefixLength)),
        ("192.0.2.0/255.255.255.0", Err(BadPrefixLength)),
        ("2001:db8::/129", Err(BadPrefixLength)),
        ("2001:db8::1/x", Err(BadPrefixLength)),
        ("192.0.2/24", Err(BadAddress)),
        ("24/7", Err(Unrecognised)),
        ("[2001:db8::]/32", ip("2001:db8::/32")),
        ("[2001:db8::1]/a", url("http://[2001:db8::1]/a")),
        // Signs after a prefix do not make it a URL.
        ("192.0.2.0/24,", Err(BadPrefixLength)),
        ("192.0.2.0/24).", Err(BadPrefixLength)),
        ("192.0.2.0/24:", Err(BadPrefixLength)),
        ("192.0.2.0/24-192.0.3.0/24", Err(BadPrefixLength)),
        ("192.0.2.0/24。", Err(BadPrefixLength)),
        ("192.0.2.0/24,198.51.100.0/24", Err(BadPrefixLength)),
        ("192.0.2.0/24|198.51.100.1", Err(BadPrefixLength)),
        ("192.0.2.0/2.0", url("http://192.0.2.0/2.0")),
        ("192.0.2.0/24,a", url("http://192.0.2.0/24,a")),
        ("192.0.2.0/24/", url("http://192.0.2.0/24/")),
        ("192.0.2.0/24a", url("http://192.0.2.0/24a")),
        ("192.0.2.0/24.php", url("http://192.0.2.0/24.php")),
        ("192.0.2.0/2024,", url("http://192.0.2.0/2024,")),
        ("192.0.2.0/1-a", url("http://192.0.2.0/1-a")),
        // Ports with their protocol.
        ("192.0.2.1:8080/tcp", ip("192.0.2.1:8080")),
        ("[2001:db8::1]:8080/UDP", ip("[2001:db8::1]:8080")),
        ("evil.test:53/udp", suffix("evil.test:53")),
        ("192.0.2.1:99999/tcp", Err(BadPort)),
        ("192.0.2.1/tcp", url("http://192.0.2.1/tcp")),
        ("evil.test:53/udp/x", url("http://evil.test:53/udp/x")),
        ("evil.test:53/sctp", url("http://evil.test:53/sctp")),
        // Ranges.
        ("192.0.2.1-192.0.2.9", ip("192.0.2.1-192.0.2.9")),
        ("192.0.2.0-192.0.2.255", ip("192.0.2.0/24")),
        ("192.0.2.4-192.0.2.4", ip("192.0.2.4")),
        ("192.0.2.1-192.0.2.2", ip("192.0.2.1-192.0.2.2")),
        ("2001:db8::-2001:db8::ff", ip("2001:db8::/120")),
        ("2001:db8::1-2001:db8::3", ip("2001:db8::1-2001:db8::3")),
        ("::ffff:192.0.2.0-192.0.2.3", ip("192.0.2.0/30")),
        ("192.0.2.9-192.0.2.1", Err(ReversedRange)),
        ("192.0.2.1-2001:db8::1", Err(MixedRange)),
        ("192.0.2.1-192.0.2.300", Err(BadAddress)),
        ("192.0.2.1-9", Err(Unrecognised)),
        // Names.
        ("Evil.TEST.", suffix("evil.test")),
        ("0.0.0.0.name.example", suffix("0.0.0.0.name.example")),
        ("_dmarc.evil.test", suffix("_dmarc.evil.test")),
        ("evil[.]test", suffix("evil.test")),
        ("evil(dot)test", suffix("evil.test")),
        ("hxxp.example", suffix("hxxp.example")),
        ("bücher.example", suffix("xn--bcher-kva.example")),
        ("evil.test:8080", suffix("evil.test:8080")),
        (".evil.test", suffix("evil.test")),
        ("*.evil.test", suffix("evil.test")),
        ("evil.test:", Err(BadPort)),
        ("evil.test:x", Err(BadPort)),
        ("evil.test:0x50", Err(BadPort)),
        ("evil..test", Err(EmptyLabel)),
        ("..evil.test", Err(EmptyLabel)),
        ("evil.1", Err(NumericTld)),
        ("evil.1-1", Err(Unrecognised)),
        ("*.0.-", Err(Unrecognised)),
        ("intranet", Err(SingleLabel)),
        ("intranet:80", Err(SingleLabel)),
        ("Note:", Err(SingleLabel)),
        ("*.test", Err(SingleLabel)),
        ("*.*.test", Err(SingleLabel)),
        (".test", Err(SingleLabel)),
        ("evil.test,seen", Err(Unrecognised)),
        ("\"evil.test\"", suffix("evil.test")),
        ("“evil.test”", suffix("evil.test")),
        ("evil\u{2011}site.test", Err(Unrecognised)),
        ("\"evil.test\",\"x\"", Err(Unrecognised)),
        ("://[2001:db8::1]", ip("2001:db8::1")),
        ("192.0.2.20–192.0.2.29", ip("192.0.2.20-192.0.2.29")),
        ("h00p://evil.test/", url("http://evil.test/")),
        ("evil.test/*", url("http://evil.test/")),
        ("http://evil.test/*", url("http://evil.test/")),
        ("evil.test/a/*", url("http://evil.test/a/")),
        ("evil.test/a?*", url("http://evil.test/a")),
        ("evil.test/a/*?*", url("http://evil.test/a/")),
        ("evil.test/a*", Err(UrlWildcard)),
        ("evil.test/*/a", Err(UrlWildcard)),
        ("http://evil.test/a?b=*", Err(UrlWildcard)),
        ("evil.test/*a/http://a.example/", Err(UrlWildcard)),
        ("evil.test/a://*b/", Err(UrlWildcard)),
        ("evil.test/?u=http://*b/", Err(UrlWildcard)),
        ("evil.test/a/http://b.example/*", url("http://evil.test/a/http:/b.example/")),
        ("http://evil.test/%2A", url("http://evil.test/*")),
        ("192.0.2.1/*", url("http://192.0.2.1/")),
        ("*.evil.test/*", suffix("evil.test")),
        ("*.evil.test/", suffix("evil.test")),
        ("192.0.2.1#4#2", Err(Unrecognised)),
        ("Someone[@]evil[.]test", Ok("email someone@evil.test".to_owned())),
        ("<some+one@evil.test>", Ok("email some+one@evil.test".to_owned())),
        ("@evil.test", Err(BadEmail)),
        ("someone@evil", Err(SingleLabel)),
        ("0123456789ABCDEF0123456789abcdef", Ok("hash 0123456789abcdef0123456789abcdef".to_owned())),
        ("MD5:0123456789abcdef0123456789abcdef", Ok("hash 0123456789abcdef0123456789abcdef".to_owned())),
        ("0123456789abcdef0123456789abcde", Err(SingleLabel)),
        ("||evil.test^", Err(Unrecognised)),
        ("a:b:c", Err(BadAddress)),
        (&long_name, Err(LongName)),
        (&long_label, Err(LongLabel)),
        (&too_long, Err(TooLong)),
        ("", Err(Empty)),
        // Patterns over names.
        ("*-login.evil.test", pattern("*-login.evil.test")),
        ("evil.*", pattern("evil.*")),
        ("*.*.evil.test", pattern("*.*.evil.test")),
        // The root dot of a glob is not a part of it.
        ("*.*.0.7.invalid.", pattern("*.*.0.7.invalid")),
        ("evil-*.", Err(Unrecognised)),
        ("evil-*..", Err(EmptyLabel)),
        ("*.evil.test..", Err(EmptyLabel)),
        ("evil-*", Err(Unrecognised)),
        ("a.*", Err(BadPattern)),
        (".*evil.test", Err(EmptyLabel)),
        (".*.evil.test", Err(EmptyLabel)),
        ("*-evil..test", Err(EmptyLabel)),
        ("192.0.2.1-192.0.2.9*", Err(AddressWildcard)),
        ("*-1.0.test", pattern("*-1.0.test")),
        ("**bold**", Err(Unrecognised)),
        ("*.evil.test:80", Err(Unrecognised)),
        ("*.evil.test/a", Err(UrlHosts)),
        (".evil.test/a", Err(UrlHosts)),
        ("http://*.evil.test/a", Err(UrlHosts)),
        ("http://*.evil.test/*", Err(UrlHosts)),
        ("http://.evil.test/a", Err(UrlHosts)),
        ("*.*.evil.test/a", Err(Unrecognised)),
        ("..evil.test/a", Err(UrlHosts)),
        ("*.192.0.2.1/a", Err(AddressWildcard)),
        (".evil.test/", suffix("evil.test")),
        (".evil.test/*", suffix("evil.test")),
        (".test/", Err(SingleLabel)),
        // Wildcards and masks in place of octets.
        ("192.0.2.*", ip("192.0.2.0/24")),
        ("192.0.*.*", ip("192.0.0.0/16")),
        ("192.0[.]2[.]*", ip("192.0.2.0/24")),
        ("192.0.2.9*", Err(AddressWildcard)),
        ("192.*.2.9", Err(AddressWildcard)),
        ("192.0.2.x", Err(AddressWildcard)),
        ("192.0.2.xxx:80", Err(AddressWildcard)),
        ("http://192.0.2.x/a", Err(AddressWildcard)),
        ("http://192.0.2.*/a", Err(BadNameByte)),
        ("2001:db8::*", Err(AddressWildcard)),
        // Prefixes with ports.
        ("192.0.2.0/24:80", ip("192.0.2.0/24:80")),
        ("192.0.2.1-192.0.2.2:80", ip("192.0.2.1-192.0.2.2:80")),
        ("192.0.2.0-192.0.2.255:80", ip("192.0.2.0/24:80")),
        ("[2001:db8::/32]:80", ip("[2001:db8::/32]:80")),
        ("[2001:db8::1-2001:db8::9]:80", ip("[2001:db8::1-2001:db8::9]:80")),
        ("192.0.2.9/24:80", ip("192.0.2.0/24:80 (host bits)")),
        ("192.0.2.0/33:80", Err(BadPrefixLength)),
        ("192.0.2.0/24:99999", Err(BadPort)),
        ("24/7:30", Err(Unrecognised)),
        // Signs around and within URLs.
        ("http://evil.test/a\"", url("http://evil.test/a")),
        ("http://evil.test/a\">", url("http://evil.test/a")),
        ("evil.test/a`", url("http://evil.test/a")),
        ("http://evil.test/a<b", url("http://evil.test/a<b (encoded only)")),
        ("http://evil.test/?q=\"x\"", url("http://evil.test/?q=\"x\" (encoded only)")),
        ("http://evil.test/a...", url("http://evil.test/a... (shortened)")),
        ("http://evil.test/a…", Err(CutOff)),
        ("“http://evil.test/a…”", Err(CutOff)),
        ("evil.test…", Err(CutOff)),
        ("…evil.test", Err(CutOff)),
        ("http://evil.test/a,http://evil.test/b", url("http://evil.test/a,http:/evil.test/b (second value)")),
        // Mail addresses with wildcards.
        ("*@evil.test", Err(EmailWildcard)),
        ("a*@evil.test", Err(EmailWildcard)),
        ("a@*.evil.test", Err(EmailWildcard)),
        // URLs.
        ("HTTP://Evil.TEST/A?b", url("http://evil.test/A?b")),
        ("hxxps[:]//evil[.]test", url("https://evil.test/")),
        ("http://192.0.2.1:8080/", url("http://192.0.2.1:8080/")),
        ("http://0xc0000201/", url("http://192.0.2.1/")),
        ("http:\\\\evil.test\\a", url("http://evil.test/a")),
        ("evil.test/a", url("http://evil.test/a")),
        ("evil.test/", url("http://evil.test/")),
        ("evil.test?a=b", url("http://evil.test/?a=b (bare query)")),
        ("evil.test:81/a", url("http://evil.test:81/a")),
        ("192.0.2.1:81/24", url("http://192.0.2.1:81/24")),
        ("192.0.2.1/a", url("http://192.0.2.1/a")),
        ("192.0.2.1/", url("http://192.0.2.1/")),
        ("[2001:db8::1]/a", url("http://[2001:db8::1]/a")),
        ("evil.test/?u=http://other.test/", url("http://evil.test/?u=http://other.test/")),
        ("bücher.example/a", url("http://xn--bcher-kva.example/a")),
        ("http://", Err(NoHost)),
        ("http://?a", Err(NoHost)),
        ("http://evil.test:99999/", Err(BadPort)),
        ("C:\\\\Users\\a", Err(Unrecognised)),
        ("and/or", Err(SingleLabel)),
        ("1.2/a", Err(BadAddress)),
        ("010.0.0.1/a", Err(LeadingZero)),
        ("someone@evil.test/a", Err(Unrecognised)),
        ("evil.test\\a/b", Err(Unrecognised)),
        // Paths.
        ("/gate.php", Err(PathPattern)),
        ("//evil.test/a", Err(Unrecognised)),
        ("?a=b", Err(Unrecognised)),
    ];
    let rules = rules(Policy::default());
    for (value, expected) in cases {
        assert_eq!(read(value, &rules), *expected, "{value}");
    }
}

#[test]
fn policies() {
    let with = |set: fn(&mut Policy)| {
        let mut policy = Policy::default();
        set(&mut policy);
        rules(policy)
    };
    let exact = with(|policy| policy.scope = Some(Scope::Exact));
    let beneath = with(|policy| policy.scope = Some(Scope::Subdomains));
    let paths = with(|policy| policy.path_patterns = true);
    let hosts = with(|policy| policy.url_suffix_hosts = true);
    let wide = with(|policy| policy.admit_public_suffixes = true);
    let cases: &[(&Rules, &str, Result<&str, Reject>)] = &[
        (&exact, "evil.test", Ok("domain exact evil.test")),
        (&exact, "evil.test:80", Ok("domain exact evil.test:80")),
        (&exact, "*.evil.test", Ok("domain exact evil.test")),
        (&beneath, "*.evil.test", Ok("domain subdomains evil.test")),
        (&hosts, "evil.test/a", Ok("url suffix http://evil.test/a")),
        (&hosts, "http://evil.test/", Ok("url suffix http://evil.test/")),
        (&hosts, "*.evil.test/a", Ok("url suffix http://evil.test/a")),
        (&hosts, ".evil.test/a", Ok("url suffix http://evil.test/a")),
        (&hosts, "https://*.evil.test/a/*", Ok("url suffix https://evil.test/a/")),
        (&hosts, "*.evil.test?a", Ok("url suffix http://evil.test/?a (bare query)")),
        (&hosts, "*.evil.test/", Ok("domain suffix evil.test")),
        (&wide, "test", Ok("domain suffix test")),
        (&wide, "*.test", Ok("domain suffix test")),
        (&paths, "/gate.php", Ok("pattern /gate.php")),
        (&paths, "/a%2e/../b//gate.php", Ok("pattern /b/gate.php")),
        (&paths, "/gate.php?id=", Ok("pattern */gate.php[?]id=*")),
        (&paths, "/panel/*/gate.php", Ok("pattern */panel/*/gate.php*")),
        (&paths, "/a[0].php", Ok("pattern */a[[]0].php*")),
        (&paths, "/택배.apk", Ok("pattern /%ED%83%9D%EB%B0%B0.apk")),
        (&paths, "/", Err(Reject::BadPattern)),
        (&paths, "/a", Err(Reject::BadPattern)),
        (&paths, "//a/b", Err(Reject::Unrecognised)),
    ];
    for (rules, value, expected) in cases {
        assert_eq!(read(value, rules), expected.map(str::to_owned), "{value}");
    }
    let allow = Rules::new(&Feed::new("").action(Action::Allow), Scope::Suffix);
    assert_eq!(read("intranet", &allow), Ok("domain suffix intranet".to_owned()));
}

#[test]
fn ranges_that_are_one_prefix() {
    // Every range in a 4-bit universe, at the bottom and the top of each family.
    for base in [0_u32, 0xc000_0200, u32::MAX - 15] {
        for first in 0..16 {
            for last in first..16 {
                let (a, b) = (base + first, base + last);
                let expected = ip::range_prefixes(IpAddr::V4(a.into()), IpAddr::V4(b.into()));
                let expected = if let [net] = expected[..] { Some(net) } else { None };
                assert_eq!(prefix_of(IpAddr::V4(a.into()), IpAddr::V4(b.into())), expected, "{first}-{last}");
                let (a, b) = (u128::MAX - 15 + u128::from(first), u128::MAX - 15 + u128::from(last));
                let expected = ip::range_prefixes(IpAddr::V6(a.into()), IpAddr::V6(b.into()));
                let expected = if let [net] = expected[..] { Some(net) } else { None };
                assert_eq!(prefix_of(IpAddr::V6(a.into()), IpAddr::V6(b.into())), expected, "{first}-{last}");
            }
        }
    }
    let whole = prefix_of([0, 0, 0, 0].into(), [255, 255, 255, 255].into());
    assert_eq!(whole.map(|net| net.prefix_len()), Some(0));
}

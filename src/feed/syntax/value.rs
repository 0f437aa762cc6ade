//! One value of a feed: what it is by its shape.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::indicator::{Action, DomainName, Feed, HostRef, Indicator, Pattern, PatternTarget, Reject, Scope, Url};
use crate::limits::MAX_OBSERVABLE;
use crate::value::{ip, refang};

/// How the values of a feed are read: its policy, with the format's defaults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The scope of names.
    scope: Scope,
    /// The scope of `*.name` and `.name`.
    wildcard_scope: Scope,
    /// The scope of names that the feed calls hosts.
    host_scope: Scope,
    /// The scope of the hosts of URLs.
    url_scope: Scope,
    path_patterns: bool,
    /// Names of one label are read: an allow list may hold one, and a policy may admit a whole top-level domain.
    single_labels: bool,
}

impl Rules {
    /// The rules for a feed of a format with this scope.
    pub(crate) fn new(feed: &Feed, default_scope: Scope) -> Self {
        let policy = &feed.policy;
        Self {
            scope: policy.scope.unwrap_or(default_scope),
            wildcard_scope: policy.scope.unwrap_or(Scope::Suffix),
            host_scope: policy.scope.unwrap_or(Scope::Exact),
            url_scope: if policy.url_suffix_hosts { Scope::Suffix } else { Scope::Exact },
            path_patterns: policy.path_patterns,
            single_labels: feed.action != Action::Block || policy.admit_public_suffixes,
        }
    }
}

impl Rules {
    /// The same, with this scope for `*.name` and `.name` unless the policy sets one.
    pub(crate) fn wildcards(mut self, feed: &Feed, scope: Scope) -> Self {
        self.wildcard_scope = feed.policy.scope.unwrap_or(scope);
        self
    }

    /// The scope of names that the feed calls hosts.
    pub(crate) fn host_scope(&self) -> Scope {
        self.host_scope
    }

    /// The scope of the hosts of URLs.
    pub(crate) fn url_scope(&self) -> Scope {
        self.url_scope
    }
}

/// What a value turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) indicator: Indicator,
    /// Host bits behind the prefix were set; they are masked.
    pub(crate) host_bits: bool,
}

impl From<Indicator> for Value {
    fn from(indicator: Indicator) -> Self {
        Self { indicator, host_bits: false }
    }
}

/// Which kinds of bytes a value has. One pass tells most shapes apart.
mod class {
    pub(crate) const DIGIT: u16 = 1;
    pub(crate) const LETTER: u16 = 1 << 1;
    pub(crate) const DOT: u16 = 1 << 2;
    pub(crate) const DASH: u16 = 1 << 3;
    pub(crate) const COLON: u16 = 1 << 4;
    /// `/` and `?`, which end the authority of a URL.
    pub(crate) const SLASH: u16 = 1 << 5;
    pub(crate) const STAR: u16 = 1 << 6;
    pub(crate) const BRACKET: u16 = 1 << 7;
    pub(crate) const PERCENT: u16 = 1 << 8;
    pub(crate) const NON_ASCII: u16 = 1 << 9;
    /// What neither names nor addresses hold.
    pub(crate) const OTHER: u16 = 1 << 10;

    pub(crate) const OF: [u16; 256] = {
        let mut of = [OTHER; 256];
        let mut byte = 0;
        while byte < 256 {
            of[byte] = match byte as u8 {
                b'0'..=b'9' => DIGIT,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => LETTER,
                b'.' => DOT,
                b'-' => DASH,
                b':' => COLON,
                b'/' | b'?' => SLASH,
                b'*' => STAR,
                b'[' | b']' => BRACKET,
                b'%' => PERCENT,
                0x80..=0xff => NON_ASCII,
                _ => OTHER,
            };
            byte += 1;
        }
        of
    };
}

fn classes(text: &str) -> u16 {
    text.bytes().fold(0, |classes, byte| classes | class::OF[usize::from(byte)])
}

fn only(text: &str, allowed: u16) -> bool {
    !text.is_empty() && classes(text) & !allowed == 0
}

/// Reads a value, refanged, by its shape. Allocates what the indicator holds, and for defanged values.
pub(crate) fn classify(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{COLON, DASH, DIGIT, DOT, LETTER, NON_ASCII, OTHER, SLASH, STAR};

    if value.is_empty() {
        return Err(Reject::Empty);
    }
    if value.len() > MAX_OBSERVABLE {
        return Err(Reject::TooLong);
    }
    let mut seen = classes(value);
    let mut value = Cow::Borrowed(value);
    // Nothing that is made of these alone can be defanged.
    if seen & !(DIGIT | LETTER | DOT | DASH) != 0 {
        value = match value {
            Cow::Borrowed(raw) => refang::refang(raw),
            owned => owned,
        };
        if matches!(value, Cow::Owned(_)) {
            seen = classes(&value);
        }
    }
    let value = &*value;
    if seen & COLON != 0 && has_scheme(value) {
        return url(value, rules);
    }
    if seen & SLASH != 0 {
        return with_slash(value, rules);
    }
    if seen & STAR != 0 {
        return wildcard(value, rules);
    }
    if seen & OTHER != 0 {
        return Err(Reject::Unrecognised);
    }
    if seen & COLON != 0 {
        return with_colon(value, rules);
    }
    if seen & (LETTER | NON_ASCII) == 0 {
        return match value.split_once('-') {
            _ if seen & !(DIGIT | DOT | DASH) != 0 || seen & DOT == 0 => Err(Reject::Unrecognised),
            None => address(value),
            Some((first, last)) if first.contains('.') && last.contains('.') => range(value),
            Some(_) => Err(Reject::Unrecognised),
        };
    }
    match value.strip_prefix('.') {
        Some(name) => named(name, None, rules.wildcard_scope, rules),
        None => named(value, None, rules.scope, rules),
    }
}

/// Reads a range whose ends were written apart.
pub(crate) fn classify_range(text: &str) -> Result<Value, Reject> {
    range(&refang::refang(text))
}

/// An address without the zeros before its octets, where the format says that these are decimal all the same.
pub(crate) fn without_zeros(addr: &str) -> String {
    let octets: Vec<&str> = addr
        .split('.')
        .map(|octet| match octet.trim_start_matches('0') {
            "" if !octet.is_empty() => "0",
            rest => rest,
        })
        .collect();
    octets.join(".")
}

/// Whether `value` begins with a scheme, `:` and two of `/` and `\`. One letter is a drive and no scheme.
fn has_scheme(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else { return false };
    let slash = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'\\'));
    let rest = rest.as_bytes();
    scheme.len() > 1
        && slash(rest.first())
        && slash(rest.get(1))
        && scheme.as_bytes()[0].is_ascii_alphabetic()
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
}

fn url(value: &str, rules: &Rules) -> Result<Value, Reject> {
    let url = Url::parse(value)?;
    Ok(Indicator::Url { url, host_scope: rules.url_scope }.into())
}

/// A path, a prefix, or a URL without a scheme.
fn with_slash(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{BRACKET, COLON, DASH, DIGIT, DOT, LETTER, NON_ASCII};

    let Some(end) = value.find(['/', '?']) else { return Err(Reject::Unrecognised) };
    let (authority, rest) = value.split_at(end);
    if authority.is_empty() {
        return path(value, rules);
    }
    let v6 = authority.bytes().filter(|&byte| byte == b':').nth(1).is_some() && !authority.starts_with('[');
    // A prefix length, or a netmask, for which the parser has a reason to refuse it.
    let length = rest.strip_prefix('/').is_some_and(|rest| {
        only(rest, DIGIT) || only(rest, DIGIT | DOT) && rest.bytes().filter(|&byte| byte == b'.').count() == 3
    });
    if v6 || length && only(authority, DIGIT | DOT) {
        if !authority.contains(['.', ':']) {
            return Err(Reject::Unrecognised);
        }
        let parsed = ip::parse_net(value.as_bytes())?;
        return Ok(Value { indicator: Indicator::Ip { net: parsed.net, port: None }, host_bits: parsed.host_bits });
    }
    if !only(authority, DIGIT | LETTER | DOT | DASH | COLON | BRACKET | NON_ASCII) {
        return Err(Reject::Unrecognised);
    }
    let host = match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => &authority[..colon],
        _ => authority,
    };
    if !host.contains(['.', ':', '。', '．', '｡']) {
        return Err(if only(host, DIGIT) { Reject::Unrecognised } else { Reject::SingleLabel });
    }
    let url = Url::parse(value)?;
    match url.view().host() {
        // Only a URL with a scheme may write its host as `0x7f.1`: without one, `1.2/3` is no URL.
        HostRef::Ip(_) => {
            ip::parse_addr(host.as_bytes())?;
        }
        HostRef::Domain(name) if !name.contains('.') => return Err(Reject::SingleLabel),
        HostRef::Domain(_) => {}
    }
    Ok(Indicator::Url { url, host_scope: rules.url_scope }.into())
}

/// A path without a host: a literal that may stand anywhere in the path and query, `*` in it any run of bytes.
fn path(value: &str, rules: &Rules) -> Result<Value, Reject> {
    if !value.starts_with('/') || value.starts_with("//") {
        return Err(Reject::Unrecognised);
    }
    if !rules.path_patterns {
        return Err(Reject::PathPattern);
    }
    // What it is held against is canonical, so it has to be.
    let url = Url::parse(format!("http://path.invalid{value}"))?;
    let view = url.view();
    let (path, query) = (view.path(), view.query());
    let mut text = String::with_capacity(value.len());
    text.push_str(path);
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    if text.contains(['*', '?', '[']) {
        let mut glob = String::from("*");
        for c in text.chars() {
            match c {
                '?' | '[' => glob.extend(['[', c, ']']),
                _ => glob.push(c),
            }
        }
        glob.push('*');
        text = glob;
    }
    Ok(Indicator::Pattern(Pattern::new(PatternTarget::UrlPath, &text)?).into())
}

/// `*.name`, or a glob over names.
fn wildcard(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{DASH, DIGIT, DOT, LETTER, STAR};

    let mut rest = value;
    let mut stars = 0;
    while let Some(after) = rest.strip_prefix("*.") {
        rest = after;
        stars += 1;
    }
    if stars == 1 && !rest.contains('*') {
        return named(rest, None, rules.wildcard_scope, rules);
    }
    // `*.*.test` would be a glob over nearly every name.
    if !rest.contains('.') {
        return Err(if stars > 0 { Reject::SingleLabel } else { Reject::Unrecognised });
    }
    if !only(value, DIGIT | LETTER | DOT | DASH | STAR) {
        return Err(Reject::Unrecognised);
    }
    Ok(Indicator::Pattern(Pattern::new(PatternTarget::Name, value)?).into())
}

/// An IPv6 address, a range of them, or an address or a name with a port.
fn with_colon(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{BRACKET, COLON, DASH, DIGIT, DOT, LETTER, PERCENT};

    let Some((host, port)) = value.split_once(':') else { return Err(Reject::Unrecognised) };
    if only(host, DIGIT | DOT) && host.contains('.') {
        if value.contains('-') && ip::parse_addr(port.split('-').next().unwrap_or("").as_bytes()).is_ok() {
            return range(value);
        }
        ip::parse_addr(host.as_bytes())?;
        // `192.0.2.1:53:53` too.
        return addressed(host, parse_port(port)?);
    }
    if port.contains(':') || value.starts_with('[') {
        if !only(value, DIGIT | LETTER | DOT | COLON | BRACKET | DASH | PERCENT) {
            return Err(Reject::Unrecognised);
        }
        if !value.contains('%') && value.contains('-') {
            return range(value);
        }
        let (addr, port) = ip::parse_addr_port(value.as_bytes())?;
        return Ok(Indicator::Ip { net: IpNet::from(addr), port }.into());
    }
    let name = named(host, None, rules.scope, rules)?;
    let port = parse_port(port)?;
    Ok(match name.indicator {
        Indicator::Domain { name, scope, .. } => Indicator::Domain { name, scope, port: Some(port) }.into(),
        _ => name,
    })
}

fn parse_port(text: &str) -> Result<u16, Reject> {
    if only(text, class::DIGIT) { text.parse().map_err(|_| Reject::BadPort) } else { Err(Reject::BadPort) }
}

fn address(value: &str) -> Result<Value, Reject> {
    let addr = ip::parse_addr(value.as_bytes())?;
    Ok(Indicator::Ip { net: IpNet::from(addr), port: None }.into())
}

fn addressed(host: &str, port: u16) -> Result<Value, Reject> {
    let addr = ip::parse_addr(host.as_bytes())?;
    Ok(Indicator::Ip { net: IpNet::from(addr), port: Some(port) }.into())
}

/// `a-b`; the prefix, where it is exactly one.
fn range(value: &str) -> Result<Value, Reject> {
    let (first, last) = ip::parse_range(value.as_bytes())?;
    Ok(match prefix_of(first, last) {
        Some(net) => Indicator::Ip { net, port: None },
        None => Indicator::IpRange { first, last, port: None },
    }
    .into())
}

/// The prefix that is exactly this range, if there is one.
fn prefix_of(first: IpAddr, last: IpAddr) -> Option<IpNet> {
    match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            let host = first.to_bits() ^ last.to_bits();
            let one = host & host.wrapping_add(1) == 0 && first.to_bits() & host == 0;
            one.then(|| Ipv4Net::new(first, host.leading_zeros() as u8).ok().map(IpNet::V4)).flatten()
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            let host = first.to_bits() ^ last.to_bits();
            let one = host & host.wrapping_add(1) == 0 && first.to_bits() & host == 0;
            one.then(|| Ipv6Net::new(first, host.leading_zeros() as u8).ok().map(IpNet::V6)).flatten()
        }
        _ => None,
    }
}

/// Reads a name, refanged, with the format's scope.
pub(crate) fn domain(value: &str, rules: &Rules) -> Result<Value, Reject> {
    named(value, None, rules.scope, rules)
}

fn named(value: &str, port: Option<u16>, scope: Scope, rules: &Rules) -> Result<Value, Reject> {
    use class::{DASH, DIGIT, DOT, LETTER, NON_ASCII};

    let name = DomainName::parse(value).map_err(|reason| {
        let is_name = value.is_empty() || only(value, DIGIT | LETTER | DOT | DASH | NON_ASCII);
        if is_name { reason } else { Reject::Unrecognised }
    })?;
    // `1.2-3` and `0.-` pass for names, but there is no such top-level domain.
    let mut last = name.as_str().bytes().rev().take_while(|&byte| byte != b'.');
    if !last.any(|byte| byte.is_ascii_alphabetic()) {
        return Err(Reject::Unrecognised);
    }
    if !rules.single_labels && !name.as_str().contains('.') {
        return Err(Reject::SingleLabel);
    }
    Ok(Indicator::Domain { name, scope, port }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::Policy;

    fn rules(policy: Policy) -> Rules {
        Rules::new(&Feed::new("").policy(policy), Scope::Suffix)
    }

    /// What a value is read as: kind, scope if it has one, canonical text.
    fn read(value: &str, rules: &Rules) -> Result<String, Reject> {
        classify(value, rules).map(|read| {
            let Value { indicator, host_bits } = read;
            let scope = indicator.scope().map_or("", Scope::as_str);
            format!("{} {scope} {indicator}{}", indicator.kind(), if host_bits { " (host bits)" } else { "" })
                .replace("  ", " ")
        })
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
            ("\"evil.test\"", Err(Unrecognised)),
            ("192.0.2.1#4#2", Err(Unrecognised)),
            ("someone@evil.test", Err(Unrecognised)),
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
            ("a.*", Err(BadPattern)),
            ("**bold**", Err(Unrecognised)),
            ("*.evil.test:80", Err(Unrecognised)),
            ("*.evil.test/a", Err(Unrecognised)),
            // URLs.
            ("HTTP://Evil.TEST/A?b", url("http://evil.test/A?b")),
            ("hxxps[:]//evil[.]test", url("https://evil.test/")),
            ("http://192.0.2.1:8080/", url("http://192.0.2.1:8080/")),
            ("http://0xc0000201/", url("http://192.0.2.1/")),
            ("http:\\\\evil.test\\a", url("http://evil.test/a")),
            ("evil.test/a", url("http://evil.test/a")),
            ("evil.test/", url("http://evil.test/")),
            ("evil.test?a=b", url("http://evil.test/?a=b")),
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
        // Every range of a 4-bit universe, at the top and at the bottom of each family.
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
}

//! Reads one value of a feed, whose shape decides its kind.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::feed::syntax::decoration::{is_cut_off, is_dash, is_name_scalar, undecorated};
use crate::feed::syntax::octets;
use crate::feed::syntax::url_text::{self, without_signs, without_wildcard};
use crate::indicator::{
    Action, DomainName, EmailAddress, Feed, FileHash, HostRef, Indicator, Pattern, PatternTarget, Reject, Scope, Url,
    WarningKind,
};
use crate::limits::MAX_OBSERVABLE;
use crate::value::{ip, refang};

#[cfg(test)]
mod tests;

/// The rules for reading a feed's values: its policy, completed by the format's defaults.
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
    /// Accept single-label names: an allow list may hold one, and a policy may admit a whole top-level domain.
    single_labels: bool,
}

impl Rules {
    /// The rules for a feed of a format with this default scope.
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
    /// The same rules, but with this scope for `*.name` and `.name` unless the policy sets one.
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

/// A value that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) indicator: Indicator,
    /// A note on the value: a change that was made to it, or a doubt about it.
    pub(crate) note: Option<WarningKind>,
}

impl From<Indicator> for Value {
    fn from(indicator: Indicator) -> Self {
        Self { indicator, note: None }
    }
}

/// Classes of bytes. One pass over a value tells most shapes apart.
mod class {
    pub(crate) const DIGIT: u16 = 1;
    pub(crate) const LETTER: u16 = 1 << 1;
    pub(crate) const DOT: u16 = 1 << 2;
    pub(crate) const DASH: u16 = 1 << 3;
    pub(crate) const COLON: u16 = 1 << 4;
    /// `/` and `?`, which end a URL's authority.
    pub(crate) const SLASH: u16 = 1 << 5;
    pub(crate) const STAR: u16 = 1 << 6;
    pub(crate) const BRACKET: u16 = 1 << 7;
    pub(crate) const PERCENT: u16 = 1 << 8;
    pub(crate) const NON_ASCII: u16 = 1 << 9;
    /// Bytes that occur in neither names nor addresses.
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

/// Refangs a value and reads it by its shape. Allocates only for the indicator, and to refang.
pub(crate) fn classify(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{COLON, DASH, DIGIT, DOT, LETTER, NON_ASCII, OTHER};

    if value.len() > MAX_OBSERVABLE {
        return Err(Reject::TooLong);
    }
    let mut seen = classes(value);
    let mut value = value;
    if seen & (OTHER | NON_ASCII) != 0 {
        value = undecorated(value);
        seen = classes(value);
        if is_cut_off(value) {
            return Err(Reject::CutOff);
        }
    }
    // A URL that has lost its scheme.
    if seen & COLON != 0
        && let Some(rest) = value.strip_prefix("://")
    {
        value = rest;
        seen = classes(value);
    }
    if value.is_empty() {
        return Err(Reject::Empty);
    }
    let mut value = Cow::Borrowed(value);
    // Text made of these bytes alone cannot be defanged.
    if seen & !(DIGIT | LETTER | DOT | DASH) != 0 {
        value = match value {
            Cow::Borrowed(raw) => refang::refang(raw),
            owned => owned,
        };
        if matches!(value, Cow::Owned(_)) {
            seen = classes(&value);
        }
    }
    by_shape(&value, seen, rules)
}

/// Reads a value without decoration by its shape. `seen` are the classes of its bytes.
#[inline]
fn by_shape(value: &str, seen: u16, rules: &Rules) -> Result<Value, Reject> {
    use class::{COLON, DASH, DIGIT, DOT, LETTER, NON_ASCII, OTHER, SLASH, STAR};

    if let Some(hash) = hash(value, seen) {
        return Ok(Indicator::Hash(hash).into());
    }
    if seen & OTHER != 0 && is_address(value) {
        return email(value);
    }
    if seen & NON_ASCII != 0
        && let Some((first, last)) = value.split_once(is_dash)
        && let Ok(found) = range(&format!("{first}-{last}"))
    {
        return Ok(found);
    }
    if seen & COLON != 0
        && seen & (DASH | SLASH) != 0
        && let Some(found) = ported(value)
    {
        return found;
    }
    if seen & COLON != 0 && has_scheme(value) {
        return url(value, rules);
    }
    if seen & SLASH != 0 {
        // Firewalls write `*.evil.test/` and `*.evil.test/*` for every host under the name.
        return match value.split_once('/') {
            Some((host, "" | "*")) if host.starts_with("*.") => wildcard(host, rules),
            Some((host, "" | "*")) if host.starts_with('.') => under(host, rules),
            _ => with_slash(value, rules),
        };
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
    if value.starts_with('.') { under(value, rules) } else { named(value, None, rules.scope, rules) }
}

/// Reads a range with a port, or an IPv6 prefix with one.
fn ported(value: &str) -> Option<Result<Value, Reject>> {
    let (listed, port) = ip::split_port(value.as_bytes())?;
    let (listed, port) = (str::from_utf8(listed).ok()?, str::from_utf8(port).ok()?);
    let found = if listed.contains('/') { network(listed, None) } else { range(listed) };
    Some(found.and_then(|mut found| {
        if let Indicator::Ip { port: of, .. } | Indicator::IpRange { port: of, .. } = &mut found.indicator {
            *of = parse_port(port)?;
        }
        Ok(found)
    }))
}

/// Reads `.name`, which stands for the names under it.
fn under(value: &str, rules: &Rules) -> Result<Value, Reject> {
    named(value.strip_prefix('.').unwrap_or(value), None, rules.wildcard_scope, rules)
}

/// Recognises a hash by its shape: plain digits, pairs of digits, or digits after the name of an algorithm.
fn hash(value: &str, seen: u16) -> Option<FileHash> {
    use class::{DOT, SLASH, STAR};

    // The shortest hash has 32 digits, and none contains these bytes.
    if value.len() < 32 || seen & (DOT | SLASH | STAR) != 0 {
        return None;
    }
    FileHash::parse(value).ok()
}

/// Returns true if a value looks like a mail address: it has an `@`, and no slash outside quotes.
fn is_address(value: &str) -> bool {
    let is_quoted = value.starts_with('"') && value.contains("\"@");
    value.contains('@') && (is_quoted || !value.contains(['/', '\\']))
}

/// Reads a mail address, refanged, with or without a display name before it.
pub(crate) fn email(value: &str) -> Result<Value, Reject> {
    let value = refang::refang(value.trim());
    let inner = value.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(&*value, |(inner, _)| inner);
    let inner = undecorated(inner);
    // As for names: no log shows such an address.
    if !inner.is_ascii() && !inner.chars().all(is_name_scalar) {
        return Err(Reject::BadEmail);
    }
    if inner.contains('*') {
        return Err(Reject::EmailWildcard);
    }
    Ok(Indicator::Email(EmailAddress::parse(inner)?).into())
}

/// Reads a range whose ends are separated by blanks or a dash.
pub(crate) fn classify_range(text: &str) -> Result<Value, Reject> {
    let text = refang::refang(text);
    match text.split_once(is_dash) {
        Some((first, last)) => range(&format!("{first}-{last}")),
        None => range(&text),
    }
}

/// Returns true if `value` begins with a scheme, `:` and two of `/` and `\`. A single letter is a drive, not a scheme.
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
    let value = without_signs(value);
    let host = value.find(':').map_or(0, |colon| colon + 3);
    match value.get(host..).and_then(after_wildcard) {
        Some(rest) => on_hosts_under(&format!("{}{rest}", &value[..host]), rules),
        None => parsed(value, rules),
    }
}

/// The rest of a URL, from its host on, that begins with `*.` or `.`.
fn after_wildcard(url: &str) -> Option<&str> {
    url.strip_prefix("*.").or_else(|| url.strip_prefix('.'))
}

/// Reads a URL on every host under a name, if the policy asks for such URLs. `value` is the URL on the name itself.
fn on_hosts_under(value: &str, rules: &Rules) -> Result<Value, Reject> {
    let found = parsed(value, rules)?;
    match &found.indicator {
        Indicator::Url { url, .. } if matches!(url.view().host(), HostRef::Ip(_)) => Err(Reject::AddressWildcard),
        _ if rules.url_scope == Scope::Exact => Err(Reject::UrlHosts),
        _ => Ok(found),
    }
}

fn parsed(value: &str, rules: &Rules) -> Result<Value, Reject> {
    let url = Url::parse(without_wildcard(value)?)?;
    if matches!(url.view().host(), HostRef::Domain(name) if octets::is_masked(name)) {
        return Err(Reject::AddressWildcard);
    }
    let note = url_text::note(value, &url);
    Ok(Value { indicator: Indicator::Url { url, host_scope: rules.url_scope }, note })
}

/// Reads a path, a prefix, or a URL without a scheme.
fn with_slash(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{BRACKET, COLON, DASH, DIGIT, DOT, LETTER, NON_ASCII};

    let value = without_signs(value);
    let Some(end) = value.find(['/', '?']) else { return Err(Reject::Unrecognised) };
    let (authority, rest) = value.split_at(end);
    if authority.is_empty() {
        return path(value, rules);
    }
    if let Some(host) = after_wildcard(authority)
        && only(host, DIGIT | LETTER | DOT | DASH | COLON | NON_ASCII)
        && host.contains('.')
    {
        return on_hosts_under(&format!("{host}{rest}"), rules);
    }
    let v6 = authority.bytes().filter(|&byte| byte == b':').nth(1).is_some() && !authority.starts_with('[');
    if let Some(addr) = authority.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'))
        && rest.strip_prefix('/').is_some_and(|length| only(length, DIGIT))
    {
        return network(&format!("{addr}{rest}"), None);
    }
    if v6 || only(authority, DIGIT | DOT) && is_prefix_length(rest) {
        if !authority.contains(['.', ':']) {
            return Err(Reject::Unrecognised);
        }
        return network(value, None);
    }
    // `192.0.2.1:80/tcp`
    if let Some((_, port)) = authority.rsplit_once(':')
        && only(port, DIGIT)
        && ["/tcp", "/udp"].iter().any(|protocol| rest.eq_ignore_ascii_case(protocol))
    {
        return with_colon(authority, rules);
    }
    // `192.0.2.0/24:80`
    if only(authority, DIGIT | DOT)
        && authority.contains('.')
        && let Some((length, port)) = rest.strip_prefix('/').and_then(|rest| rest.split_once(':'))
        && only(length, DIGIT)
        && only(port, DIGIT)
    {
        return network(&value[..end + 1 + length.len()], parse_port(port)?);
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
    let found = parsed(value, rules)?;
    if let Indicator::Url { url, .. } = &found.indicator {
        match url.view().host() {
            // A host such as `0x7f.1` needs a scheme: without one, `1.2/3` is not a URL.
            HostRef::Ip(_) => {
                ip::parse_addr(host.as_bytes())?;
            }
            HostRef::Domain(name) if !name.contains('.') => return Err(Reject::SingleLabel),
            HostRef::Domain(_) => {}
        }
    }
    Ok(found)
}

/// Returns true if the text after an address, from its slash on, was meant as a prefix length or a netmask: perhaps with punctuation after
/// it, or as the first of several networks. The parser rejects what is malformed with a reason.
fn is_prefix_length(rest: &str) -> bool {
    use class::{DIGIT, DOT};

    let Some(length) = rest.strip_prefix('/') else { return false };
    let digits = length.bytes().take_while(u8::is_ascii_digit).count();
    let is_netmask = || only(length, DIGIT | DOT) && length.bytes().filter(|&byte| byte == b'.').count() == 3;
    let is_sign = |c: char| matches!(c, ',' | ';' | ':' | '.' | '!' | ')' | ']') || !c.is_ascii() && !c.is_alphabetic();
    let is_more = |c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | ',' | ';' | '|' | '-');
    let is_list = |text: &str| text.starts_with([',', ';', '|', '-']) && text.chars().all(is_more);
    let behind = &length[digits..];
    (1..4).contains(&digits) && (behind.chars().all(is_sign) || is_list(behind)) || only(length, DIGIT) || is_netmask()
}

fn network(value: &str, port: Option<u16>) -> Result<Value, Reject> {
    let parsed = ip::parse_net(value.as_bytes())?;
    let note = parsed.host_bits.then_some(WarningKind::HostBits);
    Ok(Value { indicator: Indicator::Ip { net: parsed.net, port }, note })
}

/// Reads a path without a host: a literal that may occur anywhere in the path and query, with `*` for any run of bytes.
fn path(value: &str, rules: &Rules) -> Result<Value, Reject> {
    if !value.starts_with('/') || value.starts_with("//") {
        return Err(Reject::Unrecognised);
    }
    if !rules.path_patterns {
        return Err(Reject::PathPattern);
    }
    // The pattern is matched against canonical text, so it must be canonical too.
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

/// Reads `*.name`, a glob over names, or a wildcard over the last octets of an address.
fn wildcard(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{DASH, DIGIT, DOT, LETTER, STAR};

    if let Some(net) = octets::wildcard(value) {
        return Ok(Indicator::Ip { net: net?, port: None }.into());
    }
    let value = value.strip_suffix('.').unwrap_or(value);
    if value.ends_with('.') {
        return Err(Reject::EmptyLabel);
    }
    let mut rest = value;
    let mut stars = 0;
    while let Some(after) = rest.strip_prefix("*.") {
        rest = after;
        stars += 1;
    }
    if stars == 1 && !rest.contains('*') {
        return named(rest, None, rules.wildcard_scope, rules);
    }
    // `*.*.test` would be a glob that matches nearly every name.
    if !rest.contains('.') {
        return Err(if stars > 0 { Reject::SingleLabel } else { Reject::Unrecognised });
    }
    if !only(value, DIGIT | LETTER | DOT | DASH | STAR) {
        return Err(Reject::Unrecognised);
    }
    // No name begins with a dot or has an empty label: `.*evil.test` is a regular expression.
    if value.starts_with('.') || value.contains("..") {
        return Err(Reject::EmptyLabel);
    }
    // `192.0.2.1-192.0.2.9*`
    if only(value, DIGIT | DOT | DASH | STAR) {
        return Err(Reject::AddressWildcard);
    }
    Ok(Indicator::Pattern(Pattern::new(PatternTarget::Name, value)?).into())
}

/// Reads an IPv6 address, a range of them, or an address or name with a port.
fn with_colon(value: &str, rules: &Rules) -> Result<Value, Reject> {
    use class::{BRACKET, COLON, DASH, DIGIT, DOT, LETTER, PERCENT};

    let Some((host, port)) = value.split_once(':') else { return Err(Reject::Unrecognised) };
    if only(host, DIGIT | DOT) && host.contains('.') {
        if value.contains('-') && ip::parse_addr(port.split('-').next().unwrap_or("").as_bytes()).is_ok() {
            return range(value);
        }
        ip::parse_addr(host.as_bytes())?;
        // This includes `192.0.2.1:53:53`.
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
        return Ok(Indicator::Ip { net: IpNet::from(addr), port: port.filter(|&port| port > 0) }.into());
    }
    let name = named(host, None, rules.scope, rules)?;
    let port = parse_port(port)?;
    Ok(match name.indicator {
        Indicator::Domain { name, scope, .. } => Indicator::Domain { name, scope, port }.into(),
        _ => name,
    })
}

/// Parses a port; 0 stands for an unknown one, as in a column of ports.
fn parse_port(text: &str) -> Result<Option<u16>, Reject> {
    let port: u16 = if only(text, class::DIGIT) {
        text.parse().map_err(|_| Reject::BadPort)?
    } else {
        return Err(Reject::BadPort);
    };
    Ok((port > 0).then_some(port))
}

fn address(value: &str) -> Result<Value, Reject> {
    let addr = ip::parse_addr(value.as_bytes())?;
    Ok(Indicator::Ip { net: IpNet::from(addr), port: None }.into())
}

fn addressed(host: &str, port: Option<u16>) -> Result<Value, Reject> {
    let addr = ip::parse_addr(host.as_bytes())?;
    Ok(Indicator::Ip { net: IpNet::from(addr), port }.into())
}

/// Reads `a-b`, as a prefix if it is exactly one.
fn range(value: &str) -> Result<Value, Reject> {
    let (first, last) = ip::parse_range(value.as_bytes())?;
    Ok(match prefix_of(first, last) {
        Some(net) => Indicator::Ip { net, port: None },
        None => Indicator::IpRange { first, last, port: None },
    }
    .into())
}

/// The prefix that equals this range, if there is one.
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

/// Reads a refanged name, with the format's scope.
pub(crate) fn domain(value: &str, rules: &Rules) -> Result<Value, Reject> {
    named(value, None, rules.scope, rules)
}

fn named(value: &str, port: Option<u16>, scope: Scope, rules: &Rules) -> Result<Value, Reject> {
    use class::{DASH, DIGIT, DOT, LETTER, NON_ASCII};

    if octets::is_masked(value) {
        return Err(Reject::AddressWildcard);
    }
    // UTS-46 accepts some punctuation, but no log shows a name that contains it.
    if !value.is_ascii() && !value.chars().all(is_name_scalar) {
        return Err(Reject::Unrecognised);
    }
    let name = DomainName::parse(value).map_err(|reason| {
        let is_name = value.is_empty() || only(value, DIGIT | LETTER | DOT | DASH | NON_ASCII);
        if is_name { reason } else { Reject::Unrecognised }
    })?;
    // `1.2-3` and `0.-` pass as names, but no top-level domain looks like that.
    let mut last = name.as_str().bytes().rev().take_while(|&byte| byte != b'.');
    if !last.any(|byte| byte.is_ascii_alphabetic()) {
        return Err(Reject::Unrecognised);
    }
    if !rules.single_labels && !name.as_str().contains('.') {
        return Err(Reject::SingleLabel);
    }
    Ok(Indicator::Domain { name, scope, port }.into())
}

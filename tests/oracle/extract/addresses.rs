//! Finds addresses, with the ports shown next to them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netsieve::value::ip;

use super::escapes::{escape, separator};
use super::names::last_word;
use super::signs;
use super::{Line, Place, Reading, Region, What, char_at, hex, is_name_byte, is_name_char, number, port};

/// Names of services, with their ports.
const PORTS: [(&str, u16); 56] = [
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("whois", 43),
    ("tacacs", 49),
    ("domain", 53),
    ("bootps", 67),
    ("bootpc", 68),
    ("tftp", 69),
    ("gopher", 70),
    ("finger", 79),
    ("http", 80),
    ("www", 80),
    ("kerberos", 88),
    ("pop3", 110),
    ("sunrpc", 111),
    ("auth", 113),
    ("nntp", 119),
    ("ntp", 123),
    ("epmap", 135),
    ("netbios-ns", 137),
    ("netbios-dgm", 138),
    ("netbios-ssn", 139),
    ("imap2", 143),
    ("imap", 143),
    ("snmp", 161),
    ("snmp-trap", 162),
    ("snmptrap", 162),
    ("bgp", 179),
    ("irc", 194),
    ("ldap", 389),
    ("https", 443),
    ("microsoft-ds", 445),
    ("submissions", 465),
    ("isakmp", 500),
    ("syslog", 514),
    ("printer", 515),
    ("route", 520),
    ("submission", 587),
    ("ipp", 631),
    ("ldaps", 636),
    ("domain-s", 853),
    ("rsync", 873),
    ("imaps", 993),
    ("pop3s", 995),
    ("openvpn", 1194),
    ("ms-sql-s", 1433),
    ("radius", 1812),
    ("nfs", 2049),
    ("mysql", 3306),
    ("ms-wbt-server", 3389),
    ("postgresql", 5432),
    ("http-alt", 8080),
];

/// The port that a label is or stands for; `Some(None)` if it is a service with an unknown port.
fn service(label: &str) -> Option<Option<u16>> {
    if label.bytes().all(|b| b.is_ascii_digit()) {
        return label.parse().ok().map(Some);
    }
    let is_name = label.len() <= 15 && label.bytes().any(|b| b.is_ascii_alphabetic());
    let known = PORTS.iter().find(|(name, _)| *name == label.to_ascii_lowercase());
    is_name.then(|| known.map(|&(_, port)| port))
}

impl Line<'_> {
    /// Reads the quads of a run of units that ends at `end`: the run with and without a leading escape, and its ASCII parts.
    pub(super) fn quads(&self, units: &[(usize, char)], end: usize, place: &mut Place, regions: &mut Vec<Region>) {
        let bytes = self.bytes;
        let start = units[0].0;
        let escaped = escape(bytes, start);
        let behind = units.iter().position(|&(at, _)| at >= start + escaped).filter(|_| escaped > 0);
        let is_escaped = units.iter().any(|&(at, _)| bytes[at] == b'\\');
        let mut found = Vec::new();
        if let Some(behind) = behind {
            found.extend(self.quad(&units[behind..], ' ', end, true, is_escaped));
        }
        for at in 0..units.len() {
            let before = at.checked_sub(1).map_or(char::from(self.before(start)), |at| units[at].1);
            found.extend(self.quad(&units[at..], before, end, true, is_escaped));
        }
        let is_mixed = units.iter().any(|&(at, c)| c as u32 != u32::from(bytes[at]));
        let mut from = start;
        while is_mixed && from < end {
            let len = bytes[from..end].iter().take_while(|&&b| is_name_byte(b)).count();
            let part: Vec<_> = (from..from + len).map(|at| (at, char::from(bytes[at]))).collect();
            let escaped = escape(bytes, from);
            // At the start of a run with escapes it has been read above, where the escape that ends the part may be a letter.
            let is_read = is_escaped && from == start;
            if escaped > 0 && escaped < len && !is_read {
                found.extend(self.quad(&part[escaped..], ' ', from + len, true, false));
            }
            from += len + 1;
        }
        for (mut readings, region) in found {
            if let Some(region) = region {
                readings.iter_mut().for_each(|reading| reading.own = Some(region.start));
                regions.push(region);
            }
            place.extend(readings);
        }
    }

    /// Reads the quads of a run within the host of a URL.
    pub(super) fn quads_of_host(&self, units: &[(usize, char)], end: usize, place: &mut Place) {
        for at in 0..units.len() {
            let before = at.checked_sub(1).map_or(' ', |at| units[at].1);
            place.extend(
                self.quad(&units[at..], before, end, false, false).into_iter().flat_map(|(readings, _)| readings),
            );
        }
    }

    /// Reads the quad at the start of some units; `before` is the text before them.
    fn quad(
        &self,
        units: &[(usize, char)],
        before: char,
        run_end: usize,
        may_start_url: bool,
        is_escaped: bool,
    ) -> Option<(Place, Option<Region>)> {
        let bytes = self.bytes;
        let text: Vec<char> = units.iter().map(|&(_, c)| c).collect();
        let raw = |at: usize| units.get(at).map_or(run_end, |&(at, _)| at);
        let start = raw(0);
        let is_in_address = self.addresses.iter().any(|range| range.contains(&start));
        if is_in_address || before.is_ascii_alphanumeric() || before == '.' {
            return None;
        }
        let char_at = |at: usize| text.get(at).copied().unwrap_or(' ');
        let take = |at: usize, is: &dyn Fn(&char) -> bool| -> String {
            text[at.min(text.len())..].iter().copied().take_while(|c| is(c)).collect()
        };
        let mut end = 0;
        let mut octets = [0; 4];
        for (n, octet) in octets.iter_mut().enumerate() {
            if n > 0 {
                if char_at(end) != '.' {
                    return None;
                }
                end += 1;
            }
            let digits = take(end, &|c| c.is_ascii_digit());
            if digits.len() > 1 && digits.starts_with('0') {
                return None;
            }
            *octet = digits.parse::<u8>().ok()?;
            end += digits.len();
        }
        let goes_on = |end: usize| {
            char_at(end).is_ascii_alphanumeric() || char_at(end) == '.' && char_at(end + 1).is_ascii_alphanumeric()
        };
        let mut shown = port(bytes, raw(end));
        let mut has_port = shown.is_some();
        let is_fifth = goes_on(end);
        let mut is_no_url = is_fifth || !may_start_url;
        if is_fifth {
            // No program writes five parts as the host of a URL.
            if char_at(end) != '.' || !may_start_url {
                return None;
            }
            let label = take(end + 1, &|c| c.is_ascii_alphanumeric() || *c == '-');
            let fifth_end = end + 1 + label.len();
            let value = service(&label)?;
            // A run with escapes has none.
            if is_escaped
                || char_at(fifth_end) == '_'
                || goes_on(fifth_end)
                || !self.is_connection(raw(0), raw(fifth_end))
            {
                return None;
            }
            shown = value.map(|port| (port, raw(fifth_end)));
        } else if shown.is_none()
            && let Some((port, _)) = self.other_port(raw(end)).or_else(|| {
                // `[192.0.2.1]:443`
                signs::without_sign(&bytes[..start], b'[')?;
                let rest = signs::after_sign(&bytes[raw(end)..], b']')?;
                port(bytes, bytes.len() - rest.len())
            })
        {
            has_port = true;
            shown = Some((port, raw(end)));
            is_no_url = true;
        } else if shown.is_none() {
            let webdav = self.webdav(raw(end), self.is_unc(start)).and_then(|(port, _)| port);
            shown = webdav.map(|port| (port, raw(end)));
            is_no_url |= webdav.is_some();
        }
        let name_like = !has_port && self.is_version(start, raw(end));
        if !is_no_url && let Some((place, region)) = self.schemeless(start, raw(end), shown, name_like) {
            return Some((place, Some(region)));
        }
        let mut reading = Reading::new(start..raw(end), What::Ip(IpAddr::V4(Ipv4Addr::from(octets))));
        (reading.port, reading.name_like) = (shown.map(|(port, _)| port), name_like);
        Some((vec![reading], None))
    }

    /// Reads the port of `ip/port`, `ip(port)` or `ip#port`, and the end of its text.
    fn other_port(&self, at: usize) -> Option<(u16, usize)> {
        let place = |rest: &[u8]| self.bytes.len() - rest.len();
        let (open, rest) = signs::first_sign(&self.bytes[at..]).filter(|(open, _)| b"/(#".contains(open))?;
        let (port, end) = number(self.bytes, place(rest)).filter(|&(port, _)| port > 0)?;
        let (next, rest) = signs::first_sign(&self.bytes[end..]).unwrap_or((0, &[]));
        let second = rest.first().copied().unwrap_or(0);
        let goes_on = match open {
            b'(' => next != b')',
            b'#' => next.is_ascii_alphanumeric() || next == b'_',
            _ => {
                next.is_ascii_alphanumeric()
                    || matches!(next, b'_' | b'/' | b'?' | b'#' | b'%' | b'=' | b'&' | b'+' | b'~' | b'@')
                    || matches!(next, b'.' | b'-') && second.is_ascii_alphanumeric()
                    || next == b':' && second.is_ascii_digit()
                    || next >= 0x80 && char_at(self.bytes, end).is_some_and(|(c, _)| is_name_char(c))
            }
        };
        let end = if open == b'(' { place(rest) } else { end };
        (!goes_on).then_some((port, end))
    }

    /// Returns true where tcpdump, BSD `netstat` or argus writes an address and a port as five parts.
    fn is_connection(&self, from: usize, to: usize) -> bool {
        let bytes = self.bytes;
        let is_tcpdump = bytes[..from].ends_with(b"IP ")
            || bytes[..from].ends_with(b"> ")
            || bytes[to..].starts_with(b" > ")
            || self.at(to) == b':';
        let is_between = |b: &u8| matches!(b, b' ' | b'\t' | b'-' | b'<' | b'>' | b'?' | b'|' | b'o' | b'=');
        let gap = bytes[to..].iter().take_while(|b| is_between(b)).count();
        let is_first = gap > 0 && self.five_parts(to + gap).is_some();
        let is_second = (0..from).any(|at| {
            let end = self.five_parts(at).filter(|&end| end < from);
            end.is_some_and(|end| bytes[end..from].iter().all(is_between))
        });
        is_tcpdump || is_first || is_second
    }

    /// The end of the five parts that start at `at`, read as bytes.
    fn five_parts(&self, at: usize) -> Option<usize> {
        let before = self.before(at);
        let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        let len = self.bytes[at..].iter().take_while(is_part).count();
        let text = std::str::from_utf8(&self.bytes[at..at + len]).ok()?;
        let text = text.trim_end_matches('.');
        let parts: Vec<&str> = text.splitn(5, '.').collect();
        let [quad @ .., last] = &parts[..] else { return None };
        let is_octet = |octet: &&str| octet.parse::<u8>().is_ok() && (*octet == "0" || !octet.starts_with('0'));
        let is_quad = quad.len() == 4 && quad.iter().all(is_octet);
        let is_own = !is_name_byte(before) && self.at(at + len) != b'_';
        (is_quad && is_own && !last.contains('.') && !last.is_empty() && service(last).is_some())
            .then_some(at + text.len())
    }

    /// Returns true after a product and its `/`, as the value of a key that means a version, or within the name of a package.
    fn is_version(&self, start: usize, end: usize) -> bool {
        let head = &self.bytes[..start];
        // The slash after the host of a URL does not follow a product.
        let is_of_host = self.urls.iter().any(|url| url.path + 1 == start && start < url.end);
        if let Some(head) = signs::without_sign(head, b'/').filter(|_| !is_of_host) {
            let word = signs::last_name(head).1;
            let is_service = super::names::is_service(word) || super::names::is_network(word);
            let is_opera = word == b"OPR";
            let before = &head[..head.len() - word.len()];
            let is_partition = word == b"Common" && signs::without_sign(before, b'/').is_some();
            if !is_service
                && !is_partition
                && !word.starts_with(b"0x")
                && (is_opera || word.iter().any(u8::is_ascii_lowercase))
            {
                return true;
            }
        }
        let is_key = self.key_before(start).is_some_and(|key| {
            let lower = key.to_ascii_lowercase();
            let word = last_word(key).1.to_ascii_lowercase();
            let is_long = ["version", "build", "release"].iter().any(|end| lower.ends_with(end.as_bytes()));
            is_long || word == b"ver" || word == b"rv"
        });
        let tail = &self.bytes[end..];
        // A folder of a Windows path.
        let (mut root, mut backslashes) = (head, 0);
        while let Some(rest) = signs::without_sign(root, b'\\') {
            (root, backslashes) = (rest, backslashes + 1);
        }
        let is_folder = (backslashes == 1 || backslashes == 2)
            && !is_of_host
            && (tail.starts_with(b"\\") || signs::after_sign(tail, b'\\').is_some())
            && root.last().is_some_and(|b| is_name_byte(*b))
            && !self.is_unc(start);
        let is_package = tail.first() == Some(&b'-') && head.ends_with(b"-") && {
            let word = signs::last_name(&head[..start - 1]).1;
            let digits = tail[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            let goes_on = match &tail[1 + digits..] {
                [b'.', next, ..] | [next, ..] => next.is_ascii_alphabetic(),
                [] => false,
            };
            digits > 0 && goes_on && word.iter().any(u8::is_ascii_alphabetic)
        };
        let is_told = signs::without_sign(head, b' ').is_some_and(|words| {
            let word = signs::last_word_of(words, |b| is_name_byte(b) || b == b'/').1.to_ascii_lowercase();
            word.ends_with(b"version")
                || last_word(signs::last_word_of(words, |b| is_name_byte(b) || b == b'/').1)
                    .1
                    .eq_ignore_ascii_case(b"ver")
        });
        let is_parameter = [&b";v=\""[..], b"?v=", b"&v="].iter().any(|text| signs::without_text(head, text).is_some());
        is_key || is_folder || is_package || is_told || is_parameter
    }

    /// Reads the address in a run of letters, digits, `.` and `:`.
    pub(super) fn ip6(&mut self, start: usize, end: usize) {
        let bytes = self.bytes;
        // A single colon before an address does not belong to it.
        let is_lone_colon = bytes[start] == b':' && self.at(start + 1) != b':';
        let start = start + usize::from(is_lone_colon);
        // Text that ends in a scheme and its separator is not an address.
        let colon = end - usize::from(bytes[end - 1] == b':');
        let word = bytes[start..colon.max(start)].rsplit(|&b| b == b':').next().unwrap_or(&[]);
        if word.iter().any(u8::is_ascii_alphabetic) && separator(bytes, colon).is_some() {
            return;
        }
        let escaped = escape(bytes, start);
        let mut found = Vec::new();
        found.extend(self.ip6_in_table(start, end));
        let is_found = !found.is_empty();
        if escaped > 0 && start + escaped <= end && !is_found {
            found.extend(self.ip6_text(start + escaped, end));
        }
        if !is_found {
            found.extend(self.ip6_text(start, end));
        }
        // Skips leading words that are not hexadecimal, each with its colon.
        let mut from = start;
        while found.is_empty()
            && let Some(colon) = bytes[from..end].iter().position(|&b| b == b':')
            && bytes[from..from + colon].iter().any(|b| !b.is_ascii_hexdigit())
        {
            from += colon + 1;
            found.extend(self.ip6_text(from, end));
        }
        let Some(first) = found.iter().map(|(reading, _)| reading.span.start).min() else { return };
        let last_end = found.iter().map(|&(_, end)| end).max().unwrap_or(start);
        let mut place: Place = found.into_iter().map(|(reading, _)| reading).collect();
        // In brackets it can be the host of a URL.
        if let [reading] = &place[..]
            && self.before(first) == b'['
            && self.at(reading.span.end) == b']'
        {
            let after = reading.span.end + 1;
            if let Some((urls, region)) = self.schemeless(first - 1, after, port(bytes, after), false) {
                place = urls;
                self.urls.push(region);
            }
        }
        self.addresses.push(first..last_end);
        self.places.push(place);
    }

    /// The address of an end of a connection that OpenVPN or the `netstat` of Linux writes with its port and without brackets.
    fn ip6_in_table(&self, start: usize, end: usize) -> Option<(Reading, usize)> {
        let head = &self.bytes[..start];
        let is_column = |b: &u8| b.is_ascii_alphanumeric() || b" \t.:*".contains(b);
        let len = head.iter().rev().take(128).take_while(|b| is_column(b)).count();
        let columns = String::from_utf8_lossy(&head[start - len..]).into_owned();
        let words: Vec<&str> = columns.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let is_table = |words: &[&str]| {
            let Some((sent, [.., kind, received])) = words.split_last() else { return false };
            is_number(sent) && is_number(received) && matches!(*kind, "tcp6" | "udp6")
        };
        let is_first = is_table(&words);
        let is_second = words.split_last().is_some_and(|(first, words)| first.contains(':') && is_table(words));
        let is_netstat = columns.ends_with([' ', '\t']) && (is_first || is_second);
        if !is_netstat && !head.ends_with(b"AF_INET6]") {
            return None;
        }
        let text = std::str::from_utf8(&self.bytes[start..end]).ok()?;
        let (addr, tail) = text.rsplit_once(':')?;
        let port = if is_number(tail) { tail.parse().ok() } else { service(tail).flatten() }?;
        let mut reading = Reading::new(start..start + addr.len(), What::Ip(ip::canonical(IpAddr::V6(address(addr)?))));
        reading.port = Some(port);
        Some((reading, end))
    }

    /// The address in `bytes[start..end]`, without trailing `.` and `:`, and the end of everything that belongs to it.
    fn ip6_text(&self, start: usize, end: usize) -> Option<(Reading, usize)> {
        let bytes = self.bytes;
        let mut text = std::str::from_utf8(&bytes[start..end]).ok()?;
        loop {
            let groups: Vec<&str> = text.split(':').collect();
            let is_mac = groups.len() == 8 && groups.iter().all(|group| group.len() == 2);
            let whole = if is_mac { None } else { address(text) };
            let with_port = || {
                let (head, tail) = match text.rsplit_once('.') {
                    Some((head, tail)) if !tail.contains(':') => (head, tail),
                    _ if groups.len() == 9 || groups[groups.len() - 1].len() == 5 => text.rsplit_once(':')?,
                    _ => return None,
                };
                let is_number = tail.bytes().all(|b| b.is_ascii_digit());
                let port = if is_number { tail.parse::<u16>().ok() } else { service(tail).flatten() }?;
                Some((address(head)?, head.len(), port))
            };
            let reading = |addr, end, port| {
                let mut reading = Reading::new(start..end, What::Ip(ip::canonical(IpAddr::V6(addr))));
                reading.port = port;
                reading
            };
            if let Some(addr) = whole {
                let mut end = start + text.len();
                // A zone, unless it is an escape.
                let zone = bytes.get(end + 1..).unwrap_or(&[]);
                let zone_len = zone.iter().take(32).take_while(|b| b.is_ascii_alphanumeric()).count();
                let is_scheme = separator(bytes, end + 1 + zone_len).is_some();
                if self.at(end) == b'%' && zone_len > 0 && zone.get(..2).and_then(hex).is_none() && !is_scheme {
                    end += 1 + zone_len;
                }
                let is_bracketed = self.before(start) == b'[' && self.at(end) == b']';
                // A port belongs to the address, however it is written, and does not begin anything else.
                let port = if is_bracketed { port(bytes, end + 1) } else { None }.or_else(|| {
                    // A group followed by more groups begins another address: `2001:db8::1/2001:db8::2`.
                    let is_group = |at| {
                        self.at(at) == b':' && matches!(self.at(at + 1), b':' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F')
                    };
                    self.other_port(end).filter(|&(_, end)| !is_group(end))
                });
                let consumed = port.map_or(end, |(_, end)| end);
                return Some((reading(addr, end, port.map(|(port, _)| port)), consumed));
            }
            if let Some((addr, len, port)) = with_port() {
                return Some((reading(addr, start + len, Some(port)), start + text.len()));
            }
            text = text.strip_suffix(['.', ':'])?;
        }
    }

    /// Reads auditd's `saddr=`: family, port and address in hexadecimal.
    pub(super) fn socket_addresses(&mut self) {
        const KEY: &[u8] = b"saddr=";
        for at in 0..self.bytes.len() {
            if !self.starts_with(at, KEY) {
                continue;
            }
            let start = at + KEY.len();
            let len = self.bytes[start..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
            let text = &self.bytes[start..start + len];
            let Some(octets) = text.chunks(2).map(|pair| hex(pair).map(|byte| byte as u8)).collect::<Option<Vec<u8>>>()
            else {
                continue;
            };
            let addr = match &octets[..] {
                [2, 0, _, _, a, b, c, d, ..] => IpAddr::V4(Ipv4Addr::new(*a, *b, *c, *d)),
                [10, 0, _, _, _, _, _, _, rest @ ..] if rest.len() >= 16 => {
                    let octets: [u8; 16] = rest[..16].try_into().expect("16 bytes");
                    ip::canonical(IpAddr::V6(Ipv6Addr::from(octets)))
                }
                _ => continue,
            };
            let line = &self.bytes[..at];
            let is_in_record = (6..at).any(|at| line[..at].ends_with(b"audit(") && line[at].is_ascii_digit());
            if !len.is_multiple_of(2) || !is_in_record || is_name_byte(self.before(at)) {
                continue;
            }
            let mut reading = Reading::new(start..start + len, What::Ip(addr));
            reading.port = Some(u16::from_be_bytes([octets[2], octets[3]])).filter(|&port| port > 0);
            // A host that its digits seem to begin does not enclose it.
            reading.own = Some(start);
            self.places.push(vec![reading]);
        }
    }
}

/// The text form of RFC 4291.
fn address(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok()
}

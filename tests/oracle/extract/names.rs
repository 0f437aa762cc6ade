//! Finds names, and judges whether they look like files, keys or code.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netsieve::value::{domain, ip};

use super::escapes::escape;
use super::signs;
use super::{Line, Place, Reading, Region, What, Zone, is_dot, is_name_byte, number, port};

/// Service classes of service principal names.
const SERVICES: [&str; 40] = [
    "afpserver",
    "cifs",
    "dns",
    "e3514235-4b06-11d1-ab04-00c04fc2dcd2",
    "exchangeab",
    "exchangemdb",
    "exchangerfr",
    "ftp",
    "gc",
    "hbase",
    "hdfs",
    "hive",
    "host",
    "http",
    "https",
    "imap",
    "ipp",
    "kadmin",
    "kafka",
    "krbtgt",
    "ldap",
    "ldaps",
    "mongodb",
    "mssqlsvc",
    "nfs",
    "oracle",
    "pop",
    "pop3",
    "postgres",
    "restrictedkrbhost",
    "rpc",
    "rpcss",
    "sip",
    "smtp",
    "sqlserver",
    "termsrv",
    "vnc",
    "wsman",
    "yarn",
    "zookeeper",
];

/// File extensions.
const FILES: [&str; 91] = [
    "7z", "app", "asp", "aspx", "avi", "bak", "bash", "bat", "bin", "bz2", "c", "cab", "cc", "cfg", "cgi", "class",
    "cmd", "conf", "cpp", "cs", "css", "csv", "dat", "db", "deb", "dll", "dmg", "doc", "docm", "docx", "dylib", "eml",
    "exe", "gif", "go", "gz", "h", "hta", "htm", "html", "img", "ini", "iso", "jar", "java", "jpeg", "jpg", "js",
    "json", "jsp", "kt", "lnk", "log", "lua", "md", "mov", "mp3", "mp4", "msi", "pdf", "php", "pid", "pl", "png",
    "ppt", "pptx", "ps", "ps1", "py", "pyc", "rar", "rb", "rpm", "rs", "rtf", "scr", "service", "sh", "so", "sock",
    "sql", "sys", "tar", "tgz", "tmp", "ts", "txt", "vbs", "xls", "xlsx", "zip",
];

/// Words in keys whose values are files.
const FILE_KEYS: [&str; 21] = [
    "cmd",
    "command",
    "proctitle",
    "sproc",
    "dproc",
    "archive",
    "document",
    "files",
    "file",
    "filename",
    "path",
    "filepath",
    "image",
    "exe",
    "executable",
    "process",
    "script",
    "module",
    "attachment",
    "program",
    "binary",
];

/// Programs that run the file named after them.
const INTERPRETERS: [&str; 18] = [
    "python",
    "python2",
    "python3",
    "perl",
    "ruby",
    "php",
    "node",
    "bash",
    "sh",
    "zsh",
    "ksh",
    "dash",
    "source",
    "powershell",
    "pwsh",
    "cscript",
    "wscript",
    "mshta",
];

/// Protocols and interfaces, after which and a slash a host stands.
pub(super) fn is_network(word: &[u8]) -> bool {
    let words = "tcp udp icmp sctp ip4 ip6 dns4 dns6 dnsaddr inside outside dmz wan lan";
    words.split(' ').any(|network| word.eq_ignore_ascii_case(network.as_bytes()))
}

/// The address of a reverse name, if the name is complete and canonical.
pub(super) fn reverse(name: &str) -> Option<IpAddr> {
    let labels = |name: &str| -> Vec<String> { name.split('.').rev().map(str::to_owned).collect() };
    if let Some(name) = name.strip_suffix(".in-addr.arpa") {
        let octets = labels(name);
        let is_quad = octets.len() == 4 && octets.iter().all(|octet| octet == "0" || !octet.starts_with('0'));
        let addr: Ipv4Addr = octets.join(".").parse().ok().filter(|_| is_quad)?;
        return Some(IpAddr::V4(addr));
    }
    let nibbles = labels(name.strip_suffix(".ip6.arpa")?);
    let is_whole = nibbles.len() == 32 && nibbles.iter().all(|nibble| nibble.len() == 1);
    let bits = u128::from_str_radix(&nibbles.concat(), 16).ok().filter(|_| is_whole)?;
    Some(ip::canonical(IpAddr::V6(Ipv6Addr::from_bits(bits))))
}

/// Returns true after what names the paths of other hosts in the kernel of Windows, with or without parts that begin with `;`.
fn is_redirected(mut head: &[u8]) -> bool {
    let roots = [
        r"\?\UNC\",
        r"\??\UNC\",
        r"\GLOBAL??\UNC\",
        r"\DosDevices\UNC\",
        r"\Device\Mup\",
        r"\Device\LanmanRedirector\",
        r"\Device\WebDavRedirector\",
    ];
    let is_root = |head: &[u8]| {
        let mut ways = roots.iter().flat_map(|root| [(*root).to_owned(), root.replace('\\', r"\\")]);
        ways.any(|root| signs::without_text(head, root.as_bytes()).is_some())
    };
    for _ in 0..3 {
        if is_root(head) {
            return true;
        }
        let (mut rest, mut slashes) = (head, 0);
        while let Some(next) = signs::without_sign(rest, b'\\') {
            (rest, slashes) = (next, slashes + 1);
        }
        let len = rest.iter().rev().take_while(|b| is_name_byte(**b) || **b == b':').count();
        match rest[..rest.len() - len].strip_suffix(b";") {
            Some(next) if (1..=64).contains(&len) && (1..3).contains(&slashes) => head = next,
            _ => return false,
        }
    }
    false
}

pub(super) fn is_service(word: &[u8]) -> bool {
    SERVICES.iter().any(|service| word.eq_ignore_ascii_case(service.as_bytes()))
}

/// Splits off the last word of a key: `Version` in `agentVersion` and `browser_Version`.
pub(super) fn last_word(key: &[u8]) -> (&[u8], &[u8]) {
    let is_start = |&at: &usize| {
        let (before, byte) = (key[at - 1], key[at]);
        !before.is_ascii_alphanumeric() || before.is_ascii_lowercase() && byte.is_ascii_uppercase()
    };
    let (head, word) = key.split_at((1..key.len()).rev().find(is_start).unwrap_or(0));
    (&head[..head.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |at| at + 1)], word)
}

impl Line<'_> {
    /// Reads the names of a run of units that ends at `end`: the run with and without a leading escape, then its ASCII parts.
    pub(super) fn names(&self, units: &[(usize, char)], end: usize, place: &mut Place, regions: &mut Vec<Region>) {
        let bytes = self.bytes;
        let start = units[0].0;
        // With and without what may be the rest of an escape.
        let is_host = |start: usize| {
            // `HTTP/evil.test@REALM` is a service principal.
            let principal = signs::without_sign(&bytes[..start], b'/').unwrap_or(&[]);
            let is_behind_sign = signs::without_sign(&bytes[..start], b'@').is_some();
            is_behind_sign || self.is_unc(start) || is_service(signs::last_name(principal).1)
        };
        let is_host = is_host(start)
            || is_host(start + escape(bytes, start).min(end - start))
            || self.webdav(end, false).is_some();
        let is_local_part = signs::after_sign(&bytes[end..], b'@').is_some() && !is_host;
        if is_local_part {
            return;
        }
        let mut own: Option<Region> = None;
        // `from` is the start of the run or of its part, including the escape.
        let mut read = |units: &[(usize, char)], end: usize, from: usize| {
            for (mut readings, region) in self.name(units, end, from) {
                // The host of another reading of this place.
                let first = own.as_ref().or(region.as_ref()).map(|region| region.start);
                let is_url = region.is_some();
                readings.iter_mut().filter(|_| is_url).for_each(|reading| reading.own = first);
                // A name before the start of the known URL is not inside it, even if another reading lets the URL start earlier.
                let is_before = |reading: &&mut Reading| first.is_some_and(|first| reading.span.start < first);
                readings.iter_mut().filter(|_| !is_url).filter(is_before).for_each(|reading| reading.own = first);
                place.extend(readings);
                // All readings share the start of the longest URL that the run can be read as.
                let longest = own.iter().chain(&region).map(|region| region.start).min();
                own = own.take().or(region);
                if let (Some(own), Some(start)) = (&mut own, longest) {
                    (own.start, own.behind) = (start, start);
                }
            }
        };
        let escaped = escape(bytes, start);
        let behind = units.iter().position(|&(at, _)| at >= start + escaped).unwrap_or(units.len());
        if escaped > 0 {
            read(&units[behind..], end, start);
        }
        read(units, end, start);
        // The ASCII parts, if the run is not ASCII or has escapes; an escape may precede each part.
        if units.iter().any(|&(at, c)| c as u32 != u32::from(bytes[at])) {
            let mut from = start;
            while from < end {
                let len = bytes[from..end].iter().take_while(|&&b| is_name_byte(b)).count();
                let part: Vec<_> = (from..from + len).map(|at| (at, char::from(bytes[at]))).collect();
                let escaped = escape(bytes, from);
                if escaped > 0 && escaped < len {
                    read(&part[escaped..], from + len, from);
                }
                read(&part, from + len, from);
                from += len + 1;
            }
        }
        // Of all URLs that the run can be read as, patterns apply to the first.
        let urls = place.iter_mut().filter(|reading| matches!(reading.what, What::Url(..)));
        urls.skip(1).for_each(|reading| reading.is_first = false);
        if let Some(region) = own {
            place
                .iter_mut()
                .filter(|reading| reading.own.is_some())
                .for_each(|reading| reading.own = Some(region.start));
            // Readings before the URL are not inside it.
            let url = place.iter().position(|reading| reading.own.is_some()).unwrap_or(0);
            place[..url].iter_mut().for_each(|reading| reading.own = Some(region.start));
            regions.push(region);
        }
    }

    /// Reads units with and without the hyphens at both ends; each time, the longest valid suffix.
    fn name(&self, units: &[(usize, char)], end: usize, from: usize) -> Vec<(Place, Option<Region>)> {
        let ends = |is_trimmed: &dyn Fn(char) -> bool| {
            // A name starts after any dot, but a non-ASCII dot belongs to the name.
            let first = units.iter().position(|&(_, c)| !c.is_ascii() || !is_trimmed(c)).unwrap_or(units.len());
            let mut last = units.iter().rposition(|&(_, c)| !c.is_ascii() || !is_trimmed(c)).map_or(first, |at| at + 1);
            // Trailing non-ASCII dots are dropped too, but the text before them stays: ASCII parts are read without it.
            while last > first && !units[last - 1].1.is_ascii() && is_dot(units[last - 1].1) {
                last -= 1;
            }
            if last > first && units[last - 1].1 == '.' { (first, first) } else { (first, last) }
        };
        let trimmed = ends(&|c| is_dot(c) || c == '-');
        let kept = ends(&is_dot);
        let mut ways = vec![trimmed, (trimmed.0, kept.1), (kept.0, trimmed.1), kept];
        let mut tried = Vec::new();
        ways.retain(|way| {
            let is_new = way.0 < way.1 && !tried.contains(way);
            tried.push(*way);
            is_new
        });
        ways.into_iter().filter_map(|(first, last)| self.suffix(units, first, last, end, from)).collect()
    }

    /// The longest suffix of `units[first..last]` that is a name, as a name or as the host of a URL without a scheme.
    fn suffix(
        &self,
        units: &[(usize, char)],
        first: usize,
        last: usize,
        end: usize,
        from: usize,
    ) -> Option<(Place, Option<Region>)> {
        let stop = units.get(last).map_or(end, |&(at, _)| at);
        let starts = (first..last).filter(|&at| at == first || is_dot(units[at - 1].1));
        let (start, text) = starts
            .filter_map(|from| {
                let text: String = units[from..last].iter().map(|&(_, c)| c).collect();
                let mut scratch = String::new();
                let is_name = domain::canonicalise(text.as_bytes(), &mut scratch).is_ok_and(|name| name.contains('.'));
                is_name.then_some((units[from].0, text))
            })
            .next()?;
        let name_like = self.is_name_like(start, (units[0].0, end), from < units[0].0);
        // The root's dot may precede a port or a path.
        let behind = if self.bytes[stop..end] == *b"." { end } else { stop };
        let port = port(self.bytes, behind);
        if let Some((place, region)) = self.schemeless(start, behind, port, name_like) {
            return Some((place, Some(region)));
        }
        let webdav = self.webdav(behind, self.is_unc(start)).and_then(|(port, _)| port);
        let port = port.map(|(port, _)| port).or(webdav);
        Some((self.name_readings(start..stop, text.into_bytes(), port, name_like), None))
    }

    /// The reading of a name, and of its address if it is a reverse name.
    fn name_readings(&self, span: std::ops::Range<usize>, text: Vec<u8>, port: Option<u16>, name_like: bool) -> Place {
        let mut scratch = String::new();
        let addr = domain::canonicalise(&text, &mut scratch).ok().and_then(reverse);
        let whats = std::iter::once(What::Name(text)).chain(addr.map(What::Ip));
        whats
            .map(|what| {
                let is_reverse = matches!(what, What::Ip(_));
                // The port belongs to the name.
                let port = port.filter(|_| !is_reverse);
                Reading { port, name_like, is_reverse, ..Reading::new(span.clone(), what) }
            })
            .collect()
    }

    /// Returns true if the arguments of a function call follow.
    fn is_call(&self, end: usize) -> bool {
        let Some(inner) = signs::after_sign(&self.bytes[end..], b'(') else { return false };
        let word = |text: &[u8]| -> String {
            text.iter().map(|b| char::from(*b)).take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
        };
        let is_quoted = |text: &[u8]| matches!(signs::first_sign(text), Some((b'"' | b'\'', _)));
        let first = word(inner);
        if matches!(signs::first_sign(inner), Some((b')' | b'{', _)))
            || is_quoted(inner)
            || ["function", "lambda", "self", "this"].contains(&&*first)
        {
            return true;
        }
        match signs::after_sign(&inner[first.len()..], b'=') {
            Some(value) if (1..=64).contains(&first.len()) => {
                let literals = ["True", "False", "None", "true", "false", "null", "self", "this"];
                is_quoted(value) || literals.contains(&&*word(value))
            }
            _ => false,
        }
    }

    /// Returns true if a name that starts at `start` looks like something else. `run` is the run that contains it.
    fn is_name_like(&self, start: usize, run: (usize, usize), is_shortened: bool) -> bool {
        let is_behind_backslash = match signs::last_sign(&self.bytes[..start]) {
            // A plain one may begin an escape, and another reading of the run has the rest.
            Some((b'\\', head)) => head.len() + 1 < start || !is_shortened && start == run.0,
            _ => false,
        };
        let is_path = is_behind_backslash && !self.is_unc(start);
        let is_in_url = match self.zone(start, None) {
            Zone::Path => true,
            Zone::Text => self.is_behind_slash(start, run),
            Zone::Host | Zone::Query => false,
        };
        let is_variable = |at: usize| signs::without_sign(&self.bytes[..at], b'$').is_some();
        let is_code = is_variable(start) || self.before(run.0) == b'$' || self.is_call(run.1);
        is_path || is_in_url || is_code || self.is_json_key(start, run) || self.is_file(start, run)
    }

    /// Returns true for a quoted JSON key, even if the JSON is itself escaped in whatever holds it.
    fn is_json_key(&self, start: usize, run: (usize, usize)) -> bool {
        let opens = |at: usize| signs::without_sign(&self.bytes[..at], b'"').is_some();
        let Some(open) = [start, run.0].into_iter().find(|&at| opens(at)) else { return false };
        let tail = &self.bytes[run.1..];
        let Some(mut tail) = signs::after_sign(tail, b'"').and_then(|_| signs::after_quote(tail)) else { return false };
        while let Some((b' ' | b'\t', rest)) = signs::first_sign(tail) {
            tail = rest;
        }
        let mut head = signs::without_quote(&self.bytes[..open]);
        let mut has_break = false;
        while let Some((blank @ (b' ' | b'\t' | b'\n' | b'\r'), rest)) = signs::last_sign(head) {
            has_break |= matches!(blank, b'\n' | b'\r');
            head = rest;
        }
        let is_first = matches!(signs::last_sign(head), None | Some((b'{' | b',', _)));
        signs::after_sign(tail, b':').is_some() && (has_break || is_first)
    }

    /// Returns true if a name ends like a file name, and its key, the word before it or the line number after it confirms that.
    fn is_file(&self, start: usize, run: (usize, usize)) -> bool {
        let end = self.bytes[run.0..run.1].rsplit(|&b| b == b'.').next().unwrap_or(&[]);
        let end = String::from_utf8_lossy(end).to_ascii_lowercase();
        let is_key = self.key_before(start).is_some_and(|key| {
            let (head, word) = last_word(key);
            let is_file = |word: &[u8]| FILE_KEYS.contains(&&*String::from_utf8_lossy(word).to_ascii_lowercase());
            let lower = String::from_utf8_lossy(word).to_ascii_lowercase();
            is_file(word)
                || lower.ends_with("file") && lower != "profile"
                || word.eq_ignore_ascii_case(b"name") && is_file(last_word(head).1)
        });
        let is_port = |line: u16| [80, 443, 8080, 8443].contains(&line);
        let tail = &self.bytes[run.1..];
        let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
        let number = |text: &'_ [u8]| -> Option<usize> { Some(digits(text)).filter(|len| (1..7).contains(len)) };
        // `:12:3`
        let has_column = || {
            let line = signs::after_sign(tail, b':')?;
            let column = signs::after_sign(&line[number(line)?..], b':')?;
            let goes_on = column.get(number(column)?).is_some_and(|b| is_name_byte(*b));
            Some(!goes_on)
        };
        // `(12)`, `(12,3)`
        let in_parentheses = signs::after_sign(tail, b'(').and_then(|rest| {
            let (line, rest) = rest.split_at(digits(rest));
            let line: u16 = std::str::from_utf8(line).ok()?.parse().ok().filter(|_| line.len() < 6)?;
            let is_over = match signs::first_sign(rest) {
                Some((b',', rest)) => rest.first().is_some_and(u8::is_ascii_digit),
                Some((sign, _)) => sign == b')',
                None => false,
            };
            is_over.then_some(line)
        });
        let is_word_line = |text: &'_ [u8], sign: u8| -> bool {
            let text = signs::after_sign(text, sign).and_then(|rest| signs::after_sign(rest, b' '));
            let text = text.and_then(|text| signs::after_sign(text.strip_prefix(b"line")?, b' '));
            text.is_some_and(|text| text.first().is_some_and(u8::is_ascii_digit))
        };
        let is_line = port(self.bytes, run.1).is_some_and(|(line, _)| !is_port(line))
            || has_column() == Some(true)
            || in_parentheses.is_some_and(|line| !is_port(line))
            || is_word_line(tail, b':');
        let is_traced = is_word_line(signs::after_quote(tail).unwrap_or(tail), b',');
        let is_extended = signs::without_text(&self.bytes[..start], b"filename*=utf-8''").is_some();
        FILES.contains(&&*end) && (is_key || is_line || is_traced || is_extended || self.is_behind_interpreter(start))
    }

    /// Recognises `python setup.py`.
    fn is_behind_interpreter(&self, start: usize) -> bool {
        let mut head = &self.bytes[..start];
        for _ in 0..8 {
            let Some(words) = signs::without_sign(head, b' ') else { return false };
            let (rest, word) = signs::last_word_of(words, |b| is_name_byte(b) || b == b'/');
            if !word.starts_with(b"-") {
                let name = word.rsplit(|&b| b == b'/').next().unwrap_or(word);
                let name = String::from_utf8_lossy(name).to_ascii_lowercase();
                return INTERPRETERS.contains(&name.strip_suffix(".exe").unwrap_or(&name));
            }
            head = rest;
        }
        false
    }

    /// Returns true directly after the backslashes that begin a UNC or WebDAV path.
    pub(super) fn is_unc(&self, at: usize) -> bool {
        let (mut head, mut count) = (&self.bytes[..at], 0);
        while let Some(rest) = signs::without_sign(head, b'\\') {
            (head, count) = (rest, count + 1);
        }
        if is_redirected(&self.bytes[..at]) {
            return true;
        }
        if ![2, 4, 8].contains(&count) {
            return false;
        }
        match signs::last_sign(head) {
            Some((b':', [rest @ .., letter])) if letter.is_ascii_alphabetic() => {
                // A word or an option, but not a drive.
                let Some((last, rest)) = signs::last_sign(rest) else { return false };
                let is_option = matches!(last, b'/' | b'-') && matches!(signs::last_sign(rest), Some((b' ' | b'"', _)));
                last.is_ascii_alphanumeric() || is_option
            }
            Some((byte, _)) => {
                !(is_name_byte(byte) || byte >= 0x80 || matches!(byte, b'~' | b')' | b']' | b'}' | b'$' | b'%' | b'/'))
            }
            None => true,
        }
    }

    /// Reads WebDAV's suffix of a host: `@SSL`, `@8443`, `@SSL@8443`; outside UNC paths only with `SSL`. Returns the
    /// port, if one is given, and the end of the suffix.
    pub(super) fn webdav(&self, at: usize, is_unc: bool) -> Option<(Option<u16>, usize)> {
        let first = signs::after_sign(self.bytes.get(at..)?, b'@')?;
        let place = |rest: &[u8]| self.bytes.len() - rest.len();
        let is_ssl = first.get(..3).is_some_and(|text| text.eq_ignore_ascii_case(b"SSL"));
        let after = if is_ssl { &first[3..] } else { first };
        let digits = if is_ssl { signs::after_sign(after, b'@') } else { Some(first) };
        let port = digits.and_then(|digits| number(self.bytes, place(digits)));
        let end = port.map_or(place(after), |(_, end)| end);
        let is_it = (is_ssl || is_unc && port.is_some()) && !is_name_byte(self.at(end));
        is_it.then_some((port.map(|(port, _)| port), end))
    }

    /// Returns true directly after a single `/`, unless a word before it makes it another kind of slash. `run`: the run of the name.
    fn is_behind_slash(&self, at: usize, run: (usize, usize)) -> bool {
        let Some(head) = signs::without_sign(&self.bytes[..at], b'/') else { return false };
        let is_encoded = self.bytes[head.len()] == b'%';
        if is_encoded || signs::without_sign(head, b'/').is_some() {
            return false;
        }
        let is_capitals = |word: &[u8]| {
            word.iter().any(u8::is_ascii_uppercase) && !word.iter().any(|b| b.is_ascii_lowercase() || *b == b'.')
        };
        let is_marked = |word: &[u8]| is_service(word) || is_capitals(word) || is_network(word);
        let (before, word) = signs::last_name(head);
        if signs::without_sign(before, b'/').is_none() {
            return !is_marked(word);
        }
        if !is_marked(word) && !self.is_path_of_words(head, &is_marked) {
            return true;
        }
        let end = self.bytes[run.0..run.1].rsplit(|&b| b == b'.').next().unwrap_or(&[]);
        let is_file = FILES.contains(&&*String::from_utf8_lossy(end).to_ascii_lowercase());
        // The target of a request.
        let mut rest = head;
        loop {
            rest = signs::last_name(rest).0;
            match signs::last_sign(rest) {
                Some((b'/' | b'\\', head)) => rest = head,
                _ => break,
            }
        }
        let root = rest.len();
        let methods = "GET HEAD POST PUT DELETE OPTIONS PATCH PROPFIND CONNECT";
        let is_request = signs::without_sign(rest, b' ').is_some_and(|line| {
            let word = signs::last_word_of(line, |b| is_name_byte(b) || b == b'/').1;
            methods.split(' ').any(|method| *word == *method.as_bytes())
        });
        let is_key = self.key_before(root).is_some_and(|key| {
            let word = String::from_utf8_lossy(last_word(key).1).to_ascii_lowercase();
            ["uri", "url", "href", "path", "request", "location", "stem"].contains(&&*word)
        });
        is_file || is_request || is_key
    }

    /// Returns true for a path, without its last slash, of such words or of capitalised ones, from its root.
    fn is_path_of_words(&self, path: &[u8], is_marked: &dyn Fn(&[u8]) -> bool) -> bool {
        let mut rest = path;
        loop {
            let (head, word) = signs::last_name(rest);
            let is_word = is_marked(word) || word.first().is_some_and(u8::is_ascii_uppercase) && !word.contains(&b'.');
            let Some(head) = signs::without_sign(head, b'/').filter(|_| is_word) else { return false };
            rest = head;
            if signs::last_name(rest).1.is_empty() {
                let root = signs::last_sign(rest).map(|(sign, _)| sign);
                return !root.is_some_and(|root| matches!(root, b':' | b'\\') || is_name_byte(root));
            }
        }
    }

    /// Reads a name at `at` in the form `(3)www(4)evil(4)test(0)`.
    pub(super) fn dns_labels(&mut self, at: usize) {
        if let Some((text, end)) = self.dns_name(at) {
            self.consumed.push(at..end);
            let place = self.name_readings(at..end, text, None, false);
            self.places.push(place);
        }
    }

    fn dns_name(&self, at: usize) -> Option<(Vec<u8>, usize)> {
        let mut labels: Vec<&[u8]> = Vec::new();
        let mut rest = self.bytes.get(at..)?;
        loop {
            rest = rest.strip_prefix(b"(")?;
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let len: usize =
                std::str::from_utf8(rest.get(..digits).filter(|d| (1..=2).contains(&d.len()))?).ok()?.parse().ok()?;
            rest = rest[digits..].strip_prefix(b")")?;
            if len == 0 {
                break;
            }
            let label = rest.get(..len)?;
            if !label.iter().all(|&b| b >= 0x80 || (is_name_byte(b) && b != b'.')) {
                return None;
            }
            labels.push(label);
            rest = &rest[len..];
        }
        (labels.len() >= 2).then(|| (labels.join(&b'.'), self.bytes.len() - rest.len()))
    }
}

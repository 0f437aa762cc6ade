//! Tells names from files and words of code, and addresses from versions.

use std::ops::Range;

use super::grammar::words::{
    ends_in, is_file_key, is_file_type, is_interpreter, is_network, is_service_class, is_target_key, is_version_key,
    key_before, quote_before, word_before, word_before_blank,
};
use super::grammar::{HOST, at, before, hex, is, port};

/// Returns true if a name at `start` of the run `run` looks like a file, a key or a word of code.
pub(super) fn is_no_name(bytes: &[u8], start: usize, run: &Range<usize>) -> bool {
    is_json_key(bytes, start, run) || is_code(bytes, run) || is_file(bytes, start, run)
}

/// Returns true if a name at `start` of the run `run` follows a single slash of a path. Returns false after a word in capitals, a
/// service class or a protocol, and at the end of a path of such words or of capitalised ones. But a name that ends like a file is
/// one at the end of any path, and so is every name in the target of a request.
pub(super) fn is_after_slash(bytes: &[u8], start: usize, run: &Range<usize>) -> bool {
    let Some(slash) = slash_before(bytes, start) else { return false };
    if before(bytes, slash) == b'/' {
        return false;
    }
    let word = word_before(bytes, slash);
    let is_host = is_marked(word);
    if slash_before(bytes, slash - word.len()).is_none() {
        return !is_host;
    }
    !(is_host || is_path_of_words(bytes, slash)) || is_file_type(last_label(bytes, run)) || is_in_target(bytes, slash)
}

/// Returns true for a word after which, and a slash, a host stands.
fn is_marked(word: &[u8]) -> bool {
    is_in_capitals(word) || is_service_class(word) || is_network(word)
}

/// Returns true if the path up to `slash` consists of marked and capitalised words.
fn is_path_of_words(bytes: &[u8], mut slash: usize) -> bool {
    loop {
        let word = word_before(bytes, slash);
        if word.is_empty() {
            let root = before(bytes, slash);
            return !(is(root, HOST) || root == b':' || root == b'\\');
        }
        let is_word = is_marked(word) || word[0].is_ascii_uppercase() && !word.contains(&b'.');
        match slash_before(bytes, slash - word.len()) {
            Some(next) if is_word => slash = next,
            _ => return false,
        }
    }
}

/// Returns true if the path around `at` is what a request asks for: after a method of HTTP, or under a key for such targets.
fn is_in_target(bytes: &[u8], at: usize) -> bool {
    /// The number of bytes of a path that are looked at.
    const LONG: usize = 256;
    const METHODS: [&[u8]; 9] =
        [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"PROPFIND", b"CONNECT"];
    let is_path = |b: &&u8| is(**b, HOST) || matches!(**b, b'/' | b'\\');
    let root = at - bytes[..at].iter().rev().take(LONG).take_while(is_path).count();
    METHODS.contains(&word_before_blank(bytes, root)) || is_target_key(key_before(bytes, root))
}

fn last_label<'b>(bytes: &'b [u8], run: &Range<usize>) -> &'b [u8] {
    let name = &bytes[run.clone()];
    name.rsplit(|&b| b == b'.').next().unwrap_or(name)
}

/// Returns true if the text at `start` follows a service class and a slash.
pub(super) fn is_of_service(bytes: &[u8], start: usize) -> bool {
    slash_before(bytes, start).is_some_and(|slash| is_service_class(word_before(bytes, slash)))
}

/// The start of the slash that ends at `end`, including a backslash that escapes it.
fn slash_before(bytes: &[u8], end: usize) -> Option<usize> {
    match (before(bytes, end), end.checked_sub(1).map_or(0, |at| before(bytes, at))) {
        (b'/', b'\\') => Some(end - 2),
        (b'/', _) => Some(end - 1),
        _ => None,
    }
}

fn is_in_capitals(word: &[u8]) -> bool {
    let is_capital = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    word.iter().all(is_capital) && word.iter().any(u8::is_ascii_uppercase)
}

/// Returns true if a name at `start` of a run, with its quotes, is a key of a JSON object, however the object is escaped.
fn is_json_key(bytes: &[u8], start: usize, run: &Range<usize>) -> bool {
    let Some((open, rest)) = quotes_around(bytes, start, run) else { return false };
    let blanks = rest.iter().take(8).take_while(|b| matches!(**b, b' ' | b'\t')).count();
    let rest = &rest[blanks..];
    if at(rest, 0) != b':' && !rest.get(..3).is_some_and(|colon| colon.eq_ignore_ascii_case(b"%3A")) {
        return false;
    }
    let (head, is_after_break) = without_breaks(&bytes[..open]);
    let is_first = matches!(head.last(), None | Some(b'{' | b',' | b'\n' | b'\r'));
    is_after_break || is_first || ends_in(head, b"%7B") || ends_in(head, b"%2C")
}

/// The start of the quote before a name, and the text after the closing quote, if both are spelled alike.
fn quotes_around<'b>(bytes: &'b [u8], start: usize, run: &Range<usize>) -> Option<(usize, &'b [u8])> {
    let rest = &bytes[run.end..];
    if let Some(quote) = quote_before(bytes, start)
        && start - quote.len() < run.start
        && rest.get(..quote.len()).is_some_and(|head| head.eq_ignore_ascii_case(quote))
    {
        return Some((start - quote.len(), &rest[quote.len()..]));
    }
    if before(bytes, run.start) != b'"' {
        return None;
    }
    let slashes = |text: &mut dyn Iterator<Item = &u8>| text.take(4).take_while(|b| **b == b'\\').count();
    let open = run.start - 1;
    let open = open - slashes(&mut bytes[..open].iter().rev());
    Some((open, rest[slashes(&mut rest.iter())..].strip_prefix(b"\"")?))
}

/// A text without the blanks and escaped blanks at its end; and true if a line break is among them: `{\n  \"key\": 1}`.
fn without_breaks(mut head: &[u8]) -> (&[u8], bool) {
    /// The number of blanks that are passed over.
    const MOST: usize = 64;
    let mut has_break = false;
    for _ in 0..MOST {
        head = match head {
            [rest @ .., b' ' | b'\t'] => rest,
            [rest @ .., b'\\', letter @ (b'n' | b'r' | b't')] => {
                has_break |= *letter != b't';
                &rest[..rest.len() - rest.iter().rev().take(3).take_while(|b| **b == b'\\').count()]
            }
            _ => break,
        };
    }
    (head, has_break)
}

/// Returns true if a run is a variable or a call: `$data.name`, `file.read()`, `app.run(debug=True)`.
fn is_code(bytes: &[u8], run: &Range<usize>) -> bool {
    before(bytes, run.start) == b'$' || bytes[run.end..].strip_prefix(b"(").is_some_and(are_arguments)
}

/// Returns true if the text after a `(` is an argument in code. Returns false for remarks of a log about a host:
/// `evil.test(203.0.113.7)`, `evil.test(443)`, `evil.test(phishing)`.
fn are_arguments(inner: &[u8]) -> bool {
    let starts = |inner: &[u8], words: &[&[u8]]| {
        words.iter().any(|word| {
            let goes_on = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
            inner.strip_prefix(*word).is_some_and(|rest| !goes_on(at(rest, 0)))
        })
    };
    let is_quoted = |inner: &[u8]| {
        let slashes = inner.iter().take(4).take_while(|b| **b == b'\\').count();
        matches!(at(inner, slashes), b'"' | b'\'')
    };
    if matches!(at(inner, 0), b')' | b'{')
        || is_quoted(inner)
        || starts(inner, &[b"function", b"lambda", b"self", b"this"])
    {
        return true;
    }
    // A named argument with a value that occurs only in code.
    let name = inner.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let Some(value) = inner[name..].strip_prefix(b"=").filter(|_| name > 0) else { return false };
    is_quoted(value) || starts(value, &[b"True", b"False", b"None", b"true", b"false", b"null", b"self", b"this"])
}

/// Returns true if a name ends like a file, and the text around it says that it is one.
fn is_file(bytes: &[u8], start: usize, run: &Range<usize>) -> bool {
    /// Ports that hosts are seen with, as opposed to line numbers.
    const PORTS: [u16; 4] = [80, 443, 8080, 8443];
    if !is_file_type(last_label(bytes, run)) {
        return false;
    }
    let rest = &bytes[run.end..];
    is_file_key(key_before(bytes, start))
        || is_before_line(rest)
        || is_before_column(rest)
        || in_parentheses(rest).is_some_and(|line| !PORTS.contains(&line))
        || port(bytes, run.end).is_some_and(|(line, _)| !PORTS.contains(&line))
        || is_run(bytes, start)
        || is_extended_value(bytes, start)
}

/// Returns true if an interpreter runs the file at `start`, with or without options: `python3 -u main.py`.
fn is_run(bytes: &[u8], start: usize) -> bool {
    /// No command of a log has more options before its file.
    const MOST: usize = 8;
    let mut at = start;
    for _ in 0..MOST {
        let word = word_before_blank(bytes, at);
        if !word.starts_with(b"-") {
            return is_interpreter(word);
        }
        at -= 1 + word.len();
    }
    false
}

/// Returns true after the `filename*=UTF-8''` of a Content-Disposition (RFC 5987).
fn is_extended_value(bytes: &[u8], start: usize) -> bool {
    ends_in(&bytes[..start], b"filename*=utf-8''")
}

/// Returns true if a line number follows, as in `File "main.py", line 3` and `run.sh: line 3`.
fn is_before_line(rest: &[u8]) -> bool {
    let slashes = rest.iter().take(4).take_while(|b| **b == b'\\').count();
    let is_quote = |b: u8| matches!(b, b'"' | b'\'');
    let behind = if is_quote(at(rest, slashes)) { &rest[slashes + 1..] } else { rest };
    let line = behind.strip_prefix(b", line ").or_else(|| rest.strip_prefix(b": line "));
    line.is_some_and(|line| line.first().is_some_and(u8::is_ascii_digit))
}

/// Returns true if a line and a column follow, as in `main.rs:12:3`.
fn is_before_column(rest: &[u8]) -> bool {
    let number = |text: &[u8]| text.iter().take(7).take_while(|b| b.is_ascii_digit()).count();
    let Some(line) = rest.strip_prefix(b":") else { return false };
    let digits = number(line);
    let column = line[digits..].strip_prefix(b":").filter(|_| (1..7).contains(&digits));
    column.is_some_and(|column| (1..7).contains(&number(column)) && !is(at(column, number(column)), HOST))
}

/// The line that follows in parentheses, alone or with a column, as in `main.ts(12)` and `main.ts(12,3)`.
fn in_parentheses(rest: &[u8]) -> Option<u16> {
    let rest = rest.strip_prefix(b"(")?;
    let digits = rest.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let line = str::from_utf8(&rest[..digits]).ok()?.parse().ok().filter(|_| digits < 6)?;
    let is_column = at(rest, digits) == b',' && at(rest, digits + 1).is_ascii_digit();
    (is_column || at(rest, digits) == b')').then_some(line)
}

/// Returns true if the quad at `start` stands where versions do: after a product and its slash, as the value of a key
/// for versions, or in the name of a package. `host_slash`: the slash before it ends the host of a URL.
pub(super) fn is_version(bytes: &[u8], start: usize, end: usize, host_slash: bool) -> bool {
    (!host_slash && (is_after_product(bytes, start) || is_folder(bytes, start, end)))
        || is_version_key(key_before(bytes, start))
        || is_package(bytes, start, end)
}

fn is_after_product(bytes: &[u8], start: usize) -> bool {
    const SPELLINGS: [&[u8]; 7] = [b"%2F", b"%252F", b"\\\\u002F", b"\\u002F", b"\\x2F", b"&#47;", b"&#x2F;"];
    let escaped = SPELLINGS.into_iter().find(|slash| ends_in(&bytes[..start], slash));
    let Some(slash) = escaped.map(|slash| start - slash.len()).or_else(|| slash_before(bytes, start)) else {
        return false;
    };
    // JSON in JSON has more of them.
    let slash = slash - bytes[..slash].iter().rev().take(2).take_while(|b| **b == b'\\').count();
    let word = word_before(bytes, slash);
    if word.starts_with(b"0x") {
        return false;
    }
    // The digits of an encoded slash belong to it.
    let is_encoded = before(bytes, slash - word.len()) == b'%' && hex(word, 0, 2).is_some();
    let word = if is_encoded { &word[2..] } else { word };
    (word.iter().any(u8::is_ascii_lowercase) || word == b"OPR") && !is_service_class(word) && !is_network(word)
}

/// Returns true if a quad is a folder of a Windows path, as in `\Application\1.2.3.4\chrome.exe`. JSON doubles the backslashes.
fn is_folder(bytes: &[u8], start: usize, end: usize) -> bool {
    let slashes = bytes[..start].iter().rev().take(4).take_while(|b| **b == b'\\').count();
    matches!(slashes, 1 | 2) && at(bytes, end) == b'\\' && !word_before(bytes, start - slashes).is_empty()
}

/// Returns true if a quad is the version in `name-1.2.3.4-1.el7.x86_64`.
fn is_package(bytes: &[u8], start: usize, end: usize) -> bool {
    if before(bytes, start) != b'-' || at(bytes, end) != b'-' {
        return false;
    }
    let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    let behind = end + 1 + digits;
    let goes_on = at(bytes, behind).is_ascii_alphabetic()
        || at(bytes, behind) == b'.' && at(bytes, behind + 1).is_ascii_alphabetic();
    digits > 0 && goes_on && word_before(bytes, start - 1).iter().any(u8::is_ascii_alphabetic)
}

/// Returns true if the host of a UNC path starts at `start`: two backslashes (four or eight in JSON) begin the path, or `\\?\UNC\`.
pub(super) fn is_unc_host(bytes: &[u8], start: usize) -> bool {
    let head = &bytes[..start];
    if ends_in(head, b"\\?\\UNC\\") || ends_in(head, b"\\\\?\\\\UNC\\\\") {
        return true;
    }
    let slashes = bytes[..start].iter().rev().take(9).take_while(|b| **b == b'\\').count();
    if !matches!(slashes, 2 | 4 | 8) {
        return false;
    }
    let head = &bytes[..start - slashes];
    match head {
        [] => true,
        // A letter is a drive, unless a word or an option ends with it: `/i:\\evil.test\x`.
        [.., drive, b':'] if drive.is_ascii_alphabetic() => match head[..head.len() - 2] {
            [.., byte] if byte.is_ascii_alphanumeric() => true,
            [.., b' ' | b'"', b'/' | b'-'] => true,
            _ => false,
        },
        [.., byte] => {
            !(is(*byte, HOST) || *byte >= 0x80 || matches!(byte, b'~' | b')' | b']' | b'}' | b'$' | b'%' | b'/'))
        }
    }
}

/// The suffix that WebDAV adds to the host of a UNC path that ends at `end`: `@SSL`, `@8443` or `@SSL@8443`. Returns
/// the port, and the end of the suffix.
pub(super) fn webdav(bytes: &[u8], end: usize, is_unc: bool) -> Option<(Option<u16>, usize)> {
    let rest = bytes.get(end..)?.strip_prefix(b"@")?;
    let has_tls = rest.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"SSL"));
    let mut behind = end + 1;
    let mut port = None;
    if has_tls {
        behind += 3;
    }
    if !has_tls || at(bytes, behind) == b'@' {
        let from = behind + usize::from(has_tls);
        let digits = bytes[from..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        port = str::from_utf8(&bytes[from..from + digits]).ok()?.parse().ok();
        behind = if port.is_some() { from + digits } else { behind };
    }
    let is_it = has_tls || is_unc && port.is_some();
    (is_it && !is(at(bytes, behind), HOST)).then_some((port, behind))
}

/// Returns true if an `@` follows: plain, or encoded as in `first.last%40evil.test`.
pub(super) fn is_before_at_sign(rest: &[u8]) -> bool {
    const SPELLINGS: [&[u8]; 8] = [b"@", b"%40", b"%2540", b"\\u0040", b"\\\\u0040", b"\\x40", b"&#64;", b"&#x40;"];
    SPELLINGS.iter().any(|sign| rest.get(..sign.len()).is_some_and(|head| head.eq_ignore_ascii_case(sign)))
}

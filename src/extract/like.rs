//! Tells names from files and words of code, and addresses from versions.

use std::ops::Range;

use super::grammar::ports::{port, port_number};
use super::grammar::spelled::{after_blanks, after_quote, after_sign, sign_at, sign_before, text_before};
use super::grammar::words::{
    is_file_key, is_file_type, is_interpreter, is_network, is_service_class, is_target_key, is_version_key,
    is_version_word, key_before, without_quote, word_before, word_before_blank,
};
use super::grammar::{HOST, at, before, is};

/// Returns true if a name at `start` of the run `run`, after the sign `sign`, looks like a file, a key or a word of code.
pub(super) fn is_no_name(bytes: &[u8], start: usize, sign: u8, run: &Range<usize>) -> bool {
    is_json_key(bytes, start, sign, run) || is_code(bytes, sign, run) || is_file(bytes, start, run)
}

/// Returns true if a name of the run `run`, after the sign `sign`, which starts at `slash`, follows a single slash of a path. Returns false after a word in capitals, a
/// service class or a protocol, and at the end of a path of such words or of capitalised ones. But a name that ends like a file is
/// one at the end of any path, and so is every name in the target of a request.
pub(super) fn is_after_slash(bytes: &[u8], (sign, slash): (u8, usize), run: &Range<usize>) -> bool {
    if sign != b'/' {
        return false;
    }
    // Percent-encoded, it may begin a value in a query as well: `u=x%2Fevil.test`.
    if bytes[slash] == b'%' || slash_before(bytes, slash).is_some() {
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
            let root = sign_before(bytes, slash).0;
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
    /// The number of folders that are looked at.
    const MOST: usize = 32;
    const METHODS: [&[u8]; 9] =
        [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"PROPFIND", b"CONNECT"];
    let mut root = at;
    for _ in 0..MOST {
        root -= word_before(bytes, root).len();
        match sign_before(bytes, root) {
            (b'/' | b'\\', start) => root = start,
            _ => break,
        }
    }
    METHODS.contains(&word_before_blank(bytes, root).0) || is_target_key(key_before(bytes, root))
}

fn last_label<'b>(bytes: &'b [u8], run: &Range<usize>) -> &'b [u8] {
    let name = &bytes[run.clone()];
    name.rsplit(|&b| b == b'.').next().unwrap_or(name)
}

/// Returns true if the text at `start` follows a service class and a slash.
pub(super) fn is_of_service(bytes: &[u8], start: usize) -> bool {
    slash_before(bytes, start).is_some_and(|slash| is_service_class(word_before(bytes, slash)))
}

/// The start of the slash that ends at `end`, however it is spelled.
fn slash_before(bytes: &[u8], end: usize) -> Option<usize> {
    let (sign, start) = sign_before(bytes, end);
    (sign == b'/').then_some(start)
}

fn is_in_capitals(word: &[u8]) -> bool {
    let is_capital = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    word.iter().all(is_capital) && word.iter().any(u8::is_ascii_uppercase)
}

/// Returns true if a name at `start` of a run, with its quotes, is a key of a JSON object, however the object is escaped.
fn is_json_key(bytes: &[u8], start: usize, sign: u8, run: &Range<usize>) -> bool {
    let Some((open, close)) = quotes_around(bytes, start, sign, run) else { return false };
    if after_sign(bytes, after_blanks(bytes, close, 8), b':').is_none() {
        return false;
    }
    let (head, is_after_break) = without_breaks(bytes, open);
    is_after_break || head == 0 || matches!(sign_before(bytes, head).0, b'{' | b',')
}

/// The start of the quote before a name, and the end of the one after its run.
fn quotes_around(bytes: &[u8], start: usize, sign: u8, run: &Range<usize>) -> Option<(usize, usize)> {
    // The end of an escaped quote may be part of the run, and hyphens at the start of a run are not part of the name.
    let open = match sign {
        b'"' => start,
        _ if start > run.start && sign_before(bytes, run.start).0 == b'"' => run.start,
        _ => return None,
    };
    let close = after_quote(bytes, run.end).filter(|_| sign_at(bytes, run.end).0 == b'"')?;
    Some((without_quote(bytes, open), close))
}

/// The end of the text before the blanks and line breaks that end at `end`; and true if a break is among them: `{\n  \"key\": 1}`.
fn without_breaks(bytes: &[u8], mut end: usize) -> (usize, bool) {
    /// The number of blanks that are passed over.
    const MOST: usize = 64;
    let mut has_break = false;
    for _ in 0..MOST {
        match sign_before(bytes, end) {
            (blank @ (b' ' | b'\t' | b'\n' | b'\r'), start) => {
                has_break |= matches!(blank, b'\n' | b'\r');
                end = start;
            }
            _ => break,
        }
    }
    (end, has_break)
}

/// Returns true if a name of a run, after the sign `sign`, is a variable or a call: `$data.name`, `file.read()`, `app.run(debug=True)`.
fn is_code(bytes: &[u8], sign: u8, run: &Range<usize>) -> bool {
    sign == b'$'
        || before(bytes, run.start) == b'$'
        || after_sign(bytes, run.end, b'(').is_some_and(|inner| are_arguments(bytes, inner))
}

/// Returns true if the text after a `(` is an argument in code. Returns false for remarks of a log about a host:
/// `evil.test(203.0.113.7)`, `evil.test(443)`, `evil.test(phishing)`.
fn are_arguments(bytes: &[u8], from: usize) -> bool {
    let starts = |from: usize, words: &[&[u8]]| {
        words.iter().any(|word| {
            let goes_on = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
            bytes.get(from..).and_then(|inner| inner.strip_prefix(*word)).is_some_and(|rest| !goes_on(at(rest, 0)))
        })
    };
    let is_quoted = |from: usize| matches!(sign_at(bytes, from).0, b'"' | b'\'');
    if matches!(sign_at(bytes, from).0, b')' | b'{')
        || is_quoted(from)
        || starts(from, &[b"function", b"lambda", b"self", b"this"])
    {
        return true;
    }
    // A named argument with a value that occurs only in code.
    let inner = bytes.get(from..).unwrap_or_default();
    let name = inner.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let Some(value) = after_sign(bytes, from + name, b'=').filter(|_| name > 0) else { return false };
    is_quoted(value) || starts(value, &[b"True", b"False", b"None", b"true", b"false", b"null", b"self", b"this"])
}

/// Returns true if a name ends like a file, and the text around it says that it is one.
fn is_file(bytes: &[u8], start: usize, run: &Range<usize>) -> bool {
    /// Ports that hosts are seen with, as opposed to line numbers.
    const PORTS: [u16; 4] = [80, 443, 8080, 8443];
    if !is_file_type(last_label(bytes, run)) {
        return false;
    }
    is_file_key(key_before(bytes, start))
        || is_before_line(bytes, run.end)
        || is_before_column(bytes, run.end)
        || in_parentheses(bytes, run.end).is_some_and(|line| !PORTS.contains(&line))
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
        let (word, from) = word_before_blank(bytes, at);
        if !word.starts_with(b"-") {
            return is_interpreter(word);
        }
        at = from;
    }
    false
}

/// Returns true after the `filename*=UTF-8''` of a Content-Disposition (RFC 5987).
fn is_extended_value(bytes: &[u8], start: usize) -> bool {
    text_before(bytes, start, b"filename*=utf-8''").is_some()
}

/// Returns true if a line number follows, as in `File "main.py", line 3` and `run.sh: line 3`.
fn is_before_line(bytes: &[u8], end: usize) -> bool {
    let (from, sign) = match after_quote(bytes, end) {
        Some(behind) => (behind, b','),
        None => (end, if sign_at(bytes, end).0 == b',' { b',' } else { b':' }),
    };
    let is_blank = |from: usize| after_sign(bytes, from, b' ');
    let line = after_sign(bytes, from, sign).and_then(is_blank).filter(|&at| bytes[at..].starts_with(b"line"));
    line.and_then(|at| is_blank(at + 4)).is_some_and(|number| at(bytes, number).is_ascii_digit())
}

/// The number of digits at `from`, up to `most`.
fn digits(bytes: &[u8], from: usize, most: usize) -> usize {
    bytes.iter().skip(from).take(most).take_while(|b| b.is_ascii_digit()).count()
}

/// Returns true if a line and a column follow, as in `main.rs:12:3`.
fn is_before_column(bytes: &[u8], end: usize) -> bool {
    let number =
        |from: usize| Some(digits(bytes, from, 7)).filter(|digits| (1..7).contains(digits)).map(|len| from + len);
    let line = after_sign(bytes, end, b':').and_then(number);
    let column = line.and_then(|end| after_sign(bytes, end, b':')).and_then(number);
    column.is_some_and(|end| !is(at(bytes, end), HOST))
}

/// The line that follows in parentheses, alone or with a column, as in `main.ts(12)` and `main.ts(12,3)`.
fn in_parentheses(bytes: &[u8], end: usize) -> Option<u16> {
    let from = after_sign(bytes, end, b'(')?;
    let len = digits(bytes, from, 6);
    let line = str::from_utf8(bytes.get(from..from + len)?).ok()?.parse().ok().filter(|_| len < 6)?;
    let (sign, behind) = sign_at(bytes, from + len);
    let is_column = sign == b',' && at(bytes, behind).is_ascii_digit();
    (is_column || sign == b')').then_some(line)
}

/// Returns true if the quad at `start` stands where versions do: after a product and its slash, as the value of a key
/// for versions, or in the name of a package. `host_slash`: the slash before it ends the host of a URL.
pub(super) fn is_version(bytes: &[u8], start: usize, end: usize, host_slash: bool) -> bool {
    (!host_slash && (is_after_product(bytes, start) || is_folder(bytes, start, end)))
        || is_version_key(key_before(bytes, start))
        || is_package(bytes, start, end)
        || is_after_version(bytes, start)
}

/// Returns true after the word `version`, as in `Version 1.2.3.4`, and after the `v=` of a query or of the brands of a browser
/// (`"Chromium";v="1.2.3.4"`).
fn is_after_version(bytes: &[u8], start: usize) -> bool {
    let is_value = || matches!(sign_before(bytes, start).0, b'"' | b'=');
    is_version_word(word_before_blank(bytes, start).0)
        || is_value() && [&b";v=\""[..], b"?v=", b"&v="].iter().any(|text| text_before(bytes, start, text).is_some())
}

fn is_after_product(bytes: &[u8], start: usize) -> bool {
    let Some(slash) = slash_before(bytes, start) else { return false };
    let word = word_before(bytes, slash);
    if word.starts_with(b"0x") {
        return false;
    }
    // F5 keeps the addresses of nodes in a folder of this name.
    let is_partition = || word == b"Common" && slash_before(bytes, slash - word.len()).is_some();
    (word.iter().any(u8::is_ascii_lowercase) || word == b"OPR")
        && !is_service_class(word)
        && !is_network(word)
        && !is_partition()
}

/// The number of backslashes that end at `end`, up to nine, however they are spelled, and the start of the first.
fn backslashes_before(bytes: &[u8], mut end: usize) -> (usize, usize) {
    let mut count = 0;
    while count < 9
        && let (b'\\', start) = sign_before(bytes, end)
    {
        (count, end) = (count + 1, start);
    }
    (count, end)
}

/// Returns true if a quad is a folder of a Windows path, as in `\Application\1.2.3.4\chrome.exe`. JSON doubles the backslashes.
fn is_folder(bytes: &[u8], start: usize, end: usize) -> bool {
    let (slashes, head) = backslashes_before(bytes, start);
    // A folder's name may begin like an escape.
    let is_before_slash = at(bytes, end) == b'\\' || sign_at(bytes, end).0 == b'\\';
    matches!(slashes, 1 | 2) && is_before_slash && is(before(bytes, head), HOST) && !is_unc_host(bytes, start)
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

/// Returns true if a name of the kernel of Windows for paths on other hosts ends at `start`: `\\?\UNC\`, `\Device\Mup\`, and
/// `\Device\LanmanRedirector\;Z:0000000000012345\`.
fn is_behind_redirector(bytes: &[u8], mut start: usize) -> bool {
    /// The most parts that name a redirector, a drive or a session.
    const MOST: usize = 3;
    const ROOTS: [&[u8]; 14] = [
        b"\\?\\UNC\\",
        b"\\??\\UNC\\",
        b"\\GLOBAL??\\UNC\\",
        b"\\DosDevices\\UNC\\",
        b"\\Device\\Mup\\",
        b"\\Device\\LanmanRedirector\\",
        b"\\Device\\WebDavRedirector\\",
        b"\\\\?\\\\UNC\\\\",
        b"\\\\??\\\\UNC\\\\",
        b"\\\\GLOBAL??\\\\UNC\\\\",
        b"\\\\DosDevices\\\\UNC\\\\",
        b"\\\\Device\\\\Mup\\\\",
        b"\\\\Device\\\\LanmanRedirector\\\\",
        b"\\\\Device\\\\WebDavRedirector\\\\",
    ];
    for _ in 0..MOST {
        if ROOTS.iter().any(|root| text_before(bytes, start, root).is_some()) {
            return true;
        }
        // `;LanmanRedirector\` and `;Z:0000000000012345\`.
        let (slashes, end) = backslashes_before(bytes, start);
        let is_part = |b: &&u8| is(**b, HOST) || **b == b':';
        let len = bytes[..end].iter().rev().take(64).take_while(is_part).count();
        if !matches!(slashes, 1 | 2) || len == 0 || before(bytes, end - len) != b';' {
            return false;
        }
        start = end - len - 1;
    }
    false
}

/// Returns true if the host of a UNC path starts at `start`: two backslashes (four or eight in JSON) begin the path, or `\\?\UNC\`.
pub(super) fn is_unc_host(bytes: &[u8], start: usize) -> bool {
    let (slashes, end) = backslashes_before(bytes, start);
    if slashes > 0 && is_behind_redirector(bytes, start) {
        return true;
    }
    if !matches!(slashes, 2 | 4 | 8) {
        return false;
    }
    let (root, head) = sign_before(bytes, end);
    let drive = before(bytes, head);
    if root == b':' && drive.is_ascii_alphabetic() {
        // A letter is a drive, unless a word or an option ends with it: `/i:\\evil.test\x`.
        let (sign, start) = sign_before(bytes, head - 1);
        let is_option = || matches!(sign, b'/' | b'-') && matches!(sign_before(bytes, start).0, b' ' | b'"');
        return sign.is_ascii_alphanumeric() || is_option();
    }
    end == 0 || !(is(root, HOST) || root >= 0x80 || matches!(root, b'~' | b')' | b']' | b'}' | b'$' | b'%' | b'/'))
}

/// The suffix that WebDAV adds to the host of a UNC path that ends at `end`: `@SSL`, `@8443` or `@SSL@8443`. Returns
/// the port, and the end of the suffix.
pub(super) fn webdav(bytes: &[u8], end: usize, is_unc: bool) -> Option<(Option<u16>, usize)> {
    let first = after_sign(bytes, end, b'@')?;
    let has_tls = bytes.get(first..first + 3).is_some_and(|head| head.eq_ignore_ascii_case(b"SSL"));
    let mut behind = if has_tls { first + 3 } else { first };
    let mut port = None;
    let number = if has_tls { after_sign(bytes, behind, b'@') } else { Some(first) };
    if let Some(from) = number {
        (port, behind) = port_number(bytes, from).map_or((None, behind), |(port, end)| (Some(port), end));
    }
    let is_it = has_tls || is_unc && port.is_some();
    (is_it && !is(at(bytes, behind), HOST)).then_some((port, behind))
}

//! The words around a token: keys, services, file types.

use super::escape::escape_len;
use super::spelled::{sign_before, text_before};
use super::{HOST, before, is};

/// The length of the longest word that is looked at.
const MAX_WORD: usize = 64;

/// The run of `[A-Za-z0-9._-]` that ends at `end`, without the rest of an escape at its start.
pub(in crate::extract) fn word_before(bytes: &[u8], end: usize) -> &[u8] {
    run_before(bytes, end, |b| is(b, HOST))
}

/// The run of such bytes that ends at `end`, without the rest of an escape at its start.
fn run_before(bytes: &[u8], end: usize, is_part: impl Fn(u8) -> bool) -> &[u8] {
    let len = bytes[..end].iter().rev().take(MAX_WORD).take_while(|b| is_part(**b)).count();
    let escape = if len == 0 { 0 } else { escape_len(bytes, end - len).min(len) };
    &bytes[end - len + escape..end]
}

/// The end of the text before a quote at `end`; `end` itself if there is no quote.
pub(in crate::extract) fn without_quote(bytes: &[u8], end: usize) -> usize {
    match sign_before(bytes, end) {
        // CSV doubles it.
        (b'"', start) if start + 1 == end && before(bytes, start) == b'"' => start - 1,
        (b'"' | b'\'', start) => start,
        _ => end,
    }
}

/// The end of the text before the blanks at `end`.
pub(in crate::extract) fn without_blanks(bytes: &[u8], mut end: usize) -> usize {
    for _ in 0..MAX_WORD {
        match sign_before(bytes, end) {
            (b' ' | b'\t', start) => end = start,
            _ => break,
        }
    }
    end
}

/// The key of the value at `start`, in `key=`, `key: `, `"key":"`, `<key>` or `<Data Name="key">`, however the signs are spelled.
pub(in crate::extract) fn key_before(bytes: &[u8], start: usize) -> &[u8] {
    if let (b'>', end) = sign_before(bytes, start) {
        let key = word_before(bytes, end);
        let is_tag = sign_before(bytes, end - key.len()).0 == b'<';
        return if is_tag { key } else { attribute_before(bytes, end) };
    }
    // A value may have quotes of its own: `"version":"\"1.2.3.4\""`.
    let end = without_blanks(bytes, without_quote(bytes, without_quote(bytes, start)));
    match sign_before(bytes, end) {
        (b'=' | b':', end) => word_before(bytes, without_quote(bytes, without_blanks(bytes, end))),
        _ => b"",
    }
}

/// The name in `<Data Name="key">`, as in Windows events. The `>` is at `end`.
fn attribute_before(bytes: &[u8], end: usize) -> &[u8] {
    let quote = without_quote(bytes, end);
    let key = word_before(bytes, quote);
    let name = quote - key.len();
    let open = without_quote(bytes, name);
    if quote < end && open < name && text_before(bytes, open, b" Name=").is_some() { key } else { b"" }
}

/// The last word of a key, which is `ver` in `app_ver`, `appVer` and `app-VER`; and the part before it.
fn last_word(key: &[u8]) -> (&[u8], &[u8]) {
    let mut from = key.len();
    while from > 0 && key[from - 1].is_ascii_alphanumeric() {
        from -= 1;
        let is_hump = key[from].is_ascii_uppercase() && from > 0 && key[from - 1].is_ascii_lowercase();
        if is_hump {
            break;
        }
    }
    let head = &key[..from];
    let head = &head[..head.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |at| at + 1)];
    (head, &key[from..])
}

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(word))
}

/// Returns true if a key names a version. `ver` and `rv` must be whole words, because `server`, `driver` and `srv` are
/// not versions.
pub(in crate::extract) fn is_version_key(key: &[u8]) -> bool {
    let ends = |word: &[u8]| key.len() >= word.len() && key[key.len() - word.len()..].eq_ignore_ascii_case(word);
    ends(b"version") || ends(b"build") || ends(b"release") || is_one_of(last_word(key).1, &["ver", "rv"])
}

/// Returns true if a word says that the next one is a version.
pub(in crate::extract) fn is_version_word(word: &[u8]) -> bool {
    const VERSION: &[u8] = b"version";
    word.len() >= VERSION.len() && word[word.len() - VERSION.len()..].eq_ignore_ascii_case(VERSION)
        || is_one_of(last_word(word).1, &["ver"])
}

/// Returns true if a key names a file.
pub(in crate::extract) fn is_file_key(key: &[u8]) -> bool {
    const FILES: [&str; 21] = [
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
        "cmd",
        "command",
        "proctitle",
        "sproc",
        "dproc",
        "archive",
        "document",
        "files",
    ];
    let (head, last) = last_word(key);
    // `logfile`, `srcfile`.
    let ends_in_file = || {
        let is_file = last.len() > 4 && last[last.len() - 4..].eq_ignore_ascii_case(b"file");
        is_file && !last.eq_ignore_ascii_case(b"profile")
    };
    is_one_of(last, &FILES) || ends_in_file() || is_one_of(last, &["name"]) && is_one_of(last_word(head).1, &FILES)
}

/// Returns true if a key names the target of a request, as in `request_uri`, `cs-uri-stem` and `href`.
pub(in crate::extract) fn is_target_key(key: &[u8]) -> bool {
    is_one_of(last_word(key).1, &["uri", "url", "href", "path", "request", "location", "stem"])
}

/// Returns true if a word is a program that runs the file named after it.
pub(in crate::extract) fn is_interpreter(word: &[u8]) -> bool {
    const PROGRAMS: [&str; 18] = [
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
    let name = word.rsplit(|&b| b == b'/').next().unwrap_or(word);
    is_one_of(name.strip_suffix(b".exe").unwrap_or(name), &PROGRAMS)
}

/// Returns true if the last label of a name is a file type, as in `setup.py`.
pub(in crate::extract) fn is_file_type(label: &[u8]) -> bool {
    // Asked for every name, so the types are compared as numbers.
    packed(label).is_some_and(|label| FILE_TYPES.binary_search(&label).is_ok())
}

/// The file types, in order.
const FILE_TYPES: [u64; 91] = {
    const TYPES: [&str; 91] = [
        "7z", "app", "asp", "aspx", "avi", "bak", "bash", "bat", "bin", "bz2", "c", "cab", "cc", "cfg", "cgi", "class",
        "cmd", "conf", "cpp", "cs", "css", "csv", "dat", "db", "deb", "dll", "dmg", "doc", "docm", "docx", "dylib",
        "eml", "exe", "gif", "go", "gz", "h", "hta", "htm", "html", "img", "ini", "iso", "jar", "java", "jpeg", "jpg",
        "js", "json", "jsp", "kt", "lnk", "log", "lua", "md", "mov", "mp3", "mp4", "msi", "pdf", "php", "pid", "pl",
        "png", "ppt", "pptx", "ps", "ps1", "py", "pyc", "rar", "rb", "rpm", "rs", "rtf", "scr", "service", "sh", "so",
        "sock", "sql", "sys", "tar", "tgz", "tmp", "ts", "txt", "vbs", "xls", "xlsx", "zip",
    ];
    let mut all = [0; 91];
    let mut at = 0;
    while at < all.len() {
        all[at] = packed(TYPES[at].as_bytes()).expect("a short type");
        assert!(at == 0 || all[at - 1] < all[at], "the types are in order");
        at += 1;
    }
    all
};

/// A word of at most seven bytes as a number, in lower case. Numbers are in the order of their words.
const fn packed(word: &[u8]) -> Option<u64> {
    if word.len() > 7 {
        return None;
    }
    let mut bytes = [0; 8];
    let mut at = 0;
    while at < word.len() {
        bytes[at] = word[at].to_ascii_lowercase();
        at += 1;
    }
    Some(u64::from_be_bytes(bytes))
}

/// Returns true if a word is the class of a service principal name, as in `cifs/evil.test`.
pub(in crate::extract) fn is_service_class(word: &[u8]) -> bool {
    const CLASSES: [&str; 40] = [
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
    is_one_of(word, &CLASSES)
}

/// Returns true if a word before a slash is a protocol or an interface, so that a host follows: `/dev/tcp/192.0.2.1/4444`,
/// `/dns4/evil.test/tcp/443`, `outside/192.0.2.1(443)`.
pub(in crate::extract) fn is_network(word: &[u8]) -> bool {
    const WORDS: [&str; 14] = [
        "tcp", "udp", "icmp", "sctp", "ip4", "ip6", "dns4", "dns6", "dnsaddr", "inside", "outside", "dmz", "wan", "lan",
    ];
    is_one_of(word, &WORDS)
}

/// The word before the one at `start`, if a blank separates them; and its start.
pub(in crate::extract) fn word_before_blank(bytes: &[u8], start: usize) -> (&[u8], usize) {
    let (b' ', end) = sign_before(bytes, start) else { return (b"", start) };
    let word = run_before(bytes, end, |b| is(b, HOST) || b == b'/');
    (word, end - word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_their_last_words() {
        for (text, want) in [
            ("key=v", "key"),
            ("a key: v", "key"),
            ("{\"app.ver\" : \"v", "app.ver"),
            ("{\\\"k\\\":\\\"v", "k"),
            ("<FileVersion>v", "FileVersion"),
            ("</x>v", ""),
            ("x v", ""),
            ("key='v", "key"),
            (r"\nkey=v", "key"),
            ("nkey=v", "nkey"),
            (r"an=1 \nkey=v", "key"),
            ("an=1 %20key=v", "key"),
            ("%20key=v", "key"),
            (r#"<Data Name="key">v"#, "key"),
            (r"<Data Name='key'>v", "key"),
            ("<Data Name=key>v", ""),
            (r#"<Data Name="key>v"#, ""),
            (r#"<Data Name=key">v"#, ""),
            (r#"<Data Id="key">v"#, ""),
            (r#"<DataName="key">v"#, ""),
        ] {
            assert_eq!(key_before(text.as_bytes(), text.len() - 1), want.as_bytes(), "{text}");
        }
        for (key, want) in [
            ("version", true),
            ("agentVersion", true),
            ("app_ver", true),
            ("appVer", true),
            ("APP_VER", true),
            ("rv", true),
            ("os.build", true),
            ("server", false),
            ("driver", false),
            ("resolver", false),
            ("srv", false),
            ("versions", false),
            ("", false),
        ] {
            assert_eq!(is_version_key(key.as_bytes()), want, "{key}");
        }
        for (key, want) in [
            ("file", true),
            ("FileName", true),
            ("file_name", true),
            ("ImagePath", true),
            ("profile", false),
            ("name", false),
        ] {
            assert_eq!(is_file_key(key.as_bytes()), want, "{key}");
        }
    }
}

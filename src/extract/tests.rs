//! Every rule for observables in raw bytes, with hits and near misses.

use std::ops::Range;

use super::{ExtractOptions, Extractor, Token, TokenKind};

mod addresses;
mod edges;
mod rules;
mod seams;
mod urls;

/// One token in the notation of the tables: `[alt ]kind[~] text[ :port][ @raw text][ context]`.
fn show(haystack: &[u8], token: &Token<'_>) -> String {
    let text = String::from_utf8_lossy(token.text);
    let raw = String::from_utf8_lossy(&haystack[token.start..token.end]);
    let mut out = String::new();
    if token.alternative {
        out.push_str("alt ");
    }
    let (kind, value) = match token.kind {
        TokenKind::Ip(addr) => ("ip", addr.to_string()),
        TokenKind::Domain => ("name", text.clone().into_owned()),
        TokenKind::Url => ("url", text.clone().into_owned()),
        TokenKind::RequestPath => ("path", text.clone().into_owned()),
        TokenKind::Hash => ("hash", text.clone().into_owned()),
        TokenKind::Email => ("email", text.clone().into_owned()),
    };
    out.push_str(kind);
    if token.name_like {
        out.push('~');
    }
    out.push(' ');
    out.push_str(&value);
    if let Some(port) = token.port {
        out.push_str(&format!(" :{port}"));
    }
    if raw != value {
        out.push_str(&format!(" @{raw}"));
    }
    if token.context != super::Context::Text {
        out.push_str(&format!(" {}", token.context.as_str()));
    }
    out
}

fn part(options: ExtractOptions, haystack: &[u8], own: Range<usize>) -> Vec<String> {
    let mut found = Vec::new();
    Extractor::new(options).extract(haystack, own, &mut |token| {
        found.push(show(haystack, token));
    });
    found
}

fn all(options: ExtractOptions, haystack: &[u8]) -> Vec<String> {
    part(options, haystack, 0..haystack.len())
}

/// The URLs found in a line do not depend on the lines around it: each line gives the same alone and among others.
#[test]
fn lines_do_not_matter_to_one_another() {
    let line = "GET http://a.test/url?u=http%3A%2F%2Fb.test%2Fc&d=1 x http://c.test/d,http://e.test/f\n";
    let alone = all(ExtractOptions::default(), line.as_bytes());
    let among = all(ExtractOptions::default(), line.repeat(200).as_bytes());
    assert_eq!(among.len(), 200 * alone.len());
    assert!(among.chunks(alone.len()).all(|found| found == alone));
}

/// Checks a table: each haystack, with all tokens if nothing matches.
fn check(options: ExtractOptions, cases: &[(&str, &[&str])]) {
    let mut wrong = String::new();
    for (haystack, want) in cases {
        let got = all(options, haystack.as_bytes());
        if got != *want {
            wrong.push_str(&format!("{haystack:?}\n  got  {got:?}\n  want {want:?}\n"));
        }
        // Wherever the haystack is cut, each token comes from exactly one of the parts.
        let mut whole = got;
        whole.sort();
        for cut in 0..=haystack.len() {
            let mut parts = part(options, haystack.as_bytes(), 0..cut);
            parts.extend(part(options, haystack.as_bytes(), cut..haystack.len()));
            parts.sort();
            if parts != whole {
                wrong.push_str(&format!("{haystack:?} cut at {cut}\n  got  {parts:?}\n  want {whole:?}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn table(cases: &[(&str, &[&str])]) {
    check(ExtractOptions::default(), cases);
}

#[test]
fn names() {
    table(&[
        ("evil.test", &["name evil.test"]),
        ("x WWW.Evil.Test y", &["name WWW.Evil.Test"]),
        ("evil.test.", &["name evil.test"]),
        ("...evil.test...", &["name evil.test"]),
        ("-evil.test-", &["name evil.test", "alt name evil.test-", "alt name -evil.test", "alt name -evil.test-"]),
        ("a=evil.test;b", &["name evil.test"]),
        ("(evil.test)", &["name evil.test"]),
        ("\"evil.test\",", &["name evil.test"]),
        ("_dmarc.evil.test", &["name _dmarc.evil.test"]),
        ("a_b-c.evil.test", &["name a_b-c.evil.test"]),
        // The longest valid suffix.
        ("a..evil.test", &["name evil.test"]),
        ("evil.test:443", &["name evil.test :443"]),
        ("evil.test:443.", &["name evil.test :443"]),
        ("evil.test:443,x", &["name evil.test :443"]),
        ("evil.test:65535", &["name evil.test :65535"]),
        ("evil.test.:80", &["name evil.test :80"]),
        ("evil.test.:80/x", &["url evil.test.:80/x"]),
        ("evil.test./x", &["url evil.test./x"]),
        ("evil.test..:80", &["name evil.test"]),
        // Invalid ports.
        ("evil.test:65536", &["name evil.test"]),
        ("evil.test:123456", &["name evil.test"]),
        ("evil.test:80a", &["name evil.test"]),
        ("evil.test:12:30", &["name evil.test"]),
        ("evil.test:1.5", &["name evil.test"]),
        ("evil.test:", &["name evil.test"]),
        // Not names.
        ("localhost", &[]),
        ("evil", &[]),
        ("1.5", &[]),
        ("v1.2", &[]),
        ("evil.123", &[]),
        (".test", &[]),
        ("test.", &[]),
        ("..", &[]),
        ("", &[]),
        // The local part, and the domain of a mail address.
        ("john.doe@evil.test", &["name evil.test email"]),
        ("<john@evil.test>", &["name evil.test email"]),
        ("john.doe.@x", &[]),
        ("john.doe@", &[]),
        // A lone `@` does not make a mail address.
        (" @evil.test", &["name evil.test"]),
    ]);
}

#[test]
fn contexts_are_shown_by_their_names() {
    use super::Context::{Email, ReverseName, Text, UrlHost, UrlPath, UrlQuery};
    let shown = [Text, UrlHost, UrlPath, UrlQuery, Email, ReverseName].map(|context| context.to_string());
    assert_eq!(shown, ["text", "url_host", "url_path", "url_query", "email", "reverse_name"]);
}

#[test]
fn names_that_are_not_ascii() {
    table(&[
        ("bücher.test", &["name bücher.test", "alt name cher.test"]),
        ("x bücher.test:8080 y", &["name bücher.test :8080", "alt name cher.test :8080"]),
        ("www。evil。test", &["name www。evil。test"]),
        ("www．evil｡test", &["name www．evil｡test"]),
        // A quotation mark is punctuation and ends a name; a letter or a symbol does not.
        ("“evil.test”", &["name evil.test"]),
        ("«evil.test»", &["name evil.test"]),
        ("evil.test…", &["name evil.test"]),
        ("查询evil.test", &["name 查询evil.test", "alt name evil.test"]),
        ("i❤.test", &["name i❤.test"]),
        ("\u{a0}evil.test\u{3000}", &["name evil.test"]),
        // With an address or a path after them.
        ("bücher.test/a", &["url bücher.test/a", "alt url cher.test/a"]),
        ("é192.0.2.1", &["ip 192.0.2.1"]),
        ("jörg@evil.test", &["name evil.test email"]),
    ]);
}

#[test]
fn broken_utf8_ends_a_name() {
    for (haystack, want) in [
        (&b"\xFFevil.test\xFF"[..], vec!["name evil.test"]),
        (b"\xC3evil.test", vec!["name evil.test"]),
        (b"evil\xE2\x80.test", vec![]),
        (b"b\xC3\xBCcher.test\xC3", vec!["name b\u{fc}cher.test", "alt name cher.test"]),
        (b"\x80\x80\x80", vec![]),
        // The same byte again, with which a character begins.
        (b"x \xE2\xE2\x86\x92evil.test", vec!["name →evil.test", "alt name evil.test"]),
        (b"x \xE2\xE2\xE2evil.test", vec!["name evil.test"]),
    ] {
        assert_eq!(all(ExtractOptions::default(), haystack), want, "{haystack:?}");
    }
}

#[test]
fn escapes_before_a_token() {
    table(&[
        // The whole run comes first; directly after a backslash it is a file name.
        (r"a\nevil.test", &["name evil.test", "alt name~ nevil.test"]),
        (r"a\tevil.test", &["name evil.test", "alt name~ tevil.test"]),
        (r"a\revil.test", &["name evil.test", "alt name~ revil.test"]),
        (r"a\bevil.test", &["name evil.test", "alt name~ bevil.test"]),
        (r"a\fevil.test", &["name evil.test", "alt name~ fevil.test"]),
        (r"a\x20evil.test", &["name evil.test", "alt name~ x20evil.test"]),
        (r"a\u003devil.test", &["name evil.test", "alt name~ u003devil.test"]),
        ("a%3Devil.test", &["name evil.test", "alt name 3Devil.test"]),
        ("a%253Devil.test", &["name evil.test", "alt name 253Devil.test"]),
        ("a#012evil.test", &["name evil.test", "alt name 012evil.test"]),
        // Not escapes.
        (r"a\zevil.test", &["name~ zevil.test"]),
        (r"a\xg0evil.test", &["name~ xg0evil.test"]),
        ("a%zzevil.test", &["name zzevil.test"]),
        ("a#912evil.test", &["name 912evil.test"]),
        (r"C:\Users\evil.test", &["name~ evil.test"]),
        // Addresses too.
        (r"a\n192.0.2.1", &["ip 192.0.2.1"]),
        ("a%20192.0.2.1", &["ip 192.0.2.1"]),
        ("a%3D192.0.2.1:80", &["ip 192.0.2.1 :80"]),
        ("a#012192.0.2.1", &["ip 192.0.2.1"]),
        (r"a\x20192.0.2.1", &["ip 192.0.2.1"]),
        (r"a\n2001:db8::1", &["ip 2001:db8::1"]),
        ("a%202001:db8::1", &["ip 2001:db8::1"]),
        (r"a\u00202001:db8::1", &["ip 2001:db8::1"]),
        // And URLs.
        (r"a\nhttp://evil.test/", &["url http://evil.test/", "alt url nhttp://evil.test/"]),
        (
            r"\u0022http://evil.test/\u0022",
            &[
                "url http://evil.test/",
                r"alt url http://evil.test/\u0022",
                "alt url u0022http://evil.test/",
                r"alt url u0022http://evil.test/\u0022",
            ],
        ),
        ("%22http://evil.test/", &["url http://evil.test/"]),
        (r"a\nevil.test/x", &["url evil.test/x", "alt url~ nevil.test/x"]),
        ("\x1b[01;31m\x1b[Kevil.test\x1b[m\x1b[K", &["name evil.test", "alt name Kevil.test"]),
        ("\x1b[2Jevil.test", &["name evil.test", "alt name 2Jevil.test"]),
        ("\x1b[1;1Hevil.test", &["name evil.test", "alt name 1Hevil.test"]),
        ("\x1b[?25hevil.test", &["name evil.test", "alt name 25hevil.test"]),
        ("\x1b[?2004l192.0.2.1", &["ip 192.0.2.1"]),
        ("\\u001b[?25hevil.test", &["name evil.test", "alt name 25hevil.test"]),
        ("[?25hevil.test", &["name 25hevil.test"]),
        ("a?25hevil.test", &["name 25hevil.test"]),
        ("\x1b[Jevil.test", &["name Jevil.test"]),
        ("[2Jevil.test", &["name 2Jevil.test"]),
        (r"\033[31mevil.test", &["name evil.test", "alt name 31mevil.test"]),
        ("^[[31mevil.test", &["name evil.test", "alt name 31mevil.test"]),
    ]);
}

#[test]
fn names_after_a_slash() {
    table(&[
        ("/evil.test", &["name~ evil.test"]),
        ("a/evil.test", &["name~ evil.test"]),
        ("DIRECT/evil.test", &["name evil.test"]),
        ("HIER_DIRECT/evil.test", &["name evil.test"]),
        ("Direct/evil.test", &["name~ evil.test"]),
        ("//evil.test", &["name evil.test"]),
        ("/var/log/evil.test", &["name~ evil.test"]),
        ("/var/log/evil.test:80", &["name~ evil.test :80"]),
        ("/srv/evil.test/x", &["url~ evil.test/x"]),
        ("9/192.0.2.1", &["ip 192.0.2.1"]),
    ]);
}

/// Checks whether the first reading of a text with one name or address counts as such. Other readings are ignored.
#[track_caller]
fn looks(cases: &[(&str, bool)]) {
    for (haystack, is_strong) in cases {
        let all = all(ExtractOptions::default(), haystack.as_bytes());
        let is_listed = |kind: &str| {
            let text = if haystack.contains("evil.test") { "evil.test" } else { "192.0.2.1" };
            all.iter().any(|token| token.trim_start_matches("alt ").starts_with(&format!("{kind} {text}")))
        };
        let found = is_listed("name") || is_listed("ip") || is_listed("url");
        assert_eq!(found, *is_strong, "{haystack:?}: {all:?}");
    }
}

#[test]
fn hosts_of_services_and_paths() {
    looks(&[
        ("cifs/evil.test", true),
        ("HTTP/evil.test@REALM", true),
        ("MSSQLSvc/evil.test:1433", true),
        ("(host/evil.test/A/IN)", true),
        ("wideip=/Common/evil.test,", true),
        ("/Common/Tenant/evil.test", true),
        (r"\\evil.test\share", true),
        (r#"{"n":"\\\\evil.test\\share"}"#, true),
        (r"location:\\evil.test\share", true),
        (r"\\evil.test@SSL\x", true),
        (r"\\evil.test@8443\x", true),
        ("DavSetCookie evil.test@SSL x", true),
        (r" /i:\\evil.test\x.sct", true),
        (r"\\?\UNC\evil.test\share", true),
        (r"\??\UNC\evil.test\share", true),
        (r"\DosDevices\UNC\evil.test\share", true),
        (r"\Device\Mup\evil.test\share", true),
        (r#""\\Device\\Mup\\evil.test\\share""#, true),
        (r"\Device\Mup\;LanmanRedirector\;Z:0000000000012345\evil.test\share", true),
        (r"\Device\LanmanRedirector\;Z:0000000000012345\192.0.2.1\share", true),
        (r"\device\mup\evil.test@SSL@8443\share", true),
        ("exec 5<>/dev/tcp/evil.test/80", true),
        ("/dns4/evil.test/tcp/443", true),
        ("first.evil.test%40corp.example", false),
        (r"evil.test\u0040corp.example", false),
        ("GET /API/evil.test HTTP/1.1", false),
        (r#""uri":"/API/evil.test""#, false),
        ("admin@evil.test@192.0.2.9", true),
        // Near misses.
        ("photos/evil.test", false),
        ("/home/user/evil.test", false),
        ("/var/Common/evil.test", false),
        ("x/Common/evil.test", false),
        (r"C:\temp\evil.test", false),
        (r"\Device\HarddiskVolume3\evil.test", false),
        (r"\Device\Mup\x\evil.test", false),
        (r"\Device\Mup\;\evil.test", false),
        (r"\Device\;Z:00\evil.test", false),
        (r"C:\UNC\evil.test", false),
        (r"C:\Mup\evil.test", false),
        (r#"{"n":"C:\\temp\\evil.test"}"#, false),
        (r"C:\\evil.test", false),
        (r"share\\evil.test", false),
        ("evil.test@corp", false),
        ("evil.test@SSLx", false),
        ("evil.test@SSL@0123456789", true),
        ("evil.test@SSL@012345x", true),
    ]);
    table(&[(r"\\evil.test@SSL@8443\x", &["name evil.test :8443"]), (r"\\192.0.2.1@80\x", &["ip 192.0.2.1 :80"])]);
}

#[test]
fn keys_files_and_code() {
    looks(&[
        (r#"{"evil.test":1}"#, false),
        (r#"{"a":1, "evil.test" : 2}"#, false),
        (r#"{\"evil.test\":1}"#, false),
        (r#"{"m":"{\n  \"evil.test\": \"x\"\n}"}"#, false),
        (r#"{""a"":1,""evil.test"":2}"#, false),
        ("{&quot;evil.test&quot;:1}", false),
        ("{%22evil.test%22%3A1}", false),
        (r"{\x22evil.test\x22:1}", false),
        (r"{\u0022evil.test\u0022:1}", false),
        (r#""m":"said \"evil.test\": no""#, true),
        ("x&quot;evil.test&quot;:1", true),
        ("$evil.test", false),
        ("evil.test()", false),
        // Near misses.
        (r#"{"a":"evil.test"}"#, true),
        (r#"["evil.test","b"]"#, true),
        (r#"lookup "evil.test": no such host"#, true),
        ("evil.test(192.0.2.9)", true),
        ("$x evil.test", true),
    ]);
    table(&[
        ("python setup.py install", &["name~ setup.py"]),
        ("attachment: a.zip", &["name~ a.zip"]),
        ("file=a.zip", &["name~ a.zip"]),
        (r#""ImageName":"a.app""#, &["name~ a.app"]),
        ("at main.py:12", &["name~ main.py :12"]),
        (r#"File "main.py", line 12, in f"#, &["name~ main.py"]),
        (r#"see "main.py", lines of it"#, &["name main.py"]),
        ("query: a.zip IN A", &["name a.zip"]),
        ("host=a.zip", &["name a.zip"]),
        ("profile=a.zip", &["name a.zip"]),
        ("a.app:443", &["name a.app :443"]),
        ("python evil.test", &["name evil.test"]),
        ("main.rs:12:3: error", &["name~ main.rs"]),
        ("(app.js:12:3)", &["name~ app.js"]),
        ("main.ts(12,3): error", &["name~ main.ts"]),
        ("main.py(12)", &["name~ main.py"]),
        ("a.zip(443)", &["name a.zip"]),
        ("run.sh: line 12: foo: not found", &["name~ run.sh"]),
        ("File 'main.py', line 12", &["name~ main.py"]),
        ("logfile=run.sh", &["name~ run.sh"]),
        ("filename*=UTF-8''a.zip", &["name~ a.zip"]),
        ("python3 -u main.py", &["name~ main.py"]),
        ("GET /Downloads/a.zip HTTP/1.1", &["name~ a.zip"]),
        ("/Applications/evil.app/Contents/MacOS", &["url~ evil.app/Contents/MacOS"]),
        ("DIRECT/a.zip", &["name a.zip"]),
    ]);
}

#[test]
fn names_as_dns_labels() {
    table(&[
        ("(3)www(4)evil(4)test(0)", &["name www.evil.test @(3)www(4)evil(4)test(0)"]),
        ("x (4)evil(4)test(0) y", &["name evil.test @(4)evil(4)test(0)"]),
        ("(4)evil(0)", &[]),
        ("(5)evil(4)test(0)", &[]),
        ("(0)", &[]),
        ("f(3)", &[]),
    ]);
}

#[test]
fn json_escapes_within_a_token() {
    table(&[
        (r"evil\u002etest", &[r"name evil.test @evil\u002etest"]),
        (
            r"b\u00fccher.test",
            &[r"name bücher.test @b\u00fccher.test", "alt name cher.test", "alt name~ u00fccher.test"],
        ),
        (r"192\u002e0\u002e2\u002e1", &[r"ip 192.0.2.1 @192\u002e0\u002e2\u002e1"]),
    ]);
}

#[test]
fn refanged_logs() {
    let options = ExtractOptions { refang: true, ..ExtractOptions::default() };
    check(
        options,
        &[
            ("see evil[.]test now", &["name evil.test @evil[.]test"]),
            ("evil[.]test:443", &["name evil.test :443 @evil[.]test"]),
            ("www(.)evil{.}test", &["name www.evil.test @www(.)evil{.}test"]),
            ("evil[dot]test", &["name evil.test @evil[dot]test"]),
            ("evil[.test]", &["name evil.test @evil[.test]"]),
            ("192.0.2[.]1", &["ip 192.0.2.1 @192.0.2[.]1"]),
            ("a=192[.]0[.]2[.]1;b", &["ip 192.0.2.1 @192[.]0[.]2[.]1"]),
            (
                "hxxp://evil[.]test/a[.]b",
                &["url http://evil.test/a.b @hxxp://evil[.]test/a[.]b", "name~ a.b @a[.]b url_path"],
            ),
            ("(hxxps[:]//evil.test/a)", &["url https://evil.test/a @hxxps[:]//evil.test/a"]),
            ("url=hxxp://evil.test/a", &["url http://evil.test/a @hxxp://evil.test/a"]),
            (
                r#""u":"hxxp:\/\/evil.test\/a""#,
                &[
                    r"url http:///evil.test/a @hxxp:\/\/evil.test\/a",
                    r"alt url http://\/evil.test\/a @hxxp:\/\/evil.test\/a",
                ],
            ),
            ("john[@]evil[.]test", &["name evil.test @evil[.]test email"]),
            // A path alone is not defanged by anybody.
            ("http://evil.test/a[.]b", &["url http://evil.test/a[.]b"]),
            // Text without defanging is found as usual.
            ("x evil.test [2001:db8::1]:80 \"192.0.2.1\"", &["name evil.test", "ip 2001:db8::1 :80", "ip 192.0.2.1"]),
        ],
    );
    // Off by default.
    table(&[("evil[.]test", &[]), ("hxxp://evil.test/a", &["url hxxp://evil.test/a"])]);
}

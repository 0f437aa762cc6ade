//! A sign means the same however a log spells it: the hits of a line stay the same when its quotes, slashes, colons and blanks are
//! escaped as in JSON, XML, C or a URL.
#![cfg(feature = "feeds")]

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use netsieve::feed::{self, Format};
use netsieve::{Feed, Policy, Scanner, Sieve};

/// Lines that are judged by the signs in them. Some look like hits and are none; others are the near misses of those.
const LINES: &[&str] = &[
    // Keys of files and versions.
    "file=\"main.py\" x",
    "file: main.py x",
    "site: main.py x",
    "{\"a\":1,\"file\":\"main.py\"}",
    "{\"a\":1,\"site\":\"main.py\"}",
    "{\"file\" : \"main.py\"}",
    "<FileName>main.py</FileName>",
    "<Host>main.py</Host>",
    "<Data Name=\"Image\">main.py</Data>",
    "<Data Name=\"Host\">main.py</Data>",
    "x version=192.0.2.1 y",
    "x server=192.0.2.1 y",
    "{\"version\":\"192.0.2.1\"}",
    "{\"server\":\"192.0.2.1\"}",
    "file='main.py' x",
    // Lines and columns of source files.
    "File \"main.py\", line 3",
    "main.py: line 3",
    "x main.py:12:3 y",
    "x main.py:12 y",
    "x main.py:443 y",
    "x main.py(12) y",
    "x main.py(12,3) y",
    "x main.py(443) y",
    "sh -c python main.py x",
    "sh -c python -u main.py x",
    "sh -c curl main.py x",
    "attachment; filename*=UTF-8''main.py",
    // Keys of objects.
    "{\"evil.test\":1}",
    "{\"a\":1,\"evil.test\": 1}",
    "{\"a\":\"evil.test\"}",
    "[\"evil.test\",\"a\"]",
    // Code.
    "x $evil.test y",
    "x evil.test() y",
    "x evil.test(\"x\") y",
    "x evil.test(self) y",
    "x evil.test(debug=True) y",
    "x evil.test({a:1}) y",
    "x evil.test(phishing) y",
    "x evil.test(203.0.113.9) y",
    // Paths.
    "x a/evil.test y",
    "x /a/evil.test y",
    "x HTTP/evil.test y",
    "x cifs/evil.test y",
    "x /Common/evil.test y",
    "x /Common/evil.zip y",
    "x /dev/tcp/192.0.2.1/4444 y",
    "GET /Common/evil.test x",
    "path=/Common/evil.test x",
    "host=/Common/evil.test x",
    // Versions.
    "x Chrome/192.0.2.1 y",
    "x CHROME/192.0.2.1 y",
    "x tcp/192.0.2.1 y",
    "x C:\\App\\192.0.2.1\\x.exe y",
    "x name-192.0.2.1-1.el7 y",
    // Ports.
    "x 192.0.2.1:443 y",
    "x 192.0.2.7:443 y",
    "x 192.0.2.7:80 y",
    "x 192.0.2.7/443 y",
    "x 192.0.2.7/80 y",
    "x 192.0.2.7(443) y",
    "x 192.0.2.7(80) y",
    "x 192.0.2.7#443 y",
    "x 192.0.2.7#80 y",
    "x [192.0.2.7]:443 y",
    "x [192.0.2.7]:80 y",
    "x port.test:443 y",
    "x port.test:80 y",
    // UNC and WebDAV.
    "x \\\\evil.test\\share y",
    "x /i:\\\\evil.test\\share y",
    "x C:\\\\evil.test\\share y",
    "x \\\\port.test@SSL\\share y",
    "x \\\\port.test@443\\share y",
    "x \\\\port.test@80\\share y",
    "x \\\\team.test@443\\share y",
    "x \\\\team.test@80\\share y",
    "x cifs/team.test@REALM y",
    // Addresses of mail.
    "x user@evil.test y",
    "x evil.test@a.example y",
    // Nothing around them.
    "x url.test y",
    "(url.test:443) x",
];

const LIST: &str = "main.py evil.zip evil.test 192.0.2.1 192.0.2.7:443 port.test:443 team.test http://url.test/a/x.sh";

fn sieve() -> Sieve {
    let mut policy = Policy::default();
    policy.admit_bogons = true;
    let feed = Feed::new("f").policy(policy);
    let mut builder = Sieve::builder();
    let id = builder.feed(feed.clone());
    let text = LIST.split(' ').collect::<Vec<_>>().join("\n");
    feed::read(text.as_bytes(), "", Some(Format::Plain), &feed, &mut builder.sink(id)).unwrap();
    builder.build().unwrap().0
}

fn hits(scanner: &mut Scanner, log: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    scanner.scan(log, |hit| {
        found.extend(hit.matches().iter().map(|by| by.indicator().to_string()));
        ControlFlow::Continue(())
    });
    found
}

/// The spellings of a sign besides the plain one.
fn spellings(sign: char) -> Vec<String> {
    let code = u32::from(sign);
    let mut all = vec![
        format!("%{code:02X}"),
        format!("%{code:02x}"),
        format!("%25{code:02X}"),
        format!("\\u{code:04x}"),
        format!("\\u{code:04X}"),
        format!("\\\\u{code:04x}"),
        format!("\\x{code:02x}"),
        format!("&#{code};"),
        format!("&#x{code:X};"),
    ];
    let entity = match sign {
        '"' => "quot",
        '\'' => "apos",
        '/' => "sol",
        ':' => "colon",
        '=' => "equals",
        '(' => "lpar",
        ')' => "rpar",
        ',' => "comma",
        '@' => "commat",
        '<' => "lt",
        '>' => "gt",
        '#' => "num",
        '$' => "dollar",
        '\\' => "bsol",
        '[' => "lsqb",
        ']' => "rsqb",
        '{' => "lcub",
        '}' => "rcub",
        _ => "",
    };
    if !entity.is_empty() {
        all.push(format!("&{entity};"));
    }
    if matches!(sign, '"' | '\'' | '/') {
        all.extend([format!("\\{sign}"), format!("\\\\\\{sign}")]);
    }
    all
}

#[test]
fn a_sign_means_the_same_however_it_is_spelled() {
    let sieve = sieve();
    let mut scanner = Scanner::new(&sieve);
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in LINES {
        let want = hits(&mut scanner, line.as_bytes());
        let signs: BTreeSet<char> =
            line.chars().filter(|c| !c.is_ascii_alphanumeric() && !".-_;*$".contains(*c)).collect();
        for sign in signs {
            for spelling in spellings(sign) {
                let mut forms = vec![line.replace(sign, &spelling)];
                for (at, _) in line.match_indices(sign) {
                    forms.push(format!("{}{spelling}{}", &line[..at], &line[at + 1..]));
                }
                forms.dedup();
                for form in forms {
                    // Plain backslashes before the escape of one would belong to it.
                    if sign == '\\' && form.contains("\\\\") && spelling.starts_with('\\') {
                        continue;
                    }
                    // A percent-encoded slash before a name may begin a value in a query, so that the name is none of a path.
                    if ["%2Fevil.", "%2fevil.", "%252Fevil."].iter().any(|slash| form.contains(slash)) {
                        continue;
                    }
                    all += 1;
                    let got = hits(&mut scanner, form.as_bytes());
                    if got != want {
                        wrong.push(format!("{sign} {form:?}\n  finds {got:?}, not {want:?} as {line:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
}

//! A sign means the same however a log spells it: the hits of a line stay the same when its quotes, slashes, colons and blanks are
//! escaped as in JSON, XML, C or a URL.

use std::collections::BTreeSet;

use super::{hits, sieve};

/// Lines that are judged by the signs in them. Some look like hits and are none; others are the near misses of those.
const LINES: &[(&str, &str)] = &[
    // Keys of files and versions.
    ("file=\"main.py\" x", ""),
    ("file: main.py x", ""),
    ("site: main.py x", "main.py"),
    ("{\"a\":1,\"file\":\"main.py\"}", ""),
    ("{\"a\":1,\"site\":\"main.py\"}", "main.py"),
    ("{\"file\" : \"main.py\"}", ""),
    ("<FileName>main.py</FileName>", ""),
    ("<Host>main.py</Host>", "main.py"),
    ("<Data Name=\"Image\">main.py</Data>", ""),
    ("<Data Name=\"Host\">main.py</Data>", "main.py"),
    ("x version=192.0.2.1 y", ""),
    ("x server=192.0.2.1 y", "192.0.2.1"),
    ("{\"version\":\"192.0.2.1\"}", ""),
    ("{\"server\":\"192.0.2.1\"}", "192.0.2.1"),
    ("file='main.py' x", ""),
    // Lines and columns of source files.
    ("File \"main.py\", line 3", ""),
    ("main.py: line 3", ""),
    ("x main.py:12:3 y", ""),
    ("x main.py:12 y", ""),
    ("x main.py:443 y", "main.py"),
    ("x main.py(12) y", ""),
    ("x main.py(12,3) y", ""),
    ("x main.py(443) y", "main.py"),
    ("sh -c python main.py x", ""),
    ("sh -c python -u main.py x", ""),
    ("sh -c curl main.py x", "main.py"),
    ("attachment; filename*=UTF-8''main.py", ""),
    // Keys of objects.
    ("{\"evil.test\":1}", ""),
    ("{\"a\":1,\"evil.test\": 1}", ""),
    ("{\"a\":\"evil.test\"}", "evil.test"),
    ("[\"evil.test\",\"a\"]", "evil.test"),
    // Code.
    ("x $evil.test y", ""),
    ("x evil.test() y", ""),
    ("x evil.test(\"x\") y", ""),
    ("x evil.test(self) y", ""),
    ("x evil.test(debug=True) y", ""),
    ("x evil.test({a:1}) y", ""),
    ("x evil.test(phishing) y", "evil.test"),
    ("x evil.test(203.0.113.9) y", "evil.test"),
    // Paths.
    ("x a/evil.test y", ""),
    ("x /a/evil.test y", ""),
    ("x HTTP/evil.test y", "evil.test"),
    ("x cifs/evil.test y", "evil.test"),
    ("x /Common/evil.test y", "evil.test"),
    ("x /Common/evil.zip y", ""),
    ("x /dev/tcp/192.0.2.1/4444 y", "192.0.2.1"),
    ("GET /Common/evil.test x", ""),
    ("path=/Common/evil.test x", ""),
    ("host=/Common/evil.test x", "evil.test"),
    // Versions.
    ("x Chrome/192.0.2.1 y", ""),
    ("x CHROME/192.0.2.1 y", "192.0.2.1"),
    ("x tcp/192.0.2.1 y", "192.0.2.1"),
    ("x C:\\App\\192.0.2.1\\x.exe y", ""),
    ("x name-192.0.2.1-1.el7 y", ""),
    // Ports.
    ("x 192.0.2.1:443 y", "192.0.2.1"),
    ("x 192.0.2.7:443 y", "192.0.2.7:443"),
    ("x 192.0.2.7:80 y", ""),
    ("x 192.0.2.7/443 y", "192.0.2.7:443"),
    ("x 192.0.2.7/80 y", ""),
    ("x 192.0.2.7(443) y", "192.0.2.7:443"),
    ("x 192.0.2.7(80) y", ""),
    ("x 192.0.2.7#443 y", "192.0.2.7:443"),
    ("x 192.0.2.7#80 y", ""),
    ("x [192.0.2.7]:443 y", "192.0.2.7:443"),
    ("x [192.0.2.7]:80 y", ""),
    ("x port.test:443 y", "port.test:443"),
    ("x port.test:80 y", ""),
    // UNC and WebDAV.
    ("x \\\\evil.test\\share y", "evil.test"),
    ("x /i:\\\\evil.test\\share y", "evil.test"),
    ("x C:\\\\evil.test\\share y", ""),
    ("x -c:\\\\evil.test\\share y", "evil.test"),
    ("x \"C:\\\\evil.test\\share\" y", ""),
    ("x \\\\port.test@SSL\\share y", "port.test:443"),
    ("x \\\\port.test@443\\share y", "port.test:443"),
    ("x \\\\port.test@80\\share y", ""),
    ("x \\\\team.test@443\\share y", "team.test"),
    ("x \\\\team.test@80\\share y", "team.test"),
    ("x cifs/team.test@REALM y", "team.test"),
    // Addresses of mail.
    ("x user@evil.test y", "evil.test"),
    ("x evil.test@a.example y", ""),
    // Nothing around them.
    ("x url.test y", ""),
    ("(url.test:443) x", ""),
];

const LIST: &str = "main.py evil.zip evil.test 192.0.2.1 192.0.2.7:443 port.test:443 team.test http://url.test/a/x.sh";

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
    let sieve = sieve(LIST);
    let mut wrong = Vec::new();
    let mut all = 0;
    for (line, want) in LINES {
        let want: BTreeSet<String> = want.split_whitespace().map(str::to_owned).collect();
        assert_eq!(hits(&sieve, line.as_bytes()), want, "{line}");
        let signs: BTreeSet<char> =
            line.chars().filter(|c| !c.is_ascii_alphanumeric() && !".-_;*".contains(*c)).collect();
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
                    let got = hits(&sieve, form.as_bytes());
                    if got != want {
                        wrong.push(format!("{sign} {form:?}\n  finds {got:?}, not {want:?} as {line:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
}

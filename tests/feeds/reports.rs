//! Reports in five styles: every planted value is taken, none of the author's own, and everything seen but not taken is reported.

use netsieve::feed::{self, Format};
use netsieve::indicator::{Construct, Record, RecordSink, Rejection, Skip, Warning};
use netsieve::{Feed, Sieve};

#[derive(Default)]
struct Read {
    taken: Vec<(u32, String)>,
    aside: Vec<(u32, String, Construct)>,
    rejected: Vec<(u32, String)>,
}

impl RecordSink for Read {
    fn record(&mut self, record: Record<'_>) {
        self.taken.push((record.line, record.indicator.to_string()));
    }
    fn reject(&mut self, rejection: Rejection<'_>) {
        self.rejected.push((rejection.line, rejection.value.into_owned()));
    }
    fn skip(&mut self, skip: Skip<'_>) {
        self.aside.push((skip.line, skip.text.into_owned(), skip.construct));
    }
    fn warn(&mut self, _: Warning<'_>) {}
    fn lines(&mut self, _: u64) {}
}

fn read(text: &str, format: Option<Format>) -> (Format, Read) {
    let mut seen = Read::default();
    let format = feed::read(text.as_bytes(), "report.txt", format, &Feed::new("demo"), &mut seen);
    (format.unwrap_or_else(|error| panic!("{error}\n{text}")), seen)
}

/// Compares a report with the values planted in it, and with the values it must skip.
#[track_caller]
fn check(text: &str, planted: &[&str], aside: &[(&str, Construct)]) {
    let (format, seen) = read(text, None);
    assert_eq!(format, Format::Report);
    let mut taken: Vec<&str> = seen.taken.iter().map(|(_, value)| &**value).collect();
    let mut planted = planted.to_vec();
    taken.sort_unstable();
    planted.sort_unstable();
    assert_eq!(taken, planted);
    let mut said: Vec<(&str, Construct)> = seen.aside.iter().map(|(_, value, what)| (&**value, *what)).collect();
    let mut aside = aside.to_vec();
    said.sort_unstable();
    aside.sort_unstable();
    said.dedup();
    aside.dedup();
    assert_eq!(said, aside);
    assert!(seen.rejected.is_empty(), "{:?}", seen.rejected);
    for (line, value) in &seen.taken {
        assert!(*line > 0 && *line as usize <= text.lines().count(), "{value}");
    }
}

const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const OTHER: &str = "0f1b5e2f0c3b4a7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f";
const THIRD: &str = "1f1b5e2f0c3b4a7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e50";
const SHA1: &str = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3";
const MD5: &str = "098f6bcd4621d373cade4e832627b4f6";

#[test]
fn an_advisory_of_a_cert() {
    let text = format!(
        "\
CERT Example                                            Advisory 2026-17
Publication date: 2026-05-12
URL: https://cert.example/advisories/2026-17

1. Summary

A campaign delivers the MADEUP loader. The loader is fetched from
hxxps://files[.]evil[.]test/invoice.zip and connects to gate[.]bad[.]example
on port 8443. Systems with example.com in their configuration are not affected.
It checks its connection at www[.]google[.]com first.

2. Affected systems

  - Product 1.2.3.4 and before, see https://product.example/notes

3. Indicators of Compromise

3.1 Network

  - panel.evil.test
  - 192.0.2.7 (command and control)
  - 198.51.100.0/24 - hosts of the provider
  - evil-mail.test: sender of the mails
  - https://cdn.bad.example/load/stage2.php?id=7

3.2 Files

  - SHA256: {SHA256}
  - MD5: {MD5} invoice.exe

4. Recommendations

Block what is listed above, and ask your provider at noc.example for logs.

5. References

  [1] https://vendor.example/blog/madeup-loader
  [2] hxxps://other-vendor[.]example/report.pdf

6. Contact

For questions write to advisories[at]cert[.]example or visit https://www.cert.example/.
PGP fingerprint: {SHA1}
"
    );
    check(
        &text,
        &[
            "https://files.evil.test/invoice.zip",
            "gate.bad.example",
            "panel.evil.test",
            "192.0.2.7",
            "198.51.100.0/24",
            "evil-mail.test",
            "https://cdn.bad.example/load/stage2.php?id=7",
            SHA256,
            MD5,
        ],
        &[
            ("https://cert.example/advisories/2026-17", Construct::OwnSite),
            ("example.com", Construct::InText),
            ("www[.]google[.]com", Construct::Popular),
            ("1.2.3.4", Construct::InText),
            ("https://product.example/notes", Construct::InText),
            ("invoice.exe", Construct::FileName),
            ("noc.example", Construct::InText),
            ("https://vendor.example/blog/madeup-loader", Construct::Link),
            ("hxxps://other-vendor[.]example/report.pdf", Construct::Link),
            ("advisories[at]cert[.]example", Construct::Email),
            ("https://www.cert.example/", Construct::Email),
            (SHA1, Construct::Email),
        ],
    );
}

#[test]
fn a_blog_post_in_markdown() {
    let text = format!(
        "\
---
title: The MADEUP loader
author: research@vendor.example
canonical: https://vendor.example/blog/loader
---

# The MADEUP loader

We, [Vendor](https://vendor.example), looked at a loader that [other researchers](https://other.example/post) have seen too. It asks
`gate[.]evil[.]test` for orders, and posts to **hxxp://192.0.2[.]99:8080/submit**. The library it uses is at github.com/example/lib.

```
GET /gate.php HTTP/1.1
Host: victim-facing.example
```

## Delivery

| Product | Vendor | URL |
|---------|--------|-----|
| Reader  | Maker  | https://maker.example/reader |

## IOCs

| Type | Indicator | Description | Source |
|------|-----------|-------------|--------|
| Domain | bad.test | panel of the actor | https://vendor.example/x |
| IPv4 | 203.0.113.5:443 | command and control | https://vendor.example/y |
| URL | [hxxps://dl.bad.test/a.bin](https://www.virustotal.com/gui/url/1) | stage 2 | |
| SHA-256 | `{SHA256}` | loader.dll | |
| Email | pay[at]bad[.]test | ransom note | |

### Domains of earlier campaigns

* old-one.test
* [old-two.test](https://www.virustotal.com/gui/domain/old-two.test)
* `*.old-three.test`

## About Vendor

Vendor sells things at https://shop.vendor.example. Follow us at social.example/@vendor.
"
    );
    check(
        &text,
        &[
            "gate.evil.test",
            "http://192.0.2.99:8080/submit",
            "bad.test",
            "203.0.113.5:443",
            "https://dl.bad.test/a.bin",
            SHA256,
            "pay@bad.test",
            "old-one.test",
            "old-two.test",
            "old-three.test",
        ],
        &[
            ("research@vendor.example", Construct::Email),
            ("https://vendor.example/blog/loader", Construct::Email),
            ("https://vendor.example", Construct::Link),
            ("https://other.example/post", Construct::Link),
            ("github.com/example/lib", Construct::InText),
            ("victim-facing.example", Construct::InText),
            ("https://maker.example/reader", Construct::InText),
            ("https://vendor.example/x", Construct::Link),
            ("https://vendor.example/y", Construct::Link),
            ("https://www.virustotal.com/gui/url/1", Construct::Link),
            ("https://www.virustotal.com/gui/domain/old-two.test", Construct::Link),
            ("loader.dll", Construct::FileName),
            ("https://shop.vendor.example", Construct::Email),
            ("social.example/@vendor", Construct::Email),
        ],
    );
}

#[test]
fn a_mail_with_defanged_urls() {
    let text = "\
Return-Path: <abuse@cert.example>
From: Jane Doe <abuse@cert.example>
To: partners@list.example
Subject: Phishing against customers of bank.example
Message-ID: <4711@mail.cert.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=\"=_b1\"

--=_b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Dear colleagues,

the pages at hxxps://bank-login[.]evil[.]test/secure/?id=3D1 and hxxp://192[.]0=
[.]2[.]66/~bank/ ask for passwords of bank.example. Please block the following hosts:

  phish-one.test
  phish-two.test, phish-three.test
  2001:db8::66

The kit sends what it gets to collector (at) drop [.] test. Our pages at cert.example =
have more.

> On Monday you wrote:
> have you seen hxxp[:]//older[.]test/a ?

Kind regards,
Jane Doe
--=20
CERT Example, https://cert.example, +49 1 23456, jane[at]cert[.]example
--=_b1
Content-Type: text/html; charset=utf-8

<p>the pages at <a href=\"http://html-only.example/\">here</a></p>
--=_b1--
";
    check(
        text,
        &[
            "https://bank-login.evil.test/secure/?id=1",
            "http://192.0.2.66/~bank/",
            "phish-one.test",
            "phish-two.test",
            "phish-three.test",
            "2001:db8::66",
            "collector@drop.test",
            "http://older.test/a",
        ],
        &[
            ("abuse@cert.example", Construct::Email),
            ("partners@list.example", Construct::Email),
            ("bank.example", Construct::InText),
            ("4711@mail.cert.example", Construct::Email),
            ("cert.example", Construct::OwnSite),
            ("https://cert.example", Construct::Email),
            ("jane[at]cert[.]example", Construct::Email),
            ("a part of the mail in HTML", Construct::OtherKind),
        ],
    );
}

#[test]
fn text_of_a_pdf() {
    let (start, end) = SHA256.split_at(40);
    let text = format!(
        "\
Threat Report: MADEUP                                        vendor.example

The actor registered login-update[.]test and hosts a page for each victim at the
address hxxps://login-update[.]test/portal/customers/2026/05/very/long/path/to/
start.php where passwords are asked for. Earlier pages were on the domain evil-
example.invalid, which nobody has seen since then, and at old-
page[.]evil[.]test for some days.

Vendor Example, https://vendor.example                                Page 1 of 2
\u{c}Threat Report: MADEUP

Appendix A: Indicators of Compromise

Type        Indicator                                   Description
Domain      login-update.test                           phishing page
            login-update.example                        the same, a week later
IPv4        192.0.2.130                                 server of both
URL         hxxp://mirror[.]evil[.]test/files/a/b/c/    copy of the page, which the actor
            d/index.php                                 has taken down since
SHA256      {start}    the kit
            {end}
File name   kit.zip                                     the kit

Vendor Example, https://vendor.example                                Page 2 of 2
"
    );
    check(
        &text,
        &[
            "login-update.test",
            "https://login-update.test/portal/customers/2026/05/very/long/path/to/start.php",
            "old-page.evil.test",
            "login-update.example",
            "192.0.2.130",
            "http://mirror.evil.test/files/a/b/c/d/index.php",
            SHA256,
        ],
        &[
            ("vendor.example", Construct::OwnSite),
            ("example.invalid", Construct::InText),
            ("https://vendor.example", Construct::OwnSite),
            ("kit.zip", Construct::FileName),
        ],
    );
}

#[test]
fn a_page_as_text() {
    let text = format!(
        "\
[ Vendor ](https://vendor.example/) [ Blog ](https://vendor.example/blog) [ Products ](https://vendor.example/products)

# Loader with a new trick

Published on 12 May 2026 by [Jane](https://vendor.example/team/jane)

The trick is old: names such as evil\\[.\\]test and evil(dot)example change every day, while 198.51.100[.]23 stays. See the [ advisory
](https://cert.example/2026-17) for what to do. Mails came from billing[@]shop-evil[.]test, with a link to `hxxps://t[.]example/abc`.

**Indicators of compromise**

Domains:

  * one.evil.example
  * two.evil.example
  * three.evil.example (sinkholed)

Hashes (SHA-1)

  * {SHA1}

Type | Value | First seen
---|---|---
ip | 203.0.113.77 | 2026-05-01
url | http://203.0.113.78/x | 2026-05-02

### Related posts

  * [Another loader](https://vendor.example/blog/another)
  * [All about wipers](https://partner.example/wipers)

Contact: press@vendor.example | Imprint | © 2026 Vendor
"
    );
    check(
        &text,
        &[
            "evil.test",
            "evil.example",
            "198.51.100.23",
            "billing@shop-evil.test",
            "https://t.example/abc",
            "one.evil.example",
            "two.evil.example",
            "three.evil.example",
            SHA1,
            "203.0.113.77",
            "http://203.0.113.78/x",
        ],
        &[
            ("https://vendor.example/", Construct::Link),
            ("https://vendor.example/blog", Construct::Link),
            ("https://vendor.example/products", Construct::Link),
            ("https://vendor.example/team/jane", Construct::Link),
            ("https://cert.example/2026-17", Construct::Link),
            ("https://vendor.example/blog/another", Construct::Link),
            ("https://partner.example/wipers", Construct::Link),
            ("press@vendor.example", Construct::Email),
        ],
    );
}

#[test]
fn values_taken_from_reports_hit() {
    let text = "A short note on what we saw in these days.\n\nIt asks gate[.]evil[.]test and 192.0.2[.]7 and hxxp://bad[.]test/a for orders.\n";
    let mut builder = Sieve::builder();
    let feed = Feed::new("note");
    let id = builder.feed(feed.clone());
    assert_eq!(feed::read(text.as_bytes(), "", None, &feed, &mut builder.sink(id)).unwrap(), Format::Report);
    let (sieve, report) = builder.build().unwrap();
    assert_eq!(report.feeds[0].entries, 3);
    let mut matcher = sieve.matcher();
    for value in ["gate.evil.test", "192.0.2.7", "http://bad.test/a"] {
        assert!(matcher.match_any(value).first().is_some(), "{value}");
    }
}

/// A value alone on its line, with defanged ones alone on the lines above and below it, is listed as they are.
#[test]
fn values_between_defanged_ones_are_listed() {
    let text = "\
The group moved its servers in May, and the loader was seen on these machines of the operator this month.

evil[.]test
203.0.113.9
google.com
cdn.evil.example
http://evil.example/gate.php
hxxp://bad[.]test/a

192.0.2.8 was a scanner of ours, which reads what they wrote, and no one else.
198.51.100.1
worse[.]test
198.51.100.2

198.51.100.3
worst[.]test
a line of words
198.51.100.4
more[.]test
";
    let (_, seen) = read(text, Some(Format::Report));
    let taken: Vec<&str> = seen.taken.iter().map(|(_, value)| &**value).collect();
    assert_eq!(
        taken,
        [
            "evil.test",
            "203.0.113.9",
            "cdn.evil.example",
            "http://evil.example/gate.php",
            "http://bad.test/a",
            "worse.test",
            "worst.test",
            "more.test",
        ]
    );
    let aside: Vec<(&str, Construct)> = seen.aside.iter().map(|(_, value, what)| (&**value, *what)).collect();
    let mentioned = ["192.0.2.8", "198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"];
    let mut want = vec![("google.com", Construct::Popular)];
    want.extend(mentioned.map(|value| (value, Construct::InText)));
    assert_eq!(aside, want);
}

/// Narrow columns break long values.
#[test]
fn values_in_parts_are_taken_whole() {
    let text = format!(
        "\
Loader campaign in May

We observed a loader that talks to several hosts in many regions of the world.

Indicators of compromise

- login.a-long-name-that-
  wraps.evil[.]test
- cdn[.]a-long-name-
  wraps[.]evil[.]test
- {sha256_40}
  {sha256_24}

SHA256 of the file                   Name of the file
{sha256_30}       invoice.docm
{sha256_60}
{sha256_4}

| Type   | Value                            | Note   |
|--------|----------------------------------|--------|
| SHA1   | {sha1_32} | Loader |
|        | {sha1_8}                         | in May |
| URL    | hxxps://evil[.]test/some/path-   | Panel  |
|        | of-a-url/gate.php?id=            |        |
|        | 12345                            |        |

The file with the SHA256 hash {other_40}
{other_24} was signed.
",
        sha256_40 = &SHA256[..40],
        sha256_24 = &SHA256[40..],
        sha256_30 = &OTHER[..30],
        sha256_60 = &OTHER[30..60],
        sha256_4 = &OTHER[60..],
        sha1_32 = &SHA1[..32],
        sha1_8 = &SHA1[32..],
        other_40 = &THIRD[..40],
        other_24 = &THIRD[40..],
    );
    let planted = [
        "login.a-long-name-that-wraps.evil.test",
        "cdn.a-long-name-wraps.evil.test",
        "https://evil.test/some/path-of-a-url/gate.php?id=12345",
        SHA256,
        SHA1,
        OTHER,
        THIRD,
    ];
    check(&text, &planted, &[("invoice.docm", Construct::FileName)]);
}

#[test]
fn malformed_values_are_rejected() {
    let text = "## IOCs\n\n- evil.test\n- 192.0.2.300\n- bad..test\n- bad[.][.]test\n";
    let (_, seen) = read(text, Some(Format::Report));
    assert_eq!(seen.taken, [(3, "evil.test".to_owned())]);
    assert_eq!(seen.rejected.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6]);
}

#[test]
fn prose_without_indicators_is_not_a_report() {
    for text in [
        "This is a letter to a friend of mine, and nothing else.\nIt mentions example.com once or twice, for no reason.\n",
        "Our list has moved. Please go to https://lists.example/new and get it from there.\nThank you for your patience.\n",
    ] {
        let mut seen = Read::default();
        assert!(feed::read(text.as_bytes(), "", None, &Feed::new(""), &mut seen).is_err(), "{text}");
        let error = feed::read(text.as_bytes(), "", Some(Format::Report), &Feed::new(""), &mut seen).unwrap_err();
        assert!(error.to_string().contains("no indicator found"), "{error}");
    }
}

/// A mail with a bare list has no sentence that would tell it from a list.
#[test]
fn mails_without_a_sentence_are_recognised() {
    let mail = "From: desk@vendor.example\nTo: soc@cert.example\nSubject: IOCs\n\nevil[.]test\n192.0.2[.]7\nhxxp://bad[.]test/x\n";
    let (format, seen) = read(mail, None);
    assert_eq!(format, Format::Report);
    let values: Vec<_> = seen.taken.iter().map(|(_, value)| &**value).collect();
    assert_eq!(values, ["evil.test", "192.0.2.7", "http://bad.test/x"]);
}

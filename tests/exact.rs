//! File hashes and mail addresses, from lists to hits.
#![cfg(feature = "feeds")]

use std::ops::ControlFlow;

use netsieve::feed::{self, Format};
use netsieve::indicator::WarningKind;
use netsieve::sieve::Engine;
use netsieve::{BuildReport, Feed, Kind, Reject, ScanOptions, Scanner, Sieve};
use proptest::prelude::*;
use proptest::sample::select;

fn read(text: &str, format: Option<Format>) -> (Sieve, BuildReport) {
    let mut builder = Sieve::builder();
    let own = Feed::new("list");
    let id = builder.feed(own.clone());
    feed::read(text.as_bytes(), "list", format, &own, &mut builder.sink(id)).expect("a list");
    builder.build().expect("few entries")
}

/// Hits as `context canonical`, with their offsets.
fn hits(sieve: &Sieve, engine: Engine, log: &[u8]) -> Vec<(String, u64)> {
    let mut options = ScanOptions::default();
    options.engine = engine;
    let mut seen = Vec::new();
    Scanner::with_options(sieve, &options).scan(log, |hit| {
        let kinds: Vec<_> = hit.matches().iter().map(|found| found.indicator().kind()).collect();
        seen.push((format!("{} {} {kinds:?}", hit.context().as_str(), hit.canonical()), hit.span().start));
        ControlFlow::Continue(())
    });
    seen
}

const MD5: &str = "0123456789abcdef0123456789abcdef";
const SHA1: &str = "00112233445566778899aabbccddeeff00112233";
const SHA256: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

fn list() -> Sieve {
    let text = format!(
        "{MD5}\n{}\nSHA256:{SHA256}\nboss[@]shop[.]test\nsales+may@bücher.example\nshop.test\n",
        SHA1.to_uppercase()
    );
    let (sieve, report) = read(&text, Some(Format::Plain));
    let report = &report.feeds[0];
    assert_eq!((report.entries, report.hashes, report.emails, report.domains), (6, 3, 2, 1), "{:?}", report.rejected);
    sieve
}

/// A quoted local part may contain blanks; `export --to plain` writes it as it is displayed.
#[test]
fn a_plain_list_reads_back_as_it_is_written() {
    let text = format!(
        "\"J d\"@shop.test\n\"a, b\"@shop.test seen twice\n\"c\"@shop.test\n{MD5} *setup.exe\n{SHA1}  evil.exe\n"
    );
    let values = |text: &str| {
        let (sieve, report) = read(text, Some(Format::Plain));
        let mut values: Vec<String> = sieve.indicators().map(|indicator| indicator.to_string()).collect();
        values.sort();
        (values, report.feeds[0].rejected.len() + report.feeds[0].warnings.len())
    };
    let (first, faults) = values(&text);
    assert_eq!(first, ["\"a, b\"@shop.test", "\"j d\"@shop.test", SHA1, MD5, "c@shop.test"]);
    assert_eq!(faults, 0);
    assert_eq!(values(&first.join("\n")), (first, 0));
    // Without quotes, or without an `@` behind them, a blank ends the value.
    let (left, faults) = values("x@shop.test\nj d@shop.test\n\"j d\" @shop.test\n\"j d@shop.test\n");
    assert_eq!((left, faults), (vec!["x@shop.test".to_owned()], 3));
}

#[test]
fn values_of_a_plain_list_are_hit() {
    let sieve = list();
    let upper = MD5.to_uppercase();
    let pairs: Vec<&str> = (0..20).map(|n| &SHA1[2 * n..2 * n + 2]).collect();
    for (line, want) in [
        (format!("a {MD5} b"), format!("text {MD5} [Hash]")),
        (format!("MD5:{upper}"), format!("text {MD5} [Hash]")),
        (format!("Hashes=SHA1={SHA1},MD5=00"), format!("text {SHA1} [Hash]")),
        (format!("{{\"sha256\":\"{SHA256}\"}}"), format!("text {SHA256} [Hash]")),
        (pairs.join(":"), format!("text {SHA1} [Hash]")),
        (pairs.join("-"), format!("text {SHA1} [Hash]")),
        (format!("http://x.test/file/{MD5}.bin"), format!("url_path {MD5} [Hash]")),
        (format!("http://x.test/?h={MD5}"), format!("url_query {MD5} [Hash]")),
        // Anything in place of a scheme is text.
        (format!("{SHA1}.http://x.test/"), format!("text {SHA1} [Hash]")),
        (format!("\\n{SHA1}.http:\\\\x.test\\a"), format!("text {SHA1} [Hash]")),
        (format!("x://u{MD5}.x://{SHA1}.http://x.test/"), format!("url_host {SHA1} [Hash]")),
        ("from=<Boss@Shop.Test>".to_owned(), "text boss@shop.test [Email]".to_owned()),
        ("mailto:boss@shop.test".to_owned(), "text boss@shop.test [Email]".to_owned()),
        (
            "{\"from\":\"Sales+May@b\u{fc}cher.example\"}".to_owned(),
            "text sales+may@xn--bcher-kva.example [Email]".to_owned(),
        ),
        ("http://x.test/?to=boss@shop.test&x".to_owned(), "url_query boss@shop.test [Email]".to_owned()),
        ("x%20boss@shop.test".to_owned(), "text boss@shop.test [Email]".to_owned()),
        ("x%20sales%2Bmay@b\u{fc}cher.example".to_owned(), "text sales+may@xn--bcher-kva.example [Email]".to_owned()),
        (
            "http://x.test/?to=sales%2Bmay%40xn--bcher-kva.example&x".to_owned(),
            "url_query sales+may@xn--bcher-kva.example [Email]".to_owned(),
        ),
        (
            "{\"from\":\"Sales\\u002bMay@xn--bcher-kva.example\"}".to_owned(),
            "text sales+may@xn--bcher-kva.example [Email]".to_owned(),
        ),
    ] {
        for engine in [Engine::Auto, Engine::Portable, Engine::Scalar] {
            let seen = hits(&sieve, engine, format!("first line\n{line}\nlast line\n").as_bytes());
            assert!(seen.iter().any(|(hit, _)| *hit == want), "{engine:?} {line}: {seen:?}");
        }
    }
    // The domain of a listed address still hits. After another local part, only the domain does.
    assert_eq!(
        hits(&sieve, Engine::Auto, b"boss@shop.test"),
        [("text boss@shop.test [Email]".to_owned(), 0), ("email shop.test [Domain]".to_owned(), 5)]
    );
    assert_eq!(hits(&sieve, Engine::Auto, b"xboss@shop.test"), [("email shop.test [Domain]".to_owned(), 6)]);
    for (line, context) in
        [("x%2Bboss@shop.test", "email"), ("x%2bboss%40shop.test", "text"), ("x\\u002Bboss@shop.test", "email")]
    {
        let seen: Vec<String> = hits(&sieve, Engine::Auto, line.as_bytes()).into_iter().map(|(hit, _)| hit).collect();
        assert_eq!(seen, [format!("{context} shop.test [Domain]")], "{line}");
    }
    for line in [
        format!("{MD5}0"),
        format!("x{MD5}"),
        MD5[1..].to_owned(),
        format!("{}00", &MD5[..30]),
        "boss@shop.example".to_owned(),
    ] {
        assert_eq!(hits(&sieve, Engine::Auto, line.as_bytes()), [], "{line}");
    }
}

#[test]
fn values_in_lines_over_the_cap_are_hit() {
    let sieve = list();
    let mut log = vec![b'x'; 3 << 20];
    let mut want = Vec::new();
    for at in [100, (1 << 20) - 16, 2 << 20, (3 << 20) - 100] {
        let text = format!(" {MD5} boss@shop.test ");
        log[at..at + text.len()].copy_from_slice(text.as_bytes());
        want.extend([at as u64 + 1, at as u64 + 34, at as u64 + 39]);
    }
    for engine in [Engine::Auto, Engine::Scalar] {
        assert_eq!(hits(&sieve, engine, &log).into_iter().map(|(_, at)| at).collect::<Vec<_>>(), want);
    }
}

/// A word that holds a listed name is skipped once that is known, however long it is; what else is in it is found all the same.
#[test]
fn values_far_into_a_long_word_with_a_listed_name_are_hit() {
    let sieve = list();
    let text = format!("/{MD5}/boss@shop.test/boss%40shop.test/");
    // Within the word, over the place in it from which on it is skipped, and up to its end.
    let places = |word: usize| (0..40).map(move |step| word - 8_000 + 173 * step).chain(8_120..8_200);
    for word in [9_000, 20_000, 40_000] {
        for at in places(word).chain([word - text.len()]) {
            let mut log = b"http://shop.test/".to_vec();
            log.resize(word, b'x');
            log[at..at + text.len()].copy_from_slice(text.as_bytes());
            log.extend_from_slice(format!("\n{SHA1} boss@shop.test\n").as_bytes());
            let want = hits(&sieve, Engine::Scalar, &log);
            let starts: Vec<u64> = want.iter().map(|(_, at)| *at).collect();
            for place in [at + 1, at + 34, word + 1, word + 42] {
                assert!(starts.contains(&(place as u64)), "{place} {starts:?}");
            }
            for engine in [Engine::Auto, Engine::Portable, Engine::Avx2] {
                assert_eq!(hits(&sieve, engine, &log), want, "{engine:?} {word} {at}");
            }
            // A hash that ends with the word.
            log.truncate(word - MD5.len() - 1);
            log.extend_from_slice(format!("/{MD5} ").as_bytes());
            let want = hits(&sieve, Engine::Scalar, &log);
            assert_eq!(want.last().map(|(_, at)| *at as usize), Some(word - MD5.len()));
            assert_eq!(hits(&sieve, Engine::Auto, &log), want, "{word} {at}");
        }
    }
}

#[test]
fn a_saved_sieve_answers_as_the_built_one() {
    let built = list();
    let file = built.to_bytes().unwrap();
    let opened = Sieve::from_bytes(file.clone()).unwrap();
    assert_eq!(opened.to_bytes().unwrap(), file);
    let log = format!("{MD5} boss@shop.test\n");
    assert_eq!(hits(&opened, Engine::Auto, log.as_bytes()), hits(&built, Engine::Auto, log.as_bytes()));
    assert_eq!(hits(&built, Engine::Auto, log.as_bytes()).len(), 3);
    // A set with neither has no sections for them.
    let without = read("shop.test\n", Some(Format::Plain)).0;
    let is_theirs = |name: &str| name.starts_with("digests") || name.starts_with("emails");
    assert!(without.sections().iter().all(|section| !is_theirs(&section.name)));
    assert!(built.sections().iter().any(|section| section.name == "digests.16.bytes"));
}

#[test]
fn ubiquitous_values_are_refused_or_warned_of() {
    let empty = "d41d8cd98f00b204e9800998ecf8427e";
    let text = format!("{empty}\n{MD5}\ngmail.com\nme@gmail.com\nme@localhost\n{}\n", &MD5[1..]);
    let (sieve, report) = read(&text, Some(Format::Plain));
    let report = &report.feeds[0];
    assert_eq!((report.hashes, report.emails, report.domains, sieve.len()), (1, 1, 1, 3));
    let rejected: Vec<_> = report.rejected.iter().map(|noted| (noted.line, noted.what)).collect();
    assert_eq!(rejected[..2], [(1, Reject::WellKnownFile), (5, Reject::SingleLabel)], "{:?}", report.rejected);
    assert_eq!(rejected.len(), 3);
    assert_eq!(report.warnings_by_kind.get(&WarningKind::FreeMail), Some(&1));
    let mut own = Feed::new("list");
    own.policy.admit_well_known_files = true;
    let mut builder = Sieve::builder();
    let id = builder.feed(own.clone());
    feed::read(empty.as_bytes(), "list", Some(Format::Plain), &own, &mut builder.sink(id)).unwrap();
    assert_eq!(builder.build().unwrap().0.len(), 1);
}

/// Every reader that knows these types takes them. Hashes of similarity, contacts and victims of attacks are not taken.
#[test]
fn readers_take_them_by_their_own_words() {
    let all = |text: &str, format: Format| -> Vec<String> {
        let (sieve, report) = read(text, Some(format));
        let mut all: Vec<String> = sieve
            .indicators()
            .map(|indicator| {
                let said = indicator.sources().next().unwrap().description().unwrap_or("").to_owned();
                format!("{} {indicator} {said}", indicator.kind()).trim_end().to_owned()
            })
            .collect();
        all.sort();
        assert_eq!(report.feeds[0].rejected_total(), 0, "{:?}", report.feeds[0].rejected);
        all
    };
    let hash = |hash: &str| format!("hash {hash}");
    let misp = format!(
        r#"{{"Event":{{"info":"made up","Attribute":[
        {{"type":"md5","value":"{MD5}"}},{{"type":"filename|sha1","value":"a.exe|{SHA1}"}},
        {{"type":"malware-sample","value":"b.exe|{}"}},{{"type":"imphash","value":"{MD5}"}},
        {{"type":"email-src","value":"a@x.test"}},{{"type":"email-dst","value":"B@x.test"}},
        {{"type":"whois-registrant-email","value":"c@x.test"}},{{"type":"target-email","value":"d@x.test"}}],
        "Object":[{{"name":"file","Attribute":[{{"type":"sha256","value":"{SHA256}"}}]}}]}}}}"#,
        "11".repeat(16).replace("1111", "1a1b")
    );
    let found = all(&misp, Format::Misp);
    assert_eq!(found.len(), 6, "{found:?}");
    for want in [
        format!("hash {MD5} made up"),
        format!("hash {SHA1} a.exe"),
        format!("hash {SHA256} made up"),
        "email a@x.test made up".to_owned(),
        "email b@x.test made up".to_owned(),
    ] {
        assert!(found.contains(&want), "{want}: {found:?}");
    }
    let pattern = |text: &str| text.replace('"', "\\\"");
    let stix = [
        format!("[file:hashes.'SHA-256' = '{SHA256}']"),
        format!("[file:hashes.MD5 = '{MD5}' AND file:name = 'a.exe']"),
        "[email-addr:value = 'a@x.test' OR email-message:sender_ref.value = 'b@x.test']".to_owned(),
        format!("[file:hashes.SSDEEP = '3:x:y' OR file:hashes.\"SHA-1\" = '{SHA1}']"),
        "[email-message:subject = 'x']".to_owned(),
    ]
    .iter()
    .zip(1..)
    .map(|(text, n)| format!("{{\"type\":\"indicator\",\"id\":\"indicator--{n}\",\"pattern\":\"{}\"}}", pattern(text)))
    .collect::<Vec<_>>()
    .join(",");
    let stix = format!("{{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{stix}]}}");
    assert_eq!(
        all(&stix, Format::Stix),
        ["email a@x.test".to_owned(), "email b@x.test".to_owned(), hash(SHA1), hash(MD5) + " a.exe", hash(SHA256)]
    );
    let zeek = format!(
        "#fields\tindicator\tindicator_type\tmeta.source\n{MD5}\tIntel::FILE_HASH\ts\na@x.test\tIntel::EMAIL\ts\n{SHA1}\tIntel::CERT_HASH\ts\nx\tIntel::USER_NAME\ts\n"
    );
    assert_eq!(all(&zeek, Format::Zeek), ["email a@x.test".to_owned(), hash(SHA1), hash(MD5)]);
    let bazaar = format!(
        "################\n# MalwareBazaar\n#\n# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"sha1_hash\",\"reporter\",\"file_name\",\"file_type_guess\",\"mime_type\",\"signature\",\"clamav\",\"vtpercent\",\"imphash\",\"ssdeep\",\"tlsh\"\n\"2026-05-01 12:00:00\", \"{SHA256}\", \"{MD5}\", \"{SHA1}\", \"someone\", \"a.exe\", \"exe\", \"application/x-dosexec\", \"ExampleBot\", \"n/a\", \"n/a\", \"{MD5}\", \"3:x:y\", \"n/a\"\n"
    );
    for format in [Some(Format::MalwareBazaar), None] {
        let (sieve, report) = read(&bazaar, format);
        assert_eq!((sieve.len(), report.feeds[0].hashes), (3, 3), "{format:?}");
        let of = sieve.indicators().next().unwrap();
        let source = of.sources().next().unwrap();
        assert_eq!((source.family(), source.description()), (Some("ExampleBot"), Some("a.exe")));
    }
    let otx = format!(
        r#"{{"name":"p","indicators":[{{"indicator":"{MD5}","type":"FileHash-MD5"}},{{"indicator":"a@x.test","type":"email"}},{{"indicator":"{MD5}","type":"FileHash-IMPHASH"}}]}}"#
    );
    assert_eq!(all(&otx, Format::Otx), ["email a@x.test p".to_owned(), hash(MD5) + " p"]);
    let threatfox = format!(
        "ioc_value,ioc_type,threat_type\n\"{SHA256}\", \"sha256_hash\", x\n\"{MD5}\",\"md5_hash\",x\na@x.test,envelope_from,x\n"
    );
    assert_eq!(all(&threatfox, Format::ThreatFox), ["email a@x.test".to_owned(), hash(MD5), hash(SHA256)]);
    let sslbl = format!("# Listingdate,SHA1,Listingreason\n2026-05-01 12:00:00,{SHA1},ExampleBot C&C\n");
    assert_eq!(all(&sslbl, Format::Sslbl), [hash(SHA1)]);
    // A table's header names the types. A contact column is not a value.
    let csv = format!("md5,sha256,sender\n{MD5},{SHA256},a@x.test\n");
    assert_eq!(all(&csv, Format::Csv), ["email a@x.test".to_owned(), hash(MD5), hash(SHA256)]);
    assert_eq!(
        all("domain,email\nevil.test,abuse@host.test\n", Format::Csv),
        ["domain evil.test email: abuse@host.test"]
    );
    assert_eq!(all("email,count\na@x.test,3\n", Format::Csv), ["email a@x.test"]);
    assert_eq!(
        all(&format!("type,value\nmd5,{MD5}\nemail,a@x.test\n"), Format::Csv),
        ["email a@x.test".to_owned(), hash(MD5)]
    );
    let lines = format!("{{\"sha1\":\"{SHA1}\",\"reporter\":\"r@x.test\"}}\n");
    assert_eq!(all(&lines, Format::JsonLines)[0].split(' ').nth(1), Some(SHA1));
}

#[cfg(feature = "xml")]
#[test]
fn readers_of_xml_take_them() {
    let ioc = |search: &str, text: &str| {
        format!(
            "<IndicatorItem condition=\"is\"><Context search=\"{search}\"/><Content type=\"x\">{text}</Content></IndicatorItem>"
        )
    };
    let items = [
        ioc("FileItem/Md5sum", MD5),
        ioc("FileItem/Sha256sum", SHA256),
        ioc("Email/From", "a@x.test"),
        ioc("Email/Subject", "hello"),
    ]
    .concat();
    let text = format!("<ioc id=\"x\"><definition><Indicator operator=\"OR\">{items}</Indicator></definition></ioc>");
    let (sieve, report) = read(&text, Some(Format::OpenIoc));
    assert_eq!((sieve.len(), report.feeds[0].hashes, report.feeds[0].emails), (3, 2, 1), "{:?}", report.feeds[0]);
}

#[test]
fn a_warning_list_of_hashes_allows_them() {
    let list = format!(r#"{{"name":"known files","type":"string","list":["{MD5}"],"matching_attributes":["md5"]}}"#);
    let mut builder = Sieve::builder();
    for (own, text, format) in [
        (Feed::new("block"), format!("{MD5}\n{SHA1}\n"), Format::Plain),
        (Feed::new("known"), list, Format::WarningList),
    ] {
        let id = builder.feed(own.clone());
        feed::read(text.as_bytes(), "", Some(format), &own, &mut builder.sink(id)).unwrap();
    }
    let (sieve, report) = builder.build().unwrap();
    assert_eq!(report.shadows.len(), 1);
    let log = format!("{MD5} {SHA1}\n");
    assert_eq!(hits(&sieve, Engine::Auto, log.as_bytes()), [(format!("text {SHA1} [Hash]"), 33)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// All engines find the same hits, whatever surrounds them.
    #[test]
    fn engines_agree(parts in proptest::collection::vec(select(vec![
        MD5, SHA1, SHA256, "boss@shop.test", "BOSS", "@", "shop.test", " ", "\n", ":", "-", "=", "%20", "\\n", "\\u0026", "0", "a", "g", ".",
        "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef", "\"", "'", "<", ">", "http://", "/", "?", "+", "é", "0123456789abcdef", "#012",
        "sales+may@", "bücher.example", "\u{1b}[31m", "\\\"", "_", "192.0.2.7", "xx", "\t", "mailto:",
    ]), 0..40), pad in 0_usize..70) {
        let sieve = list();
        let log = format!("{}{}", "z".repeat(pad), parts.concat());
        let want = hits(&sieve, Engine::Scalar, log.as_bytes());
        for engine in [Engine::Auto, Engine::Portable, Engine::Avx2] {
            prop_assert_eq!(&hits(&sieve, engine, log.as_bytes()), &want, "{:?} {:?}", engine, log);
        }
        for (hit, at) in &want {
            if hit.contains("[Hash]") {
                let text = &log.as_bytes()[*at as usize..];
                prop_assert!(text[0].is_ascii_hexdigit());
            }
        }
        let _ = Kind::Hash;
    }
}

/// A value that may be listed, in a form in which a column may hold it.
fn value() -> impl Strategy<Value = String> {
    let word = select(vec![
        MD5,
        SHA1,
        SHA256,
        "0123456789abcdef",
        "boss@shop.test",
        "Sales+May@B\u{fc}cher.example",
        "b@shop.test",
    ]);
    let others = vec![
        "shop.test",
        "a.shop.test",
        "other.test",
        "203.0.113.7",
        "2001:db8::7",
        "shop",
        "",
        "x",
        "\u{fc}@shop.test",
    ];
    let form = select(vec![
        "{}",
        " {}",
        "{} ",
        "<{}>",
        "mailto:{}",
        "{}?subject=a@b.test",
        "md5={}",
        "MD5:{}",
        "sha-1: {}",
        "SHA256={}",
        "{}0",
        "x{}",
        "{}.test",
        "{}:80",
        "{}:8000000",
        "http://{}/",
        "https://{}",
        "a.test/{}",
        "\"{}\"",
        "{}/",
        "x@{}",
        "{}@shop.test",
        "\\{}",
        "[{}]",
    ]);
    let parted = |text: String, how: usize| match how {
        1 => text.to_uppercase(),
        2 | 3 => {
            let pairs: Vec<String> =
                text.chars().collect::<Vec<_>>().chunks(2).map(|pair| pair.iter().collect()).collect();
            pairs.join(if how == 2 { ":" } else { "-" })
        }
        _ => text,
    };
    (prop_oneof![4 => word, 1 => select(others)], form, 0..8_usize)
        .prop_map(move |(word, form, how)| form.replace("{}", &parted(word.to_owned(), how)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A batch gives the same matches as single lookups, whatever else is listed.
    #[test]
    fn batches_are_lookups(values in prop::collection::vec(value(), 0..80), (hashes, emails, paths) in any::<(bool, bool, bool)>()) {
        let mut list = "shop.test\n203.0.113.7\n2001:db8::/32\n".to_owned();
        if hashes {
            list += &format!("{MD5}\n{SHA1}\nSHA256:{SHA256}\n01234567890123456789012345678901\n");
        }
        if emails {
            list += "boss@shop.test\nsales+may@b\u{fc}cher.example\n\u{fc}@shop.test\n";
        }
        if paths {
            list += "/gate.php\n";
        }
        let (sieve, _) = read(&list, Some(Format::Plain));
        let (mut one, mut many) = (sieve.matcher(), sieve.matcher());
        let ids = |matches: &netsieve::sieve::Matches<'_>| matches.iter().map(|found| found.to_string()).collect::<Vec<_>>();
        let mut want = Vec::new();
        for (row, value) in values.iter().enumerate() {
            let matches = one.match_any(value);
            if !matches.is_empty() {
                want.push((row, ids(&matches)));
            }
        }
        let mut seen = Vec::new();
        many.lookup_batch(&values, |row, matches| seen.push((row, ids(&matches))));
        prop_assert_eq!(seen, want);
    }
}

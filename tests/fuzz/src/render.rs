//! Writes hits with arbitrary names, feeds and logs. The output must parse back, and must hold nothing that acts on a terminal or a
//! spreadsheet.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use netsieve::event::EcsName;
use netsieve::indicator::{Attributes, Record, Reject};
use netsieve::render::{Csv, Escaped, JsonLines, Siem, SiemFormat, Styles, Text};
use netsieve::{Feed, Hit, Indicator, ScanOptions, Scanner, Sieve};
use serde_json::Value;

use super::scan::LIST;
use super::{first, line};

/// The listed indicators, parsed once.
static LISTED: LazyLock<Vec<(Indicator, &str)>> = LazyLock::new(|| {
    let parse = |text: &&'static str| -> Result<_, Reject> { Ok((text.parse::<Indicator>()?, *text)) };
    LIST.iter().filter_map(|text| parse(text).ok()).collect()
});

/// The attributes that a feed may give besides its values.
struct Said<'d> {
    feed: &'d str,
    tag: &'d str,
    as_listed: &'d str,
    score: f64,
}

fn sieve(said: &Said<'_>) -> Sieve {
    let mut builder = Sieve::builder();
    let id = builder.feed(Feed::new(said.feed).tag(said.tag));
    for (at, (indicator, _)) in (1..).zip(&*LISTED) {
        let mut record = Record::new(indicator.clone(), at, said.as_listed);
        let mut attributes = Attributes::default();
        attributes.tags.push(said.as_listed.into());
        attributes.family = Some(said.tag.into());
        attributes.score = Some(said.score);
        attributes.id = Some(said.feed.into());
        attributes.reference = Some(said.as_listed.into());
        record.attributes = attributes;
        builder.add(id, record);
    }
    builder.build().expect("a sieve").0
}

/// Returns true if a terminal obeys a character, or if it misleads a reader. The list is kept apart from the crate's own, so that each
/// checks the other.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{3164}' | '\u{feff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

/// The lines of an output. Checks that each ends in a line feed, is UTF-8, and holds no character that [`acts`].
fn lines(out: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(out).expect("UTF-8");
    assert!(text.is_empty() || text.ends_with('\n'));
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines {
        // A log line keeps its tabs.
        assert!(!line.contains(|c| acts(c) && c != '\t'), "{line:?}");
    }
    lines
}

/// The fields of a record, as RFC 4180 reads them.
fn fields(record: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let (mut is_quoted, mut rest) = (false, record.chars().peekable());
    while let Some(c) = rest.next() {
        let field = fields.last_mut().expect("never empty");
        match c {
            '"' if is_quoted && rest.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    assert!(!is_quoted, "a field ends: {record:?}");
    fields
}

fn check_csv(out: &[u8], file: &str, hit: &Hit<'_>) {
    for record in lines(out) {
        let fields = fields(record);
        assert_eq!(fields.len(), 15, "{record:?}");
        // No field is a formula to a spreadsheet.
        for field in &fields {
            assert!(!field.trim_start().starts_with(['=', '+', '-', '@']), "{record:?}");
        }
        let expect = |at: usize, value: &[u8]| {
            let want = Escaped::new(value).to_string();
            let got = &fields[at];
            assert!(*got == want || got.strip_prefix('\'') == Some(&want), "{got:?} {want:?}");
        };
        expect(0, file.as_bytes());
        expect(1, hit.line().to_string().as_bytes());
        expect(3, hit.observed());
        expect(4, hit.canonical().as_bytes());
    }
}

fn check_json(out: &[u8], file: &str, hit: &Hit<'_>, said: &Said<'_>) {
    for line in lines(out) {
        let object: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(object["file"], file);
        assert_eq!(object["line"], hit.line());
        assert_eq!(object["offset"], hit.span().start);
        assert_eq!(object["observed"], *String::from_utf8_lossy(hit.observed()));
        assert_eq!(object["canonical"], hit.canonical());
        let source = &object["sources"][0];
        assert_eq!(source["feed"], said.feed);
        // Empty texts are not kept.
        for (key, value) in [("family", said.tag), ("id", said.feed), ("reference", said.as_listed)] {
            assert!(source[key] == *value || (value.is_empty() && source[key].is_null()), "{key}: {source}");
        }
        for tag in [said.tag, said.as_listed].into_iter().filter(|tag| !tag.is_empty()) {
            assert!(source["tags"].as_array().expect("tags").iter().any(|known| known == tag), "{tag:?}: {source}");
        }
        assert_eq!(
            source["score"].as_f64().filter(|score| *score != 0.0),
            Some(said.score).filter(|score| score.is_finite() && *score != 0.0)
        );
        if let Some(time) = hit.time() {
            let told = object["event"]["@timestamp"].as_str().expect("a time");
            assert_eq!(told.parse::<jiff::Timestamp>().expect("RFC 3339"), time.timestamp());
        }
    }
}

fn check_siem(out: &[u8], format: SiemFormat, hit: &Hit<'_>) {
    for line in lines(out) {
        let object: Value = serde_json::from_str(line).expect("JSON");
        let time = hit.time().expect("written with a time only").timestamp();
        match format {
            SiemFormat::Ecs => {
                let told = object["@timestamp"].as_str().expect("a time");
                assert_eq!(told.parse::<jiff::Timestamp>().expect("RFC 3339"), time);
            }
            SiemFormat::Timesketch => {
                let told = object["datetime"].as_str().expect("a time");
                assert_eq!(told.parse::<jiff::Timestamp>().expect("RFC 3339"), time);
            }
            _ => assert_eq!(object["time"], time.as_millisecond()),
        }
    }
}

/// The input: a byte of choices, a byte for the score, a line each for the name of the log, the name of the feed, a tag and `as_listed`,
/// and then the log.
pub fn run(mut data: &[u8]) {
    let (asked, score) = (first(&mut data), first(&mut data));
    let [file, feed, tag, as_listed] = [(); 4].map(|()| String::from_utf8_lossy(line(&mut data)).into_owned());
    let score = match score {
        255 => f64::INFINITY,
        254 => f64::NAN,
        score => f64::from(score) / 7.0,
    };
    let said = Said { feed: &feed, tag: &tag, as_listed: &as_listed, score };
    let sieve = sieve(&said);
    let mut options = ScanOptions::default();
    options.matching.name_like = asked & 1 != 0;
    options.matching.host_only = asked & 2 != 0;
    options.refang = asked & 4 != 0;
    let mut text = Text::new();
    text.width(1 + usize::from(asked) * 2);
    let mut styled = text.clone();
    styled.styles(Styles::ANSI);
    let mut out = Vec::new();
    Scanner::with_options(&sieve, &options).scan(data, |hit| {
        out.clear();
        let written = JsonLines::new().hit(&mut out, &file, hit, usize::MAX);
        assert_eq!((written, lines(&out).len()), (hit.matches().len(), hit.matches().len()));
        check_json(&out, &file, hit, &said);

        out.clear();
        assert_eq!(Csv::new().hit(&mut out, &file, hit, usize::MAX), written);
        assert_eq!(lines(&out).len(), written);
        check_csv(&out, &file, hit);

        out.clear();
        assert_eq!(text.hit(&mut out, &file, hit, usize::MAX), written);
        assert!((written + 2..=written + 3).contains(&lines(&out).len()));
        let plain = std::mem::take(&mut out);
        styled.hit(&mut out, &file, hit, usize::MAX);
        let shown = String::from_utf8(out.clone()).expect("UTF-8");
        let bare = shown.split('\u{1b}').enumerate().map(|(at, part)| match at {
            0 => part,
            _ => part.split_once('m').expect("a colour ends").1,
        });
        assert_eq!(bare.collect::<String>().as_bytes(), plain, "colours add nothing else");

        for format in [SiemFormat::Ecs, SiemFormat::Ocsf, SiemFormat::Timesketch] {
            out.clear();
            let records = Siem::new(format).hit(&mut out, &file, hit, usize::MAX);
            assert_eq!(records, hit.time().map(|_| written));
            assert_eq!(lines(&out).len(), records.unwrap_or(0));
            check_siem(&out, format, hit);
        }
        assert_eq!(hit.time().is_some(), hit.event().is_some_and(|event| event.get(EcsName::Timestamp).is_some()));
        ControlFlow::Continue(())
    });
}

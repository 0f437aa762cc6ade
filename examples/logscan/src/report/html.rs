//! The report as one self-contained page.
//!
//! Its content security policy allows it to load nothing and to run only its own script, which the policy names by hash. Text from logs and
//! feeds appears in the page as escaped text, and in a block of JSON that the script reads; the script writes it as text, never as HTML.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use netsieve::render::{Escaped, json_string};
use sha2::{Digest, Sha256};

use super::Report;
use super::tally::Row;
use super::values::notes;
use crate::summary::{counted, thousands};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The number of rows in the page before its script runs.
const PLAIN_ROWS: usize = 50;

/// The most bars in the timeline.
const BARS: i64 = 120;

/// The most bytes in a page for rows, and for rows with their log lines. The page says what did not fit.
const ROW_BYTES: usize = 17_000_000;
const DATA_BYTES: usize = 18_500_000;

/// Escapes text for HTML elements and quoted attributes.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in Escaped::new(text).to_string().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Writes a JSON string that cannot end an HTML element, whatever it contains.
fn string(out: &mut Vec<u8>, text: &str) {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    json_string(&mut quoted, Escaped::new(text).to_string().as_bytes());
    for byte in quoted {
        match byte {
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            b'&' => out.extend_from_slice(b"\\u0026"),
            byte => out.push(byte),
        }
    }
}

/// The source expression of a policy that allows exactly this text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().enumerate().fold(0_u32, |word, (at, &byte)| word | u32::from(byte) << (16 - 8 * at));
        for at in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Distinct strings, by number.
#[derive(Default)]
struct Table<'a> {
    at: HashMap<&'a str, usize>,
    texts: Vec<&'a str>,
}

impl<'a> Table<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        *self.at.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        })
    }

    fn numbers(&mut self, texts: impl IntoIterator<Item = &'a str>) -> String {
        let numbers: Vec<String> = texts.into_iter().map(|text| self.number(text).to_string()).collect();
        format!("[{}]", numbers.join(","))
    }

    fn write(&self, out: &mut Vec<u8>, key: &str) {
        out.extend_from_slice(format!("\"{key}\":").as_bytes());
        strings(out, self.texts.iter().copied());
        out.push(b',');
    }
}

fn strings<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str>) {
    out.push(b'[');
    for (at, text) in texts.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        string(out, text);
    }
    out.push(b']');
}

/// The block of JSON, with the number of rows that fit into it.
struct Data {
    json: Vec<u8>,
    rows: usize,
    /// The number of rows with their log lines.
    sampled: usize,
}

impl Report {
    /// Writes the page.
    pub(super) fn write_html(&self, out: &mut dyn Write, title: &str, written: Timestamp) -> io::Result<()> {
        let data = self.data();
        let mut page = String::new();
        self.head(&mut page, title, written);
        self.warnings(&mut page, &data);
        self.timeline(&mut page);
        self.body(&mut page);
        out.write_all(page.as_bytes())?;
        write!(out, "<script type=\"application/json\" id=\"data\">")?;
        out.write_all(&data.json)?;
        write!(out, "</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")
    }

    fn head(&self, page: &mut String, title: &str, written: Timestamp) {
        let (script, style, title) = (hash(SCRIPT), hash(STYLE), html(title));
        let _ = write!(
            page,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {script}; style-src {style}; \
            base-uri 'none'; form-action 'none'\">\n\
            <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
            <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        );
        let totals = &self.tally.totals;
        let (indicators, clients) = self.distinct();
        let period = match (totals.first, totals.last) {
            (Some(first), Some(last)) => format!("Events from {} to {} (UTC). ", shown(first), shown(last)),
            _ => String::new(),
        };
        let _ = writeln!(page, "<p class=\"soft\">{period}Written {} (UTC).</p>", shown(written));
        page.push_str("<ul class=\"cards\">\n");
        for (number, one, many) in [
            (totals.count, "hit", "hits"),
            (totals.lines, "log line with a hit", "log lines with hits"),
            (indicators as u64, "indicator met", "indicators met"),
            (clients as u64, "client", "clients"),
            (self.feeds().len() as u64, "feed with hits", "feeds with hits"),
            (self.logs as u64, "log", "logs"),
        ] {
            let word = if number == 1 { one } else { many };
            let _ = writeln!(page, "<li><b>{}</b>{word}</li>", thousands(number));
        }
        let _ = writeln!(page, "<li><b>{:.1} MB</b>scanned</li>\n</ul>", self.bytes as f64 / 1e6);
    }

    /// Writes warnings: logs that were not read, matches that were withheld, and other gaps in the report.
    fn warnings(&self, page: &mut String, data: &Data) {
        let mut items: Vec<String> = self.unread.iter().map(|unread| html(&unread.text())).collect();
        if self.is_broken_off {
            items.push("The scan was interrupted: later hits are not in this report.".to_owned());
        }
        let withheld = self.withheld.total();
        if withheld > 0 {
            let was = if withheld == 1 { "was" } else { "were" };
            items.push(format!(
                "{} {was} found and not reported: {} allowed, {} filtered out, {} on what looks like a file name or a version, {} of URLs of \
                 which only the host was seen, {} of other or unseen ports, {} outside the span of time.",
                counted(withheld, "match"),
                thousands(self.withheld.allowed),
                thousands(self.withheld.filtered),
                thousands(self.withheld.name_like),
                thousands(self.withheld.host_only),
                thousands(self.withheld.other_port + self.withheld.port_unseen),
                thousands(self.withheld.outside),
            ));
        }
        let others = &self.tally.others;
        if others.pairs > 0 {
            items.push(format!(
                "Folded to bound memory, the rarest first: {} with {}; counts marked \u{2265} may be too low.",
                counted(others.pairs, "pair"),
                counted(others.count, "hit"),
            ));
        }
        if self.tally.totals.undated > 0 {
            items.push(format!("{} without a time.", counted(self.tally.totals.undated, "hit")));
        }
        if data.rows < self.rows.len() {
            let left = (self.rows.len() - data.rows) as u64;
            items.push(format!("{} did not fit into this page: CSV and JSON have all.", counted(left, "row")));
        }
        if data.sampled < data.rows {
            let left = (data.rows - data.sampled) as u64;
            items.push(format!("{} without sample lines, to keep this page small.", counted(left, "row")));
        }
        if items.is_empty() {
            return;
        }
        page.push_str("<section class=\"warn\" id=\"unread\">\n<h2>What was not read, or not shown</h2>\n<ul>\n");
        for item in items {
            let _ = writeln!(page, "<li>{item}</li>");
        }
        page.push_str("</ul>\n</section>\n");
    }

    fn timeline(&self, page: &mut String) {
        let timeline = &self.tally.timeline;
        let (Some(&from), Some(&to)) = (timeline.counts.keys().min(), timeline.counts.keys().max()) else { return };
        let length = bar(from * timeline.span, to * timeline.span, timeline.span);
        let at = |span: i64| (span * timeline.span).div_euclid(length);
        let (first, bars) = (at(from), at(to) - at(from) + 1);
        let mut counts = vec![0_u64; usize::try_from(bars).unwrap_or(0)];
        for (&span, count) in &timeline.counts {
            counts[usize::try_from(at(span) - first).unwrap_or(0)] += count;
        }
        let most = counts.iter().copied().max().unwrap_or(1).max(1);
        let second = |bar: i64| Timestamp::from_second((first + bar) * length).unwrap_or_default();
        let _ = writeln!(
            page,
            "<h2>Hits over time</h2>\n<svg class=\"timeline\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" \
             aria-label=\"Hits over time, {} at most in {}\">",
            bars * 10,
            thousands(most),
            duration(length),
        );
        for (at, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = (count as f64 / most as f64 * 94.0).max(1.5);
            let _ = writeln!(
                page,
                "<rect x=\"{}\" y=\"{:.1}\" width=\"8\" height=\"{height:.1}\"><title>{}: {}</title></rect>",
                at * 10 + 1,
                100.0 - height,
                shown(second(at as i64)),
                counted(count, "hit"),
            );
        }
        let _ = writeln!(
            page,
            "</svg>\n<div class=\"axis soft\"><span>{}</span><span>{} a bar, {} at most</span><span>{}</span></div>",
            shown(second(0)),
            duration(length),
            counted(most, "hit"),
            shown(second(bars)),
        );
    }

    /// Writes the filters, the views, and the first rows for readers who run no script.
    fn body(&self, page: &mut String) {
        page.push_str(
            "<h2>Who met what</h2>\n<div id=\"controls\" hidden>\n<div class=\"views\">\
            <button type=\"button\" data-view=\"pairs\" aria-pressed=\"true\">Pairs</button>\
            <button type=\"button\" data-view=\"indicators\" aria-pressed=\"false\">Indicators</button>\
            <button type=\"button\" data-view=\"clients\" aria-pressed=\"false\">Clients</button>\
            <button type=\"button\" data-view=\"feeds\" aria-pressed=\"false\">Feeds</button></div>\n<div class=\"filters\">\
            <label>Search<input id=\"text\" type=\"search\" placeholder=\"indicator, client, feed, tag, log\" autocomplete=\"off\"></label>",
        );
        for (id, word) in [("kind", "Kind"), ("feed", "Feed"), ("outcome", "Outcome"), ("strength", "Strength")] {
            let _ = write!(page, "<label>{word}<select id=\"{id}\"><option value=\"\">all</option></select></label>");
        }
        page.push_str(
            "<button type=\"button\" id=\"only\" hidden></button><button type=\"button\" id=\"clear\">Clear</button></div>\n</div>\n<div class=\"scroll\"><table>\n<thead id=\"head\"><tr>\
            <th>Indicator</th><th>Who</th><th class=\"n\">Count</th><th>First (UTC)</th><th>Last (UTC)</th><th>Outcome</th>\
            <th>Feeds</th></tr></thead>\n<tbody id=\"body\">\n",
        );
        for row in self.rows.iter().take(PLAIN_ROWS) {
            let (about, who) = (self.about(row), row.who());
            let who: Vec<&str> = [who.ip, who.user, who.host].into_iter().filter(|part| !part.is_empty()).collect();
            let time = |time: Option<Timestamp>| time.map_or("\u{2013}".to_owned(), shown);
            let _ = writeln!(
                page,
                "<tr><td class=\"w\">{}</td><td class=\"w\">{}</td><td class=\"n\">{}</td><td class=\"t\">{}</td><td class=\"t\">{}</td>\
                <td>{}</td><td class=\"w\">{}</td></tr>",
                html(&about.indicator),
                if who.is_empty() { "\u{2013}".to_owned() } else { html(&who.join(" ")) },
                thousands(row.pair.count),
                time(row.pair.first),
                time(row.pair.last),
                html(&self.tally.outcomes(&row.pair).join(", ")),
                html(&about.feeds().join(", ")),
            );
        }
        let plain = self.rows.len().min(PLAIN_ROWS) as u64;
        let _ = write!(
            page,
            "</tbody>\n</table></div>\n<p class=\"soft\" id=\"shown\">{} of {} shown</p>\n\
            <button type=\"button\" id=\"more\" hidden>More rows</button>\n\
            <footer>A hit means that the text appears in a log, not that a connection took place. Times are UTC; <b>~</b> marks times of \
            logs that do not say the year or the zone. netsieve {}.</footer>\n</main>\n",
            thousands(plain),
            counted(self.rows.len() as u64, "row"),
            env!("CARGO_PKG_VERSION"),
        );
    }

    fn data(&self) -> Data {
        let mut tables = Tables::default();
        let mut whos = Table::default();
        let (mut whos_json, mut abouts_json, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let mut abouts: HashMap<u32, usize> = HashMap::new();
        let mut written = 0;
        let joined = |row: &Row| {
            let who = row.who();
            [who.ip, who.user, who.host].join("\0")
        };
        let joined: Vec<String> = self.rows.iter().map(joined).collect();
        let size = |parts: &[&Vec<u8>]| parts.iter().map(|part| part.len()).sum::<usize>();
        for (row, who) in self.rows.iter().zip(&joined) {
            if size(&[&rows, &abouts_json, &whos_json]) > ROW_BYTES {
                break;
            }
            let before = whos.texts.len();
            let who_at = whos.number(who);
            if whos.texts.len() > before {
                comma(&mut whos_json);
                strings(&mut whos_json, who.split('\0'));
            }
            let next = abouts.len();
            let about_at = *abouts.entry(row.indicator).or_insert(next);
            if about_at == next {
                comma(&mut abouts_json);
                self.about_json(&mut abouts_json, row, &mut tables);
            }
            comma(&mut rows);
            self.row_json(&mut rows, row, (about_at, who_at), &mut tables);
            written += 1;
        }
        // Fill the remaining room with details, the first rows first.
        let mut left = DATA_BYTES.saturating_sub(size(&[&rows, &abouts_json, &whos_json]));
        let (mut samples, mut more) = (Vec::new(), Vec::new());
        let mut sampled = 0;
        for (at, row) in self.rows[..written].iter().enumerate() {
            if let Some(about_at) = abouts.remove(&row.indicator) {
                self.more_json(&mut more, row, about_at, &mut left);
            }
            sampled += usize::from(self.samples_json(&mut samples, row, at, &mut left, &mut tables));
        }
        let lists = [("whos", whos_json), ("indicators", abouts_json), ("rows", rows)];
        let maps = [("more", more), ("samples", samples)];
        let start = self.tally.totals.first.map_or(0, |time| time.as_second());
        Data { json: join(&tables, &lists, &maps, start), rows: written, sampled }
    }

    /// Appends `[text, kind, scope, feeds, tags, family, confidence]`. Strings that are in a table are given by number.
    fn about_json<'a>(&'a self, out: &mut Vec<u8>, row: &Row, tables: &mut Tables<'a>) {
        let about = self.about(row);
        out.push(b'[');
        string(out, &about.indicator);
        let (feeds, tags) = (tables.feeds.numbers(about.feeds()), tables.tags.numbers(about.tags()));
        let scope = about.scope.as_deref().map_or("null".to_owned(), |scope| tables.kinds.number(scope).to_string());
        let families = tables.tags.numbers(about.families());
        let confidence = about.confidence().map_or("null".to_owned(), |confidence| confidence.to_string());
        let kind = tables.kinds.number(&about.kind);
        let _ = write!(out, ",{kind},{scope},{feeds},{tags},{families},{confidence}]");
    }

    /// Appends the feeds' ids and references for an indicator, if there are any and they fit.
    fn more_json(&self, out: &mut Vec<u8>, row: &Row, at: usize, left: &mut usize) {
        let (ids, references) = (self.about(row).ids(), self.about(row).references());
        let mut part = format!("\"{at}\":[").into_bytes();
        strings(&mut part, ids.iter().copied());
        part.push(b',');
        strings(&mut part, references.iter().copied());
        part.push(b']');
        if !(ids.is_empty() && references.is_empty()) && part.len() < *left {
            *left -= part.len() + 1;
            comma(out);
            out.extend_from_slice(&part);
        }
    }

    /// Appends the log lines of a row, if there are any and they fit. Returns true if so.
    fn samples_json<'a>(
        &'a self,
        out: &mut Vec<u8>,
        row: &Row,
        at: usize,
        left: &mut usize,
        tables: &mut Tables<'a>,
    ) -> bool {
        let mut part = format!("\"{at}\":[").into_bytes();
        for (at, sample) in row.pair.samples.iter().enumerate() {
            if at > 0 {
                part.push(b',');
            }
            let _ = write!(part, "[{},{},", tables.files.number(&self.files[sample.file as usize]), sample.line);
            string(&mut part, &sample.observed);
            part.push(b',');
            string(&mut part, &sample.text);
            part.push(b']');
        }
        part.push(b']');
        let fits = !row.pair.samples.is_empty() && part.len() < *left;
        if fits {
            *left -= part.len() + 1;
            comma(out);
            out.extend_from_slice(&part);
        }
        fits
    }

    /// Appends a row. Its first time is in seconds since the first of all rows, its last time in seconds since its first.
    fn row_json<'a>(&'a self, out: &mut Vec<u8>, row: &Row, (about, who): (usize, usize), tables: &mut Tables<'a>) {
        let pair = &row.pair;
        let since = |time: Option<Timestamp>, start: Option<Timestamp>| match (time, start) {
            (Some(time), Some(start)) => (time.as_second() - start.as_second()).to_string(),
            _ => "null".to_owned(),
        };
        let files = tables.files.numbers(pair.files.iter().map(|&at| self.files[at as usize].as_str()));
        let roles = tables.roles.numbers(self.tally.roles(pair));
        let outcomes = tables.outcomes.numbers(self.tally.outcomes(pair));
        let strengths: Vec<String> = self
            .tally
            .strengths(pair)
            .iter()
            .filter_map(|strength| STRENGTHS.iter().position(|known| known == strength))
            .map(|at| at.to_string())
            .collect();
        let flags = u8::from(pair.is_at_least) | u8::from(pair.is_assumed) << 1;
        debug_assert_eq!(flags > 0, !notes(row).is_empty());
        let _ = write!(
            out,
            "[{about},{who},{},{},{},{},{},{files},{},{roles},{outcomes},[{}],{flags}]",
            pair.count,
            pair.events,
            since(pair.first, self.tally.totals.first),
            since(pair.last, pair.first),
            pair.undated,
            pair.more_files,
            strengths.join(","),
        );
    }
}

/// Joins the parts of the data to one JSON object. `start` is the time of the first hit, in seconds since 1970.
fn join(tables: &Tables<'_>, lists: &[(&str, Vec<u8>)], maps: &[(&str, Vec<u8>)], start: i64) -> Vec<u8> {
    let mut json = vec![b'{'];
    let Tables { files, feeds, tags, roles, outcomes, kinds } = tables;
    let named = [
        ("files", files),
        ("feeds", feeds),
        ("tags", tags),
        ("roles", roles),
        ("outcomes", outcomes),
        ("kinds", kinds),
    ];
    for (key, table) in named {
        table.write(&mut json, key);
    }
    json.extend_from_slice(b"\"strengths\":");
    strings(&mut json, STRENGTHS.into_iter());
    for (key, part) in lists {
        json.extend_from_slice(format!(",\"{key}\":[").as_bytes());
        json.extend_from_slice(part);
        json.push(b']');
    }
    for (key, part) in maps {
        json.extend_from_slice(format!(",\"{key}\":{{").as_bytes());
        json.extend_from_slice(part);
        json.push(b'}');
    }
    json.extend_from_slice(format!(",\"start\":{start}}}").as_bytes());
    json
}

/// Appends a comma between the parts of a list.
fn comma(out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b',');
    }
}

/// The strings that rows and indicators have in common.
#[derive(Default)]
struct Tables<'a> {
    files: Table<'a>,
    feeds: Table<'a>,
    /// Tags and families.
    tags: Table<'a>,
    roles: Table<'a>,
    outcomes: Table<'a>,
    /// Kinds and scopes.
    kinds: Table<'a>,
}

/// All strengths of hits.
const STRENGTHS: [&str; 5] = ["strong", "joined", "port_unseen", "name_like", "host_only"];

fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The length of a bar in seconds: the shortest round one of whole spans that needs at most [`BARS`] of them from `from` to `to`.
fn bar(from: i64, to: i64, span: i64) -> i64 {
    let fits = |&length: &i64| length % span == 0 && to.div_euclid(length) - from.div_euclid(length) < BARS;
    let minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map(|minutes| minutes * 60);
    minutes.into_iter().chain((0..32).map(|power| 86_400 << power)).find(fits).unwrap_or(86_400 << 32)
}

fn duration(seconds: i64) -> String {
    match seconds {
        _ if seconds % 86_400 == 0 => counted((seconds / 86_400).unsigned_abs(), "day"),
        _ if seconds % 3600 == 0 => counted((seconds / 3600).unsigned_abs(), "hour"),
        _ => counted((seconds / 60).unsigned_abs(), "minute"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(
            html("<a href=\"x\" title='y'>&\u{202e}\x1b"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;\\u{202e}\\x1b"
        );
        let mut out = Vec::new();
        string(&mut out, "</script><!--<script>&\u{2028}\"\\");
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains(['<', '>', '&']), "{text}");
        let read: String = serde_json::from_str(&text).unwrap();
        assert_eq!(read, "</script><!--<script>&\\u{2028}\"\\");
    }

    #[test]
    fn bars_are_round_and_few() {
        for (from, to, span, length) in [
            (0, 0, 60, "1 minute"),
            (0, 119 * 60, 60, "1 minute"),
            (0, 120 * 60, 60, "2 minutes"),
            (0, 86_340, 300, "15 minutes"),
            (1_431_860_700, 1_780_805_220, 60, "64 days"),
            (-377_705_023_201, 253_402_207_200, 86_400, "65,536 days"),
        ] {
            let bar = bar(from, to, span);
            assert_eq!(duration(bar), length);
            assert!(bar % span == 0 && to.div_euclid(bar) - from.div_euclid(bar) < BARS);
        }
    }

    #[test]
    fn base64_is_padded() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}

//! The reader of reports.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::decoration::is_bullet;
use crate::feed::syntax::text::floor;
use crate::feed::syntax::value::Rules;
use crate::indicator::{
    Construct, Feed, Indicator, Record, RecordSink, Reject, Rejection, Scope, Skip, Warning, WarningKind,
};
use crate::input::Lines;
use crate::limits::MAX_PENDING;

use super::joins::{self, ColumnHead};
use super::listing::Listing;
use super::page::{Cell, Item, Page, Row};
use super::token::{self, Read};
use super::words::{self, Column, Part};

/// A report.
pub(crate) struct Report;

impl FeedReader for Report {
    /// Certain of prose with a heading over indicators or several defanged values. Other formats are asked about lists first.
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let rules = Rules::new(&Feed::new(""), Scope::Suffix);
        let (mut sentences, mut defanged, mut listed, mut fields) = (0, 0, 0, 0);
        let mut page = Page::new();
        for (line, number) in head.untrimmed().zip(1..) {
            let text = match page.line(number, line) {
                Some((_, Item::Row(row))) => row.text(),
                Some((_, Item::Heading(_, text))) => text,
                Some((_, Item::Field(name, _))) => {
                    fields += u32::from(matches!(&*name, "from" | "to" | "subject" | "date"));
                    continue;
                }
                _ => continue,
            };
            let values = token::counts(&text, &rules);
            sentences += u32::from(values.words > 6);
            defanged += values.defanged;
            let is_heading = values.plain + values.defanged == 0 && values.words < 9;
            listed += u32::from(is_heading && words::heading(&text) == Some(Part::Indicators));
        }
        // A mail may hold a bare list.
        sentences += u32::from(fields > 1);
        if sentences > 0 && (defanged > 2 || defanged + listed > 1 || listed > 0 && sentences > 2) { 90 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let mut walk = Walk::new(Rules::new(feed, Scope::Suffix));
        let mut page = Page::new();
        while let Some(line) = lines.next()? {
            if line.too_long {
                sink.reject(Rejection::new(line.number, line.text, Reject::TooLong));
                continue;
            }
            if let Some((number, item)) = page.line(line.number, line.untrimmed) {
                walk.item(number, item, sink);
            }
            if walk.held > MAX_PENDING {
                let reason = format!("a report with more than {MAX_PENDING} bytes of values: split it into parts");
                return Err(Error::feed(lines.path(), reason));
            }
        }
        if let Some((number, item)) = page.finish() {
            walk.item(number, item, sink);
        }
        walk.finish(sink);
        Ok(())
    }
}

/// A value that was found, and the decision about it.
struct Seen {
    line: u32,
    listed: String,
    indicator: Indicator,
    warning: Option<WarningKind>,
    /// The reason for skipping it.
    aside: Option<Construct>,
    note: String,
}

/// A value in a cell.
struct Token {
    listed: String,
    read: Read,
    is_target: bool,
    /// The index of the word in the cell.
    word: usize,
    /// True if the name of a hash algorithm precedes it.
    is_named: bool,
    /// True if the sentence before it announces a contact.
    is_contact: bool,
}

/// The state of reading row by row.
struct Walk {
    rules: Rules,
    /// The meaning of the last heading, and its level.
    section: (Part, usize),
    /// The meaning of the list after a sentence with a colon.
    list: Option<Part>,
    columns: Option<Vec<ColumnHead>>,
    has_title: bool,
    after_blank: bool,
    /// The current row, which the next one may continue.
    row: Option<Row>,
    /// The words of the current sentence.
    sentence: Vec<String>,
    listing: Listing,
    seen: Vec<Seen>,
    /// Hosts of the publisher.
    own: HashSet<String>,
    held: usize,
}

impl Walk {
    fn new(rules: Rules) -> Self {
        Self {
            rules,
            section: (Part::Text, 0),
            list: None,
            columns: None,
            has_title: false,
            after_blank: true,
            row: None,
            sentence: Vec::new(),
            listing: Listing::default(),
            seen: Vec::new(),
            own: HashSet::new(),
            held: 0,
        }
    }

    fn item(&mut self, line: u32, item: Item, sink: &mut dyn RecordSink) {
        let row = match item {
            Item::Row(row) => match &mut self.row {
                Some(before) => match joins::join(before, row, self.columns.as_deref().unwrap_or_default()) {
                    Some(next) => next,
                    None => return,
                },
                None => row,
            },
            other => {
                self.flush(sink);
                self.listing = Listing::default();
                return self.other(line, other, sink);
            }
        };
        self.flush(sink);
        self.row = Some(row);
    }

    fn flush(&mut self, sink: &mut dyn RecordSink) {
        if let Some(row) = self.row.take() {
            self.row(&row, sink);
            self.after_blank = false;
        }
    }

    fn other(&mut self, line: u32, item: Item, sink: &mut dyn RecordSink) {
        match item {
            Item::Blank => {
                self.after_blank = true;
                self.sentence.clear();
            }
            Item::Rule | Item::Row(_) => {}
            Item::Unread(what) => sink.skip(Skip::new(line, what, Construct::OtherKind)),
            Item::Heading(depth, text) => {
                self.title(&text, sink);
                self.sentence.clear();
                let part = words::heading(&text);
                self.begin(part, depth);
                // A heading may name its subject.
                self.cell(line, &Cell { at: 0, text }, Part::Text, None, false, sink);
            }
            Item::Field(name, value) => {
                let is_ours = matches!(
                    &*name,
                    "from" | "reply-to" | "sender" | "organization" | "return-path" | "author" | "url" | "canonical"
                ) || name.starts_with("list-");
                if name == "subject" || name == "title" {
                    self.title(&value, sink);
                }
                let part = match &*name {
                    "subject" | "title" | "description" => Part::Text,
                    _ => Part::Aside(Construct::Email),
                };
                let first = self.seen.len();
                self.cell(line, &Cell { at: 0, text: value }, part, None, false, sink);
                if is_ours {
                    self.owns(first);
                }
            }
        }
    }

    fn title(&mut self, text: &str, sink: &mut dyn RecordSink) {
        if !self.has_title && !text.is_empty() {
            self.has_title = true;
            sink.title(text);
        }
    }

    /// Begins a section with a known meaning. `None` stands for a heading without one, which ends a section of its own
    /// level or a deeper one.
    fn begin(&mut self, part: Option<Part>, depth: usize) {
        self.list = None;
        self.columns = None;
        match part {
            Some(part) => self.section = (part, depth),
            None if depth <= self.section.1 => self.section = (Part::Text, depth),
            None => {}
        }
    }

    /// Marks the hosts of the values found since `first` as the publisher's own, except popular ones and sites about threats.
    fn owns(&mut self, first: usize) {
        for seen in &self.seen[first..] {
            if let Some(host) = token::host(&seen.indicator) {
                let host = host.strip_prefix("www.").map_or(host.clone(), str::to_owned);
                if !words::is_popular(&host) && !words::is_about_threats(&host) {
                    self.own.insert(host);
                }
            }
        }
    }

    fn row(&mut self, row: &Row, sink: &mut dyn RecordSink) {
        let text = row.text();
        let is_one = row.cells.len() == 1 && !row.is_piped;
        let listing = std::mem::take(&mut self.listing);
        if words::is_farewell(&text) {
            self.begin(Some(Part::Aside(Construct::Email)), 7);
        }
        let counts = token::counts(&text, &self.rules);
        let has_values = counts.plain + counts.defanged > 0;
        if row.is_bullet || !is_one {
            self.sentence.clear();
        }
        if !has_values && is_one && self.announces(row, &text, &counts) {
            return;
        }
        if !has_values && !is_one && self.names_columns(row) {
            return;
        }
        if words::is_page_number(&text) {
            let first = self.seen.len();
            for cell in &row.cells {
                self.cell(row.line, cell, Part::Aside(Construct::OwnSite), None, false, sink);
            }
            return self.owns(first);
        }
        // The sentence before may name a value, but still introduces the list.
        let introduces = text.strip_suffix(':').filter(|_| is_one).map(|text| text.rsplit(". ").next().unwrap_or(text));
        // A sentence ends the list before it.
        let begins = text.split(' ').next().unwrap_or("");
        let is_listing = row.is_bullet || !is_one || self.is_value(begins) || text.contains(": ");
        if counts.words > 3 && !is_listing {
            self.list = None;
        }
        if is_one && counts.words > 6 {
            self.columns = None;
        }
        let part = self.list.unwrap_or(self.section.0);
        let first = self.seen.len();
        for (index, cell) in row.cells.iter().enumerate() {
            let part = self.part_of(row, index, cell, part);
            let others: Vec<&str> =
                row.cells.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, cell)| &*cell.text).collect();
            let note = (!is_one).then(|| others.join(", "));
            self.cell(row.line, cell, part, note, row.is_bullet || row.number > 0, sink);
        }
        if is_one && counts.words == 0 && self.seen.len() == first + 1 {
            self.alone(listing, first);
        }
        if part == Part::Aside(Construct::Email) {
            self.owns(first);
        }
        if let Some(part) = introduces.and_then(words::introduction) {
            (self.list, self.columns) = (Some(part), None);
        }
    }

    /// Goes on with the values alone on their lines. Between two that are taken, the others are no less listed.
    fn alone(&mut self, mut listing: Listing, at: usize) {
        match self.seen[at].aside {
            None => listing
                .taken()
                .into_iter()
                .for_each(|at| self.seen[at].aside = token::popular(&self.seen[at].indicator)),
            Some(Construct::InText) => listing.mentioned(at),
            Some(_) => return,
        }
        self.listing = listing;
    }

    /// Returns true if the row is a heading or a sentence that gives the meaning of the text after it.
    fn announces(&mut self, row: &Row, text: &str, counts: &token::Counts) -> bool {
        let text = text.trim_matches(['*', '_', ' ']);
        // Below every Markdown level, unless a section number gives the level.
        let depth = if row.number > 0 { row.number } else { 7 };
        if let Some(before) = text.strip_suffix(':').map(|text| text.trim_end_matches('*')) {
            if counts.words < 5 && !row.is_bullet {
                if let Some(part) = words::heading(before) {
                    self.begin(Some(part), depth);
                    return true;
                }
            } else if let Some(part) = words::introduction(&format!("{}{before}", self.before())) {
                self.list = Some(part);
                self.columns = None;
                return true;
            }
            return false;
        }
        let is_short = counts.words > 0 && counts.words < 9 && !text.ends_with(['.', ',', ';', '!', '?']);
        let is_begun = text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
        if !is_short || !is_begun || row.is_bullet || !(self.after_blank || row.number > 0) {
            return false;
        }
        let is_capitals = text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
        match words::heading(text) {
            Some(part) => {
                self.begin(Some(part), depth);
                true
            }
            // A numbered heading, which may still be one of several in a section.
            None if row.number > 0 => {
                self.begin(None, depth);
                true
            }
            None if is_capitals && counts.words > 1 => {
                self.begin(Some(Part::Text), depth);
                true
            }
            None => false,
        }
    }

    /// The current sentence, as text.
    fn before(&self) -> String {
        self.sentence.iter().map(|word| format!("{word} ")).collect()
    }

    /// Returns true if the row is the header of a table.
    fn names_columns(&mut self, row: &Row) -> bool {
        let mut columns: Vec<ColumnHead> = row.cells.iter().map(ColumnHead::new).collect();
        let known = columns.iter().filter(|head| head.column != Column::Unknown).count();
        let is_short = row.cells.iter().all(|cell| cell.text.split(' ').count() < 5);
        // A lone column `URL` may be in any table.
        let is_of_indicators = row.cells.iter().any(|cell| {
            words::column(&cell.text) == Column::Indicator
                && !matches!(&*cell.text.to_lowercase(), "url" | "address" | "host" | "email" | "server" | "value")
        }) || columns.iter().any(|head| head.column == Column::Indicator)
            && columns.iter().any(|head| head.column == Column::Note);
        if !is_short || known * 2 < columns.len() || known == 0 {
            return false;
        }
        let is_listed = is_of_indicators || self.list.unwrap_or(self.section.0) == Part::Indicators;
        if !is_listed {
            // In a table of something else, values are merely mentioned.
            columns.iter_mut().for_each(|head| head.column = Column::Note);
        }
        self.columns = Some(columns);
        true
    }

    /// The meaning of a cell.
    fn part_of(&self, row: &Row, index: usize, cell: &Cell, part: Part) -> Part {
        if let Part::Aside(_) = part {
            return part;
        }
        let is_table = row.cells.len() > 1 || row.is_piped;
        let columns = self.columns.as_ref().filter(|_| is_table);
        match columns.and_then(|heads| ColumnHead::over(heads, row, cell)).map(|head| head.column) {
            Some(Column::Indicator) => Part::Indicators,
            Some(Column::Aside(construct)) => Part::Aside(construct),
            Some(Column::Note) => Part::Text,
            // The cell before gives the kind of this value.
            _ if index > 0
                && words::column(&row.cells[index - 1].text) == Column::Indicator
                && part == Part::Indicators =>
            {
                Part::Indicators
            }
            _ => part,
        }
    }

    fn is_value(&self, word: &str) -> bool {
        token::pieces(word).iter().any(|piece| {
            matches!(
                token::read(token::trimmed(piece.text), &self.rules),
                Read::Value { .. } | Read::Bad { is_defanged: true, .. }
            )
        })
    }

    fn tokens(&mut self, text: &str) -> (Vec<Token>, usize) {
        let (mut tokens, mut last) = (Vec::new(), String::new());
        let mut count = 0;
        for (at, word) in text.split_whitespace().enumerate() {
            count = at + 1;
            let found = tokens.len();
            for piece in token::pieces(word) {
                let listed = token::trimmed(piece.text);
                let read = token::read(listed, &self.rules);
                if read == Read::Word {
                    continue;
                }
                let is_email = matches!(&read, Read::Value { indicator: Indicator::Email(_), .. });
                let is_contact = words::says_contact(&self.sentence, is_email);
                let is_named = words::split(&last).last().is_some_and(|word| words::is_hash_name(word))
                    && !self.sentence.iter().any(|word| matches!(&**word, "pgp" | "gpg" | "fingerprint"));
                tokens.push(Token {
                    listed: listed.to_owned(),
                    read,
                    is_target: piece.is_target,
                    word: at,
                    is_named,
                    is_contact,
                });
            }
            // `SHA256 hash …` names the algorithm too.
            let is_hash = |word: &String| matches!(&**word, "hash" | "checksum" | "value");
            if !words::split(word).iter().all(is_hash) {
                last = word.to_owned();
            }
            if tokens.len() == found {
                self.sentence.extend(words::split(word));
            }
            // Longer sentences are cut: beyond this, earlier words no longer give the context.
            if word.ends_with(['.', '!', '?']) || self.sentence.len() > 60 {
                self.sentence.clear();
            }
        }
        (tokens, count)
    }

    fn cell(
        &mut self,
        line: u32,
        cell: &Cell,
        part: Part,
        note: Option<String>,
        is_item: bool,
        sink: &mut dyn RecordSink,
    ) {
        let mut part = part;
        let mut text = &*cell.text;
        // `SHA256: …`, `Source: …`. A URL has a colon of its own.
        if let Some((label, rest)) =
            text.split_once([':', '=']).filter(|(_, rest)| rest.starts_with(char::is_whitespace))
        {
            let label = label.trim_matches(['*', '_', '`', ' ']);
            if label.split_whitespace().all(|word| !self.is_value(word)) && label.split_whitespace().count() < 6 {
                match (words::label(label), part) {
                    (Some(Part::Indicators), Part::Text) => part = Part::Indicators,
                    (Some(aside @ Part::Aside(_)), Part::Text | Part::Indicators) => part = aside,
                    _ => {}
                }
                self.sentence.extend(words::split(label));
                text = rest.trim_start_matches(['*', '_']).trim();
            }
        }
        let (tokens, count) = self.tokens(text);
        let taken = if part == Part::Indicators { listed(text, &tokens, count, is_item) } else { 0 };
        for (at, token) in tokens.into_iter().enumerate() {
            self.token(line, token, part, at < taken, note.as_deref().unwrap_or(text), sink);
        }
    }

    fn token(&mut self, line: u32, token: Token, part: Part, is_listed: bool, note: &str, sink: &mut dyn RecordSink) {
        let Token { listed, read, is_target, is_named, is_contact, .. } = token;
        match read {
            Read::Value { indicator, is_defanged, is_file, warning } => {
                let is_email = matches!(indicator, Indicator::Email(_));
                let host = token::host(&indicator);
                let is_taken = is_defanged || is_listed || is_named;
                let aside = match part {
                    Part::Aside(construct) => Some(construct),
                    _ if is_contact => Some(if is_email { Construct::Email } else { Construct::OwnSite }),
                    _ if is_target && !is_defanged => Some(Construct::Link),
                    _ if host.as_deref().is_some_and(words::is_about_threats) => Some(Construct::Link),
                    _ if is_file => Some(Construct::FileName),
                    _ if !is_taken => Some(Construct::InText),
                    _ => token::popular(&indicator),
                };
                let note = note.replace(&listed, "");
                let note = note.trim_matches(|c: char| {
                    c.is_whitespace() || matches!(c, '-' | '–' | '—' | ',' | ';' | ':' | '(' | ')' | '|' | '*' | '`')
                });
                let note = note[..floor(note, 200)].to_owned();
                self.held += listed.len() + note.len() + size_of::<Seen>() + 64;
                if is_contact && !is_defanged {
                    self.own.extend(host.filter(|host| !words::is_popular(host)));
                }
                self.seen.push(Seen { line, listed, indicator, warning, aside, note });
            }
            Read::Bad { reason, is_defanged } if is_defanged || is_listed => {
                if part == Part::Text || part == Part::Indicators {
                    sink.reject(Rejection::new(line, listed, reason));
                }
            }
            Read::Bad { .. } | Read::Word => {}
        }
    }

    /// Passes everything on, once the whole report is known.
    fn finish(mut self, sink: &mut dyn RecordSink) {
        self.flush(sink);
        let own = |indicator: &Indicator| {
            token::host(indicator).is_some_and(|host| self.own.iter().any(|own| words::is_beneath(&host, own)))
        };
        for seen in &mut self.seen {
            if own(&seen.indicator) && matches!(seen.aside, None | Some(Construct::InText)) {
                seen.aside = Some(Construct::OwnSite);
            }
        }
        // A report names most of its indicators several times.
        let taken: HashSet<String> =
            self.seen.iter().filter(|seen| seen.aside.is_none()).map(|seen| seen.indicator.to_string()).collect();
        let mut done: HashSet<String> = HashSet::new();
        for seen in self.seen {
            let name = seen.indicator.to_string();
            match seen.aside {
                Some(construct) if !taken.contains(&name) => sink.skip(Skip::new(seen.line, seen.listed, construct)),
                None if done.insert(name) => {
                    let mut record = Record::new(seen.indicator, seen.line, &*seen.listed);
                    record.attributes.description = (!seen.note.is_empty()).then(|| seen.note.into());
                    sink.record(record);
                    if let Some(kind) = seen.warning {
                        sink.warn(Warning::new(seen.line, &*seen.listed, kind));
                    }
                }
                _ => {}
            }
        }
    }
}

/// The number of tokens that a cell lists, in a list of indicators: all, those of the first word, or none.
fn listed(text: &str, tokens: &[Token], count: usize, is_item: bool) -> usize {
    let Some(first) = tokens.first() else { return 0 };
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_joint =
        |word: &str| matches!(&*word.to_lowercase(), "and" | "or" | "&" | "/" | "," | ";" | "|" | "und" | "et");
    let others = words.iter().enumerate().filter(|(at, word)| {
        !tokens.iter().any(|token| token.word == *at) && !is_joint(word) && word.chars().any(char::is_alphanumeric)
    });
    let others = others.count();
    if others == 0 {
        return tokens.len();
    }
    if first.word != 0 {
        // `[ref] evil.test`, `2026-05-01 evil.test`: only a date or a number precedes the value.
        let is_date = |word: &&str| word.chars().all(|c| c.is_ascii_digit() || !c.is_alphanumeric());
        if !words[..first.word].iter().all(|word| is_date(word) || is_bullet(word)) {
            return 0;
        }
    }
    let same = tokens.iter().take_while(|token| token.word == first.word).count();
    let next = words.get(first.word + 1).copied().unwrap_or("");
    let is_apart = next.starts_with(['(', '[', '-', '–', '—', '#', ':', '=', '/', '→'])
        || words[first.word].ends_with([':', ',', ';']);
    let is_name =
        matches!(&first.read, Read::Value { indicator: Indicator::Domain { .. } | Indicator::Pattern(_), .. });
    if is_item || is_apart || !is_name || count - first.word < 3 { same } else { 0 }
}

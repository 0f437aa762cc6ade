//! Turns the lines of a file into the rows of a report.

use crate::feed::syntax::decoration::is_bullet;

/// A line of a report, or several lines into which a program broke it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Its first line.
    pub(super) line: u32,
    pub(super) cells: Vec<Cell>,
    /// True if `|` separated its cells.
    pub(super) is_piped: bool,
    /// True if it began with `-`, `•` or similar.
    pub(super) is_bullet: bool,
    /// The number of parts in a leading section or item number; 0 if there is none.
    pub(super) number: usize,
    /// True if the line is so wide that a program may have broken it.
    pub(super) is_wide: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// The column at which it begins.
    pub(super) at: usize,
    pub(super) text: String,
}

/// The kind of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A header field of a mail or page: its name in lower case, and its value.
    Field(String, String),
    /// A part of a mail that is not read.
    Unread(&'static str),
    Blank,
    /// A drawn line: under a heading, or in a table.
    Rule,
    /// A Markdown heading, with its level.
    Heading(usize, String),
    Row(Row),
}

/// The state in which the next line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    /// In the header fields of a mail or of one of its parts.
    Fields,
    /// In front matter between two lines of `---`.
    Settings,
    Body,
    /// In a part that is not read.
    Unread,
}

pub(super) struct Page {
    state: State,
    boundary: Option<String>,
    field: String,
    is_quoted_printable: bool,
    /// The kind of a mail part that is not read, and the reason.
    unread: Option<&'static str>,
    /// A line that continues on the next one.
    soft: Option<(u32, Vec<u8>)>,
}

impl Page {
    pub(super) fn new() -> Self {
        let (boundary, field) = (None, String::new());
        Self { state: State::Start, boundary, field, is_quoted_printable: false, unread: None, soft: None }
    }

    /// Classifies a line; `None` if it is incomplete, or has nothing to report.
    pub(super) fn line(&mut self, number: u32, untrimmed: &str) -> Option<(u32, Item)> {
        let text = untrimmed.trim();
        if let Some(boundary) = &self.boundary
            && text.strip_prefix("--").is_some_and(|rest| rest.trim_end_matches("--") == boundary)
        {
            self.state = State::Fields;
            (self.is_quoted_printable, self.unread) = (false, None);
            return Some((number, Item::Blank));
        }
        if self.state == State::Start && !text.is_empty() {
            self.state = match text {
                "---" => {
                    self.state = State::Settings;
                    return None;
                }
                text if is_first_field(text) => State::Fields,
                _ => State::Body,
            };
        }
        match self.state {
            State::Start => None,
            State::Unread => None,
            State::Settings => match text {
                "---" => {
                    self.state = State::Body;
                    Some((number, Item::Blank))
                }
                text => self.field(number, text, untrimmed),
            },
            State::Fields if text.is_empty() => match self.unread.take() {
                Some(what) => {
                    self.state = State::Unread;
                    Some((number, Item::Unread(what)))
                }
                None => {
                    self.state = State::Body;
                    Some((number, Item::Blank))
                }
            },
            State::Fields => {
                let item = self.field(number, text, untrimmed);
                if item.is_none() {
                    // The text only began like a mail.
                    self.state = State::Body;
                    return Some((number, item_of(number, untrimmed)));
                }
                item
            }
            State::Body if self.is_quoted_printable => self.quoted_printable(number, untrimmed),
            State::Body => Some((number, item_of(number, untrimmed))),
        }
    }

    fn field(&mut self, number: u32, text: &str, untrimmed: &str) -> Option<(u32, Item)> {
        let goes_on = untrimmed.starts_with([' ', '\t']) && !self.field.is_empty();
        let (name, value) = if goes_on {
            (self.field.clone(), text)
        } else {
            let (name, value) = text.split_once(':')?;
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            {
                return None;
            }
            (name.to_ascii_lowercase(), value.trim())
        };
        let lower = value.to_ascii_lowercase();
        match &*name {
            "content-type" => {
                if let Some(at) = lower.find("boundary=") {
                    let value = &value[at + 9..];
                    let value = value.split(';').next().unwrap_or(value);
                    self.boundary = Some(value.trim().trim_matches('"').to_owned());
                } else if self.boundary.is_some() && !goes_on {
                    self.unread = match &*lower {
                        kind if kind.starts_with("text/html") => Some("a part of the mail in HTML"),
                        kind if kind.starts_with("text/") || kind.starts_with("multipart/") => self.unread,
                        _ => Some("an attachment of the mail"),
                    };
                }
            }
            "content-transfer-encoding" => match &*lower {
                "quoted-printable" => self.is_quoted_printable = true,
                "base64" => self.unread = self.unread.or(Some("a part of the mail in Base64")),
                _ => {}
            },
            _ => {}
        }
        self.field.clone_from(&name);
        Some((number, Item::Field(name, value.to_owned())))
    }

    fn quoted_printable(&mut self, number: u32, untrimmed: &str) -> Option<(u32, Item)> {
        let (first, mut bytes) = self.soft.take().unwrap_or((number, Vec::new()));
        let text = untrimmed.trim_end();
        let (text, goes_on) = text.strip_suffix('=').map_or((untrimmed, false), |text| (text, true));
        let mut rest = text.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            let digit = |at: usize| rest.get(at).and_then(|&byte| char::from(byte).to_digit(16));
            match (byte, digit(1), digit(2)) {
                (b'=', Some(high), Some(low)) => {
                    bytes.push((high * 16 + low) as u8);
                    rest = &rest[3..];
                }
                _ => {
                    bytes.push(byte);
                    rest = after;
                }
            }
        }
        // A line that never ends is cut at this length.
        if goes_on && bytes.len() < 1 << 16 {
            self.soft = Some((first, bytes));
            return None;
        }
        Some((first, item_of(first, &String::from_utf8_lossy(&bytes))))
    }

    /// The incomplete line at the end, if any.
    pub(super) fn finish(&mut self) -> Option<(u32, Item)> {
        let (line, bytes) = self.soft.take()?;
        Some((line, item_of(line, &String::from_utf8_lossy(&bytes))))
    }
}

/// Returns true if the file begins with the header fields of a mail, judging by its first line.
fn is_first_field(text: &str) -> bool {
    const NAMES: [&str; 14] = [
        "from",
        "to",
        "subject",
        "date",
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "delivered-to",
        "reply-to",
        "sender",
        "cc",
        "authentication-results",
        "content-type",
    ];
    text.split_once(':').is_some_and(|(name, _)| {
        let name = name.to_ascii_lowercase();
        NAMES.contains(&&*name)
            || name.starts_with("x-")
            || name.starts_with("list-")
            || name.starts_with("dkim-")
            || name.starts_with("arc-")
    })
}

/// Classifies a line of text.
fn item_of(line: u32, untrimmed: &str) -> Item {
    let is_wide = untrimmed.trim_end().chars().count() >= 60;
    let text = untrimmed.trim_start_matches('\u{c}');
    // A mail quoted in a reply.
    let mut body = text;
    while let Some(rest) = body.trim_start().strip_prefix('>') {
        body = rest;
    }
    let trimmed = body.trim();
    if trimmed.is_empty() {
        return Item::Blank;
    }
    let is_drawn = |c: char| matches!(c, '-' | '=' | '_' | '*' | '+' | '|' | ':' | ' ' | '~' | '—' | '─' | '`');
    if trimmed.len() > 1 && trimmed != "--" && trimmed.chars().all(is_drawn) || trimmed.starts_with("```") {
        return Item::Rule;
    }
    let level = trimmed.bytes().take_while(|&byte| byte == b'#').count();
    if (1..=6).contains(&level) && trimmed[level..].starts_with(' ') {
        return Item::Heading(level, trimmed[level..].trim().trim_end_matches('#').trim().to_owned());
    }
    let body = joined(&unescaped(body));
    let indent = body.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 8 } else { 1 }).sum::<usize>();
    let mut rest = body.trim();
    let (mut is_bullet_row, mut number, mut at) = (false, 0, indent);
    if let Some((first, after)) = rest.split_once(char::is_whitespace)
        && (is_bullet(first) || is_section(first))
        && !after.trim().is_empty()
    {
        let is_numbered = first.starts_with(|c: char| c.is_ascii_digit());
        number = if is_numbered { first.trim_end_matches(['.', ')']).split('.').count() } else { 0 };
        is_bullet_row = !is_numbered;
        at += rest.chars().count() - after.trim_start().chars().count();
        rest = after.trim_start();
    }
    let is_piped = rest.starts_with('|') || rest.contains(" | ") || rest.ends_with(" |");
    let cells = if is_piped { piped(rest) } else { spaced(rest, at) };
    Item::Row(Row { line, cells, is_piped, is_bullet: is_bullet_row, number, is_wide })
}

/// Recognises the number of a section: `5.1`, `5.1.`.
fn is_section(word: &str) -> bool {
    word.len() < 8
        && word.contains('.')
        && word.split('.').all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && {
            let parts = word.trim_end_matches('.').split('.').count();
            parts < 4 && word.starts_with(|c: char| c.is_ascii_digit())
        }
}

/// Removes the backslashes that converters put before Markdown characters.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        if c == '\\'
            && signs
                .peek()
                .is_some_and(|next| matches!(next, '[' | ']' | '(' | ')' | '_' | '*' | '-' | '|' | '#' | '<' | '>'))
        {
            continue;
        }
        out.push(c);
    }
    out
}

/// Removes the blanks in `evil [.] test`.
fn joined(text: &str) -> String {
    if !text.contains([']', ')']) {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for sign in ["[.]", "[dot]", "(dot)", "(.)", "[at]", "(at)", "[@]"] {
        let wide = format!(" {sign} ");
        if text.contains(&wide) {
            text = text.replace(&wide, sign);
        }
    }
    text
}

fn piped(text: &str) -> Vec<Cell> {
    let text = text.strip_prefix('|').unwrap_or(text);
    let text = text.strip_suffix('|').unwrap_or(text);
    text.split('|')
        .enumerate()
        .map(|(at, cell)| {
            // Some converters pad cells with `_`.
            let cell = cell.trim();
            let cell = if cell.starts_with("__") { cell.trim_start_matches('_') } else { cell };
            Cell { at, text: cell.trim_end_matches('_').trim().to_owned() }
        })
        .collect()
}

/// Splits cells at two blanks or a TAB.
fn spaced(text: &str, at: usize) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let (mut column, mut blanks) = (at, 2);
    for c in text.chars() {
        if c.is_whitespace() {
            blanks += if c == '\t' { 2 } else { 1 };
        } else {
            match cells.last_mut() {
                Some(cell) if blanks < 2 => {
                    if blanks == 1 {
                        cell.text.push(' ');
                    }
                    cell.text.push(c);
                }
                _ => cells.push(Cell { at: column, text: c.to_string() }),
            }
            blanks = 0;
        }
        column += if c == '\t' { 8 - column % 8 } else { 1 };
    }
    cells
}

impl Row {
    /// The text of all cells.
    pub(super) fn text(&self) -> String {
        self.cells.iter().map(|cell| &*cell.text).collect::<Vec<_>>().join("  ")
    }
}

/// The row of a line, for tests.
#[cfg(test)]
pub(super) fn row(text: &str) -> Row {
    match item_of(1, text) {
        Item::Row(row) => row,
        other => panic!("{text}: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_rows() {
        let texts = |text| row(text).cells.into_iter().map(|cell| cell.text).collect::<Vec<_>>();
        assert_eq!(texts("| a b | c |"), ["a b", "c"]);
        assert_eq!(texts("a | b"), ["a", "b"]);
        assert_eq!(texts("|Domain____|evil.test_|"), ["Domain", "evil.test"]);
        assert_eq!(texts("Domain    evil.test  a panel"), ["Domain", "evil.test", "a panel"]);
        assert_eq!(texts("- evil \\[.\\] test"), ["evil[.]test"]);
        assert_eq!(texts("> > evil.test"), ["evil.test"]);
        assert_eq!(item_of(1, "## IOCs ##"), Item::Heading(2, "IOCs".to_owned()));
        for drawn in ["---", "|---|:-:|", "+---+", "====="] {
            assert_eq!(item_of(1, drawn), Item::Rule, "{drawn}");
        }
    }

    #[test]
    fn mails() {
        let mail =
            "From: a@cert.example\nContent-Transfer-Encoding: quoted-printable\n\nhxxp://evil[.]test/?a=3Db=\nc\n";
        let mut page = Page::new();
        let items: Vec<_> = mail.lines().zip(1..).filter_map(|(line, number)| page.line(number, line)).collect();
        assert_eq!(items[0].1, Item::Field("from".to_owned(), "a@cert.example".to_owned()));
        let Item::Row(row) = &items[3].1 else { panic!("{items:?}") };
        assert_eq!((items[3].0, row.text()), (4, "hxxp://evil[.]test/?a=bc".to_owned()));
    }
}

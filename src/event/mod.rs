//! Events: a log line read as what it is. When was it, in which field does a value stand, and who met whom?
//!
//! An [`EventReader`] tells the layout of a line from the head of its file ([`EventReader::head`]) and from the line's own shape, and reads its
//! fields, its time, and the names of the [Elastic Common Schema](EcsName) for what is known. Any bytes are legal. What has no layout
//! that is known is plain text, with the time at its start; nothing is invented.
//!
//! ```
//! use netsieve::event::{EcsName, EventOptions, EventReader, Layout};
//!
//! let mut reader = EventReader::new(&EventOptions::default());
//! let line = br#"{"ts":"2026-05-12T10:02:03Z","src":{"ip":"192.0.2.7","port":40000},"query":"cdn.evil.test"}"#;
//! let event = reader.read(line);
//! assert_eq!(event.layout(), Layout::Json);
//! assert_eq!(event.get(EcsName::SourceIp).unwrap().to_string(), "192.0.2.7");
//! assert_eq!(event.time().unwrap().to_string(), "2026-05-12T10:02:03Z");
//! let field = event.field_at(76..89).unwrap();
//! assert_eq!((field.name().as_str(), field.role()), ("query", Some(EcsName::DnsQuestionName)));
//! ```
//!
//! A file with a header is read by it, also from the middle:
//!
//! ```
//! use netsieve::event::{EcsName, EventOptions, EventReader};
//!
//! let mut reader = EventReader::new(&EventOptions::default());
//! reader.head(b"#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tquery\n");
//! let event = reader.read(b"1778580123.5\t192.0.2.7\t192.0.2.53\tcdn.evil.test");
//! assert_eq!(event.who().unwrap().to_string(), "192.0.2.7");
//! assert_eq!(event.get(EcsName::DnsQuestionName).unwrap().to_string(), "cdn.evil.test");
//! ```

mod custom;
mod decode;
mod ecs;
mod heads;
mod json;
mod layouts;
mod lazy;
mod names;
mod normal;
mod pairs;
mod sheet;
#[cfg(test)]
mod tests;
mod time;
mod value;

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::limits::MAX_LINE;
use layouts::columns::Header;
use lazy::Lazy;
use names::KnownName;
use normal::{Context, Held, Normal};
use sheet::{Form, Sheet, TOP};
use time::Assumed;

pub use custom::LayoutConfig;
pub use ecs::EcsName;
pub(crate) use heads::{Head, Heads, PartHeads};
pub use layouts::Layout;
pub use time::EventTime;

/// What to assume where logs are silent.
#[derive(Clone, Debug)]
pub struct EventOptions {
    assumed: Assumed,
    layouts: Vec<LayoutConfig>,
}

impl Default for EventOptions {
    fn default() -> Self {
        EventOptions {
            assumed: Assumed { zone: TimeZone::UTC, zone_name: String::from("UTC"), year: None, file_time: None },
            layouts: Vec::new(),
        }
    }
}

impl EventOptions {
    /// The zone of times that are logged without one. UTC by default.
    pub fn time_zone(&mut self, zone: TimeZone) -> &mut Self {
        self.assumed.zone_name = time::zone_name(&zone);
        self.assumed.zone = zone;
        self
    }

    /// The year of times that are logged without one. By default it follows from [`file_time`](Self::file_time).
    pub fn year(&mut self, year: i16) -> &mut Self {
        self.assumed.year = Some(year);
        self
    }

    /// When the file was last written: a time without a year is the latest one that is at most a day later. Without it and without a
    /// [`year`](Self::year), such a time is unknown.
    pub fn file_time(&mut self, time: Timestamp) -> &mut Self {
        self.assumed.file_time = Some(time);
        self
    }

    /// Adds a layout of the configuration. The first one that matches a line names its fields.
    pub fn layout(&mut self, layout: LayoutConfig) -> &mut Self {
        self.layouts.push(layout);
        self
    }
}

/// Reads lines as events. It owns scratch space: one for each thread.
///
/// A line is read as far as somebody asks: its fields when the first of them is asked for, times and normal names when one of those is.
/// Once it has read a few lines of a kind it does not allocate any more.
#[derive(Debug)]
pub struct EventReader {
    assumed: Assumed,
    /// When the input was last written, if it does not say so itself.
    file_time: Option<Timestamp>,
    layouts: Vec<LayoutConfig>,
    header: Option<Arc<Header>>,
    columns: Vec<Option<KnownName>>,
    /// One of the columns may hold files, programs or versions.
    has_name_like: bool,
    /// Of the line at hand.
    shape: Lazy<Shape>,
    normal: Lazy<Normal>,
}

/// Layout and fields of a line.
#[derive(Debug)]
struct Shape {
    sheet: Sheet,
    layout: Layout,
    /// The layout of the configuration.
    custom: Option<usize>,
    /// The whole line is one object.
    is_json: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { sheet: Sheet::default(), layout: Layout::Text, custom: None, is_json: false }
    }
}

impl EventReader {
    /// A reader of lines of one input.
    pub fn new(options: &EventOptions) -> Self {
        EventReader {
            assumed: options.assumed.clone(),
            file_time: options.assumed.file_time,
            layouts: options.layouts.clone(),
            header: None,
            columns: Vec::new(),
            has_name_like: false,
            shape: Lazy::default(),
            normal: Lazy::default(),
        }
    }

    /// Tells the reader how an input begins: some 64 KiB, or all lines up to the first of data. A header in it names the columns of the
    /// lines that follow, until another one is told.
    pub fn head(&mut self, head: &[u8]) {
        self.set(Header::of_head(&head[..head.len().min(MAX_LINE)]).map(Arc::new));
    }

    /// When the input was last written: see [`EventOptions::file_time`].
    pub fn file_time(&mut self, time: Option<Timestamp>) {
        self.assumed.file_time = time;
    }

    /// Takes the header that counts for the next line: see [`Heads`].
    pub(crate) fn set_head(&mut self, head: &Head) {
        let is_same = match (&self.header, &head.header) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.set(head.header.clone());
        }
        self.assumed.file_time = head.file_time.or(self.file_time);
    }

    /// The event of the line that was read last, which is `line`.
    pub(crate) fn again<'a>(&'a self, line: &'a [u8]) -> Event<'a> {
        Event { line: capped(line), reader: self }
    }

    fn set(&mut self, header: Option<Arc<Header>>) {
        self.columns.clear();
        if let Some(header) = &header {
            let meanings = (0..header.columns()).map(|at| names::find(&header.key(at)?, &[]));
            self.columns.extend(meanings);
        }
        self.has_name_like = self.columns.iter().flatten().any(KnownName::may_be_name_like);
        self.header = header;
    }

    /// Reads a line, with or without its line end. This never panics, for any bytes, and takes time linear in them.
    ///
    /// A line that is a header itself (`#fields`, `#Fields:`) is taken as the one of the lines that follow, as where logs were
    /// concatenated. Of a line over [1 MiB](MAX_LINE) the first part is read.
    pub fn read<'a>(&'a mut self, line: &'a [u8]) -> Event<'a> {
        self.go_to(line);
        self.again(line)
    }

    /// Goes on to a line, of which nothing but a header is read yet.
    pub(crate) fn go_to(&mut self, line: &[u8]) {
        let line = capped(line);
        if line.starts_with(b"#") {
            let end = line.strip_suffix(b"\n").unwrap_or(line);
            if let Some(header) = Header::of_line(end, self.header.as_deref()) {
                self.set(Some(Arc::new(header)));
            }
        }
        self.shape.forget();
        self.normal.forget();
    }

    /// Layout and fields of the line at hand.
    fn shape(&self, line: &[u8]) -> &Shape {
        self.shape.get(|shape| {
            shape.sheet.clear();
            shape.layout = layouts::read(line, self.header.as_deref(), &mut shape.sheet);
            shape.is_json = shape.layout == Layout::Json && line.trim_ascii_start().starts_with(b"{");
            shape.custom = self.layouts.iter().position(|layout| layout.matches(line));
            if shape.custom.is_some() {
                shape.layout = Layout::Custom;
            }
        })
    }

    /// Time and normal names of the line at hand.
    fn normal(&self, line: &[u8]) -> &Normal {
        let shape = self.shape(line);
        self.normal.get(|normal| normal.read(&shape.sheet, &self.context(line, shape)))
    }

    fn context<'a>(&'a self, line: &'a [u8], shape: &Shape) -> Context<'a> {
        Context {
            line,
            header: self.header.as_deref(),
            columns: &self.columns,
            custom: shape.custom.map_or(&[], |at| self.layouts[at].names()),
            assumed: &self.assumed,
            is_json: shape.is_json,
        }
    }
}

/// Of a line over the cap the first part is read.
fn capped(line: &[u8]) -> &[u8] {
    &line[..line.len().min(MAX_LINE)]
}

/// A line, read as what it is.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    line: &'a [u8],
    reader: &'a EventReader,
}

impl<'a> Event<'a> {
    /// The layout of the line.
    pub fn layout(&self) -> Layout {
        self.shape().layout
    }

    /// The name of the layout: of one of the configuration the name that it has there.
    pub fn layout_name(&self) -> &'a str {
        let Shape { layout, custom, .. } = self.shape();
        custom.map_or(layout.name(), |at| self.reader.layouts[at].name_of())
    }

    /// The fields, in the order in which they were read.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> {
        let event = *self;
        (0..self.sheet().fields.len()).map(move |at| Field { event, at })
    }

    /// The field that holds a span of the line; the innermost, if there are several.
    pub fn field_at(&self, span: Range<usize>) -> Option<Field<'a>> {
        let normal = self.values();
        normal::field_of(self.sheet(), &span, |at| normal.is_known(at)).map(|at| Field { event: *self, at })
    }

    /// Whether the field at a span holds files, programs or versions: as [`field_at`](Self::field_at) and
    /// [`is_name_like`](Field::is_name_like) say, without a look at what else is in the line unless it matters.
    pub(crate) fn is_name_like_at(&self, span: Range<usize>) -> bool {
        let EventReader { normal, layouts, header, has_name_like, .. } = self.reader;
        // Most tables have no column of that kind, which tells it of all their lines.
        if !has_name_like && layouts.is_empty() && header.as_ref().is_some_and(|header| header.has_columns(self.line)) {
            return false;
        }
        if normal.known().is_none() {
            let (sheet, context) = (self.sheet(), self.context());
            if !normal.lend(|normal| normal.may_be_name_like(sheet, &context, &span)) {
                return false;
            }
        }
        self.field_at(span).is_some_and(|field| field.is_name_like())
    }

    /// When it was, if the line says so.
    pub fn time(&self) -> Option<EventTime> {
        self.values().time
    }

    /// The value of a normal name, if the line has it. [`EcsName::Timestamp`] is [`time`](Self::time).
    pub fn get(&self, name: EcsName) -> Option<Value<'a>> {
        if name == EcsName::Timestamp {
            return self.time().map(Value::Time);
        }
        let normal = self.values();
        match normal.get(name) {
            Held::Nothing => None,
            Held::Ip(ip) => Some(Value::Ip(ip)),
            Held::Number(number) => Some(Value::Number(number)),
            Held::Text(start, end) => Some(Value::Text(normal.str(start, end))),
        }
    }

    /// Where the value of a normal name stands in the line, if it is that of a field.
    pub fn span_of(&self, name: EcsName) -> Option<Range<usize>> {
        let at = self.values().field_of(name)?;
        Some(self.sheet().fields[at].span())
    }

    /// The port that stands in another field for the address or name at a span: of a source that of the source, of a destination
    /// or host that of the destination. `None` where the line gives none, or the span is neither.
    pub fn port_at(&self, span: &Range<usize>) -> Option<u16> {
        use EcsName::*;
        const PORTS: [(EcsName, &[EcsName]); 7] = [
            (SourceIp, &[SourcePort, ClientPort]),
            (ClientIp, &[ClientPort, SourcePort]),
            (SourceDomain, &[SourcePort, ClientPort]),
            (DestinationIp, &[DestinationPort]),
            (ServerIp, &[DestinationPort]),
            (DestinationDomain, &[DestinationPort, UrlPort]),
            (UrlDomain, &[UrlPort, DestinationPort]),
        ];
        // The field must be the one whose value counts: the port is of no other.
        let holds = |name| self.span_of(name).is_some_and(|field| field.start <= span.start && span.end <= field.end);
        let (_, ports) = PORTS.iter().find(|(name, _)| holds(*name))?;
        ports.iter().find_map(|port| match self.get(*port) {
            Some(Value::Number(number)) => u16::try_from(number).ok(),
            _ => None,
        })
    }

    /// All normal names that the line has values for.
    pub fn normal(&self) -> impl Iterator<Item = (EcsName, Value<'a>)> {
        let event = *self;
        EcsName::ALL.iter().filter_map(move |name| Some((*name, event.get(*name)?)))
    }

    /// Who met what: the client of the event, with its user and host if they are given.
    pub fn who(&self) -> Option<Who<'a>> {
        let ip = |name| match self.get(name) {
            Some(Value::Ip(ip)) => Some(ip),
            _ => None,
        };
        let text = |name| match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let who = Who {
            ip: ip(EcsName::ClientIp).or_else(|| ip(EcsName::SourceIp)),
            user: text(EcsName::UserName),
            host: text(EcsName::SourceDomain).or_else(|| text(EcsName::HostName)),
        };
        (who.ip.is_some() || who.user.is_some() || who.host.is_some()).then_some(who)
    }

    fn shape(&self) -> &'a Shape {
        self.reader.shape(self.line)
    }

    fn sheet(&self) -> &'a Sheet {
        &self.shape().sheet
    }

    fn values(&self) -> &'a Normal {
        self.reader.normal(self.line)
    }

    fn context(&self) -> Context<'a> {
        self.reader.context(self.line, self.shape())
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entry(&"layout", &self.layout_name());
        for (name, value) in self.normal() {
            map.entry(&name.as_str(), &format_args!("{value}"));
        }
        map.finish()
    }
}

/// A field of a line.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    event: Event<'a>,
    at: usize,
}

impl<'a> Field<'a> {
    /// The raw name: as it stands in the line or in the header of the file, as a path where objects stand in objects
    /// (`dns.answers.rdata`), or as the layout is documented.
    pub fn name(&self) -> String {
        let sheet = self.event.sheet();
        let context = self.event.context();
        let field = &sheet.fields[self.at];
        let mut path = vec![field.label];
        let mut parent = field.parent;
        while parent != TOP {
            path.push(sheet.nodes[parent as usize].label);
            parent = sheet.nodes[parent as usize].parent;
        }
        let parts: Vec<Cow<'_, str>> = path
            .iter()
            .rev()
            .map(|label| String::from_utf8_lossy(context.name(*label)))
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(".")
    }

    /// Where the value stands in the line.
    pub fn span(&self) -> Range<usize> {
        self.event.sheet().fields[self.at].span()
    }

    /// The value as it stands in the line, without quotes.
    pub fn raw(&self) -> &'a [u8] {
        &self.event.line[self.span()]
    }

    /// The value with escapes undone, where it is text.
    pub fn value(&self) -> Cow<'a, str> {
        let form = self.event.sheet().fields[self.at].form;
        if form == Form::Plain {
            return String::from_utf8_lossy(self.raw());
        }
        let mut bytes = Vec::new();
        decode::decode(self.raw(), form, &mut bytes);
        Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The normal name that this field is, if its raw name is known.
    pub fn role(&self) -> Option<EcsName> {
        self.event.values().role(self.at, self.event.sheet(), &self.event.context())
    }

    /// True where the field says that it holds names or addresses of machines.
    pub fn is_observable(&self) -> bool {
        self.role().is_some_and(EcsName::is_observable)
    }

    /// True where the field says that it holds a file, a program or a version: what looks like a name or address in it is none.
    pub fn is_name_like(&self) -> bool {
        self.role().is_some_and(EcsName::is_name_like)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?}", self.name(), self.value())
    }
}

/// The value of a normal name.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// An address.
    Ip(IpAddr),
    /// A port or a status.
    Number(u32),
    /// Text, with escapes undone.
    Text(&'a str),
    /// A point in time.
    Time(EventTime),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Ip(ip) => ip.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Text(text) => f.write_str(text),
            Value::Time(time) => time.fmt(f),
        }
    }
}

/// Who met what was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who<'a> {
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The user.
    pub user: Option<&'a str>,
    /// The machine.
    pub host: Option<&'a str>,
}

impl fmt::Display for Who<'_> {
    /// `192.0.2.7 user eve host laptop`, of which there is what is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        if let Some(ip) = self.ip {
            write!(f, "{ip}")?;
            is_first = false;
        }
        for (name, part) in [("user", self.user), ("host", self.host)] {
            if let Some(part) = part {
                let space = if is_first { "" } else { " " };
                write!(f, "{space}{name} {part}")?;
                is_first = false;
            }
        }
        Ok(())
    }
}

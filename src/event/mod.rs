//! Events: reads a log line as an event. When did it happen, which field holds a value, and who met whom?
//!
//! An [`EventReader`] recognises the layout of a line from the head of its file ([`EventReader::head`]) and from the line's shape. It reads
//! the fields and the time, and gives known fields the names of the [Elastic Common Schema](EcsName). Any bytes are legal input. A line
//! without a known layout is plain text that may begin with a time; nothing is invented.
//!
//! ```
//! use netsieve::event::{EcsName, EventReader, Layout};
//!
//! let mut reader = EventReader::new();
//! let line = br#"{"ts":"2026-05-12T10:02:03Z","src":{"ip":"192.0.2.7","port":40000},"query":"cdn.evil.test"}"#;
//! let event = reader.read(line);
//! assert_eq!(event.layout(), Layout::Json);
//! assert_eq!(event.get(EcsName::SourceIp).unwrap().to_string(), "192.0.2.7");
//! assert_eq!(event.time().unwrap().to_string(), "2026-05-12T10:02:03Z");
//! let field = event.field_at(76..89).unwrap();
//! assert_eq!((field.name().as_str(), field.role()), ("query", Some(EcsName::DnsQuestionName)));
//! ```
//!
//! If a file has a header, lines are read by it, even from the middle of the file:
//!
//! ```
//! use netsieve::event::{EcsName, EventReader};
//!
//! let mut reader = EventReader::new();
//! reader.head(b"#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tquery\n");
//! let event = reader.read(b"1778580123.5\t192.0.2.7\t192.0.2.53\tcdn.evil.test");
//! assert_eq!(event.who().unwrap().to_string(), "192.0.2.7");
//! assert_eq!(event.get(EcsName::DnsQuestionName).unwrap().to_string(), "cdn.evil.test");
//! ```

mod bytes;
mod custom;
mod decode;
mod ecs;
mod heads;
mod json;
mod layouts;
mod lazy;
mod names;
mod normal;
mod options;
mod pairs;
mod records;
mod sheet;
#[cfg(test)]
mod tests;
mod time;
mod value;
mod who;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::arch::cpu::{Engine, Kernel};
use crate::limits::MAX_LINE;
use layouts::columns::Header;
use lazy::Lazy;
use names::KnownName;
use names::hint::Plain;
use normal::{Context, Held, Normal};
use sheet::{Form, Sheet, TOP};
use time::Assumed;

pub use custom::LayoutConfig;
pub use ecs::EcsName;
pub(crate) use heads::{Head, Heads, PartHeads};
pub use layouts::Layout;
pub use options::EventOptions;
pub(crate) use records::Records;
pub use records::records;
pub use time::EventTime;
pub use who::{Value, Who};

/// Reads lines as events. It owns scratch space: use one per thread.
///
/// A line is read lazily: its fields when one of them is first asked for, then its time and client, then its other normal names.
/// After a few lines of a kind, reading does not allocate any more.
#[derive(Debug)]
pub struct EventReader {
    kernel: Kernel,
    assumed: Assumed,
    /// The time of the last write that the options give, for inputs without one of their own.
    file_time: Option<Timestamp>,
    layouts: Vec<LayoutConfig>,
    header: Option<Arc<Header>>,
    columns: Vec<Option<KnownName>>,
    /// True if one of the columns may hold files, programs or versions.
    has_name_like: bool,
    /// Where the current line has no fields of that kind, if none of the columns is one.
    plain: OnceLock<Plain>,
    /// The shape of the current line.
    shape: Lazy<Shape>,
    /// What the fields say about time and client.
    weighed: Lazy<Normal>,
    /// The normal names.
    normal: Lazy<Normal>,
}

/// The layout and fields of a line.
#[derive(Debug)]
struct Shape {
    sheet: Sheet,
    layout: Layout,
    /// The index of the layout from the configuration.
    custom: Option<usize>,
    /// True if the whole line is one JSON value.
    is_json: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { sheet: Sheet::default(), layout: Layout::Text, custom: None, is_json: false }
    }
}

impl Default for EventReader {
    fn default() -> Self {
        Self::with_options(&EventOptions::default())
    }
}

impl EventReader {
    /// Creates a reader for lines of one input, with the default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a reader for lines of one input.
    ///
    /// ```
    /// use netsieve::event::{EventOptions, EventReader};
    ///
    /// let mut reader = EventReader::with_options(&EventOptions::new().year(2026));
    /// let event = reader.read(b"May 12 10:02:03 gw sshd[7]: Failed password for eve from 192.0.2.7 port 5555 ssh2");
    /// assert_eq!(event.time().unwrap().to_string(), "2026-05-12T10:02:03Z");
    /// ```
    pub fn with_options(options: &EventOptions) -> Self {
        Self::with_engine(options, Engine::Auto)
    }

    /// Like [`with_options`](EventReader::with_options), for an engine.
    pub(crate) fn with_engine(options: &EventOptions, engine: Engine) -> Self {
        EventReader {
            kernel: Kernel::of(engine),
            assumed: options.assumed.clone(),
            file_time: options.assumed.file_time,
            layouts: options.layouts.clone(),
            header: None,
            columns: Vec::new(),
            has_name_like: false,
            plain: OnceLock::new(),
            shape: Lazy::default(),
            weighed: Lazy::default(),
            normal: Lazy::default(),
        }
    }

    /// Shows the reader the start of an input: some 64 KiB, or all lines up to the first line of data. If it holds a header, that names the
    /// columns of the lines that follow, until the next header.
    pub fn head(&mut self, head: &[u8]) {
        self.set(Header::of_head(&head[..head.len().min(MAX_LINE)]).map(Arc::new));
    }

    /// Sets the time at which the input was last written: see [`EventOptions::file_time`].
    ///
    /// ```
    /// use netsieve::event::EventReader;
    ///
    /// let mut reader = EventReader::new();
    /// reader.file_time("2026-01-02T00:00:00Z".parse().ok());
    /// let event = reader.read(b"Dec 31 23:59:58 gw sshd[7]: Connection closed by 192.0.2.7 port 5555");
    /// assert_eq!(event.time().unwrap().to_string(), "2025-12-31T23:59:58Z");
    /// ```
    pub fn file_time(&mut self, time: Option<Timestamp>) {
        self.assumed.file_time = time;
    }

    /// Sets the header that applies to the next line: see [`Heads`].
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

    /// Returns the event of the line that was read last, which must be `line`.
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

    /// Reads a line, with or without its line end. This never panics, for any bytes, and takes linear time.
    ///
    /// A line that is a header itself (`#fields`, `#Fields:`) applies to the lines that follow, which helps if logs were
    /// concatenated. Of a line over [1 MiB](MAX_LINE) only the first part is read.
    pub fn read<'a>(&'a mut self, line: &'a [u8]) -> Event<'a> {
        self.go_to(line);
        self.again(line)
    }

    /// Goes on to a line. Nothing of it is read yet, unless it is a header.
    pub(crate) fn go_to(&mut self, line: &[u8]) {
        let line = capped(line);
        if line.starts_with(b"#") {
            let end = line.strip_suffix(b"\n").unwrap_or(line);
            if let Some(header) = Header::of_line(end, self.header.as_deref()) {
                self.set(Some(Arc::new(header)));
            }
        }
        self.plain.take();
        self.shape.forget();
        self.weighed.forget();
        self.normal.forget();
    }

    /// Returns layout and fields of the current line.
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

    /// Returns the time of the current line, and what its fields say about the client.
    fn weighed(&self, line: &[u8]) -> &Normal {
        let shape = self.shape(line);
        self.weighed.get(|normal| normal.read(&shape.sheet, &self.context(line, shape)))
    }

    /// Returns time and normal names of the current line.
    fn normal(&self, line: &[u8]) -> &Normal {
        let (shape, weighed) = (self.shape(line), self.weighed(line));
        self.normal.get(|normal| normal.choose(weighed, &shape.sheet, &self.context(line, shape)))
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

/// Cuts a line over the cap.
fn capped(line: &[u8]) -> &[u8] {
    &line[..line.len().min(MAX_LINE)]
}

/// A line, read as an event.
///
/// ```
/// use netsieve::event::{EcsName, EventReader};
///
/// let mut reader = EventReader::new();
/// let line = b"May 12 10:02:03 gw sshd[25]: Failed password for eve from 192.0.2.7 port 40000 ssh2";
/// let event = reader.read(line);
/// assert_eq!(event.layout_name(), "sshd");
/// let span = event.span_of(EcsName::SourceIp).unwrap();
/// assert_eq!((&line[span.clone()], event.port_at(&span)), (&b"192.0.2.7"[..], Some(40000)));
/// for (name, value) in event.normal() {
///     println!("{}: {value}", name.as_str());
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Event<'a> {
    line: &'a [u8],
    reader: &'a EventReader,
}

impl<'a> Event<'a> {
    /// Returns the layout of the line.
    pub fn layout(&self) -> Layout {
        self.shape().layout
    }

    /// Returns the name of the layout; for a layout of the configuration, its name there.
    pub fn layout_name(&self) -> &'a str {
        let Shape { layout, custom, .. } = self.shape();
        custom.map_or(layout.name(), |at| self.reader.layouts[at].name_of())
    }

    /// Returns the fields, in the order in which they were read.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> {
        let event = *self;
        (0..self.sheet().fields.len()).map(move |at| Field { event, at })
    }

    /// Returns the field that contains a span of the line. If fields nest, it is the innermost.
    pub fn field_at(&self, span: Range<usize>) -> Option<Field<'a>> {
        let weighed = self.reader.weighed(self.line);
        normal::field_of(self.sheet(), &span, |at| weighed.is_known(at)).map(|at| Field { event: *self, at })
    }

    /// Returns true if the field at a span holds files, programs or versions. Gives the same answer as [`field_at`](Self::field_at) with
    /// [`is_name_like`](Field::is_name_like), but looks at the rest of the line only if it must.
    pub(crate) fn is_name_like_at(&self, span: Range<usize>) -> bool {
        let EventReader { kernel, weighed, layouts, header, has_name_like, plain, .. } = self.reader;
        if !has_name_like && layouts.is_empty() {
            // Most tables have no such column, and most lines no such field.
            let has_columns = || header.as_ref().is_some_and(|header| header.has_columns(self.line));
            let plain = plain.get_or_init(|| if has_columns() { Plain::All } else { Plain::of(*kernel, self.line) });
            if plain.has(self.line, &span) {
                debug_assert!(!self.field_at(span).is_some_and(|field| field.is_name_like()), "{self:?}");
                return false;
            }
        }
        if weighed.known().is_none() {
            let (sheet, context) = (self.sheet(), self.context());
            if !weighed.lend(|normal| normal.may_be_name_like(sheet, &context, &span)) {
                return false;
            }
        }
        self.field_at(span).is_some_and(|field| field.is_name_like())
    }

    /// Returns the time of the event, if the line has one.
    pub fn time(&self) -> Option<EventTime> {
        self.reader.weighed(self.line).time
    }

    /// Returns the value of a normal name, if the line has it. [`EcsName::Timestamp`] is the same as [`time`](Self::time).
    pub fn get(&self, name: EcsName) -> Option<Value<'a>> {
        match self.reader.weighed(self.line).address_of(name) {
            Some(ip) => Some(Value::Ip(ip)),
            None => value_of(self.values(), name),
        }
    }

    /// Returns the span of the field that has the value of a normal name, if the value comes from a field.
    pub fn span_of(&self, name: EcsName) -> Option<Range<usize>> {
        let at = self.values().field_of(name)?;
        Some(self.sheet().fields[at].span())
    }

    /// Returns the port that another field gives for the address or name at a span: the source port for a source, the destination port for
    /// a destination or host. `None` if the line gives no port, or the span is neither.
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
        // Only the field whose value counts has this port.
        let holds = |name| self.span_of(name).is_some_and(|field| field.start <= span.start && span.end <= field.end);
        let (_, ports) = PORTS.iter().find(|(name, _)| holds(*name))?;
        ports.iter().find_map(|port| match self.get(*port) {
            Some(Value::Number(number)) => u16::try_from(number).ok(),
            _ => None,
        })
    }

    /// Returns all normal names for which the line has values.
    pub fn normal(&self) -> impl Iterator<Item = (EcsName, Value<'a>)> {
        let normal = self.values();
        EcsName::ALL.iter().filter_map(move |name| Some((*name, value_of(normal, *name)?)))
    }

    /// Returns who met the listed value: the client of the event, with user and host if they are given.
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

/// Returns the value of a normal name.
#[inline]
fn value_of(normal: &Normal, name: EcsName) -> Option<Value<'_>> {
    match normal.get(name) {
        _ if name == EcsName::Timestamp => normal.time.map(Value::Time),
        Held::Nothing => None,
        Held::Ip(ip) => Some(Value::Ip(ip)),
        Held::Number(number) => Some(Value::Number(number)),
        Held::Text(start, end) => Some(Value::Text(normal.str(start, end))),
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
///
/// ```
/// use netsieve::event::EventReader;
///
/// let mut reader = EventReader::new();
/// let event = reader.read(br#"{"src_ip":"192.0.2.7","file_name":"C:\\tmp\\setup.py"}"#);
/// let fields: Vec<_> = event.fields().collect();
/// assert!(fields[0].is_observable() && !fields[0].is_name_like());
/// // `setup.py` is the name of a file, not of a machine.
/// assert!(fields[1].is_name_like() && !fields[1].is_observable());
/// assert_eq!((fields[1].raw(), &*fields[1].value()), (&br"C:\\tmp\\setup.py"[..], r"C:\tmp\setup.py"));
/// ```
#[derive(Clone, Copy)]
pub struct Field<'a> {
    event: Event<'a>,
    at: usize,
}

impl<'a> Field<'a> {
    /// Returns the raw name: as it stands in the line or the header of the file, as a path if objects are nested
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

    /// Returns the span of the value in the line.
    pub fn span(&self) -> Range<usize> {
        self.event.sheet().fields[self.at].span()
    }

    /// Returns the value as it stands in the line, without quotes.
    pub fn raw(&self) -> &'a [u8] {
        &self.event.line[self.span()]
    }

    /// Returns the value as text, with escapes undone.
    pub fn value(&self) -> Cow<'a, str> {
        let form = self.event.sheet().fields[self.at].form;
        if form == Form::Plain {
            return String::from_utf8_lossy(self.raw());
        }
        let mut bytes = Vec::new();
        decode::decode(self.raw(), form, &mut bytes);
        Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Returns the normal name of this field, if its raw name is known.
    pub fn role(&self) -> Option<EcsName> {
        let weighed = self.event.reader.weighed(self.event.line);
        self.event.values().role(self.at, weighed, self.event.sheet(), &self.event.context())
    }

    /// Returns true if the field holds names or addresses of machines.
    pub fn is_observable(&self) -> bool {
        self.role().is_some_and(EcsName::is_observable)
    }

    /// Returns true if the field holds a file, a program or a version: a text in it that looks like a name or an address is not one.
    pub fn is_name_like(&self) -> bool {
        self.role().is_some_and(EcsName::is_name_like)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?}", self.name(), self.value())
    }
}

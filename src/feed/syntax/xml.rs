//! A pull parser for XML with bounded memory.
//!
//! It knows the five predefined entities and numeric character references. It refuses document type definitions,
//! because they could define entities that expand to gigabytes. [`MAX_NESTING`] caps nesting, [`MAX_FEED_LINE`] tags and texts.

use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, escape};

use crate::error::{Error, Result};
use crate::input::Lines;
use crate::limits::{MAX_FEED_LINE, MAX_NESTING};

/// The node that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// The start of an element, whose name and attributes can be queried.
    Start,
    /// The end of an element. Its name can be queried, and the text that precedes the end outside inner elements.
    End,
}

/// A document.
pub(crate) struct Xml<'a, 'r> {
    reader: Reader<Source<'a, 'r>>,
    path: PathBuf,
    buf: Vec<u8>,
    /// The names of the open elements, without their prefixes.
    open: Vec<String>,
    /// The element that just ended, until the next call.
    closed: Option<String>,
    attributes: Vec<(String, String)>,
    text: String,
    /// The line of the current node.
    line: u32,
    has_root: bool,
}

impl<'a, 'r> Xml<'a, 'r> {
    pub(crate) fn new(lines: &'a mut Lines<'r>) -> Self {
        let path = lines.path().to_owned();
        let mut reader = Reader::from_reader(Source::new(lines));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            path,
            buf: Vec::new(),
            open: Vec::new(),
            closed: None,
            attributes: Vec::new(),
            text: String::new(),
            line: 1,
            has_root: false,
        }
    }

    /// Reads the next start or end; `None` after the end of the root, which must be present.
    pub(crate) fn next(&mut self) -> Result<Option<Node>> {
        self.text.clear();
        self.closed = None;
        loop {
            self.buf.clear();
            self.reader.get_mut().budget = MAX_FEED_LINE;
            let line = self.reader.get_ref().lines.current();
            let event = match self.reader.read_event_into(&mut self.buf) {
                Ok(event) => event,
                Err(quick_xml::Error::Io(error)) => return Err(self.failed(&error)),
                Err(error) => return Err(self.error(&error.to_string())),
            };
            match event {
                // An empty element yields a start and an end.
                Event::Start(start) | Event::Empty(start) => {
                    let name = local(start.name().0).to_owned();
                    let attributes = attributes(&start, &mut self.attributes);
                    self.line = line;
                    attributes.map_err(|reason| self.error(&reason))?;
                    self.start(name)?;
                    return Ok(Some(Node::Start));
                }
                // The reader checks that the names agree.
                Event::End(_) => {
                    self.line = line;
                    self.closed = self.open.pop();
                    return Ok(Some(Node::End));
                }
                Event::Text(text) => self.text.push_str(&text),
                Event::CData(text) => self.text.push_str(&text),
                Event::GeneralRef(name) => match resolve(&name) {
                    Some(text) => self.text.push_str(&text),
                    None => {
                        let reason = format!("`&{}`: entities that a document defines are not read", &*name);
                        return Err(self.error(&reason));
                    }
                },
                Event::DocType(_) => {
                    return Err(
                        self.error("a document type definition (DTD), which is refused: it may define entities")
                    );
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => {
                    if let Some(name) = self.open.last() {
                        return Err(self.error(&format!("the text ends within the element `{name}`")));
                    }
                    if !self.has_root {
                        return Err(self.error("no element in it"));
                    }
                    return Ok(None);
                }
            }
            if self.text.len() > MAX_FEED_LINE {
                return Err(self.error(&format!("a text longer than {MAX_FEED_LINE} bytes")));
            }
        }
    }

    /// Notes the start of an element.
    fn start(&mut self, name: String) -> Result<()> {
        if self.open.len() == MAX_NESTING {
            return Err(self.error(&format!("nested deeper than {MAX_NESTING} levels")));
        }
        if self.open.is_empty() && std::mem::replace(&mut self.has_root, true) {
            return Err(self.error("a second root element"));
        }
        self.open.push(name);
        self.text.clear();
        Ok(())
    }

    /// The name of the element that began or ended, without its prefix.
    pub(crate) fn name(&self) -> &str {
        self.closed.as_ref().or(self.open.last()).map_or("", String::as_str)
    }

    /// The open elements, the root first. After an end, the element that ended is not among them.
    pub(crate) fn open(&self) -> &[String] {
        &self.open
    }

    /// The text before an end.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The value of an attribute of the element that began, by its name without a prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The line on which the element's tag begins.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    fn error(&self, reason: &str) -> Error {
        let position = self.reader.error_position().max(self.reader.buffer_position());
        let line = self.reader.get_ref().lines.current();
        Error::feed(&self.path, format!("invalid XML at byte {position} (line {line}): {reason}"))
    }

    /// Describes an error that occurred below the parser.
    fn failed(&self, error: &io::Error) -> Error {
        match self.reader.get_ref().failed.as_deref() {
            Some(message) => Error::feed(&self.path, message),
            None => self.error(&error.to_string()),
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The text of a reference: a character by its number, or one of the five predefined entities.
fn resolve(name: &BytesRef<'_>) -> Option<String> {
    match name.resolve_char_ref().ok()? {
        Some(c) => Some(c.to_string()),
        None => escape::resolve_predefined_entity(name).map(str::to_owned),
    }
}

fn attributes(start: &BytesStart<'_>, attributes: &mut Vec<(String, String)>) -> Result<(), String> {
    attributes.clear();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.0;
        // Namespace declarations are frequent and never needed.
        if name.starts_with("xmlns") {
            continue;
        }
        let value = escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        attributes.push((local(name).to_owned(), value.into_owned()));
    }
    Ok(())
}

/// The bytes of a feed for the parser: UTF-8, with invalid sequences read as Latin-1.
struct Source<'a, 'r> {
    lines: &'a mut Lines<'r>,
    /// Bytes to deliver before the next ones of the feed.
    out: Vec<u8>,
    at: usize,
    /// The length of the feed's next bytes known to be UTF-8, kept because the parser asks again for every tag.
    valid: usize,
    /// The bytes that the parser may still take before it reaches the end of a tag or text.
    budget: usize,
    /// The reason for a read failure, which the parser's own error does not give.
    failed: Option<String>,
}

impl<'a, 'r> Source<'a, 'r> {
    fn new(lines: &'a mut Lines<'r>) -> Self {
        Self { lines, out: Vec::new(), at: 0, valid: 0, budget: 0, failed: None }
    }

    fn fail(&mut self, message: String) -> io::Error {
        self.failed = Some(message);
        io::Error::other("reading failed")
    }

    /// Moves the next character to `out` if the chunk does not begin with valid UTF-8.
    fn odd(&mut self) -> Result<()> {
        let mut carry = [0; 4];
        let mut length = 0;
        while let Some(&byte) = self.lines.chunk()?.first() {
            carry[length] = byte;
            match str::from_utf8(&carry[..=length]) {
                Ok(_) => {
                    self.lines.consume(1);
                    self.out.extend_from_slice(&carry[..=length]);
                    return Ok(());
                }
                Err(error) if error.error_len().is_none() && length < 3 => {
                    self.lines.consume(1);
                    length += 1;
                }
                Err(_) => {
                    if length == 0 {
                        self.lines.consume(1);
                        length = 1;
                    }
                    break;
                }
            }
        }
        for byte in &carry[..length] {
            self.out.extend_from_slice(char::from(*byte).encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

impl Read for Source<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let chunk = self.fill_buf()?;
        let length = chunk.len().min(buf.len());
        buf[..length].copy_from_slice(&chunk[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Source<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.budget == 0 {
            let line = self.lines.current();
            return Err(
                self.fail(format!("invalid XML on line {line}: a tag or text longer than {MAX_FEED_LINE} bytes"))
            );
        }
        if self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
            if self.valid == 0 {
                self.valid = match self.lines.chunk() {
                    Ok(chunk) => str::from_utf8(chunk).map_or_else(|error| error.valid_up_to(), str::len),
                    Err(error) => return Err(self.fail(error.to_string())),
                };
            }
            let is_odd = self.valid == 0 && !self.lines.chunk().is_ok_and(<[u8]>::is_empty);
            if !is_odd {
                let length = self.valid.min(self.budget);
                return match self.lines.chunk() {
                    Ok(chunk) => Ok(&chunk[..length]),
                    Err(error) => Err(io::Error::other(error.to_string())),
                };
            }
            if let Err(error) = self.odd() {
                return Err(self.fail(error.to_string()));
            }
        }
        Ok(&self.out[self.at..])
    }

    fn consume(&mut self, length: usize) {
        self.budget = self.budget.saturating_sub(length);
        if self.at < self.out.len() {
            self.at += length;
        } else {
            self.valid = self.valid.saturating_sub(length);
            self.lines.consume(length);
        }
    }
}

//! STIX 1.0 to 1.2 packages, in XML (<https://stixproject.github.io/data-model/1.2/>).
//!
//! ```text
//! <stix:STIX_Package><stix:Indicators><stix:Indicator id="x:indicator-1" xsi:type="indicator:IndicatorType">
//!   <indicator:Title>made up</indicator:Title>
//!   <indicator:Observable><cybox:Object><cybox:Properties xsi:type="DomainNameObj:DomainNameObjectType">
//!     <DomainNameObj:Value condition="Equals">evil.test</DomainNameObj:Value>
//!   </cybox:Properties></cybox:Object></indicator:Observable>
//! </stix:Indicator></stix:Indicators></stix:STIX_Package>
//! ```
//!
//! Each value that an indicator observes is an entry with the indicator's id, title, time and confidence. The
//! observable may be elsewhere in the package and be referred to. Observables without an indicator do not claim that
//! anything is bad, so they are skipped, as are objects that are merely related, and values that must hold together
//! with others. The malware that an indicator indicates gives the family, if it is stated before the indicator ends.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::error::Result;
use crate::feed::syntax::condition::{self, Condition};
use crate::feed::syntax::listed::{self, Listed};
use crate::feed::syntax::value::{Rules, Value};
use crate::feed::syntax::xml::{Node, Xml};
use crate::feed::syntax::{out, text};
use crate::indicator::{Attributes, Construct, Feed, Record, RecordSink, Reject, Rejection, Scope, Warning};
use crate::input::Lines;
use crate::limits::MAX_PENDING;

pub(crate) fn read(lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
    let mut xml = Xml::new(lines);
    let mut reader = Stix1Reader {
        rules: Rules::new(feed, Scope::Suffix),
        sink,
        indicators: Vec::new(),
        observables: Vec::new(),
        groups: Vec::new(),
        properties: None,
        related: 0,
        elsewhere: HashMap::new(),
        bytes: 0,
        value: None,
    };
    while let Some(node) = xml.next()? {
        match node {
            Node::Start => reader.start(&xml),
            Node::End => reader.end(&xml),
        }
    }
    for found in reader.elsewhere.into_values().filter(|stored| !stored.is_used).flat_map(|stored| stored.found) {
        out::skip(reader.sink, found.line, &found.text, found.unused());
    }
    Ok(())
}

/// A value, or a part that will be skipped.
#[derive(Clone, Debug)]
struct Observed {
    text: String,
    listed: Listed,
    condition: Condition,
    line: u32,
}

impl Observed {
    /// The construct that reports it if no indicator refers to it.
    fn unused(&self) -> Construct {
        match (self.listed, self.condition) {
            (Listed::Skip(construct), _) | (_, Condition::Skip(construct)) => construct,
            _ => Construct::OtherKind,
        }
    }
}

#[derive(Default)]
struct Stored {
    found: Vec<Observed>,
    is_used: bool,
}

/// An open indicator.
#[derive(Default)]
struct Indicator {
    depth: usize,
    id: String,
    time: Option<Timestamp>,
    title: String,
    description: String,
    tags: Vec<String>,
    family: Option<String>,
    reference: Option<String>,
    confidence: Option<u8>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    is_negated: bool,
    line: u32,
    found: Vec<Observed>,
    /// References to observables elsewhere in the package.
    refers: Vec<String>,
    /// The composing indicators must hold together.
    is_and: bool,
}

/// An open observable, in an indicator or on its own.
struct Observable {
    depth: usize,
    id: String,
    found: Vec<Observed>,
}

/// A composition of observables, joined by `AND` or `OR`.
struct Group {
    is_and: bool,
    children: u32,
    /// The number of values the observable had before.
    before: usize,
}

/// The properties of an object.
struct Properties {
    depth: usize,
    kind: String,
    category: String,
    has_hash: bool,
    has_value: bool,
    line: u32,
    address: Option<Observed>,
    port: Option<String>,
}

struct Stix1Reader<'a> {
    rules: Rules,
    sink: &'a mut dyn RecordSink,
    indicators: Vec<Indicator>,
    observables: Vec<Observable>,
    groups: Vec<Group>,
    properties: Option<Properties>,
    /// The number of open elements that hold merely related objects.
    related: usize,
    /// Observables outside any indicator, by id.
    elsewhere: HashMap<String, Stored>,
    bytes: usize,
    /// The condition of the open value, and its line.
    value: Option<(Condition, u32)>,
}

impl Stix1Reader<'_> {
    fn start(&mut self, xml: &Xml<'_, '_>) {
        let depth = xml.open().len();
        let own = |name: &str| xml.attribute(name).unwrap_or_default().to_owned();
        match xml.name() {
            "Indicator" if xml.attribute("idref").is_none() => self.indicators.push(Indicator {
                depth,
                id: own("id"),
                time: xml.attribute("timestamp").and_then(text::time),
                is_negated: xml.attribute("negate") == Some("true"),
                line: xml.line(),
                ..Indicator::default()
            }),
            "Composite_Indicator_Expression" => {
                if let Some(indicator) = self.indicators.last_mut() {
                    indicator.is_and = xml.attribute("operator").is_some_and(|o| o.eq_ignore_ascii_case("and"));
                }
            }
            "Observable" => {
                if let Some(group) = self.groups.last_mut() {
                    group.children += 1;
                }
                match xml.attribute("idref") {
                    Some(id) => self.refer(id.to_owned()),
                    None => self.observables.push(Observable { depth, id: own("id"), found: Vec::new() }),
                }
            }
            "Observable_Composition" => {
                let is_and = xml.attribute("operator").is_none_or(|operator| operator.eq_ignore_ascii_case("and"));
                let before = self.observables.last().map_or(0, |observable| observable.found.len());
                self.groups.push(Group { is_and, children: 0, before });
            }
            "Related_Object" => self.related += 1,
            "Properties" if self.properties.is_none() => {
                let kind = own("type");
                let kind = kind.rsplit(':').next().unwrap_or_default().trim_end_matches("ObjectType").to_owned();
                self.properties = Some(Properties {
                    depth,
                    kind,
                    category: own("category"),
                    has_hash: false,
                    has_value: false,
                    line: xml.line(),
                    address: None,
                    port: None,
                });
            }
            "Value" | "Address_Value" | "Hostname_Value" | "URL_Value" | "Port_Value" | "Simple_Hash_Value" => {
                self.value = Some((Condition::of(xml.attribute("condition").unwrap_or_default()), xml.line()));
            }
            "Source_IP" | "Source_Socket_Address" => self.related += 1,
            _ => {}
        }
        if let Some(properties) = &mut self.properties
            && depth > properties.depth
            && let Some(category) = xml.attribute("category")
        {
            category.clone_into(&mut properties.category);
        }
    }

    fn end(&mut self, xml: &Xml<'_, '_>) {
        // The element that ended was one level deeper.
        let depth = xml.open().len() + 1;
        let parent = xml.open().last().map_or("", String::as_str);
        match xml.name() {
            "Related_Object" | "Source_IP" | "Source_Socket_Address" => self.related = self.related.saturating_sub(1),
            "Value" if parent == "Confidence" => {
                if let Some(indicator) = self.of_indicator(depth, 2) {
                    indicator.confidence = confidence(xml.text());
                }
            }
            "Value" | "Address_Value" | "Hostname_Value" | "URL_Value" if self.properties.is_some() => self.take(xml),
            "Port_Value" => {
                if let Some(properties) = &mut self.properties {
                    properties.port = Some(xml.text().to_owned());
                }
            }
            "Simple_Hash_Value" if self.properties.is_some() => self.take(xml),
            "Fuzzy_Hash_Value" => {
                if let Some(properties) = &mut self.properties {
                    properties.has_hash = true;
                }
            }
            "Properties" if self.properties.as_ref().is_some_and(|properties| properties.depth == depth) => {
                self.close_properties();
            }
            "Observable_Composition" => self.close_group(),
            "Observable" if self.observables.last().is_some_and(|observable| observable.depth == depth) => {
                self.close_observable();
            }
            "Indicator" if self.indicators.last().is_some_and(|indicator| indicator.depth == depth) => {
                self.close_indicator();
            }
            "Title" if matches!(parent, "STIX_Header" | "Incident" | "Campaign") => {
                if let Some(title) = text::some(xml.text()) {
                    self.sink.title(title);
                }
            }
            name => self.describe(name, parent, depth, xml.text()),
        }
    }

    /// The innermost indicator, if the element that ended is `levels` deep in it.
    fn of_indicator(&mut self, depth: usize, levels: usize) -> Option<&mut Indicator> {
        self.indicators.last_mut().filter(|indicator| depth == indicator.depth + levels)
    }

    fn describe(&mut self, name: &str, parent: &str, depth: usize, said: &str) {
        let Some(said) = text::some(said).map(str::to_owned) else { return };
        let Some(indicator) = self.indicators.last_mut() else { return };
        let is_own = depth == indicator.depth + 1;
        match name {
            "Title" if is_own => indicator.title = said,
            "Description" | "Short_Description" if is_own && indicator.description.is_empty() => {
                indicator.description = said;
            }
            "Type" if is_own => indicator.tags.push(said),
            "Start_Time" if parent == "Valid_Time_Position" => {
                indicator.from = out::date(&said, indicator.line, self.sink)
            }
            "End_Time" if parent == "Valid_Time_Position" => {
                indicator.until = out::date(&said, indicator.line, self.sink)
            }
            "Name" | "Title" if parent == "Malware_Instance" => indicator.family = Some(said),
            "Title" if parent == "TTP" => indicator.tags.push(said),
            "Reference" if parent == "References" => {
                indicator.reference.get_or_insert(said);
            }
            _ => {}
        }
    }

    /// Takes the value of an object's property.
    fn take(&mut self, xml: &Xml<'_, '_>) {
        let Some((condition, line)) = self.value.take() else { return };
        let Some(properties) = &mut self.properties else { return };
        let said = xml.text();
        if said.is_empty() {
            return;
        }
        let is_in = |names: &[&str]| xml.open().iter().any(|name| names.contains(&name.as_str()));
        let in_mail = is_in(&["Header", "Raw_Header"]);
        let is_sender = xml.name() == "Address_Value" && is_in(&["From", "Sender", "Reply_To"]);
        let listed = match (&*properties.kind, xml.name()) {
            _ if self.related > 0 => Listed::Skip(Construct::OtherKind),
            (_, "Simple_Hash_Value") => Listed::Hash,
            _ if in_mail && is_sender => Listed::Email,
            ("EmailMessage", _) => Listed::Skip(Construct::Email),
            _ if in_mail => Listed::Skip(Construct::OtherKind),
            ("File" | "Mutex" | "WinRegistryKey" | "Pipe" | "HTTPSession" | "Process", _) => return,
            (_, "Address_Value") => match &*properties.category.to_ascii_lowercase() {
                "" | "ipv4-addr" | "ipv6-addr" | "cidr" | "ipv4-net" | "ipv6-net" | "ipv4-net-mask"
                | "ipv6-net-mask" => Listed::Ip,
                "e-mail" => Listed::Email,
                _ => Listed::Skip(Construct::OtherKind),
            },
            (_, "Hostname_Value") => Listed::Hostname,
            ("DomainName", _) | ("DNSQuery" | "DNSRecord", "Value") => Listed::Domain,
            ("URI", _) | ("Link", _) | (_, "URL_Value") => Listed::Url,
            _ => return,
        };
        properties.has_value = true;
        let is_socket = matches!(&*properties.kind, "SocketAddress" | "NetworkConnection" | "Port");
        for text in said.split("##comma##").map(str::trim).filter(|text| !text.is_empty()) {
            let found = Observed { text: text.to_owned(), listed, condition, line };
            if is_socket && properties.address.is_none() && !matches!(listed, Listed::Skip(_)) {
                properties.address = Some(found);
            } else if let Some(observable) = self.observables.last_mut() {
                observable.found.push(found);
            } else {
                out::skip(self.sink, line, text, found.unused());
            }
        }
    }

    fn close_properties(&mut self) {
        let Some(properties) = self.properties.take() else { return };
        let found = match properties.address {
            Some(mut address) => {
                if let Some(port) = properties.port {
                    address.text = format!("{}|{port}", address.text);
                    address.listed = Listed::HostPort;
                }
                address
            }
            None if properties.has_value => return,
            None => {
                let construct = match &*properties.kind {
                    _ if properties.has_hash => Construct::Hash,
                    "File" => Construct::FileName,
                    "EmailMessage" => Construct::Email,
                    _ => Construct::OtherKind,
                };
                let listed = Listed::Skip(construct);
                Observed { text: properties.kind, listed, condition: Condition::Is, line: properties.line }
            }
        };
        match self.observables.last_mut() {
            Some(observable) => observable.found.push(found),
            None => out::skip(self.sink, found.line, &found.text, found.unused()),
        }
    }

    fn close_group(&mut self) {
        let Some(group) = self.groups.pop() else { return };
        if group.is_and
            && group.children > 1
            && let Some(observable) = self.observables.last_mut()
        {
            for found in observable.found.drain(group.before.min(observable.found.len())..) {
                out::skip(self.sink, found.line, &found.text, Construct::Conjunction);
            }
        }
    }

    fn close_observable(&mut self) {
        let Some(Observable { id, found, depth }) = self.observables.pop() else { return };
        match (self.observables.last_mut(), self.indicators.last_mut()) {
            // An observable that is part of another.
            (Some(outer), _) => outer.found.extend(found),
            (None, Some(indicator)) if depth > indicator.depth => indicator.found.extend(found),
            _ => {
                self.bytes += id.len() + found.iter().map(|found| found.text.len() + 128).sum::<usize>();
                if id.is_empty() || self.bytes > MAX_PENDING {
                    for found in found {
                        out::skip(self.sink, found.line, &found.text, found.unused());
                    }
                } else {
                    self.elsewhere.entry(id).or_default().found.extend(found);
                }
            }
        }
    }

    /// Adds a referenced observable to the one that is open.
    fn refer(&mut self, id: String) {
        match self.observables.last_mut() {
            Some(observable) => {
                if let Some(stored) = self.elsewhere.get_mut(&id) {
                    stored.is_used = true;
                    observable.found.extend(stored.found.iter().cloned());
                }
            }
            None => {
                if let Some(indicator) = self.indicators.last_mut() {
                    indicator.refers.push(id);
                }
            }
        }
    }

    fn close_indicator(&mut self) {
        let Some(mut indicator) = self.indicators.pop() else { return };
        for id in std::mem::take(&mut indicator.refers) {
            match self.elsewhere.get_mut(&id) {
                Some(stored) => {
                    stored.is_used = true;
                    indicator.found.extend(stored.found.iter().cloned());
                }
                None => self.sink.reject(Rejection::new(indicator.line, id, Reject::Malformed)),
            }
        }
        let is_part = self.indicators.iter().any(|outer| outer.is_and);
        if indicator.found.is_empty() && !indicator.title.is_empty() {
            // The indicator states its subject only in prose.
            out::skip(self.sink, indicator.line, &indicator.title, Construct::OtherKind);
        }
        for found in &indicator.found {
            let construct = match (found.listed, found.condition) {
                (Listed::Skip(construct), _) | (_, Condition::Skip(construct)) => Some(construct),
                _ if is_part => Some(Construct::Conjunction),
                _ if indicator.is_negated => Some(Construct::Negation),
                _ => None,
            };
            match construct {
                Some(construct) => out::skip(self.sink, found.line, &found.text, construct),
                None => self.emit(&indicator, found),
            }
        }
    }

    fn emit(&mut self, indicator: &Indicator, found: &Observed) {
        let result = match found.condition {
            Condition::Is => listed::read(found.listed, &found.text, &self.rules),
            condition => condition::read(condition, found.listed, &found.text, &self.rules),
        };
        match result {
            Ok(Value { indicator: value, note }) => {
                let mut record = Record::new(value, found.line, found.text.as_str());
                record.attributes = indicator.attributes();
                self.sink.record(record);
                if let Some(note) = note {
                    self.sink.warn(Warning::new(found.line, found.text.as_str(), note));
                }
            }
            Err(reason) => self.sink.reject(Rejection::new(found.line, found.text.as_str(), reason)),
        }
    }
}

impl Indicator {
    fn attributes(&self) -> Attributes<'_> {
        let some = |text: &'_ String| (!text.is_empty()).then(|| Cow::Owned(text.clone()));
        Attributes {
            tags: self.tags.iter().map(|tag| Cow::Borrowed(tag.as_str())).collect(),
            family: self.family.as_deref().map(Cow::Borrowed),
            confidence: self.confidence,
            id: some(&self.id),
            first_seen: self.from.or(self.time),
            valid_from: self.from,
            valid_until: self.until,
            reference: self.reference.as_deref().map(Cow::Borrowed),
            description: some(&self.title).or_else(|| some(&self.description)),
            ..Attributes::default()
        }
    }
}

/// The scale of words as numbers, by appendix A of STIX 2.1, or a number.
fn confidence(word: &str) -> Option<u8> {
    match word.to_ascii_lowercase().as_str() {
        "high" => Some(85),
        "medium" => Some(50),
        "low" => Some(15),
        "none" => Some(0),
        _ => text::confidence(word),
    }
}

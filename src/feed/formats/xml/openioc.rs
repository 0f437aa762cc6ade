//! OpenIOC 1.0 and 1.1, Mandiant's XML format.
//!
//! ```text
//! <ioc id="5e000000-…"><short_description>made up</short_description><definition><Indicator operator="OR">
//!   <IndicatorItem id="5e000001-…" condition="is">
//!     <Context document="Network" search="Network/DNS"/><Content type="string">evil.test</Content>
//!   </IndicatorItem>
//! </Indicator></definition></ioc>
//! ```
//!
//! The search path determines the type of a value. MISP and others leave `Content` empty and put the value into the
//! item's id. Items that must hold together (`AND` over more than one) are skipped. A condition that a name contains,
//! begins with or ends with a text becomes a pattern over names.

use std::borrow::Cow;

use crate::error::Result;
use crate::feed::syntax::condition::{self, Condition};
use crate::feed::syntax::listed::Listed;
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::text::{self, is_uuid};
use crate::feed::syntax::value::Rules;
use crate::feed::syntax::xml::{Node, Xml};
use crate::indicator::{Attributes, Construct, Feed, RecordSink, Scope};
use crate::input::Lines;

/// The most items held back until it is known whether another must hold with them. Beyond that, an `AND` is assumed to have several.
const MAX_HELD: usize = 100_000;

pub(crate) fn read(lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
    let mut xml = Xml::new(lines);
    let rules = Rules::new(feed, Scope::Suffix);
    let mut reader = OpenIocReader { rules, sink, about: Attributes::default(), groups: Vec::new(), item: None };
    while let Some(node) = xml.next()? {
        match node {
            Node::Start => reader.start(&xml),
            Node::End => reader.end(&xml),
        }
    }
    Ok(())
}

#[derive(Default)]
struct Item {
    id: String,
    condition: String,
    is_negated: bool,
    search: String,
    content: String,
    comment: String,
    line: u32,
}

/// An `Indicator` element.
struct Group {
    is_and: bool,
    children: u32,
    /// The items in an `AND` that has only one child so far.
    held: Vec<Item>,
}

struct OpenIocReader<'a> {
    rules: Rules,
    sink: &'a mut dyn RecordSink,
    /// The document's metadata, which applies to all items.
    about: Attributes<'static>,
    groups: Vec<Group>,
    item: Option<Item>,
}

impl OpenIocReader<'_> {
    fn start(&mut self, xml: &Xml<'_, '_>) {
        let own = |name: &str| xml.attribute(name).unwrap_or_default().to_owned();
        match xml.name() {
            "ioc" | "OpenIOC" => {
                self.about = Attributes::default();
                self.about.id = xml.attribute("id").map(|id| Cow::Owned(id.to_owned()));
            }
            "Indicator" => {
                self.child();
                let is_and = xml.attribute("operator").is_some_and(|operator| operator.eq_ignore_ascii_case("and"));
                self.groups.push(Group { is_and, children: 0, held: Vec::new() });
            }
            "IndicatorItem" => {
                self.child();
                self.item = Some(Item {
                    id: own("id"),
                    condition: own("condition"),
                    is_negated: xml.attribute("negate").is_some_and(|negate| negate.eq_ignore_ascii_case("true")),
                    line: xml.line(),
                    ..Item::default()
                });
            }
            "Context" => {
                if let Some(item) = &mut self.item {
                    item.search = own("search");
                }
            }
            "link" => {
                if let Some(href) = xml.attribute("href").and_then(text::some)
                    && self.about.reference.is_none()
                {
                    self.about.reference = Some(Cow::Owned(href.to_owned()));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, xml: &Xml<'_, '_>) {
        let said = text::some(xml.text());
        match xml.name() {
            "IndicatorItem" => {
                if let Some(item) = self.item.take() {
                    self.settle(item);
                }
            }
            "Indicator" => {
                if let Some(group) = self.groups.pop() {
                    group.held.into_iter().for_each(|item| self.settle(item));
                }
            }
            "Content" => {
                if let Some(item) = &mut self.item {
                    item.content = xml.text().to_owned();
                    if !item.content.is_empty() {
                        item.line = xml.line();
                    }
                }
            }
            "Comment" => {
                if let Some(item) = &mut self.item {
                    item.comment = xml.text().to_owned();
                }
            }
            _ if !self.groups.is_empty() => {}
            "short_description" => {
                if let Some(said) = said {
                    self.sink.title(said);
                    self.about.description = Some(Cow::Owned(said.to_owned()));
                }
            }
            "description" if self.about.description.is_none() => {
                self.about.description = said.map(|said| Cow::Owned(said.to_owned()));
            }
            "keywords" => self.about.tags.extend(text::tags(xml.text()).map(|tag| Cow::Owned(tag.to_owned()))),
            "authored_date" => self.about.first_seen = out::date(xml.text(), xml.line(), self.sink),
            "link" => {
                if let Some(said) = said {
                    self.link(xml.attribute("rel").unwrap_or_default(), said);
                }
            }
            _ => {}
        }
    }

    /// Takes a link, whose relation decides its meaning.
    fn link(&mut self, relation: &str, said: &str) {
        let own = || Cow::Owned(said.to_owned());
        match relation.to_ascii_lowercase().as_str() {
            "family" | "malware" => self.about.family = Some(own()),
            _ if said.contains("://") => {
                self.about.reference.get_or_insert_with(own);
            }
            "category" | "threatcategory" | "threatgroup" | "threat_group" | "threat_category" | "report" => {
                self.about.tags.push(own());
            }
            _ => {}
        }
    }

    /// Counts a new child of the innermost group.
    fn child(&mut self) {
        let Some(group) = self.groups.last_mut() else { return };
        group.children += 1;
        if group.is_and && group.children == 2 {
            for item in std::mem::take(&mut group.held) {
                self.conjunction(&item);
            }
        }
    }

    /// Assigns an item to the innermost enclosing `AND`, or emits it if there is none.
    fn settle(&mut self, item: Item) {
        match self.groups.iter_mut().rev().find(|group| group.is_and) {
            None => self.emit(&item),
            Some(group) if group.children == 1 && group.held.len() < MAX_HELD => group.held.push(item),
            Some(_) => self.conjunction(&item),
        }
    }

    fn conjunction(&mut self, item: &Item) {
        out::skip(self.sink, item.line, item.value(), Construct::Conjunction);
    }

    fn emit(&mut self, item: &Item) {
        let value = item.value();
        if item.is_negated {
            return out::skip(self.sink, item.line, value, Construct::Negation);
        }
        let condition = Condition::of(&item.condition);
        match (of_path(&item.search), condition) {
            (Listed::Skip(construct), _) | (_, Condition::Skip(construct)) => {
                out::skip(self.sink, item.line, value, construct);
            }
            (listed, condition) => {
                let result = condition::read(condition, listed, value, &self.rules);
                let about = &self.about;
                put(self.sink, item.line, value, result, |record| {
                    record.attributes.clone_from(about);
                    if !item.content.is_empty() && !item.id.is_empty() {
                        record.attributes.id = Some(Cow::Owned(item.id.clone()));
                    }
                    if let Some(comment) = text::some(&item.comment) {
                        record.attributes.description = Some(Cow::Owned(comment.to_owned()));
                    }
                });
            }
        }
    }
}

impl Item {
    /// The content, or the id if that holds the value.
    fn value(&self) -> &str {
        if self.content.is_empty() && !is_uuid(&self.id) { &self.id } else { &self.content }
    }
}

/// The type of a value, from the last step of its search path, and the parent's if needed.
fn of_path(search: &str) -> Listed {
    let plain = search.to_ascii_lowercase();
    let last = plain.rsplit('/').next().unwrap_or_default();
    let is_file = plain.starts_with("fileitem/") || plain.starts_with("driveritem/") || plain.contains("/fileitem/");
    match last {
        _ if plain.starts_with("snort/") || plain.starts_with("yara/") => Listed::Skip(Construct::OtherLanguage),
        "md5sum" | "sha1sum" | "sha256sum" | "sha512sum" => Listed::Hash,
        "imphash" | "ssdeep" => Listed::Skip(Construct::Hash),
        _ if is_file => Listed::Skip(Construct::FileName),
        "receivedfromip" => Listed::Ip,
        "receivedfromhost" => Listed::Domain,
        "from" | "sender" | "replyto" if plain.starts_with("email/") => Listed::Email,
        _ if plain.starts_with("email/") => Listed::Skip(Construct::Email),
        // Properties of the local machine are not indicators.
        "localip" | "localipv4" => Listed::Skip(Construct::OtherKind),
        "dns" | "recordname" => Listed::Domain,
        "hostname" if plain.starts_with("systeminfoitem") => Listed::Skip(Construct::OtherKind),
        "host" | "hostname" => Listed::Domain,
        "uri" | "url" | "sourceurl" | "referrer" | "http_referr" | "urlpath" => Listed::Url,
        "remoteip" | "ipv4address" | "ipv6address" | "ip" | "ipaddress" | "destination" | "remoteipv4" => Listed::Ip,
        "string" if plain.starts_with("network/") => Listed::Any,
        _ => Listed::Skip(Construct::OtherKind),
    }
}

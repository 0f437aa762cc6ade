//! Databases in MaxMind's MMDB format (<https://maxmind.github.io/MaxMind-DB/>): networks, each with a record.
//!
//! If the feed names columns, these are paths in the record (`traits.threat`), and networks whose record has none of
//! them are left out. Otherwise every network with a record is an entry: texts become tags, true flags become tags
//! named after their key, and numbers go to the description. If a name is given in several languages, the English one
//! is used. An MMDB file has no lines, so the number of the network takes the place of the line.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;

use ipnet::IpNet;
use maxminddb::{Reader, WithinOptions};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, Result};
use crate::feed::syntax::{out, text};
use crate::indicator::{Attributes, Column, ColumnRole, Columns, Feed, Indicator, Record, RecordSink};

/// Texts of a record that are kept, and how long one may be.
const MAX_TEXTS: usize = 64;
const MAX_TEXT: usize = 256;

pub(crate) fn read(bytes: &[u8], path: &Path, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
    let broken = |error| Error::feed(path, format!("MMDB file truncated or corrupt ({error})"));
    let reader = Reader::from_source(bytes).map_err(broken)?;
    sink.format("mmdb");
    sink.title(&reader.metadata().database_type);
    // Networks without data are included so that they count towards the limit.
    let options = WithinOptions::default().include_networks_without_data();
    // Each node of a tree has two branches. A file with shared nodes describes more networks than memory could hold.
    let most = u64::from(reader.metadata().node_count) * 2 + 2;
    let (mut seen, mut number, mut entries) = (0_u64, 0_u32, 0_u64);
    for network in reader.networks(options).map_err(broken)? {
        let network = network.map_err(broken)?;
        seen += 1;
        if seen > most {
            return Err(Error::feed(path, "MMDB file corrupt (nodes of its tree are shared)"));
        }
        let Some(data) = network.decode::<Node>().map_err(broken)? else { continue };
        number = number.saturating_add(1);
        let attributes = match &feed.columns {
            Some(columns) => chosen(columns, &data, number, sink),
            None => Some(all("", &data)),
        };
        let Some(attributes) = attributes else { continue };
        let listed = network.network().map_err(broken)?;
        let Ok(net) = IpNet::new(listed.ip(), listed.prefix()) else { continue };
        let mut record = Record::new(Indicator::Ip { net: net.trunc(), port: None }, number, listed.to_string());
        record.attributes = attributes;
        sink.record(record);
        entries += 1;
    }
    sink.lines(number.into());
    if entries == 0 {
        return Err(Error::empty_feed(path, "empty feed: no network has a matching record"));
    }
    Ok(())
}

/// A value in a record.
enum Node {
    Text(String),
    Number(f64),
    Bool(bool),
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Other,
}

impl Node {
    fn at(&self, path: &str) -> Option<&Node> {
        let (key, rest) = match path.split_once('.') {
            Some((key, rest)) => (key, Some(rest)),
            None => (path, None),
        };
        let found = match self {
            Node::Map(members) => &members.iter().find(|(known, _)| known.eq_ignore_ascii_case(key))?.1,
            Node::List(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        rest.map_or(Some(found), |rest| found.at(rest))
    }

    /// Calls `take` for every leaf under this node, with its key.
    fn leaves<'n>(&'n self, key: &'n str, take: &mut dyn FnMut(&'n str, &'n Node)) {
        match self {
            Node::Map(members) if key == "names" => {
                let name = members.iter().find(|(language, _)| language == "en").or(members.first());
                name.into_iter().for_each(|(_, name)| name.leaves(key, take));
            }
            Node::Map(members) => members.iter().for_each(|(key, node)| node.leaves(key, take)),
            Node::List(items) => items.iter().for_each(|node| node.leaves(key, take)),
            leaf => take(key, leaf),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Node::Text(text) => Some(text.clone()),
            Node::Number(number) => Some(number.to_string()),
            Node::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }
}

fn all(key: &str, data: &Node) -> Attributes<'static> {
    let mut attributes = Attributes::default();
    let mut numbers = String::new();
    data.leaves(key, &mut |key, leaf| {
        let tag = match leaf {
            Node::Text(text) => text::some(text).filter(|text| text.len() <= MAX_TEXT),
            Node::Bool(true) => Some(key),
            Node::Number(number) if numbers.len() < MAX_TEXT => {
                let comma = if numbers.is_empty() { "" } else { ", " };
                let _ = write!(numbers, "{comma}{key}={number}");
                None
            }
            _ => None,
        };
        if let Some(tag) = tag
            && attributes.tags.len() < MAX_TEXTS
            && !attributes.tags.iter().any(|known| known == tag)
        {
            attributes.tags.push(Cow::Owned(tag.to_owned()));
        }
    });
    attributes.description = (!numbers.is_empty()).then_some(Cow::Owned(numbers));
    attributes
}

/// The attributes at the paths that the user names; `None` if the record has none of them.
fn chosen(columns: &Columns, data: &Node, number: u32, sink: &mut dyn RecordSink) -> Option<Attributes<'static>> {
    let mut attributes = Attributes::default();
    let mut is_any = false;
    for (role, column) in &columns.roles {
        let Column::Name(path) = column else { continue };
        let Some(node) = data.at(path) else { continue };
        is_any = true;
        let own = || node.text().as_deref().and_then(text::some).map(|text| Cow::Owned(text.to_owned()));
        let mut time = || node.text().as_deref().and_then(|said| out::date(said, number, sink));
        match role {
            ColumnRole::Tags => match node {
                Node::Text(text) => attributes.tags.extend(text::tags(text).map(|tag| Cow::Owned(tag.to_owned()))),
                node => attributes.tags.extend(all(path.rsplit('.').next().unwrap_or_default(), node).tags),
            },
            ColumnRole::Family => attributes.family = own(),
            ColumnRole::Confidence => attributes.confidence = node.text().as_deref().and_then(text::confidence),
            ColumnRole::Score => attributes.score = node.text().as_deref().and_then(text::number),
            ColumnRole::FirstSeen => attributes.first_seen = time(),
            ColumnRole::LastSeen => attributes.last_seen = time(),
            ColumnRole::ValidUntil => attributes.valid_until = time(),
            ColumnRole::Reference => attributes.reference = own(),
            ColumnRole::Description => attributes.description = own(),
            ColumnRole::Id => attributes.id = own(),
            _ => {}
        }
    }
    is_any.then_some(attributes)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Bool(truth))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry::<String, Node>()? {
            members.push(member);
        }
        Ok(Node::Map(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Node>()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }
}

//! MISP warning lists (<https://github.com/MISP/misp-warninglists>): values that are known to be harmless or meaningless.
//!
//! ```text
//! {"name": "made up", "type": "hostname", "version": 1, "list": ["good.example", ".fine.example"]}
//! ```
//!
//! The type states the kind of entries: `string`, the default, is the whole value; `hostname` is a name and all names
//! under it; `substring` is a part of a name; `cidr` is an address or a network; `regex` is skipped. The type often
//! follows the list, so the entries wait for it.
//!
//! Entries have the action `AllowAll`, unless the feed is itself an allow feed, whose action they take, or its policy
//! lets warning lists block.

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::json::{Json, Text};
use crate::feed::syntax::out::{self, put};
use crate::feed::syntax::value::{self, Rules, Value};
use crate::indicator::{
    Action, Construct, Feed, Indicator, Pattern, PatternTarget, RecordSink, Reject, Rejection, Scope,
};
use crate::input::Lines;
use crate::limits::MAX_PENDING;
use crate::value::domain::is_name_byte;

pub(crate) struct WarningList;

impl FeedReader for WarningList {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        let Some(shape) = head.shape() else { return 0 };
        const KEYS: [&str; 8] =
            ["name", "type", "description", "version", "list", "matching_attributes", "uuid", "category"];
        let is_list = shape.has("list[]")
            && shape.keys().all(|key| KEYS.contains(&key))
            && (shape.has("description") || shape.has("name") || shape.has("matching_attributes"));
        if is_list { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let mut list = List::new(feed);
        let path = lines.path().to_owned();
        let mut json = Json::new(lines);
        let (mut key, mut text) = (Text::default(), Text::default());
        // The waiting entries, joined in one text to save memory, with the end and line of each.
        let mut waiting = String::new();
        let mut ends: Vec<(usize, u32)> = Vec::new();
        if !json.object()? {
            return json.end();
        }
        while json.key(&mut key)? {
            match key.as_str() {
                "name" => {
                    if let Some(name) = json.owned(&mut text)? {
                        sink.title(&name);
                    }
                }
                "type" => list.kind = json.owned(&mut text)?,
                "list" => {
                    if !json.array()? {
                        continue;
                    }
                    while json.item()? {
                        if !json.scalar(&mut text)? {
                            continue;
                        }
                        if text.is_cut {
                            sink.reject(Rejection::new(text.line, text.as_str(), Reject::TooLong));
                        } else if list.kind.is_some() {
                            list.entry(text.as_str(), text.line, sink);
                        } else {
                            waiting.push_str(text.as_str());
                            ends.push((waiting.len(), text.line));
                            if waiting.len() + ends.len() * size_of::<(usize, u32)>() > MAX_PENDING {
                                let reason = format!(
                                    "the type of the list comes after more than {MAX_PENDING} bytes of entries"
                                );
                                return Err(Error::feed(&path, reason));
                            }
                        }
                    }
                }
                _ => json.skip()?,
            }
        }
        let mut start = 0;
        for (end, line) in ends {
            list.entry(&waiting[start..end], line, sink);
            start = end;
        }
        json.end()
    }
}

struct List {
    kind: Option<String>,
    action: Option<Action>,
    strings: Rules,
    hosts: Rules,
}

impl List {
    fn new(feed: &Feed) -> Self {
        let is_default = feed.action == Action::Block && !feed.policy.warning_lists_block;
        let action = is_default.then_some(Action::AllowAll);
        // The rules of an allow list, which accept single-label names among others.
        let mut acting = feed.clone();
        acting.action = action.unwrap_or(feed.action);
        Self {
            kind: None,
            action,
            strings: Rules::new(&acting, Scope::Exact),
            hosts: Rules::new(&acting, Scope::Suffix),
        }
    }

    fn entry(&self, text: &str, line: u32, sink: &mut dyn RecordSink) {
        let text = text.trim();
        let value = match self.kind.as_deref().unwrap_or("string") {
            "regex" => return out::skip(sink, line, text, Construct::Regex),
            "substring" => match substring(text) {
                Some(value) => value,
                None => return out::skip(sink, line, text, Construct::UrlRule),
            },
            "hostname" => value::classify(text, &self.hosts),
            _ => value::classify(text, &self.strings),
        };
        let action = self.action;
        put(sink, line, text, value, |record| record.action = action);
    }
}

/// A pattern for a part of a name; `None` if no name can contain the text.
fn substring(text: &str) -> Option<Result<Value, Reject>> {
    text.bytes().all(is_name_byte).then(|| {
        let pattern = Pattern::new(PatternTarget::Name, &format!("*{text}*"))?;
        Ok(Indicator::Pattern(pattern).into())
    })
}

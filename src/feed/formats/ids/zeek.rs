//! Intelligence files of Zeek (<https://docs.zeek.org/en/master/frameworks/intel.html>).
//!
//! ```text
//! #fields    indicator    indicator_type    meta.source    meta.desc    meta.url
//! evil.test    Intel::DOMAIN    made up    why    https://ref.example/7
//! 192.0.2.0/24    Intel::SUBNET    made up    -    -
//! evil.test/a    Intel::URL    made up    -    -
//! ```
//!
//! Columns are separated by TABs, `-` stands for no value, and URLs have no scheme. The source becomes a tag. A
//! confidence is taken as one if it fits a scale of 0 to 100, and as the score otherwise.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::FeedReader;
use crate::feed::syntax::table::{self, Layout, Reading};
use crate::feed::syntax::value::Rules;
use crate::indicator::{ColumnRole as Role, Feed, RecordSink, Scope};
use crate::input::Lines;

pub(crate) struct Zeek;

fn header<'h>(head: &'h Head<'_>) -> Option<Vec<&'h str>> {
    let fields = head.lines().find_map(|line| line.strip_prefix("#fields"))?;
    let names: Vec<&str> = fields.split_whitespace().collect();
    (names.contains(&"indicator") && names.contains(&"indicator_type")).then_some(names)
}

impl FeedReader for Zeek {
    fn sniff(&self, head: &Head<'_>) -> u8 {
        if header(head).is_some() { 100 } else { 0 }
    }

    fn read(&self, lines: &mut Lines<'_>, feed: &Feed, sink: &mut dyn RecordSink) -> Result<()> {
        let text = lines.head()?;
        let head = Head::new(&text);
        let Some(names) = header(&head) else {
            return Err(Error::feed(lines.path(), "no line `#fields` with the columns indicator and indicator_type"));
        };
        let role = |name: &&str| {
            Some(match *name {
                "indicator" => Role::Value,
                "indicator_type" => Role::Type,
                "meta.source" | "meta.tags" => Role::Tags,
                "meta.desc" => Role::Description,
                "meta.url" => Role::Reference,
                "meta.confidence" => Role::Confidence,
                "meta.severity" => Role::Score,
                "meta.firstseen" | "meta.first_seen" => Role::FirstSeen,
                "meta.lastseen" | "meta.last_seen" => Role::LastSeen,
                _ => return None,
            })
        };
        let owned = names.iter().map(|&name| name.to_owned()).collect();
        let mut layout = Layout::new(names.iter().map(role).collect(), owned);
        let rows: Vec<Vec<Cow<'_, str>>> =
            head.data().map(|line| line.split('\t').map(Cow::Borrowed).collect()).collect();
        layout.judge_confidence(&rows.iter().collect::<Vec<_>>());
        let rules = Rules::new(feed, Scope::Suffix);
        table::read(lines, feed, &Reading { delimiter: '\t', layout, first: 0, rules, finish: &|_, _| {} }, sink)
    }
}

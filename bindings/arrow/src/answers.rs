//! Lists of matches, built row by row.

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ListArray, StructArray};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields};
use netsieve::{Hit, Match};

use crate::{Nulls, shared};

// All fields are declared nullable, although few are ever null, because some engines cannot read columns declared otherwise.

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn texts(name: &str) -> Field {
    Field::new(name, DataType::List(Arc::new(item(DataType::Utf8))), true)
}

/// The element of a list.
fn item(of: DataType) -> Field {
    Field::new("item", of, true)
}

fn of_match() -> Vec<Field> {
    vec![
        text("indicator"),
        text("kind"),
        text("scope"),
        text("relation"),
        text("strength"),
        text("feed"),
        texts("feeds"),
        Field::new("feed_line", DataType::Int64, true),
        texts("tags"),
        text("family"),
        Field::new("confidence", DataType::Int32, true),
        text("reference"),
    ]
}

fn of_hit() -> Vec<Field> {
    let place = vec![
        text("observed"),
        text("canonical"),
        text("context"),
        Field::new("line", DataType::Int64, true),
        Field::new("offset", DataType::Int64, true),
    ];
    of_match().into_iter().chain(place).collect()
}

fn list_of(fields: Vec<Field>) -> DataType {
    DataType::List(Arc::new(item(DataType::Struct(Fields::from(fields)))))
}

/// The type of the answers of [`lookup`](crate::lookup): a list of structs of `indicator`, `kind`, `scope`, `relation`, `strength`, `feed`
/// (the first that lists it), `feeds`, `feed_line` (in the first feed), `tags`, `family`, `confidence` and `reference`.
pub fn match_type() -> DataType {
    list_of(of_match())
}

/// The type of the answers of [`scan`](crate::scan): like [`match_type`], with the fields `observed`, `canonical`, `context`, and `line`
/// and `offset` within the value.
pub fn hit_type() -> DataType {
    list_of(of_hit())
}

/// The place of a hit.
pub(crate) struct Place<'h> {
    observed: String,
    canonical: &'h str,
    context: &'static str,
    line: i64,
    offset: i64,
}

impl<'h> Place<'h> {
    pub(crate) fn of(hit: &'h Hit<'_>) -> Self {
        let number = |number: u64| i64::try_from(number).expect("a place in memory");
        Self {
            observed: String::from_utf8_lossy(hit.observed()).into_owned(),
            canonical: hit.canonical(),
            context: hit.context().as_str(),
            line: number(hit.line()),
            offset: number(hit.span().start),
        }
    }
}

/// The columns of the structs, and the ends of the lists.
pub(crate) struct Answers {
    has_places: bool,
    /// The end of the list of each row before the current one.
    ends: Vec<usize>,
    count: usize,
    indicator: StringBuilder,
    kind: StringBuilder,
    scope: StringBuilder,
    relation: StringBuilder,
    strength: StringBuilder,
    feed: StringBuilder,
    feeds: ListBuilder<StringBuilder>,
    feed_line: Int64Builder,
    tags: ListBuilder<StringBuilder>,
    family: StringBuilder,
    confidence: Int32Builder,
    reference: StringBuilder,
    observed: StringBuilder,
    canonical: StringBuilder,
    context: StringBuilder,
    line: Int64Builder,
    offset: Int64Builder,
}

impl Answers {
    pub(crate) fn of_matches() -> Self {
        Self::new(false)
    }

    pub(crate) fn of_hits() -> Self {
        Self::new(true)
    }

    fn new(has_places: bool) -> Self {
        let text = StringBuilder::new;
        let texts = || ListBuilder::new(StringBuilder::new()).with_field(item(DataType::Utf8));
        Self {
            has_places,
            ends: Vec::new(),
            count: 0,
            indicator: text(),
            kind: text(),
            scope: text(),
            relation: text(),
            strength: text(),
            feed: text(),
            feeds: texts(),
            feed_line: Int64Builder::new(),
            tags: texts(),
            family: text(),
            confidence: Int32Builder::new(),
            reference: text(),
            observed: text(),
            canonical: text(),
            context: text(),
            line: Int64Builder::new(),
            offset: Int64Builder::new(),
        }
    }

    /// Makes `row` the current row, to which everything added from now on belongs. Rows come in order.
    pub(crate) fn rows_up_to(&mut self, row: usize) {
        self.ends.resize(row.max(self.ends.len()), self.count);
    }

    pub(crate) fn add(&mut self, found: &Match<'_>, place: Option<&Place<'_>>) {
        let indicator = found.indicator();
        self.count += 1;
        self.indicator.append_value(indicator.to_string());
        self.kind.append_value(indicator.kind().as_str());
        self.scope.append_option(indicator.scope().map(|scope| scope.as_str()));
        self.relation.append_value(found.relation().as_str());
        self.strength.append_value(found.strength().as_str());
        let (mut feeds, mut tags): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        let (mut family, mut confidence, mut reference) = (None, None, None);
        let mut feed_line = None;
        for (number, source) in found.sources().enumerate() {
            let name = source.feed().name.as_str();
            if !feeds.contains(&name) {
                feeds.push(name);
            }
            for tag in source.tags() {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
            if number == 0 {
                feed_line = source.line().map(i64::from);
            }
            family = family.or(source.family());
            confidence = confidence.max(source.confidence());
            reference = reference.or(source.reference());
        }
        // A match has at least one source.
        self.feed.append_value(feeds.first().copied().unwrap_or_default());
        self.feeds.append_value(feeds.into_iter().map(Some));
        self.feed_line.append_option(feed_line);
        self.tags.append_value(tags.into_iter().map(Some));
        self.family.append_option(family);
        self.confidence.append_option(confidence.map(i32::from));
        self.reference.append_option(reference);
        if let Some(place) = place {
            self.observed.append_value(&place.observed);
            self.canonical.append_value(place.canonical);
            self.context.append_value(place.context);
            self.line.append_value(place.line);
            self.offset.append_value(place.offset);
        }
    }

    /// Returns the lists of `rows` rows.
    pub(crate) fn finish(mut self, rows: usize, nulls: Nulls) -> Result<ListArray, ArrowError> {
        self.ends.resize(rows, self.count);
        let place = |end: &usize| i32::try_from(*end);
        let offsets: Result<Vec<i32>, _> = std::iter::once(&0).chain(&self.ends).map(place).collect();
        let too_many = |_| {
            let reason = format!("{} matches are more than an Arrow list can hold: use smaller batches", self.count);
            ArrowError::InvalidArgumentError(reason)
        };
        let mut columns = vec![
            shared(self.indicator.finish()),
            shared(self.kind.finish()),
            shared(self.scope.finish()),
            shared(self.relation.finish()),
            shared(self.strength.finish()),
            shared(self.feed.finish()),
            shared(self.feeds.finish()),
            shared(self.feed_line.finish()),
            shared(self.tags.finish()),
            shared(self.family.finish()),
            shared(self.confidence.finish()),
            shared(self.reference.finish()),
        ];
        if self.has_places {
            columns.extend([
                shared(self.observed.finish()),
                shared(self.canonical.finish()),
                shared(self.context.finish()),
                shared(self.line.finish()),
                shared(self.offset.finish()),
            ]);
        }
        let fields = Fields::from(if self.has_places { of_hit() } else { of_match() });
        let structs = StructArray::try_new(fields.clone(), columns, None)?;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets.map_err(too_many)?));
        ListArray::try_new(Arc::new(item(DataType::Struct(fields))), offsets, shared(structs), nulls)
    }
}

//! Answers columns of Apache Arrow with columns of Apache Arrow.
//!
//! [`is_match`] and [`lookup`] take a column of values of any kind, [`scan`] a column of log lines. A null gives a null. Columns hold text
//! or bytes in any of Arrow's layouts, and are read in place; dictionaries are decoded first.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{BinaryViewType, StringViewType};
use arrow_array::{Array, ArrayRef, BooleanArray, ListArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{ArrowError, DataType};
use netsieve::value::Column;
use netsieve::{Hit, Matcher, Scanner};

mod answers;

use answers::{Answers, Place};
pub use answers::{hit_type, match_type};

/// The reason why a column has no answer.
#[derive(Debug)]
pub enum Error {
    /// The column cannot be read as text.
    Arrow(ArrowError),
    /// The scan was cancelled.
    Cancelled,
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Error::Arrow(error)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Arrow(error) => write!(f, "{error}"),
            Error::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Error {}

/// Tells for each value whether it matches anything, like [`Matcher::is_match_any`]. A null gives a null.
///
/// # Errors
///
/// If the column does not hold text or bytes.
pub fn is_match(matcher: &mut Matcher, column: &dyn Array) -> Result<BooleanArray, Error> {
    let mut out = Vec::new();
    each_layout(column, |column, values| {
        matcher.is_match_batch(values, &mut out);
        Ok(BooleanArray::new(BooleanBuffer::from(&out[..]), column.nulls().cloned()))
    })
}

/// Finds all matches of each value, like [`Matcher::match_any`], as lists of [`match_type`]. A null gives a null.
///
/// # Errors
///
/// If the column does not hold text or bytes, or has more matches than a list can count.
pub fn lookup(matcher: &mut Matcher, column: &dyn Array) -> Result<ListArray, Error> {
    each_layout(column, |column, values| {
        let mut answers = Answers::of_matches();
        matcher.lookup_batch(values, |row, matches| {
            answers.rows_up_to(row);
            matches.iter().for_each(|found| answers.add(&found, None));
        });
        Ok(answers.finish(column.len(), column.nulls().cloned())?)
    })
}

/// Finds all hits of each line, like [`Scanner::scan`], as lists of [`hit_type`] with one element for each observable and indicator. A
/// null gives a null.
///
/// # Errors
///
/// If the column does not hold text or bytes, if it has more hits than a list can count, or if the scan was cancelled.
pub fn scan(scanner: &mut Scanner, column: &dyn Array) -> Result<ListArray, Error> {
    each_layout(column, |column, values| {
        let mut answers = Answers::of_hits();
        let stats = scanner.scan_rows(values, |row, hit: &Hit<'_>| {
            answers.rows_up_to(row);
            let place = Place::of(hit);
            hit.matches().iter().for_each(|found| answers.add(&found, Some(&place)));
            ControlFlow::Continue(())
        });
        if stats.is_cancelled {
            return Err(Error::Cancelled);
        }
        Ok(answers.finish(column.len(), column.nulls().cloned())?)
    })
}

/// The values of a column of any layout. Nulls are empty.
type Values<'a> = Box<dyn Iterator<Item = &'a [u8]> + 'a>;

/// Calls `each` with the column, decoded if need be, and its values.
fn each_layout<T, F>(column: &dyn Array, each: F) -> Result<T, Error>
where
    F: FnOnce(&dyn Array, Values<'_>) -> Result<T, Error>,
{
    macro_rules! flat {
        ($array:expr) => {{
            let array = $array;
            let values = Column::new(array.value_data(), array.value_offsets()).map_err(outside)?;
            let values = match array.nulls() {
                Some(nulls) => values.validity(nulls.validity(), nulls.offset()).map_err(outside)?,
                None => values,
            };
            each(array, Box::new(values.into_iter()))
        }};
    }
    match column.data_type() {
        DataType::Utf8 => flat!(column.as_string::<i32>()),
        DataType::LargeUtf8 => flat!(column.as_string::<i64>()),
        DataType::Binary => flat!(column.as_binary::<i32>()),
        DataType::LargeBinary => flat!(column.as_binary::<i64>()),
        DataType::Utf8View => {
            let array = column.as_byte_view::<StringViewType>();
            each(array, Box::new(array.iter().map(|value| value.map_or(&[][..], str::as_bytes))))
        }
        DataType::BinaryView => {
            let array = column.as_byte_view::<BinaryViewType>();
            each(array, Box::new(array.iter().map(|value| value.unwrap_or(&[]))))
        }
        DataType::FixedSizeBinary(_) => {
            let array = column.as_fixed_size_binary();
            each(array, Box::new(array.iter().map(|value| value.unwrap_or(&[]))))
        }
        // A column of nulls alone reads like a text column of nulls.
        DataType::Null => {
            let array = arrow_array::new_null_array(&DataType::Utf8, column.len());
            each_layout(&array, each)
        }
        DataType::Dictionary(_, of) => {
            let decoded = arrow_cast::cast(column, of)?;
            each_layout(&decoded, each)
        }
        other => Err(not_text(other)),
    }
}

fn outside(error: netsieve::Error) -> Error {
    Error::Arrow(ArrowError::InvalidArgumentError(error.to_string()))
}

fn not_text(found: &DataType) -> Error {
    let reason = format!("expected a column of text or bytes, found {found}");
    Error::Arrow(ArrowError::InvalidArgumentError(reason))
}

/// The rows that are null.
pub(crate) type Nulls = Option<NullBuffer>;

/// Wraps an array so that it can be shared.
pub(crate) fn shared(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

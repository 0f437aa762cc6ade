//! Undoing the defanging of feed values.
#![allow(missing_docs, unused_variables)]
use std::borrow::Cow;
pub fn refang(value: &str) -> Cow<'_, str> {
    Cow::Borrowed(value)
}

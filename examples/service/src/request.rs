//! The values in a request.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// The most values in one request. They keep a thread busy for some milliseconds.
pub(crate) const MOST_VALUES: usize = 10_000;

const USAGE: &str = "give one `value`, or a list of `values`, as text";

#[derive(Deserialize)]
struct Asked<'r> {
    #[serde(borrow)]
    value: Option<Text<'r>>,
    #[serde(borrow)]
    values: Option<Values<'r>>,
}

/// A string of the request, borrowed unless it contains escapes.
struct Text<'r>(Cow<'r, str>);

struct Values<'r>(Vec<Cow<'r, str>>);

/// Reads `{"value": …}` or `{"values": […]}`.
///
/// Other keys are dropped, and reading stops at the most values that a request may have, so that the body bounds the memory.
pub(crate) fn values(body: &[u8]) -> Result<Vec<Cow<'_, str>>, String> {
    // A list in place of the object would be read as the fields in their order.
    if body.trim_ascii_start().first().is_some_and(|&first| first != b'{') {
        return Err(USAGE.to_owned());
    }
    let asked: Asked<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match (asked.value, asked.values) {
        (Some(value), None) => Ok(vec![value.0]),
        (None, Some(values)) => Ok(values.0),
        _ => Err(USAGE.to_owned()),
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Text<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Read)
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Values<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Values<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Values<'de>, A::Error> {
                let mut values = Vec::new();
                while let Some(Text(value)) = list.next_element()? {
                    if values.len() == MOST_VALUES {
                        return Err(A::Error::custom(format_args!(
                            "more values than the {MOST_VALUES} that one request may contain"
                        )));
                    }
                    values.push(value);
                }
                Ok(Values(values))
            }
        }

        deserializer.deserialize_seq(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        assert_eq!(values(br#"{"value": "a"}"#).unwrap(), ["a"]);
        assert_eq!(values(br#"{"values": ["a", "b\u0063"], "more": [[1]]}"#).unwrap(), ["a", "bc"]);
        assert!(values(br#"{"values": []}"#).unwrap().is_empty());
        for body in [
            "",
            "{",
            "{}",
            "[]",
            r#"["a", null]"#,
            r#" [null, ["a"]]"#,
            "7",
            r#"{"value": 7}"#,
            r#"{"values": "a"}"#,
            r#"{"values": ["a", 7]}"#,
            r#"{"value": "a", "values": []}"#,
            r#"{"value": "a", "value": "b"}"#,
            r#"{"value": "a"} more"#,
            "{\"value\": \"\u{1}\"}",
            r#"{"value": "\ud800"}"#,
        ] {
            assert!(values(body.as_bytes()).is_err(), "{body}");
        }
        assert!(values(b"{\"value\": \"\xff\"}").is_err());
        assert!(values("[".repeat(1 << 20).as_bytes()).is_err(), "depth is bounded");
        let list = |len: usize| format!("{{\"values\": [{}]}}", vec!["\"a\""; len].join(","));
        assert_eq!(values(list(MOST_VALUES).as_bytes()).unwrap().len(), MOST_VALUES);
        assert!(values(list(MOST_VALUES + 1).as_bytes()).unwrap_err().contains("more values"));
    }
}

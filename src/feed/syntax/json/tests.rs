use proptest::prelude::*;

use super::*;

/// The value of a document, for comparison with another parser.
fn read<B: Bytes>(json: &mut Json<B>) -> Result<serde_json::Value> {
    let mut text = Text::default();
    Ok(match json.kind()? {
        Kind::Object => {
            let mut members = serde_json::Map::new();
            assert!(json.object()?);
            while json.key(&mut text)? {
                let key = text.value.clone();
                members.insert(key, read(json)?);
            }
            members.into()
        }
        Kind::Array => {
            let mut items = Vec::new();
            assert!(json.array()?);
            while json.item()? {
                items.push(read(json)?);
            }
            items.into()
        }
        Kind::Text => {
            assert!(json.scalar(&mut text)?);
            text.value.into()
        }
        Kind::Null => {
            assert!(!json.scalar(&mut text)?);
            serde_json::Value::Null
        }
        Kind::Number | Kind::True | Kind::False => {
            assert!(json.scalar(&mut text)?);
            // The number may be too large for a float.
            serde_json::from_str(&text.value).unwrap_or_default()
        }
    })
}

fn whole(document: &[u8]) -> Result<serde_json::Value> {
    let mut json = Json::new(Slice::new(document, 1));
    let value = read(&mut json)?;
    json.end()?;
    Ok(value)
}

fn skipped<B: Bytes>(mut json: Json<B>) -> Result<()> {
    json.skip()?;
    json.end()
}

/// Delivers its bytes in small pieces.
struct Pieces<'s>(Slice<'s>, usize);

impl Bytes for Pieces<'_> {
    fn chunk(&mut self) -> Result<&[u8]> {
        let chunk = self.0.chunk()?;
        Ok(&chunk[..self.1.min(chunk.len())])
    }

    fn consume(&mut self, length: usize) {
        self.0.consume(length);
    }

    fn line(&self) -> u32 {
        self.0.line()
    }

    fn error(&self, reason: String) -> Error {
        self.0.error(reason)
    }
}

#[test]
fn documents() {
    for document in [
        "{}",
        "[]",
        "[[]]",
        " { \"a\" : [ 1 , -2.5e+3 , true , false , null , \"x\" ] } ",
        "\"\"",
        "0",
        "-0.0",
        "1E9",
        r#"{"a":"\ud83d\ude00\u00e9\/\\\"\b\f\n\r\t","b":{"c":[{},[],{"d":[]}]},"a2":"\u0000"}"#,
        "[\"\u{1f600}\", \"\u{7f}\"]",
    ] {
        let expected: serde_json::Value = serde_json::from_str(document).unwrap();
        assert_eq!(whole(document.as_bytes()).expect(document), expected, "{document}");
        for size in 1..5 {
            let mut json = Json::new(Pieces(Slice::new(document.as_bytes(), 1), size));
            assert_eq!(read(&mut json).expect(document), expected, "{document} in pieces of {size}");
            skipped(Json::new(Pieces(Slice::new(document.as_bytes(), 1), size))).expect(document);
        }
        for cut in 1..document.trim_end().len() {
            let part = &document.as_bytes()[..cut];
            assert_eq!(whole(part).is_ok(), serde_json::from_slice::<serde_json::Value>(part).is_ok(), "{cut}");
        }
    }
}

#[test]
fn liberties() {
    for (document, expected) in [
        (&br#""\ud83d""#[..], "\u{fffd}"),
        (br#""\ud83dx""#, "\u{fffd}x"),
        (br#""\ud83d\n""#, "\u{fffd}\n"),
        (br#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (br#""\ude00""#, "\u{fffd}"),
        (b"\"caf\xe9\"", "caf\u{e9}"),
    ] {
        assert_eq!(whole(document).unwrap(), serde_json::Value::from(expected));
    }
}

#[test]
fn errors_say_where() {
    for (document, message) in [
        ("", "byte 0 (line 1, column 1): the text ends where a value is expected"),
        ("[1, ]", "byte 4 (line 1, column 5): `]` right after `,`"),
        ("{\"a\": 1, }", "byte 9 (line 1, column 10): `}` right after `,`"),
        ("{\"a\" 1}", "byte 5 (line 1, column 6): `1` where `:` is expected"),
        ("{a: 1}", "byte 1 (line 1, column 2): `a` where a key is expected"),
        ("[1 2]", "byte 3 (line 1, column 4): `2` where `,` or `]` is expected"),
        ("[tru]", "byte 4 (line 1, column 5): `true` breaks off after 3 letters"),
        ("[01]", "byte 3 (line 1, column 4): a number that begins with zero"),
        ("[-]", "byte 2 (line 1, column 3): a number without digits"),
        ("[1.]", "byte 3 (line 1, column 4): a number without digits"),
        ("\"a\tb\"", "byte 2 (line 1, column 3): byte 0x09 within a string"),
        ("\"\\x\"", "byte 2 (line 1, column 3): `x` after a backslash"),
        ("\"\\u12g\"", "byte 5 (line 1, column 6): fewer than four hexadecimal digits after `\\u`"),
        ("\"abc", "byte 4 (line 1, column 5): the text ends within a string"),
        ("{} x", "byte 3 (line 1, column 4): `x` after the end of the document"),
    ] {
        let error = whole(document.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, format!("invalid JSON at {message}"), "{document}");
        let error = skipped(Json::new(Slice::new(document.as_bytes(), 1))).unwrap_err().to_string();
        assert_eq!(error, format!("invalid JSON at {message}"), "skipping {document}");
    }
    let mut lines = Lines::new("[\n  1,\r\n  x]".as_bytes()).unwrap();
    let error = Json::new(&mut lines).skip().unwrap_err().to_string();
    assert_eq!(error, "invalid JSON at byte 10 (line 3, column 3): `x` where a value is expected");
}

#[test]
fn caps() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for (depth, is_ok) in [(MAX_NESTING, true), (MAX_NESTING + 1, false), (100_000, false)] {
            let document = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let result = skipped(Json::new(Slice::new(document.as_bytes(), 1)));
            assert_eq!(result.is_ok(), is_ok, "{depth}");
            if let Err(error) = result {
                assert!(error.to_string().contains("nested deeper than"), "{error}");
            }
        }
    }
    let long = "é".repeat(MAX_FEED_LINE);
    let document = format!("[\"{long}\", \"{}\"]", &long[..MAX_FEED_LINE]);
    let mut json = Json::new(Slice::new(document.as_bytes(), 1));
    let mut text = Text::default();
    assert!(json.array().unwrap() && json.item().unwrap() && json.scalar(&mut text).unwrap());
    assert!(text.is_cut && text.value.len() <= MAX_FEED_LINE && long.starts_with(&text.value));
    assert!(json.item().unwrap() && json.scalar(&mut text).unwrap());
    assert!(!text.is_cut && text.value.len() == MAX_FEED_LINE);
}

proptest! {
    /// The parser accepts and refuses the same documents as serde_json.
    #[test]
    fn agrees_with_another_parser(
        tokens in proptest::collection::vec(prop_oneof![
            "[{}\\[\\]:,]", Just("\"a\"".to_owned()), Just("1".to_owned()), Just("true".to_owned()), "[ \n]",
            "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?", "\"[a-z\\\\\"u0-9]{0,6}\"", "nul{1,2}",
        ], 0..12),
        size in 1..9_usize,
    ) {
        let document = tokens.concat();
        let expected = serde_json::from_str::<serde_json::Value>(&document);
        let surrogate = document.contains("\\ud");
        let got = whole(document.as_bytes());
        let mut json = Json::new(Pieces(Slice::new(document.as_bytes(), 1), size));
        let pieces = read(&mut json).and_then(|value| json.end().map(|()| value));
        prop_assert_eq!(got.is_ok(), pieces.is_ok());
        prop_assert_eq!(got.is_ok(), skipped(Json::new(Slice::new(document.as_bytes(), 1))).is_ok());
        match (got, expected) {
            (Ok(got), Ok(expected)) => prop_assert_eq!(got, expected),
            // serde_json refuses numbers that a float cannot hold.
            (Ok(_), Err(error)) => prop_assert!(surrogate || error.to_string().contains("out of range"), "{}", document),
            (Err(error), Ok(_)) => prop_assert!(false, "{}: {}", document, error),
            (Err(_), Err(_)) => {}
        }
    }
}

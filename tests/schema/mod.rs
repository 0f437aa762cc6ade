//! The part of JSON Schema that `tests/data/hit.schema.json` uses. An unknown keyword fails the test.

use serde_json::{Map, Value};

/// The schema of the output of `logscan scan --json` and of `serde`.
pub(crate) fn hit_schema() -> Value {
    serde_json::from_str(include_str!("../data/hit.schema.json")).expect("JSON")
}

/// Panics if `value` does not fit the schema at `place` in `root`, such as `/$defs/hit`.
#[track_caller]
pub(crate) fn assert_fits(root: &Value, place: &str, value: &Value) {
    let mut errors = Vec::new();
    check(root, root.pointer(place).expect(place), value, "", &mut errors);
    assert!(errors.is_empty(), "{errors:#?}\nin {value:#}");
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, errors: &mut Vec<String>) {
    if *schema == Value::Bool(false) {
        errors.push(format!("{path}: must not be there"));
        return;
    }
    let schema = schema.as_object().expect("a schema is an object or false");
    let mut fail = |why: String| errors.push(format!("{path}: {why}"));
    for (keyword, rule) in schema {
        match keyword.as_str() {
            "$schema"
            | "$defs"
            | "title"
            | "description"
            | "properties"
            | "items"
            | "$ref"
            | "additionalProperties" => {}
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !types.iter().any(|name| is_of(value, name.as_str().unwrap())) {
                    fail(format!("{value} is not of type {rule}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => fail(format!("{value} is none of {rule}")),
            "enum" => {}
            "minimum" if value.as_f64() < rule.as_f64() => fail(format!("{value} is less than {rule}")),
            "maximum" if value.as_f64() > rule.as_f64() => fail(format!("{value} is more than {rule}")),
            "minItems" if (value.as_array().unwrap().len() as u64) < rule.as_u64().unwrap() => {
                fail("too few".to_owned())
            }
            "minimum" | "maximum" | "minItems" => {}
            "required" => {
                for key in rule.as_array().unwrap().iter().map(|key| key.as_str().unwrap()) {
                    if value.get(key).is_none() {
                        fail(format!("lacks {key}"));
                    }
                }
            }
            "format" => {
                assert_eq!(rule, "date-time");
                if value.as_str().unwrap().parse::<jiff::Timestamp>().is_err() {
                    fail(format!("{value} is not a time"));
                }
            }
            other => panic!("unknown keyword {other}"),
        }
    }
    if let Some(target) = schema.get("$ref") {
        let place = target.as_str().unwrap().strip_prefix('#').unwrap();
        check(root, root.pointer(place).expect(place), value, path, errors);
    }
    if let (Some(rule), Some(items)) = (schema.get("items"), value.as_array()) {
        for (at, item) in items.iter().enumerate() {
            check(root, rule, item, &format!("{path}/{at}"), errors);
        }
    }
    let none = Map::new();
    let properties = schema.get("properties").map_or(&none, |properties| properties.as_object().unwrap());
    for (key, inner) in value.as_object().unwrap_or(&none) {
        if let Some(rule) = properties.get(key).or(schema.get("additionalProperties")) {
            check(root, rule, inner, &format!("{path}/{key}"), errors);
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        other => panic!("unknown type {other}"),
    }
}

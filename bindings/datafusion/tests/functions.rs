//! Calls the functions as DataFusion does, and compares them with single lookups and scans of single lines.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, StringArray, StringViewArray};
use arrow_schema::{DataType, Field};
use datafusion_common::ScalarValue;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::registry::{FunctionRegistry, MemoryFunctionRegistry};
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};
use netsieve::indicator::{DomainName, Record};
use netsieve::{Feed, Indicator, Scanner, Scope, Sieve};

#[path = "../../shared/shared.rs"]
mod shared;

use shared::{Shared, shared};

fn one_name() -> Sieve {
    let mut builder = Sieve::builder();
    let feed = builder.feed(Feed::new("partner"));
    let name = DomainName::parse("www1.evil.test").expect("a name");
    builder.add(feed, Record::new(Indicator::Domain { name, scope: Scope::Suffix, port: None }, 1, ""));
    builder.build().expect("one").0
}

fn function(sieve: &Sieve, name: &str) -> Arc<ScalarUDF> {
    let mut registry = MemoryFunctionRegistry::new();
    netsieve_datafusion::register(&mut registry, sieve).expect("they are registered");
    registry.udf(name).expect("it is registered")
}

fn call(function: &ScalarUDF, value: ColumnarValue, rows: usize) -> ColumnarValue {
    let (of, returns) = (value.data_type(), function.return_type(&[value.data_type()]).expect("a type"));
    let args = ScalarFunctionArgs {
        args: vec![value],
        arg_fields: vec![Arc::new(Field::new("value", of, true))],
        number_rows: rows,
        return_field: Arc::new(Field::new("answer", returns.clone(), true)),
        config_options: Arc::new(ConfigOptions::default()),
    };
    let answer = function.invoke_with_args(args).expect("an answer");
    assert_eq!(answer.data_type(), returns);
    answer
}

fn column(function: &ScalarUDF, values: ArrayRef) -> ArrayRef {
    let rows = values.len();
    match call(function, ColumnarValue::Array(values), rows) {
        ColumnarValue::Array(answers) => answers,
        ColumnarValue::Scalar(answer) => panic!("{answer}"),
    }
}

#[test]
fn answers_are_those_of_the_crate() {
    let Shared { sieve, values, .. } = shared();
    let mut matcher = sieve.matcher();
    let (texts, views) = (StringArray::from(values.clone()), StringViewArray::from_iter(values.clone()));
    let columns: [ArrayRef; 2] = [Arc::new(texts), Arc::new(views)];
    for values_in in columns {
        let found = column(&function(sieve, "ioc_is_match"), values_in.clone());
        let lists = column(&function(sieve, "ioc_match"), values_in);
        for (row, value) in values.iter().enumerate() {
            let (found, lists) = (found.as_boolean(), lists.as_list::<i32>());
            let Some(value) = value else {
                assert!(found.is_null(row) && lists.is_null(row));
                continue;
            };
            let want: Vec<String> =
                matcher.match_any(value).iter().map(|found| found.indicator().to_string()).collect();
            assert_eq!(found.value(row), !want.is_empty(), "{value}");
            let got = lists.value(row);
            let got = got.as_struct().column_by_name("indicator").expect("a column").as_string::<i32>().clone();
            assert!(got.iter().flatten().eq(want.iter().map(String::as_str)), "{value}");
        }
    }
}

#[test]
fn hits_are_those_of_each_line_alone() {
    let Shared { sieve, lines, .. } = shared();
    let mut scanner = Scanner::new(sieve);
    let answers = column(&function(sieve, "ioc_scan"), Arc::new(StringArray::from(lines.clone())));
    let lists = answers.as_list::<i32>();
    let mut hits = 0;
    for (row, line) in lines.iter().enumerate() {
        assert_eq!(lists.is_null(row), line.is_none());
        let Some(line) = line else { continue };
        let mut want = Vec::new();
        let _ = scanner.scan(line.as_bytes(), |hit| {
            let place = i64::try_from(hit.span().start).expect("a short line");
            want.extend(hit.matches().iter().map(|_| (hit.canonical().to_owned(), place)));
        });
        let got = lists.value(row);
        let got = got.as_struct();
        let names = got.column_by_name("canonical").expect("a column").as_string::<i32>();
        let offsets: &Int64Array = got.column_by_name("offset").expect("a column").as_primitive::<Int64Type>();
        let got: Vec<_> = names.iter().flatten().map(str::to_owned).zip(offsets.values().iter().copied()).collect();
        assert_eq!(got, want, "{line}");
        hits += got.len();
    }
    assert!(hits > 10_000, "{hits}");
}

#[test]
fn scalars_and_nulls() {
    let sieve = one_name();
    let is_match = function(&sieve, "ioc_is_match");
    for (value, want) in [(Some("www1.evil.test"), Some(true)), (Some("host.example"), Some(false)), (None, None)] {
        let answer = call(&is_match, ColumnarValue::Scalar(ScalarValue::Utf8(value.map(str::to_owned))), 3);
        assert!(matches!(answer, ColumnarValue::Scalar(ScalarValue::Boolean(found)) if found == want));
    }
    assert_eq!(is_match.return_type(&[DataType::Utf8]).expect("a type"), DataType::Boolean);
}

#[test]
fn functions_of_two_sets_differ() {
    let (one, other) = (one_name(), one_name());
    let functions = |sieve: &Sieve| netsieve_datafusion::functions(sieve);
    assert_eq!(functions(&one), functions(&one.clone()));
    assert_ne!(functions(&one)[0], functions(&other)[0]);
    assert_ne!(functions(&one)[0], functions(&one)[1]);
}

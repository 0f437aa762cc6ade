//! Calls the functions with values, as a query without a table does.
//!
//! usage: ask SET.sieve VALUE…

use std::error::Error;
use std::sync::Arc;

use arrow_schema::{DataType, Field};
use datafusion_common::ScalarValue;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};
use netsieve::Sieve;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: ask SET.sieve VALUE…")?;
    let functions = netsieve_datafusion::functions(&Sieve::open(path)?);
    for value in args {
        for function in &functions {
            println!("{}({value}) = {}", function.name(), ask(function, &value)?);
        }
    }
    Ok(())
}

fn ask(function: &ScalarUDF, value: &str) -> Result<String, Box<dyn Error>> {
    let returns = function.return_type(&[DataType::Utf8])?;
    let args = ScalarFunctionArgs {
        args: vec![ColumnarValue::Scalar(ScalarValue::from(value))],
        arg_fields: vec![Arc::new(Field::new("value", DataType::Utf8, true))],
        number_rows: 1,
        return_field: Arc::new(Field::new("answer", returns, true)),
        config_options: Arc::new(ConfigOptions::default()),
    };
    match function.invoke_with_args(args)? {
        ColumnarValue::Scalar(answer) => Ok(answer.to_string()),
        ColumnarValue::Array(answers) => Ok(ScalarValue::try_from_array(&answers, 0)?.to_string()),
    }
}

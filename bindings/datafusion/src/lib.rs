//! Functions for DataFusion: `ioc_is_match(value)`, `ioc_match(value)` and `ioc_scan(line)`.
//!
//! [`functions`] makes them for a [`Sieve`]. Add them to a `SessionContext` with `register_udf`, or to any registry with [`register`].
//! Columns hold text or bytes. A null gives a null, and a value or line without matches an empty list.
//!
//! ```
//! use datafusion_expr::registry::{FunctionRegistry, MemoryFunctionRegistry};
//! use netsieve::Sieve;
//!
//! let sieve = Sieve::builder().build()?.0;
//! let mut registry = MemoryFunctionRegistry::new();
//! netsieve_datafusion::register(&mut registry, &sieve)?;
//! assert!(registry.udf("ioc_scan").is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, FieldRef};
use datafusion_common::{DataFusionError, Result, ScalarValue};
use datafusion_expr::registry::FunctionRegistry;
use datafusion_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use netsieve::{Matcher, Scanner, Sieve};

/// Makes the three functions for one set.
pub fn functions(sieve: &Sieve) -> [ScalarUDF; 3] {
    [What::IsMatch, What::Match, What::Scan].map(|what| ScalarUDF::new_from_impl(Ioc::new(sieve, what)))
}

/// Registers the three functions, replacing those of any earlier set.
///
/// # Errors
///
/// If the registry refuses a function.
pub fn register(registry: &mut dyn FunctionRegistry, sieve: &Sieve) -> Result<()> {
    for function in functions(sieve) {
        registry.register_udf(Arc::new(function))?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    IsMatch,
    Match,
    Scan,
}

/// One of the functions.
#[derive(Debug)]
struct Ioc {
    what: What,
    sieve: Sieve,
    signature: Signature,
    /// The matchers and scanners that no thread is using.
    matchers: Mutex<Vec<Matcher>>,
    scanners: Mutex<Vec<Scanner>>,
}

impl Ioc {
    fn new(sieve: &Sieve, what: What) -> Self {
        let types = [
            DataType::Utf8View,
            DataType::Utf8,
            DataType::LargeUtf8,
            DataType::BinaryView,
            DataType::Binary,
            DataType::LargeBinary,
        ];
        let exact = types.into_iter().map(|of| TypeSignature::Exact(vec![of])).collect();
        Self {
            what,
            sieve: sieve.clone(),
            // Another set under the same name answers differently, but a query uses only one set.
            signature: Signature::one_of(exact, Volatility::Immutable),
            matchers: Mutex::default(),
            scanners: Mutex::default(),
        }
    }

    fn returns(&self) -> DataType {
        match self.what {
            What::IsMatch => DataType::Boolean,
            What::Match => netsieve_arrow::match_type(),
            What::Scan => netsieve_arrow::hit_type(),
        }
    }

    fn answer(&self, column: &ArrayRef) -> std::result::Result<ArrayRef, netsieve_arrow::Error> {
        let matcher = || self.sieve.matcher();
        let scanner = || Scanner::new(&self.sieve);
        Ok(match self.what {
            What::IsMatch => Arc::new(lend(&self.matchers, matcher, |m| netsieve_arrow::is_match(m, column))?),
            What::Match => Arc::new(lend(&self.matchers, matcher, |m| netsieve_arrow::lookup(m, column))?),
            What::Scan => Arc::new(lend(&self.scanners, scanner, |s| netsieve_arrow::scan(s, column))?),
        })
    }
}

/// Lends an idle item, or a new one.
fn lend<T, R>(idle: &Mutex<Vec<T>>, new: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
    let lent = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut lent = lent.unwrap_or_else(new);
    let result = work(&mut lent);
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(lent);
    result
}

/// Functions are equal if they use the same set in memory.
impl PartialEq for Ioc {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what && std::ptr::eq(self.sieve.feeds(), other.sieve.feeds())
    }
}

impl Eq for Ioc {}

impl Hash for Ioc {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.what.hash(state);
        std::ptr::hash(self.sieve.feeds(), state);
    }
}

impl ScalarUDFImpl for Ioc {
    fn name(&self) -> &str {
        match self.what {
            What::IsMatch => "ioc_is_match",
            What::Match => "ioc_match",
            What::Scan => "ioc_scan",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.name(), self.returns(), true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [value] = &args.args[..] else {
            return Err(DataFusionError::Execution(format!("{} takes one argument", self.name())));
        };
        let external = |error| DataFusionError::External(Box::new(error));
        match value {
            ColumnarValue::Array(column) => Ok(ColumnarValue::Array(self.answer(column).map_err(external)?)),
            ColumnarValue::Scalar(scalar) => {
                let answer = self.answer(&scalar.to_array()?).map_err(external)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&answer, 0)?))
            }
        }
    }
}

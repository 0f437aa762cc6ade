//! The module `netsieve._netsieve`, whose items `python/netsieve/__init__.py` exports.

use pyo3::prelude::*;

mod answers;
mod bytes;
mod columns;
mod errors;
mod feeds;
mod sieve;
mod wait;

#[pymodule]
mod _netsieve {
    #[pymodule_export]
    use super::answers::{Hit, Match, Source};
    #[pymodule_export]
    use super::columns::Array;
    #[pymodule_export]
    use super::errors::{DamageError, Error, FeedError, IoError};
    #[pymodule_export]
    use super::feeds::{Feed, FeedReport, compile};
    #[pymodule_export]
    use super::sieve::{Sieve, open};

    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}

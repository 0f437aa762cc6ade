//! Texts and bytes of Python, read in place.

use std::ops::Deref;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyString;

/// The content of a `str`, `bytes` or `bytearray`.
pub(crate) enum Bytes {
    Text(PyBackedStr),
    Raw(PyBackedBytes),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Text(text) => text.as_bytes(),
            Bytes::Raw(bytes) => bytes,
        }
    }
}

impl Bytes {
    /// The content of an object; `None` if it has another type.
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let Ok(text) = value.cast::<PyString>() else {
            return Ok(value.extract().ok().map(Bytes::Raw));
        };
        if let Ok(text) = value.extract() {
            return Ok(Some(Bytes::Text(text)));
        }
        // A log read with `errors="surrogateescape"` has lone surrogates for bytes that are not UTF-8.
        let py = value.py();
        let raw = text.call_method1(intern!(py, "encode"), (intern!(py, "utf-8"), intern!(py, "surrogateescape")))?;
        Ok(Some(Bytes::Raw(raw.extract()?)))
    }
}

//! Texts and bytes of Python, read where they are.

use std::ops::Deref;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyString;

/// What a `str`, `bytes` or `bytearray` holds.
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
    /// Those of an object; none if it is of another type.
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let Ok(text) = value.cast::<PyString>() else {
            return Ok(value.extract().ok().map(Bytes::Raw));
        };
        if let Ok(text) = value.extract() {
            return Ok(Some(Bytes::Text(text)));
        }
        // Logs that are read with `errors="surrogateescape"` keep bytes that are not UTF-8 as lone surrogates.
        let py = value.py();
        let raw = text.call_method1(intern!(py, "encode"), (intern!(py, "utf-8"), intern!(py, "surrogateescape")))?;
        Ok(Some(Bytes::Raw(raw.extract()?)))
    }
}

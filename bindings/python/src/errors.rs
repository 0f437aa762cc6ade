//! Errors as exceptions, which differ by class and by `kind`.

use std::io;

use netsieve::ErrorKind;
use pyo3::exceptions::{PyException, PyOSError};
use pyo3::prelude::*;
use pyo3::{create_exception, intern};

create_exception!(
    netsieve,
    Error,
    PyException,
    "The base class of all errors that netsieve raises. `kind` names the kind of error; `path` is the file, or None."
);
create_exception!(netsieve, FeedError, Error, "A feed cannot be used.");
create_exception!(netsieve, DamageError, Error, "A file is not a compiled set, is damaged, or has another version.");
create_exception!(netsieve, IoError, Error, "A file cannot be read or written.");

/// The task in which an error occurred.
#[derive(Clone, Copy)]
pub(crate) enum Doing {
    Compiling,
    Opening,
    Saving,
    Scanning,
}

/// Makes the exception for an error.
pub(crate) fn raise(py: Python<'_>, error: &netsieve::Error, doing: Doing) -> PyErr {
    let text = error.to_string();
    let (raised, kind) = match (error.kind(), doing) {
        (ErrorKind::Io(io::ErrorKind::NotFound), _) => (IoError::new_err(text), "not_found"),
        (ErrorKind::Io(io::ErrorKind::PermissionDenied), _) => (IoError::new_err(text), "permission"),
        (ErrorKind::Io(_), _) => (IoError::new_err(text), "io"),
        (_, Doing::Opening) => (DamageError::new_err(text), "damage"),
        (ErrorKind::EmptyFeed, Doing::Compiling) => (FeedError::new_err(text), "empty_feed"),
        (_, Doing::Compiling) => (FeedError::new_err(text), "feed"),
        (_, Doing::Saving | Doing::Scanning) => (Error::new_err(text), "other"),
    };
    let path = error.path().map(|path| path.as_os_str().to_owned());
    describe(py, raised, kind, path)
}

/// Gives an exception its kind and path.
pub(crate) fn describe(py: Python<'_>, raised: PyErr, kind: &str, path: Option<std::ffi::OsString>) -> PyErr {
    let value = raised.value(py);
    let set = value.setattr(intern!(py, "kind"), kind).and_then(|()| value.setattr(intern!(py, "path"), path));
    set.err().unwrap_or(raised)
}

/// Makes the exception for a failed read, or returns the one that a signal handler raised.
pub(crate) fn io(py: Python<'_>, error: std::io::Error) -> PyErr {
    match error.downcast::<PyErr>() {
        Ok(raised) => raised,
        Err(error) => {
            let os: PyErr = PyOSError::new_err(error.to_string());
            let raised = IoError::new_err(error.to_string());
            raised.set_cause(py, Some(os));
            describe(py, raised, "io", None)
        }
    }
}

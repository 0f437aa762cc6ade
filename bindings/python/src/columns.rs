//! Takes columns from Python in any form, and returns columns.

use std::sync::Arc;

use arrow_array::builder::BinaryBuilder;
use arrow_array::{Array as _, ArrayRef, NullArray};
use arrow_schema::{DataType, Field};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyList};
use pyo3_arrow::PyArray;
use pyo3_arrow::input::AnyArray;

use crate::bytes::Bytes;

/// A column of Apache Arrow, which `pyarrow.array`, `polars.Series` and others accept without a copy.
#[pyclass(frozen, module = "netsieve")]
pub(crate) struct Array(Py<PyArray>);

#[pymethods]
impl Array {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.0.bind(py).call_method1(intern!(py, "__arrow_c_array__"), (requested_schema,))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.bind(py).call_method0(intern!(py, "__arrow_c_schema__"))
    }

    fn __len__(&self) -> usize {
        self.0.get().array().len()
    }

    /// Returns the answers as a list of Python objects.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.0.bind(py).call_method0(intern!(py, "to_pylist"))?.cast_into()?)
    }

    /// The number of rows that are null.
    #[getter]
    fn null_count(&self) -> usize {
        self.0.get().array().null_count()
    }

    /// The size in bytes.
    #[getter]
    fn nbytes(&self) -> usize {
        self.0.get().array().get_array_memory_size()
    }

    fn __repr__(&self) -> String {
        let array = self.0.get().array();
        format!("<netsieve.Array of {} rows of {}>", array.len(), array.data_type())
    }
}

/// The number of rows between two checks for signals.
const AT_ONCE: usize = 1 << 16;

/// The chunks of an Arrow array or stream, or of an iterable of texts, bytes and `None`.
fn chunks(column: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayRef>> {
    let py = column.py();
    let is_arrow =
        column.hasattr(intern!(py, "__arrow_c_array__"))? || column.hasattr(intern!(py, "__arrow_c_stream__"))?;
    if is_arrow {
        let reader = column.extract::<AnyArray>()?.into_reader()?;
        // Polars gives a column of nothing but nulls a buffer, which the interface forbids. There is nothing to read in it.
        if reader.field().data_type() == &DataType::Null
            && let Ok(len) = column.len()
        {
            return Ok(vec![Arc::new(NullArray::new(len))]);
        }
        return reader.collect::<Result<_, _>>().map_err(|error| PyValueError::new_err(error.to_string()));
    }
    if column.is_instance_of::<pyo3::types::PyString>() || column.is_instance_of::<pyo3::types::PyBytes>() {
        return Err(PyTypeError::new_err("expected a column, not a single value"));
    }
    let mut builder = BinaryBuilder::new();
    for (row, value) in column.try_iter()?.enumerate() {
        let value = value?;
        if value.is_none() {
            builder.append_null();
        } else if let Some(bytes) = Bytes::of(&value)? {
            builder.append_value(&*bytes);
        } else {
            let found = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!("row {row} must be str, bytes or None, not {found}")));
        }
    }
    Ok(vec![Arc::new(builder.finish())])
}

/// Answers a column, without the interpreter's lock while it works.
pub(crate) fn answer(
    column: &Bound<'_, PyAny>,
    of: &DataType,
    mut answer: impl FnMut(&dyn arrow_array::Array) -> Result<ArrayRef, netsieve_arrow::Error> + Send,
) -> PyResult<Array> {
    let py = column.py();
    let mut answers: Vec<ArrayRef> = Vec::new();
    for chunk in chunks(column)? {
        for start in (0..chunk.len()).step_by(AT_ONCE) {
            let slice = chunk.slice(start, AT_ONCE.min(chunk.len() - start));
            let answered = py.detach(|| answer(&slice));
            answers.push(answered.map_err(|error| PyValueError::new_err(error.to_string()))?);
            py.check_signals()?;
        }
    }
    let answers: Vec<&dyn arrow_array::Array> = answers.iter().map(AsRef::as_ref).collect();
    let whole = match answers[..] {
        [] => arrow_array::new_empty_array(of),
        _ => py
            .detach(|| arrow_select::concat::concat(&answers))
            .map_err(|error| PyValueError::new_err(error.to_string()))?,
    };
    let array = PyArray::new(whole, Arc::new(Field::new("", of.clone(), true)));
    Ok(Array(Py::new(py, array)?))
}

"""Functions for Spark: SQL and DataFrames match their columns against a compiled set, on the executors.

>>> ioc = netsieve.spark.register(spark, "x.sieve")                                  # doctest: +SKIP
>>> spark.sql("SELECT line, ioc_scan(line) FROM logs WHERE ioc_is_match(host)")      # doctest: +SKIP
>>> logs.withColumn("hits", ioc.scan("line"))                                        # doctest: +SKIP

The set travels to the executors under the name of its digest, so that a new one never takes the place of one that is in use, and each
Python worker maps it once. To register another set under the same names is how it is replaced: a query goes by the set that was
registered when it was made. A null gives a null.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import netsieve

__all__ = ["Functions", "register"]

_MATCH = (
    "indicator:string,kind:string,scope:string,relation:string,strength:string,feed:string,feeds:array<string>,"
    "feed_line:bigint,tags:array<string>,family:string,confidence:int,reference:string"
)
_PLACE = "observed:string,canonical:string,context:string,line:bigint,offset:bigint"
_TYPES = {
    "is_match": "boolean",
    "match": f"array<struct<{_MATCH}>>",
    "scan": f"array<struct<{_MATCH},{_PLACE}>>",
}


@dataclass(frozen=True)
class Functions:
    """The functions for columns of DataFrames, and the set that they go by."""

    is_match: Callable[..., Any]
    """Whether a value of any kind is covered: `boolean`."""
    match: Callable[..., Any]
    """All matches of a value: `array<struct<…>>`."""
    scan: Callable[..., Any]
    """All hits of a line: `array<struct<…>>`."""
    sha256: str
    """The digest of the compiled file."""


def register(spark: Any, path: str | os.PathLike[str], *, prefix: str = "ioc", pandas: bool | None = None) -> Functions:
    """Registers `ioc_is_match(value)`, `ioc_match(value)` and `ioc_scan(line)` for SQL, and gives the same for DataFrames.

    `prefix` is what their names begin with. `pandas` chooses the older way to call Python, which versions before 4.1 need and take.

    Raises `netsieve.Error` if the file cannot be opened. Fails in the query if a worker has no netsieve, or another release of it.
    """
    name = _send(spark, os.fspath(path))
    if pandas is None:
        pandas = not _has_arrow_udf()
    make = _pandas_udf if pandas else _arrow_udf
    functions = {}
    for what, returns in _TYPES.items():
        functions[what] = make(_answer(name, what, netsieve.__version__), returns)
        spark.udf.register(f"{prefix}_{what}", functions[what])
    return Functions(**functions, sha256=name.removesuffix(".sieve"))


def _send(spark: Any, path: str) -> str:
    """Checks the file and gives it to the executors, under the name that is returned."""
    netsieve.open(path)
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    name = digest.hexdigest() + ".sieve"
    # The driver keeps it for executors that come later, until it ends.
    folder = tempfile.mkdtemp(prefix="netsieve-")
    copy = os.path.join(folder, name)
    shutil.copyfile(path, copy)
    if type(spark).__module__.startswith("pyspark.sql.connect"):
        spark.addArtifacts(copy, file=True)
    elif name not in {os.path.basename(file) for file in spark.sparkContext.listFiles}:
        spark.sparkContext.addFile(copy)
    return name


def _has_arrow_udf() -> bool:
    try:
        from pyspark.sql.functions import arrow_udf  # noqa: F401
    except ImportError:
        return False
    return True


def _answer(name: str, what: str, version: str) -> Callable[[Any], Any]:
    """What a worker calls with a column of Arrow. It is sent as it is, so that it can say that netsieve is not there."""

    def answer(column: Any) -> Any:
        import socket

        try:
            import netsieve as here
            from netsieve import spark as worker
        except ImportError as error:
            host = socket.gethostname()
            raise RuntimeError(f"the worker {host} has no netsieve, which the driver has as {version}: {error}") from None
        if here.__version__ != version:
            host = socket.gethostname()
            raise RuntimeError(f"the worker {host} has netsieve {here.__version__}, and the driver {version}")
        sieve = worker._opened(name)
        return getattr(sieve, f"{what}_array")(column)

    return answer


_sieves: dict[str, netsieve.Sieve] = {}


def _opened(name: str) -> netsieve.Sieve:
    """The set of that name, opened once in this process."""
    sieve = _sieves.get(name)
    if sieve is None:
        from pyspark import SparkFiles

        path = SparkFiles.get(name)
        # Files that were added are never written to again.
        sieve = netsieve.open(path, mmap=True)
        # One that is being replaced may still be in use.
        while len(_sieves) >= 2:
            del _sieves[next(iter(_sieves))]
        _sieves[name] = sieve
    return sieve


def _arrow_udf(answer: Callable[[Any], Any], returns: str) -> Any:
    import pyarrow as pa
    from pyspark.sql.functions import arrow_udf

    wanted = _arrow_type(returns)

    def call(column: pa.Array) -> pa.Array:
        answers = pa.array(answer(column))
        return answers if answers.type == wanted else answers.cast(wanted)

    return arrow_udf(call, returns)


def _arrow_type(returns: str) -> Any:
    from pyspark.sql.pandas.types import to_arrow_type
    from pyspark.sql.types import _parse_datatype_string

    return to_arrow_type(_parse_datatype_string(returns))


def _pandas_udf(answer: Callable[[Any], Any], returns: str) -> Any:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql.functions import pandas_udf

    def call(column: pd.Series) -> pd.Series:
        answers = pa.array(answer(pa.array(column, from_pandas=True)))
        return pd.Series(answers.to_pylist(), dtype="object")

    return pandas_udf(call, returns)

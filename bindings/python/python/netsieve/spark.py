"""Functions for Spark, with which SQL and DataFrames match columns against a compiled set, on the executors.

>>> ioc = netsieve.spark.register(spark, "x.sieve")                                  # doctest: +SKIP
>>> spark.sql("SELECT line, ioc_scan(line) FROM logs WHERE ioc_is_match(host)")      # doctest: +SKIP
>>> logs.withColumn("hits", ioc.scan("line"))                                        # doctest: +SKIP

The set travels to the executors under the name of its digest, so that a new set never overwrites one that is in use, and each Python
worker maps it once. To replace the set, register another one under the same names: each query uses the set that was registered when the
query was made. A null gives a null.
"""

import hashlib
import os
import shutil
import socket
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
    """The functions for columns of DataFrames, and the digest of the set that they use."""

    is_match: Callable[..., Any]
    """True if an indicator covers the value: `boolean`."""
    match: Callable[..., Any]
    """All matches of a value: `array<struct<…>>`."""
    scan: Callable[..., Any]
    """All hits of a line: `array<struct<…>>`."""
    sha256: str
    """The digest of the compiled file."""


def register(
    spark: Any, path: str | os.PathLike[str], *, prefix: str = "ioc", pandas: bool | None = None, send: bool = True
) -> Functions:
    """Registers `ioc_is_match(value)`, `ioc_match(value)` and `ioc_scan(line)` for SQL, and returns the same functions for DataFrames.

    `prefix` replaces `ioc` in their names. `pandas` chooses the older way to call Python, which is the default for versions before 4.1.
    With `send=False` the set does not travel: each worker opens the same path, on storage that all of them share. Replace such a set under
    another name, because a worker that finds another file at the path refuses it.

    Raises `netsieve.Error` if the file cannot be opened. Fails in the query if a worker has no netsieve, or another release of it.
    """
    path = os.path.abspath(path)
    netsieve.open(path)
    sha256 = _digest(path)
    if send:
        _send(spark, path, sha256)
    if pandas is None:
        pandas = not _has_arrow_udf()
    make = _pandas_udf if pandas else _arrow_udf
    functions = {}
    for what, returns in _TYPES.items():
        functions[what] = make(_answer(sha256, None if send else path, what, netsieve.__version__), returns)
        spark.udf.register(f"{prefix}_{what}", functions[what])
    return Functions(**functions, sha256=sha256)


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _send(spark: Any, path: str, sha256: str) -> None:
    """Sends the file to the executors, under the name of its digest."""
    name = f"{sha256}.sieve"
    # The driver keeps the copy until it ends, for executors that start later.
    folder = tempfile.mkdtemp(prefix="netsieve-")
    copy = os.path.join(folder, name)
    shutil.copyfile(path, copy)
    if type(spark).__module__.startswith("pyspark.sql.connect"):
        spark.addArtifacts(copy, file=True)
    elif name not in {os.path.basename(file) for file in spark.sparkContext.listFiles}:
        spark.sparkContext.addFile(copy)


def _has_arrow_udf() -> bool:
    try:
        from pyspark.sql.functions import arrow_udf  # noqa: F401
    except ImportError:
        return False
    return True


def _answer(sha256: str, path: str | None, what: str, version: str) -> Callable[[Any], Any]:
    """Makes the function that a worker calls with a column of Arrow, and the set that was sent or is at the path.

    It imports netsieve late, to report if that is missing.
    """

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
        sieve = worker._opened(sha256, path)
        return getattr(sieve, f"{what}_array")(column)

    return answer


_sieves: dict[str, netsieve.Sieve] = {}


def _opened(sha256: str, path: str | None) -> netsieve.Sieve:
    """Returns the set with that digest, which is opened once in this process."""
    sieve = _sieves.get(sha256)
    if sieve is None:
        sieve = _open_sent(sha256) if path is None else _open_shared(sha256, path)
        # Keep two sets: one that is being replaced may still be in use.
        while len(_sieves) >= 2:
            del _sieves[next(iter(_sieves))]
        _sieves[sha256] = sieve
    return sieve


def _open_sent(sha256: str) -> netsieve.Sieve:
    from pyspark import SparkFiles

    # Spark never writes to an added file again.
    return netsieve.open(SparkFiles.get(f"{sha256}.sieve"), mmap=True)


def _open_shared(sha256: str, path: str) -> netsieve.Sieve:
    sieve = netsieve.open(path, mmap=True)
    # Afterwards, so that a file that is renamed to the path meanwhile is refused too.
    if _digest(path) != sha256:
        raise RuntimeError(f"{path} on {socket.gethostname()} is not the set that was registered: register the new one, under another name")
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

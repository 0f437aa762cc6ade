"""Compares columns of pyarrow, pandas and Polars with single values and single lines."""

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import Logscan, Shared, found_in, of_hit, of_match

import netsieve


@pytest.fixture(scope="module")
def values(shared: Shared) -> list[str | None]:
    return shared.values


def is_match(shared: Shared, values: list[str | None]) -> list[bool | None]:
    return [None if value is None else value in shared.sieve for value in values]


def columns(values: list[str | None]) -> dict[str, Any]:
    encoded = [None if value is None else value.encode() for value in values]
    return {
        "list": values,
        "bytes": encoded,
        "string": pa.array(values, pa.string()),
        "large_string": pa.array(values, pa.large_string()),
        "string_view": pa.array(values, pa.string()).cast(pa.string_view()),
        "binary": pa.array(encoded, pa.binary()),
        "large_binary": pa.array(encoded, pa.large_binary()),
        "dictionary": pa.array(values, pa.string()).dictionary_encode(),
        "chunked": pa.chunked_array([values[:7], [], values[7:]], pa.string()),
        "sliced": pa.array(["www0.evil0.test", None, *values, "x"], pa.string()).slice(2, len(values)),
        "pandas": pd.Series(values, dtype="string"),
        "pandas object": pd.Series(values, dtype="object"),
        "polars": pl.Series(values),
        "polars categorical": pl.Series(values, dtype=pl.Categorical),
    }


def test_every_layout(shared: Shared, values: list[str | None]) -> None:
    some = values[:2000]
    wanted = is_match(shared, some)
    matches = [None if value is None else [of_match(match) for match in shared.sieve.match(value)] for value in some]
    assert sum(map(bool, wanted)) > 200
    for name, column in columns(some).items():
        assert pa.array(shared.sieve.is_match_array(column)).to_pylist() == wanted, name
        assert pa.array(shared.sieve.match_array(column)).to_pylist() == matches, name


def test_all_values(shared: Shared, values: list[str | None]) -> None:
    assert len(values) == 10_000
    found = pa.array(shared.sieve.is_match_array(pa.array(values)))
    assert found.to_pylist() == is_match(shared, values)
    found = pa.array(shared.sieve.match_array(pa.array(values)))
    assert found.to_pylist() == [
        None if value is None else [of_match(match) for match in shared.sieve.match(value)] for value in values
    ]


def test_all_lines(shared: Shared) -> None:
    assert len(shared.lines) == 100_000
    found = pa.array(shared.sieve.scan_array(pa.array(shared.lines))).to_pylist()
    for line, hits in zip(shared.lines, found, strict=True):
        wanted = None if line is None else [row for hit in shared.sieve.scan(line) for row in of_hit(hit)]
        assert hits == wanted, line


def test_hits_are_those_of_logscan(shared: Shared, logscan: Logscan) -> None:
    found = pa.array(shared.sieve.scan_array(pa.array(shared.lines))).to_pylist()
    got = [one for row, hits in enumerate(found) if row in logscan.rows for one in found_in(row, hits)]
    assert len(got) > 10_000 and sorted(got) == sorted(logscan.found)


def test_other_libraries_take_the_answers(shared: Shared, values: list[str | None]) -> None:
    wanted = is_match(shared, values)
    assert pl.Series(shared.sieve.is_match_array(pl.Series(values))).to_list() == wanted
    frame = pd.DataFrame({"value": pd.Series(values, dtype="string")})
    frame["hit"] = pa.array(shared.sieve.is_match_array(frame["value"])).to_pandas()
    assert frame["hit"].astype("object").where(frame["hit"].notna(), None).tolist() == wanted
    answers = shared.sieve.is_match_array(values)
    assert len(answers) == len(values) and answers.null_count == values.count(None)


def test_empty_null_and_other_columns(shared: Shared) -> None:
    sieve = shared.sieve
    for answer in (sieve.is_match_array, sieve.match_array, sieve.scan_array):
        assert len(answer([])) == 0
        assert pa.array(answer(pa.array([None, None]))).to_pylist() == [None, None]
        assert pa.array(answer(pl.Series([None, None]))).to_pylist() == [None, None]
        assert len(answer(pa.chunked_array([], pa.string()))) == 0
        with pytest.raises(ValueError, match="Int64"):
            answer(pa.array([1, 2]))
        with pytest.raises(TypeError, match="row 1"):
            answer(["a", 7])  # type: ignore[list-item]
        with pytest.raises(TypeError):
            answer("a value")
    assert pa.array(sieve.scan_array([""])).to_pylist() == [[]]


def test_the_example(shared: Shared, tmp_path: Path) -> None:
    import subprocess
    import sys

    import pyarrow.parquet

    example = Path(__file__).parents[1] / "examples" / "parquet.py"
    rows = [("192.0.2.7", "www0.evil0.test"), ("192.0.2.8", "clean.example"), (None, None)]
    table = pa.table({"client": [row[0] for row in rows], "host": [row[1] for row in rows]})
    pyarrow.parquet.write_table(table, tmp_path / "log.parquet")
    command = [sys.executable, str(example), str(shared.path), str(tmp_path / "log.parquet"), "host", "client"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "192.0.2.7 met www0.evil0.test: www0.evil0.test (exact) of names" in printed and "1 of 3 rows" in printed

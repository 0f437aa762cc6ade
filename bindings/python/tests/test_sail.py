"""Tests `netsieve.spark` on Sail, which speaks the protocol of Spark Connect. `./test-sail` runs this; elsewhere there is no pysail."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Shared, of_hit, of_match

import netsieve

pytest.importorskip("pysail")

import netsieve.spark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_for_port(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        assert server.poll() is None, "Sail ended"
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("Sail does not come up")


@pytest.fixture(scope="module", params=["local", "local-cluster"])
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    port = free_port()
    command = [sys.executable, "-m", "pysail", "spark", "server", "--port", str(port)]
    with open(tmp_path_factory.mktemp("sail") / "log", "wb") as log:
        server = subprocess.Popen(command, env=os.environ | {"SAIL_MODE": request.param}, stdout=log, stderr=log)
    try:
        wait_for_port(server, port)
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()  # type: ignore[attr-defined]
        yield session
        session.stop()
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def rows_of(answers: list[Any] | None) -> list[dict[str, Any]] | None:
    return None if answers is None else [answer.asDict(recursive=True) for answer in answers]


@pytest.mark.parametrize("pandas", [False, True])
def test_matches_are_those_of_the_crate(spark: Any, shared: Shared, pandas: bool) -> None:
    ioc = netsieve.spark.register(spark, shared.path, pandas=pandas, send=False)
    frame = spark.createDataFrame(list(enumerate(shared.values)), "id bigint, value string").repartition(4)
    frame.createOrReplaceTempView("shared_values")
    got = spark.sql("SELECT id, ioc_is_match(value) AS hit, ioc_match(value) AS found FROM shared_values").collect()
    assert len(got) == len(shared.values)
    for row in got:
        value = shared.values[row.id]
        assert row.hit == (None if value is None else value in shared.sieve)
        assert rows_of(row.found) == (None if value is None else [of_match(match) for match in shared.sieve.match(value)])
    hits = frame.filter(ioc.is_match("value")).count()
    assert hits == sum(value is not None and value in shared.sieve for value in shared.values) > 0


@pytest.mark.parametrize("pandas", [False, True])
def test_hits_are_those_of_the_crate(spark: Any, shared: Shared, pandas: bool) -> None:
    ioc = netsieve.spark.register(spark, shared.path, pandas=pandas, send=False)
    frame = spark.createDataFrame(list(enumerate(shared.lines)), "id bigint, line string").repartition(4)
    got = frame.select("id", ioc.scan("line").alias("hits")).collect()
    assert len(got) == len(shared.lines)
    for row in got:
        line = shared.lines[row.id]
        assert rows_of(row.hits) == (None if line is None else [one for hit in shared.sieve.scan(line) for one in of_hit(hit)])


def test_another_set_replaces_the_first(spark: Any, tmp_path: Path) -> None:
    """Also one at the same path: workers refuse it until it is registered."""
    paths = []
    for name in ("first", "second"):
        feed = tmp_path / f"{name}.txt"
        feed.write_text(f"{name}.test\n")
        paths.append(tmp_path / f"{name}.sieve")
        netsieve.compile([feed]).save(paths[-1])
    query = "SELECT ioc_is_match('first.test'), ioc_is_match('second.test')"
    for path, wanted in zip(paths, [(True, False), (False, True)], strict=True):
        netsieve.spark.register(spark, path, send=False)
        assert tuple(spark.sql(query).collect()[0]) == wanted
    third = tmp_path / "third.sieve"
    netsieve.compile([tmp_path / "first.txt", tmp_path / "second.txt"]).save(third)
    netsieve.spark.register(spark, third, send=False)
    paths[0].replace(third)
    with pytest.raises(Exception, match="is not the set that was registered"):
        spark.sql(query).collect()


def test_sail_takes_no_files(spark: Any, shared: Shared) -> None:
    """If this fails, Sail has learned it: `send=False` is needed no more."""
    with pytest.raises(Exception, match="add artifacts"):
        netsieve.spark.register(spark, shared.path)

"""Tests Spark on a cluster of processes: a master, two workers, two executors."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Logscan, Shared, found_in, of_hit, of_match

import netsieve

pyspark = pytest.importorskip("pyspark")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark is left out: no Java", allow_module_level=True)

import netsieve.spark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

HOME = Path(pyspark.__file__).parent


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Cluster:
    """A cluster in standalone mode, on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", "0")
        self.wait_for_port()
        for number in range(2):
            work = folder / f"work{number}"
            self.start("worker", self.url, "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0",
                       "--work-dir", str(work))

    def start(self, what: str, *args: str) -> None:
        environment = os.environ | {
            "SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
            "SPARK_DAEMON_MEMORY": "256m",
        }
        kind = f"org.apache.spark.deploy.{what}.{what.title()}"
        log = open(self.folder / f"{what}{len(self.processes)}.log", "wb")
        command = [str(HOME / "bin" / "spark-class"), kind, *args]
        # A group of its own, so that its executors end with it.
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)

    def wait_for_port(self) -> None:
        for _ in range(600):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError("the master does not come up")

    def executors(self) -> list[int]:
        """The process ids of the executors of this cluster."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if b"CoarseGrainedExecutorBackend" in command and str(self.folder).encode() in command:
                    found.append(int(entry.name))
        return found

    def stop(self) -> None:
        for process in reversed(self.processes):
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("spark"))
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def spark(cluster: Cluster) -> Iterator[Any]:
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(HOME)}
    builder = SparkSession.builder.master(cluster.url).appName("netsieve")  # type: ignore[attr-defined]
    for key, value in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.executor.memory": "768m",
        "spark.executor.cores": "1",
        "spark.executor.extraJavaOptions": f"-Dnetsieve.test={cluster.folder}",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.cores.max": "2",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def rows_of(answers: list[Any] | None) -> list[dict[str, Any]] | None:
    return None if answers is None else [answer.asDict(recursive=True) for answer in answers]


def test_sql_and_data_frames(spark: Any, shared: Shared) -> None:
    ioc = netsieve.spark.register(spark, shared.path)
    values = list(enumerate(shared.values))
    frame = spark.createDataFrame(values, "id bigint, value string").repartition(4)
    frame.createOrReplaceTempView("shared_values")
    got = spark.sql("SELECT id, value, ioc_is_match(value) AS hit, ioc_match(value) AS found FROM shared_values").collect()
    assert len(got) == len(values)
    for row in got:
        value = shared.values[row.id]
        assert row.value == value
        assert row.hit == (None if value is None else value in shared.sieve)
        wanted = None if value is None else [of_match(match) for match in shared.sieve.match(value)]
        assert rows_of(row.found) == wanted
    hits = frame.filter(ioc.is_match("value")).count()
    assert hits == sum(value is not None and value in shared.sieve for value in shared.values)


def test_hits_are_those_of_each_line(spark: Any, shared: Shared) -> None:
    ioc = netsieve.spark.register(spark, shared.path)
    lines = list(enumerate(shared.lines))
    frame = spark.createDataFrame(lines, "id bigint, line string").repartition(4)
    for row in frame.select("id", ioc.scan("line").alias("hits")).collect():
        line = shared.lines[row.id]
        wanted = None if line is None else [one for hit in shared.sieve.scan(line) for one in of_hit(hit)]
        assert rows_of(row.hits) == wanted


def test_hits_are_those_of_logscan(spark: Any, shared: Shared, logscan: Logscan) -> None:
    ioc = netsieve.spark.register(spark, shared.path)
    lines = [(row, shared.lines[row]) for row in sorted(logscan.rows)]
    frame = spark.createDataFrame(lines, "id bigint, line string").repartition(4)
    got = []
    for row in frame.select("id", ioc.scan("line").alias("hits")).collect():
        got += found_in(row.id, rows_of(row.hits) or [])
    assert sorted(got) == sorted(logscan.found)


def test_the_older_way_gives_the_same(spark: Any, shared: Shared) -> None:
    old = netsieve.spark.register(spark, shared.path, prefix="old", pandas=True)
    values = [(value,) for value in shared.values[:500]]
    frame = spark.createDataFrame(values, "value string")
    for row in frame.select("value", old.is_match("value").alias("hit"), old.match("value").alias("found")).collect():
        assert row.hit == (None if row.value is None else row.value in shared.sieve)
        wanted = None if row.value is None else [of_match(match) for match in shared.sieve.match(row.value)]
        assert rows_of(row.found) == wanted


def test_a_set_on_storage_that_all_share(spark: Any, shared: Shared, tmp_path: Path) -> None:
    path = tmp_path / "x.sieve"
    shutil.copy(shared.path, path)
    values = [(value,) for value in shared.values[:500]]
    frame = spark.createDataFrame(values, "value string")
    ioc = netsieve.spark.register(spark, path, prefix="there", send=False)
    assert not any(file.endswith(str(path)) for file in spark.sparkContext.listFiles)
    got = frame.select("value", ioc.is_match("value").alias("hit")).collect()
    assert [row.hit for row in got] == [None if row.value is None else row.value in shared.sieve for row in got]
    assert any(row.hit for row in got)


def test_another_set_at_the_same_path_is_refused(spark: Any, tmp_path: Path) -> None:
    path, other, feed = tmp_path / "x.sieve", tmp_path / "other.sieve", tmp_path / "feed.txt"
    for name, to in (("first.test", path), ("second.test", other)):
        feed.write_text(name)
        netsieve.compile([feed]).save(to)
    ioc = netsieve.spark.register(spark, path, prefix="there", send=False)
    other.replace(path)
    frame = spark.createDataFrame([("first.test",)], "value string")
    with pytest.raises(Exception, match="is not the set that was registered"):
        frame.select(ioc.is_match("value")).collect()


def wait_for_tasks(spark: Any, count: int) -> None:
    """Waits until a running stage has finished some of its tasks."""
    tracker = spark.sparkContext.statusTracker()
    for _ in range(1200):
        for stage in tracker.getActiveStageIds():
            info = tracker.getStageInfo(stage)
            if info is not None and count <= info.numCompletedTasks < info.numTasks - count:
                return
        time.sleep(0.05)
    raise TimeoutError("no stage is in the middle")


def test_an_executor_that_is_killed(spark: Any, cluster: Cluster, shared: Shared) -> None:
    """The tasks of a lost executor run elsewhere, and the answer is the same."""
    netsieve.spark.register(spark, shared.path)
    query = """SELECT count(*) AS rows, sum(CAST(ioc_is_match(concat('www', id % 4000, '.evil', (id % 4000) % 50, '.test')) AS INT)) AS hits
        FROM range(0, 4000000, 1, 40)"""
    wanted = spark.sql(query).collect()
    executors = cluster.executors()
    assert len(executors) == 2
    done: list[Any] = []
    running = threading.Thread(target=lambda: done.extend(spark.sql(query).collect()))
    running.start()
    wait_for_tasks(spark, 4)
    os.kill(executors[0], signal.SIGKILL)
    assert running.is_alive()
    running.join(120)
    assert done == wanted and done[0].rows == 4_000_000 and done[0].hits > 0


def test_another_set_while_queries_run(spark: Any, shared: Shared, tmp_path: Path) -> None:
    """A query uses the set that was registered when the query was made."""
    sets = []
    for n in range(2):
        feed = tmp_path / f"gen{n}.txt"
        feed.write_text("".join(f"gen{n}.x{k}.test\n" for k in range(10)))
        path = tmp_path / f"gen{n}.sieve"
        netsieve.compile([feed]).save(path)
        sets.append(path)
    query = """SELECT sum(CAST(ioc_is_match(concat('gen0.x', id % 10, '.test')) AS INT)) AS first,
        sum(CAST(ioc_is_match(concat('gen1.x', id % 10, '.test')) AS INT)) AS second FROM range(0, 200000, 1, 8)"""
    seen: list[tuple[int, int]] = []
    for n in range(4):
        netsieve.spark.register(spark, sets[n % 2])
        made = spark.sql(query)
        running = threading.Thread(target=lambda made=made: seen.append(tuple(made.collect()[0])))  # type: ignore[misc]
        running.start()
        netsieve.spark.register(spark, sets[(n + 1) % 2])
        running.join(120)
        assert seen[-1] == ((200_000, 0), (0, 200_000))[n % 2]
    # The file that was given may change: what was registered does not.
    shutil.copy(sets[0], tmp_path / "x.sieve")
    netsieve.spark.register(spark, tmp_path / "x.sieve")
    shutil.copy(sets[1], tmp_path / "x.sieve")
    assert tuple(spark.sql(query).collect()[0]) == (200_000, 0)


def test_what_is_wrong_is_said_in_the_driver(spark: Any, shared: Shared, tmp_path: Path) -> None:
    with pytest.raises(netsieve.IoError):
        netsieve.spark.register(spark, tmp_path / "none.sieve")
    (tmp_path / "broken.sieve").write_bytes(b"no sieve")
    with pytest.raises(netsieve.DamageError):
        netsieve.spark.register(spark, tmp_path / "broken.sieve")
    sha256 = netsieve.spark.register(spark, shared.path).sha256
    value = pyspark.sql.functions.lit("x")
    make = netsieve.spark._arrow_udf if netsieve.spark._has_arrow_udf() else netsieve.spark._pandas_udf
    other = make(netsieve.spark._answer(sha256, None, "is_match", "0.0.0"), "boolean")
    with pytest.raises(Exception, match="has netsieve .*, and the driver 0.0.0"):
        spark.range(1).select(other(value)).collect()
    here = netsieve.spark._answer(sha256, None, "is_match", netsieve.__version__)

    def without_the_wheel(column: Any) -> Any:
        modules = sys.modules
        saved = modules.pop("netsieve", None)
        modules["netsieve"] = None  # type: ignore[assignment]
        try:
            return here(column)
        finally:
            del modules["netsieve"]
            if saved is not None:
                modules["netsieve"] = saved

    missing = make(without_the_wheel, "boolean")
    with pytest.raises(Exception, match="has no netsieve, which the driver has as"):
        spark.range(1).select(missing(value)).collect()

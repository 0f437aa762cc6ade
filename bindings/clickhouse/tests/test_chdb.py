"""The functions within ClickHouse, declared by the XML that is shipped."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import chdb
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "shared"))

from generate import generate, write_rows  # noqa: E402

ETC = Path(__file__).parents[1] / "etc"
PROGRAM = Path(os.environ["NETSIEVE_CLICKHOUSE"])


def install(folder: Path) -> Path:
    """The program, its declaration and a set, as a server has them."""
    folder.mkdir()
    shutil.copy(PROGRAM, folder / "netsieve-clickhouse")
    sieve = folder / "x.sieve"
    declared = (ETC / "netsieve_function.xml").read_text()
    (folder / "udf_config.xml").write_text(declared.replace("/var/lib/clickhouse/x.sieve", str(sieve)))
    compile_set(sieve, ["evil.test", "198.51.100.0/24", "http://shop.test/login/"])
    return folder


def compile_set(path: Path, values: list[str]) -> None:
    feed = path.with_suffix(".txt")
    feed.write_text("\n".join(values) + "\n")
    subprocess.run([PROGRAM.parent / "examples" / "compile", path, feed], check=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("clickhouse") / "udf")


def query(folder: Path, sql: str) -> list[dict]:
    result = chdb.query(sql, "JSONEachRow", udf_path=str(folder))
    return [json.loads(line) for line in str(result).splitlines() if line]


def test_the_three_functions(folder: Path) -> None:
    values = "arrayJoin(['www.evil.test', '198.51.100.7:80', 'clean.example', NULL, '']) AS value"
    rows = query(folder, f"SELECT value, ioc_is_match(value) AS hit, ioc_match(value) AS found FROM (SELECT {values})")
    assert [row["hit"] for row in rows] == [1, 1, 0, None, 0]
    assert [[match["indicator"] for match in row["found"]] for row in rows] == [["evil.test"], ["198.51.100.0/24"], [], [], []]
    assert rows[0]["found"][0] == {
        "indicator": "evil.test", "kind": "domain", "relation": "subdomain", "strength": "strong", "feed": "x",
        "feeds": ["x"], "tags": [], "family": None, "confidence": None,
    }
    (row,) = query(folder, "SELECT ioc_scan('client 192.0.2.7\\ngot http://shop.test/login/x') AS hits")
    (hit,) = row["hits"]
    assert (hit["indicator"], hit["canonical"], hit["context"], hit["line"], hit["offset"]) == (
        "http://shop.test/login/", "http://shop.test/login/x", "text", 2, 21,
    )


class Shared:
    """The data with which all bindings are tested, and the answers of the crate to one row at a time."""

    def __init__(self, root: Path) -> None:
        feeds, self.values, self.lines = generate(root)
        self.root = root
        self.udf = install(root / "udf")
        self.set = self.udf / "x.sieve"
        subprocess.run([PROGRAM.parent / "examples" / "compile", self.set, *feeds], check=True)

    def wanted(self, function: str, rows: list[str | None]) -> list[str]:
        path = self.root / f"{function}.rows"
        write_rows(path, rows)
        command = [PROGRAM.parent / "examples" / "answers", self.set, function, path]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\n")[:-1]

    def ask(self, sql: str, rows: list[str | None]) -> list[dict]:
        """Asks about the rows in the table, in the order of the rows."""
        path = self.root / "rows.jsonl"
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(json.dumps({"id": row, "value": value}) + "\n" for row, value in enumerate(rows))
        table = f"file('{path}', JSONEachRow, 'id UInt32, value Nullable(String)')"
        answers = query(self.udf, f"SELECT id, {sql} FROM {table} ORDER BY id SETTINGS max_block_size = 7000")
        assert [row["id"] for row in answers] == list(range(len(rows)))
        return answers


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    return Shared(tmp_path_factory.mktemp("shared"))


def matched(row: int, found: dict) -> str:
    """A match in the form of `examples/answers.rs`."""
    assert found["feed"] == found["feeds"][0]
    fields = [row, *(found[key] for key in ("indicator", "kind", "relation", "strength")), ",".join(found["feeds"])]
    if "observed" in found:
        fields += [found["observed"].encode().hex(), *(found[key] for key in ("canonical", "context", "line", "offset"))]
    return "\t".join(map(str, fields))


def kinds(answers: list[str]) -> set[str]:
    return {answer.split("\t")[2] for answer in answers}


def test_matches_are_those_of_the_crate(shared: Shared) -> None:
    wanted = shared.wanted("match", shared.values)
    rows = shared.ask("ioc_is_match(value) AS hit, ioc_match(value) AS found", shared.values)
    assert [matched(row["id"], found) for row in rows for found in row["found"]] == wanted
    matching = {int(answer.split("\t")[0]) for answer in wanted}
    assert [row["hit"] for row in rows] == [
        None if value is None else int(row in matching) for row, value in enumerate(shared.values)
    ]
    assert kinds(wanted) == {"ip", "domain", "url", "hash", "email"}


def test_hits_are_those_of_the_crate(shared: Shared) -> None:
    wanted = shared.wanted("scan", shared.lines)
    rows = shared.ask("ioc_scan(value) AS hits", shared.lines)
    assert [matched(row["id"], found) for row in rows for found in row["hits"]] == wanted
    assert kinds(wanted) == {"ip", "domain", "url", "hash", "email"}


def test_many_rows_in_many_chunks(folder: Path) -> None:
    sql = """
        SELECT count() AS rows, sum(ioc_is_match(value)) AS hits, sum(length(ioc_scan(line))) AS found FROM (
            SELECT if(number % 10 = 0, concat('www', toString(number), '.evil.test'), concat('host', toString(number), '.example')) AS value,
                concat('client 192.0.2.7 asked for ', value, ' and ', value) AS line
            FROM numbers(300000)) SETTINGS max_block_size = 10000, max_threads = 4
    """
    assert query(folder, sql) == [{"rows": 300000, "hits": 30000, "found": 60000}]


def test_a_new_set_counts_from_the_next_chunk_on(folder: Path, tmp_path: Path) -> None:
    """In one server: the programs of its pool go on running."""
    values = ["evil.test", "198.51.100.0/24", "http://shop.test/login/"]
    compile_set(folder / "x.sieve", values)
    compile_set(tmp_path / "next.sieve", [*values, "new.test"])
    (tmp_path / "broken.sieve").write_bytes(b"no sieve")
    code = """
import os, sys
from chdb import session
udf, new = sys.argv[1:]
s = session.Session(f"{new}/db?udf_path={udf}")
ask = "SELECT ioc_is_match('new.test') AS hit SETTINGS max_threads = 1"
print(s.query(ask, "CSV"))
os.rename(f"{new}/next.sieve", f"{udf}/x.sieve")
print(s.query(ask, "CSV"))
os.rename(f"{new}/broken.sieve", f"{udf}/x.sieve")
print(s.query(ask, "CSV"))
print(s.query(ask, "CSV"))
"""
    command = [sys.executable, "-c", code, str(folder), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.stdout.split() == ["0", "1", "1", "1"], run.stderr


def test_several_processes_on_several_shards(folder: Path, tmp_path: Path) -> None:
    """Each process has a shard of its own, all map one file, and the sums are those of the whole."""
    compile_set(folder / "x.sieve", ["evil.test", "198.51.100.0/24", "http://shop.test/login/"])
    shards = 3
    code = """
import sys
from chdb import session
shard, shards, udf, db = sys.argv[1:]
s = session.Session(f"{db}?udf_path={udf}")
s.query("CREATE DATABASE IF NOT EXISTS logs ENGINE = Atomic")
s.query("CREATE TABLE logs.part (host String) ENGINE = MergeTree ORDER BY tuple()")
s.query(f"INSERT INTO logs.part SELECT if(number % 7 = 0, 'a.evil.test', 'clean.example') FROM numbers(60000) WHERE number % {shards} = {shard}")
print(s.query("SELECT sum(ioc_is_match(host)), count() FROM logs.part", "CSV"))
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(shard), str(shards), str(folder), str(tmp_path / f"db{shard}")],
            stdout=subprocess.PIPE, text=True,
        )
        for shard in range(shards)
    ]
    sums = [tuple(map(int, re.findall(r"\d+", process.communicate(timeout=120)[0]))) for process in running]
    assert [sum(column) for column in zip(*sums, strict=True)] == [60000 // 7 + 1, 60000]


def test_the_benchmark_runs_to_its_end(tmp_path: Path) -> None:
    """On a small log, with what each way finds in it."""
    lines = ["client 192.0.2.7 asked for clean.example", "query login7.evil7.test from 198.51.0.7:53", "www.login7.evil7.test"]
    (tmp_path / "log.txt").write_text("".join(line + "\n" for line in lines * 1000))
    (tmp_path / "listed.txt").write_text("login7.evil7.test\n198.51.0.7\n")
    bench = Path(__file__).parents[1] / "benches" / "native.py"
    command = [sys.executable, bench, tmp_path / "log.txt", tmp_path / "listed.txt", "1"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert re.findall(r"^(.*?): .* s, .*, (\d+) hits$", run.stdout, re.M) == [
        ("ioc_scan", "3000"), ("extractAll of names and IN", "2000"), ("extractAll of runs and IN", "2000"),
    ]
    assert re.findall(r"^(.*?): (\d+) of 11 forms", run.stdout, re.M) == [
        ("ioc_scan", "10"), ("extractAll of names and IN", "6"), ("extractAll of runs and IN", "5"),
    ]

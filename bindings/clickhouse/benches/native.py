"""Compares `ioc_scan` within ClickHouse with reading alone, and with what ClickHouse can do without it: `extractAll` and `IN`.

usage: native.py LOG LISTED [ROUNDS]

LISTED holds one name or address a line; `bindings/shared/replay.py` writes both files. NETSIEVE_CLICKHOUSE says where the program is; its
example `compile` must be built beside it. The log is stored in a table first, and the set compiled; neither counts. The queries take turns,
each as often as ROUNDS says (default 3), on two threads, and the fastest run of each counts. Then each way is asked about some forms in
which logs spell a listed value.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chdb import session

PROGRAM = Path(os.environ["NETSIEVE_CLICKHOUSE"])
DECLARED = Path(__file__).parents[1] / "etc" / "netsieve_function.xml"

# Names and addresses, as a careful expression finds them, and whatever may be one, which is faster.
CAREFUL = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]+"
COARSE = r"[a-z0-9.-]+"


def native(expression: str) -> str:
    """Counts the listed values that the expression finds in a line."""
    return f"arrayCount(token -> token IN (SELECT value FROM bench.listed), extractAll(lower(line), '{expression}'))"


READING = "cityHash64(line)"
WAYS = {
    "ioc_scan": "length(ioc_scan(line))",
    "extractAll of names and IN": native(CAREFUL),
    "extractAll of runs and IN": native(COARSE),
}

# How a line may spell the listed name `login7.evil7.test` or address `198.51.0.7`.
FORMS = [
    "login7.evil7.test",
    "LOGIN7.evil7.test",
    "query: login7.evil7.test.",
    "http://login7.evil7.test:8080/path",
    "198.51.0.7:443",
    "www.login7.evil7.test",
    "login7[.]evil7[.]test",
    "http%3A%2F%2Flogin7.evil7.test%2Fpath",
    "http:\\/\\/www.login7.evil7.test\\/path",
    "(6)login7(5)evil7(4)test(0)",
    "::ffff:198.51.0.7",
]


def install(folder: Path, listed: Path) -> None:
    """Puts the program, its declaration and a set of the listed values where a server has them."""
    folder.mkdir()
    shutil.copy(PROGRAM, folder / "netsieve-clickhouse")
    sieve = folder / "x.sieve"
    (folder / "udf_config.xml").write_text(DECLARED.read_text().replace("/var/lib/clickhouse/x.sieve", str(sieve)))
    subprocess.run([PROGRAM.parent / "examples" / "compile", sieve, listed], check=True)


def store(server: session.Session, log: Path, listed: Path) -> None:
    server.query("CREATE DATABASE bench ENGINE = Atomic")
    for name, column, path in (("logs", "line", log), ("listed", "value", listed)):
        server.query(f"CREATE TABLE bench.{name} ({column} String) ENGINE = MergeTree ORDER BY tuple()")
        server.query(f"INSERT INTO bench.{name} SELECT line FROM file('{path.resolve()}', LineAsString, 'line String')")


def ask(server: session.Session, sql: str) -> int:
    return int(str(server.query(f"{sql} SETTINGS max_threads = 2", "CSV")))


def measure(server: session.Session, rounds: int) -> dict[str, tuple[float, int]]:
    """The seconds of the fastest run of each query, and its answer."""
    best: dict[str, tuple[float, int]] = {}
    # The first round only starts the programs.
    for number in range(rounds + 1):
        for name, counts in {READING: READING, **WAYS}.items():
            began = time.monotonic()
            answer = ask(server, f"SELECT sum({counts}) FROM bench.logs")
            seconds = time.monotonic() - began
            if number > 0:
                best[name] = min(best.get(name, (seconds, answer)), (seconds, answer))
    return best


def found(server: session.Session, counts: str) -> list[bool]:
    """Whether each form is found."""
    quoted = (form.replace("\\", "\\\\") for form in FORMS)
    return [ask(server, f"SELECT {counts} FROM (SELECT materialize('{form}') AS line)") > 0 for form in quoted]


def report(best: dict[str, tuple[float, int]], size: int) -> None:
    print(f"{size / 1e6:.0f} MB")
    base = best["ioc_scan"][0]
    for name, (seconds, answer) in best.items():
        answered = "" if name == READING else f", {answer} hits"
        print(f"{name}: {seconds:.2f} s, {seconds / base:.2f} x ioc_scan{answered}")


def main() -> None:
    log, listed = map(Path, sys.argv[1:3])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder / "udf", listed)
        server = session.Session(f"{folder / 'db'}?udf_path={folder / 'udf'}")
        store(server, log, listed)
        report(measure(server, rounds), log.stat().st_size)
        for way, counts in WAYS.items():
            forms = found(server, counts)
            missed = [form for form, is_found in zip(FORMS, forms, strict=True) if not is_found]
            print(f"{way}: {sum(forms)} of {len(FORMS)} forms; missed: {'  '.join(missed) or 'none'}")
        server.close()


if __name__ == "__main__":
    main()

"""Compares `ioc_scan` on Spark with reading alone, and with what can be done without it: a regular expression and a broadcast join.

usage: spark.py LOG LISTED [ROUNDS]

LISTED holds one name or address a line; `bindings/shared/replay.py` writes both files. The queries take turns, each as often as ROUNDS
says (default 3), on two threads, and the fastest run of each counts. The join finds only values that are written as listed: no
subdomains, no networks, no URLs.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import netsieve
import netsieve.spark
from pyspark.sql import SparkSession

TOKENS = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]+"

QUERIES = {
    "sum(length(line))": "SELECT sum(length(value)) FROM logs",
    "ioc_scan": "SELECT sum(size(ioc_scan(value))) FROM logs",
    "regexp_extract_all and a broadcast join": f"""SELECT /*+ BROADCAST(listed) */ count(*)
        FROM (SELECT explode(regexp_extract_all(lower(value), '{TOKENS}', 0)) AS token FROM logs) JOIN listed ON token = listed.value""",
}


def session() -> Any:
    builder: Any = SparkSession.builder
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "3g",
        "spark.ui.enabled": "false",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.master("local[2]").appName("netsieve").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def measure(spark: Any, rounds: int) -> dict[str, tuple[float, int]]:
    """The seconds of the fastest run of each query, and its answer."""
    best: dict[str, tuple[float, int]] = {}
    # The first round only starts the workers.
    for number in range(rounds + 1):
        for name, sql in QUERIES.items():
            began = time.monotonic()
            ((answer,),) = spark.sql(sql).collect()
            seconds = time.monotonic() - began
            if number > 0:
                best[name] = min(best.get(name, (seconds, answer)), (seconds, answer))
    return best


def main() -> None:
    log, listed = map(Path, sys.argv[1:3])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    spark = session()
    with tempfile.TemporaryDirectory() as folder:
        sieve = Path(folder) / "x.sieve"
        netsieve.compile([listed]).save(sieve)
        netsieve.spark.register(spark, sieve)
        spark.read.text(str(log)).createOrReplaceTempView("logs")
        spark.read.text(str(listed)).createOrReplaceTempView("listed")
        best = measure(spark, rounds)
    base = best["sum(length(line))"][0]
    print(f"{log.stat().st_size / 1e6:.0f} MB")
    for name, (seconds, answer) in best.items():
        print(f"{name}: {seconds:.2f} s, {seconds / base:.2f} x sum(length(line)), answer {answer}")
    spark.stop()


if __name__ == "__main__":
    main()

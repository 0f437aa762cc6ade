"""Compares `is_match_array` with loops of single lookups.

usage: columns.py LOG FEED...

LOG is a DNS log of Zeek, as TSV. Its names, addresses in the networks of those that it shows, URLs at these names, random hashes and
all of them mixed are looked up in the feeds; names that are listed are left out, so that hardly any value matches. Both ways take turns,
and the least CPU time of each counts.
"""

import ipaddress
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import netsieve
import pyarrow

VALUES = 65536
ROUNDS = 7


def values(log: str, sieve: netsieve.Sieve) -> Iterator[tuple[str, list[str]]]:
    """Values of each kind, with the kind."""
    draw = random.Random(31)
    fields = [line.split("\t") for line in log.splitlines() if not line.startswith("#")]
    asked = sorted({line[9] for line in fields if len(line) > 9 and "." in line[9] and line[9] not in sieve})
    shown = sorted({int(ipaddress.IPv4Address(text)) for text in re.findall(r"\b(?:[1-9]\d?\.){3}[1-9]\d?\b", log)})
    names = draw.choices(asked, k=VALUES)
    addresses = [str(ipaddress.IPv4Address(draw.choice(shown) ^ draw.getrandbits(16))) for _ in range(VALUES)]
    urls = [f"https://{name}/{draw.getrandbits(40):x}/index.html?id={draw.getrandbits(20)}" for name in names]
    hashes = [f"{draw.getrandbits(256):064x}" for _ in range(VALUES)]
    kinds = {"names": names, "IPv4 addresses": addresses, "URLs": urls, "hashes": hashes}
    yield from kinds.items()
    columns = list(kinds.values())
    yield "mixed", [columns[n % len(columns)][n] for n in range(VALUES)]


def fastest(ways: dict[str, Callable[[], int]]) -> dict[str, float]:
    """The least CPU seconds of each way. All must give the same answer."""
    least: dict[str, float] = {}
    for _ in range(ROUNDS):
        answers = set()
        for name, way in ways.items():
            began = time.thread_time()
            answers.add(way())
            seconds = time.thread_time() - began
            least[name] = min(least.get(name, seconds), seconds)
        assert len(answers) == 1, answers
    return least


def main() -> None:
    sieve = netsieve.compile(sys.argv[2:])
    print(f"{len(sieve)} indicators")
    for kind, texts in values(Path(sys.argv[1]).read_text(errors="replace"), sieve):
        column = pyarrow.array(texts)

        def at_once(column: pyarrow.Array = column) -> int:
            return int(pyarrow.array(sieve.is_match_array(column)).true_count)

        def one_by_one(texts: list[str] = texts) -> int:
            return sum(text in sieve for text in texts)

        def matches(texts: list[str] = texts) -> int:
            return sum(bool(sieve.match(text)) for text in texts)

        least = fastest({"is_match_array": at_once, "text in sieve": one_by_one, "sieve.match(text)": matches})
        print(f"{kind}, {at_once()} of {VALUES} match")
        for name, seconds in least.items():
            print(f"  {name}: {VALUES / seconds / 1e6:.2f} M/s, {seconds / least['is_match_array']:.1f} times as long")


if __name__ == "__main__":
    main()

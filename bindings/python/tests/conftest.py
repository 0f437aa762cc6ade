import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import netsieve

sys.path.insert(0, str(Path(__file__).parents[2] / "shared"))

from generate import generate  # noqa: E402

Found = tuple[int, int, str, str, str, str, str]
"""Row, offset within it, canonical form, kind, indicator, relation, strength."""


def of_match(match: netsieve.Match) -> dict[str, Any]:
    sources = match.sources
    return {
        "indicator": match.indicator,
        "kind": match.kind,
        "scope": match.scope,
        "relation": match.relation,
        "strength": match.strength,
        "feed": match.feeds[0],
        "feeds": match.feeds,
        "feed_line": sources[0].line,
        "tags": list(dict.fromkeys(tag for source in sources for tag in source.tags)),
        "family": next((source.family for source in sources if source.family), None),
        "confidence": max((source.confidence for source in sources if source.confidence is not None), default=None),
        "reference": next((source.reference for source in sources if source.reference), None),
    }


def of_hit(hit: netsieve.Hit) -> list[dict[str, Any]]:
    place = {
        "observed": hit.observed.decode(),
        "canonical": hit.canonical,
        "context": hit.context,
        "line": hit.line,
        "offset": hit.offset,
    }
    return [of_match(match) | place for match in hit.matches]


def found_in(row: int, hits: list[dict[str, Any]]) -> list[Found]:
    """The hits of a row, in the form of those of `logscan`."""
    what = ("canonical", "kind", "indicator", "relation", "strength")
    return [(row, hit["offset"], *(hit[key] for key in what)) for hit in hits]


class Shared:
    """The data with which all bindings are tested."""

    def __init__(self, folder: Path) -> None:
        self.feeds, self.values, self.lines = generate(folder)
        self.sieve = netsieve.compile(self.feeds)
        self.path = folder / "set.sieve"
        self.sieve.save(self.path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    return Shared(tmp_path_factory.mktemp("shared"))


class Logscan:
    """The hits of `logscan scan --json` in the shared lines that can be lines of a file: neither null nor with a line break."""

    def __init__(self, program: str, shared: Shared, folder: Path) -> None:
        rows = [(row, line) for row, line in enumerate(shared.lines) if line is not None and "\n" not in line]
        self.rows = {row for row, _ in rows}
        log = folder / "lines.log"
        log.write_bytes(b"".join(line.encode() + b"\n" for _, line in rows))
        begins = [0]
        for _, line in rows:
            begins.append(begins[-1] + len(line.encode()) + 1)
        command = [program, "scan", "--sieve", str(shared.path), "--json", str(log)]
        printed = subprocess.run(command, capture_output=True, check=True).stdout
        self.found: list[Found] = []
        for record in map(json.loads, printed.splitlines()):
            at = record["line"] - 1
            what = (record[key] for key in ("canonical", "kind", "indicator", "relation", "strength"))
            self.found.append((rows[at][0], record["offset"] - begins[at], *what))


@pytest.fixture(scope="session")
def logscan(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Logscan:
    program = os.environ.get("NETSIEVE_LOGSCAN")
    if program is None:
        pytest.skip("logscan is left out: NETSIEVE_LOGSCAN does not say where it is")
    return Logscan(program, shared, tmp_path_factory.mktemp("logscan"))

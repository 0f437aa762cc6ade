"""Writes the data of the benchmarks of the bindings, always the same: a log, and the names and addresses to look for in it.

usage: replay.py FOLDER MEGABYTES LOG...

The folder receives `log.txt`, `listed.txt` with 20,000 names and addresses, and nothing else. The log replays blocks of lines of the logs
that are named, each time with other addresses and host names, and shows a listed value in one line of a thousand.
"""

import random
import re
import sys
from pathlib import Path

LISTED = 20_000
LINES_OF_A_BLOCK = 50
ADDRESS = re.compile(rb"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])")
HOST = re.compile(rb"(?<![\w./@-])([a-z][a-z0-9-]{2,})((?:\.[a-z0-9-]{2,}){1,4}\.(?:com|org|net|edu|io))(?![\w.-])")


def listed() -> list[bytes]:
    names = [b"login%d.evil%d.test" % (n, n % 977) for n in range(LISTED // 2)]
    return names + [b"198.51.%d.%d" % (n >> 8 & 255, n & 255) for n in range(LISTED // 2)]


def blocks(logs: list[Path]) -> list[bytes]:
    """Blocks of lines, without headers and without lines that are extremely long."""
    made = []
    for log in logs:
        lines = [line for line in log.read_bytes().split(b"\n") if line and line[:1] != b"#" and len(line) < 20_000]
        made += [b"\n".join(lines[at : at + LINES_OF_A_BLOCK]) for at in range(0, len(lines), LINES_OF_A_BLOCK)]
    return made


def changed(block: bytes, key: int) -> bytes:
    """The same lines with other addresses and hosts; equal ones stay equal."""

    def address(found: re.Match[bytes]) -> bytes:
        parts = [int(part) for part in found[0].split(b".")]
        return b"%d.%d.%d.%d" % (1 + (parts[0] * 7 + key) % 191, parts[1] ^ key & 255, parts[2] ^ key >> 8 & 255, parts[3])

    return HOST.sub(rb"\g<1>%x\g<2>" % (key >> 12), ADDRESS.sub(address, block))


def write(folder: Path, size: int, logs: list[Path]) -> None:
    pick = random.Random(20)
    values = listed()
    (folder / "listed.txt").write_bytes(b"\n".join(values) + b"\n")
    all_blocks = blocks(logs)
    with open(folder / "log.txt", "wb") as out:
        while out.tell() < size:
            lines = changed(pick.choice(all_blocks), pick.getrandbits(24)).split(b"\n")
            for at, line in enumerate(lines):
                if pick.random() < 0.001:
                    lines[at] = line + b" " + pick.choice(values)
            out.write(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, int(float(sys.argv[2]) * 1e6), [Path(log) for log in sys.argv[3:]])

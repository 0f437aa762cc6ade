"""Writes the data with which all bindings are tested: feeds, 10,000 values and 100,000 log lines, always the same.

usage: generate.py FOLDER

The folder receives the feeds, `values.rows` and `lines.rows`. In the latter two, each row is its length as a little-endian i32 and then its bytes;
a null has the length -1.
"""

import hashlib
import json
import random
import struct
import sys
from pathlib import Path

VALUES = 10_000
LINES = 100_000


def feeds(folder: Path) -> list[Path]:
    names = [f"{label}{n}.evil{n % 50}.test" for n in range(2_000) for label in ("www", "cdn")[n % 2 : n % 2 + 1]]
    addrs = [f"198.51.100.{n}" for n in range(0, 256, 3)] + ["203.0.113.64/27", "2001:db8:bad::/48"]
    urls = [f"http://shop{n}.example/login/{n}" for n in range(500)] + ["http://host.example/"]
    lists = {
        "names.txt": names,
        "addrs.txt": addrs + ["192.0.2.10:443"],
        "urls.txt": urls,
        "hashes.txt": [digest(n) for n in range(1_000)],
        "mails.txt": [f"sender{n}@mail{n % 10}.example" for n in range(500)] + ["Pay+Roll@b\u00fccher.example"],
    }
    for name, values in lists.items():
        (folder / name).write_text("\n".join(values) + "\n", encoding="utf-8")
    return [folder / name for name in lists]


def digest(n: int) -> str:
    """The hash of a file: MD5, SHA-1 or SHA-256."""
    return hashlib.new(("md5", "sha1", "sha256")[n % 3], b"file %d" % n).hexdigest()


def value(pick: random.Random) -> str:
    n = pick.randrange(4_000)
    return pick.choice(
        [
            f"www{n}.evil{n % 50}.test",
            f"A.cdn{n}.Evil{n % 50}.TEST.",
            f"host{n}.clean.example",
            f"198.51.100.{n % 256}",
            f"203.0.113.{n % 256}:80",
            f"::ffff:198.51.100.{n % 256}",
            f"2001:db8:{['bad', 'abc'][n % 2]}::{n:x}",
            f"192.0.2.{n % 20}:443",
            f"https://shop{n % 700}.example/login/{n % 600}?id={n}",
            f"http://www{n}.evil{n % 50}.test:8080/a",
            f"host.example/{n}",
            f"b\u00fccher{n}.example",
            digest(n % 1_500),
            digest(n % 1_500).upper(),
            digest(n % 1_500) + "0",
            f"sender{n % 700}@mail{n % 13}.example",
            f"mailto:Sender{n % 700}@Mail{n % 10}.EXAMPLE",
            f"sender{n % 700}+tag@mail{n % 10}.example",
            "pay+roll@xn--bcher-kva.example",
            f"staff@www{n}.evil{n % 50}.test",
            "",
            "no value",
            f" www{n}.evil{n % 50}.test\t",
        ]
    )


def line(pick: random.Random, n: int) -> str:
    client = f"192.0.2.{pick.randrange(256)}"
    second = f"2026-05-12T10:{n // 60 % 60:02}:{n % 60:02}Z"
    what = value(pick).strip()
    return pick.choice(
        [
            f"{second} {client} query {what} IN A",
            json.dumps({"ts": second, "client": client, "host": what}),
            f'{client} - - [12/May/2026:10:00:00 +0000] "GET /index.html HTTP/1.1" 200 512 "{what}" "Mozilla/5.0"',
            f"<13>May 12 10:00:00 gw kernel: src={client} dst={what} proto=tcp",
            f"image=C:\\\\tmp\\\\{n}.exe SHA256={digest(3 * (n % 500) + 2)},MD5:{digest(3 * (n % 500)).upper()}",
            f"from=<{what}>, to=<x{what}>, id={digest(n % 1_500)}0",
            f"nothing of note in line {n}",
            f"{what}\n\tcontinued at {what}",
        ]
    )


def generate(folder: Path) -> tuple[list[Path], list[str | None], list[str | None]]:
    """The feed files, the values and the lines; one in a hundred is null."""
    pick = random.Random(20)
    values = [None if n % 100 == 99 else value(pick) for n in range(VALUES)]
    lines = [None if n % 100 == 99 else line(pick, n) for n in range(LINES)]
    return feeds(folder), values, lines


def write_rows(path: Path, rows: list[str | None]) -> None:
    with open(path, "wb") as out:
        for row in rows:
            data = b"" if row is None else row.encode()
            out.write(struct.pack("<i", -1 if row is None else len(data)) + data)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    _, values, lines = generate(folder)
    write_rows(folder / "values.rows", values)
    write_rows(folder / "lines.rows", lines)

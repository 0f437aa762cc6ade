"""Tests single values, single logs, and errors."""

import gzip
import ipaddress
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import netsieve


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "phish.txt"
    path.write_text("evil.test\n198.51.100.0/24\nhttp://shop.test/login/\n198.51.100.300\n")
    return path


@pytest.fixture
def sieve(feed: Path) -> netsieve.Sieve:
    return netsieve.compile([feed])


def test_values(sieve: netsieve.Sieve) -> None:
    assert len(sieve) == 3 and sieve.feeds == ["phish"]
    assert "WWW.evil.test." in sieve and b"www.evil.test:443" in sieve
    assert ipaddress.ip_address("198.51.100.7") in sieve and ipaddress.ip_address("2001:db8::1") not in sieve
    assert "notevil.test" not in sieve and "" not in sieve
    (found,) = sieve.match("https://shop.test/login/x?y")
    assert (found.indicator, found.kind, found.relation, found.strength) == (
        "http://shop.test/login/", "url", "url_prefix", "strong",
    )
    assert found.feeds == ["phish"] and (found.sources[0].line, found.sources[0].as_listed) == (3, "http://shop.test/login/")
    assert sieve.match("clean.example") == []
    assert "evil.test" in repr(sieve.match("evil.test")[0])
    with pytest.raises(TypeError, match="not int"):
        sieve.match(7)  # type: ignore[arg-type]


def test_bytes_that_are_not_utf_8(sieve: netsieve.Sieve) -> None:
    """Bytes that are not UTF-8, as `bytes` and as the lone surrogates of `surrogateescape`."""
    line = b"\xff caf\xe9 www.evil.test\n"
    for data in (line, bytearray(line), line.decode("utf-8", "surrogateescape")):
        assert [hit.canonical for hit in sieve.scan(data)] == ["www.evil.test"]
        (hits,) = sieve.scan_array([data]).to_pylist()
        assert [(hit["canonical"], hit["offset"]) for hit in hits] == [("www.evil.test", 7)]
    assert "\udcff" not in sieve and sieve.is_match_array(["\udcff.test", None]).to_pylist() == [False, None]
    with pytest.raises(UnicodeEncodeError):
        sieve.match("\ud800.evil.test")


def test_what_was_not_taken_is_said(sieve: netsieve.Sieve) -> None:
    (report,) = sieve.reports
    assert (report.name, report.entries, report.rejected) == ("phish", 3, 1)
    assert report.examples[0][:2] == (4, "198.51.100.300")


def test_explain(sieve: netsieve.Sieve) -> None:
    assert "subdomain evil.test (strong)\n    phish, line 1" in sieve.explain("www.evil.test")
    assert "1 more are URLs with a path on this host" in sieve.explain("shop.test")
    assert "no listed indicator covers it" in sieve.explain("clean.example")
    assert "not an address, a name or a URL" in sieve.explain("192.0.2.01")


def test_options_and_allow(feed: Path, tmp_path: Path) -> None:
    allow = tmp_path / "allow.txt"
    allow.write_text("good.evil.test\n")
    sieve = netsieve.compile([netsieve.Feed(feed, name="partner", tags=["phish"], confidence=40)], allow=[allow])
    assert "bad.evil.test" in sieve and "good.evil.test" not in sieve
    assert sieve.match("evil.test")[0].sources[0].tags == ["phish"]
    assert "evil.test" not in sieve.with_options(min_confidence=50)
    assert "evil.test" in sieve.with_options(min_confidence=40, feeds=["partner"], as_of="now")
    assert "shop.test" in sieve.with_options(host_only=True)
    with pytest.raises(ValueError, match="as_of"):
        sieve.with_options(as_of="yesterday")
    for unknown in (["partner", "nope"], [""]):
        with pytest.raises(ValueError, match=r"no feed of this set is named .*\(feeds: partner, allow\)"):
            sieve.with_options(feeds=unknown)
    for wrong in (-1, 101, 300):
        with pytest.raises(ValueError, match="min_confidence must be from 0 to 100"):
            sieve.with_options(min_confidence=wrong)
        with pytest.raises(ValueError, match="confidence must be from 0 to 100"):
            netsieve.Feed(feed, confidence=wrong)


def test_scan(sieve: netsieve.Sieve, tmp_path: Path) -> None:
    log = b'{"ts":"2026-05-12T10:00:00Z","client":"192.0.2.7","host":"www.evil.test"}\nnothing\n'
    (hit,) = sieve.scan(log)
    assert (hit.line, hit.canonical, hit.context, hit.observed) == (1, "www.evil.test", "text", b"www.evil.test")
    assert log[hit.offset : hit.end] == b"www.evil.test" and hit.text == log.splitlines()[0]
    assert hit.time == "2026-05-12T10:00:00Z" and hit.client == "192.0.2.7"
    assert [match.indicator for match in hit.matches] == ["evil.test"]
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(log * 1000))
    assert len(sieve.scan_file(path)) == 1000
    seen: list[int] = []

    def on_hit(hit: netsieve.Hit) -> bool:
        seen.append(hit.line)
        return len(seen) < 3

    assert sieve.scan_file(path, on_hit=on_hit) == [] and seen == [1, 3, 5]
    assert [hit.line for hit in sieve.scan("\ufeffevil.test")] == [1]
    with pytest.raises(ZeroDivisionError):
        sieve.scan_file(path, on_hit=lambda _: 1 // 0)


def test_a_log_that_is_not_all_read_is_told_of(sieve: netsieve.Sieve) -> None:
    with pytest.warns(UserWarning, match="UTF-16"):
        sieve.scan(b"a line\n" + "evil.test\n".encode("utf-16-le") * 100)


def test_files(sieve: netsieve.Sieve, tmp_path: Path) -> None:
    path = tmp_path / "x.sieve"
    sieve.save(path)
    for mmap in (False, True):
        opened = netsieve.open(path, mmap=mmap)
        assert len(opened) == 3 and "evil.test" in opened and opened.reports == []
    damaged = tmp_path / "damaged.sieve"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    for mmap in (False, True):
        with pytest.raises(netsieve.DamageError) as raised:
            netsieve.open(damaged, mmap=mmap)
        assert raised.value.kind == "damage" and str(raised.value.path) == str(damaged)


def test_errors_have_kinds(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("# nothing\n")
    for path, kind, error in ((tmp_path / "none", "not_found", netsieve.IoError), (empty, "empty_feed", netsieve.FeedError)):
        with pytest.raises(error) as raised:
            netsieve.compile([path])
        assert isinstance(raised.value, netsieve.Error) and raised.value.kind == kind
    with pytest.raises(netsieve.IoError) as raised:
        netsieve.open(tmp_path / "none")
    assert raised.value.kind == "not_found"
    with pytest.raises(TypeError):
        netsieve.compile("phish.txt")
    with pytest.raises(ValueError, match="plain"):
        netsieve.Feed("x", format="no such")
    for wrong in ({"action": "x"}, {"scope": "x"}, {"confidence": 101}):
        with pytest.raises(ValueError):
            netsieve.Feed("x", **wrong)  # type: ignore[arg-type]


def test_threads_and_the_lock(sieve: netsieve.Sieve) -> None:
    """Many threads get the same answers, and other threads run while one scans."""
    log = b"nothing of note here, 203.0.113.7\n" * 200_000 + b"evil.test\n"
    def ticks() -> int:
        results: list[int] = []
        threads = [threading.Thread(target=lambda: results.append(len(sieve.scan(log)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        count = 0
        while any(thread.is_alive() for thread in threads):
            count += "www.evil.test" in sieve
            time.sleep(0)
        assert results == [1] * 4
        return count

    # How often this thread gets a turn is for a busy machine to say.
    assert any(ticks() > 10 for _ in range(20))


def test_ctrl_c(tmp_path: Path) -> None:
    """A signal ends the scan of an endless log."""
    fifo = tmp_path / "log"
    os.mkfifo(fifo)
    code = """
import netsieve, sys, pathlib
feed = pathlib.Path(sys.argv[1]) / "f.txt"
feed.write_text("evil.test\\n")
s = netsieve.compile([feed])
print("ready", flush=True)
try:
    s.scan_file(sys.argv[1] + "/log")
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        feeding = threading.Thread(target=feed_until_closed, args=(fifo,), daemon=True)
        feeding.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert process.wait(20) == 0


def feed_until_closed(fifo: Path) -> None:
    try:
        with open(fifo, "wb") as out:
            while True:
                out.write(b"nothing of note\n" * 10_000)
    except BrokenPipeError:
        pass

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Protocol, final

__all__ = [
    "Array",
    "DamageError",
    "Error",
    "Feed",
    "FeedError",
    "FeedReport",
    "Hit",
    "IoError",
    "Match",
    "Sieve",
    "Source",
    "__version__",
    "compile",
    "open",
]

__version__: str

_Path = str | PathLike[str]
_Value = str | bytes | bytearray | IPv4Address | IPv6Address
_Action = Literal["block", "allow", "allow_all"]
_Scope = Literal["exact", "subdomains", "suffix"]

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None, /) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object: ...

_Column = _ArrowArray | _ArrowStream | Iterable[str | bytes | bytearray | None]

@final
class Array:
    """A column of Apache Arrow, which `pyarrow.array`, `polars.Series` and others accept without a copy."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __arrow_c_schema__(self) -> object: ...
    def __len__(self) -> int: ...
    def to_pylist(self) -> list[Any]:
        """Returns the answers as a list of Python objects."""
    @property
    def nbytes(self) -> int:
        """The size in bytes."""
    @property
    def null_count(self) -> int:
        """The number of rows that are null."""

class Error(Exception):
    """The base class of the exceptions that netsieve raises."""

    kind: str
    """The kind of error: `not_found`, `permission`, `io`, `feed`, `empty_feed`, `damage` or `other`."""
    path: str | None
    """The file that caused the error, if there is one."""

class FeedError(Error):
    """A feed cannot be used."""

class DamageError(Error):
    """A file is not a compiled set, is damaged, or has another version."""

class IoError(Error):
    """A file cannot be read or written."""

@final
class Feed:
    """A feed file, and how it is read."""

    def __new__(
        cls,
        path: _Path,
        *,
        name: str | None = None,
        action: _Action = "block",
        format: str | None = None,
        tags: Sequence[str] = ...,
        confidence: int | None = None,
        scope: _Scope | None = None,
        path_patterns: bool = False,
        admit_bogons: bool = False,
        admit_wide_prefixes: bool = False,
        admit_public_suffixes: bool = False,
    ) -> Feed: ...
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> Path: ...
    @property
    def action(self) -> _Action: ...

@final
class FeedReport:
    """The report on one feed."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def format(self) -> str | None: ...
    @property
    def entries(self) -> int: ...
    @property
    def indicators(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def examples(self) -> list[tuple[int, str, str]]:
        """The first rejected values of each kind: line, value, reason."""

@final
class Source:
    """One feed's entry for an indicator. Times are in RFC 3339."""

    @property
    def feed(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def as_listed(self) -> str: ...
    @property
    def tags(self) -> list[str]: ...
    @property
    def family(self) -> str | None: ...
    @property
    def confidence(self) -> int | None: ...
    @property
    def score(self) -> float | None: ...
    @property
    def first_seen(self) -> str | None: ...
    @property
    def last_seen(self) -> str | None: ...
    @property
    def valid_from(self) -> str | None: ...
    @property
    def valid_until(self) -> str | None: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...

@final
class Match:
    """One indicator that covers a value."""

    @property
    def indicator(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def relation(self) -> str: ...
    @property
    def strength(self) -> str: ...
    @property
    def feeds(self) -> list[str]: ...
    @property
    def sources(self) -> list[Source]: ...

@final
class Hit:
    """One observable at one place of a log, with all its matches."""

    @property
    def line(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def observed(self) -> bytes: ...
    @property
    def canonical(self) -> str: ...
    @property
    def context(self) -> str: ...
    @property
    def text(self) -> bytes:
        """The log line. Its bytes are hostile: escape them before showing them."""
    @property
    def time(self) -> str | None:
        """The time of the event in RFC 3339, if the line gives one."""
    @property
    def client(self) -> str | None:
        """The address of the client that met the listed value."""
    @property
    def user(self) -> str | None: ...
    @property
    def host(self) -> str | None: ...
    @property
    def matches(self) -> list[Match]: ...

@final
class Sieve:
    """A compiled set of indicators. It never changes, and any number of threads may use it at once."""

    def save(self, path: _Path) -> None:
        """Writes the set to a file, replacing any file of that name."""
    def __len__(self) -> int: ...
    def __contains__(self, value: _Value, /) -> bool: ...
    @property
    def feeds(self) -> list[str]: ...
    @property
    def reports(self) -> list[FeedReport]:
        """The report on each feed from compiling the set; empty if the set was opened from a file."""
    def with_options(
        self,
        *,
        min_confidence: int | None = None,
        feeds: Sequence[str] = ...,
        tags: Sequence[str] = ...,
        as_of: str | None = None,
        port_unseen: bool = True,
        name_like: bool = False,
        host_only: bool = False,
    ) -> Sieve:
        """Returns the same set with other options. `as_of` is a time in RFC 3339, or `now`."""
    def match(self, value: _Value) -> list[Match]:
        """Returns all matches of a value of any kind, most specific first."""
    def explain(self, value: _Value) -> str:
        """Explains how a value is read, and what matches it or why nothing does."""
    def scan(self, data: str | bytes | bytearray) -> list[Hit]:
        """Returns the hits in a text of any number of lines."""
    def scan_file(self, path: _Path, *, on_hit: Callable[[Hit], object] | None = None) -> list[Hit]:
        """Returns the hits in a file, plain or compressed. With `on_hit`, passes the hits to it one by one and returns an empty list; the
        scan ends early if `on_hit` returns a false value other than `None`."""
    def is_match_array(self, column: _Column) -> Array:
        """Tells for each value of a column whether it matches anything; null for null."""
    def match_array(self, column: _Column) -> Array:
        """Returns all matches of each value of a column, as lists of structs; null for null."""
    def scan_array(self, column: _Column) -> Array:
        """Returns all hits of each line of a column, as lists of structs; null for null."""

def compile(feeds: Iterable[_Path | Feed], *, allow: Iterable[_Path | Feed] | None = None) -> Sieve:
    """Compiles feeds into a sieve. Paths in `allow` are lists of harmless values."""

def open(path: _Path, *, mmap: bool = False) -> Sieve:
    """Opens a compiled file. `mmap=True` maps it, so that processes share one copy. Replace a mapped file by renaming another over it, and
    never write into it."""

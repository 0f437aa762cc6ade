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
    """A column of Apache Arrow: `pyarrow.array`, `polars.Series` and others take it without a copy."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __arrow_c_schema__(self) -> object: ...
    def __len__(self) -> int: ...
    def to_pylist(self) -> list[Any]:
        """The answers as objects of Python."""
    @property
    def nbytes(self) -> int:
        """How many bytes it holds."""
    @property
    def null_count(self) -> int:
        """How many rows are null."""

class Error(Exception):
    """What netsieve raises."""

    kind: str
    """A word for what it is: `not_found`, `permission`, `io`, `feed`, `empty_feed`, `damage`, `other`."""
    path: str | None
    """The file, if there is one."""

class FeedError(Error):
    """A feed cannot be used."""

class DamageError(Error):
    """A compiled file is damaged, no such file, or of another version."""

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
    """What became of a feed."""

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
        """Of what was not taken the first of each kind: line, value, reason."""

@final
class Source:
    """One feed's entry for an indicator. Times are RFC 3339."""

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
        """The line that it stands in. Hostile: escape it before it is shown."""
    @property
    def time(self) -> str | None:
        """When the event was, by RFC 3339, if the line says so."""
    @property
    def client(self) -> str | None:
        """The address of who met what is listed."""
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
        """Writes the set to a file, in place of one that is there."""
    def __len__(self) -> int: ...
    def __contains__(self, value: _Value, /) -> bool: ...
    @property
    def feeds(self) -> list[str]: ...
    @property
    def reports(self) -> list[FeedReport]:
        """What became of each feed when the set was compiled; empty if it was opened."""
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
        """The same set under other options. `as_of` is a time of RFC 3339, or `now`."""
    def match(self, value: _Value) -> list[Match]:
        """All matches of a value of any kind, most specific first."""
    def explain(self, value: _Value) -> str:
        """Says how a value is read, and what matches it or why nothing does."""
    def scan(self, data: str | bytes | bytearray) -> list[Hit]:
        """The hits in a text, which may have many lines."""
    def scan_file(self, path: _Path, *, on_hit: Callable[[Hit], object] | None = None) -> list[Hit]:
        """The hits in a file, plain or compressed. With `on_hit` they are handed over one by one, until it returns something false
        that is not `None`, and the list is empty."""
    def is_match_array(self, column: _Column) -> Array:
        """Which values of a column match something; null for null."""
    def match_array(self, column: _Column) -> Array:
        """All matches of each value of a column, as lists of structs; null for null."""
    def scan_array(self, column: _Column) -> Array:
        """All hits of each line of a column, as lists of structs; null for null."""

def compile(feeds: Iterable[_Path | Feed], *, allow: Iterable[_Path | Feed] | None = None) -> Sieve:
    """Compiles feeds into a sieve. Paths in `allow` are lists of what is harmless."""

def open(path: _Path, *, mmap: bool = False) -> Sieve:
    """Opens a compiled file. `mmap=True` maps it, so that processes share one copy: replace such a file by renaming another over it, and
    never write into it."""

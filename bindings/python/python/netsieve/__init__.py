"""Compiles threat indicators and matches values, columns and logs against them.

    import netsieve

    s = netsieve.compile(["phish.csv", netsieve.Feed("misp.json", name="partner")])
    "www.evil.test" in s
"""

from netsieve._netsieve import (
    Array,
    DamageError,
    Error,
    Feed,
    FeedError,
    FeedReport,
    Hit,
    IoError,
    Match,
    Sieve,
    Source,
    __version__,
    compile,
    open,
)

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

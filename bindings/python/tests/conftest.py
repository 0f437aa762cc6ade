import sys
from pathlib import Path

import pytest

import netsieve

sys.path.insert(0, str(Path(__file__).parents[2] / "shared"))

from generate import generate  # noqa: E402


class Shared:
    """What all bindings are tested with."""

    def __init__(self, folder: Path) -> None:
        self.feeds, self.values, self.lines = generate(folder)
        self.sieve = netsieve.compile(self.feeds)
        self.path = folder / "set.sieve"
        self.sieve.save(self.path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    return Shared(tmp_path_factory.mktemp("shared"))

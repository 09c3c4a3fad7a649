"""What a subject is given: where it may write, how large it may be, and how it says what it is doing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from benchmarks.table import Figure


class Bench(Struct):
    """One run."""

    folder: Path
    quick: bool

    def pick(self, full: int, quick: int) -> int:
        """A size."""
        return quick if self.quick else full

    @contextmanager
    def place(self, name: str) -> Iterator[Path]:
        """A directory that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=f"{name}-") as found:
            yield Path(found)

    def say(self, text: str) -> None:
        """Progress."""
        print(f"    … {text}", file=sys.stderr, flush=True)


Subject = Callable[[Bench], Iterator[Figure]]

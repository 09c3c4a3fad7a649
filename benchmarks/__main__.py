"""`python -m benchmarks`: measures everything, or the subjects that are named, and writes the table in README.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from benchmarks import (
    amplification,
    appends,
    footprint,
    listing,
    page,
    reads,
    search,
    start,
    streams,
    table,
    workspace,
)
from benchmarks.bench import Bench, Subject
from benchmarks.table import Figure
from hermes_webui.server import raise_descriptor_limit
from hermes_webui.store.files import risk_of

SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "appends": appends.measure,
        "amplification": amplification.measure,
        "reads": reads.measure,
        "start": start.measure,
        "listing": listing.measure,
        "search": search.measure,
        "streams": streams.measure,
        "footprint": footprint.measure,
        "page": page.measure,
        "workspace": workspace.measure,
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: measured (goals missed or not), 1: something could not be measured."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"some of: {', '.join(SUBJECTS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes; the figures say little")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "results", help="the disk to measure")
    parser.add_argument("--print", action="store_true", help="leave README.md (only a full run writes it anyway)")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.subjects if name not in SUBJECTS]
    if unknown:
        parser.error(f"there is no subject {unknown[0]!r}; there are {', '.join(SUBJECTS)}")
    given.folder.mkdir(parents=True, exist_ok=True)
    if risk := risk_of(given.folder):
        print(f"Warning: {given.folder} is on {risk}.", file=sys.stderr)
    raise_descriptor_limit()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found, failed = _measure(given.subjects or list(SUBJECTS), Bench(Path(folder), given.quick))
        made = table.render(found, given.folder, time.monotonic() - began)
    print(f"\n{made}")
    if not (given.subjects or given.quick or given.print or failed):
        table.write(made)
        print(f"\nWritten to {table.README}.", file=sys.stderr)
    return 1 if failed else 0


def _measure(names: Sequence[str], bench: Bench) -> tuple[list[tuple[str, Figure]], list[str]]:
    found: list[tuple[str, Figure]] = []
    failed = []
    for number, name in enumerate(names, 1):
        print(f"[{number}/{len(names)}] {name}", file=sys.stderr, flush=True)
        try:
            for figure in SUBJECTS[name](bench):
                found.append((name, figure))
                print(f"    {figure.line()}", file=sys.stderr, flush=True)
        except Exception:  # noqa: BLE001 - one subject that fails does not take the others along
            traceback.print_exc()
            failed.append(name)
            found.append((name, Figure("could not be measured", "see the terminal")))
    return found, failed


if __name__ == "__main__":
    sys.exit(main())

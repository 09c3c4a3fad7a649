"""Which tests are worth a second look: `again.py REPORT.xml …` prints their ids, a line each.

A browser on a busy machine can miss what a person would not, and so can an agent or a server that is a program of its
own. So the few tests with other programs, threads or sockets that failed run once more, alone, and CI says which passed
only then: each of them is a fault to be found, in the program or in the test. Fails, and prints why, where more than a
few failed, or any of the core, the store, the losses, the contract or the layout: those have no excuse.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

MOST = 4
STRICT = ("tests.chat.", "tests.store.", "tests.losses.", "tests.test_")


def failed(report: Path) -> list[str]:
    cases = ET.parse(report).iter("testcase")  # noqa: S314 (our own pytest wrote it)
    broken = (case for case in cases if case.find("failure") is not None or case.find("error") is not None)
    return [f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}" for case in broken]


def is_whole(report: Path) -> bool:
    """Whether pytest came to its end, be it with failures: another exit code means that not all was run."""
    code = report.with_suffix(".code")
    return report.exists() and code.exists() and code.read_text().strip() in {"0", "1"}


def main() -> int:
    reports = [Path(name) for name in sys.argv[1:]]
    complete = bool(reports) and all(map(is_whole, reports))
    found = [name for report in reports for name in failed(report)] if complete else []
    strict = [name for name in found if name.replace("/", ".").startswith(STRICT)]
    if not found or strict or len(found) > MOST:
        why = (
            "no failed test, or not all were run"
            if not found
            else f"{len(found)} failed, {len(strict)} of those that have no excuse"
        )
        print(f"No second look: {why}.", file=sys.stderr)
        return 1
    print("\n".join(found))
    return 0


sys.exit(main())

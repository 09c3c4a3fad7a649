"""Fails when a test was skipped that should have run: `skips.py REPORT.xml …`, JUnit reports of pytest."""

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

ALLOWED = ("needs root", "not on this platform")


def unexpected(report: Path) -> Iterator[str]:
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 (our own pytest wrote it)
        for skipped in case.iter("skipped"):
            reason = skipped.get("message", "")
            if skipped.get("type") == "pytest.skip" and not reason.startswith(ALLOWED):
                yield f"{report.stem}: {case.get('classname')}.{case.get('name')}: {reason}"


def main() -> int:
    found = [line for name in sys.argv[1:] for line in unexpected(Path(name))]
    print("\n".join(["Skipped, and should have run:", *found] if found else ["No test was skipped that should run."]))
    return 1 if found else 0


sys.exit(main())

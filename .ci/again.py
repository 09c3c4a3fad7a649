"""Which tests are worth a second look: `again.py REPORT.xml` prints their ids, a line each.

A browser on a busy machine can miss what a person would not, and so can an agent that is a program of its own. So the
few tests with other people's programs that failed run once more, alone, and CI says which passed only then: each of
them is a fault to be found, in the program or in the test. Fails, and prints why, where anything else failed, or more
than a few.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

MOST = 4
OTHERS = ("tests.e2e.", "tests.agents.", "tests.agent.test_mcp_from_npm", "tests.agent.test_seven_turns")


def failed(report: Path) -> list[str]:
    cases = ET.parse(report).iter("testcase")  # noqa: S314 (our own pytest wrote it)
    broken = (case for case in cases if case.find("failure") is not None or case.find("error") is not None)
    return [f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}" for case in broken]


def main() -> int:
    report = Path(sys.argv[1])
    found = failed(report) if report.exists() else []
    beside = [name for name in found if not name.replace("/", ".").startswith(OTHERS)]
    if not found or beside or len(found) > MOST:
        why = "no test report" if not found else f"{len(found)} failed, {len(beside)} of them of our own alone"
        print(f"No second look: {why}.", file=sys.stderr)
        return 1
    print("\n".join(found))
    return 0


sys.exit(main())

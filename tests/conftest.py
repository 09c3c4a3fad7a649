"""Which tests this machine can run. With REQUIRE_ALL=1, as in CI, a missing browser fails its tests."""

import os
import shutil

import pytest
from hypothesis import settings

# The same examples each time, and no deadline: a machine that others use too is slow now and then.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=80, database=None)
settings.load_profile("steady")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs a browser or root where there is none."""
    reasons = {}
    if os.geteuid() != 0:
        reasons["root"] = "needs root"
    if os.environ.get("REQUIRE_ALL") != "1" and not any(map(shutil.which, BROWSERS)):
        reasons["browser"] = "needs chromium"
    for item in items:
        for marker, reason in reasons.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))

"""A running server for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.hermes import Hermes


@pytest.fixture
async def hermes(tmp_path: Path) -> AsyncIterator[Hermes]:
    async with Hermes(tmp_path / "state") as server:
        yield server

"""One model server for all tests here; each gets it as if it had just been started."""

from collections.abc import Iterator

import pytest

from tests.peers.openai_server import ModelPeer


@pytest.fixture(scope="session")
def started_peer() -> Iterator[ModelPeer]:
    with ModelPeer() as peer:
        yield peer


@pytest.fixture
def peer(started_peer: ModelPeer) -> Iterator[ModelPeer]:
    yield started_peer
    refusals = list(started_peer.refusals)
    started_peer.reset()
    assert not refusals, "the real service would not have taken this"

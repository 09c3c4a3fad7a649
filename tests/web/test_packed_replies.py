"""Long replies are packed for those who can unpack them; streams never are."""

from tests.peers.hermes import Hermes


async def test_a_long_reply_is_packed_and_the_same(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "Say a lot", "many words, and more of them " * 500)
    path = f"/api/session?session_id={session_id}"
    plain = await hermes.client.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = await hermes.client.get(path, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 4 < len(plain.content)
    assert packed.json() == plain.json()
    assert packed.headers["content-security-policy"]


async def test_a_stream_is_told_as_it_comes(hermes: Hermes):
    session_id = await hermes.new()
    async with hermes.client.stream("GET", "/api/events", headers={"accept-encoding": "gzip"}) as reply:
        assert "content-encoding" not in reply.headers
    async with hermes.page_stream(session_id) as stream:
        await hermes.exchange(session_id, "hello", "hi")
        assert (await stream.until("run.finished"))[-1].data

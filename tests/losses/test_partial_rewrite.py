"""Loss 2: an object that was loaded in part, or long ago, is saved whole over the full one: 1,000 messages become none.

Here a summary has no save, hermes-webui's own `Session` refuses one, and every write is an append at a known revision.
"""

import pytest

import api.models
from hermes_webui.errors import PartialView
from tests.peers.inprocess import running
from tests.store.fixtures import SID, document, messages, tree, write


@pytest.fixture
def sessions(tmp_path, monkeypatch):
    monkeypatch.setattr(api.models, "SESSION_DIR", tmp_path)
    write(tmp_path, document(messages(1_000)))
    return tmp_path


@pytest.mark.parametrize("logged", [False, True])
def test_a_session_loaded_without_its_messages_refuses_to_be_saved_before_it_writes_anything(sessions, logged):
    if logged:
        api.models.get_session(SID).save(skip_index=True)
    before = tree(sessions)
    session = api.models.get_session(SID, metadata_only=True)
    session.active_stream_id = None
    for save in (session.save, lambda: session.save(skip_index=True), lambda: session.save(touch_updated_at=False)):
        with pytest.raises(PartialView, match="metadata-only"):
            save()
    assert tree(sessions) == before
    assert len(api.models.get_session(SID).messages) == 1_000


async def test_a_command_of_someone_who_has_not_seen_the_last_change_is_refused(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.turn(session_id, "one", "a")
        seen = (await app.session(session_id))["revision"]
        await app.turn(session_id, "two", "b")
        before = app.log(session_id)
        reply = await app.post("/api/chat/start", session_id=session_id, message="three", expected_revision=seen)
        assert (reply.status, reply.json["error"]["code"]) == (409, "conflict")
        assert app.log(session_id) == before


async def test_no_request_takes_a_list_of_messages_and_all_it_can_do_is_append(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        await app.turn(session_id, "one", "a")
        last = (await app.messages(session_id))[-1]
        before = app.log(session_id)
        schema = (await app.get("/api/openapi.json")).json
        for path, methods in schema["paths"].items():
            if "post" in methods and path != "/api/logout":
                await app.post(path, session_id=session_id, messages=[], title="t", text="t")
        await app.post("/api/session/restore", session_id=session_id)
        assert app.log(session_id).startswith(before)
        stored = app.opened.store
        assert stored.message(stored.load(session_id), last["id"]).body["content"] == "a"

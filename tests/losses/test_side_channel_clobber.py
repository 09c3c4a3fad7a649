"""Loss 19: an automatic title overwrites one given by hand; two approvals overwrite each other.

Here a title has a source, and a weaker one does not replace a stronger; an approval is an event with an id of its own.
"""

from hermes_webui.chat.events import ApprovalAnswered, ApprovalRequested, RunStarted
from tests.peers.inprocess import first, running
from tests.peers.scripted_engine import ScriptedEngine
from tests.store.fixtures import SID, begin, recover, store_in


async def test_a_title_by_hand_stays_whatever_a_model_proposes(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        app.engine.made_title = "The model's title"
        async with app.stream("/api/events", session_id=session_id) as events:
            started = await app.start(session_id, "what shall it be called?")
            await first(events, "run.started")
            await app.post("/api/session/rename", session_id=session_id, title="Mine")
            app.engine.answer("x")
            await app.ended(started["stream_id"])
        await app.turn(session_id, "and now?", "y")
        await app.post("/api/session/pin", session_id=session_id, pinned=True)
    async with running(tmp_path) as app:
        found = await app.session(session_id)
        assert (found["title"], found["title_source"]) == ("Mine", "manual")


async def test_a_title_by_hand_that_comes_while_the_model_thinks_of_one_wins(tmp_path):
    class Thoughtful(ScriptedEngine):
        async def title(self, turn):
            await server.post("/api/session/rename", session_id=turn.session_id, title="Mine")
            return "The model's title"

    async with running(tmp_path, engine=Thoughtful()) as server:
        session_id = await server.new()
        async with server.stream("/api/events", session_id=session_id) as events:
            await server.turn(session_id, "hello", "hello")
            while (await first(events, "session.changed")).data["data"]["fields"].get("title") != "Mine":
                pass
        before = server.log(session_id)
    assert b"The model's title" not in before
    async with running(tmp_path) as app:
        assert (await app.session(session_id))["title"] == "Mine"
        assert b"The model's title" not in app.log(session_id)


async def test_a_models_title_replaces_the_prompts_first_line(tmp_path):
    async with running(tmp_path) as app:
        session_id = await app.new()
        app.engine.made_title = "The model's title"
        async with app.stream("/api/events", session_id=session_id) as events:
            await app.turn(session_id, "hello", "hello")
            while (await first(events, "session.changed")).data["data"]["source"] != "model":
                pass
        found = await app.session(session_id)
        assert (found["title"], found["title_source"]) == ("The model's title", "model")


def test_two_approvals_are_two_events_that_stay(tmp_path):
    store = store_in(tmp_path)
    session = begin(store)
    changes = [
        RunStarted("r1", 1),
        ApprovalRequested(
            "a1", "r1", "May I delete?", options=[{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}]
        ),
        ApprovalRequested(
            "a2", "r1", "May I write?", options=[{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}]
        ),
        ApprovalAnswered("a2", "yes"),
        ApprovalAnswered("a1", "no"),
    ]
    session.append(changes, 1.0)
    recover(store, close_runs=False)
    loaded = store.load(SID)
    assert [event.change for event in store.events(loaded, 1, 6)] == changes

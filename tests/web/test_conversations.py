"""Sessions over HTTP: what each request answers, and what it leaves."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from hermes_webui.chat.events import SessionTrashed
from hermes_webui.engines.base import TextDelta, TurnEnded
from hermes_webui.store.directory import opened
from tests.peers.hermes import Hermes, contents, said

SUMMARY = {
    *(
        "session_id",
        "title",
        "title_source",
        "engine",
        "model",
        "model_provider",
        "workspace",
        "created_at",
        "revision",
    ),
    *("updated_at", "last_message_at", "message_count", "user_message_count", "pinned", "archived", "is_streaming"),
    *("active_stream_id", "epoch", "damaged", "last_run", "queue", "queue_held"),
}
WHOLE = SUMMARY | {"messages", "tool_calls", "draft", "open", "cursor", "_messages_truncated", "_messages_offset"}


async def test_health_says_what_a_monitor_wants(hermes: Hermes):
    found = await hermes.get("/health")
    assert found == {
        "status": "ok",
        "version": hermes.services.version,
        "store": {"writable": True, "sessions": 0, "recovered": 0},
        "streams": 0,
    }


async def test_a_new_session_has_every_field_and_what_it_was_given(hermes: Hermes):
    workspace = str((hermes.settings.state / "workspace").resolve())
    given = {"workspace": workspace, "model": "m", "model_provider": "p", "engine": "demo", "title": "Mine"}
    session = (await hermes.post("/api/session/new", **given))["session"]
    assert session.keys() >= WHOLE
    assert {name: session[name] for name in given} == given
    assert session["title_source"] == "manual"
    assert (session["messages"], session["open"], session["revision"]) == ([], None, 0)
    assert session["draft"] == {"text": "", "revision": 0}


async def test_a_conversation_has_every_field(hermes: Hermes):
    session_id = await hermes.new()
    session = await hermes.talk(session_id, "hello")
    assert session.keys() >= WHOLE
    user, calling, result, answer = session["messages"]
    assert user.keys() >= {"id", "parent", "role", "content", "timestamp", "run_id"}
    assert (user["role"], user["content"], user["parent"]) == ("user", "hello", None)
    assert (calling["role"], calling["parent"]) == ("assistant", user["id"])
    assert calling["reasoning"]
    (call,) = calling["tool_calls"]
    assert call["type"] == "function"
    assert call["function"] == {"name": "calculator", "arguments": '{"expression":"1 * 1"}'}
    assert result.keys() >= {
        "id",
        "parent",
        "role",
        "content",
        "timestamp",
        "tool_call_id",
        "name",
        "status",
        "duration",
    }
    assert (result["role"], result["tool_call_id"], result["status"], result["content"]) == (
        "tool",
        call["id"],
        "ok",
        "1",
    )
    assert answer["usage"]["output_tokens"] > 0
    assert (session["message_count"], session["user_message_count"]) == (4, 1)
    assert session["last_run"] == {"run_id": user["run_id"], "state": "done"} | {"error": None}
    assert not session["is_streaming"]
    assert session["active_stream_id"] is None


async def test_a_session_without_its_messages_is_a_row_alone(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    session = await hermes.session(session_id, messages=0)
    assert session["messages"] == []
    assert session["message_count"] == 2


async def test_status_says_what_changes_during_a_reply(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    status = await hermes.get("/api/session/status", session_id=session_id)
    assert status == {
        "session_id": session_id,
        "revision": status["revision"],
        "is_streaming": True,
        "active_stream_id": run["stream_id"],
        "message_count": 1,
        "last_run": None,
        "queue": [],
        "queue_held": False,
    }
    hermes.puppet.say(TextDelta("hi"), TurnEnded())
    await hermes.ended(run["stream_id"])
    after = await hermes.get("/api/session/status", session_id=session_id)
    assert after["revision"] > status["revision"]
    assert (after["is_streaming"], after["message_count"]) == (False, 2)


# -- paging of messages


async def test_pages_of_messages_hold_every_message_once(hermes: Hermes):
    session_id = await hermes.new()
    for number in range(5):
        await hermes.talk(session_id, f"prompt {number}")
    whole = await hermes.session(session_id, msg_limit=500)
    assert not whole["_messages_truncated"]
    for limit in (1, 2, 3, 50):
        found: list[Any] = []
        before: dict[str, str] = {}
        while True:
            page = await hermes.session(session_id, msg_limit=limit, **before)
            assert len(page["messages"]) <= limit
            assert page["message_count"] == whole["message_count"]
            found[:0] = page["messages"]
            assert page["_messages_offset"] == whole["message_count"] - len(found)
            assert page["_messages_truncated"] == (page["_messages_offset"] > 0)
            if not page["_messages_truncated"]:
                break
            before = {"msg_before": page["messages"][0]["id"]}
        assert found == whole["messages"]


async def test_tool_calls_point_at_their_messages_on_every_page(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    await hermes.exchange(session_id, "hello", "hi")
    session = await hermes.talk(session_id, "and now with a tool", engine="demo")
    (call,) = session["tool_calls"]
    message = session["messages"][call["assistant_msg_idx"]]
    assert message["tool_calls"][0]["id"] == call["tid"]
    assert (call["name"], call["done"], call["is_error"]) == ("calculator", True, False)
    page = await hermes.session(session_id, msg_limit=4)
    assert page["tool_calls"][0]["assistant_msg_idx"] == call["assistant_msg_idx"]


async def test_a_page_is_bounded_whatever_is_asked_for(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.exchange(session_id, "hello", "hi")
    assert (await hermes.session(session_id, msg_limit=999_999_999))["message_count"] == 2
    first = (await hermes.session(session_id))["messages"][0]["id"]
    before = await hermes.session(session_id, msg_before=first)
    assert (before["messages"], before["_messages_truncated"], before["_messages_offset"]) == ([], False, 0)


async def test_a_page_that_cannot_be_asked_for_is_refused(hermes: Hermes):
    session_id = await hermes.new()
    limits = ("0", "-1", "x", "²", "1" * 400, "")
    for query in (*({"msg_limit": each} for each in limits), {"messages": "2"}, {"messages": ""}):
        found = await hermes.get("/api/session", 400, session_id=session_id, **query)
        assert found["error"]["code"] == "bad_request"


# -- the list


async def test_pages_of_the_list_hold_every_session_once_newest_first(hermes: Hermes):
    made = []
    for number in range(7):
        made.append(await hermes.new())
        await hermes.talk(made[-1], f"prompt {number}")
    await hermes.post("/api/session/pin", session_id=made[2])
    await hermes.post("/api/session/archive", session_id=made[3])
    expected = [made[2], *(each for each in reversed(made) if each not in {made[2], made[3]})]
    for limit in (1, 2, 6, 500):
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = await hermes.get("/api/sessions", limit=limit, **cursor)
            assert len(page["sessions"]) <= limit
            assert page["total"] == 6
            assert all(row.keys() >= SUMMARY for row in page["sessions"])
            found += [row["session_id"] for row in page["sessions"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert found == expected
    archived = await hermes.get("/api/sessions", archived=1)
    assert [row["session_id"] for row in archived["sessions"]] == [made[3]]


async def test_the_lists_version_grows_with_each_change(hermes: Hermes):
    before = (await hermes.get("/api/sessions"))["list_version"]
    session_id = await hermes.new()
    assert (await hermes.get("/api/sessions"))["list_version"] == before
    await hermes.talk(session_id, "hello")
    after = (await hermes.get("/api/sessions"))["list_version"]
    assert after > before
    await hermes.post("/api/session/pin", session_id=session_id)
    assert (await hermes.get("/api/sessions"))["list_version"] > after


async def test_a_foreign_cursor_is_refused(hermes: Hermes):
    for cursor in ("x", "1~2", "1~x~y", "~~", "0~1.5", "9" * 5000 + "~1~x"):
        assert (await hermes.get("/api/sessions", 400, cursor=cursor))["error"]["code"] == "bad_request"


# -- sessions that are nowhere yet


async def test_nothing_is_written_before_the_first_message(hermes: Hermes):
    before = contents(hermes.settings.state)
    session_id = await hermes.new(title="Mine")
    assert (await hermes.session(session_id))["title"] == "Mine"
    await hermes.get("/api/session/status", session_id=session_id)
    await hermes.post("/api/session/rename", session_id=session_id, title="Yours")
    await hermes.post("/api/session/pin", session_id=session_id)
    await hermes.post("/api/session/archive", session_id=session_id, archived=False)
    await hermes.post("/api/session/configure", session_id=session_id, model="m", engine="demo")
    await hermes.post("/api/session/restore", session_id=session_id)
    await hermes.post("/api/session/select", session_id=session_id, message_id=None, exact=True)
    await hermes.post("/api/chat/resume", 202, session_id=session_id)
    assert contents(hermes.settings.state) == before
    assert (await hermes.get("/api/sessions"))["total"] == 0
    session = await hermes.session(session_id)
    assert (session["title"], session["pinned"], session["model"], session["revision"]) == ("Yours", True, "m", 0)


async def test_the_first_message_brings_what_was_chosen_before_it(hermes: Hermes):
    session_id = await hermes.new(engine="demo")
    await hermes.post("/api/session/rename", session_id=session_id, title="Yours")
    await hermes.talk(session_id, "hello")
    await hermes.restart()
    session = await hermes.session(session_id)
    assert (session["title"], session["engine"], session["message_count"]) == ("Yours", "demo", 4)


async def test_a_draft_puts_a_session_on_disk(hermes: Hermes):
    session_id = await hermes.new()
    saved = await hermes.post("/api/session/draft", session_id=session_id, text="half a thou")
    assert saved == {"session_id": session_id, "revision": 1, "draft_revision": 1}
    assert (await hermes.get("/api/sessions"))["total"] == 1
    await hermes.restart()
    assert (await hermes.session(session_id))["draft"] == {"text": "half a thou", "revision": 1}


async def test_a_session_that_was_never_used_is_gone_after_a_restart(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.restart()
    await hermes.get("/api/session", 404, session_id=session_id)


# -- rename, pin, archive, configure, delete, restore


@pytest.mark.parametrize(
    ("path", "change", "field", "value"),
    [
        ("rename", {"title": " Ours "}, "title", "Ours"),
        ("pin", {}, "pinned", True),
        ("pin", {"pinned": True}, "pinned", True),
        ("archive", {}, "archived", True),
        ("configure", {"model": "m2"}, "model", "m2"),
        ("configure", {"workspace": ""}, "workspace", ""),
    ],
)
async def test_a_change_answers_with_the_new_revision_and_row_and_is_kept(hermes: Hermes, path, change, field, value):
    session_id = await hermes.new()
    before = await hermes.exchange(session_id, "hello", "hi")
    found = await hermes.post(f"/api/session/{path}", session_id=session_id, **change)
    assert found.keys() == {"session_id", "revision", "session"}
    assert found["revision"] == found["session"]["revision"] == before["revision"] + 1
    assert found["session"][field] == value
    assert found["session"]["last_message_at"] == before["last_message_at"]
    again = await hermes.post(f"/api/session/{path}", session_id=session_id, **change)
    assert again["revision"] == found["revision"]
    await hermes.restart()
    session = await hermes.session(session_id)
    assert (session[field], session["messages"]) == (value, before["messages"])


async def test_a_deleted_session_is_gone_until_it_is_restored(hermes: Hermes):
    session_id = await hermes.new()
    before = await hermes.exchange(session_id, "hello", "hi")
    deleted = await hermes.post("/api/session/delete", session_id=session_id)
    assert deleted["revision"] == before["revision"] + 1
    for path in ("/api/session", "/api/session/status"):
        error = (await hermes.get(path, 404, session_id=session_id))["error"]
        assert (error["code"], error["trashed"]) == ("not_found", True)
    assert (await hermes.get("/api/sessions"))["total"] == 0
    for path, body in (("rename", {"title": "x"}), ("pin", {}), ("draft", {"text": "x"})):
        await hermes.post(f"/api/session/{path}", 404, session_id=session_id, **body)
    await hermes.post("/api/chat/start", 404, session_id=session_id, message="x")
    await hermes.restart()
    await hermes.get("/api/session", 404, session_id=session_id)
    restored = await hermes.post("/api/session/restore", session_id=session_id)
    assert restored["revision"] == deleted["revision"] + 1
    assert (await hermes.session(session_id))["messages"] == before["messages"]
    assert (await hermes.get("/api/sessions"))["total"] == 1
    await hermes.exchange(session_id, "it goes on", "indeed")


async def test_deleting_stops_the_run_and_what_waits_is_there_after_a_restore(hermes: Hermes):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "one")
    await hermes.send(session_id, "two")
    hermes.puppet.say(TextDelta("so far"))
    async with hermes.run_stream(run["stream_id"]) as stream:
        await stream.until("token")
    await hermes.post("/api/session/delete", session_id=session_id)
    await hermes.post("/api/session/restore", session_id=session_id)
    session = await hermes.session(session_id)
    assert (session["is_streaming"], session["queue_held"]) == (False, True)
    assert [item["content"] for item in session["queue"]] == ["two"]
    assert session["messages"][1]["content"] == "so far"
    assert session["messages"][1]["_partial"] is True
    assert session["last_run"]["state"] == "cancelled"


async def test_a_server_killed_while_it_deleted_leaves_no_run_that_nobody_runs(hermes: Hermes, tmp_path: Path):
    session_id = await hermes.new(engine="puppet")
    run = await hermes.send(session_id, "hello")
    hermes.puppet.say(TextDelta("so far"))
    async with hermes.run_stream(run["stream_id"]) as stream:
        await stream.until("token")
    shutil.copytree(hermes.settings.state, tmp_path / "killed")
    store = opened(tmp_path / "killed" / "sessions")
    session = store.load(session_id)
    session.append([SessionTrashed()], session.head.created_at)
    session.close()
    async with Hermes(tmp_path / "killed") as later:
        await later.post("/api/session/restore", session_id=session_id)
        restored = await later.session(session_id)
    assert (restored["is_streaming"], restored["last_run"]["state"]) == (False, "interrupted")
    assert said(restored) == ["hello", "so far"]


# -- drafts


async def test_a_draft_of_another_tab_is_not_overwritten(hermes: Hermes):
    session_id = await hermes.new()
    first = await hermes.post("/api/session/draft", session_id=session_id, text="one", draft_revision=0)
    assert first["draft_revision"] == 1
    found = await hermes.post("/api/session/draft", 409, session_id=session_id, text="two", draft_revision=0)
    assert found["error"]["code"] == "conflict"
    assert found["error"]["draft"]["text"] == "one"
    assert found["error"]["draft"]["revision"] == 1
    assert (await hermes.session(session_id))["draft"] == {"text": "one", "revision": 1}
    second = await hermes.post("/api/session/draft", session_id=session_id, text="two", draft_revision=1)
    assert second["draft_revision"] == 2
    assert second["revision"] == first["revision"]


async def test_an_emptied_draft_is_empty_after_a_restart(hermes: Hermes):
    session_id = await hermes.new()
    await hermes.post("/api/session/draft", session_id=session_id, text="one")
    await hermes.post("/api/session/draft", session_id=session_id, text="")
    await hermes.restart()
    assert (await hermes.session(session_id))["draft"] == {"text": "", "revision": 2}

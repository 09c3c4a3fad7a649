"""What is decided about agents without asking one."""

from __future__ import annotations

from typing import Any

import pytest

from hermes_webui.engines.acp.calls import Calls
from hermes_webui.engines.acp.diffs import LONGEST, MOST_LINES, diff_of
from hermes_webui.engines.acp.opening import JOINS, MOVED, PARTED, Known, known_of, opening
from hermes_webui.engines.acp.profiles import KNOWN, own_environment, profiles_from
from hermes_webui.engines.acp.prompt import LONGEST as LONGEST_SEED
from hermes_webui.engines.acp.prompt import NO_COMMAND, cut_off, guarded, so_far
from hermes_webui.engines.acp.told import Session, Spent, changed, event_of, opened
from hermes_webui.engines.base import Turn
from hermes_webui.errors import SettingsError

COMMANDS = ({"name": "compact", "description": ""}, {"name": "search", "description": "", "hint": "words"})


@pytest.mark.parametrize(
    ("text", "is_command"),
    [
        ("/compact", True),
        ("  /compact  ", True),
        ("/search for this", True),
        ("/compact is what I mean", False),
        ("/search two\nlines", False),
        ("/etc/hosts is odd", False),
        ("/unknown", False),
        ("no /compact", True),
    ],
)
def test_a_slash_is_a_command_only_where_it_can_be_meant(text, is_command):
    found = guarded(text, COMMANDS)
    assert found == (text if is_command else NO_COMMAND + text)
    assert not found.strip().startswith("/") or is_command


def turn(*messages, continues=False):
    """A turn of (role, id, run) each."""
    bodies = [{"role": role, "content": name} for role, name, _ in messages]
    ids, runs = [each[1] for each in messages], [each[2] for each in messages]
    return Turn("s", "now", bodies, continues=continues, ids=ids, runs=runs)


KNOWN_SESSION = Known("theirs", "m1", "r1", "/w")
ASKED = ("user", "m1", "r1")
REPLY = ("assistant", "m2", "r1")


@pytest.mark.parametrize(
    ("known", "messages", "continues", "goes_on", "notice"),
    [
        (KNOWN_SESSION, [ASKED, REPLY, ("user", "m3", "r2")], False, True, ""),
        (KNOWN_SESSION, [ASKED, ("user", "m3", "r2")], False, True, ""),
        (KNOWN_SESSION, [ASKED, REPLY], True, True, ""),
        (KNOWN_SESSION, [ASKED], False, False, PARTED),
        (KNOWN_SESSION, [("user", "m9", "r9"), ("user", "m3", "r2")], False, False, PARTED),
        (KNOWN_SESSION, [ASKED, ("assistant", "m4", "r7"), ("user", "m3", "r2")], False, False, PARTED),
        (KNOWN_SESSION, [ASKED, REPLY, ("user", "m5", "r5"), ("user", "m3", "r2")], False, False, PARTED),
        (Known("theirs", "m1", "r1", "/elsewhere"), [ASKED, REPLY, ("user", "m3", "r2")], False, False, MOVED),
        (Known(), [("user", "m3", "r2")], False, False, ""),
        (Known(), [ASKED, REPLY, ("user", "m3", "r2")], False, False, JOINS),
    ],
)
def test_an_agents_session_goes_on_only_where_the_conversation_did(known, messages, continues, goes_on, notice):
    found = opening(known, turn(*messages, continues=continues), "/w")
    assert (found.goes_on, found.notice) == (goes_on, notice)


def test_what_is_remembered_reads_back_and_what_is_broken_is_nothing():
    assert known_of(KNOWN_SESSION.encoded()) == KNOWN_SESSION
    assert known_of(b"") == known_of(b"{") == known_of(b'{"leaf": 3}') == Known()


def test_a_conversation_is_told_as_text_and_the_end_of_it_where_it_is_long():
    call = {"id": "c", "function": {"name": "read", "arguments": '{"path":"a"}'}}
    bodies: list[dict[str, Any]] = [
        {"role": "user", "content": "look", "attachments": [{"name": "a.png"}]},
        {"role": "assistant", "content": "I do", "tool_calls": [call]},
        {"role": "tool", "name": "read", "content": "text", "status": "ok"},
        {"role": "assistant", "content": "so fa", "_partial": True},
    ]
    told = so_far(bodies)
    for part in (
        "User: look",
        "[Attached: a.png]",
        '[Called read: {"path":"a"}]',
        "(ok): text]",
        "so fa [cut off here]",
    ):
        assert part in told
    long = so_far([{"role": "user", "content": "x" * LONGEST_SEED}, {"role": "user", "content": "the last"}])
    assert len(long) < LONGEST_SEED
    assert "the last" in long
    assert so_far([]) == ""
    assert "so fa" in cut_off(bodies)
    assert "look" in cut_off(bodies[:1])
    assert cut_off([*bodies[:3], {"role": "assistant", "content": "done"}]) == ""


def test_a_change_of_a_file_is_a_patch_that_has_an_end():
    assert diff_of("a", None, "x").patch == "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n"
    many = "".join(f"{n}\n" for n in range(MOST_LINES))
    assert diff_of("a", many, "one\n").patch.startswith(f"--- a/a\n+++ b/a\n@@ -1,{MOST_LINES} +1,1 @@\n-0\n")
    assert len(diff_of("a", None, "y" * 10 + "\n" + "z\n" * LONGEST).patch) <= LONGEST


def test_agents_are_known_configured_and_found(tmp_path):
    command = tmp_path / "mine"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    table = {
        "processes": 2,
        "idle_minutes": 1,
        "mine": {"command": "mine", "args": ["acp"], "env": {"A": "b"}},
        "hermes": {"env": {"HERMES_HOME": "/h"}},
    }
    profiles, limits = profiles_from(table, {"PATH": str(tmp_path)}, tmp_path / "state")
    found = {profile.id: profile for profile in profiles}
    assert (limits.processes, limits.idle_seconds) == (2, 60)
    assert found["mine"].command == (str(command), "acp")
    assert (found["hermes"].named, found["hermes"].traits.wedges) == (("hermes", "acp"), True)
    assert set(KNOWN) < set(found)
    assert not found["opencode"].found


def test_a_command_is_found_by_its_older_name_and_on_a_path_of_its_own(tmp_path):
    for name in ("claude-code-acp", "qwen"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    table = {"claude": {"env": {"PATH": str(tmp_path)}}, "codex": {"mcp": False}}
    found = {profile.id: profile for profile in profiles_from(table, {"PATH": ""}, tmp_path / "state")[0]}
    assert found["claude"].command == (str(tmp_path / "claude-code-acp"),)
    assert not found["qwen"].found
    assert (found["claude"].mcp, found["codex"].mcp) == (True, False)
    found = {profile.id: profile for profile in profiles_from({}, {"PATH": str(tmp_path)}, tmp_path / "state")[0]}
    assert found["qwen"].command == (str(tmp_path / "qwen"), "--acp")


def test_hermes_is_found_in_an_environment_of_its_own(tmp_path):
    own = own_environment(tmp_path) / "bin" / "hermes"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\n")
    profiles, _ = profiles_from({}, {"PATH": ""}, tmp_path)
    assert profiles[0].command == (str(own), "acp")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"mine": {"comand": "x"}}, "`comand` in [agents.mine] is not known"),
        ({"mine": {"args": ["x"]}}, "needs a `command`"),
        ({"mine": {"command": "x", "args": "y"}}, "`args` in [agents.mine]"),
        ({"mine": {"command": "x", "env": {"A": 1}}}, "`env` in [agents.mine]"),
        ({"mine": {"command": 3}}, "`command` in [agents.mine]"),
        ({"mine": {"command": "x", "mcp": "no"}}, "`mcp` in [agents.mine] is true or false"),
        ({"model": {"command": "x"}}, "cannot be called"),
        ({"a b": {"command": "x"}}, "cannot be called"),
        ({"proceses": 3}, "`proceses` in [agents] is not known"),
        ({"processes": 0}, "from 1 to 100"),
        ({"idle_minutes": -1}, "above 0"),
    ],
)
def test_what_config_toml_gets_wrong_is_said(tmp_path, table, sentence):
    with pytest.raises(SettingsError) as caught:
        profiles_from(table, {"PATH": ""}, tmp_path)
    assert sentence in caught.value.message


def test_modes_and_models_are_read_wherever_an_agent_says_them():
    said = {
        "models": {"availableModels": [{"modelId": "a", "name": "A"}], "currentModelId": "a"},
        "configOptions": [
            {
                "id": "m",
                "category": "mode",
                "currentValue": "x",
                "options": [{"options": [{"value": "x", "name": "X"}]}],
            },
            {"id": "o", "category": "model", "currentValue": "b", "options": [{"value": "b", "name": "B"}]},
        ],
    }
    found = opened(said, Session())
    assert (found.modes, found.mode) == (({"id": "x", "name": "X"},), "x")
    assert (found.models, found.model) == (({"id": "b", "name": "B"},), "b")  # its ids are what is set
    assert opened({"models": said["models"]}, Session()).model == "a"
    assert changed({"sessionUpdate": "current_mode_update", "currentModeId": "y"}, found).mode == "y"
    assert changed({"sessionUpdate": "from the future"}, found) == found
    assert event_of({"sessionUpdate": "from the future"}) is None
    assert event_of({"sessionUpdate": "plan", "entries": "none"}) is not None


def test_output_that_comes_beside_a_call_is_its_result():
    calls = Calls("Codex", "run")

    def told(**said):
        return list(calls.take({"toolCallId": "c1", **said}))

    (begun,) = told(title="ls", kind="execute", name="exec_command", status="in_progress")
    assert (begun.name, calls.open[0].subject) == ("exec_command", "ls")
    delta = {"terminal_output_delta": {"data": "one\n", "terminal_id": "c1"}}
    assert [each.text for each in told(_meta=delta)] == ["one\n"]
    (ended,) = told(status="failed", rawOutput={"exit_code": 2})
    assert (ended.status, ended.result) == ("failed", "one\n")


def test_a_turns_tokens_are_read_where_the_agent_writes_them():
    answer = {"_meta": {"usage": {"inputTokens": 11, "outputTokens": 7, "thoughtTokens": 3}}}
    twice = Spent().add(answer).add(answer).add({"_meta": {"usage": 5}}).whole({})  # Qwen Code: with each answer
    quota = {"_meta": {"quota": {"token_count": {"input_tokens": 5, "output_tokens": 2}}}}
    once = Spent().whole(quota)  # Gemini CLI: at the end
    assert twice is not None
    assert once is not None
    assert (twice.usage.input_tokens, twice.usage.output_tokens, twice.usage.reasoning_tokens) == (22, 14, 6)
    assert (once.usage.input_tokens, once.usage.output_tokens) == (5, 2)
    own = Spent().add(answer).whole({"usage": {"inputTokens": 1, "outputTokens": 1}})
    assert own is not None
    assert own.usage.input_tokens == 1  # the protocol's own goes first
    assert Spent().whole({}) is None


def test_a_turns_cost_is_what_the_session_cost_more():
    spent = Spent(cost_before=1.0).take({"used": 10, "size": 100, "cost": {"amount": 1.5, "currency": "USD"}})
    assert spent.usage({"inputTokens": 3, "outputTokens": 4}).usage.cost == 0.5
    assert spent.usage().usage.input_tokens == 10

"""What a card warns of when an agent asks: from what the agent says of its call, and that it does not say it."""

import pytest

from hermes_webui.engines.acp.calls import Call
from hermes_webui.engines.acp.wishes import own, permission

ONCE = [{"optionId": "yes", "name": "Yes", "kind": "allow_once"}, {"optionId": "no", "kind": "reject_once"}]
DIFF = [{"type": "diff", "path": "/harbour/a.md", "oldText": "a", "newText": "b"}]


def risk(said: dict, cwd: str = "/harbour") -> str:
    call = Call("call-1")
    call.take(said)
    asked = permission("1", call, ONCE, cwd, None).call
    assert asked is not None
    assert own("2", call, cwd).call == asked
    return asked.risk


def at(*paths: str) -> list[dict[str, str]]:
    return [{"path": path} for path in paths]


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "read", "locations": at("/harbour/a.md")},
        {"kind": "read", "rawInput": {"path": "docs/../a.md"}},
        {"kind": "edit", "content": DIFF},
        {"kind": "search", "rawInput": {"pattern": "heron"}},
        {"kind": "think"},
        {"kind": "execute", "rawInput": {"command": "make test"}},
    ],
)
def test_what_is_ordinary_and_inside_the_workspace_is_not_warned_of(said: dict):
    assert risk(said) == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "delete", "locations": at("/harbour/a.md")}, "deletes, and nothing here can bring it back"),
        ({"kind": "move", "locations": at("/harbour/a.md", "/harbour/b.md")}, "may be overwritten"),
        ({"kind": "fetch", "rawInput": {"url": "https://example.org"}}, "uses the network"),
        ({"kind": "execute", "rawInput": {"command": "rm -rf build"}}, "This deletes or overwrites"),
        ({"kind": "execute", "title": "sudo make install"}, "as an administrator"),
    ],
)
def test_what_a_kind_or_a_command_brings_with_it_is_said(said: dict, words: str):
    assert words in risk(said)


@pytest.mark.parametrize("path", ["/etc/passwd", "/harbours/a.md", "../a.md", "~/.ssh/id", "/harbour/../a.md"])
def test_a_place_outside_the_workspace_is_named(path: str):
    assert risk({"kind": "read", "locations": at("/harbour/b.md", path)}) == f"This lies outside the workspace: {path}."


def test_of_several_places_outside_the_first_is_named_and_the_rest_counted():
    said = {"kind": "delete", "locations": at("/b", "/a", "/harbour/c")}
    assert risk(said).endswith("can bring it back. This lies outside the workspace: /a and 1 more.")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"title": "Something"}, "does not say what kind of action"),
        ({"kind": "other", "title": "Something"}, "does not say what kind of action"),
        ({"kind": "a kind of tomorrow"}, "does not say what kind of action"),
        ({"kind": "execute"}, "does not say which command"),
        ({"kind": "delete"}, "does not say which files"),
        ({"kind": "edit", "locations": at("/harbour/a.md")}, "does not show what it would change"),
    ],
)
def test_what_the_agent_leaves_out_is_told(said: dict, words: str):
    assert words in risk(said)

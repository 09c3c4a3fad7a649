"""What “Allow in this session” covers when an agent asks: no more than what the card can say."""

import pytest

from hermes_webui.engines.acp.calls import Call
from hermes_webui.engines.acp.wishes import own, permission
from hermes_webui.engines.base import InputRequest

ONCE = [{"optionId": "yes", "name": "Yes", "kind": "allow_once"}, {"optionId": "no", "kind": "reject_once"}]


def call(**said: object) -> Call:
    made = Call("call-1")
    made.take(said)
    return made


def granted(request: InputRequest) -> list[str]:
    return [option.grant for option in request.options if option.kind == "allow_session"]


@pytest.mark.parametrize(
    ("said", "covered"),
    [
        ({"kind": "execute", "name": "bash", "rawInput": {"command": "make"}}, ["bash(make)"]),
        ({"kind": "edit", "name": "write_file", "rawInput": {"path": "a.md"}}, ["write_file"]),
        ({"kind": "edit", "rawInput": {"path": "a.md"}}, ["edit(a.md)"]),
        ({"kind": "edit", "rawInput": {"path": "a*.md"}}, ["edit(a[*].md)"]),
        ({"kind": "other", "title": "Something"}, []),
        ({"title": "Something"}, []),
        ({"kind": "execute"}, []),
    ],
)
def test_where_no_tool_is_named_it_is_this_call_and_nothing_that_is_not_said(said: dict, covered: list[str]):
    assert granted(permission("1", call(**said), ONCE, "/work", None)) == covered
    assert granted(own("1", call(**said), "/work")) == covered

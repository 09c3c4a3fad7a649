"""A conversation that was taken over from an agent's own store goes on in the agent's session of it."""

import pytest

from hermes_webui.engines.acp.opening import Known, opening, taken_over
from hermes_webui.engines.base import Turn

FIELDS = {"agent_session": {"engine": "hermes", "id": "s-1", "upto": "m3-aaaa"}}


def turn(ids: tuple[str, ...], runs: tuple[str, ...]) -> Turn:
    messages = [{"role": "user", "content": each} for each in ids]
    return Turn("s", "s~1", messages, ids=ids, runs=runs, fields=FIELDS)


@pytest.mark.parametrize(
    ("ids", "goes_on"),
    [
        (("m2-aaaa", "m3-aaaa", "m4-aaaa"), True),
        (("m2-aaaa", "m5-aaaa"), False),
        (("m2-aaaa", "m3-aaaa", "m4-aaaa", "m6-aaaa"), False),
    ],
)
def test_it_goes_on_there_only_where_nothing_else_has_been_said_since(ids, goes_on):
    asked = turn(ids, tuple("" if each < "m4" else "another run" for each in ids))
    known = taken_over(Known(mode="plan"), asked, "hermes", "/work")
    assert known == Known("s-1", "m3-aaaa", cwd="/work", mode="plan")
    assert opening(known, asked, "/work").goes_on is goes_on


def test_what_the_agent_was_given_since_goes_before_it_and_another_agent_has_none():
    asked = turn(("m3-aaaa", "m4-aaaa"), ("", "s~1"))
    own = Known("begun-here", leaf="m4-aaaa", run_id="r", cwd="/work")
    assert taken_over(own, asked, "hermes", "/work") == own
    assert taken_over(Known(), asked, "opencode", "/work") == Known()

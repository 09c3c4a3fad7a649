"""The table of a turn's states: what may follow what, and that an end is an end."""

import pytest

from hermes_webui.chat import run
from hermes_webui.chat.events import ApprovalAnswered, ApprovalRequested, Event, RunFinished, RunQueued, RunStarted
from hermes_webui.chat.head import Head, apply

ALL = (run.QUEUED, run.RUNNING, run.WAITING, run.DONE, run.FAILED, run.CANCELLED, run.INTERRUPTED, run.STEERED)
ALLOWED = {
    (run.QUEUED, run.RUNNING),
    (run.QUEUED, run.CANCELLED),
    (run.QUEUED, run.STEERED),
    (run.RUNNING, run.WAITING),
    (run.WAITING, run.RUNNING),
    *((state, end) for state in (run.RUNNING, run.WAITING) for end in run.ENDS),
}


@pytest.mark.parametrize("state", ALL)
@pytest.mark.parametrize("after", ALL)
def test_a_run_moves_only_along_the_table(state, after):
    assert run.may(state, after) is ((state, after) in ALLOWED)


def test_every_state_is_in_the_table_and_an_unknown_one_leads_nowhere():
    assert set(run.TABLE) == set(ALL)
    assert not any(run.may("unheard of", state) for state in ALL)


def test_the_state_of_a_run_is_a_fold_of_its_events():
    changes = [
        RunQueued("q1", "r1", {"role": "user", "content": "hi"}),
        RunStarted("r1", 1),
        ApprovalRequested("a1", "r1", "May I?"),
        ApprovalAnswered("a1", "yes"),
        RunFinished("r1", run.DONE),
    ]
    head, states = Head("s"), []
    for seq, change in enumerate(changes, 1):
        head = apply(head, Event(seq, float(seq), change))
        ended = head.last_run.state if head.last_run else ""
        states.append(head.run.state if head.run else run.QUEUED if head.queue else ended)
    assert states == [run.QUEUED, run.RUNNING, run.WAITING, run.RUNNING, run.DONE]


def test_the_end_of_another_run_does_not_end_this_one():
    head = apply(Head("s"), Event(1, 1.0, RunStarted("r2", 2)))
    head = apply(head, Event(2, 2.0, RunFinished("r1", run.DONE)))
    assert head.run is not None
    assert head.run.id == "r2"

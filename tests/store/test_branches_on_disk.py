"""The tree as the store keeps it: after any commands every message is reachable, and siblings are complete."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hermes_webui.chat import decide
from hermes_webui.chat.head import ROOT
from hermes_webui.chat.run import DONE, Ended
from hermes_webui.store.directory import DirectoryStore
from hermes_webui.store.files import Disk
from hermes_webui.store.verify import verify
from tests.store.fixtures import SID, Clock, begin, document, recover


class Conversation(RuleBasedStateMachine):
    """Commands on a real directory, against a dictionary of parents; a crash and another program are among them."""

    def __init__(self, root):
        super().__init__()
        self.clock = Clock()
        self.store = DirectoryStore(root, Disk(), self.clock)
        self.session = begin(self.store)
        self.parents = {}
        self.texts = {}
        self.count = 0

    def append(self, changes):
        self.clock.now += 1
        self.note(self.session.append(changes, self.store.clock()))

    def note(self, events):
        for event in events:
            if event.type == "message.added":
                self.parents[event.change.id] = event.change.parent
                self.texts[event.change.id] = event.change.message["content"]

    def prompt(self):
        self.count += 1
        body = {"role": "user", "content": f"p{self.count}", "timestamp": self.store.clock()}
        return decide.Prompt(body, f"r{self.count}")

    def pick(self, number):
        known = sorted(self.parents)
        return self.store.message(self.session, known[number % len(known)])

    @rule()
    def say_and_answer(self):
        if self.session.head.run is None:
            self.append(decide.start(self.session.head, self.store.clock(), self.prompt()))
        run = self.session.head.run
        assert run is not None
        reply = {"role": "assistant", "content": f"a{self.count}", "timestamp": self.store.clock()}
        self.append(decide.finish(self.session.head, 1.0, run.epoch, Ended(run.id, DONE), [reply]))

    @precondition(lambda self: self.parents)
    @rule(number=st.integers(0, 99))
    def edit(self, number):
        target = self.pick(number)
        if target.role == "user" and self.session.head.run is None:
            self.append(decide.edit(self.session.head, self.store.clock(), target, self.prompt()))

    @precondition(lambda self: self.parents)
    @rule(number=st.integers(0, 99), exact=st.booleans())
    def select(self, number, exact):
        if self.session.head.run is not None:
            return
        leaf = self.pick(number)
        if not exact:
            leaf = self.store.latest_below(self.session, leaf.id)
        self.append(decide.select(self.session.head, leaf, self.store.hidden_by(self.session, leaf)))

    @rule()
    def crash_and_start_again(self):
        self.session.close()
        recover(self.store)
        self.session = self.store.load(SID)
        with self.store.reader(self.session) as reader:
            self.note(reader.events(0, self.session.head.revision))

    @rule()
    def snapshot(self):
        self.store.write_snapshot(self.session)

    @rule(kept=st.integers(0, 9))
    def another_program_rewrites_the_file(self, kept):
        if self.session.head.run is not None:
            return
        self.store.write_snapshot(self.session)
        path = self.store.path_messages(self.session, self.session.head.leaf)
        self.count += 1
        added = {"role": "user", "content": f"other {self.count}", "timestamp": 1.0}
        listed = [message.as_json() for message in path[:kept]] + [added]
        self.store.path(SID).write_text(json.dumps(document(listed)))
        before = self.session.head.revision
        self.store.adopt_change(self.session)
        with self.store.reader(self.session) as reader:
            self.note(reader.events(before, self.session.head.revision))

    @invariant()
    def every_message_is_there_as_it_was_said(self):
        for message_id, parent in self.parents.items():
            message = self.store.message(self.session, message_id)
            assert (message.parent, message.body["content"]) == (parent, self.texts[message_id])

    @invariant()
    def siblings_are_complete(self):
        for message_id, parent in self.parents.items():
            all_of_them = {each for each, above in self.parents.items() if above == parent}
            noted = self.session.head.branches.get(parent or ROOT, (message_id,))
            assert set(noted) == all_of_them

    @invariant()
    def a_fresh_load_is_the_same(self):
        assert self.store.load(SID).head == self.session.head

    def teardown(self):
        self.session.close()
        assert not [finding for finding in verify(self.store, SID) if finding.serious]


def test_no_history_of_commands_crashes_and_other_programs_loses_a_message(tmp_path_factory):
    class Here(Conversation):
        def __init__(self):
            super().__init__(tmp_path_factory.mktemp("sessions"))

    run_state_machine_as_test(
        Here, settings=settings(max_examples=25, stateful_step_count=25, deadline=None, derandomize=True)
    )

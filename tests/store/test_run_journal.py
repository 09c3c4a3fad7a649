"""The run journal: what a killed process had streamed of each run's last message."""

from hypothesis import given
from hypothesis import strategies as st

from hermes_webui.chat.reply import Reply
from hermes_webui.store.files import Disk
from hermes_webui.store.journal import Journal, partials

TEXT = 'é\u2028😀\x85"\\\n\x00'


def read(folder):
    return {each.run_id: each for each in partials(folder)}


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["text", "reasoning", "next"]), st.text(max_size=5)),
        max_size=40,
    )
)
def test_each_run_has_what_it_streamed_of_its_last_message(tmp_path_factory, deltas):
    folder = tmp_path_factory.mktemp("runs")
    journal = Journal(folder, Disk(), "1")
    replies = {run: (0, Reply()) for run in "abc"}
    for run in "abc":
        journal.begin("s", run)
        journal.message(run, 0)
    for number, (run, kind, text) in enumerate(deltas, 1):
        if kind == "next":
            replies[run] = (number, Reply())
            journal.message(run, number)
        else:
            replies[run][1].add(kind, text)
            journal.delta(run, kind, text)
    found = read(folder)
    for run, (base, reply) in replies.items():
        assert (found[run].base, found[run].parts, found[run].session_id) == (base, reply.parts, "s")
    for run in "abc":
        journal.end(run)
    journal.close()
    assert not list(folder.iterdir())


def test_a_journal_torn_at_any_byte_gives_the_text_up_to_the_last_whole_line(tmp_path):
    journal = Journal(tmp_path, Disk(), "1")
    journal.begin("s", "r")
    journal.message("r", 4)
    for piece in ("one ", TEXT, "three"):
        journal.delta("r", "text", piece)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    journal.close()
    ends = [n + 1 for n, byte in enumerate(whole) if byte == 10]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        lines = sum(end - 1 <= cut for end in ends)
        text = "".join(["one ", TEXT, "three"][: max(0, lines - 2)])
        found = read(tmp_path)
        assert "".join(part for _, part in found["r"].parts) == text if lines else not found


def test_a_damaged_line_costs_only_itself(tmp_path):
    journal = Journal(tmp_path, Disk(), "1")
    journal.begin("s", "r")
    journal.message("r", 4)
    for piece in ("one ", "two ", "three"):
        journal.delta("r", "text", piece)
    (path,) = tmp_path.iterdir()
    journal.close()
    path.write_bytes(path.read_bytes().replace(b'"two "', b'"\xff"') + b'["t",99,"of no run"]\n["z",1]\nnull\n')
    assert read(tmp_path)["r"].parts == [("text", "one three")]


def test_the_file_of_a_run_that_is_open_stays_when_the_journal_is_closed(tmp_path):
    journal = Journal(tmp_path, Disk(), "1")
    journal.begin("s", "r")
    journal.message("r", 4)
    journal.delta("r", "text", "kept")
    journal.close()
    assert read(tmp_path)["r"].parts == [("text", "kept")]


def test_journals_of_several_processes_are_read_each_by_itself(tmp_path):
    for name, run in (("1700000000001", "a"), ("1700000000002", "b")):
        journal = Journal(tmp_path, Disk(), name)
        journal.begin("s", run)
        journal.message(run, 1)
        journal.delta(run, "text", run)
        journal.close()
    assert {run: found.parts for run, found in read(tmp_path).items()} == {"a": [("text", "a")], "b": [("text", "b")]}

"""Which of an agent's sessions are ours: read again whenever a note may be another."""

import os
from pathlib import Path

from hermes_webui.store.agent_claims import AgentClaims


def test_a_note_that_is_rewritten_in_the_same_tick_of_the_clock_is_read_again(tmp_path: Path):
    claims = AgentClaims(tmp_path)
    note = tmp_path / "sessions" / "0123.json"
    note.parent.mkdir()
    note.write_text('{"agent_session": "one"}')
    written = note.stat()
    assert claims.ids() == {"one"}
    note.write_text('{"agent_session": "two"}')
    os.utime(note, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert claims.ids() == {"two"}


def test_a_note_that_is_broken_or_gone_claims_nothing(tmp_path: Path):
    claims = AgentClaims(tmp_path)
    assert claims.ids() == frozenset()
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "broken.json").write_text("{")
    (folder / "whole.json").write_text('{"agent_session": "one"}')
    assert claims.ids() == {"one"}
    (folder / "whole.json").unlink()
    assert claims.ids() == frozenset()

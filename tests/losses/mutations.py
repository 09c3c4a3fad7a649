"""Takes the protection of each row out, one at a time, in a copy of the checkout, and sees that the row's test fails.

    python -m tests.losses.mutations [ROW …]

A row may have several protections, and a protection may be several lines. Where a line that is named here is not found
any more, the table is out of date, and that is a failure too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]
STORE, CHAT, RUNS = "hermes_webui/store", "hermes_webui/chat", "hermes_webui/runs"


class Edit(NamedTuple):
    """The first place in `file` where `old` stands becomes `new`."""

    file: str
    old: str
    new: str


class Mutation(NamedTuple):
    """A row, what is taken from it, and how."""

    row: str
    without: str
    edits: tuple[Edit, ...]


def mutation(row: str, without: str, *edits: tuple[str, str, str]) -> Mutation:
    return Mutation(row, without, tuple(Edit(*edit) for edit in edits))


MUTATIONS: tuple[Mutation, ...] = (
    mutation(
        "two_truths",
        "knowing a file that the log holds already",
        (f"{STORE}/sessions.py", "if digest == session.head.digest:", "if False:"),
        (f"{STORE}/snapshot.py", "return digest is not None and", "return False and digest is not None and"),
        (f"{CHAT}/decide.py", "behind = seen is not None and", "behind = False and"),
    ),
    mutation(
        "two_truths",
        "comparing whole messages, and not their text",
        (
            f"{CHAT}/decide.py",
            "bare(body) != message.body",
            'body.get("content") != message.body.get("content")',
        ),
    ),
    mutation(
        "partial_rewrite",
        "the refusal of a partial view",
        ("api/models.py", "if self._loaded_metadata_only:", "if False:"),
    ),
    mutation(
        "partial_rewrite",
        "the expected revision",
        (f"{RUNS}/supervisor.py", "if expected is not None and expected != self._seen(head):", "if False:"),
    ),
    mutation(
        "prompt_in_flight",
        "the sync before the acknowledgement",
        (
            f"{STORE}/log.py",
            "            self._disk.sync(fd)\n        except OSError",
            "            pass\n        except OSError",
        ),
    ),
    mutation(
        "prompt_in_flight",
        "the client's key",
        (f"{RUNS}/supervisor.py", "if key is not None and key in head.keys:", "if False:"),
    ),
    mutation(
        "identity_moves",
        "leaving the history alone",
        (f"{CHAT}/head.py", 'return {"compacted": change}', 'return {"compacted": change, "leaf": change.upto}'),
    ),
    mutation(
        "stream_owned_by_socket",
        "the offset that a reader has",
        ("hermes_webui/web/events.py", "    known = after.offset\n", "    known = 0\n"),
    ),
    mutation(
        "stream_owned_by_socket",
        "beginning within a part",
        (f"{CHAT}/reply.py", "if end > offset:", "if position >= offset:"),
    ),
    mutation(
        "stream_owned_by_socket",
        "telling the rest from the log",
        (f"{RUNS}/views.py", "rest = rest_after(parts_of(body), known) if whole else []", "rest = []"),
    ),
    mutation(
        "two_renderers",
        "keeping the text as it was streamed",
        (f"{CHAT}/reply.py", '"content": joined(parts, TEXT)', '"content": joined(parts, TEXT).strip()'),
    ),
    mutation(
        "two_renderers",
        "the last words before the end",
        (f"{RUNS}/live.py", "        self.flush()\n        return tuple(", "        return tuple("),
    ),
    mutation(
        "stuck_or_false_idle",
        "closing open runs at the start",
        (f"{STORE}/recovery.py", "self.report.interrupted += close_run(self.store, session, partial)", "return"),
    ),
    mutation(
        "stuck_or_false_idle",
        "looking again at rows that say running",
        (f"{STORE}/recovery.py", "if row.summary.is_streaming and self._close_runs:", "if False:"),
    ),
    mutation(
        "late_writer",
        "the epoch",
        (f"{CHAT}/decide.py", "if head.run is None or head.run.epoch != epoch:", "if head.run is None:"),
    ),
    mutation(
        "resurrection",
        "deletion on record",
        (f"{STORE}/verdict.py", "if facts.trashed:", "if False:"),
        (f"{STORE}/recovery.py", "session is None or session.head.trashed", "session is None"),
    ),
    mutation(
        "two_truths",
        "taking an agent's conversation over as it stands",
        (f"{STORE}/agent_conversation.py", "if writing.plan.head != replace(", "if False and replace("),
    ),
    mutation(
        "two_truths",
        "one row for an agent's conversation that is ours now",
        (f"{RUNS}/hermes.py", "if summary.session_id not in mine and row.source_id not in mine:", "if True:"),
    ),
    mutation(
        "resurrection",
        "what an agent has deleted",
        (f"{STORE}/recovery.py", "origin.source_id not in known", "False"),
    ),
    mutation(
        "resurrection",
        "what was said here of what an agent has deleted",
        (f"{STORE}/recovery.py", "or origin.kept or head.spoken_in", ""),
    ),
    mutation(
        "resurrection",
        "what was hidden of an agent's",
        (
            f"{STORE}/hidden.py",
            "return tuple(msgspec.json.decode(self._path.read_bytes(), type=list[str]))",
            "return ()",
        ),
    ),
    mutation(
        "index_as_truth",
        "keeping an agent's rows out of our index file",
        (f"{STORE}/index.py", "if not row.summary.read_only", "if True"),
    ),
    mutation(
        "resurrection",
        "intent before counts",
        (
            f"{STORE}/verdict.py",
            'return "replace log" if facts.revision > facts.last_seq else "as it is"',
            'return "restore backup" if (facts.backup or 0) > facts.held else "as it is"',
        ),
    ),
    mutation(
        "backup_that_loses",
        "keeping what cannot be read",
        (f"{STORE}/files.py", "            self.replace(kept, [data])\n", "            pass\n"),
    ),
    mutation(
        "backup_that_loses",
        "the rule that a backup gives way to no smaller one",
        (f"{STORE}/snapshot.py", "if kept <= held:", "if True:"),
    ),
    mutation(
        "backup_that_loses",
        "keeping a version of equal length",
        (f"{STORE}/sessions.py", 'self.adopt(session, document, "changed", digest)', "pass"),
    ),
    mutation(
        "backup_that_loses",
        "knowing what was deleted for good",
        (f"{STORE}/purged.py", "self._take(self._read, line)", "pass"),
    ),
    mutation(
        "index_as_truth",
        "asking the folder what exists",
        (
            f"{STORE}/recovery.py",
            "found = survey(self.store.root)",
            "found = {key: files for key, files in survey(self.store.root).items() if key in previous or not previous}",
        ),
    ),
    mutation(
        "index_as_truth",
        "the pages after the first",
        (f"{STORE}/index.py", "more = start + limit < len(order)", "more = False"),
    ),
    mutation(
        "index_as_truth",
        "looking at sessions whose files have changed",
        (f"{STORE}/recovery.py", "row.log != files.log or row.snapshot != files.snapshot", "False"),
    ),
    mutation(
        "bleed",
        "a topic for each session",
        (f"{RUNS}/views.py", 'return f"session:{session_id}"', 'return "session:" if session_id else ""'),
    ),
    mutation(
        "draft_lost",
        "the queue after a turn that failed",
        (
            f"{CHAT}/head.py",
            '"asked": (), "queue": _unsteered(head.queue)}',
            '"asked": (), "queue": ()}',
        ),
    ),
    mutation(
        "draft_lost",
        "the queue of a deleted conversation",
        (f"{CHAT}/head.py", 'return {"trashed": True}', 'return {"trashed": True, "queue": ()}'),
    ),
    mutation(
        "draft_lost",
        "a draft's revision",
        (f"{STORE}/drafts.py", "if expected is not None and expected != stored.revision:", "if False:"),
    ),
    mutation(
        "lock_race",
        "the directory's lock",
        (f"{STORE}/files.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB"),
    ),
    mutation(
        "lock_race",
        "one writer a session",
        (
            f"{RUNS}/desk.py",
            "        async with place.lock:\n            session = await self._current(",
            "        if True:\n            session = await self._current(",
        ),
    ),
    mutation(
        "maintenance_as_activity",
        "the rule that only messages are activity",
        (
            f"{CHAT}/head.py",
            "return _fields(head, change.fields, change.source)",
            'return {**_fields(head, change.fields, change.source), "last_message_at": _event.at}',
        ),
    ),
    mutation(
        "reads_grow",
        "reading a page from its end",
        (
            f"{STORE}/sessions.py",
            "return list(reader.whole_path(leaf)) if limit is None else reader.path(leaf, limit)",
            "return list(reader.whole_path(leaf))[-(limit or 0) :]",
        ),
    ),
    mutation(
        "reads_grow",
        "the snapshot's head",
        (f"{STORE}/sessions.py", "if head.session_id == session_id and 0 <= begins", "if False and 0 <= begins"),
    ),
    mutation(
        "wrong_directory",
        "the word about other stores",
        ("hermes_webui/cli.py", "if not len(found.index):", "if False:"),
    ),
    mutation(
        "wrong_directory",
        "the id that stays",
        (f"{STORE}/identity.py", 'return Identity(str(found["id"])', 'return Identity(found["x"] + str(found["id"])'),
    ),
    mutation(
        "wrong_index",
        "the digits of an id",
        (
            f"{STORE}/reader.py",
            "if added is None or added.id != message_id:",
            "if added is None:",
        ),
    ),
    mutation(
        "wrong_index",
        "the message that an edit names",
        (
            f"{CHAT}/decide.py",
            "BranchSelected(target.parent, target.depth - 1,",
            "BranchSelected(target.id, target.depth,",
        ),
    ),
    mutation(
        "side_channel_clobber",
        "the order of a title's sources",
        (f"{CHAT}/decide.py", "TITLE_RANK.get(source, 0) < TITLE_RANK.get(head.title_source, 0)", "False"),
        (f"{CHAT}/head.py", "TITLE_RANK.get(source, 0) >= TITLE_RANK.get(head.title_source, 0)", "True"),
        (f"{RUNS}/turn.py", 'session.head.title_source not in {"default", "prompt"}', "False"),
    ),
)


#: What the crash contract of the store stands on; `tests/store` must notice each.
MUTATIONS += (
    mutation(
        "store",
        "the folder's sync",
        (
            f"{STORE}/log.py",
            "if new:\n            self._disk.sync_folder",
            "if False:\n            self._disk.sync_folder",
        ),
    ),
    mutation(
        "store",
        "the rename's sync",
        (
            f"{STORE}/files.py",
            "self.rename(temporary, path)\n        self.sync_folder(path.parent)",
            "self.rename(temporary, path)",
        ),
    ),
    mutation(
        "store",
        "the check of a line",
        (f"{STORE}/log.py", 'return check(previous, raw[: -SUM_LENGTH - 1] + b"}") == line.sum', "return True"),
    ),
    mutation(
        "store",
        "writing all of it",
        (
            f"{STORE}/files.py",
            "rest = rest[self.write(fd, rest) :]",
            "rest = rest[self.write(fd, rest) and len(rest) :]",
        ),
    ),
    mutation(
        "store",
        "splitting at newlines only",
        (
            f"{STORE}/log.py",
            'parts = chunk.split(b"\\n")',
            'parts = chunk.replace(b"\\xe2\\x80\\xa8", b"\\n").split(b"\\n")',
        ),
    ),
    mutation(
        "store",
        "whole appends",
        (f"{STORE}/log.py", "if each.line is not None and not each.line.more:", "if each.line is not None:"),
    ),
    mutation(
        "store",
        "cutting off what was refused",
        (f"{STORE}/log.py", "            self._disk.truncate(fd, self.size)\n", "            pass\n"),
    ),
    mutation(
        "store",
        "cutting nothing but its own",
        (f"{STORE}/log.py", "or not self._left.startswith(read_range(fd, self.size, size - self.size))", ""),
    ),
    mutation(
        "store",
        "a word where a message's line was changed",
        (f"{STORE}/reader.py", "return message if self._holds(line) else _flagged(message)", "return message"),
        (f"{STORE}/reader.py", "yield message if good else _flagged(message)", "yield message"),
    ),
    mutation("store", "a new file after a failed sync", (f"{STORE}/log.py", "            self._doubtful = True\n", "")),
    mutation(
        "store",
        "looking at the branch that is left",
        (
            f"{STORE}/sessions.py",
            "if leaf is not None and leaf.id != head.leaf and (not path or path[0].parent != parent):",
            "if False:",
        ),
    ),
    mutation("store", "giving up a journal that failed", (f"{STORE}/journal.py", "if self._failed:", "if False:")),
    mutation(
        "store",
        "passing over a first append of no byte",
        (f"{STORE}/sessions.py", "if path.exists() and path.stat().st_size:", "if path.exists():"),
    ),
    mutation(
        "store",
        "going on after a bad session",
        (f"{STORE}/recovery.py", "        except Exception as error:", "        except ZeroDivisionError as error:"),
    ),
    mutation(
        "store",
        "keeping a torn append",
        (
            f"{STORE}/sessions.py",
            'self.disk.keep(self.quarantine, f"{log.path.name}.torn-at-{log.size}", data)',
            "pass",
        ),
    ),
    mutation(
        "store",
        "a bound on snapshots",
        (
            f"{STORE}/sessions.py",
            "return stale and session.snapshot_bytes + size <= session.log.size // 2 + FREE",
            "return stale",
        ),
    ),
)


def survives(case: Mutation) -> str:
    """What is wrong with the row's test: nothing where it fails without the protection."""
    name = f"{case.row}, without {case.without}"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("hermes_webui", "api", "tests", "pyproject.toml"):
            source = CHECKOUT / part
            ignored = shutil.ignore_patterns("__pycache__", "ui")
            shutil.copytree(source, copy / part, ignore=ignored) if source.is_dir() else shutil.copy(
                source, copy / part
            )
        for edit in case.edits:
            path = copy / edit.file
            text = path.read_text("utf-8")
            if edit.old not in text:
                return f"{name}: {edit.file} does not hold {edit.old!r} any more"
            path.write_text(text.replace(edit.old, edit.new, 1), "utf-8")
        status, said = run(copy, "tests/store" if case.row == "store" else f"tests/losses/test_{case.row}.py")
    if status == 0:
        return f"{name}: its test still passes"
    return "" if status == 1 and " failed" in said else f"{name}: the test did not run: {said[-400:]}"


def run(copy: Path, tests: str) -> tuple[int, str]:
    """Runs tests in a copy, up to their first failure."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=240, check=False)
    return done.returncode, done.stdout + done.stderr


def main(rows: list[str]) -> int:
    chosen = [case for case in MUTATIONS if not rows or case.row in rows]
    tested = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    faults = [f"{row}: no mutation" for row in sorted(tested - {case.row for case in MUTATIONS}) if not rows]
    with ThreadPoolExecutor(2) as pool:
        for case, fault in zip(chosen, pool.map(survives, chosen), strict=True):
            sys.stdout.write(f"{'FAULT' if fault else 'caught'}  {case.row}, without {case.without}\n")
            sys.stdout.flush()
            faults += [fault] if fault else []
    sys.stdout.write("\n".join([*faults, f"{len(chosen)} mutations, {len(faults)} faults.\n"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

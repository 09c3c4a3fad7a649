"""What the start of a server (or `hermes-webui recover`) puts right, and what it must never touch.

The table of the design, as code: `judge` says what a session's files mean, `Recovery` carries it out. Intent on
record wins: a conversation that its log says was shortened or deleted stays so, after any number of starts. Only
where no log speaks does a backup that holds more come back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from hermes_webui.chat import asking, decide, hermes
from hermes_webui.chat.document import Summary
from hermes_webui.chat.events import SessionTrashed
from hermes_webui.chat.head import Head
from hermes_webui.chat.messages import Message, seq_of
from hermes_webui.chat.reply import MAY_HAVE_RUN, Cutting, interrupted
from hermes_webui.errors import Damaged, HermesError, StoreUnavailable
from hermes_webui.store import index as index_file
from hermes_webui.store import snapshot
from hermes_webui.store.agent_store import AgentStore, known_to_agent
from hermes_webui.store.files import TEMPORARY, stamp_of
from hermes_webui.store.index import Index, Row
from hermes_webui.store.journal import Partial, partials
from hermes_webui.store.purge import put_aside
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore
from hermes_webui.store.survey import Files, survey
from hermes_webui.store.verdict import Facts, Verdict, judge

logger = logging.getLogger(__name__)

#: How far back a run's open tool calls are looked for.
TAIL = 50

Progress = Callable[[int, int], None]


class Report(Struct):
    """What was found and done. `scanned` counts the conversations looked at."""

    scanned: int = 0
    restored: int = 0
    orphaned_backups: int = 0
    adopted: int = 0
    interrupted: int = 0
    torn: int = 0
    quarantined: int = 0
    damaged: list[str] = []
    problems: list[str] = []

    @property
    def recovered(self) -> int:
        """How many conversations needed something and are whole again."""
        return self.restored + self.adopted + self.interrupted + self.torn


class Recovery:
    """One pass over a session directory. It writes, so it needs the directory to itself.

    With `close_runs` (a server starts: nobody can be running them) every open run ends as interrupted.
    """

    def __init__(
        self,
        store: SessionStore,
        state_db: Path | None = None,
        *,
        close_runs: bool = False,
        agents: Sequence[AgentStore] = (),
    ) -> None:
        self.store = store
        self._close_runs = close_runs
        self.report = Report()
        self.index = Index()
        self._known = known_to_agent([AgentStore(state_db)] if state_db is not None else [])
        self._agents_know = known_to_agent(agents)
        self._partials: dict[str, Partial] = {}
        self._trashed: list[Summary] = []
        #: Open runs whose end the disk did not take: they are closed by the server as soon as it does.
        self.unclosed: dict[str, Partial | None] = {}
        #: Sessions whose run waits for an answer and goes on with it.
        self.waiting: list[str] = []

    def run(self, index_path: Path, progress: Progress | None = None) -> Index:
        """Looks at every session and puts right what needs it; returns the list. One bad session never stops the
        rest.
        """
        self._partials = {partial.run_id: partial for partial in partials(self.store.root / "_runs")}
        previous = index_file.read(index_path)
        found = survey(self.store.root)
        self._put_aside(found)
        rows: list[Row] = []
        for done, (session_id, files) in enumerate(sorted(found.items())):
            row = self._unchanged(previous.get(session_id), files) or self._look(session_id, files)
            if row is not None:
                rows.append(row)
            if progress is not None and done % 100 == 0:
                progress(done, len(found))
        self.index.fill(rows)
        self._trashed.sort(key=lambda row: row.updated_at)
        self.index.trashed.update((row.session_id, row) for row in self._trashed)
        self._clear_journals()
        return self.index

    def _put_aside(self, found: dict[str, Files]) -> None:
        try:
            put_aside(self.store, found)
        except OSError as error:
            self.report.problems.append(f"what has come back: {error}")

    def _unchanged(self, row: Row | None, files: Files) -> Row | None:
        if row is None or row.log != files.log or row.snapshot != files.snapshot:
            return None
        if row.summary.is_streaming and self._close_runs:
            return None
        if row.summary.session_source == hermes.SOURCE and not row.summary.epoch and self._agents_know is not None:
            return None
        if row.summary.damaged or (files.backup and (files.snapshot is None or row.log == 0)):
            return None
        self.report.scanned += 1
        return row

    def _look(self, session_id: str, files: Files) -> Row | None:
        try:
            session = self._recover(session_id, files)
        except Exception as error:  # whatever is in a file: the others are looked at all the same
            if not isinstance(error, HermesError | OSError):
                logger.exception("The recovery of %s failed", session_id)
            self.report.problems.append(f"{session_id}: {error}")
            session = self._as_it_is(session_id) if isinstance(error, OSError | StoreUnavailable) else None
            if session is None:
                self.report.damaged.append(session_id)
                session = self.store.new(session_id)
                session.damaged = True
        return None if session is None or session.head.trashed else session.row()

    def _as_it_is(self, session_id: str) -> Session | None:
        """The disk did not take what the session needs: it is listed as it can be read; its next command, or the next
        start, puts it right.
        """
        try:
            session = self.store.load(session_id)
        except (HermesError, OSError):
            return None
        if self._close_runs and session.head.run is not None:
            self.unclosed[session_id] = self._partials.get(session.head.run.id)
        session.stamp = None  # its snapshot has not been looked at
        return session if session.head.revision else None

    def _recover(self, session_id: str, files: Files) -> Session | None:
        session = self._session(session_id, files)
        facts = self._facts(session_id, session, files)
        verdict = judge(facts)
        if verdict != "gone" or facts.snapshot != "absent":
            self.report.scanned += 1
        session = self._carry_out(verdict, session_id, session, facts)
        if session is None:
            return None
        self._close_run(session)
        session.close()
        return session

    def _session(self, session_id: str, files: Files) -> Session | None:
        if not files.log and files.snapshot is None:
            return None
        try:
            session = self.store.load(session_id)
        except Damaged:
            return None
        if files.log and session.log.seq == 0:
            return self._without_its_log(session, files)
        self._cut_torn(session)
        return session

    def _without_its_log(self, session: Session, files: Files) -> Session | None:
        """Nothing in the log can be read: a first append that was cut off, or damage. It is kept in the quarantine."""
        log = session.log.path
        was_whole = log.read_bytes().endswith(b"\n")
        self.store.set_aside(log)
        self.report.torn += 1
        files.log = 0
        if was_whole and files.snapshot is None and not files.backup:
            raise Damaged("Its log cannot be read; it was moved to the quarantine.")
        return self._session(session.head.session_id, files)

    def _facts(self, session_id: str, session: Session | None, files: Files) -> Facts:
        path = self.store.path(session_id)
        kind, held, revision = _snapshot_facts(path, session)
        head = session.head if session is not None else None
        logged = session is not None and bool(files.log)
        backup = snapshot.count(snapshot.backup_of(path)) if files.backup else None
        return Facts(
            snapshot=kind,
            held=held,
            log=head.message_count if head is not None and logged else None,
            revision=revision,
            last_seq=session.log.seq if session is not None else 0,
            backup=backup,
            intended=backup is not None and backup > held >= 0 and _intended(path),
            trashed=head.trashed if head is not None else False,
            tombstone=self._known is not None and session_id not in self._known and (head is None or head.adopted),
            forsaken=head is not None and self._is_forsaken(head),
        )

    def _is_forsaken(self, head: Head) -> bool:
        """Whether it is a copy of what Hermes Agent has deleted since, and no more: where something was asked for here,
        or the user took it back from the trash, what was said is ours and stays.
        """
        origin, known = head.origin, self._agents_know
        if origin is None or origin.source != hermes.SOURCE or origin.kept or head.spoken_in:
            return False
        return known is not None and origin.source_id not in known

    def _carry_out(self, verdict: Verdict, session_id: str, session: Session | None, facts: Facts) -> Session | None:
        path = self.store.path(session_id)
        if verdict == "damaged":
            return self._damaged(session_id, path)
        if verdict == "gone":
            return self._gone(session, facts)
        if verdict == "restore backup":
            return self._restore_backup(session_id, path, session, facts)
        if verdict == "replace log":
            return self._replace_log(session_id)
        if session is None:
            return None
        if verdict == "adopt":
            self._close_run(session)  # while what it had said still belongs to the visible path
            self.report.adopted += self.store.adopt_change(session)
        elif verdict == "restore":
            self._keep(path)
            session.stamp = stamp_of(path)
            self._rewrite(session)
            self.report.restored += 1
        elif verdict == "rebuild":
            self._rebuild(session, facts, path)
        return session

    def _rebuild(self, session: Session, facts: Facts, path: Path) -> None:
        """The log holds it all. The view is written now where somebody may miss it, else at the next turn."""
        if facts.snapshot == "unreadable":
            self._keep(path)
            session.stamp = stamp_of(path)
        if facts.snapshot == "unreadable" or facts.backup is not None:
            self._rewrite(session)
            self.report.restored += 1
            self.report.orphaned_backups += facts.snapshot == "absent"

    def _rewrite(self, session: Session) -> None:
        """Writes the snapshot from the log over a file that has been kept."""
        path = self.store.path(session.head.session_id)
        self.store.disk.unlink(path)
        session.stamp = None
        self.store.write_snapshot(session)

    def _gone(self, session: Session | None, facts: Facts) -> Session | None:
        """Deleted: by the user, as its log says, or in Hermes Agent, as its state.db says. That is put on record. A run
        that was open is closed here too: who restores the session finds what it had said.
        """
        if session is None or not session.log.size:
            return None
        if facts.trashed:
            self.store.discard(session)
        else:
            session.append([SessionTrashed("deleted in Hermes Agent")], self.store.clock())
            if facts.forsaken:
                self.store.discard(session)
        self._close_run(session)
        self._trashed.append(session.summary())
        session.close()
        return None

    def _restore_backup(self, session_id: str, path: Path, session: Session | None, facts: Facts) -> Session:
        backup = snapshot.backup_of(path)
        self.report.restored += 1
        self.report.orphaned_backups += facts.snapshot == "absent"
        if session is not None and session.log.size:
            self._close_run(session)
            self._keep(path)
            self.store.adopt(session, snapshot.read_document(backup), "restored")
            session.stamp = stamp_of(path)
            self._rewrite(session)
            return session
        if facts.snapshot != "absent":
            self._keep(path)
        snapshot.copy(backup, path, self.store.disk)
        return self.store.load(session_id)

    def _replace_log(self, session_id: str) -> Session:
        """The snapshot has more than the log: the log lost its end. It is kept aside, and a new one begins with the
        snapshot.
        """
        log = self.store.log_path(session_id)
        self.store.set_aside(log)
        self.report.quarantined += 1
        self.report.adopted += 1
        session = self.store.load(session_id)
        session.append((), self.store.clock())
        return session

    def _damaged(self, session_id: str, path: Path) -> Session:
        self._keep(path)
        self.report.damaged.append(session_id)
        session = self.store.new(session_id)
        session.damaged = True
        return session

    def _keep(self, path: Path) -> None:
        if path.exists():
            self.store.disk.keep(self.store.quarantine, path.name, path.read_bytes())
            self.report.quarantined += 1

    def _cut_torn(self, session: Session) -> None:
        """An append that a crash cut off was never acknowledged. Its bytes are kept, then the log ends before them."""
        if not session.torn:
            return
        self.store.cut_torn(session)
        self.report.torn += 1

    def _close_run(self, session: Session) -> None:
        if self._close_runs and session.head.run is not None:
            partial = self._partials.get(session.head.run.id)
            if asking.survives(session.head) and not (partial and _left(self.store, session, partial)):
                self.waiting.append(session.head.session_id)
                return
            try:
                self.report.interrupted += close_run(self.store, session, partial)
            except StoreUnavailable as error:
                self.report.problems.append(f"{session.head.session_id}: {error.message}")
                self.unclosed[session.head.session_id] = partial

    def _clear_journals(self) -> None:
        """What was open is in the logs now. Where a run's session is damaged, or its end was not taken, they stay."""
        kept = {*self.report.damaged, *self.unclosed} & {partial.session_id for partial in self._partials.values()}
        if kept or not self._close_runs:
            return
        for path in (self.store.root / "_runs").glob("*.jsonl"):
            self.store.disk.unlink(path)
        for path in self.store.root.rglob(f".*{TEMPORARY}"):
            self.store.disk.unlink(path)


def close_run(store: SessionStore, session: Session, partial: Partial | None = None) -> bool:
    """Ends a run that nobody runs any more as interrupted, its partial text kept as a message. False where none is
    open.
    """
    run = session.head.run
    if run is None:
        return False
    at = store.clock()
    tail = store.path_messages(session, session.head.leaf, TAIL)
    parts = _left(store, session, partial) if partial is not None else ()
    outputs = partial.outputs if partial is not None and partial.run_id == run.id else {}
    cutting = Cutting("unknown", MAY_HAVE_RUN, asking.not_run(session.head), outputs)
    bodies = interrupted(tail, run.id, parts, at, run.model, cutting)
    session.append(decide.close_stale(session.head, at, bodies), at)
    return True


def _left(store: SessionStore, session: Session, partial: Partial) -> Sequence[tuple[str, str]]:
    """What the partial holds of a message that the log does not."""
    tail = store.path_messages(session, session.head.leaf, TAIL)
    mine = partial.session_id == session.head.session_id and not _logged(tail, partial)
    return partial.parts if mine else ()


def _logged(tail: Sequence[Message], partial: Partial) -> bool:
    """Whether the log holds the message that the partial is of: then it was complete before the end."""
    own = (message for message in tail if message.run_id == partial.run_id and message.role == "assistant")
    return any((seq_of(message.id) or 0) > partial.base for message in own)


def _snapshot_facts(path: Path, session: Session | None) -> tuple[Any, int, int]:
    if not path.exists():
        return "absent", 0, 0
    if session is not None and session.first is not None:
        return "foreign", session.head.message_count, 0
    ours = snapshot.read_head(path)
    if ours is not None and snapshot.is_intact(path):
        return "ours", ours[0].message_count, ours[0].revision
    held = snapshot.count(path)
    if snapshot.is_intact(path) or (session is not None and snapshot.is_taken_in(path, session.head.digest)):
        return "ours", held, 0
    return ("foreign" if held >= 0 else "unreadable"), held, 0


def _intended(path: Path) -> bool:
    try:
        return snapshot.intended(snapshot.read_document(path), snapshot.read_document(snapshot.backup_of(path)))
    except (Damaged, OSError):
        return False

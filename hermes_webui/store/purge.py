"""Deleting a conversation for good: all there is of it, in an order that a crash may cut anywhere.

    a line in `_purged.jsonl` ─▶ what its log leads to ─▶ its views and drafts ─▶ its log ─▶ a line that it is done

Before the first line it is in the trash and can be restored; after it the conversation is gone for everybody, and the
next start goes on with whatever is left. The log goes last: it tells what there is of it.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from hermes_webui.chat.document import Place
from hermes_webui.chat.head import Head
from hermes_webui.errors import Conflict, StoreUnavailable
from hermes_webui.store import index, journal, marks
from hermes_webui.store.agent_claims import claimed_in
from hermes_webui.store.agents import AgentNotes
from hermes_webui.store.attachments import Attachments
from hermes_webui.store.checkpoints import Checkpoints
from hermes_webui.store.files import free_name
from hermes_webui.store.log import lines, read
from hermes_webui.store.session import Session, fold
from hermes_webui.store.sessions import SESSION_ID, SessionStore
from hermes_webui.store.survey import Files

logger = logging.getLogger(__name__)

#: So much of a file is looked at in one piece.
CHUNK = 4 << 20

NOT_DELETED = "This conversation is not in the trash. Delete it first; only then it can be deleted for good."
HALF = (
    "This conversation is being deleted for good, and the disk did not let go of all of it ({reason}). It is not shown "
    "any more; the next start goes on, or do it again."
)

#: In compact JSON the quotes of a text are escaped: what looks like this is a key of a line or of a description.
_ATTACHED = re.compile(rb'"id":"([0-9a-f]{64})"')
_RUN = re.compile(rb'"run_id":"([^"\\]+)"')
_ENGINE = re.compile(rb'"engine":"([^"\\]+)"')


class Traces(Struct):
    """What a log leads to: attached files, runs, and the engines that may have a session of their own."""

    attachments: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    engines: set[str] = field(default_factory=set)


class Purging:
    """What removes the conversations of one state directory. Blocking; one at a time, since two that share a file would
    each take the other for who still needs it. `living`: the name of the journal that this process writes.
    """

    def __init__(self, store: SessionStore, attachments: Attachments, notes: AgentNotes, living: str = "") -> None:
        self.living = living
        self._store = store
        self._attachments = attachments
        self._notes = notes
        self._one = threading.Lock()

    def purge(self, session_id: str) -> None:
        """Removes a deleted conversation for good; one that is half removed is removed whole.

        Raises `NotFound` where there is none, `Conflict` where it is not in the trash, `StoreUnavailable`: then it is
        as it was, or gone for everybody and removed by the next start (or call).
        """
        with self._one:
            if session_id not in self._store.purged.open:
                session = self._store.load(session_id)
                try:
                    if not session.head.trashed:
                        raise Conflict(NOT_DELETED)
                    self._store.purged.begin(session_id, self._store.clock(), self._claims(session))
                finally:
                    session.close()
            self._remove(session_id)

    def disown(self, session_id: str) -> None:
        """As `purge`, of an agent's own conversation: it is never shown here again, and what is ours of it goes. Its
        agent keeps it.
        """
        with self._one:
            if session_id not in self._store.purged:
                self._store.purged.begin(session_id, self._store.clock(), ())
            self._remove(session_id)

    def finish(self) -> None:
        """At the start: goes on with those that a crash or the disk has stopped."""
        for session_id in self._store.purged.open:
            try:
                if self._is_wanted(session_id):
                    self._store.purged.withdraw(session_id, self._store.clock())
                else:
                    self.purge(session_id)
            except (StoreUnavailable, OSError) as error:
                logger.warning("%s could not be removed whole; the next start tries again. %s", session_id, error)

    def _is_wanted(self, session_id: str) -> bool:
        """Whether it has been taken back from the trash after the disk had refused: the log's last word counts."""
        path = self._store.log_path(session_id)
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            found = read(fd, 0, os.fstat(fd).st_size, session_id)
            return not fold(Head(session_id), Place(0, session_id), found).head.trashed
        finally:
            os.close(fd)

    def _claims(self, session: Session) -> set[str]:
        """The ids by which agents' own stores know the conversation."""
        head = session.head
        named = head.fields.get("agent_session")
        claims = {str(named["id"])} if isinstance(named, Mapping) and "id" in named else set()
        claims |= {head.origin.source_id} if head.origin is not None else set()
        engines = traces_in(session.log.path).engines
        claims |= {claimed_in(self._notes.get(engine, head.session_id)) for engine in engines}
        return claims - {""}

    def _remove(self, session_id: str) -> None:
        store = self._store
        try:
            log = store.log_path(session_id)
            traces = traces_in(log)
            own = files_of(store, session_id)
            self._attachments.remove(traces.attachments, partial(self._unneeded, own))
            self._forget(session_id, traces)
            self._unlink(path for path in own if path != log)
            self._unlink([log])
        except OSError as error:
            raise StoreUnavailable(HALF.format(reason=os.strerror(error.errno or 0))) from error
        if not store.purged.is_done(session_id):
            store.purged.end(session_id, store.clock())

    def _forget(self, session_id: str, traces: Traces) -> None:
        root, disk = self._store.root, self._store.disk
        Checkpoints(root / "_runs", disk).forget(traces.runs)
        journal.forget(root / "_runs", session_id, disk, self.living)
        for engine in traces.engines:
            self._notes.drop(engine, session_id)
        marks.remove(root / "_unread.json", session_id, disk)
        index.forget(root / "_index.json", session_id, disk)
        self._store.words.forget_with(session_id)

    def _unlink(self, paths: Iterable[Path]) -> None:
        folders = set()
        for path in paths:
            self._store.disk.unlink(path)
            folders.add(path.parent)
        for folder in folders:
            if folder.is_dir():
                self._store.disk.sync_folder(folder)

    def _unneeded(self, own: Collection[Path], ids: Collection[str]) -> set[str]:
        """Those that no other file names, deleted conversations, drafts and all that a person keeps among them."""
        left = {each.encode() for each in ids}
        for path in _others(self._store.root, set(own)):
            if not left:
                break
            left -= _named_in(path, left)
        return {each.decode() for each in left}


def purging_of(state: Path, store: SessionStore) -> Purging:
    """What removes the conversations of a state directory that no server has open."""
    return Purging(store, Attachments(state / "attachments", store.disk), AgentNotes(state / "agents", store.disk))


def traces_in(log: Path) -> Traces:
    """What the log leads to; nothing where it is gone."""
    traces, own = (
        Traces(),
        f"{log.stem}~".encode(),
    )  # a fork carries the ids of runs of others, and anybody may write one
    try:
        fd = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return traces
    try:
        for _, raw in lines(fd, 0, os.fstat(fd).st_size):
            traces.attachments.update(map(bytes.decode, _ATTACHED.findall(raw)))
            traces.runs.update(each.decode("utf-8", "replace") for each in _RUN.findall(raw) if each.startswith(own))
            traces.engines.update(each.decode("utf-8", "replace") for each in _ENGINE.findall(raw))
    finally:
        os.close(fd)
    return traces


def files_of(store: SessionStore, session_id: str) -> list[Path]:
    """Every file that is named after the session, with what is not whole yet; ids hold no dot, so names tell."""
    logs = store.log_path(session_id).parent
    folders = (store.root, store.trash, store.quarantine, store.root / "_drafts", logs)
    found = [path for folder in folders for path in _names(folder) if _is_of(path, session_id)]
    draft = f"draft-{session_id}"
    if not (SESSION_ID.fullmatch(draft) and store.log_path(draft).exists()):
        found += [path for path in _names(store.quarantine) if _is_of(path, draft)]
    return found


def _is_of(path: Path, name: str) -> bool:
    return path.name.lstrip(".").startswith(f"{name}.")


def put_aside(store: SessionStore, found: dict[str, Files]) -> None:
    """What has come back of conversations that were deleted for good (another program wrote it, or somebody took it
    from a backup) goes to the quarantine and out of what was `found`. Raises `OSError`.
    """
    back = [each for each in found if each in store.purged]
    for session_id in back:
        del found[session_id]
    for session_id in filter(store.purged.is_done, back):
        for path in files_of(store, session_id):
            if path.parent in {store.root, store.log_path(session_id).parent}:
                store.disk.move(path, free_name(store.quarantine / path.name))
                logger.warning("%s was deleted for good and has come back: it is in the quarantine now.", path.name)


def _names(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _others(root: Path, own: set[Path]) -> Iterator[Path]:
    """Every other file that may name an attachment: all of the session directory, and the lists beside it."""
    for path in (*root.rglob("*"), *root.parent.glob("*.json")):
        if path not in own and not path.name.startswith("_search.db") and path.is_file():
            yield path


def _named_in(path: Path, ids: Collection[bytes]) -> set[bytes]:
    """Which of these ids stand anywhere in the file."""
    found: set[bytes] = set()
    try:
        with path.open("rb") as file:
            end = b""
            while part := file.read(CHUNK):
                piece = end + part
                found.update(each for each in ids if each in piece)
                end = piece[-64:]
    except FileNotFoundError:
        return found  # written anew or moved meanwhile: it is a view, and its log is looked at
    except OSError:
        return set(ids)  # where one cannot look, it stays
    return found

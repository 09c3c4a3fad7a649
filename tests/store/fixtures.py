"""Session directories to test with: ours, made by appends, and hermes-webui's, written as it writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hermes_webui.chat import decide
from hermes_webui.chat.document import DEFAULTS, ORDER
from hermes_webui.chat.events import SessionCreated
from hermes_webui.chat.run import DONE, Ended
from hermes_webui.store.directory import DirectoryStore
from hermes_webui.store.files import Disk
from hermes_webui.store.recovery import Recovery
from hermes_webui.store.session import Session
from hermes_webui.store.sessions import SessionStore

SID = "abcdef012345"


class Clock:
    """A time that stands still until somebody moves it."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def store_in(root: Path, disk: Disk | None = None) -> DirectoryStore:
    """The store of `root` with a clock that stands still."""
    return DirectoryStore(root, disk or Disk(), Clock())


def begin(store: SessionStore, session_id: str = SID, **fields: Any) -> Session:
    """A session with nothing in it, on disk."""
    session = store.new(session_id)
    session.append([SessionCreated(session_id, fields)], 1_000.0)
    return session


def turn(session: Session, prompt: str, answer: str, *, at: float = 2_000.0, key: str | None = None) -> None:
    """A prompt and its answer, two appends."""
    run_id = f"{session.head.session_id}~{session.head.revision}"
    body = {"role": "user", "content": prompt, "timestamp": at}
    session.append(decide.start(session.head, at, decide.Prompt(body, run_id, key, "demo")), at)
    reply = {"role": "assistant", "content": answer, "timestamp": at + 1}
    ended = Ended(run_id, DONE)
    session.append(decide.finish(session.head, at + 1, session.head.epoch, ended, [reply]), at + 1)


def conversation(store: SessionStore, turns: int, session_id: str = SID) -> Session:
    """A session of some turns, on disk, without a snapshot."""
    session = begin(store, session_id)
    for number in range(turns):
        turn(session, f"prompt {number}", f"answer {number}", at=2_000.0 + 10 * number)
    return session


def contents(store: SessionStore, session_id: str = SID) -> list[Any]:
    """The visible messages as the store reads them now."""
    session = store.load(session_id)
    return [message.body.get("content") for message in store.path_messages(session, session.head.leaf)]


def recover(store: SessionStore, *, close_runs: bool = True, state_db: Path | None = None) -> Recovery:
    """A start of the server, as far as the directory is concerned."""
    recovery = Recovery(store, state_db, close_runs=close_runs)
    recovery.run(store.root / "_index.json")
    return recovery


def messages(count: int, **more: Any) -> list[dict[str, Any]]:
    """Prompts and answers in turn, as hermes-webui keeps them."""
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": f"text {n}", "timestamp": 100.0 + n, **more} for n in range(count)]


def document(listed: list[Any], session_id: str = SID, **more: Any) -> dict[str, Any]:
    """hermes-webui's document: its keys in its order, messages, tool calls, anything else."""
    given = {
        "session_id": session_id,
        "title": "Harbour",
        "created_at": 50.0,
        "updated_at": 100.0 + len(listed),
        **more,
    }
    head = {key: given.pop(key, DEFAULTS.get(key)) for key in ORDER}
    return {**head, "messages": listed, "tool_calls": given.pop("tool_calls", []), **given}


def write(root: Path, content: dict[str, Any], name: str = "") -> Path:
    """Writes a document as hermes-webui does: Python's json, indented, characters as they are."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / (name or f"{content['session_id']}.json")
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def tree(root: Path) -> dict[str, bytes]:
    """Every file below `root` but the lock, with its bytes."""
    found = (path for path in root.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}

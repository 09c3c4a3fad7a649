"""The demo as an agent: calls that ask first, a plan, a form, subagents. Nothing in it touches the machine.

A scene is a generator of what the engine says and asks, and is sent the answers; so it is the same each time, and one
that waited when the server ended goes on from the log alone (`going_on`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from hermes_webui.engines.base import (
    Answer,
    CallAsked,
    CallKind,
    Diff,
    EngineEvent,
    InputRequest,
    Location,
    Option,
    PlanEntry,
    PlanUpdated,
    Resumption,
    StepEnded,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    ToolCallUpdated,
    Turn,
)
from hermes_webui.engines.demo_replies import pieces_of

Step = EngineEvent | InputRequest
Scene = Generator[Step, Answer, None]
#: The words of the prompt, and the turn.
Play = Callable[[frozenset[str], Turn], Scene]

#: What a question waits for where the prompt says "hurry".
_HURRY_SECONDS: Final = 60.0
#: So much of what the user says meanwhile is repeated.
_SHOWN: Final = 80
_PATCH: Final = """\
--- a/notes/bees.md
+++ b/notes/bees.md
@@ -1,5 +1,6 @@
 # Bees

-They sleep in winter.
+They do not sleep in winter: they keep
+each other warm, and take turns outside.

 See also: [wasps](wasps.md)
"""
_FORM: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "Name of the hive", "minLength": 2, "maxLength": 40},
            "kind": {"type": "string", "title": "Kind", "enum": ["honey bees", "bumblebees", "solitary bees"]},
            "count": {"type": "integer", "title": "How many bees", "minimum": 1, "maximum": 60000, "default": 1000},
            "heated": {"type": "boolean", "title": "Keep it warm in winter", "default": True},
        },
        "required": ["name", "kind"],
    }
)
_CHOICES: Final = (Option("honey", "Honey"), Option("wax", "Wax"), Option("both", "Both, if there is time"))
_STEPS: Final[tuple[tuple[str, CallKind, str, str], ...]] = (
    ("Look at the notes", "read", "read_file", "notes/bees.md"),
    ("Find what is said about winter", "search", "search_files", "winter"),
    ("Read what others found out", "fetch", "fetch_page", "https://example.org/bees"),
    ("Rewrite the paragraph", "edit", "edit_file", "notes/bees.md"),
    ("Check the spelling", "execute", "run_command", "spell notes/bees.md"),
    ("Compare with the wasps", "read", "read_file", "notes/wasps.md"),
    ("Sum it up", "think", "think", "what was done"),
)


def scene_for(words: frozenset[str], turn: Turn) -> Scene | None:
    """The scene that the words of the prompt ask for, from its beginning or, where the turn goes on, from there."""
    play = next((play for word, play in _SCENES.items() if word in words), None)
    if play is None:
        return None
    scene = play(words, turn)
    return scene if turn.resumes is None else going_on(scene, turn.resumes)


def going_on(scene: Scene, resumes: Resumption) -> Scene:
    """The rest of a scene, from the call on that had been asked about; that call stands in the log already."""
    answer: Answer | None = None
    passed = False
    while True:
        try:
            step = scene.send(answer) if answer is not None else next(scene)
        except StopIteration:
            return
        answer = None
        if passed:
            answer = yield step
        elif isinstance(step, InputRequest):
            answer = Answer(step.request_id, "")
        else:
            passed = isinstance(step, ToolCallStarted) and step.call_id in resumes.asked


def heard(scene: Scene) -> Scene:
    """The scene, and what the user says between two of its steps."""
    running: set[str] = set()
    answer: Any = None
    while True:
        try:
            step = scene.send(answer)
        except StopIteration:
            return
        answer = yield step
        if isinstance(step, ToolCallStarted):
            running.add(step.call_id)
        elif isinstance(step, ToolCallFinished):
            running.discard(step.call_id)
            if not running:
                yield from _told_meanwhile()


def _told_meanwhile() -> Iterator[EngineEvent]:
    between = StepEnded()
    yield between
    for each in between.taken:
        words = " ".join(str(each.body.get("content") or "").split())
        shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        yield from _said(f"You say meanwhile: “{shown}” I go on with that in mind. ")


def _approve(words: frozenset[str], turn: Turn) -> Scene:
    call, command = f"demo-{turn.run_id}", "echo 'Hello from the demo' && date"
    yield from _said("I would like to run a command, so I ask you first. ")
    yield ToolCallStarted(call, "run_command", {"command": command}, "Say hello", "execute")
    risk = "It is harmless: the demo only pretends to run it."
    asked = CallAsked(call, "run_command", "execute", command, risk=risk, cwd=turn.workspace or "/home/you/notes")
    answer = yield _permission(call, "Run a command?", asked, words)
    if not answer.allowed:
        yield ToolCallFinished(call, "denied", "You did not allow it, so it was not run.")
        yield from _said("You said no, so nothing was run. Say “approve” to be asked again.")
        return
    for line in ("Hello from the demo\n", "Thu Jan  1 00:00:00 UTC 1970\n"):
        yield ToolCallUpdated(call, line)
    yield ToolCallFinished(call, "ok", "Hello from the demo\nThu Jan  1 00:00:00 UTC 1970", 0.2)
    yield from _said("You allowed it, so it was “run”. Your answer was on disk before I went on.")


def _patch(words: frozenset[str], turn: Turn) -> Scene:
    call, path = f"demo-{turn.run_id}", "notes/bees.md"
    yield from _said("This would change a file, so I show you how. ")
    place = (Location(path, 3),)
    yield ToolCallStarted(call, "edit_file", {"path": path}, "Correct the notes on bees", "edit", place)
    asked = CallAsked(call, "edit_file", "edit", path, patch=_PATCH, cwd=turn.workspace or "/home/you/notes")
    answer = yield _permission(call, "Change a file?", asked, words)
    if answer.allowed:
        yield ToolCallFinished(call, "ok", "Changed.", 0.1, (Diff(path, _PATCH),), place)
        yield from _said("That is what it would look like. No file was touched.")
    else:
        yield ToolCallFinished(call, "denied", "You did not allow it, so the file is as it was.")
        yield from _said("You said no, so the file is as it was.")


def _form(_words: frozenset[str], turn: Turn) -> Scene:
    call = f"demo-{turn.run_id}"
    yield ToolCallStarted(call, "ask_user", {}, "A few things to know first", "ask")
    options = (Option("send", "Send"), Option("skip", "Skip", "reject_once"))
    asked = CallAsked(call, "ask_user", "ask")
    answer = yield InputRequest(call, "form", "Tell me about the bees", options, asked, dict(_FORM))
    yield ToolCallFinished(call, "ok", _listed(answer.values) or "Nothing was said.")
    yield from _said(f"You told me this:\n\n{_listed(answer.values)}\n" if answer.values else "You said nothing. Fine.")


def _choose(_words: frozenset[str], turn: Turn) -> Scene:
    yield from _question(turn, "Which shall I make?", _CHOICES)


def _inquire(_words: frozenset[str], turn: Turn) -> Scene:
    yield from _question(turn, "What is your favourite flower?", ())


def _question(turn: Turn, title: str, options: tuple[Option, ...]) -> Scene:
    call = f"demo-{turn.run_id}"
    yield ToolCallStarted(call, "ask_user", {"question": title}, title, "ask")
    answer = yield InputRequest(call, "question", title, options, CallAsked(call, "ask_user", "ask"))
    said = next((option.label for option in options if option.id == answer.choice), answer.choice)
    yield ToolCallFinished(call, "ok", said)
    yield from _said(f"You said: **{said}**. I will remember it for as long as this demo remembers anything.")


def _plan(_words: frozenset[str], turn: Turn) -> Scene:
    yield from _said("Here is what I mean to do. ")
    yield _planned(0)
    for at, (title, kind, name, subject) in enumerate(_STEPS):
        yield from _step(f"demo-{turn.run_id}-{at}", title, kind, name, subject)
        yield _planned(at + 1)
    yield from _said("All of it is done, and none of it happened: this is a demo. A plan looks like that.")


def _subagents(_words: frozenset[str], turn: Turn) -> Scene:
    yield from _said("Two others help me with that. ")
    for number, (title, steps, result) in enumerate(
        (
            ("Find out how bees sleep", _STEPS[:3], "They do not: they rest in turns."),
            ("Rewrite the notes", _STEPS[3:5], "One paragraph is new."),
        )
    ):
        helper = f"demo-{turn.run_id}-{number}"
        yield ToolCallStarted(helper, "delegate", {"task": title}, title, "agent")
        for at, (step, kind, name, subject) in enumerate(steps):
            yield from _step(f"{helper}-{at}", step, kind, name, subject, parent=helper)
        yield ToolCallFinished(helper, "ok", result, 1.5)
    yield from _said("Both are back. What each of them did stands inside its own card.")


def _said(text: str) -> Iterator[EngineEvent]:
    yield from map(TextDelta, pieces_of(text))


def _step(call: str, title: str, kind: CallKind, name: str, subject: str, *, parent: str = "") -> Iterator[EngineEvent]:
    path = subject.removeprefix("spell ")
    places = (Location(path),) if kind in {"read", "edit"} else ()
    yield ToolCallStarted(call, name, {"subject": subject}, title, kind, places, parent)
    if kind == "execute":
        for line in range(1, 6):
            yield ToolCallUpdated(call, f"line {line}: no mistakes\n")
    diffs = (Diff(path, _PATCH),) if kind == "edit" else ()
    yield ToolCallFinished(call, "ok", f"{title}: done.", 0.3, diffs, places)


def _planned(done: int) -> PlanUpdated:
    def entry(at: int, title: str) -> PlanEntry:
        return PlanEntry(title, "completed" if at < done else "in_progress" if at == done else "pending")

    return PlanUpdated(tuple(entry(at, title) for at, (title, *_) in enumerate(_STEPS)))


def _permission(call: str, title: str, asked: CallAsked, words: frozenset[str]) -> InputRequest:
    timeout = _HURRY_SECONDS if "hurry" in words else None
    grant = f"{asked.name}({asked.subject})"
    options = (
        Option("allow", "Allow", "allow_once"),
        Option("session", "Allow in this session", "allow_session", grant),
        Option("deny", "Deny", "reject_once"),
    )
    return InputRequest(call, "permission", title, options, asked, timeout=timeout)


def _listed(values: Mapping[str, Any]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


_SCENES: Final[Mapping[str, Play]] = MappingProxyType(
    {
        "approve": _approve,
        "patch": _patch,
        "form": _form,
        "choose": _choose,
        "inquire": _inquire,
        "plan": _plan,
        "subagents": _subagents,
    }
)

"""What an agent says beside its tool calls, as events: text, thoughts, plan, modes, commands, usage. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.engines.acp.calls import text_in
from hermes_webui.engines.base import (
    EngineEvent,
    PlanEntry,
    PlanUpdated,
    ReasoningDelta,
    SessionInfoChanged,
    TextDelta,
    Usage,
    UsageUpdated,
)

Reason = Literal["end_turn", "max_tokens", "refusal", "cancelled", "unknown"]
#: ACP's stop reasons; too many requests in a turn is a limit, too.
REASONS: Final[Mapping[str, Reason]] = {
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "max_turn_requests": "max_tokens",
    "refusal": "refusal",
    "cancelled": "cancelled",
}


#: Of a turn's or an answer's tokens.
COUNTS: Final = ("inputTokens", "outputTokens", "thoughtTokens")
Counts = tuple[int, int, int]
_OWN: Final = ("input_tokens", "output_tokens", "thought_tokens")


class Session(Struct, frozen=True):
    """What an agent has said of its session: modes and models that can be chosen ({id, name, description?}), those that
    are on, commands ({name, description, hint?}). `options` are the ids of configuration options by category.
    """

    modes: tuple[dict[str, str], ...] = ()
    mode: str = ""
    models: tuple[dict[str, str], ...] = ()
    model: str = ""
    commands: tuple[dict[str, str], ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def info(self) -> SessionInfoChanged:
        """As the page is told."""
        return SessionInfoChanged(modes=self.modes, mode=self.mode, commands=self.commands)


def opened(said: Mapping[str, Any], before: Session) -> Session:
    """What `session/new`, `session/load` or a configuration update says; what it leaves out stays. An option goes
    before the older list of the same: its values are what is set, and Codex names its models otherwise in the two.
    """
    modes, mode = _choices(said.get("modes"), "availableModes", "currentModeId", "id")
    models, model = _choices(said.get("models"), "availableModels", "currentModelId", "modelId")
    options = []
    for option in _dicts(said.get("configOptions")):
        category, chosen = str(option.get("category") or ""), str(option.get("currentValue") or "")
        listed = tuple(_named(each, "value") for each in _flat(option.get("options")))
        options.append((category, str(option.get("id") or "")))
        if category == "mode" and listed:
            modes, mode = listed, chosen
        if category == "model" and listed:
            models, model = listed, chosen
    return Session(
        modes or before.modes,
        mode or before.mode,
        models or before.models,
        model or before.model,
        before.commands,
        tuple(options) or before.options,
    )


def changed(update: Mapping[str, Any], before: Session) -> Session:
    """What a session update says of modes, commands and options."""
    match update.get("sessionUpdate"):
        case "current_mode_update":
            mode = str(update.get("currentModeId") or before.mode)
            return Session(before.modes, mode, before.models, before.model, before.commands, before.options)
        case "available_commands_update":
            commands = tuple(_command(each) for each in _dicts(update.get("availableCommands")) if each.get("name"))
            return Session(before.modes, before.mode, before.models, before.model, commands, before.options)
        case "config_option_update":
            return opened({"configOptions": update.get("configOptions")}, before)
    return before


def event_of(update: Mapping[str, Any]) -> EngineEvent | None:
    """Text, thoughts, a plan or a title; None for what is no event by itself."""
    match update.get("sessionUpdate"):
        case "agent_message_chunk":
            text = text_in(update)
            return TextDelta(text) if text else None
        case "agent_thought_chunk":
            text = text_in(update)
            return ReasoningDelta(text) if text else None
        case "plan":
            return PlanUpdated(tuple(_entry(each) for each in _dicts(update.get("entries"))))
        case "session_info_update" if isinstance(update.get("title"), str):
            return SessionInfoChanged(title=str(update["title"]))
    return None


class Spent(Struct, frozen=True):
    """What a turn has used: tokens of the answer, the context as it stands, and the session's cost before the turn.
    `requests` is what the answers of the model have used so far (input, output, thought), as Qwen Code tells it.
    """

    used: int = 0
    size: int | None = None
    cost_before: float | None = None
    cost: float | None = None
    requests: Counts = (0, 0, 0)

    def add(self, update: Mapping[str, Any]) -> Spent:
        """One more answer of the model, where a message of the agent's says what it used."""
        found = _counts(_at(update, "_meta", "usage"))
        return replace(self, requests=_sum(self.requests, found)) if any(found) else self

    def take(self, update: Mapping[str, Any]) -> Spent:
        """A `usage_update`: the context's fill, and what the session has cost in all."""
        cost = update.get("cost")
        dollars = cost.get("amount") if isinstance(cost, Mapping) and cost.get("currency") in (None, "USD") else None
        amount = float(dollars) if isinstance(dollars, int | float) else self.cost
        return replace(self, used=_count(update.get("used")), size=_count(update.get("size")) or self.size, cost=amount)

    def whole(self, said: Mapping[str, Any]) -> UsageUpdated | None:
        """With what the prompt's answer says of its tokens; None where nobody has said anything of them."""
        found = said.get("usage")
        counts = _counts(found) if isinstance(found, Mapping) else self.requests
        counts = counts if any(counts) else _counts(_at(said, "_meta", "quota", "token_count"))
        if any(counts):
            return self.usage(dict(zip(COUNTS, counts, strict=True)))
        return self.usage() if self.used else None

    def usage(self, said: Any = None) -> UsageUpdated:
        """With these counts of the turn, else with the context's fill."""
        spent = self.cost - (self.cost_before or 0.0) if self.cost is not None else None
        cost = round(max(0.0, spent), 6) if spent is not None else None
        if not isinstance(said, Mapping):
            return UsageUpdated(Usage(self.used, 0, 0, cost, self.size))
        given, made, thought = _counts(said)
        return UsageUpdated(Usage(given, made, thought, cost, self.size))


def _sum(one: Counts, other: Counts) -> Counts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _at(said: Any, *names: str) -> Any:
    for name in names:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said


def _counts(found: Any) -> Counts:
    """Input, output and thought; Gemini CLI writes them in its own way."""
    given = found if isinstance(found, Mapping) else {}
    counted = [_count(given.get(name)) or _count(given.get(own)) for name, own in zip(COUNTS, _OWN, strict=True)]
    return counted[0], counted[1], counted[2]


def _entry(said: Mapping[str, Any]) -> PlanEntry:
    status, priority = said.get("status"), said.get("priority")
    return PlanEntry(
        str(said.get("content") or ""),
        status if status in ("pending", "in_progress", "completed") else "pending",
        priority if priority in ("high", "medium", "low") else "medium",
    )


def _choices(found: Any, listed: str, chosen: str, key: str) -> tuple[tuple[dict[str, str], ...], str]:
    if not isinstance(found, Mapping):
        return (), ""
    return tuple(_named(each, key) for each in _dicts(found.get(listed))), str(found.get(chosen) or "")


def _named(said: Mapping[str, Any], key: str) -> dict[str, str]:
    identity = str(said.get(key) or said.get("id") or "")
    name = {"id": identity, "name": str(said.get("name") or identity)}
    about = said.get("description")
    return {**name, "description": about} if isinstance(about, str) and about else name


def _command(said: Mapping[str, Any]) -> dict[str, str]:
    name = {"name": str(said["name"]).lstrip("/"), "description": str(said.get("description") or "")}
    given = said.get("input")
    hint = given.get("hint") if isinstance(given, Mapping) else None
    return {**name, "hint": str(hint)} if hint else name


def _flat(options: Any) -> list[Mapping[str, Any]]:
    """Options, also those in groups."""
    found: list[Mapping[str, Any]] = []
    for each in _dicts(options):
        found += _dicts(each["options"]) if "options" in each else [each]
    return found


def _dicts(found: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _count(found: Any) -> int:
    return found if type(found) is int and found > 0 else 0

"""What agents may do without a question: what `config.toml` says, and what was allowed on the page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from hermes_webui.chat.policy import Mode, Policy, is_pattern
from hermes_webui.errors import BadRequest, Conflict, HermesError, SettingsError
from hermes_webui.store.choices import Choices

logger = logging.getLogger(__name__)

NAME: Final = "approvals"
MODES: Final[Sequence[Mode]] = get_args(Mode)

MOST_PATTERNS: Final = 500


class Permissions:
    """The policy that holds. Raises `SettingsError` for a table in `config.toml` that says something else."""

    def __init__(self, given: Mapping[str, Any], choices: Choices) -> None:
        self._given = given
        self._choices = choices
        self._tasks: set[asyncio.Task[None]] = set()
        try:
            _checked(given.get("mode", "always"), given.get("allow", []))
        except BadRequest as error:
            raise SettingsError(f"[approvals] in config.toml: {error.message}") from error

    @property
    def mode_is_given(self) -> bool:
        """Whether `config.toml` says when to ask: then the page does not."""
        return "mode" in self._given

    def policy(self) -> Policy:
        """What holds now."""
        said = self._said()
        mode: Mode = self._given.get("mode") or said.get("mode") or "always"
        return Policy(mode, (*self._given.get("allow", ()), *said.get("allow", ())))

    def told(self) -> dict[str, Any]:
        """As the page shows it: `given` patterns stand in `config.toml`, `allow` were allowed here."""
        said = self._said()
        where = "config.toml" if self.mode_is_given else ""
        allow = list(said.get("allow", ()))
        return {"mode": self.policy().mode, "from": where, "given": list(self._given.get("allow", ())), "allow": allow}

    async def choose(self, mode: str | None, allow: Sequence[str] | None) -> None:
        """Sets when to ask and the patterns that are allowed for good; None: as it is."""
        said = self._said()
        if mode is not None and self.mode_is_given and mode != self._given["mode"]:
            raise Conflict("When to ask is set in config.toml. Change it there.")
        new = {
            "mode": mode or said.get("mode", "always"),
            "allow": list(said.get("allow", ()) if allow is None else allow),
        }
        _checked(new["mode"], new["allow"])
        await self._choices.change(NAME, new)

    def grant(self, pattern: str) -> None:
        """Allows a pattern for good; what cannot be kept is asked again."""

        async def keep() -> None:
            try:
                await self.choose(None, [*(each for each in self._said().get("allow", ()) if each != pattern), pattern])
            except HermesError as error:
                logger.warning("%s is not allowed for good: %s", pattern, error.message)

        task = asyncio.create_task(keep())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Waits for what is still being kept."""
        await asyncio.gather(*self._tasks)

    def _said(self) -> Mapping[str, Any]:
        found = self._choices.said.get(NAME)
        return found if isinstance(found, Mapping) else {}


def _checked(mode: object, allow: object) -> None:
    if mode not in MODES:
        raise BadRequest(f"`mode` is one of: {', '.join(MODES)}.")
    if not isinstance(allow, list) or len(allow) > MOST_PATTERNS:
        raise BadRequest(f"`allow` is a list of at most {MOST_PATTERNS} patterns.")
    for each in allow:
        if not (isinstance(each, str) and is_pattern(each)):
            raise BadRequest(f"{each!r} is no pattern. One is `run_command(git status)` or `write_file(docs/*)`.")

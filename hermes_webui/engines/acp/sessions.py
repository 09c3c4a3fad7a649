"""The agent's session in its process: begun, loaded where the agent still has it, its mode and model."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from msgspec.structs import replace

from hermes_webui.engines.acp import told
from hermes_webui.engines.acp.link import Lost, Refused
from hermes_webui.engines.acp.opening import session_in
from hermes_webui.engines.acp.profiles import Profile
from hermes_webui.engines.acp.seats import Seat

#: A first session reads skills and asks servers.
OPEN_SECONDS: Final = 120.0
#: Pages of `session/list` that are read at most.
MOST_PAGES: Final = 200


class Sessions:
    """What can be done with sessions in this seat. All raise `Refused`, `Lost` or `TimeoutError`."""

    def __init__(self, profile: Profile, seat: Seat) -> None:
        self._profile = profile
        self._seat = seat

    async def begin(self, cwd: str) -> str:
        """A new session; the agent's id of it."""
        said = await self._request("session/new", self._place(cwd), OPEN_SECONDS)
        found = str(said.get("sessionId") or "")
        if not found:
            raise Refused(0, "it opened no session", None)
        self._opened(found, said)
        return found

    async def load(self, session_id: str, cwd: str) -> bool:
        """Opens one that it had before; whether it still has it."""
        can, more = self._seat.capabilities, self._more
        lists = more.get("list") is not None
        if self._profile.traits.loads_anything and not (lists and await self._lists(session_id)):
            return False
        method = (
            "session/load" if can.get("loadSession") else "session/resume" if more.get("resume") is not None else ""
        )
        if not method:
            return False
        self._seat.hears = self._history
        try:
            said = await self._request(method, {"sessionId": session_id, **self._place(cwd)}, OPEN_SECONDS)
        except Refused:
            return False
        finally:
            self._seat.hears = None
        self._opened(session_id, said)
        return True

    async def forget(self) -> None:
        """Takes away a session in which nothing was said, where the agent can."""
        if self._more.get("delete") is not None:
            with suppress(Refused):
                await self._request("session/delete", {"sessionId": self._seat.agent_session})

    async def _history(self, method: str, params: dict[str, Any]) -> None:
        """What is told again when a session is loaded stands in our log; only what it offers is news."""
        update = params.get("update")
        if method == "session/update" and isinstance(update, dict):
            self._seat.session = told.changed(update, self._seat.session)

    async def _lists(self, session_id: str) -> bool:
        cursor: Any = None
        for _ in range(MOST_PAGES):
            said = await self._request("session/list", {"cursor": cursor} if cursor else {})
            if session_in(said, session_id):
                return True
            cursor = said.get("nextCursor")
            if not cursor:
                break
        return False

    async def set_mode(self, mode: str) -> None:
        """The mode, as a mode or as the option that stands for it."""
        options = dict(self._seat.session.options)
        if "mode" in options:
            await self._option(options["mode"], mode)
        else:
            await self._request("session/set_mode", {"sessionId": self._seat.agent_session, "modeId": mode})
        self._seat.session = replace(self._seat.session, mode=mode)

    async def set_model(self, model: str) -> None:
        """The model, where the agent knows it; what it does not know stays as it is."""
        if not any(each["id"] == model for each in self._seat.session.models):
            raise Refused(0, f"it has no model “{model}”; choose another one", None)
        options = dict(self._seat.session.options)
        if "model" in options:
            await self._option(options["model"], model)
        else:
            await self._request("session/set_model", {"sessionId": self._seat.agent_session, "modelId": model})
        self._seat.session = replace(self._seat.session, model=model)

    async def _option(self, option: str, value: str) -> None:
        params = {"sessionId": self._seat.agent_session, "configId": option, "value": value}
        said = await self._request("session/set_config_option", params)
        self._seat.session = told.opened(said, self._seat.session)

    @property
    def _more(self) -> dict[str, Any]:
        """What it can do with sessions beside opening them."""
        found = self._seat.capabilities.get("sessionCapabilities")
        return found if isinstance(found, dict) else {}

    def _place(self, cwd: str) -> dict[str, Any]:
        return {"cwd": cwd, "mcpServers": list(self._seat.handed.servers)}

    def _opened(self, session_id: str, said: dict[str, Any]) -> None:
        self._seat.agent_session = session_id
        self._seat.session = told.opened(said, self._seat.session)

    async def _request(self, method: str, params: dict[str, Any], within: float = 60.0) -> dict[str, Any]:
        link = self._seat.link
        if link is None:
            raise Lost("the agent has ended")
        said = await link.request(method, params, within)
        return said if isinstance(said, dict) else {}

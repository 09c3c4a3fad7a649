"""Which providers and models can be chosen now, asked of the addresses themselves and kept for a minute.

A provider that is away, refuses its key or answers nonsense is listed as not ready with a sentence that says
what to do; nothing here raises for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import httpx2
from msgspec import Struct

from hermes_webui.engines.base import ModelInfo, ProviderInfo
from hermes_webui.engines.connections import Connections
from hermes_webui.engines.listing import list_models
from hermes_webui.engines.providers import ProviderConfig

#: Shown where a provider's own list cannot be read for another reason than the key: names of pydantic-ai
#: 2.68's list.
_WELL_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "openai": ("gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"),
    "anthropic": ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"),
    "google": ("gemini-3.8-flash", "gemini-3.1-pro-preview", "gemini-3.5-flash-lite"),
}
_OR_ON_THE_PAGE: Final = " and start the server again, or give the key in the settings of the page."
_GOOGLES_WRONG_KEY: Final = (400, "google")
_FRESH_SECONDS: Final = 60.0
#: A provider that was away is asked again this soon: somebody may just have started it.
_RETRY_SECONDS: Final = 5.0


class _Known(Struct, frozen=True):
    info: ProviderInfo
    until: float


class Catalogue:
    """The list of one engine's providers, cached; `clock` is in seconds and monotonic."""

    def __init__(
        self,
        configs: Sequence[ProviderConfig],
        connections: Connections,
        engine: str,
        clock: Callable[[], float],
    ) -> None:
        self._configs = configs
        self._connections = connections
        self._engine = engine
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def infos(self) -> list[ProviderInfo]:
        """Every provider, in the configuration's order; takes no longer than the slowest one's time-out."""
        return list(await asyncio.gather(*(self.info(config) for config in self._configs)))

    async def info(self, config: ProviderConfig) -> ProviderInfo:
        """What is known of this provider; asks it when that is older than a minute. Two callers ask once."""
        async with self._asking.setdefault(config.id, asyncio.Lock()):
            known = self._known.get(config.id)
            if known is None or self._clock() >= known.until:
                info = await self._ask(config)
                lasts = _FRESH_SECONDS if info.ready else _RETRY_SECONDS
                known = self._known[config.id] = _Known(info, self._clock() + lasts)
            return known.info

    def forget(self, provider: str) -> None:
        """Asks this provider again when it is wanted next."""
        self._known.pop(provider, None)

    def context_length(self, provider: str, model: str) -> int | None:
        """The model's context in tokens, where a list that was read before names it; asks nobody."""
        known = self._known.get(provider)
        models = known.info.models if known else ()
        return next((each.context_length for each in models if each.id == model), None)

    def takes_images(self, provider: str, model: str) -> bool | None:
        """Whether the model takes images, where a list that was read before says so; asks nobody."""
        known = self._known.get(provider)
        models = known.info.models if known else ()
        return next((each.images for each in models if each.id == model), None)

    async def _ask(self, config: ProviderConfig) -> ProviderInfo:
        if config.needs_key and not config.api_key:
            return self._info(config, (), f"Set {config.key_setting}{_OR_ON_THE_PAGE}")
        within = self._connections.timeouts.listing
        try:
            async with asyncio.timeout(within * 1.25):
                models = await list_models(config, self._connections.client(config), within)
        except httpx2.HTTPStatusError as error:
            return self._refused(config, error.response.status_code)
        except (httpx2.HTTPError, TimeoutError):
            return self._away(config)
        except ValueError:
            return self._info(config, _instead(config), f"{config.address} sent no list of models.", ready=True)
        return self._listed(config, models)

    def _listed(self, config: ProviderConfig, models: tuple[ModelInfo, ...]) -> ProviderInfo:
        if config.models:
            listed = {model.id: model for model in models}
            models = tuple(listed.get(name, ModelInfo(name, config.id)) for name in config.models)
        if models:
            return self._info(config, models, "", ready=True)
        hint = "Load a model there" if config.kind != "ollama" else "Fetch one with `ollama pull NAME`"
        return self._info(config, (), f"{config.name} answers but has no model to talk to. {hint}.")

    def _refused(self, config: ProviderConfig, status: int) -> ProviderInfo:
        if status in (401, 403) or (status, config.kind) == _GOOGLES_WRONG_KEY:
            key = "refuses its key" if config.api_key else "asks for a key"
            return self._info(config, (), f"{config.name} {key}. Set {config.key_setting}{_OR_ON_THE_PAGE}")
        instead = _instead(config)
        hint = f"{config.name} could not list its models (HTTP {status})."
        missing = "" if instead else f" Check `base_url`, or name them as `models` under `[providers.{config.id}]`."
        return self._info(config, instead, hint + missing, ready=bool(instead))

    def _away(self, config: ProviderConfig) -> ProviderInfo:
        if config.kind == "ollama" and config.is_loopback:
            hint = f"Nothing answers at {config.address}. If Ollama is installed, start it with `ollama serve`."
            return self._info(config, (), hint)
        hint = f"Nothing answers at {config.address}. Check that it runs and can be reached from this machine."
        return self._info(config, _instead(config), hint, ready=config.needs_key and config.id in _WELL_KNOWN)

    def _info(
        self, config: ProviderConfig, models: tuple[ModelInfo, ...], hint: str, *, ready: bool = False
    ) -> ProviderInfo:
        return ProviderInfo(config.id, config.name, self._engine, ready, models, hint)


def _instead(config: ProviderConfig) -> tuple[ModelInfo, ...]:
    """The models to offer where the list cannot be read: the owner's, else well-known ones, else none."""
    well_known = _WELL_KNOWN.get(config.id, ()) if config.needs_key else ()
    return tuple(ModelInfo(name, config.id) for name in config.models or well_known)

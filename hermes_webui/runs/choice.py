"""Who shall answer: what a request, a session, the settings or a look around say, in this order."""

from __future__ import annotations

from msgspec import Struct

from hermes_webui.engines.base import Engine, ProviderInfo

DEMO = "demo"


class Choice(Struct, frozen=True):
    """An engine, and its provider and model where it has some; empty: not said."""

    engine: str = ""
    provider: str = ""
    model: str = ""


class Default:
    """Who answers where nobody chose: what the settings say, else the first model that was found, else the demo."""

    def __init__(self, configured: Choice) -> None:
        self._configured = configured
        self._found = Choice(DEMO, DEMO, DEMO)

    def configure(self, configured: Choice) -> None:
        """Another choice from now on; an empty one: what is found."""
        self._configured = configured

    def __call__(self) -> Choice:
        """The choice as far as is known now."""
        named = self._configured
        if named.engine or named.model:
            return Choice(named.engine or "model", named.provider, named.model)
        return self._found

    async def look(self, engine: Engine | None) -> None:
        """Looks for models (keys, Ollama on this machine). At the start, beside everything else."""
        if engine is not None:
            self.take(await engine.providers())

    def take(self, providers: list[ProviderInfo]) -> None:
        """The first provider that is ready and has a model."""
        ready = (provider for provider in providers if provider.ready and provider.models and provider.engine != DEMO)
        first = next(ready, None)
        if first is not None:
            self._found = Choice(first.engine, first.id, first.models[0].id)

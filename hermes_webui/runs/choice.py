"""Who shall answer: what a request, a session, the settings or a look around say, in this order."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.chat.decide import Prompt
from hermes_webui.chat.head import Head
from hermes_webui.engines.base import Engine, ProviderInfo
from hermes_webui.errors import BadRequest

DEMO = "demo"
#: Who may answer though nobody chose it: other agents want a login first.
UNCHOSEN = frozenset({"model", "hermes"})


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

    async def look(self, *engines: Engine | None) -> None:
        """Looks for models (keys, Ollama on this machine) and agents. At the start, beside everything else."""
        self.take([provider for engine in engines if engine is not None for provider in await engine.providers()])

    def take(self, providers: list[ProviderInfo]) -> None:
        """The first provider that is ready and has a model."""
        ready = (each for each in providers if each.ready and each.models and each.engine in UNCHOSEN)
        first = next(ready, None)
        if first is not None:
            self._found = Choice(first.engine, first.id, first.models[0].id)


class Choosing:
    """Says of each prompt who answers it."""

    def __init__(self, engines: Collection[str], default: Callable[[], Choice]) -> None:
        self._engines = engines
        self._default = default

    def __call__(self, head: Head, prompt: Prompt, choice: Choice) -> Prompt:
        """The prompt with who answers it: whom it names, else whom its session keeps to, else the default."""
        default = self._default()
        named = bool(choice.model or choice.engine or choice.provider)
        own = Choice(
            str(head.fields.get("engine") or ""),
            str(head.fields.get("model_provider") or ""),
            str(head.fields.get("model") or ""),
        )
        # A model that another program noted is worth a try only where there are models at all.
        kept = own.engine or own.provider in self._engines or (own.model and default.engine == "model")
        who = choice if named else own if kept else default
        engine = who.engine or self._engine_of(who, default)
        if engine not in self._engines:
            raise BadRequest(f"There is no engine {engine!r}. Choose another in the list of models.")
        return replace(prompt, engine=engine, provider=who.provider, model=who.model, chosen=named)

    def _engine_of(self, who: Choice, default: Choice) -> str:
        """The engine that was not named: the one of that name as provider (the demo), the default, or the models'."""
        if who.provider in self._engines:
            return who.provider
        return "model" if who.model else default.engine

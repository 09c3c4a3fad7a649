"""The engine for models: any provider of `providers.py`, through pydantic-ai.

It imports neither pydantic-ai nor a provider's SDK: `engines.sdk` does, and is loaded in a thread when the
first turn needs it. Without tools one turn is one request; with tools it is an agent, whose loop is pydantic-ai's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from hermes_webui.chat.attachments import IMAGES
from hermes_webui.engines import late
from hermes_webui.engines.attached import Takes, check
from hermes_webui.engines.base import (
    Ask,
    Body,
    EngineCaps,
    EngineEvent,
    ModelInfo,
    Notice,
    ProviderInfo,
    TextDelta,
    Turn,
    TurnEnded,
    UsageUpdated,
)
from hermes_webui.engines.calls import Calls, Run
from hermes_webui.engines.catalogue import Catalogue
from hermes_webui.engines.channel import Channel, worked
from hermes_webui.engines.connections import Connections, Timeouts
from hermes_webui.engines.context import Context, context_of, pending_of
from hermes_webui.engines.listing import loaded_lengths
from hermes_webui.engines.providers import Kind, ProviderConfig
from hermes_webui.engines.resuming import NOTHING, done_of
from hermes_webui.engines.scrub import scrub
from hermes_webui.engines.seam import Seam
from hermes_webui.engines.titles import title_of, title_request
from hermes_webui.engines.toolbox import NO_TOOLS, NOT_FOR_SUBAGENTS, SUBAGENT_STEPS, Kit, Toolbox
from hermes_webui.engines.trial import Trial, try_out
from hermes_webui.errors import EngineFailure

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_log = logging.getLogger(__name__)

_TITLE_TOKENS: Final = 24
_TITLE_SECONDS: Final = 20.0
#: Kinds and providers that take PDFs. What else speaks OpenAI's protocol refuses its `file` parts.
_READ_PDF: Final = frozenset[Kind]({"anthropic", "google"})
_READ_PDF_BY_NAME: Final = frozenset({"openai", "openrouter"})
#: Images that a service refuses, although its models look at others. What is behind an OpenAI-compatible address,
#: nobody knows.
_READ_NOT: Final[Mapping[Kind, frozenset[str]]] = MappingProxyType(
    {"anthropic": frozenset({"image/avif"}), "google": frozenset({"image/avif", "image/gif"})}
)
#: They refuse calls in a request that declares no tools.
_NO_CALLS_WITHOUT_TOOLS: Final = frozenset[Kind]({"anthropic", "google"})


class Chosen(NamedTuple):
    """Who answers, and with what."""

    config: ProviderConfig
    name: str
    kit: Kit


class Speaking(NamedTuple):
    """Where a turn speaks, whom it asks, and which files its model takes."""

    channel: Channel
    ask: Ask
    takes: Takes


class ModelEngine:
    """Streams replies of models. Make one a process, use it within one event loop, and close it there."""

    name = "model"

    def __init__(
        self,
        providers: Sequence[ProviderConfig],
        *,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.caps = EngineCaps(titles=True, images=True)
        self._toolbox: Toolbox | None = None
        #: Models that said that they take no tools: (provider, model).
        self._without_tools: set[tuple[str, str]] = set()
        self._timeouts = timeouts or Timeouts()
        self._clock = clock
        self._connections = Connections(self._timeouts)
        #: Whether first replies get a title of the model's.
        self.makes_titles = True
        self.configure(providers)

    def configure(self, providers: Sequence[ProviderConfig]) -> None:
        """Other providers from now on; a turn under way goes on with what it began with."""
        self._configs = {config.id: config for config in providers}
        self._catalogue = Catalogue(tuple(providers), self._connections, self.name, self._clock)

    def equip(self, toolbox: Toolbox) -> None:
        """Gives the models tools."""
        self._toolbox = toolbox
        self.caps = EngineCaps(
            titles=True, images=True, tools=True, mcp=True, approvals_survive_restart=True, steer=True
        )

    async def try_out(self, config: ProviderConfig) -> Trial:
        """Whether this provider answers, as it stands in `config`; see `engines.trial`. It is listed anew then."""
        trial = await try_out(config, self._connections)
        self._catalogue.forget(config.id)
        return trial

    async def run(self, turn: Turn, ask: Ask, cancel: asyncio.Event) -> AsyncIterator[EngineEvent]:
        """Streams the model's reply to the whole conversation, and what its tools do. See `Engine.run`."""
        ended = False
        async for event in worked(cancel, lambda channel: self._answer(turn, ask, channel)):
            ended = isinstance(event, TurnEnded)
            yield event
        if not ended:
            yield TurnEnded("cancelled")

    async def providers(self) -> list[ProviderInfo]:
        """The configured providers with their models, at most a minute old; two and a half seconds at the
        longest.
        """
        return await self._catalogue.infos()

    async def prepare(self) -> None:
        """Imports the SDKs of the providers that are ready, and none where none is: each takes 20 to 60
        MB.
        """
        infos = await self._catalogue.infos()
        for kind in {self._configs[info.id].kind for info in infos if info.ready}:
            await asyncio.to_thread(late.load, kind)

    async def title(self, turn: Turn) -> str | None:
        """A title of at most seven words, or None where the model gives none within 20 s, whatever the
        reason.
        """
        request = title_request(turn.messages) if self.makes_titles else None
        if request is None:
            return None
        config: ProviderConfig | None = None
        try:
            config, name = await self._chosen(turn)
            model = await asyncio.to_thread(self._open, config, name)
            return title_of(await late.short_answer(model, request, _TITLE_TOKENS, _TITLE_SECONDS))
        except Exception as error:  # noqa: BLE001 - a title is a nicety: there is none then
            key = (config.api_key,) if config else ()
            _log.info("no title: %s: %s", type(error).__name__, scrub(str(error), *key))
            return None

    async def close(self) -> None:
        """Closes every connection, and ends what tools have started."""
        if self._toolbox:
            await self._toolbox.close()
        await self._connections.close()

    async def _answer(self, turn: Turn, ask: Ask, channel: Channel) -> None:
        """Says the whole turn. A model that takes no tools answers without them."""
        config, name = await self._chosen(turn)
        kit = await self._kit(turn, config, name, channel)
        failure = await self._say(turn, ask, channel, Chosen(config, name, kit))
        if failure and failure.code == "no_tools" and kit.tools and not channel.said_anything:
            self._without_tools.add((config.id, name))
            channel.put(_without(name))
            failure = await self._say(turn, ask, channel, Chosen(config, name, replace(kit, tools=())))
        # Raised here, so that the SDKs' exceptions, which may hold a key, do not hang on it.
        if failure:
            raise failure

    async def _kit(self, turn: Turn, config: ProviderConfig, name: str, channel: Channel) -> Kit:
        """What the turn has; it says what it lacks."""
        kit = await self._toolbox.kit(turn) if self._toolbox else NO_TOOLS
        for note in kit.notes:
            channel.note(Notice(note, kept=True))
        if kit.tools and (config.id, name) in self._without_tools:
            if kit.chosen:
                channel.note(_without(name))
            return replace(kit, tools=())
        return kit

    async def _say(self, turn: Turn, ask: Ask, channel: Channel, chosen: Chosen) -> EngineFailure | None:
        """Says the reply; what the SDKs raise is returned as the failure that it means."""
        config, name = chosen.config, chosen.name
        own = turn.resumes.own if turn.resumes else 0
        context = self._context(turn, chosen, turn.messages[: len(turn.messages) - own])
        try:
            model = await asyncio.to_thread(self._open, config, name)
            seam = Seam(context.unfinished)
            source = self._source(model, context, turn, Speaking(channel, ask, self._takes(config, name)), chosen.kit)
            async with aclosing(source) as events:  # type: ignore[type-var]
                async for event in events:
                    for told in _sewn(event, seam):
                        channel.put(await self._told(told, config, name))
        except EngineFailure:
            raise
        except Exception as error:  # noqa: BLE001 - the turn ends here, whatever the SDKs raise
            failure = await asyncio.to_thread(late.failure_of, error, config, name)
            said = scrub(str(error), config.api_key)
            _log.warning("%s at %s: %s: %s", failure.code, config.address, type(error).__name__, said)
            return failure
        return None

    def _context(self, turn: Turn, chosen: Chosen, bodies: Sequence[Body]) -> Context:
        takes = self._takes(chosen.config, chosen.name)
        if bodies:
            check(bodies[-1], turn.files, takes)
        as_text = chosen.config.kind in _NO_CALLS_WITHOUT_TOOLS and not chosen.kit.tools
        context = context_of(bodies, calls_as_text=as_text, files=turn.files, takes=takes)
        return replace(context, system="\n\n".join(filter(None, (chosen.kit.words, context.system))))

    def _source(
        self, model: Model, context: Context, turn: Turn, speaking: Speaking, kit: Kit
    ) -> AsyncIterator[EngineEvent]:
        """The reply: an agent's where there are tools, or where calls wait to be carried out."""
        resumes = turn.resumes
        if not kit.tools and resumes is None:
            return late.chat(model, context, self._timeouts.between)
        own = turn.messages[len(turn.messages) - resumes.own :] if resumes else ()
        about = late.delegation(
            model=model,
            run_id=turn.run_id,
            workspace=kit.workspace,
            steps=self._toolbox.steps if self._toolbox else 1,
            between=self._timeouts.between,
            sub_steps=SUBAGENT_STEPS,
            not_for_subagents=NOT_FOR_SUBAGENTS,
        )
        done = done_of(own, resumes) if resumes else NOTHING
        run = Run(speaking.channel, speaking.ask, about, done, takes=speaking.takes)
        calls = Calls(run, {tool.name: tool for tool in kit.tools})
        return late.converse(about, calls, context, pending_of(own) if resumes else None)

    async def _told(self, event: EngineEvent, config: ProviderConfig, name: str) -> EngineEvent:
        """Usage with the size of the context that it is a part of; any other event as it is."""
        if not isinstance(event, UsageUpdated):
            return event
        length = self._catalogue.context_length(config.id, name)
        if config.kind == "ollama":  # it has the model in memory now, and knows how much of it was given to the context
            loaded = await loaded_lengths(config, self._connections.client(config), self._timeouts.listing)
            length = loaded.get(name, length)
        return UsageUpdated(replace(event.usage, context_length=length))

    def _takes(self, config: ProviderConfig, name: str) -> Takes:
        """What this model reads: what its provider says of it, else all that others of its kind do."""
        images = self._catalogue.takes_images(config.id, name)
        pdf = config.kind in _READ_PDF or config.id in _READ_PDF_BY_NAME
        return Takes(name, images is not False, pdf, IMAGES - _READ_NOT.get(config.kind, frozenset()))

    def _open(self, config: ProviderConfig, name: str) -> Model:
        return late.open_model(config, name, self._connections.client(config))

    async def _chosen(self, turn: Turn) -> tuple[ProviderConfig, str]:
        """The provider and the model of this turn; what it leaves open is the first that is ready."""
        if turn.provider:
            config = self._configs.get(turn.provider)
            if config is None:
                raise EngineFailure(
                    "unknown_model",
                    f"There is no provider “{turn.provider}” in the settings. Your message is kept: choose "
                    "a model in the model menu and retry.",
                )
            if config.needs_key and not config.api_key:
                raise EngineFailure(
                    "auth",
                    f"{config.name} has no key. Your message is kept: give the key in the settings (or set "
                    f"{config.key_setting}) and retry, or choose another model.",
                )
            return config, turn.model or _first([await self._catalogue.info(config)]).id
        ready = [info for info in await self._catalogue.infos() if info.ready]
        listed = [info for info in ready if any(model.id == turn.model for model in info.models)]
        if turn.model and not listed and ready:
            return self._configs[ready[0].id], turn.model
        model = _first(listed or ready)
        return self._configs[model.provider], turn.model or model.id


def _without(name: str) -> Notice:
    return Notice(f"{name} does not take tools, so this was answered without them.", kept=True)


def _sewn(event: EngineEvent, seam: Seam) -> Iterator[EngineEvent]:
    """The event; text without what it only repeats of the reply that it goes on with."""
    text = seam.feed(event.text) if isinstance(event, TextDelta) else seam.rest()
    if text:
        yield TextDelta(text)
    if not isinstance(event, TextDelta):
        yield event


def _first(infos: Sequence[ProviderInfo]) -> ModelInfo:
    """The first model that these providers serve."""
    for info in infos:
        if info.models:
            return info.models[0]
    hint = f" {infos[0].hint}" if infos and infos[0].hint else ""
    raise EngineFailure(
        "unknown_model",
        f"No model can be reached.{hint} Your message is kept: choose a model in the model menu.",
    )

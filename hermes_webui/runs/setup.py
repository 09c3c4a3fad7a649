"""What the owner has set up: providers and their keys, the default model, the password, and where each was set.

The environment and `config.toml` go before what was set on the page, and are never written. What is set on the page is
on disk before it holds, and holds at once: engines are told, nothing is started again. A key goes in and never comes
out: what is told of it is where it stands and its last four characters.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct
from msgspec.structs import asdict, replace

from hermes_webui.engines.model import ModelEngine
from hermes_webui.engines.providers import KNOWN, ProviderConfig, Secret, key_in, providers_from, variables_of
from hermes_webui.engines.trial import Trial
from hermes_webui.errors import BadRequest, Conflict, NotFound, SettingsError
from hermes_webui.runs.choice import Choice, Default
from hermes_webui.store.choices import Choices

ENVIRONMENT: Final = "environment"
CONFIG: Final = "config.toml"
PAGE: Final = "page"

#: A key that is shorter would be half told by its end.
_TELLING: Final = 16
_MOST_PROVIDERS: Final = 50
_LONGEST: Final = 2000


class Given(Struct, frozen=True):
    """What goes before the page's own file: the environment and `config.toml`, as the settings read them; and the names
    of the engines, which no provider may have.
    """

    environment: Mapping[str, str]
    providers: Mapping[str, Any]
    default: Choice
    has_password: bool
    engines: frozenset[str] = frozenset()


class Wish(Struct, frozen=True):
    """What is to be set of a provider; None: as it is. An empty key takes the key away."""

    name: str | None = None
    base_url: str | None = None
    api_key: str | None = None


class Setup:
    """One server's settings. Everything that changes them goes through here, one at a time."""

    def __init__(self, given: Given, choices: Choices, default: Default, engine: ModelEngine | None) -> None:
        self._given = given
        self._choices = choices
        self._default = default
        self._engine = engine
        self._changing = choices.changing

    @property
    def makes_titles(self) -> bool:
        """Whether models give titles to conversations."""
        return self._choices.said.get("titles", True) is not False

    @property
    def password_from(self) -> str:
        """Where the password was set; "" where none is."""
        return CONFIG if self._given.has_password else PAGE if self._choices.said.get("password_hash") else ""

    @property
    def default_from(self) -> str:
        """Where the default model was set; "" where the first one that is found is taken."""
        if self._given.default.engine or self._given.default.model:
            return CONFIG
        return PAGE if self._choices.said.get("default") else ""

    def providers(self) -> list[dict[str, Any]]:
        """Every provider as the page shows it, without its key."""
        return [self._told(config) for config in self._configs(self._choices.said)]

    async def set_provider(self, provider_id: str | None, wish: Wish) -> str:
        """Sets a key, or adds an address; gives the provider's id. Raises `BadRequest`, `NotFound`, `Conflict`."""
        async with self._changing:
            own = dict(self._choices.said.get("providers", {}))
            provider_id = provider_id or _free_id(wish, {*own, *KNOWN, *self._given.providers, *self._given.engines})
            own[provider_id] = self._changed(provider_id, own, wish)
            if not own[provider_id]:
                del own[provider_id]
            if len(own) > _MOST_PROVIDERS:
                raise BadRequest(f"There are at most {_MOST_PROVIDERS} providers. Remove one first.")
            await self._save({**self._choices.said, "providers": own})
        return provider_id

    async def remove_provider(self, provider_id: str) -> None:
        """Forgets what was set of it on the page."""
        async with self._changing:
            own = dict(self._choices.said.get("providers", {}))
            if own.pop(provider_id, None) is None:
                raise NotFound("Nothing of that provider was set on this page.")
            await self._save({**self._choices.said, "providers": own})

    async def choose_default(self, choice: Choice | None) -> None:
        """Who answers where nobody chose; None: the first model that is found."""
        if self.default_from == CONFIG:
            raise Conflict("The default model is set in the environment or in config.toml. Change it there.")
        async with self._changing:
            said = {**self._choices.said, "default": asdict(choice)} if choice else dict(self._choices.said)
            if choice is None:
                said.pop("default", None)
            await self._save(said)

    async def choose_titles(self, *, on: bool) -> None:
        """Whether models give titles from now on."""
        async with self._changing:
            await self._save({**self._choices.said, "titles": on})

    async def set_password_hash(self, password_hash: str) -> None:
        """Keeps the hash of a new password; empty: none is asked for any more."""
        if self._given.has_password:
            raise Conflict("The password is set in the environment or in config.toml. Change it there.")
        async with self._changing:
            await self._save({**self._choices.said, "password_hash": password_hash})

    async def try_out(self, provider_id: str | None, wish: Wish) -> Trial:
        """Asks the provider, as it stands or as it would with `wish`; nothing is kept."""
        if self._engine is None:
            raise NotFound("This server has no models to try.")
        own = dict(self._choices.said.get("providers", {}))
        name = provider_id or "new"
        if wish.base_url is not None or wish.name is not None:
            own[name] = self._changed(name, own, replace(wish, api_key=wish.api_key or None), new=not provider_id)
        found = [config for config in self._configs({"providers": own}) if config.id == name]
        if not found:
            raise NotFound("There is no such provider.")
        config = found[0]
        if wish.api_key:
            config = replace(config, api_key=Secret(_clean("key", wish.api_key)))
        return await self._engine.try_out(config)

    def _changed(self, provider_id: str, own: Mapping[str, Any], wish: Wish, *, new: bool = False) -> dict[str, Any]:
        """What the file says of the provider after this wish."""
        said = dict(own.get(provider_id, {}))
        is_known = provider_id in KNOWN or provider_id in self._given.providers
        if not (is_known or said or wish.base_url or new):
            raise NotFound("There is no such provider.")
        if wish.api_key and self._key_from(provider_id) in {ENVIRONMENT, CONFIG}:
            raise Conflict(
                "Its key is set in the environment or in config.toml, which go before this page. Change it there."
            )
        if wish.base_url is not None:
            said = self._moved(provider_id, said, _clean("address", wish.base_url))
        if wish.name is not None and not is_known:
            said["name"] = _clean("name", wish.name)
        if wish.api_key is not None:
            said["api_key"] = _clean("key", wish.api_key)
        return {key: value for key, value in said.items() if value}

    def _moved(self, provider_id: str, said: Mapping[str, Any], base_url: str) -> dict[str, Any]:
        """With another address. A key goes only where its owner sent it: another address begins without one."""
        if provider_id in self._given.providers or (provider_id in KNOWN and provider_id != "ollama"):
            raise BadRequest("The address of this provider is not set here. Add an address of your own instead.")
        if not base_url and provider_id not in KNOWN:
            raise BadRequest("An address is needed, for example http://127.0.0.1:8000/v1.")
        if base_url and _split(base_url).username:
            raise BadRequest("Leave user name and password out of the address; give the key in its own field.")
        stays = said.get("base_url") == base_url
        return {**(said if stays else {k: v for k, v in said.items() if k != "api_key"}), "base_url": base_url}

    async def _save(self, said: Mapping[str, Any]) -> None:
        """Checked, then on disk, then in force."""
        try:
            configs = self._configs(said)
        except SettingsError as error:
            raise BadRequest(error.message.partition(": ")[2] or error.message) from error
        await asyncio.to_thread(self._choices.save, said)
        self.apply(configs)

    def apply(self, configs: tuple[ProviderConfig, ...] | None = None) -> None:
        """Tells engines and default what holds now."""
        if self._engine is not None:
            self._engine.makes_titles = self.makes_titles
            if configs is not None:
                self._engine.configure(configs)
        if self.default_from != CONFIG:
            self._default.configure(Choice(**self._choices.said.get("default", {})))

    def _configs(self, said: Mapping[str, Any]) -> tuple[ProviderConfig, ...]:
        return providers_from(self._given.environment, self._given.providers, said.get("providers", {}))

    def _key_from(self, provider_id: str) -> str:
        table = self._given.providers.get(provider_id, {})
        if table.get("api_key"):
            return CONFIG
        if (provider_id in KNOWN or table) and key_in(provider_id, self._given.environment):
            return ENVIRONMENT
        return PAGE if self._choices.said.get("providers", {}).get(provider_id, {}).get("api_key") else ""

    def _told(self, config: ProviderConfig) -> dict[str, Any]:
        where = self._key_from(config.id)
        variable = key_in(config.id, self._given.environment) if where == ENVIRONMENT else variables_of(config.id)[0]
        key = config.api_key.reveal()
        own = self._choices.said.get("providers", {}).get(config.id, {})
        from_config = config.id in self._given.providers
        return {
            "id": config.id,
            "name": config.name,
            "kind": config.kind,
            "base_url": _without_user(config.base_url),
            "known": config.id in KNOWN,
            "from": CONFIG if from_config else "" if config.id in KNOWN else PAGE,
            "needs_key": config.needs_key,
            "key": {"from": where, "variable": variable, "end": key[-4:] if len(key) >= _TELLING else ""},
            "removable": bool(own) and not from_config and config.id not in KNOWN,
        }


def _free_id(wish: Wish, taken: set[str]) -> str:
    """An id of the name's or the address's letters that nobody has."""
    host = _split(wish.base_url or "").hostname or ""
    stem = re.sub(r"[^a-z0-9]+", "-", (wish.name or host).lower()).strip("-")[:32] or "own"
    names = (stem, *(f"{stem}-{number}" for number in range(2, _MOST_PROVIDERS + 3)))
    return next(name for name in names if name not in taken)


def _split(address: str) -> SplitResult:
    """The parts of an address. Raises `BadRequest`."""
    wrong = BadRequest("That is no address: it begins with http:// or https://, as http://127.0.0.1:8000/v1 does.")
    try:
        parts = urlsplit(address)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise wrong from error
    if not valid:
        raise wrong
    return parts


def _without_user(address: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", address)


def _clean(what: str, text: str) -> str:
    """One line without spaces around it, of a sensible length. Raises `BadRequest`, which does not repeat it."""
    text = text.strip()
    if len(text) > _LONGEST or not text.isprintable() or (what == "key" and not (text.isascii() and " " not in text)):
        raise BadRequest(f"That {what} cannot be one: copy it again, without spaces or line breaks.")
    return text

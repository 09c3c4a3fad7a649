"""Where models come from: one frozen `ProviderConfig` an address, made from what the settings read.

Pure: nothing here looks at the environment, the disk or the network. Keys are `Secret`s from the first moment
on, so that no repr, log line or encoder can show one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, cast, get_args
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from hermes_webui.errors import SettingsError

Kind = Literal["openai", "anthropic", "google", "ollama"]


class Secret:
    """A value that only `reveal()` shows: its repr and str do not, and encoders refuse it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(empty)"


NO_KEY: Final = Secret("")


class ProviderConfig(Struct, frozen=True, repr_omit_defaults=True):
    """One address that serves models.

    `base_url` has no slash at its end; for the kind `openai` it includes the `/v1`, for the others it is the
    root. `models` are the ones that the owner named; empty: ask the address. `key_variable` is the
    environment variable that sets the key, `needs_key` says that nothing works without one.
    """

    id: str
    name: str
    kind: Kind
    base_url: str
    api_key: Secret = NO_KEY
    models: tuple[str, ...] = ()
    key_variable: str = ""
    needs_key: bool = False

    def __repr__(self) -> str:
        return f"ProviderConfig({self.id!r}, {self.kind!r}, {self.address!r}, {self.api_key!r})"

    @property
    def address(self) -> str:
        """Host and port for a person: never a user name or a password that the address may hold."""
        parts = urlsplit(self.base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine: then no proxy is asked."""
        return _is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def key_setting(self) -> str:
        """Where the owner sets the key, as a part of a sentence."""
        table = f"`api_key` under `[providers.{self.id}]` in config.toml"
        return f"`{self.key_variable}`, or {table}" if self.key_variable else table


_KNOWN: Final = (
    ProviderConfig("openai", "OpenAI", "openai", "https://api.openai.com/v1", needs_key=True),
    ProviderConfig("anthropic", "Anthropic", "anthropic", "https://api.anthropic.com", needs_key=True),
    ProviderConfig("google", "Google", "google", "https://generativelanguage.googleapis.com", needs_key=True),
    ProviderConfig("openrouter", "OpenRouter", "openai", "https://openrouter.ai/api/v1", needs_key=True),
    ProviderConfig("ollama", "Ollama", "ollama", "http://127.0.0.1:11434"),
    ProviderConfig("ollama-cloud", "Ollama Cloud", "openai", "https://ollama.com/v1", needs_key=True),
)
KNOWN: Final[Mapping[str, ProviderConfig]] = MappingProxyType({config.id: config for config in _KNOWN})
#: The variables of the known providers' keys, the first one being the one that sentences name. Any other
#: provider's is its id in capitals and `_API_KEY`.
_KEY_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "google": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "ollama-cloud": ("OLLAMA_API_KEY",),
}
#: Ends of an address that people copy from a provider's page, and that our base does not have.
_SUFFIXES: Final[Mapping[str, str]] = {"anthropic": "/v1", "google": "/v1beta", "ollama": "/v1"}
_SETTINGS: Final = ("api_key", "base_url", "kind", "models", "name")


def providers_from(
    env: Mapping[str, str], table: Mapping[str, Any], chosen: Mapping[str, Any] = MappingProxyType({})
) -> tuple[ProviderConfig, ...]:
    """The providers that these settings describe: the known ones first, then the owner's in their order.

    `table` is `[providers]` of config.toml: `[providers.NAME]` with `base_url`, `api_key`, `models`, `kind`,
    `name`, each optional, but `base_url` for a NAME that is not known. A key that the table does not give is
    looked up in `env` (`OPENAI_API_KEY`, … `<NAME>_API_KEY`). A known provider is listed even without its
    key, so that the page can say what is missing. `chosen` is the same shape, set on the page, below both; a
    provider that only the page knows never takes a key from `env`, so that no key goes where its owner did not
    send it. Raises SettingsError, naming the table, for what cannot be used.
    """
    named = dict.fromkeys((*KNOWN, *table, *chosen))
    return tuple(_provider(name, KNOWN.get(name), *_told(name, env, table, chosen)) for name in named)


def _told(
    name: str, env: Mapping[str, str], table: Mapping[str, Any], chosen: Mapping[str, Any]
) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The environment and the table for one provider."""
    given = _checked(name, table.get(name, {}))
    own = _checked(name, chosen.get(name, {}), "settings.json")
    own = {key: value for key, value in own.items() if key != "api_key" or not key_in(name, env)}
    return (env if name in table or name in KNOWN else {}), {**own, **given}


def key_in(name: str, env: Mapping[str, str]) -> str:
    """The variable of the environment that holds this provider's key; "" where none does."""
    return next((variable for variable in variables_of(name) if env.get(variable)), "")


def variables_of(name: str) -> tuple[str, ...]:
    """The variables that may hold this provider's key."""
    return _KEY_VARIABLES.get(name, (f"{name.upper().replace('-', '_')}_API_KEY",))


def _provider(
    name: str, known: ProviderConfig | None, env: Mapping[str, str], given: Mapping[str, Any]
) -> ProviderConfig:
    kind = cast(Kind, given.get("kind") or (known.kind if known else "openai"))
    chosen = given.get("base_url") or _from_env(name, env)
    base_url = _trimmed(name, chosen or (known.base_url if known else ""), kind)
    key = given.get("api_key") or env.get(key_in(name, env), "")
    start = known or ProviderConfig(name, name, kind, base_url, needs_key=kind in ("anthropic", "google"))
    return replace(
        start,
        name=given.get("name") or start.name,
        kind=kind,
        base_url=base_url,
        api_key=Secret(key.strip()),
        models=tuple(given.get("models", ())),
        key_variable=variables_of(name)[0],
        needs_key=start.needs_key and (kind != "openai" or not chosen or base_url == start.base_url),
    )


def _from_env(name: str, env: Mapping[str, str]) -> str:
    """The address that the environment names for this provider, "" where it names none."""
    if name == "openai":
        return env.get("OPENAI_BASE_URL", "")
    return _ollama_address(env.get("OLLAMA_HOST", "")) if name == "ollama" else ""


def _ollama_address(host: str) -> str:
    """Ollama's own OLLAMA_HOST as an address to call: `host`, `:port`, `host:port` or a URL; 0.0.0.0 is this
    machine.
    """
    host = host.strip()
    if not host:
        return ""
    parts = urlsplit(host if "://" in host else f"http://{host}")
    name = parts.hostname or "127.0.0.1"
    name = "127.0.0.1" if name in ("0.0.0.0", "::") else f"[{name}]" if ":" in name else name  # noqa: S104
    default = {"http": 11434, "https": 443}.get(parts.scheme, 11434)
    return f"{parts.scheme}://{name}:{parts.port or default}{parts.path.rstrip('/')}"


def _trimmed(name: str, base_url: str, kind: Kind) -> str:
    where = f"config.toml, [providers.{name}]"
    if not base_url:
        raise SettingsError(f'{where}: `base_url` is missing, for example "http://127.0.0.1:8000/v1".')
    try:
        parts = urlsplit(base_url.strip())
        valid = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(f"{where}: `base_url` is not an http:// or https:// address.")
    return base_url.strip().rstrip("/").removesuffix(_SUFFIXES.get(kind, "/")).rstrip("/")


def _checked(name: str, given: object, file: str = "config.toml") -> Mapping[str, Any]:
    """The table as it stands, once each of its values is of its type."""
    where = f"{file}, [providers.{name}]"
    if not isinstance(given, Mapping):
        raise SettingsError(f"{where} is not a table.")
    for key, value in given.items():
        if key not in _SETTINGS:
            raise SettingsError(f"{where}: there is no setting `{key}`; there are {', '.join(_SETTINGS)}.")
        if key == "models" and not _is_names(value):
            raise SettingsError(f"{where}: `models` is not a list of names.")
        if key != "models" and not isinstance(value, str):
            raise SettingsError(f"{where}: `{key}` is not a string.")
        if key == "kind" and value not in get_args(Kind):
            raise SettingsError(f"{where}: `kind` is none of {', '.join(get_args(Kind))}.")
    return given


def _is_names(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(v, str) for v in value)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Whether a provider answers with this key, asked of the provider itself: for the *Test* button of the settings."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx2
from msgspec import Struct

from hermes_webui.engines.connections import Connections
from hermes_webui.engines.listing import list_models
from hermes_webui.engines.providers import ProviderConfig

#: Somebody is waiting for it, and a server far away may be slow to wake.
_SECONDS: Final = 10.0
#: Anybody may list OpenRouter's models; this needs the key.
_KEY_CHECKS: Final = (("openrouter", "/key"),)
_WRONG_KEY: Final = (401, 403)
_GOOGLES_WRONG_KEY: Final = (400, "google")


class Trial(Struct, frozen=True):
    """How it went. Codes: ok, no_models, no_key, wrong_key, unreachable, no_list, refused. `models` is their number."""

    code: str
    message: str
    models: int = 0

    @property
    def ok(self) -> bool:
        """Whether one can talk to it."""
        return self.code in {"ok", "no_list"}


async def try_out(config: ProviderConfig, connections: Connections) -> Trial:
    """Asks for the list of models. Takes ten seconds at the longest; raises nothing, repeats no part of an answer."""
    if config.needs_key and not config.api_key:
        return Trial("no_key", f"{config.name} needs a key.")
    client = connections.client(config)
    try:
        async with asyncio.timeout(_SECONDS):
            await _check_key(config, client)
            models = await list_models(config, client, _SECONDS)
    except httpx2.HTTPStatusError as error:
        return _refused(config, error.response.status_code)
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
        return Trial("unreachable", f"Nothing answers at {config.address}. Is it running, and is the address right?")
    except ValueError:
        return _not_a_list(config)
    if not models:
        return Trial("no_models", f"{config.name} answers, but has no model to talk to.")
    number = f"{len(models)} model{'' if len(models) == 1 else 's'}"
    return Trial("ok", f"{config.name} answers: {number}.", len(models))


async def _check_key(config: ProviderConfig, client: httpx2.AsyncClient) -> None:
    for name, path in _KEY_CHECKS:
        if config.id == name:
            headers = {"Authorization": f"Bearer {config.api_key.reveal()}"}
            reply = await client.get(config.base_url + path, headers=headers, timeout=_SECONDS)
            reply.raise_for_status()


def _refused(config: ProviderConfig, status: int) -> Trial:
    if status in _WRONG_KEY or (status, config.kind) == _GOOGLES_WRONG_KEY:
        if config.api_key:
            return Trial("wrong_key", f"{config.name} refuses this key. Copy it again from the provider's page.")
        return Trial("no_key", f"{config.name} asks for a key.")
    if status in (404, 405):
        return _not_a_list(config)
    return Trial("refused", f"{config.address} answers with an error (HTTP {status}). Try again later.")


def _not_a_list(config: ProviderConfig) -> Trial:
    if config.models:
        return Trial("no_list", f"{config.address} answers, without a list; the models that are named are offered.")
    return Trial("refused", f"{config.address} answers, but not with a list of models. Does the address end in /v1?")

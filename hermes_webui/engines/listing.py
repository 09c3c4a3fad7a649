"""Asks an address which models it serves: one function for each kind of API, and no SDK.

Each returns the models or raises: `httpx2.HTTPStatusError` where the address answers with an error, another
`httpx2.HTTPError` where it does not answer, ValueError where it answers something else.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import httpx2
import msgspec
from msgspec.structs import replace

from hermes_webui.engines.base import ModelInfo
from hermes_webui.engines.providers import ProviderConfig

Models = tuple[ModelInfo, ...]

#: Where the OpenAI-compatible servers put it: OpenRouter, vLLM, LM Studio, others.
_CONTEXT_FIELDS: Final = (
    "context_length",
    "max_model_len",
    "max_context_length",
    "context_window",
    "max_input_tokens",
)
#: What OpenAI lists beside its chat models; its listing has no field that tells them apart.
_NO_CHAT: Final = re.compile(
    r"embed|whisper|tts|dall-e|moderation|realtime|audio|transcri|translat|image|sora|babbage|davinci|instruct|search"
)
_EMBEDDING: Final = re.compile(r"embed|(^|[-/])(bge|e5|gte|rerank\w*|minilm)[-:]", re.IGNORECASE)
#: As the SDK that the turns go through sends it, which sends the key as a bearer token, too.
_ANTHROPIC_VERSION: Final = "2026-10-21"
#: One more request each; the rest of a long list goes without.
_MAX_SHOWN: Final = 24


async def list_models(config: ProviderConfig, client: httpx2.AsyncClient, within: float) -> Models:
    """The models that can be talked to there, in the provider's order. `within` is in seconds, a request."""
    ask = {"anthropic": _anthropic, "google": _google, "ollama": _ollama, "openai": _openai}[config.kind]
    return await ask(config, client, within)


async def _openai(config: ProviderConfig, client: httpx2.AsyncClient, within: float) -> Models:
    headers = {"Authorization": f"Bearer {config.api_key.reveal()}"} if config.api_key else {}
    body = await _get(client, f"{config.base_url}/models", headers, within)
    useless = _NO_CHAT if config.id == "openai" and config.needs_key else _EMBEDDING
    return tuple(
        _info(config, entry, name="name", context=_CONTEXT_FIELDS)
        for entry in _entries(body, "data", "id")
        if not useless.search(entry["id"])
    )


async def _anthropic(config: ProviderConfig, client: httpx2.AsyncClient, within: float) -> Models:
    headers = {"Authorization": f"Bearer {config.api_key.reveal()}", "anthropic-version": _ANTHROPIC_VERSION}
    body = await _get(client, f"{config.base_url}/v1/models?limit=1000", headers, within)
    return tuple(
        _info(config, entry, name="display_name", context=("max_input_tokens",))
        for entry in _entries(body, "data", "id")
    )


async def _google(config: ProviderConfig, client: httpx2.AsyncClient, within: float) -> Models:
    headers = {"x-goog-api-key": config.api_key.reveal()}
    body = await _get(client, f"{config.base_url}/v1beta/models?pageSize=1000", headers, within)
    return tuple(
        _info(
            config,
            {**entry, "id": entry["name"].removeprefix("models/")},
            "displayName",
            ("inputTokenLimit",),
        )
        for entry in _entries(body, "models", "name")
        if "generateContent" in entry.get("supportedGenerationMethods", ()) and not _NO_CHAT.search(entry["name"])
    )


async def _ollama(config: ProviderConfig, client: httpx2.AsyncClient, within: float) -> Models:
    body = await _get(client, f"{config.base_url}/api/tags", {}, within)
    names = [entry["name"] for entry in _entries(body, "models", "name") if not _EMBEDDING.search(entry["name"])]
    loaded = await loaded_lengths(config, client, within / 4)
    shown = (_ollama_model(config, client, name, within / 4) for name in names[:_MAX_SHOWN])
    models = (*await asyncio.gather(*shown), *(ModelInfo(name, config.id) for name in names[_MAX_SHOWN:]))
    return tuple(replace(each, context_length=loaded.get(each.id, each.context_length)) for each in models)


async def loaded_lengths(config: ProviderConfig, client: httpx2.AsyncClient, within: float) -> dict[str, int]:
    """How many tokens Ollama gives the models that it has in memory, by their names; nothing where it does not say.
    Raises nothing.
    """
    try:
        listed = _entries(await _get(client, f"{config.base_url}/api/ps", {}, within), "models", "name")
    except (httpx2.HTTPError, ValueError):
        return {}
    return {each["name"]: each["context_length"] for each in listed if isinstance(each.get("context_length"), int)}


async def _ollama_model(config: ProviderConfig, client: httpx2.AsyncClient, name: str, within: float) -> ModelInfo:
    """What Ollama tells of this model; only its name where it does not."""
    try:
        response = await client.post(f"{config.base_url}/api/show", json={"model": name}, timeout=within)
        body = _object(response.raise_for_status().content)
    except (httpx2.HTTPError, ValueError):
        return ModelInfo(name, config.id)
    can = body.get("capabilities")
    images = "vision" in can if isinstance(can, list) else None
    return ModelInfo(name, config.id, context_length=_ollama_length(body), images=images)


def _ollama_length(body: dict[str, Any]) -> int | None:
    """The model's `num_ctx`, None where none is set: then Ollama decides when it loads it. What the model was trained
    with says nothing: Ollama gives most of them less, and forgets the rest without a word.
    """
    set_to = re.search(r"^num_ctx\s+(\d+)", str(body.get("parameters") or ""), re.MULTILINE)
    return int(set_to[1]) if set_to else None


async def _get(client: httpx2.AsyncClient, url: str, headers: dict[str, str], within: float) -> dict[str, Any]:
    response = await client.get(url, headers=headers, timeout=within)
    return _object(response.raise_for_status().content)


def _object(content: bytes) -> dict[str, Any]:
    """The answer as an object. msgspec's DecodeError is a ValueError."""
    body = msgspec.json.decode(content)
    if not isinstance(body, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004 - it is the answer that is wrong
    return body


def _entries(body: dict[str, Any], key: str, identity: str) -> list[dict[str, Any]]:
    listed = body.get(key)
    if not isinstance(listed, list):
        raise ValueError(f"the answer has no list `{key}`")  # noqa: TRY004 - it is the answer that is wrong
    return [entry for entry in listed if isinstance(entry, dict) and isinstance(entry.get(identity), str)]


def _info(config: ProviderConfig, entry: dict[str, Any], name: str, context: tuple[str, ...]) -> ModelInfo:
    called = entry.get(name)
    length = next((entry[field] for field in context if isinstance(entry.get(field), int)), None)
    shown = called if isinstance(called, str) and called != entry["id"] else ""
    return ModelInfo(entry["id"], config.id, shown, length, _takes_images(entry))


def _takes_images(entry: dict[str, Any]) -> bool | None:
    """What OpenRouter says of a model's input; None where a list says nothing of it."""
    architecture = entry.get("architecture")
    inputs = architecture.get("input_modalities") if isinstance(architecture, dict) else None
    return "image" in inputs if isinstance(inputs, list) else None

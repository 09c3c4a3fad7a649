"""Google's Gemini API."""

from __future__ import annotations

from httpx2 import AsyncClient
from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from hermes_webui.engines.providers import ProviderConfig


def open_model(config: ProviderConfig, name: str, http: AsyncClient) -> Model:
    """The model behind this address; its requests go through `http`, are tried once, and carry no key but
    this one.
    """
    key = config.api_key.reveal() or "no-key-is-set"
    return GoogleModel(name, provider=GoogleProvider(api_key=key, base_url=config.base_url, http_client=http))

"""Anthropic's API."""

from __future__ import annotations

from anthropic import AsyncAnthropic
from httpx2 import AsyncClient
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from hermes_webui.engines.providers import ProviderConfig


def open_model(config: ProviderConfig, name: str, http: AsyncClient) -> Model:
    """The model behind this address; its requests go through `http`, are tried once, and carry no key but
    this one.
    """
    key = config.api_key.reveal() or "no-key-is-set"
    client = AsyncAnthropic(api_key=key, base_url=config.base_url, http_client=http, max_retries=0)
    return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))

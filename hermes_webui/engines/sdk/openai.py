"""OpenAI, and what speaks its chat completions: Ollama, vLLM, llama.cpp, LM Studio, OpenRouter."""

from __future__ import annotations

from typing import Final

from httpx2 import AsyncClient
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from hermes_webui.engines.providers import ProviderConfig

#: Only OpenAI itself wants `max_completion_tokens`; older servers know `max_tokens` and ignore the other.
_OTHERS: Final = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)


def open_model(config: ProviderConfig, name: str, http: AsyncClient) -> Model:
    """The model behind this address; its requests go through `http`, are tried once, and carry no key but
    this one.
    """
    base_url = f"{config.base_url}/v1" if config.kind == "ollama" else config.base_url
    # The SDK insists on a key, and would take OPENAI_API_KEY from the environment to whatever address this
    # is.
    key = config.api_key.reveal() or "no-key-is-set"
    client = AsyncOpenAI(api_key=key, base_url=base_url, http_client=http, max_retries=0)
    if config.id == "openai":
        return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))
    # Taken from OPENAI_ORG_ID and OPENAI_PROJECT_ID; nobody else's business.
    client.organization = client.project = None
    provider = OpenAICompatibleProvider(config.id, openai_client=client, profile=_OTHERS)
    return OpenAIChatModel(name, provider=provider)

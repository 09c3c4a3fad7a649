"""What a request asks beside its messages: that thoughts which a model has anyway are shown, and that a provider keeps
what it has read where the next step sends it again.
"""

from __future__ import annotations

from typing import Any

from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings


def shown(model: Model) -> ModelSettings | None:
    """Settings with which the model tells its thoughts. One that thinks only when it is told to is not told: thoughts
    are paid for.
    """
    profile: Any = model.profile
    settings: Any = None
    if model.system == "anthropic" and profile.get("thinking_enabled_by_default"):
        settings = {"anthropic_thinking": {"type": "adaptive", "display": "summarized"}}
    if (
        model.system.startswith("google")
        and model.model_name.startswith("gemini-")
        and profile.get("supports_thinking")
    ):
        settings = {"google_thinking_config": {"include_thoughts": True}}
    told: ModelSettings | None = settings
    return told


def in_steps(model: Model) -> ModelSettings | None:
    """`shown`, for a turn of several requests: each step sends all before it again, which Anthropic reads at a tenth of
    the price where the step before has asked it to keep it. Others keep it unasked.
    """
    told: Any = shown(model)
    if model.system == "anthropic":
        told = {**(told or {}), "anthropic_cache_messages": True}
    settings: ModelSettings | None = told
    return settings

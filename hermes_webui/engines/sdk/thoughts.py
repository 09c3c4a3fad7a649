"""What a request says about thoughts: that those which a model has anyway are to be shown."""

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

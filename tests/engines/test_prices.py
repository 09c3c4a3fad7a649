"""What a reply cost is known where the list knows who answered, and nowhere else."""

from decimal import Decimal

import pytest
from pydantic_ai.usage import RequestUsage

from hermes_webui.engines.sdk.price import price_of

USED = RequestUsage(input_tokens=1_000_000, output_tokens=1_000)


@pytest.mark.parametrize(
    ("model", "address"),
    [
        ("gpt-4o", "https://api.openai.com/v1"),
        ("claude-sonnet-4-5", "https://api.anthropic.com"),
        ("gemini-2.5-pro", "https://generativelanguage.googleapis.com"),
        ("openai/gpt-4o", "https://openrouter.ai/api/v1"),
    ],
)
def test_known_models_of_known_providers_have_a_price(model, address):
    price = price_of(USED, model, address)
    assert price is not None
    assert price > 0


@pytest.mark.parametrize(
    ("model", "address"),
    [("gpt-4o", "http://127.0.0.1:8000/v1"), ("llama3.2", "http://127.0.0.1:11434/v1"), ("x", ""), ("", "nowhere")],
)
def test_what_runs_here_or_is_not_known_has_none(model, address):
    assert price_of(USED, model, address) is None


def test_what_the_provider_says_comes_first():
    said = RequestUsage(input_tokens=1, output_tokens=1, cost=Decimal("0.25"))
    assert price_of(said, "gpt-4o", "https://api.openai.com/v1") == 0.25

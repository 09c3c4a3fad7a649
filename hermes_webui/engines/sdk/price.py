"""What a reply has cost, from the price list that comes with pydantic-ai: no network, as old as what is installed."""

from __future__ import annotations

from genai_prices import calc_price
from pydantic_ai.usage import RequestUsage


def price_of(usage: RequestUsage, model: str, address: str) -> float | None:
    """US dollars; None where the list does not know who answers at `address`, or the model. What the provider itself
    says comes first.
    """
    if usage.cost is not None:
        return float(usage.cost)
    try:
        return float(calc_price(usage, model, provider_api_url=address).total_price)
    except (LookupError, ValueError):
        return None

"""What a week of a model cost, by its tokens and the prices of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from reviewers.model.prices import Price

A_MILLION = 1e6  # tokens that a price is of, as providers state it


def price_of(model: str, prices: Sequence[Price]) -> Price | None:
    """The price of a model and version: of this version before one of all its versions; None: no price is known.

    >>> prices = [Price(model="a", prompt=1.0, completion=2.0), Price(model="a 7", prompt=3.0, completion=4.0)]
    >>> [found.prompt if (found := price_of(name, prices)) else None for name in ("a 7", "a 8", "ab")]
    [3.0, 1.0, None]
    """
    fitting = [one for one in prices if model == one.model or model.startswith(f"{one.model} ")]
    return max(fitting, key=lambda one: len(one.model), default=None)


def cost(price: Price, prompt_tokens: float, completion_tokens: float) -> float:
    """In the currency of the price.

    >>> cost(Price(model="a", prompt=0.5, completion=2.0), 3_000_000, 250_000)
    2.0
    """
    return (price.prompt * prompt_tokens + price.completion * completion_tokens) / A_MILLION

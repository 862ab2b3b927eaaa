"""What every output tells, in two windows: what moved, what did not, and what nobody tells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reviewers.decisions import digest_values
from reviewers.decisions.digest_values import Columns
from reviewers.model.digest import Aspect, State, Unit
from reviewers.model.digest_parts import Percentiles
from reviewers.model.missing import Missing
from reviewers.model.prices import Price


def columns(count: int, **changes: Any) -> Columns:
    """Risks, lengths and latencies from 0 on in equal steps; neither tokens nor confidence."""
    steps = np.arange(count) / count
    fields: dict[str, Any] = {
        "risk": steps,
        "characters": 1000.0 * steps,
        "latency_ms": 1000.0 * steps,
        "tokens": np.full(count, np.nan),
        "prompt_tokens": np.full(count, np.nan),
        "confidence": np.full(count, np.nan),
        "model": np.zeros(count, np.int32),
        "models": ("m",),
    }
    return Columns(**(fields | changes))


def by_aspect(before: Columns, now: Columns) -> dict[Aspect, State]:
    """The states."""
    return {one.aspect: one.state for one in digest_values.findings(before, now)}


def test_equal_windows_are_stable_and_what_nobody_tells_is_not_compared() -> None:
    """No tokens, no confidence."""
    assert by_aspect(columns(400), columns(100)) == {
        Aspect.RISK: State.STABLE,
        Aspect.LENGTH: State.STABLE,
        Aspect.LATENCY: State.STABLE,
    }


def test_number_that_moved_has_both_medians_and_their_difference() -> None:
    """All lengths of 200 outputs grow by 500: the medians are 497.5 and 997.5."""
    now = columns(200)
    found = digest_values.findings(columns(200), columns(200, characters=now.characters + 500.0))
    (length,) = [one for one in found if one.aspect is Aspect.LENGTH]
    assert (length.state, length.unit) == (State.DRIFT, Unit.CHARACTERS)
    assert (length.before, length.now, length.effect) == pytest.approx((497.5, 997.5, 500.0))
    assert (length.n_before, length.n_now) == (200, 200)


def test_latency_is_told_in_seconds() -> None:
    """0 to 995 ms in steps of 5: the median is 0.4975 s."""
    found = digest_values.findings(columns(200), columns(200))
    (latency,) = [one for one in found if one.aspect is Aspect.LATENCY]
    assert latency.now == pytest.approx(0.4975)
    assert latency.unit is Unit.SECONDS


def test_fewer_than_fifty_values_say_how_many_there_are() -> None:
    """49 this week."""
    found = digest_values.findings(columns(400), columns(49))
    missing = {one.aspect: one.missing for one in found}
    assert missing[Aspect.LENGTH] == Missing(found=49, needed=50, of="outputs")


def test_models_have_their_times_the_most_used_first() -> None:
    """The old one has nothing this week; of 60 outputs of the second, quantiles are interpolated as numpy does."""
    halves, parts = np.repeat([1, 0], 100).astype(np.int32), np.repeat([0, 1], [100, 60]).astype(np.int32)
    before = columns(200, model=halves, models=("old", "a"))
    now = columns(160, model=parts, models=("a", "b"), tokens=np.full(160, 50.0))
    first, second = digest_values.latency(before, now)
    assert (first.model, first.outputs, second.model, second.outputs) == ("a", 100, "b", 60)
    assert isinstance(first.now, Percentiles)
    assert first.now.p50 == pytest.approx(309.375)  # between places 49 and 50 of steps of 6.25 ms
    assert second.before == Missing(found=0, needed=50, of="outputs")
    assert (first.tokens, first.tokens_before) == (50.0, None)


def test_cost_of_a_model_is_its_tokens_at_its_price() -> None:
    """100 outputs of 40 prompt tokens and 10 others, at 2 and 5 a million: 0.008 and 0.005; one does not tell."""
    tokens, prompt = np.full(101, 50.0), np.full(101, 40.0)
    tokens[7] = prompt[7] = np.nan
    now = columns(101, models=("a 1",), tokens=tokens, prompt_tokens=prompt)
    price = Price(model="a", prompt=2.0, completion=5.0, currency="EUR")
    (found,) = digest_values.latency(now, now, [price])
    assert found.cost == pytest.approx(0.013)
    assert found.price == price
    (unpriced,) = digest_values.latency(now, now, [Price(model="b", prompt=2.0, completion=5.0)])
    assert (unpriced.cost, unpriced.price) == (None, None)
    untold = columns(100, models=("a 1",))
    assert [one.cost for one in digest_values.latency(untold, untold, [price])] == [None]


def test_models_that_tell_neither_time_nor_tokens_are_left_out() -> None:
    """There is nothing to say of them."""
    silent = columns(100, latency_ms=np.full(100, np.nan))
    assert digest_values.latency(silent, silent) == ()

"""Whether what can be read off every output moved between two windows: risk, length, latency, tokens, confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import value_drift
from reviewers.decisions.e_values import benjamini_hochberg, week_level
from reviewers.decisions.error_rates import Mask
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.findings import of_values
from reviewers.decisions.prices import cost, price_of
from reviewers.decisions.value_drift import OUTPUTS_NEED, ValueDrift
from reviewers.model.digest import Aspect, Finding, Unit
from reviewers.model.digest_parts import Latency, Percentiles
from reviewers.model.missing import Missing
from reviewers.model.prices import Price

SECONDS = 0.001  # of a millisecond


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Columns:
    """The outputs of one window, one place an output in each column but the first; NaN where it is not told."""

    risk: Floats  # in [0, 1], of an even share of the outputs
    characters: Floats  # of the completion
    latency_ms: Floats
    tokens: Floats  # of prompt and completion
    prompt_tokens: Floats
    confidence: Floats  # the application's own, in [0, 1]
    model: NDArray[np.int32]  # places in `models`
    models: tuple[str, ...]  # model and version, each once

    def __len__(self) -> int:
        return len(self.model)

    def written_by(self, model: str) -> Mask:
        """Which outputs are this model's."""
        return np.equal(self.model, self.models.index(model) if model in self.models else -1)

    @property
    def scored(self) -> bool:
        """Whether any output has a risk."""
        return bool(_told(self.risk))


class _Measure(NamedTuple):
    aspect: Aspect
    unit: Unit
    before: Floats
    now: Floats
    scale: float = 1.0  # by which they become the unit


def findings(before: Columns, now: Columns) -> tuple[Finding, ...]:
    """One finding for each number that outputs tell, by its own test.

    A number has drift where Kolmogorov and Smirnov's test says that it moved for more than 5 of 100 outputs;
    `findings.settled` then holds all of a week against each other. What no output tells in either window is not
    compared at all.

    Too little data: state INSUFFICIENT, with what is missing, below 50 values in either window.
    """
    return tuple(
        of_values(one.aspect, value_drift.numbers(one.before, one.now), one.unit, scale=one.scale)
        for one in _measures(before, now)
    )


def latency(before: Columns, now: Columns, prices: Sequence[Price] = ()) -> tuple[Latency, ...]:
    """Times, tokens and cost of each model of the week, the most used first; models that tell none are left out.

    The cost is of all outputs that tell their tokens, by the price of the model; None where no price is known.
    """
    kept = [one for name in sorted(now.models) if (one := _of_model(before, now, name)) is not None]
    p_values = [drift.p_value for _, drift in kept if isinstance(drift, ValueDrift)]
    telling = iter(benjamini_hochberg(p_values, level=week_level()))
    found = [_latency(one, drift, isinstance(drift, ValueDrift) and next(telling), prices) for one, drift in kept]
    return tuple(sorted(found, key=lambda one: (-one.outputs, one.model)))


def _measures(before: Columns, now: Columns) -> list[_Measure]:
    every = (
        _Measure(Aspect.RISK, Unit.NUMBER, before.risk, now.risk),
        _Measure(Aspect.LENGTH, Unit.CHARACTERS, before.characters, now.characters),
        _Measure(Aspect.LATENCY, Unit.SECONDS, before.latency_ms, now.latency_ms, SECONDS),
        _Measure(Aspect.TOKENS, Unit.TOKENS, before.tokens, now.tokens),
        _Measure(Aspect.CONFIDENCE, Unit.NUMBER, before.confidence, now.confidence),
    )
    return [one for one in every if _told(one.before) or _told(one.now)]


class _Times(NamedTuple):
    model: str
    outputs: int
    before: Floats  # milliseconds
    now: Floats
    tokens_before: Floats
    tokens: Floats
    prompt_tokens: Floats


def _of_model(before: Columns, now: Columns, model: str) -> tuple[_Times, ValueDrift | Missing] | None:
    old, new = before.written_by(model), now.written_by(model)
    times = _Times(
        model=model,
        outputs=int(new.sum()),
        before=before.latency_ms[old],
        now=now.latency_ms[new],
        tokens_before=before.tokens[old],
        tokens=now.tokens[new],
        prompt_tokens=now.prompt_tokens[new],
    )
    if not any(_told(one) for one in (times.before, times.now, times.tokens)):
        return None
    return times, value_drift.numbers(times.before, times.now)


def _latency(times: _Times, drift: ValueDrift | Missing, telling: bool, prices: Sequence[Price]) -> Latency:
    price = price_of(times.model, prices) if _told(times.tokens) else None
    prompt = float(np.nansum(times.prompt_tokens))
    return Latency(
        model=times.model,
        outputs=times.outputs,
        now=_percentiles(times.now),
        before=_percentiles(times.before),
        changed=telling,
        tokens=_mean(times.tokens),
        tokens_before=_mean(times.tokens_before),
        cost=None if price is None else cost(price, prompt, float(np.nansum(times.tokens)) - prompt),
        price=price,
    )


def _percentiles(times: Floats) -> Percentiles | Missing:
    told = times[~np.isnan(times)]
    if len(told) < OUTPUTS_NEED:
        return Missing(found=len(told), needed=OUTPUTS_NEED, of="outputs")
    p50, p95, p99 = (float(one) for one in np.quantile(told, (0.5, 0.95, 0.99)))
    return Percentiles(p50=p50, p95=p95, p99=p99, outputs=len(told))


def _mean(values: Floats) -> float | None:
    told = values[~np.isnan(values)]
    return float(told.mean()) if len(told) else None


def _told(values: Floats) -> int:
    return int((~np.isnan(values)).sum())

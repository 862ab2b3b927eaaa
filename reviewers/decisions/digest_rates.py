"""Whether more or fewer outputs of a week were wrong than before: of all of a route, and of its slices and models.

Two tests look together. The watch over verdicts sees review by review whether outputs of like risk became wrong more
often; the weighted rates of the two windows see also that riskier outputs came. Each keeps its own false alarms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import hypot
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import error_rates, verdict_drift
from reviewers.decisions.e_values import e_benjamini_hochberg, week_level
from reviewers.decisions.error_rates import LEVEL, RATE_NEEDS, Mask
from reviewers.decisions.estimate import Estimate, change, estimate
from reviewers.decisions.estimate_inputs import Floats, ReviewerErrors
from reviewers.decisions.stamps import stamp
from reviewers.decisions.too_few import TooFew
from reviewers.decisions.verdict_drift import BASELINE_NEEDS, PART_NEEDS, Direction, Reviews
from reviewers.decisions.weeks import REFERENCE_WEEKS
from reviewers.model import PeriodOutputs, Rate
from reviewers.model.digest import Aspect, Finding, State, Unit, Window
from reviewers.model.digest_parts import PartKind, RateLine
from reviewers.model.missing import Missing
from reviewers.model.watch import Watch

# Years without a change in which the weighted rates speak, half of it for the whole and half for the parts: our choice.
# With the watch's 1 in 20 and what other weekly tests spend, the bounds add up to 8 of 100 years.
RATES_LEVEL = 0.01
MOST_PARTS = 50  # slices and models that are told apart, those with the most reviews: our choice
WATCH, RATES = "e-detector", "weighted rates of the two windows"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Windows:
    """Outputs of a route, reviewed or not, and which of them each window holds."""

    outputs: PeriodOutputs
    now: Mask
    before: Mask


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Past:
    """The reviews of a route until the end of the week, in the order of their decision; one place a review."""

    reviews: Reviews
    slices: tuple[str, ...]
    models: tuple[str, ...]
    risk_version: str  # of the risk model that gave all of their risks


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One part, or the whole, of which wrong outputs were compared."""

    finding: Finding
    line: RateLine
    more: bool | None = None  # with drift: whether more are wrong


class _Rates(NamedTuple):
    """The rates of a part in both windows."""

    now: Rate | Missing
    before: Rate | Missing
    old: Estimate | TooFew
    new: Estimate | TooFew


def rate(outputs: PeriodOutputs, kept: Mask, errors: ReviewerErrors | None) -> Rate | Missing:
    """The share of wrong outputs among those kept, as `error_rates.rate` has it."""
    found = error_rates.rate(outputs, kept, errors=errors)
    return Missing(found=found.found, needed=found.needed, of=found.of) if isinstance(found, TooFew) else found


def whole(
    windows: Windows, past: Past, reference: Window, errors: ReviewerErrors | None
) -> tuple[Compared, bool | None]:
    """All outputs of the route, and whether the watch confirmed that more are wrong; None: it has no baseline yet."""
    watch = _watched(past, np.ones(len(past.reviews), np.bool_), reference, BASELINE_NEEDS)
    everything = np.ones(len(windows.outputs), np.bool_)
    direction = None
    if isinstance(watch, Watch):
        direction = verdict_drift.confirmed(watch)
        held = watch.up.held if direction is Direction.MORE_WRONG else watch.down.held
        direction = direction if held else None  # it went back since
    compared = _compared(
        PartKind.ALL, "", windows, everything, watch, direction, errors, level=week_level(RATES_LEVEL / 2.0)
    )
    return compared, None if isinstance(watch, Missing) else direction is Direction.MORE_WRONG


def parts(windows: Windows, past: Past, reference: Window, errors: ReviewerErrors | None) -> tuple[Compared, ...]:
    """Each slice and model with outputs in the week, the most reviewed first; none where there is only one of a kind.

    Their watches are held against each other by e-Benjamini-Hochberg, their rates by Bonferroni over the parts.
    """
    outputs = windows.outputs
    kinds = (
        (PartKind.SLICE, outputs.slice, outputs.slices, past.slices),
        (PartKind.MODEL, outputs.model, outputs.models, past.models),
    )
    named = [
        (kind, name, codes == outputs_names.index(name), np.array([one == name for one in of_reviews], np.bool_))
        for kind, codes, outputs_names, of_reviews in kinds
        for name in _names(windows, codes, outputs_names)
    ]
    reviewed = [int((mine & windows.now)[outputs.reviewed].sum()) for _, _, mine, _ in named]
    order = sorted(range(len(named)), key=lambda at: (-reviewed[at], named[at][0].value, named[at][1]))[:MOST_PARTS]
    watches = [_watched(past, named[at][3], reference, PART_NEEDS) for at in order]
    telling = e_benjamini_hochberg([_evidence(watch) for watch in watches])
    level = week_level(RATES_LEVEL / 2.0) / max(1, len(order))
    return tuple(
        _compared(*named[at][:2], windows, named[at][2], watch, _leaning(watch) if found else None, errors, level=level)
        for at, watch, found in zip(order, watches, telling, strict=True)
    )


def _names(windows: Windows, codes: NDArray[np.int32], names: Sequence[str]) -> list[str]:
    """Those with outputs in the week, where the windows hold more than one; what has no name is no part."""
    seen = {names[place] for place in np.unique(codes[windows.now | windows.before])}
    current = {names[place] for place in np.unique(codes[windows.now])}
    return sorted(name for name in current if name) if len(seen) > 1 else []


def _watched(past: Past, mine: Mask, reference: Window, needed: int) -> Watch | Missing:
    """The watch over the reference and the week, with what was decided before as its baseline.

    Where too little was decided before the reference, the reference itself is the baseline, and the watch is over the
    week alone.
    """
    reviews = _kept(past.reviews, mine)
    missing = Missing(found=0, needed=needed)
    for frozen_at in (reference.start, reference.end):
        earlier = reviews.at < stamp(frozen_at)
        baseline = verdict_drift.freeze(
            _kept(reviews, earlier), risk_version=past.risk_version, frozen_at=frozen_at, needed=needed
        )
        if isinstance(baseline, Missing):
            missing = baseline
            continue
        inside = (reviews.at >= stamp(reference.start)) & (reviews.at < stamp(reference.end))
        weekly = max(1.0, float(inside.sum()) / REFERENCE_WEEKS)
        return verdict_drift.observe(verdict_drift.begin(baseline, weekly_reviews=weekly), _kept(reviews, ~earlier))
    return missing


def _compared(
    kind: PartKind,
    name: str,
    windows: Windows,
    mine: Mask,
    watch: Watch | Missing,
    direction: Direction | None,
    errors: ReviewerErrors | None,
    *,
    level: float,
) -> Compared:
    rates = _rates(windows, mine, errors, level)
    beyond = _beyond(rates, level)
    more = direction is Direction.MORE_WRONG if direction else beyond
    effect = _change(rates.before, rates.now)
    unsaid = next((one for one in (rates.now, rates.before) if isinstance(one, Missing)), None)
    state = State.DRIFT if more is not None else State.INSUFFICIENT if unsaid else State.STABLE
    outputs = windows.outputs
    finding = Finding(
        aspect=Aspect.WRONG,
        part=kind,
        name=name,
        state=state,
        missing=unsaid if state is State.INSUFFICIENT else None,
        now=_value(rates.now),
        before=_value(rates.before),
        effect=effect[0] if effect else None,
        low=effect[1] if effect else None,
        high=effect[2] if effect else None,
        unit=Unit.OF_100,
        n_now=_reviewed(outputs, mine & windows.now),
        n_before=_reviewed(outputs, mine & windows.before),
        rising=more,
        since=verdict_drift.since(watch, direction) if direction and isinstance(watch, Watch) else None,
        test=WATCH if direction else RATES,
        e_value=_evidence(watch) or None,
    )
    line = RateLine(
        part=kind,
        name=name,
        rate=rates.now,
        before=rates.before,
        change=finding.effect,
        low=finding.low,
        high=finding.high,
        reviewed=finding.n_now,
        outputs=int((mine & windows.now).sum()),
        finding=state is State.DRIFT,
    )
    return Compared(finding=finding, line=line, more=more)


def _rates(windows: Windows, mine: Mask, errors: ReviewerErrors | None, level: float) -> _Rates:
    outputs, new, old = windows.outputs, mine & windows.now, mine & windows.before
    return _Rates(
        now=rate(outputs, new, errors),
        before=rate(outputs, old, errors),
        old=_estimated(outputs, old, errors, level),
        new=_estimated(outputs, new, errors, level),
    )


def _estimated(outputs: PeriodOutputs, kept: Mask, errors: ReviewerErrors | None, level: float) -> Estimate | TooFew:
    sample, population = error_rates.inputs_of(outputs, kept)
    if len(sample) < RATE_NEEDS:
        return TooFew(found=len(sample), needed=RATE_NEEDS)
    share = error_rates.resolved_share(sample, population)
    return estimate(sample, population, errors=errors, levels=(LEVEL, 1.0 - level), resolved_share=share)


def _beyond(rates: _Rates, level: float) -> bool | None:
    """Whether more are wrong, where the rates differ by more than chance does at this level; None: they do not."""
    if isinstance(rates.old, TooFew) or isinstance(rates.new, TooFew):
        return None
    found = change(rates.old, rates.new, level=1.0 - level)
    return found.value > 0.0 if found.low > 0.0 or found.high < 0.0 else None


def _change(before: Rate | Missing, now: Rate | Missing) -> tuple[float, float, float] | None:
    """Now minus before, with the interval that theirs make (Zou & Donner 2008, equation 5), as `estimate.change`."""
    if isinstance(before, Missing) or isinstance(now, Missing):
        return None
    value = now.value - before.value
    low = value - hypot(now.value - now.low, before.high - before.value)
    high = value + hypot(now.high - now.value, before.value - before.low)
    return value, max(low, -1.0), min(high, 1.0)


def _evidence(watch: Watch | Missing) -> float:
    """The e-values of both directions together: they share the false alarms, so their sum is an e-value too."""
    if isinstance(watch, Missing):
        return 0.0
    return sum(verdict_drift.e_value(watch, direction) for direction in Direction)


def _leaning(watch: Watch | Missing) -> Direction | None:
    """The direction with more evidence."""
    return None if isinstance(watch, Missing) else max(Direction, key=lambda one: verdict_drift.e_value(watch, one))


def _kept(reviews: Reviews, mine: Mask) -> Reviews:
    return replace(reviews, at=reviews.at[mine], wrong=reviews.wrong[mine], risk=reviews.risk[mine])


def _reviewed(outputs: PeriodOutputs, kept: Mask) -> int:
    return int(kept[outputs.reviewed].sum())


def _value(found: Rate | Missing) -> float | None:
    return None if isinstance(found, Missing) else found.value


def reviews_of(at: Sequence[datetime], wrong: Sequence[bool], risk: Floats) -> Reviews:
    """Decided outputs, in the order of their decision, as the watch takes them."""
    stamps = np.array([stamp(one) for one in at], dtype="datetime64[us]")
    return Reviews(at=stamps, wrong=np.array(wrong, dtype=np.float64), risk=risk)

"""Whether more or fewer outputs of a week were wrong than before: of all of a route, and of its slices and models.

Two tests look together. The watch over verdicts sees review by review whether outputs of like risk became wrong more
often; the weighted rates of the two windows see also that riskier outputs came. Each keeps its own share of the years
with a false alarm, see `e_values`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import error_rates, verdict_drift, watching
from reviewers.decisions.agreement import TRUSTED_FROM
from reviewers.decisions.e_values import PARTS_YEARS, RATES_YEARS, e_benjamini_hochberg, week_level
from reviewers.decisions.error_rates import LEVEL, RATE_NEEDS, Mask
from reviewers.decisions.estimate import Change, Estimate, change, estimate
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.too_few import TooFew
from reviewers.decisions.verdict_drift import Direction
from reviewers.decisions.watching import WATCH, Past
from reviewers.model import PeriodOutputs, Rate
from reviewers.model.digest import Aspect, Finding, State, Unit
from reviewers.model.digest_parts import PartKind, RateLine
from reviewers.model.missing import Missing
from reviewers.model.telling import WatchName, WatchStart
from reviewers.model.watch import Watch

RATES = "weighted rates of the two windows"
MOST_PARTS = 50  # slices and models that are told apart, those with the most reviews: our choice

Starts = Mapping[WatchName, WatchStart]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Windows:
    """Outputs of a route, reviewed or not, and which of them each window holds."""

    outputs: PeriodOutputs
    now: Mask
    before: Mask


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One part, or the whole, of which wrong outputs were compared."""

    finding: Finding
    line: RateLine
    more: bool | None = None  # with drift: whether more are wrong


class _Rates(NamedTuple):
    """What is known of a part in both windows."""

    before: Estimate | TooFew
    now: Estimate | TooFew


def rate(outputs: PeriodOutputs, kept: Mask, errors: ReviewerErrors | None) -> Rate | Missing:
    """The share of wrong outputs among those kept, as `error_rates.rate` has it."""
    return _rate(_estimated(outputs, kept, errors, ()))


def whole(windows: Windows, past: Past, starts: Starts, errors: ReviewerErrors | None) -> tuple[Compared, bool | None]:
    """All outputs of the route, and whether the watch confirmed that more are wrong; None: it has no baseline yet.

    Args:
        windows: outputs of the week and of the reference.
        past: the reviews until the end of the week.
        starts: when its watches began.
        errors: how often verdicts are right; None: they are taken as the truth.
    """
    watch = watching.watched(past, starts, past.whole)
    told = None if isinstance(watch, Missing) else watching.direction(watch)
    everything = np.ones(len(windows.outputs), np.bool_)
    level = week_level(RATES_YEARS / 2.0)
    compared = _compared(PartKind.ALL, "", windows, everything, watch, told, errors, level=level)
    return compared, None if isinstance(watch, Missing) else told is Direction.MORE_WRONG


def alerted(windows: Windows, watch: Watch, errors: ReviewerErrors | None) -> Finding:
    """The rise of all outputs that a watch confirmed, with the rates of these windows."""
    everything = np.ones(len(windows.outputs), np.bool_)
    level = week_level(RATES_YEARS / 2.0)
    return _compared(PartKind.ALL, "", windows, everything, watch, Direction.MORE_WRONG, errors, level=level).finding


def parts(windows: Windows, past: Past, starts: Starts, errors: ReviewerErrors | None) -> tuple[Compared, ...]:
    """Each slice and model with outputs in the week, the most reviewed first; none where there is only one of a kind.

    Their watches are held against each other by e-Benjamini-Hochberg, their rates by Bonferroni over the parts. Where
    nothing changed, the mean of the watches' evidence is an e-detector too, and e-BH finds nothing before that mean
    passes 1 over its level: so the level is the share of years in which it does.
    """
    outputs = windows.outputs
    kinds = ((PartKind.SLICE, outputs.slice, outputs.slices), (PartKind.MODEL, outputs.model, outputs.models))
    named = [
        (WatchName(route=past.route, part=kind, name=name), codes == names.index(name))
        for kind, codes, names in kinds
        for name in _names(windows, codes, names)
    ]
    reviewed = [_reviewed(outputs, mine & windows.now) for _, mine in named]
    order = sorted(range(len(named)), key=lambda at: (-reviewed[at], named[at][0].part.value, named[at][0].name))
    kept = [named[at] for at in order[:MOST_PARTS]]
    watches = [watching.watched(past, starts, one) for one, _ in kept]
    telling = e_benjamini_hochberg([watching.evidence(watch) for watch in watches], level=PARTS_YEARS)
    level = week_level(RATES_YEARS / 2.0) / max(1, len(kept))
    return tuple(
        _compared(one.part, one.name, windows, mine, watch, _leaning(watch) if found else None, errors, level=level)
        for (one, mine), watch, found in zip(kept, watches, telling, strict=True)
    )


def trusted(compared: Compared, alpha: float | None) -> Compared:
    """What is told of a part, once it is known how far reviewers agree.

    The watch takes verdicts as they are, so it sees a fall too where one person began to approve whatever comes. Where
    reviewers do not agree, a fall that only the watch tells counts as none; the weighted rates are corrected for
    reviewers' errors, and stay. A rise stays in any case: nobody finds more wrong by looking less.

    Args:
        compared: the part.
        alpha: Krippendorff's, of both windows; None: too few outputs with two opinions to doubt anybody.
    """
    told = compared.more is False and compared.finding.test == WATCH
    if not told or alpha is None or alpha >= TRUSTED_FROM:
        return compared
    finding = replace(compared.finding, state=State.STABLE, rising=None, since=None, test=RATES)
    return Compared(finding=finding, line=replace(compared.line, finding=False))


def _names(windows: Windows, codes: NDArray[np.int32], names: Sequence[str]) -> list[str]:
    """Those with outputs in the week, where the windows hold more than one; what has no name is no part."""
    seen = {names[place] for place in np.unique(codes[windows.now | windows.before])}
    current = {names[place] for place in np.unique(codes[windows.now])}
    return sorted(name for name in current if name) if len(seen) > 1 else []


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
    rates = _Rates(
        before=_estimated(windows.outputs, mine & windows.before, errors, (1.0 - level,)),
        now=_estimated(windows.outputs, mine & windows.now, errors, (1.0 - level,)),
    )
    beyond = _change(rates, 1.0 - level, process=True)
    told = direction is Direction.MORE_WRONG if direction else _more(beyond)
    effect, now, before = _change(rates, LEVEL), _rate(rates.now), _rate(rates.before)
    unsaid = next((one for one in (now, before) if isinstance(one, Missing)), None)
    state = State.DRIFT if told is not None else State.INSUFFICIENT if unsaid else State.STABLE
    finding = Finding(
        aspect=Aspect.WRONG,
        part=kind,
        name=name,
        state=state,
        missing=unsaid if state is State.INSUFFICIENT else None,
        now=None if isinstance(now, Missing) else now.value,
        before=None if isinstance(before, Missing) else before.value,
        effect=effect.value if effect else None,
        low=effect.low if effect else None,
        high=effect.high if effect else None,
        unit=Unit.OF_100,
        n_now=_reviewed(windows.outputs, mine & windows.now),
        n_before=_reviewed(windows.outputs, mine & windows.before),
        rising=told,
        since=verdict_drift.since(watch, direction) if direction and isinstance(watch, Watch) else None,
        test=WATCH if direction else RATES,
        e_value=watching.evidence(watch) or None,
    )
    line = RateLine(
        part=kind,
        name=name,
        rate=now,
        before=before,
        change=finding.effect,
        low=finding.low,
        high=finding.high,
        reviewed=finding.n_now,
        outputs=int((mine & windows.now).sum()),
        finding=state is State.DRIFT,
    )
    return Compared(finding=finding, line=line, more=told)


def _estimated(
    outputs: PeriodOutputs, kept: Mask, errors: ReviewerErrors | None, levels: Sequence[float]
) -> Estimate | TooFew:
    """With the intervals of people's level and of these."""
    sample, population = error_rates.inputs_of(outputs, kept)
    if len(sample) < RATE_NEEDS:
        return TooFew(found=len(sample), needed=RATE_NEEDS)
    return estimate(sample, population, errors=errors, levels=(LEVEL, *levels))


def _rate(found: Estimate | TooFew) -> Rate | Missing:
    if isinstance(found, TooFew):
        return Missing(found=found.found, needed=found.needed, of=found.of)
    return error_rates.as_rate(found)


def _change(rates: _Rates, level: float, *, process: bool = False) -> Change | None:
    """Of these outputs, or of the process that they come from; None where there is too little of either window."""
    if isinstance(rates.before, TooFew) or isinstance(rates.now, TooFew):
        return None
    return change(rates.before, rates.now, level=level, process=process)


def _more(beyond: Change | None) -> bool | None:
    """Whether more are wrong, where the rates differ by more than chance does; None: they do not."""
    if beyond is None or beyond.low <= 0.0 <= beyond.high:
        return None
    return beyond.value > 0.0


def _leaning(watch: Watch | Missing) -> Direction | None:
    return None if isinstance(watch, Missing) else watching.leaning(watch)


def _reviewed(outputs: PeriodOutputs, kept: Mask) -> int:
    return int(kept[outputs.reviewed].sum())

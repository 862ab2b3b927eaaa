"""How many outputs of a period are wrong: of all of them, of a route, a model, a slice or a week.

Every number is an estimate for all outputs, reviewed or not, and carries its interval and its n; where there are too
few reviews, `TooFew` says so in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions.decided_shares import decided_chances
from reviewers.decisions.estimate import Estimate, change, estimate
from reviewers.decisions.estimate_inputs import Population, ReviewerErrors, Sample
from reviewers.decisions.stamps import moment, stamp
from reviewers.decisions.too_few import TooFew
from reviewers.model import PeriodOutputs, Rate

RATE_NEEDS = 40  # reviewed outputs: from here on a rate of 10 in 100 is known within about ±10 points
LEVEL = 0.95
FALSE_FINDINGS = 0.05  # chance that any slice is called a finding where none differs (Bonferroni)
CLUSTERED_FROM = 1.05  # outputs with a review for each user with one: below, users hardly repeat: our choice
WEEK = timedelta(days=7)

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The rate of a part of the outputs: a week, a model, a slice."""

    name: str
    rate: Rate | TooFew
    reviewed: int
    outputs: int
    finding: bool = False  # it differs from the whole by more than chance does


def inputs_of(outputs: PeriodOutputs, kept: Mask | None = None) -> tuple[Sample, Population]:
    """The reviews and all outputs as an estimate takes them, of the part that is kept.

    Chances are those of being decided too, see `decided_chances`. Outputs of one user or conversation stand together
    where they are known for most reviews and repeat.
    """
    kept = np.ones(len(outputs), dtype=np.bool_) if kept is None else kept
    mine = kept[outputs.reviewed]
    places, chance = outputs.reviewed[mine], decided_chances(outputs, kept)
    clusters = users(outputs) if _repeat(outputs.cluster[places]) else None
    return (
        Sample(
            wrong=outputs.wrong[mine].astype(np.float64),
            risk=outputs.risk[places],
            chance=chance[places],
            cluster=None if clusters is None else clusters[places],
        ),
        Population(
            risk=outputs.risk[kept],
            chance=chance[kept],
            cluster=None if clusters is None else clusters[kept],
        ),
    )


def rate(outputs: PeriodOutputs, kept: Mask | None = None, *, errors: ReviewerErrors | None = None) -> Rate | TooFew:
    """The share of wrong outputs among those kept, with its 95 % interval (see `estimate`).

    Args:
        outputs: all outputs of the period.
        kept: the part that is meant, one entry an output; None: all.
        errors: how often verdicts are right; None: they are taken as the truth.

    Too little data: `TooFew` below RATE_NEEDS reviews, and where the estimate itself has too few.
    """
    sample, population = inputs_of(outputs, kept)
    if len(sample) < RATE_NEEDS:
        return TooFew(found=len(sample), needed=RATE_NEEDS)
    found = estimate(sample, population, errors=errors, levels=(LEVEL,))
    return found if isinstance(found, TooFew) else as_rate(found)


def lines(
    outputs: PeriodOutputs,
    codes: NDArray[np.int32],
    names: Sequence[str],
    *,
    errors: ReviewerErrors | None = None,
) -> tuple[Line, ...]:
    """One line for each name, the most reviewed first; those that people decided nothing of are left out.

    A finding is a part whose rate differs from that of all others by more than chance, at a level that lets one of
    twenty such tables have a false one (Bonferroni over its lines).

    Args:
        outputs: all outputs of the period.
        codes: of each output its place in `names`.
        names: of the parts.
        errors: as in `rate`.
    """
    found = _lines(outputs, codes, names, errors, compared=True)
    return tuple(sorted(found, key=lambda line: (-line.reviewed, line.name)))


def weeks(outputs: PeriodOutputs, zone: tzinfo, *, errors: ReviewerErrors | None = None) -> tuple[Line, ...]:
    """One line for each ISO week, such as "2026-W47", that people decided something of, the newest first.

    Args:
        outputs: all outputs of the period.
        zone: where the weeks begin.
        errors: as in `rate`.
    """
    if not len(outputs):
        return ()
    first = _monday(moment(outputs.decided_at.min()), zone)
    last = moment(outputs.decided_at.max())
    starts = [first]
    while starts[-1] <= last:
        starts.append(_monday(starts[-1] + WEEK + timedelta(hours=12), zone))  # over a change of the clocks
    edges = np.array([stamp(start) for start in starts[1:]])
    codes = np.searchsorted(edges, outputs.decided_at, side="right").astype(np.int32)
    names = [_week(start, zone) for start in starts]
    found = _lines(outputs, codes, names, errors, compared=False)
    return tuple(sorted(found, key=lambda line: line.name, reverse=True))


def _lines(
    outputs: PeriodOutputs,
    codes: NDArray[np.int32],
    names: Sequence[str],
    errors: ReviewerErrors | None,
    *,
    compared: bool,
) -> Iterator[Line]:
    """One line for each part that people decided something of; `compared`: with the findings among them."""
    reviewed = np.bincount(codes[outputs.reviewed], minlength=len(names))
    sizes = np.bincount(codes, minlength=len(names))
    tested = max(1, int(np.count_nonzero(reviewed >= RATE_NEEDS)))
    for place in np.flatnonzero(reviewed):
        few = TooFew(found=int(reviewed[place]), needed=RATE_NEEDS)
        line = Line(name=names[int(place)], rate=few, reviewed=few.found, outputs=int(sizes[place]))
        if few.found >= RATE_NEEDS:
            level = 1.0 - FALSE_FINDINGS / tested if compared else None
            line = _told(line, outputs, codes == place, errors, level)
        yield line


def _told(line: Line, outputs: PeriodOutputs, mine: Mask, errors: ReviewerErrors | None, level: float | None) -> Line:
    """With its rate, and whether that differs from the rest's at this level; None: that is not asked."""
    levels = (LEVEL,) if level is None else (LEVEL, level)
    own = estimate(*inputs_of(outputs, mine), errors=errors, levels=levels)
    if isinstance(own, TooFew):
        return replace(line, rate=own)
    line = replace(line, rate=as_rate(own))
    sample, population = inputs_of(outputs, ~mine)
    if level is None or len(sample) < RATE_NEEDS:
        return line
    rest = estimate(sample, population, errors=errors, levels=(level,))
    if isinstance(rest, TooFew):
        return line
    more = change(rest, own, level=level)
    return replace(line, finding=more.low > 0.0 or more.high < 0.0)


def as_rate(found: Estimate) -> Rate:
    """An estimate that was made with the level of people's intervals, .95."""
    low, high = found.intervals[LEVEL]
    return Rate(
        value=found.value,
        low=low,
        high=high,
        reviewed=found.reviewed,
        speaks_for=found.outputs,
        uncorrected=found.uncorrected,
        method=found.method.value,
    )


def users(outputs: PeriodOutputs) -> NDArray[np.int64]:
    """Each output's user or conversation as a number from 0 on; one that is not known is a user of its own."""
    if not outputs.cluster.any():
        return np.arange(len(outputs))
    known, numbers = np.unique(outputs.cluster, return_inverse=True)
    numbers = numbers.astype(np.int64)
    nobody = outputs.cluster == 0
    numbers[nobody] = len(known) + np.arange(int(nobody.sum()))
    return numbers


def _repeat(clusters: NDArray[np.int64]) -> bool:
    """Whether most reviews are of known users, and users repeat among them."""
    known = clusters[clusters != 0]
    return 2 * len(known) >= len(clusters) > 0 and len(known) >= CLUSTERED_FROM * max(1, len(np.unique(known)))


def _monday(moment: datetime, zone: tzinfo) -> datetime:
    """The start of its week where the team is."""
    local = moment.astimezone(zone)
    first = local.date() - timedelta(days=local.weekday())
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)


def _week(start: datetime, zone: tzinfo) -> str:
    year, week, _ = start.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"

"""When a watch over verdicts begins, against what, and when it begins anew; how it stands, and what it told.

Nothing of a watch is kept but its beginning: what it saw since is in the reviews, so that the same reviews give the
same state whoever asks, and a digest can be made again. Where no beginning is kept it is as the clock would have kept
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import verdict_drift
from reviewers.decisions.error_rates import Mask
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.stamps import moment, stamp
from reviewers.decisions.verdict_drift import (
    BASELINE_NEEDS,
    PART_NEEDS,
    PART_TOLERATED,
    TOLERATED_ERRORS,
    Direction,
    Reviews,
)
from reviewers.model import Route
from reviewers.model.digest import Aspect, Digest, Finding, State
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from reviewers.model.telling import WatchName, WatchStart
from reviewers.model.watch import Baseline, Side, Watch

WATCH = "e-detector"  # in digests
TOLD_ENOUGH = 4  # digests that tell one change: a month, after which it is how things are (our choice)
FASTER = 1.5  # times as many reviews a week as a year was counted in: our choice, its false alarms grow as much
LATELY = timedelta(weeks=4)  # of which that is asked
# That a part's baseline takes at least. A year then has 13 times its reviews at most: with 26 times as many, the error
# of the baseline itself was called a change in 3 of 100 simulated years of one part, with 13 times in .3.
PART_TAKES = timedelta(weeks=4)
STILL_NEWS = timedelta(weeks=1)  # after which a change stands in a digest, and is told at once no more
WEEK = timedelta(weeks=1)
NEXT = timedelta(microseconds=1)  # as finely as moments are kept


class Because(StrEnum):
    """Why a beginning is kept."""

    FIRST = "first"  # it was never looked at: reviews are counted from here on
    ENOUGH = "enough"  # was reviewed for a baseline
    RULES = "rules"  # people judge by others than the baseline's
    RISK_GONE = "risk_gone"  # nothing knows any more what risk its baseline speaks of
    TOLD = "told"  # its change stood in four digests
    PACE = "pace"  # many more reviews a week than a year was counted in


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A beginning that is to be kept."""

    start: WatchStart
    because: Because


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Past:
    """The reviews of a route, in the order of their decision; one place a review."""

    route: str  # empty: the policy's own
    at: NDArray[np.datetime64]  # when it was decided; microseconds, UTC
    wrong: Floats  # 1 wrong, 0 right
    risks: Mapping[str, Floats]  # by the version of the risk model that gave them all; NaN: not scored
    fresh: str  # the version that a new baseline speaks of, one of these
    slices: tuple[str, ...]
    models: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.at)

    @property
    def whole(self) -> WatchName:
        """The watch over all outputs of the route."""
        return WatchName(route=self.route)

    def parts(self) -> tuple[WatchName, ...]:
        """The watches over each slice and model, where the route has more than one of a kind."""
        kinds = ((PartKind.SLICE, self.slices), (PartKind.MODEL, self.models))
        return tuple(
            WatchName(route=self.route, part=kind, name=name)
            for kind, names in kinds
            if len(set(names)) > 1
            for name in sorted(set(names))
            if name
        )

    def of(self, watch: WatchName) -> Mask:
        """Which of them a watch looks at."""
        if watch.part is PartKind.ALL:
            return np.ones(len(self), np.bool_)
        names = self.slices if watch.part is PartKind.SLICE else self.models
        return np.fromiter((name == watch.name for name in names), np.bool_, len(self))

    def reviews(self, kept: Mask, version: str) -> Reviews:
        """Those that are kept, with the risks of this version."""
        return Reviews(at=self.at[kept], wrong=self.wrong[kept], risk=self.risks[version][kept])


def rules(route: Route) -> str:
    """By what people judge there, as far as it can move what they find: how many decide, and what they see before.

    >>> rules(Route(name="Card support", quorum=2))
    '2, third, evidence'
    """
    return f"{route.quorum}, {route.on_disagreement.value}, {route.show}"


def needed(watch: WatchName) -> int:
    """Reviews of a baseline: 400 for all outputs, 100 for a part, which takes four weeks besides."""
    return BASELINE_NEEDS if watch.part is PartKind.ALL else PART_NEEDS


def waits(start: WatchStart) -> bool:
    """Whether it has no baseline yet: the reviews since it began are counted for one."""
    return start.baseline.reviews == 0


def begun(
    past: Past, watch: WatchName, *, rules: str = "", made_at: datetime | None = None, since: datetime | None = None
) -> WatchStart | Missing:
    """A watch whose baseline is the first 400 reviews (of a part 100, and four weeks), and which looks at what follows.

    A year of it has as many reviews as the pace of the baseline makes.

    Args:
        past: all reviews that are known.
        watch: which of them it looks at.
        rules: by which people judge, see `rules`; empty: not known.
        made_at: the moment; None: that at which it begins, as if the clock had been there.
        since: reviews before this moment are left out; None: none are.

    Too little data: `Missing` below as many reviews as the baseline needs, or weeks where they are what is missing.
    """
    mine = past.of(watch)
    reviews = past.reviews(mine if since is None else mine & (past.at >= stamp(since)), past.fresh)
    if len(reviews) < needed(watch):
        return Missing(found=len(reviews), needed=needed(watch))
    first, place = moment(reviews.at[0]), needed(watch) - 1
    if watch.part is not PartKind.ALL:
        place = max(place, int(np.searchsorted(reviews.at, stamp(first + PART_TAKES))))
        if place == len(reviews):
            weeks = (moment(reviews.at[-1]) - first) // WEEK
            return Missing(found=weeks, needed=PART_TAKES // WEEK, of="weeks of reviews")
    last = moment(reviews.at[place])
    inside = reviews.at <= stamp(last)
    baseline = verdict_drift.freeze(
        replace(reviews, at=reviews.at[inside], wrong=reviews.wrong[inside], risk=reviews.risk[inside]),
        risk_version=past.fresh,
        frozen_at=last + NEXT,
        needed=needed(watch),
    )
    if isinstance(baseline, Missing):
        return baseline
    return WatchStart(
        watch=watch,
        baseline=replace(baseline, rules=rules),
        weekly_reviews=baseline.reviews / max(1.0, (last - first) / WEEK),
        begins_at=last + NEXT,
        made_at=made_at or last + NEXT,
    )


def watched(past: Past, starts: Mapping[WatchName, WatchStart], watch: WatchName) -> Watch | Missing:
    """A watch as it stands after all reviews of `past`.

    Args:
        past: until the end of what is told.
        starts: the beginnings that are kept; one that is not is as it would have been kept.
        watch: which one.

    Too little data: `Missing` below as many reviews as its baseline needs, since its rules changed where they did.
    """
    start = starts.get(watch)
    if start is None or waits(start):
        since = None if start is None else start.begins_at
        found = begun(past, watch, since=since)
        return found if isinstance(found, Missing) else standing(past, found)
    return standing(past, start)


def standing(past: Past, start: WatchStart) -> Watch | Missing:
    """What a watch that began so has seen. `Missing` while it waits, or nothing gives the risks of its baseline."""
    mine = past.of(start.watch) & (past.at >= stamp(start.begins_at))
    if waits(start) or start.baseline.risk_version not in past.risks:
        return Missing(found=int(mine.sum()), needed=needed(start.watch))
    tolerated = TOLERATED_ERRORS if start.watch.part is PartKind.ALL else PART_TOLERATED
    watch = verdict_drift.begin(start.baseline, weekly_reviews=start.weekly_reviews, tolerated=tolerated)
    return verdict_drift.observe(watch, past.reviews(mine, start.baseline.risk_version))


def direction(watch: Watch) -> Direction | None:
    """Which change is confirmed and still there; of two the earlier. None: there is none, or it went back."""
    held = [
        (one.confirmed_at, towards)
        for towards in Direction
        if (one := side(watch, towards)).held and one.confirmed_at is not None
    ]
    return min(held, key=lambda one: one[0])[1] if held else None


def rises_now(watch: Watch, start: WatchStart, now: datetime) -> bool:
    """Whether a rise cannot wait for a digest: confirmed within the week, and by a watch that was kept by then.

    A fall can wait, and a watch alone cannot tell it from a reviewer who began to approve whatever comes. What happened
    before a watch was kept, as in the history of an older installation, is told by the digests alone.
    """
    told = watch.up.confirmed_at if watch.up.held else None
    return told is not None and start.made_at <= told and now - told <= STILL_NEWS


def evidence(watch: Watch | Missing) -> float:
    """The e-values of both directions together: they share the false alarms, so their sum is an e-value too."""
    if isinstance(watch, Missing):
        return 0.0
    return sum(verdict_drift.e_value(watch, towards) for towards in Direction)


def leaning(watch: Watch) -> Direction:
    """The direction with more evidence."""
    return max(Direction, key=lambda towards: verdict_drift.e_value(watch, towards))


def side(watch: Watch, towards: Direction) -> Side:
    """What it knows of one direction."""
    return watch.up if towards is Direction.MORE_WRONG else watch.down


def reviews_until_told(past: Past, start: WatchStart, watch: Watch) -> int:
    """Reviews from the one with which a rise most likely began to the one that confirmed it; 0 without one."""
    began, told = verdict_drift.since(watch, Direction.MORE_WRONG), watch.up.confirmed_at
    if began is None or told is None:
        return 0
    return int((past.of(start.watch) & (past.at >= stamp(began)) & (past.at <= stamp(told))).sum())


def told_in(digests: Iterable[Digest], start: WatchStart) -> int:
    """How many of these digests of the route say that this watch found a change, since it began."""
    return sum(
        digest.current.end > start.made_at and any(_tells(finding, start.watch) for finding in digest.findings)
        for digest in digests
    )


def renewed(
    past: Past, watch: WatchName, start: WatchStart | None, *, rules: str, told: int, now: datetime
) -> Begun | None:
    """The beginning that is to be kept now; None: that which is kept goes on, or too little was reviewed for another.

    A baseline stays until people judge by other rules, or the risk model that it speaks of is gone: then the watch
    waits until enough was reviewed since. What stood in four digests is how things are: then the first reviews since
    that change are the new baseline, as soon as they are enough, and until then the watch goes on. Many more reviews
    a week make a year longer, and the evidence of the same reviews is held against that.

    Args:
        past: all reviews until now.
        watch: which one.
        start: its newest beginning; None: it never began.
        rules: of the route now.
        told: digests that told its change, see `told_in`.
        now: the moment.
    """
    if start is None:
        found = _begun(past, watch, rules, now, None, Because.ENOUGH)
        if found is None and watch == past.whole and len(past):
            return Begun(start=_waiting(watch, rules, moment(past.at[0]), now), because=Because.FIRST)
        return found
    if start.baseline.rules != rules:
        return Begun(start=_waiting(watch, rules, now, now), because=Because.RULES)
    if waits(start):
        return _begun(past, watch, rules, now, start.begins_at, Because.ENOUGH)
    state = standing(past, start)
    if isinstance(state, Missing):
        again = _begun(past, watch, rules, now, start.begins_at, Because.RISK_GONE)
        return again or Begun(start=_waiting(watch, rules, start.begins_at, now), because=Because.RISK_GONE)
    towards = direction(state)
    if told >= TOLD_ENOUGH:
        since = verdict_drift.since(state, towards or leaning(state))
        return None if since is None else _begun(past, watch, rules, now, since, Because.TOLD)
    lately = float((past.of(watch) & (past.at >= stamp(now - LATELY))).sum()) / (LATELY / WEEK)
    if towards is None and lately > FASTER * start.weekly_reviews:
        return Begun(start=replace(start, weekly_reviews=lately, made_at=now), because=Because.PACE)
    return None


def held_back(watch: WatchName, *, rules: str, now: datetime) -> Begun:
    """A part that never began, once its route judges by other rules: no review of before counts for it."""
    return Begun(start=_waiting(watch, rules, now, now), because=Because.RULES)


def _begun(
    past: Past, watch: WatchName, rules: str, now: datetime, since: datetime | None, because: Because
) -> Begun | None:
    found = begun(past, watch, rules=rules, made_at=now, since=since)
    return None if isinstance(found, Missing) else Begun(start=found, because=because)


def _waiting(watch: WatchName, rules: str, since: datetime, now: datetime) -> WatchStart:
    nothing = Baseline(
        intercept=0.0, slope=1.0, middle=0.0, unscored=0.0, error=0.0, reviews=0, wrong=0.0, risk_version="",
        frozen_at=since, rules=rules,
    )  # fmt: skip
    return WatchStart(watch=watch, baseline=nothing, weekly_reviews=1.0, begins_at=since, made_at=now)


def _tells(finding: Finding, watch: WatchName) -> bool:
    mine = (finding.aspect, finding.part, finding.name) == (Aspect.WRONG, watch.part, watch.name)
    return mine and finding.state is State.DRIFT and finding.test == WATCH

"""Wrong outputs of two windows against each other: the whole, its parts, and when the watch may speak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reviewers.decisions import digest_rates
from reviewers.decisions.digest_rates import Past, Windows, reviews_of
from reviewers.model import Rate
from reviewers.model.digest import State, Window
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from tests.periods import a_period

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
REFERENCE = Window(start=MONDAY - timedelta(weeks=4), end=MONDAY)


def windows(before: Sequence[bool], now: Sequence[bool], **changes: Any) -> Windows:
    """Every output is reviewed; whether each was wrong."""
    wrong = np.array([*before, *now])
    count = len(wrong)
    is_now = np.arange(count) >= len(before)
    outputs = a_period(np.full(count, 0.1), np.arange(count), wrong, **changes)
    return Windows(outputs=outputs, now=is_now, before=~is_now)


def some(wrong: int, count: int) -> list[bool]:
    """So many wrong of so many, evenly."""
    return [(place + 1) * wrong // count > place * wrong // count for place in range(count)]


def a_past(*weeks: tuple[int, int, int], slices: Sequence[str] = ("",)) -> Past:
    """Reviews of (weeks before Monday, wrong, of so many), an hour apart; slices take turns."""
    at, wrong = [], []
    for before, bad, count in weeks:
        start = MONDAY - timedelta(weeks=before)
        at += [start + timedelta(hours=(place + 1) * 160 / count) for place in range(count)]
        wrong += some(bad, count)
    names = tuple(slices[place % len(slices)] for place in range(len(at)))
    return Past(
        reviews=reviews_of(at, wrong, np.full(len(at), 0.1)),
        slices=names,
        models=("m",) * len(at),
        risk_version="v1",
    )


def test_shares_that_are_known_without_doubt_differ_by_their_difference() -> None:
    """All are reviewed: 5 of 50 before, 20 of 50 now; .4 - .1 with an interval of no width."""
    found, crossed = digest_rates.whole(windows(some(5, 50), some(20, 50)), a_past((1, 5, 50)), REFERENCE, None)
    finding = found.finding
    assert (finding.state, found.more, crossed) == (State.DRIFT, True, None)
    assert (finding.now, finding.before, finding.effect, finding.low, finding.high) == pytest.approx(
        (0.4, 0.1, 0.3, 0.3, 0.3)
    )
    assert (finding.n_now, finding.n_before, finding.test) == (50, 50, digest_rates.RATES)


def test_fewer_than_forty_reviews_of_a_window_are_insufficient() -> None:
    """39 of this week; 39 of the reference; the smaller need is not hidden by the larger window."""
    for before, now in ((400, 39), (39, 400)):
        found, _ = digest_rates.whole(windows(some(4, before), some(4, now)), a_past((1, 1, 10)), REFERENCE, None)
        assert found.finding.state is State.INSUFFICIENT
        assert found.finding.missing == Missing(found=39, needed=40)
        assert found.more is None


def test_sampled_rates_that_differ_a_little_are_stable() -> None:
    """10 of 100 and 14 of 100 reviewed of 2,000 each: far from what one year in 50 brings by chance."""
    count, reviewed = 4000, np.concatenate([np.arange(100) * 20, 2000 + np.arange(100) * 20])
    outputs = a_period(np.full(count, 0.1), reviewed, some(10, 100) + some(14, 100), chance=np.full(count, 0.05))
    is_now = np.arange(count) >= 2000
    found, _ = digest_rates.whole(
        Windows(outputs=outputs, now=is_now, before=~is_now), a_past((1, 5, 50)), REFERENCE, None
    )
    assert found.finding.state is State.STABLE
    assert isinstance(found.line.rate, Rate)
    assert found.finding.low is not None
    assert found.finding.low < 0.0


def test_watch_needs_four_hundred_reviews_before_the_week() -> None:
    """399 give no baseline; 400 of the reference give one, and it stays silent over a week like the ones before."""
    quiet = windows(some(4, 40), some(4, 40))
    assert digest_rates.whole(quiet, a_past((2, 40, 399), (0, 5, 50)), REFERENCE, None)[1] is None
    assert digest_rates.whole(quiet, a_past((2, 40, 400), (0, 5, 50)), REFERENCE, None)[1] is False


def test_watch_that_crossed_speaks_though_the_rates_of_the_windows_are_alike() -> None:
    """10 of 100 in earlier weeks, then 40 of 100 in the reference and in the week: both windows show the rise."""
    past = a_past((9, 40, 400), (2, 80, 200), (0, 40, 100))
    found, crossed = digest_rates.whole(windows(some(16, 40), some(16, 40)), past, REFERENCE, None)
    assert (crossed, found.more, found.finding.state) == (True, True, State.DRIFT)
    assert found.finding.test == digest_rates.WATCH
    assert found.finding.since is not None
    assert found.finding.since >= MONDAY - timedelta(weeks=9)


def test_what_was_wrong_before_the_reference_too_is_no_rise() -> None:
    """40 of 100 were wrong all the time: that is the baseline."""
    past = a_past((9, 160, 400), (2, 80, 200), (0, 40, 100))
    found, crossed = digest_rates.whole(windows(some(16, 40), some(16, 40)), past, REFERENCE, None)
    assert (crossed, found.more) == (False, None)


def test_part_that_got_worse_is_told_and_the_others_are_not() -> None:
    """Slice a goes from 5 of 50 to 25 of 50, slice b stays at 5 of 50."""
    codes = np.array([0] * 50 + [1] * 50 + [0] * 50 + [1] * 50, np.int32)
    compared = digest_rates.parts(
        windows(some(5, 50) + some(5, 50), some(25, 50) + some(5, 50), slice=codes, slices=("a", "b")),
        a_past((1, 10, 100), slices=("a", "b")),
        REFERENCE,
        None,
    )
    told = {one.line.name: (one.line.part, one.line.finding, one.more, one.line.outputs) for one in compared}
    assert told == {"a": (PartKind.SLICE, True, True, 50), "b": (PartKind.SLICE, False, None, 50)}


def test_single_slice_or_model_is_no_part() -> None:
    """It would say what the whole says; and outputs without a slice are none."""
    assert digest_rates.parts(windows(some(5, 50), some(5, 50)), a_past((1, 5, 50)), REFERENCE, None) == ()


def test_model_that_replaced_another_is_a_part_without_a_past() -> None:
    """One model before and another now: two are known, the old one has nothing this week."""
    codes = np.array([0] * 50 + [1] * 50, np.int32)
    (only,) = digest_rates.parts(
        windows(some(5, 50), some(5, 50), model=codes, models=("old", "new")), a_past((1, 5, 50)), REFERENCE, None
    )
    assert (only.line.name, only.line.before, only.finding.state) == (
        "new",
        Missing(found=0, needed=40),
        State.INSUFFICIENT,
    )

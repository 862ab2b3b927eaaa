"""Wrong outputs of two windows against each other: the whole, its parts, and when the watch may speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from reviewers.decisions import digest_rates, watching
from reviewers.decisions.digest_rates import Windows
from reviewers.model import Rate
from reviewers.model.digest import State
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from reviewers.model.telling import WatchStart
from tests.pasts import MONDAY, a_past, some
from tests.periods import a_period


def windows(before: Sequence[bool], now: Sequence[bool], **changes: Any) -> Windows:
    """Every output is reviewed; whether each was wrong."""
    wrong = np.array([*before, *now])
    count = len(wrong)
    is_now = np.arange(count) >= len(before)
    outputs = a_period(np.full(count, 0.1), np.arange(count), wrong, **changes)
    return Windows(outputs=outputs, now=is_now, before=~is_now)


def test_shares_that_are_known_without_doubt_differ_by_their_difference() -> None:
    """All are reviewed: 5 of 50 before, 30 of 50 now; .6 - .1 with an interval of no width."""
    found, crossed = digest_rates.whole(windows(some(5, 50), some(30, 50)), a_past((1, 5, 50)), {}, None)
    finding = found.finding
    assert (finding.state, found.more, crossed) == (State.DRIFT, True, None)
    assert (finding.now, finding.before, finding.effect, finding.low, finding.high) == pytest.approx(
        (0.6, 0.1, 0.5, 0.5, 0.5)
    )
    assert (finding.n_now, finding.n_before, finding.test) == (50, 50, digest_rates.RATES)


def test_weeks_that_were_reviewed_whole_may_differ_by_their_luck() -> None:
    """8 of 100 and 18 of 100, as one process brings them every few years: sd of the difference .046, of .10."""
    found, _ = digest_rates.whole(windows(some(8, 100), some(18, 100)), a_past((1, 5, 50)), {}, None)
    assert (found.finding.state, found.more) == (State.STABLE, None)
    assert (found.finding.effect, found.finding.low, found.finding.high) == pytest.approx((0.1, 0.1, 0.1))


def test_fewer_than_forty_reviews_of_a_window_are_insufficient() -> None:
    """39 of this week; 39 of the reference; the smaller need is not hidden by the larger window."""
    for before, now in ((400, 39), (39, 400)):
        found, _ = digest_rates.whole(windows(some(4, before), some(4, now)), a_past((1, 1, 10)), {}, None)
        assert found.finding.state is State.INSUFFICIENT
        assert found.finding.missing == Missing(found=39, needed=40)
        assert found.more is None


def test_sampled_rates_that_differ_a_little_are_stable() -> None:
    """10 of 100 and 14 of 100 reviewed of 2,000 each: far from what one year in 50 brings by chance."""
    count, reviewed = 4000, np.concatenate([np.arange(100) * 20, 2000 + np.arange(100) * 20])
    outputs = a_period(np.full(count, 0.1), reviewed, some(10, 100) + some(14, 100), chance=np.full(count, 0.05))
    is_now = np.arange(count) >= 2000
    found, _ = digest_rates.whole(Windows(outputs=outputs, now=is_now, before=~is_now), a_past((1, 5, 50)), {}, None)
    assert found.finding.state is State.STABLE
    assert isinstance(found.line.rate, Rate)
    assert found.finding.low is not None
    assert found.finding.low < 0.0


def test_watch_needs_four_hundred_reviews() -> None:
    """399 give no baseline; 400 give one, and it stays silent over a week like the ones before."""
    quiet = windows(some(4, 40), some(4, 40))
    assert digest_rates.whole(quiet, a_past((2, 35, 349), (0, 5, 50)), {}, None)[1] is None
    assert digest_rates.whole(quiet, a_past((2, 40, 400), (0, 5, 50)), {}, None)[1] is False


def test_watch_that_crossed_speaks_though_the_rates_of_the_windows_are_alike() -> None:
    """10 of 100 in earlier weeks, then 40 of 100 in the reference and in the week: both windows show the rise."""
    past = a_past((9, 40, 400), (2, 80, 200), (0, 40, 100))
    found, crossed = digest_rates.whole(windows(some(16, 40), some(16, 40)), past, {}, None)
    assert (crossed, found.more, found.finding.state) == (True, True, State.DRIFT)
    assert found.finding.test == watching.WATCH
    assert found.finding.since is not None
    assert found.finding.since >= MONDAY - timedelta(weeks=9)


def test_watch_that_is_kept_goes_on_from_its_own_beginning() -> None:
    """40 of 100 were wrong for long; a beginning of last week takes that for how things are, and none is a rise."""
    past = a_past((9, 40, 400), (5, 160, 400), (2, 80, 200), (0, 40, 100))
    quiet = windows(some(16, 40), some(16, 40))
    assert digest_rates.whole(quiet, past, {}, None)[1] is True
    kept = watching.begun(past, past.whole, since=MONDAY - timedelta(weeks=5))
    assert isinstance(kept, WatchStart)
    found, crossed = digest_rates.whole(quiet, past, {past.whole: kept}, None)
    assert (crossed, found.more) == (False, None)
    waiting = replace(kept, baseline=replace(kept.baseline, reviews=0), begins_at=MONDAY - timedelta(weeks=2))
    assert digest_rates.whole(quiet, past, {past.whole: waiting}, None)[1] is None  # 300 reviews since


def test_change_that_went_back_is_told_no_longer() -> None:
    """40 of 100 for two weeks, then 10 of 100 for so long that the evidence has fallen below its line."""
    past = a_past((12, 40, 400), (9, 80, 200), (7, 100, 1000), (0, 10, 100))
    _, crossed = digest_rates.whole(windows(some(4, 40), some(4, 40)), past, {}, None)
    assert crossed is False


def test_fall_that_only_the_watch_tells_counts_while_reviewers_agree() -> None:
    """20 of 100 in 400 reviews, then 2 of 100: told at alpha .6, and where it is not known; not at .59."""
    past = a_past((9, 80, 400), (2, 4, 200), (1, 4, 200), (0, 4, 200))
    found, _ = digest_rates.whole(windows(some(1, 40), some(1, 40)), past, {}, None)
    assert (found.more, found.finding.test) == (False, watching.WATCH)
    assert digest_rates.trusted(found, 0.6) == digest_rates.trusted(found, None) == found
    doubted = digest_rates.trusted(found, 0.59)
    assert (doubted.more, doubted.finding.state, doubted.finding.rising) == (None, State.STABLE, None)
    assert not doubted.line.finding


def test_rise_and_what_the_rates_tell_count_whether_reviewers_agree_or_not() -> None:
    """Nobody finds more by looking less, and the rates are corrected."""
    rise, _ = digest_rates.whole(windows(some(5, 50), some(30, 50)), a_past((1, 5, 50)), {}, None)
    fall, _ = digest_rates.whole(windows(some(30, 50), some(5, 50)), a_past((1, 5, 50)), {}, None)
    assert (rise.more, fall.more, fall.finding.test) == (True, False, digest_rates.RATES)
    assert [digest_rates.trusted(one, 0.0) for one in (rise, fall)] == [rise, fall]


def test_alert_has_the_rates_of_its_windows_and_since_when() -> None:
    """10 of 100 before, 40 of 100 since two weeks, all reviewed."""
    past = a_past((9, 40, 400), (2, 80, 200))
    watch = watching.watched(past, {}, past.whole)
    assert not isinstance(watch, Missing)
    finding = digest_rates.alerted(windows(some(40, 400), some(80, 200)), watch, None)
    assert (finding.state, finding.rising, finding.name) == (State.DRIFT, True, "")
    assert (finding.now, finding.before, finding.effect) == pytest.approx((0.4, 0.1, 0.3))
    assert finding.since is not None
    assert abs(finding.since - (MONDAY - timedelta(weeks=2))) < timedelta(days=1)


def test_part_that_got_worse_is_told_and_the_others_are_not() -> None:
    """Slice a goes from 5 of 50 to 25 of 50, slice b stays at 5 of 50."""
    codes = np.array([0] * 50 + [1] * 50 + [0] * 50 + [1] * 50, np.int32)
    compared = digest_rates.parts(
        windows(some(5, 50) + some(5, 50), some(25, 50) + some(5, 50), slice=codes, slices=("a", "b")),
        a_past((1, 10, 100), slices=("a", "b")),
        {},
        None,
    )
    told = {one.line.name: (one.line.part, one.line.finding, one.more, one.line.outputs) for one in compared}
    assert told == {"a": (PartKind.SLICE, True, True, 50), "b": (PartKind.SLICE, False, None, 50)}


def test_single_slice_or_model_is_no_part() -> None:
    """It would say what the whole says; and outputs without a slice are none."""
    assert digest_rates.parts(windows(some(5, 50), some(5, 50)), a_past((1, 5, 50)), {}, None) == ()


def test_model_that_replaced_another_is_a_part_without_a_past() -> None:
    """One model before and another now: two are known, the old one has nothing this week."""
    codes = np.array([0] * 50 + [1] * 50, np.int32)
    (only,) = digest_rates.parts(
        windows(some(5, 50), some(5, 50), model=codes, models=("old", "new")), a_past((1, 5, 50)), {}, None
    )
    assert (only.line.name, only.line.before, only.finding.state) == (
        "new",
        Missing(found=0, needed=40),
        State.INSUFFICIENT,
    )

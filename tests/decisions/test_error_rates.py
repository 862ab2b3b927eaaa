"""How many outputs of a period are wrong: by week, model and slice, with what people read of an estimate."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from reviewers.decisions import error_rates
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.too_few import TooFew
from reviewers.model import PeriodOutputs, Rate
from tests.periods import a_period

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
SLOPPY = ReviewerErrors(sensitivity=Beta(right=800.0, missed=200.0), specificity=Beta(right=1e6, missed=1.0))


def even(outputs: int, reviewed: int, wrong: int, **changes: object) -> PeriodOutputs:
    """Outputs of one risk, drawn evenly; the first `wrong` of those reviewed are wrong."""
    chance = np.full(outputs, reviewed / outputs)
    found = [place < wrong for place in range(reviewed)]
    return a_period([0.1] * outputs, range(reviewed), found, **({"chance": chance} | changes))


def test_even_draw_of_equal_risks_is_near_wilson_with_the_correction_for_few_outputs() -> None:
    """10 of 100, of 1,000 outputs: Wilson's ends at n (N − 1) / (N − n) = 111 are 5.7 and 17.0 of 100.

    The interval is a little lower, since it minds that rare errors make the distribution lopsided.
    """
    rate = error_rates.rate(even(1000, 100, 10))
    assert isinstance(rate, Rate)
    assert (rate.value, rate.low, rate.high) == pytest.approx((0.1, 0.0569, 0.1699), abs=4e-3)
    assert (rate.reviewed, rate.speaks_for, rate.uncorrected) == (100, 1000, None)


def test_thirty_nine_reviews_are_too_few() -> None:
    """It says how many there are, and how many are needed."""
    assert error_rates.rate(even(1000, 39, 4)) == TooFew(found=39, needed=40)


def test_each_output_counts_for_those_it_stands_for() -> None:
    """All 40 of one kind (10 wrong) and 40 of 400 of another (4 wrong): 50 of 440 and not 14 of 80."""
    outputs = a_period(
        [0.1] * 440,
        range(80),
        [*[True] * 10, *[False] * 30, *[True] * 4, *[False] * 36],
        chance=np.repeat([1.0, 0.1], [40, 400]),
    )
    rate = error_rates.rate(outputs)
    assert isinstance(rate, Rate)
    assert rate.value == pytest.approx(50 / 440, abs=1e-3)
    assert rate.low < 0.07 < 0.19 < rate.high


def test_correction_keeps_the_uncorrected_value_beside_it() -> None:
    """Reviewers find 80 of 100 wrong ones: 10 of 100 found are 12.5 there."""
    rate = error_rates.rate(even(1000, 100, 10), errors=SLOPPY)
    assert isinstance(rate, Rate)
    assert (rate.value, rate.uncorrected) == pytest.approx((0.125, 0.1), abs=1e-3)


def test_weeks_begin_on_monday_where_the_team_is() -> None:
    """Sunday 23:30 in UTC is Monday in Berlin, so it belongs to the next week there."""
    moments = np.array(["2026-11-15T12:00", "2026-11-22T23:30", "2026-11-23T12:00"], dtype="datetime64[us]")
    outputs = a_period([0.1] * 3, range(3), [False] * 3, decided_at=moments)
    told = [(line.name, line.reviewed) for line in error_rates.weeks(outputs, UTC)]
    assert told == [("2026-W48", 1), ("2026-W47", 1), ("2026-W46", 1)]
    told = [(line.name, line.reviewed) for line in error_rates.weeks(outputs, BERLIN)]
    assert told == [("2026-W48", 2), ("2026-W46", 1)]


def test_weeks_go_over_the_change_of_the_clocks() -> None:
    """Berlin's clocks went back on 25 October 2026, a Sunday: the week has an hour more, and no day falls out."""
    days = np.arange("2026-10-19", "2026-11-03", dtype="datetime64[D]").astype("datetime64[us]")
    outputs = a_period([0.1] * len(days), range(len(days)), [False] * len(days), decided_at=days)
    told = [(line.name, line.reviewed) for line in error_rates.weeks(outputs, BERLIN)]
    assert told == [("2026-W45", 1), ("2026-W44", 7), ("2026-W43", 7)]


def test_no_outputs_have_no_weeks() -> None:
    """Nothing is said of nothing."""
    assert error_rates.weeks(a_period([], [], []), UTC) == ()


def test_slice_that_differs_by_more_than_chance_is_a_finding() -> None:
    """25 of 100 wrong against 8 of 100 four times; of the smallest there is too little, and it is said."""
    wrong = [*([True] * 25 + [False] * 75), *([True] * 8 + [False] * 92) * 4, *[False] * 4]
    codes = np.repeat(np.arange(6), [100, 100, 100, 100, 100, 4]).astype(np.int32)
    outputs = a_period([0.1] * 504, range(504), wrong, chance=np.full(504, 0.5))
    lines = error_rates.lines(outputs, codes, ("fees", "cards", "loans", "savings", "travel", "delivery"))
    assert [line.name for line in lines] == ["cards", "fees", "loans", "savings", "travel", "delivery"]
    assert [line.name for line in lines if line.finding] == ["fees"]
    assert (lines[-1].rate, lines[-1].outputs) == (TooFew(found=4, needed=40), 4)


def test_parts_that_nobody_decided_are_left_out() -> None:
    """A model of which nothing was reviewed has no line."""
    outputs = a_period([0.1] * 4, [0, 1], [False, False])
    codes = np.array([0, 0, 1, 1], dtype=np.int32)
    assert [line.name for line in error_rates.lines(outputs, codes, ("a", "b"))] == ["a"]


def test_users_that_repeat_widen_the_interval() -> None:
    """Ten outputs a user, and all of a user's are right or wrong together: 50 reviews are worth few."""
    users = np.repeat(np.arange(1, 101), 10).astype(np.int64)
    reviewed = np.arange(0, 1000, 2)
    wrong = (users[reviewed] % 10) == 0
    chance = np.full(1000, 0.5)
    alone = error_rates.rate(a_period([0.1] * 1000, reviewed, wrong, chance=chance))
    together = error_rates.rate(a_period([0.1] * 1000, reviewed, wrong, chance=chance, cluster=users))
    assert isinstance(alone, Rate)
    assert isinstance(together, Rate)
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_reviews_that_are_still_open_count_as_cut_at_random() -> None:
    """100 were to be reviewed and 50 are: half of them, and each stands for twice as many."""
    half = even(1000, 100, 0)
    waiting = a_period([0.1] * 1000, range(50), [False] * 50, chance=half.chance)
    sample, population = error_rates.inputs_of(waiting)
    assert sample.chance == pytest.approx(0.05)
    assert population.chance == pytest.approx(0.05)

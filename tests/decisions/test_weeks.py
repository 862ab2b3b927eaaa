"""ISO weeks as windows in UTC: ends that belong to the next week, changes of the clocks, the turn of the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from reviewers.decisions import weeks
from reviewers.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def test_week_goes_from_monday_to_monday() -> None:
    """The 16th of November 2026 is the Monday of week 47."""
    found = weeks.window("2026-W47", UTC)
    assert (found.start, found.end) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))


def test_week_begins_where_the_team_is() -> None:
    """Midnight in Berlin is 23:00 in UTC in winter, and in New York 05:00."""
    assert weeks.window("2026-W47", BERLIN).start == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert weeks.window("2026-W47", NEW_YORK).start == datetime(2026, 11, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("week", "hours"),
    [
        ("2026-W13", 167),  # the clocks go forward on 29 March: 7 * 24 - 1
        ("2026-W43", 169),  # and back on 25 October: 7 * 24 + 1
        ("2026-W44", 168),
    ],
)
def test_change_of_the_clocks_makes_a_week_shorter_or_longer(week: str, hours: int) -> None:
    """In Berlin, in 2026."""
    found = weeks.window(week, BERLIN)
    assert found.end - found.start == timedelta(hours=hours)


def test_weeks_follow_each_other_without_a_gap() -> None:
    """Over both changes of the clocks, and over the turn of the year, after week 53."""
    names = weeks.upto("2027-W02", 60)
    windows = [weeks.window(name, BERLIN) for name in names]
    assert all(one.end == other.start for one, other in pairwise(windows))
    assert names[-3:] == ("2026-W53", "2027-W01", "2027-W02")


def test_reference_is_the_four_weeks_before() -> None:
    """Of week 45 in Berlin: with the hour that the clocks went back, 4 * 168 + 1."""
    found = weeks.reference("2026-W45", BERLIN)
    assert found.end == weeks.window("2026-W45", BERLIN).start
    assert found.start == weeks.window("2026-W41", BERLIN).start
    assert found.end - found.start == timedelta(hours=4 * 168 + 1)


def test_running_week_ends_with_the_moment_in_which_it_is_looked_at() -> None:
    """A week that is over stays whole; in its first moment there is nothing to look at."""
    week, wednesday = weeks.window("2026-W47", BERLIN), datetime(2026, 11, 18, 15, tzinfo=UTC)
    running = weeks.until(week, wednesday)
    assert (running.start, running.end) == (week.start, wednesday)
    assert weeks.until(week, week.end + timedelta(days=3)) == week
    assert [weeks.runs("2026-W47", one, BERLIN) for one in (running, week)] == [True, False]
    with pytest.raises(Invalid, match="not begun"):
        weeks.until(week, week.start)


def test_moment_at_the_end_of_a_week_lies_in_the_next() -> None:
    """Monday 00:00 in Berlin; a microsecond before, it is still Sunday."""
    end = weeks.window("2026-W47", BERLIN).end
    assert weeks.week_of(end, BERLIN) == "2026-W48"
    assert weeks.week_of(end - timedelta(microseconds=1), BERLIN) == "2026-W47"


def test_last_whole_week_is_over_where_the_team_is() -> None:
    """At 23:30 in UTC on Sunday, week 47 is over in Berlin and goes on in New York."""
    sunday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert weeks.last_whole(sunday, BERLIN) == "2026-W47"
    assert weeks.last_whole(sunday, NEW_YORK) == "2026-W46"


@pytest.mark.parametrize("week", ["", "47", "2026-47", "2026-W00", "2027-W53", "2026-W47 x", "0001-W01", "٢٠٢٦-W47"])
def test_what_is_no_week_is_refused_with_an_example(week: str) -> None:
    """2027 has 52 weeks."""
    with pytest.raises(Invalid, match="written as 2026-W47"):
        weeks.window(week, UTC)

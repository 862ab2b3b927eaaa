"""ISO weeks where a team is, as windows [start, end) in UTC: a change of the clocks makes one of 167 or 169 hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from reviewers.errors import Invalid
from reviewers.model.digest import Window

REFERENCE_WEEKS = 4  # before the week itself: as long as figures look back elsewhere
_NAME = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2000, 2200  # of a plausible week; beyond them times of day leave the calendar
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekTime:
    """A day of the week and a time of its clocks."""

    day: int  # 0 is Monday
    hour: int
    minute: int

    @property
    def day_name(self) -> str:
        """ "mon"."""
        return _DAYS[self.day]


def week_time(text: str) -> WeekTime:
    """Read "mon 08:00".

    Raises Invalid (`digest_at`) for anything else.
    """
    day, _, hour = text.strip().lower().partition(" ")
    found = _HOUR.fullmatch(hour.strip())
    if day not in _DAYS or found is None:
        raise Invalid("digest_at", "not a day and time; write mon 08:00, with mon, tue, wed, thu, fri, sat or sun")
    return WeekTime(day=_DAYS.index(day), hour=int(found[1]), minute=int(found[2]))


def told_at(week: str, at: WeekTime, zone: tzinfo) -> datetime:
    """When a week is told: on this day of the next one, in UTC. A time that the clocks skip is as late as they are.

    Raises Invalid (`week`).
    """
    day = parsed(week) + timedelta(days=7 + at.day)
    return datetime.combine(day, time(at.hour, at.minute), zone).astimezone(UTC)


def last_told(now: datetime, at: WeekTime, zone: tzinfo) -> str:
    """The newest week whose time to be told has come; it is over.

    >>> last_told(datetime(2026, 11, 23, 7, 59, tzinfo=UTC), week_time("mon 08:00"), UTC)
    '2026-W46'
    """
    before, last = upto(last_whole(now, zone), 2)
    return last if told_at(last, at, zone) <= now else before


def week_of(moment: datetime, zone: tzinfo) -> str:
    """The name of the ISO week that this moment lies in, where the team is (ISO 8601-1:2019, section 5.2.3).

    >>> week_of(datetime(2026, 11, 23, tzinfo=UTC), UTC)
    '2026-W48'
    """
    year, week, _ = moment.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def last_whole(now: datetime, zone: tzinfo) -> str:
    """The newest week that is over.

    >>> last_whole(datetime(2026, 11, 23, tzinfo=UTC), UTC)
    '2026-W47'
    """
    local = now.astimezone(zone).date()
    return _name(_monday(local) - timedelta(days=7))


def window(week: str, zone: tzinfo) -> Window:
    """The week from Monday 00:00 to the next Monday 00:00 of the zone's clocks, in UTC.

    Where the clocks skip midnight, the week begins with the first moment of Monday.

    Args:
        week: its name, such as "2026-W47".
        zone: where the team is.

    Raises Invalid (`week`) for what is no week.
    """
    monday = parsed(week)
    return Window(start=_midnight(monday, zone), end=_midnight(monday + timedelta(days=7), zone))


def until(week: Window, now: datetime) -> Window:
    """What of a week is over. Raises Invalid (`week`) before its first moment is."""
    if now <= week.start:
        raise Invalid("week", "That week has not begun.")
    return Window(start=week.start, end=min(week.end, now))


def runs(week: str, current: Window, zone: tzinfo) -> bool:
    """Whether this window is the week until a moment before its end. Raises Invalid (`week`)."""
    return current.end < window(week, zone).end


def reference(week: str, zone: tzinfo) -> Window:
    """The four weeks before, as `window` has them. Raises Invalid (`week`)."""
    monday = parsed(week)
    return Window(start=_midnight(monday - timedelta(weeks=REFERENCE_WEEKS), zone), end=_midnight(monday, zone))


def upto(week: str, count: int) -> tuple[str, ...]:
    """The names of so many weeks, the oldest first and this one last. Raises Invalid (`week`).

    >>> upto("2026-W01", 2)
    ('2025-W52', '2026-W01')
    """
    monday = parsed(week)
    return tuple(_name(monday - timedelta(weeks=before)) for before in reversed(range(count)))


def parsed(week: str) -> date:
    """The Monday of the week of this name. Raises Invalid (`week`)."""
    found = _NAME.fullmatch(week.strip().upper())
    try:
        if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
            raise ValueError
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Invalid("week", f"{week[:40]!r} is no week. Weeks are written as 2026-W47.") from None


def _name(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)

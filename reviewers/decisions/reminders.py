"""When a person may be reminded of what, by their own hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo

from reviewers.decisions.assignment import left_to_others
from reviewers.decisions.consensus import current
from reviewers.model import Preferences, ReviewTask, Verdict

BEFORE_DUE = timedelta(hours=2)  # a reminder leaves this much time to review
LOOK_AHEAD_DAYS = 8  # every set of working days has one within a week


def is_on_duty(preferences: Preferences, zone: tzinfo, now: datetime) -> bool:
    """Whether this moment lies in the person's hours, on one of their days, and they do not pause."""
    if preferences.paused_until is not None and now < preferences.paused_until:
        return False
    local = now.astimezone(zone)
    return local.weekday() in preferences.days and preferences.starts_at <= local.time() < preferences.ends_at


def local_day(zone: tzinfo, now: datetime) -> date:
    """The person's own date: at most one reminder falls on it."""
    return now.astimezone(zone).date()


def starts_next(preferences: Preferences, zone: tzinfo, now: datetime) -> datetime:
    """When the person's next working day begins, after this one."""
    today = local_day(zone, now)
    for ahead in range(1, LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        if day.weekday() in preferences.days:
            return datetime.combine(day, preferences.starts_at, tzinfo=zone)
    raise ValueError("nobody works on no day of the week")


def ends_next(preferences: Preferences, zone: tzinfo, now: datetime) -> datetime:
    """When the person's next working day ends, after this one."""
    return datetime.combine(starts_next(preferences, zone, now).date(), preferences.ends_at, tzinfo=zone)


def is_time(due_at: datetime, preferences: Preferences, zone: tzinfo, now: datetime) -> bool:
    """Whether to remind of what is due at `due_at` now: while there is still time for it within the person's hours.

    Two hours before it is due; or, where it falls due before the person's next working day is well under way, two
    hours before this one ends. Past due it is the lead's to hear of.
    """
    if now >= due_at or not is_on_duty(preferences, zone, now):
        return False
    if now >= due_at - BEFORE_DUE:
        return True
    ends_at = datetime.combine(local_day(zone, now), preferences.ends_at, tzinfo=zone)
    return now >= ends_at - BEFORE_DUE and due_at < starts_next(preferences, zone, now) + BEFORE_DUE


def next_told(late: Mapping[str, datetime], heard: Sequence[str]) -> str:
    """Of several routes that are late the one that a lead is told of next, so that they hear of each in turn.

    One that they have not heard of, of several the one that is late the longest; else that of the longest ago.

    Args:
        late: by route, when what is late the longest was due; at least one.
        heard: the routes that they were told of on the days before, the newest first.
    """
    unheard = [route for route in late if route not in heard]
    if unheard:
        return min(unheard, key=lambda route: (late[route], route))
    return max(late, key=heard.index)


def waiting_on(
    task: ReviewTask, reviewers: Collection[str], verdicts: Sequence[Verdict], now: datetime
) -> Sequence[str]:
    """The people whom this open task waits for: who claimed it, who was given it, else every reviewer of its route.

    Not who gave it to whoever is next, unless the others are too few.

    Args:
        reviewers: the Slack user ids of the route's reviewers.
        verdicts: all of the task; who gave one that counts has nothing left to do.
    """
    voted = {verdict.reviewer for verdict in current(verdicts)}
    able = [person for person in reviewers if person not in voted and person not in (task.submitted_by, *task.seen_by)]
    for person in (task.claimant(now), task.assigned_to):
        if person in able and task.quorum == 1:
            return [person]
    return [person for person in able if not left_to_others(task, person, verdicts, reviewers=reviewers, now=now)]

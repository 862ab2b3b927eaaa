"""When watches begin and begin anew, how they stand, and how often their change was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from reviewers.decisions import watching
from reviewers.decisions.verdict_drift import Direction
from reviewers.decisions.watching import Because, Past
from reviewers.model import OnDisagreement, Route
from reviewers.model.digest import State
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from reviewers.model.telling import WatchName, WatchStart
from tests.digests import a_digest, a_finding
from tests.pasts import MONDAY, ROUTE, a_past

RULES = watching.rules(Route(name=ROUTE))
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
FEES = WatchName(route=ROUTE, part=PartKind.SLICE, name="Fees")
RISE = ((9, 40, 400), (4, 80, 200), (2, 80, 200), (1, 80, 200))  # 10 of 100, then 40 of 100


def kept(past: Past, watch: WatchName | None = None) -> WatchStart:
    """The beginning as the clock keeps it."""
    found = watching.begun(past, watch or past.whole, rules=RULES, made_at=MONDAY - 8 * WEEK)
    assert isinstance(found, WatchStart)
    return found


def renewed(past: Past, start: WatchStart | None, told: int = 0, rules: str = RULES) -> watching.Begun | None:
    """What is to be kept on Monday."""
    return watching.renewed(past, past.whole, start, rules=rules, told=told, now=MONDAY)


def test_watch_begins_after_the_review_with_which_enough_were_made() -> None:
    """Of 410 in a week, four hours apart by ten: the 400th of 160 hours is that of hour 156.1."""
    past = a_past((1, 41, 410))
    start = kept(past)
    assert start.begins_at == MONDAY - WEEK + timedelta(hours=400 * 160 / 410) + watching.NEXT
    assert (start.baseline.reviews, start.baseline.wrong, start.weekly_reviews) == (400, 40.0, 400.0)
    assert (start.baseline.risk_version, start.baseline.rules) == ("v1", "1, third, evidence")
    assert watching.begun(a_past((1, 40, 399)), past.whole) == Missing(found=399, needed=400)


def test_year_is_counted_in_the_pace_of_the_baseline() -> None:
    """100 reviews a week, the first at hour 1.6 and the last of the fourth week at hour 160: 3.94 weeks for 400."""
    start = kept(a_past((4, 10, 100), (3, 10, 100), (2, 10, 100), (1, 10, 100)))
    assert start.weekly_reviews == pytest.approx(400 / ((3 * 168 + 160 - 1.6) / 168))


def test_reviews_of_one_moment_are_of_one_baseline() -> None:
    """Two decided with the 400th are in it, whichever was read first."""
    past = a_past((1, 41, 410))
    at = past.at.copy()
    at[400:402] = at[399]
    assert kept(replace(past, at=at)).baseline.reviews == 402


def test_part_needs_a_hundred_reviews_of_its_own_and_four_weeks() -> None:
    """Two slices that take turns: of 198 each has 99, and of 200 in a week each has enough of them, but not of weeks.

    Of 50 a week the first is decided in hour 6.4, so four weeks are over with the first of the fifth week after it.
    """
    turns = {"slices": ("Fees", "Limits")}
    assert watching.begun(a_past((1, 20, 198), **turns), FEES) == Missing(found=99, needed=100)
    week = watching.begun(a_past((3, 20, 200), (2, 20, 200), **turns), FEES)
    assert week == Missing(found=1, needed=4, of="weeks of reviews")
    enough = a_past(*[(5 - week, 5, 50) for week in range(5)], **turns)
    assert kept(enough, FEES).baseline.reviews == 4 * 25 + 1
    assert [one.name for one in enough.parts()] == ["Fees", "Limits"]
    assert a_past((1, 2, 20)).parts() == ()
    model = WatchName(route=ROUTE, part=PartKind.MODEL, name="m")
    assert kept(a_past((9, 9, 99), (1, 20, 200)), model).baseline.reviews == 100


def test_watch_that_is_not_kept_stands_as_if_it_were() -> None:
    """The clock keeps nothing that reviews do not say."""
    past = a_past(*RISE)
    watch = watching.watched(past, {}, past.whole)
    assert not isinstance(watch, Missing)
    assert replace(watch, baseline=replace(watch.baseline, rules=RULES)) == watching.standing(past, kept(past))


def test_rise_is_confirmed_and_has_a_beginning_and_a_number_of_reviews() -> None:
    """It begins with the reviews of the fourth week before Monday; every second of 40 of 100 tells much."""
    past = a_past(*RISE)
    watch = watching.standing(past, kept(past))
    assert not isinstance(watch, Missing)
    assert watching.direction(watch) is Direction.MORE_WRONG
    assert watching.leaning(watch) is Direction.MORE_WRONG
    assert watching.evidence(watch) > 20.0
    assert 5 < watching.reviews_until_told(past, kept(past), watch) < 200
    assert not watching.rises_now(watch, kept(past), MONDAY + timedelta(weeks=9))


def test_calm_watch_says_nothing() -> None:
    """10 of 100 as before."""
    past = a_past((9, 40, 400), (2, 40, 400))
    watch = watching.standing(past, kept(past))
    assert not isinstance(watch, Missing)
    assert watching.direction(watch) is None
    assert watching.evidence(Missing(found=0, needed=400)) == 0.0


def test_beginning_is_kept_once_enough_was_reviewed_and_then_goes_on() -> None:
    """Of 399 only that they are counted; of 400 a baseline is, and nothing is to be done after it."""
    past, few = a_past((1, 40, 400)), a_past((1, 40, 399))
    assert renewed(a_past(), None) is None
    counted = renewed(few, None)
    assert counted is not None
    assert (counted.because, watching.waits(counted.start)) == (Because.FIRST, True)
    assert renewed(few, counted.start) is None
    assert watching.watched(few, {few.whole: counted.start}, few.whole) == Missing(found=399, needed=400)
    first = renewed(past, replace(counted.start, begins_at=MONDAY - WEEK))
    assert first is not None
    assert (first.because, first.start.made_at, first.start.baseline.reviews) == (Because.ENOUGH, MONDAY, 400)
    assert first == renewed(past, None)
    assert renewed(past, first.start) is None


def test_rules_that_change_before_enough_was_reviewed_are_noticed() -> None:
    """What one person decided is no part of the baseline of two."""
    few, rules = a_past((1, 40, 399)), watching.rules(Route(name=ROUTE, quorum=2))
    counted = renewed(few, None)
    assert counted is not None
    changed = renewed(few, counted.start, rules=rules)
    assert changed is not None
    assert (changed.because, changed.start.begins_at) == (Because.RULES, MONDAY)
    part = watching.held_back(FEES, rules=rules, now=MONDAY).start
    assert (watching.waits(part), part.begins_at, part.baseline.rules) == (True, MONDAY, rules)


def test_other_rules_make_it_wait_for_a_baseline_of_their_own() -> None:
    """Two decide from Monday on: 399 reviews since say nothing, and the 400th begins it anew."""
    past, rules = a_past((9, 40, 400), (5, 40, 400)), watching.rules(Route(name=ROUTE, quorum=2))
    changed = renewed(past, kept(past), rules=rules)
    assert changed is not None
    assert (changed.because, watching.waits(changed.start), changed.start.begins_at) == (Because.RULES, True, MONDAY)
    assert watching.standing(past, changed.start) == Missing(found=0, needed=400)
    assert renewed(past, changed.start, rules=rules) is None

    for count in (399, 400):
        later = a_past((9, 40, 400), (-1, count // 10, count))
        assert watching.watched(later, {past.whole: changed.start}, past.whole) == (
            Missing(found=399, needed=400)
            if count == 399
            else watching.watched(later, {past.whole: kept_since(later, MONDAY)}, past.whole)
        )
    again = watching.renewed(later, past.whole, changed.start, rules=rules, told=0, now=MONDAY + 2 * WEEK)
    assert again is not None
    assert (again.because, again.start.baseline.reviews, again.start.baseline.rules) == (Because.ENOUGH, 400, rules)
    assert again.start.begins_at > MONDAY + WEEK


def kept_since(past: Past, since: datetime) -> WatchStart:
    """The beginning that the reviews from there on make."""
    found = watching.begun(past, past.whole, since=since)
    assert isinstance(found, WatchStart)
    return found


def test_rules_are_what_moves_verdicts() -> None:
    """How many decide, who settles it and what they see; not who they are or until when."""
    route = Route(name=ROUTE)
    assert watching.rules(replace(route, reviewers=("U0MARA",), due_hours=2.0, channel="C1")) == RULES
    for other in (
        replace(route, quorum=3),
        replace(route, show="blind"),
        replace(route, on_disagreement=OnDisagreement.LEAD),
    ):
        assert watching.rules(other) != RULES


def test_baseline_whose_risk_nobody_knows_any_more_is_taken_anew() -> None:
    """Of the reviews since it began: 300 have to wait, 400 are enough."""
    for count, waiting in ((300, True), (400, False)):
        past = a_past((9, 40, 400), (2, count // 10, count))
        other = replace(past, risks={"v2": past.risks["v1"]}, fresh="v2")
        assert isinstance(watching.standing(other, kept(past)), Missing)
        found = renewed(other, kept(past))
        assert found is not None
        assert (found.because, watching.waits(found.start)) == (Because.RISK_GONE, waiting)
        assert found.start.begins_at == (kept(past).begins_at if waiting else found.start.baseline.frozen_at)


def test_change_that_four_digests_told_is_how_things_are() -> None:
    """The first 400 of the 600 reviews at 40 of 100 are the new baseline; then nothing is a rise any more."""
    past = a_past(*RISE)
    assert renewed(past, kept(past), told=3) is None
    found = renewed(past, kept(past), told=4)
    assert found is not None
    assert (found.because, found.start.baseline.reviews) == (Because.TOLD, 400)
    assert 155 <= found.start.baseline.wrong <= 165
    watch = watching.standing(past, found.start)
    assert not isinstance(watch, Missing)
    assert watching.direction(watch) is None
    few = a_past(*RISE[:2])  # 200 since the change: the watch goes on as it is
    assert renewed(few, kept(few), told=9) is None


def test_many_more_reviews_make_a_year_longer() -> None:
    """100 a week become 200: the line rises with them, and the reviews seen so far are held against it."""
    past = a_past(*[(8 - week, 10, 100) for week in range(4)], *[(4 - week, 20, 200) for week in range(4)])
    start = kept(past)
    found = renewed(past, start)
    assert found is not None
    assert (found.because, found.start.begins_at, found.start.baseline) == (
        Because.PACE,
        start.begins_at,
        start.baseline,
    )
    assert found.start.weekly_reviews == 200.0
    assert renewed(past, found.start) is None


def test_digests_that_tell_its_change_are_counted_since_it_began() -> None:
    """Only those in which the watch itself found it, of its own part."""
    past = a_past((9, 40, 400), (4, 4, 40), slices=("Fees", "Limits"))
    mine = a_finding(name="Fees", test=watching.WATCH)
    digest, start = a_digest(findings=(mine,)), kept(past, FEES)
    others = (
        replace(mine, test="weighted rates of the two windows"),
        replace(mine, name="Limits"),
        replace(mine, state=State.STABLE, rising=None),
    )
    assert watching.told_in([digest, digest, *[a_digest(findings=(one,)) for one in others]], start) == 2
    assert watching.told_in([digest], replace(start, made_at=digest.current.end)) == 0


def test_without_a_risk_the_verdicts_are_watched_alone() -> None:
    """Nothing was scored: the baseline has no version, and the rise is found all the same."""
    past = a_past(*RISE, risks={"": np.full(1000, np.nan)}, fresh="")
    watch = watching.watched(past, {}, past.whole)
    assert not isinstance(watch, Missing)
    assert watching.direction(watch) is Direction.MORE_WRONG

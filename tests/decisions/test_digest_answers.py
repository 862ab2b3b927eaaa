"""What earlier answers leave out of a digest, held against cases that were worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions.digest_answers import Display, chosen, closing, display, key_of, rests, told
from reviewers.model.digest import Aspect, Digest
from reviewers.model.digest_json import from_values
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import DigestAnswer, DigestAnswerKind, Told
from tests.digests import MONDAY, a_digest, a_finding

NOW = MONDAY + timedelta(days=8)


def a_week(**changes: Any) -> Digest:
    """One finding of the week after: 22 of 100 more wrong on fees abroad, 11 to 35."""
    return replace(a_digest(findings=(a_finding(**({"rising": True} | changes)),)), week="2026-W48")


def an_answer(kind: DigestAnswerKind = DigestAnswerKind.NOT_USEFUL, **changes: Any) -> DigestAnswer:
    """To the week before, in which it stood alike, by Mara, an hour ago."""
    fields: dict[str, Any] = {"answer_id": "da-1", "kind": kind, "week": "2026-W47", "route": "Card support"}
    fields |= {"by": "U0MARA", "at": NOW - timedelta(hours=1), "findings": told(a_week())}
    return DigestAnswer(**(fields | changes))


def names(shown: Display) -> list[str]:
    """Of the parts that are left out."""
    return [one.name for one in shown.muted]


def test_without_answers_everything_is_told_at_length() -> None:
    """The default of every digest."""
    assert display([], a_week(), NOW) == Display()


def test_snooze_leaves_out_what_moved_until_it_ends() -> None:
    """At the moment itself it is told again; of two the later end counts."""
    ends = NOW + timedelta(days=1)
    snoozes = [an_answer(DigestAnswerKind.SNOOZED, until=until) for until in (ends, NOW + timedelta(hours=1))]
    assert names(display(snoozes, a_week(), NOW)) == ["Fees abroad"]
    assert names(display(snoozes, a_week(), NOW + timedelta(hours=2))) == ["Fees abroad"]
    assert display(snoozes, a_week(), ends) == Display()
    assert names(display(snoozes, a_week(name="Limits"), NOW)) == []


def test_not_important_is_left_out_for_good() -> None:
    """However it stands a year later."""
    answers = [an_answer(why="not_important")]
    worse = a_week(effect=0.9, low=0.8, high=0.95)
    assert names(display(answers, worse, NOW + timedelta(days=365))) == ["Fees abroad"]


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({}, True),
        ({"effect": 0.30, "low": 0.22, "high": 0.40}, True),  # 0.22, as it was told, is in the interval
        ({"effect": 0.40, "low": 0.23, "high": 0.50}, False),
        ({"effect": 0.40, "low": None, "high": None}, True),  # no interval: the sign is the same
        ({"effect": -0.10, "low": None, "high": None}, False),
        ({"effect": None, "low": None, "high": None}, False),
    ],
)
def test_known_already_is_left_out_while_it_stays_as_it_was_told(changes: dict[str, Any], left_out: bool) -> None:
    """Then 22 of 100 more were wrong."""
    shown = display([an_answer(why="known")], a_week(**changes), NOW)
    assert names(shown) == (["Fees abroad"] if left_out else [])


def test_answer_about_one_finding_leaves_the_others_told() -> None:
    """Fees abroad and limits moved; only limits are not important."""
    both = replace(a_week(), findings=(*a_week().findings, a_finding(name="Limits", rising=True)))
    fees, limits = told(both)
    about = chosen(both, [key_of(limits), "wrong:all:None:0123456789abcdef"])
    assert about == (limits,)
    assert names(display([an_answer(why="not_important", findings=about)], both, NOW)) == ["Limits"]
    assert chosen(both, [key_of(one) for one in (limits, fees)]) == (fees, limits)
    assert chosen(both, []) == ()


def test_findings_are_told_apart_by_what_they_look_at() -> None:
    """Aspect, part, name and way each give a key of their own; how much it was does not. Any name fits."""
    first = Told(aspect=Aspect.WRONG, part=PartKind.SLICE, name="Limits", rising=True, effect=0.1)
    others = [
        replace(first, aspect=Aspect.TOPIC),
        replace(first, part=PartKind.MODEL),
        replace(first, name="limits"),
        replace(first, name="half \ud800" * 1000),
        replace(first, rising=None),
    ]
    keys = {key_of(one) for one in (first, *others)}
    assert len(keys) == 6
    assert max(map(len, keys)) <= 60
    assert key_of(replace(first, effect=0.2)) == key_of(first)


def test_known_already_ends_when_the_watch_says_something_else() -> None:
    """It was rising; now the watch finds neither."""
    assert display([an_answer(why="known")], a_week(rising=None), NOW) == Display()


def test_digest_keeps_what_answers_to_itself_name() -> None:
    """They are for the weeks that follow."""
    same = replace(a_week(), week="2026-W47")
    until = NOW + timedelta(days=1)
    assert names(display([an_answer(DigestAnswerKind.SNOOZED, until=until)], same, NOW)) == []
    assert names(display([an_answer(why="not_important")], same, NOW)) == []


def test_what_turned_round_is_told_again() -> None:
    """More was wrong then, and was snoozed; now fewer are."""
    fewer = a_week(rising=False, effect=-0.22, low=-0.35, high=-0.11)
    until = NOW + timedelta(days=1)
    assert names(display([an_answer(DigestAnswerKind.SNOOZED, until=until)], fewer, NOW)) == []
    assert names(display([an_answer(why="not_important")], fewer, NOW)) == []


def test_digest_is_short_once_two_people_find_it_too_long() -> None:
    """One alone, though she says so twice, shortens nothing for the others; no finding is left out."""
    hers, his = an_answer(why="too_long"), an_answer(why="too_long", by="U0JONAS")
    assert display([hers, hers], a_week(), NOW) == Display()
    assert display([hers, his], a_week(), NOW) == Display(short=True)


def test_digest_is_long_again_when_one_of_two_gives_another_reason_later() -> None:
    """The newest reason of each counts, in whatever order the answers come; "not true" changes nothing else."""
    hers, his = an_answer(why="too_long"), an_answer(why="too_long", by="U0JONAS")
    later = an_answer(why="not_true", at=NOW)
    assert display([later, hers, his], a_week(), NOW) == Display()
    assert display([hers, his, an_answer(why="not_true", at=NOW - timedelta(days=1))], a_week(), NOW).short


def test_parts_of_one_name_and_another_kind_are_told_apart() -> None:
    """A topic that was not important says nothing of a slice that is called alike."""
    answers = [an_answer(why="not_important", findings=told(a_week(part=PartKind.TOPIC)))]
    assert names(display(answers, a_week(part=PartKind.TOPIC), NOW)) == ["Fees abroad"]
    assert names(display(answers, a_week(part=PartKind.SLICE), NOW)) == []


def test_answer_from_before_kinds_were_kept_still_counts_by_its_name() -> None:
    """Its stored text has no kind."""
    (kept,) = told(a_week())
    old = from_values(Told, {"aspect": kept.aspect.value, "name": kept.name, "rising": True, "effect": 0.22})
    assert old.part is PartKind.ALL
    assert names(display([an_answer(why="not_important", findings=(old,))], a_week(), NOW)) == ["Fees abroad"]


def test_what_is_kept_of_a_finding_is_what_it_looked_at_and_how_it_stood() -> None:
    """Only of what moved."""
    (kept,) = told(a_week())
    found = a_finding()
    assert kept == Told(aspect=found.aspect, part=found.part, name="Fees abroad", rising=True, effect=0.22)


def test_suggestion_is_closed_by_its_acceptance_else_by_the_first_answer_that_counts() -> None:
    """A postponement counts until its end; what was answered to another week closes nothing."""
    week = replace(a_week(), week="2026-W47")
    late = an_answer(DigestAnswerKind.POSTPONED, until=NOW + timedelta(days=1))
    gone = an_answer(DigestAnswerKind.DISMISSED, why="not_now", at=NOW)
    accepted = an_answer(DigestAnswerKind.ACCEPTED, at=NOW + timedelta(hours=1))
    assert closing([], week, NOW) is None
    assert closing([gone, late], week, NOW) == late
    assert closing([late], week, NOW + timedelta(days=1)) is None
    assert closing([late, gone, accepted], week, NOW) == accepted
    assert closing([accepted], a_week(), NOW) is None
    assert closing([an_answer(why="known")], week, NOW) is None


def test_postponed_suggestion_rests_until_its_end() -> None:
    """At the moment itself it is told again."""
    ends = NOW + timedelta(days=1)
    answers = [an_answer(DigestAnswerKind.POSTPONED, until=ends)]
    assert rests(answers, a_week(), NOW)
    assert not rests(answers, a_week(), ends)
    assert not rests([], a_week(), NOW)


def test_dismissed_suggestion_rests_until_something_new_moves() -> None:
    """22 of 100 more were wrong on fees abroad then: another part, or much more, is new evidence."""
    answers = [an_answer(DigestAnswerKind.DISMISSED, why="not_enough")]
    assert rests(answers, a_week(), NOW)
    assert not rests(answers, a_week(name="Limits"), NOW)
    assert not rests(answers, a_week(effect=0.40, low=0.23, high=0.50), NOW)
    assert not rests([*answers, an_answer(DigestAnswerKind.ACCEPTED, at=NOW)], a_week(), NOW)

"""The parts of a simulated year: changes as they are written, facts and their wrong versions, and what is noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.pictures.year import year_picture
from bot.simulation.facts import NEW_TOPIC, TOPICS, altered, facts
from bot.simulation.outcome import named, outcome_of
from bot.simulation.plan import DEFAULT, Change, ChangeKind, YearPlan, budget, read_changes, starts
from bot.simulation.traffic import STRAY, sent
from bot.simulation.year import PlayedWeek
from reviewers.errors import Invalid
from reviewers.model.digest import Aspect, Digest, Finding, Headline, State
from reviewers.model.judgement import Rate
from reviewers.model.missing import Missing
from tests.digests import a_digest, a_quiet_digest, a_rate

TOPIC, MODEL, REVIEWERS = ChangeKind.TOPIC, ChangeKind.MODEL, ChangeKind.REVIEWERS
MORE_WRONG = Finding(aspect=Aspect.WRONG, state=State.DRIFT, rising=True)
NEW_QUESTIONS = Finding(aspect=Aspect.QUESTIONS, state=State.DRIFT)


def played(*weeks: tuple[Finding, ...]) -> list[PlayedWeek]:
    """Weeks of 10 outputs with these findings, 5 reviewed in each."""
    return [
        PlayedWeek(number=number, outputs=10, wrong=1, decided=5, digest=digest_with(*found))
        for number, found in enumerate(weeks, start=1)
    ]


def digest_with(*found: Finding) -> Digest:
    """One that speaks of these, or of nothing."""
    headline = Headline.MORE_WRONG if found else Headline.NOTHING_MOVED
    return replace(a_quiet_digest(), headline=headline, findings=found, reviewed=5)


def test_weeks_of_the_year_have_the_numbers_of_iso_weeks() -> None:
    """Week 20 of 2024 begins on 13 May, as every calendar says."""
    assert starts(20) == datetime(2024, 5, 13, tzinfo=UTC)
    assert [starts(week).isocalendar()[:2] for week in (1, 52)] == [(2024, 1), (2024, 52)]


def test_changes_are_read_as_they_are_written() -> None:
    """Nothing written is the usual year, as far as it goes; none is a stable one."""
    assert read_changes(["model:3", "topic:7"], 10) == (Change(kind=MODEL, week=3), Change(kind=TOPIC, week=7))
    assert read_changes([], 52) == DEFAULT
    assert read_changes([], 25) == DEFAULT[:1]
    assert read_changes(["none"], 52) == ()


@pytest.mark.parametrize("text", ["weather:3", "topic", "topic:", "topic:soon", "topic:-1"])
def test_what_is_no_change_is_refused_with_those_there_are(text: str) -> None:
    """A week is a number."""
    with pytest.raises(Invalid, match="Write topic:WEEK, model:WEEK, reviewers:WEEK, or none"):
        read_changes([text], 52)


def test_years_that_cannot_be_played_are_refused() -> None:
    """Too long, too empty, a change after the end, and the same one twice."""
    late, twice = (Change(kind=TOPIC, week=9),), (Change(kind=TOPIC, week=1), Change(kind=TOPIC, week=2))
    for wrong in ({"weeks": 53}, {"weeks": 0}, {"outputs_per_week": 6}, {"weeks": 8, "changes": late}):
        with pytest.raises(Invalid):
            YearPlan(**{"changes": (), **wrong})  # type: ignore[arg-type]  # each names fields of the plan
    with pytest.raises(Invalid, match="once"):
        YearPlan(changes=twice)


def test_quarter_of_the_outputs_is_reviewed_up_to_a_hundred() -> None:
    """And never none."""
    assert [budget(outputs) for outputs in (1, 120, 400, 10_000)] == [1, 30, 100, 100]


def test_facts_are_made_wrong_by_one_number_name_or_verb() -> None:
    """A year moves by 11, another number is three times and one more, and what has neither says the opposite."""
    assert altered("It was built in 1903 for two families.", []) == "It was built in 1914 for two families."
    assert altered("The team has 11 players.", []) == "The team has 34 players."
    assert altered("They came to Boston by sea.", ["Boston", "Dublin"]) == "They came to Dublin by sea."
    assert altered("Blue is a colour.", []) == "Blue is not a colour."
    assert altered("Nothing to change here.", []) == ""


@pytest.mark.parametrize("topic", [*TOPICS, NEW_TOPIC])
def test_every_topic_has_facts_that_stand_in_their_passages(topic: str) -> None:
    """And whose wrong version is another text."""
    found = facts(topic)
    assert len(found) >= 15
    assert all(one.right in one.passage and one.wrong != one.right for one in found)


def test_same_plan_sends_the_same_outputs_and_another_seed_sends_others() -> None:
    """Whatever else was sent before."""
    plan = YearPlan(changes=())
    once, again = (sent(plan, 1, 1, 50, starts(1)) for _ in range(2))
    assert once == again
    assert once != sent(replace(plan, seed=2), 1, 1, 50, starts(1))


def test_traffic_is_what_the_plan_says() -> None:
    """Of 4,000 outputs each share is within four standard errors of the constant, at most 3.1 points."""
    plan = YearPlan(changes=(Change(kind=TOPIC, week=2), Change(kind=MODEL, week=3)))
    before, topic, model = (sent(plan, week, 1, 4000, starts(week)) for week in (1, 2, 3))
    for come, wrong, new in ((before, 0.10, 0.0), (topic, 0.10, 0.30), (model, 0.35, 0.30)):
        assert sum(one.wrong for one in come) / 4000 == pytest.approx(wrong, abs=0.031)
        assert sum(NEW_TOPIC in one.output.tags for one in come) / 4000 == pytest.approx(new, abs=0.029)
        assert all((one.output.completion != one.correction) == one.wrong for one in come)
    assert {one.output.model_version for one in model} == {"2"}
    assert 0.0 < STRAY < 0.5


def test_change_is_noticed_by_the_first_digest_that_names_it_before_the_next_one() -> None:
    """A topic in week 2, told in week 3 after 10 reviews; a model in week 4, whose rise nobody tells."""
    changes = (Change(kind=MODEL, week=4), Change(kind=TOPIC, week=2))
    outcome = outcome_of(played((MORE_WRONG,), (), (NEW_QUESTIONS,), (NEW_QUESTIONS,), ()), changes)
    assert [one.week for one in outcome.told] == [1, 3, 4]
    assert outcome.false_alarms == (1,)
    topic, model = outcome.noticed
    assert (topic.change.kind, topic.weeks, topic.reviews) == (TOPIC, 2, 10)
    assert topic.told is not None
    assert (topic.told.week, topic.told.names) == (3, ("questions",))
    assert (model.change.kind, model.told) == (MODEL, None)


def test_whatever_speaks_in_a_year_without_changes_is_a_false_alarm() -> None:
    """There is nothing to notice."""
    outcome = outcome_of(played((), (MORE_WRONG,)), ())
    assert (outcome.noticed, outcome.false_alarms) == ((), (2,))


def test_fewer_wrong_answers_tell_no_worse_model_and_nothing_tells_careless_reviewers() -> None:
    """They are listed among the weeks that spoke, and no more."""
    fewer = replace(MORE_WRONG, rising=False)
    outcome = outcome_of(played((fewer,), (MORE_WRONG,)), (Change(kind=MODEL, week=1), Change(kind=REVIEWERS, week=2)))
    assert [one.told for one in outcome.noticed] == [None, None]
    assert [one.week for one in outcome.told] == [1, 2]


def test_findings_are_named_with_their_direction_and_their_part() -> None:
    """As the table and the figures have them."""
    found = a_digest().of(State.DRIFT)
    assert any(named(one).startswith("more wrong answers (") for one in found)
    assert named(replace(MORE_WRONG, rising=False)) == "fewer wrong answers"
    assert named(NEW_QUESTIONS) == "questions"


def test_picture_of_a_year_takes_weeks_without_a_rate_and_a_year_without_changes() -> None:
    """The same figures give the same bytes."""
    rates: list[Rate | Missing] = [Missing(found=3, needed=40), a_rate(0.1, 0.05, 0.2)]
    stable = year_picture(rates, [0.1, 0.1], {}, [])
    assert stable.startswith(b"\x89PNG")
    assert stable == year_picture(rates, [0.1, 0.1], {}, [])
    assert stable != year_picture(rates, [0.1, 0.1], {2: "model"}, [2])

"""A year whose truth is known, played through the whole program: which of 52 digests speak, and what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot.bootstrap_simulation import simulated
from bot.simulation.outcome import Outcome, outcome_of
from bot.simulation.plan import ChangeKind, YearPlan
from bot.simulation.year import PlayedWeek, play, rebuilt
from reviewers.model.digest import Aspect, Headline, State
from reviewers.model.judgement import Rate
from reviewers.model.suggestion import Upstream

# As few outputs as a digest can speak of, since each of them is scored and every second one is reviewed. The usual
# changes: a new topic in week 20, a worse version of the model in week 30, a careless reviewer in week 40.
PLAN = YearPlan(outputs_per_week=100, reviews_per_week=60, rounds=1)
TOPIC, MODEL, REVIEWERS = 20, 30, 40  # their weeks
LASTS = 4  # weeks of the reference: so long a change can be seen between the windows

pytestmark = [pytest.mark.models, pytest.mark.timeout(2400)]


@dataclass(frozen=True, kw_only=True)
class Year:
    """What came of it."""

    played: tuple[PlayedWeek, ...]
    outcome: Outcome
    rebuilt: tuple[bool, ...]  # whether each kept digest was made again with the same bytes, once the year was over

    def between(self, first: int, end: int) -> Sequence[PlayedWeek]:
        """The weeks [first, end)."""
        return self.played[first - 1 : end - 1]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """Played once."""
    with simulated(PLAN, tmp_path_factory.mktemp("year")) as program:
        played = play(PLAN, program, lambda done, weeks: None)
        again = tuple(rebuilt(program, one.digest) for one in played)
    return Year(played=played, outcome=outcome_of(played, PLAN.changes), rebuilt=again)


def drifting(one: PlayedWeek) -> set[Aspect]:
    """What its digest says moved."""
    return {finding.aspect for finding in one.digest.of(State.DRIFT)}


def test_quiet_weeks_stay_quiet(year: Year) -> None:
    """Before anything changed, and once the new topic is in the reference too."""
    assert year.outcome.false_alarms == ()
    assert not any(map(drifting, year.between(TOPIC + LASTS, MODEL)))


def test_new_topic_is_told_as_other_questions_and_not_as_more_wrong_answers(year: Year) -> None:
    """In its first two weeks; as many answers are wrong as before, so nothing is suggested."""
    topic = year.outcome.noticed[0]
    assert topic.change.kind is ChangeKind.TOPIC
    assert topic.weeks is not None
    assert topic.weeks <= 2
    since = year.between(TOPIC, MODEL)
    assert {one.digest.headline for one in since} == {Headline.NEW_QUESTIONS, Headline.NOTHING_MOVED}
    assert not any(one.digest.suggestion.suggested for one in since)


def test_worse_model_is_told_as_more_wrong_answers_with_its_version_as_the_cause(year: Year) -> None:
    """While there are weeks of both versions to compare; going back is the cure, and no training is suggested."""
    model = year.outcome.noticed[1]
    assert model.change.kind is ChangeKind.MODEL
    assert model.weeks is not None
    assert model.weeks <= LASTS
    for one in year.between(MODEL, MODEL + LASTS + 1):
        assert [change.name for change in one.digest.suggestion.other_cause.changes] == ["helpdesk-8b 2"]
        assert not one.digest.suggestion.suggested
    cure = year.played[MODEL - 1].digest.cure
    assert cure is not None
    assert cure.kind is Upstream.MODEL


def test_careless_reviewer_is_not_told_as_a_better_model(year: Year) -> None:
    """A quarter of the verdicts finds nothing wrong any more; no digest takes that for fewer wrong answers."""
    assert all(one.digest.headline is not Headline.FEWER_WRONG for one in year.between(REVIEWERS, 53))


def test_intervals_hold_the_truth_while_reviewers_take_care(year: Year) -> None:
    """Of weeks with a rate; 95 of 100 are promised, and of 38 fewer than 32 would come once in 400 years."""
    rates = [(one, one.digest.rate) for one in year.between(1, REVIEWERS) if isinstance(one.digest.rate, Rate)]
    held = sum(rate.low <= one.wrong / one.outputs <= rate.high for one, rate in rates)
    assert len(rates) >= 38
    assert held >= 32


def test_each_digest_is_made_again_to_the_byte(year: Year) -> None:
    """All 52, a year later, as of the moment in which each was kept."""
    assert len(year.rebuilt) == 52
    assert all(year.rebuilt)

"""The risk learns once a day from verdicts of earlier weeks, and workers read with what it learned last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewers.decisions.risk import PRIOR
from reviewers.model import RiskKind, RiskModel, VerdictKind
from reviewers.workflow.learning import CurrentRisk, RiskLearner, start_of_week
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, an_output
from tests.workflow.worlds import World

DAY = 24 * 3600.0
WEEK = 7 * DAY


def a_world() -> World:
    """Every output is reviewed, and the scorer is a detector."""
    world = World(uniform_rate=1.0)
    world.scorer.name = "grounding"
    return world


def judge(world: World, output_id: str, value: float, *, wrong: bool) -> None:
    """One output with this detector's logit, and Mara's verdict on it."""
    world.scorer.value = value
    world.scoring = replace(world.scoring, assess=CurrentRisk(world.store).assess)
    (task,) = world.bring(an_output(output_id))
    kind = VerdictKind.REJECT if wrong else VerdictKind.APPROVE
    world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=kind, reasons=("invented",) * wrong))


def learner(world: World) -> RiskLearner:
    return RiskLearner(store=world.store, clock=world.clock, metrics=world.metrics)


def newest(world: World) -> RiskModel | None:
    with world.store.read() as uow:
        return uow.risk_models.newest()


def test_verdicts_of_this_week_teach_nothing_before_the_next() -> None:
    """A risk is never learned from the verdicts that it is held against."""
    world = a_world()
    for number in range(8):
        judge(world, f"o-{number}", 2.0 if number % 2 else -2.0, wrong=bool(number % 2))
    assert learner(world).learn() is None

    world.clock.advance(WEEK)
    learned = learner(world).learn()
    assert learned is not None
    assert (learned.kind, learned.verdicts, learned.errors) == (RiskKind.ALONE, 8, 4)
    assert learned.before == datetime(2026, 11, 30, tzinfo=UTC)
    assert newest(world) == learned
    assert world.metrics.of("risk_models_learned", kind="alone") == 1


def test_what_was_learned_is_in_the_next_risk() -> None:
    """Half of these were wrong where the prior expects one in eight: the risk rises, and names what it comes from."""
    world = a_world()
    for number in range(8):
        judge(world, f"o-{number}", 0.0, wrong=bool(number % 2))
    world.clock.advance(WEEK)
    learned = learner(world).learn()
    assert learned is not None
    judge(world, "o-new", 0.0, wrong=False)
    with world.store.read() as uow:
        before, after = uow.assessments.get("o-0"), uow.assessments.get("o-new")
    assert before is not None
    assert before.risk is not None
    assert after is not None
    assert after.risk is not None
    assert (before.risk.model_version, before.risk.verdicts_learned_from) == ("prior-2", 0)
    assert (after.risk.model_version, after.risk.verdicts_learned_from) == (learned.version, 8)
    assert before.risk.probability == pytest.approx(0.12)
    assert after.risk.probability > 0.2


def test_learning_the_same_again_stores_nothing() -> None:
    """The next day of the same week has the same verdicts before it."""
    world = a_world()
    judge(world, "o-1", 1.0, wrong=True)
    world.clock.advance(WEEK)
    assert learner(world).learn() is not None
    world.clock.advance(DAY)
    assert learner(world).learn() is None
    with world.store.read() as uow:
        assert len(uow.risk_models.all()) == 1


def test_a_change_of_mind_is_learned_from() -> None:
    """The earlier week's verdict is superseded: what was learned from it is, too."""
    world = a_world()
    judge(world, "o-1", 1.0, wrong=True)
    judge(world, "o-2", 1.0, wrong=False)
    with world.store.read() as uow:
        task = uow.tasks.for_output("o-1")
    assert task is not None
    world.clock.advance(DAY)
    world.verdicts.record(Ballot(task_id=task.task_id, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    world.clock.advance(WEEK)
    learned = learner(world).learn()
    assert learned is not None
    assert (learned.verdicts, learned.errors) == (2, 0)


def test_verdicts_of_more_than_eight_weeks_ago_are_of_another_world() -> None:
    """Nothing is left to learn from, and what was learned stays."""
    world = a_world()
    judge(world, "o-1", 1.0, wrong=True)
    world.clock.advance(WEEK)
    learned = learner(world).learn()
    world.clock.advance(8 * WEEK)
    assert learner(world).learn() is None
    assert newest(world) == learned


def test_an_unsure_reviewer_teaches_nothing() -> None:
    """It hands the output on: nobody knows yet whether it is wrong."""
    world = a_world()
    judge(world, "o-1", 1.0, wrong=False)
    (task,) = world.bring(an_output("o-2"))
    world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.UNSURE))
    world.clock.advance(WEEK)
    learned = learner(world).learn()
    assert learned is not None
    assert learned.verdicts == 1


def test_an_output_on_which_a_scorer_failed_teaches_nothing() -> None:
    """It would look like one without claims."""
    world = a_world()
    judge(world, "o-1", 1.0, wrong=False)
    world.scorer.fault = RuntimeError("out of memory")
    (task,) = world.bring(an_output("o-2"))
    world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.REJECT, reasons=("invented",)))
    world.clock.advance(WEEK)
    learned = learner(world).learn()
    assert learned is not None
    assert (learned.verdicts, learned.errors) == (1, 0)


def test_the_sweep_learns_once_a_day() -> None:
    """The clock asks every few minutes; the first time of a day counts."""
    world = a_world()
    judge(world, "o-1", 1.0, wrong=True)
    world.clock.advance(WEEK)
    assert world.sweep("risk") == 1
    with world.store.read() as uow:
        task = uow.tasks.for_output("o-1")
    assert task is not None
    world.verdicts.record(Ballot(task_id=task.task_id, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    world.clock.advance(600)
    assert world.sweep("risk") == 0
    world.clock.advance(12 * 3600.0)  # past midnight, UTC
    assert world.sweep("risk") == 0  # that verdict is of this week: the old one is gone, the new one does not count yet
    world.clock.advance(WEEK)
    assert world.sweep("risk") == 1


def test_a_try_that_failed_is_made_again_within_the_hour() -> None:
    """Not only the next day."""

    class Failing(RiskLearner):
        def learn(self) -> RiskModel | None:
            raise RuntimeError("the database went away")

    world = a_world()
    judge(world, "o-1", 1.0, wrong=True)
    world.clock.advance(WEEK)
    with pytest.raises(RuntimeError, match="went away"):
        Failing(store=world.store, clock=world.clock, metrics=world.metrics).sweep()
    world.clock.advance(600)
    assert world.sweep("risk") == 0
    world.clock.advance(3000)
    assert world.sweep("risk") == 1


def test_the_current_model_is_read_again_only_after_a_commit() -> None:
    """Every output of a busy worker asks for it."""
    world = a_world()
    current = CurrentRisk(world.store)
    assert current.model() is PRIOR
    learned = replace(PRIOR, version="alone-1", kind=RiskKind.ALONE, verdicts=9, before=NOON)
    with world.store.begin() as uow:
        uow.risk_models.add(learned, at=NOON)
    assert current.model() == learned
    assert current.model() is current.model()


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), 23),
        (datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC), 23),
        (datetime(2026, 11, 30, 0, 30, tzinfo=UTC), 30),
    ],
)
def test_a_week_starts_on_monday_in_utc(now: datetime, monday: int) -> None:
    """The 23rd and the 30th of November 2026 are Mondays."""
    assert start_of_week(now) == datetime(2026, 11, monday, tzinfo=UTC)

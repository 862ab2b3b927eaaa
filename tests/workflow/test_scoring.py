"""Scoring and selecting: everything is stored with its chance, and what fails is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewers.decisions.sampling import Terms
from reviewers.errors import Unavailable
from reviewers.model import Output, Reason, Release, ReleaseState, TaskState
from reviewers.ports import Evidence
from tests.builders import a_passage, an_assessment, an_output
from tests.workflow.worlds import FixedReader, World


def test_chosen_and_unchosen_outputs_keep_their_chance() -> None:
    """A risky one becomes a task with its card due; the other one keeps its decision only."""
    world = World()
    world.bring(an_output("o-1"))
    world.scorer.value = 0.1
    tasks = world.bring(an_output("o-2"))
    with world.store.read() as uow:
        first, second = uow.decisions.get("o-1"), uow.decisions.get("o-2")
        assert first is not None
        assert second is not None
        assert (first.selected, first.inclusion_probability, first.reason) == (True, 1.0, Reason.RISK)
        assert (second.selected, second.inclusion_probability) == (False, 0.05)
        assert uow.counts().outbox_due == 1
    assert tasks == []


def test_failed_scorer_leaves_the_output_unscored_and_counted() -> None:
    """No default score: no risk, the failure in words, and the floor's chance."""
    world = World(uniform_rate=0.05)
    world.scorer.fault = Unavailable("the model is away")
    world.bring(an_output("o-1"), an_output("o-2"))
    with world.store.read() as uow:
        assessment, decision = uow.assessments.get("o-1"), uow.decisions.get("o-1")
    assert assessment is not None
    assert decision is not None
    assert (assessment.risk, assessment.failure) == (None, "fixed: the model is away")
    assert assessment.readings  # the claims were read; only the score is missing
    assert decision.inclusion_probability == 0.05
    assert world.metrics.of("scorer_failed", scorer="fixed") == 2


def test_one_bad_output_spoils_no_other() -> None:
    """The reader fails on a batch of three because of one: the other two are scored."""
    world = World()
    world.bring(an_output("o-1"), an_output("bad-1"), an_output("o-2"))
    with world.store.read() as uow:
        found = [uow.assessments.get(name) for name in ("o-1", "bad-1", "o-2")]
    assert [one is not None and one.risk is not None for one in found] == [True, False, True]
    assert found[1] is not None
    assert found[1].failure == "reader: ValueError"  # the exception's own text could quote the output


def test_held_output_becomes_a_task_due_at_its_deadline() -> None:
    """Always selected; the card says until when."""
    world = World(hold_minutes=10)
    (task_id,) = world.bring(an_output(hold=True))
    task = world.verdicts.view(task_id).task
    release = world.release.get("o-1")
    assert (task.hold, task.due_at) == (True, release.deadline)


def test_output_that_timed_out_before_it_was_scored_shows_so() -> None:
    """Its card is posted as timed out: nobody can decide what has left."""
    world = World(hold_minutes=10)
    world.intake.receive([an_output(hold=True)])
    world.clock.advance(601)
    timed_out: Release = world.release.get("o-1")
    assert timed_out.state is ReleaseState.TIMED_OUT
    world.scoring.score_batch()
    with world.store.read() as uow:
        task = uow.tasks.for_output("o-1")
    assert task is not None
    assert task.state is TaskState.TIMED_OUT


def test_batch_of_a_dead_worker_is_scored_by_another() -> None:
    """A lease that ran out frees its outputs; nothing is scored twice."""
    world = World()
    world.intake.receive([an_output()])
    with world.store.begin() as uow:
        assert uow.outputs.claim_unscored(limit=9, now=world.clock.now(), lease_seconds=300, worker="dead")
    assert world.scoring.score_batch() == 0
    world.clock.advance(301)
    assert world.scoring.score_batch() == 1
    assert world.scoring.score_batch() == 0


def test_decision_that_was_stored_first_counts() -> None:
    """Two workers score one output with different risks: the later one opens no task against the stored decision."""
    world = World()
    world.intake.receive([an_output()])
    slow = world.scoring
    world.scorer.value = 0.1
    with world.store.begin() as uow:
        outputs = uow.outputs.claim_unscored(limit=9, now=world.clock.now(), lease_seconds=1, worker="slow")
    world.clock.advance(2)
    world.bring()  # the other worker: risk .1, not selected
    risky = [an_assessment("o-1")]
    with world.store.begin() as uow:
        policy = slow.policies.current()
        slow._apply(uow, outputs, risky, [slow._decide(outputs[0], risky[0].risk, Terms(policy=policy))], policy)
        assert uow.tasks.for_output("o-1") is None


class SilentIndex(FixedReader):
    """A reader whose index does not answer."""

    def read(self, outputs: Sequence[Output], *, with_index: bool = True) -> list[Evidence]:
        if with_index:
            raise Unavailable("the index does not answer")
        return super().read(outputs)

    def documents(self) -> int:
        raise Unavailable("the index does not answer")


def test_silent_index_leaves_what_brought_its_own_passages_readable() -> None:
    """The one with passages is scored against them; the other one is unscored and says why."""
    world = World()
    world.scoring = replace(world.scoring, reader=SilentIndex())
    world.bring(an_output("o-1", passages=(a_passage(),)), an_output("o-2"))
    with world.store.read() as uow:
        own, bare = uow.assessments.get("o-1"), uow.assessments.get("o-2")
    assert own is not None
    assert bare is not None
    assert (own.risk is not None, own.documents_searched) == (True, 0)
    assert bare.failure == "reader: the index does not answer"

"""Held outputs leave at once where reviews prove that few of such a risk are wrong, and only there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reviewers.model import Judgement, Proof, Reason, ReleaseState, Route, Rule, Stratum, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import COMPLETION, NOON, an_output
from tests.workflow.worlds import World

PROOF = Proof(
    limit=0.05,
    confidence=0.9,
    threshold=0.3,
    share=0.6,
    high=0.044,
    reviewed=180,
    proven_at=NOON,
    scorers=((("fixed", "1"),),),
)
ASKS = {"release_target": 0.05, "release_below_proven": True}


def a_world(proof: Proof | None = PROOF, **policy: Any) -> World:
    """A world whose outputs have a risk of .1, with a proof for all outputs up to .3 on the policy's own route."""
    world = World(**(ASKS | policy))
    world.scorer.value = 0.1
    judgement = Judgement(route="", rate=None, guarantee=None, tested_at=NOON, proof=proof, made_at=NOON)
    with world.store.begin() as uow:
        uow.judgements.add(judgement)
    return world


def test_held_output_below_what_is_proven_leaves_at_once() -> None:
    """It may be sent, nobody verified it, and it is counted."""
    world = a_world()
    world.bring(an_output(hold=True))
    release = world.release.get("o-1")
    assert (release.state, release.text, release.decided_at) == (ReleaseState.RELEASED, COMPLETION, NOON)
    assert world.metrics.of("releases_below_proven") == 1


def test_output_that_left_is_drawn_like_any_other() -> None:
    """It is no longer held, so its chance is the uniform rate, and a draw may still take it."""
    world = a_world()
    assert world.bring(an_output("o-1", hold=True)) == []
    with world.store.read() as uow:
        decision = uow.decisions.get("o-1")
    assert decision is not None
    assert (decision.reason, decision.inclusion_probability) == (Reason.NOT_SELECTED, 0.05)
    assert decision.stratum is Stratum.DRAWN
    drawn = a_world(uniform_rate=1.0)
    (task,) = drawn.bring(an_output("o-1", hold=True))
    assert drawn.verdicts.view(task).task.hold is False


@pytest.mark.parametrize(
    ("why", "changes", "risk"),
    [
        ("the policy does not say so", {"release_below_proven": False}, 0.1),
        ("the target is stricter than what is proven", {"release_target": 0.03}, 0.1),
        ("its risk lies above", {}, 0.31),
        ("a rule names it", {"rules": (Rule(name="fees", tags=("cards",)),)}, 0.1),
    ],
)
def test_everything_else_stays_held(why: str, changes: dict[str, Any], risk: float) -> None:
    """In each of these cases a person decides, as before."""
    world = a_world(**changes)
    world.scorer.value = risk
    (task,) = world.bring(an_output(hold=True, tags=("cards",)))
    assert world.release.get("o-1").state is ReleaseState.HELD, why
    assert world.verdicts.view(task).task.hold


def test_nothing_leaves_without_a_proof_that_stands() -> None:
    """None was found; or the last one is four weeks old."""
    for world in (a_world(None), a_world()):
        now = world.clock.advance(timedelta(days=28).total_seconds())
        world.bring(an_output(hold=True, received_at=now))
        assert world.release.get("o-1").state is ReleaseState.HELD


def test_unscored_output_stays_held() -> None:
    """A scorer that fails gives no risk, and no risk is not a low one."""
    world = a_world()
    world.scorer.fault = ValueError("broken")
    world.bring(an_output(hold=True))
    assert world.release.get("o-1").state is ReleaseState.HELD


def test_output_that_another_version_of_a_scorer_read_stays_held() -> None:
    """The proof speaks of what version 1 gave; and one that does not know its scorers speaks of none."""
    replaced = a_world()
    replaced.scorer.version = "2"
    for world in (replaced, a_world(replace(PROOF, scorers=()))):
        world.bring(an_output(hold=True))
        assert world.release.get("o-1").state is ReleaseState.HELD


def test_proof_of_another_route_lets_nothing_go() -> None:
    """Each route proves its own."""
    route = Route(name="Card support", release_target=0.05, release_below_proven=True)
    world = a_world(routes=(route,))
    world.bring(an_output(hold=True))
    assert world.release.get("o-1").state is ReleaseState.HELD


BY_RISK = Route(name="By risk", channel="C0RISK")


@pytest.mark.parametrize("by_risk", [replace(BY_RISK, risk_below=0.2), replace(BY_RISK, risk_from=0.05)])
def test_output_that_left_stays_on_the_route_whose_proof_let_it_go(by_risk: Route) -> None:
    """It is decided on, posted and counted there, not on one that its risk of .1 would have brought it to."""
    holds = Route(name="Holds", channel="C0HOLDS", release_target=0.05, release_below_proven=True)
    world = World(routes=(by_risk, holds), uniform_rate=1.0)
    world.scorer.value = 0.1
    with world.store.begin() as uow:
        uow.judgements.add(
            Judgement(route="Holds", rate=None, guarantee=None, tested_at=NOON, proof=PROOF, made_at=NOON)
        )
    left, ordinary = world.bring(an_output("o-1", hold=True), an_output("o-2"))
    assert world.release.get("o-1").state is ReleaseState.RELEASED
    task = world.verdicts.view(left).task
    assert (task.route, task.channel, task.hold) == ("Holds", "C0HOLDS", False)
    assert task.due_at == NOON + timedelta(hours=24)  # as any other: nobody waits for it
    decision = world.verdicts.view(left).decision
    assert (decision.route, decision.stratum, decision.reason) == ("Holds", Stratum.DRAWN, Reason.UNIFORM)
    assert world.verdicts.view(ordinary).task.route == "By risk"


def test_output_that_timed_out_before_it_was_scored_stays_so() -> None:
    """A release that is final never changes."""
    world = a_world(hold_minutes=10)
    world.intake.receive([an_output(hold=True)])
    world.clock.advance(601)
    assert world.release.get("o-1").state is ReleaseState.TIMED_OUT
    world.scoring.score_batch()
    assert world.release.get("o-1").state is ReleaseState.TIMED_OUT


def test_verdict_against_what_left_takes_it_back() -> None:
    """The first rejection is a recall; an approval says that all was well."""
    world = a_world(uniform_rate=1.0)
    first, second = world.bring(an_output("o-1", hold=True), an_output("o-2", hold=True))
    world.verdicts.record(Ballot(task_id=first, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    world.verdicts.record(Ballot(task_id=second, reviewer="U0MARA", kind=VerdictKind.REJECT, reasons=("invented",)))
    assert world.release.get("o-1").recalled_at is None
    assert world.release.get("o-2").recalled_at == NOON
    assert world.release.get("o-2").state is ReleaseState.RELEASED
    world.verdicts.record(Ballot(task_id=second, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    assert world.release.get("o-2").recalled_at is None

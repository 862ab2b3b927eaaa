"""The contract of every store: what was known at a moment, whatever was recorded since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reviewers.model import Outcome, Reason, Resolution, Stratum, VerdictKind
from reviewers.ports import Store
from tests.builders import NOON, a_cut, a_decision, a_task, a_verdict, an_output

HOUR = timedelta(hours=1)
MOMENTS = (NOON + 0.5 * HOUR, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR, None)
APPROVED = a_verdict("v-1", recorded_at=NOON + HOUR)
REJECTED = replace(
    APPROVED,
    verdict_id="v-2",
    revision=2,
    kind=VerdictKind.REJECT,
    reasons=("outdated",),
    supersedes="v-1",
    recorded_at=NOON + 3 * HOUR,
)


def changed_mind(store: Store) -> None:
    """Approved at one, rejected at three; the queue of the other output is cut at two."""
    drawn = a_decision(reason=Reason.RISK, inclusion_probability=0.5, route="Cards", stratum=Stratum.DRAWN)
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1"), an_output("o-2")])
        uow.decisions.add([drawn, replace(drawn, output_id="o-2", decided_at=NOON + timedelta(minutes=1))])
        uow.tasks.add(a_task("t-1", route="Cards"))
        uow.tasks.add(a_task("t-2", output_id="o-2", route="Cards"))
        for verdict, outcome in ((APPROVED, Outcome.APPROVED), (REJECTED, Outcome.REJECTED)):
            uow.verdicts.append(verdict)
            uow.verdicts.resolve(
                Resolution(
                    task_id="t-1",
                    revision=verdict.revision,
                    outcome=outcome,
                    verdict_id=verdict.verdict_id,
                    resolved_by="U0MARA",
                    resolved_at=verdict.recorded_at,
                )
            )
        uow.cuts.add([a_cut("o-2", route="Cards", keep_probability=0.5, kept_so_far=0.5, cut_at=NOON + 2 * HOUR)])


def test_verdict_that_was_changed_since_is_current_as_of_then(store: Store) -> None:
    """Also to the moment in which it was recorded, and not before it."""
    changed_mind(store)
    with store.read() as uow:
        found = [
            [
                (one.kind, one.outcome, one.resolved_at)
                for one in uow.tasks.reviewed(NOON, NOON + 9 * HOUR, as_of=moment)
            ]
            for moment in MOMENTS
        ]
    approved = [(VerdictKind.APPROVE, Outcome.APPROVED, NOON + HOUR)]
    rejected = [(VerdictKind.REJECT, Outcome.REJECTED, NOON + 3 * HOUR)]
    assert found == [[], approved, approved, rejected, rejected]


def test_resolutions_and_cuts_that_came_since_are_no_part_of_a_period_as_of_then(store: Store) -> None:
    """Half of .5 is left of the chance once the queue was cut."""
    changed_mind(store)
    with store.read() as uow:
        found = [uow.decisions.sample(NOON, NOON + HOUR, route="Cards", as_of=moment) for moment in MOMENTS]
    assert [one.wrong.tolist() for one in found] == [[], [False], [False], [True], [True]]
    assert [sorted(one.chance.tolist()) for one in found] == [[0.5, 0.5], [0.5, 0.5], *[[0.25, 0.5]] * 3]

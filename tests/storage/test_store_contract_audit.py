"""The contract of every store, the history: all that was recorded, in the order of time, changes and recalls too."""

from __future__ import annotations

from datetime import timedelta

from reviewers.model import AuditEntry, Outcome, Purpose, Resolution, VerdictKind
from reviewers.ports import Store
from tests.builders import NOON, a_decision, a_task, a_verdict, an_output

MINUTE = timedelta(minutes=1)
FAR = timedelta(days=365)


def told(store: Store, since: timedelta = -FAR, until: timedelta = FAR) -> list[AuditEntry]:
    """The history of a period around noon."""
    with store.read() as uow:
        return list(uow.verdicts.audit(NOON + since, NOON + until))


def decided(store: Store) -> None:
    """Mara approves at noon, and rejects three minutes later; each resolves the task at once."""
    with store.begin() as uow:
        uow.outputs.add([an_output()])
        uow.decisions.add([a_decision()])
        uow.tasks.add(a_task(route="Card support"))
        for number, (kind, outcome) in enumerate(
            [(VerdictKind.APPROVE, Outcome.APPROVED), (VerdictKind.REJECT, Outcome.REJECTED)], start=1
        ):
            at = NOON + 3 * (number - 1) * MINUTE
            before = f"v-{number - 1}" if number > 1 else None
            verdict = a_verdict(f"v-{number}", kind=kind, revision=number, supersedes=before, recorded_at=at)
            uow.verdicts.append(verdict)
            uow.verdicts.resolve(
                Resolution(
                    task_id="t-1",
                    revision=number,
                    outcome=outcome,
                    verdict_id=verdict.verdict_id,
                    resolved_by=verdict.reviewer,
                    recall=number > 1,
                    resolved_at=at,
                )
            )


def test_history_has_every_verdict_and_what_it_came_to_in_order(store: Store) -> None:
    """Each verdict stands before its resolution, and the change after what it replaces."""
    decided(store)
    entries = told(store)
    said = [(entry.verdict.kind, entry.verdict.supersedes) if entry.verdict else None for entry in entries]
    assert said == [(VerdictKind.APPROVE, None), None, (VerdictKind.REJECT, "v-1"), None]
    came_to = [(entry.resolution.outcome, entry.resolution.recall) if entry.resolution else None for entry in entries]
    assert came_to == [None, (Outcome.APPROVED, False), None, (Outcome.REJECTED, True)]
    assert [entry.at - NOON for entry in entries] == [0 * MINUTE, 0 * MINUTE, 3 * MINUTE, 3 * MINUTE]


def test_each_entry_names_its_task(store: Store) -> None:
    """Output, number, route and purpose, so that no line needs another table to be read."""
    decided(store)
    assert {(e.task_id, e.output_id, e.number, e.route, e.purpose) for e in told(store)} == {
        ("t-1", "o-1", 4821, "Card support", Purpose.REVIEW)
    }


def test_a_period_ends_before_its_last_moment(store: Store) -> None:
    """[since, until): what was recorded at `until` belongs to the next period."""
    decided(store)
    assert len(told(store, since=timedelta(), until=3 * MINUTE)) == 2
    assert len(told(store, since=3 * MINUTE)) == 2
    assert told(store, since=4 * MINUTE) == []

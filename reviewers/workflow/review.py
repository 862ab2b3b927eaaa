"""Open a review task, with its card due in the same transaction."""

from __future__ import annotations

from datetime import timedelta

from reviewers.decisions.sampling import Policy
from reviewers.model import Output, ReleaseState, ReviewTask, SamplingDecision, TaskState
from reviewers.ports import OutboxItem, OutboxKind, UnitOfWork


def open_task(
    uow: UnitOfWork, output: Output, decision: SamplingDecision, policy: Policy, *, task_id: str, channel: str
) -> None:
    """Store the task and its outbox item; an output that has a task already keeps that one.

    A held output whose release became final before anybody saw it (its deadline passed while it waited for the
    machine) still gets its card, as timed out, so that people see what left without them.
    """
    release = uow.releases.get(output.output_id) if output.hold else None
    late = release is not None and release.state is ReleaseState.TIMED_OUT
    task = ReviewTask(
        task_id=task_id,
        output_id=output.output_id,
        number=output.number,
        channel=channel,
        hold=output.hold,
        state=TaskState.TIMED_OUT if late else TaskState.OPEN,
        created_at=decision.decided_at,
        due_at=release.deadline if release else decision.decided_at + timedelta(hours=policy.due_hours),
    )
    if uow.tasks.add(task):
        uow.outbox.add(
            OutboxItem(
                key=f"post:{task_id}",
                kind=OutboxKind.POST_CARD,
                task_id=task_id,
                channel=channel,
                due_at=decision.decided_at,
            )
        )

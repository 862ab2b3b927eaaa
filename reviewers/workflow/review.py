"""Open a review task with its card due in the same transaction; and what else falls due: changes, direct messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from reviewers.decisions import batches, routing, sampling
from reviewers.model import (
    AfterDue,
    Assessment,
    Notice,
    Output,
    Policy,
    Purpose,
    Reason,
    ReleaseState,
    ReviewTask,
    Route,
    SamplingDecision,
    Stratum,
    TaskState,
)
from reviewers.ports import OutboxItem, OutboxKind, UnitOfWork

KNOWN_KEY = "whetstone_known"  # metadata of an output whose answer is known: "right" or "wrong"
KNOWN = frozenset({"right", "wrong"})


def open_task(
    uow: UnitOfWork,
    output: Output,
    decision: SamplingDecision,
    assessment: Assessment | None,
    policy: Policy,
    *,
    task_id: str,
    channel: str,
    sent_by: str = "",
) -> ReviewTask:
    """Store the task and its outbox item; an output that has a task already keeps that one. Returns what is stored.

    A held output whose release became final before anybody saw it (its deadline passed while it waited for the
    machine) still gets its card, as timed out, so that people see what left without them.

    Args:
        assessment: None where the machine has not read it.
        channel: where its card goes when neither the rule that selected it nor its route names one.
        sent_by: the person who sent it to review by hand, whatever the decision says.
    """
    # Decided on as any other though it was held: it left at once, below what reviews prove, and nobody waits for it.
    hold = output.hold and decision.stratum is not Stratum.DRAWN
    # Locked, so that a deadline that passes while the machine reads finds this task when it decides the release.
    release = uow.releases.lock(output.output_id) if hold else None
    late = release is not None and release.state is ReleaseState.TIMED_OUT
    # A held output follows the route that set how long it is held, and then no risk was known.
    risk = assessment.risk if assessment and not output.hold else None
    route = routing.route_of(output, risk, policy)
    due_at = release.deadline if release else decision.decided_at + timedelta(hours=route.due_hours)
    times_out = route.after_due is AfterDue.TIME_OUT and not hold and due_at is not None
    draw = _marks_draw(output, decision, route, policy, sent_by=sent_by)
    known = str(output.metadata.get(KNOWN_KEY, ""))
    task = ReviewTask(
        task_id=task_id,
        output_id=output.output_id,
        number=output.number,
        channel=decision.channel or route.channel or policy.channel or channel,
        hold=hold,
        state=TaskState.TIMED_OUT if late else TaskState.OPEN,
        created_at=decision.decided_at,
        due_at=due_at,
        times_out_at=due_at + timedelta(hours=route.grace_hours) if times_out and due_at else None,
        route=route.name,
        quorum=route.quorum,
        show=_show(route, draw, policy),
        marks_draw=draw,
        submitted_by=output.submitted_by,
        sent_by=sent_by,
        known=known if known in KNOWN else "",
        words=words_of(output),
    )
    if batches.may_share(task, output, assessment, route):
        task = replace(task, waits_for_batch=True)
    if not uow.tasks.add(task):
        stored = uow.tasks.for_output(output.output_id)
        assert stored is not None
        return stored
    if not task.waits_for_batch:
        post_card(uow, task, at=decision.decided_at)
    return task


def look_again(
    review: ReviewTask, route: Route, *, task_id: str, purpose: Purpose, round: int, at: datetime
) -> ReviewTask:
    """Another task on an output that was decided: a card like any other of its route, on which nobody waits."""
    due_at = at + timedelta(hours=route.due_hours)
    return ReviewTask(
        task_id=task_id,
        output_id=review.output_id,
        number=review.number,
        channel=review.channel,
        hold=False,
        state=TaskState.OPEN,
        created_at=at,
        due_at=due_at,
        times_out_at=due_at + timedelta(hours=route.grace_hours),
        route=review.route,
        show=route.show,
        submitted_by=review.submitted_by,
        purpose=purpose,
        round=round,
        words=review.words,
    )


def words_of(output: Output) -> int:
    """How many words of question and answer a reviewer reads."""
    return len(output.question.split()) + len(output.completion.split())


def post_card(uow: UnitOfWork, task: ReviewTask, *, at: datetime) -> None:
    """Let the card of this task, or of the batch that it is the first of, be posted."""
    uow.outbox.add(
        OutboxItem(
            key=f"post:{task.task_id}",
            kind=OutboxKind.POST_CARD,
            task_id=task.task_id,
            channel=task.channel,
            due_at=at,
        )
    )


def redraw_card(uow: UnitOfWork, task: ReviewTask, *, why: str, at: datetime) -> None:
    """Let the card be redrawn as it then stands; `why` makes the change's key unique, such as a verdict's id.

    A batch's changes go out one after the other, as those of its first task: two workers could otherwise draw an
    older state over a newer one.
    """
    uow.outbox.add(
        OutboxItem(
            key=f"update:{why}",
            kind=OutboxKind.UPDATE_CARD,
            task_id=task.batch_id or task.task_id,
            channel=task.channel,
            due_at=at,
        )
    )


def post_notice(uow: UnitOfWork, notice: Notice) -> bool:
    """Let the direct message be posted; False when it was, or will be."""
    if not uow.notices.add(notice):
        return False
    uow.outbox.add(
        OutboxItem(
            key=f"notice:{notice.notice_id}",
            kind=OutboxKind.POST_NOTICE,
            notice_id=notice.notice_id,
            channel=notice.recipient,
            due_at=notice.created_at,
        )
    )
    return True


def _marks_draw(
    output: Output, decision: SamplingDecision, route: Route, policy: Policy, *, sent_by: str
) -> float | None:
    """The draw that may leave the machine's marks away: of the uniform sample alone, so that both parts compare.

    None where nothing hangs on it: the route shows no marks, or more than them, or none are ever left away.
    """
    drawn = decision.reason is Reason.UNIFORM and not sent_by
    if not drawn or route.show != "evidence" or policy.unmarked_rate == 0.0:
        return None
    return sampling.stable_draw(output.output_id, f"{policy.version}:marks")


def _show(route: Route, draw: float | None, policy: Policy) -> str:
    unmarked = draw is not None and draw < policy.unmarked_rate
    return "blind" if unmarked else route.show

"""What follows from a task's verdicts, applied in one transaction: resolution, release, lead, card, notices."""

from __future__ import annotations

from collections.abc import Sequence

from reviewers.decisions import assignment, consensus, gate
from reviewers.decisions.consensus import Standing
from reviewers.model import (
    Notice,
    NoticeKind,
    Outcome,
    Output,
    Purpose,
    Release,
    ReleaseState,
    Resolution,
    ReviewTask,
    Route,
    TaskState,
    Verdict,
    VerdictKind,
)
from reviewers.ports import OutboxItem, OutboxKind, UnitOfWork
from reviewers.workflow.review import post_notice, redraw_card

_NOT_VERIFIED = frozenset({ReleaseState.RELEASED, ReleaseState.TIMED_OUT})
_SPEAKING = frozenset({Purpose.REVIEW, Purpose.REOPENED})  # what they come to says whether a release stands


def is_final(uow: UnitOfWork, task: ReviewTask, newest: Resolution | None) -> bool:
    """Whether the newest resolution was used in a dataset, or its release left: then changing it is a recall."""
    resolved = consensus.live(newest)
    if resolved is None:
        return False
    views = uow.tasks.views([task.task_id])
    used = any(use.revision == resolved.revision for view in views for use in view.uses)
    release = uow.releases.get(task.output_id) if task.purpose is Purpose.REVIEW else None
    return used or (release is not None and release.state is not ReleaseState.HELD)


def apply(
    uow: UnitOfWork,
    task: ReviewTask,
    output: Output,
    route: Route,
    verdicts: Sequence[Verdict],
    standing: Standing,
) -> None:
    """Write what follows from the newest verdict, the last of `verdicts`, which is stored already."""
    newest = verdicts[-1]
    if standing.resolution is not None:
        uow.verdicts.resolve(standing.resolution)
        if task.purpose is Purpose.REVIEW and (standing.resolution.recall or _left_unseen(uow, output)):
            _recall(uow, output, standing.resolution)
        if task.purpose is Purpose.REOPENED:
            _recall_reopened(uow, output, standing.resolution)
        if task.purpose in _SPEAKING and consensus.live(standing.resolution) is not None:
            _restore(uow, output)
    _move(uow, task, output, route, verdicts, standing)
    if newest.kind is VerdictKind.UNSURE and standing.state is TaskState.OPEN:
        uow.tasks.set_handed_on(task.task_id, newest.reviewer)
    if newest.kind is VerdictKind.WITHDRAWN and task.handed_on_by == newest.reviewer:
        uow.tasks.set_handed_on(task.task_id, "")  # it is in their queue again
    gave = newest.kind is not VerdictKind.WITHDRAWN
    if gave and task.assigned_to == newest.reviewer and standing.state is TaskState.OPEN:
        uow.tasks.set_assigned(task.task_id, "")  # their part is done: what is left to do is for the others
    if task.claimed_by and (task.claimed_by == newest.reviewer or standing.state is not TaskState.OPEN):
        uow.tasks.set_claim(task.task_id, "", None)
    resolved = consensus.live(standing.resolution)
    if resolved is not None and task.purpose is Purpose.REVIEW:  # a second look changes nothing of what was decided
        _release(uow, output, resolved)
    redraw_card(uow, task, why=newest.verdict_id, at=newest.recorded_at)
    _redraw_notices(uow, task, newest)


def _move(
    uow: UnitOfWork,
    task: ReviewTask,
    output: Output,
    route: Route,
    verdicts: Sequence[Verdict],
    standing: Standing,
) -> None:
    """Bring the task into its new state; a new dispute asks a lead."""
    if standing.state is TaskState.DISPUTED and task.state is not TaskState.DISPUTED:
        lead = assignment.choose_lead(route, output, verdicts, task.task_id)
        uow.tasks.set_disputed(task.task_id, lead)
        if lead:
            _ask(uow, task, lead, verdicts)
    elif standing.state is not task.state:
        uow.tasks.set_state(task.task_id, standing.state)


def _ask(uow: UnitOfWork, task: ReviewTask, lead: str, verdicts: Sequence[Verdict]) -> None:
    at = verdicts[-1].recorded_at
    notice = Notice(
        notice_id=f"dispute:{task.task_id}:{len(verdicts)}",  # verdicts are only ever added: each dispute is its own
        kind=NoticeKind.DISPUTE,
        recipient=lead,
        task_ids=(task.task_id,),
        created_at=at,
    )
    post_notice(uow, notice)


def _redraw_notices(uow: UnitOfWork, task: ReviewTask, newest: Verdict) -> None:
    for notice in uow.notices.about(task.task_id):
        uow.outbox.add(
            OutboxItem(
                key=f"notice-update:{notice.notice_id}:{newest.verdict_id}",
                kind=OutboxKind.UPDATE_NOTICE,
                notice_id=notice.notice_id,
                channel=notice.recipient,
                due_at=newest.recorded_at,
            )
        )


def _release(uow: UnitOfWork, output: Output, resolved: Resolution) -> None:
    release = uow.releases.get(output.output_id)
    if release is None:
        return
    decided = gate.outcome(release, output, resolved, now=resolved.resolved_at)
    if decided != release:
        uow.releases.decide(decided)


def _recall(uow: UnitOfWork, output: Output, resolution: Resolution) -> None:
    release = uow.releases.get(output.output_id)
    if release is not None and _differs(release, output, resolution):
        uow.releases.recall(output.output_id, resolution.resolved_at)


def _recall_reopened(uow: UnitOfWork, output: Output, resolution: Resolution) -> None:
    """It was approved, and is not any more: what the application was told of it is taken back."""
    release = uow.releases.get(output.output_id)
    if release is not None and _objects(resolution):
        uow.releases.recall(output.output_id, resolution.resolved_at)


def _restore(uow: UnitOfWork, output: Output) -> None:
    """Take a recall back where people say again just what the application was told, in every task that speaks of it.

    A verdict that is only taken back restores nothing: it puts nothing in its place.
    """
    release = uow.releases.get(output.output_id)
    if release is None or release.recalled_at is None:
        return
    # Who recalls it at this moment by another task is waited for, and then what they said is read.
    release = uow.releases.lock(output.output_id) or release
    for task in uow.tasks.of_output(output.output_id):
        resolution = uow.verdicts.resolution(task.task_id) if task.purpose in _SPEAKING else None
        if resolution is None:
            continue
        if task.purpose is Purpose.REVIEW and _differs(release, output, resolution):
            return
        if task.purpose is Purpose.REOPENED and _objects(resolution):
            return
    uow.releases.restore(output.output_id)


def _objects(resolution: Resolution) -> bool:
    """Of an answer that was approved and reopened: whether it is not approved any more."""
    resolved = consensus.live(resolution)
    return resolved is not None and resolved.outcome is not Outcome.APPROVED


def _left_unseen(uow: UnitOfWork, output: Output) -> bool:
    """Whether it left by its risk alone: then even the first resolution can say that it should not have."""
    release = uow.releases.get(output.output_id)
    return release is not None and release.state is ReleaseState.RELEASED


def _differs(release: Release, output: Output, resolution: Resolution) -> bool:
    """Whether the application was told something else than what people now say.

    What left before anybody had decided rests on no verdict: one that is taken back says nothing against it, only a
    decision on another text does.
    """
    if release.state is ReleaseState.HELD:
        return False
    resolved = consensus.live(resolution)
    if release.state in _NOT_VERIFIED:
        return resolved is not None and release.text not in (None, consensus.final_text(output, resolved))
    if resolved is None:
        return True
    return (release.state, release.text) != (gate.STATES[resolution.outcome], consensus.final_text(output, resolution))

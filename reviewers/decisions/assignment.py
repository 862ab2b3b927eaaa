"""Who may decide a task, who settles a dispute, and whose turn it is."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from reviewers.decisions.consensus import current, deciding
from reviewers.errors import NotAReviewer, NotYourTask
from reviewers.model import Output, ReviewTask, Route, TaskState, Verdict


def may_decide(
    output: Output,
    reviewer: str,
    reviewers: Collection[str],
    route_name: str = "",
    *,
    seen_by: Collection[str] = (),
) -> None:
    """Return when this person may decide on this output; raise NotYourTask with the reason when not.

    Nobody reviews what they submitted, nor judges blindly what they have seen decided (`seen_by`, of the task). An
    empty list of reviewers admits every full member; guests, strangers and deactivated people are refused at the edge,
    which alone knows them.
    """
    if output.submitted_by and output.submitted_by == reviewer:
        raise NotYourTask("You sent this answer to review, so someone else decides.")
    if reviewer in seen_by:
        raise NotYourTask("You have seen this answer before, so someone else decides.")
    if reviewers and reviewer not in reviewers:
        raise NotAReviewer(route_name)


def may_settle(task: ReviewTask, output: Output, person: str, route: Route, verdicts: Sequence[Verdict]) -> None:
    """Return when this person may settle a dispute; raise NotYourTask with the reason when not.

    Those of `settlers` may. Where there is none, whoever has not given a verdict may, so that a dispute cannot wait for
    nobody.
    """
    if output.submitted_by and output.submitted_by == person:
        raise NotYourTask("You sent this answer to review, so someone else decides.")
    leads = settlers(task, output, route)
    if leads and person not in leads:
        raise NotYourTask("Reviewers differ on this answer, so a lead decides.")
    if not leads and any(verdict.reviewer == person for verdict in current(verdicts)):
        raise NotYourTask("Your verdict differs from another one, so somebody else decides.")


def settlers(task: ReviewTask, output: Output, route: Route) -> frozenset[str]:
    """The leads of the route and who was asked to settle it, without the one who submitted the output."""
    return frozenset({*route.leads, task.lead} - {"", output.submitted_by})


def choose_lead(route: Route, output: Output, verdicts: Sequence[Verdict], task_id: str) -> str:
    """The lead who settles a dispute; empty when the route names none who may.

    Somebody who has not given a verdict comes first; among equals the task's id decides, so that disputes spread.
    """
    eligible = [lead for lead in route.leads if lead != output.submitted_by]
    voted = {verdict.reviewer for verdict in current(verdicts)}
    fresh = [lead for lead in eligible if lead not in voted] or eligible
    return min(fresh, key=lambda lead: _spread(task_id, lead), default="")


def waits_for(
    task: ReviewTask,
    reviewer: str,
    *,
    reviewers: Collection[str],
    now: datetime,
) -> bool:
    """Whether this open task stands in this person's queue, unless they gave a verdict on it already.

    Not what they submitted or have seen decided; not what somebody else has claimed, or was assigned
    and may still decide in time; not what waits for a batch. Of what they gave to whoever is next, see
    `left_to_others`.
    """
    if task.state is not TaskState.OPEN or task.waits_for_batch or reviewer in (task.submitted_by, *task.seen_by):
        return False
    if reviewers and reviewer not in reviewers:
        return False
    if task.quorum == 1 and task.claimant(now) not in ("", reviewer):
        return False
    in_time = task.due_at is None or now < task.due_at
    return task.assigned_to in ("", reviewer) or not in_time


def gave_away(task: ReviewTask, person: str, now: datetime) -> bool:
    """Whether this person handed the task on, and has neither claimed it nor been given it since."""
    return task.handed_on_by == person and person not in (task.assigned_to, task.claimant(now))


def left_to_others(
    task: ReviewTask,
    person: str,
    verdicts: Sequence[Verdict],
    *,
    reviewers: Collection[str],
    now: datetime,
) -> bool:
    """Whether this person handed this open task on, and it does not need them for now.

    Past its due time it is everybody's again. Until then those who may decide it and have given no verdict, unsure
    included, must be enough for all that may still be asked for: where several decide, one more than the quorum, since
    they may differ. How many people a route without a list has is not known, so there it is left to them only where a
    due time brings it back.

    Args:
        verdicts: all of the task.
        reviewers: of its route; empty: every full member.
    """
    if not gave_away(task, person, now) or (task.due_at is not None and now >= task.due_at):
        return False
    if not reviewers:
        return task.due_at is not None
    refused = {person, task.submitted_by, *task.seen_by, *(verdict.reviewer for verdict in current(verdicts))}
    most = task.quorum + 1 if task.quorum > 1 else 1
    return len(set(reviewers) - refused) >= max(1, most - len(deciding(verdicts)))


def _spread(task_id: str, person: str) -> bytes:
    return hashlib.sha256(f"{task_id}\0{person}".encode()).digest()


def choose_reviewer(able: Sequence[str], output: Output, route: Route, loads: Mapping[str, int], task_id: str) -> str:
    """Who is given this task: among those who know its tags well, else among all, whoever has the least open.

    Among equals the task's id decides, so that no name comes first for being first in the alphabet. Empty when nobody
    is able.
    """
    skilled = [person for person in able if set(route.skills.get(person, ())) & set(output.tags)]
    return min(skilled or able, key=lambda person: (loads.get(person, 0), _spread(task_id, person)), default="")

"""What the decided outputs of two windows cite, and how near sources came to what was asked: read for a digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from reviewers.decisions import digest_causes, digest_sources
from reviewers.decisions.digest_rates import Windows
from reviewers.decisions.digest_sources import Citing
from reviewers.model.digest import Finding, State, Window
from reviewers.model.digest_parts import Sources
from reviewers.model.sources import DocumentChange
from reviewers.ports import UnitOfWork
from reviewers.workflow.digest_embeddings import Described
from reviewers.workflow.digest_reading import VIEWS_AT_ONCE, Period, Read
from reviewers.workflow.watch_reading import HISTORY


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedSources:
    """What a week says of sources."""

    sources: Sources
    findings: tuple[Finding, ...]
    changes: tuple[DocumentChange, ...]  # documents that changed in both windows
    watched: bool  # whether a change of a document would be seen: one was, some time


def read(uow: UnitOfWork, route: str, found: Read, described: Described, period: Period) -> CitedSources:
    """The sources of one route's week.

    Args:
        uow: what is stored.
        route: its name; empty: the policy's own.
        found: what was read of the route: its outputs in both windows, and the wrong ones of the week.
        described: what its features came to.
        period: its windows; what was written after its moment is unseen.
    """
    reference, current, as_of = period.reference, period.current, period.as_of
    known = [one for one, _ in uow.source_changes.between(reference.start - HISTORY, current.end, as_of=as_of)]
    changes = tuple(one for one in known if one.changed_at >= reference.start)
    citing = tuple(_citing(uow, found.windows, as_of))
    now, before = described.asked, described.asked_before
    return CitedSources(
        sources=Sources(
            cited=digest_sources.cited(citing),
            without=now.without,
            asked=now.asked,
            without_before=before.without,
            asked_before=before.asked,
            changed=digest_sources.changed(
                [one for one in changes if one.changed_at >= current.start], _reopened(uow, route, current, as_of)
            ),
        ),
        findings=tuple(_shown(one, found) for one in digest_sources.findings(citing)),
        changes=changes,
        watched=bool(known),
    )


def _reopened(uow: UnitOfWork, route: str, current: Window, as_of: datetime) -> Counter[str]:
    """By change: the route's answers that people are asked about again."""
    looks = uow.tasks.looks(current.start)
    return Counter(one.change_id for one in looks if one.change_id and one.route == route and one.created_at <= as_of)


def _citing(uow: UnitOfWork, windows: Windows, as_of: datetime) -> Iterator[Citing]:
    """Every decided output of both windows; the texts of at most 200 are in memory together."""
    outputs = windows.outputs
    inside = (windows.now | windows.before)[outputs.reviewed]
    decided = {
        outputs.task_ids[at]: (bool(outputs.wrong[at]), bool(windows.now[outputs.reviewed[at]]))
        for at in np.flatnonzero(inside)
    }
    tasks = sorted(decided)
    for start in range(0, len(tasks), VIEWS_AT_ONCE):
        for view in uow.tasks.views(tasks[start : start + VIEWS_AT_ONCE], as_of=as_of):
            wrong, is_current = decided[view.task.task_id]
            yield Citing(sources=digest_sources.of_view(view), wrong=wrong, current=is_current)


def _shown(finding: Finding, found: Read) -> Finding:
    """One that may be told has outputs that show it."""
    if finding.state is not State.DRIFT:
        return finding
    views = [view for view in found.wrong if digest_sources.cites(view, finding)]
    return replace(finding, examples=digest_causes.examples(views))

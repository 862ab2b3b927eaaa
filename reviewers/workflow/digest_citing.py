"""What the decided outputs of two windows cite, and how near sources came to what was asked: read for a digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from reviewers.decisions import digest_causes, digest_sources
from reviewers.decisions.digest_rates import Windows
from reviewers.decisions.digest_sources import Citing
from reviewers.model.digest import Finding, State, Window
from reviewers.model.digest_parts import Sources
from reviewers.ports import UnitOfWork
from reviewers.workflow.digest_reading import VIEWS_AT_ONCE, Read


@dataclass(frozen=True, kw_only=True, slots=True)
class CitedSources:
    """What a week says of sources."""

    sources: Sources
    findings: tuple[Finding, ...]


def read(uow: UnitOfWork, route: str, found: Read, reference: Window, current: Window) -> CitedSources:
    """The sources of one route's week.

    Args:
        uow: what is stored.
        route: its name; empty: the policy's own.
        found: what was read of the route: its outputs in both windows, and the wrong ones of the week.
        reference: the window before.
        current: the window that is told.
    """
    citing = tuple(_citing(uow, found.windows))
    now, before = (
        digest_sources.asked(uow.features.blocks(one.start, one.end, route=route)) for one in (current, reference)
    )
    return CitedSources(
        sources=Sources(
            cited=digest_sources.cited(citing),
            without=now.without,
            asked=now.asked,
            without_before=before.without,
            asked_before=before.asked,
        ),
        findings=tuple(_shown(one, found) for one in digest_sources.findings(citing)),
    )


def _citing(uow: UnitOfWork, windows: Windows) -> Iterator[Citing]:
    """Every decided output of both windows; the texts of at most 200 are in memory together."""
    outputs = windows.outputs
    inside = (windows.now | windows.before)[outputs.reviewed]
    decided = {
        outputs.task_ids[at]: (bool(outputs.wrong[at]), bool(windows.now[outputs.reviewed[at]]))
        for at in np.flatnonzero(inside)
    }
    tasks = sorted(decided)
    for start in range(0, len(tasks), VIEWS_AT_ONCE):
        for view in uow.tasks.views(tasks[start : start + VIEWS_AT_ONCE]):
            wrong, is_current = decided[view.task.task_id]
            yield Citing(sources=digest_sources.of_view(view), wrong=wrong, current=is_current)


def _shown(finding: Finding, found: Read) -> Finding:
    """One that may be told has outputs that show it."""
    if finding.state is not State.DRIFT:
        return finding
    views = [view for view in found.wrong if digest_sources.cites(view, finding)]
    return replace(finding, examples=digest_causes.examples(views))

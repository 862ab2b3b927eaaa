"""What verdicts say of reviewers, gathered: for the person and for the leads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviewers.decisions import agreement, double_review, opinions, own_figures
from reviewers.decisions.agreement import AllAlike, Alpha
from reviewers.decisions.own_figures import PERIOD, WEEK, Concern, OwnFigures
from reviewers.decisions.reviewer_errors import Panel
from reviewers.decisions.too_few import TooFew
from reviewers.model import Reviewed, TaskView
from reviewers.ports import Clock, Store
from reviewers.workflow.remembering import Remembered

KEPT_SECONDS = 300.0  # for which what was read of everybody is kept: Home is opened more often than figures move


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lately:
    """Everybody's verdicts of five weeks, and what those of the last four say of reviewers."""

    reviewed: tuple[Reviewed, ...]
    recent: tuple[Reviewed, ...]
    panel: Panel


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewerDesk:
    """Reads what was reviewed; writes nothing."""

    store: Store
    clock: Clock
    kept: Remembered[_Lately] = field(default_factory=Remembered)

    def own(self, reviewer: str) -> OwnFigures:
        """One person's last four weeks, as of a few minutes ago."""
        read = self._lately()
        return own_figures.own_figures(read.recent, reviewer, read.panel)

    def agreement(self, routes: Collection[str]) -> Alpha | AllAlike | TooFew:
        """How far those who reviewed for these routes agree, over the last four weeks."""
        return agreement.alpha(opinions.units(one for one in self._lately().recent if one.route in routes))

    def concerns(self, routes: Collection[str]) -> list[Concern]:
        """What the leads of these routes may hear of those who reviewed there."""
        read = self._lately()
        people = sorted({one.reviewer for one in read.recent if one.route in routes})
        return own_figures.concerns(read.reviewed, people, self.clock.now()) if people else []

    def disagreeing(self, routes: Collection[str], limit: int) -> tuple[int, list[TaskView]]:
        """How many outputs of the last week have second looks against their decision, and the newest of them."""
        now = self.clock.now()
        with self.store.read() as uow:
            by_route = opinions.decided(uow.tasks.reviewed(now - WEEK, now), uow.tasks.looks(now - WEEK))
            decided = [one for name in routes for one in by_route.get(name, [])]
            against = sorted(filter(double_review.disagrees, decided), key=lambda one: one.resolved_at, reverse=True)
            tasks = [uow.tasks.for_output(one.output_id) for one in against[:limit]]
            return len(against), uow.tasks.views([task.task_id for task in tasks if task is not None])

    def _lately(self) -> _Lately:
        now = self.clock.now()
        kept = self.kept.get("everybody", now)
        if kept is None:
            with self.store.read() as uow:
                reviewed = uow.tasks.reviewed(now - PERIOD - WEEK, now)
            recent = _since(reviewed, now - PERIOD)
            kept = _Lately(reviewed=tuple(reviewed), recent=recent, panel=own_figures.panel_of(recent))
            self.kept.keep("everybody", kept, until=now + timedelta(seconds=KEPT_SECONDS))
        return kept


def _since(reviewed: Sequence[Reviewed], since: datetime) -> tuple[Reviewed, ...]:
    return tuple(one for one in reviewed if one.recorded_at >= since)

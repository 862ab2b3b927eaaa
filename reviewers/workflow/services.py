"""The use cases in one hand: what the edges are given by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from reviewers.ports import Clock, Ids, Metrics, Policies, Store
from reviewers.workflow.datasets import DatasetBuilder
from reviewers.workflow.intake import Intake
from reviewers.workflow.queue import ReviewQueue
from reviewers.workflow.release import ReleaseDesk
from reviewers.workflow.verdicts import VerdictDesk


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """What every process has; scoring and publishing are built only where they run."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    policies: Policies
    intake: Intake
    verdicts: VerdictDesk
    queue: ReviewQueue
    release: ReleaseDesk
    datasets: DatasetBuilder

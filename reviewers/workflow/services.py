"""The use cases in one hand: what the edges are given by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reviewers.decisions.weeks import WeekTime
from reviewers.model.prices import Price
from reviewers.model.telling import Receiver
from reviewers.ports import Clock, DatasetFiles, Directory, Ids, Metrics, Policies, Store
from reviewers.workflow.assigning import Assigner
from reviewers.workflow.batching import Batcher
from reviewers.workflow.checking import CheckDesk
from reviewers.workflow.datasets import DatasetBuilder
from reviewers.workflow.digest_answers import DigestAnswerDesk
from reviewers.workflow.digest_shelf import DigestShelf
from reviewers.workflow.intake import Intake
from reviewers.workflow.judgement import JudgementDesk
from reviewers.workflow.learning import RiskLearner
from reviewers.workflow.overflow import QueueCutter
from reviewers.workflow.permissions import Permissions
from reviewers.workflow.planning import Planner
from reviewers.workflow.preferences import PreferenceDesk
from reviewers.workflow.queue import ReviewQueue
from reviewers.workflow.release import ReleaseDesk
from reviewers.workflow.reminding import ReminderDesk
from reviewers.workflow.replies import ReplyDesk
from reviewers.workflow.reports import Reports
from reviewers.workflow.retraining_answers import RetrainingDesk
from reviewers.workflow.reviewer_figures import ReviewerDesk
from reviewers.workflow.routes import RouteDesk
from reviewers.workflow.second_looks import SecondLooks
from reviewers.workflow.source_changes import ChangeDesk, Reopener
from reviewers.workflow.sweeping import TaskSweeper
from reviewers.workflow.verdicts import VerdictDesk
from reviewers.workflow.watching import WatchKeeper
from reviewers.workflow.weekly import MONDAY_MORNING, WeeklyDesk

if TYPE_CHECKING:
    from reviewers.workflow.digesting import DigestDesk

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """What every process has; scoring and publishing are built only where they run."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    policies: Policies
    permissions: Permissions
    intake: Intake
    verdicts: VerdictDesk
    queue: ReviewQueue
    release: ReleaseDesk
    datasets: DatasetBuilder
    reminders: ReminderDesk
    preferences: PreferenceDesk
    reports: Reports
    judgement: JudgementDesk
    checks: CheckDesk
    routes: RouteDesk
    replies: ReplyDesk
    planner: Planner
    cutter: QueueCutter
    reviewers: ReviewerDesk
    weekly: WeeklyDesk
    watches: WatchKeeper
    receivers: tuple[Receiver, ...] = ()  # who is told that a training is wanted
    prices: tuple[Price, ...] = ()  # of tokens

    @property
    def digests(self) -> DigestDesk:
        """Loaded when it is asked for: its tests bring scipy.stats, a fifth of the memory of a web process."""
        return _digest_desk(self.store, self.clock, self.policies, self.prices)

    def shelf(self, zone: ZoneInfo) -> DigestShelf:
        """Digests on request, with weeks as they are in this zone."""
        return DigestShelf(
            store=self.store, clock=self.clock, policies=self.policies, desk=lambda: self.digests, zone=zone
        )

    @property
    def digest_answers(self) -> DigestAnswerDesk:
        """What people answer to digests."""
        return DigestAnswerDesk(store=self.store, clock=self.clock, ids=self.ids)

    @property
    def retraining(self) -> RetrainingDesk:
        """What leads answer to a suggestion to retrain."""
        return RetrainingDesk(
            store=self.store,
            clock=self.clock,
            ids=self.ids,
            policies=self.policies,
            datasets=self.datasets,
            receivers=self.receivers,
        )

    @property
    def sweeps(self) -> Mapping[str, tuple[float, Callable[[], int]]]:
        """What the clock runs, by name: how many seconds lie between two runs, and the run."""
        store, clock = self.store, self.clock
        return {
            "releases": (1.0, self.release.sweep),  # a held output times out at most this late
            "tasks": (5.0, TaskSweeper(store=store, clock=clock, metrics=self.metrics).sweep),
            "batches": (5.0, Batcher(store=store, clock=clock).sweep),
            "assignments": (5.0, Assigner(store=store, clock=clock, permissions=self.permissions).sweep),
            "second_looks": (300.0, self._second_looks().sweep),
            "sources": (60.0, self._reopener().sweep),  # approved answers whose source says something else now
            "notices": (15.0, self.reminders.sweep),
            "queues": (60.0, self.cutter.sweep),
            "plans": (60.0, self.planner.sweep),  # hourly, and at once under another policy
            "judgements": (300.0, self.judgement.sweep),  # what readers are told; each guarantee once a week
            "risk": (600.0, RiskLearner(store=store, clock=clock, metrics=self.metrics).sweep),  # once a day
            "watches": (120.0, self.watches.sweep),  # a change is told within minutes of the review that confirms it
            "digests": (60.0, self.weekly.sweep),  # once a week; what was missed while no clock ran is caught up
            "events": (3600.0, self.replies.sweep),  # what is kept for two days goes within the hour, replies or not
        }

    @property
    def changes(self) -> ChangeDesk:
        """Where it is noted that a document says something else."""
        return ChangeDesk(store=self.store, clock=self.clock, metrics=self.metrics)

    def _reopener(self) -> Reopener:
        return Reopener(
            store=self.store, clock=self.clock, ids=self.ids, metrics=self.metrics, permissions=self.permissions
        )

    def _second_looks(self) -> SecondLooks:
        return SecondLooks(
            store=self.store, clock=self.clock, ids=self.ids, metrics=self.metrics, permissions=self.permissions
        )


def make_services(
    *,
    store: Store,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
    policies: Policies,
    directory: Directory,
    files: DatasetFiles,
    channel: str,
    zone: ZoneInfo = UTC,
    digest_at: WeekTime = MONDAY_MORNING,
    digest_channel: str = "",
    receivers: tuple[Receiver, ...] = (),
    prices: tuple[Price, ...] = (),
) -> Services:
    """The use cases over these adapters.

    `channel` is where cards go when the policy names none; weeks begin in `zone`, and are told at `digest_at` of the
    next one, in `digest_channel` or where the cards of each route go; `receivers` are told that a training is wanted;
    `prices` are of tokens, for what a digest says of cost.
    """
    permissions = Permissions(policies=policies, directory=directory)
    judgement = JudgementDesk(store=store, clock=clock, policies=policies)
    intake = Intake(store=store, policies=policies, metrics=metrics)
    verdicts = VerdictDesk(store=store, clock=clock, ids=ids, metrics=metrics, permissions=permissions)
    return Services(
        store=store,
        clock=clock,
        ids=ids,
        metrics=metrics,
        policies=policies,
        permissions=permissions,
        intake=intake,
        verdicts=verdicts,
        queue=ReviewQueue(store=store, clock=clock, permissions=permissions),
        release=ReleaseDesk(store=store, clock=clock, metrics=metrics),
        datasets=DatasetBuilder(store=store, files=files, clock=clock),
        reminders=ReminderDesk(store=store, clock=clock, permissions=permissions),
        preferences=PreferenceDesk(store=store, clock=clock),
        reports=Reports(store=store, clock=clock, policies=policies, judgement=judgement),
        judgement=judgement,
        checks=CheckDesk(store=store, clock=clock, ids=ids, policies=policies, intake=intake, channel=channel),
        routes=RouteDesk(store=store, clock=clock, ids=ids, policies=policies),
        replies=ReplyDesk(store=store, clock=clock, metrics=metrics, verdicts=verdicts),
        reviewers=ReviewerDesk(store=store, clock=clock),
        cutter=QueueCutter(store=store, clock=clock, metrics=metrics, policies=policies),
        planner=Planner(store=store, clock=clock, ids=ids, metrics=metrics, policies=policies),
        weekly=WeeklyDesk(
            store=store,
            clock=clock,
            metrics=metrics,
            policies=policies,
            desk=lambda: _digest_desk(store, clock, policies, prices),
            zone=zone,
            at=digest_at,
            channel=digest_channel,
            review_channel=channel,
        ),
        watches=WatchKeeper(
            store=store,
            clock=clock,
            metrics=metrics,
            policies=policies,
            zone=zone,
            channel=digest_channel,
            review_channel=channel,
        ),
        receivers=receivers,
        prices=prices,
    )


def _digest_desk(store: Store, clock: Clock, policies: Policies, prices: tuple[Price, ...]) -> DigestDesk:
    from reviewers.workflow.digesting import DigestDesk

    return DigestDesk(store=store, clock=clock, policies=policies, prices=prices)

"""The risk learns: once a day from the verdicts of earlier weeks; and every worker reads with what was learned last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Lock

from reviewers.decisions import figures, risk
from reviewers.decisions.risk import PRIOR, Judged
from reviewers.model import Risk, RiskModel, Score
from reviewers.ports import Clock, Metrics, Store, UnitOfWork

WEEKS = 8  # of verdicts: our choice, since older ones are of other prompts, sources and models
DAY = timedelta(days=1)
LEASE = "risk_learning"
AGAIN_SECONDS = 3600.0  # until the next try after one that failed


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskLearner:
    """Part of the clock's sweep."""

    store: Store
    clock: Clock
    metrics: Metrics

    def sweep(self) -> int:
        """Learn at the first call of a day (UTC); returns 1 when something new was learned, else 0.

        A try that fails is made again within the hour.
        """
        now = self.clock.now()
        tomorrow = datetime.combine(now.astimezone(UTC).date() + DAY, time(), UTC)
        this_try = now.isoformat()  # nobody takes the lease twice by the same name
        if not self.store.lease(LEASE, this_try, now=now, seconds=(tomorrow - now).total_seconds()):
            return 0
        try:
            return int(self.learn() is not None)
        except Exception:
            self.store.lease(LEASE, this_try, now=now, seconds=AGAIN_SECONDS)
            raise

    def learn(self) -> RiskModel | None:
        """Fit on the verdicts of the weeks before this one, and store what differs from the newest model.

        Without verdicts in those weeks everything stays as it is.
        """
        now = self.clock.now()
        this_week = start_of_week(now)
        with self.store.read() as uow:
            newest = uow.risk_models.newest()
            history = _history(uow, this_week - timedelta(weeks=WEEKS), this_week)

        learned = risk.fit(history, before=this_week)
        if learned.verdicts == 0 or (newest is not None and newest.version == learned.version):
            return None

        with self.store.begin() as uow:
            uow.risk_models.add(learned, at=self.clock.now())  # not when learning began: nobody saw it until now
        self.metrics.count("risk_models_learned", kind=learned.kind.value)
        return learned


class CurrentRisk:
    """The newest risk model, read from the store only after something was committed there; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._marker: object = None
        self._model: RiskModel | None = None

    def model(self) -> RiskModel:
        """The prior until something was learned."""
        with self._lock:
            marker = self._store.change_marker()  # before the model: a commit in between is then seen the next time
            if self._model is None or marker != self._marker:
                with self._store.read() as uow:
                    self._model = uow.risk_models.newest() or PRIOR
                self._marker = marker
            return self._model

    def assess(self, scores: Sequence[Score]) -> Risk:
        """The risk by the newest model."""
        return risk.assess(scores, self.model())


def start_of_week(now: datetime) -> datetime:
    """Monday, 0:00 UTC, of the ISO week of this moment."""
    today = now.astimezone(UTC).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), UTC)


def _history(uow: UnitOfWork, since: datetime, until: datetime) -> list[Judged]:
    """What was drawn and decided in [since, until), the outputs that came first at the front.

    An output on which a scorer failed is left out: what it lacks says nothing about it.
    """
    reviewed = [
        one
        for one in figures.decided(uow.tasks.reviewed(since, until))
        if one.resolved_at is not None and one.resolved_at < until
    ]
    scores = uow.assessments.scores([one.output_id for one in reviewed])
    return [
        Judged(
            group=one.output_id,
            scores=scores[one.output_id],
            wrong=one.outcome in figures.WRONG,
            chance=one.inclusion_probability,
        )
        for one in sorted(reviewed, key=lambda one: (one.received_at, one.output_id))
        if one.output_id in scores
    ]

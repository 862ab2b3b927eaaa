"""Score outputs that wait, and select in the same step: claims, passages, scores, risk, decision, task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from reviewers.decisions import sampling
from reviewers.decisions.sampling import Terms
from reviewers.errors import Unavailable
from reviewers.model import Assessment, Output, Policy, Risk, SamplingDecision, Score
from reviewers.model.features import OutputFeatures
from reviewers.ports import Clock, Evidence, Ids, Metrics, Policies, Scorer, Store, UnitOfWork
from reviewers.workflow.proven import let_go
from reviewers.workflow.review import open_task
from reviewers.workflow.terms import terms_now

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A part that failed on one output, in words without any of the output's text."""

    said: str


class Describe(Protocol):
    """What is computed once of each output, for digests."""

    def __call__(self, outputs: Sequence[Output], assessments: Sequence[Assessment]) -> list[OutputFeatures]: ...


class Reader(Protocol):
    """Splits outputs into claims, finds passages for each and reads them."""

    def read(self, outputs: Sequence[Output], *, with_index: bool = True) -> list[Evidence]:
        """One Evidence an output. Raises Unavailable when the index is asked and does not answer."""

    def documents(self) -> int:
        """How many documents the index holds. Raises Unavailable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoringStep:
    """One worker's step. Models run outside the transaction; what they say is stored with the decision in one."""

    store: Store
    clock: Clock
    ids: Ids
    metrics: Metrics
    policies: Policies
    channel: str  # where cards go when the policy names none
    reader: Reader
    scorers: tuple[Scorer, ...]
    assess: Callable[[Sequence[Score]], Risk]
    report: Callable[[str, Exception], None]  # where an operator reads the whole error
    worker: str
    describe: Describe | None = None  # what digests compare of outputs; None: nothing is kept of that
    batch_size: int = 32
    lease_seconds: float = 300.0  # longer than a batch takes on a slow CPU; a dead worker's batch waits this long

    def score_batch(self) -> int:
        """Score and select up to `batch_size` outputs; returns how many, 0 when none waits."""
        with self.store.begin() as uow:
            outputs = uow.outputs.claim_unscored(
                limit=self.batch_size, now=self.clock.now(), lease_seconds=self.lease_seconds, worker=self.worker
            )
        if not outputs:
            return 0

        assessments, policy = self.read(outputs), self.policies.current()
        features = self.describe(outputs, assessments) if self.describe is not None else []
        with self.store.begin() as uow:
            self.keep(uow, outputs, assessments, policy)
            uow.features.add(features)
        self.metrics.count("outputs_scored", len(outputs))
        return len(outputs)

    def keep(
        self, uow: UnitOfWork, outputs: Sequence[Output], assessments: Sequence[Assessment], policy: Policy
    ) -> None:
        """Store what the machine says of stored outputs, with the decisions, and open the tasks of those selected.

        Held ones that may leave at once are let go first: then nobody waits for them, and the draw takes them or not.
        """
        left = let_go(uow, outputs, assessments, policy, metrics=self.metrics, now=self.clock.now())
        terms = replace(terms_now(uow, policy), let_go=left)
        decisions = [
            self._decide(output, assessment.risk, terms)
            for output, assessment in zip(outputs, assessments, strict=True)
        ]
        self._apply(uow, outputs, assessments, decisions, policy)

    def read(self, outputs: Sequence[Output]) -> list[Assessment]:
        """What the machine says of these outputs, in order, stored nowhere."""
        read = self._each("reader", self._read, outputs)
        evidence = [one for one in read if isinstance(one, Evidence)]
        scores: dict[str, list[Score]] = {one.output.output_id: [] for one in evidence}
        failures = {
            output.output_id: one for output, one in zip(outputs, read, strict=True) if isinstance(one, Failure)
        }
        for scorer in self.scorers:
            for one, score in zip(evidence, self._each(scorer.name, scorer.score, evidence), strict=True):
                if isinstance(score, Failure):
                    failures.setdefault(one.output.output_id, score)
                elif score is not None:
                    scores[one.output.output_id].append(score)
        readings = {one.output.output_id: one.readings for one in evidence}
        now, documents = self.clock.now(), self._documents() if evidence else 0
        return [
            Assessment(
                output_id=output.output_id,
                readings=readings.get(output.output_id, ()),
                scores=tuple(scores.get(output.output_id, ())),
                risk=None if output.output_id in failures else self.assess(scores[output.output_id]),
                failure=failures[output.output_id].said if output.output_id in failures else "",
                documents_searched=documents,
                assessed_at=now,
            )
            for output in outputs
        ]

    def _read(self, outputs: Sequence[Output]) -> list[Evidence]:
        """Read the batch; while the index is down, only outputs that brought passages of their own can be read."""
        try:
            return self.reader.read(outputs)
        except Unavailable:
            if not all(output.passages for output in outputs):
                raise
            self.metrics.count("read_without_index", len(outputs))
            return self.reader.read(outputs, with_index=False)

    def _documents(self) -> int:
        """How many documents were searched: 0 while the index is down."""
        try:
            return self.reader.documents()
        except Unavailable:
            return 0

    def _each(
        self, part: str, step: Callable[[Sequence[In]], Sequence[Out]], batch: Sequence[In]
    ) -> list[Out | Failure]:
        """Run a step on the batch; when it fails, on each item alone, so that one bad output spoils no other."""
        if not batch:
            return []
        try:
            results = list(step(batch))
            if len(results) != len(batch):
                raise ValueError(f"{len(results)} results for {len(batch)} outputs")
            return list(results)
        except Exception as error:  # noqa: BLE001 - whatever a model raises leaves outputs unscored, and is counted
            if len(batch) > 1:
                return [result for item in batch for result in self._each(part, step, [item])]
            self.metrics.count("scorer_failed", len(batch), scorer=part)
            self.report(part, error)
            said = str(error) if isinstance(error, Unavailable) else type(error).__name__
            return [Failure(said=f"{part}: {said}") for _ in batch]

    def _decide(self, output: Output, risk: Risk | None, terms: Terms) -> SamplingDecision:
        draw = sampling.stable_draw(output.output_id, terms.policy.version)
        return sampling.decide(output, risk, terms, draw=draw, now=self.clock.now())

    def _apply(
        self,
        uow: UnitOfWork,
        outputs: Sequence[Output],
        assessments: Sequence[Assessment],
        decisions: Sequence[SamplingDecision],
        policy: Policy,
    ) -> None:
        uow.assessments.add(assessments)
        uow.decisions.add(decisions)
        for output, assessment, decided in zip(outputs, assessments, decisions, strict=True):
            # Where a lease ran out, another worker may have decided before, on another risk: the stored one counts.
            decision = uow.decisions.get(output.output_id) if decided.selected else decided
            if decision is not None and decision.selected:
                open_task(
                    uow,
                    output,
                    decision,
                    assessment,
                    policy,
                    task_id=self.ids.new("t"),
                    channel=self.channel,
                )

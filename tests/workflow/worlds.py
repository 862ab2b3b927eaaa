"""A whole small world in memory: store, clock, ids, use cases, and a Slack that can misbehave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reviewers.decisions.routing import FixedPolicies
from reviewers.errors import OutcomeUnknown, Refused, Unavailable
from reviewers.model import Notice, Output, Policy, Posting, Risk, Score, TaskView
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestMessage, DigestMessageKind, Receiver, WebhookEvent
from reviewers.ports import Counts, Evidence, Store, UnitOfWork
from reviewers.workflow.digest_publish import DigestPublisher
from reviewers.workflow.event_publish import EventPublisher
from reviewers.workflow.publish import CardPublisher
from reviewers.workflow.scoring import ScoringStep
from reviewers.workflow.services import make_services
from storage.datasets import FolderFiles
from tests.builders import NOON, readings
from tests.directory import FixedDirectory
from tests.fakes import CountingIds, FixedClock, MemoryStore


class BreakingStore(MemoryStore):
    """Loses its connection at the end of one writing transaction, and is there again for the next."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks_in = 0  # writing transactions, that one included; 0: it does not

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with super().begin() as uow:
            yield uow
            self.breaks_in -= 1
            if self.breaks_in == 0:
                raise Unavailable("The database does not answer.")


class CountedMetrics:
    """Metrics that a test can read."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        self.counts[name, tuple(sorted(labels.items()))] += amount

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        return None

    def exposition(self, counts: Counts | None) -> bytes:
        return b""

    def of(self, name: str, **labels: str) -> int:
        return self.counts[name, tuple(sorted(labels.items()))]


class FixedReader:
    """Finds the builders' three claims in an output, all where it has none of them; fails on outputs with a bad id."""

    def read(self, outputs: Sequence[Output], *, with_index: bool = True) -> list[Evidence]:
        if any(output.output_id.startswith("bad") for output in outputs):
            raise ValueError("the text of an output must not stand in a log")
        return [self._evidence(output) for output in outputs]

    def _evidence(self, output: Output) -> Evidence:
        found = tuple(one for one in readings() if one.claim.text in output.completion) or readings()
        return Evidence(
            output=output,
            claims=tuple(one.claim for one in found),
            passages=tuple(one.passages for one in found),
            readings=found,
        )

    def documents(self) -> int:
        return 312


@dataclass
class FixedScorer:
    """Gives every output the same value; raises `fault` when it is set."""

    value: float = 0.6
    fault: Exception | None = None
    name: str = "fixed"
    version: str = "1"

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        if self.fault:
            raise self.fault
        return [
            Score(
                output_id=e.output.output_id,
                scorer=self.name,
                version=self.version,
                value=self.value,
                explanation="Fixed.",
            )
            for e in batch
        ]


def risk_of(scores: Sequence[Score]) -> Risk:
    return Risk(
        probability=scores[0].value, model_version="fixed-1", verdicts_learned_from=0, scores_used=(scores[0].scorer,)
    )


@dataclass
class ScriptedSlack:
    """A Messenger that keeps what was posted; `script` holds faults to raise, or "lost" to post and then not answer."""

    clock: FixedClock
    posted: list[tuple[str, int]] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    told: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)  # notice, recipient, tasks
    retold: list[str] = field(default_factory=list)
    looked: int = 0
    seconds: float = 0  # how long a post takes
    script: list[Exception | str] = field(default_factory=list)

    def post_card(self, views: Sequence[TaskView], *, attempt: int) -> Posting:
        view = views[0]
        fault = self.script.pop(0) if self.script else None
        if isinstance(fault, Exception):
            raise fault
        self.posted.append((view.task.task_id, attempt))
        self.clock.advance(self.seconds)
        if fault == "lost":
            from reviewers.errors import OutcomeUnknown

            raise OutcomeUnknown("the answer was lost")
        if fault == "killed":
            raise KeyboardInterrupt
        return self._posting(view)

    def _posting(self, view: TaskView) -> Posting:
        return Posting(channel=view.task.channel, ts=f"ts-of-{view.task.task_id}")

    def find_card(self, view: TaskView, *, since: datetime) -> Posting | None:
        self.looked += 1
        return self._posting(view) if any(task == view.task.task_id for task, _ in self.posted) else None

    def update_card(self, views: Sequence[TaskView]) -> None:
        fault = self.script.pop(0) if self.script else None
        if isinstance(fault, Exception):
            raise fault
        self.updated.append(views[0].task.task_id)

    def post_notice(self, notice: Notice, views: Sequence[TaskView], *, attempt: int) -> Posting:
        fault = self.script.pop(0) if self.script else None
        if isinstance(fault, Exception):
            raise fault
        self.told.append((notice.notice_id, notice.recipient, notice.task_ids))
        if fault == "lost":
            from reviewers.errors import OutcomeUnknown

            raise OutcomeUnknown("the answer was lost")
        return Posting(channel=f"D{notice.recipient[1:]}", ts=f"ts-of-{notice.notice_id}")

    def find_notice(self, notice: Notice, *, since: datetime) -> Posting | None:
        self.looked += 1
        told = any(notice_id == notice.notice_id for notice_id, _, _ in self.told)
        return Posting(channel=f"D{notice.recipient[1:]}", ts=f"ts-of-{notice.notice_id}") if told else None

    def update_notice(self, notice: Notice, views: Sequence[TaskView]) -> None:
        fault = self.script.pop(0) if self.script else None
        if isinstance(fault, Exception):
            raise fault
        self.retold.append(notice.notice_id)


@dataclass(kw_only=True)
class ScriptedDigests:
    """Slack, as far as digests go: two details each, one picture in the digest itself; it can misbehave."""

    posted: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)  # message, thread, pictures
    uploads: list[str] = field(default_factory=list)
    looks_until_ready: int = 0
    lose_answers: int = 0  # of the next posts: they take effect and nobody hears of it
    refuse_uploads: bool = False

    def details(self, digest: Digest) -> int:
        return 2

    def pictures(self, message: DigestMessage, digests: Sequence[Digest]) -> tuple[str, ...]:
        return ("error-rate",) if message.kind is DigestMessageKind.ROUTE else ()

    def upload(self, digest: Digest, picture: str) -> str:
        if self.refuse_uploads:
            raise Refused("file_uploads_disabled")
        self.uploads.append(picture)
        return f"F{len(self.uploads)}"

    def is_ready(self, file_id: str) -> bool:
        self.looks_until_ready -= 1
        return self.looks_until_ready < 0

    def post_digest(
        self,
        message: DigestMessage,
        digests: Sequence[Digest],
        root: DigestMessage | None,
        *,
        files: Mapping[str, str],
        attempt: int,
    ) -> Posting:
        self.posted.append((message.message_id, root.ts if root else "", tuple(files.values())))
        if self.lose_answers:
            self.lose_answers -= 1
            raise OutcomeUnknown("Slack did not answer")
        return Posting(channel=message.recipient, ts=f"{len(self.posted)}.0")

    def find_digest(self, message: DigestMessage, root: DigestMessage | None, *, since: datetime) -> Posting | None:
        for place, (message_id, _, _) in enumerate(self.posted, start=1):
            if message_id == message.message_id:
                return Posting(channel=message.recipient, ts=f"{place}.0")
        return None


@dataclass(kw_only=True)
class ScriptedSink:
    """A program that is told of events and keeps them; `script` holds faults to raise first."""

    told: list[WebhookEvent] = field(default_factory=list)
    script: list[Exception] = field(default_factory=list)

    def tell(self, event: WebhookEvent, *, at: datetime) -> None:
        if self.script:
            raise self.script.pop(0)
        self.told.append(event)


class World:
    """All use cases over one store."""

    def __init__(self, store: Store | None = None, *, ids: CountingIds | None = None, **policy: Any) -> None:
        self.store: Store = store or MemoryStore()
        self.clock = FixedClock(NOON)
        self.ids = ids or CountingIds()
        self.metrics = CountedMetrics()
        settings: dict[str, Any] = {"version": "policy-1", "risk_threshold": 0.4, "unmarked_rate": 0.0} | policy
        self.policies = FixedPolicies(policy=Policy(**settings))
        self.directory = FixedDirectory()
        self.scorer = FixedScorer()
        self.slack = ScriptedSlack(self.clock)
        self.digests_in_slack = ScriptedDigests()
        self.sinks = {receiver: ScriptedSink() for receiver in Receiver}
        self.reports: list[tuple[str, Exception]] = []
        self.services = make_services(
            store=self.store,
            clock=self.clock,
            ids=self.ids,
            metrics=self.metrics,
            policies=self.policies,
            directory=self.directory,
            files=FolderFiles(),
            channel="C0REVIEW",
        )
        self.intake, self.release = self.services.intake, self.services.release
        self.verdicts, self.queue = self.services.verdicts, self.services.queue
        self.permissions = self.services.permissions
        self.scoring = ScoringStep(
            store=self.store,
            clock=self.clock,
            ids=self.ids,
            metrics=self.metrics,
            policies=self.policies,
            channel="C0REVIEW",
            reader=FixedReader(),
            scorers=(self.scorer,),
            assess=risk_of,
            report=lambda part, error: self.reports.append((part, error)),
            worker="w1",
        )
        self.publisher = self.new_publisher("w1")

    def new_publisher(self, worker: str) -> CardPublisher:
        """Another worker on the same outbox."""
        return CardPublisher(
            store=self.store,
            clock=self.clock,
            metrics=self.metrics,
            messenger=self.slack,
            digests=DigestPublisher(
                store=self.store, clock=self.clock, metrics=self.metrics, messenger=self.digests_in_slack
            ).tell,
            events=EventPublisher(store=self.store, clock=self.clock, metrics=self.metrics, sinks=self.sinks).tell,
            report=lambda part, error: self.reports.append((part, error)),
            worker=worker,
        )

    def bring(self, *outputs: Output) -> list[str]:
        """Receive, score and select; the ids of the tasks that came of it, in the outputs' order."""
        self.intake.receive(outputs)
        while self.scoring.score_batch():
            pass
        tasks = []
        with self.store.read() as uow:
            for output in outputs:
                task = uow.tasks.for_output(output.output_id)
                if task:
                    tasks.append(task.task_id)
        return tasks

    def sweep(self, name: str) -> int:
        """Run what the clock runs under this name."""
        _, run = self.services.sweeps[name]
        return run()

    def deliver(self) -> None:
        """Tell Slack what is due."""
        while self.publisher.deliver_due():
            self.clock.advance(1)

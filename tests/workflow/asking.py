"""A worker's hand on ad-hoc checks with doubles that implement its ports: a scripted model, an index, and a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewers.errors import Unavailable
from reviewers.model import Check, Message, Passage, Posting, TaskView
from reviewers.ports import ChatModel, Clock, Metrics, Policies, Sources, Store
from reviewers.workflow.answering import CheckRunner, CheckScreen, Progress
from reviewers.workflow.scoring import ScoringStep
from tests.builders import COMPLETION, a_passage

NEAR, FAR = 0.8, 0.1  # cosines of a question with a passage about it, and about something else


@dataclass
class ScriptedChat:
    """Says the same to everybody, in pieces; or raises `fault` after the first piece."""

    says: str = COMPLETION
    fault: Exception | None = None
    heard: list[tuple[Message, ...]] = field(default_factory=list)
    name: str = "helpdesk-8b"
    version: str = "3"

    def answer(self, turns: Sequence[Message]) -> Iterator[str]:
        self.heard.append(tuple(turns))
        words = self.says.split(" ")
        yield words[0]
        if self.fault:
            raise self.fault
        yield from (f" {word}" for word in words[1:])


@dataclass
class FixedSources:
    """The fee table, as near to every question as `cosine` says; or down."""

    cosine: float = NEAR
    count: int = 312
    down: bool = False

    def search(self, queries: Sequence[str], *, limit: int) -> list[list[Passage]]:
        if self.down:
            raise Unavailable("The index of sources does not answer. Try again in a while.")
        return [[a_passage()] for _ in queries]

    def documents(self) -> int:
        if self.down:
            raise Unavailable("The index of sources does not answer. Try again in a while.")
        return self.count

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        return [self.cosine for _ in texts]


@dataclass
class RecordingScreen:
    """Direct messages by place; `script` holds faults to raise at the next calls, None to let one pass."""

    messages: dict[str, list[str]] = field(default_factory=dict)  # ts -> what stood there, in order
    owners: dict[str, str] = field(default_factory=dict)  # ts -> the check's id
    answers: list[tuple[Check, TaskView | None]] = field(default_factory=list)
    script: list[BaseException | None] = field(default_factory=list)

    def post(self, check: Check, progress: Progress) -> Posting:
        ts = f"ts-{len(self.messages) + 1}"
        fault = self.script.pop(0) if self.script else None
        if fault is not None and "before" in str(fault):
            raise fault
        self.messages[ts] = [progress.stage.value]
        self.owners[ts] = check.check_id
        if fault is not None:
            raise fault
        return Posting(channel=f"D{check.asked_by[1:]}", ts=ts)

    def find(self, check: Check) -> Posting | None:
        found = next((ts for ts, owner in self.owners.items() if owner == check.check_id), None)
        return Posting(channel=f"D{check.asked_by[1:]}", ts=found) if found else None

    def show_progress(self, check: Check, progress: Progress) -> None:
        self._fail()
        details = [progress.stage.value, *(str(number) for number in (progress.words, progress.claims) if number)]
        self.messages[check.shown_ts].append(" ".join(details))

    def show_answer(self, check: Check, review: TaskView | None) -> None:
        self._fail()
        self.messages[check.shown_ts].append("answer")
        self.answers.append((check, review))

    def _fail(self) -> None:
        fault = self.script.pop(0) if self.script else None
        if fault is not None:
            raise fault


def a_runner(
    *,
    store: Store,
    clock: Clock,
    metrics: Metrics,
    policies: Policies,
    scoring: ScoringStep,
    screen: CheckScreen,
    chat: ChatModel | None = None,
    sources: FixedSources | None = None,
    worker: str = "w1",
    reports: list[tuple[str, Exception]] | None = None,
    **more: Any,
) -> CheckRunner:
    """A runner over these parts; three claims are counted in every text, as the fixed reader finds."""
    index = sources or FixedSources()
    kept = reports if reports is not None else []
    asked: Sources = index
    return CheckRunner(
        store=store,
        clock=clock,
        metrics=metrics,
        policies=policies,
        sources=asked,
        likeness=index.likeness,
        count_claims=lambda text: 3,
        chat=chat or ScriptedChat(),
        scoring=scoring,
        screen=screen,
        report=lambda part, error: kept.append((part, error)),
        worker=worker,
        **more,
    )

"""Do the checks that wait: search, write, hold the claims against the sources, and say in Slack how far it is.

A check is taken with a lease, and each of its steps can be repeated: the message is found again by its metadata, the
answer is stored under the check's own id before anybody sees it, and showing it rewrites the same message. So a check
whose worker died is done by the next one, and answered once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from reviewers.decisions import answering
from reviewers.errors import OutcomeUnknown, Refused, ReviewError, Unavailable, Unready
from reviewers.model import Assessment, Check, CheckKind, Message, Output, Passage, Posting, TaskView
from reviewers.ports import ChatModel, Clock, Metrics, Policies, Received, Sources, Store
from reviewers.workflow.checking import CHECK_KEY, body_hash, review_of
from reviewers.workflow.scoring import ScoringStep

SEARCHED = 6  # passages that the index is asked for
LEASE_SECONDS = 180.0  # longer than a check takes on a slow CPU; that of a dead worker waits this long
WORDS_EVERY = timedelta(seconds=2)  # how often the message says how much is written: Slack takes one change a second
GIVEN_UP = timedelta(hours=1)  # a check that outlives so many workers is not tried again

NO_SOURCES = "There are no sources yet, so there is nothing to answer from. Add some with: whetstone sources add FOLDER"
BROKEN = "Something broke here, and there is no answer. It stands in the log; ask again, or tell who runs Whetstone."
TOO_LATE = "This could not be done within an hour. Ask again."
FROM_SLACK = "text from Slack"  # stands where an output names its model, for a text that a person gave


class Stage(StrEnum):
    """How far a check is."""

    SEARCHING = "searching"
    WRITING = "writing"
    CHECKING = "checking"


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What the one line says that is rewritten."""

    kind: CheckKind
    stage: Stage
    documents: int = 0  # that are searched; 0 where that is not known
    words: int = 0  # that are written so far
    claims: int = 0  # that are checked


class CheckScreen(Protocol):
    """The direct message of a check. All raise RateLimited, OutcomeUnknown, Unready or Refused."""

    def post(self, check: Check, progress: Progress) -> Posting:
        """Post the message to the person who asked."""

    def find(self, check: Check) -> Posting | None:
        """Look whether it was posted."""

    def show_progress(self, check: Check, progress: Progress) -> None:
        """Rewrite the line."""

    def show_answer(self, check: Check, review: TaskView | None) -> None:
        """Put what came of it in the line's place; `review` once people have it before them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckRunner:
    """One worker's hand on the checks; models and Slack are called outside of transactions."""

    store: Store
    clock: Clock
    metrics: Metrics
    policies: Policies
    sources: Sources
    likeness: Callable[[str, Sequence[str]], list[float]]  # cosines of a question and each passage's text
    count_claims: Callable[[str], int]
    chat: ChatModel
    scoring: ScoringStep
    screen: CheckScreen
    report: Callable[[str, Exception], None]  # where an operator reads the whole error
    worker: str
    lease_seconds: float = LEASE_SECONDS

    def run_due(self) -> int:
        """Do the oldest check that waits; 0 when none does."""
        with self.store.begin() as uow:
            due = uow.checks.claim_due(
                limit=1, now=self.clock.now(), lease_seconds=self.lease_seconds, worker=self.worker
            )
        for check in due:
            try:
                self._run(check)
                self.metrics.count("checks_done", kind=check.kind.value)
            except Unavailable as error:  # Slack; the lease ends, and the check is taken again
                self.metrics.count("checks_put_off", kind=check.kind.value)
                self.report("checks", error)
        return len(due)

    def _run(self, check: Check) -> None:
        if check.finished_at is None and self.clock.now() - check.asked_at > GIVEN_UP:
            check = replace(check, failure=check.failure or TOO_LATE)
        try:
            check = self._placed(check)
            if check.output is None and not check.failure:
                check = self._done(check)
            self.screen.show_answer(check, self._review(check))
        except (Refused, Unready) as error:
            if isinstance(error, Unready) and not self._is_old(check):
                raise  # people repair it
            self.report("checks", error)  # this person cannot be written to, or took the message away
        self._keep(replace(check, finished_at=self.clock.now()))

    def _is_old(self, check: Check) -> bool:
        return self.clock.now() - check.asked_at > GIVEN_UP

    def _placed(self, check: Check) -> Check:
        """The check with its message, which is posted once, however often a worker dies in between."""
        if check.shown_ts:
            return check
        posting = self.screen.find(check) if check.shown_channel else None
        if posting is None:
            self._place(check, Posting(channel=check.asked_by, ts=""))  # an attempt begins whose end may go unseen
            posting = self._posted(check)
        return self._place(check, posting)

    def _posted(self, check: Check) -> Posting:
        try:
            return self.screen.post(check, Progress(kind=check.kind, stage=Stage.SEARCHING))
        except OutcomeUnknown:
            posting = self.screen.find(check)
            if posting is None:
                raise
            return posting

    def _place(self, check: Check, posting: Posting) -> Check:
        with self.store.begin() as uow:
            uow.checks.set_shown(check.check_id, posting.channel, posting.ts)
        return replace(check, shown_channel=posting.channel, shown_ts=posting.ts)

    def _done(self, check: Check) -> Check:
        """The check with its answer, or with the sentence why there is none; stored before anybody sees it."""
        try:
            made = self._asked(check) if check.kind is CheckKind.ASK else self._verified(check)
        except ReviewError as error:
            made = replace(check, failure=str(error))
            self.metrics.count("checks_failed", kind=check.kind.value)
        except Exception as error:  # noqa: BLE001 - whatever a model raises is told to the person, and reported
            self.report("checks", error)
            made = replace(check, failure=BROKEN)
            self.metrics.count("checks_failed", kind=check.kind.value)
        self._keep(made)
        return made

    def _asked(self, check: Check) -> Check:
        documents = self.sources.documents()
        self._tell(check, Progress(kind=check.kind, stage=Stage.SEARCHING, documents=documents))
        if documents == 0:
            return replace(check, failure=NO_SOURCES)
        found = self.sources.search([check.text], limit=SEARCHED)[0]
        likeness = self.likeness(check.text, [passage.text for passage in found]) if found else []
        chosen = answering.choose(found, likeness)
        closest = answering.closest(found, likeness)
        near = (closest,) if closest else ()
        if not chosen:
            return self._unanswered(check, near)
        started = self.clock.now()
        written = answering.parse(self._write(check, chosen, documents), len(chosen))
        if written.refused:
            return self._unanswered(check, near)
        output = self._output(check, written.text, passages=chosen, started=started)
        self._tell(
            check,
            Progress(
                kind=check.kind, stage=Stage.CHECKING, documents=documents, claims=self.count_claims(written.text)
            ),
        )
        assessment = self.scoring.read([output])[0]
        if not answering.is_held(assessment.readings):
            return self._unanswered(check, near)
        return self._kept(check, output, assessment)

    def _verified(self, check: Check) -> Check:
        documents = self.sources.documents()
        if documents == 0:
            return replace(check, failure=NO_SOURCES)
        claims = self.count_claims(check.text)
        self._tell(check, Progress(kind=check.kind, stage=Stage.CHECKING, documents=documents, claims=claims))
        output = self._output(check, check.text)
        return replace(check, output=output, assessment=self.scoring.read([output])[0])

    def _unanswered(self, check: Check, near: tuple[Passage, ...]) -> Check:
        """No answer; what the machine says of saying so is there for the case that people are asked."""
        output = self._output(check, answering.NO_ANSWER, passages=near)
        return replace(check, output=output, assessment=self.scoring.read([output])[0])

    def _write(self, check: Check, sources: Sequence[Passage], documents: int) -> str:
        written = ""
        told: datetime | None = None
        for piece in self.chat.answer(answering.turns(check.text, sources)):
            written += piece
            now = self.clock.now()
            if told is None or now - told >= WORDS_EVERY:
                told = now
                words = len(written.split())
                progress = Progress(kind=check.kind, stage=Stage.WRITING, documents=documents, words=words)
                self._tell(check, progress)
            if len(written) > answering.LONGEST_TEXT:
                break
        return written

    def _tell(self, check: Check, progress: Progress) -> None:
        """How far it is; a line that Slack does not take holds nothing up."""
        try:
            self.screen.show_progress(check, progress)
        except Unavailable:
            self.metrics.count("check_progress_lost")

    def _output(
        self, check: Check, text: str, *, passages: tuple[Passage, ...] = (), started: datetime | None = None
    ) -> Output:
        now = self.clock.now()
        asked = check.kind is CheckKind.ASK
        output = Output(
            output_id=f"{check.kind.value}-{check.check_id}",
            prompt=(Message(role="user", content=check.text),) if asked else (),
            completion=text,
            model=self.chat.name if asked else FROM_SLACK,
            model_version=self.chat.version if asked else "",
            tags=(check.kind.value,),
            passages=passages,
            latency_ms=(now - started).total_seconds() * 1000 if started else None,
            created_at=now,
            received_at=now,
            submitted_by=check.asked_by,
            metadata={CHECK_KEY: check.check_id},
        )
        return replace(output, body_hash=body_hash(output))

    def _kept(self, check: Check, output: Output, assessment: Assessment) -> Check:
        """The answer as an output like any other, scored and sampled; the one of a worker that was faster counts."""
        policy = self.policies.current()
        with self.store.begin() as uow:
            receipt = uow.outputs.add([output])[0]
            if receipt.status is Received.NEW:
                self.scoring.keep(uow, [replace(output, number=receipt.number)], [assessment], policy)
            done = replace(
                check,
                output=uow.outputs.get(output.output_id),
                assessment=uow.assessments.get(output.output_id) or assessment,
            )
            uow.checks.finish(done)
        return done

    def _keep(self, check: Check) -> None:
        with self.store.begin() as uow:
            uow.checks.finish(check)

    def _review(self, check: Check) -> TaskView | None:
        with self.store.read() as uow:
            return review_of(uow, check)

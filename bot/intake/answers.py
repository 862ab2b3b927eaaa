"""What the API answers: receipts, the story of an output, and its release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from bot.intake import checked, problems
from bot.intake.problems import Problem, ProblemFound
from bot.intake.reading import Refusal
from reviewers.decisions import gate
from reviewers.errors import OutputConflict
from reviewers.model import (
    ClaimMark,
    Mark,
    OnTimeout,
    Outcome,
    Output,
    Reading,
    Reason,
    ReleaseState,
    ReviewTask,
    Stratum,
    TaskState,
    TaskView,
    VerdictKind,
)
from reviewers.model import Release as ReleaseType
from reviewers.ports import Receipt, Received
from reviewers.workflow.intake import OutputStory

Notice: TypeAlias = Callable[[str, datetime | None], str]  # of an output's id, and when a person checked it


class Answer(BaseModel):
    """Read from our own types by their attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class FieldErrorAnswer(Answer):
    """One rule that one field breaks."""

    field: Annotated[str, Field(examples=["passages[2].text"])]
    message: Annotated[str, Field(examples=["is empty"])]


class ProblemAnswer(Answer):
    """RFC 9457, application/problem+json."""

    type: Annotated[str, Field(examples=["/docs#problem-invalid"])]
    title: str
    status: int
    detail: str
    errors: list[FieldErrorAnswer] = []


class ReceiptAnswer(Answer):
    """The output stands in the database. The same body again gets the same answer."""

    output_id: str
    number: Annotated[int, Field(description="Short number that people see, as in #4821")]
    received_at: Annotated[datetime, Field(description="When it was received first")]


class BatchItemAnswer(Answer):
    """What became of one output of a batch."""

    output_id: Annotated[str, Field(description="Empty when not even that could be read")]
    status: Annotated[str, Field(json_schema_extra={"enum": ["received", "same", "conflict", "invalid"]})]
    number: int | None = None
    received_at: datetime | None = None
    problem: ProblemAnswer | None = None


class BatchAnswer(Answer):
    """One result an output, in the order of the request."""

    results: list[BatchItemAnswer]


class MessageAnswer(Answer):
    """One turn of the prompt."""

    role: str
    content: str


class SpanAnswer(Answer):
    """Characters [start, end) of a text."""

    start: int
    end: int


class PassageAnswer(Answer):
    """A piece of a source, given by the application or found in the index."""

    passage_id: str
    text: str
    title: str
    heading: str
    address: str
    position: int
    origin: str


class UsageAnswer(Answer):
    """Tokens."""

    prompt_tokens: int
    completion_tokens: int


class OutputAnswer(Answer):
    """The output as received."""

    output_id: str
    number: int
    prompt: list[MessageAnswer]
    completion: str
    model: str
    model_version: str
    tags: list[str]
    passages: list[PassageAnswer]
    token_logprobs: list[float] | None
    samples: list[str]
    confidence: float | None
    latency_ms: float | None
    usage: UsageAnswer | None
    created_at: datetime
    received_at: datetime
    metadata: Mapping[str, Any]
    hold: bool
    submitted_by: str


class ClaimAnswer(Answer):
    """A sentence of the completion that states something."""

    number: int
    span: SpanAnswer
    text: str


class ReadingAnswer(Answer):
    """The machine's reading of one claim, with the passages it read, best first."""

    claim: ClaimAnswer
    reading: Reading
    passages: list[PassageAnswer]
    differing: Annotated[list[SpanAnswer], Field(description="In the first passage: words that differ")]
    unsupported: Annotated[list[SpanAnswer], Field(description="In the claim: words that no passage contains")]


class ScoreAnswer(Answer):
    """One machine reviewer's number, on its own scale."""

    scorer: str
    version: str
    value: float
    explanation: str
    claim_values: list[float]
    duration_ms: float


class RiskAnswer(Answer):
    """The probability that a reviewer would find the output wrong."""

    probability: float
    word: str
    model_version: str
    verdicts_learned_from: int
    scores_used: list[str]


class AssessmentAnswer(Answer):
    """All that the machine says. Without a risk the output is unscored, and `failure` says why."""

    readings: list[ReadingAnswer]
    scores: list[ScoreAnswer]
    risk: RiskAnswer | None
    failure: str
    documents_searched: int
    assessed_at: datetime


class DecisionAnswer(Answer):
    """Whether it was selected for review: iff draw < inclusion_probability / keep_probability."""

    selected: bool
    inclusion_probability: float
    keep_probability: float
    reason: Reason
    stratum: Stratum | None
    rule: str
    channel: str
    route: str
    slice: str
    policy_version: str
    plan_version: str
    draw: float
    decided_at: datetime


class TaskAnswer(Answer):
    """The review task."""

    task_id: str
    number: int
    channel: str
    state: TaskState
    created_at: datetime
    due_at: datetime | None
    handed_on_by: str

    @classmethod
    def of(cls, task: ReviewTask) -> TaskAnswer:
        """From our own type."""
        return cls.model_validate(task)


class MarkAnswer(Answer):
    """A person's mark on one claim."""

    claim_number: int
    mark: Mark | None
    passage_beside_the_point: bool

    @classmethod
    def of(cls, mark: ClaimMark) -> MarkAnswer:
        """From our own type."""
        return cls.model_validate(mark)


class VerdictAnswer(Answer):
    """What one person said; a change supersedes, nothing is overwritten."""

    verdict_id: str
    reviewer: str
    revision: int
    kind: VerdictKind
    correction: str | None
    reasons: list[str]
    note: str
    marks: list[MarkAnswer]
    supersedes: str | None
    seen: str
    recorded_at: datetime


class ResolutionAnswer(Answer):
    """What the verdicts came to."""

    revision: int
    outcome: Outcome
    verdict_id: str
    resolved_by: str
    text: str | None
    reasons: list[str]
    note: str
    resolved_at: datetime


class ReleaseAnswer(Answer):
    """Whether a held output may leave. `held` can still change, every other state is final."""

    output_id: str
    state: ReleaseState
    final: Annotated[bool, Field(description="False only while held: ask again")]
    may_be_sent: Annotated[bool, Field(description="True: send `text`. False: send nothing (yet, or any more)")]
    verified: Annotated[bool, Field(description="True when a person approved or edited it, and it was not recalled")]
    text: Annotated[
        str | None, Field(description="What may be sent, or could be until the recall: the completion, or the edit")
    ]
    reasons: Annotated[list[str], Field(description="Why it was rejected")]
    note: Annotated[str, Field(description="The reviewer's words on a rejection")]
    notice: Annotated[
        str, Field(description="For the reader of the text: what is known of it; empty when it may not be sent")
    ] = ""
    held_since: datetime
    deadline: datetime | None
    on_timeout: Annotated[OnTimeout, Field(description="What becomes of it when nobody decides by the deadline")]
    decided_at: datetime | None
    recalled_at: Annotated[
        datetime | None,
        Field(
            description="People changed their mind after it was final: take back what was sent. "
            "Null again once they say again what you were told"
        ),
    ]

    @classmethod
    def of(cls, release: ReleaseType, view: TaskView | None, notice: Notice) -> ReleaseAnswer:
        """From our own types; `notice` makes the sentence for the reader of what may be sent.

        Of a release that is held, or verified, `view` tells nothing more: it can be left out there.
        """
        final = release.state is not ReleaseState.HELD
        sent = gate.may_send(release)
        return cls(
            output_id=release.output_id,
            state=release.state,
            final=final,
            may_be_sent=sent,
            verified=checked.is_verified(release),
            text=release.text if final else None,
            reasons=list(release.reasons),
            note=checked.rejection_note(view),
            notice=notice(release.output_id, checked.text_at(release, view)) if sent else "",
            held_since=release.held_since,
            deadline=release.deadline,
            on_timeout=release.on_timeout,
            decided_at=release.decided_at,
            recalled_at=release.recalled_at,
        )


class StoryAnswer(Answer):
    """All that is known of one output. A part that has not happened yet is null."""

    output: OutputAnswer
    assessment: AssessmentAnswer | None
    decision: DecisionAnswer | None
    task: TaskAnswer | None
    verdicts: list[VerdictAnswer]
    resolution: ResolutionAnswer | None
    release: ReleaseAnswer | None
    notice: Annotated[
        str, Field(description="For its readers: what is known of it; empty once people rejected it, or took it back")
    ] = ""

    @classmethod
    def of(cls, story: OutputStory, notice: Notice) -> StoryAnswer:
        """From our own types; `notice` makes the sentence for its readers."""
        view = story.view
        told = "" if checked.is_taken_back(story) else notice(story.output.output_id, checked.at(view))
        return cls(
            output=OutputAnswer.model_validate(story.output),
            assessment=AssessmentAnswer.model_validate(story.assessment) if story.assessment else None,
            decision=DecisionAnswer.model_validate(story.decision) if story.decision else None,
            task=TaskAnswer.of(view.task) if view else None,
            verdicts=[VerdictAnswer.model_validate(verdict) for verdict in view.verdicts] if view else [],
            resolution=ResolutionAnswer.model_validate(view.resolution) if view and view.resolution else None,
            release=ReleaseAnswer.of(story.release, view, notice) if story.release else None,
            notice=told,
        )


def receipt(entry: Output | Refusal, receipt: Receipt | None) -> dict[str, Any]:
    """The answer for a single output. Raises ProblemFound when it was not taken."""
    problem = problem_with(entry, receipt)
    if problem is not None:
        raise ProblemFound(problem)
    assert receipt is not None
    return {"output_id": receipt.output_id, "number": receipt.number, "received_at": receipt.received_at}


def batch_item(entry: Output | Refusal, receipt: Receipt | None) -> dict[str, Any]:
    """The result of one output of a batch."""
    problem = problem_with(entry, receipt)
    if problem is not None:
        status = "invalid" if receipt is None else "conflict"
        return {"output_id": entry.output_id, "status": status, "problem": problem.body()}
    assert receipt is not None
    return {
        "output_id": receipt.output_id,
        "status": "same" if receipt.status is Received.SAME else "received",
        "number": receipt.number,
        "received_at": receipt.received_at,
    }


def problem_with(entry: Output | Refusal, receipt: Receipt | None) -> Problem | None:
    """Why an output was not taken; None when it was."""
    if isinstance(entry, Refusal):
        return entry.problem
    assert receipt is not None
    return problems.of(OutputConflict(entry.output_id)) if receipt.status is Received.CONFLICT else None

"""Rows become types, and types become rows, here and nowhere else.

`*_row` gives the values of one row by column name, `to_*` reads them back. What `to_*` returns equals what was given
to `*_row`: tuples are tuples again, and every time is in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import RowMapping

from reviewers.model import (
    ApiToken,
    Assessment,
    Claim,
    ClaimMark,
    ClaimReading,
    DatasetVersion,
    Draft,
    Mark,
    Message,
    OnTimeout,
    Outcome,
    Output,
    Passage,
    Posting,
    Purpose,
    Reading,
    Reason,
    Release,
    ReleaseState,
    Resolution,
    ReviewTask,
    Risk,
    SamplingDecision,
    Score,
    Span,
    Stratum,
    TaskState,
    TokenUsage,
    Verdict,
    VerdictKind,
)
from reviewers.ports import OutboxItem, OutboxKind
from storage.tables import NO_DUE_TIME

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Values: TypeAlias = "dict[str, Any]"
Found: TypeAlias = "RowMapping | Values"

# Fields of a task that are columns as they are.
TASK_COLUMNS = (
    "times_out_at route quorum show marks_draw submitted_by sent_by known assigned_to claimed_by claimed_until lead "
    "waits_for_batch batch_id round chance words change_id"
).split()
HELD_FIRST, THE_REST = 0, 1  # the column `priority`


def values(value: DataclassInstance) -> Values:
    """By field name: for types whose fields are columns."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def named(kind: type[DataclassInstance], row: Found | Values) -> Values:
    """The columns of a row that are fields of this type."""
    return {field.name: row[field.name] for field in fields(kind)}


def priority(hold: bool) -> int:
    """Where an output or a task stands in line."""
    return HELD_FIRST if hold else THE_REST


def output_row(output: Output, number: int) -> Values:
    """An output under the running number that it got."""
    usage = output.usage
    body: Values = {
        "prompt": [(turn.role, turn.content) for turn in output.prompt],
        "completion": output.completion,
        "tags": output.tags,
        "passages": [_passage_values(passage) for passage in output.passages],
        "token_logprobs": output.token_logprobs,
        "samples": output.samples,
        "confidence": output.confidence,
        "latency_ms": output.latency_ms,
        "usage": (usage.prompt_tokens, usage.completion_tokens) if usage else None,
        "metadata": output.metadata,
        "submitted_by": output.submitted_by,
    }
    return {
        "number": number,
        "output_id": output.output_id,
        "body_hash": output.body_hash,
        "model": output.model,
        "model_version": output.model_version,
        "hold": output.hold,
        "created_at": output.created_at,
        "received_at": output.received_at,
        "body": body,
    }


def to_output(row: Found) -> Output:
    """The output of a row of `outputs`."""
    body = row["body"]
    logprobs, usage = body["token_logprobs"], body["usage"]
    return Output(
        output_id=row["output_id"],
        prompt=tuple(Message(role=role, content=content) for role, content in body["prompt"]),
        completion=body["completion"],
        model=row["model"],
        model_version=row["model_version"],
        tags=tuple(body["tags"]),
        passages=tuple(_to_passage(values) for values in body["passages"]),
        token_logprobs=None if logprobs is None else tuple(logprobs),
        samples=tuple(body.get("samples", ())),  # bodies from before have none
        confidence=body["confidence"],
        latency_ms=body["latency_ms"],
        usage=TokenUsage(prompt_tokens=usage[0], completion_tokens=usage[1]) if usage else None,
        created_at=row["created_at"],
        received_at=row["received_at"],
        metadata=body["metadata"],
        hold=row["hold"],
        submitted_by=body["submitted_by"],
        body_hash=row["body_hash"],
        number=row["number"],
    )


def _passage_values(passage: Passage) -> Values:
    return {
        "passage_id": passage.passage_id,
        "text": passage.text,
        "title": passage.title,
        "heading": passage.heading,
        "address": passage.address,
        "position": passage.position,
        "origin": passage.origin,
    }


def _to_passage(values: Values) -> Passage:
    return Passage(**values)


def assessment_row(assessment: Assessment) -> Values:
    """An assessment without its scores: those are `score_rows`."""
    risk = assessment.risk
    return {
        "output_id": assessment.output_id,
        "risk": risk.probability if risk else None,
        "assessed_at": assessment.assessed_at,
        "body": {
            "readings": [_reading_values(reading) for reading in assessment.readings],
            "risk": [risk.model_version, risk.verdicts_learned_from, risk.scores_used] if risk else None,
            "failure": assessment.failure,
            "documents_searched": assessment.documents_searched,
        },
    }


def to_assessment(row: Found, scores: Sequence[Score]) -> Assessment:
    """The assessment of a row of `assessments` and the scores of the same output."""
    body = row["body"]
    risk = None
    if body["risk"] is not None:
        model_version, learned, used = body["risk"]
        risk = Risk(
            probability=row["risk"], model_version=model_version, verdicts_learned_from=learned, scores_used=tuple(used)
        )
    return Assessment(
        output_id=row["output_id"],
        readings=tuple(_to_reading(values) for values in body["readings"]),
        scores=tuple(scores),
        risk=risk,
        failure=body["failure"],
        documents_searched=body["documents_searched"],
        assessed_at=row["assessed_at"],
    )


def _reading_values(reading: ClaimReading) -> Values:
    claim = reading.claim
    return {
        "claim": [claim.number, claim.span.start, claim.span.end, claim.text],
        "reading": reading.reading.value,
        "passages": [_passage_values(passage) for passage in reading.passages],
        "differing": [(span.start, span.end) for span in reading.differing],
        "unsupported": [(span.start, span.end) for span in reading.unsupported],
    }


def _to_reading(values: Values) -> ClaimReading:
    number, start, end, text = values["claim"]
    return ClaimReading(
        claim=Claim(number=number, span=Span(start=start, end=end), text=text),
        reading=Reading(values["reading"]),
        passages=tuple(_to_passage(passage) for passage in values["passages"]),
        differing=tuple(Span(start=start, end=end) for start, end in values["differing"]),
        unsupported=tuple(Span(start=start, end=end) for start, end in values["unsupported"]),
    )


def score_rows(assessment: Assessment) -> list[Values]:
    """The scores of an assessment, in order."""
    return [values(score) for score in assessment.scores]


def to_score(row: Found) -> Score:
    """The score of a row of `scores`."""
    return Score(**named(Score, row) | {"claim_values": tuple(row["claim_values"])})


def decision_row(decision: SamplingDecision) -> Values:
    """A sampling decision; what cuts of the queue did to its chance is kept with the cuts."""
    row = values(decision) | {
        "reason": decision.reason.value,
        "stratum": decision.stratum.value if decision.stratum else "",
    }
    del row["keep_probability"]
    return row


def to_decision(row: Found) -> SamplingDecision:
    """The decision of a row of `sampling_decisions` with `kept_so_far`, the product of its cuts (None: never cut)."""
    kept = kept_so_far(row)
    changed = {
        "reason": Reason(row["reason"]),
        "stratum": Stratum(row["stratum"]) if row["stratum"] else None,
        "inclusion_probability": row["inclusion_probability"] * kept,
        "keep_probability": kept,
    }
    return SamplingDecision(**named(SamplingDecision, {**row, "keep_probability": kept}) | changed)


def kept_so_far(row: Found) -> float:
    """The product of the cuts that a selected output went through; 1 where its queue was never cut."""
    return 1.0 if row["kept_so_far"] is None else float(row["kept_so_far"])


def task_row(task: ReviewTask) -> Values:
    """A review task, with the two columns that open tasks are listed by."""
    return {
        "task_id": task.task_id,
        "output_id": task.output_id,
        "number": task.number,
        "channel": task.channel,
        "hold": task.hold,
        "state": task.state.value,
        "created_at": task.created_at,
        "due_at": task.due_at,
        "posted_channel": task.posting.channel if task.posting else None,
        "posted_ts": task.posting.ts if task.posting else None,
        "handed_on_by": task.handed_on_by,
        **{name: getattr(task, name) for name in TASK_COLUMNS},
        "purpose": task.purpose.value,
        "seen_by": task.seen_by,
        "priority": priority(task.hold),
        "due_order": task.due_at or NO_DUE_TIME,
    }


def to_task(row: Found) -> ReviewTask:
    """The task of a row of `review_tasks`."""
    posted = row["posted_ts"] is not None
    return ReviewTask(
        task_id=row["task_id"],
        output_id=row["output_id"],
        number=row["number"],
        channel=row["channel"],
        hold=row["hold"],
        state=TaskState(row["state"]),
        created_at=row["created_at"],
        due_at=row["due_at"],
        posting=Posting(channel=row["posted_channel"], ts=row["posted_ts"]) if posted else None,
        handed_on_by=row["handed_on_by"],
        **{name: row[name] for name in TASK_COLUMNS},
        purpose=Purpose(row["purpose"]),
        seen_by=tuple(row["seen_by"]),
    )


def verdict_row(verdict: Verdict) -> Values:
    """A verdict."""
    marks = [
        (mark.claim_number, mark.mark.value if mark.mark else None, mark.passage_beside_the_point)
        for mark in verdict.marks
    ]
    return values(verdict) | {"kind": verdict.kind.value, "marks": marks}


def to_verdict(row: Found) -> Verdict:
    """The verdict of a row of `verdicts`."""
    changed = {
        "kind": VerdictKind(row["kind"]),
        "reasons": tuple(row["reasons"]),
        "marks": tuple(_to_mark(number, mark, beside) for number, mark, beside in row["marks"]),
    }
    return Verdict(**named(Verdict, row) | changed)


def _to_mark(number: int, mark: str | None, beside: bool) -> ClaimMark:
    return ClaimMark(claim_number=number, mark=Mark(mark) if mark else None, passage_beside_the_point=beside)


def mark_row(task_id: str, reviewer: str, mark: ClaimMark, at: datetime) -> Values:
    """One mark that a person made."""
    return {
        "task_id": task_id,
        "reviewer": reviewer,
        "claim_number": mark.claim_number,
        "mark": mark.mark.value if mark.mark else None,
        "passage_beside_the_point": mark.passage_beside_the_point,
        "marked_at": at,
    }


def to_mark(row: Found) -> ClaimMark:
    """The mark of a row of `marks`."""
    return _to_mark(row["claim_number"], row["mark"], row["passage_beside_the_point"])


def draft_row(draft: Draft) -> Values:
    """A draft."""
    return values(draft)


def to_draft(row: Found) -> Draft:
    """The draft of a row of `drafts`."""
    return Draft(**named(Draft, row) | {"reasons": tuple(row["reasons"])})


def resolution_row(resolution: Resolution) -> Values:
    """A resolution."""
    return values(resolution) | {"outcome": resolution.outcome.value}


def to_resolution(row: Found) -> Resolution:
    """The resolution of a row of `resolutions`."""
    changed = {"outcome": Outcome(row["outcome"]), "reasons": tuple(row["reasons"])}
    return Resolution(**named(Resolution, row) | changed)


def release_row(release: Release) -> Values:
    """A release."""
    return values(release) | {"state": release.state.value, "on_timeout": release.on_timeout.value}


def to_release(row: Found) -> Release:
    """The release of a row of `releases`."""
    changed = {
        "state": ReleaseState(row["state"]),
        "on_timeout": OnTimeout(row["on_timeout"]),
        "reasons": tuple(row["reasons"]),
    }
    return Release(**named(Release, row) | changed)


def outbox_row(item: OutboxItem) -> Values:
    """An outbox item that waits and that nobody has leased."""
    lease = {"state": "waiting", "free_at": item.due_at, "leased": False, "worker": ""}
    row = values(item) | {"kind": item.kind.value, "task_id": item.task_id or None}
    return row | {"line": item.line or item.task_id or item.notice_id or item.key} | lease


def to_outbox_item(row: Found) -> OutboxItem:
    """The item of a row of `outbox`."""
    given = row["line"] not in (row["task_id"], row["notice_id"], row["key"])
    changed = {"kind": OutboxKind(row["kind"]), "task_id": row["task_id"] or "", "line": row["line"] if given else ""}
    return OutboxItem(**named(OutboxItem, row) | changed)


def token_row(token: ApiToken) -> Values:
    """A token, as its hash."""
    return values(token)


def to_token(row: Found) -> ApiToken:
    """The token of a row of `api_tokens`."""
    return ApiToken(**named(ApiToken, row))


def dataset_row(dataset: DatasetVersion) -> Values:
    """A dataset version."""
    return values(dataset)


def to_dataset(row: Found) -> DatasetVersion:
    """The version of a row of `dataset_versions`."""
    changed = {"policy_versions": tuple(row["policy_versions"])}
    return DatasetVersion(**named(DatasetVersion, row) | changed)

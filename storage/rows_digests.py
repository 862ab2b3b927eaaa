"""Rows become types, and types become rows: digests, how they are told and answered, watches, events for others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reviewers.model.digest import Digest, Finding
from reviewers.model.digest_json import from_json, from_values, to_json, to_values
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import (
    DigestAnswer,
    DigestAnswerKind,
    DigestMessage,
    DigestMessageKind,
    Told,
    WatchName,
    WatchStart,
    WebhookEvent,
)
from reviewers.model.watch import Baseline
from storage.rows import Found, Values, named, values


def digest_row(digest: Digest, at: datetime) -> Values:
    """A digest as its text."""
    return {"route": digest.route, "week": digest.week, "body": to_json(digest), "stored_at": at}


def to_digest(row: Found) -> Digest:
    """The digest of a row of `digests`."""
    return from_json(row["body"])


def message_row(message: DigestMessage) -> Values:
    """A message without its pictures: those are rows of their own."""
    finding = to_values(message.finding) if message.finding else None
    row = values(message) | {"kind": message.kind.value, "finding": finding}
    del row["files"]
    return row


def to_message(row: Found, files: Sequence[Found]) -> DigestMessage:
    """The message of a row of `digest_messages` and its rows of `digest_files`, in order."""
    changed = {
        "kind": DigestMessageKind(row["kind"]),
        "routes": tuple(row["routes"]),
        "finding": from_values(Finding, row["finding"]) if row["finding"] else None,
        "files": tuple((file["picture"], file["file_id"]) for file in files),
    }
    return DigestMessage(**named(DigestMessage, {**row, **changed}))


def answer_row(answer: DigestAnswer) -> Values:
    """What somebody answered."""
    return values(answer) | {"kind": answer.kind.value, "findings": to_values(answer.findings)}


def to_answer(row: Found) -> DigestAnswer:
    """The answer of a row of `digest_answers`."""
    changed = {
        "kind": DigestAnswerKind(row["kind"]),
        "findings": tuple(from_values(Told, one) for one in row["findings"]),
    }
    return DigestAnswer(**named(DigestAnswer, row) | changed)


def start_row(start: WatchStart) -> Values:
    """The beginning of a watch."""
    row = values(start) | {"baseline": to_values(start.baseline)}
    watch: WatchName = row.pop("watch")
    return row | {"route": watch.route, "part": watch.part.value, "name": watch.name}


def to_start(row: Found) -> WatchStart:
    """The beginning of a row of `watch_starts`."""
    return WatchStart(
        watch=WatchName(route=row["route"], part=PartKind(row["part"]), name=row["name"]),
        baseline=from_values(Baseline, row["baseline"]),
        weekly_reviews=row["weekly_reviews"],
        begins_at=row["begins_at"],
        made_at=row["made_at"],
    )


def event_row(event: WebhookEvent) -> Values:
    """An event for other programs."""
    return values(event)


def to_event(row: Found) -> WebhookEvent:
    """The event of a row of `webhook_events`."""
    return WebhookEvent(**named(WebhookEvent, row))

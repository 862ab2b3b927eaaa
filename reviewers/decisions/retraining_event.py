"""What other programs are told when a lead accepts a suggestion to retrain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from reviewers.model import DatasetVersion
from reviewers.model.digest import Digest
from reviewers.model.digest_json import to_values
from reviewers.model.outputs import JsonValue
from reviewers.model.telling import DigestAnswer, Receiver, WebhookEvent

ACCEPTED = "retraining.accepted"


def event_id(answer_id: str) -> str:
    """One event an answer, with an id that follows from the answer's; without a full stop, as signatures want it."""
    return f"evt_{answer_id}"


def accepted(
    digest: Digest, answer: DigestAnswer, dataset: DatasetVersion, *, manifest: str, receivers: tuple[Receiver, ...]
) -> WebhookEvent:
    """That a training is wanted: by whom, on which file, and the numbers that speak for it.

    The body has the form that Standard Webhooks advises (`type`, `timestamp`, `data`). Names in it are untrusted text.

    Args:
        digest: whose suggestion was accepted.
        answer: that accepted it.
        dataset: that was built for it.
        manifest: path of the account beside the dataset's file.
        receivers: who is told; none: the event is only recorded, and says so.
    """
    at = answer.at.astimezone(UTC)
    body: JsonValue = {
        "type": ACCEPTED,
        "timestamp": at.isoformat(),
        "data": {
            "event_id": event_id(answer.answer_id),
            "week": digest.week,
            "route": digest.route,
            "by": answer.by,
            "receivers": [one.value for one in receivers],
            "dataset": {
                "version": dataset.version,
                "path": dataset.path,
                "sha256": dataset.version,
                "format": dataset.format,
                "rows": dataset.examples,
                "manifest": manifest,
            },
            "suggestion": to_values(digest.suggestion),
        },
    }
    return WebhookEvent(event_id=event_id(answer.answer_id), type=ACCEPTED, body=body, created_at=at)


def receivers_of(event: WebhookEvent | None) -> tuple[Receiver, ...]:
    """Who is told of it; nobody where it was never recorded."""
    named = _data(event).get("receivers") if event is not None else None
    return tuple(Receiver(one) for one in named if isinstance(one, str)) if isinstance(named, list) else ()


def arguments(event: WebhookEvent) -> Mapping[str, str]:
    """What a command may be given of it: path of the dataset, id of the event, route and week; empty: it has none."""
    data = _data(event)
    dataset = data.get("dataset")
    path = dataset.get("path") if isinstance(dataset, Mapping) else ""
    return {
        "dataset": _text(path),
        "event": event.event_id,
        "route": _text(data.get("route")),
        "week": _text(data.get("week")),
    }


def _data(event: WebhookEvent) -> Mapping[str, JsonValue]:
    data = event.body.get("data") if isinstance(event.body, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""

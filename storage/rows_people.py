"""Rows become types, and types become rows: replies, notices, settings, routes, checks, and reviews without texts."""

from __future__ import annotations

import json
from datetime import datetime, time

from reviewers.model import (
    AfterDue,
    Check,
    CheckKind,
    DatasetUse,
    Match,
    Notice,
    NoticeKind,
    OnDisagreement,
    OnTimeout,
    Outcome,
    Preferences,
    ProofChange,
    Purpose,
    QueueCut,
    Reason,
    Reply,
    Reviewed,
    Route,
    Signal,
    VerdictKind,
)
from storage import rows
from storage.columns import as_json
from storage.rows import Found, Values


def use_row(use: DatasetUse) -> Values:
    """A resolution in a dataset."""
    return rows.values(use)


def to_use(row: Found) -> DatasetUse:
    """The use of a row of `dataset_uses`."""
    return DatasetUse(**rows.named(DatasetUse, row))


def reply_row(reply: Reply) -> Values:
    """A reply."""
    return rows.values(reply)


def to_reply(row: Found) -> Reply:
    """The reply of a row of `replies`."""
    return Reply(**rows.named(Reply, row))


def notice_row(notice: Notice) -> Values:
    """A notice; one on a dispute is found by its task."""
    about = notice.task_ids[0] if notice.kind is NoticeKind.DISPUTE and notice.task_ids else ""
    changed = {
        "kind": notice.kind.value,
        "about": about,
        "signal": rows.values(notice.signal) if notice.signal else None,
        "queue_cut": rows.values(notice.queue_cut) if notice.queue_cut else None,
        "proof_change": rows.values(notice.proof_change) if notice.proof_change else None,
    }
    return rows.values(notice) | changed


def to_notice(row: Found) -> Notice:
    """The notice of a row of `notices`."""
    changed = {
        "kind": NoticeKind(row["kind"]),
        "task_ids": tuple(row["task_ids"]),
        "signal": Signal(**row["signal"]) if row["signal"] else None,
        "queue_cut": QueueCut(**row["queue_cut"]) if row["queue_cut"] else None,
        "proof_change": ProofChange(**row["proof_change"]) if row["proof_change"] else None,
    }
    return Notice(**rows.named(Notice, row) | changed)


def preferences_row(preferences: Preferences) -> Values:
    """A person's own settings."""
    times = {"starts_at": preferences.starts_at.isoformat(), "ends_at": preferences.ends_at.isoformat()}
    return rows.values(preferences) | times


def to_preferences(row: Found) -> Preferences:
    """The settings of a row of `preferences`."""
    changed = {
        "starts_at": time.fromisoformat(row["starts_at"]),
        "ends_at": time.fromisoformat(row["ends_at"]),
        "days": tuple(row["days"]),
    }
    return Preferences(**rows.named(Preferences, row) | changed)


def route_row(route: Route, by: str, at: datetime) -> Values:
    """One version of a route."""
    body = rows.values(route) | {
        "match": rows.values(route.match),
        "on_disagreement": route.on_disagreement.value,
        "after_due": route.after_due.value,
        "on_timeout": route.on_timeout.value,
    }
    return {"name": route.name, "body": body, "made_by": by, "made_at": at}


def to_route(row: Found) -> Route:
    """The route of a row of `saved_routes`; a field that came later has its default."""
    body = dict(row["body"])
    match = body.pop("match")
    changed = {
        "match": Match(tags=tuple(match["tags"]), models=tuple(match["models"]), metadata=match["metadata"]),
        "reviewers": tuple(body["reviewers"]),
        "leads": tuple(body["leads"]),
        "skills": {person: tuple(tags) for person, tags in body["skills"].items()},
        "on_disagreement": OnDisagreement(body["on_disagreement"]),
        "after_due": AfterDue(body["after_due"]),
        "on_timeout": OnTimeout(body["on_timeout"]),
    }
    return Route(**body | changed)


def check_row(check: Check) -> Values:
    """A check; its output and its assessment are bodies of their own, as their rows would be."""
    output = rows.output_row(check.output, check.output.number) if check.output else None
    assessment = None
    if check.assessment:
        scores = [rows.values(score) for score in check.assessment.scores]
        assessment = {"row": rows.assessment_row(check.assessment), "scores": scores}
    changed = {"kind": check.kind.value, "output": _plain(output), "assessment": _plain(assessment)}
    return rows.values(check) | changed


def to_check(row: Found) -> Check:
    """The check of a row of `checks`."""
    output, assessment = row["output"], row["assessment"]
    if output is not None:
        output = rows.to_output(_with_moments(output, "created_at", "received_at"))
    if assessment is not None:
        scores = [rows.to_score(score) for score in assessment["scores"]]
        assessment = rows.to_assessment(_with_moments(assessment["row"], "assessed_at"), scores)
    changed = {"kind": CheckKind(row["kind"]), "output": output, "assessment": assessment}
    return Check(**rows.named(Check, row) | changed)


def _plain(body: Values | None) -> Values | None:
    """With its moments as text, since JSON has none."""
    if body is None:
        return None
    plain: Values = json.loads(json.dumps(body, default=_as_text))
    return plain


def _as_text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return as_json(value)


def _with_moments(body: Values, *names: str) -> Values:
    return body | {name: datetime.fromisoformat(body[name]) for name in names}


def to_reviewed(row: Found) -> Reviewed:
    """A deciding verdict with what numbers need of its task."""
    withdrawn = row["outcome"] in (None, Outcome.WITHDRAWN.value)
    changed = {
        "kind": VerdictKind(row["kind"]),
        "reason": Reason(row["reason"]),
        "purpose": Purpose(row["purpose"]),
        "inclusion_probability": row["inclusion_probability"]
        * (1.0 if row["kept_so_far"] is None else row["kept_so_far"]),
        "outcome": None if withdrawn else Outcome(row["outcome"]),
        "resolved_at": None if withdrawn else row["resolved_at"],
        "resolved_by": "" if withdrawn else row["resolved_by"],
    }
    return Reviewed(**rows.named(Reviewed, row) | changed)

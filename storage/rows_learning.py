"""Rows become types, and types become rows: risk models."""

from __future__ import annotations

from datetime import UTC, datetime

from reviewers.model import Candidate, Curve, CurveKind, RiskKind, RiskModel, RiskSignal
from storage import rows
from storage.rows import Found, Values


def risk_model_row(model: RiskModel, at: datetime) -> Values:
    """A risk model; all but its version is the body."""
    body = rows.values(model) | {
        "signals": [rows.values(signal) for signal in model.signals],
        "curve": rows.values(model.curve),
        "before": model.before.isoformat() if model.before else None,
        "candidates": [rows.values(candidate) for candidate in model.candidates],
    }
    del body["version"]
    return {"version": model.version, "body": body, "fitted_at": at}


def to_risk_model(row: Found) -> RiskModel:
    """The model of a row of `risk_models`; a field that came later has its default."""
    body = dict(row["body"])
    curve, before = body["curve"], body["before"]
    changed = {
        "kind": RiskKind(body["kind"]),
        "signals": tuple(RiskSignal(**signal) for signal in body["signals"]),
        "curve": Curve(kind=CurveKind(curve["kind"]), numbers=tuple(curve["numbers"])),
        "before": datetime.fromisoformat(before).astimezone(UTC) if before else None,
        "candidates": tuple(Candidate(**candidate) for candidate in body["candidates"]),
    }
    return RiskModel(version=row["version"], **body | changed)

"""Rows become types, and types become rows: judgements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reviewers.model import Guarantee, Judgement, Part, Proof, Rate
from storage import rows
from storage.rows import Found, Values


def judgement_row(judgement: Judgement) -> Values:
    """What was known of a route; all but its name and its moment is the body."""
    guarantee, proof = judgement.guarantee, judgement.proof
    body: Values = {
        "rate": rows.values(judgement.rate) if judgement.rate else None,
        "guarantee": _guarantee_body(guarantee) if guarantee else None,
        "tested_at": judgement.tested_at.isoformat() if judgement.tested_at else None,
        "proof": rows.values(proof) | {"proven_at": proof.proven_at.isoformat()} if proof else None,
        "others_until": judgement.others_until.isoformat() if judgement.others_until else None,
    }
    return {"route": judgement.route, "body": body, "made_at": judgement.made_at}


def to_judgement(row: Found) -> Judgement:
    """The judgement of a row of `judgements`; a field that came later has its default."""
    body: dict[str, Any] = row["body"]
    rate, guarantee, proof = body["rate"], body["guarantee"], body["proof"]
    return Judgement(
        route=row["route"],
        rate=Rate(**rate) if rate else None,
        guarantee=_to_guarantee(guarantee) if guarantee else None,
        tested_at=_moment(body["tested_at"]) if body["tested_at"] else None,
        proof=_to_proof(proof) if proof else None,
        made_at=row["made_at"],
        others_until=_moment(body["others_until"]) if body.get("others_until") else None,
    )


def _guarantee_body(guarantee: Guarantee) -> Values:
    parts = {"proven": guarantee.proven, "missed": guarantee.missed}
    return rows.values(guarantee) | {name: rows.values(part) if part else None for name, part in parts.items()}


def _to_guarantee(body: dict[str, Any]) -> Guarantee:
    parts = {name: Part(**body[name]) if body[name] else None for name in ("proven", "missed")}
    return Guarantee(**body | parts)


def _to_proof(body: dict[str, Any]) -> Proof:
    scorers = tuple(tuple((name, version) for name, version in one) for one in body.get("scorers", ()))
    return Proof(**body | {"proven_at": _moment(body["proven_at"]), "scorers": scorers})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

"""Valid objects for tests; a test changes one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reviewers.model import (
    Assessment,
    Claim,
    ClaimReading,
    Cut,
    MadePlan,
    Message,
    OnTimeout,
    Output,
    Passage,
    Posting,
    Reading,
    Reason,
    Release,
    ReleaseState,
    ReviewTask,
    Risk,
    SamplingDecision,
    Score,
    SelectionPlan,
    Span,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday

COMPLETION = (
    "A cash withdrawal abroad costs € 2.00. Your daily limit is € 500. Your card works at every ATM in Thailand."
)
SENTENCES = (
    "A cash withdrawal abroad costs € 2.00.",
    "Your daily limit is € 500.",
    "Your card works at every ATM in Thailand.",
)


def an_output(output_id: str = "o-1", **changes: Any) -> Output:
    """An answer about card fees with one claim that its source contradicts."""
    fields: dict[str, Any] = {
        "output_id": output_id,
        "prompt": (Message(role="user", content="What does it cost to take out cash in Thailand?"),),
        "completion": COMPLETION,
        "model": "helpdesk-8b",
        "model_version": "2026-11-03",
        "tags": ("fees",),
        "created_at": NOON - timedelta(minutes=1),
        "received_at": NOON,
        "submitted_by": "app",
        "body_hash": f"hash-of-{output_id}",
    }
    return Output(**(fields | changes))


def a_passage(passage_id: str = "p-1", **changes: Any) -> Passage:
    """The fee table."""
    fields: dict[str, Any] = {
        "passage_id": passage_id,
        "text": "Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount.",
        "title": "Card fees 2026",
        "heading": "Cash abroad",
        "address": "https://help.meridian.example/fees",
        "origin": "index",
    }
    return Passage(**(fields | changes))


def readings() -> tuple[ClaimReading, ...]:
    """Contradicted, supported, no source: one claim each of COMPLETION."""
    claims = []
    for number, sentence in enumerate(SENTENCES, start=1):
        start = COMPLETION.index(sentence)
        claims.append(Claim(number=number, span=Span(start=start, end=start + len(sentence)), text=sentence))
    fees = a_passage()
    limits = a_passage(
        "p-2",
        text="Daily limit for cash withdrawals: € 500.",
        title="Card limits",
        heading="Daily limits",
        address="https://help.meridian.example/limits",
    )
    at = fees.text.index("€ 3.50")
    return (
        ClaimReading(
            claim=claims[0], reading=Reading.CONTRADICTED, passages=(fees,), differing=(Span(start=at, end=at + 6),)
        ),
        ClaimReading(claim=claims[1], reading=Reading.SUPPORTED, passages=(limits,)),
        ClaimReading(claim=claims[2], reading=Reading.NO_SOURCE, passages=(fees,)),
    )


def an_assessment(output_id: str = "o-1", **changes: Any) -> Assessment:
    """A high risk from one score."""
    fields: dict[str, Any] = {
        "output_id": output_id,
        "readings": readings(),
        "scores": (
            Score(
                output_id=output_id,
                scorer="coverage",
                version="1",
                value=0.6,
                explanation="6 of 10 words are in the passages.",
                claim_values=(0.5, 1.0, 0.3),
            ),
        ),
        "risk": Risk(probability=0.62, model_version="prior-2", verdicts_learned_from=0, scores_used=("coverage",)),
        "documents_searched": 312,
        "assessed_at": NOON + timedelta(seconds=2),
    }
    return Assessment(**(fields | changes))


def a_decision(output_id: str = "o-1", **changes: Any) -> SamplingDecision:
    """Selected for its risk."""
    fields: dict[str, Any] = {
        "output_id": output_id,
        "selected": True,
        "inclusion_probability": 1.0,
        "reason": Reason.RISK,
        "policy_version": "policy-1",
        "draw": 0.25,
        "decided_at": NOON + timedelta(seconds=3),
    }
    return SamplingDecision(**(fields | changes))


def a_made_plan(version: str = "plan-1", **changes: Any) -> MadePlan:
    """100 reviews of 1,000 outputs, one fifth of the chance the same for all."""
    fields: dict[str, Any] = {
        "version": version,
        "route": "",
        "plan": SelectionPlan(
            budget=100.0,
            expected_outputs=1000.0,
            learned_from=5000,
            errors_seen=45.0,
            mean_risk=0.12,
            humility=0.1,
            uniform_part=0.2,
            slice_power=0.0,
            scale=0.1,
            mean_worth=0.3,
            mean_factor=1.0,
            floor=0.01,
        ),
        "seconds_a_review": 45.0,
        "minutes_per_week": 120.0,
        "minutes_spent": 30.0,
        "policy_version": "policy-1",
        "made_at": NOON,
    }
    return MadePlan(**(fields | changes))


def a_cut(output_id: str = "o-1", **changes: Any) -> Cut:
    """Kept with a chance of one half."""
    fields: dict[str, Any] = {
        "output_id": output_id,
        "route": "Cards",
        "keep_probability": 0.5,
        "kept_so_far": 0.5,
        "draw": 0.25,
        "kept": True,
        "reaches_from": NOON,
        "cut_at": NOON + timedelta(hours=1),
    }
    return Cut(**(fields | changes))


def a_task(task_id: str = "t-1", **changes: Any) -> ReviewTask:
    """Open, posted in the review channel, due at five."""
    fields: dict[str, Any] = {
        "task_id": task_id,
        "output_id": "o-1",
        "number": 4821,
        "channel": "C0REVIEW",
        "hold": False,
        "state": TaskState.OPEN,
        "created_at": NOON + timedelta(seconds=3),
        "due_at": NOON + timedelta(hours=5),
        "posting": Posting(channel="C0REVIEW", ts="1795453200.000100"),
    }
    return ReviewTask(**(fields | changes))


def a_verdict(verdict_id: str = "v-1", **changes: Any) -> Verdict:
    """Mara approves."""
    fields: dict[str, Any] = {
        "verdict_id": verdict_id,
        "task_id": "t-1",
        "reviewer": "U0MARA",
        "revision": 1,
        "kind": VerdictKind.APPROVE,
        "seen": "evidence",
        "recorded_at": NOON + timedelta(minutes=3),
    }
    return Verdict(**(fields | changes))


def a_release(output_id: str = "o-1", **changes: Any) -> Release:
    """Held for ten minutes, then refused."""
    fields: dict[str, Any] = {
        "output_id": output_id,
        "state": ReleaseState.HELD,
        "held_since": NOON,
        "deadline": NOON + timedelta(minutes=10),
        "on_timeout": OnTimeout.REFUSE,
    }
    return Release(**(fields | changes))


def showing(view: TaskView, show: str) -> TaskView:
    """The same task on a route that shows something else before the verdict."""
    return replace(view, task=replace(view.task, show=show))


def a_view(**changes: Any) -> TaskView:
    """An open task with its assessment, before any verdict."""
    fields: dict[str, Any] = {
        "task": a_task(),
        "output": an_output(number=4821),
        "assessment": an_assessment(),
        "decision": a_decision(),
    }
    return TaskView(**(fields | changes))

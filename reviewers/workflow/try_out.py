"""A made-up answer that shows a team its card before the first real one comes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from reviewers.model import (
    Assessment,
    Claim,
    ClaimReading,
    Message,
    Output,
    Passage,
    Policy,
    Reading,
    Reason,
    ReviewTask,
    SamplingDecision,
    Span,
    Stratum,
)
from reviewers.ports import UnitOfWork
from reviewers.workflow.review import KNOWN_KEY, open_task

RULE = "try-out, counts nowhere"  # the card says "Rule: try-out, counts nowhere"
QUESTION = "How long can I return a pair of shoes, and what does it cost?"
SENTENCES = ("You can return shoes within 60 days.", "Returning them is free of charge.")
COMPLETION = " ".join(SENTENCES)
SOURCE = "Shoes can be returned within 30 days of delivery. Returning them is free of charge."
DIFFERING = "30 days"


def post_try_out(uow: UnitOfWork, policy: Policy, *, output_id: str, task_id: str, now: datetime) -> ReviewTask:
    """Store the answer with what a machine would say of it, and let its card be posted.

    `policy` holds the one route that it takes. It is a known answer (a wrong one), so verdicts on it enter no dataset
    and no rate.
    """
    route = policy.routes[0]
    output = Output(
        output_id=output_id,
        prompt=(Message(role="user", content=QUESTION),),
        completion=COMPLETION,
        model=route.match.models[0] if route.match.models else "try-out",
        tags=route.match.tags[:1],
        created_at=now,
        received_at=now,
        metadata={**route.match.metadata, KNOWN_KEY: "wrong"},
        submitted_by="whetstone",
        body_hash=hashlib.sha256(output_id.encode()).hexdigest(),
    )
    (receipt,) = uow.outputs.add([output])
    stored = uow.outputs.get(receipt.output_id)
    assert stored is not None
    assessment = _read(stored, now)
    uow.assessments.add([assessment])
    decision = SamplingDecision(
        output_id=output_id,
        selected=True,
        inclusion_probability=1.0,
        reason=Reason.RULE,
        rule=RULE,
        policy_version=policy.version,
        draw=0.0,
        decided_at=now,
        route=route.name,
        stratum=Stratum.RULE,
    )
    uow.decisions.add([decision])
    return open_task(uow, stored, decision, assessment, policy, task_id=task_id, channel=route.channel)


def _read(output: Output, now: datetime) -> Assessment:
    passage = Passage(passage_id=f"{output.output_id}-1", text=SOURCE, title="Returns", heading="Shoes", origin="index")
    at = SOURCE.index(DIFFERING)
    readings = (Reading.CONTRADICTED, Reading.SUPPORTED)
    differing = ((Span(start=at, end=at + len(DIFFERING)),), ())
    return Assessment(
        output_id=output.output_id,
        readings=tuple(
            ClaimReading(claim=_claim(number), reading=reading, passages=(passage,), differing=spans)
            for number, reading, spans in zip((1, 2), readings, differing, strict=True)
        ),
        scores=(),
        risk=None,
        failure="a try-out is not scored",
        documents_searched=1,
        assessed_at=now,
    )


def _claim(number: int) -> Claim:
    text = SENTENCES[number - 1]
    start = COMPLETION.index(text)
    return Claim(number=number, span=Span(start=start, end=start + len(text)), text=text)

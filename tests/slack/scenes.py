"""The answers that the design's pictures show: cash in Thailand, a card on a watch, a double charge in Lisbon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reviewers.model import (
    Assessment,
    Claim,
    ClaimReading,
    Message,
    OnTimeout,
    Outcome,
    Output,
    Passage,
    Reading,
    Reason,
    Release,
    ReleaseState,
    Resolution,
    Risk,
    Span,
    TaskState,
    TaskView,
)
from tests.builders import NOON, a_decision, a_task, a_view, an_output

QUESTION = (
    "I'm going to Thailand in March. What does it cost to take out cash there, and do I have to tell you before I go?"
)
SENTENCES = (
    "A cash withdrawal abroad costs € 2.00.",
    "Outside the euro area we add a currency fee of 1.75 %.",
    "Your daily limit is € 500.",
    "You do not have to tell us before you travel, and your card works at every ATM in Thailand.",
)
ANSWER = " ".join(SENTENCES)
EDITED = (
    "A cash withdrawal outside the euro area costs € 3.50. Outside the euro area we add a currency fee of 1.75 %. "
    "Your daily limit is € 500. You do not have to tell us before you travel."
)
TWO_PAST = NOON + timedelta(hours=2, minutes=2)
TWELVE_PAST = NOON + timedelta(hours=2, minutes=12)
SIX_PAST = NOON + timedelta(hours=2, minutes=6)

FEES = Passage(
    passage_id="fees",
    text="Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount.",
    title="Card fees 2026",
    heading="Cash abroad",
    address="https://help.meridian.example/fees",
)
LIMITS = Passage(
    passage_id="limits",
    text="Daily limit for cash withdrawals: € 500.",
    title="Card limits",
    heading="Daily limits",
    address="https://help.meridian.example/limits",
)
TRAVEL = Passage(
    passage_id="travel",
    text="You need not announce a journey. Your card works wherever its sign is shown.",
    title="Travel FAQ",
    heading="Before you leave",
    address="https://help.meridian.example/travel",
)


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start=start, end=start + len(words))


def claims_of(answer: str, sentences: tuple[str, ...]) -> list[Claim]:
    return [Claim(number=n, span=span(answer, words), text=words) for n, words in enumerate(sentences, start=1)]


def thailand_readings() -> tuple[ClaimReading, ...]:
    one, two, three, four = claims_of(ANSWER, SENTENCES)
    return (
        ClaimReading(claim=one, reading=Reading.CONTRADICTED, passages=(FEES,), differing=(span(FEES.text, "€ 3.50"),)),
        ClaimReading(claim=two, reading=Reading.SUPPORTED, passages=(FEES,)),
        ClaimReading(claim=three, reading=Reading.SUPPORTED, passages=(LIMITS,)),
        ClaimReading(
            claim=four,
            reading=Reading.NO_SOURCE,
            passages=(TRAVEL,),
            unsupported=(span(four.text, "works at every ATM in Thailand"),),
        ),
    )


def assessed(readings: tuple[ClaimReading, ...], **changes: Any) -> Assessment:
    fields: dict[str, Any] = {
        "output_id": "o-1",
        "readings": readings,
        "scores": (),
        "risk": Risk(probability=0.62, model_version="v7", verdicts_learned_from=90, scores_used=("coverage",)),
        "documents_searched": 312,
        "assessed_at": NOON + timedelta(hours=1, minutes=58),
    }
    return Assessment(**(fields | changes))


def thailand_output(**changes: Any) -> Output:
    fields: dict[str, Any] = {
        "prompt": (Message(role="user", content=QUESTION),),
        "completion": ANSWER,
        "number": 4821,
    }
    return an_output(**(fields | changes))


def thailand(**changes: Any) -> TaskView:
    """The design's main card: picked by chance (34 in 100), due at 17:00."""
    fields: dict[str, Any] = {
        "task": a_task(created_at=NOON + timedelta(hours=2)),
        "output": thailand_output(),
        "assessment": assessed(thailand_readings()),
        "decision": a_decision(reason=Reason.UNIFORM, inclusion_probability=0.34),
    }
    return a_view(**(fields | changes))


def held(view: TaskView, on_timeout: OnTimeout = OnTimeout.REFUSE, **changes: Any) -> TaskView:
    """The same answer, with somebody waiting for it until 14:12."""
    fields: dict[str, Any] = {
        "output_id": "o-1",
        "state": ReleaseState.HELD,
        "held_since": TWO_PAST,
        "deadline": TWELVE_PAST,
        "on_timeout": on_timeout,
    }
    return replace(
        view,
        task=replace(view.task, hold=True),
        decision=a_decision(reason=Reason.HELD),
        release=Release(**(fields | changes)),
    )


def watch(**changes: Any) -> TaskView:
    """Two claims, and no source for either."""
    sentences = ("Yes, open the watch's wallet app and add the card there.", "It is free of charge.")
    answer = " ".join(sentences)
    output = an_output(
        prompt=(Message(role="user", content="Can I put my Meridian card into my smart watch?"),), completion=answer
    )
    readings = tuple(ClaimReading(claim=c, reading=Reading.NO_SOURCE) for c in claims_of(answer, sentences))
    return thailand(**({"output": output, "assessment": assessed(readings)} | changes))


LISBON = (
    "You can dispute a card payment in the app under Activity › the payment › Report a problem.",
    "Before you do, ask the shop: a double charge is often a pending authorisation that lapses by itself within "
    "7 days.",
    "Keep the receipt and, if you paid the second time in cash or with another card, the proof of that payment.",
    "After you have sent the report we credit the amount to your account within 24 hours while we look into it.",
    "We then ask the shop's bank for evidence, and it has 45 days to answer.",
    "If it does not answer in that time, the credit stays with you and the case is closed without any further step on "
    "your side.",
    "If it shows that both payments were meant, for instance by two signed receipts, we take the credit back and tell "
    "you 5 days before.",
    "You can follow every step in the app under Messages, where we also ask for anything that is missing.",
    "Do not wait too long: you have 120 days to report it.",
    "A disputed payment does not block your card, so you can go on using it as usual while we look into the case.",
    "You need no police report for a double charge, only for a card that was stolen.",
    "Once the dispute is won we refund the foreign currency fee as well.",
    "You can also report it by phone at any hour, and you get a written confirmation the next working day.",
    "A dispute is free of charge, whatever comes out of it, and it does not touch your credit record in any way.",
)


def lisbon(**changes: Any) -> TaskView:
    """A long answer of 14 claims; claim 9, out of sight, is contradicted."""
    answer = " ".join(LISBON)
    terms = replace(FEES, passage_id="terms", title="Terms", heading="9.2", text="within 13 months of the debit date")
    credit = replace(FEES, passage_id="credit", title="Disputes", heading="", text="a provisional credit may be given")
    helps = replace(FEES, passage_id="help", title="Help", heading="", text="Help.")
    kinds = {4: (Reading.UNCLEAR, (credit,)), 9: (Reading.CONTRADICTED, (terms,)), 12: (Reading.NO_SOURCE, ())}
    marked = {4: (span(credit.text, "may"),), 9: (span(terms.text, "13 months"),)}
    readings = tuple(
        ClaimReading(
            claim=claim,
            reading=kinds.get(claim.number, (Reading.SUPPORTED, (helps,)))[0],
            passages=kinds.get(claim.number, (Reading.SUPPORTED, (helps,)))[1],
            differing=marked.get(claim.number, ()),
        )
        for claim in claims_of(answer, LISBON)
    )
    output = an_output(prompt=(Message(role="user", content="Charged twice?"),), completion=answer)
    return thailand(**({"output": output, "assessment": assessed(readings)} | changes))


def resolved(view: TaskView, outcome: Outcome, **changes: Any) -> TaskView:
    """The same task, decided by Mara at 14:06."""
    fields: dict[str, Any] = {
        "task_id": "t-1",
        "revision": 1,
        "outcome": outcome,
        "verdict_id": "v-1",
        "resolved_by": "U0MARA",
        "resolved_at": SIX_PAST,
    }
    return replace(view, task=replace(view.task, state=TaskState.RESOLVED), resolution=Resolution(**(fields | changes)))

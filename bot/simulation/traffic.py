"""The application of a simulated year: what it sends, and what is true of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np

from bot.simulation.facts import NEW_TOPIC, TOPICS, Fact, facts
from bot.simulation.plan import NEW_SHARE, WRONG, WRONG_LATER, ChangeKind, YearPlan
from reviewers.model import Message, Output, Passage, TokenUsage

T = TypeVar("T")

MODEL, FIRST_VERSION, SECOND_VERSION = "helpdesk-8b", "1", "2"
SHARES = (0.30, 0.22, 0.16, 0.12, 0.11, 0.09)  # of the topics, in their order: some are asked about more than others
STRAY = 0.15  # share of outputs that come with the passage of another fact: a search that missed
OUTDATED = 0.5  # share of wrong outputs whose passage says the same wrong thing: no machine that reads it can tell
MORE = 0.5  # share of answers that go on after the fact
PROMPT = "You are the help desk of a library. Answer from its pages."
QUESTIONS = ("What can you tell me about {heading}? I mean {about}.", "My daughter asks about {about} ({heading}).")
CLOSING = "Ask me again if you need more."
SECONDS_APART = 20.0  # between two outputs that come in


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One output with its truth, which the program never sees."""

    output: Output
    wrong: bool
    correction: str  # the same answer with the fact as it is


def sent(plan: YearPlan, week: int, first: int, count: int, begins: datetime) -> tuple[Sent, ...]:
    """The outputs of one round, in the order in which they come in.

    Args:
        plan: of the year.
        week: 1 is the first.
        first: place of the first output in the year; it names the outputs, and seeds what they say.
        count: of outputs.
        begins: when the first comes in.
    """
    rng = np.random.default_rng([plan.seed, first])
    return tuple(
        _one(plan, week, first + place, begins + timedelta(seconds=SECONDS_APART * place), rng)
        for place in range(count)
    )


def _one(plan: YearPlan, week: int, number: int, at: datetime, rng: np.random.Generator) -> Sent:
    later = plan.changed(ChangeKind.MODEL, week)
    topic = _topic(plan.changed(ChangeKind.TOPIC, week), rng)
    fact = _any(facts(topic), rng)
    wrong = bool(rng.random() < (WRONG_LATER if later else WRONG))
    closing = CLOSING if rng.random() < MORE else ""
    right, said = (f"{text} {closing}".strip() for text in (fact.right, fact.wrong if wrong else fact.right))
    output = Output(
        output_id=f"y-{number:06d}",
        prompt=(Message(role="system", content=PROMPT), Message(role="user", content=_question(fact, rng))),
        completion=said,
        model=MODEL,
        model_version=SECOND_VERSION if later else FIRST_VERSION,
        tags=(topic,),
        passages=(_passage(fact, rng, wrong=wrong),),
        latency_ms=float(np.round(rng.lognormal(7.0, 0.4), 1)),
        usage=TokenUsage(prompt_tokens=60 + int(rng.integers(40)), completion_tokens=max(1, len(said) // 4)),
        created_at=at,
        received_at=at,
        metadata={"topic": topic},
        submitted_by="library",
    )
    return Sent(output=output, wrong=wrong, correction=right)


def _topic(with_new: bool, rng: np.random.Generator) -> str:
    if with_new and rng.random() < NEW_SHARE:
        return NEW_TOPIC
    return TOPICS[int(rng.choice(len(TOPICS), p=SHARES))]


def _question(fact: Fact, rng: np.random.Generator) -> str:
    return _any(QUESTIONS, rng).format(heading=fact.heading, about=" and ".join(fact.about) or fact.heading)


def _passage(fact: Fact, rng: np.random.Generator, *, wrong: bool) -> Passage:
    found = _any(facts(fact.topic), rng) if rng.random() < STRAY else fact
    outdated = wrong and rng.random() < OUTDATED
    text = found.passage.replace(found.right, found.wrong) if outdated else found.passage
    return Passage(passage_id=f"{fact.topic}/{found.heading}", text=text, title=fact.topic, heading=found.heading)


def _any(choices: Sequence[T], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]

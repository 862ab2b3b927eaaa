"""Comparisons as findings: what speaks, what it says, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reviewers.decisions import findings, value_drift
from reviewers.decisions.embedding_drift import EmbeddingDrift
from reviewers.decisions.findings import headline, of_embeddings, of_topic, of_values, settled
from reviewers.decisions.measures import Measured
from reviewers.decisions.topics import Topic
from reviewers.model.digest import Aspect, Finding, Headline, State, Unit
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing

WRONG = Finding(aspect=Aspect.WRONG, state=State.DRIFT, rising=True, effect=0.06, e_value=900.0)


def compared(p_value: float, state: State = State.DRIFT, aspect: Aspect = Aspect.LENGTH, **changes: Any) -> Finding:
    """A comparison with this p-value."""
    return Finding(aspect=aspect, state=state, p_value=p_value, **changes)


def test_a_number_is_told_in_the_unit_that_people_read() -> None:
    """Milliseconds as seconds, with the median."""
    drift = value_drift.numbers(np.linspace(1000.0, 2000.0, 101), np.linspace(2000.0, 4000.0, 101))
    found = of_values(Aspect.LATENCY, drift, Unit.SECONDS, scale=0.001)

    assert (found.now, found.before, found.effect) == pytest.approx((3.0, 1.5, 1.5))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1.5 < found.high
    assert (found.name, found.test) == ("", findings.DISTRIBUTIONS)


def test_of_categories_the_asked_one_is_told_or_the_one_that_changed_the_most() -> None:
    """Refusals by themselves; of languages the one that moved, by its name."""
    drift = value_drift.categories(["en"] * 90 + ["de"] * 10, ["en"] * 60 + ["de"] * 40)

    asked = of_values(Aspect.REFUSALS, drift, Unit.SHARE, category="de")
    assert asked.name == ""
    assert asked.effect == pytest.approx(0.3)
    assert of_values(Aspect.LANGUAGE, drift, Unit.SHARE).name in {"en", "de"}


def test_too_few_outputs_stay_too_few() -> None:
    """In every kind of comparison."""
    few = Missing(found=7, needed=50, of="outputs")

    assert of_values(Aspect.LENGTH, few, Unit.CHARACTERS).missing == few
    assert of_embeddings(Aspect.QUESTIONS, few).state is State.INSUFFICIENT


def test_embeddings_and_topics_keep_their_numbers() -> None:
    """The order with its interval; the share with its own."""
    drift = EmbeddingDrift(
        state=State.DRIFT, p_value=1e-5, p_hotelling=1e-5, p_discrepancy=1e-4,
        order=Measured(value=0.55, low=0.53, high=0.57), pulling=(1,), now=500, before=1000,
    )  # fmt: skip
    topic = Topic(
        place=3, name="cash, Thailand", state=State.DRIFT, missing=None, now=0.04, before=0.0, effect=0.04, low=0.02,
        high=0.06, p_value=1e-6, new=True, examples=(1,),
    )  # fmt: skip

    asked = of_embeddings(Aspect.QUESTIONS, drift)
    assert (asked.effect, asked.low, asked.high, asked.unit) == (0.55, 0.53, 0.57, Unit.ORDER)
    grown = of_topic(topic, 500, 1000)
    assert (grown.name, grown.new, grown.effect, grown.n_before) == ("cash, Thailand", True, 0.04, 1000)


def test_a_p_value_of_one_week_is_held_to_a_year_of_weeks() -> None:
    """.01 is a finding once, and none among 52 weeks; .00001 is one among ten comparisons: .01 / 52 / 10 = .000019."""
    every = [compared(0.5, State.STABLE)] * 8 + [compared(0.01), compared(0.00001, aspect=Aspect.LANGUAGE)]
    found = settled(every)

    assert [one.state for one in found].count(State.DRIFT) == 1
    assert found[0].aspect is Aspect.LANGUAGE
    assert settled([compared(0.01)], level=0.05)[0].state is State.DRIFT


def test_a_small_p_value_alone_makes_no_drift() -> None:
    """Where the test itself said that nobody would miss the difference."""
    assert settled([compared(1e-9, State.STABLE)])[0].state is State.STABLE


def test_the_most_telling_finding_stands_first() -> None:
    """Wrong outputs before everything else; a part before the whole; what cannot be said last."""
    whole, part = WRONG, replace(WRONG, part=PartKind.SLICE, name="Fees")
    few = compared(0.5, State.INSUFFICIENT, missing=Missing(found=1, needed=50))
    found = settled([few, compared(1e-9), whole, compared(0.5, State.STABLE, Aspect.WRONG), part])

    assert found[:2] == (part, whole)
    assert [one.state for one in found] == [State.DRIFT] * 3 + [State.STABLE, State.INSUFFICIENT]


@pytest.mark.parametrize(
    ("moved", "reviewed", "said"),
    [
        ([WRONG], 200, Headline.MORE_WRONG),
        ([replace(WRONG, rising=False)], 200, Headline.FEWER_WRONG),
        ([WRONG], 9, Headline.MORE_WRONG),
        ([compared(1e-9, aspect=Aspect.TOPIC), compared(1e-9)], 200, Headline.NEW_QUESTIONS),
        ([compared(1e-9)], 200, Headline.CHANGED_ANSWERS),
        ([compared(0.5, State.STABLE)], 200, Headline.NOTHING_MOVED),
        ([compared(0.5, State.STABLE)], 39, Headline.TOO_FEW),
        ([], 200, Headline.NOTHING_MOVED),
    ],
)
def test_the_first_line_says_the_weightiest(moved: list[Finding], reviewed: int, said: Headline) -> None:
    """What is wrong, then what is asked, then what is answered."""
    assert headline(moved, outputs=1000, reviewed=reviewed) is said


def test_a_week_without_outputs_says_that() -> None:
    """And nothing of drift."""
    assert headline([], outputs=0, reviewed=0) is Headline.NO_TRAFFIC

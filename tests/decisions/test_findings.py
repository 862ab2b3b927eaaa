"""Comparisons as findings: what speaks, what it says, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reviewers.decisions import findings, value_drift, verdict_drift
from reviewers.decisions.embedding_drift import EmbeddingDrift
from reviewers.decisions.estimate import Estimate, Interval, Method
from reviewers.decisions.findings import Rates, headline, of_embeddings, of_topic, of_values, of_verdicts, settled
from reviewers.decisions.measures import Measured
from reviewers.decisions.too_few import TooFew
from reviewers.decisions.topics import Topic
from reviewers.model.digest import Aspect, Finding, Headline, State, Unit
from reviewers.model.digest_parts import PartKind
from reviewers.model.missing import Missing
from tests.watches import START, a_watch, some_reviews


def an_estimate(value: float, low: float, high: float, reviewed: int = 200) -> Estimate:
    """So many of 1 wrong."""
    return Estimate(
        value=value,
        intervals={0.95: Interval(low, high)},
        reviewed=reviewed,
        outputs=10_000,
        effective_n=reviewed,
        method=Method.SCORE,
    )


RATES = Rates(before=an_estimate(0.08, 0.06, 0.10, 800), now=an_estimate(0.14, 0.09, 0.20))
RISEN = verdict_drift.observe(a_watch(), some_reviews([1] * 40))
CALM = verdict_drift.observe(a_watch(), some_reviews(([1] + [0] * 9) * 20))


def compared(p_value: float, state: State = State.DRIFT, aspect: Aspect = Aspect.LENGTH, **changes: Any) -> Finding:
    """A comparison with this p-value."""
    return Finding(aspect=aspect, state=state, p_value=p_value, **changes)


def test_a_watch_that_speaks_tells_its_effect_and_beginning() -> None:
    """From 8 to 14 of 100, with the interval that the two intervals make."""
    found = of_verdicts(RISEN, RATES, speaks=True)

    # .06 - √(.05² + .02²) = .00615 and .06 + √(.06² + .02²) = .12325.
    assert found.effect == pytest.approx(0.06)
    assert (found.low, found.high) == pytest.approx((0.00615, 0.12325), abs=1e-5)
    assert (found.state, found.rising, found.since) == (State.DRIFT, True, START)
    assert (found.n_now, found.n_before) == (200, 800)


def test_a_watch_that_is_silent_is_stable() -> None:
    """Enough was reviewed, and nothing crossed."""
    found = of_verdicts(CALM, RATES, speaks=False, part=PartKind.SLICE, name="Limits")

    assert (found.state, found.missing, found.since, found.rising) == (State.STABLE, None, None, None)


def test_too_few_reviews_are_neither_drift_nor_stable() -> None:
    """This week's first, then the baseline's; but what is told stays told."""
    few = replace(RATES, now=TooFew(found=9, needed=40))
    no_baseline = Missing(found=120, needed=400)

    assert of_verdicts(CALM, few, speaks=False).missing == Missing(found=9, needed=40)
    assert of_verdicts(no_baseline, RATES, speaks=False).missing == no_baseline
    assert of_verdicts(no_baseline, few, speaks=False).missing == Missing(found=9, needed=40)
    spoken = of_verdicts(RISEN, few, speaks=True)
    assert (spoken.state, spoken.now, spoken.effect, spoken.rising) == (State.DRIFT, None, None, True)


def test_parts_are_held_against_each_other() -> None:
    """One of ten watches needs ten times the evidence; the whole route needs none but its own confirmation."""
    strong, weak = RISEN, verdict_drift.observe(a_watch(), some_reviews([1] * 11))
    assert 20.0 < findings._evidence(weak) < 200.0

    assert findings.told([weak]) == (True,)
    assert findings.told([CALM, weak] + [CALM] * 8) == (False,) * 10
    assert findings.told([CALM, strong] + [CALM] * 8) == (False, True) + (False,) * 8
    assert findings.told([weak] + [CALM] * 9) == (verdict_drift.confirmed(weak) is not None,) + (False,) * 9


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
    """.01 is a finding once, and none among 52 weeks; .00003 is one among ten comparisons: .02 / 52 / 10 = .000038."""
    every = [compared(0.5, State.STABLE)] * 8 + [compared(0.01), compared(0.00003, aspect=Aspect.LANGUAGE)]
    found = settled(every)

    assert [one.state for one in found].count(State.DRIFT) == 1
    assert found[0].aspect is Aspect.LANGUAGE
    assert settled([compared(0.01)], level=0.05)[0].state is State.DRIFT


def test_a_small_p_value_alone_makes_no_drift() -> None:
    """Where the test itself said that nobody would miss the difference."""
    assert settled([compared(1e-9, State.STABLE)])[0].state is State.STABLE


def test_the_most_telling_finding_stands_first() -> None:
    """Wrong outputs before everything else; a part before the whole; what cannot be said last."""
    whole, part = (
        of_verdicts(RISEN, RATES, speaks=True),
        of_verdicts(RISEN, RATES, speaks=True, part=PartKind.SLICE, name="Fees"),
    )
    few = compared(0.5, State.INSUFFICIENT, missing=Missing(found=1, needed=50))
    found = settled([few, compared(1e-9), whole, compared(0.5, State.STABLE, Aspect.WRONG), part])

    assert found[:2] == (part, whole)
    assert [one.state for one in found] == [State.DRIFT] * 3 + [State.STABLE, State.INSUFFICIENT]


@pytest.mark.parametrize(
    ("moved", "reviewed", "said"),
    [
        ([of_verdicts(RISEN, RATES, speaks=True)], 200, Headline.MORE_WRONG),
        ([replace(of_verdicts(RISEN, RATES, speaks=True), rising=False)], 200, Headline.FEWER_WRONG),
        ([of_verdicts(RISEN, RATES, speaks=True)], 9, Headline.MORE_WRONG),
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

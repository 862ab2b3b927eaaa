"""The figures that people read of reviews, against numbers found another way, and against too little data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewers.decisions import figures
from reviewers.decisions.figures import Difference
from reviewers.decisions.too_few import TooFew
from reviewers.model import Outcome, Purpose, Reason, Reviewed, VerdictKind
from tests.builders import NOON

KINDS = {
    Outcome.APPROVED: VerdictKind.APPROVE,
    Outcome.EDITED: VerdictKind.EDIT,
    Outcome.REJECTED: VerdictKind.REJECT,
}


def a_review(number: int, outcome: Outcome | None = Outcome.APPROVED, **changes: Any) -> Reviewed:
    """Mara's verdict on one output of the uniform sample, after 30 seconds."""
    fields: dict[str, Any] = {
        "task_id": f"t-{number}",
        "output_id": f"o-{number}",
        "reviewer": "U0MARA",
        "kind": KINDS.get(outcome, VerdictKind.APPROVE) if outcome else VerdictKind.APPROVE,
        "as_lead": False,
        "seen": "evidence",
        "opened_at": NOON,
        "recorded_at": NOON + timedelta(seconds=30),
        "outcome": outcome,
        "resolved_at": NOON + timedelta(seconds=30) if outcome else None,
        "resolved_by": "U0MARA",
        "route": "Card support",
        "show": "evidence",
        "marks_draw": 0.5,
        "sent_by": "",
        "known": "",
        "reason": Reason.UNIFORM,
        "inclusion_probability": 1.0,
        "policy_version": "p",
        "model": "helpdesk-8b",
        "model_version": "2026-11-03",
        "received_at": NOON,
    }
    return Reviewed(**(fields | changes))


def reviews(right: int, wrong: int, *, start: int = 0, **changes: Any) -> list[Reviewed]:
    """That many right and wrong ones."""
    outcomes = [Outcome.APPROVED] * right + [Outcome.REJECTED] * wrong
    return [a_review(start + place, outcome, **changes) for place, outcome in enumerate(outcomes)]


@given(st.integers(0, 50), st.integers(1, 50))
def test_interval_holds_its_share_and_stays_inside(hits: int, more: int) -> None:
    """0 <= low <= share <= high <= 1."""
    share, n = hits / (hits + more), hits + more
    low, high = figures.wilson(share, n)
    assert 0.0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1.0


def test_marks_are_compared_inside_the_uniform_sample() -> None:
    """11 of 100 with marks, 13 of 50 without: −15 points, −29.4 to −2.3 (Newcombe, ends solved numerically)."""
    sample = [
        *reviews(89, 11),
        *reviews(37, 13, start=200, show="blind"),
        *reviews(0, 99, start=300, reason=Reason.RISK, marks_draw=None),
    ]
    found = figures.anchoring(sample)
    assert isinstance(found, Difference)
    assert (found.value, found.low, found.high) == pytest.approx((-0.15, -0.2936004, -0.0231841), abs=1e-6)


def test_a_route_that_shows_no_marks_is_no_trial_of_them() -> None:
    """10 of 100 wrong on a route with marks, 40 of 100 on one that is blind: nothing was drawn on either. Nor is a
    route that turned blind compared with itself under an older policy."""
    routes = reviews(90, 10) + reviews(60, 40, start=200, route="Loans", show="blind")
    assert figures.anchoring(routes) == TooFew(found=0, needed=20)
    turned = reviews(90, 10) + reviews(60, 40, start=200, policy_version="q", show="blind")
    assert figures.anchoring(turned) == TooFew(found=0, needed=20)


def test_marks_are_compared_within_routes() -> None:
    """A tenth without marks on a route of 10 in 100 wrong, half of them on one of 40 in 100: no difference, though
    29 of 140 with marks are wrong and 21 of 60 without.

    Weights 90·10/100 = 9 and 50·50/100 = 25, so both sides are (9·.1 + 25·.4)/34; effective numbers 34²/(81/90 +
    625/50) = 86.27 and 34²/(81/10 + 625/50) = 56.12. Ends by the roots of Wilson's quadratic.
    """
    sample = [
        *reviews(81, 9),
        *reviews(9, 1, start=200, show="blind"),
        *reviews(30, 20, start=300, route="Loans"),
        *reviews(30, 20, start=400, route="Loans", show="blind"),
        *reviews(0, 70, start=500, route="Complaints", show="blind"),
    ]
    found = figures.anchoring(sample)
    assert isinstance(found, Difference)
    assert (found.first.value, found.second.value) == pytest.approx((10.9 / 34, 10.9 / 34))
    assert (found.value, found.low, found.high) == pytest.approx((0.0, -0.1577075, 0.1495720), abs=1e-6)
    assert (found.first.reviewed, found.second.reviewed) == (140, 60)


def test_too_few_without_marks_are_said() -> None:
    """Nineteen of twenty."""
    sample = reviews(89, 11) + reviews(19, 0, start=200, show="blind")
    assert figures.anchoring(sample) == TooFew(found=19, needed=20)


def test_own_week_counts_outputs_and_agreement() -> None:
    """Six outputs, two of them with Jonas, who carried one of these against Mara."""
    mine = reviews(6, 0)
    with_jonas = [
        a_review(0, Outcome.APPROVED, reviewer="U0JONAS"),
        a_review(1, Outcome.REJECTED, reviewer="U0JONAS"),
    ]
    mine[1] = a_review(1, Outcome.REJECTED, kind=VerdictKind.APPROVE)
    week = figures.own_week(mine + with_jonas, "U0MARA")
    assert (week.reviewed, week.agreed, week.shared, week.seconds) == (6, 1, 2, 30.0)
    assert week.known_right == TooFew(found=0, needed=20)


def test_a_second_look_agrees_on_right_or_wrong() -> None:
    """Jonas edits where Mara rejected: of one mind. He approves where she rejected: not. Both read the same of it."""
    mine = reviews(0, 2)
    second = {"reviewer": "U0JONAS", "purpose": Purpose.SECOND}
    theirs = [
        a_review(0, Outcome.EDITED, task_id="s-0", **second),
        a_review(1, Outcome.APPROVED, task_id="s-1", **second),
    ]
    for who in ("U0MARA", "U0JONAS"):
        week = figures.own_week(mine + theirs, who)
        assert (week.reviewed, week.agreed, week.shared) == (2, 1, 2)


def test_a_known_answer_agrees_with_nobody() -> None:
    """Neither with those who decided the output, nor they with it."""
    gold = a_review(0, Outcome.APPROVED, task_id="g-0", reviewer="U0JONAS", purpose=Purpose.GOLD, known="wrong")
    for who in ("U0MARA", "U0JONAS"):
        assert figures.own_week([*reviews(0, 1), gold], who).shared == 0


def test_a_second_look_and_a_known_answer_are_no_decision() -> None:
    """What an output came to is what its review came to."""
    looks = [
        a_review(0, Outcome.REJECTED, task_id="s-0", purpose=Purpose.SECOND),
        a_review(0, Outcome.REJECTED, task_id="g-0", purpose=Purpose.GOLD, known="wrong"),
    ]
    assert figures.decided([*looks, *reviews(1, 0)]) == reviews(1, 0)


def test_known_answers_are_scored_from_twenty_on() -> None:
    """An edit of a wrong one is as right as a rejection; an approval of it is not."""
    known = [
        *reviews(12, 3, known="right"),
        *[a_review(number, Outcome.EDITED, known="wrong") for number in range(20, 24)],
        a_review(30, Outcome.APPROVED, known="wrong"),
    ]
    assert figures.own_week(known, "U0MARA").known_right == 12 + 4


def test_median_needs_five_times() -> None:
    """A verdict on a card has none."""
    timed = [a_review(n, recorded_at=NOON + timedelta(seconds=10 * n)) for n in range(1, 6)]
    assert figures.seconds_for_one([*timed, a_review(9, opened_at=None)]) == 30.0
    assert figures.seconds_for_one(timed[:4]) == TooFew(found=4, needed=5)

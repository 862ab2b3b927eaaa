"""Builds what the verdicts prove; a test changes one thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reviewers.decisions.agreement import Alpha
from reviewers.decisions.error_rates import Line
from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.figures import Difference
from reviewers.decisions.score_interval import Interval
from reviewers.decisions.signal import Auroc
from reviewers.decisions.too_few import TooFew
from reviewers.model import Guarantee, Judgement, Part, Proof, Rate
from reviewers.workflow.judgement import Stats
from tests.builders import NOON

SCORE = "model-assisted score interval"
RATE = Rate(value=0.096, low=0.079, high=0.116, reviewed=834, speaks_for=38900, uncorrected=0.088, method=SCORE)
WEEK = Rate(value=0.14, low=0.09, high=0.20, reviewed=212, speaks_for=4000, method=SCORE)
FEW = TooFew(found=4, needed=40)
ALPHA = Alpha(value=0.81, low=0.7, high=0.9, units=212, verdicts=424)
ERRORS = ReviewerErrors(
    sensitivity=Beta(right=44.0, missed=9.0), specificity=Beta(right=175.0, missed=5.4), checked=42, people=3
)
MARKED = Rate(value=0.11, low=0.08, high=0.15, reviewed=200, speaks_for=200)
UNMARKED = Rate(value=0.13, low=0.09, high=0.18, reviewed=150, speaks_for=150)
DIFFERENCE = Difference(first=MARKED, second=UNMARKED, value=-0.02, low=-0.07, high=0.03)
AUROC = Auroc(value=0.78, interval=Interval(0.71, 0.84), level=0.95, error=0.2, wrong=80.0, right=754.0)
PART = Part(threshold=0.08, share=0.62, predicted=0.02, reviewed=212, value=0.021, low=0.01, high=0.044, worth=200.0)
MISSED = Part(threshold=0.1, share=0.64, predicted=0.03, reviewed=230, value=0.04, low=0.02, high=0.061, worth=210.0)
GUARANTEE = Guarantee(limit=0.05, confidence=0.9, outputs=38000, reviewed=830, proven=PART, missed=MISSED, needed=1200)
PROOF = Proof(limit=0.05, confidence=0.9, threshold=0.08, share=0.62, high=0.044, reviewed=212, proven_at=NOON)


def a_judgement(**changes: Any) -> Judgement:
    """What stands of Card support: a rate, and a proof for the least risky 62 of 100."""
    fields: dict[str, Any] = {
        "route": "Card support",
        "rate": RATE,
        "guarantee": GUARANTEE,
        "tested_at": NOON,
        "proof": PROOF,
        "made_at": NOON,
    }
    return Judgement(**(fields | changes))


def a_line(name: str, rate: Rate | TooFew, reviewed: int, *, finding: bool = False) -> Line:
    """One row of a table."""
    return Line(name=name, rate=rate, reviewed=reviewed, outputs=reviewed * 20, finding=finding)


def some_stats(**changes: Any) -> Stats:
    """The figures of the design: four weeks of Card support."""
    fields: dict[str, Any] = {
        "route": "Card support",
        "since": NOON - timedelta(days=28),
        "until": NOON,
        "rate": RATE,
        "outputs": 38900,
        "reviewed": 834,
        "ranked": 834,
        "weeks": (a_line("2026-W47", WEEK, 212), a_line("2026-W06", FEW, 4)),
        "slices": (),
        "versions": (),
        "routes": (),
        "anchoring": TooFew(found=0, needed=20),
        "agreement": TooFew(found=3, needed=20, of="outputs with two verdicts"),
        "errors": TooFew(found=3, needed=20, of="second opinions"),
        "signal": TooFew(found=3, needed=5, of="wrong outputs"),
        "drawn_evenly": False,
        "judgement": None,
        "seconds_a_review": 45.0,
    }
    return Stats(**(fields | changes))

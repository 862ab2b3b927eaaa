"""Figures of a reviewer for the tests of surfaces: one of whom everything stands out, and one who is not known."""

from __future__ import annotations

from reviewers.decisions.conduct import Conduct, Ratio, Share, Sign
from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.fatigue import Slope
from reviewers.decisions.own_figures import OwnFigures
from reviewers.decisions.too_few import TooFew

NONE = TooFew(found=0, needed=5)
QUIET = Conduct(finds=NONE, sensitivity=NONE, hasty=NONE, unopened=NONE, tires=NONE)
LOUD = OwnFigures(
    sensitivity=Beta(right=9.0, missed=21.0),  # scipy: .30 with .152 to .472 between the 2.5 % and 97.5 % points
    specificity=Beta(right=95.0, missed=5.0),  # .95, .901 to .983
    conduct=Conduct(
        finds=Ratio(value=0.2, low=0.05, high=0.45, found=2, expected=9.8),
        sensitivity=Beta(right=9.0, missed=21.0),
        hasty=Share(value=0.85, low=0.7, high=0.93, count=34, of=40),
        unopened=31,
        tires=Slope(value=2.04, low=1.21, high=3.4, answers=40, errors=12),
    ),
    signs=frozenset(Sign),
    verdicts=1320,
    shared=83,
    wrong_checked=26.7,
    right_checked=52.4,
    compared=320,
)

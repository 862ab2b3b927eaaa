"""Signs that somebody approves without reading, or tires: each with its interval, and who may be told of it.

None of them is a proof. They are for the reviewer first; a lead hears only of what verdicts show, never of time alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import sqrt

from scipy.special import betainc, betaincinv

from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.fatigue import Slope
from reviewers.decisions.too_few import TooFew

Z95 = 1.959963984540054  # the standard normal's 97.5 % point
LEAST_SECONDS = 4.0  # of looking at anything: question, answer and marks; our choice, from timing cards in a run
SECONDS_A_WORD = 0.18  # 333 words a minute, faster than most read silently (238: Brysbaert, J. Mem. Lang. 109, 2019)
HALF = 0.5  # our choice: finding less than half of the wrong outputs is no difference of opinion
SURE = 0.9  # our choice: how probable a sensitivity below HALF must be before anybody hears of it
EXPECTED_NEEDED = 5.0  # our choice: below it even finding nothing at all could be luck (e^-5 is 1 in 150)
TIMES_NEEDED = 20  # our choice, as for every share
RUN_NEEDED = 30  # our choice: verdicts in a row without a look at the sources


class Sign(StrEnum):
    """What stands out in somebody's verdicts."""

    FINDS_LITTLE = "finds_little"  # less than half of what colleagues find on outputs of the same risk
    MISSES = "misses"  # less than half of the wrong outputs, by second opinions and known answers
    HASTE = "haste"  # most verdicts sooner than the answer can be read
    UNOPENED = "unopened"  # a long run of verdicts without a look at the sources
    TIRES = "tires"  # errs more the longer a session lasts


OF_VERDICTS = frozenset({Sign.FINDS_LITTLE, Sign.MISSES})  # what a lead may hear of


class Audience(StrEnum):
    """Who sees a sign."""

    NOBODY = "nobody"
    REVIEWER = "reviewer"
    LEAD = "lead"  # and the reviewer, who saw it first


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """How many times as many as expected, with its 95 % interval."""

    value: float
    low: float
    high: float
    found: int
    expected: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A share in [0, 1], with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int
    of: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Conduct:
    """All signs of one person over a period."""

    finds: Ratio | TooFew
    sensitivity: Beta | TooFew
    hasty: Share | TooFew
    unopened: int | TooFew  # the longest run, up to the newest verdict
    tires: Slope | TooFew


def finds(*, found: int, expected: float, others_found: int, others_expected: float) -> Ratio | TooFew:
    """How many wrong outputs somebody found, as a multiple of what colleagues would have found on the same risks.

    θ = (found / expected) / (others_found / others_expected), the ratio of two Poisson rates: given the sum of both
    counts the person's is binomial, so Clopper and Pearson's interval for that share gives θ's, exactly and too wide
    rather than too narrow (verdicts are Bernoulli, which varies less). Colleagues' ratio cancels a risk that is
    calibrated too high or too low for all.

    Extremes: 1 as colleagues; 0 for somebody who approved everything; above 1 for the strict.

    Args:
        found: outputs that the person edited or rejected.
        expected: Σ risk over the outputs that the person decided, each in [0, 1].
        others_found: the same of all others on the route.
        others_expected: the same of all others on the route.

    Too little data: TooFew where colleagues would have found fewer than EXPECTED_NEEDED on the person's outputs, or
    found fewer than that themselves.

    Source: Przyborowski and Wilenski, Biometrika 31 (1940), 313 to 323; indirect standardisation as in Breslow and
    Day, Statistical Methods in Cancer Research II (1987), section 2.3.

    >>> finds(found=4, expected=10.0, others_found=80, others_expected=100.0).value
    0.5
    """
    usual = expected * others_found / others_expected if others_expected > 0.0 else 0.0
    if usual < EXPECTED_NEEDED or others_found < EXPECTED_NEEDED:
        return TooFew(found=int(min(usual, others_found)), needed=int(EXPECTED_NEEDED), of="wrong answers expected")
    low, high = _clopper_pearson(found, found + others_found)
    scale = others_expected / expected
    return Ratio(
        value=found / usual,
        low=scale * low / (1.0 - low),
        high=scale * high / (1.0 - high),
        found=found,
        expected=usual,
    )


def hasty(times: Iterable[tuple[float, int]]) -> Share | TooFew:
    """The share of verdicts that came sooner than the answer can be read: under max(4 s, 0.18 s a word).

    Args:
        times: seconds from having it before one to the verdict, and words shown; where that is known.

    Wilson's interval (1927). Too little data: TooFew below TIMES_NEEDED times. A short time proves nothing: somebody
    may know the answer by heart, or have read it in the channel before.

    >>> hasty([(3.0, 10)] * 10 + [(30.0, 100)] * 30).value
    0.25
    """
    read = list(times)
    if len(read) < TIMES_NEEDED:
        return TooFew(found=len(read), needed=TIMES_NEEDED, of="timed verdicts")
    soon = sum(seconds < max(LEAST_SECONDS, SECONDS_A_WORD * words) for seconds, words in read)
    share, n = soon / len(read), len(read)
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return Share(value=share, low=max(0.0, centre - half), high=min(1.0, centre + half), count=soon, of=n)


def unopened(opened: Sequence[bool]) -> int | TooFew:
    """How many verdicts in a row, up to the newest, came without a look at the sources beyond what the card shows.

    Args:
        opened: whether the sources were opened, one a verdict in the order of recording, where that is known.

    Too little data: TooFew below RUN_NEEDED verdicts.
    """
    if len(opened) < RUN_NEEDED:
        return TooFew(found=len(opened), needed=RUN_NEEDED, of="verdicts")
    newest, run = next(groupby(reversed(opened)))
    return 0 if newest else sum(1 for _ in run)


def misses(sensitivity: Beta) -> float:
    """The probability that a person finds less than half of the wrong outputs: the Beta's mass below HALF."""
    return float(betainc(sensitivity.right, sensitivity.missed, HALF))


def signs(conduct: Conduct) -> frozenset[Sign]:
    """What stands out: an interval wholly beyond a line, or a probability above SURE. Too little data shows nothing."""
    found: set[Sign] = set()
    if isinstance(conduct.finds, Ratio) and conduct.finds.high < HALF:
        found.add(Sign.FINDS_LITTLE)
    if isinstance(conduct.sensitivity, Beta) and misses(conduct.sensitivity) > SURE:
        found.add(Sign.MISSES)
    if isinstance(conduct.hasty, Share) and conduct.hasty.low > HALF:
        found.add(Sign.HASTE)
    if isinstance(conduct.unopened, int) and conduct.unopened >= RUN_NEEDED:
        found.add(Sign.UNOPENED)
    if isinstance(conduct.tires, Slope) and conduct.tires.low > 1.0:
        found.add(Sign.TIRES)
    return frozenset(found)


def audience(sign: Sign, *, now: frozenset[Sign], a_week_ago: frozenset[Sign]) -> Audience:
    """Who sees a sign: the person as soon as it is one; a lead once it has stood on that person's Home for a week.

    Only what verdicts show reaches a lead. Speed, unopened sources and fatigue are the person's own, to do something
    about; a lead who saw them would manage the clock.

    Args:
        sign: the one in question.
        now: the signs as of now.
        a_week_ago: the signs as they were a week ago, from the data of then.
    """
    if sign not in now:
        return Audience.NOBODY
    return Audience.LEAD if sign in OF_VERDICTS and sign in a_week_ago else Audience.REVIEWER


def _clopper_pearson(count: int, n: int) -> tuple[float, float]:
    """The exact 95 % interval of a share (Biometrika 26, 1934)."""
    low = float(betaincinv(count, n - count + 1, 0.025)) if count else 0.0
    return low, float(betaincinv(count + 1, n - count, 0.975)) if count < n else 1.0

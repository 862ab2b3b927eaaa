"""Whether somebody errs more the longer a session lasts, from the known answers among their verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp

import numpy as np

from reviewers.decisions.dawid_skene import Real
from reviewers.decisions.too_few import TooFew

Z95 = 1.959963984540054  # the standard normal's 97.5 % point
BREAK = timedelta(minutes=30)  # our choice: after it a new session begins
STEP = 10  # answers: the slope is told for each ten
ANSWERS_NEEDED = 20  # our choice, as for every figure of known answers
EACH_NEEDED = 5  # our choice: with fewer errors, or fewer right ones, a slope follows single answers
MOST_ROUNDS = 50  # our choice: it needs under 10 but where answers separate
CLOSE = 1e-8  # our choice, because the figure is shown with two digits


@dataclass(frozen=True, kw_only=True, slots=True)
class Slope:
    """By which factor the odds of an error change with each ten answers of a session, with its 95 % interval."""

    value: float
    low: float
    high: float
    answers: int  # known ones
    errors: int  # among them


def done_before(times: Sequence[datetime]) -> list[int]:
    """How many verdicts of the same session came before each; a session ends with a BREAK.

    Args:
        times: of all verdicts of one person, in order.
    """
    done: list[int] = []
    for place, moment in enumerate(times):
        goes_on = place > 0 and moment - times[place - 1] <= BREAK
        done.append(done[-1] + 1 if goes_on else 0)
    return done


def tires(answers: Sequence[tuple[int, bool]]) -> Slope | TooFew:
    """Whether errors on known answers grow more likely as a session goes on: exp(β) of logit P(error) = α + β done/10.

    Firth's penalised likelihood keeps the slope finite where errors and position separate, and takes away its bias at
    small n; the interval is Wald's on β.

    Extremes: 1 no change; 2 the odds of an error double with each ten answers; below 1 somebody warms up.

    Args:
        answers: verdicts already given in the session (0 or more), and whether this one was an error.

    Too little data: TooFew below ANSWERS_NEEDED known answers, or EACH_NEEDED errors or right ones among them, or
    where all of them stand within STEP answers of each other: over so short a way nobody tires.

    Source: Firth, Biometrika 80 (1993), section 3.3; Heinze and Schemper, Statistics in Medicine 21 (2002).
    """
    errors = sum(error for _, error in answers)
    least = min(errors, len(answers) - errors)
    places = [done for done, _ in answers]
    if len(answers) < ANSWERS_NEEDED or max(places) - min(places) < STEP:
        return TooFew(found=len(answers), needed=ANSWERS_NEEDED, of="known answers")
    if least < EACH_NEEDED:
        return TooFew(found=least, needed=EACH_NEEDED, of="known answers judged rightly and wrongly")
    design = np.array([(1.0, done / STEP) for done, _ in answers])
    slope, error = _firth(design, np.array([float(wrong) for _, wrong in answers]))
    return Slope(
        value=exp(slope),
        low=exp(slope - Z95 * error),
        high=exp(slope + Z95 * error),
        answers=len(answers),
        errors=errors,
    )


def _firth(design: Real, outcome: Real) -> tuple[float, float]:
    """The slope and its standard error: Newton's steps on the score with hat-matrix correction h (1/2 − p)."""
    place = np.zeros(design.shape[1])
    for _ in range(MOST_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-design @ place))
        weight = chance * (1.0 - chance)
        covariance = np.linalg.inv(design.T @ (design * weight[:, None]))
        hat = weight * np.einsum("ij,jk,ik->i", design, covariance, design)
        step = covariance @ (design.T @ (outcome - chance + hat * (0.5 - chance)))
        place += step / max(1.0, float(np.abs(step).max()))  # no further than one logit at once: it cannot run away
        if float(np.abs(step).max()) < CLOSE:
            break
    return float(place[1]), float(np.sqrt(covariance[1, 1]))

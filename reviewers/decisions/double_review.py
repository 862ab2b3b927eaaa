"""Which decided outputs are judged again by others, blindly: second looks, one more where two differ, known answers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from reviewers.decisions.estimate_inputs import ReviewerErrors

SECOND_FROM = timedelta(hours=1)  # our choice: the decided card has moved out of sight by then
SECOND_UNTIL = timedelta(days=3)  # our choice: turning double review on asks for no pile of old answers
KNOWN_FROM = timedelta(days=7)  # our choice: a week later nobody has the decided card before their eyes
KNOWN_UNTIL = timedelta(days=90)  # our choice: sources change, and a right answer of last year may be wrong today
LEAST_GAIN = 0.05  # our choice: one more verdict must set right at least one decision in twenty
RIGHT, WRONG = "right", "wrong"  # as a task's known answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One deciding verdict, as far as right and wrong go."""

    reviewer: str
    wrong: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """An output that people decided, with every look at it so far."""

    output_id: str
    wrong: bool  # as it was resolved: edited or rejected
    as_lead: bool  # a lead settled it
    resolved_at: datetime
    said: tuple[Said, ...]  # of the review and of second looks, one a person
    seconds: int = 0  # second looks that were opened
    seconds_open: int = 0  # of them, still without a verdict
    golds: int = 0  # times that it was given to somebody as a known answer
    seen_by: frozenset[str] = frozenset()  # who voted, worked on it, sent it or wrote in its thread


def wants_second(decided: Decided, *, share: float, draw: float, now: datetime) -> bool:
    """Whether somebody else judges this output blindly: one person decided it, lately, and draw < share.

    Args:
        share: chance that an output which one person decided gets a second look, in [0, 1].
        draw: uniform on [0, 1), a hash of the output's id that no policy changes: one draw an output, so that a
            larger share only adds to what a smaller one picks.
    """
    alone = len(decided.said) == 1 and not decided.as_lead and decided.seconds == 0
    return alone and SECOND_FROM <= now - decided.resolved_at <= SECOND_UNTIL and draw < share


def wants_third(decided: Decided, *, chance_wrong: float, errors: Sequence[ReviewerErrors], now: datetime) -> bool:
    """Whether one more person is asked after two who differ: only where their verdict is likely to settle it.

    Any of those who are left may be the one who answers, and each is known by name then: so what a verdict is worth is
    the mean of what each one's is, and not that of a person with their mean errors, which is never more.

    Args:
        chance_wrong: posterior probability that the output is wrong, given both verdicts, in [0, 1].
        errors: of each person who may be asked; none: nobody is asked.
    """
    differ = len({said.wrong for said in decided.said}) == 2
    asked = decided.seconds == 1 and decided.seconds_open == 0 and len(decided.said) == 2 and differ
    recent = now - decided.resolved_at <= 2 * SECOND_UNTIL  # the second verdict may have come at the end of its days
    if not asked or decided.as_lead or not recent or not errors:
        return False
    return sum(gain(chance_wrong, one) for one in errors) / len(errors) >= LEAST_GAIN


def gain(chance_wrong: float, errors: ReviewerErrors) -> float:
    """By how much one more verdict lowers the chance that the more probable side is the wrong one.

    min(p, 1 − p) − E[min(p', 1 − p')], with p' the posterior after a verdict of sensitivity s and specificity c:
    p' = p s / (p s + (1 − p)(1 − c)) when it says wrong, and p (1 − s) / (p (1 − s) + (1 − p) c) when it says right.
    The expected value of sample information under 0-1 loss.

    Extremes: 0 where no verdict could turn the decision, as after two who agree; at most min(p, 1 − p), for somebody
    who never errs.

    Source: Raiffa and Schlaifer, Applied Statistical Decision Theory (1961), section 4.5; for labels, Sheng, Provost
    and Ipeirotis, KDD 2008, section 4.

    >>> from reviewers.decisions.estimate_inputs import Beta
    >>> always = ReviewerErrors(sensitivity=Beta(right=1e9, missed=1.0), specificity=Beta(right=1e9, missed=1.0))
    >>> round(gain(0.25, always), 6)
    0.25
    """
    finds, lets = errors.sensitivity.mean, errors.specificity.mean
    says_wrong = (chance_wrong * finds, (1.0 - chance_wrong) * (1.0 - lets))  # while it is wrong, and right
    says_right = (chance_wrong * (1.0 - finds), (1.0 - chance_wrong) * lets)
    return min(chance_wrong, 1.0 - chance_wrong) - min(says_wrong) - min(says_right)


def disagrees(decided: Decided) -> bool:
    """Whether second looks are on balance against what the output was resolved to: a lead may want to look."""
    against = sum(said.wrong is not decided.wrong for said in decided.said)
    return not decided.as_lead and decided.seconds > 0 and 2 * against >= len(decided.said)


def known_answer(decided: Decided) -> str:
    """RIGHT or WRONG where that is clear, else empty: a lead settled it, or two or more agree and nobody differs."""
    agree = len(decided.said) >= 2 and all(said.wrong is decided.wrong for said in decided.said)
    if not (decided.as_lead or agree):
        return ""
    return WRONG if decided.wrong else RIGHT


def next_known(
    pool: Sequence[Decided], *, given: Sequence[str], reviewers: Collection[str], now: datetime, salt: str
) -> Decided | None:
    """The next output that is given to somebody as a known answer; None where none of the kind that is due fits.

    As many wrong ones as right ones, so that both sensitivity and specificity are learned: the kind that was given
    less is due, a wrong one first. Only clear ones, decided 7 to 90 days ago, that somebody on the route has not seen;
    those that were given least come first, and among equals a hash decides.

    Args:
        given: the known answers that were given lately, RIGHT or WRONG.
        reviewers: of the route; empty: every member, so that somebody is always left.
        salt: what the order among equals hangs on.
    """
    due = WRONG if given.count(WRONG) <= given.count(RIGHT) else RIGHT
    fit = [
        one
        for one in pool
        if known_answer(one) == due
        and KNOWN_FROM <= now - one.resolved_at <= KNOWN_UNTIL
        and (not reviewers or set(reviewers) - one.seen_by)
    ]
    return min(fit, key=lambda one: (one.golds, _spread(salt, one.output_id)), default=None)


def known_due(reviewed: int, given: int, rate: float) -> int:
    """How many known answers are due: rate × verdicts, rounded down, less those that were given.

    Args:
        reviewed: verdicts on ordinary answers this week.
        given: known answers given this week.
        rate: known answers for each ordinary one, in [0, 1].

    >>> known_due(reviewed=105, given=2, rate=0.05)
    3
    """
    return max(0, floor(rate * reviewed + 1e-9) - given)  # 0.05 × 100 is a little below 5 in binary


def room(minutes_per_week: float | None, *, seconds: float, share: float, opened: int) -> int | None:
    """How many more second looks and known answers fit this week's minutes; None where a route has no budget.

    Args:
        minutes_per_week: of review on the route.
        seconds: of review for one answer, above 0.
        share: of the budget that may go to checking reviewers, in [0, 1]: double_review + gold_rate.
        opened: of both, this week.

    >>> room(240.0, seconds=45.0, share=0.2, opened=60)
    4
    """
    if minutes_per_week is None:
        return None
    return max(0, floor(share * minutes_per_week * 60.0 / seconds) - opened)


def _spread(salt: str, output_id: str) -> bytes:
    return hashlib.sha256(f"{salt}\0{output_id}".encode()).digest()

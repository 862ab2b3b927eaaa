"""Numbers that people read of single reviews: a person's own week, times, and what the machine's marks do.

Too little data is said, never turned into a number: every function gives `TooFew` then, with what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from reviewers.decisions.consensus import OUTCOMES
from reviewers.decisions.too_few import TooFew as TooFew
from reviewers.model import Outcome, Purpose, Rate, Reason, Reviewed

Z95 = 1.959963984540054  # the standard normal's 97.5 % point
PART_NEEDS = 20  # of each part of a comparison, and of known answers
TIMES_NEED = 5
WRONG = frozenset({Outcome.EDITED, Outcome.REJECTED})
SIDES = ("evidence", "blind")  # what a card shows: with the machine's marks, and without them
DEFAULT_SECONDS = 45.0  # of review for one answer, until the team's own median is known


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """The difference of two shares, first minus second, with its 95 % interval."""

    first: Rate
    second: Rate
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWeek:
    """What one person did; shown to that person first."""

    reviewed: int
    seconds: float | TooFew  # median from having it before them to the verdict
    agreed: int  # of `shared`
    shared: int  # outputs on which others gave a verdict too
    known_right: int | TooFew  # known answers that they judged rightly
    known: int


def decided(reviewed: Iterable[Reviewed]) -> list[Reviewed]:
    """One entry a task: those that were drawn and resolved.

    What was sent by hand or is a known answer is no sample, and a second look is not what its output was resolved to.
    """
    by_task: dict[str, Reviewed] = {}
    for one in reviewed:
        if one.outcome is not None and not one.sent_by and not one.known and one.purpose is Purpose.REVIEW:
            by_task.setdefault(one.task_id, one)
    return list(by_task.values())


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share in [0, 1] seen in n > 0 draws."""
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def anchoring(reviewed: Iterable[Reviewed]) -> Difference | TooFew:
    """What reviewers found wrong with the machine's marks, minus without them, in the uniform sample alone.

    Only where a draw left them away: within each route and version of the policy, so that a route that shows no marks
    at all is not held against one that does. Σ_s w_s (p_s − q_s) / Σ_s w_s with w_s = n_s m_s / (n_s + m_s), for the
    shares p_s and q_s of n_s outputs with marks and m_s without (Mantel and Haenszel's weights; for a difference,
    Greenland and Robins, Biometrics 41, 1985). A side's interval is Wilson's for its weighted share, at the effective
    number (Σ_s w_s)² / Σ_s (w_s² / n_s) (Kish, Survey Sampling, 1965, section 11.7), and that of the difference is
    Newcombe's for two independent shares (Statistics in Medicine 17, 1998, method 10): with one route, exactly that.
    """
    drawn = [one for one in decided(reviewed) if one.reason is Reason.UNIFORM and one.marks_draw is not None]
    parts: dict[tuple[str, str], tuple[list[Reviewed], list[Reviewed]]] = {}
    for one in drawn:
        if one.show in SIDES:
            parts.setdefault((one.route, one.policy_version), ([], []))[SIDES.index(one.show)].append(one)
    both = [(marked, unmarked) for marked, unmarked in parts.values() if marked and unmarked]
    fewest = min(sum(len(part[side]) for part in both) for side in (0, 1))
    if fewest < PART_NEEDS:
        return TooFew(found=fewest, needed=PART_NEEDS)
    weights = [len(marked) * len(unmarked) / (len(marked) + len(unmarked)) for marked, unmarked in both]
    first = _weighted([marked for marked, _ in both], weights)
    second = _weighted([unmarked for _, unmarked in both], weights)
    value = first.value - second.value
    return Difference(
        first=first,
        second=second,
        value=value,
        low=value - sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2),
        high=value + sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2),
    )


def _weighted(samples: Sequence[Sequence[Reviewed]], weights: Sequence[float]) -> Rate:
    """The share that was found wrong: of each sample, by its weight."""
    total, reviewed = sum(weights), sum(map(len, samples))
    each = list(zip(samples, weights, strict=True))
    value = sum(w * sum(one.outcome in WRONG for one in sample) / len(sample) for sample, w in each) / total
    low, high = wilson(value, total**2 / sum(w**2 / len(sample) for sample, w in each))
    return Rate(value=value, low=low, high=high, reviewed=reviewed, speaks_for=reviewed)


def own_week(reviewed: Sequence[Reviewed], reviewer: str) -> OwnWeek:
    """One person's part of these verdicts.

    Agreement is with what the task came to where others decided it too; between two looks at one output it is on right
    or wrong. A verdict on a known answer agrees with nobody: whether it was right is told by itself.
    """
    mine = [one for one in reviewed if one.reviewer == reviewer]
    others: dict[str, list[Reviewed]] = {one.output_id: [] for one in mine}
    for one in reviewed:
        if one.reviewer != reviewer and one.output_id in others:
            others[one.output_id].append(one)
    shared = [same for one in mine if (same := _agrees(one, others[one.output_id])) is not None]
    known = [one for one in mine if one.known]
    right = sum((one.known == "right") == (OUTCOMES[one.kind] is Outcome.APPROVED) for one in known)
    return OwnWeek(
        reviewed=len({one.task_id for one in mine}),
        seconds=seconds_for_one(mine),
        agreed=sum(shared),
        shared=len(shared),
        known_right=right if len(known) >= PART_NEEDS else TooFew(found=len(known), needed=PART_NEEDS),
        known=len(known),
    )


def _agrees(one: Reviewed, others: Sequence[Reviewed]) -> bool | None:
    """Whether others say the same of its output; None where no other verdict is there to compare with."""
    if one.as_lead or one.purpose is Purpose.GOLD:
        return None
    if any(other.task_id == one.task_id for other in others):
        return None if one.outcome is None else OUTCOMES[one.kind] is one.outcome
    looks = [OUTCOMES[other.kind] in WRONG for other in others if other.purpose is not Purpose.GOLD]
    return 2 * looks.count(OUTCOMES[one.kind] in WRONG) > len(looks) if looks else None


def seconds_for_one(reviewed: Iterable[Reviewed]) -> float | TooFew:
    """The median time from having an output before one to the verdict, where that is known."""
    times = [(one.recorded_at - one.opened_at).total_seconds() for one in reviewed if one.opened_at is not None]
    return median(times) if len(times) >= TIMES_NEED else TooFew(found=len(times), needed=TIMES_NEED)

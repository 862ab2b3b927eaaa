"""What stands beside the findings of a week: whether risk meant what it said, and what waited when it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import numpy as np

from reviewers.decisions import error_rates, measures
from reviewers.decisions.error_rates import RATE_NEEDS, Mask
from reviewers.decisions.estimate import clopper_pearson
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.too_few import TooFew
from reviewers.model import PeriodOutputs, RiskModel
from reviewers.model.digest_parts import Released, Reliability, ReliabilityGroup
from reviewers.model.missing import Missing
from reviewers.model.past_tasks import TaskCount
from reviewers.model.review import TaskState

GROUPS = 5  # of like risk, at the most: our choice, a picture of more is not read
GROUP_NEEDS = 20  # reviews in each
LEVEL = 0.05  # chance that any group lies outside of its interval while every risk is right
SAFEST = (0.5, 0.8, 1.0)  # shares of outputs of which is said what would leave wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """What was in the queue at the end of the week."""

    tasks: int
    oldest_hours: float | None  # None: none waited


def reliability(outputs: PeriodOutputs, kept: Mask, model: RiskModel) -> Reliability | Missing:
    """Whether the risks of these outputs mean what they say, on those that people decided, weighted by 1 / chance.

    A group's interval is Clopper & Pearson's at Kish's effective number, at 1 - 0.05 / groups (Bonferroni): all groups
    hold what they said in 95 of 100 weeks in which every risk is right.

    Too little data: `Missing` below 40 reviewed outputs with a risk.
    """
    sample, _ = error_rates.inputs_of(outputs, kept)
    scored = ~np.isnan(sample.risk)
    wrong, risk, weights = sample.wrong[scored], sample.risk[scored], 1.0 / sample.chance[scored]
    if len(wrong) < RATE_NEEDS:
        return Missing(found=len(wrong), needed=RATE_NEEDS)
    groups = _groups(wrong, risk, weights)
    auroc = measures.auroc(wrong, risk, weights)
    error = measures.calibration_error(wrong, risk, weights)
    curve = measures.risk_coverage(wrong, risk, weights)
    known = None if isinstance(auroc, TooFew) else auroc
    return Reliability(
        within_chance=all(group.low <= group.said <= group.high for group in groups),
        groups=groups,
        error=None if isinstance(error, TooFew) else error,
        auroc=known.value if known else None,
        auroc_low=known.low if known else None,
        auroc_high=known.high if known else None,
        coverage=() if isinstance(curve, TooFew) else tuple(_left(curve, share) for share in SAFEST),
        risk_version=model.version,
        learned_from=model.verdicts,
    )


def waited(counts: Sequence[TaskCount], end: datetime) -> Waited:
    """The tasks that were opened before the end of the week and not over by then.

    Args:
        counts: the tasks as they stood at the end of the week.
        end: of the week.
    """
    waiting = [one for one in counts if one.state is TaskState.OPEN]
    oldest = min((one.oldest_at for one in waiting), default=None)
    hours = (end - oldest).total_seconds() / 3600.0 if oldest is not None else None
    return Waited(tasks=sum(one.tasks for one in waiting), oldest_hours=hours)


def seed(route: str, week: str) -> int:
    """Of every draw that a test of this digest makes: the same route and week draw the same."""
    return int.from_bytes(sha256(f"{route}|{week}".encode()).digest()[:4], "big")


def _groups(wrong: Floats, risk: Floats, weights: Floats) -> tuple[ReliabilityGroup, ...]:
    count = min(GROUPS, max(1, len(wrong) // GROUP_NEEDS))
    order = np.argsort(risk, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2.0
    at = np.minimum((middle / weights.sum() * count).astype(np.int64), count - 1)
    first = np.searchsorted(risk[order], risk[order], side="left")
    at = at[first]  # what has one risk is in one group
    found, count = [], len(np.unique(at))
    for place in np.unique(at):
        mine = order[at == place]
        mass = float(weights[mine].sum())
        effective = mass**2 / float((weights[mine] ** 2).sum())
        share = float(weights[mine] @ wrong[mine]) / mass
        low, high = clopper_pearson(share * effective, effective, 1.0 - LEVEL / count)
        found.append(
            ReliabilityGroup(
                said=float(weights[mine] @ risk[mine]) / mass, found=share, low=low, high=high, reviewed=len(mine)
            )
        )
    return tuple(found)


def _left(curve: measures.RiskCoverage, share: float) -> Released:
    place = min(int(np.searchsorted(curve.coverage, share - 1e-9)), len(curve.coverage) - 1)
    return Released(share=share, wrong=float(np.clip(curve.error[place], 0.0, 1.0)))

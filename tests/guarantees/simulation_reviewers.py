"""A team whose members err, and what second looks and known answers tell of them.

Who decides an output, and who looks again, is drawn. 15 in 100 outputs are judged by a second one, and there are 5
known answers for each 100, half of them wrong: the usual settings of a policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.reviewer_errors import Opinion, judge, of_resolutions
from tests.guarantees.simulation import Floats, Generator

REVIEWERS = 6
SECOND, KNOWN = 0.15, 0.05


@dataclass(frozen=True, kw_only=True)
class Team:
    """How well its members decide, in the mean."""

    finds: float
    passes: float
    stamps: bool = False  # the first of them finds 15 in 100


class Members(NamedTuple):
    """How well each of them decides."""

    finds: Floats
    passes: Floats


def members(team: Team, rng: Generator) -> Members:
    """They differ around the team."""
    finds = rng.beta(20 * team.finds, 20 * (1 - team.finds), REVIEWERS)
    passes = rng.beta(80 * team.passes, 80 * (1 - team.passes), REVIEWERS)
    finds[0] = 0.15 if team.stamps else finds[0]
    return Members(finds, passes)


def told(people: Members, wrong: NDArray[np.bool_], rng: Generator) -> tuple[NDArray[np.bool_], ReviewerErrors]:
    """What one of them says of each of these outputs, and what all their verdicts tell of how often that is right."""

    def says(who: np.ndarray, is_wrong: np.ndarray) -> np.ndarray:
        return np.asarray(rng.random(len(who)) < np.where(is_wrong, people.finds[who], 1 - people.passes[who]))

    reviewed = len(wrong)
    first = rng.integers(REVIEWERS, size=reviewed)
    said = says(first, wrong)
    again = np.flatnonzero(rng.random(reviewed) < SECOND)
    second = (first[again] + rng.integers(1, REVIEWERS, size=len(again))) % REVIEWERS
    known = np.arange(int(KNOWN * reviewed)) % 2 == 0
    third = rng.integers(REVIEWERS, size=len(known))
    looks = (
        (np.arange(reviewed), first, said),
        (again, second, says(second, wrong[again])),
        (reviewed + np.arange(len(known)), third, says(third, known)),
    )
    opinions = [
        Opinion(item=str(item), reviewer=str(who), wrong=bool(says_wrong))
        for items, who_looked, verdicts in looks
        for item, who, says_wrong in zip(items, who_looked, verdicts, strict=True)
    ]
    panel = judge(opinions, {str(reviewed + place): bool(is_wrong) for place, is_wrong in enumerate(known)})
    errors = of_resolutions(panel, [(str(who),) for who in first])
    assert isinstance(errors, ReviewerErrors)
    return said, errors

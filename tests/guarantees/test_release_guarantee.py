"""The release guarantee keeps its word: what is proven is false in at most 1 of 10 cases, and it lets enough leave.

As in the program, verdicts that err are corrected by what second looks and known answers tell, and outputs of users who
repeat are taken by user: both are proven by another way than a plain period, and have cells of their own.

By default few repetitions; `--repetitions 800` runs the whole table and prints it.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import binom

from reviewers.decisions import guarantee
from reviewers.model import Proof
from tests.builders import NOON
from tests.guarantees.releases import Cell, period, weeks
from tests.guarantees.simulation_reviewers import Team

LIMIT = 0.05
DEFAULT = 100  # repetitions of a cell whose bounds are exact: milliseconds each
FEW = 25  # of one whose bounds are the model-assisted interval's: a tenth of a second each
SURE = 0.999  # of each Monte-Carlo bound: one of a thousand right programs fails it
CELLS = [
    Cell(rate=rate, auroc=auroc, reviews=reviews)
    for rate, auroc, reviews in ((0.10, 0.9, 500), (0.10, 0.9, 200), (0.10, 0.8, 500), (0.15, 0.8, 500))
]
GOOD, ONE_STAMPS = Team(finds=0.85, passes=0.985), Team(finds=0.85, passes=0.985, stamps=True)
HARD_CELLS = [  # drawn actively alone: the way to prove them is the same for an even draw
    Cell(rate=0.10, auroc=0.9, reviews=500, team=GOOD),
    Cell(rate=0.10, auroc=0.9, reviews=500, team=ONE_STAMPS),
    Cell(rate=0.10, auroc=0.9, reviews=500, users=100),
]
CASES = [
    *((cell, active) for cell in CELLS for active in (True, False)),
    *((cell, True) for cell in HARD_CELLS),
]
LEAST_RELEASED = {CELLS[0]: 0.75}  # what the method must reach; MAPIE's default reaches .64 there


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> int | None:
    """How often each cell is to be drawn; None: that was not asked for."""
    repetitions = request.config.getoption("repetitions", default=None)
    return int(repetitions) if repetitions else None


@pytest.mark.parametrize(
    ("cell", "active"), CASES, ids=[f"{cell.label}-{'active' if active else 'even'}" for cell, active in CASES]
)
def test_released_error_is_within_the_limit(cell: Cell, active: bool, asked: int | None) -> None:
    """More than 5 of 100 released ones are wrong in at most 10 % of runs, up to the binomial's .999 point.

    Of those that were released, and of all that may come: users who never asked before are among these.
    """
    repetitions = asked or (FEW if active else DEFAULT)
    rng = np.random.default_rng(20261128)
    violated, violated_to_come, released, best = 0, 0, [], []
    for _ in range(repetitions):
        drawn = period(cell, rng, active=active)
        found = guarantee.prove(drawn.outputs, limit=LIMIT, errors=drawn.errors)
        threshold = found.proven.threshold if found.proven else -1.0
        violated += found.proven is not None and drawn.released_error(threshold) > LIMIT
        violated_to_come += found.proven is not None and drawn.error_to_come(threshold) > LIMIT
        released.append(drawn.released_share(threshold))
        best.append(drawn.best_share(LIMIT))

    share, error = float(np.mean(released)), float(np.std(released)) / np.sqrt(repetitions)
    print(
        f"{cell.label} {'active' if active else 'even'}: violated {violated / repetitions:.3f}, "
        f"of what may come {violated_to_come / repetitions:.3f}, released {share:.3f} of {np.mean(best):.3f}"
    )
    assert max(violated, violated_to_come) <= binom.ppf(SURE, repetitions, 0.10)
    assert share >= LEAST_RELEASED.get(cell, 0.0) - 3 * error
    if repetitions >= FEW:
        assert share > 0.0  # a method that proves nothing keeps its word too


def test_proof_that_stands_is_false_in_few_weeks(asked: int | None) -> None:
    """Tested each week on the last four: more than 5 of 100 are wrong in at most 10 % of the weeks.

    The runs are independent and their weeks are not, so the bound is on the mean over runs, three standard errors up.
    """
    runs, count = (max(10, asked // 10), 16) if asked else (10, 8)
    rng = np.random.default_rng(20261129)
    shares = []
    for _ in range(runs):
        standing: Proof | None = None
        false = []
        for number, view in enumerate(weeks(CELLS[0], rng, count)):
            now = NOON + timedelta(weeks=number)
            found = guarantee.prove(view.outputs, limit=LIMIT)
            seen = guarantee.part_of(view.outputs, standing.threshold) if standing else None
            standing = guarantee.renewed(standing, found, seen, now=now)
            false.append(standing is not None and view.released_error(standing.threshold) > LIMIT)
        shares.append(float(np.mean(false)))
    print(f"false in {np.mean(shares):.3f} of the weeks")
    assert np.mean(shares) <= 0.10 + 3 * np.std(shares) / np.sqrt(runs)

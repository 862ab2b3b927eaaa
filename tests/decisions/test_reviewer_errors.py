"""How often reviewers are right: exact where the truth is known, wide where nobody can tell, honest in between."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.stats import beta

from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.reviewer_errors import (
    SENSITIVITY,
    SPECIFICITY,
    Opinion,
    Panel,
    judge,
    of_resolutions,
    told,
)
from reviewers.decisions.too_few import TooFew


def gold(reviewer: str, found: int, missed: int, passed: int, turned_down: int) -> list[tuple[Opinion, bool]]:
    """Verdicts of one person on known answers, each with whether it is wrong."""
    kinds = (
        [(True, True)] * found + [(False, True)] * missed + [(False, False)] * passed + [(True, False)] * turned_down
    )
    return [
        (Opinion(item=f"{reviewer}-{place}", reviewer=reviewer, wrong=said), wrong)
        for place, (said, wrong) in enumerate(kinds)
    ]


def of(*golds: list[tuple[Opinion, bool]]) -> Panel:
    """The panel of nothing but known answers."""
    every = [one for some in golds for one in some]
    return judge([opinion for opinion, _ in every], {opinion.item: wrong for opinion, wrong in every})


def pairs(seed: int, items: int, second: float, sensitivity: Mapping[str, float], specificity: float) -> list[Opinion]:
    """One opinion on each item, and a second one on a share of them; .12 of the items are wrong."""
    rng = np.random.default_rng(seed)
    names = list(sensitivity)
    opinions = []
    for item in range(items):
        wrong = rng.random() < 0.12
        for place in rng.permutation(len(names))[: 1 + (rng.random() < second)]:
            chance = sensitivity[names[place]] if wrong else 1.0 - specificity
            opinions.append(Opinion(item=str(item), reviewer=names[place], wrong=bool(rng.random() < chance)))
    return opinions


def test_known_answers_alone_give_the_conjugate_posterior() -> None:
    """Beta(9 + 7, 2 + 3) for 7 of 10 wrong ones found, Beta(20 + 9, 1.2 + 1) for 9 of 10 right ones passed."""
    errors = of(gold("mara", found=7, missed=3, passed=9, turned_down=1)).by_reviewer["mara"].errors
    assert (errors.sensitivity.right, errors.sensitivity.missed) == pytest.approx((16, 5))
    assert (errors.specificity.right, errors.specificity.missed) == pytest.approx((29, 2.2))


def test_verdicts_that_nobody_checked_prove_nothing() -> None:
    """A thousand outputs, one verdict each: after them both intervals are nearly as wide as before the first one."""
    panel = judge(pairs(1, 1000, 0.0, {"mara": 0.8, "jonas": 0.8}, 0.97), {})
    for one in panel.accuracies:
        assert (one.verdicts > 400, one.shared) == (True, 0)
        assert one.errors.sensitivity.right + one.errors.sensitivity.missed < 1.5 * 11
        assert isinstance(told(one.errors.sensitivity, SENSITIVITY), TooFew)
    assert of_resolutions(panel, [("mara",)] * 500) == TooFew(found=0, needed=20, of="second opinions")


def test_no_verdict_at_all() -> None:
    """Then there is no reviewer, and nothing to correct."""
    panel = judge([], {})
    assert (panel.accuracies, dict(panel.wrong)) == ((), {})
    assert isinstance(of_resolutions(panel, []), TooFew)


def test_second_opinions_find_who_approves_everything() -> None:
    """2,000 outputs with two verdicts each: Jonas finds one wrong output in ten, the others eight."""
    panel = judge(pairs(2, 2000, 1.0, {"jonas": 0.1, "mara": 0.8, "priya": 0.8, "tomas": 0.8}, 0.98), {})
    finds = {one.reviewer: one.errors.sensitivity for one in panel.accuracies}
    assert beta.ppf(0.975, finds["jonas"].right, finds["jonas"].missed) < 0.5
    assert min(finds[name].mean for name in ("mara", "priya", "tomas")) > 0.65
    assert isinstance(told(finds["jonas"], SENSITIVITY), Beta)


def test_an_output_on_which_two_agree_is_surer_than_one_that_one_judged() -> None:
    """And two who differ leave it open."""
    opinions = [
        Opinion(item="both", reviewer="mara", wrong=True),
        Opinion(item="both", reviewer="jonas", wrong=True),
        Opinion(item="one", reviewer="mara", wrong=True),
        Opinion(item="differ", reviewer="mara", wrong=True),
        Opinion(item="differ", reviewer="jonas", wrong=False),
        *(
            Opinion(item=f"right-{place}", reviewer=name, wrong=False)
            for place in range(30)
            for name in ("mara", "jonas")
        ),
    ]
    wrong = judge(opinions, {}).wrong
    assert wrong["both"] > wrong["one"] > wrong["differ"] > wrong["right-1"]


def test_intervals_hold_what_they_promise() -> None:
    """80 teams of five, 400 outputs, 15 % judged twice, 20 known answers: 95 % intervals hold the truth in over 90 %.

    400 sensitivities, not independent within a team; with 90 % of them inside, 95 % would be two standard errors away
    even if each team gave but one and a half independent ones.
    """
    inside = 0
    for seed in range(80):
        rng = np.random.default_rng(1000 + seed)
        sensitivity = dict(zip("abcde", rng.beta(SENSITIVITY.right, SENSITIVITY.missed, 5), strict=True))
        opinions, known = pairs(seed, 400, 0.15, sensitivity, 0.95), {}
        for place in range(20):
            name, wrong = "abcde"[place % 5], place % 2 == 0
            said = bool(rng.random() < (sensitivity[name] if wrong else 0.05))
            opinions.append(Opinion(item=f"known-{place}", reviewer=name, wrong=said))
            known[f"known-{place}"] = wrong
        for one in judge(opinions, known).accuracies:
            low, high = beta.ppf([0.025, 0.975], one.errors.sensitivity.right, one.errors.sensitivity.missed)
            inside += low <= sensitivity[one.reviewer] <= high
    assert inside >= 0.9 * 400


def test_resolutions_of_one_person_are_as_good_as_that_person() -> None:
    """Mean and spread of the person's own posterior: 20 known answers make Beta(17, 4) and Beta(29.9, 1.3)."""
    panel = of(gold("mara", found=8, missed=2, passed=10, turned_down=0))
    own = panel.by_reviewer["mara"].errors
    pooled = of_resolutions(panel, [("mara",)] * 3)
    assert isinstance(pooled, ReviewerErrors)
    assert pooled.sensitivity.mean == pytest.approx(own.sensitivity.mean)
    assert pooled.sensitivity.right == pytest.approx(own.sensitivity.right, rel=0.06)
    assert pooled.specificity.mean == pytest.approx(own.specificity.mean)


def test_resolutions_of_two_people_weigh_by_how_many_each_made() -> None:
    """Three by Mara (17/21 found), one by Jonas (9/21): (3 · 17 + 9) / 84."""
    panel = of(
        gold("mara", found=8, missed=2, passed=10, turned_down=0),
        gold("jonas", found=0, missed=10, passed=10, turned_down=0),
    )
    pooled = of_resolutions(panel, [("mara",), ("mara",), ("jonas",), ("mara",)])
    assert isinstance(pooled, ReviewerErrors)
    assert pooled.sensitivity.mean == pytest.approx(60 / 84)


@pytest.mark.parametrize(
    ("jury", "share"),
    [
        (("mara", "priya"), 0.8**2 / (0.8**2 + 0.2**2)),  # both right, of both right and both wrong
        (("mara", "priya", "tomas"), 0.8**3 + 3 * 0.8**2 * 0.2),  # three or two right: Condorcet
    ],
)
def test_several_who_agree_are_right_more_often_than_each(jury: tuple[str, ...], share: float) -> None:
    """Each finds 12 of 15 by prior and known answers: 9 + 3 of 11 + 4. Right ones make enough of them to tell."""
    panel = of(*(gold(name, found=3, missed=1, passed=9, turned_down=0) for name in ("mara", "priya", "tomas")))
    pooled = of_resolutions(panel, [jury] * 5)
    assert isinstance(pooled, ReviewerErrors)
    assert pooled.sensitivity.mean == pytest.approx(share)


def test_a_person_hears_nothing_while_the_prior_does_the_talking() -> None:
    """Four wrong known answers are no figure yet, five are; right ones say nothing of sensitivity."""
    four = of(gold("mara", found=3, missed=1, passed=9, turned_down=0)).by_reviewer["mara"].errors
    five = of(gold("mara", found=4, missed=1, passed=9, turned_down=0)).by_reviewer["mara"].errors
    assert told(four.sensitivity, SENSITIVITY) == TooFew(found=4, needed=5, of="checked outputs")
    assert told(five.sensitivity, SENSITIVITY) == five.sensitivity
    assert told(four.specificity, SPECIFICITY) == four.specificity

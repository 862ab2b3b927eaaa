"""How often reviewers are right: exact where the truth is known, wide where nobody can tell, honest in between."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize
from scipy.special import logit
from scipy.stats import beta

from reviewers.decisions.estimate_inputs import Beta, ReviewerErrors
from reviewers.decisions.reviewer_errors import (
    Accuracy,
    Opinion,
    Panel,
    interval,
    judge,
    of_resolutions,
    sensitivity,
    specificity,
)
from reviewers.decisions.team_prior import SENSITIVITY, Belief
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


def test_known_answers_alone_give_prior_plus_counts() -> None:
    """7 of 10 wrong ones found, 9 of 10 right ones passed: the mode by a root finder, the spread by its curvature.

    Prior of the logit: mean and variance as of Beta(9, 2) and Beta(40, 1.2), by numerical integration.
    """
    (one,) = of(gold("mara", found=7, missed=3, passed=9, turned_down=1)).accuracies
    for found, hits, prior in ((one.errors.sensitivity, 7, beta(9, 2)), (one.errors.specificity, 9, beta(40, 1.2))):
        centre = float(prior.expect(logit))
        variance = float(prior.expect(lambda share: logit(share) ** 2)) - centre**2

        def slope(place: float, hits: int = hits, centre: float = centre, variance: float = variance) -> float:
            return float(hits - 10 / (1 + np.exp(-place)) - (place - centre) / variance)

        mode = 1 / (1 + np.exp(-brentq(slope, -9, 9)))
        assert found.mean == pytest.approx(mode)
        assert found.right + found.missed == pytest.approx(10 + 1 / variance / (mode * (1 - mode)))
    assert [one.wrong_checked, one.right_checked] == pytest.approx([10, 10])


def test_the_mode_of_a_team_is_what_a_general_optimiser_finds() -> None:
    """Three members with a common part: the log posterior over their logits, maximised as a whole."""
    hits, misses = np.array([9.0, 2.0, 0.0]), np.array([1.0, 8.0, 0.0])
    team = Belief(centre=2.0, own=0.4, shared=0.3)
    covariance = 0.4 * np.eye(3) + 0.3

    def minus_log_posterior(place: np.ndarray) -> float:
        share, off = 1 / (1 + np.exp(-place)), place - 2.0
        return float(off @ np.linalg.solve(covariance, off) / 2 - hits @ np.log(share) - misses @ np.log(1 - share))

    mode = minimize(minus_log_posterior, np.full(3, 1.0), method="BFGS").x
    assert team.mode(hits, misses) == pytest.approx(1 / (1 + np.exp(-mode)), abs=1e-5)
    assert team.precision(3) == pytest.approx(np.linalg.inv(covariance))
    assert team.mode(hits, misses)[2] < 1 / (
        1 + np.exp(-2.0)
    )  # who was not checked is believed less in a team like this


def test_verdicts_that_nobody_checked_prove_nothing() -> None:
    """A thousand outputs, one verdict each: after them both intervals are nearly as wide as before the first one."""
    panel = judge(pairs(1, 1000, 0.0, {"mara": 0.8, "jonas": 0.8}, 0.97), {})
    for one in panel.accuracies:
        assert (one.verdicts > 400, one.shared) == (True, 0)
        assert one.wrong_checked < 5
        assert isinstance(sensitivity(one), TooFew)
    assert of_resolutions(panel, [("mara",)] * 500) == TooFew(found=0, needed=20, of="second opinions")


def test_nobody_hears_a_figure_from_approvals_that_nobody_checked() -> None:
    """Two hundred approvals alone tell how rare wrong answers may be, not how well they were told apart."""
    alone = [Opinion(item=str(item), reviewer="U0MARA", wrong=False) for item in range(200)]
    mara = judge(alone, {}).by_reviewer["U0MARA"]
    assert mara.right_checked >= 5
    assert specificity(mara) == sensitivity(mara) == TooFew(found=0, needed=5, of="checked outputs")


def test_no_verdict_at_all() -> None:
    """Then there is no reviewer, and nothing to correct."""
    panel = judge([], {})
    assert (panel.accuracies, dict(panel.wrong)) == ((), {})
    assert isinstance(of_resolutions(panel, []), TooFew)


def test_second_opinions_find_who_approves_everything() -> None:
    """2,000 outputs with two verdicts each: Jonas finds one wrong output in ten, the others eight."""
    panel = judge(pairs(2, 2000, 1.0, {"jonas": 0.1, "mara": 0.8, "priya": 0.8, "tomas": 0.8}, 0.98), {})
    finds = {one.reviewer: one.errors.sensitivity for one in panel.accuracies}
    assert interval(finds["jonas"])[1] < 0.5
    assert min(finds[name].mean for name in ("mara", "priya", "tomas")) > 0.65
    assert sensitivity(panel.by_reviewer["jonas"]) == finds["jonas"]


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
        finds = dict(zip("abcde", rng.beta(SENSITIVITY.right, SENSITIVITY.missed, 5), strict=True))
        opinions, known = pairs(seed, 400, 0.15, finds, 0.97), {}
        for place in range(20):
            name, wrong = "abcde"[place % 5], place % 2 == 0
            said = bool(rng.random() < (finds[name] if wrong else 0.03))
            opinions.append(Opinion(item=f"known-{place}", reviewer=name, wrong=said))
            known[f"known-{place}"] = wrong
        for one in judge(opinions, known).accuracies:
            low, high = interval(one.errors.sensitivity)
            inside += low <= finds[one.reviewer] <= high
    assert inside >= 0.9 * 400


def test_resolutions_of_one_person_are_as_good_as_that_person() -> None:
    """Mean and spread of the person's own posterior."""
    panel = of(gold("mara", found=8, missed=2, passed=10, turned_down=0))
    own = panel.by_reviewer["mara"].errors
    pooled = of_resolutions(panel, [("mara",)] * 3)
    assert isinstance(pooled, ReviewerErrors)
    assert pooled.sensitivity.mean == pytest.approx(own.sensitivity.mean)
    assert pooled.sensitivity.right == pytest.approx(own.sensitivity.right, rel=0.06)
    assert pooled.specificity.mean == pytest.approx(own.specificity.mean)


def test_resolutions_of_two_people_weigh_by_how_many_each_made() -> None:
    """Three by Mara, one by Jonas: three parts of hers and one of his."""
    panel = of(
        gold("mara", found=8, missed=2, passed=10, turned_down=0),
        gold("jonas", found=0, missed=10, passed=10, turned_down=0),
    )
    pooled = of_resolutions(panel, [("mara",), ("mara",), ("jonas",), ("mara",)])
    assert isinstance(pooled, ReviewerErrors)
    mara, jonas = (panel.by_reviewer[name].errors.sensitivity.mean for name in ("mara", "jonas"))
    assert pooled.sensitivity.mean == pytest.approx((3 * mara + jonas) / 4)


def test_several_who_agree_are_right_more_often_than_each() -> None:
    """Two: both right, of both alike. Three: all or two of them, Condorcet's 3 s² (1 - s) + s³."""
    panel = of(*(gold(name, found=3, missed=1, passed=9, turned_down=0) for name in ("mara", "priya", "tomas")))
    share = panel.by_reviewer["mara"].errors.sensitivity.mean
    expected = {
        ("mara", "priya"): share**2 / (share**2 + (1 - share) ** 2),
        ("mara", "priya", "tomas"): 3 * share**2 * (1 - share) + share**3,
    }
    for jury, right in expected.items():
        pooled = of_resolutions(panel, [jury] * 5)
        assert isinstance(pooled, ReviewerErrors)
        assert pooled.sensitivity.mean == pytest.approx(right)


def test_a_team_is_not_known_better_for_being_large() -> None:
    """Twenty members of whom only one was checked: the mean of all is hardly surer than of five."""

    def spread(members: int) -> float:
        idle = [Opinion(item=f"o-{place}", reviewer=f"r-{place}", wrong=False) for place in range(members)]
        checked = gold("mara", found=8, missed=2, passed=10, turned_down=0)
        panel = judge([*idle, *(opinion for opinion, _ in checked)], {one.item: wrong for one, wrong in checked})
        pooled = of_resolutions(panel, [(f"r-{place}",) for place in range(members)] + [("mara",)])
        assert isinstance(pooled, ReviewerErrors)
        return pooled.sensitivity.variance

    assert spread(20) > 0.6 * spread(5)


def test_a_person_hears_nothing_while_the_prior_does_the_talking() -> None:
    """Four wrong known answers are no figure yet, five are; right ones say nothing of sensitivity."""

    def known(found: int) -> Accuracy:
        return of(gold("mara", found=found, missed=1, passed=9, turned_down=0)).by_reviewer["mara"]

    assert sensitivity(known(3)) == TooFew(found=4, needed=5, of="checked outputs")
    assert sensitivity(known(4)) == known(4).errors.sensitivity
    assert specificity(known(3)) == known(3).errors.specificity
    assert sensitivity(None) == specificity(None) == TooFew(found=0, needed=5, of="checked outputs")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.booleans()), max_size=60),
    st.dictionaries(st.integers(0, 12), st.booleans(), max_size=6),
)
def test_whatever_people_say_there_is_a_figure(said: list[tuple[int, int, bool]], known: dict[int, bool]) -> None:
    """Shares between 0 and 1, counts above 0, and never less known than before the first verdict."""
    given_once = {(item, who): wrong for item, who, wrong in said}
    opinions = [Opinion(item=str(item), reviewer=str(who), wrong=wrong) for (item, who), wrong in given_once.items()]
    panel = judge(opinions, {str(item): wrong for item, wrong in known.items()})
    for one in panel.accuracies:
        for part in (one.errors.sensitivity, one.errors.specificity):
            assert 0 < part.mean < 1
            assert min(part.right, part.missed) > 0
        assert min(one.wrong_checked, one.right_checked) >= 0
    assert all(0 <= chance <= 1 for chance in panel.wrong.values())


def test_an_interval_is_the_posteriors_own() -> None:
    """As scipy has it."""
    assert interval(Beta(right=9.0, missed=2.0)) == pytest.approx(tuple(beta.ppf([0.025, 0.975], 9, 2)))

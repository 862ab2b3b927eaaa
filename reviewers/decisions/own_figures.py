"""What four weeks of verdicts say of one reviewer: how often they are right, and what stands out in how they review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import floor

from reviewers.decisions import conduct, fatigue
from reviewers.decisions.conduct import Audience, Conduct, Ratio, Sign
from reviewers.decisions.double_review import WRONG
from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.opinions import found_wrong, knew, opinions
from reviewers.decisions.reviewer_errors import Panel, judge, sensitivity, specificity
from reviewers.decisions.too_few import TooFew
from reviewers.model import Purpose, Reviewed

PERIOD = timedelta(days=28)
WEEK = timedelta(days=7)
DOUBTFUL = 0.10  # risk from which the word is medium: answers whose sources are worth a look


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFigures:
    """What is known of one person; shown to that person first."""

    sensitivity: Beta | TooFew  # of wrong outputs: the share that they find
    specificity: Beta | TooFew  # of right outputs: the share that they pass
    conduct: Conduct
    signs: frozenset[Sign]
    verdicts: int  # outputs that they judged
    shared: int  # of those, with a second opinion or a known answer
    wrong_checked: float  # how many known wrong outputs all verdicts are worth, for the sensitivity
    right_checked: float  # how many known right ones, for the specificity
    compared: int  # verdicts that `conduct.finds` compares with those of colleagues


@dataclass(kw_only=True, slots=True)
class _OnRoute:
    """What one person and their colleagues said on one route, where a risk was known."""

    own: list[Reviewed] = field(default_factory=list)
    others: list[Reviewed] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern:
    """What a lead hears of a reviewer, a week after that reviewer."""

    reviewer: str
    sign: Sign
    figures: OwnFigures


def own_figures(reviewed: Sequence[Reviewed], reviewer: str, panel: Panel) -> OwnFigures:
    """One person's figures.

    Args:
        reviewed: the deciding verdicts of everybody in the period, in the order of recording.
        reviewer: a Slack user id; somebody without a verdict has too few of everything.
        panel: what `reviewed` says of everybody.
    """
    mine = [one for one in reviewed if one.reviewer == reviewer]
    accuracy = panel.by_reviewer.get(reviewer)
    routes = _comparable(reviewed, reviewer)
    found = Conduct(
        finds=_finds(routes),
        sensitivity=sensitivity(accuracy),
        hasty=conduct.hasty(
            ((one.recorded_at - one.opened_at).total_seconds(), one.words) for one in mine if one.opened_at is not None
        ),
        unopened=conduct.unopened([one.looked_up for one in mine if one.risk is not None and one.risk >= DOUBTFUL]),
        tires=_tires(mine),
    )
    return OwnFigures(
        sensitivity=found.sensitivity,
        specificity=specificity(accuracy),
        conduct=found,
        signs=conduct.signs(found),
        verdicts=accuracy.verdicts if accuracy else 0,
        shared=accuracy.shared if accuracy else 0,
        wrong_checked=accuracy.wrong_checked if accuracy else 0.0,
        right_checked=accuracy.right_checked if accuracy else 0.0,
        compared=sum(len(route.own) for route in routes),
    )


def concerns(reviewed: Sequence[Reviewed], people: Iterable[str], until: datetime) -> list[Concern]:
    """What leads may hear of these people: signs in their verdicts that they themselves have seen for a week.

    Args:
        reviewed: everybody's verdicts of the last five weeks, in the order of recording.
        people: Slack user ids.
        until: now; what stood a week ago is told from the verdicts of then.
    """
    now = [one for one in reviewed if one.recorded_at >= until - PERIOD]
    then = [one for one in reviewed if until - WEEK - PERIOD <= one.recorded_at < until - WEEK]
    panel, earlier = panel_of(now), panel_of(then)
    found: list[Concern] = []
    for person in people:
        figures = own_figures(now, person, panel)
        before = own_figures(then, person, earlier).signs if figures.signs else frozenset[Sign]()
        found += [
            Concern(reviewer=person, sign=sign, figures=figures)
            for sign in sorted(figures.signs)
            if conduct.audience(sign, now=figures.signs, a_week_ago=before) is Audience.LEAD
        ]
    return found


def panel_of(reviewed: Sequence[Reviewed]) -> Panel:
    """What these verdicts say of those who gave them."""
    found = opinions(reviewed)
    return judge(found.given, found.known)


def _comparable(reviewed: Iterable[Reviewed], reviewer: str) -> list[_OnRoute]:
    """The routes on which the person and colleagues judged outputs of known risk.

    Left out is what came there for another reason than its risk: known answers, ours and the application's, and what
    was sent by hand. So are a lead's decisions in disputes, and verdicts that disagree with a decision.
    """
    by_route: dict[str, _OnRoute] = defaultdict(_OnRoute)
    for one in reviewed:
        if one.risk is None or one.purpose is Purpose.GOLD or one.known or one.sent_by or one.as_lead or knew(one):
            continue
        route = by_route[one.route]
        (route.own if one.reviewer == reviewer else route.others).append(one)
    return [route for route in by_route.values() if route.own and _expected(route.others) > 0.0]


def _finds(routes: Iterable[_OnRoute]) -> Ratio | TooFew:
    """Against colleagues, route by route: one risk model serves all routes, and each is off by an amount of its own.

    usual = Σ_r w_r D_r with w_r = E_r / F_r, where E_r and F_r are Σ risk of the person's and of the colleagues'
    outputs on route r, and D_r is what the colleagues found there: their rates, directly standardised to the person's
    outputs. It is near a Poisson count of N = usual² / Σ_r w_r² D_r times usual / N, of the same mean and variance; so
    found / usual and its interval are those of one route on which colleagues found N. For the lower end they found one
    more where that weighs most, since nothing found of few outputs has no variance to tell of. N is rounded down, which
    widens. With one route, all of it is `conduct.finds` of that route.

    Source: Fay and Feuer, Statistics in Medicine 16 (1997), 791 to 801, for the approximation and its upper limit, here
    the ratio's lower one; Fay, Communications in Statistics, Theory and Methods 28 (1999), 2141 to 2160, for the ratio.
    """
    found, expected, usual, variance, most = 0, 0.0, 0.0, 0.0, 0.0
    for route in routes:
        own, weight = _expected(route.own), _expected(route.own) / _expected(route.others)
        others_found = sum(map(found_wrong, route.others))
        found += sum(map(found_wrong, route.own))
        expected += own
        usual += weight * others_found
        variance += weight**2 * others_found
        most = max(most, weight)

    def ratio(usual: float, variance: float, *, more: int) -> Ratio | TooFew:
        count = floor(usual**2 / variance + 1e-9) if variance else 0  # a whole number may come out a little below
        others_expected = expected * count / usual if usual else 0.0
        return conduct.finds(
            found=found, expected=expected, others_found=max(0, count - more), others_expected=others_expected
        )

    as_seen, one_more = ratio(usual, variance, more=0), ratio(usual + most, variance + most**2, more=1)
    if isinstance(as_seen, TooFew):
        return as_seen
    return replace(as_seen, low=one_more.low if isinstance(one_more, Ratio) else 0.0)


def _expected(some: Iterable[Reviewed]) -> float:
    return sum(one.risk for one in some if one.risk is not None)


def _tires(mine: Sequence[Reviewed]) -> fatigue.Slope | TooFew:
    done = fatigue.done_before([one.recorded_at for one in mine])
    answers = [
        (before, found_wrong(one) is not (one.known == WRONG))
        for before, one in zip(done, mine, strict=True)
        if one.known
    ]
    return fatigue.tires(answers)

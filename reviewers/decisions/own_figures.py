"""What four weeks of verdicts say of one reviewer: how often they are right, and what stands out in how they review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewers.decisions import conduct, fatigue
from reviewers.decisions.conduct import Audience, Conduct, Ratio, Sign
from reviewers.decisions.double_review import WRONG
from reviewers.decisions.estimate_inputs import Beta
from reviewers.decisions.opinions import found_wrong, opinions
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
    found = Conduct(
        finds=_finds(reviewed, mine, reviewer),
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


def _finds(reviewed: Sequence[Reviewed], mine: Sequence[Reviewed], reviewer: str) -> Ratio | TooFew:
    """Against colleagues on the same routes, where a risk was known; known answers are as often wrong as right."""
    routes = {one.route for one in mine}
    comparable = [
        one for one in reviewed if one.route in routes and one.risk is not None and one.purpose is not Purpose.GOLD
    ]
    own = [one for one in comparable if one.reviewer == reviewer]
    others = [one for one in comparable if one.reviewer != reviewer]
    return conduct.finds(
        found=sum(map(found_wrong, own)),
        expected=_expected(own),
        others_found=sum(map(found_wrong, others)),
        others_expected=_expected(others),
    )


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

"""A budget is kept though traffic comes and goes, and what it draws stands for everything, cut queues included."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import sqrt

import numpy as np
import pytest

from reviewers.decisions import overflow, planning, selection
from reviewers.decisions.planning import Seen, monday
from reviewers.decisions.sampling import stable_draw
from reviewers.model import (
    HourCount,
    MadePlan,
    Outcome,
    PeriodOutputs,
    Policy,
    Reason,
    Reviewed,
    Route,
    SelectionPlan,
    Stratum,
    VerdictKind,
)
from tests.builders import a_decision

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
START = datetime(2026, 9, 28, tzinfo=UTC)  # a Monday
ROUTE = Route(name="Cards", reviews_per_week=200)
POLICY = Policy(version="p1", routes=(ROUTE,))
DAY_HOURS = range(8, 18)
WEEKLY = 2_000  # outputs: 40 in each of ten hours on each of five days


@dataclass
class Past:
    """What a route has seen, grown hour by hour."""

    moments: list[datetime] = field(default_factory=list)
    risks: list[float] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    verdicts: list[Reviewed] = field(default_factory=list)
    traffic: list[HourCount] = field(default_factory=list)

    def outputs(self) -> PeriodOutputs:
        """All of them as columns, none of them reviewed: the guard has nothing to say here."""
        count = len(self.risks)
        zeros = np.zeros(count, np.int32)
        return PeriodOutputs(
            decided_at=np.array([moment.replace(tzinfo=None) for moment in self.moments], "datetime64[us]"),
            risk=np.array(self.risks),
            chance=np.array(self.chances),
            cluster=np.zeros(count, np.int64),
            stratum=zeros,
            route=zeros,
            slice=zeros,
            model=zeros,
            strata=(Stratum.DRAWN.value,),
            routes=("Cards",),
            slices=("",),
            models=("m",),
            reviewed=np.zeros(0, np.intp),
            wrong=np.zeros(0, np.bool_),
            task_ids=(),
        )


def a_verdict(number: int, at: datetime, *, wrong: bool) -> Reviewed:
    """45 seconds of work, done at once."""
    return Reviewed(
        task_id=f"t-{number}",
        output_id=f"o-{number}",
        reviewer="U0MARA",
        kind=VerdictKind.REJECT if wrong else VerdictKind.APPROVE,
        as_lead=False,
        seen="evidence",
        opened_at=at - timedelta(seconds=45),
        recorded_at=at,
        outcome=Outcome.REJECTED if wrong else Outcome.APPROVED,
        resolved_at=at,
        resolved_by="U0MARA",
        route="Cards",
        show="evidence",
        marks_draw=None,
        sent_by="",
        known="",
        reason=Reason.RISK,
        inclusion_probability=1.0,
        policy_version="p1",
        model="m",
        model_version="",
        received_at=at,
    )


def weekly_draws(rng: np.random.Generator, weeks: int, busy: float) -> list[int]:
    """Reviews that the planner drew in each week; in the last one `busy` times as many outputs come in."""
    past, made, drawn = Past(), None, [0] * weeks
    for hour in range(weeks * 168):
        now = START + hour * HOUR
        week = hour // 168
        if len(past.risks) >= planning.OUTPUTS_NEED and now.hour in DAY_HOURS:
            seen = Seen(
                outputs=past.outputs(), reviews=past.outputs(), verdicts=past.verdicts, traffic=past.traffic,
                waiting=0, before=made,
            )  # fmt: skip
            planned = planning.next_plan(seen, ROUTE, POLICY, version=f"plan-{hour}", now=now)
            assert isinstance(planned, MadePlan)
            made = planned
        if now.weekday() < 5 and now.hour in DAY_HOURS:
            count = rng.poisson(WEEKLY / 50 * (busy if week == weeks - 1 else 1.0))
            drawn[week] += _hour(rng, past, made, now, int(count))
    return drawn


def _hour(rng: np.random.Generator, past: Past, made: MadePlan | None, now: datetime, count: int) -> int:
    """One hour's outputs; what is drawn is reviewed at once."""
    drawn = 0
    for risk in rng.beta(1.0, 9.0, count):
        chance = selection.chance(made.plan, float(risk)) if made else POLICY.uniform_rate
        past.moments.append(now)
        past.risks.append(float(risk))
        past.chances.append(chance)
        if rng.random() < chance:
            drawn += 1
            past.verdicts.append(a_verdict(len(past.risks), now + HOUR / 2, wrong=bool(rng.random() < risk)))
    if count:
        past.traffic.append(HourCount(hour=now, outputs=count))
    return drawn


@pytest.mark.parametrize(("busy", "allowed"), [(1.0, 0.20), (2.0, 0.25), (0.5, 0.25)])
def test_week_spends_its_budget_whatever_the_traffic(busy: float, allowed: float) -> None:
    """The second week of 200 reviews, with as many outputs as in the first, twice and half as many.

    A Poisson draw of 200 has sd √200 = 14, so 4 sd are 28 %; pacing by the hour takes most of that out again. What
    nobody could foresee is noticed within a day or two, and costs a little more.
    """
    spent = weekly_draws(np.random.default_rng(5), 2, busy)[-1]
    assert abs(spent - 200) <= allowed * 200


def test_stable_weeks_spend_what_they_may() -> None:
    """From the second week on 97 to 103 % of the budget on average; the mean's standard error is under .01.

    A week's sum differs by 1.3 % (measured over 18 weeks), and here are four.
    """
    spent = [week for seed in (21, 22) for week in weekly_draws(np.random.default_rng(seed), 3, 1.0)[1:]]
    assert 0.97 <= np.mean(spent) / 200 <= 1.03


def test_forecast_is_not_needed_for_the_first_week_to_stay_in_bounds() -> None:
    """Before a whole week is known every hour counts alike: it spends no more than the budget and half of it."""
    spent = weekly_draws(np.random.default_rng(6), 1, 1.0)[0]
    assert 60 <= spent <= 300


@pytest.mark.parametrize("cut", [False, True])
def test_what_plans_draw_and_cuts_leave_stands_for_everything(cut: bool) -> None:
    """Σ y / π over what was reviewed is the number of errors on average: within 4 standard errors over 200 runs.

    Errors have nothing to do with the risk here, so no model helps: only the chances can make it right. With a cut
    two thirds of the queue are closed by lot.
    """
    rng = np.random.default_rng(11)
    plan = selection.plan(
        rng.beta(1.0, 9.0, 2_000), [""] * 2_000, budget=200.0, expected_outputs=2_000.0, errors_seen=40.0
    )
    runs = [_estimated(rng, plan, run, cut=cut) for run in range(200)]
    errors = np.array([found - truth for found, truth in runs])
    assert abs(errors.mean()) <= 4.0 * errors.std() / sqrt(len(errors))


def _estimated(rng: np.random.Generator, plan: SelectionPlan, run: int, *, cut: bool) -> tuple[float, float]:
    """The estimate of one week, and the truth."""
    wrong = rng.random(2_000) < 0.1
    chance = np.array([selection.chance(plan, float(risk)) for risk in rng.beta(1.0, 9.0, 2_000)])
    names = [f"o-{run}-{place}" for place in range(2_000)]
    drawn = [place for place, name in enumerate(names) if stable_draw(name, "p1") < chance[place]]
    keep = overflow.keep_probability(len(drawn), 0, 80.0) if cut else None
    if keep is None:
        return float(sum(wrong[place] / chance[place] for place in drawn)), float(wrong.sum())
    at = monday(START) + run * HOUR
    total = 0.0
    for place in drawn:
        decision = a_decision(names[place], inclusion_probability=float(chance[place]))
        lot = overflow.cut_of(decision, route="Cards", keep=keep, reaches_from=at, cut_at=at)
        total += wrong[place] / (chance[place] * lot.kept_so_far) if lot.kept else 0.0
    return total, float(wrong.sum())

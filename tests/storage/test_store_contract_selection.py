"""The contract of every store: decisions with what figures group by, plans, cuts, and a period's outputs as columns."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import numpy as np
import pytest

from reviewers.model import (
    HourCount,
    Outcome,
    PeriodOutputs,
    Reason,
    Resolution,
    SamplingDecision,
    Stratum,
)
from reviewers.ports import Store
from tests.builders import NOON, a_cut, a_decision, a_task, a_verdict, an_output

HOUR = timedelta(hours=1)
AWKWARD = "nul \x00, \ud83d, “fees” ' \\ <b>"


def a_drawn(output_id: str, **changes: Any) -> SamplingDecision:
    """Drawn on the route Cards with a chance of .4."""
    fields: dict[str, Any] = {
        "reason": Reason.RISK,
        "inclusion_probability": 0.4,
        "route": "Cards",
        "stratum": Stratum.DRAWN,
        "risk": 0.3,
        "decided_at": NOON,
    }
    return a_decision(output_id, **(fields | changes))


def stored(store: Store, *decisions: SamplingDecision) -> None:
    """The outputs with these decisions, and a task for each that is selected: o-1 has t-1."""
    with store.begin() as uow:
        uow.outputs.add([an_output(one.output_id) for one in decisions])
        uow.decisions.add(decisions)
        for one in decisions:
            if one.selected:
                uow.tasks.add(a_task(f"t-{one.output_id[2:]}", output_id=one.output_id, route=one.route))


def resolved(store: Store, task_id: str, outcome: Outcome, revision: int = 1) -> None:
    """A verdict and what it came to."""
    with store.begin() as uow:
        verdict = a_verdict(f"v-{task_id}-{revision}", task_id=task_id, revision=revision)
        uow.verdicts.append(verdict)
        uow.verdicts.resolve(
            Resolution(
                task_id=task_id,
                revision=revision,
                outcome=outcome,
                verdict_id=verdict.verdict_id,
                resolved_by="U0MARA",
                resolved_at=NOON,
            )
        )


def sample(store: Store, *, route: str | None = None) -> PeriodOutputs:
    """The outputs of the day."""
    with store.read() as uow:
        return uow.decisions.sample(NOON - 12 * HOUR, NOON + 12 * HOUR, route=route)


def named(found: PeriodOutputs) -> list[tuple[str, str, str, str]]:
    """Stratum, route, slice and model of each output."""
    columns = zip(found.stratum, found.route, found.slice, found.model, strict=True)
    return [(found.strata[a], found.routes[b], found.slices[c], found.models[d]) for a, b, c, d in columns]


def test_a_decision_comes_back_with_what_figures_group_by(store: Store) -> None:
    """Every field, whatever characters names hold."""
    decision = a_drawn(
        "o-1",
        model=AWKWARD,
        slice=AWKWARD,
        route=AWKWARD,
        cluster=2**62 + 1,
        plan_version="plan-1",
        rule=AWKWARD,
        inclusion_probability=0.1 + 0.2,
    )
    bare = a_decision("o-2", stratum=None, risk=None)
    stored(store, decision, bare)

    with store.read() as uow:
        assert uow.decisions.get("o-1") == decision
        assert uow.decisions.get("o-2") == bare


def test_what_was_reviewed_has_the_corrected_chance(store: Store) -> None:
    """Every reader of the chance has the cuts in it: 0.4 * 0.5 = 0.2."""
    stored(store, a_drawn("o-1"))
    with store.begin() as uow:
        uow.cuts.add([a_cut()])
    resolved(store, "t-1", Outcome.APPROVED)

    with store.read() as uow:
        (one,) = uow.tasks.reviewed(NOON, NOON + HOUR)
    assert one.inclusion_probability == pytest.approx(0.2)


def test_the_outputs_of_a_period_come_as_columns_selected_or_not(store: Store) -> None:
    """An output that was not scored has no risk: its entry is NaN, and nothing is made up."""
    stored(
        store,
        a_drawn("o-1", model="m 1", slice="gold", cluster=7),
        a_drawn("o-2", selected=False, reason=Reason.NOT_SELECTED, risk=None, inclusion_probability=0.05),
        a_decision("o-3", route="", stratum=Stratum.HELD, risk=0.9, decided_at=NOON + timedelta(microseconds=1)),
    )
    resolved(store, "t-1", Outcome.EDITED)
    resolved(store, "t-3", Outcome.APPROVED)

    found = sample(store)
    at = {float(chance): place for place, chance in enumerate(found.chance)}
    places = [at[0.4], at[0.05], at[1.0]]
    assert len(found) == 3
    assert [named(found)[place] for place in places] == [
        ("drawn", "Cards", "gold", "m 1"),
        ("drawn", "Cards", "", ""),
        ("held", "", "", ""),
    ]
    np.testing.assert_array_equal(found.risk[places], [0.3, np.nan, 0.9])
    assert found.cluster[places].tolist() == [7, 0, 0]
    moments = [NOON, NOON, NOON + timedelta(microseconds=1)]
    assert found.decided_at[places].tolist() == [moment.replace(tzinfo=None) for moment in moments]
    decided = dict(zip(found.task_ids, zip(found.reviewed.tolist(), found.wrong.tolist(), strict=True), strict=True))
    assert decided == {"t-1": (at[0.4], True), "t-3": (at[1.0], False)}


def test_the_selected_ones_can_be_read_alone(store: Store) -> None:
    """With what people found, and their own chances."""
    stored(store, a_drawn("o-1"), a_drawn("o-2", selected=False, reason=Reason.NOT_SELECTED))
    resolved(store, "t-1", Outcome.EDITED)

    with store.read() as uow:
        found = uow.decisions.sample(NOON, NOON + HOUR, selected_only=True)
    assert (len(found), found.reviewed.tolist(), found.task_ids) == (1, [0], ("t-1",))


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(store: Store) -> None:
    """[since, until), by the time of the decision, whatever the zone it was given in."""
    elsewhere = timezone(timedelta(hours=5))
    for number, moment in enumerate((NOON - timedelta(microseconds=1), NOON, NOON + HOUR)):
        stored(store, a_drawn(f"o-{number}", decided_at=moment.astimezone(elsewhere)))

    with store.read() as uow:
        found = uow.decisions.sample(NOON, NOON + HOUR)
        none = uow.decisions.sample(NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert found.decided_at.tolist() == [NOON.replace(tzinfo=None)]
    assert (len(none), none.strata, none.task_ids) == (0, (), ())
    assert none.chance.shape == none.stratum.shape == none.decided_at.shape == (0,)


def test_one_route_can_be_asked_for_and_what_has_none_is_in_none(store: Store) -> None:
    """Decisions from before routes were kept are in the whole, and in no part."""
    stored(
        store,
        a_drawn("o-1"),
        a_drawn("o-2", route=""),
        a_decision("o-3", stratum=None),
        a_drawn("o-4", selected=False, reason=Reason.NOT_SELECTED),
    )

    assert len(sample(store)) == 4
    assert len(sample(store, route="Cards")) == 2
    assert len(sample(store, route="")) == 1
    assert len(sample(store, route="Loans")) == 0


def test_only_what_a_draw_brought_to_people_counts_as_reviewed(store: Store) -> None:
    """Open, withdrawn and sent by hand: not reviewed. A known answer is no output of the period."""
    stored(store, *(a_drawn(f"o-{number}") for number in (1, 2)))
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{number}") for number in (3, 4, 5)])
        uow.decisions.add([a_drawn("o-3"), a_drawn("o-4")])
        uow.decisions.add([a_drawn("o-5", selected=False, reason=Reason.NOT_SELECTED)])
        uow.tasks.add(a_task("t-3", output_id="o-3", sent_by="U0DANA"))
        uow.tasks.add(a_task("t-4", output_id="o-4", known="wrong"))
        uow.tasks.add(a_task("t-5", output_id="o-5", sent_by="U0DANA"))
    resolved(store, "t-2", Outcome.REJECTED)
    resolved(store, "t-2", Outcome.WITHDRAWN, revision=2)
    for task_id in ("t-3", "t-4", "t-5"):
        resolved(store, task_id, Outcome.REJECTED)

    found = sample(store)
    assert (len(found), len(found.reviewed), len(found.wrong), found.task_ids) == (4, 0, 0, ())


def test_the_newest_resolution_counts(store: Store) -> None:
    """A change of mind is one review, and not two."""
    stored(store, a_drawn("o-1"))
    resolved(store, "t-1", Outcome.REJECTED)
    resolved(store, "t-1", Outcome.APPROVED, revision=2)

    found = sample(store)
    assert (len(found), found.wrong.tolist(), found.task_ids) == (1, [False], ("t-1",))


def test_outputs_that_were_not_selected_have_the_cuts_that_they_would_have_met(store: Store) -> None:
    """At one o'clock one of the two that were selected at noon waited: 1 - .5 * .5 of the chance of others is left."""
    unselected: dict[str, Any] = {"selected": False, "reason": Reason.NOT_SELECTED}
    stored(
        store,
        a_drawn("o-1", inclusion_probability=0.8),
        a_drawn("o-2", inclusion_probability=0.7),  # it was decided by people before the cut, and keeps its chance
        a_drawn("o-3", inclusion_probability=0.1, **unselected),
        a_drawn("o-4", inclusion_probability=0.2, decided_at=NOON + 2 * HOUR, **unselected),
        a_drawn("o-5", inclusion_probability=0.3, route="Loans", **unselected),
        a_drawn("o-6", inclusion_probability=0.6, stratum=Stratum.RULE, **unselected),
        a_drawn("o-7", inclusion_probability=0.05, decided_at=NOON - HOUR, **unselected),
    )
    with store.begin() as uow:
        uow.cuts.add([a_cut("o-1")])

    expected = sorted([0.4, 0.7, 0.075, 0.2, 0.3, 0.6, 0.05])
    assert sorted(sample(store).chance.tolist()) == pytest.approx(expected)


def twice_cut(store: Store) -> None:
    """Four of noon, of which one waits at half past two, and two of one o'clock, which both do; .2 of these stay.

    Then, at four, half of what stayed of one o'clock; what stayed of noon is worked on. One of each hour, and of three
    o'clock, was not selected.
    """
    unselected: dict[str, Any] = {"selected": False, "reason": Reason.NOT_SELECTED, "inclusion_probability": 0.1}
    stored(
        store,
        *(a_drawn(f"o-{number}") for number in (1, 2, 3, 4)),
        *(a_drawn(f"o-{number}", decided_at=NOON + HOUR) for number in (5, 6)),
        *(a_drawn(f"u-{hour}", decided_at=NOON + hour * HOUR, **unselected) for hour in range(4)),
        a_drawn("u-9", decided_at=NOON + HOUR, route="Loans", **unselected),
    )
    first: dict[str, Any] = {"keep_probability": 0.2, "kept_so_far": 0.2, "cut_at": NOON + 2.5 * HOUR}
    second = {"kept_so_far": 0.1, "reaches_from": NOON + HOUR, "cut_at": NOON + 4 * HOUR}
    with store.begin() as uow:
        uow.cuts.add([a_cut("o-1", **first), a_cut("o-5", **first), a_cut("o-6", kept=False, **first)])
        uow.cuts.add([a_cut("o-5", **second)])


ONCE = [0.08, 0.4, 0.4, 0.4, 0.08, 0.08, 0.08, 0.02, 0.06, 0.1, 0.1]
# Noon: 1 - .8 / 4; one o'clock: .2 * .5, and so what was closed; two: 1 - .8 * 3 / 6, then .5; three: .5, by the day.
TWICE = [0.08, 0.4, 0.4, 0.4, 0.04, 0.04, 0.08, 0.01, 0.03, 0.05, 0.1]


def test_a_cut_takes_from_each_hour_what_waited_of_it(store: Store) -> None:
    """Until a moment, of all routes or one: what the cuts left of .4 and .1."""
    twice_cut(store)
    with store.read() as uow:
        period = NOON - 12 * HOUR, NOON + 12 * HOUR
        found = [uow.decisions.sample(*period, as_of=NOON + hours * HOUR) for hours in (2, 3, 4)]
        cards = uow.decisions.sample(*period, route="Cards")
    chances = [sorted(one.chance.tolist()) for one in found]
    assert chances[0] == pytest.approx([0.1] * 5 + [0.4] * 6)
    assert chances[1:] == [pytest.approx(sorted(ONCE)), pytest.approx(sorted(TWICE))]
    assert sorted(cards.chance.tolist()) == pytest.approx(sorted(TWICE[:-1]))


def test_the_past_has_the_cuts_of_what_was_not_selected_in_its_chances(store: Store) -> None:
    """As the columns have them; of being drawn it is the chance by what was kept."""
    twice_cut(store)
    with store.read() as uow:
        past = {one.output.output_id: one.decision for one in uow.decisions.past(NOON - HOUR, NOON + 12 * HOUR)}
    names = [f"o-{number}" for number in range(1, 7)] + [f"u-{hour}" for hour in (0, 1, 2, 3, 9)]
    assert [past[name].inclusion_probability for name in names] == pytest.approx(TWICE)
    drawn = [past[name].inclusion_probability / past[name].keep_probability for name in names]
    assert drawn == pytest.approx([0.4] * 6 + [0.1] * 5)


def test_the_past_comes_whole_in_the_order_of_deciding(store: Store) -> None:
    """With cuts in the chance; what was sent by hand is not reviewed, and a known answer no part of it."""
    stored(
        store,
        a_drawn("o-2", decided_at=NOON),
        a_drawn("o-1", decided_at=NOON),
        a_drawn("o-3", decided_at=NOON - HOUR, selected=False, reason=Reason.NOT_SELECTED),
        a_drawn("o-9", decided_at=NOON + HOUR),
    )
    with store.begin() as uow:
        uow.outputs.add([an_output("o-4"), an_output("o-5")])
        uow.decisions.add([a_drawn("o-4", decided_at=NOON + timedelta(minutes=1)), a_drawn("o-5")])
        uow.tasks.add(a_task("t-4", output_id="o-4", sent_by="U0DANA"))
        uow.tasks.add(a_task("t-5", output_id="o-5", known="wrong"))
        uow.cuts.add([a_cut("o-1")])
    resolved(store, "t-1", Outcome.REJECTED)
    resolved(store, "t-1", Outcome.APPROVED, revision=2)
    for task_id in ("t-4", "t-5"):
        resolved(store, task_id, Outcome.REJECTED)
    resolved(store, "t-2", Outcome.REJECTED)
    resolved(store, "t-2", Outcome.WITHDRAWN, revision=2)

    with store.read() as uow:
        found = list(uow.decisions.past(NOON - HOUR, NOON + HOUR))
        outputs = {output_id: uow.outputs.get(output_id) for output_id in ("o-1", "o-2", "o-3", "o-4")}
    assert [(one.output.output_id, one.outcome) for one in found] == [
        ("o-3", None),
        ("o-1", Outcome.APPROVED),
        ("o-2", None),
        ("o-4", None),
    ]
    assert [one.output for one in found] == [outputs[one.output.output_id] for one in found]
    assert [one.decision.inclusion_probability for one in found] == pytest.approx([0.4, 0.2, 0.4, 0.4])


def test_traffic_is_counted_by_the_hour(store: Store) -> None:
    """Selected or not; hours without outputs are left out."""
    minutes = {"o-1": 0, "o-2": 59, "o-3": 60, "o-4": 61, "o-5": 300}
    stored(
        store,
        *(
            a_drawn(name, decided_at=NOON + timedelta(minutes=at), selected=name != "o-2")
            for name, at in minutes.items()
        ),
        a_drawn("o-6", route="Loans"),
    )

    with store.read() as uow:
        everything = uow.decisions.traffic(NOON, NOON + 5 * HOUR)
        cards = uow.decisions.traffic(NOON, NOON + 6 * HOUR, route="Cards")
    assert everything == [HourCount(hour=NOON, outputs=3), HourCount(hour=NOON + HOUR, outputs=2)]
    assert cards == [
        HourCount(hour=NOON, outputs=2),
        HourCount(hour=NOON + HOUR, outputs=2),
        HourCount(hour=NOON + 5 * HOUR, outputs=1),
    ]

"""The contract of every store: plans of selection, queues, and what was cut of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reviewers.model import (
    SelectionPlan,
    Signal,
    Stratum,
    TaskState,
    VerdictKind,
)
from reviewers.ports import QueueState, Store
from tests.builders import NOON, a_cut, a_made_plan, a_task, a_verdict, an_output
from tests.storage.test_store_contract_selection import a_drawn, stored

HOUR = timedelta(hours=1)
AWKWARD = "nul \x00, \ud83d, “fees” ' \\ <b>"


def test_a_plan_comes_back_as_it_was_made_and_the_newest_of_its_route_counts(store: Store) -> None:
    """A second plan of one version is ignored; other routes have plans of their own."""
    first = a_made_plan("plan-1", route="Cards")
    newer = replace(
        a_made_plan("plan-2", route="Cards", made_at=NOON + HOUR),
        signal=Signal(auroc=0.7, low=0.55, high=0.81, reviewed=120, wrong=14, trusted=False),
        plan=SelectionPlan(
            budget=10.0,
            expected_outputs=200.0,
            learned_from=17,
            errors_seen=5.0,
            mean_risk=0.1,
            humility=0.5,
            uniform_part=1.0,
            slice_power=0.5,
            scale=0.05,
            mean_worth=0.3,
            mean_factor=2.0,
            floor=0.01,
            shares={AWKWARD: 0.25, "": 0.75},
        ),
    )
    own = a_made_plan("plan-3", route="")
    with store.begin() as uow:
        for made in (first, newer, own, replace(first, made_at=NOON + 2 * HOUR)):
            uow.plans.add(made)

    with store.read() as uow:
        assert uow.plans.get("plan-1") == first
        assert uow.plans.newest("Cards") == newer
        assert uow.plans.newest("") == own
        assert uow.plans.newest("Loans") is None
        assert uow.plans.get("plan-9") is None


def test_cuts_come_back_in_order_and_are_in_the_chance_of_the_decision(store: Store) -> None:
    """Drawn with .4, kept with .5 and then with .2: 0.4 * 0.5 * 0.2 = 0.04."""
    stored(store, a_drawn("o-1"), a_drawn("o-2"))
    once, twice = a_cut(), a_cut(keep_probability=0.2, kept_so_far=0.1, cut_at=NOON + 2 * HOUR, kept=False)
    with store.begin() as uow:
        uow.cuts.add([once])
        uow.cuts.add([twice])
        uow.cuts.add([])

    with store.read() as uow:
        assert uow.cuts.of("o-1") == [once, twice]
        assert uow.cuts.of("o-2") == []
        cut, whole = uow.decisions.get("o-1"), uow.decisions.get("o-2")
        (view,) = uow.tasks.views(["t-1"])
    assert cut is not None
    assert whole is not None
    assert cut.inclusion_probability == pytest.approx(0.04)
    assert cut.keep_probability == pytest.approx(0.1)
    assert view.decision == cut
    assert (whole.inclusion_probability, whole.keep_probability) == (0.4, 1.0)


def test_the_queue_of_a_route_is_what_a_draw_brought_and_nobody_touched(store: Store) -> None:
    """Held ones, those of a rule, sent ones and known answers are no part of it, nor what has a verdict."""
    stored(
        store,
        *(a_drawn(f"o-{number}") for number in (1, 2, 3)),
        a_drawn("o-4", route="Loans"),
        a_drawn("o-5", stratum=Stratum.RULE),
    )
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{number}") for number in (6, 7, 8, 9)])
        uow.decisions.add([a_drawn(f"o-{number}") for number in (6, 7, 8, 9)])
        uow.tasks.add(a_task("t-6", output_id="o-6", route="Cards", hold=True))
        uow.tasks.add(a_task("t-7", output_id="o-7", route="Cards", sent_by="U0DANA"))
        uow.tasks.add(a_task("t-8", output_id="o-8", route="Cards", known="right"))
        uow.tasks.add(a_task("t-9", output_id="o-9", route="Cards", created_at=NOON))
        uow.tasks.set_state("t-3", TaskState.TIMED_OUT)
        uow.verdicts.append(a_verdict(task_id="t-2", kind=VerdictKind.UNSURE))

    with store.read() as uow:
        assert [task.task_id for task in uow.tasks.in_queue("Cards")] == ["t-9", "t-1"]


def test_a_queue_tells_what_was_cut_in_the_last_seven_days(store: Store) -> None:
    """Kept ones were not cut; other routes tell of their own."""
    stored(store, *(a_drawn(f"o-{number}") for number in (1, 2, 3)))
    with store.begin() as uow:
        uow.cuts.add([a_cut("o-1", kept=False), a_cut("o-2", kept=True), a_cut("o-3", kept=False, route="Loans")])
        uow.tasks.set_state("t-1", TaskState.CUT)

    with store.read() as uow:
        now = uow.tasks.queues(NOON + 2 * HOUR)
        later = uow.tasks.queues(NOON + timedelta(days=7) + HOUR)
        counts = uow.counts()
    made_at = a_task().created_at
    assert now == [QueueState(route="Cards", open=2, disputed=0, past_due=0, oldest_at=made_at, cut=1)]
    assert [state.cut for state in later] == [0]
    assert (counts.open_tasks, counts.cut) == (2, 1)


def test_what_is_past_due_is_told_of_one_route_the_longest_first(store: Store) -> None:
    """Neither held ones nor those of other routes, nor what is not due yet."""
    stored(store, *(a_drawn(f"o-{number}") for number in (1, 2, 3, 4)))
    with store.begin() as uow:
        uow.outputs.add([an_output("o-5"), an_output("o-6")])
        uow.decisions.add([a_drawn("o-5"), a_drawn("o-6")])
        uow.tasks.add(a_task("t-5", output_id="o-5", route="Loans", due_at=NOON))
        uow.tasks.add(a_task("t-6", output_id="o-6", route="Cards", due_at=NOON, hold=True))
        for task, hours in (("t-1", 2), ("t-2", 1), ("t-3", 1), ("t-4", 3)):
            uow.tasks.set_due(task, NOON + hours * HOUR, None)
        uow.tasks.set_disputed("t-3", "")

    with store.read() as uow:
        late = [uow.tasks.past_due(NOON + 2 * HOUR, 9, route=route) for route in ("Cards", "Loans", "Fees")]
        (first,) = uow.tasks.past_due(NOON + 2 * HOUR, 1, route="Cards")
    assert [[task.task_id for task in tasks] for tasks in late] == [["t-2", "t-3", "t-1"], ["t-5"], []]
    assert first.task_id == "t-2"


def test_plans_and_cuts_cannot_be_changed(store: Store) -> None:
    """A second cut of the same output is another row; nothing is overwritten."""
    stored(store, a_drawn("o-1"))
    with store.begin() as uow:
        uow.cuts.add([a_cut()])
        uow.cuts.add([a_cut()])
        uow.plans.add(a_made_plan("plan-1"))
        uow.plans.add(a_made_plan("plan-1", minutes_per_week=9.0))

    with store.read() as uow:
        assert len(uow.cuts.of("o-1")) == 2
        assert uow.plans.get("plan-1") == a_made_plan("plan-1")


def test_a_cut_needs_a_decision(store: Store) -> None:
    """Each store in its own words."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])

    with pytest.raises(Exception, match=r"o-1|FOREIGN|foreign"), store.begin() as uow:
        uow.cuts.add([a_cut("o-1")])

"""The contract of every store: documents that changed, and what became of the answers that rest on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from reviewers.model import Outcome, Purpose, VerdictKind
from reviewers.model.sources import ChangedSentence, Reopening
from reviewers.ports import Store
from storage.tables_sources import APPEND_ONLY
from storage.unit_of_work import SqlStore
from tests.builders import NOON, a_task, a_verdict
from tests.decisions.test_source_changes import a_change
from tests.storage.test_store_contract_second_looks import a_look, keep, resolve

HOUR = timedelta(hours=1)
HOSTILE = 'a "quote"\0 \ud800 \u202e <!channel>'


def a_reopening(change_id: str = "sc_1", **changes: int) -> Reopening:
    """Two of three answers."""
    return Reopening(**({"change_id": change_id, "ended_at": NOON + HOUR, "resting": 3, "reopened": 2} | changes))  # type: ignore[arg-type]  # fields by name


def test_change_comes_back_as_it_was_and_is_kept_once(store: Store) -> None:
    """With every character that a document can have; its moment in UTC."""
    zone = timezone(timedelta(hours=2))
    change = a_change(
        sentences=(ChangedSentence(was=HOSTILE, now=""), ChangedSentence(was="b", now=HOSTILE)),
        title=HOSTILE,
        address=HOSTILE,
        document=HOSTILE,
        removed=True,
        changed_at=NOON.astimezone(zone),
    )
    with store.begin() as uow:
        assert uow.source_changes.add(change)
        assert not uow.source_changes.add(replace(change, title="again"))
    with store.read() as uow:
        assert uow.source_changes.get("sc_1") == replace(change, changed_at=NOON)
        assert uow.source_changes.get("sc_2") is None


def test_changes_wait_in_order_until_they_are_ended(store: Store) -> None:
    """Each is ended once."""
    with store.begin() as uow:
        for name in ("sc_b", "sc_a", "sc_c"):
            uow.source_changes.add(a_change(change_id=name))
    with store.begin() as uow:
        assert [one.change_id for one in uow.source_changes.waiting(2)] == ["sc_b", "sc_a"]
        assert uow.source_changes.end(a_reopening("sc_b"))
        assert not uow.source_changes.end(a_reopening("sc_b", resting=9))
        assert [one.change_id for one in uow.source_changes.waiting(9)] == ["sc_a", "sc_c"]


def test_changes_of_a_period_come_with_what_had_become_of_them_by_then(store: Store) -> None:
    """The period has its beginning and not its end; what was ended later is unseen."""
    with store.begin() as uow:
        for place, name in enumerate(("sc_0", "sc_1", "sc_2")):
            uow.source_changes.add(a_change(change_id=name, changed_at=NOON + (2 - place) * HOUR))
        uow.source_changes.end(a_reopening("sc_1"))
    with store.read() as uow:
        found = uow.source_changes.between(NOON, NOON + 2 * HOUR, as_of=NOON + HOUR)
        early = uow.source_changes.between(NOON, NOON + 2 * HOUR, as_of=NOON)
    assert [(one.change_id, ended) for one, ended in found] == [("sc_2", None), ("sc_1", a_reopening("sc_1"))]
    assert [ended for _, ended in early] == [None, None]


def test_reopened_task_knows_its_change_and_its_view_shows_it(store: Store) -> None:
    """Other tasks have none."""
    again = a_look(purpose=Purpose.REOPENED, change_id="sc_1", chance=None, seen_by=())
    keep(store, a_task(), again)
    with store.begin() as uow:
        uow.source_changes.add(a_change())
    with store.read() as uow:
        assert uow.tasks.get("t-2") == again
        first, second = uow.tasks.views(["t-1", "t-2"])
        assert uow.tasks.looks(NOON) == [again]
    assert (first.change, second.change) == (None, a_change())


@pytest.mark.parametrize(
    ("outcome", "left"), [(Outcome.APPROVED, ["t-1"]), (Outcome.REJECTED, []), (Outcome.EDITED, [])]
)
def test_answer_that_its_source_belies_is_no_resolved_one_any_more(
    store: Store, outcome: Outcome, left: list[str]
) -> None:
    """Nor does a verdict on it count among those of reviewers: it speaks of another source."""
    keep(store, a_task(), a_look(purpose=Purpose.REOPENED, change_id="sc_1"))
    resolve(store, "t-1")
    resolve(store, "t-2", outcome=outcome)
    with store.read() as uow:
        assert [view.task.task_id for view in uow.tasks.resolved()] == left
        reviewed = uow.tasks.reviewed(NOON - HOUR, NOON + 99 * HOUR)
    assert [one.task_id for one in reviewed] == ["t-1"]


def test_verdicts_on_reopened_answers_are_counted_apart(store: Store) -> None:
    """Of the route and the period, what each person said last: Mara's second one, and not what Jonas was unsure of."""
    again = a_look(purpose=Purpose.REOPENED, change_id="sc_1", route="Cards")
    keep(store, a_task(route="Cards"), again)
    with store.begin() as uow:
        uow.verdicts.append(a_verdict("v-1", task_id="t-1"))
        uow.verdicts.append(a_verdict("v-2", task_id="t-2"))
        uow.verdicts.append(
            a_verdict(
                "v-3", task_id="t-2", revision=2, kind=VerdictKind.EDIT, correction="Other.", recorded_at=NOON + HOUR
            )
        )
        uow.verdicts.append(a_verdict("v-4", task_id="t-2", reviewer="U0JONAS", kind=VerdictKind.UNSURE))
        uow.verdicts.append(a_verdict("v-5", task_id="t-2", reviewer="U0TOMAS", recorded_at=NOON + HOUR))
    with store.read() as uow:
        assert uow.tasks.verdicts_on_reopened(NOON, NOON + 2 * HOUR, route="Cards") == 2
        assert uow.tasks.verdicts_on_reopened(NOON, NOON + HOUR, route="Cards") == 0
        assert uow.tasks.verdicts_on_reopened(NOON, NOON + 2 * HOUR, route="") == 0


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_noted_is_append_only(sql_store: SqlStore, table: str) -> None:
    """Nobody rewrites what a document said."""
    from sqlalchemy import text

    with sql_store.begin() as uow:
        uow.source_changes.add(a_change())
        uow.source_changes.end(a_reopening())
    for statement in (f"UPDATE {table} SET change_id = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="append-only"), sql_store._engine.begin() as connection:
            connection.execute(text(statement))

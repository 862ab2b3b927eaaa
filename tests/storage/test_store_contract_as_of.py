"""The contract of every store: what was known at a moment, whatever was recorded since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reviewers.decisions.risk import PRIOR
from reviewers.model import (
    DatasetUse,
    DatasetVersion,
    Outcome,
    Purpose,
    Reason,
    ReleaseState,
    Reply,
    Resolution,
    Stratum,
    TaskState,
    VerdictKind,
)
from reviewers.model.past_tasks import TaskCount
from reviewers.ports import Store
from tests.builders import NOON, a_cut, a_decision, a_release, a_task, a_verdict, an_output
from tests.storage.test_store_contract_features import ROUTE, keep, some_features

HOUR = timedelta(hours=1)
MOMENTS = (NOON + 0.5 * HOUR, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR, None)
APPROVED = a_verdict("v-1", recorded_at=NOON + HOUR)
REJECTED = replace(
    APPROVED,
    verdict_id="v-2",
    revision=2,
    kind=VerdictKind.REJECT,
    reasons=("outdated",),
    supersedes="v-1",
    recorded_at=NOON + 3 * HOUR,
)


def changed_mind(store: Store) -> None:
    """Approved at one, rejected at three; the queue of the other output is cut at two."""
    drawn = a_decision(reason=Reason.RISK, inclusion_probability=0.5, route="Cards", stratum=Stratum.DRAWN)
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1"), an_output("o-2")])
        uow.decisions.add([drawn, replace(drawn, output_id="o-2", decided_at=NOON + timedelta(minutes=1))])
        uow.tasks.add(a_task("t-1", route="Cards"))
        uow.tasks.add(a_task("t-2", output_id="o-2", route="Cards"))
        for verdict, outcome in ((APPROVED, Outcome.APPROVED), (REJECTED, Outcome.REJECTED)):
            uow.verdicts.append(verdict)
            uow.verdicts.resolve(
                Resolution(
                    task_id="t-1",
                    revision=verdict.revision,
                    outcome=outcome,
                    verdict_id=verdict.verdict_id,
                    resolved_by="U0MARA",
                    resolved_at=verdict.recorded_at,
                )
            )
        uow.cuts.add([a_cut("o-2", route="Cards", keep_probability=0.5, kept_so_far=0.5, cut_at=NOON + 2 * HOUR)])


def test_verdict_that_was_changed_since_is_current_as_of_then(store: Store) -> None:
    """Also to the moment in which it was recorded, and not before it."""
    changed_mind(store)
    with store.read() as uow:
        found = [
            [
                (one.kind, one.outcome, one.resolved_at)
                for one in uow.tasks.reviewed(NOON, NOON + 9 * HOUR, as_of=moment)
            ]
            for moment in MOMENTS
        ]
    approved = [(VerdictKind.APPROVE, Outcome.APPROVED, NOON + HOUR)]
    rejected = [(VerdictKind.REJECT, Outcome.REJECTED, NOON + 3 * HOUR)]
    assert found == [[], approved, approved, rejected, rejected]


def test_resolutions_and_cuts_that_came_since_are_no_part_of_a_period_as_of_then(store: Store) -> None:
    """Half of .5 is left of the chance once the queue was cut."""
    changed_mind(store)
    with store.read() as uow:
        found = [uow.decisions.sample(NOON, NOON + HOUR, route="Cards", as_of=moment) for moment in MOMENTS]
    assert [one.wrong.tolist() for one in found] == [[], [False], [False], [True], [True]]
    assert [sorted(one.chance.tolist()) for one in found] == [[0.5, 0.5], [0.5, 0.5], *[[0.25, 0.5]] * 3]


def test_views_show_what_was_known_of_a_task_then(store: Store) -> None:
    """Its state too: it was open before one, and resolved from then on; a reply of two and a use of three are later."""
    changed_mind(store)
    used = DatasetVersion(
        version="d-1", format="dpo", path="d.jsonl", examples=1, policy_versions=(), built_at=NOON + 3 * HOUR
    )
    use = DatasetUse(version="d-1", format="dpo", path="d.jsonl", task_id="t-1", revision=2, built_at=NOON + 3 * HOUR)
    said = Reply(task_id="t-1", channel="C1", ts="1.0", author="U0DANA", text="Why?", written_at=NOON + 2 * HOUR)
    with store.begin() as uow:
        uow.tasks.set_state("t-1", TaskState.RESOLVED)
        uow.replies.add(said)
        uow.datasets.add(used, [use])
    with store.read() as uow:
        views = [uow.tasks.views(["t-1"], as_of=moment)[0] for moment in MOMENTS]
    assert [view.task.state for view in views] == [TaskState.OPEN, *[TaskState.RESOLVED] * 4]
    assert [[one.verdict_id for one in view.verdicts] for view in views] == [
        [],
        ["v-1"],
        ["v-1"],
        ["v-1", "v-2"],
        ["v-1", "v-2"],
    ]
    assert [view.resolution and view.resolution.outcome for view in views] == [
        None,
        Outcome.APPROVED,
        Outcome.APPROVED,
        Outcome.REJECTED,
        Outcome.REJECTED,
    ]
    assert [len(view.replies) for view in views] == [0, 0, 1, 1, 1]
    assert [len(view.uses) for view in views] == [0, 0, 0, 1, 1]


def test_a_dataset_reaches_to_the_newest_decision_of_a_route_in_it(store: Store) -> None:
    """Approved at one, rejected at three: the set of two has the first, that of four the second, if it is asked for."""
    changed_mind(store)
    with store.begin() as uow:
        for version, format, revision, hours in (("d-1", "sft", 1, 2), ("d-2", "kto", 2, 4)):
            built: dict[str, Any] = {
                "version": version,
                "format": format,
                "path": "d.jsonl",
                "built_at": NOON + hours * HOUR,
            }
            uow.datasets.add(
                DatasetVersion(**built, examples=1, policy_versions=()),
                [DatasetUse(**built, task_id="t-1", revision=revision)],
            )
    both = ("sft", "kto")
    with store.read() as uow:
        found = [uow.datasets.reaches("Cards", both, before=NOON + hours * HOUR) for hours in (2, 4, 5)]
        assert found == [None, NOON + HOUR, NOON + 3 * HOUR]
        assert uow.datasets.reaches("Cards", ("sft", "dpo"), before=NOON + 5 * HOUR) == NOON + HOUR
        assert uow.datasets.reaches("Loans", both, before=NOON + 5 * HOUR) is None


def test_resolved_tasks_are_those_of_a_route_since_a_moment_as_of_another(store: Store) -> None:
    """Resolved at one, and again at three; never on another route; at four it is taken back."""
    changed_mind(store)
    taken_back = replace(APPROVED, verdict_id="v-3", revision=3, supersedes="v-2", recorded_at=NOON + 4 * HOUR)
    with store.begin() as uow:
        uow.verdicts.append(replace(taken_back, kind=VerdictKind.WITHDRAWN))
        uow.verdicts.resolve(
            Resolution(
                task_id="t-1",
                revision=3,
                outcome=Outcome.WITHDRAWN,
                verdict_id="v-3",
                resolved_by="U0MARA",
                resolved_at=NOON + 4 * HOUR,
            )
        )
    with store.read() as uow:

        def found(route: str | None = None, since: float | None = None, as_of: float | None = None) -> list[Outcome]:
            views = uow.tasks.resolved(
                route=route,
                since=None if since is None else NOON + since * HOUR,
                as_of=None if as_of is None else NOON + as_of * HOUR,
            )
            return [view.resolution.outcome for view in views if view.resolution]

        assert found(as_of=0.5) == []
        assert found(as_of=1) == found("Cards", as_of=2) == found(since=0.5, as_of=2) == [Outcome.APPROVED]
        assert found(since=1, as_of=2) == found("Loans", as_of=2) == found("", as_of=2) == []
        assert found(since=1, as_of=3) == [Outcome.REJECTED]
        assert found(as_of=4) == found() == []


def test_tasks_are_counted_as_they_stood(store: Store) -> None:
    """One resolved at one and open again at four, one cut at two, one that times out at three, swept or not, one held
    and timed out at two; one disputed now; and four that do not count.
    """
    drawn = a_decision(reason=Reason.RISK, route="Cards", stratum=Stratum.DRAWN)
    names = ("resolved", "cut", "late", "held", "disputed", "known", "elsewhere", "later", "unselected")
    changes: dict[str, dict[str, Any]] = {
        "elsewhere": {"route": "Loans"},
        "later": {"decided_at": NOON + HOUR},
        "unselected": {"selected": False},
    }
    tasks: dict[str, dict[str, Any]] = {
        "late": {"times_out_at": NOON + 3 * HOUR},
        "held": {"hold": True, "state": TaskState.TIMED_OUT},
        "disputed": {"state": TaskState.DISPUTED, "created_at": NOON + HOUR},
        "known": {"known": "wrong"},
    }
    with store.begin() as uow:
        uow.outputs.add([an_output(name) for name in names])
        for name in names:
            fields: dict[str, Any] = {"reason": Reason.NOT_SELECTED} if name == "unselected" else {}
            uow.decisions.add([replace(drawn, output_id=name, **(fields | changes.get(name, {})))])
            uow.tasks.add(a_task(f"t-{name}", output_id=name, **({"created_at": NOON} | tasks.get(name, {}))))
        for revision, (outcome, hour) in enumerate(((Outcome.APPROVED, 1), (Outcome.WITHDRAWN, 4)), start=1):
            kind = VerdictKind.APPROVE if outcome is Outcome.APPROVED else VerdictKind.WITHDRAWN
            at = NOON + hour * HOUR
            verdict = a_verdict(f"v-{hour}", task_id="t-resolved", revision=revision, kind=kind, recorded_at=at)
            uow.verdicts.append(verdict)
            uow.verdicts.resolve(
                Resolution(
                    task_id="t-resolved",
                    revision=revision,
                    outcome=outcome,
                    verdict_id=verdict.verdict_id,
                    resolved_by="U0MARA",
                    resolved_at=at,
                )
            )
        uow.cuts.add([a_cut("cut", route="Cards", kept=False, cut_at=NOON + 2 * HOUR)])
        uow.cuts.add([a_cut("late", route="Cards", kept=True, cut_at=NOON + 2 * HOUR)])
        uow.releases.add(a_release("held"))
        uow.releases.decide(a_release("held", state=ReleaseState.TIMED_OUT, decided_at=NOON + 2 * HOUR))

    def stood(hours: float) -> list[TaskCount]:
        with store.read() as uow:
            return uow.tasks.standing(NOON - HOUR, NOON + HOUR / 2, route="Cards", as_of=NOON + hours * HOUR)

    def count(state: TaskState, tasks: int) -> TaskCount:
        return TaskCount(state=state, tasks=tasks, oldest_at=NOON)

    assert stood(-0.5) == []
    assert stood(0) == [count(TaskState.OPEN, 4)]
    assert stood(1) == [count(TaskState.OPEN, 4), count(TaskState.RESOLVED, 1)]
    two = [count(TaskState.CUT, 1), count(TaskState.OPEN, 2), count(TaskState.RESOLVED, 1)]
    assert stood(2) == [*two, count(TaskState.TIMED_OUT, 1)]
    assert stood(4) == [
        count(TaskState.CUT, 1),
        TaskCount(state=TaskState.OPEN, tasks=2, oldest_at=NOON),
        count(TaskState.TIMED_OUT, 2),
    ]


def test_features_that_were_made_since_are_unseen(store: Store) -> None:
    """One at noon and one an hour later."""
    keep(store, [some_features("o-1"), some_features("o-2", made_at=NOON + HOUR)])
    with store.read() as uow:
        found = [
            [
                one
                for block in uow.features.blocks(NOON, NOON + HOUR, route=ROUTE, as_of=moment)
                for one in block.output_ids
            ]
            for moment in (NOON - HOUR, NOON, NOON + HOUR, None)
        ]
    assert found == [[], ["o-1"], ["o-1", "o-2"], ["o-1", "o-2"]]


def test_risk_models_that_were_fitted_since_are_unseen(store: Store) -> None:
    """By when they were stored, not by what they learned from."""
    first, second = (replace(PRIOR, version=name, before=NOON - 9 * HOUR) for name in ("first", "second"))
    with store.begin() as uow:
        uow.risk_models.add(first, at=NOON)
        uow.risk_models.add(second, at=NOON + HOUR)
    with store.read() as uow:
        found = [uow.risk_models.all(as_of=moment) for moment in (NOON - HOUR, NOON, NOON + HOUR, None)]
    assert found == [[], [first], [first, second], [first, second]]


def test_answer_that_its_source_belied_since_was_resolved_then(store: Store) -> None:
    """Approved at one; asked about again and rejected at four."""
    changed_mind(store)
    again = a_task("t-9", route="Cards", purpose=Purpose.REOPENED, change_id="sc_1", created_at=NOON + 2 * HOUR)
    rejected = a_verdict(
        "v-9", task_id="t-9", kind=VerdictKind.REJECT, reasons=("outdated",), recorded_at=NOON + 4 * HOUR
    )
    with store.begin() as uow:
        uow.tasks.add(again)
        uow.verdicts.append(rejected)
        uow.verdicts.resolve(
            Resolution(
                task_id="t-9",
                revision=1,
                outcome=Outcome.REJECTED,
                verdict_id="v-9",
                resolved_by="U0MARA",
                resolved_at=NOON + 4 * HOUR,
            )
        )
    with store.read() as uow:
        found = [
            [view.task.task_id for view in uow.tasks.resolved(as_of=moment)]
            for moment in (*MOMENTS[:4], NOON + 4 * HOUR)
        ]
    assert found == [[], ["t-1"], ["t-1"], ["t-1"], []]

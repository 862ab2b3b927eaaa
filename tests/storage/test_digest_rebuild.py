"""A kept digest can be made again, byte for byte, whatever was written since: on every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from reviewers.decisions.risk import PRIOR
from reviewers.decisions.routing import FixedPolicies
from reviewers.model import Match, OnTimeout, Policy, Route, TaskState, VerdictKind
from reviewers.model.digest import Digest
from reviewers.model.digest_json import differing, to_json
from reviewers.model.features import OutputFeatures
from reviewers.model.policy import AfterDue
from reviewers.model.telling import DigestAnswer, DigestAnswerKind
from reviewers.ports import Store
from reviewers.workflow.digesting import DigestDesk
from reviewers.workflow.verdicts import Ballot
from reviewers.workflow.weekly import SETTLED
from tests.builders import a_cut, an_output
from tests.workflow.worlds import World

WEEK = "2026-W49"
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)  # when it begins
TOLD = MONDAY + timedelta(days=7, hours=8)
CARDS = Route(
    name="Card “support”",
    match=Match(tags=("cards",)),
    leads=("U0TOMAS",),
    release_target=0.2,
    slice_by="topic",
    due_hours=48.0,
    after_due=AfterDue.TIME_OUT,
    on_timeout=OnTimeout.RELEASE,
)
EVERYTHING_ELSE = Policy(
    version="policy-9",
    routes=(replace(CARDS, release_target=0.01, slice_by="tag"), Route(name="Loans", match=Match(tags=("loans",)))),
    risk_threshold=0.9,
    uniform_rate=0.001,
)
OLD_NAME = Policy(version="policy-10", routes=(Route(name="Cards by another name", match=Match(tags=("cards",))),))


def a_world(store: Store) -> World:
    """Everything is reviewed; nothing is looked at twice."""
    world = World(store, uniform_rate=1.0, double_review=0.0, gold_rate=0.0, routes=(CARDS,))
    world.scorer.value = 0.1
    return world


def to(world: World, moment: datetime) -> None:
    """Let the clock say this."""
    world.clock.advance((moment - world.clock.now()).total_seconds())


def came(world: World, noon: datetime, count: int, *, hold: bool = False) -> list[str]:
    """The tasks of so many outputs of this moment; topics take turns."""
    to(world, noon)
    return world.bring(
        *(
            an_output(
                f"{noon:%m%dT%H}-{place}",
                tags=("cards",),
                received_at=noon,
                created_at=noon,
                completion=f"Withdrawal {place} costs € 2.00.",
                metadata={"topic": ("abroad", "at home")[place % 2]},
                latency_ms=900.0 + place,
                hold=hold,
            )
            for place in range(count)
        )
    )


def say(world: World, task: str, kind: VerdictKind) -> None:
    """One verdict; an edit writes the time, so that no two are the same."""
    world.clock.advance(20)
    edit = f"It costs € 3.00, said at {world.clock.now():%d %H:%M:%S}." if kind is VerdictKind.EDIT else None
    reasons = ("invented",) if kind is VerdictKind.REJECT else ()
    world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=kind, correction=edit, reasons=reasons))


def decide(world: World, tasks: list[str], wrong: int) -> None:
    """The first so many are edited, the rest is approved."""
    for place, task in enumerate(tasks):
        say(world, task, VerdictKind.EDIT if place < wrong else VerdictKind.APPROVE)


def describe(world: World, ids: list[str], language: str) -> None:
    """Features of these outputs, made now."""
    vector = np.array([1.0, 0.0], np.float16)
    with world.store.begin() as uow:
        uow.features.add(
            [
                OutputFeatures(
                    output_id=one,
                    embedder="two numbers",
                    question=vector,
                    answer=vector,
                    language=language,
                    refusal=False,
                    citation_missing=False,
                    similarity=0.5,
                    made_at=world.clock.now(),
                )
                for one in ids
            ]
        )


def outputs_of(tasks: list[str], world: World) -> list[str]:
    """Their ids."""
    with world.store.read() as uow:
        return [view.output.output_id for view in uow.tasks.views(tasks)]


def drift_week(world: World) -> list[str]:
    """Four weeks of 12 with 1 wrong, then one of 52 with 20 wrong, 6 of them undecided, 2 held and 2 timed out."""
    for week in range(4, 0, -1):
        tasks = came(world, MONDAY + timedelta(hours=12, weeks=-week), 12)
        decide(world, tasks, 1)
        describe(world, outputs_of(tasks, world), "en")
    early = came(world, MONDAY + timedelta(hours=12), 2)  # nobody looks at them in time
    held = came(world, MONDAY + timedelta(hours=13), 2, hold=True)
    decide(world, held, 1)
    tasks = came(world, MONDAY + timedelta(days=5, hours=12), 48)
    world.sweep("tasks")
    decide(world, tasks[:42], 20)
    describe(world, outputs_of(tasks[:40], world), "en")
    with world.store.begin() as uow:
        uow.risk_models.add(replace(PRIOR, version="before the week", before=MONDAY), at=world.clock.now())
    to(world, MONDAY + timedelta(days=7))
    return [*early, *held, *tasks]


def kept(world: World) -> Digest:
    """What the weekly job keeps."""
    to(world, TOLD)
    assert world.sweep("digests") == 1
    with world.store.read() as uow:
        found = uow.digests.get(CARDS.name, WEEK)
    assert found is not None
    return found


def change_everything(world: World, tasks: list[str], folder: str) -> None:
    """All that people, the clock and the machine can write after a digest."""
    to(world, TOLD + timedelta(minutes=5))
    _early, held, drawn = tasks[:2], tasks[2:4], tasks[4:]
    say(world, drawn[0], VerdictKind.APPROVE)  # edited before
    say(world, drawn[1], VerdictKind.WITHDRAWN)  # edited before
    say(world, drawn[2], VerdictKind.UNSURE)  # edited before: no example any more
    say(world, drawn[30], VerdictKind.EDIT)  # approved before
    say(world, drawn[31], VerdictKind.REJECT)  # approved before
    say(world, held[0], VerdictKind.REJECT)  # what left is recalled
    say(world, held[1], VerdictKind.EDIT)
    for task in drawn[42:45]:
        say(world, task, VerdictKind.EDIT)  # open before
    with world.store.begin() as uow:
        cut = outputs_of([drawn[45]], world)[0]
        uow.cuts.add([a_cut(cut, route=CARDS.name, kept=False, keep_probability=0.5, cut_at=world.clock.now())])
        uow.tasks.set_state(drawn[45], TaskState.CUT)
    came(world, TOLD + timedelta(hours=1), 5)  # late ones
    describe(world, outputs_of(tasks[40:], world), "de")
    world.services.datasets.build("dpo", folder, route=CARDS.name)
    with world.store.begin() as uow:
        uow.risk_models.add(replace(PRIOR, version="later", before=MONDAY), at=world.clock.now())
        muted = DigestAnswer(
            answer_id="a-1",
            kind=DigestAnswerKind.NOT_USEFUL,
            week=WEEK,
            route=CARDS.name,
            by="U0TOMAS",
            at=world.clock.now(),
        )
        uow.digest_answers.add(muted)
    to(world, TOLD + timedelta(days=3))
    world.sweep("tasks")  # the rest of what was open times out
    world.sweep("risk")


def desk(world: World, policy: Policy) -> DigestDesk:
    """Under this policy."""
    return DigestDesk(store=world.store, clock=world.clock, policies=FixedPolicies(policy=policy))


def test_kept_digest_is_made_again_byte_for_byte_whatever_was_written_since(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Under another policy, and one that has no such route; made as of now, it is another one."""
    world = a_world(store)
    tasks = drift_week(world)
    digest = kept(world)
    assert (digest.outputs, digest.reviewed, digest.timed_out, digest.reviewers.waiting) == (52, 44, 2, 6)
    assert digest.corrections.since_last == 25
    change_everything(world, tasks, str(tmp_path_factory.mktemp("datasets")))
    with world.store.read() as uow:
        moment = uow.digests.stored_at(CARDS.name, WEEK)
    assert moment == TOLD - SETTLED
    for policy in (EVERYTHING_ELSE, OLD_NAME):
        again = desk(world, policy).rebuilt(digest, as_of=moment)
        assert differing(digest, again) == ()
        assert to_json(again) == to_json(digest)
    (now,) = desk(world, EVERYTHING_ELSE).digests(WEEK, CARDS.name, ZoneInfo("UTC"))
    assert {"rate", "reviewed", "findings", "corrections", "target", "wrong_ids", "timed_out"} <= set(
        differing(digest, now)
    )

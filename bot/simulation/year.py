"""Plays a year through the real program: intake, scoring, selection, reviewers, sweeps, and a digest every Monday."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from bot.simulation.clock import SetClock
from bot.simulation.people import LEAD, TEAM, Team
from bot.simulation.plan import ChangeKind, YearPlan, starts
from bot.simulation.traffic import Sent, sent
from reviewers.decisions import weeks
from reviewers.model import Policy
from reviewers.model.digest import Digest
from reviewers.model.digest_json import to_json
from reviewers.workflow.scoring import ScoringStep
from reviewers.workflow.services import UTC, Services

ROUTE = ""  # the policy's own
OPENS = timedelta(hours=9)  # of a day: when outputs begin to come in
DAILY = frozenset({"tasks", "assignments", "second_looks", "queues", "plans"})  # the others wait for Monday: our choice
DATASET_WEEKS = 4  # a team that builds a dataset once a month: our choice
AGAIN_SECONDS = 2 * 3600.0  # until what was decided may be looked at again
TOLD_AT = timedelta(hours=8, minutes=1)  # of Monday


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """The parts that a year plays on."""

    services: Services
    scoring: ScoringStep
    clock: SetClock
    folder: Path  # where datasets go


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayedWeek:
    """One week: what was true, and what the program told."""

    number: int  # 1 is the first
    outputs: int
    wrong: int  # of these
    decided: int  # tasks that people decided, second looks and known answers too
    digest: Digest


def policy_of(plan: YearPlan) -> Policy:
    """A budget for all outputs, told apart by topic, with second looks and known answers as by default."""
    return Policy(
        version="year-1",
        reviewers=TEAM,
        leads=(LEAD,),
        reviews_per_week=float(plan.reviews_per_week),
        slice_by="topic",
    )


def play(plan: YearPlan, program: Program, progress: Callable[[int, int], None]) -> tuple[PlayedWeek, ...]:
    """The whole year; `progress(done, weeks)` after each week."""
    rng, known = np.random.default_rng([plan.seed, 0]), dict[str, Sent]()
    team = Team(services=program.services, clock=program.clock, known=known)
    played = []
    for week in range(1, plan.weeks + 1):
        played.append(_week(plan, program, team, week, rng))
        progress(week, plan.weeks)
    return tuple(played)


def rebuilt(program: Program, digest: Digest) -> bool:
    """Whether a kept digest, made again as of the moment in which it was kept, has the same bytes."""
    services = program.services
    with services.store.read() as uow:
        kept_at = uow.digests.stored_at(digest.route, digest.week)
    return kept_at is not None and to_json(services.digests.rebuilt(digest, as_of=kept_at)) == to_json(digest)


def _week(plan: YearPlan, program: Program, team: Team, week: int, rng: np.random.Generator) -> PlayedWeek:
    begins, first, decided, wrong = starts(week), (week - 1) * plan.outputs_per_week, 0, 0
    for day in range(plan.rounds):
        place, end = (plan.outputs_per_week * one // plan.rounds for one in (day, day + 1))
        opens = begins + timedelta(days=7) * day / plan.rounds + OPENS
        come = sent(plan, week, first + place + 1, end - place, opens)
        decided += _round(program, team, come, rng, careless=plan.changed(ChangeKind.REVIEWERS, week))
        wrong += sum(one.wrong for one in come)
    program.clock.set(starts(week + 1) + TOLD_AT)
    _sweep(program)
    if week % DATASET_WEEKS == 0:
        program.services.datasets.build("sft", str(program.folder))
    name = weeks.week_of(begins, UTC)
    with program.services.store.read() as uow:
        digest = uow.digests.get(ROUTE, name)
    if digest is None:
        raise RuntimeError(f"the program kept no digest of {name}")
    return PlayedWeek(number=week, outputs=plan.outputs_per_week, wrong=wrong, decided=decided, digest=digest)


def _round(program: Program, team: Team, come: tuple[Sent, ...], rng: np.random.Generator, *, careless: bool) -> int:
    """Outputs come in and are scored, people decide what was selected; then the sweeps run, and ask others to look
    again at some of it. How many tasks were decided."""
    team.known.update({one.output.output_id: one for one in come})
    program.clock.set(come[-1].output.received_at)
    program.services.intake.receive([one.output for one in come])
    while program.scoring.score_batch():
        pass
    decided = team.decide_all(rng, careless=careless)
    program.clock.advance(AGAIN_SECONDS)
    _sweep(program, DAILY)
    return decided + team.decide_all(rng, careless=careless)


def _sweep(program: Program, only: Collection[str] = ()) -> None:
    """What the clock runs, each once; `only`: these alone, by name."""
    for name, (_, sweep) in program.services.sweeps.items():
        if not only or name in only:
            sweep()

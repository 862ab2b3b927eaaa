"""The reviewers of a simulated year: they decide what waits by what is true, and make the mistakes that people make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.simulation.clock import SetClock
from bot.simulation.traffic import Sent
from reviewers.model import ReviewTask, VerdictKind
from reviewers.workflow.services import Services
from reviewers.workflow.verdicts import Ballot

TEAM = ("U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS")
CARELESS = TEAM[0]  # once the reviewers change
LEAD = "U0LENA"  # hears of suggestions; decides nothing
SECONDS, CARELESS_SECONDS = 40.0, 4.0  # of one review
FINDS, TURNS_DOWN = 0.85, 0.02  # of wrong and of right outputs they say that it is wrong: our choice, as people do
EDITED = 0.7  # of what is found wrong is corrected, the rest refused
AT_ONCE = 1_000  # open tasks that are looked at


class NoGroups:
    """The Directory port of a workspace without user groups, where nobody tells a time zone."""

    def members(self, group: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()

    def zone(self, user_id: str) -> str:
        """Not known."""
        return ""

    def is_able(self, user_id: str) -> bool:
        """Nobody leaves."""
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """Four people at the real verdict desk."""

    services: Services
    clock: SetClock
    known: dict[str, Sent]  # by output id: what is true of it

    def decide_all(self, rng: np.random.Generator, *, careless: bool) -> int:
        """Decide every open task, each by somebody who has not seen it; returns how many."""
        with self.services.store.read() as uow:
            tasks = uow.tasks.open(limit=AT_ONCE)
        decided = 0
        for task in tasks:
            allowed = [person for person in TEAM if person not in task.seen_by]
            if allowed:
                self._decide(task, allowed[int(rng.integers(len(allowed)))], rng, careless=careless)
                decided += 1
        return decided

    def _decide(self, task: ReviewTask, person: str, rng: np.random.Generator, *, careless: bool) -> None:
        truth = self.known[task.output_id]
        opened_at, hasty = self.clock.now(), careless and person == CARELESS
        self.clock.advance(CARELESS_SECONDS if hasty else SECONDS * float(rng.gamma(4.0, 0.25)))
        finds = rng.random() < (FINDS if truth.wrong else TURNS_DOWN)
        edits = truth.wrong and rng.random() < EDITED
        kind = VerdictKind.APPROVE
        if finds and not hasty:
            kind = VerdictKind.EDIT if edits else VerdictKind.REJECT
        self.services.verdicts.record(
            Ballot(
                task_id=task.task_id,
                reviewer=person,
                kind=kind,
                correction=truth.correction if kind is VerdictKind.EDIT else None,
                reasons=() if kind is VerdictKind.APPROVE else ("wrong_fact",),
                opened_at=opened_at,
            )
        )

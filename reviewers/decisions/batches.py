"""Which answers may share a card, and which of those that wait do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewers.model import Assessment, Output, Reading, ReviewTask, Route

SIZE = 5
LONGEST = 160  # characters of the answer: it is read whole, in one glance
LONGEST_WAIT = timedelta(minutes=30)  # for others like it
SMALLEST = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Formed:
    """What becomes of tasks that waited."""

    batches: tuple[tuple[str, ...], ...]  # task ids of each shared card, two to five, the first gives its name
    alone: tuple[str, ...]  # tasks that waited long enough: each gets a card of its own


def may_share(task: ReviewTask, output: Output, assessment: Assessment | None, route: Route) -> bool:
    """Whether this answer may share a card: short, one claim that a source supports, low risk, one verdict decides.

    Nothing that somebody waits for, nothing doubtful, and nothing that is shown without the machine's marks: on a
    shared card every answer looks alike.
    """
    if not route.batch or task.hold or task.quorum > 1 or task.sent_by or task.show != "evidence":
        return False
    if len(output.completion) > LONGEST or assessment is None or assessment.risk is None:
        return False
    readings = assessment.readings
    return len(readings) == 1 and readings[0].reading is Reading.SUPPORTED and assessment.risk.word == "low"


def form(waiting: Iterable[ReviewTask], alike: Mapping[str, str], now: datetime) -> Formed:
    """Put those that are alike together by fives; what waited long enough goes out with fewer.

    Args:
        waiting: tasks that wait for a batch, the oldest first.
        alike: what makes a task similar to others, such as its tags and its model, by task id.
    """
    groups: dict[tuple[str, str, str], list[ReviewTask]] = defaultdict(list)
    for task in waiting:
        groups[task.channel, task.route, alike.get(task.task_id, "")].append(task)
    batches: list[tuple[str, ...]] = []
    alone: list[str] = []
    for group in groups.values():
        for start in range(0, len(group), SIZE):
            some = group[start : start + SIZE]
            ids = tuple(task.task_id for task in some)
            if len(ids) < SIZE and not any(_waited(task, now) for task in some):
                continue
            if len(ids) >= SMALLEST:
                batches.append(ids)
            else:
                alone.extend(ids)
    return Formed(batches=tuple(batches), alone=tuple(alone))


def _waited(task: ReviewTask, now: datetime) -> bool:
    """Half an hour, or half of the time that it has."""
    longest = LONGEST_WAIT
    if task.due_at is not None:
        longest = min(longest, (task.due_at - task.created_at) / 2)
    return now - task.created_at >= longest

"""What a simulated year is made of: its size, its seed, and what changes in which week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from reviewers.errors import Invalid

BEGINS = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday: week 1 of the year is ISO week 2024-W01, and so on up to 52
WEEK = timedelta(weeks=1)
LONGEST = 52  # weeks
WRONG = 0.10  # share of wrong outputs of the first version of the model
WRONG_LATER = 0.35  # of the second one
NEW_SHARE = 0.30  # of questions that are about the new topic, once it is there
BUDGET = 0.25  # reviews a week for each output, up to the most that four people do: both our choice
MOST_REVIEWS = 100


class ChangeKind(StrEnum):
    """What changes in a simulated year, and stays changed."""

    TOPIC = "topic"  # 30 of 100 questions are about a topic that nobody asked about before; as many answers are wrong
    MODEL = "model"  # another version of the model answers; 35 of 100 answers are wrong where 10 were
    REVIEWERS = "reviewers"  # one of four reviewers approves everything at once, whatever it says


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Something that happens with the first output of a week."""

    kind: ChangeKind
    week: int  # 1 is the first


DEFAULT = (
    Change(kind=ChangeKind.TOPIC, week=20),
    Change(kind=ChangeKind.MODEL, week=30),
    Change(kind=ChangeKind.REVIEWERS, week=40),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class YearPlan:
    """A year to play; the same plan plays the same year."""

    weeks: int = LONGEST
    outputs_per_week: int = 400
    reviews_per_week: int = MOST_REVIEWS  # the budget of the route
    seed: int = 1
    changes: tuple[Change, ...] = DEFAULT
    rounds: int = 7  # times a week that outputs come in, are scored and reviewed

    def __post_init__(self) -> None:
        if not 1 <= self.weeks <= LONGEST:
            raise Invalid("weeks", f"Weeks go from 1 to {LONGEST}.")
        if self.outputs_per_week < self.rounds:
            raise Invalid("outputs_per_week", f"A week has {self.rounds} outputs or more, one for each day.")
        kinds = [change.kind for change in self.changes]
        if len(set(kinds)) < len(kinds):
            raise Invalid("change", "Each kind of change happens once.")
        for change in self.changes:
            if not 1 <= change.week <= self.weeks:
                raise Invalid("change", f"{change.kind}:{change.week} is outside the {self.weeks} weeks of this year.")

    def changed(self, kind: ChangeKind, week: int) -> bool:
        """Whether it has happened by this week."""
        return any(change.kind is kind and change.week <= week for change in self.changes)


def budget(outputs_per_week: int) -> int:
    """Reviews a week: a quarter of the outputs, and no more than a team of four does beside its work."""
    return max(1, min(MOST_REVIEWS, round(BUDGET * outputs_per_week)))


def starts(week: int) -> datetime:
    """When the week begins; 1 is the first."""
    return BEGINS + (week - 1) * WEEK


def read_changes(texts: Sequence[str], weeks: int) -> tuple[Change, ...]:
    """Changes as they are written on the command line: topic:20; nothing written: the usual ones that the year holds.

    Raises Invalid (`change`).
    """
    if not texts:
        return tuple(change for change in DEFAULT if change.week <= weeks)
    return tuple(_read(text) for text in texts if text != "none")


def _read(text: str) -> Change:
    kind, _, week = text.partition(":")
    if kind not in set(ChangeKind) or not week.isdecimal():
        known = ", ".join(f"{each}:WEEK" for each in ChangeKind)
        raise Invalid("change", f"{text!r} is no change. Write {known}, or none.")
    return Change(kind=ChangeKind(kind), week=int(week))

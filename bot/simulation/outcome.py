"""What a simulated year showed: which digests spoke, what they named, and how long each change went unnoticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.simulation.plan import Change, ChangeKind
from bot.simulation.year import PlayedWeek
from reviewers.model.digest import Aspect, Digest, Finding, State
from reviewers.model.suggestion import Upstream

# What tells a change. Careless verdicts are no change of outputs: whatever a digest finds, none of it is this.
TELLING = {
    ChangeKind.TOPIC: frozenset({Aspect.QUESTIONS, Aspect.TOPIC}),
    ChangeKind.MODEL: frozenset({Aspect.WRONG}),
    ChangeKind.REVIEWERS: frozenset[Aspect](),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A week whose digest spoke."""

    week: int  # 1 is the first
    headline: str
    names: tuple[str, ...]  # what moved, the most telling first
    upstream: tuple[Upstream, ...]  # what is known to have changed at the application


@dataclass(frozen=True, kw_only=True, slots=True)
class Noticed:
    """A change, and when a digest told it."""

    change: Change
    told: Told | None  # the first digest that names it; None: none did before the next change
    weeks: int | None  # digests from the change until then, its own counted; None: not told
    reviews: int | None  # outputs reviewed from the change until then


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The whole year in short."""

    told: tuple[Told, ...]
    noticed: tuple[Noticed, ...]  # in the order of the changes
    false_alarms: tuple[int, ...]  # weeks that spoke before the first change


def outcome_of(played: Sequence[PlayedWeek], changes: Sequence[Change]) -> Outcome:
    """The outcome of a year.

    A change counts as noticed by the first digest from its own week on that finds what it is told by, before the next
    change comes: of a later one nobody could say which of the two it tells.

    Args:
        played: the weeks in their order.
        changes: what happened, in any order.
    """
    told = tuple(_told(one) for one in played if spoke(one.digest))
    order = sorted(changes, key=lambda change: change.week)
    last = len(played) + 1
    ends = [*(change.week for change in order), last][1:]  # when the next one comes
    first = order[0].week if order else last
    return Outcome(
        told=told,
        noticed=tuple(_noticed(change, end, played) for change, end in zip(order, ends, strict=True)),
        false_alarms=tuple(one.week for one in told if one.week < first),
    )


def spoke(digest: Digest) -> bool:
    """Whether it says that anything moved."""
    return bool(digest.of(State.DRIFT))


def named(finding: Finding) -> str:
    """ "more wrong answers (model helpdesk-8b 2)"."""
    words = finding.aspect.value
    if finding.aspect is Aspect.WRONG:
        words = f"{'more' if _grew(finding) else 'fewer'} {words}"
    place = f"{finding.part.value} {finding.name}".strip() if finding.name else ""
    return f"{words} ({place})" if place else words


def _told(one: PlayedWeek) -> Told:
    digest = one.digest
    return Told(
        week=one.number,
        headline=digest.headline.value,
        names=tuple(named(finding) for finding in digest.of(State.DRIFT)),
        upstream=tuple(change.kind for change in digest.suggestion.other_cause.changes),
    )


def _noticed(change: Change, end: int, played: Sequence[PlayedWeek]) -> Noticed:
    since = [one for one in played if change.week <= one.number < end]
    for place, one in enumerate(since):
        if any(_tells(finding, change.kind) for finding in one.digest.of(State.DRIFT)):
            reviews = sum(week.digest.reviewed for week in since[: place + 1])
            return Noticed(change=change, told=_told(one), weeks=place + 1, reviews=reviews)
    return Noticed(change=change, told=None, weeks=None, reviews=None)


def _tells(finding: Finding, kind: ChangeKind) -> bool:
    return finding.aspect in TELLING[kind] and (finding.aspect is not Aspect.WRONG or _grew(finding))


def _grew(finding: Finding) -> bool:
    return finding.rising if finding.rising is not None else (finding.effect or 0.0) > 0.0

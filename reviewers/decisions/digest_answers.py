"""What people's answers to earlier digests change in how the next one of the route is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reviewers.model.digest import Digest, Finding, State
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import DigestAnswer, DigestAnswerKind, Told

KNOWN, NOT_IMPORTANT, NOT_TRUE, TOO_LONG = "known", "not_important", "not_true", "too_long"  # why it was not useful
ABOUT_FINDINGS = (KNOWN, NOT_IMPORTANT, NOT_TRUE)  # reasons that speak of what moved, and of which
CLOSES = (DigestAnswerKind.ACCEPTED, DigestAnswerKind.POSTPONED, DigestAnswerKind.DISMISSED)  # a suggestion
SHORT_FOR = 2  # people, our choice: one alone shortens nothing for all others
SNOOZE = timedelta(days=7)  # our choice: the next digest leaves it out, and the one after tells it if it lasts


@dataclass(frozen=True, kw_only=True, slots=True)
class Display:
    """How a digest is told, after what people answered."""

    muted: tuple[Told, ...] = ()  # of its findings that moved: those that are left out, in the digest's order
    short: bool = False  # sentence, cure and buttons; the rest stands in the thread


def told(digest: Digest) -> tuple[Told, ...]:
    """What moved in a digest, as an answer to it keeps it: by what it looked at, and how it stood."""
    return tuple(told_of(one) for one in digest.of(State.DRIFT))


def told_of(finding: Finding) -> Told:
    """A finding as an answer keeps it."""
    return Told(
        aspect=finding.aspect, part=finding.part, name=finding.name, rising=finding.rising, effect=finding.effect
    )


def key_of(one: Told) -> str:
    """What names it in a form, at most 60 characters: what it looked at, and which way the watch says that it goes.

    A name is told apart by 64 bits of its sha256, so that it may be of any length.
    """
    name = hashlib.sha256(json.dumps(one.name).encode("ascii")).hexdigest()[:16]
    return f"{one.aspect.value}:{one.part.value}:{one.rising}:{name}"


def chosen(digest: Digest, keys: Collection[str]) -> tuple[Told, ...]:
    """Of what moved in a digest, what these keys name, in the digest's order; a key that names nothing is left out."""
    return tuple(one for one in told(digest) if key_of(one) in keys)


def an_answer(
    answer_id: str,
    digest: Digest,
    kind: DigestAnswerKind,
    by: str,
    at: datetime,
    *,
    until: datetime | None = None,
    why: str = "",
    note: str = "",
    dataset: str = "",
    about: tuple[Told, ...] | None = None,
) -> DigestAnswer:
    """What this person answers to this digest; the fields are those of the type.

    It keeps what it is `about`; None: all that had moved in the digest.
    """
    return DigestAnswer(
        answer_id=answer_id,
        kind=kind,
        week=digest.week,
        route=digest.route,
        by=by,
        at=at,
        until=until,
        why=why,
        note=note,
        findings=told(digest) if about is None else about,
        dataset=dataset,
    )


def display(answers: Sequence[DigestAnswer], digest: Digest, now: datetime) -> Display:
    """What is left out of a digest, and whether it is short.

    Left out is what moved the same way in a digest of an earlier week, and was answered to there:
    - snoozed, until the snooze ends;
    - "not important", for good;
    - "known already", while it stays as it was told: the watch says the same of it, and the effect of then lies in the
      interval of now. Where no interval is known, the effect has the same sign.

    A digest never loses what an answer to itself names, and what turned round is told again. It is short while the
    newest reason of at least two people is that it is too long: whoever gives another reason later takes theirs back.
    No answers: everything is told, and at length.

    Args:
        answers: of the digest's route, in any order.
        digest: the one that is told.
        now: when.
    """
    earlier = [one for one in answers if one.week < digest.week]  # ISO weeks sort by their names
    snoozes = [one for one in earlier if one.kind is DigestAnswerKind.SNOOZED]
    running = [one for one in snoozes if one.until is not None and one.until > now]
    whys = [one for one in answers if one.kind is DigestAnswerKind.NOT_USEFUL]
    before = [one for one in whys if one in earlier]
    away = [(one, False) for answer in running for one in answer.findings]
    away += [(one, False) for answer in before if answer.why == NOT_IMPORTANT for one in answer.findings]
    away += [(one, True) for answer in before if answer.why == KNOWN for one in answer.findings]
    return Display(muted=tuple(_muted(digest, away)), short=_too_long_for(whys) >= SHORT_FOR)


def closing(answers: Sequence[DigestAnswer], digest: Digest, now: datetime) -> DigestAnswer | None:
    """What closed the suggestion of this digest: that it was accepted, else its oldest answer that still counts.

    A postponement counts until its end. None: the suggestion is open.
    """
    own = [one for one in answers if one.week == digest.week and one.kind in CLOSES]
    accepted = [one for one in own if one.kind is DigestAnswerKind.ACCEPTED]
    counts = [one for one in own if one.until is None or one.until > now]
    return next(iter(sorted(accepted, key=_at) or sorted(counts, key=_at)), None)


def rests(answers: Sequence[DigestAnswer], digest: Digest, now: datetime) -> bool:
    """Whether the suggestion of this digest is not told, because of what leads answered to one of an earlier week.

    Postponed, it rests until the end of that. Dismissed, it rests until there is new evidence: something moved that had
    not when it was dismissed, or that does not stand any more as it did ("known already" of `display`). Where it was
    accepted since, an older dismissal counts no more.

    Args:
        answers: of the digest's route, in any order.
        digest: whose suggestion it is.
        now: when.
    """
    earlier = sorted((one for one in answers if one.week < digest.week and one.kind in CLOSES), key=_at)
    if not earlier:
        return False
    newest = earlier[-1]
    if newest.kind is DigestAnswerKind.POSTPONED:
        return newest.until is not None and newest.until > now
    if newest.kind is DigestAnswerKind.ACCEPTED:
        return False
    known = [(one, True) for one in newest.findings]
    return len(list(_muted(digest, known))) == len(digest.of(State.DRIFT))


def _at(answer: DigestAnswer) -> datetime:
    return answer.at


def _too_long_for(whys: Sequence[DigestAnswer]) -> int:
    """How many people find it too long, each by the newest reason that they gave."""
    newest = {one.by: one.why for one in sorted(whys, key=lambda one: one.at)}
    return sum(why == TOO_LONG for why in newest.values())


def _muted(digest: Digest, away: Sequence[tuple[Told, bool]]) -> Iterator[Told]:
    """Of each finding that moved, how it stands now, if one of these covers it; True: only while it is as it was."""
    for finding, now in zip(digest.of(State.DRIFT), told(digest), strict=True):
        if any(_same(one, now) and (not stays or _as_told(one, finding)) for one, stays in away):
            yield now


def _same(one: Told, other: Told) -> bool:
    """The same finding, moved the same way: where the watch said which way it goes, by that, else by its sign."""
    if (one.aspect, one.name) != (other.aspect, other.name):
        return False
    if one.part is not other.part and not (one.part is PartKind.ALL and one.name):
        return False  # an answer that names a part without its kind was given before kinds were kept: the name decides
    if one.rising is not None and other.rising is not None:
        return one.rising is other.rising
    return one.effect is None or other.effect is None or (one.effect >= 0.0) is (other.effect >= 0.0)


def _as_told(one: Told, finding: Finding) -> bool:
    if one.rising is not finding.rising:
        return False
    if one.effect is None or finding.effect is None:
        return one.effect is finding.effect
    if finding.low is None or finding.high is None:
        return (one.effect >= 0.0) is (finding.effect >= 0.0)
    return finding.low <= one.effect <= finding.high

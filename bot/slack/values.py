"""The versioned values that buttons, options and forms carry, and how they are read back.

A button's value is `{"v":1,"task":"t_01J…"}`, an overflow option's `{"v":1,"task":"t_01J…","do":"why"}`. Cards live for
months, so a value of another version is answered politely and never guessed at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from bot.slack.ids import MenuChoice, Show
from reviewers.errors import Invalid

VERSION = 1

OLD_CARD = "This card was made by another version of Whetstone, so its buttons no longer fit. Nothing was counted."


@dataclass(frozen=True, kw_only=True, slots=True)
class ButtonValue:
    """What a button carries: the task it belongs to, and whether it stands where a lead settles a dispute."""

    task_id: str
    settles: bool = False
    kind: str = ""  # the verdict that came too late, with Disagree

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 50."""
        more: dict[str, object] = {"settles": True} if self.settles else {}
        return as_json({"v": VERSION, "task": self.task_id, **more, **({"kind": self.kind} if self.kind else {})})

    @classmethod
    def parse(cls, raw: str | None) -> ButtonValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = record_of(raw)
        return cls(task_id=_text(record, "task"), settles=record.get("settles") is True, kind=_text(record, "kind", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposalValue:
    """What a proposal's buttons carry: the task, and where the reply stands that it comes from, not what it says.

    It can be read as a ButtonValue too.
    """

    task_id: str
    settles: bool = False
    channel: str = ""  # empty after a reaction
    ts: str = ""

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 110."""
        more: dict[str, object] = {"settles": True} if self.settles else {}
        return as_json({"v": VERSION, "task": self.task_id, **more, "channel": self.channel, "ts": self.ts})

    @classmethod
    def parse(cls, raw: str | None) -> ProposalValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = record_of(raw)
        return cls(
            task_id=_text(record, "task"),
            settles=record.get("settles") is True,
            channel=_text(record, "channel", ""),
            ts=_text(record, "ts", ""),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimValue:
    """What a button carries that belongs to one claim of an answer."""

    task_id: str
    number: int

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 60."""
        return as_json({"v": VERSION, "task": self.task_id, "claim": self.number})

    @classmethod
    def parse(cls, raw: str | None) -> ClaimValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = record_of(raw)
        number = record.get("claim")
        if not isinstance(number, int):
            raise Invalid("value", OLD_CARD)
        return cls(task_id=_text(record, "task"), number=number)


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedValue:
    """What a button carries that belongs to no task: a route's name, a notice's or a check's id; may be empty."""

    name: str

    def to_json(self) -> str:
        """At most 2,000 characters; ours are under 200."""
        return as_json({"v": VERSION, "name": self.name})

    @classmethod
    def parse(cls, raw: str | None) -> NamedValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        return cls(name=_text(record_of(raw), "name", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckValue:
    """What a button of an ad-hoc check carries."""

    check_id: str

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 50."""
        return as_json({"v": VERSION, "check": self.check_id})

    @classmethod
    def parse(cls, raw: str | None) -> CheckValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        return cls(check_id=_text(record_of(raw), "check"))


@dataclass(frozen=True, kw_only=True, slots=True)
class StatsValue:
    """What Show in channel carries: which figures."""

    route: str  # empty: all routes
    days: int

    def to_json(self) -> str:
        """At most 2,000 characters; ours are under 200."""
        return as_json({"v": VERSION, "route": self.route, "days": self.days})

    @classmethod
    def parse(cls, raw: str | None) -> StatsValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = record_of(raw)
        days = record.get("days")
        if not isinstance(days, int):
            raise Invalid("value", OLD_CARD)
        return cls(route=_text(record, "route", ""), days=days)


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuValue:
    """What an entry of a ⋯ menu carries."""

    task_id: str
    choice: MenuChoice

    def to_json(self) -> str:
        """At most 150 characters, which leaves 100 for the task's id."""
        return as_json({"v": VERSION, "task": self.task_id, "do": self.choice.value})

    @classmethod
    def parse(cls, raw: str | None) -> MenuValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who chose."""
        record = record_of(raw)
        try:
            choice = MenuChoice(_text(record, "do"))
        except ValueError:
            raise Invalid("value", OLD_CARD) from None
        return cls(task_id=_text(record, "task"), choice=choice)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormContext:
    """What a view carries in `private_metadata`: where it came from and how it stands."""

    task_id: str
    seen: str = Show.EVIDENCE.value  # what the card showed when the view was opened
    channel: str = ""  # of the card the view was opened from; empty when there was none
    ts: str = ""
    page: int = 0  # of the claim view, from 0
    unfolded: bool = False  # the claim view shows its supported claims
    draft: str = ""  # fingerprint of the draft that "Your changes" shows
    base: str = ""  # the verdict whose correction an edit form was filled with; empty for the output itself
    settles: bool = False  # it was opened where a lead settles a dispute
    opened: float = 0.0  # when the person had the answer before them, in seconds of the epoch; 0: not known
    run: str = ""  # the state of the review run that it stands on top of
    disagrees: bool = False  # with what somebody decided before: a lead decides

    def carrying(self, other: FormContext) -> FormContext:
        """With what the view before it knew of where the person came from."""
        return replace(self, settles=other.settles, opened=other.opened, run=other.run, disagrees=other.disagrees)

    def to_json(self) -> str:
        """At most 3,000 characters; ours are under 400, and under 2,500 on top of a run."""
        return as_json(
            {
                "v": VERSION,
                "task": self.task_id,
                "seen": self.seen,
                "channel": self.channel,
                "ts": self.ts,
                "page": self.page,
                "unfolded": self.unfolded,
                "draft": self.draft,
                "base": self.base,
                "settles": self.settles,
                "opened": self.opened,
                "run": self.run,
                "disagrees": self.disagrees,
            }
        )

    @classmethod
    def parse(cls, raw: str | None) -> FormContext:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person who submitted."""
        record = record_of(raw)
        page = record.get("page", 0)
        return cls(
            task_id=_text(record, "task"),
            seen=_text(record, "seen", Show.EVIDENCE.value),
            channel=_text(record, "channel", ""),
            ts=_text(record, "ts", ""),
            page=page if isinstance(page, int) else 0,
            unfolded=record.get("unfolded") is True,
            draft=_text(record, "draft", ""),
            base=_text(record, "base", ""),
            settles=record.get("settles") is True,
            opened=_seconds(record.get("opened")),
            run=_text(record, "run", ""),
            disagrees=record.get("disagrees") is True,
        )


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePlace:
    """What the form of the message shortcut carries: where the message stands, and which app wrote it."""

    channel: str
    ts: str
    thread_ts: str = ""  # of the thread that it is a reply in
    author: str = ""  # the app's name; empty for a person

    def to_json(self) -> str:
        """At most 3,000 characters; ours are under 300."""
        return as_json(
            {"v": VERSION, "channel": self.channel, "ts": self.ts, "thread": self.thread_ts, "author": self.author}
        )

    @classmethod
    def parse(cls, raw: str | None) -> MessagePlace:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person who submitted."""
        record = record_of(raw)
        return cls(
            channel=_text(record, "channel"),
            ts=_text(record, "ts"),
            thread_ts=_text(record, "thread", ""),
            author=_text(record, "author", ""),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class AddValue:
    """What a lead's button Add carries: who asked, and for which route."""

    route: str
    person: str

    def to_json(self) -> str:
        """At most 2,000 characters; ours are under 200."""
        return as_json({"v": VERSION, "route": self.route, "person": self.person})

    @classmethod
    def parse(cls, raw: str | None) -> AddValue:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = record_of(raw)
        return cls(route=_text(record, "route"), person=_text(record, "person"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupContext:
    """What the setup form carries in `private_metadata`, and its buttons in their values: the channel it speaks of."""

    channel: str
    channel_name: str = ""  # empty where Slack does not tell it, as in a private channel
    joins: bool = False  # Whetstone is not in the channel yet, and can join it

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 150."""
        return as_json({"v": VERSION, "channel": self.channel, "name": self.channel_name, "joins": self.joins})

    @classmethod
    def parse(cls, raw: str | None) -> SetupContext:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person."""
        record = record_of(raw)
        return cls(
            channel=_text(record, "channel"),
            channel_name=_text(record, "name", ""),
            joins=record.get("joins") is True,
        )


def as_json(record: dict[str, object]) -> str:
    """As short as it can be: Slack takes 2,000 characters of a button, 150 of an option."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def record_of(raw: str | None) -> dict[str, object]:
    """What was carried. Raises Invalid (field `value`) for what is not ours, and of another version."""
    try:
        record = json.loads(raw or "")
    except ValueError:
        raise Invalid("value", OLD_CARD) from None
    if not isinstance(record, dict) or record.get("v") != VERSION:
        raise Invalid("value", OLD_CARD)
    return record


def _text(record: dict[str, object], key: str, default: str | None = None) -> str:
    value = record.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise Invalid("value", OLD_CARD)
    return value

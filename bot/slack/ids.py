"""The names that Slack sends back: actions, blocks, views, and the versioned values that buttons carry.

A button's value is `{"v":1,"task":"t_01J…"}`, an overflow option's `{"v":1,"task":"t_01J…","do":"why"}`. Cards live for
months, so a value of another version is answered politely and never guessed at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum

from reviewers.errors import Invalid
from reviewers.model import VerdictKind

VERSION = 1

OLD_CARD = "This card was made by another version of Whetstone, so its buttons no longer fit. Nothing was counted."


class ActionId(StrEnum):
    """What was pressed, ticked or chosen."""

    APPROVE = "card.approve"
    EDIT = "card.edit"
    REJECT = "card.reject"
    UNSURE = "card.unsure"
    CHECK = "card.check"  # Check claims: opens the claim view
    READ_ALL = "card.read_all"  # stands in Approve's place on a cut card; opens the claim view
    FULL = "card.full"  # Full text: opens the claim view of an answer without claims
    MORE = "card.more"  # the ⋯ of an open card; the option's value says which
    DECIDED_MORE = "decided.more"  # the ⋯ of a decided card

    TAKE_OVER = "card.take_over"  # from the person who claimed it
    DISAGREE = "card.disagree"  # somebody decided before: to the lead

    BATCH_APPROVE = "batch.approve"  # one answer of a batch
    BATCH_REJECT = "batch.reject"
    BATCH_MORE = "batch.more"  # its ⋯: Edit, Unsure, Check claims
    BATCH_REST = "batch.rest"  # Approve the rest; the value is the first task's

    RUN_APPROVE = "run.approve"  # the four verdicts inside the review run
    RUN_EDIT = "run.edit"
    RUN_REJECT = "run.reject"
    RUN_UNSURE = "run.unsure"
    RUN_CHECK = "run.check"  # Check claims, Read all and Full text inside the run
    RUN_UNDO = "run.undo"
    RUN_MORE = "run.more"

    PROPOSED_REJECT = "proposal.reject"  # after a reply or a reaction
    PROPOSED_EDIT = "proposal.edit"
    PROPOSED_APPROVE = "proposal.approve"
    PROPOSED_NO = "proposal.no"

    REMIND = "late.remind"  # a lead reminds the reviewers
    EXTEND = "late.extend"  # to tomorrow
    SEE_QUEUE = "late.queue"
    PAUSE_TODAY = "reminder.pause"
    HAND_OVER = "reminder.hand_over"
    HAND_OVER_TO = "hand_over.to"  # the person chosen in the form

    SEND_TO_REVIEW = "check.send"  # an ad-hoc check; the value is the check's id
    CHECK_CLAIMS = "check.claims"
    SHARE = "check.share"
    ASK_REVIEWERS = "check.ask_reviewers"
    CHECK_CHOICE = "check.choice"  # in the form of the message shortcut: check its claims, or submit it

    DECIDE_NEXT = "home.decide"  # a lead: disputes first
    PAUSE = "home.pause"
    RESUME = "home.resume"
    HOURS = "home.hours"
    HOURS_START = "hours.start"  # the three fields of "My hours"
    HOURS_END = "hours.end"
    HOURS_DAYS = "hours.days"
    DIGEST = "home.digest"
    SHOW_STATS = "stats.show"  # Show in channel

    SETUP_CHANGE = "setup.change"
    SETUP_TRY = "setup.try"
    ROUTE_JOIN = "route.join"  # Ask to be added; the value is the task's
    ROUTE_ADD = "route.add"  # a lead adds who asked
    SETUP_MATCH = "setup.match"  # which answers, in the form: naming tags asks for them
    SETUP_GATE = "setup.gate"  # held or not, in the form: held asks for how long

    NEXT = "queue.next"  # Review next, on Home and in the answer to `/whetstone queue`
    OPEN = "home.open"  # opens the claim view of one row
    HOME_MORE = "home.more"  # the next page of Home
    HOME_BACK = "home.back"

    CLAIM_MARK = "claims.mark"  # radio buttons or select in block `claim_{n}`
    PASSAGE_MARK = "claims.passage"  # the tick "beside the point" in block `passage_{n}`
    SHOW_SUPPORTED = "claims.show"  # unfolds the supported claims
    NEXT_PAGE = "claims.next"
    PREVIOUS_PAGE = "claims.back"
    WHOLE_ANSWER = "claims.verdict"  # the verdict at the end of the claim view

    CLAIM_EDIT = "claims.edit"  # one claim by itself
    EDIT_NEXT = "edit.next"  # the next page of a very long answer
    EDIT_BACK = "edit.back"
    ANSWER = "edit.answer"  # the text in block `answer_{i}`, i from 0
    REASONS = "form.reasons"
    NOTE = "form.note"
    COPY = "form.copy"  # text that could not be saved, in block `copy_{i}`: shown to be copied, never read


class BlockId(StrEnum):
    """Blocks whose state is read, or that carry a field's error. Numbered ones are prefixes."""

    CLAIM = "claim_"
    PASSAGE = "passage_"
    WHOLE_ANSWER = "verdict"
    ANSWER = "answer_"
    REASONS = "reasons"
    NOTE = "note"
    COPY = "copy_"
    HAND_OVER = "to"
    HOURS_START = "starts_at"
    HOURS_END = "ends_at"
    HOURS_DAYS = "days"
    MESSAGE = "message_"  # the message that the shortcut's form carries
    CHECK_CHOICE = "check"


class CallbackId(StrEnum):
    """Views whose submission is read."""

    CLAIMS = "claims.save"
    EDIT = "edit.preview"
    EDIT_CLAIM = "edit.claim"
    CHANGES = "edit.save"
    REJECT = "reject.save"
    RUN = "run"  # the review run has buttons, and no submit
    HOURS = "hours.save"
    SETUP = "setup.save"
    HAND_OVER = "hand_over.save"
    CHECK_MESSAGE = "check_message"  # the message shortcut, and the form that it opens
    NOTHING = "nothing.save"  # views without a submit button


class MenuChoice(StrEnum):
    """The entries of the ⋯ menus."""

    WHY = "why"
    HISTORY = "history"
    CHANGE = "change"
    FULL = "full"
    CLAIM = "claim"
    GIVE_BACK = "give_back"  # the claim
    HAND_OVER = "hand_over"
    EDIT = "edit"
    UNSURE = "unsure"
    CHECK = "check"
    SKIP = "skip"  # in the review run: the next one, this one stays open


class Show(StrEnum):
    """What a route lets reviewers see before the verdict."""

    EVIDENCE = "evidence"
    BLIND = "blind"
    ALL = "all"


VERDICT_ACTIONS = {
    ActionId.APPROVE: VerdictKind.APPROVE,
    ActionId.EDIT: VerdictKind.EDIT,
    ActionId.REJECT: VerdictKind.REJECT,
    ActionId.UNSURE: VerdictKind.UNSURE,
    ActionId.PROPOSED_APPROVE: VerdictKind.APPROVE,
    ActionId.PROPOSED_EDIT: VerdictKind.EDIT,
    ActionId.PROPOSED_REJECT: VerdictKind.REJECT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ButtonValue:
    """What a button carries: the task it belongs to, and whether it stands where a lead settles a dispute."""

    task_id: str
    settles: bool = False
    kind: str = ""  # the verdict that came too late, with Disagree

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 50."""
        more: dict[str, object] = {"settles": True} if self.settles else {}
        return _json({"v": VERSION, "task": self.task_id, **more, **({"kind": self.kind} if self.kind else {})})

    @classmethod
    def parse(cls, raw: str | None) -> ButtonValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = _record(raw)
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
        return _json({"v": VERSION, "task": self.task_id, **more, "channel": self.channel, "ts": self.ts})

    @classmethod
    def parse(cls, raw: str | None) -> ProposalValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = _record(raw)
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
        return _json({"v": VERSION, "task": self.task_id, "claim": self.number})

    @classmethod
    def parse(cls, raw: str | None) -> ClaimValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = _record(raw)
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
        return _json({"v": VERSION, "name": self.name})

    @classmethod
    def parse(cls, raw: str | None) -> NamedValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        return cls(name=_text(_record(raw), "name", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckValue:
    """What a button of an ad-hoc check carries."""

    check_id: str

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 50."""
        return _json({"v": VERSION, "check": self.check_id})

    @classmethod
    def parse(cls, raw: str | None) -> CheckValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        return cls(check_id=_text(_record(raw), "check"))


@dataclass(frozen=True, kw_only=True, slots=True)
class StatsValue:
    """What Show in channel carries: which figures."""

    route: str  # empty: all routes
    days: int

    def to_json(self) -> str:
        """At most 2,000 characters; ours are under 200."""
        return _json({"v": VERSION, "route": self.route, "days": self.days})

    @classmethod
    def parse(cls, raw: str | None) -> StatsValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = _record(raw)
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
        return _json({"v": VERSION, "task": self.task_id, "do": self.choice.value})

    @classmethod
    def parse(cls, raw: str | None) -> MenuValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who chose."""
        record = _record(raw)
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
        return _json(
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
        record = _record(raw)
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
        return _json(
            {"v": VERSION, "channel": self.channel, "ts": self.ts, "thread": self.thread_ts, "author": self.author}
        )

    @classmethod
    def parse(cls, raw: str | None) -> MessagePlace:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person who submitted."""
        record = _record(raw)
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
        return _json({"v": VERSION, "route": self.route, "person": self.person})

    @classmethod
    def parse(cls, raw: str | None) -> AddValue:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = _record(raw)
        return cls(route=_text(record, "route"), person=_text(record, "person"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupContext:
    """What the setup form carries in `private_metadata`, and its buttons in their values: the channel it speaks of."""

    channel: str
    channel_name: str = ""  # empty where Slack does not tell it, as in a private channel
    joins: bool = False  # Whetstone is not in the channel yet, and can join it

    def to_json(self) -> str:
        """At most 2,000 characters; ours are about 150."""
        return _json({"v": VERSION, "channel": self.channel, "name": self.channel_name, "joins": self.joins})

    @classmethod
    def parse(cls, raw: str | None) -> SetupContext:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person."""
        record = _record(raw)
        return cls(
            channel=_text(record, "channel"),
            channel_name=_text(record, "name", ""),
            joins=record.get("joins") is True,
        )


def _json(record: dict[str, object]) -> str:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def _record(raw: str | None) -> dict[str, object]:
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

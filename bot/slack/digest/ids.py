"""The names and values of the digest's buttons and of its one form.

A value is `{"v":1,"week":"2026-W47","route":"Card support"}`; like cards, digests live for months, so a value of
another version is answered politely and never guessed at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.slack.values import OLD_CARD, VERSION, as_json, record_of
from reviewers.errors import Invalid

NOTE_LENGTH = 300


class DigestAction(StrEnum):
    """What was pressed or chosen."""

    OUTPUTS = "digest.outputs"  # See n wrong answers
    OUTPUTS_NEXT = "digest.outputs_next"  # the next page of these
    OUTPUTS_BACK = "digest.outputs_back"
    DATASET = "digest.dataset"  # Build dataset
    SNOOZE = "digest.snooze"
    NOT_USEFUL = "digest.bad"  # opens the form that asks why
    QUEUE = "digest.queue"  # too few reviews: See the queue; a NamedValue with the route
    BUDGET = "digest.budget"  # too few reviews: Change the budget; a NamedValue with the route
    SHOW_DRIFT = "digest.show"  # Show in channel, under the answer to the command
    WHY = "digest.why"  # the reason chosen in the form
    WHICH = "digest.which"  # what of that which moved it is about
    NOTE = "digest.note"  # what somebody wrote beside it

    RETRAIN = "retrain.accept"  # Start retraining
    RETRAIN_DATASET = "retrain.dataset"  # See the dataset
    RETRAIN_SNOOZE = "retrain.snooze"
    RETRAIN_DISMISS = "retrain.dismiss"  # opens the form that asks why


class DigestBlock(StrEnum):
    """Blocks whose state is read."""

    WHY = "digest_why"
    WHICH = "digest_which"
    NOTE = "digest_note"


class DigestCallback(StrEnum):
    """The view whose submission is read."""

    WHY = "digest.why_save"


class WhyNot(StrEnum):
    """Why a digest was not useful; it changes what the next one shows."""

    KNOWN = "known"  # what was chosen is not told again while it stays as it is
    NOT_IMPORTANT = "not_important"  # what was chosen is not told any more
    NOT_TRUE = "not_true"  # kept for the lead, with what was chosen; changes nothing by itself
    TOO_LONG = "too_long"  # the short form, once two people find so


class Dismissed(StrEnum):
    """Why a suggestion to retrain was dismissed."""

    OTHER_CURE = "other_cure"  # something else is done about it
    NOT_NOW = "not_now"
    NOT_ENOUGH = "not_enough"  # the evidence does not convince
    OTHER = "other"


WHY_WORDS = {
    WhyNot.KNOWN: "Known already",
    WhyNot.NOT_IMPORTANT: "Not important",
    WhyNot.NOT_TRUE: "Not true",
    WhyNot.TOO_LONG: "Too long",
}
DISMISSED_WORDS = {
    Dismissed.OTHER_CURE: "Something else is done about it",
    Dismissed.NOT_NOW: "Not now",
    Dismissed.NOT_ENOUGH: "The evidence does not convince",
    Dismissed.OTHER: "Another reason",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestValue:
    """What a button of a digest carries: which digest it stands under."""

    week: str  # such as "2026-W47"
    route: str  # empty: the policy's own
    page: int = 0  # of the wrong answers, from 0
    until: datetime | None = None  # of comparisons of a week that was not over: when they were made

    def to_json(self) -> str:
        """At most 2,000 characters; ours are under 200."""
        more: dict[str, object] = {"page": self.page} if self.page else {}
        if self.until is not None:
            more["until"] = self.until.isoformat()
        return as_json({"v": VERSION, "week": self.week, "route": self.route, **more})

    @classmethod
    def parse(cls, raw: str | None) -> DigestValue:
        """Read a value back. Raises Invalid (field `value`) with a sentence for the person who pressed."""
        record = record_of(raw)
        week, route, page = record.get("week"), record.get("route"), record.get("page", 0)
        if not (isinstance(week, str) and week and isinstance(route, str) and isinstance(page, int) and page >= 0):
            raise Invalid("value", OLD_CARD)
        return cls(week=week, route=route, page=page, until=_moment(record.get("until")))


def _moment(raw: object) -> datetime | None:
    """Raises Invalid (field `value`) for what is no moment with its zone."""
    try:
        read = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        raise Invalid("value", OLD_CARD) from None
    if read is not None and read.tzinfo is None:
        raise Invalid("value", OLD_CARD)
    return read


@dataclass(frozen=True, kw_only=True, slots=True)
class WhyContext:
    """What the form that asks why carries in `private_metadata`: of what, and where the answer belongs."""

    week: str
    route: str
    dismisses: bool = False  # a suggestion to retrain; else the digest was not useful
    channel: str = ""  # of the message with the button
    ts: str = ""

    def to_json(self) -> str:
        """At most 3,000 characters; ours are under 300."""
        place = {"channel": self.channel, "ts": self.ts}
        return as_json({"v": VERSION, "week": self.week, "route": self.route, "dismisses": self.dismisses, **place})

    @classmethod
    def parse(cls, raw: str | None) -> WhyContext:
        """Read it back. Raises Invalid (field `value`) with a sentence for the person who submitted."""
        record, value = record_of(raw), DigestValue.parse(raw)
        channel, ts = record.get("channel", ""), record.get("ts", "")
        if not (isinstance(channel, str) and isinstance(ts, str)):
            raise Invalid("value", OLD_CARD)
        dismisses = record.get("dismisses") is True
        return cls(week=value.week, route=value.route, dismisses=dismisses, channel=channel, ts=ts)

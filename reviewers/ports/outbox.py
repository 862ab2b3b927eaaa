"""What the use cases need of the store: effects on Slack that are due, and direct messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reviewers.model import Notice


class OutboxKind(StrEnum):
    """What has to be told to Slack."""

    POST_CARD = "post_card"
    UPDATE_CARD = "update_card"
    POST_NOTICE = "post_notice"  # a direct message
    UPDATE_NOTICE = "update_notice"
    POST_DIGEST = "post_digest"  # a message that tells a digest
    EMIT_EVENT = "emit_event"  # to other programs


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxItem:
    """One effect on Slack that is due; written in the transaction that makes it due."""

    key: str  # unique: `post:{task_id}`, `update:{verdict_id}`, `notice:{notice_id}` …
    kind: OutboxKind
    task_id: str = ""  # items of one task go out one after the other; of a batch it is the first task's
    notice_id: str = ""  # of the direct message, with the two NOTICE kinds
    message_id: str = ""  # of the digest's message, with POST_DIGEST
    event_id: str = ""  # of the event, with EMIT_EVENT
    line: str = (
        ""  # with POST_DIGEST the id of the thread's first message: items of one line go out one after the other
    )
    channel: str  # or the Slack user id of a direct message, or with EMIT_EVENT the Receiver
    due_at: datetime
    attempts: int = 0
    outcome_unknown: bool = False  # an attempt began whose end nobody saw: look before posting again
    first_attempt_at: datetime | None = None
    last_error: str = ""


class Outbox(Protocol):
    """Effects on Slack that are due."""

    def add(self, item: OutboxItem) -> None:
        """Store; an item with the same key is ignored."""

    def claim_due(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[OutboxItem]:
        """Lease due items, at most one a task and in the order they fell due for a task.

        An item whose lease ran out comes back with `outcome_unknown` set, since its attempt may have reached Slack.
        """

    def done(self, key: str) -> None: ...

    def retry(self, key: str, *, at: datetime, error: str, outcome_unknown: bool) -> None: ...

    def put_off(self, key: str, at: datetime) -> None:
        """Due again at `at`, as though it had not been claimed: a channel's pace is no failed attempt."""

    def give_up(self, key: str, error: str) -> None:
        """Keep it as dead, visible to operators; never tried again by itself."""

    def revive(self, at: datetime) -> int:
        """Let dead items fall due again at `at`, after people mended what refused them; returns how many."""

    def next_due(self) -> datetime | None:
        """When the earliest waiting item falls due."""

    def dead(self) -> list[OutboxItem]: ...


class Notices(Protocol):
    """Direct messages that are due or sent."""

    def add(self, notice: Notice) -> bool:
        """Store; False when the id is taken: it was sent, or will be."""

    def get(self, notice_id: str) -> Notice | None: ...

    def set_posting(self, notice_id: str, channel: str, ts: str) -> None: ...

    def about(self, task_id: str) -> list[Notice]:
        """The dispute notices of this task, the oldest first."""


class Events(Protocol):
    """Events of Slack that were seen, since Slack may deliver one twice."""

    def first_time(self, event_id: str, at: datetime) -> bool:
        """Remember; False when it was seen before."""

    def forget(self, before: datetime) -> int:
        """Drop what was seen before; returns how many."""

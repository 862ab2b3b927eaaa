"""The messages of every channel, ephemerals apart, with reads as conversations.history and replies make them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import NamedTuple

from bot.sandbox.wire import Json, SlackError


class Page(NamedTuple):
    """Part of a channel's messages."""

    messages: list[Json]
    next_cursor: str  # empty on the last page

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return bool(self.next_cursor)


class Messages:
    """All messages by channel and ts, in order of ts."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Json]] = {}
        self._ephemerals: dict[str, dict[str, Json]] = {}

    def add(self, channel: str, message: Json) -> None:
        """Keep a message; a reply also counts at its parent."""
        self._channels.setdefault(channel, {})[message["ts"]] = message
        parent = self.find(channel, message.get("thread_ts", ""))
        if parent is not None and parent is not message:
            self._count_replies(channel, parent)

    def find(self, channel: str, ts: str) -> Json | None:
        """Return the message itself (not a copy), or None."""
        return self._channels.get(channel, {}).get(ts)

    def remove(self, channel: str, ts: str) -> Json | None:
        """Forget a message and return it."""
        gone = self._channels.get(channel, {}).pop(ts, None)
        parent = self.find(channel, gone.get("thread_ts", "")) if gone is not None else None
        if parent is not None:
            self._count_replies(channel, parent)
        return gone

    def add_ephemeral(self, channel: str, message: Json) -> None:
        """Keep a message that only `message["ephemeral_user"]` sees."""
        self._ephemerals.setdefault(channel, {})[message["ts"]] = message

    def find_ephemeral(self, channel: str, ts: str, user: str) -> Json | None:
        """Return an ephemeral if it was for this person."""
        message = self._ephemerals.get(channel, {}).get(ts)
        return message if message is not None and message["ephemeral_user"] == user else None

    def remove_ephemeral(self, channel: str, ts: str) -> None:
        """Forget an ephemeral."""
        self._ephemerals.get(channel, {}).pop(ts, None)

    def top_level(self, channel: str) -> list[Json]:
        """Return what stands in the channel itself, oldest first."""
        return [m for m in self._channels.get(channel, {}).values() if not _is_hidden_reply(m)]

    def thread(self, channel: str, thread_ts: str) -> list[Json]:
        """Return a thread with its first message, oldest first; empty if there is no such message."""
        every = self._channels.get(channel, {}).values()
        return [m for m in every if thread_ts in (m["ts"], m.get("thread_ts"))]

    def seen_by(self, channel: str, user: str, thread_ts: str | None = None) -> list[Json]:
        """Return what the page shows to a person, ephemerals in their places, oldest first."""
        shown = self.top_level(channel) if thread_ts is None else self.thread(channel, thread_ts)
        own = [m for m in self.ephemerals(channel, user) if m.get("thread_ts") == thread_ts]
        hidden = [m for m in own if self.is_shown(channel, m)]
        return sorted([*shown, *hidden], key=lambda m: float(m["ts"]))

    def ephemerals(self, channel: str, user: str) -> list[Json]:
        """Return what only this person may see in a channel and its threads, oldest first."""
        return [m for m in self._ephemerals.get(channel, {}).values() if m["ephemeral_user"] == user]

    def is_shown(self, channel: str, ephemeral: Json) -> bool:
        """Tell whether an ephemeral can be seen: one in a thread needs a thread, that is, a reply."""
        if "thread_ts" not in ephemeral:
            return True
        parent = self.find(channel, ephemeral["thread_ts"])
        return parent is not None and parent.get("reply_count", 0) > 0

    def dump(self) -> Json:
        """Return everything for a snapshot."""
        return {"channels": self._channels, "ephemerals": self._ephemerals}

    def load(self, held: Json) -> None:
        """Take back what `dump` gave."""
        self._channels = held["channels"]
        self._ephemerals = held["ephemerals"]

    def _count_replies(self, channel: str, parent: Json) -> None:
        replies = [m for m in self.thread(channel, parent["ts"]) if m is not parent]
        if not replies:
            for name in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
                parent.pop(name, None)
            return
        users = list(dict.fromkeys(m["user"] for m in replies))
        parent.update(
            thread_ts=parent["ts"],
            reply_count=len(replies),
            reply_users=users,
            reply_users_count=len(users),
            latest_reply=replies[-1]["ts"],
        )


def page_of(
    messages: Iterable[Json],
    *,
    newest_first: bool,
    oldest: str | None,
    latest: str | None,
    inclusive: bool,
    limit: int,
    cursor: str,
) -> Page:
    """Return the messages between `oldest` and `latest` (ts, both exclusive unless `inclusive`), at most `limit`."""
    low, high = _moment(oldest, 0.0), _moment(latest, float("inf"))
    chosen = [m for m in messages if _lies_within(float(m["ts"]), low, high, inclusive=inclusive)]
    chosen.sort(key=lambda m: float(m["ts"]), reverse=newest_first)
    if cursor:
        start = _cursor_ts(cursor)
        chosen = [m for m in chosen if (float(m["ts"]) <= start if newest_first else float(m["ts"]) >= start)]
    rest = chosen[limit:]
    return Page(chosen[:limit], _cursor_at(rest[0]["ts"]) if rest else "")


def _is_hidden_reply(message: Json) -> bool:
    is_reply = message.get("thread_ts", message["ts"]) != message["ts"]
    return is_reply and message.get("subtype") != "thread_broadcast"


def _moment(ts: str | None, otherwise: float) -> float:
    if not ts or ts == "now":
        return otherwise
    try:
        return float(ts)
    except ValueError:
        raise SlackError("invalid_ts_latest") from None


def _lies_within(ts: float, low: float, high: float, *, inclusive: bool) -> bool:
    return low <= ts <= high if inclusive else low < ts < high


def _cursor_at(ts: str) -> str:
    return base64.b64encode(f"next_ts:{ts}".encode()).decode()


def _cursor_ts(cursor: str) -> float:
    try:
        return float(base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None

"""What an interaction hands to the app for a short time: trigger_ids and response_urls."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.sandbox.wire import SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(kw_only=True)
class Trigger:
    """The right to open one view for one person."""

    user: str
    view_id: str | None  # the view that the person acted in
    expires_at: float
    used: bool = False


@dataclass(kw_only=True)
class Reply:
    """The right to answer an interaction where it came from."""

    user: str
    channel: str
    ts: str | None  # the message that was acted on
    is_ephemeral: bool
    thread_ts: str | None
    expires_at: float
    uses_left: int = RESPONSE_USES


class Triggers:
    """All trigger_ids and response_urls given out so far."""

    def __init__(self) -> None:
        self._triggers: dict[str, Trigger] = {}
        self._replies: dict[str, Reply] = {}

    def new_trigger(self, user: str, *, now: float, view_id: str | None = None) -> str:
        """Return a fresh trigger_id."""
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user=user, view_id=view_id, expires_at=now + TRIGGER_SECONDS)
        return trigger_id

    def exchange(self, trigger_id: str, *, now: float) -> Trigger:
        """Use a trigger_id up; raises the error that Slack gives for a late, second or made-up one."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if now > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_reply(
        self,
        *,
        user: str,
        channel: str,
        now: float,
        ts: str | None = None,
        is_ephemeral: bool = False,
        thread_ts: str | None = None,
    ) -> str:
        """Return the secret part of a fresh response_url."""
        secret = secrets.token_urlsafe(18)
        self._replies[secret] = Reply(
            user=user,
            channel=channel,
            ts=ts,
            is_ephemeral=is_ephemeral,
            thread_ts=thread_ts,
            expires_at=now + RESPONSE_SECONDS,
        )
        return secret

    def remember(self, secret: str, ts: str, *, is_ephemeral: bool) -> None:
        """Let a response_url without a message of its own mean this one when it replaces or deletes."""
        reply = self._replies[secret]
        if reply.ts is None:
            reply.ts, reply.is_ephemeral = ts, is_ephemeral

    def reply(self, secret: str, *, now: float) -> Reply:
        """Count a use of a response_url; raises when it is unknown, too old or used up."""
        reply = self._replies.get(secret)
        if reply is None or now > reply.expires_at:
            raise SlackError("expired_url")
        if reply.uses_left == 0:
            raise SlackError("used_url")
        reply.uses_left -= 1
        return reply

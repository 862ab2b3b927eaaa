"""response_urls: up to five answers to an interaction within half an hour, where it came from."""

from __future__ import annotations

from bot.sandbox.posting import Posting, check_content
from bot.sandbox.triggers import Reply
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Channel
from bot.sandbox.world import World


class Responses:
    """Takes what the app posts to a response_url."""

    def __init__(self, world: World, posting: Posting) -> None:
        self._world = world
        self._posting = posting

    def take(self, secret: str, given: Json) -> None:
        """Post, replace or delete; raises what Slack would answer."""
        reply = self._world.triggers.reply(secret, now=self._world.clock.now())
        channel = self._world.workspace.channels[reply.channel]
        if _flag(given, "delete_original"):
            self._delete(channel, reply)
            return
        content = check_content(self._world, given)
        if _flag(given, "replace_original") and reply.ts is not None:
            # Seen by one or by all, a message stays so for life: response_type says nothing here.
            self._replace(channel, reply, content)
            return
        thread_ts = given.get("thread_ts") or reply.thread_ts
        is_public = given.get("response_type") == "in_channel"
        if is_public:
            message = self._posting.by_bot(channel, content, thread_ts=thread_ts)
        else:
            message = self._posting.ephemeral(channel, reply.user, content, thread_ts=thread_ts)
        if self._world.settings.command_url_replaces:
            self._world.triggers.remember(secret, message["ts"], is_ephemeral=not is_public)

    def _delete(self, channel: Channel, reply: Reply) -> None:
        if reply.ts is None:
            raise SlackError("no_original")
        if reply.is_ephemeral:
            self._world.messages.remove_ephemeral(channel.id, reply.ts)
            self._world.tell("message_deleted", channel, reply.ts, only=reply.user)
        else:
            self._posting.remove(channel, reply.ts)

    def _replace(self, channel: Channel, reply: Reply, content: Json) -> None:
        if reply.ts is None:
            return
        if not reply.is_ephemeral:
            message = self._world.messages.find(channel.id, reply.ts)
            if message is None:
                raise SlackError("message_not_found")
            self._posting.change(channel, message, content)
            return
        shown = self._world.messages.find_ephemeral(channel.id, reply.ts, reply.user)
        if shown is None:
            self._posting.ephemeral(channel, reply.user, content, thread_ts=reply.thread_ts)
            return
        for name in ("blocks", "attachments"):
            shown.pop(name, None)
        shown.update(content)
        self._world.tell("ephemeral", channel, reply.ts, only=reply.user)


def _flag(given: Json, name: str) -> bool:
    # Both true and "true" are in Slack's own examples.
    return str(given.get(name, "")).lower() == "true"

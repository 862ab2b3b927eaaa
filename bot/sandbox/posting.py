"""Messages as the app posts, updates and deletes them: checked, kept, told to the pages and sent as events."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.sandbox.delivery import Delivery
from bot.sandbox.scopes import kind_of
from bot.sandbox.shapes import Problem
from bot.sandbox.validation import BLOCKS_TOTAL, TEXT_LIMIT, check_blocks, visible_characters
from bot.sandbox.views import named_blocks
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import TEAM_ID, Channel
from bot.sandbox.world import World

METADATA_BYTES = 16_000
ATTACHMENTS = 100

Content = Json  # text, blocks, attachments, metadata: those of them that were given


def check_content(world: World, given: Mapping[str, object]) -> Content:
    """Return text, blocks, attachments and metadata as Slack would keep them; raises what Slack refuses."""
    content: Content = {"text": _text(given.get("text"))}
    blocks, attachments = given.get("blocks"), given.get("attachments")
    if blocks is not None:
        _refuse(check_blocks(blocks, "message", file_ready=world.file_ready))
        if visible_characters(blocks) > BLOCKS_TOTAL:
            raise SlackError("msg_blocks_too_long")
        content["blocks"] = named_blocks(list(blocks)) if isinstance(blocks, list) else []
    if attachments is not None:
        content["attachments"] = _attachments(world, attachments)
    if given.get("metadata") is not None:
        content["metadata"] = _metadata(given["metadata"])
    if not content["text"] and not content.get("blocks") and not content.get("attachments"):
        raise SlackError("no_text")
    return {name: value for name, value in content.items() if name != "blocks" or value}


def _text(text: object) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        raise SlackError("invalid_arguments", messages=["[ERROR] must be a string [json-pointer:/text]"])
    if len(text) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    return text


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise SlackError("invalid_blocks", messages=[problem.as_line() for problem in problems])


def _attachments(world: World, attachments: object) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for n, attachment in enumerate(attachments):
        if "blocks" in attachment:
            at = f"/attachments/{n}/blocks"
            _refuse(check_blocks(attachment["blocks"], "message", at=at, file_ready=world.file_ready))
    return [
        {**a, "id": n, **({"blocks": named_blocks(a["blocks"])} if a.get("blocks") else {})}
        for n, a in enumerate(attachments, start=1)
    ]


def _metadata(metadata: object) -> Json:
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    if not metadata:
        return {}
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return metadata


class Posting:
    """Carries checked messages into the world; one for the life of the sandbox."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self._world = world
        self._delivery = delivery

    def by_bot(
        self, channel: Channel, content: Content, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Json:
        """Post as the app."""
        bot = self._world.settings.bot
        message: Json = {
            "user": bot.user_id,
            "type": "message",
            "ts": self._world.clock.next_ts(),
            "bot_id": bot.bot_id,
            "app_id": bot.app_id,
            "team": TEAM_ID,
            "bot_profile": self._world.workspace.bot_profile(),
            **{name: value for name, value in content.items() if value or name == "text"},
        }
        if thread_ts is not None and broadcast:
            message["subtype"] = "thread_broadcast"
        return self._add(channel, message, thread_ts)

    def by_person(self, channel: Channel, user: str, text: str, *, thread_ts: str | None = None) -> Json:
        """Post as somebody on the page."""
        message: Json = {
            "user": user,
            "type": "message",
            "ts": self._world.clock.next_ts(),
            "client_msg_id": f"sandbox-{self._world.clock.next_ts()}",
            "text": text,
            "team": self._world.workspace.people[user].team_id,
        }
        return self._add(channel, message, thread_ts)

    def ephemeral(self, channel: Channel, user: str, content: Content, *, thread_ts: str | None = None) -> Json:
        """Post as the app, for one person's eyes."""
        bot = self._world.settings.bot
        message: Json = {
            "user": bot.user_id,
            "type": "message",
            "ts": self._world.clock.next_ts(),
            "bot_id": bot.bot_id,
            "app_id": bot.app_id,
            "is_ephemeral": True,
            "ephemeral_user": user,
            **({"thread_ts": thread_ts} if thread_ts else {}),
            **content,
        }
        self._world.messages.add_ephemeral(channel.id, message)
        self._world.tell("ephemeral", channel, message["ts"], only=user)
        return message

    def change(self, channel: Channel, message: Json, content: Content) -> None:
        """Replace what a message says: blocks that are not given are gone, metadata stays unless given."""
        before = dict(message)
        for name in ("blocks", "attachments"):
            message.pop(name, None)
        message.update(content)
        if content.get("metadata") == {}:
            del message["metadata"]
        message["edited"] = {"user": message["user"], "ts": self._world.clock.next_ts()}
        self._world.tell("message_changed", channel, message["ts"])
        self._event(channel, "message_changed", {"message": dict(message), "previous_message": before})

    def remove(self, channel: Channel, ts: str) -> None:
        """Delete a message."""
        gone = self._world.messages.remove(channel.id, ts)
        self._world.tell("message_deleted", channel, ts)
        self._event(channel, "message_deleted", {"deleted_ts": ts, "previous_message": gone})

    def _add(self, channel: Channel, message: Json, thread_ts: str | None) -> Json:
        if thread_ts is not None:
            parent = self._world.messages.find(channel.id, thread_ts)
            if parent is None:
                raise SlackError("thread_not_found")
            message["thread_ts"] = parent.get("thread_ts", thread_ts)
            message["parent_user_id"] = parent["user"]
        self._world.messages.add(channel.id, message)
        self._world.tell("message", channel, message["ts"])
        if thread_ts is not None:
            self._world.tell("message_changed", channel, message["thread_ts"])
        self._event(channel, None, message)
        if f"<@{self._world.settings.bot.user_id}>" in message["text"] and "bot_id" not in message:
            mention = {**message, "type": "app_mention", "channel": channel.id, "event_ts": message["ts"]}
            self._delivery.send_event(mention)
        return message

    def _event(self, channel: Channel, subtype: str | None, about: Json) -> None:
        if self._world.settings.bot.user_id not in channel.members:
            return
        ts = about["ts"] if subtype is None else self._world.clock.next_ts()
        event: Json = {
            **about,
            "type": "message",
            "channel": channel.id,
            "channel_type": kind_of(channel).removesuffix("s"),
            "ts": ts,
            "event_ts": ts,
        }
        if subtype is not None:
            event.update(subtype=subtype, hidden=True)
        event = {name: value for name, value in event.items() if name != "metadata"}
        self._delivery.send_event(event, f"message.{kind_of(channel)}")

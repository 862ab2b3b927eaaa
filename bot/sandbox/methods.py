"""What all Web API methods share: their form, and how they find a channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.sandbox.arguments import Arguments
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Channel
from bot.sandbox.world import World

Method = Callable[[Arguments], Json]
Methods = Mapping[str, Method]


def named_channel(world: World, args: Arguments) -> Channel:
    """Return the channel that `channel` names; raises `channel_not_found`."""
    channel = world.workspace.channel(args.text("channel"))
    if channel is None or (channel.is_private and world.settings.bot.user_id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def readable_channel(world: World, args: Arguments) -> Channel:
    """Return a channel that the app is in; raises `not_in_channel`."""
    channel = named_channel(world, args)
    if world.settings.bot.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def writable_channel(world: World, args: Arguments) -> Channel:
    """Return a channel that the app is in and that is not archived; raises `is_archived`."""
    channel = readable_channel(world, args)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.user is not None and world.workspace.people[channel.user].deleted:
        raise SlackError("channel_not_found")
    if channel.is_im and world.settings.messages_tab == "off":
        raise SlackError("messages_tab_disabled")
    return channel


def paged(rows: list[Json], args: Arguments, *, otherwise: int = 100) -> tuple[list[Json], Json]:
    """Return one page of `rows` and its response_metadata; the cursor is the place of the next row."""
    limit = args.whole("limit", otherwise=otherwise, most=1000)
    cursor = args.optional("cursor") or "0"
    if not cursor.isdigit() or int(cursor) > len(rows):
        raise SlackError("invalid_cursor")
    end = int(cursor) + limit
    return rows[int(cursor) : end], {"next_cursor": str(end) if end < len(rows) else ""}

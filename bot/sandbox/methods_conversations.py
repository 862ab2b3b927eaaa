"""conversations.*: reading channels, and whom they hold."""

from __future__ import annotations

from bot.sandbox.arguments import Arguments
from bot.sandbox.messages import Page, page_of
from bot.sandbox.methods import Methods, named_channel, paged, readable_channel
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Channel
from bot.sandbox.world import World


class ConversationMethods:
    """What the app reads of channels."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> Methods:
        """Return the methods by name."""
        return {
            "conversations.history": self.history,
            "conversations.replies": self.replies,
            "conversations.info": self.info,
            "conversations.list": self.list_channels,
            "conversations.open": self.open,
            "conversations.members": self.members,
            "conversations.join": self.join,
        }

    def history(self, args: Arguments) -> Json:
        """Return messages of a channel, newest first, replies apart."""
        channel = readable_channel(self._world, args)
        page = self._page(self._world.messages.top_level(channel.id), args, newest_first=True)
        return {**self._told(page, args), "pin_count": 0}

    def replies(self, args: Arguments) -> Json:
        """Return a thread, oldest first."""
        channel = readable_channel(self._world, args)
        thread = self._world.messages.thread(channel.id, args.text("ts"))
        if not thread:
            raise SlackError("thread_not_found")
        return self._told(self._page(thread, args, newest_first=False), args)

    def info(self, args: Arguments) -> Json:
        """Describe a channel."""
        return {"ok": True, "channel": self._world.workspace.describe_channel(named_channel(self._world, args))}

    def list_channels(self, args: Arguments) -> Json:
        """List the channels of the wanted types, public ones by default."""
        types = (args.optional("types") or "public_channel").split(",")
        rows = [
            self._world.workspace.describe_channel(channel)
            for channel in self._world.workspace.channels.values()
            if _type_of(channel) in types
            and (not channel.is_private or self._world.settings.bot.user_id in channel.members)
            and not (channel.is_archived and args.flag("exclude_archived"))
        ]
        page, metadata = paged(rows, args)
        return {"ok": True, "channels": page, "response_metadata": metadata}

    def open(self, args: Arguments) -> Json:
        """Open the direct messages with a person."""
        users = args.text("users").split(",")
        if len(users) != 1:
            raise SlackError("not_enough_users" if not users else "method_not_supported_for_channel_type")
        if users[0] not in self._world.workspace.people:
            raise SlackError("user_not_found")
        if self._world.workspace.people[users[0]].deleted:
            raise SlackError("user_disabled")
        channel = self._world.workspace.direct(users[0])
        whole = self._world.workspace.describe_channel(channel)
        return {"ok": True, "channel": whole if args.flag("return_im") else {"id": channel.id}}

    def members(self, args: Arguments) -> Json:
        """List who is in a channel."""
        channel = named_channel(self._world, args)
        page, metadata = paged([{"id": m} for m in sorted(channel.members)], args)
        return {"ok": True, "members": [row["id"] for row in page], "response_metadata": metadata}

    def join(self, args: Arguments) -> Json:
        """Let the app join a public channel."""
        channel = named_channel(self._world, args)
        if channel.is_im:
            raise SlackError("method_not_supported_for_channel_type")
        if channel.is_archived:
            raise SlackError("is_archived")
        channel.members.add(self._world.settings.bot.user_id)
        self._world.changed()
        return {"ok": True, "channel": self._world.workspace.describe_channel(channel)}

    def _page(self, messages: list[Json], args: Arguments, *, newest_first: bool) -> Page:
        return page_of(
            messages,
            newest_first=newest_first,
            oldest=args.optional("oldest"),
            latest=args.optional("latest"),
            inclusive=args.flag("inclusive"),
            limit=args.whole("limit", otherwise=100, most=999),
            cursor=args.optional("cursor") or "",
        )

    def _told(self, page: Page, args: Arguments) -> Json:
        shown = page.messages
        if not args.flag("include_all_metadata"):
            shown = [{name: value for name, value in m.items() if name != "metadata"} for m in shown]
        metadata = {"response_metadata": {"next_cursor": page.next_cursor}} if page.has_more else {}
        return {"ok": True, "messages": shown, "has_more": page.has_more, **metadata}


def _type_of(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"

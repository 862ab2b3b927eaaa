"""Everything that the sandbox holds while it runs, in one place."""

from __future__ import annotations

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.files import Files
from bot.sandbox.journal import Journal
from bot.sandbox.messages import Messages
from bot.sandbox.ratelimits import RateLimits
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.triggers import Triggers
from bot.sandbox.views import Views
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Channel, Workspace


class World:
    """The state behind all methods; it is only touched on the event loop's thread, so it needs no locks."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.workspace = Workspace(settings.bot, settings.more_people)
        self.messages = Messages()
        self.views = Views(settings.bot)
        self.files = Files(settings.file_processing_seconds)
        self.triggers = Triggers()
        self.faults = Faults()
        self.journal = Journal(settings.journal_limit)
        self.limits = RateLimits(settings.rate_limits)
        self.feed = Feed()
        self.revision = 0  # grows with each change that a snapshot keeps

    def file_ready(self, named: Json) -> bool:
        """Tell whether a block's slack_file can be shown now."""
        return self.files.is_ready(named, now=self.clock.now())

    def changed(self) -> None:
        """Note that a snapshot would now differ."""
        self.revision += 1

    def tell(self, kind: str, channel: Channel, ts: str, *, only: str | None = None) -> None:
        """Tell the open pages about a message."""
        users = {only} if only is not None else self.workspace.audience(channel)
        self.feed.publish({"type": kind, "channel": channel.id, "ts": ts}, users)
        self.changed()

    def tell_workspace(self) -> None:
        """Tell the open pages that a person, a channel or a user group is not as it was."""
        self.feed.publish({"type": "workspace"})
        self.changed()

    def tell_views(self, user: str) -> None:
        """Tell the open pages of a person which modals are open."""
        self.feed.publish({"type": "views", "stack": self.describe_stack(user)}, {user})

    def describe_stack(self, user: str) -> list[Json]:
        """Return the open modals of a person, top last."""
        return [self.views.describe(view) for view in self.views.stack(user)]

    def snapshot(self) -> Json:
        """Return what a restart keeps: messages, Homes, files, memberships and the clock."""
        channels = {c.id: [sorted(c.members), c.is_archived] for c in self.workspace.channels.values()}
        return {
            "version": 1,
            "clock_offset": self.clock.offset_seconds,
            "messages": self.messages.dump(),
            "homes": self.views.dump_homes(),
            "files": self.files.dump(),
            "channels": channels,
        }

    def restore(self, held: Json) -> None:
        """Take back what `snapshot` gave."""
        if held.get("version") != 1:
            raise ValueError("this snapshot is from another version of the sandbox: delete it to start afresh")
        self.clock.offset_seconds = held["clock_offset"]
        self.messages.load(held["messages"])
        self.views.load_homes(held["homes"])
        self.files.load(held["files"])
        for channel_id, (members, is_archived) in held["channels"].items():
            channel = self.workspace.channels.get(channel_id)
            if channel is not None:
                channel.members, channel.is_archived = set(members), is_archived

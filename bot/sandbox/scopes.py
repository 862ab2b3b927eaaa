"""Which scope each method and each event needs (docs.slack.dev, the "Scopes" of their reference pages)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.sandbox.wire import SlackError
from bot.sandbox.workspace import Channel

# Methods that are not named here, such as views.* and auth.test, need none.
METHODS: Mapping[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "reactions.get": "reactions:read",
    "conversations.open": "im:write",
    "conversations.join": "channels:join",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "bots.info": "users:read",
    "team.info": "team:read",
}
# The scope of these depends on the kind of the conversation: channels, groups or im, then this word.
BY_KIND: Mapping[str, str] = {
    "conversations.history": "history",
    "conversations.replies": "history",
    "conversations.info": "read",
    "conversations.list": "read",
    "conversations.members": "read",
}
EVENTS: Mapping[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "subteam_members_changed": "usergroups:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
}
KINDS = ("channels", "groups", "im")


def check_method(method: str, channel: Channel | None, granted: Collection[str] | None) -> None:
    """Raise `missing_scope`, naming what is needed, if the app may not call `method` on `channel`.

    `granted` is what the app was installed with; None grants everything.
    """
    if granted is None:
        return
    wanted = [METHODS[method]] if method in METHODS else []
    if method in BY_KIND:
        kinds = KINDS if channel is None else (kind_of(channel),)
        wanted = [f"{kind}:{BY_KIND[method]}" for kind in kinds]
    if wanted and not set(wanted) & set(granted):
        raise SlackError("missing_scope", needed=",".join(wanted), provided=",".join(sorted(granted)))


def may_hear(subscription: str, granted: Collection[str] | None) -> bool:
    """Tell whether the app's scopes let an event through; None grants everything."""
    needed = EVENTS.get(subscription)
    return granted is None or needed is None or needed in granted


def kind_of(channel: Channel) -> str:
    """Return the word that scopes and message events use for a channel: channels, groups or im."""
    if channel.is_im:
        return "im"
    return "groups" if channel.is_private else "channels"

"""Whether Whetstone can post in a channel, and joining it."""

from __future__ import annotations

from enum import StrEnum

from slack_sdk import WebClient

from bot.slack.publisher import our_words
from reviewers.errors import Refused, Unready


class Presence(StrEnum):
    """How Whetstone stands to a channel."""

    IN = "in"
    JOINABLE = "joinable"  # a public channel that it is not in
    OUTSIDE = "outside"  # a private one: Slack shows it only to those who are in it
    ARCHIVED = "archived"
    DIRECT = "direct"  # a direct message


def presence(client: WebClient, channel: str) -> Presence:
    """Look, by reading one message, which needs no scope beyond those for finding cards. Raises Unavailable."""
    if channel.startswith("D"):
        return Presence.DIRECT
    try:
        with our_words():
            client.conversations_history(channel=channel, limit=1)
    except (Unready, Refused) as error:
        if error.code == "not_in_channel":
            return Presence.JOINABLE
        if error.code == "is_archived":
            return Presence.ARCHIVED
        if error.code in {"channel_not_found", "missing_scope"}:  # a group's direct message lacks its scope
            return Presence.OUTSIDE
        raise
    return Presence.IN


def join(client: WebClient, channel: str) -> None:
    """Join a public channel; joining twice is joining once. Raises Unavailable."""
    with our_words():
        client.conversations_join(channel=channel)

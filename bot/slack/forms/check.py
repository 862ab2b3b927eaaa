"""The form of the message shortcut "Check with Whetstone", and the message of Slack that it is about. Pure.

The form carries the message in its own blocks: they come back with the submission, so that the text is the one that the
person saw, also where Whetstone is not in the channel and cannot read it again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackblocks import Block, InputBlock, PlainText, RadioButtonGroup, RichTextBlock

from bot.slack.cutting import pieces
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.text import visible
from bot.slack.values import MessagePlace
from bot.slack.wire import Wire, grey, modal, option, plain, quote_bar, section
from reviewers.decisions.answering import LONGEST_TEXT
from reviewers.model import Message

TITLE = "Check with Whetstone"
VERIFY, SUBMIT = "verify", "submit"
SUBMITTED_MODEL = "a person in Slack"  # stands where an output names its model, when no app wrote the message
PIECE = 3000  # characters of one block
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckForm:
    """What the person chose for which text."""

    place: MessagePlace
    text: str
    submits: bool  # else its claims are checked


def check_form(message: Mapping[str, Any], channel: str) -> Wire:
    """The form for a message, or the sentence why there is nothing to check in it."""
    text = visible(message_words(message)).strip()
    place = place_of(message, channel)
    if not any(sign.isalnum() for sign in text):
        return _told("This message has no words to check.", place)
    if len(text) > LONGEST_TEXT:
        return _told(f"This message has {len(text):,} characters, and {LONGEST_TEXT:,} are read at once.", place)
    blocks: list[Block] = [
        RichTextBlock([quote_bar([plain(part)])], block_id=f"{BlockId.MESSAGE}{number}")
        for number, part in enumerate(pieces(text, PIECE))
    ]
    return modal(
        TITLE,
        [*blocks, _choice(), grey("Only you see what comes of it, as a message from Whetstone.")],
        callback_id=CallbackId.CHECK_MESSAGE,
        private_metadata=place.to_json(),
        close="Cancel",
        submit="Go on",
        tag="check",
    )


def _choice() -> Block:
    options = [
        option("Check its claims", VERIFY, "Each claim against the sources"),
        option(
            "Submit it as an answer", SUBMIT, "Scored, kept, and perhaps picked for review; the thread is its prompt"
        ),
    ]
    element = RadioButtonGroup(action_id=ActionId.CHECK_CHOICE, options=options, initial_option=options[0])
    return InputBlock(PlainText("What shall Whetstone do?"), element, block_id=BlockId.CHECK_CHOICE)


def _told(words: str, place: MessagePlace) -> Wire:
    return modal(
        TITLE,
        [RichTextBlock([section([plain(words)])], block_id="-")],
        callback_id=CallbackId.NOTHING,
        private_metadata=place.to_json(),
        close="Close",
        tag="check",
    )


def parse_check(view: Mapping[str, Any]) -> CheckForm:
    """Read the submitted form. Raises Invalid (field `value`) for one of another version."""
    chosen = ((view.get("state") or {}).get("values") or {}).get(BlockId.CHECK_CHOICE.value, {}).get(
        ActionId.CHECK_CHOICE.value
    ) or {}
    value = (chosen.get("selected_option") or {}).get("value", VERIFY)
    return CheckForm(
        place=MessagePlace.parse(view.get("private_metadata")), text=_carried(view), submits=value == SUBMIT
    )


def _carried(view: Mapping[str, Any]) -> str:
    blocks = [block for block in view.get("blocks") or [] if str(block.get("block_id", "")).startswith(BlockId.MESSAGE)]
    return "".join(_texts(block.get("elements")) for block in blocks)


def _texts(node: Any) -> str:
    if isinstance(node, list):
        return "".join(_texts(item) for item in node)
    if not isinstance(node, Mapping):
        return ""
    return str(node["text"]) if node.get("type") == "text" else _texts(node.get("elements"))


def place_of(message: Mapping[str, Any], channel: str) -> MessagePlace:
    """Where it stands, and which app wrote it."""
    ts, thread = str(message.get("ts") or ""), str(message.get("thread_ts") or "")
    profile = message.get("bot_profile") or {}
    author = str(profile.get("name") or message.get("username") or message.get("bot_id") or "")
    return MessagePlace(channel=channel, ts=ts, thread_ts=thread if thread != ts else "", author=author[:80])


def message_words(message: Mapping[str, Any]) -> str:
    """What a message says, in plain words: names and titles in the place of Slack's marks."""
    text = str(message.get("text") or "") or "\n".join(_said(message.get("blocks")))
    return html.unescape(_LINK.sub(_named, text))


def _said(node: Any) -> Iterator[str]:
    """The words of blocks, where a message has no text of its own."""
    if isinstance(node, list):
        for item in node:
            yield from _said(item)
    elif isinstance(node, Mapping):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from _said(value)


def _named(mark: re.Match[str]) -> str:
    target, label = mark[1], mark[2]
    if target[:1] in "@#!":
        name = label or target[1:].partition("^")[0].removeprefix("subteam")
        return name if name.startswith(("@", "#")) else f"{'#' if target[0] == '#' else '@'}{name}"
    return label or target


def thread_turns(messages: Sequence[Mapping[str, Any]], before: str) -> list[Message]:
    """What was said in the thread before a message: apps are the assistant, people the user."""
    return [
        Message(role="assistant" if message.get("bot_id") else "user", content=visible(message_words(message)).strip())
        for message in messages
        if float(message.get("ts") or 0) < float(before)
    ]

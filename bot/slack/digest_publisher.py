"""Digests on their way to Slack: pictures, messages, threads; Slack's errors put into our words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.slack.digest import (
    DigestOptions,
    Picture,
    alert_message,
    calm_message,
    digest_message,
    retraining_message,
    thread_messages,
)
from bot.slack.digests import options as options_of
from bot.slack.home import COMMAND
from bot.slack.publisher import HISTORY_PAGE, our_words
from bot.slack.wire import SlackMessage
from reviewers.decisions.digest_answers import Display
from reviewers.errors import Refused
from reviewers.model import Posting
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestMessage, DigestMessageKind

EVENT_TYPE = "digest_message"
YEARS = 20.0  # between two alerts where nothing changes: what the watch over verdicts is set to
UNREADABLE = "invalid_blocks"  # what Slack says of blocks that a workspace does not have yet
_SOMEWHERE = "F0000000000"  # stands for any file, to see which pictures a message shows


class SlackDigestMessenger:
    """The DigestMessenger port on the Web API. The client must not retry by itself: the outbox does, after looking."""

    def __init__(
        self,
        client: WebClient,
        *,
        draw: Callable[[Digest, Picture], bytes],
        leads: Callable[[str], Sequence[str]],
        display: Callable[[Digest], Display],
        late: Callable[[Digest], tuple[str, ...]],
        zone: ZoneInfo,
    ) -> None:
        """On this client.

        Args:
            client: of the Web API.
            draw: a picture as PNG.
            leads: Slack user ids by route.
            display: what people asked to leave out of a digest.
            late: weeks before it that were made too late to be told.
            zone: of alerts, which belong to no week.
        """
        self._client = client
        self._draw = draw
        self._leads = leads
        self._display = display
        self._late = late
        self._zone = zone

    def details(self, digest: Digest) -> int:
        """How many messages stand in its thread."""
        return len(thread_messages(digest, self._options(digest, {})))

    def pictures(self, message: DigestMessage, digests: Sequence[Digest]) -> tuple[str, ...]:
        """Names of those that the message shows."""
        if not digests:
            return ()
        everywhere = {picture: f"{_SOMEWHERE}{place}" for place, picture in enumerate(Picture)}
        drawn = json.dumps(self._drawn(message, digests, everywhere).blocks)
        return tuple(picture.value for picture, file_id in everywhere.items() if f'"{file_id}"' in drawn)

    def upload(self, digest: Digest, picture: str) -> str:
        """Upload it without showing it anywhere; Slack's id of the file."""
        content = self._draw(digest, Picture(picture))
        with our_words():
            answer = self._client.files_upload_v2(content=content, filename=f"{picture}-{digest.week}.png")
        file: Any = answer["file"]
        return str(file["id"])

    def is_ready(self, file_id: str) -> bool:
        """Whether Slack is done with it: only then a message may show it."""
        with our_words():
            answer = self._client.files_info(file=file_id)
        file: Any = answer["file"]
        return bool(file.get("mimetype"))

    def post_digest(
        self,
        message: DigestMessage,
        digests: Sequence[Digest],
        root: DigestMessage | None,
        *,
        files: Mapping[str, str],
        attempt: int,
    ) -> Posting:
        """Post it. Blocks that Slack refuses are drawn once more, with words where it had pictures or bars."""
        uploaded = {Picture(name): file_id for name, file_id in files.items()}
        try:
            return self._post(message, self._drawn(message, digests, uploaded), root, attempt)
        except Refused as error:
            if error.code != UNREADABLE:
                raise
            plain = self._drawn(message, digests, {}, native_bars=False)
            return self._post(message, plain, root, attempt)

    def find_digest(self, message: DigestMessage, root: DigestMessage | None, *, since: datetime) -> Posting | None:
        """Look whether it was posted, by the metadata of the messages in its channel or thread."""
        channel = root.channel if root is not None else message.recipient
        if channel.startswith(("U", "W")):
            with our_words():
                channel = str(self._client.conversations_open(users=channel)["channel"]["id"])
        where: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": HISTORY_PAGE}
        cursor: str | None = None
        while True:
            with our_words():
                if root is not None:
                    page = self._client.conversations_replies(**where, ts=root.ts, cursor=cursor)
                else:
                    page = self._client.conversations_history(**where, oldest=f"{since.timestamp():.6f}", cursor=cursor)
            for one in page["messages"]:
                metadata = one.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == EVENT_TYPE and payload.get("message_id") == message.message_id:
                    return Posting(channel=channel, ts=str(one["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None

    def _post(self, message: DigestMessage, drawn: SlackMessage, root: DigestMessage | None, attempt: int) -> Posting:
        payload = {"message_id": message.message_id, "attempt": attempt}
        with our_words():
            answer = self._client.chat_postMessage(
                channel=root.channel if root is not None else message.recipient,
                thread_ts=root.ts if root is not None else None,
                text=drawn.text,
                blocks=drawn.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": payload},
                unfurl_links=False,
                unfurl_media=False,
            )
        return Posting(channel=str(answer["channel"]), ts=str(answer["ts"]))

    def _drawn(
        self,
        message: DigestMessage,
        digests: Sequence[Digest],
        files: Mapping[Picture, str],
        *,
        native_bars: bool = True,
    ) -> SlackMessage:
        if message.kind is DigestMessageKind.ALERT:
            if message.finding is None:
                raise Refused("alert_without_finding")
            options = DigestOptions(zone=self._zone, command=COMMAND)
            return alert_message(message.finding, message.routes[0], options, reviews=message.reviews, years=YEARS)
        digest = digests[0]
        options = self._options(digest, files, native_bars=native_bars)
        match message.kind:
            case DigestMessageKind.CALM:
                return calm_message(digests, options)
            case DigestMessageKind.SUGGESTION:
                return retraining_message(digest, options, leads=self._leads(digest.route))
            case DigestMessageKind.DETAIL:
                below = thread_messages(digest, options)
                if message.part >= len(below):
                    raise Refused("no_such_detail")
                return below[message.part]
            case _:
                return digest_message(digest, options)

    def _options(self, digest: Digest, files: Mapping[Picture, str], *, native_bars: bool = True) -> DigestOptions:
        drawn = options_of(digest, self._display(digest))
        return replace(drawn, files=files, native_bars=native_bars, late=self._late(digest))

"""The direct message of an ad-hoc check: posted once, found again by its metadata, rewritten until it is the answer."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from bot.slack.cards.check import check_message, progress_message
from bot.slack.publisher import HISTORY_PAGE, our_words
from bot.slack.wire import SlackMessage
from reviewers.model import Check, Posting, ReviewTask
from reviewers.workflow.answering import Progress

EVENT_TYPE = "review_check"


class SlackCheckScreen:
    """Implements `reviewers.workflow.answering.CheckScreen`. The client may wait out rate limits, and no more."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(self, check: Check, progress: Progress) -> Posting:
        """Post to the person who asked; Slack opens the conversation by itself."""
        with our_words():
            answer = self._client.chat_postMessage(
                channel=check.asked_by, metadata=_metadata(check), **progress_message(progress).arguments()
            )
        return Posting(channel=str(answer["channel"]), ts=str(answer["ts"]))

    def find(self, check: Check) -> Posting | None:
        """The message among those to this person since they asked."""
        with our_words():
            channel = str(self._client.conversations_open(users=check.asked_by)["channel"]["id"])
            found = self._client.conversations_history(
                channel=channel,
                oldest=f"{check.asked_at.timestamp() - 1:.6f}",  # Slack's clock may be behind ours
                include_all_metadata=True,
                limit=HISTORY_PAGE,
            )
        for message in found["messages"]:
            if _check_of(message) == check.check_id:
                return Posting(channel=channel, ts=str(message["ts"]))
        return None

    def show_progress(self, check: Check, progress: Progress) -> None:
        """Rewrite the line."""
        self._update(check, progress_message(progress))

    def show_answer(self, check: Check, task: ReviewTask | None) -> None:
        """Put what came of it in the line's place."""
        self._update(check, check_message(check, task))

    def _update(self, check: Check, message: SlackMessage) -> None:
        with our_words():
            self._client.chat_update(
                channel=check.shown_channel,
                ts=check.shown_ts,
                text=message.text,
                blocks=message.blocks,
                metadata=_metadata(check),
            )


def _metadata(check: Check) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"check_id": check.check_id}}


def _check_of(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("check_id", "")) if metadata.get("event_type") == EVENT_TYPE else ""

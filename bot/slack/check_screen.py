"""The direct message of an ad-hoc check: posted once, found again by its metadata, rewritten until it is the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from slack_sdk import WebClient

from bot.slack.cards.check import check_message, progress_message
from bot.slack.cards.options import CardOptions
from bot.slack.publisher import HISTORY_PAGE, our_words
from bot.slack.wire import SlackMessage
from reviewers.errors import Refused, Unready
from reviewers.model import Check, Posting, TaskView
from reviewers.ports import Messenger
from reviewers.workflow.answering import CheckScreen, Progress
from reviewers.workflow.checking import CHECK_KEY, CheckDesk

EVENT_TYPE = "review_check"


class SlackCheckScreen:
    """Implements `reviewers.workflow.answering.CheckScreen`. The client may wait out rate limits, and no more."""

    def __init__(self, client: WebClient, naming: Callable[..., CardOptions]) -> None:
        """`naming` gives the display with the names of these people."""
        self._client = client
        self._naming = naming

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

    def show_answer(self, check: Check, review: TaskView | None) -> None:
        """Put what came of it in the line's place."""
        people = [verdict.reviewer for verdict in review.verdicts] if review else []
        self._update(check, check_message(check, review, self._naming(*people)))

    def _update(self, check: Check, message: SlackMessage) -> None:
        with our_words():
            self._client.chat_update(
                channel=check.shown_channel,
                ts=check.shown_ts,
                text=message.text,
                blocks=message.blocks,
                metadata=_metadata(check),
            )


class TellingMessenger:
    """A Messenger that also tells the person who asked: when a card changes, so does the message of its check."""

    def __init__(self, messenger: Messenger, screen: CheckScreen, checks: CheckDesk) -> None:
        self._messenger = messenger
        self._screen = screen
        self._checks = checks
        self.post_notice = messenger.post_notice
        self.find_notice = messenger.find_notice
        self.update_notice = messenger.update_notice
        self.find_card = messenger.find_card
        self.post_card = messenger.post_card

    def update_card(self, views: Sequence[TaskView]) -> None:
        """Redraw the card, and the message of whoever asked; raises as the messenger inside."""
        self._messenger.update_card(views)
        for view in views:
            check_id = view.output.metadata.get(CHECK_KEY)
            check = self._checks.find(check_id) if isinstance(check_id, str) else None
            # An application can write what it likes into its metadata: only the check's own output counts.
            if check is None or check.output is None or check.output.output_id != view.output.output_id:
                continue
            if check.shown_ts and check.finished_at is not None:
                self._tell(check, view)

    def _tell(self, check: Check, view: TaskView) -> None:
        try:
            self._screen.show_answer(check, view)
        except (Refused, Unready):
            return  # the message is gone; the card, which counts, is redrawn


def _metadata(check: Check) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"check_id": check.check_id}}


def _check_of(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("check_id", "")) if metadata.get("event_type") == EVENT_TYPE else ""

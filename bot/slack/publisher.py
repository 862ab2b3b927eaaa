"""Cards and direct messages on their way to Slack: posting, finding, redrawing; Slack's errors put into our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.cards import SlackMessage
from reviewers.errors import OutcomeUnknown, RateLimited, Refused, Unready
from reviewers.model import Notice, Posting, TaskView

EVENT_TYPE = "review_card"
NOTICE_TYPE = "review_notice"
HISTORY_PAGE = 200
# Slack's words for "something broke on our side": the call may have taken effect.
BROKEN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
# The installation is at fault and not the message: its token, its scopes, or that nobody invited the app (a private
# channel does not exist for an app that is not in it).
REPAIRABLE = frozenset(
    "not_authed invalid_auth account_inactive token_revoked token_expired missing_scope not_allowed_token_type "
    "no_permission access_denied team_access_not_granted not_in_channel channel_not_found".split()
)
DEFAULT_RETRY_SECONDS = 1.0


@contextmanager
def our_words() -> Iterator[None]:
    """Turn what slack_sdk raises into RateLimited, OutcomeUnknown, Unready or Refused."""
    try:
        yield
    except SlackApiError as error:
        response: Any = error.response
        code, status = str(response.get("error") or ""), int(response.status_code)
        if status == 429 or code in {"ratelimited", "rate_limited"}:
            headers = {name.lower(): value for name, value in (response.headers or {}).items()}
            raise RateLimited(float(headers.get("retry-after", DEFAULT_RETRY_SECONDS))) from error
        if status >= 500 or not code or code in BROKEN:
            raise OutcomeUnknown(f"Slack answered {status} {code}".strip()) from error
        raise (Unready if code in REPAIRABLE else Refused)(code) from error
    except (SlackClientError, HTTPException, OSError) as error:  # OSError holds URLError, time-outs and resets
        raise OutcomeUnknown(f"Slack did not answer ({type(error).__name__})") from error


class SlackMessenger:
    """The Messenger port on the Web API. The client must not retry by itself: the outbox does, after looking."""

    def __init__(
        self,
        client: WebClient,
        render: Callable[[Sequence[TaskView]], SlackMessage],
        render_notice: Callable[[Notice, Sequence[TaskView]], SlackMessage],
    ) -> None:
        self._client = client
        self._render = render
        self._render_notice = render_notice

    def post_card(self, views: Sequence[TaskView], *, attempt: int) -> Posting:
        """Post the card of one task or of a batch. Raises RateLimited, OutcomeUnknown, Unready or Refused."""
        return self._post(views[0].task.channel, self._render(views), _card(views[0], attempt))

    def find_card(self, view: TaskView, *, since: datetime) -> Posting | None:
        """The card of this task among the channel's messages since then, by its metadata."""
        return self._find(view.task.channel, EVENT_TYPE, "task_id", view.task.task_id, since)

    def update_card(self, views: Sequence[TaskView]) -> None:
        """Redraw the card where it stands."""
        posting = views[0].task.posting
        if posting is None:
            raise Refused("no_card")
        self._update(posting, self._render(views), _card(views[0], 0))

    def post_notice(self, notice: Notice, views: Sequence[TaskView], *, attempt: int) -> Posting:
        """Post the direct message; Slack opens the conversation by itself."""
        return self._post(notice.recipient, self._render_notice(notice, views), _notice(notice, attempt))

    def find_notice(self, notice: Notice, *, since: datetime) -> Posting | None:
        """The direct message among those to its recipient since then, by its metadata."""
        with our_words():
            opened = self._client.conversations_open(users=notice.recipient)
        return self._find(str(opened["channel"]["id"]), NOTICE_TYPE, "notice_id", notice.notice_id, since)

    def update_notice(self, notice: Notice, views: Sequence[TaskView]) -> None:
        """Redraw the direct message where it stands."""
        posting = Posting(channel=notice.channel, ts=notice.ts)
        self._update(posting, self._render_notice(notice, views), _notice(notice, 0))

    def _post(self, channel: str, message: SlackMessage, metadata: dict[str, Any]) -> Posting:
        with our_words():
            answer = self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        return Posting(channel=str(answer["channel"]), ts=str(answer["ts"]))

    def _update(self, posting: Posting, message: SlackMessage, metadata: dict[str, Any]) -> None:
        """Text and blocks both, since text alone would remove the blocks."""
        with our_words():
            self._client.chat_update(
                channel=posting.channel, ts=posting.ts, text=message.text, blocks=message.blocks, metadata=metadata
            )

    def _find(self, channel: str, event_type: str, key: str, wanted: str, since: datetime) -> Posting | None:
        cursor: str | None = None
        while True:
            with our_words():
                page = self._client.conversations_history(
                    channel=channel,
                    oldest=f"{since.timestamp():.6f}",
                    include_all_metadata=True,
                    limit=HISTORY_PAGE,
                    cursor=cursor,
                )
            for message in page["messages"]:
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == event_type and payload.get(key) == wanted:
                    return Posting(channel=channel, ts=str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None


def _card(view: TaskView, attempt: int) -> dict[str, Any]:
    """Other apps in the channel can read this: ids only."""
    return {"event_type": EVENT_TYPE, "event_payload": {"task_id": view.task.task_id, "attempt": attempt}}


def _notice(notice: Notice, attempt: int) -> dict[str, Any]:
    return {"event_type": NOTICE_TYPE, "event_payload": {"notice_id": notice.notice_id, "attempt": attempt}}

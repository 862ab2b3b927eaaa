"""Where a person is when they press, at a message, in a window or on Home, and how something is shown to them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import structlog
from slack_bolt import Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.slack.desk import actor_of
from bot.slack.forms.notices import AGAIN
from bot.slack.wire import SlackMessage, Wire

log = structlog.get_logger()


def is_window(body: Mapping[str, Any]) -> bool:
    """Whether the press was made in a modal."""
    return bool((body.get("view") or {}).get("type") == "modal")


def show(view: Wire, body: Mapping[str, Any], client: WebClient) -> None:
    """A new window; over another one on top of it; where the button stands in a small answer, in its place.

    Slack takes three windows over each other, so that small answers must not stay among them.
    """
    action = (body.get("actions") or [{}])[0]
    if is_window(body) and action.get("block_id") == AGAIN:
        client.views_update(view_id=body["view"]["id"], view=view)
    elif is_window(body):
        client.views_push(trigger_id=body["trigger_id"], view=view)
    else:
        client.views_open(trigger_id=body["trigger_id"], view=view)


def replace_answer(message: SlackMessage, body: Mapping[str, Any], client: WebClient, respond: Respond) -> None:
    """In the place of the small answer that the button stands in, which may be a message or a window."""
    if body.get("response_url"):
        respond(text=message.text, blocks=message.blocks, replace_original=True)
    elif is_window(body):
        client.views_update(view_id=body["view"]["id"], view=_window(message))
    else:
        client.chat_postMessage(channel=actor_of(body).user_id, **message.arguments())


def tell(message: SlackMessage, body: Mapping[str, Any], client: WebClient) -> None:
    """To this person alone, as near to where they are as Slack allows, and by direct message where nothing else goes.

    Whetstone may be no member of the channel, and the trigger may be what failed. Raises SlackApiError or OSError
    where the direct message fails too.
    """
    user = actor_of(body).user_id
    for way in _ways(message, body, client, user):
        try:
            way()
        except (SlackApiError, OSError) as error:
            log.info("answer_goes_elsewhere", error=type(error).__name__)
        else:
            return
    if user:
        client.chat_postMessage(channel=user, **message.arguments())


def _ways(
    message: SlackMessage, body: Mapping[str, Any], client: WebClient, user: str
) -> Iterator[Callable[[], object]]:
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    if channel:
        yield partial(
            client.chat_postEphemeral, channel=str(channel), user=user, text=message.text, blocks=message.blocks
        )
    if body.get("response_url"):
        yield partial(_reply, str(body["response_url"]), message)
    if is_window(body) and body.get("trigger_id"):
        yield partial(client.views_push, trigger_id=str(body["trigger_id"]), view=_window(message))


def _reply(url: str, message: SlackMessage) -> None:
    answer = WebhookClient(url).send(
        text=message.text, blocks=message.blocks, response_type="ephemeral", replace_original=False
    )
    if answer.status_code != 200:
        raise OSError(f"The response_url answered {answer.status_code}")


def _window(message: SlackMessage) -> Wire:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Whetstone"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": message.blocks,
    }

"""`/whetstone`: what waits, the next answer, why one was picked, and help for everything else."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import runs
from bot.slack.cards import SlackMessage
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.home import COMMAND, Clock, help_message, queue_message
from bot.slack.listeners import checks, setup
from bot.slack.routes import Routes
from bot.slack.text import one_line, quoted, shortened
from reviewers.model import CheckKind

CHECKS = {kind.value: kind for kind in CheckKind}
QUEUE_LIMIT = 100  # tasks counted; beyond it the answer says "more than"


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the command."""
    app.command(COMMAND)(partial(_answer, desk))


def _answer(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
    ack()
    name, argument = [*str(body.get("text") or "").split(maxsplit=1), "", ""][:2]  # a pasted text begins on a new line
    if name == "next" and not argument:
        client.views_open(trigger_id=body["trigger_id"], view=runs.started(desk, actor_of(body)))
        return
    if name == "why" and (view := desk.queue.find(argument.strip().removeprefix("#"))):
        client.views_open(trigger_id=body["trigger_id"], view=desk.why(view, actor_of(body)))
        return
    if name == "setup" and not argument:
        setup.open_setup(desk, body, client)
        return
    if name in CHECKS:
        checks.take(desk, CHECKS[name], argument, body, respond)
        return
    message = _message(desk, one_line(name), one_line(argument), actor_of(body).user_id)
    respond(text=message.text, blocks=message.blocks, response_type="ephemeral", unfurl_links=False)


def _message(desk: ReviewDesk, name: str, argument: str, user_id: str) -> SlackMessage:
    if name == "queue" and not argument:
        waiting = desk.queue.waiting_for(user_id, QUEUE_LIMIT + 1)
        more = len(waiting) > QUEUE_LIMIT
        return queue_message(waiting[:QUEUE_LIMIT], more=more, zone_clock=Clock(desk.display.zone))
    if name in ("", "help"):
        return help_message()
    if name == "why":
        if not argument:
            return help_message(f"Say which answer: {COMMAND} why 4821, or the output's id.")
        return help_message(f"No answer in review has the number or id {quoted(shortened(argument, 60))}.")
    if name in ("queue", "next", "setup"):
        return help_message(f"{COMMAND} {name} takes nothing after it.")
    return help_message(f"There is no command {quoted(shortened(name, 40))}.")

"""`/whetstone`: one table of commands; a mistake is answered with that command's own line and an example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.slack import digests, homes, runs, stories
from bot.slack.cards import SlackMessage
from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.forms import notice
from bot.slack.home import COMMAND, queue_message
from bot.slack.ids import ActionId
from bot.slack.listeners import checks, setup
from bot.slack.routes import Routes
from bot.slack.stats import StatsQuestion, stats_message, understood
from bot.slack.text import counted, one_line
from bot.slack.usage import Line, Mistaken, help_message, mistake_message, unknown_message
from bot.slack.values import StatsValue
from reviewers.model import CheckKind

QUEUE_LIMIT = 100  # tasks counted; beyond it the answer says "more than"


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A command as it was typed, with the ways to answer it."""

    actor: Actor
    argument: str  # everything after the command's name, as it was typed
    body: dict[str, Any]
    client: WebClient
    respond: Respond


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What one command says of itself and does; `run` gives the answer, or None where it has answered itself."""

    line: Line
    run: Callable[[ReviewDesk, Typed], SlackMessage | None]
    takes: bool = False  # something may stand after it
    listed: bool = True  # in the help


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route the command, and the button of its figures."""
    app.command(COMMAND)(partial(_answer, desk))
    app.action(ActionId.SHOW_STATS.value)(partial(_show_stats, desk))


def _answer(desk: ReviewDesk, ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
    ack()
    name, argument = [*str(body.get("text") or "").split(maxsplit=1), "", ""][:2]  # a pasted text begins on a new line
    typed = Typed(actor=actor_of(body), argument=argument, body=body, client=client, respond=respond)
    message = _message(desk, name, typed)
    if message is not None:
        respond(text=message.text, blocks=message.blocks, response_type="ephemeral", unfurl_links=False)


def _message(desk: ReviewDesk, name: str, typed: Typed) -> SlackMessage | None:
    command = COMMANDS.get(name.lower() or "help")
    if command is None:
        return unknown_message(name, [each.line for each in COMMANDS.values()])
    try:
        if typed.argument.strip() and not command.takes:
            raise Mistaken(f"{COMMAND} {command.line.name} takes nothing after it.")
        return command.run(desk, typed)
    except Mistaken as mistake:
        return mistake_message(mistake, _with_own_route(desk, command.line))


def _with_own_route(desk: ReviewDesk, line: Line) -> Line:
    """The example of `stats` and of `drift` names a route that there is."""
    routes = desk.services.policies.current().routes
    if line.name not in ("stats", "drift") or not routes:
        return line
    return replace(line, argument=f"{one_line(routes[0].name)}{' 28' * (line.name == 'stats')}")


def _help(_desk: ReviewDesk, _typed: Typed) -> SlackMessage:
    return help_message([command.line for command in COMMANDS.values() if command.listed])


def _next(desk: ReviewDesk, typed: Typed) -> None:
    typed.client.views_open(trigger_id=typed.body["trigger_id"], view=runs.started(desk, typed.actor))


def _queue(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    _may_see(desk, typed.actor)
    user_id = typed.actor.user_id
    waiting = desk.queue.waiting_for(user_id, QUEUE_LIMIT + 1)
    return queue_message(
        waiting[:QUEUE_LIMIT],
        more=len(waiting) > QUEUE_LIMIT,
        display=homes.own_display(desk, user_id),
        now=desk.services.clock.now(),
        command=COMMAND,
    )


def _why(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    _may_see(desk, typed.actor)
    name = one_line(typed.argument).removeprefix("#")
    if not name:
        raise Mistaken("Which answer?")
    return stories.told(desk, typed.actor, name)


def _stats(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    _may_see(desk, typed.actor)
    routes = [route.name for route in desk.services.policies.current().routes]
    return _figures(desk, typed.actor, understood(one_line(typed.argument), routes))


def _digest(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    return digests.answered(desk, typed.actor, typed.argument, str(typed.body.get("channel_id") or ""))


def _drift(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    return digests.compared(desk, typed.actor, typed.argument, str(typed.body.get("channel_id") or ""))


def _figures(desk: ReviewDesk, actor: Actor, question: StatsQuestion, shown_by: str = "") -> SlackMessage:
    display = homes.own_display(desk, actor.user_id)
    stats = desk.services.judgement.stats(question.route, question.days, display.zone)
    return stats_message(stats, display=display, question=question, shown_by=shown_by)


def _show_stats(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    """Where it was asked, also where Whetstone is no member; the button goes, so that it is shown once."""
    ack()
    actor, value = actor_of(body), StatsValue.parse(action.get("value"))
    _may_see(desk, actor)
    question = StatsQuestion(route=value.route, days=value.days)
    shown = _figures(desk, actor, question, shown_by=actor.user_id)
    respond(
        text=shown.text, blocks=shown.blocks, response_type="in_channel", replace_original=False, unfurl_links=False
    )
    told = notice("These numbers are in the channel now.")
    respond(text=told.text, blocks=told.blocks, replace_original=True)


def _pause(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    back = desk.services.preferences.pause(typed.actor.user_id)
    went = f" {counted(back, 'answer')} went back to the others." if back else ""
    then = f"No answers are given to you, and no reminders come.{went} {COMMAND} resume ends it."
    return notice("You are paused.", then)


def _resume(desk: ReviewDesk, typed: Typed) -> SlackMessage:
    if desk.services.preferences.resume(typed.actor.user_id):
        return notice("You are back.", "Answers and reminders come to you again.")
    return notice("You were not paused.", "Nothing has changed.")


def _check(kind: CheckKind, desk: ReviewDesk, typed: Typed) -> None:
    checks.take(desk, kind, typed.argument, typed.body, typed.respond)


def _setup(desk: ReviewDesk, typed: Typed) -> None:
    setup.open_setup(desk, typed.body, typed.client)


def _may_see(desk: ReviewDesk, actor: Actor) -> None:
    """Answers and figures are the workspace's own. Raises NotYourTask for guests and strangers."""
    desk.people.may_review(actor.user_id, actor.team_id)


_TABLE = (
    Command(line=Line(name="next", what="review the next answer", shows="opens the next answer"), run=_next),
    Command(line=Line(name="queue", what="what waits for you", shows="lists what waits for you"), run=_queue),
    Command(
        line=Line(
            name="ask",
            argument="What does a new card cost?",
            what="an answer from the sources, for you alone",
            shows="answers from the sources, for you alone",
        ),
        run=partial(_check, CheckKind.ASK),
        takes=True,
    ),
    Command(
        line=Line(
            name="verify",
            argument="A new card costs € 10.",
            what="its claims against the sources, for you alone",
            shows="holds its claims against the sources, for you alone",
        ),
        run=partial(_check, CheckKind.VERIFY),
        takes=True,
    ),
    Command(
        line=Line(
            name="why",
            argument="4821",
            what="the whole story of an answer",
            shows="tells the whole story of an answer",
        ),
        run=_why,
        takes=True,
    ),
    Command(
        line=Line(
            name="stats",
            argument="28",
            what="error rate, of one route or all, days back",
            shows="shows the last 28 days",
        ),
        run=_stats,
        takes=True,
    ),
    Command(
        line=Line(
            name="digest",
            argument="2026-W47",
            what="what a week came to, of this channel or a route",
            shows="tells what that week came to",
        ),
        run=_digest,
        takes=True,
    ),
    Command(
        line=Line(
            name="drift",
            what="what moved this week, and what did not",
            shows="compares this week so far with the four before",
        ),
        run=_drift,
        takes=True,
    ),
    Command(
        line=Line(
            name="pause",
            beside="resume",
            what="no answers for you, answers again",
            shows="gives you no answers until you resume",
        ),
        run=_pause,
    ),
    Command(
        line=Line(name="resume", what="answers again", shows="ends your pause"),
        run=_resume,
        listed=False,
    ),
    Command(
        line=Line(name="setup", what="review in this channel (leads)", shows="sets up review in this channel"),
        run=_setup,
    ),
    Command(line=Line(name="help", what="this list", shows="lists all"), run=_help, listed=False),
)
COMMANDS = {command.line.name: command for command in _TABLE}

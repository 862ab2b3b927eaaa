"""Digests at the edge: which one a person asked for, and how it is drawn for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Respond
from slack_sdk import WebClient

from bot.slack.desk import Actor, ReviewDesk, actor_of
from bot.slack.digest.answers import drift_message, no_digest_message
from bot.slack.digest.ids import DigestValue, WhyContext
from bot.slack.digest.message import digest_message
from bot.slack.digest.options import DigestOptions, Muted
from bot.slack.home import COMMAND
from bot.slack.stats import understood
from bot.slack.text import one_line, shortened
from bot.slack.usage import Mistaken
from bot.slack.wire import SlackMessage
from reviewers.decisions.digest_answers import Display
from reviewers.errors import Invalid
from reviewers.model.digest import Digest, Headline
from reviewers.workflow.digest_shelf import DigestShelf

_WEEK = re.compile(r"\d+-?[Ww]?\d*", re.ASCII)  # what is meant as a week, well written or not
ROUTES_NAMED = 10


def shelf(desk: ReviewDesk) -> DigestShelf:
    """Where digests are read; their weeks begin in the zone of the settings."""
    return desk.services.shelf(ZoneInfo(str(desk.display.zone)))


def pressed(desk: ReviewDesk, body: dict[str, Any], action: dict[str, Any]) -> tuple[Actor, Digest]:
    """Who pressed under which digest. Raises NotYourTask for guests and strangers, and Invalid."""
    actor, value = actor_of(body), DigestValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    return actor, shelf(desk).one(value.week, value.route)


def asked_at(digest: Digest, body: dict[str, Any], *, dismisses: bool) -> WhyContext:
    """What the form that asks why carries, so that its answer is said where the button stood."""
    container = body.get("container") or {}
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    return WhyContext(week=digest.week, route=digest.route, dismisses=dismisses, channel=channel, ts=ts)


def say(respond: Respond, message: SlackMessage) -> None:
    """To this person alone, beside the message with the button, which stays: its other buttons still work."""
    respond(text=message.text, blocks=message.blocks, replace_original=False, response_type="ephemeral")


def say_where(channel: str, actor: Actor, message: SlackMessage, client: WebClient) -> None:
    """To this person alone, where the form was asked for; nowhere where that was no channel."""
    if channel:
        client.chat_postEphemeral(channel=channel, user=actor.user_id, text=message.text, blocks=message.blocks)


def options(digest: Digest, display: Display | None = None) -> DigestOptions:
    """How it is drawn after what people answered (None: as if nobody had), without pictures."""
    display = display or Display()
    muted = tuple(Muted(aspect=one.aspect, part=one.part, name=one.name) for one in display.muted)
    return DigestOptions(zone=ZoneInfo(digest.zone), short=display.short, muted=muted, command=COMMAND)


def answered(desk: ReviewDesk, actor: Actor, argument: str, channel: str) -> SlackMessage:
    """The answer to `digest [week] [route]`, typed in this channel. Raises Mistaken, and NotYourTask for guests."""
    desk.people.may_review(actor.user_id, actor.team_id)
    week, _, rest = one_line(argument).partition(" ")
    if not _WEEK.fullmatch(week):
        week, rest = "", one_line(argument)
    digest = _read(desk, week, _route(desk, rest, channel))
    if digest.headline is Headline.NO_TRAFFIC and digest.last_output_at is None:
        return no_digest_message(digest.route, week=digest.week, first_at=None, options=options(digest))
    shown = options(digest, desk.services.digest_answers.display(digest))
    return digest_message(digest, replace(shown, threaded=False))


def compared(desk: ReviewDesk, actor: Actor, argument: str, channel: str) -> SlackMessage:
    """The answer to `drift [route]`: all comparisons of the running week, or of the last one. Raises as `answered`.

    The last one is told while the running week has too few reviews to say anything.
    """
    desk.people.may_review(actor.user_id, actor.team_id)
    route = _route(desk, one_line(argument), channel)
    running = _so_far(desk, route)
    if running is not None and running.headline not in (Headline.TOO_FEW, Headline.NO_TRAFFIC):
        return drift_message(running, options(running))
    digest = _read(desk, "", route)
    return drift_message(digest, options(digest), running=running)


def _so_far(desk: ReviewDesk, route: str) -> Digest | None:
    """None in the first moment of a week."""
    try:
        return shelf(desk).so_far(route)
    except Invalid as error:
        if error.field != "week":
            raise Mistaken(str(error)) from None
        return None


def _read(desk: ReviewDesk, week: str, route: str) -> Digest:
    try:
        return shelf(desk).one(week, route)
    except Invalid as error:
        raise Mistaken(str(error)) from None


def _route(desk: ReviewDesk, named: str, channel: str) -> str:
    """The route that was named, else the only one whose cards come to this channel, else the only one there is."""
    routes = desk.services.policies.current().routes
    names = [route.name for route in routes]
    if named:
        return understood(named, names, days=False).route
    here = [route.name for route in routes if (route.channel or desk.channel) == channel]
    found = here or names
    if len(found) > 1:
        raise Mistaken("Which route?", _listed(found))
    return found[0] if found else ""


def _listed(names: Sequence[str]) -> str:
    return f"Routes: {shortened(', '.join(one_line(name) for name in names[:ROUTES_NAMED]), 160)}."

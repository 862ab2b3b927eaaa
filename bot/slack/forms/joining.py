"""Messages around "Ask to be added": to the leads, to who asked, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import Block

from bot.slack.ids import ActionId
from bot.slack.text import escape, mention, one_line, quiet, shortened
from bot.slack.values import AddValue
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said

NAME_LENGTH = 80  # of a person's name, as Slack's own limit is
ROUTE_LENGTH = 100


def request_message(person: str, name: str, route: str, *, addable: bool) -> SlackMessage:
    """To a lead: somebody (`person`, called `name`) asks to review. `addable`: the route was made in Slack."""
    what = quiet(route, ROUTE_LENGTH) or "answers"
    blocks: list[Block] = [said(f"*{mention(person)} asks to review {what}.* Their verdicts count once you add them.")]
    if addable:
        value = AddValue(route=route, person=person).to_json()
        blocks.append(row("join", [button("Add", ActionId.ROUTE_ADD, value, f"Add {_named(name)} as a reviewer")]))
        way = "Press Add."
    else:
        way = f"The policy file says who reviews: add {person} there; it is read at once."
        blocks.append(grey(way))
    spoken = f"{_named(name) or 'Somebody'} asks to review {_route(route) or 'answers'}. {way}"
    return SlackMessage(text=escape(spoken), blocks=rendered(blocks, "join"))


def asked_message(leads: Sequence[str]) -> SlackMessage:
    """To who asked: these people, by name, were told."""
    who = " and ".join(map(_named, leads))
    told = f"{shortened(who, 2 * NAME_LENGTH)} {'was' if len(leads) == 1 else 'were'} told."
    return SlackMessage(text=escape(f"Asked. {told}"), blocks=rendered([said(f"*Asked.* {quiet(told)}")], "asked"))


def added_message(person: str, name: str, route: str) -> SlackMessage:
    """To the lead, in the place of the request."""
    text = f"{_named(name) or 'They'} can review {_route(route)} now."
    words = f"*{mention(person)} can review {quiet(route, ROUTE_LENGTH)} now.*"
    return SlackMessage(text=escape(text), blocks=rendered([said(words)], "added"))


def welcome_message(route: str) -> SlackMessage:
    """To who was added."""
    text = f"You are a reviewer of {_route(route)} now. Start with /whetstone next."
    words = f"*You are a reviewer of {quiet(route, ROUTE_LENGTH)} now.* Start with `/whetstone next`."
    return SlackMessage(text=escape(text), blocks=rendered([said(words)], "welcome"))


def _named(name: str) -> str:
    return shortened(one_line(name), NAME_LENGTH)


def _route(name: str) -> str:
    return shortened(one_line(name), ROUTE_LENGTH)

"""Messages around "Ask to be added": to the leads, to who asked, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import Block

from bot.slack.ids import ActionId, AddValue
from bot.slack.text import escape, mention, one_line, quiet
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said


def request_message(person: str, name: str, route: str, *, addable: bool) -> SlackMessage:
    """To a lead: somebody (`person`, called `name`) asks to review. `addable`: the route was made in Slack."""
    what = quiet(route, 100) or "answers"
    blocks: list[Block] = [said(f"*{mention(person)} asks to review {what}.* Their verdicts count once you add them.")]
    if addable:
        value = AddValue(route=route, person=person).to_json()
        blocks.append(row("join", [button("Add", ActionId.ROUTE_ADD, value, f"Add {one_line(name)} as a reviewer")]))
        way = "Press Add."
    else:
        way = f"The policy file says who reviews: add {person} there; it is read at once."
        blocks.append(grey(way))
    spoken = f"{one_line(name) or 'Somebody'} asks to review {one_line(route) or 'answers'}. {way}"
    return SlackMessage(text=escape(spoken), blocks=rendered(blocks, "join"))


def asked_message(leads: Sequence[str]) -> SlackMessage:
    """To who asked: these people, by name, were told."""
    who = " and ".join(leads)
    text = f"Asked. {one_line(who)} {'was' if len(leads) == 1 else 'were'} told."
    return SlackMessage(text=escape(text), blocks=rendered([said(f"*Asked.* {quiet(text[7:], 200)}")], "asked"))


def added_message(person: str, name: str, route: str) -> SlackMessage:
    """To the lead, in the place of the request."""
    text = f"{one_line(name) or 'They'} can review {one_line(route)} now."
    words = f"*{mention(person)} can review {quiet(route, 100)} now.*"
    return SlackMessage(text=escape(text), blocks=rendered([said(words)], "added"))


def welcome_message(route: str) -> SlackMessage:
    """To who was added."""
    text = f"You are a reviewer of {one_line(route)} now. Start with /whetstone next."
    words = f"*You are a reviewer of {quiet(route, 100)} now.* Start with `/whetstone next`."
    return SlackMessage(text=escape(text), blocks=rendered([said(words)], "welcome"))

"""What a person is told around the setup form: why it does not open, and what was set up. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slackblocks import Block

from bot.slack.forms.setup import minutes_words
from bot.slack.ids import ActionId, CallbackId
from bot.slack.text import counted, escape, is_user, mention, one_line, quiet, quoted, shortened
from bot.slack.values import FormContext, SetupContext
from bot.slack.wire import SlackMessage, Wire, button, grey, modal, rendered, row, said
from reviewers.model import Match, OnTimeout, Route

TITLE = "Set up review"
MOST_PEOPLE = 10  # reviewers that are named; the rest is a number
MOST_ASKED = 3  # leads that are named to be asked


def refused_view(rule: str, leads: Sequence[str]) -> Wire:
    """Somebody may not set up review here; who can is named."""
    asked = ", ".join(mention(lead) for lead in leads[:MOST_ASKED])
    return told_view(f"*{quiet(rule, 200)}* {f'Ask {asked}.' if asked else ''}".strip())


def outside_view(command: str) -> Wire:
    """The form was asked for in a private channel that Whetstone is not in: only people can invite it there."""
    return told_view(
        f"*Whetstone is not in this channel*, so it could not post answers here. Type `/invite @Whetstone` here, "
        f"then `{command} setup` again."
    )


def archived_view() -> Wire:
    """Nothing can be posted there."""
    return told_view("*This channel is archived.* Set review up in the channel where answers should come.")


def direct_view(command: str) -> Wire:
    """The command was typed where no team sees the cards."""
    return told_view(f"*This is a direct message.* Type `{command} setup` in the channel where answers should come.")


def told_view(mrkdwn: str) -> Wire:
    """A sentence in the form's place."""
    return modal(
        TITLE,
        [said(mrkdwn)],
        callback_id=CallbackId.NOTHING,
        private_metadata=FormContext(task_id="setup").to_json(),
        close="Close",
        tag="told",
    )


def started_message(
    route: Route,
    *,
    groups: Mapping[str, str],
    context: SetupContext,
    outsiders: Sequence[str] = (),
    tried: bool = False,
) -> SlackMessage:
    """Review is set up: what was chosen, the defaults that were not asked, and the way to see a card.

    `groups` names user groups by their id; a user group is never mentioned, since that would call all of it.
    `outsiders` are chosen people whose verdicts do not count: guests, apps, people of another workspace.
    """
    people = [_reviewer(one, groups) for one in route.reviewers[:MOST_PEOPLE]]
    more = len(route.reviewers) - MOST_PEOPLE
    who = ", ".join([*people, *([f"{more} more"] if more > 0 else [])])
    what = f"{_answers(route.match)} come to <#{route.channel}>, {_until_decided(route)}, {_quorum(route.quorum)}."
    what += _allowed(route)
    late = f"a reminder to the reviewers before it, and to {_lead(route)} after it"
    rest = f"Not asked, so as usual: due within {_hours(route.due_hours)}, with {late}."
    value = context.to_json()
    buttons = [button("Change", ActionId.SETUP_CHANGE, value, "Change how review is set up here")]
    if not tried:
        buttons.append(button("Post a try-out card", ActionId.SETUP_TRY, value, "Post a try-out card in this channel"))
    start = "*A try-out card comes here.* Verdicts on it count nowhere." if tried else "*Review starts now.*"
    blocks: list[Block] = [said(f"{start} {what} Reviewers: {who}.")]
    if outsiders:
        names = ", ".join(map(mention, outsiders[:MOST_PEOPLE]))
        blocks.append(said(f"*Not counted:* verdicts of {names}. Only full members of this workspace decide."))
    blocks += [grey(rest), row("setup_done", buttons)]
    where = escape(one_line(context.channel_name)) or "this channel"
    spoken = f"Review is set up in {where}, {_until_decided(route)}, {_quorum(route.quorum)}."
    if tried:
        spoken = f"A try-out card comes to {where}. Verdicts on it count nowhere."
    return SlackMessage(text=spoken, blocks=rendered(blocks, "tried" if tried else "started"))


def not_joined_message(route: Route, command: str) -> SlackMessage:
    """The route is kept, but Whetstone could not join its channel; told directly, since it cannot speak there."""
    happened = f"Whetstone could not join <#{route.channel}>"
    then = f"Review is set up; cards wait until somebody types /invite @Whetstone there. To change it: {command} setup."
    return SlackMessage(
        text=f"Whetstone could not join the channel. {then}",
        blocks=rendered([said(f"*{happened}.* {then}")], "not_joined"),
    )


def _answers(match: Match) -> str:
    if match.is_empty:
        return "All answers"
    names = [quiet(name, 60) for name in match.models]
    tags = [quiet(quoted(tag), 60) for tag in match.tags]
    of = [f"of {' or '.join(names)}"] if names else []
    return " ".join(["Answers", *of, *([f"tagged {' or '.join(tags)}"] if tags else [])])


def _until_decided(route: Route) -> str:
    if not route.hold:
        return "sent before anybody decides, not verified"
    if route.on_timeout is OnTimeout.HOLD:
        return "held until somebody decides"
    then = "then refused" if route.on_timeout is OnTimeout.REFUSE else "then sent, not verified"
    return f"held up to {minutes_words(route.hold_minutes)}, {then}"


def _allowed(route: Route) -> str:
    """What is to be proven of answers that nobody checks; empty: nothing is asked."""
    if route.release_target is None:
        return ""
    limit = f" Of what leaves without review, at most {100 * route.release_target:g} of 100 may be wrong"
    if route.hold and route.release_below_proven:
        return f"{limit}: where reviews prove that, held answers are sent at once."
    return f"{limit}: the figures say what is proven."


def _quorum(quorum: int) -> str:
    return "one verdict each" if quorum == 1 else f"{quorum} verdicts each"


def _hours(hours: float) -> str:
    return counted(int(hours), "hour") if float(hours).is_integer() else f"{hours:g} hours"


def _lead(route: Route) -> str:
    return ", ".join(mention(lead) for lead in route.leads[:MOST_ASKED]) or "nobody"


def _reviewer(one: str, groups: Mapping[str, str]) -> str:
    return mention(one) if is_user(one) else f"the group {quiet(shortened(groups.get(one, one), 60))}"

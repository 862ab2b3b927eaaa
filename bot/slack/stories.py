"""`/whetstone why` at the edge: the story of an output, found by its number or its id."""

from __future__ import annotations

from bot.slack.cards import SlackMessage
from bot.slack.desk import Actor, ReviewDesk
from bot.slack.forms.why import unpicked_message, why_message
from bot.slack.usage import unknown_output_message
from reviewers.errors import UnknownOutput


def told(desk: ReviewDesk, actor: Actor, name: str) -> SlackMessage:
    """The story, or that nothing has this name."""
    view = desk.queue.find(name, actor.user_id)
    if view is not None:
        display = desk.naming(*(verdict.reviewer for verdict in view.verdicts))
        return why_message(view, display=display, may_see_risk=desk.may_see_risk(view, actor))
    try:
        story = desk.services.intake.story(name)
    except UnknownOutput:
        return unknown_output_message(name)
    return unpicked_message(story.output, story.assessment, story.decision, release=story.release, display=desk.display)

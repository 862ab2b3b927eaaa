"""`/whetstone why` at the edge: the story of an output, found by its number or its id."""

from __future__ import annotations

from bot.slack.cards import SlackMessage
from bot.slack.desk import Actor, ReviewDesk
from bot.slack.forms.why import unpicked_message, why_message
from bot.slack.usage import unknown_output_message
from reviewers.errors import AlreadyResolved, Claimed, NotYourTask, UnknownOutput
from reviewers.model import TaskState, TaskView


def told(desk: ReviewDesk, actor: Actor, name: str) -> SlackMessage:
    """The story, or that nothing has this name."""
    view = desk.queue.find(name)
    if view is not None:
        display = desk.naming(*(verdict.reviewer for verdict in view.verdicts))
        return why_message(view, display=display, may_see_risk=may_see_risk(desk, view, actor))
    try:
        story = desk.services.intake.story(name)
    except UnknownOutput:
        return unknown_output_message(name)
    return unpicked_message(story.output, story.assessment, story.decision, display=desk.display)


def may_see_risk(desk: ReviewDesk, view: TaskView, actor: Actor) -> bool:
    """Whether the risk lines are open to this person: once it is decided, or to whoever is not asked to decide it.

    Somebody else's claim only keeps a person from deciding now, so it opens nothing.
    """
    if view.task.state in (TaskState.RESOLVED, TaskState.TIMED_OUT):
        return True
    try:
        desk.verdicts.require(view, actor.user_id)
    except NotYourTask:
        return True
    except (Claimed, AlreadyResolved):
        return False
    return False

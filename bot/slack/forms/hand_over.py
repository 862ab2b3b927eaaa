"""The form "Hand over": to a colleague, or to whoever is next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slackblocks import Block, InputBlock, PlainText, UserSelectMenu

from bot.slack.forms.fields import asked
from bot.slack.ids import ActionId, BlockId, CallbackId
from bot.slack.text import counted
from bot.slack.values import FormContext
from bot.slack.wire import Wire, grey, modal, said
from reviewers.errors import AlreadyResolved, Claimed, ReviewError
from reviewers.model import TaskState, TaskView

MOST = 40  # answers handed over at once: their ids must fit into the form


def hand_over_view(*views: TaskView) -> Wire:
    """The form for one answer, or for several at once."""
    some = views[:MOST]
    head: Block = asked(some[0]) if len(some) == 1 else said(f"*{counted(len(some), 'answer')}* of yours")
    person = UserSelectMenu(action_id=ActionId.HAND_OVER_TO, placeholder=PlainText("Whoever is next"))
    blocks: list[Block] = [
        head,
        InputBlock(
            PlainText("Who decides instead?"),
            person,
            block_id=BlockId.HAND_OVER,
            optional=True,
            hint=PlainText("Leave it empty to give it to all other reviewers."),
        ),
        grey("The card says who handed it over. It counts for nothing."),
    ]
    tasks = json.dumps([view.task.task_id for view in some], separators=(",", ":"))
    return modal(
        "Hand over",
        blocks,
        callback_id=CallbackId.HAND_OVER,
        private_metadata=FormContext(task_id=some[0].task.task_id, draft=tasks).to_json(),
        close="Cancel",
        submit="Hand over",
        tag="hand_over",
    )


def parse_hand_over(submitted: dict[str, Any]) -> tuple[Sequence[str], str]:
    """The task ids, and the Slack user id of who decides instead; empty for whoever is next."""
    context = FormContext.parse(submitted.get("private_metadata"))
    values = (submitted.get("state") or {}).get("values") or {}
    chosen = (values.get(BlockId.HAND_OVER.value) or {}).get(ActionId.HAND_OVER_TO.value) or {}
    return json.loads(context.draft), str(chosen.get("selected_user") or "")


def handed_over(count: int, left: Sequence[tuple[int, ReviewError]]) -> tuple[str, str]:
    """How many of `count` answers were handed over, and which were not and why: their numbers with what was raised.

    >>> handed_over(2, [(12, AlreadyResolved(by="U0MARA", outcome="approved", at=None))])
    ('1 of 2 answers handed over.', 'Not #12: decided meanwhile.')
    """
    by_reason: dict[str, list[str]] = {}
    for number, error in left:
        by_reason.setdefault(_reason(error), []).append(f"#{number}")
    told = [f"Not {', '.join(numbers)}: {reason}" for reason, numbers in by_reason.items()]
    return f"{count - len(left)} of {counted(count, 'answer')} handed over.", " ".join(told)


def _reason(error: ReviewError) -> str:
    if isinstance(error, AlreadyResolved):
        timed_out = error.outcome == TaskState.TIMED_OUT.words
        return "decided meanwhile." if error.by else "timed out." if timed_out else "not needed any more."
    if isinstance(error, Claimed):
        return "somebody else has claimed it."
    return str(error)

"""The question after a reply or a reaction: is this your verdict? Only its author sees it; nothing is recorded yet."""

from __future__ import annotations

import re

from slackblocks import Block, Element

from bot.slack.cards.answer import shown_answer
from bot.slack.cards.drawing import is_waited_for
from bot.slack.cards.evidence import evidence_of
from bot.slack.ids import ActionId
from bot.slack.text import escape, one_line, quiet, quoted, shortened
from bot.slack.values import ButtonValue, ProposalValue
from bot.slack.wire import SlackMessage, button, grey, rendered, row, said
from reviewers.decisions.remarks import Leaning
from reviewers.model import TaskState, TaskView

WORDS_LENGTH = 140  # of a reply, as of a passage on a card
_LINK = re.compile(r"<(?P<address>(?:https?|mailto):[^|>]*)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<[@#!][^|>]*(?:\|(?P<label>[^>]*))?>")


def as_typed(text: str) -> str:
    """A message's text as its author sees it, from the form in which Slack sends it; mentions become their labels."""
    plain = _LINK.sub(lambda found: found["address"], text)
    plain = _MENTION.sub(lambda found: f"@{found['label']}" if found["label"] else "@…", plain)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def reply_proposal(view: TaskView, leaning: Leaning, text: str, *, channel: str, ts: str) -> SlackMessage:
    """After a reply, `text` as Slack sent it; the buttons carry where it stands, not what it says."""
    words = shortened(one_line(as_typed(text)), WORDS_LENGTH)
    value = _value(view, channel, ts)
    return _asked(view, leaning, f"You wrote {quiet(quoted(words))}.", f"You wrote {quoted(words)}.", value)


def reaction_proposal(view: TaskView, leaning: Leaning, name: str) -> SlackMessage:
    """After a reaction on the card; `name` as Slack names the emoji."""
    words = quiet(name.partition("::")[0].replace("_", " "), 40)
    sentence = f"You reacted with “{words}”."
    return _asked(view, leaning, sentence, sentence, _value(view, "", ""))


def _value(view: TaskView, channel: str, ts: str) -> ProposalValue:
    settles = view.task.state is TaskState.DISPUTED
    return ProposalValue(task_id=view.task.task_id, settles=settles, channel=channel, ts=ts)


def _asked(view: TaskView, leaning: Leaning, happened: str, spoken: str, value: ProposalValue) -> SlackMessage:
    question = f"Record this as your verdict on #{view.task.number}?"
    blocks: list[Block] = [said(f"{happened} *{question}*"), row("proposal", _buttons(view, leaning, value))]
    if is_waited_for(view) and view.task.quorum == 1:
        blocks.append(grey(f"{'Approve' if leaning is Leaning.APPROVE else 'Edit'} sends it at once."))
    return SlackMessage(text=f"{escape(spoken)} {question}", blocks=rendered(blocks, "proposal"))


def _buttons(view: TaskView, leaning: Leaning, value: ProposalValue) -> list[Element]:
    number, wired = view.task.number, value.to_json()
    no = button("No", ActionId.PROPOSED_NO, wired, f"Record no verdict on answer {number}")
    if leaning is not Leaning.APPROVE:
        return [
            button("Edit", ActionId.PROPOSED_EDIT, wired, f"Edit answer {number} with your words"),
            button("Reject", ActionId.PROPOSED_REJECT, wired, f"Reject answer {number} with your words"),
            no,
        ]
    if shown_answer(view.output.completion, evidence_of(view).readings).is_cut:  # nobody approves what they did not see
        there = ButtonValue(task_id=value.task_id, settles=value.settles).to_json()
        return [button("Read all", ActionId.READ_ALL, there, f"Read the whole answer {number}, approve it there"), no]
    return [button("Approve", ActionId.PROPOSED_APPROVE, wired, f"Approve answer {number}"), no]

"""The one button that leads to a training, with Slack's question before it."""

from __future__ import annotations

from slackblocks import Button, ConfirmationDialogue, PlainText

from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.digest.lead import route_words
from bot.slack.text import counted, one_line, shortened
from reviewers.model.digest import Digest
from reviewers.model.suggestion import TrainingSet


def start_button(digest: Digest) -> Button:
    """Start retraining: the only next step, so it is the primary one; it says what follows before it is pressed."""
    return Button(
        PlainText("Start retraining", emoji=True),
        action_id=DigestAction.RETRAIN,
        value=DigestValue(week=digest.week, route=digest.route).to_json(),
        style="primary",
        accessibility_label=shortened(f"Start retraining {route_words(digest.route)}", 75),
        confirm=ConfirmationDialogue(
            PlainText("Start retraining?"),
            PlainText(shortened(_consequence(digest.suggestion.training_set), 300)),
            PlainText("Tell me how"),
            PlainText("Cancel"),
        ),
    )


def _consequence(training: TrainingSet | None) -> str:
    where = "where Whetstone runs, for your trainer. Nothing is started from here."
    if training is None:
        return f"Tells how to build a dataset of the corrections {where}"
    counts = f"{counted(training.corrections, 'correction')}, {counted(training.approved, 'approved answer')}"
    return f"Tells how to build dataset {shortened(one_line(training.name), 60)} ({counts}) {where}"

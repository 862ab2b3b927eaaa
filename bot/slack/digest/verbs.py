"""The one button that leads to a training, with Slack's question before it."""

from __future__ import annotations

from slackblocks import Button, ConfirmationDialogue, PlainText

from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.digest.lead import route_words
from bot.slack.text import shortened
from reviewers.model.digest import Digest

CONSEQUENCE = (
    "Builds a dataset of what was approved and corrected up to the end of that week (approved: at most 30 of 100 rows) "
    "where Whetstone runs, records that you want a training, and tells the programs that its settings name, if any. "
    "Nothing goes live by itself."
)


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
            PlainText(CONSEQUENCE),
            PlainText("Build and accept"),
            PlainText("Cancel"),
        ),
    )

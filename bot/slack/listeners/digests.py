"""Buttons of digests."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.slack import digests
from bot.slack.desk import ReviewDesk, actor_of
from bot.slack.digest.answers import drift_message
from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.forms import notice
from bot.slack.routes import Routes


def register(app: Routes, desk: ReviewDesk) -> None:
    """Route them."""
    app.action(DigestAction.SHOW_DRIFT.value)(partial(_show, desk))


def _show(desk: ReviewDesk, ack: Ack, body: dict[str, Any], action: dict[str, Any], respond: Respond) -> None:
    """Where it was asked, also where Whetstone is no member; the button goes, so that it is shown once."""
    ack()
    actor, value = actor_of(body), DigestValue.parse(action.get("value"))
    desk.people.may_review(actor.user_id, actor.team_id)
    digest = digests.shelf(desk).one(value.week, value.route)
    shown = drift_message(digest, digests.options(digest), so_far=False, shown_by=actor.user_id)
    respond(
        text=shown.text, blocks=shown.blocks, response_type="in_channel", replace_original=False, unfurl_links=False
    )
    told = notice("These comparisons are in the channel now.")
    respond(text=told.text, blocks=told.blocks, replace_original=True)

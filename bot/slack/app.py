"""The Bolt app: the same listeners for Socket Mode and for signed HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.util.utils import create_copy
from slack_sdk import WebClient

from bot.slack import answers
from bot.slack.desk import ReviewDesk
from bot.slack.listeners import (
    batches,
    checks,
    claims,
    commands,
    corrections,
    digests,
    home,
    joining,
    late,
    menus,
    retraining,
    run,
    settings,
    setup,
    threads,
    verdicts,
)
from bot.slack.routes import Routes

FEATURES = (
    verdicts,
    corrections,
    claims,
    menus,
    home,
    checks,
    commands,
    batches,
    run,
    late,
    setup,
    joining,
    threads,
    settings,
    digests,
    retraining,
)
LISTENER_THREADS = 40  # Bolt's default of 5 starves at a handful of simultaneous clicks


def make_app(desk: ReviewDesk, client: WebClient, *, signing_secret: str) -> App:
    """All listeners on one app. Socket Mode needs no signing secret, and its requests are not verified."""
    bare = create_copy(client)
    bare.token = None  # Bolt takes it from `authorize`

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = App(
        client=bare,
        authorize=authorize,  # else Bolt would ask auth.test before the first ack, and a slow Slack make it late
        signing_secret=signing_secret or "unused in Socket Mode",
        token_verification_enabled=False,  # `whetstone check` asks Slack; a start must not wait for it
        listener_executor=ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="listener"),
        raise_error_for_unhandled_request=False,
    )
    routes = Routes(app, answers.teller(desk))
    for feature in FEATURES:
        feature.register(routes, desk)
    return app

"""Whetstone as it is run, with local-slack as its Slack, and answers that wait for a verdict."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import settings as bot_settings
from bot.bootstrap import build_services, upgrade_database
from bot.runtime import Part, running
from bot.settings import Settings
from bot.slack.ids import ActionId
from bot.slack.values import ButtonValue
from reviewers.model import Message, TaskView
from reviewers.workflow.scoring import ScoringStep
from reviewers.workflow.services import Services
from tests.builders import an_output
from tests.second_opinion.workspace import ADDRESS, CHANNEL, Json, Person, buttons, config, started
from tests.workflow.worlds import FixedReader, FixedScorer, risk_of

APP_PORT = 8080
REQUEST_URL = f"http://127.0.0.1:{APP_PORT}/slack/events"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a journey begins."""

    mara: Person
    services: Services

    def card(self, output_id: str) -> Json:
        """The open card of this output, once it is in the channel."""
        task_id = self.view(output_id).task.task_id
        return self.mara.until(lambda: self._card_of(task_id), f"the card of {output_id}")

    def redrawn(self, card: Json) -> Json:
        """The card after its update."""

        def changed() -> Json | None:
            now = self.mara.messages[card["ts"]]
            return now if now["blocks"] != card["blocks"] else None

        return self.mara.until(changed, "the card's update")

    def view(self, output_id: str) -> TaskView:
        """What the store holds of this output's task."""
        with self.services.store.read() as uow:
            task = uow.tasks.for_output(output_id)
            assert task is not None
            return uow.tasks.views([task.task_id])[0]

    def _card_of(self, task_id: str) -> Json | None:
        for message in self.mara.messages.values():
            for _, button in buttons(message.get("blocks") or []):
                if button["action_id"] == ActionId.APPROVE and ButtonValue.parse(button["value"]).task_id == task_id:
                    return message
        return None


@contextmanager
def place(folder: Path, output_ids: Sequence[str], *, signed_http: bool) -> Iterator[Place]:
    """A workspace with one card for each output, over Socket Mode or signed HTTP; enter a network of its own first."""
    chance = secrets.token_hex(8)
    bot, app, secret = f"xoxb-not-a-token-{chance}", f"xapp-not-a-token-{chance}", f"not-a-secret-{chance}"
    with ExitStack() as stack:
        described = config(tokens=(bot, app, secret), request_url=REQUEST_URL if signed_http else "")
        stack.enter_context(started(described, folder))
        mara = Person()
        stack.callback(mara.leave)
        settings = bot_settings.load(
            _env_file=None,
            data_dir=folder,
            database_url="",
            chroma_url="",
            host="127.0.0.1",
            port=APP_PORT,
            slack_bot_token=bot,
            slack_app_token="" if signed_http else app,
            slack_signing_secret=secret if signed_http else "",
            slack_api_url=f"{ADDRESS}/api/",
            channel=CHANNEL,
            policy_file=None,
            post_pace_seconds=0.0,
            log_level="WARNING",
        )
        upgrade_database(settings)
        services = build_services(settings)
        stack.callback(services.store.close)
        _bring(services, settings, output_ids)
        stack.enter_context(running(settings, {Part.WEB, Part.WORKER}))
        if not signed_http:
            mara.until(lambda: mara.connected, "the app's socket")
        yield Place(mara=mara, services=services)


def _bring(services: Services, settings: Settings, output_ids: Sequence[str]) -> None:
    """Receive and select outputs with readings and a risk that are given: no model is loaded here."""
    now = services.clock.now()
    services.intake.receive(
        [
            an_output(
                one,
                created_at=now,
                received_at=now,
                prompt=(Message(role="user", content=f"What does it cost to take out cash ({one})?"),),
            )
            for one in output_ids
        ]
    )

    def failed(part: str, error: Exception) -> None:
        raise AssertionError(part) from error

    step = ScoringStep(
        store=services.store,
        clock=services.clock,
        ids=services.ids,
        metrics=services.metrics,
        policies=services.policies,
        channel=settings.review_channel,
        reader=FixedReader(),
        scorers=(FixedScorer(),),
        assess=risk_of,
        report=failed,
        worker="second-opinion",
    )
    while step.score_batch():
        pass

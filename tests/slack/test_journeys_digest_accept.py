"""A suggestion to retrain on the real app, over both transports: accepted, put off, dismissed, and by whom."""

from __future__ import annotations

import hashlib
import hmac
import json
import shlex
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.slack import digests
from bot.slack.digest.ids import DigestAction, DigestBlock, Dismissed
from bot.slack.digest.suggestion import retraining_message
from reviewers.model import Route
from reviewers.model.digest import Digest
from reviewers.model.telling import DigestMessage, DigestMessageKind
from tests.receivers import Hook, Kept, a_hook
from tests.slack.digests import suggested_digest
from tests.slack.people import CHANNEL, Json, Person, chosen, drawn, labels, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world
from tests.workflow.test_retraining_answers import approve

MARA, JONAS = "U0MARA", "U0JONAS"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEEKS = count(10)
ROUTE = Route(name="Card support", reviewers=(MARA, JONAS), leads=(MARA,))


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    """The team's own web server, which is told of events."""
    with pytest.MonkeyPatch.context() as patched, a_hook() as one:
        patched.setenv("NO_PROXY", "127.0.0.1")
        yield one


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, hook: Hook) -> Iterator[World]:
    """Mara leads Card support, of which one output was approved; the settings name a webhook and a command."""
    events = {
        "webhook_url": hook.url,
        "webhook_secret": SecretStr(SECRET),
        "retrain_command": Kept(folder=tmp_path_factory.mktemp("kept")).template("{week} {route} {dataset}"),
    }
    with a_world(tmp_path_factory.mktemp("accept"), over=request.param, events=events, routes=(ROUTE,)) as world:
        approve(world.store)
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing is remembered of what people were told before."""
    one.begin()
    return one


def suggested(world: World) -> tuple[Digest, Json]:
    """A stored digest of a week of its own that suggests a training, and its message in the channel."""
    digest = replace(suggested_digest(), week=f"2025-W{next(WEEKS)}")
    message = retraining_message(digest, digests.options(digest))
    world.call("chat.postMessage", channel=CHANNEL, **message.arguments())
    posted = world.mara.seen()[-1]
    now = world.clock.now()
    with world.store.begin() as uow:
        uow.digests.add(digest, at=now)
        told = DigestMessage(
            message_id=f"suggestion:{digest.week}:{digest.route}:{CHANNEL}",
            kind=DigestMessageKind.SUGGESTION,
            week=digest.week,
            routes=(digest.route,),
            recipient=CHANNEL,
            made_at=now - timedelta(hours=1),
        )
        uow.digest_messages.add(told)
        uow.digest_messages.set_posting(told.message_id, CHANNEL, posted["ts"])
    return digest, posted


def kept_by(world: World) -> Kept:
    """What the command of the settings keeps: its script is named there, and it lies beside it."""
    return Kept(folder=Path(shlex.split(world.settings.retrain_command)[3]).parent)


def pressed(person: Person, message: Json, action: DigestAction) -> str:
    """What this person alone is told after the press."""
    return " ".join(told_after(person, message, action, times=1))


def told_after(person: Person, message: Json, action: DigestAction, *, times: int) -> list[str]:
    """What this person alone is told after the press, in order."""
    before = len(person.told())
    person.press(message, action)
    return [drawn(one["blocks"]) for one in person.wait_until_told(before + times)[before:]]


def standing(world: World, message: Json, words: str) -> Json:
    """The message once it says this."""
    return until(
        lambda: [one for one in world.mara.seen() if one["ts"] == message["ts"] and words in drawn(one["blocks"])]
    )[0]


def test_accepted_once_with_its_dataset_and_redrawn(world: World) -> None:
    """The button goes; who presses it elsewhere, such as under the digest, reads who was faster."""
    digest, message = suggested(world)
    again = retraining_message(digest, digests.options(digest))
    world.call("chat.postMessage", channel=CHANNEL, **again.arguments())
    copy = world.mara.seen()[-1]
    at_once, then = told_after(world.mara, message, DigestAction.RETRAIN, times=2)
    assert at_once.startswith("*The dataset is being built.* What was decided on Card support up to the end of week")
    assert "The dataset is built: 1 row" in then
    assert "Start retraining" not in labels(standing(world, message, "Retraining accepted")["blocks"])
    assert "Decided before you: accepted by <@U0MARA>" in pressed(world.mara, copy, DigestAction.RETRAIN)
    assert labels(standing(world, copy, "Evidence")["blocks"])  # only the suggestion's own messages are redrawn
    with world.store.read() as uow:
        (answer,) = [one for one in uow.digest_answers.of(digest.route) if one.week == digest.week]
    folder = world.settings.data_dir / "datasets"
    assert answer.by == MARA
    assert (folder / f"whetstone-sft-{answer.dataset[:12]}.jsonl").exists()


def test_accepted_training_is_told_to_webhook_and_command(world: World, hook: Hook) -> None:
    """The message says who is told; both read the same event, and the webhook can check that it is ours."""
    world.deliver()  # what other tests accepted
    digest, message = suggested(world)
    hook.seen.clear()
    hook.answers[:] = [(500, {})]
    told_after(world.mara, message, DigestAction.RETRAIN, times=2)
    words = drawn(standing(world, message, "Retraining accepted")["blocks"])
    assert "Whetstone tells the webhook and runs the command of its settings" in words
    world.deliver()
    world.clock.ahead += timedelta(seconds=2)  # the first delay of the outbox is a second
    world.deliver()
    refused, posted = hook.seen
    assert refused.body == posted.body
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    key = b64decode(SECRET.removeprefix("whsec_"))
    assert posted.headers["webhook-signature"] == f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
    event = json.loads(posted.body)
    with world.store.read() as uow:
        kept = uow.webhook_events.get(posted.headers["webhook-id"])
    assert kept is not None
    assert kept.body == event
    data = event["data"]
    assert (data["week"], data["route"], data["by"]) == (digest.week, digest.route, MARA)
    path = Path(data["dataset"]["path"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == data["dataset"]["sha256"]
    (run,) = [one for one in kept_by(world).told if one["words"][0] == digest.week]
    assert run["words"] == [digest.week, digest.route, str(path)]
    assert json.loads(run["given"]) == event


def test_only_a_lead_accepts_and_a_guest_not_even_sees_the_dataset(world: World) -> None:
    """Nothing is recorded."""
    digest, message = suggested(world)
    for action in (DigestAction.RETRAIN, DigestAction.RETRAIN_SNOOZE, DigestAction.RETRAIN_DISMISS):
        assert "Only a lead of this route" in pressed(world.jonas, message, action)
    assert "You are a guest here" in pressed(world.person("U0GUEST"), message, DigestAction.RETRAIN_DATASET)
    assert "The dataset is built: 1 row" in told_after(world.jonas, message, DigestAction.RETRAIN_DATASET, times=2)[1]
    with world.store.read() as uow:
        assert not [one for one in uow.digest_answers.of(digest.route) if one.week == digest.week]


def test_snoozed_suggestion_says_until_when(world: World) -> None:
    """Its buttons go."""
    _, message = suggested(world)
    world.mara.press(message, DigestAction.RETRAIN_SNOOZE)
    assert not labels(standing(world, message, "snoozed until")["blocks"])


def test_dismissing_asks_why_and_says_it_in_the_channel(world: World) -> None:
    """The reason is in the form's words."""
    _, message = suggested(world)
    world.mara.press(message, DigestAction.RETRAIN_DISMISS)
    until(world.mara.stack)
    world.mara.hand_in({DigestBlock.WHY.value: {DigestAction.WHY.value: chosen(Dismissed.NOT_ENOUGH.value)}})
    assert "The evidence does not convince." in drawn(standing(world, message, "dismissed")["blocks"])

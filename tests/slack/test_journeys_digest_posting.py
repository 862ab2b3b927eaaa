"""A digest on its way into the sandbox: pictures that are worked on, a lost answer, bars that a workspace refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reviewers.decisions import digest_messages
from reviewers.model.digest import Digest, Headline
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import DigestMessage, DigestMessageKind, WatchName, WatchStart
from reviewers.ports import OutboxItem, OutboxKind
from reviewers.workflow.digest_outbox import enqueue
from tests.digests import MONDAY, a_digest, a_finding, a_quiet_digest
from tests.slack.people import CHANNEL, Json
from tests.slack.worlds import SOCKETS, World, a_world
from tests.watches import KNOWN

WEEKS = iter(f"2026-W{week}" for week in range(10, 47))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace to which digests are posted."""
    with a_world(tmp_path_factory.mktemp("posting"), over=SOCKETS) as world:
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing is broken."""
    one.begin()
    return one


def due(world: World, digest: Digest | None = None) -> str:
    """Store a digest (None: of drift) with its message; the message's id."""
    digest = replace(digest or a_digest(), week=next(WEEKS))
    message_id = f"route:{digest.week}:{digest.route}:{CHANNEL}"
    now = world.clock.now()
    with world.store.begin() as uow:
        uow.digests.add(digest, at=now)
        uow.digest_messages.add(
            DigestMessage(
                message_id=message_id,
                kind=DigestMessageKind.ROUTE,
                week=digest.week,
                routes=(digest.route,),
                recipient=CHANNEL,
                made_at=now,
            )
        )
        uow.outbox.add(
            OutboxItem(
                key=f"digest:{message_id}",
                kind=OutboxKind.POST_DIGEST,
                message_id=message_id,
                line=message_id,
                channel=CHANNEL,
                due_at=now,
            )
        )
    return message_id


def deliver(world: World, minutes: int = 5) -> None:
    """Let the outbox work for a while of the clock's time."""
    for _ in range(minutes * 20):
        world.deliver()
        if world.publisher.next_due() is None:
            return
        world.advance(3)


def posted(world: World, message_id: str) -> list[Json]:
    """Calls that posted this message, whatever came of them."""
    return [
        entry["request"]
        for entry in world.journal("chat.postMessage")
        if (entry["request"].get("metadata") or {}).get("event_payload", {}).get("message_id") == message_id
    ]


def files(message: Json) -> list[str]:
    """Ids of the pictures in a message."""
    return [block["slack_file"]["id"] for block in message["blocks"] if block["type"] == "image"]


def test_change_that_is_sure_is_told_to_a_lead_in_a_direct_message(world: World) -> None:
    """Once, with its rates, after how many reviews it was found, and how often it would be wrong; no digest is near."""
    start = WatchStart(
        watch=WatchName(route="Card <support>"), baseline=KNOWN, weekly_reviews=50.0, begins_at=MONDAY, made_at=MONDAY
    )
    finding = a_finding(part=PartKind.ALL, name="")
    told = digest_messages.alerts(start, finding, ("U0MARA",), week="2026-W47", reviews=64, at=world.clock.now())
    for _ in range(2):
        with world.store.begin() as uow:
            for message in told:
                enqueue(uow, message)
        deliver(world)
    (sent,) = posted(world, told[0].message_id)
    assert world.mara.messages_of_app()[-1]["text"] == sent["text"]
    assert "more wrong answers since" in sent["text"]
    assert "31 of 100 wrong, before 9" in sent["text"]
    assert "Found after 64 reviews" in sent["text"]
    assert "once in 20 years" in sent["text"]
    assert "<support>" not in sent["text"]


def test_digest_stands_with_its_picture_and_its_details_below(world: World) -> None:
    """Slack works on the picture for two seconds; the message never shows one that is not ready."""
    message_id = due(world)
    deliver(world)
    (root,) = posted(world, message_id)
    assert len(files(root)) == 1
    with world.store.read() as uow:
        kept = uow.digest_messages.get(message_id)
        below = [one for one in uow.digest_messages.of(kept.week, kept.routes[0]) if one.parent_id] if kept else []
    assert kept is not None
    assert kept.ts
    assert len(below) >= 4
    for one in below:
        (detail,) = posted(world, one.message_id)
        assert detail["thread_ts"] == kept.ts
    assert not world.publisher.next_due()


def test_lost_answer_leads_to_no_second_digest(world: World) -> None:
    """It took effect and nobody heard of it: it is found by its metadata."""
    message_id = due(world)
    world.arm("chat.postMessage", "drop_response_after_commit", times=1)
    deliver(world)
    assert len(posted(world, message_id)) == 1
    with world.store.read() as uow:
        kept = uow.digest_messages.get(message_id)
    assert kept is not None
    assert kept.ts


def test_upload_is_not_repeated_when_the_message_was_not_taken(world: World) -> None:
    """Something broke on Slack's side just then; the file of before is shown."""
    message_id = due(world)
    before = len(world.journal("files.completeUploadExternal"))
    world.arm("chat.postMessage", "error", times=1, error="internal_error")
    deliver(world)
    with world.store.read() as uow:
        kept = uow.digest_messages.get(message_id)
        assert kept is not None
        pictures = [name for one in uow.digest_messages.of(kept.week, kept.routes[0]) for name, _ in one.files]
    assert kept.ts
    assert pictures
    assert len(world.journal("files.completeUploadExternal")) - before == len(pictures)


def test_posted_digest_has_words_for_whoever_sees_no_picture(world: World) -> None:
    """Each picture's alt text tells its numbers, and the fallback text names what moved."""
    message_id = due(world)
    deliver(world)
    (root,) = posted(world, message_id)
    alts = [block["alt_text"] for block in root["blocks"] if block["type"] == "image"]
    assert alts
    assert all(any(sign.isdigit() for sign in alt) for alt in alts)
    assert "more wrong answers" in root["text"]
    assert "What moved" in root["text"]


def test_week_without_answers_is_told_in_one_block_without_a_picture(world: World) -> None:
    """It had answers before, so its silence is worth a sentence."""
    empty = a_quiet_digest(headline=Headline.NO_TRAFFIC, outputs=0)
    message_id = due(world, empty)
    deliver(world)
    (root,) = posted(world, message_id)
    assert [block["type"] for block in root["blocks"]] == ["section"]
    assert Headline.NO_TRAFFIC.value in root["text"]

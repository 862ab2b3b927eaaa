"""A digest goes out once: its pictures first, then the message, then its details in the thread."""

from __future__ import annotations

from reviewers.model.telling import DigestMessage, DigestMessageKind
from reviewers.ports import OutboxItem, OutboxKind
from tests.digests import a_digest
from tests.fakes import MemoryStore
from tests.workflow.worlds import BreakingStore, World

ROOT = "route:2026-W47:Card support:C0DIGEST"


def a_world(store: MemoryStore | None = None, *, stored: bool = True) -> World:
    """A digest is stored, and its message is due."""
    world = World(store)
    digest = a_digest()
    message = DigestMessage(
        message_id=ROOT,
        kind=DigestMessageKind.ROUTE,
        week=digest.week,
        routes=(digest.route,),
        recipient="C0DIGEST",
        made_at=world.clock.now(),
    )
    with world.store.begin() as uow:
        if stored:
            uow.digests.add(digest, at=world.clock.now())
        uow.digest_messages.add(message)
        uow.outbox.add(
            OutboxItem(
                key=f"digest:{ROOT}",
                kind=OutboxKind.POST_DIGEST,
                message_id=ROOT,
                line=ROOT,
                channel="C0DIGEST",
                due_at=world.clock.now(),
            )
        )
    return world


def deliver(world: World) -> None:
    """Until nothing is due any more."""
    for _ in range(100):
        world.deliver()
        due = world.publisher.next_due()
        if due is None:
            return
        world.clock.advance(max(1.0, (due - world.clock.now()).total_seconds()))


def test_details_follow_in_the_thread_of_the_message() -> None:
    """The picture is uploaded once, and stands in the message alone."""
    world = a_world()
    deliver(world)
    assert world.digests_in_slack.posted == [
        (ROOT, "", ("F1",)),
        (f"detail:{ROOT}:0", "1.0", ()),
        (f"detail:{ROOT}:1", "1.0", ()),
    ]
    assert world.digests_in_slack.uploads == ["error-rate"]


def test_lost_answer_is_looked_up_before_the_message_is_posted_again() -> None:
    """It stands there once, and its details below it."""
    world = a_world()
    world.digests_in_slack.lose_answers = 1
    deliver(world)
    assert [message_id for message_id, _, _ in world.digests_in_slack.posted].count(ROOT) == 1
    assert len(world.digests_in_slack.posted) == 3
    assert world.digests_in_slack.uploads == ["error-rate"]


def test_store_that_fails_after_the_call_leaves_one_message() -> None:
    """It was posted, and where it stands could not be stored: it is looked for, and its details follow."""
    store = BreakingStore()
    world = a_world(store)
    store.breaks_in = 3  # the lease, the picture, then the place of the message
    deliver(world)
    assert [message_id for message_id, _, _ in world.digests_in_slack.posted].count(ROOT) == 1
    assert len(world.digests_in_slack.posted) == 3


def test_message_waits_for_its_picture_and_uploads_it_once() -> None:
    """Three looks until Slack is done with it."""
    world = a_world()
    world.digests_in_slack.looks_until_ready = 3
    deliver(world)
    assert world.digests_in_slack.posted[0] == (ROOT, "", ("F1",))
    assert world.digests_in_slack.uploads == ["error-rate"]


def test_picture_that_never_is_ready_is_left_out() -> None:
    """The message goes after six looks, and says in words what the picture would show."""
    world = a_world()
    world.digests_in_slack.looks_until_ready = 1_000
    deliver(world)
    assert world.digests_in_slack.posted[0] == (ROOT, "", ())
    assert world.metrics.of("digest_pictures_left_out") == 1


def test_workspace_that_takes_no_files_has_the_message_without_picture() -> None:
    """A refused upload is no reason to keep a digest back."""
    world = a_world()
    world.digests_in_slack.refuse_uploads = True
    deliver(world)
    assert world.digests_in_slack.posted[0] == (ROOT, "", ())


def test_message_without_its_digest_is_given_up_and_reported() -> None:
    """An operator reads why."""
    world = a_world(stored=False)
    deliver(world)
    assert not world.digests_in_slack.posted
    with world.store.read() as uow:
        assert [item.last_error for item in uow.outbox.dead()] == ["unknown_digest"]

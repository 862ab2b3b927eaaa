"""One card a task, exactly once, whatever Slack does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewers.errors import OutcomeUnknown, RateLimited, Refused, Unready
from reviewers.model import Notice, NoticeKind, VerdictKind
from reviewers.workflow.review import post_notice
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.workflow.worlds import BreakingStore, World


def drain(world: World, seconds: float = 600) -> None:
    """Let the outbox run on the test's clock."""
    for _ in range(int(seconds)):
        world.publisher.deliver_due()
        world.clock.advance(1)


def test_card_is_posted_and_its_place_remembered() -> None:
    """Channel and timestamp come back with the task."""
    world = World()
    (task,) = world.bring(an_output())
    drain(world, 3)
    assert world.slack.posted == [(task, 1)]
    posting = world.verdicts.view(task).task.posting
    assert posting is not None
    assert posting.ts == f"ts-of-{task}"


def test_update_waits_for_its_card() -> None:
    """A verdict before the card was posted: post first, then the update."""
    world = World()
    (task,) = world.bring(an_output())
    world.slack.script = [RateLimited(30)]
    world.publisher.deliver_due()
    world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    world.publisher.deliver_due()
    assert (world.slack.posted, world.slack.updated) == ([], [])
    drain(world, 40)
    assert world.slack.posted == [(task, 2)]
    assert world.slack.updated == [task]


def test_lost_answer_is_looked_up_before_posting_again() -> None:
    """The card was posted and the answer lost: one card, found by its metadata."""
    world = World()
    (task,) = world.bring(an_output())
    world.slack.script = ["lost"]
    drain(world, 10)
    assert (len(world.slack.posted), world.slack.looked) == (1, 1)
    assert world.verdicts.view(task).task.posting is not None


def test_unknown_outcome_that_did_not_happen_is_posted_again() -> None:
    """The connection broke before Slack took it: looked for, not found, posted."""
    world = World()
    world.bring(an_output())
    world.slack.script = [OutcomeUnknown("reset")]
    drain(world, 10)
    assert (len(world.slack.posted), world.slack.looked) == (1, 1)


def test_worker_killed_between_post_and_commit_leaves_one_card() -> None:
    """The lease runs out, another worker looks first, and finds it."""
    world = World()
    (task,) = world.bring(an_output())
    world.slack.script = ["killed"]
    with pytest.raises(KeyboardInterrupt):
        world.publisher.deliver_due()
    other = world.new_publisher("w2")
    assert other.deliver_due() == 0
    world.clock.advance(61)
    assert other.deliver_due() == 1
    assert len(world.slack.posted) == 1
    assert world.verdicts.view(task).task.posting is not None


def test_store_that_fails_after_the_call_leaves_one_card() -> None:
    """Slack took it, and where it stands could not be stored: it is looked for before it is posted again."""
    store = BreakingStore()
    world = World(store)
    (task,) = world.bring(an_output())
    store.breaks_in = 2  # the lease, then the place of the card
    drain(world, 10)
    assert (len(world.slack.posted), world.slack.looked) == (1, 1)
    assert world.verdicts.view(task).task.posting is not None


def test_call_that_slack_refused_is_made_again_without_a_look() -> None:
    """Nothing was posted, so the second attempt posts."""
    world = World()
    (task,) = world.bring(an_output())
    world.slack.script = [Unready("not_in_channel")]
    drain(world, 10)
    assert (world.slack.posted, world.slack.looked) == ([(task, 2)], 0)


def test_store_that_fails_after_the_call_leaves_one_direct_message() -> None:
    """As with cards."""
    store = BreakingStore()
    world = World(store)
    notice = Notice(
        notice_id="n-1", kind=NoticeKind.REMINDER, recipient="U0MARA", task_ids=(), created_at=world.clock.now()
    )
    with store.begin() as uow:
        post_notice(uow, notice)
    store.breaks_in = 2
    drain(world, 10)
    assert (len(world.slack.told), world.slack.looked) == (1, 1)
    with store.read() as uow:
        standing = uow.notices.get("n-1")
    assert standing is not None
    assert standing.ts == "ts-of-n-1"


def test_rate_limit_pauses_the_channel_and_loses_nothing() -> None:
    """Five cards, a 429 on the second: each is posted once, in the order they fell due."""
    world = World()
    tasks = world.bring(*(an_output(f"o-{n}") for n in range(5)))
    world.slack.script = ["", RateLimited(20)]
    drain(world, 60)
    assert [task for task, _ in world.slack.posted] == tasks


def test_posts_keep_a_second_apart_in_one_channel() -> None:
    """Slack asks for about one message a second and channel; other channels do not wait."""
    world = World()
    world.bring(an_output("o-1"), an_output("o-2"))
    world.publisher.deliver_due()
    assert len(world.slack.posted) == 1
    world.clock.advance(1)
    world.publisher.deliver_due()
    assert len(world.slack.posted) == 2


def test_pace_is_no_failed_attempt() -> None:
    """Thirty cards in one channel: each is posted at its first attempt, however long it waited."""
    world = World()
    world.bring(*(an_output(f"o-{n}") for n in range(30)))
    drain(world, 90)
    assert [attempt for _, attempt in world.slack.posted] == [1] * 30


def test_item_is_not_begun_near_the_end_of_its_lease() -> None:
    """The first call takes 40 of 60 s: the second item is put back, since another worker may soon take it."""
    world = World()
    world.publisher = replace(world.publisher, post_pace_seconds=0.0)
    world.bring(an_output("o-1"), an_output("o-2"))
    world.slack.seconds = 40
    world.publisher.deliver_due()
    assert len(world.slack.posted) == 1
    world.slack.seconds = 0
    world.publisher.deliver_due()
    assert len(world.slack.posted) == 2


def test_final_refusal_is_kept_for_an_operator() -> None:
    """An archived channel: not tried again by itself, visible and counted."""
    world = World()
    world.bring(an_output())
    world.slack.script = [Refused("is_archived")]
    drain(world, 5)
    with world.store.read() as uow:
        assert [item.last_error for item in uow.outbox.dead()] == ["is_archived"]
    assert world.metrics.of("outbox_dead", kind="post_card") == 1
    assert len(world.reports) == 1

"""An accepted training is recorded with its event, and each program is told of it, whatever befalls the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reviewers.errors import Refused, Unavailable
from reviewers.model import Route
from reviewers.model.telling import Receiver, WebhookEvent
from reviewers.ports import OutboxItem, OutboxKind
from reviewers.workflow.event_publish import add_event
from reviewers.workflow.retraining_answers import RetrainingDesk
from tests.slack.digests import suggested_digest
from tests.workflow.test_retraining_answers import approve
from tests.workflow.worlds import ScriptedSink, World

DIGEST = suggested_digest()
BOTH = tuple(Receiver)


def a_world() -> World:
    """Mara leads Card support, of which one output was approved."""
    world = World(routes=(Route(name=DIGEST.route, leads=("U0MARA",)),))
    approve(world.store)
    return world


def accepted(world: World, folder: Path, receivers: tuple[Receiver, ...]) -> WebhookEvent:
    """The event of an accepted suggestion, as it is stored."""
    desk: RetrainingDesk = replace(world.services.retraining, receivers=receivers)
    decided = desk.accept(DIGEST, "U0MARA", str(folder))
    assert desk.told(decided.answer) == receivers
    with world.store.read() as uow:
        event = uow.webhook_events.get(f"evt_{decided.answer.answer_id}")
    assert event is not None
    return event


def deliver(world: World, hours: float = 1) -> None:
    """All that falls due within these hours."""
    until = world.clock.now() + timedelta(hours=hours)
    due = world.publisher.next_due()
    while due is not None and due <= until:
        world.clock.advance(max(0.0, (due - world.clock.now()).total_seconds()))
        world.publisher.deliver_due()
        due = world.publisher.next_due()


def told(world: World) -> dict[str, int]:
    """How often each program took an event."""
    return {receiver.value: len(sink.told) for receiver, sink in world.sinks.items()}


def test_event_says_which_file_and_why(tmp_path: Path) -> None:
    """Week, route, person, the dataset with its hash and manifest, and the numbers behind the suggestion."""
    world = a_world()
    event = accepted(world, tmp_path, BOTH)
    assert isinstance(event.body, dict)
    assert (event.type, event.body["type"], event.created_at) == ("retraining.accepted",) * 2 + (world.clock.now(),)
    data = event.body["data"]
    assert isinstance(data, dict)
    dataset, suggestion = data["dataset"], data["suggestion"]
    assert isinstance(dataset, dict)
    assert isinstance(suggestion, dict)
    assert [data[name] for name in ("event_id", "week", "route", "by", "receivers")] == [
        event.event_id,
        "2026-W47",
        "Card support",
        "U0MARA",
        ["webhook", "command"],
    ]
    name = f"whetstone-sft-{str(dataset['sha256'])[:12]}"
    assert dataset == {
        "version": dataset["sha256"],
        "sha256": dataset["sha256"],
        "path": str(tmp_path / f"{name}.jsonl"),
        "manifest": str(tmp_path / f"{name}.manifest.json"),
        "format": "sft",
        "rows": 1,
    }
    assert (tmp_path / f"{name}.manifest.json").exists()
    assert suggestion["evidence"] == {
        "met": "met",
        "value": 0.14,
        "low": 0.09,
        "target": 0.05,
        "crossed": True,
        "reviewed": DIGEST.suggestion.evidence.reviewed,
    }


def test_each_program_is_told_once(tmp_path: Path) -> None:
    """At once, and never again."""
    world = a_world()
    event = accepted(world, tmp_path, BOTH)
    deliver(world)
    assert [sink.told for sink in world.sinks.values()] == [[event], [event]]
    assert world.metrics.of("events_told", receiver="webhook") == 1


def test_failure_of_one_neither_holds_up_nor_repeats_the_other(tmp_path: Path) -> None:
    """The webhook is away three times; the command is told at the first turn, and only then."""
    world = a_world()
    accepted(world, tmp_path, BOTH)
    world.sinks[Receiver.WEBHOOK].script = [Unavailable("Away.")] * 3
    world.deliver()
    assert told(world) == {"webhook": 0, "command": 1}
    deliver(world)
    assert told(world) == {"webhook": 1, "command": 1}
    assert world.metrics.of("outbox_retried", kind="emit_event") == 3


def test_worker_that_dies_before_it_remembers_tells_the_same_event_again(tmp_path: Path) -> None:
    """At least once: after the lease of a minute, with the id that the program has seen, so that it can tell."""
    world = a_world()
    event = accepted(world, tmp_path, (Receiver.COMMAND,))
    sink = world.sinks[Receiver.COMMAND]
    tell = world.new_publisher("w2")
    dying = replace(tell, events=lambda item: _die_after(sink, event, item.outcome_unknown))
    with pytest.raises(KeyboardInterrupt):
        dying.deliver_due()
    assert sink.told == [event]
    deliver(world)
    assert sink.told == [event, event]


def _die_after(sink: ScriptedSink, event: WebhookEvent, tried: bool) -> None:
    assert not tried
    sink.tell(event, at=event.created_at)
    raise KeyboardInterrupt


def test_program_that_wants_no_more_is_given_up_and_the_other_is_told(tmp_path: Path) -> None:
    """Operators see it among what was refused, and can have it told again."""
    world = a_world()
    accepted(world, tmp_path, BOTH)
    world.sinks[Receiver.WEBHOOK].script = [Refused("webhook_gone")]
    deliver(world)
    assert told(world) == {"webhook": 0, "command": 1}
    with world.store.begin() as uow:
        assert [(item.channel, item.last_error) for item in uow.outbox.dead()] == [("webhook", "webhook_gone")]
        uow.outbox.revive(world.clock.now())
    deliver(world)
    assert told(world) == {"webhook": 1, "command": 1}


def test_nobody_is_told_where_the_settings_name_nobody(tmp_path: Path) -> None:
    """The event is recorded and says so; nothing is due, and nothing was refused."""
    world = a_world()
    event = accepted(world, tmp_path, ())
    assert isinstance(event.body, dict)
    assert isinstance(event.body["data"], dict)
    assert event.body["data"]["receivers"] == []
    assert world.publisher.next_due() is None


def test_only_the_press_that_accepts_makes_an_event(tmp_path: Path) -> None:
    """Who comes second, puts it off or dismisses it tells nobody."""
    world = a_world()
    accepted(world, tmp_path, BOTH)
    desk = replace(world.services.retraining, receivers=BOTH)
    desk.accept(DIGEST, "U0MARA", str(tmp_path))
    put_off = desk.postpone(replace(DIGEST, week="2026-W48"), "U0MARA")
    assert desk.told(put_off.answer) == ()
    deliver(world)
    assert told(world) == {"webhook": 1, "command": 1}


@pytest.mark.parametrize(
    ("event_id", "channel", "why"), [("e-9", "webhook", "unknown_event"), ("e-1", "", "no_receiver")]
)
def test_item_without_event_or_receiver_is_given_up(event_id: str, channel: str, why: str) -> None:
    """A program that left the settings is told once it stands there again."""
    world = World()
    event = WebhookEvent(event_id="e-1", type="test", body={}, created_at=world.clock.now())
    with world.store.begin() as uow:
        add_event(uow, event, ())
        uow.outbox.add(
            OutboxItem(
                key="event:x", kind=OutboxKind.EMIT_EVENT, event_id=event_id, channel=channel, due_at=event.created_at
            )
        )
    world.deliver()
    with world.store.read() as uow:
        assert [item.last_error for item in uow.outbox.dead()] == [why]
    assert told(world) == {"webhook": 0, "command": 0}

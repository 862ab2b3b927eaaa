"""Tell other programs of an event: each one at least once, and one's failure is no reason to tell the other again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewers.errors import Refused
from reviewers.model.telling import Receiver, WebhookEvent
from reviewers.ports import Clock, Metrics, OutboxItem, OutboxKind, Store, UnitOfWork
from reviewers.ports.outside import EventSink


@dataclass(frozen=True, kw_only=True, slots=True)
class EventPublisher:
    """Delivers one item of the outbox that tells one program of one event."""

    store: Store
    clock: Clock
    metrics: Metrics
    sinks: Mapping[Receiver, EventSink]

    def tell(self, item: OutboxItem) -> None:
        """Tell the item's receiver; an attempt whose end nobody saw is made again. Raises what it raises, and Refused.

        Refused: `unknown_event`, or `no_receiver` where the settings no longer name it.
        """
        with self.store.read() as uow:
            event = uow.webhook_events.get(item.event_id)
        if event is None:
            raise Refused("unknown_event")
        sink = next((sink for receiver, sink in self.sinks.items() if receiver.value == item.channel), None)
        if sink is None:
            raise Refused("no_receiver")
        sink.tell(event, at=self.clock.now())
        with self.store.begin() as uow:
            uow.outbox.done(item.key)
        self.metrics.count("events_told", receiver=item.channel)


def add_event(uow: UnitOfWork, event: WebhookEvent, receivers: tuple[Receiver, ...]) -> None:
    """Record it, and make it due once a receiver: each has a line of its own, so that none waits for another."""
    if not uow.webhook_events.add(event):
        return
    for receiver in receivers:
        uow.outbox.add(
            OutboxItem(
                key=f"event:{event.event_id}:{receiver.value}",
                kind=OutboxKind.EMIT_EVENT,
                event_id=event.event_id,
                channel=receiver.value,
                due_at=event.created_at,
            )
        )

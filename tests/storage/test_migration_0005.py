"""The step to digests, with rows: cards that wait go out as before, earlier decisions are found, digests stay."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from reviewers.ports import OutboxKind
from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import NOON
from tests.digests import a_digest
from tests.storage.test_migration_0003 import upgrade
from tests.storage.test_store_contract_features import ROUTE, some_features

ROWS = (
    """INSERT INTO outputs (number, output_id, body_hash, model, model_version, hold, created_at, received_at, body)
       VALUES (1, 'o-1', 'h', '"helpdesk-8b"', '"2026-11-03"', false, :noon, :noon, '{}')""",
    """INSERT INTO sampling_decisions (output_id, selected, inclusion_probability, reason, rule, channel,
           policy_version, draw, decided_at, route, stratum)
       VALUES ('o-1', true, 1.0, 'risk', '""', '', 'p', 0.5, :noon, :route, 'drawn')""",
    """INSERT INTO review_tasks (task_id, output_id, number, channel, hold, state, created_at, handed_on_by, priority,
           due_order) VALUES ('t-1', 'o-1', 1, 'C', false, 'open', :noon, '', 1, :noon)""",
    """INSERT INTO outbox (key, kind, task_id, line, channel, state, due_at, free_at, leased, worker, attempts,
           outcome_unknown, last_error)
       VALUES ('post:t-1', 'post_card', 't-1', 't-1', 'C', 'waiting', :noon, :noon, false, '', 0, false, '""')""",
)


def test_what_waited_before_digests_came_goes_out_and_what_was_decided_is_compared(blank_url: str) -> None:
    """A card that waits names no message and no event; an earlier output gets features and is in its route's window."""
    engine = make_engine(blank_url)
    noon = NOON.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else NOON
    with engine.begin() as connection:
        upgrade(connection, "0004")
        for statement in ROWS:
            values = {"noon": noon} | ({"route": '"Card \\u201csupport\\u201d"'} if ":route" in statement else {})
            connection.execute(text(statement), values)
    migrations.upgrade_engine(engine)

    store, digest = SqlStore(engine), a_digest()
    with store.begin() as uow:
        (item,) = uow.outbox.claim_due(limit=9, now=NOON, lease_seconds=60.0, worker="w")
        uow.features.add([some_features("o-1")])
        assert uow.digests.add(digest, at=NOON)
    with store.read() as uow:
        (block,) = uow.features.blocks(NOON, NOON.replace(hour=13), route=ROUTE)
        assert uow.digests.get(digest.route, digest.week) == digest
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE digests SET body = ''"))
    store.close()
    assert (item.key, item.kind, item.task_id) == ("post:t-1", OutboxKind.POST_CARD, "t-1")
    assert (item.message_id, item.event_id) == ("", "")
    assert block.output_ids == ("o-1",)

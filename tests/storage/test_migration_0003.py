"""The step to plans and cuts, with rows: earlier decisions get what is known of them, and stay in no stratum."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import Connection, text

from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import NOON

BODY = '{"readings":[],"risk":["prior-1",0,[]],"failure":"","documents_searched":0}'
ROWS = (
    """INSERT INTO outputs (number, output_id, body_hash, model, model_version, hold, created_at, received_at, body)
       VALUES (1, 'o-1', 'h', '"helpdesk-8b"', '"2026-11-03"', false, :noon, :noon, '{}'),
              (2, 'o-2', 'h', '"helpdesk-8b"', '""', false, :noon, :noon, '{}')""",
    """INSERT INTO assessments (output_id, risk, assessed_at, body)
       VALUES ('o-1', 0.62, :noon, :body), ('o-2', NULL, :noon, :body)""",
    """INSERT INTO sampling_decisions (output_id, selected, inclusion_probability, reason, rule, channel,
           policy_version, draw, decided_at)
       VALUES ('o-1', true, 1.0, 'risk', '""', '', 'p', 0.5, :noon),
              ('o-2', false, 0.05, 'not_selected', '""', '', 'p', 0.5, :noon)""",
    """INSERT INTO review_tasks (task_id, output_id, number, channel, hold, state, created_at, handed_on_by, priority,
           due_order, route)
       VALUES ('t-1', 'o-1', 1, 'C', false, 'open', :noon, '', 1, :noon, '"Card support"')""",
    """INSERT INTO notices (notice_id, kind, recipient, task_ids, about, created_at, channel, ts)
       VALUES ('n-1', 'reminder', 'U0MARA', '["t-1"]', '', :noon, '', '')""",
)


def upgrade(connection: Connection, to: str) -> None:
    """Bring it to this step."""
    config = migrations.configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def test_earlier_decisions_get_risk_model_and_route(blank_url: str) -> None:
    """An output without a task had a route that nobody kept, so it is in none."""
    engine = make_engine(blank_url)
    noon = NOON.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else NOON
    with engine.begin() as connection:
        upgrade(connection, "0002")
        for statement in ROWS:
            values: dict[str, Any] = {"noon": noon} | ({"body": BODY} if ":body" in statement else {})
            connection.execute(text(statement), values)
    with engine.begin() as connection:
        upgrade(connection, "head")

    store = SqlStore(engine)
    with store.read() as uow:
        first, second = uow.decisions.get("o-1"), uow.decisions.get("o-2")
        notice = uow.notices.get("n-1")
        everything, cards = (
            uow.decisions.sample(NOON, NOON.replace(hour=13), route=route) for route in (None, "Card support")
        )
    store.close()
    assert first is not None
    assert second is not None
    assert (first.risk, first.model, first.route, first.stratum) == (
        0.62,
        "helpdesk-8b 2026-11-03",
        "Card support",
        None,
    )
    assert (second.risk, second.model, second.route) == (None, "helpdesk-8b", "")
    assert first.stratum is second.stratum is None
    assert (first.keep_probability, first.plan_version, first.cluster) == (1.0, "", 0)
    assert notice is not None
    assert (notice.route, notice.signal, notice.queue_cut) == ("", None, None)
    assert (len(everything), everything.strata, len(cards)) == (2, ("",), 0)

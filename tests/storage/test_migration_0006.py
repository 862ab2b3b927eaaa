"""The step to changed sources, with rows: tasks that are there were reopened by nothing."""

from __future__ import annotations

from sqlalchemy import text

from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import NOON
from tests.decisions.test_source_changes import a_change
from tests.storage.test_migration_0003 import upgrade
from tests.storage.test_migration_0005 import ROWS


def test_tasks_from_before_have_no_change_and_a_change_is_kept(blank_url: str) -> None:
    """And the views of both are drawn."""
    engine = make_engine(blank_url)
    noon = NOON.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else NOON
    with engine.begin() as connection:
        upgrade(connection, "0005")
        for statement in ROWS:
            values = {"noon": noon} | ({"route": '"Card \\u201csupport\\u201d"'} if ":route" in statement else {})
            connection.execute(text(statement), values)
    migrations.upgrade_engine(engine)

    store = SqlStore(engine)
    with store.begin() as uow:
        task = uow.tasks.get("t-1")
        assert uow.source_changes.add(a_change())
        assert [one.change_id for one in uow.source_changes.waiting(9)] == ["sc_1"]
    store.close()
    assert task is not None
    assert task.change_id == ""

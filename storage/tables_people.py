"""The tables of what people do beside verdicts: replies, notices, settings, routes, checks; and events seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, Table, Text, UniqueConstraint
from sqlmodel import SQLModel

from storage.columns import Id, JsonText, UtcDateTime, column, key, partial, running


class DatasetUseRow(SQLModel, table=True):
    """One resolution that went into a dataset file."""

    __tablename__ = "dataset_uses"
    __table_args__ = (
        UniqueConstraint("version", "format", "task_id", "revision", name="uq_dataset_uses"),
        Index("ix_dataset_uses_task", "task_id", "position"),
    )

    position: int = running()
    version: str = column(Text())
    format: str = column(Text())
    path: str = column(Text())
    task_id: str = key("review_tasks.task_id")
    revision: int = column(Integer())
    built_at: datetime = column(UtcDateTime())


class ReplyRow(SQLModel, table=True):
    """What somebody wrote in a card's thread."""

    __tablename__ = "replies"
    __table_args__ = (
        UniqueConstraint("channel", "ts", name="uq_replies_message"),
        Index("ix_replies_task", "task_id", "position"),
    )

    position: int = running()
    task_id: str = key("review_tasks.task_id")
    channel: str = column(Text())
    ts: str = column(Text())
    author: str = column(Text())
    text: str = column(JsonText())
    written_at: datetime = column(UtcDateTime())


class NoticeRow(SQLModel, table=True):
    """A direct message; `about` is the task of a dispute, by which it is found again."""

    __tablename__ = "notices"
    __table_args__ = (partial("ix_notices_about", "about <> ''", "about", "created_at"),)

    notice_id: str = key(primary=True)
    kind: str = column(Text())
    recipient: str = column(Text())
    task_ids: Any = column(JsonText())
    about: str = column(Id)
    created_at: datetime = column(UtcDateTime())
    channel: str = column(Text())
    ts: str = column(Text())
    route: str = column(JsonText(), default="'\"\"'")
    signal: Any = column(JsonText(), optional=True)
    queue_cut: Any = column(JsonText(), optional=True)
    proof_change: Any = column(JsonText(), optional=True)


class PreferencesRow(SQLModel, table=True):
    """What a reviewer set for themselves."""

    __tablename__ = "preferences"
    __table_args__ = (partial("ix_preferences_paused", "paused_until IS NOT NULL", "paused_until"),)

    user_id: str = key(primary=True)
    paused_until: datetime | None = column(UtcDateTime(), optional=True)
    starts_at: str = column(Text())  # "09:00:00"
    ends_at: str = column(Text())
    days: Any = column(JsonText())
    digest: bool = column(Boolean())


class SavedRouteRow(SQLModel, table=True):
    """One version of a route that was made in Slack; the newest of a name counts."""

    __tablename__ = "saved_routes"
    __table_args__ = (Index("ix_saved_routes_name", "name", "position"),)

    position: int = running()
    name: str = column(JsonText())
    body: Any = column(JsonText())
    made_by: str = column(Text())
    made_at: datetime = column(UtcDateTime())


class CheckRow(SQLModel, table=True):
    """An ad-hoc check that waits or is done."""

    __tablename__ = "checks"
    __table_args__ = (partial("ix_checks_waiting", "finished_at IS NULL", "asked_at", "check_id"),)

    check_id: str = key(primary=True)
    kind: str = column(Text())
    asked_by: str = column(Text())
    team_id: str = column(Text())
    channel: str = column(Text())
    text: str = column(JsonText())
    shown_channel: str = column(Text())
    shown_ts: str = column(Text())
    output: Any = column(JsonText(), optional=True)
    assessment: Any = column(JsonText(), optional=True)
    failure: str = column(JsonText())
    asked_at: datetime = column(UtcDateTime())
    finished_at: datetime | None = column(UtcDateTime(), optional=True)
    shared_at: datetime | None = column(UtcDateTime(), optional=True)
    free_at: datetime = column(UtcDateTime())  # asked_at, or the end of the lease
    worker: str = column(Text())


class EventRow(SQLModel, table=True):
    """An event of Slack that was seen."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_seen", "seen_at"),)

    event_id: str = key(primary=True)
    seen_at: datetime = column(UtcDateTime())


metadata = SQLModel.metadata
dataset_uses: Table = metadata.tables["dataset_uses"]
replies: Table = metadata.tables["replies"]
notices: Table = metadata.tables["notices"]
preferences: Table = metadata.tables["preferences"]
saved_routes: Table = metadata.tables["saved_routes"]
checks: Table = metadata.tables["checks"]
events: Table = metadata.tables["events"]

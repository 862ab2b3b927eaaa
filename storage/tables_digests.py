"""The tables of digests: what a week came to, how it was told and answered, what watches look at, events for others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, Integer, Table, Text, UniqueConstraint, text
from sqlmodel import SQLModel

from storage.columns import Id, JsonText, UtcDateTime, column, key, running

APPEND_ONLY = ("digests", "digest_answers", "watch_starts", "webhook_events")
_ACCEPTED = text("kind = 'accepted'")


class DigestRow(SQLModel, table=True):
    """What a week of a route came to; the body is the text itself, so that its bytes come back as they were."""

    __tablename__ = "digests"
    __table_args__ = (
        UniqueConstraint("route", "week", name="uq_digests_route_week"),
        Index("ix_digests_week", "week", "position"),
    )

    position: int = running()
    route: str = column(JsonText())
    week: str = column(Text())
    body: str = column(Text())
    stored_at: datetime = column(UtcDateTime())


class DigestMessageRow(SQLModel, table=True):
    """One message that tells a digest. Its id has names in it that people gave, so it is kept as free text is."""

    __tablename__ = "digest_messages"
    __table_args__ = (
        UniqueConstraint("message_id", name="uq_digest_messages_message_id"),
        Index("ix_digest_messages_week", "week", "position"),
    )

    position: int = running()
    message_id: str = column(JsonText())
    kind: str = column(Text())
    week: str = column(Text())
    routes: Any = column(JsonText())
    recipient: str = column(Text())
    parent_id: str = column(JsonText())
    part: int = column(Integer())
    finding: Any = column(JsonText(), optional=True)
    reviews: int = column(Integer())
    made_at: datetime = column(UtcDateTime())
    channel: str = column(Text())
    ts: str = column(Text())


class DigestFileRow(SQLModel, table=True):
    """A picture that was uploaded for a message."""

    __tablename__ = "digest_files"
    __table_args__ = (UniqueConstraint("message_id", "picture", name="uq_digest_files_message_picture"),)

    position: int = running()
    message_id: str = column(JsonText())
    picture: str = column(Text())
    file_id: str = column(Text())


class DigestAnswerRow(SQLModel, table=True):
    """What somebody answered; a suggestion is accepted once."""

    __tablename__ = "digest_answers"
    __table_args__ = (
        UniqueConstraint("answer_id", name="uq_digest_answers_answer_id"),
        Index(
            "uq_digest_answers_accepted",
            "route",
            "week",
            unique=True,
            sqlite_where=_ACCEPTED,
            postgresql_where=_ACCEPTED,
        ),
        Index("ix_digest_answers_route", "route", "position"),
        Index("ix_digest_answers_at", "at", "position"),
    )

    position: int = running()
    answer_id: str = column(Id)
    kind: str = column(Text())
    week: str = column(Text())
    route: str = column(JsonText())
    by: str = column(Text())
    at: datetime = column(UtcDateTime())
    until: datetime | None = column(UtcDateTime(), optional=True)
    why: str = column(Text())
    note: str = column(JsonText())
    findings: Any = column(JsonText())
    dataset: str = column(Text())


class WatchStartRow(SQLModel, table=True):
    """From when on a watch looks; the newest of a name counts."""

    __tablename__ = "watch_starts"
    __table_args__ = (Index("ix_watch_starts_route", "route", "made_at", "position"),)

    position: int = running()
    route: str = column(JsonText())
    part: str = column(Text())
    name: str = column(JsonText())
    baseline: Any = column(JsonText())
    weekly_reviews: float = column(Float())
    begins_at: datetime = column(UtcDateTime())
    made_at: datetime = column(UtcDateTime())


class WebhookEventRow(SQLModel, table=True):
    """What other programs are told."""

    __tablename__ = "webhook_events"
    __table_args__ = (UniqueConstraint("event_id", name="uq_webhook_events_event_id"),)

    position: int = running()
    event_id: str = key()
    type: str = column(Text())
    body: Any = column(JsonText())
    created_at: datetime = column(UtcDateTime())


metadata = SQLModel.metadata
digests: Table = metadata.tables["digests"]
digest_messages: Table = metadata.tables["digest_messages"]
digest_files: Table = metadata.tables["digest_files"]
digest_answers: Table = metadata.tables["digest_answers"]
watch_starts: Table = metadata.tables["watch_starts"]
webhook_events: Table = metadata.tables["webhook_events"]

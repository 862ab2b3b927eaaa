"""The contract of every store: digests, how they are told and answered, beginnings of watches, events for others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import text

from reviewers.model import Preferences
from reviewers.model.digest import Aspect
from reviewers.model.digest_json import to_json
from reviewers.model.digest_parts import PartKind
from reviewers.model.telling import (
    DigestAnswer,
    DigestAnswerKind,
    DigestMessage,
    DigestMessageKind,
    Told,
    WatchName,
    WatchStart,
    WebhookEvent,
)
from reviewers.model.watch import Baseline
from reviewers.ports import OutboxItem, OutboxKind, Store
from storage.tables_digests import APPEND_ONLY
from storage.unit_of_work import SqlStore
from tests.builders import NOON
from tests.digests import a_digest, a_finding
from tests.storage.test_store_contract_races import THREADS, at_once

WEEK, ROUTE = "2026-W47", "Card “support” \x00"  # the name may have any character in it
MESSAGE = DigestMessage(
    message_id=f"route:{WEEK}:{ROUTE}:C0DIGEST",
    kind=DigestMessageKind.ROUTE,
    week=WEEK,
    routes=(ROUTE,),
    recipient="C0DIGEST",
    made_at=NOON,
)
ALERT = replace(
    MESSAGE,
    message_id="alert",
    kind=DigestMessageKind.ALERT,
    recipient="U0TOMAS",
    parent_id=MESSAGE.message_id,
    part=3,
    finding=a_finding(),
    reviews=61,
)
ANSWER = DigestAnswer(
    answer_id="a-1",
    kind=DigestAnswerKind.NOT_USEFUL,
    week=WEEK,
    route=ROUTE,
    by="U0TOMAS",
    at=NOON,
    until=NOON + timedelta(days=7),
    why="known",
    note="We know \x00.",
    findings=(Told(aspect=Aspect.WRONG, name="Fees “abroad”", rising=True, effect=0.0612345678901234),),
)
BASELINE = Baseline(
    intercept=-2.1234567890123456,
    slope=0.7,
    middle=-1.9,
    unscored=0.3,
    error=0.11,
    reviews=240,
    wrong=19.25,
    risk_version="prior-2",
    frozen_at=NOON,
)
WATCH = WatchName(route=ROUTE, part=PartKind.SLICE, name="Fees “abroad” \x00")
START = WatchStart(watch=WATCH, baseline=BASELINE, weekly_reviews=61.5, begins_at=NOON, made_at=NOON)
EVENT = WebhookEvent(
    event_id="e-1", type="retraining.accepted", body={"route": ROUTE, "examples": [243, 104, None]}, created_at=NOON
)


def test_a_digest_comes_back_as_it_was_stored(store: Store) -> None:
    """To the last byte of its text, and only under its own route and week."""
    digest = a_digest(route=ROUTE)
    with store.begin() as uow:
        assert uow.digests.add(digest, at=NOON)

    with store.read() as uow:
        kept = uow.digests.get(ROUTE, digest.week)
        others = [uow.digests.get("", digest.week), uow.digests.get(ROUTE, "2026-W46")]
    assert kept is not None
    assert (kept, to_json(kept)) == (digest, to_json(digest))
    assert others == [None, None]


def test_a_week_of_a_route_has_one_digest(store: Store) -> None:
    """The first counts; a second one changes nothing."""
    first = a_digest()
    with store.begin() as uow:
        added = [uow.digests.add(first, at=NOON), uow.digests.add(replace(first, outputs=1), at=NOON)]

    assert added == [True, False]
    with store.read() as uow:
        assert uow.digests.get(first.route, first.week) == first


def test_of_clocks_that_store_a_week_at_once_one_does(store: Store) -> None:
    """So its messages are made once."""

    def tell(number: int) -> bool:
        with store.begin() as uow:
            return uow.digests.add(a_digest(outputs=1000 + number), at=NOON)

    stored = at_once(tell)

    assert Counter(stored) == {True: 1, False: THREADS - 1}
    with store.read() as uow:
        assert [digest.outputs for digest in uow.digests.of_week(a_digest().week)] == [1000 + stored.index(True)]


def test_digests_of_a_week_come_in_the_order_of_storing_and_weeks_the_newest_first(store: Store) -> None:
    """Also over a year's end, whatever the order in which weeks were caught up."""
    kept = [("2026-W53", "B"), ("2027-W01", "B"), ("2026-W53", "A"), ("2026-W09", "A")]
    with store.begin() as uow:
        for week, route in kept:
            uow.digests.add(a_digest(week=week, route=route), at=NOON)

    with store.read() as uow:
        assert [digest.route for digest in uow.digests.of_week("2026-W53")] == ["B", "A"]
        assert uow.digests.weeks(2) == ["2027-W01", "2026-W53"]
        assert uow.digests.weeks(9) == ["2027-W01", "2026-W53", "2026-W09"]


def test_who_wants_digests_by_message_is_named_in_the_order_of_ids(store: Store) -> None:
    """Not who never said so, and not who changed their mind."""
    with store.begin() as uow:
        for person, wanted in (("U0TOMAS", True), ("U0MARA", True), ("U0JONAS", False), ("U0PRIYA", True)):
            uow.preferences.put(Preferences(user_id=person, digest=wanted))
        uow.preferences.put(Preferences(user_id="U0PRIYA", digest=False))

    with store.read() as uow:
        assert uow.preferences.subscribers() == ["U0MARA", "U0TOMAS"]


@pytest.mark.parametrize("message", [MESSAGE, ALERT], ids=["route", "alert"])
def test_a_message_comes_back_as_it_was_stored_and_once(store: Store, message: DigestMessage) -> None:
    """Its id says what it tells to whom, so a second one is not posted."""
    with store.begin() as uow:
        added = [uow.digest_messages.add(message), uow.digest_messages.add(replace(message, week="2026-W48"))]

    assert added == [True, False]
    with store.read() as uow:
        assert uow.digest_messages.get(message.message_id) == message
        assert uow.digest_messages.get("another") is None


def test_a_message_remembers_its_pictures_and_where_it_stands(store: Store) -> None:
    """A picture that is uploaded again takes the earlier one's place; an empty id says to go without."""
    with store.begin() as uow:
        uow.digest_messages.add(replace(MESSAGE, files=(("rate", "F1"),)))
        for picture, file_id in (("moved", "F2"), ("rate", "F3"), ("moved", "")):
            uow.digest_messages.set_file(MESSAGE.message_id, picture, file_id)
        uow.digest_messages.set_posting(MESSAGE.message_id, "C0DIGEST", "1763.2")

    posted = replace(MESSAGE, channel="C0DIGEST", ts="1763.2", files=(("rate", "F3"), ("moved", "")))
    with store.read() as uow:
        assert uow.digest_messages.get(MESSAGE.message_id) == posted


def test_the_messages_of_a_route_are_found_also_where_it_is_one_of_several(store: Store) -> None:
    """In the order of storing, and of this week only."""
    calm = replace(MESSAGE, message_id="calm", kind=DigestMessageKind.CALM, routes=("Loans", ROUTE))
    other = replace(MESSAGE, message_id="loans", routes=("Loans",))
    before = replace(MESSAGE, message_id="before", week="2026-W46")
    with store.begin() as uow:
        for message in (calm, other, before, MESSAGE):
            uow.digest_messages.add(message)

    with store.read() as uow:
        assert uow.digest_messages.of(WEEK, ROUTE) == [calm, MESSAGE]
        assert uow.digest_messages.of(WEEK, "") == []


def test_an_answer_comes_back_as_it_was_stored_and_once(store: Store) -> None:
    """Slack may deliver a click twice."""
    later = replace(ANSWER, answer_id="a-2", kind=DigestAnswerKind.SNOOZED, findings=(), note="")
    with store.begin() as uow:
        added = [uow.digest_answers.add(answer) for answer in (ANSWER, replace(ANSWER, why="other"), later)]

    assert added == [True, False, True]
    with store.read() as uow:
        assert uow.digest_answers.of(ROUTE) == [ANSWER, later]
        assert uow.digest_answers.of("") == []


def test_answers_of_a_period_come_from_all_routes_in_the_order_of_time(store: Store) -> None:
    """From its first moment on, and without its last; of one moment in the order of storing."""
    late, early, other, outside = (
        replace(ANSWER, answer_id="late", at=NOON + timedelta(hours=1)),
        replace(ANSWER, answer_id="early"),
        replace(ANSWER, answer_id="other", route=""),
        replace(ANSWER, answer_id="outside", at=NOON + timedelta(hours=2)),
    )
    with store.begin() as uow:
        for answer in (late, early, other, outside):
            uow.digest_answers.add(answer)

    with store.read() as uow:
        assert uow.digest_answers.between(NOON, NOON + timedelta(hours=2)) == [early, other, late]
        assert uow.digest_answers.between(NOON - timedelta(hours=1), NOON) == []


def test_a_suggestion_that_several_accept_at_once_is_accepted_by_one(store: Store) -> None:
    """Its dataset is built once; another week, and another kind of answer, is free."""

    def accept(number: int) -> bool:
        accepted = replace(ANSWER, answer_id=f"a-{number}", kind=DigestAnswerKind.ACCEPTED, dataset=f"d-{number}")
        with store.begin() as uow:
            return uow.digest_answers.add(accepted)

    accepted = at_once(accept)

    assert Counter(accepted) == {True: 1, False: THREADS - 1}
    with store.begin() as uow:
        assert uow.digest_answers.add(
            replace(ANSWER, answer_id="b", kind=DigestAnswerKind.ACCEPTED, week="2026-W48", dataset="d")
        )
        assert uow.digest_answers.add(replace(ANSWER, answer_id="c", kind=DigestAnswerKind.DISMISSED))


def test_the_newest_beginning_of_each_watch_counts(store: Store) -> None:
    """By when it was made, of this route, and made before the moment that is asked for: a digest can be made again."""
    whole = replace(START, watch=WatchName(route=ROUTE))
    newer = replace(START, baseline=replace(BASELINE, wrong=20.5), made_at=NOON + timedelta(days=7))
    elsewhere = replace(START, watch=WatchName(route="Loans"))
    for start in (newer, whole, START, elsewhere):
        with store.begin() as uow:
            uow.watches.add(start)

    with store.read() as uow:
        assert uow.watches.of(ROUTE, until=NOON) == {}
        assert uow.watches.of(ROUTE, until=newer.made_at) == {WATCH: START, whole.watch: whole}
        assert uow.watches.of(ROUTE, until=NOON + timedelta(days=8)) == {WATCH: newer, whole.watch: whole}


def test_an_event_for_others_comes_back_as_it_was_stored_and_once(store: Store) -> None:
    """Who receives it may rely on its id."""
    with store.begin() as uow:
        assert uow.webhook_events.add(EVENT)
        assert not uow.webhook_events.add(replace(EVENT, type="other"))

    with store.read() as uow:
        assert uow.webhook_events.get("e-1") == EVENT
        assert uow.webhook_events.get("e-2") is None


def test_what_was_stored_elsewhere_comes_back_in_utc(store: Store) -> None:
    """The moments may have been made where clocks show another time."""
    local = NOON.astimezone(timezone(timedelta(hours=1)))
    with store.begin() as uow:
        uow.digest_messages.add(replace(MESSAGE, made_at=local))
        uow.digest_answers.add(replace(ANSWER, at=local))
        uow.watches.add(replace(START, begins_at=local, made_at=local, baseline=replace(BASELINE, frozen_at=local)))
        uow.webhook_events.add(replace(EVENT, created_at=local))

    with store.read() as uow:
        message, event = uow.digest_messages.get(MESSAGE.message_id), uow.webhook_events.get("e-1")
        start = uow.watches.of(ROUTE, until=NOON + timedelta(seconds=1))[WATCH]
        answer = uow.digest_answers.of(ROUTE)[0]
    assert message is not None
    assert event is not None
    moments = [message.made_at, event.created_at, start.begins_at, start.made_at, start.baseline.frozen_at, answer.at]
    assert [moment.utcoffset() for moment in moments] == [timedelta(0)] * 6


def test_messages_of_one_thread_go_out_one_after_the_other(store: Store) -> None:
    """A detail waits for the message whose thread it stands in; another thread and an event wait for nobody."""
    root, other = MESSAGE.message_id, "calm"
    items = [
        _item("digest:root", message_id=root, line=root),
        _item("digest:detail", message_id="detail", line=root),
        _item("digest:calm", message_id=other, line=other),
        OutboxItem(key="event:e-1", kind=OutboxKind.EMIT_EVENT, event_id="e-1", channel="", due_at=NOON),
    ]
    with store.begin() as uow:
        for item in items:
            uow.outbox.add(item)

    assert _claimed(store) == [items[0], items[2], items[3]]
    assert _claimed(store) == []
    with store.begin() as uow:
        uow.outbox.done("digest:root")
    assert _claimed(store) == [items[1]]


def _item(key: str, *, message_id: str, line: str) -> OutboxItem:
    return OutboxItem(
        key=key, kind=OutboxKind.POST_DIGEST, message_id=message_id, line=line, channel="C0DIGEST", due_at=NOON
    )


def _claimed(store: Store) -> list[OutboxItem]:
    """As they were before this first attempt began."""
    with store.begin() as uow:
        claimed = uow.outbox.claim_due(limit=9, now=NOON, lease_seconds=60, worker="w")
    return [replace(item, first_attempt_at=None) for item in claimed]


def test_moment_of_storing_comes_back_and_a_second_one_does_not_move_it(store: Store) -> None:
    """A digest is made again as of it."""
    digest = a_digest()
    with store.begin() as uow:
        uow.digests.add(digest, at=NOON)
    with store.begin() as uow:
        uow.digests.add(digest, at=NOON + timedelta(days=1))
    with store.read() as uow:
        assert uow.digests.stored_at(digest.route, digest.week) == NOON
        assert uow.digests.stored_at(digest.route, "2019-W01") is None


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_said_is_append_only(sql_store: SqlStore, table: str) -> None:
    """Whoever asks."""
    with sql_store.begin() as uow:
        uow.digests.add(a_digest(), at=NOON)
        uow.digest_answers.add(ANSWER)
        uow.watches.add(START)
        uow.webhook_events.add(EVENT)

    for statement in (f"UPDATE {table} SET position = 9", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="append-only"), sql_store._engine.begin() as connection:
            connection.execute(text(statement))

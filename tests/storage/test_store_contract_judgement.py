"""The contract of every store: what was known of each route, and the proofs that stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import text

from reviewers.model import Guarantee, Judgement, Notice, NoticeKind, Part, Proof, ProofChange, Rate
from reviewers.ports import Store
from storage.unit_of_work import SqlStore
from tests.builders import NOON

PART = Part(threshold=0.0831234567890123, share=0.62, predicted=0.021, reviewed=212, value=0.02, low=0.01, high=0.047)
GUARANTEE = Guarantee(
    limit=0.05,
    confidence=0.9,
    outputs=38000,
    reviewed=830,
    proven=PART,
    missed=replace(PART, threshold=0.1, value=None, high=1.0),
    needed=1200,
)
JUDGEMENT = Judgement(
    route="Card “support” \x00",
    rate=Rate(value=0.096, low=0.079, high=0.116, reviewed=834, speaks_for=38900, uncorrected=0.088),
    guarantee=GUARANTEE,
    tested_at=NOON,
    proof=Proof(
        limit=0.05,
        confidence=0.9,
        threshold=0.0831234567890123,
        share=0.62,
        high=0.047,
        reviewed=212,
        proven_at=NOON,
        scorers=((("coverage", "1"), ("grounding", "a")), (("grounding", "a"),)),
    ),
    made_at=NOON,
    others_until=NOON,
)
EMPTY = Judgement(route="", rate=None, guarantee=None, tested_at=None, proof=None, made_at=NOON)


def test_before_anything_was_judged_there_is_nothing(store: Store) -> None:
    """No route has a judgement."""
    with store.read() as uow:
        assert uow.judgements.newest("") is None


@pytest.mark.parametrize(
    "judgement",
    [JUDGEMENT, EMPTY, replace(JUDGEMENT, guarantee=replace(GUARANTEE, proven=None, needed=None), proof=None)],
    ids=["whole", "empty", "nothing proven"],
)
def test_a_judgement_comes_back_as_it_was_stored(store: Store, judgement: Judgement) -> None:
    """To the last digit: outputs leave by its threshold."""
    with store.begin() as uow:
        uow.judgements.add(judgement)

    with store.read() as uow:
        assert uow.judgements.newest(judgement.route) == judgement


def test_the_newest_of_each_route_counts(store: Store) -> None:
    """Whatever the order in which they were made."""
    later = replace(JUDGEMENT, proof=None, made_at=NOON + timedelta(hours=1))
    for judgement in (JUDGEMENT, EMPTY, later):
        with store.begin() as uow:
            uow.judgements.add(judgement)

    with store.read() as uow:
        assert (uow.judgements.newest(JUDGEMENT.route), uow.judgements.newest("")) == (later, EMPTY)


def test_the_moments_of_a_judgement_are_in_utc(store: Store) -> None:
    """They may have been made where clocks show another time."""
    local = NOON.astimezone(timezone(timedelta(hours=1)))
    assert JUDGEMENT.proof is not None
    told = replace(JUDGEMENT, tested_at=local, made_at=local, proof=replace(JUDGEMENT.proof, proven_at=local))
    with store.begin() as uow:
        uow.judgements.add(told)

    with store.read() as uow:
        newest = uow.judgements.newest(JUDGEMENT.route)
    assert newest == JUDGEMENT
    assert newest is not None
    assert newest.proof is not None
    assert {one.utcoffset() for one in (newest.tested_at, newest.made_at, newest.proof.proven_at) if one} == {
        timedelta(0)
    }


def test_a_notice_of_what_leaves_comes_back_as_it_was_stored(store: Store) -> None:
    """With the numbers that it tells."""
    change = ProofChange(began=True, limit=0.05, confidence=0.9, share=0.62, reviewed=212)
    notice = Notice(
        notice_id="release:Cards:1",
        kind=NoticeKind.RELEASE,
        recipient="U0TOMAS",
        task_ids=(),
        created_at=NOON,
        route="Cards",
        proof_change=change,
    )
    with store.begin() as uow:
        assert uow.notices.add(notice)

    with store.read() as uow:
        assert uow.notices.get("release:Cards:1") == notice


def test_judgements_are_append_only(sql_store: SqlStore) -> None:
    """Whoever asks."""
    with sql_store.begin() as uow:
        uow.judgements.add(JUDGEMENT)

    for statement in ("UPDATE judgements SET route = 'x'", "DELETE FROM judgements"):
        with pytest.raises(Exception, match="append-only"), sql_store._engine.begin() as connection:
            connection.execute(text(statement))

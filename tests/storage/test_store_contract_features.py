"""The contract of every store: what is computed once of each output, and read in blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from reviewers.model import Message, Purpose, Stratum
from reviewers.model.features import FeatureBlock, OutputFeatures
from reviewers.ports import Store
from storage import unit_of_work_features
from storage.unit_of_work import SqlStore
from tests.builders import NOON, a_decision, a_task, an_output
from tests.storage.test_query_plans import statements
from tests.storage.test_store_contract_races import at_once

HOUR = timedelta(hours=1)
ROUTE = "Card “support”"


def some_features(output_id: str, **changes: Any) -> OutputFeatures:
    """Two numbers a vector; float16 holds halves and quarters exactly."""
    fields: dict[str, Any] = {
        "output_id": output_id,
        "embedder": "small-1",
        "question": np.array([0.5, -0.25], dtype=np.float16),
        "answer": np.array([1.0, 0.0], dtype=np.float16),
        "language": "en",
        "refusal": False,
        "citation_missing": True,
        "similarity": 0.8123456789012345,
        "made_at": NOON,
    }
    return OutputFeatures(**fields | changes)


def keep(store: Store, features: Sequence[OutputFeatures], **changes: Any) -> None:
    """Outputs of the route with these features, one decided on each minute from noon on."""
    ids = [one.output_id for one in features]
    with store.begin() as uow:
        uow.outputs.add([an_output(output_id) for output_id in ids])
        for minute, output_id in enumerate(ids):
            fields: dict[str, Any] = {"route": ROUTE, "stratum": Stratum.DRAWN} | changes
            decided_at = NOON + timedelta(minutes=minute)
            uow.decisions.add([replace(a_decision(output_id), **{"decided_at": decided_at} | fields)])
        uow.features.add(features)


def blocks(store: Store, route: str = ROUTE) -> list[FeatureBlock]:
    """Of the hour from noon on."""
    with store.read() as uow:
        return list(uow.features.blocks(NOON, NOON + HOUR, route=route))


def test_before_anything_was_computed_there_are_no_blocks(store: Store) -> None:
    """Nor where the output has no features."""
    keep(store, [])
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.decisions.add([replace(a_decision("o-1"), route=ROUTE, stratum=Stratum.DRAWN, decided_at=NOON)])

    assert blocks(store) == []


def test_features_come_back_as_columns(store: Store) -> None:
    """What is missing is NaN, and every number is the one that was stored."""
    bare = some_features(
        "o-2", embedder="", question=None, answer=None, language="", citation_missing=None, similarity=None
    )
    keep(store, [some_features("o-1"), bare, some_features("o-3", refusal=True, citation_missing=False, answer=None)])

    found = blocks(store)

    assert [output_id for block in found for output_id in block.output_ids] == ["o-1", "o-2", "o-3"]
    assert [block.embedders[code] for block in found for code in block.embedder] == ["small-1", "", "small-1"]
    assert [language for block in found for language in block.language] == ["en", "", "en"]
    assert np.concatenate([block.refusal for block in found]).tolist() == [False, False, True]
    np.testing.assert_array_equal(np.concatenate([block.citation_missing for block in found]), [1.0, np.nan, 0.0])
    np.testing.assert_array_equal(
        np.concatenate([block.similarity for block in found]), [0.8123456789012345, np.nan, 0.8123456789012345]
    )
    vectors = {
        output_id: (question.tolist(), np.isnan(answer).all())
        for block in found
        for output_id, question, answer in zip(block.output_ids, block.question, block.answer, strict=True)
    }
    assert vectors["o-1"] == ([0.5, -0.25], False)
    assert vectors["o-3"] == ([0.5, -0.25], True)


def test_the_first_features_of_an_output_count(store: Store) -> None:
    """An output may be scored twice after a crash."""
    keep(store, [some_features("o-1")])
    with store.begin() as uow:
        uow.features.add([some_features("o-1", language="de")])

    assert [block.language for block in blocks(store)] == [("en",)]


def test_only_outputs_of_the_route_and_the_period_are_read(store: Store) -> None:
    """The period ends before its end; outputs without a stratum are in no route."""
    keep(store, [some_features("early")], decided_at=NOON - timedelta(microseconds=1))
    keep(store, [some_features("late")], decided_at=NOON + HOUR)
    keep(store, [some_features("elsewhere")], route="")
    keep(store, [some_features("before routes")], stratum=None)
    keep(store, [some_features("b"), some_features("a")], decided_at=NOON)

    assert [output_id for block in blocks(store) for output_id in block.output_ids] == ["a", "b"]
    assert [block.output_ids for block in blocks(store, "")] == [("elsewhere",)]


def test_known_answers_are_no_outputs_of_a_period(store: Store) -> None:
    """They were sent to learn of reviewers; an answer that is shown again as a known one stays in."""
    keep(store, [some_features("o-1"), some_features("known"), some_features("shown again")])
    with store.begin() as uow:
        uow.tasks.add(a_task("t-1", output_id="known", known="wrong"))
        uow.tasks.add(a_task("t-2", output_id="shown again"))
        uow.tasks.add(a_task("t-3", output_id="shown again", known="right", purpose=Purpose.GOLD))

    assert [output_id for block in blocks(store) for output_id in block.output_ids] == ["o-1", "shown again"]


def test_vectors_of_two_models_are_never_in_one_matrix_when_their_widths_differ(store: Store) -> None:
    """A new model may have more numbers; nothing is filled up."""
    wide = np.array([0.5, 0.25, 0.125], dtype=np.float16)
    keep(store, [some_features("o-1"), some_features("o-2", embedder="large-1", question=wide, answer=wide)])

    found = blocks(store)

    assert [block.output_ids for block in found] == [("o-1",), ("o-2",)]
    assert [block.question.tolist() for block in found] == [[[0.5, -0.25]], [[0.5, 0.25, 0.125]]]


def test_workers_that_store_the_same_features_at_once_store_them_once(store: Store) -> None:
    """In opposite orders."""
    keep(store, [some_features("o-0"), some_features("o-1"), some_features("o-2")])
    more = [some_features(f"n-{n}") for n in range(20)]
    keep(store, [])
    with store.begin() as uow:
        uow.outputs.add([an_output(one.output_id) for one in more])
        uow.decisions.add(
            [replace(a_decision(one.output_id), route=ROUTE, stratum=Stratum.DRAWN, decided_at=NOON) for one in more]
        )

    def work(number: int) -> None:
        with store.begin() as uow:
            uow.features.add(more if number % 2 else more[::-1])

    at_once(work)

    found = Counter(output_id for block in blocks(store) for output_id in block.output_ids)
    assert found == Counter([one.output_id for one in more] + ["o-0", "o-1", "o-2"])


def test_the_question_is_the_last_turn_of_a_person(store: Store) -> None:
    """Empty where there is none; an unknown output is left out."""
    turns = (
        Message(role="user", content="First?"),
        Message(role="assistant", content="Yes."),
        Message(role="user", content="And \x00 now?"),
        Message(role="assistant", content="…"),
    )
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1", prompt=turns), an_output("o-2", prompt=turns[1:2])])

    with store.read() as uow:
        assert uow.features.questions(["o-1", "o-2", "o-9"]) == {"o-1": "And \x00 now?", "o-2": ""}
        assert uow.features.questions([]) == {}


def test_a_million_outputs_are_read_in_pieces_and_without_texts(
    sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven outputs at two a piece, several of one moment: four pieces, none larger, and no table with texts."""
    monkeypatch.setattr(unit_of_work_features, "AT_ONCE", 2)
    keep(sql_store, [some_features(f"o-{n}") for n in range(7)], decided_at=NOON)

    with statements(sql_store._engine) as sent:
        found = blocks(sql_store)

    assert [block.output_ids for block in found] == [("o-0", "o-1"), ("o-2", "o-3"), ("o-4", "o-5"), ("o-6",)]
    assert not [statement for statement, _ in sent if "outputs" in statement.replace("output_features", "")]

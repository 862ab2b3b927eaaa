"""The contract of every store: risk models, and the scores of many outputs at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from reviewers.decisions.risk import PRIOR
from reviewers.model import Candidate, Curve, CurveKind, RiskKind, RiskModel, RiskSignal, Score
from reviewers.ports import Store
from storage.unit_of_work import SqlStore
from tests.builders import NOON, an_assessment, an_output

MODEL = RiskModel(
    version="stack-4001185e",
    kind=RiskKind.STACK,
    signals=(
        RiskSignal(scorer="grounding", version="grounding-1-aabbccdd"),
        RiskSignal(scorer="retrieval", version="minilm-l6-v2-1", centre=0.71, scale=0.12, weight=-0.3),
    ),
    curve=Curve(kind=CurveKind.PLATT, numbers=(-1.9924301646902063, 0.6123456789012345)),
    base_rate=0.0987654321,
    verdicts=412,
    errors=57,
    before=datetime(2026, 11, 23, tzinfo=UTC),
    candidates=(
        Candidate(name="stack", brier=0.07, log_loss=0.25, gain=0.01, gain_error=0.004),
        Candidate(name="alone", brier=0.08, log_loss=0.26),
    ),
)


def test_before_anything_was_learned_there_is_no_model(store: Store) -> None:
    """The caller has the prior."""
    with store.read() as uow:
        assert uow.risk_models.newest() is None
        assert uow.risk_models.all() == []


@pytest.mark.parametrize(
    "model",
    [MODEL, PRIOR, replace(MODEL, curve=Curve(kind=CurveKind.ISOTONIC, numbers=(-1.0, 2.0, 0.1, 0.4)))],
    ids=["stack", "prior", "isotonic"],
)
def test_a_model_comes_back_as_it_was_stored(store: Store, model: RiskModel) -> None:
    """To the last digit: a version names these numbers."""
    with store.begin() as uow:
        uow.risk_models.add(model, at=NOON)

    with store.read() as uow:
        assert uow.risk_models.newest() == model


def test_the_newest_model_counts_and_an_earlier_one_may_come_back(store: Store) -> None:
    """Verdicts that were taken back lead to what was learned before them."""
    other = replace(MODEL, version="alone-1", kind=RiskKind.ALONE, verdicts=413)
    for day, model in enumerate((MODEL, other, MODEL)):
        with store.begin() as uow:
            uow.risk_models.add(model, at=NOON + timedelta(days=day))

    with store.read() as uow:
        assert uow.risk_models.newest() == MODEL
        assert uow.risk_models.all() == [MODEL, other, MODEL]


def test_the_moment_of_a_model_is_in_utc(store: Store) -> None:
    """It may have been fitted where clocks show another time."""
    local = replace(MODEL, before=datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=1))))
    with store.begin() as uow:
        uow.risk_models.add(local, at=NOON)

    with store.read() as uow:
        newest = uow.risk_models.newest()
    assert newest is not None
    assert newest.before is not None
    assert newest.before.isoformat() == "2026-11-23T00:00:00+00:00"


def test_models_are_append_only(sql_store: SqlStore) -> None:
    """Whoever asks."""
    with sql_store.begin() as uow:
        uow.risk_models.add(MODEL, at=NOON)

    for statement in ("UPDATE risk_models SET version = 'x'", "DELETE FROM risk_models"):
        with pytest.raises(Exception, match="append-only"), sql_store._engine.begin() as connection:
            connection.execute(text(statement))


def test_scores_of_many_outputs_are_read_at_once(store: Store) -> None:
    """By output id, in the order of storing: none is there for an output that a scorer failed on, or nobody read."""
    scores = tuple(
        Score(output_id="o-1", scorer=name, version="1", value=value, explanation="…", claim_values=(value, 0.0))
        for name, value in (("grounding", 1.25), ("coverage", 0.5))
    )
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{number}") for number in range(1, 5)])
        uow.assessments.add(
            [
                an_assessment("o-1", scores=scores),
                an_assessment("o-2", scores=()),
                an_assessment("o-3", scores=(_score("o-3"),), risk=None, failure="grounding: away"),
            ]
        )

    with store.read() as uow:
        assert uow.assessments.scores(["o-4", "o-3", "o-2", "o-1", "o-9"]) == {"o-1": scores, "o-2": ()}
        assert uow.assessments.scores([]) == {}


def test_scores_of_more_outputs_than_a_statement_may_name(store: Store) -> None:
    """Both databases limit the values of one statement."""
    ids = [f"o-{number}" for number in range(1200)]
    with store.begin() as uow:
        uow.outputs.add([an_output(output_id) for output_id in ids])
        uow.assessments.add([an_assessment(output_id, scores=(_score(output_id),)) for output_id in ids])

    with store.read() as uow:
        assert uow.assessments.scores(ids) == {output_id: (_score(output_id),) for output_id in ids}


def _score(output_id: str) -> Score:
    return Score(output_id=output_id, scorer="coverage", version="1", value=0.5, explanation="")

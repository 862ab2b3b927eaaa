"""Measuring a risk on labelled outputs: by set, by scorer, and by the number of verdicts that it may learn from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from reviewers.decisions import calibration, measures
from reviewers.decisions.evaluation import ALL, Labelled, by_set, learning_curve, mean_auroc
from reviewers.decisions.measures import Measured
from reviewers.decisions.too_few import TooFew
from reviewers.model import Score

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def a_row(number: int, logit: float, *, wrong: bool, sure: float = 0.0, source_set: str = "news") -> Labelled:
    """Two outputs to a document."""
    scores = tuple(
        Score(output_id=f"o-{number}", scorer=scorer, version="1", value=value, explanation="")
        for scorer, value in (("grounding", logit), ("token_logprob", sure))
    )
    return Labelled(
        output_id=f"o-{number}", source_set=source_set, document=f"d-{number // 2}", wrong=wrong, scores=scores
    )


def drawn(count: int, seed: int, second: float = 0.0, **changes: str) -> list[Labelled]:
    """Every third is wrong; the detector separates by 1, the log-probability by `second` standard deviations."""
    draws = np.random.default_rng(seed).standard_normal((count, 2))
    return [
        a_row(at, 2 * (one + (at % 3 == 0)), wrong=at % 3 == 0, sure=-(other + second * (at % 3 == 0)), **changes)
        for at, (one, other) in enumerate(draws.tolist())
    ]


def test_each_set_is_measured_alone_and_all_together() -> None:
    """By name, with everything at the end."""
    rows = drawn(60, 1, source_set="news") + drawn(90, 2, source_set="chat")
    reports = by_set(rows)
    assert [(one.name, one.outputs, one.wrong, one.documents) for one in reports] == [
        ("chat", 90, 30, 45),
        ("news", 60, 20, 30),
        (ALL, 150, 50, 45),
    ]
    assert [one.name for one in by_set(drawn(60, 1))] == ["news"]


def test_a_risk_ranks_as_its_detector_does() -> None:
    """The prior's curve rises, so that the AUROC is that of the logit: scikit-learn's."""
    rows = drawn(120, 3)
    (report,) = by_set(rows)
    expected = roc_auc_score([row.wrong for row in rows], [row.scores[0].value for row in rows])
    assert isinstance(report.auroc, Measured)
    assert report.auroc.value == pytest.approx(expected)
    assert report.scorers["grounding"] == report.auroc


def test_a_score_that_is_higher_when_safer_is_turned_round() -> None:
    """An AUROC of .8 is good for every scorer."""
    rows = drawn(300, 4, second=1.2)
    (report,) = by_set(rows)
    turned = roc_auc_score([row.wrong for row in rows], [-row.scores[1].value for row in rows])
    found = report.scorers["token_logprob"]
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(turned)
    assert found.value > 0.7


def test_outputs_that_nothing_could_read_are_counted() -> None:
    """They have the base rate."""
    rows = drawn(60, 5)
    rows[0] = replace(rows[0], scores=())
    (report,) = by_set(rows)
    assert report.unscored == 1
    assert report.outputs == 60


def test_the_mean_counts_each_set_once() -> None:
    """Large and small alike, and not the line of all."""
    reports = by_set(drawn(60, 6, source_set="a") + drawn(600, 7, source_set="b"))
    values = [one.auroc.value for one in reports[:2] if isinstance(one.auroc, Measured)]
    found = mean_auroc(reports)
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(sum(values) / 2)
    assert mean_auroc([]) == TooFew(found=0, needed=1)


def test_a_set_may_be_named_as_all_together_are() -> None:
    """It counts in the mean as any other."""
    rows = drawn(60, 6, source_set=ALL) + drawn(600, 7, source_set="b")
    reports = by_set(rows)
    assert [(one.name, one.total, one.outputs) for one in reports] == [
        (ALL, False, 60),
        ("b", False, 600),
        (ALL, True, 660),
    ]
    values = [one.auroc.value for one in reports[:2] if isinstance(one.auroc, Measured)]
    found = mean_auroc(reports)
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(sum(values) / 2)
    assert [(one.name, one.total) for one in by_set(rows[:60])] == [(ALL, False)]


def test_the_standard_error_of_a_mean_is_that_of_independent_sets() -> None:
    """√(.03² + .04²) / 2 = .025."""
    parts = [Measured(value=value, low=0, high=1, error=error) for value, error in ((0.7, 0.03), (0.9, 0.04))]
    found = measures.mean_of(parts)
    assert isinstance(found, Measured)
    assert (found.value, found.error) == pytest.approx((0.8, 0.025))


def _sizes(rows: list[Labelled]) -> list[int]:
    """How many outputs are in each of the five parts: two folds to a part."""
    parts = [calibration.fold(row.document) // 2 for row in rows]
    return [parts.count(part) for part in range(5)]


def test_verdicts_teach_the_level_first() -> None:
    """One in three is wrong where the prior expects one in eight: the Brier score falls, the order stays."""
    lessons = learning_curve(drawn(400, 8), before=NOW, sizes=(0, 50, 200), repeats=2)
    assert [one.verdicts for one in lessons] == [0, 50, 200, 302]  # all of the four smaller parts
    assert sum(_sizes(drawn(400, 8))) - max(_sizes(drawn(400, 8))) == 302
    assert lessons[0].brier > lessons[1].brier > 0
    assert lessons[2].brier < lessons[0].brier - 0.01
    before, after = lessons[0].calibration_error, lessons[2].calibration_error
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < 0.5 * before
    assert sum(one.mass for one in lessons[2].bins) == pytest.approx(1.0)
    assert lessons[0].auroc == pytest.approx(lessons[0].alone)


def test_a_second_score_that_helps_lifts_the_curve() -> None:
    """From fifty errors on the stack may be preferred, and here it is."""
    last = learning_curve(drawn(700, 9, second=1.5), before=NOW, sizes=(0, 500), repeats=1)[1]
    assert last.stacked == 1.0
    assert isinstance(last.auroc, float)
    assert isinstance(last.alone, float)
    assert last.auroc > last.alone + 0.05


def test_progress_counts_fits() -> None:
    """Sizes times repeats times parts, and it ends at its end."""
    told: list[tuple[int, int]] = []
    learning_curve(
        drawn(60, 10), before=NOW, sizes=(0, 30), repeats=2, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_outputs_of_one_document_are_in_one_part() -> None:
    """A model that learned from one of them knows the other."""
    parts = {row.document: calibration.fold(row.document) for row in drawn(100, 11)}
    assert len(parts) == 50
    assert len(set(parts.values())) == 10

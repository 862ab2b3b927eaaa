"""The suggestion to retrain, condition by condition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reviewers.decisions.learning_curve import CurvePoint
from reviewers.decisions.retraining import Facts, Wrongs, suggest
from reviewers.model.missing import Missing
from reviewers.model.suggestion import Met, Upstream, UpstreamChange
from tests.digests import a_rate

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
# .05 + .8 / √n: .21, .164, .13 at 25, 49, 100; at 243 it is .1013.
POINTS = tuple(CurvePoint(corrections=size, rate=0.05 + 0.8 * size**-0.5, error=0.002) for size in (25, 49, 100))
INDEX = UpstreamChange(kind=Upstream.INDEX, name="help pages", changed_at=MONDAY, wrong=22, of=24)


def facts(**changes: Any) -> Facts:
    """Card support with all that a suggestion asks for."""
    fields: dict[str, Any] = {
        "rate": a_rate(0.24, 0.19, 0.30),
        "before": a_rate(0.08, 0.06, 0.10),
        "target": 0.05,
        "crossed": True,
        "corrections": 243,
        "approved": 900,
        "part": "Fees abroad",
        "in_part": 71,
        "points": POINTS,
        "alpha": 0.71,
        "alpha_part": "Fees abroad",
        "twice": 41,
        "wrongs": Wrongs(of=24),
        "changes": (),
        "unchanged_since": MONDAY,
        "watched": (Upstream.MODEL, Upstream.PROMPT),
        "set_name": "cards-12",
    }
    return Facts(**(fields | changes))


def test_all_five_conditions_make_a_suggestion() -> None:
    """It names the set: 243 corrections and 104 approved outputs, 30 of 100 rows."""
    found = suggest(facts())

    assert [condition.met for condition in found.conditions] == [Met.MET] * 5
    assert found.suggested
    assert found.cure is None
    assert found.training_set is not None
    assert (found.training_set.corrections, found.training_set.approved) == (243, 104)  # 243 · 3 / 7 = 104.1
    assert found.training_set.share_approved == pytest.approx(0.2997, abs=1e-4)
    assert found.gain.needed == pytest.approx(0.095)  # half of .24 - .05
    assert found.gain.rate == pytest.approx(0.1013, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "place", "met"),
    [
        ({"crossed": False, "rate": a_rate(0.06, 0.04, 0.10)}, 0, Met.FAILED),
        ({"crossed": None, "rate": Missing(found=9, needed=40)}, 0, Met.UNKNOWN),
        ({"crossed": None, "target": None}, 0, Met.UNKNOWN),
        ({"corrections": 199}, 1, Met.FAILED),
        ({"in_part": 49}, 1, Met.FAILED),
        ({"rate": a_rate(0.14, 0.09, 0.20)}, 2, Met.FAILED),  # .14 - .10 is less than half of .09
        ({"alpha": 0.59}, 3, Met.FAILED),
        ({"alpha": None}, 3, Met.UNKNOWN),
        ({"changes": (INDEX,)}, 4, Met.FAILED),
        ({"watched": ()}, 4, Met.UNKNOWN),
    ],
)
def test_one_condition_that_does_not_hold_stops_it(changes: dict[str, Any], place: int, met: Met) -> None:
    """And it is the one that is said."""
    found = suggest(facts(**changes))

    assert found.conditions[place].met is met
    assert not found.suggested
    assert found.training_set is None


def test_the_lower_end_above_the_target_is_evidence_enough() -> None:
    """Nothing changed, but it was never as good as it should be."""
    assert suggest(facts(crossed=False)).evidence.met is Met.MET
    assert suggest(facts(crossed=None)).evidence.met is Met.MET


def test_a_first_training_is_suggested_without_a_known_gain() -> None:
    """There is no past to learn a curve from; that is said and does not stop it."""
    found = suggest(facts(points=()))

    assert found.gain.met is Met.UNKNOWN
    assert (found.gain.rate, found.gain.runs) == (None, 0)
    assert found.suggested


def test_without_a_target_the_goal_is_where_it_was() -> None:
    """Half of the way from .24 back to .08."""
    assert suggest(facts(target=None)).gain.needed == pytest.approx(0.08)


def test_a_part_that_does_not_stand_out_needs_no_material_of_its_own() -> None:
    """Errors everywhere are cured by corrections from everywhere."""
    assert suggest(facts(part="", in_part=None)).material.met is Met.MET


def test_a_changed_page_is_cured_in_the_index() -> None:
    """22 of 24 wrong outputs cite it: that comes before any training."""
    page = replace(INDEX, kind=Upstream.SOURCE, name="Card fees 2026")
    found = suggest(facts(changes=(page,)))

    assert found.cure is not None
    assert (found.cure.kind, found.cure.change, found.cure.wrong) == (Upstream.INDEX, page, 22)


def test_a_change_that_explains_little_is_named_and_stops_nothing() -> None:
    """3 of 24 wrong outputs go with it."""
    small = replace(INDEX, wrong=3)
    found = suggest(facts(changes=(small,)))

    assert found.other_cause.met is Met.MET
    assert found.other_cause.changes == (small,)
    assert found.other_cause.unchanged_since is None
    assert found.suggested


def test_of_several_changes_the_one_that_explains_most_is_first() -> None:
    """A new prompt came with all of the wrong outputs, the index with 22 of them."""
    prompt = replace(INDEX, kind=Upstream.PROMPT, name="p-7", wrong=24)
    found = suggest(facts(changes=(INDEX, prompt)))

    assert found.other_cause.changes == (prompt, INDEX)
    assert found.cure is not None
    assert found.cure.kind is Upstream.PROMPT


@pytest.mark.parametrize(
    ("wrongs", "kind"),
    [
        (Wrongs(of=24, without_source=12), Upstream.SOURCE),
        (Wrongs(of=24, beside_the_point=13, without_source=12), Upstream.INDEX),
        (Wrongs(of=24, manner=20), Upstream.PROMPT),
        (Wrongs(of=24, without_source=11), None),
        (Wrongs(of=0), None),
    ],
)
def test_errors_that_training_does_not_cure_are_told_by_their_kind(wrongs: Wrongs, kind: Upstream | None) -> None:
    """Half of them of one kind are cured where that kind comes from."""
    found = suggest(facts(wrongs=wrongs))

    assert (found.cure.kind if found.cure else None) is kind
    assert found.suggested is (kind is None)

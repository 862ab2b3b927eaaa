"""The wrong outputs of a week: examples, kinds, the part that stands out, and a model that is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from reviewers.decisions import digest_causes
from reviewers.decisions.digest_rates import Compared, Windows
from reviewers.decisions.retraining import Wrongs
from reviewers.model import ClaimMark, ClaimReading, Outcome, Reading, Resolution, TaskView
from reviewers.model.digest import State
from reviewers.model.digest_parts import PartKind, RateLine
from reviewers.model.missing import Missing
from tests.builders import NOON, a_decision, a_task, a_verdict, a_view, an_assessment, an_output, readings
from tests.digests import a_finding
from tests.periods import a_period


def wrong(number: int, outcome: Outcome = Outcome.REJECTED, *, reasons: tuple[str, ...] = ("invented",)) -> TaskView:
    """An output with this number that people found wrong."""
    resolution = Resolution(
        task_id=f"t-{number}",
        revision=1,
        outcome=outcome,
        verdict_id="v-1",
        resolved_by="U0MARA",
        reasons=reasons,
        resolved_at=NOON,
    )
    return a_view(task=a_task(f"t-{number}", number=number), output=an_output(f"o-{number}"), resolution=resolution)


def compared(more: bool | None, *, name: str = "", effect: float = 0.1) -> Compared:
    """A part that moved, or not."""
    state = State.STABLE if more is None else State.DRIFT
    finding = a_finding(name=name, state=state, effect=effect, low=effect - 0.05, high=effect + 0.05)
    few = Missing(found=0, needed=40)
    line = RateLine(
        part=PartKind.SLICE,
        name=name,
        rate=few,
        before=few,
        change=None,
        low=None,
        high=None,
        reviewed=0,
        outputs=0,
        finding=False,
    )
    return Compared(finding=finding, line=line, more=more)


def test_corrected_outputs_are_the_first_examples_and_three_are_enough() -> None:
    """With the claim that a source contradicts, and what that says instead."""
    found = digest_causes.examples([wrong(1), wrong(2), wrong(3), wrong(4, Outcome.EDITED)])
    assert [one.number for one in found] == [4, 1, 2]
    assert (found[0].quote, found[0].source) == ("A cash withdrawal abroad costs € 2.00.", "€ 3.50")


def test_example_without_a_contradiction_quotes_the_answer_itself() -> None:
    """As it begins, and nothing of a source."""
    (found,) = digest_causes.examples([replace(wrong(1), assessment=None)])
    assert found.quote.startswith("A cash withdrawal abroad costs € 2.00. Your daily limit")
    assert found.source == ""


def test_kinds_of_wrong_are_counted() -> None:
    """One with nothing to cite, one beside the point, one of style alone, one of style that is invented too."""
    nothing = tuple(ClaimReading(claim=one.claim, reading=Reading.NO_SOURCE) for one in readings())
    mark = ClaimMark(claim_number=1, mark=None, passage_beside_the_point=True)
    views = [
        replace(wrong(1), assessment=an_assessment(readings=nothing)),
        replace(wrong(2), verdicts=(a_verdict(marks=(mark,)),)),
        wrong(3, reasons=("style",)),
        wrong(4, reasons=("style", "invented")),
    ]
    assert digest_causes.kinds(views) == Wrongs(of=4, without_source=1, beside_the_point=1, manner=1)


def test_part_stands_out_where_it_got_worse_by_more_than_the_whole() -> None:
    """The whole rose by .2: a rise of .22 to .32 is beyond it, one of .17 to .27 is not."""
    beyond, like = compared(True, name="a", effect=0.27), compared(True, name="b", effect=0.22)
    whole = compared(True, effect=0.2)
    assert digest_causes.failing(whole, [like, beyond]) is beyond
    assert digest_causes.failing(whole, [like]) is None
    assert digest_causes.failing(compared(None), [like, compared(False, name="c", effect=-0.3)]) is like


def test_tasks_are_counted_by_the_part_that_they_belong_to() -> None:
    """Two of three are of slice a."""
    slices = {"t-1": "a", "t-2": "b", "t-3": "a"}
    part = compared(True, name="a")
    assert part.finding.part is PartKind.SLICE
    assert digest_causes.in_part(["t-1", "t-2", "t-3", "t-9"], part, slices, {}) == 2
    assert digest_causes.in_part(["t-1"], None, slices, {}) is None


def test_model_that_is_new_this_week_is_a_change_with_its_wrong_outputs() -> None:
    """The first output of it came on Monday; one of the two wrong outputs is its own."""
    is_now = np.array([False, True, True])
    stamps = np.array(["2026-11-12", "2026-11-16", "2026-11-17"], dtype="datetime64[us]")
    outputs = a_period([0.1] * 3, [], [], decided_at=stamps, model=np.array([0, 1, 0], np.int32), models=("m 1", "m 2"))
    views = [replace(wrong(at), decision=a_decision(model=f"m {at}")) for at in (1, 2)]
    (change,) = digest_causes.new_models(Windows(outputs=outputs, now=is_now, before=~is_now), views)
    assert (change.name, change.changed_at) == ("m 2", datetime(2026, 11, 16, tzinfo=UTC))
    assert (change.wrong, change.of) == (1, 2)


def test_model_that_came_with_the_reference_is_a_change_until_nothing_before_it_is_seen() -> None:
    """It began on the 12th, in the reference; before that, on the 3rd, another model wrote."""
    is_now, is_before = np.array([False, False, True]), np.array([False, True, False])
    stamps = np.array(["2026-10-03", "2026-11-12", "2026-11-17"], dtype="datetime64[us]")
    outputs = a_period([0.1] * 3, [], [], decided_at=stamps, model=np.array([0, 1, 1], np.int32), models=("m 1", "m 2"))
    (change,) = digest_causes.new_models(Windows(outputs=outputs, now=is_now, before=is_before), [])
    assert (change.name, change.changed_at) == ("m 2", datetime(2026, 11, 12, tzinfo=UTC))
    later = replace(outputs, model=np.array([1, 1, 1], np.int32))
    assert digest_causes.new_models(Windows(outputs=later, now=is_now, before=is_before), []) == ()


def test_no_model_is_new_where_nothing_came_before() -> None:
    """The first week of a route."""
    windows = Windows(outputs=a_period([0.1], [], []), now=np.array([True]), before=np.array([False]))
    assert digest_causes.new_models(windows, []) == ()

"""Verdicts as the figures of reviewers need them: what judges whom, what is known, and what each output came to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions import opinions
from reviewers.decisions.agreement import Alpha, alpha
from reviewers.decisions.double_review import Said
from reviewers.decisions.estimate_inputs import ReviewerErrors
from reviewers.decisions.reviewer_errors import Opinion, judge
from reviewers.decisions.too_few import TooFew
from reviewers.model import Outcome, Purpose, Reviewed, TaskState, VerdictKind
from tests.builders import NOON, a_task
from tests.decisions.test_figures import a_review

MARA, JONAS, TOMAS = "U0MARA", "U0JONAS", "U0TOMAS"


def one(number: int, who: str = MARA, *, wrong: bool = False, **changes: Any) -> Reviewed:
    """A verdict on output `o-{number}`, which came to the same unless a test says otherwise."""
    kind = VerdictKind.REJECT if wrong else VerdictKind.APPROVE
    outcome = Outcome.REJECTED if wrong else Outcome.APPROVED
    return a_review(number, **({"reviewer": who, "kind": kind, "outcome": outcome} | changes))


def second(number: int, who: str = JONAS, *, wrong: bool = False, **changes: Any) -> Reviewed:
    """A second look at the same output, on a task of its own."""
    fields = {"task_id": f"s-{number}", "purpose": Purpose.SECOND} | changes
    return one(number, who, wrong=wrong, **fields)


def gold(number: int, who: str = JONAS, *, known: str, wrong: bool = False) -> Reviewed:
    """A known answer made of that output."""
    return one(number, who, wrong=wrong, task_id=f"g-{number}", purpose=Purpose.GOLD, known=known)


def test_verdicts_on_one_output_judge_each_other() -> None:
    """Whether they are on one task or on two."""
    found = opinions.opinions([one(1, wrong=True), second(1)])
    assert set(found.given) == {
        Opinion(item="o-1", reviewer=MARA, wrong=True),
        Opinion(item="o-1", reviewer=JONAS, wrong=False),
    }
    assert found.known == {}


def test_a_known_answer_judges_only_who_was_given_it() -> None:
    """Mara and Tomás decided the output; that they agreed does not prove them right."""
    found = opinions.opinions([one(1, wrong=True), second(1, TOMAS, wrong=True), gold(1, known="wrong")])
    assert Opinion(item="g-1", reviewer=JONAS, wrong=False) in found.given
    assert found.known == {"g-1": True}


def test_an_answer_that_the_application_knows_judges_everybody() -> None:
    """It was known before anybody said anything."""
    found = opinions.opinions([one(1, known="right"), second(1, wrong=True)])
    assert found.known == {"o-1": False}


def test_what_a_lead_settled_is_known_and_no_opinion_of_the_lead() -> None:
    """It judges those who differed."""
    found = opinions.opinions([one(1, wrong=True), one(1, JONAS), one(1, TOMAS, wrong=True, as_lead=True)])
    assert [opinion.reviewer for opinion in found.given] == [MARA, JONAS]
    assert found.known == {"o-1": True}


def test_agreement_is_over_outputs_without_leads_and_known_answers() -> None:
    """Neither judges in ignorance of the others."""
    reviewed = [one(1, wrong=True), second(1), one(2), gold(2, known="right"), one(1, TOMAS, as_lead=True)]
    assert opinions.units(reviewed) == [["wrong", "right"], ["right"]]


def contested(number: int, *, lead_finds_wrong: bool) -> list[Reviewed]:
    """Mara passed it; Jonas, who was shown that, disagreed; Tomás settled it."""
    outcome = Outcome.REJECTED if lead_finds_wrong else Outcome.APPROVED
    return [
        one(number, MARA, outcome=outcome),
        one(number, JONAS, wrong=True, seen="decided", outcome=outcome),
        one(number, TOMAS, wrong=lead_finds_wrong, as_lead=True, outcome=outcome),
    ]


def test_who_disagrees_with_a_decision_does_not_judge_in_ignorance_of_it() -> None:
    """Thirty pairs of which one differs, 7 of 60 saying wrong: D_o = 2/60, D_e = 2·7·53/(60·59), so α is .841; ten who
    disagree with what they were shown would make it .19."""
    pairs = [one(place, wrong=place < 4) for place in range(30)]
    pairs += [second(place, wrong=place < 3) for place in range(30)]
    late = [each for number in range(40, 50) for each in contested(number, lead_finds_wrong=True)]
    found = alpha(opinions.units(pairs + late))
    assert isinstance(found, Alpha)
    assert found.units == 30
    assert found.value == pytest.approx(1 - (2 / 60) / (2 * 7 * 53 / (60 * 59)))


@pytest.mark.parametrize("lead_finds_wrong", [True, False])
def test_what_a_lead_settled_for_who_disagreed_judges_nobody(lead_finds_wrong: bool) -> None:
    """Only where somebody differs does it come to that; a dispute of two who did not know of each other still does."""
    found = opinions.opinions(contested(1, lead_finds_wrong=lead_finds_wrong))
    assert found.given == (Opinion(item="o-1", reviewer=MARA, wrong=False),)
    assert found.known == {}
    blind = [one(2, wrong=True), one(2, JONAS), one(2, TOMAS, wrong=True, as_lead=True)]
    assert opinions.opinions(contested(1, lead_finds_wrong=lead_finds_wrong) + blind).known == {"o-2": True}


def test_what_a_lead_settled_for_who_disagreed_was_not_decided_by_them() -> None:
    """Jonas was of the lead's mind, but it is Mara who decides on this route."""
    reviewed = [one(place, MARA, wrong=place < 8, known="wrong") for place in range(20)]
    reviewed += [one(20 + place, JONAS, wrong=place < 2, known="wrong") for place in range(20)]
    reviewed += [one(40, MARA), *contested(41, lead_finds_wrong=True)]
    found = opinions.errors(reviewed)
    judged = opinions.opinions(reviewed)
    assert isinstance(found, ReviewerErrors)
    mara = judge(judged.given, judged.known).by_reviewer[MARA]
    assert found.people == 1
    assert found.sensitivity.mean == pytest.approx(mara.errors.sensitivity.mean)


def test_what_an_output_came_to_with_all_looks_at_it() -> None:
    """By route; the second look is in what was said, and counts as open until it has a verdict."""
    looks = [
        a_task("s-1", output_id="o-1", purpose=Purpose.SECOND, state=TaskState.RESOLVED, seen_by=(MARA, TOMAS)),
        a_task("s-2", output_id="o-2", purpose=Purpose.SECOND),
        a_task("g-1", output_id="o-1", purpose=Purpose.GOLD, known="wrong"),
    ]
    reviewed = [one(1, wrong=True), second(1), one(2), one(3, outcome=None), one(4, known="right"), one(5, route="B")]
    found = opinions.decided(reviewed, looks)

    assert {route: [each.output_id for each in some] for route, some in found.items()} == {
        "Card support": ["o-1", "o-2"],
        "B": ["o-5"],
    }
    first, other = found["Card support"]
    assert first.said == (Said(reviewer=MARA, wrong=True), Said(reviewer=JONAS, wrong=False))
    assert (first.wrong, first.as_lead, first.seconds, first.seconds_open, first.golds) == (True, False, 1, 0, 1)
    assert first.seen_by == {MARA, JONAS, TOMAS}
    assert (other.seconds, other.seconds_open, other.resolved_at) == (1, 1, NOON + timedelta(seconds=30))


def test_a_second_look_alone_is_no_decision() -> None:
    """The verdict that decided lies before the period."""
    assert opinions.decided([second(1)], []) == {}


@pytest.mark.parametrize(("routes", "parts"), [(["A"], (1, 0)), (["B"], (0, 1)), (None, (1, 1))])
def test_the_errors_of_a_route_weigh_who_decides_there(routes: list[str] | None, parts: tuple[int, int]) -> None:
    """Mara on A, Jonas on B; neither a lead's verdict nor a second look decides anything."""
    reviewed = [one(place, MARA, wrong=place < 8, known="wrong") for place in range(20)]
    reviewed += [one(20 + place, JONAS, wrong=place < 2, known="wrong") for place in range(20)]
    reviewed += [
        one(40, MARA, route="A"),
        one(41, JONAS, route="B"),
        one(42, TOMAS, route="A", as_lead=True),
        second(40, JONAS, wrong=True, route="A"),
    ]
    found = opinions.errors(reviewed, routes)
    assert isinstance(found, ReviewerErrors)
    errors = judge(opinions.opinions(reviewed).given, opinions.opinions(reviewed).known).by_reviewer
    mara, jonas = (errors[name].errors.sensitivity.mean for name in (MARA, JONAS))
    assert mara > 0.4 > 0.3 > jonas
    assert found.sensitivity.mean == pytest.approx((parts[0] * mara + parts[1] * jonas) / sum(parts))


def test_too_few_second_opinions_correct_nothing() -> None:
    """It says how many there are of those who decide on the route, ten of Jonas's."""
    reviewed = [one(place, MARA, wrong=True, known="wrong") for place in range(10)]
    reviewed += [one(20 + place, JONAS, wrong=True, known="wrong") for place in range(10)]
    reviewed += [one(41, JONAS, route="B")]
    assert opinions.errors(reviewed, ["B"]) == TooFew(found=10, needed=20, of="second opinions")


def test_an_edit_and_a_rejection_are_of_one_mind_about_wrong() -> None:
    """Both found it wrong, so both made what it came to."""
    reviewed = [one(place, MARA, wrong=True, known="wrong") for place in range(20)]
    reviewed += [one(20 + place, JONAS, wrong=True, known="wrong") for place in range(20)]
    reviewed += [one(40, MARA, wrong=True, task_id="t"), one(40, JONAS, wrong=True, kind=VerdictKind.EDIT, task_id="t")]
    found = opinions.errors(reviewed)
    assert isinstance(found, ReviewerErrors)
    share = judge(opinions.opinions(reviewed).given, opinions.opinions(reviewed).known).accuracies[0]
    right = share.errors.sensitivity.mean
    assert found.sensitivity.mean == pytest.approx(right**2 / (right**2 + (1 - right) ** 2))  # both, of both alike

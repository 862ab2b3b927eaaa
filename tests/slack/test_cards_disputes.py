"""The direct message that asks a lead to settle what reviewers differ on."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.cards.dispute import sides
from bot.slack.values import ButtonValue
from reviewers.model import (
    NoticeKind,
    TaskState,
    VerdictKind,
)
from tests.builders import NOON, a_verdict, showing
from tests.slack.checks import objects, words
from tests.slack.drawn import buttons, kinds, said
from tests.slack.scenes import QUESTION, held, lisbon, thailand
from tests.slack.test_cards_notices import sent
from tests.slack.test_cards_settled import disputed, settled
from tests.slack.test_cards_states import given, with_task

TEN_PAST_SEVEN = NOON + timedelta(hours=7, minutes=10)  # 2 h 10 min after what is due at 17:00
APPROVE, EDIT, REJECT = VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT


def test_two_rationales_stand_side_by_side_and_nobody_is_named() -> None:
    """The card with its evidence, the two sides, the verbs without Unsure, since when."""
    view = disputed()
    message = sent(NoticeKind.DISPUTE, view)
    assert kinds(message) == [
        "section",
        "rich_text",
        "rich_text",
        "rich_text",
        "section",
        "context",
        "actions",
        "context",
    ]
    assert said(message.blocks[0]) == ":scales: *Two reviewers differ.* You decide; names show afterwards."
    fields = [field["text"] for field in message.blocks[4]["fields"]]
    assert sorted(field.split("\n", 1)[1] for field in fields) == [
        ":white_check_mark: Approve",
        ":x: Reject: outdated\n“Told me so.”",
    ]
    assert [field.split("\n")[0] for field in fields] == ["*Reviewer 1*", "*Reviewer 2*"]
    assert buttons(message) == ["Approve", "Edit", "Reject", "Check claims"]
    values = [item["value"] for item in objects(message.blocks) if item.get("type") == "button"]
    assert all(ButtonValue.parse(value) == ButtonValue(task_id="t-1", settles=True) for value in values)
    assert said(message.blocks[-1]) == (
        "Disputed since <!date^1795442760^{time}|14:06>  ·  due <!date^1795453200^{time}|17:00>  ·  #4821"
    )
    everything = message.text + str(message.blocks)
    assert not any(person in everything for person in ("U0MARA", "U0JONAS", "Mara", "Jonas", "62 in 100"))


def test_the_text_of_a_dispute_says_both_sides_then_question_and_answer() -> None:
    """The whole decision by ear."""
    view = disputed()
    first = sides(view)[0].kind is APPROVE
    told = ("approved", "rejected (outdated) and says “Told me so.”")
    one, two = told if first else told[::-1]
    text = sent(NoticeKind.DISPUTE, view).text
    assert text.startswith(
        f"Two reviewers differ on 4821: reviewer 1 {one}; reviewer 2 {two}. You decide. “{QUESTION}”"
    )
    assert "costs € 2.00 (claim 1, contradicted: the source says € 3.50)." in text
    assert text.endswith("Not verified. To decide: Approve, Edit or Reject on this message.")


def test_the_order_of_the_sides_is_drawn_by_the_task_alone() -> None:
    """The same every time, whoever they are; over many tasks each order comes up about as often."""
    orders = []
    for task in range(400):
        view = with_task(disputed(), task_id=f"t-{task}")
        others = replace(view, verdicts=given(APPROVE, REJECT, reviewers=["U0DANA", "U0PRIYA"]))
        order = [verdict.kind for verdict in sides(view)]
        assert order == [verdict.kind for verdict in sides(view)] == [verdict.kind for verdict in sides(others)]
        orders.append(order[0] is APPROVE)
    # 400 fair draws: 200 ± 10; five standard deviations either way.
    assert 150 < sum(orders) < 250


def test_three_sides_take_every_order() -> None:
    """A third opinion does not always stand last."""
    seen = {
        tuple(verdict.kind for verdict in sides(with_task(disputed(APPROVE, REJECT, EDIT), task_id=f"t-{task}")))
        for task in range(200)
    }
    assert seen == set(itertools.permutations((APPROVE, REJECT, EDIT)))


def test_three_reviewers_who_differ_are_three_fields() -> None:
    """An edit is told in words: what becomes what."""
    view = disputed(APPROVE, REJECT)
    edit = a_verdict(
        "v-3",
        reviewer="U0PRIYA",
        kind=EDIT,
        correction=view.output.completion.replace("2.00", "3.50"),
        reasons=("contradicts",),
    )
    message = sent(NoticeKind.DISPUTE, replace(view, verdicts=(*view.verdicts, edit)))
    assert said(message.blocks[0]).startswith(":scales: *Three reviewers differ.*")
    fields = [field["text"].split("\n", 1)[1] for field in message.blocks[4]["fields"]]
    assert ":pencil2: Edit: contradicts the source\n“2.00” becomes “3.50”" in fields


def test_a_blind_dispute_hides_the_machine_and_shows_both_sides() -> None:
    """The lead decides as the reviewers did."""
    message = sent(NoticeKind.DISPUTE, showing(disputed(), "blind"))
    assert "small_red_triangle" not in str(message.blocks)
    assert "contradicted" not in message.text
    assert "Sources found" in words(message.blocks)
    assert any("fields" in block for block in message.blocks)


def test_a_long_answer_cannot_be_settled_unread() -> None:
    """Read all stands in Approve's place for a lead too."""
    view = with_task(lisbon(verdicts=given(APPROVE, REJECT)), state=TaskState.DISPUTED, quorum=2, lead="U0TOMAS")
    message = sent(NoticeKind.DISPUTE, view)
    assert buttons(message) == ["Read all", "Edit", "Reject"]
    assert message.text.endswith("Approve is in Read all; Edit or Reject on this message.")


def test_a_held_dispute_says_first_that_two_differ_and_then_who_waits() -> None:
    """The lead sees the clock."""
    message = sent(NoticeKind.DISPUTE, held(disputed()))
    assert said(message.blocks[1]).startswith(":hourglass_flowing_sand: *Customer waiting* since ")


def test_a_dispute_that_is_settled_says_by_whom_and_names_show() -> None:
    """The message becomes the decided card, with the menu to change it."""
    message = sent(NoticeKind.DISPUTE, settled())
    assert said(message.blocks[0]) == (
        ":x: *Rejected* by <@U0TOMAS>, <!date^1795446600^{time}|15:10>, as lead. Invented.\n"
        "Before: <@U0JONAS> approved, <@U0PRIYA> rejected."
    )
    assert buttons(message) == ["Change my verdict · History · Why this one? · Full text"]
    assert message.text.startswith("Rejected by Tomás Ruiz at 15:10, as lead: invented.")


def test_a_dispute_that_timed_out_or_dissolved_says_so() -> None:
    """Either way there is nothing left to decide here."""
    late = with_task(disputed(), state=TaskState.TIMED_OUT, times_out_at=NOON + timedelta(hours=9))
    assert said(sent(NoticeKind.DISPUTE, late).blocks[0]).startswith(":hourglass: *Timed out* at ")
    again = sent(NoticeKind.DISPUTE, with_task(disputed(), state=TaskState.OPEN))
    assert said(again.blocks[0]) == (
        "*No longer disputed.* A reviewer's verdict changed, and the answer is open again."
    )
    assert buttons(again) == []


@pytest.mark.parametrize("sign", ["x", "&", "<", "👩‍👩‍👧‍👦", "أ", "*", "word & "])
def test_six_sides_of_any_length_fit_into_one_message(sign: str) -> None:
    """A field takes 2,000 characters on the wire, where an ampersand counts five."""
    kinds_ = (REJECT, EDIT, REJECT, EDIT, REJECT, EDIT)
    verdicts = tuple(
        a_verdict(
            f"v-{place}",
            reviewer=f"U0P{place}",
            kind=kind,
            correction=sign * 2000 + str(place) if kind is EDIT else None,
            reasons=(sign * 100, "invented", "unsafe"),
            note=sign * 1500,
        )
        for place, kind in enumerate(kinds_)
    )
    view = with_task(thailand(verdicts=verdicts), state=TaskState.DISPUTED, quorum=5, lead="U0TOMAS")
    message = sent(NoticeKind.DISPUTE, view)
    assert len(next(block for block in message.blocks if "fields" in block)["fields"]) == 6

"""What an open card says of the people around it: who has it, who said something, who was unsure, who sent it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.slack.cards import SlackMessage, task_card
from bot.slack.forms import why_view
from reviewers.decisions.consensus import stand
from reviewers.model import (
    DatasetUse,
    Outcome,
    Purpose,
    Reason,
    ReleaseState,
    TaskState,
    TaskView,
    Verdict,
    VerdictKind,
)
from reviewers.model.sources import ChangedSentence
from tests.builders import NOON, a_decision, a_verdict, showing
from tests.decisions.test_source_changes import a_change
from tests.slack.checks import objects, words
from tests.slack.drawn import AT, NAMES, buttons, drawn_card, fine, kinds, said
from tests.slack.scenes import FEES, SIX_PAST, TWELVE_PAST, held, resolved, thailand

TWENTY_PAST = NOON + timedelta(hours=2, minutes=20)
OPEN_MENU = "Claim for 15 minutes · Why this one? · History · Hand over"
CLAIMED_MENU = "Give back · Why this one? · History · Hand over"
PERSONS = ["U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS", "U0DANA"]


def with_task(view: TaskView, **changes: Any) -> TaskView:
    return replace(view, task=replace(view.task, **changes))


def given(*kinds_: VerdictKind, reviewers: list[str] | None = None) -> tuple[Verdict, ...]:
    """One verdict of each kind, each by another person, a minute apart."""
    people = reviewers or PERSONS
    return tuple(
        a_verdict(
            f"v-{place}",
            reviewer=people[place],
            kind=kind,
            correction="Another answer." if kind is VerdictKind.EDIT else None,
            reasons=("outdated",) if kind is VerdictKind.REJECT else (),
            note="Told me so." if kind is VerdictKind.REJECT else "",
            recorded_at=AT + timedelta(minutes=place),
        )
        for place, kind in enumerate(kinds_)
    )


def claimed(until: datetime = TWENTY_PAST) -> TaskView:
    return with_task(thailand(), claimed_by="U0MARA", claimed_until=until)


def grey_lines(card: SlackMessage) -> list[str]:
    return [said(block) for block in card.blocks if block["type"] == "context"]


def test_a_claimed_card_says_by_whom_and_until_when() -> None:
    """A grey line above the verbs; the message is the same for all, so the buttons stay and the menu gives it back."""
    card = fine(drawn_card(claimed(), display=NAMES))
    assert kinds(card) == ["rich_text", "rich_text", "rich_text", "context", "context", "actions", "context"]
    assert said(card.blocks[4]) == ":lock: *Claimed* by <@U0MARA> until <!date^1795443600^{time}|14:20>"
    assert buttons(card) == ["Approve", "Edit", "Reject", "Unsure", "Check claims", CLAIMED_MENU]
    assert card.text.startswith("Review 4821, claimed by Mara Lindqvist until 14:20. “I'm going")


@pytest.mark.parametrize("seconds", [0, 1, 3600])
def test_a_claim_that_ran_out_is_not_on_the_card(seconds: int) -> None:
    """From its last moment on it is anybody's again, whether or not the clock has swept it away yet."""
    late = TWENTY_PAST + timedelta(seconds=seconds)
    card = task_card(claimed(), display=NAMES, now=late)
    assert grey_lines(card) == grey_lines(drawn_card(thailand()))
    assert buttons(card)[-1] == OPEN_MENU
    assert card.text.startswith("Review 4821: ")


def test_an_assigned_card_says_for_whom() -> None:
    """Until that person claims it, which says more."""
    view = with_task(thailand(), assigned_to="U0JONAS")
    card = fine(drawn_card(view, display=NAMES))
    assert said(card.blocks[4]) == "*For* <@U0JONAS>"
    assert card.text.startswith("Review 4821, for Jonas Weber. ")
    assert "*For*" not in words(drawn_card(with_task(claimed(), assigned_to="U0MARA")).blocks)


def test_a_card_that_two_decide_says_so_before_the_first_verdict() -> None:
    """The consequence is said before the click: one approval alone does nothing yet."""
    card = fine(drawn_card(with_task(thailand(), quorum=2)))
    assert kinds(card) == ["rich_text", "rich_text", "rich_text", "context", "actions", "context"]
    assert said(card.blocks[-1]).endswith("  ·  helpdesk-8b, 3 Nov  ·  2 verdicts decide  ·  #4821")


@pytest.mark.parametrize(
    ("quorum", "kinds_", "line", "opinion"),
    [
        (
            2,
            [VerdictKind.REJECT],
            "*1 of 2 verdicts in* (<@U0MARA>). What they say shows when both are in.",
            "second opinion",
        ),
        (
            3,
            [VerdictKind.REJECT, VerdictKind.APPROVE],
            "*2 of 3 verdicts in* (<@U0MARA>, <@U0JONAS>). What they say shows when all are in.",
            "third opinion",
        ),
        (  # they differ, so a third person is asked
            2,
            [VerdictKind.REJECT, VerdictKind.APPROVE],
            "*2 of 3 verdicts in* (<@U0MARA>, <@U0JONAS>). What they say shows when all are in.",
            "third opinion",
        ),
        (
            5,
            [VerdictKind.REJECT, VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT, VerdictKind.APPROVE],
            "*5 of 6 verdicts in* (<@U0MARA>, <@U0JONAS>, <@U0PRIYA>, <@U0TOMAS>, <@U0DANA>). What they say shows when "
            "all are in.",
            "sixth opinion",
        ),
    ],
)
def test_a_half_decided_card_says_who_gave_a_verdict_and_never_which(
    quorum: int, kinds_: list[VerdictKind], line: str, opinion: str
) -> None:
    """Neither the outcome nor a reason nor a note of the others is anywhere in the message."""
    view = with_task(thailand(verdicts=given(*kinds_)), quorum=quorum)
    card = fine(drawn_card(view, display=NAMES))
    assert line in grey_lines(card)
    assert opinion in said(card.blocks[-1]).split("  ·  ")
    assert buttons(card)[:4] == ["Approve", "Edit", "Reject", "Unsure"]
    drawn = words([block for block in card.blocks if block["type"] != "actions"]) + card.text.replace("Approve, ", "")
    for hidden in ("Outdated", "outdated", "Told me so", "ejected", "pproved", "Another answer"):
        assert hidden not in drawn


def test_unsure_and_what_was_taken_back_are_no_verdicts_of_a_quorum() -> None:
    """Only verdicts that say something of the answer are counted."""
    one, unsure = given(VerdictKind.APPROVE, VerdictKind.UNSURE)
    back = a_verdict("v-9", reviewer="U0MARA", kind=VerdictKind.WITHDRAWN, supersedes="v-0", revision=2)
    half = with_task(thailand(verdicts=(one, unsure)), quorum=2, handed_on_by="U0JONAS")
    card = fine(drawn_card(half, display=NAMES))
    assert grey_lines(card)[1:3] == [
        "*1 of 2 verdicts in* (<@U0MARA>). What they say shows when both are in.",
        ":question: *Needs someone else.* <@U0JONAS> was unsure.",
    ]
    none = with_task(thailand(verdicts=(one, back)), quorum=2)
    assert "verdicts in" not in words(drawn_card(none).blocks)


def test_an_answer_that_was_handed_over_says_by_whom() -> None:
    """Handing over is not being unsure."""
    card = fine(drawn_card(with_task(thailand(), handed_on_by="U0MARA"), display=NAMES))
    assert said(card.blocks[4]) == ":question: *Needs someone else.* <@U0MARA> handed it over."


def test_an_answer_that_a_person_sent_names_the_person() -> None:
    """By hand it was no draw, before the verdict and after it."""
    view = with_task(thailand(), sent_by="U0DANA")
    assert said(drawn_card(view).blocks[-1]).startswith("*Not verified*  ·  Sent by <@U0DANA>  ·  due ")
    grey = said(drawn_card(resolved(view, Outcome.APPROVED)).blocks[-1])
    risk = "Risk was high (62 in 100), learned from 90 verdicts"
    assert grey == f"{risk}  ·  sent by <@U0DANA>  ·  helpdesk-8b, 3 Nov  ·  #4821"


def test_a_held_answer_that_two_decide_is_not_sent_by_one_click() -> None:
    """The grey line says what sends it."""
    grey = said(drawn_card(with_task(held(thailand()), quorum=2)).blocks[-1])
    assert grey.endswith("  ·  2 verdicts decide  ·  sent when the verdicts agree  ·  #4821")


def test_what_is_shown_follows_the_task_and_not_its_neighbours() -> None:
    """Two tasks of one route may differ: a random tenth is shown without the machine's marks."""
    shown = {show: drawn_card(showing(thailand(), show)) for show in ("evidence", "blind", "all")}
    assert [
        ("small_red_triangle" in str(card.blocks), "62 in 100" in words(card.blocks)) for card in shown.values()
    ] == [
        (True, False),
        (False, False),
        (True, True),
    ]


def reopened(**changes: Any) -> TaskView:
    """Mara approved at 14:06 and took it back at 14:12."""
    verdicts = (
        a_verdict("v-1", recorded_at=SIX_PAST),
        a_verdict("v-2", kind=VerdictKind.WITHDRAWN, supersedes="v-1", revision=2, recorded_at=TWELVE_PAST),
    )
    return thailand(verdicts=verdicts, **changes)


def test_a_verdict_that_was_taken_back_leaves_an_open_card_with_its_verbs() -> None:
    """It says that it was decided before, and not how."""
    card = fine(drawn_card(reopened(), display=NAMES))
    assert buttons(card) == ["Approve", "Edit", "Reject", "Unsure", "Check claims", OPEN_MENU]
    assert said(card.blocks[4]) == "*Open again.* <@U0MARA> took the verdict back."
    assert card.text.startswith("Review 4821, open again. ")
    assert "pproved" not in words(card.blocks)


def test_nobody_waits_any_more_for_an_answer_that_was_sent_and_recalled() -> None:
    """The customer has it already: no hourglass, no promise that a click sends it."""
    view = held(reopened(), state=ReleaseState.APPROVED, text="x", decided_at=SIX_PAST, recalled_at=TWELVE_PAST)
    card = fine(drawn_card(view, display=NAMES))
    assert kinds(card)[0] == "rich_text"
    assert said(card.blocks[4]) == (
        "*Open again.* <@U0MARA> took the verdict back. Sent at <!date^1795442760^{time}|14:06>, *recalled* at "
        "<!date^1795443120^{time}|14:12>."
    )
    assert "sends it at once" not in words(card.blocks)
    assert "waiting" not in card.text


def test_an_answer_that_went_into_a_dataset_is_recalled_when_it_opens_again() -> None:
    """The first revision was used: taking it back is said as a recall."""
    use = DatasetUse(version="d", format="sft", path="d.jsonl", task_id="t-1", revision=1, built_at=SIX_PAST)
    line = said(drawn_card(reopened(uses=(use,))).blocks[4])
    assert line.endswith("took the verdict back. *Recalled* at <!date^1795443120^{time}|14:12>.")
    other = replace(use, revision=7)
    assert "Recalled" not in said(drawn_card(reopened(uses=(other,))).blocks[4])


def test_a_vote_that_is_taken_back_before_anything_was_decided_opens_nothing_again() -> None:
    """With two to decide, one vote decided nothing."""
    view = with_task(reopened(), quorum=2)
    assert "Open again" not in words(drawn_card(view).blocks)


def test_a_withdrawn_resolution_is_drawn_as_the_open_card_it_stands_for() -> None:
    """Whoever hands the newest resolution in, a withdrawn one too, gets an open card."""
    one = resolved(reopened(), Outcome.WITHDRAWN, revision=2, verdict_id="v-2")
    card = fine(drawn_card(with_task(one, state=TaskState.OPEN)))
    assert buttons(card)[:4] == ["Approve", "Edit", "Reject", "Unsure"]


def test_each_change_of_the_people_around_it_gives_the_blocks_new_names() -> None:
    """Slack keeps what belongs to a block's name: a redrawn card has none of the old ones."""
    views = [
        thailand(),
        claimed(),
        claimed(TWENTY_PAST + timedelta(minutes=1)),
        with_task(thailand(), assigned_to="U0MARA"),
        with_task(thailand(), handed_on_by="U0MARA"),
        reopened(),
    ]
    names = [frozenset(item["block_id"] for item in objects(drawn_card(v).blocks) if "block_id" in item) for v in views]
    assert all(one.isdisjoint(other) for one in names for other in names if one is not other)


def test_the_scene_of_the_opened_card_is_what_the_decision_says() -> None:
    """The scene above stands for what consensus makes of these verdicts: a withdrawn second revision."""
    view = reopened(decision=a_decision(reason=Reason.UNIFORM))
    first = stand(view.verdicts[:1], None).resolution
    again = stand(view.verdicts, first)
    assert first is not None
    assert again.resolution is not None
    assert (again.state, again.resolution.outcome, again.resolution.revision) == (
        TaskState.OPEN,
        Outcome.WITHDRAWN,
        2,
    )


def source_changed(**changes: Any) -> TaskView:
    """The fee table says € 5.00 since yesterday; the answer was approved before."""
    change = a_change(FEES.text, FEES.text.replace("3.50", "5.00"), **changes)
    return with_task(thailand(change=change), purpose=Purpose.REOPENED, change_id="sc_1")


def test_an_approved_answer_whose_source_changed_shows_what_it_said_and_says() -> None:
    """Old and new sentence beside each other, in a grey line; all verbs; no draw is claimed."""
    card = fine(drawn_card(source_changed(), display=NAMES))
    line = said(card.blocks[4])
    assert line.startswith("*A source changed since this was approved* (<!date^")
    assert "_Card fees 2026_ said “Cash withdrawal outside the euro area: € 3.50" in line
    assert "and says “Cash withdrawal outside the euro area: € 5.00" in line
    assert buttons(card)[:4] == ["Approve", "Edit", "Reject", "Unsure"]
    assert "Source changed" in said(card.blocks[-1])
    assert "Sampled" not in words(card.blocks)
    assert card.text.startswith("Review 4821, approved before its source changed. ")
    assert "it said “Cash withdrawal outside the euro area: € 3.50" in card.text


@pytest.mark.parametrize(("removed", "words_"), [(True, "and is gone."), (False, "and says nothing like it now.")])
def test_a_source_that_is_gone_says_so(removed: bool, words_: str) -> None:
    """There is no new sentence to quote."""
    sentences = (ChangedSentence(was=FEES.text, now=""),)
    card = fine(drawn_card(source_changed(removed=removed, sentences=sentences)))
    assert said(card.blocks[4]).endswith(words_)


def test_why_names_the_source_and_claims_no_draw() -> None:
    """Its first sentence, and a line of the story."""
    view = why_view(source_changed(), display=NAMES, may_see_risk=False)
    shown = words(view["blocks"])
    assert "#4821 was approved before, and a source says something else since.* That is no draw" in shown
    assert "the source Card fees 2026 changed since this was approved: it said" in shown

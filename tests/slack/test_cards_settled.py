"""Cards that several people decided, that a lead settled, that were recalled, and those that nobody decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.forms import history_view, why_view
from reviewers.model import Outcome, ReleaseState, TaskState, TaskView, VerdictKind
from tests.builders import NOON, a_verdict, showing
from tests.slack.checks import objects, problems_of_view, words
from tests.slack.drawn import NAMES, buttons, drawn_card, fine, kinds, said
from tests.slack.scenes import ANSWER, QUESTION, SIX_PAST, TWELVE_PAST, held, resolved, thailand
from tests.slack.test_cards_states import given, with_task

DECIDED_MENU = "Change my verdict · History · Why this one? · Full text"
THREE = NOON + timedelta(hours=3, minutes=10)
APPROVE, EDIT, REJECT = VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT


def disputed(*kinds_: VerdictKind, lead: str = "U0TOMAS", **changes: Any) -> TaskView:
    """Reviewers differ; a lead is asked."""
    view = thailand(verdicts=given(*(kinds_ or (APPROVE, REJECT))))
    return with_task(view, **{"state": TaskState.DISPUTED, "quorum": 2, "lead": lead, **changes})


def settled(**changes: Any) -> TaskView:
    """Jonas approved, Priya rejected, Tomás settled it at 15:10."""
    voted = given(APPROVE, REJECT, reviewers=["U0JONAS", "U0PRIYA"])
    last = a_verdict("v-9", reviewer="U0TOMAS", kind=REJECT, reasons=("invented",), as_lead=True, recorded_at=THREE)
    view = resolved(
        thailand(verdicts=(*voted, last)),
        Outcome.REJECTED,
        **{
            "verdict_id": "v-9",
            "resolved_by": "U0TOMAS",
            "reasons": ("invented",),
            "as_lead": True,
            "resolved_at": THREE,
            **changes,
        },
    )
    return with_task(view, quorum=2, lead="U0TOMAS")


def test_a_disputed_card_says_who_decides_and_neither_verdict() -> None:
    """First the state with the menu, then question and answer; "Not verified" stays, the verbs are gone."""
    card = fine(drawn_card(disputed(), NAMES))
    assert kinds(card) == ["section", "rich_text", "rich_text", "context"]
    assert said(card.blocks[0]) == ":scales: *Disputed*. 2 verdicts differ, a lead decides (<@U0TOMAS>)."
    assert buttons(card) == [DECIDED_MENU]
    assert said(card.blocks[2]) == ANSWER
    assert said(card.blocks[3]) == (
        "*Not verified*  ·  2 of 2 verdicts in  ·  due <!date^1795453200^{time}|17:00>  ·  helpdesk-8b, 3 Nov  ·  #4821"
    )
    assert card.text == (
        f"Disputed: 2 verdicts differ, a lead decides (Tomás Ruiz). Not verified. Question: {QUESTION}"
    )
    everything = card.text + words(card.blocks)
    assert not any(word in everything for word in ("ejected", "pproved", "utdated", "Told me so", "62 in 100"))


def test_a_disputed_card_of_a_blind_route_does_not_name_the_model() -> None:
    """The lead has not decided yet."""
    assert "helpdesk" not in words(drawn_card(showing(disputed(), "blind")).blocks)


def test_somebody_who_waits_is_named_on_a_disputed_card_too() -> None:
    """Neither the dispute nor the person at the other end is forgotten."""
    card = fine(drawn_card(held(disputed()), NAMES))
    assert kinds(card) == ["section", "section", "rich_text", "rich_text", "context"]
    assert said(card.blocks[1]).startswith(":hourglass_flowing_sand: *Customer waiting* since ")
    assert "due" not in said(card.blocks[-1])
    assert "A customer is waiting since 14:02." in card.text


@pytest.mark.parametrize("hold", [False, True])
def test_a_dispute_that_has_no_lead_can_be_settled_on_its_card(hold: bool) -> None:
    """Nobody gets a message, so whoever has not voted decides here: evidence and verbs stay, Unsure goes."""
    view = disputed(lead="")
    card = fine(drawn_card(held(view) if hold else view, NAMES))
    assert said(card.blocks[0]) == ":scales: *Disputed*. 2 verdicts differ, another reviewer decides."
    waits = ["section"] * hold
    assert kinds(card) == ["section", *waits, "rich_text", "rich_text", "rich_text", "context", "actions", "context"]
    assert buttons(card) == [DECIDED_MENU, "Approve", "Edit", "Reject", "Check claims"]
    values = [item["value"] for item in objects(card.blocks) if item.get("type") == "button"]
    assert values == ['{"v":1,"task":"t-1","settles":true}'] * 4
    assert "To decide: Approve, Edit or Reject on this message." in card.text
    assert "utdated" not in card.text + words(card.blocks)


def test_a_settled_card_names_the_lead_and_what_the_others_had_said() -> None:
    """Now that it is decided, names show."""
    card = fine(drawn_card(settled(), NAMES))
    assert said(card.blocks[0]) == (
        ":x: *Rejected* by <@U0TOMAS>, <!date^1795446600^{time}|15:10>, as lead. Invented.\n"
        "Before: <@U0JONAS> approved, <@U0PRIYA> rejected."
    )
    assert buttons(card) == [DECIDED_MENU]
    assert card.text == f"Rejected by Tomás Ruiz at 15:10, as lead: invented. Question: {QUESTION}"


def test_a_lead_who_had_voted_before_is_not_listed_twice() -> None:
    """Their own earlier verdict is superseded by the one that settled it."""
    view = settled()
    own = a_verdict("v-8", reviewer="U0TOMAS", kind=APPROVE)
    last = replace(view.verdicts[-1], supersedes="v-8", revision=2)
    card = fine(drawn_card(replace(view, verdicts=(own, *view.verdicts[:-1], last)), NAMES))
    assert said(card.blocks[0]).endswith("as lead. Invented.\nBefore: <@U0JONAS> approved, <@U0PRIYA> rejected.")


def test_a_card_that_two_decided_names_both() -> None:
    """The one whose verdict settled it comes last."""
    view = with_task(
        resolved(thailand(verdicts=given(APPROVE, APPROVE)), Outcome.APPROVED, resolved_by="U0JONAS", verdict_id="v-1"),
        quorum=2,
    )
    card = fine(drawn_card(view, NAMES))
    assert said(card.blocks[0]) == (
        ":white_check_mark: *Approved* by <@U0MARA> and <@U0JONAS>, <!date^1795442760^{time}|14:06>"
    )
    assert card.text.startswith("Approved by Mara Lindqvist and Jonas Weber at 14:06.")


def test_a_majority_names_who_thought_otherwise() -> None:
    """Two of three reject; the third had approved."""
    view = resolved(
        thailand(verdicts=given(REJECT, APPROVE, REJECT)),
        Outcome.REJECTED,
        resolved_by="U0PRIYA",
        verdict_id="v-2",
        reasons=("outdated",),
    )
    line = said(fine(drawn_card(with_task(view, quorum=2), NAMES)).blocks[0])
    assert line == (
        ":x: *Rejected* by <@U0MARA> and <@U0PRIYA>, <!date^1795442760^{time}|14:06>. Outdated.\n"
        "Before: <@U0JONAS> approved."
    )


def test_a_change_of_mind_before_the_decision_is_not_on_the_card() -> None:
    """Only a resolution that stood is "before"; what was never decided was never before."""
    first, second = given(REJECT, APPROVE)
    changed = a_verdict("v-2", kind=APPROVE, supersedes="v-0", revision=2)
    view = resolved(thailand(verdicts=(first, second, changed)), Outcome.APPROVED, verdict_id="v-2")
    assert "before" not in said(drawn_card(with_task(view, quorum=2), NAMES).blocks[0])


def changed(**changes: Any) -> TaskView:
    """Mara rejected, then approved at 14:06."""
    verdicts = (
        a_verdict("v-1", kind=REJECT, reasons=("invented",)),
        a_verdict("v-2", revision=2, supersedes="v-1"),
    )
    fields: dict[str, Any] = {"revision": 2, "verdict_id": "v-2"}
    return replace(resolved(thailand(), Outcome.APPROVED, **(fields | changes)), verdicts=verdicts)


def test_a_change_after_use_says_that_the_earlier_one_is_recalled() -> None:
    """The wording of the design, and the same in plain words."""
    card = fine(drawn_card(changed(recall=True), NAMES))
    assert said(card.blocks[0]) == (
        ":white_check_mark: *Approved* by <@U0MARA>, <!date^1795442760^{time}|14:06>, before: rejected. "
        "*Recalled* at <!date^1795442760^{time}|14:06>."
    )
    assert card.text.startswith(
        "Approved by Mara Lindqvist at 14:06, before: rejected. The earlier verdict is recalled. Question: "
    )
    assert "ecalled" not in words(drawn_card(changed()).blocks)


def test_a_recalled_answer_says_when_it_had_been_sent() -> None:
    """The grey line keeps both moments."""
    view = held(changed(recall=True), state=ReleaseState.APPROVED, text=ANSWER, decided_at=SIX_PAST)
    assert view.release is not None
    view = replace(view, release=replace(view.release, recalled_at=TWELVE_PAST))
    assert "sent at <!date^1795442760^{time}|14:06>, recalled at <!date^1795443120^{time}|14:12>" in said(
        fine(drawn_card(view)).blocks[-1]
    )


def test_an_answer_that_left_by_its_risk_says_so_after_the_verdict() -> None:
    """And if people found it wrong, when that was told."""
    sent: dict[str, Any] = {"state": ReleaseState.RELEASED, "text": ANSWER, "decided_at": SIX_PAST}
    view = with_task(held(resolved(thailand(), Outcome.APPROVED), **sent), hold=False)
    assert "sent at once by its risk, at <!date^1795442760^{time}|14:06>" in said(fine(drawn_card(view)).blocks[-1])
    assert view.release is not None
    rejected = resolved(thailand(), Outcome.REJECTED, reasons=("invented",))
    view = with_task(held(rejected, **sent, recalled_at=TWELVE_PAST), hold=False)
    assert "sent at <!date^1795442760^{time}|14:06>, recalled at <!date^1795443120^{time}|14:12>" in said(
        fine(drawn_card(view)).blocks[-1]
    )


@pytest.mark.parametrize(
    ("view", "became"),
    [
        (thailand(), "Nobody decided."),
        (with_task(thailand(verdicts=given(APPROVE)), quorum=2), "Only 1 of 2 verdicts came in."),
        (with_task(thailand(verdicts=given(APPROVE, REJECT)), quorum=2), "The verdicts differ."),
        (disputed(), "The lead did not decide."),
    ],
)
def test_a_task_that_is_not_held_times_out_at_its_own_time(view: TaskView, became: str) -> None:
    """Nothing was held, so nothing was sent: it says who did not decide, and no verdict of those that came in."""
    over = with_task(view, state=TaskState.TIMED_OUT, times_out_at=NOON + timedelta(hours=9))
    card = fine(drawn_card(over, NAMES))
    assert said(card.blocks[0]) == (
        f":hourglass: *Timed out* at <!date^1795467600^{{time}}|21:00>. {became} Not counted as a verdict."
    )
    assert buttons(card) == ["History · Why this one? · Full text"]
    assert card.text.startswith(f"Timed out at 21:00: {became[:1].lower()}{became[1:]} Not a verdict. ")
    assert not any(word in card.text + words(card.blocks) for word in ("ejected", "pproved", "utdated"))


def test_what_the_menu_of_a_disputed_card_opens_hides_both_verdicts_too() -> None:
    """History and "Why this one?" are one press away from the channel's card, for the lead as for everybody."""
    for view in (history_view(disputed(), display=NAMES), why_view(disputed(), display=NAMES, may_see_risk=False)):
        assert problems_of_view(view) == []
        told = words(view["blocks"])
        assert not any(word in told for word in ("ejected", "pproved", "pprove ", "utdated", "Told me so"))
    assert "*Verdicts differ.* They show once it is decided." in words(
        history_view(disputed(), display=NAMES)["blocks"]
    )


def test_a_verdict_that_was_taken_back_stays_in_the_story() -> None:
    """Approved, taken back, rejected: nothing of it is forgotten once it is decided."""
    verdicts = (
        a_verdict("v-1"),
        a_verdict("v-2", kind=VerdictKind.WITHDRAWN, supersedes="v-1", revision=2),
        a_verdict("v-3", kind=REJECT, reasons=("style",), supersedes="v-2", revision=3),
    )
    view = resolved(thailand(verdicts=verdicts), Outcome.REJECTED, revision=3, verdict_id="v-3")
    for form in (history_view(view, display=NAMES), why_view(view, display=NAMES, may_see_risk=True)):
        assert problems_of_view(form) == []
        assert "erdict taken back" in words(form["blocks"])

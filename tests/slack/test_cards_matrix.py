"""Cards and forms of every size and script are taken by Slack, and the whole text stays within reach."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.cards import CardOptions, notice_message
from bot.slack.forms import changes_view, claim_view, edit_view, history_view, parse_edit, reject_view, why_view
from bot.slack.text import visible
from reviewers.model import Draft, Notice, NoticeKind, Outcome, Preferences, Resolution, TaskState, VerdictKind
from tests.builders import NOON, a_verdict, showing
from tests.slack.checks import (
    a_long_view,
    live_in_text,
    live_signs,
    objects,
    problems_of_message,
    problems_of_view,
    words,
)
from tests.slack.drawn import AT, drawn_card

DISPLAY = CardOptions()
LENGTHS = (0, 1, 3000, 3001, 12_000, 100_000)
SCRIPTS = {
    "latin": "The limit is € 1,250.00 a day. Ask the shop first, then us.\n\n",
    "dense": "A. B. C. D. E. ",
    "one_word": "x",
    "emoji": "👩‍👩‍👧‍👦 costs 🇹🇭 5️⃣. ",
    "cjk": "出金の手数料は三百円です。上限は一日五万円です。",
    "rtl": "الحد اليومي هو 500 يورو. اسأل المتجر أولا. ",
    "marks": "e\u0301\u0323a\u0308. ",
    "signs": "<&>*_~`|",
}


def of_length(sample: str, length: int) -> str:
    return (sample * (length // len(sample) + 1))[:length]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("show", ["evidence", "blind", "all"])
def test_every_open_card_is_taken_by_slack(script: str, length: int, show: str) -> None:
    """Whatever the length and the script, the card fits into Slack's limits and our budget."""
    text = of_length(SCRIPTS[script], length)
    for passages in (0, 60):
        card = drawn_card(showing(a_long_view(text, passages=passages, prompt=text), show))
        assert problems_of_message(card) == []
        assert live_signs(card.blocks) == []
        assert live_in_text(card.text) == []


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", [1, 3000, 12_000])
@pytest.mark.parametrize("show", ["evidence", "blind"])
def test_every_card_of_several_people_is_taken_by_slack(script: str, length: int, show: str) -> None:
    """Claimed, handed on and five deciding; disputed with a lead and without; the lead's message."""
    text = of_length(SCRIPTS[script], length)
    view = showing(a_long_view(text, passages=60, prompt=text), show)
    kinds = (VerdictKind.REJECT, VerdictKind.EDIT, VerdictKind.APPROVE, VerdictKind.REJECT, VerdictKind.EDIT)
    verdicts = tuple(
        a_verdict(
            f"v-{place}",
            reviewer=f"U0{name}",
            kind=kind,
            correction=f"Now. {text[:-10]}" if kind is VerdictKind.EDIT else None,
            reasons=(text[:100],) if kind is VerdictKind.REJECT else (),
            note=text[:3000],
        )
        for place, (kind, name) in enumerate(zip(kinds, ("MARA", "JONAS", "PRIYA", "TOMAS", "DANA"), strict=True))
    )
    task = replace(view.task, quorum=5, handed_on_by="U0MARA", claimed_by="U0DANA", claimed_until=AT + timedelta(1))
    differ = replace(view, task=replace(task, state=TaskState.DISPUTED, lead="U0TOMAS"), verdicts=verdicts)
    told = Notice(notice_id="n", kind=NoticeKind.DISPUTE, recipient="U0TOMAS", task_ids=("t-1",), created_at=NOON)
    for card in (
        drawn_card(replace(view, task=task, verdicts=verdicts)),
        drawn_card(differ),
        drawn_card(replace(differ, task=replace(differ.task, lead=""))),
        notice_message(told, [differ], display=DISPLAY, preferences=Preferences(user_id="U0TOMAS")),
    ):
        assert problems_of_message(card) == []
        assert live_signs(card.blocks) == []
        assert live_in_text(card.text) == []


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", LENGTHS)
def test_the_whole_answer_and_every_passage_stand_in_the_claim_view(script: str, length: int) -> None:
    """Page after page, the view shows each character of the answer and all 60 passages, and Slack takes each page."""
    text = of_length(SCRIPTS[script], length)
    view = a_long_view(text, passages=60)
    shown, page, pages = "", 0, []
    while page < 200:
        drawn = claim_view(view, display=DISPLAY, page=page, unfolded=True)
        assert problems_of_view(drawn) == []
        assert live_signs(drawn["blocks"]) == []
        pages.append(drawn)
        if not any(o.get("action_id") == "claims.next" for o in objects(drawn)):
            break
        page += 1
    for drawn in pages:
        shown += "".join(
            element["text"]
            for block in drawn["blocks"][1:]
            if block["type"] == "rich_text" and len(block["elements"]) == 1
            for element in block["elements"][0]["elements"]
            if block["elements"][0]["type"] == "rich_text_quote" and not element.get("style")
        )
    assert _bare(shown).startswith(_bare(visible(text)))
    told = words([drawn["blocks"] for drawn in pages])
    assert all(f"Passage {n}:" in told for n in range(60))


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", LENGTHS)
def test_an_untouched_edit_form_gives_back_the_answer_to_the_letter(script: str, length: int) -> None:
    """The parts of a prefilled form, handed in as they are, are the output again, so nothing is changed."""
    text = of_length(SCRIPTS[script], length)
    view = a_long_view(text, passages=3)
    form = edit_view(view, display=DISPLAY)
    assert problems_of_view(form) == []
    errors = parse_edit(_as_submitted(form), view)
    assert errors.errors == {  # type: ignore[union-attr]
        "answer_0": "Nothing is changed. If the answer is right, press Cancel and choose Approve."
    }


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("length", [3000, 100_000])
def test_every_form_of_a_decided_task_is_taken_by_slack(script: str, length: int) -> None:
    """An edit, its difference, its card, its history and its reasons fit, small change or rewriting."""
    text = of_length(SCRIPTS[script], length)
    for correction in (f"Now. {text[:-10]}", "Short."):
        view = a_long_view(text, passages=5, verdicts=(a_verdict(kind=VerdictKind.EDIT, correction=correction),) * 20)
        draft = Draft(task_id="t-1", reviewer="U0MARA", text=correction, kept_at=NOON)
        resolution = Resolution(
            task_id="t-1",
            revision=1,
            outcome=Outcome.EDITED,
            verdict_id="v-1",
            resolved_by="U0MARA",
            text=correction,
            note=text[:5000],
            reasons=("contradicts", text[:100]),
            resolved_at=NOON,
        )
        decided = a_long_view(text, passages=5, resolution=resolution, verdicts=view.verdicts)
        card = drawn_card(decided)
        assert problems_of_message(card) == []
        assert live_signs(card.blocks) + live_in_text(card.text) == []
        for form in (
            changes_view(view, draft),
            history_view(decided, display=DISPLAY),
            why_view(decided, display=DISPLAY, may_see_risk=True),
            reject_view(view, display=DISPLAY),
            claim_view(decided, display=DISPLAY, read_only=True),
        ):
            assert problems_of_view(form) == []
            assert live_signs(form["blocks"]) == []


def _as_submitted(form: dict[str, object]) -> dict[str, object]:
    """The view as Slack sends it back untouched."""
    values = {
        block["block_id"]: {block["element"]["action_id"]: {"value": block["element"].get("initial_value")}}
        for block in form["blocks"]  # type: ignore[attr-defined]
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
    }
    return {"private_metadata": form["private_metadata"], "state": {"values": values}}

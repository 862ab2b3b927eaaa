"""What people see of selection: a card that is not needed any more, and the two messages that leads get."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.cards import notice_message, task_card
from bot.slack.cards.selection import signal_words
from bot.slack.forms.notices import decided_before
from bot.slack.home import route_queue_view
from bot.slack.home.lead import LeadPart, lead_blocks
from reviewers.decisions.figures import TooFew
from reviewers.errors import AlreadyResolved
from reviewers.model import Notice, NoticeKind, Preferences, ProofChange, QueueCut, Signal, TaskState, VerdictKind
from reviewers.ports import QueueState
from reviewers.workflow.reports import Team, TeamQueue
from tests.builders import NOON
from tests.slack.checks import words
from tests.slack.drawn import NAMES, fine
from tests.slack.scenes import QUESTION, thailand
from tests.slack.test_cards_states import with_task

DEAD = Signal(auroc=0.524, low=0.41, high=0.63, reviewed=84, wrong=12, trusted=False)


def message(kind: NoticeKind, **changes: Any) -> str:
    """What the lead gets, after the checks that hold for all messages."""
    fields: dict[str, Any] = {
        "notice_id": "n-1",
        "kind": kind,
        "recipient": "U0TOMAS",
        "task_ids": (),
        "created_at": NOON,
        "route": "Card support",
    }
    notice = Notice(**(fields | changes))
    drawn = fine(notice_message(notice, (), display=NAMES, preferences=Preferences(user_id="U0TOMAS")))
    return words(drawn.blocks)


def test_card_that_was_cut_says_why_and_asks_nothing() -> None:
    """The first block is the state; the verbs are gone; the machine's part shows, since nobody decides it any more."""
    card = fine(task_card(with_task(thailand(), state=TaskState.CUT), display=NAMES, now=NOON))
    first = card.blocks[0]["text"]["text"]
    assert first.startswith("*Not needed any more.* More answers waited than the budget reviews")
    assert card.text.startswith("Not needed any more. More answers waited than the budget reviews")
    assert QUESTION in card.text
    assert [block["type"] for block in card.blocks if block["type"] == "actions"] == []
    assert "Risk was high" in words(card.blocks)


def test_press_on_an_answer_that_was_cut_is_answered() -> None:
    """It says that the verdict was not counted, and does not call it a time-out."""
    error = AlreadyResolved(by="", outcome=TaskState.CUT.words, at=None)
    told = decided_before(error, VerdictKind.APPROVE, display=NAMES)
    assert told.text == (
        "This answer is not needed any more. More waited than the budget reviews. Your Approve was not counted."
    )


def test_lead_hears_that_the_risk_says_too_little() -> None:
    """Finding first, what it means for them, then the number with its interval and n."""
    told = message(NoticeKind.SIGNAL, signal=DEAD)
    assert "Card support: the risk says too little to go by." in told
    assert "in 52 of 100 pairs of a wrong and a right one (41 to 63; chance alone 50" in told
    assert "84 reviews, 7 days" in told


def test_lead_hears_that_the_risk_can_be_followed_again() -> None:
    """Without a figure where none can be said."""
    told = message(NoticeKind.SIGNAL, signal=Signal(trusted=True))
    assert "the risk tells wrong answers from right ones again" in told
    assert "Too few verdicts to say" in told


@pytest.mark.parametrize(("cut", "start"), [(1, "1 answer is"), (58, "58 answers are")])
def test_lead_hears_of_a_cut_in_numbers(cut: int, start: str) -> None:
    """How many waited, how many may, how many are kept."""
    told = message(NoticeKind.CUT, queue_cut=QueueCut(waited=1258, cut=cut, most=1200))
    assert f"Card support: {start} not needed any more." in told
    assert f"1,258 waited, and 1,200 may wait at most, so the lot kept {1258 - cut:,}." in told


BEGAN = ProofChange(began=True, limit=0.05, confidence=0.9, share=0.62, reviewed=212)


def test_lead_hears_that_held_answers_leave_and_under_which_promise() -> None:
    """The share, the limit with its confidence, the n and the period, and that it ends by itself."""
    told = message(NoticeKind.RELEASE, proof_change=BEGAN)
    assert "*Card support: held answers of low risk leave at once from now on.*" in told
    assert "about 62 of 100: at most 5 of 100 of them are wrong, with 90 % confidence" in told
    assert "212 reviews of such answers in 4 weeks" in told


def test_lead_hears_that_held_answers_wait_again() -> None:
    """And where it stands what would prove it anew."""
    told = message(NoticeKind.RELEASE, proof_change=replace(BEGAN, began=False, limit=0.025, reviewed=1))
    assert "*Card support: held answers wait for a person again.*" in told
    assert "That at most 2.5 of 100 of them are wrong, with 90 % confidence, is not proven any more." in told
    assert "1 review in 4 weeks" in told


def test_messages_take_any_name_of_a_route() -> None:
    """A name is untrusted; the policy's own route has none."""
    told = message(NoticeKind.CUT, queue_cut=QueueCut(waited=2, cut=1, most=1), route="*<@U1>* `x`" + "y" * 300)
    assert "<@U1>" not in told
    assert "Answers of no route" in message(NoticeKind.SIGNAL, signal=DEAD, route="")


def test_signal_words_name_chance_and_what_is_worth_going_by() -> None:
    """A lead can judge the number without a glossary."""
    assert "chance alone 50, worth going by from 60" in signal_words(replace(DEAD, reviewed=1))


def test_queue_that_a_lead_sees_tells_what_was_cut() -> None:
    """Below what waits; nothing where nothing was cut."""
    drawn = route_queue_view("Card support", [thailand()], count=1, display=NAMES, now=NOON, cut=12)
    assert "12 cut by lot in 7 days: more waited than the budget reviews" in words(drawn["blocks"])
    assert "cut" not in words(route_queue_view("", [], count=0, display=NAMES, now=NOON)["blocks"])


def test_queue_of_the_team_tells_what_was_cut() -> None:
    """Beside what is open."""
    state = QueueState(route="Card support", open=30, disputed=0, past_due=0, oldest_at=NOON, cut=12)
    few = TooFew(found=0, needed=40)
    team = Team(queues=(TeamQueue(state=state, minutes=22),), this_week=few, before=few, review_seconds=None)
    drawn = lead_blocks(LeadPart(disputes=(), team=team), NAMES, NOON)
    told = words([block._resolve() for block in drawn])
    assert "30 open, 12 cut by lot in 7 days, about 22 minutes of review" in told

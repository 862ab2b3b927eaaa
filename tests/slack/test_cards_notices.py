"""The direct messages: a reminder, somebody who waits, what is late, and what two reviewers differ on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from bot.slack.cards import CardOptions, Lateness, SlackMessage, notice_message
from bot.slack.values import ButtonValue, NamedValue
from reviewers.model import (
    Notice,
    NoticeKind,
    OnTimeout,
    Outcome,
    Preferences,
    ReleaseState,
    Route,
    TaskState,
    TaskView,
    VerdictKind,
)
from tests.builders import NOON, a_task
from tests.slack.checks import objects
from tests.slack.drawn import NAMES, buttons, fine, kinds, said
from tests.slack.scenes import QUESTION, TWELVE_PAST, held, resolved, thailand
from tests.slack.test_cards_settled import disputed, settled
from tests.slack.test_cards_states import with_task

TEN_PAST_SEVEN = NOON + timedelta(hours=7, minutes=10)  # 2 h 10 min after what is due at 17:00
APPROVE, EDIT, REJECT = VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT


def notice(kind: NoticeKind, views: Sequence[TaskView], **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "notice_id": "n-1",
        "kind": kind,
        "recipient": "U0MARA",
        "task_ids": tuple(view.task.task_id for view in views),
        "created_at": NOON + timedelta(hours=3),
    }
    return Notice(**(fields | changes))


def sent(
    kind: NoticeKind, *views: TaskView, display: CardOptions = NAMES, late: Lateness | None = None, **changes: Any
) -> SlackMessage:
    """The message as its recipient gets it, after the checks that hold for all."""
    preferences = Preferences(user_id="U0MARA", starts_at=time(8, 30), ends_at=time(16))
    message = notice_message(
        notice(kind, views, **changes), views, display=display, preferences=preferences, lateness=late
    )
    return fine(message)


def waiting(*hours: float) -> list[TaskView]:
    """One open answer for each due time, in hours after noon."""
    return [
        thailand(task=a_task(f"t-{place}", number=4820 + place, due_at=NOON + timedelta(hours=due)))
        for place, due in enumerate(hours, start=1)
    ]


def lateness(**changes: Any) -> Lateness:
    fields: dict[str, Any] = {
        "route": Route(name="Card support", leads=("U0TOMAS",)),
        "now": TEN_PAST_SEVEN,
        "open": 19,
        "minutes": 25,
        "reviewers": ("U0MARA", "U0PRIYA", "U0DANA"),
        "away": (("U0JONAS", NOON + timedelta(days=2)),),
    }
    return Lateness(**(fields | changes))


def test_a_reminder_counts_what_waits_and_says_when_the_first_is_due() -> None:
    """One sentence, three ways on, and how to be asked less."""
    message = sent(NoticeKind.REMINDER, *waiting(6, 5))
    assert kinds(message) == ["section", "actions", "context"]
    assert said(message.blocks[0]) == "*2 answers wait for you.* The first is due at <!date^1795453200^{time}|17:00>."
    assert buttons(message) == ["Review next", "Hand over", "Pause me today"]
    assert said(message.blocks[2]) == "At most one reminder a day, in your hours (8:30 to 16:00). Change it in Home."
    values = {item["value"] for item in objects(message.blocks) if item.get("type") == "button"}
    assert {NamedValue.parse(value).name for value in values} == {"n-1"}


def test_the_text_of_a_reminder_names_the_way_by_keyboard() -> None:
    """All of it is in the notification."""
    display = CardOptions(next_command="/whetstone next")
    assert sent(NoticeKind.REMINDER, *waiting(5, 6), display=display).text == (
        "2 answers wait for you. The first is due at 17:00. Open the next with /whetstone next."
    )
    assert sent(NoticeKind.REMINDER, *waiting(5)).text == "1 answer waits for you. It is due at 17:00."


def test_a_lead_may_remind_of_what_is_late_already() -> None:
    """Then it was due."""
    message = sent(NoticeKind.REMINDER, *waiting(5, 1))
    assert said(message.blocks[0]).endswith("The first was due at <!date^1795438800^{time}|13:00>.")


def test_a_reminder_that_is_drawn_again_leaves_out_what_is_decided() -> None:
    """And once nothing of it waits, it has no buttons."""
    one, two = waiting(5, 6)
    message = sent(NoticeKind.REMINDER, resolved(one, Outcome.APPROVED), two)
    assert said(message.blocks[0]) == "*1 answer waits for you.* It is due at <!date^1795456800^{time}|18:00>."
    both = sent(NoticeKind.REMINDER, resolved(one, Outcome.APPROVED), resolved(two, Outcome.REJECTED))
    assert said(both.blocks[0]) == "*Nothing of this waits any more.* All are decided meanwhile."
    assert buttons(both) == []
    assert both.text == "Nothing of this waits any more. All are decided meanwhile."


@pytest.mark.parametrize(
    ("on_timeout", "deadline", "then"),
    [
        (OnTimeout.REFUSE, TWELVE_PAST, "at *<!date^1795443120^{time}|14:12>* the chat goes to a person."),
        (OnTimeout.RELEASE, TWELVE_PAST, "at *<!date^1795443120^{time}|14:12>* it is sent, not verified."),
        (OnTimeout.HOLD, TWELVE_PAST, "it stays held until somebody decides."),
        (OnTimeout.HOLD, None, "it stays held until somebody decides."),
    ],
)
def test_somebody_who_waits_is_announced_with_what_happens_next(
    on_timeout: OnTimeout, deadline: Any, then: str
) -> None:
    """To those on duty, at half of the waiting time: since when, until when, and one button."""
    message = sent(NoticeKind.WAITING, held(thailand(), on_timeout, deadline=deadline))
    assert said(message.blocks[0]) == (
        ":hourglass_flowing_sand: *A customer waits since <!date^1795442520^{time}|14:02>.* Nobody has decided; " + then
    )
    assert buttons(message) == ["Open"]
    opened = next(item for item in objects(message.blocks) if item.get("type") == "button")
    assert (opened["action_id"], opened["accessibility_label"]) == ("home.open", "Open answer 4821 now")
    assert ButtonValue.parse(opened["value"]).task_id == "t-1"


def test_the_text_of_somebody_who_waits_begins_with_the_person() -> None:
    """The first hundred characters are the notification."""
    text = sent(NoticeKind.WAITING, held(thailand())).text
    assert text == (
        "A customer waits since 14:02; nobody has decided, and at 14:12 the chat goes to a person. Answer 4821: "
        f"“{QUESTION}” To decide: Open on this message."
    )


def test_once_nobody_waits_the_message_says_what_became_of_the_answer() -> None:
    """Decided, timed out, or disputed; the button is gone."""
    view = held(thailand(), state=ReleaseState.APPROVED, decided_at=TWELVE_PAST)
    over = sent(NoticeKind.WAITING, resolved(view, Outcome.APPROVED, resolved_by="U0JONAS"))
    assert said(over.blocks[0]) == ":white_check_mark: *Approved* by <@U0JONAS>, <!date^1795442760^{time}|14:06>"
    assert over.text == "Approved by Jonas Weber at 14:06. Answer 4821."
    late = with_task(held(thailand(), state=ReleaseState.TIMED_OUT, decided_at=TWELVE_PAST), state=TaskState.TIMED_OUT)
    gone = sent(NoticeKind.WAITING, late)
    assert said(gone.blocks[0]).startswith(":hourglass: *Timed out* at <!date^1795443120^{time}|14:12>. The chat went")
    assert said(sent(NoticeKind.WAITING, held(disputed())).blocks[0]).startswith(":scales: *Disputed*. 2 verdicts")
    assert buttons(over) == buttons(gone) == []


def test_a_lead_reads_what_is_late_who_is_away_and_how_much_waits() -> None:
    """Then three ways on; reminding is asked before, by the names of those who would get a message."""
    message = sent(NoticeKind.OVERDUE, *waiting(5, 6, 7), late=lateness())
    assert kinds(message) == ["section", "actions"]
    assert said(message.blocks[0]) == (
        "*3 answers in <#C0REVIEW> are past due*, the oldest by 2 h 10 min.\n"
        "Away: <@U0JONAS> until Wednesday. Queue: 19 open, about 25 minutes of review."
    )
    assert buttons(message) == ["See the queue", "Remind reviewers", "Extend to tomorrow"]
    remind = next(item for item in objects(message.blocks) if item.get("action_id") == "late.remind")
    assert remind["confirm"]["title"]["text"] == "Remind 3 people?"
    assert remind["confirm"]["text"]["text"] == (
        "Mara Lindqvist, Priya Nair and Dana Okafor get a message now, unless reminded today."
    )
    assert NamedValue.parse(remind["value"]).name == "Card support"
    assert remind["accessibility_label"] == "Remind the reviewers of Card support"


def test_the_text_of_what_is_late_says_durations_in_words() -> None:
    """A screen reader says "h" as a letter."""
    display = replace(NAMES, next_command="/whetstone next")
    assert sent(NoticeKind.OVERDUE, *waiting(5, 6, 7), display=display, late=lateness()).text == (
        "3 answers of Card support are past due, the oldest by 2 hours 10 minutes. See the queue, Remind reviewers or "
        "Extend to tomorrow on this message, or /whetstone queue."
    )


@pytest.mark.parametrize(
    ("ends", "which"),
    [
        ((9, 9), "these 2 time out"),
        ((9, 10), "the first of them times out"),
        ((9, None), "the first of them times out"),
        ((9,), "it times out"),
    ],
)
def test_a_lead_reads_what_happens_when_nobody_decides(ends: Sequence[int | None], which: str) -> None:
    """The consequence before the click; a time-out is no verdict."""
    views = [
        with_task(view, times_out_at=NOON + timedelta(hours=end) if end else None)
        for view, end in zip(waiting(5, 6), ends, strict=False)
    ]
    message = sent(NoticeKind.OVERDUE, *views, late=lateness())
    assert said(message.blocks[-1]) == (
        f"When nobody decides by <!date^1795467600^{{time}}|21:00>, {which}: not counted as a verdict, and in no "
        "dataset, as the route says."
    )


@pytest.mark.parametrize(
    ("due", "words_"),
    [  # hours after noon; it is 19:10
        (6.5, "40 min"),  # 18:30
        (5.0, "2 h 10 min"),  # 17:00
        (7.0 - 40, "40 h 10 min"),  # 19:00, less 40 hours
        (7.0 - 70, "2 days"),  # 70 h 10 min are two days and 22 hours
        (7.16, "1 min"),  # 24 seconds ago
    ],
)
def test_how_late_the_oldest_is(due: float, words_: str) -> None:
    """Minutes, then hours and minutes, then days."""
    message = sent(NoticeKind.OVERDUE, *waiting(due), late=lateness())
    assert said(message.blocks[0]).startswith(f"*1 answer in <#C0REVIEW> is past due*, by {words_}.\n")


def test_when_nobody_can_be_reminded_that_button_is_missing() -> None:
    """And where nobody is away, nobody is named."""
    message = sent(NoticeKind.OVERDUE, *waiting(5, 6), late=lateness(reviewers=(), away=()))
    assert buttons(message) == ["See the queue", "Extend to tomorrow"]
    assert "Away" not in said(message.blocks[0])


def test_many_people_are_counted_after_the_first_five() -> None:
    """A confirmation takes 300 characters."""
    people = tuple(f"U0P{place:02}" for place in range(40))
    away = tuple((user, None) for user in people)
    message = sent(NoticeKind.OVERDUE, *waiting(5), display=CardOptions(), late=lateness(reviewers=people, away=()))
    remind = next(item for item in objects(message.blocks) if item.get("action_id") == "late.remind")
    assert remind["confirm"]["title"]["text"] == "Remind 40 people?"
    assert remind["confirm"]["text"]["text"].endswith(" and 35 others get a message now, unless reminded today.")
    many = notice_message(
        notice(NoticeKind.OVERDUE, waiting(5)),
        waiting(5),
        display=CardOptions(),
        preferences=Preferences(user_id="U0MARA"),
        lateness=lateness(away=away),
    )
    assert " and 35 others. Queue:" in said(many.blocks[0])


def test_somebody_away_for_long_has_a_date() -> None:
    """A weekday is enough within the week; later it would be another week's."""
    away = (("U0JONAS", NOON + timedelta(days=10)), ("U0DANA", None))
    message = sent(NoticeKind.OVERDUE, *waiting(5), late=lateness(away=away))
    assert "Away: <@U0JONAS> until 3 Dec and <@U0DANA>. Queue" in said(message.blocks[0])


def test_what_is_late_is_said_even_where_nothing_more_is_known() -> None:
    """Slack or the database did not answer: the message goes without names."""
    message = sent(NoticeKind.OVERDUE, *waiting(5, 6), created_at=TEN_PAST_SEVEN)
    assert said(message.blocks[0]) == "*2 answers in <#C0REVIEW> are past due*, the oldest by 2 h 10 min."
    assert buttons(message) == ["See the queue", "Remind reviewers", "Extend to tomorrow"]


def test_a_message_that_is_drawn_again_has_new_block_names() -> None:
    """Slack keeps what belongs to a block's name."""
    one, two = waiting(5, 6)
    pairs = [
        (sent(NoticeKind.REMINDER, one, two), sent(NoticeKind.REMINDER, one)),
        (sent(NoticeKind.OVERDUE, one, two, late=lateness()), sent(NoticeKind.OVERDUE, one, late=lateness())),
        (sent(NoticeKind.DISPUTE, disputed()), sent(NoticeKind.DISPUTE, settled())),
    ]
    for before, after in pairs:
        assert {b["block_id"] for b in before.blocks}.isdisjoint({b["block_id"] for b in after.blocks})

"""Replies and reactions: what is kept, and whom they are asked back to. Nothing here records a verdict."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from reviewers.decisions.remarks import Leaning
from reviewers.errors import Unavailable
from reviewers.model import Match, OnDisagreement, Route, TaskState, VerdictKind
from reviewers.workflow.replies import EVENTS_KEPT, Proposal, Reacted, Written
from reviewers.workflow.verdicts import Ballot
from tests.builders import NOON, an_output
from tests.workflow.worlds import World

MARA, JONAS, TOMAS, DANA = "U0MARA", "U0JONAS", "U0TOMAS", "U0DANA"
APPROVE, EDIT, REJECT, UNSURE = VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT, VerdictKind.UNSURE
WRONG = "wrong, it is € 3.50"


class Thread(World):
    """A world with one posted card, and people who write under it."""

    def __init__(self, **policy: Any) -> None:
        super().__init__(**policy)
        self._numbers = count(1)
        (self.task,) = self.bring(an_output())
        self.deliver()
        self.card = f"ts-of-{self.task}"

    def write(self, text: str, by: str = MARA, **changes: str) -> Proposal | None:
        number = next(self._numbers)
        fields = {
            "event_id": f"Ev{number}",
            "channel": "C0REVIEW",
            "ts": f"{int(NOON.timestamp())}.{number:06}",
            "thread_ts": self.card,
            "author": by,
            "text": text,
        }
        return self.services.replies.keep(Written(**(fields | changes)))

    def react(self, name: str = "x", by: str = MARA, **changes: str) -> Proposal | None:
        fields = {
            "event_id": f"Ev{next(self._numbers)}",
            "channel": "C0REVIEW",
            "ts": self.card,
            "person": by,
            "name": name,
        }
        return self.services.replies.weigh(Reacted(**(fields | changes)))

    def say(self, kind: VerdictKind, by: str = MARA, **more: object) -> TaskState:
        if kind is REJECT:
            more.setdefault("reasons", ("invented",))
        ballot = Ballot(task_id=self.task, reviewer=by, kind=kind, **more)  # type: ignore[arg-type]  # one field more
        return self.verdicts.record(ballot).standing.state

    @property
    def kept(self) -> list[tuple[str, str]]:
        return [(reply.author, reply.text) for reply in self.verdicts.view(self.task).replies]

    @property
    def said(self) -> int:
        return len(self.verdicts.view(self.task).verdicts)


def a_route(**changes: object) -> Route:
    fields = {
        "name": "Card support",
        "match": Match(tags=("fees",)),
        "reviewers": (MARA, JONAS),
        "leads": (TOMAS,),
    }
    return Route(**(fields | changes))  # type: ignore[arg-type]  # a test sets one more


def leaning(proposal: Proposal | None) -> Leaning | None:
    return proposal.remark.leaning if proposal else None


def test_every_reply_is_kept_and_none_is_a_verdict() -> None:
    """Whoever wrote it, whatever it says, in the order of writing, with the time of its key."""
    world = Thread(routes=(a_route(),))
    texts = [(MARA, WRONG), (DANA, "wrong"), (JONAS, "is it?"), (TOMAS, "looks good")]
    for author, text in texts:
        world.write(text, author)
    assert world.kept == texts
    assert world.verdicts.view(world.task).replies[0].written_at == NOON + timedelta(microseconds=1)
    assert (world.said, world.verdicts.view(world.task).task.state) == (0, TaskState.OPEN)


def test_reply_is_kept_and_asked_back_once_however_often_it_comes() -> None:
    """Under the same event, and under another one for the same message."""
    world = Thread()
    fixed = {"event_id": "Ev-1", "ts": "1795453200.000200"}
    assert leaning(world.write(WRONG, **fixed)) is Leaning.EDIT
    assert world.write(WRONG, **fixed) is None
    assert world.write(WRONG, **(fixed | {"event_id": "Ev-2"})) is None
    assert world.kept == [(MARA, WRONG)]


def test_only_threads_of_cards_count() -> None:
    """A thread elsewhere, the same key in another channel, and an empty message are not kept."""
    world = Thread()
    assert world.write(WRONG, thread_ts="1795453200.000300") is None
    assert world.write(WRONG, channel="C0GENERAL") is None
    assert world.write("  ") is None
    assert world.kept == []


@pytest.mark.parametrize("who", [DANA, TOMAS])
def test_only_whose_verdict_would_count_is_asked(who: str) -> None:
    """Neither a member who is no reviewer here, nor a lead while there is nothing to settle."""
    world = Thread(routes=(a_route(),))
    assert (world.write(WRONG, who), world.react(by=who)) == (None, None)
    assert leaning(world.write(WRONG)) is Leaning.EDIT


def test_nobody_is_asked_about_what_they_sent() -> None:
    """Their verdict would be refused."""
    world = World()
    (task,) = world.bring(an_output(submitted_by=MARA))
    world.deliver()
    reacted = Reacted(event_id="Ev1", channel="C0REVIEW", ts=f"ts-of-{task}", person=MARA, name="x")
    assert world.services.replies.weigh(reacted) is None


def test_claim_of_somebody_else_keeps_the_question_away() -> None:
    """Their verdict would be refused until the claim ends."""
    world = Thread()
    world.queue.claim(world.task, JONAS)
    assert world.write(WRONG) is None
    assert leaning(world.write(WRONG, JONAS)) is Leaning.EDIT


@pytest.mark.parametrize(
    ("kind", "text", "asked"),
    [
        (APPROVE, "wrong", Leaning.REJECT),
        (APPROVE, WRONG, Leaning.EDIT),
        (APPROVE, "looks good", None),
        (REJECT, "looks good", Leaning.APPROVE),
        (REJECT, "wrong", None),
        (REJECT, WRONG, Leaning.EDIT),  # now they say what it should be
        (EDIT, "looks good", None),  # it may speak of the edit
        (EDIT, "wrong", None),
        (EDIT, "wrong, it is € 4.50", Leaning.EDIT),
        (EDIT, WRONG, None),  # that is what the edit says
        (UNSURE, "looks good", Leaning.APPROVE),
        (UNSURE, "wrong", Leaning.REJECT),
    ],
)
def test_after_their_verdict_only_a_change_is_asked_back(kind: VerdictKind, text: str, asked: Leaning | None) -> None:
    """An answer is decided once, and what says the same again is only a remark."""
    world = Thread()
    world.say(kind, correction="It costs € 3.50." if kind is EDIT else None)
    assert leaning(world.write(text)) is asked
    assert world.said == 1


def test_decided_by_another_or_timed_out_asks_nobody() -> None:
    """It is too late; the reply is kept."""
    world = Thread()
    world.say(APPROVE, JONAS)
    assert world.write(WRONG) is None
    assert world.react() is None
    assert world.kept == [(MARA, WRONG)]


def test_verdict_that_was_taken_back_leaves_the_question_open() -> None:
    """Undone, it says nothing any more."""
    world = Thread()
    world.say(APPROVE)
    world.verdicts.withdraw(world.task, MARA)
    assert leaning(world.write("looks good")) is Leaning.APPROVE


def test_dispute_is_asked_back_to_the_lead_alone() -> None:
    """Only the lead's verdict counts then."""
    world = Thread(routes=(a_route(quorum=2, on_disagreement=OnDisagreement.LEAD),))
    world.say(APPROVE)
    assert world.say(REJECT, JONAS) is TaskState.DISPUTED
    assert world.write(WRONG) is None
    assert leaning(world.write(WRONG, TOMAS)) is Leaning.EDIT


def test_reaction_is_asked_back_once_for_each_leaning() -> None:
    """Taken away and put on again it is the same reaction; a cross after a check mark is another one."""
    world = Thread()
    assert leaning(world.react("white_check_mark")) is Leaning.APPROVE
    assert world.react("white_check_mark") is None
    assert world.react("+1::skin-tone-3") is None
    assert leaning(world.react("x")) is Leaning.REJECT
    assert leaning(world.react("x", JONAS)) is Leaning.REJECT
    assert world.react("eyes") is None
    assert (world.kept, world.said) == ([], 0)


def test_reaction_elsewhere_asks_nothing() -> None:
    """On a reply, or in another channel."""
    world = Thread()
    assert world.react(ts="1795453200.000300") is None
    assert world.react(channel="C0GENERAL") is None


def test_card_of_several_answers_asks_nothing_but_keeps_the_reply() -> None:
    """The reply could mean any of them."""
    world = Thread()
    with world.store.begin() as uow:
        uow.tasks.set_batch([world.task], world.task)
    assert (world.write(WRONG), world.react()) == (None, None)
    assert world.kept == [(MARA, WRONG)]


def test_reply_is_kept_when_slack_does_not_say_who_may_decide() -> None:
    """The question is left out; the words are not lost."""
    world = Thread(routes=(a_route(reviewers=("S0CARDS",)),))
    world.directory.silent = True
    with pytest.raises(Unavailable):
        world.write(WRONG)
    assert world.kept == [(MARA, WRONG)]


def test_only_the_author_gets_their_words_back() -> None:
    """Whoever presses a copied button does not bring another person's reply into their form."""
    world = Thread()
    world.write(WRONG, ts="1795453200.000200")
    view = world.verdicts.view(world.task)
    desk = world.services.replies
    found = desk.own_reply(view, "C0REVIEW", "1795453200.000200", MARA)
    assert found is not None
    assert found.text == WRONG
    assert desk.own_reply(view, "C0REVIEW", "1795453200.000200", JONAS) is None
    assert desk.own_reply(view, "C0REVIEW", "1795453200.000201", MARA) is None


def test_events_are_forgotten_after_two_days() -> None:
    """Slack's last retry came long before, and a reply is known by its own key."""
    world = Thread()
    world.write("hello", event_id="Ev-old")
    world.clock.advance(EVENTS_KEPT.total_seconds() + 1)
    world.write("again")
    with world.store.begin() as uow:
        assert uow.events.first_time("Ev-old", world.clock.now())


def test_the_clock_forgets_events_where_nobody_replies() -> None:
    """One of two days ago, and none of a second less."""
    world = Thread()
    world.write("hello", event_id="Ev-old")
    world.clock.advance(EVENTS_KEPT.total_seconds())
    assert world.sweep("events") == 0
    world.clock.advance(1)
    assert world.sweep("events") == 1

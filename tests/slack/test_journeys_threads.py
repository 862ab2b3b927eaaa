"""Replies under cards and marks on them: kept, asked back in the right place, recorded only by a press of a button."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from bot.sandbox.signing import signed_headers
from bot.slack.http import PATH
from bot.slack.ids import ActionId, CallbackId
from reviewers.errors import Unavailable
from reviewers.model import Outcome, Route
from tests.slack.people import CHANNEL, Json, Person, elements, labels, refusal, until
from tests.slack.worlds import SOCKETS, World, a_world

WRONG = "wrong, it is € 3.50"
FEE = "A cash withdrawal abroad costs € 3.50."


@pytest.fixture
def clean(world: World) -> World:
    """The module's workspace over each transport, where nobody was told anything yet."""
    world.begin()
    return world


def asked(person: Person, count: int = 1) -> Json:
    """The newest proposal of several, once it is there."""
    return until(lambda: found[-1] if len(found := proposals(person)) >= count else {}, "nothing was proposed")


def proposals(person: Person) -> list[Json]:
    """What was proposed to somebody and still stands, wherever."""
    return [told for told in person.told_anywhere() if ActionId.PROPOSED_NO.value in elements(told["blocks"])]


def press(person: Person, proposal: Json, action: ActionId) -> None:
    """Press a button of a proposal."""
    button = elements(proposal["blocks"])[action.value]
    answer = person._post(
        "actions",
        container={"type": "ephemeral", "channel": proposal["channel"], "ts": proposal["ts"]},
        block_id=button["block_id"],
        action_id=action.value,
        value=button["value"],
    )
    assert answer.get("ok"), answer


def react(person: Person, card: Json, name: str, *, remove: bool = False) -> None:
    """Put an emoji on a card, or take it away."""
    more: dict[str, Any] = {"remove": True} if remove else {}
    answer = person._post("reactions", channel=CHANNEL, ts=card["ts"], name=name, **more)
    assert answer["ok"], answer


def kept(world: World, task: str, count: int = 1) -> list[tuple[str, str]]:
    """The replies of a task, once there are so many."""
    until(lambda: len(world.view(task).replies) >= count, "the reply was not kept")
    return [(reply.author, reply.text) for reply in world.view(task).replies]


def settled_events(world: World, person: Person) -> None:
    """Every event so far was followed: a later reply of this person in another thread has been answered."""
    (task,) = world.bring(world.output())
    before = len(proposals(person))
    person.write("this is made up", thread=person.card(task)["ts"])
    asked(person, before + 1)


def test_reply_is_asked_back_where_it_was_written_and_edits_with_its_words(clean: World) -> None:
    """In the thread, for its author alone; the form holds the answer with the words put in, and saving it decides."""
    (task,) = clean.bring(clean.output())
    card = clean.mara.card(task)
    clean.mara.write(WRONG, thread=card["ts"])
    proposal = asked(clean.mara)
    assert (proposal["thread_ts"], proposal["is_shown"]) == (card["ts"], True)
    assert proposal["text"] == f"You wrote “{WRONG}”. Record this as your verdict on #{clean.view(task).task.number}?"
    assert labels(proposal["blocks"]) == {"Edit", "Reject", "No"}
    assert clean.jonas.told_anywhere() == []
    assert (clean.verdicts(task), kept(clean, task)) == ([], [("U0MARA", WRONG)])
    press(clean.mara, proposal, ActionId.PROPOSED_EDIT)
    form = clean.mara.form(CallbackId.EDIT)
    assert FEE in str(form["blocks"])  # of two amounts in euros it is the one in the contradicted claim
    assert "costs € 2.00" not in str([b for b in form["blocks"] if b["type"] == "input"])
    clean.mara.hand_in()
    clean.mara.form(CallbackId.CHANGES)
    assert clean.verdicts(task) == []
    clean.mara.hand_in()
    clean.settled(task)
    resolution = clean.view(task).resolution
    assert resolution is not None
    assert resolution.text == clean.view(task).output.completion.replace("2.00", "3.50")
    assert proposals(clean.mara) == []


def test_reply_becomes_the_note_of_a_rejection(clean: World) -> None:
    """What was written in the thread need not be written again."""
    (task,) = clean.bring(clean.output())
    clean.mara.write("this is made up & < old", thread=clean.mara.card(task)["ts"])
    press(clean.mara, asked(clean.mara), ActionId.PROPOSED_REJECT)
    clean.mara.form(CallbackId.REJECT)
    clean.mara.hand_in(refusal("invented", note="this is made up & < old"))
    clean.settled(task)
    assert [(v.kind.value, v.note) for v in clean.view(task).verdicts] == [("reject", "this is made up & < old")]


def test_reject_form_is_filled_with_the_reply(clean: World) -> None:
    """Slack's own writing of signs and mentions is read back first."""
    (task,) = clean.bring(clean.output())
    clean.mara.write("this is made up & <old>", thread=clean.mara.card(task)["ts"])
    press(clean.mara, asked(clean.mara), ActionId.PROPOSED_REJECT)
    form = clean.mara.form(CallbackId.REJECT)
    note = next(block["element"] for block in form["blocks"] if block["block_id"] == "note")
    assert note["initial_value"].startswith("this is made up & ")
    clean.mara.leave()
    assert clean.verdicts(task) == []


def test_check_mark_is_asked_back_in_the_channel_and_approves(clean: World) -> None:
    """The thread has no reply yet, where nobody would ever see it."""
    (task,) = clean.bring(clean.output())
    react(clean.mara, clean.mara.card(task), "white_check_mark")
    proposal = asked(clean.mara)
    assert ("thread_ts" in proposal, proposal["is_shown"]) == (False, True)
    assert labels(proposal["blocks"]) == {"Approve", "No"}
    assert clean.verdicts(task) == []
    press(clean.mara, proposal, ActionId.PROPOSED_APPROVE)
    clean.settled(task)
    assert clean.verdicts(task) == [("U0MARA", "approve")]
    until(lambda: proposals(clean.mara) == [], "the proposal still stands")


def test_cross_opens_the_form_of_a_rejection(clean: World) -> None:
    """With no words to put into it."""
    (task,) = clean.bring(clean.output())
    react(clean.mara, clean.mara.card(task), "x")
    proposal = asked(clean.mara)
    assert labels(proposal["blocks"]) == {"Edit", "Reject", "No"}
    press(clean.mara, proposal, ActionId.PROPOSED_REJECT)
    clean.mara.form(CallbackId.REJECT)
    clean.mara.hand_in(refusal("invented"))
    clean.settled(task)
    assert clean.verdicts(task) == [("U0MARA", "reject")]


def test_no_takes_the_question_away_and_records_nothing(clean: World) -> None:
    """The reply stays kept."""
    (task,) = clean.bring(clean.output())
    clean.mara.write(WRONG, thread=clean.mara.card(task)["ts"])
    press(clean.mara, asked(clean.mara), ActionId.PROPOSED_NO)
    until(lambda: proposals(clean.mara) == [], "the proposal still stands")
    assert (clean.verdicts(task), kept(clean, task)) == ([], [("U0MARA", WRONG)])


def test_nothing_is_recorded_from_marks_replies_and_links_alone(clean: World) -> None:
    """Whoever writes or marks whatever: until somebody presses a button, there is no verdict and no resolution."""
    (task,) = clean.bring(clean.output())
    card = clean.mara.card(task)
    for person in (clean.mara, clean.jonas):
        for name in ("white_check_mark", "x", "+1", "tada"):
            react(person, card, name)
        for text in ("approve", "reject", WRONG, "https://help.meridian.example/fees", "/whetstone approve"):
            person.write(text, thread=card["ts"])
    assert len(kept(clean, task, 10)) == 10
    settled_events(clean, clean.mara)
    assert (clean.verdicts(task), clean.view(task).resolution) == ([], None)
    assert clean.mara.card(task)["blocks"] == card["blocks"]


def test_event_that_comes_twice_is_kept_and_asked_back_once(clean: World) -> None:
    """The same event again, and a retry after an ack that Slack took for late."""
    clean.late_acks = True
    for kind in ("duplicate_delivery", "late_ack"):
        clean.begin()
        (task,) = clean.bring(clean.output())
        clean.arm("deliver", kind, only="message")
        clean.mara.write(WRONG, thread=clean.mara.card(task)["ts"])
        asked(clean.mara)
        settled_events(clean, clean.mara)
        assert kept(clean, task) == [("U0MARA", WRONG)]
        assert len(proposals(clean.mara)) == 2  # this one, and the one of `settled_events`


def test_reply_whose_first_delivery_was_lost_is_kept(clean: World) -> None:
    """Slack sends it again; it is not dropped for being a retry."""
    clean.late_acks = True
    (task,) = clean.bring(clean.output())
    clean.arm("deliver", "drop_delivery", only="message")
    clean.mara.write(WRONG, thread=clean.mara.card(task)["ts"])
    asked(clean.mara)
    assert kept(clean, task) == [("U0MARA", WRONG)]


def test_guest_and_stranger_are_kept_but_not_asked(own: World) -> None:
    """Their verdicts would not count."""
    (task,) = own.bring(own.output())
    guest = own.person("U0GUEST")
    guest.write(WRONG, thread=guest.card(task)["ts"])
    assert kept(own, task) == [("U0GUEST", WRONG)]
    settled_events(own, own.mara)
    assert proposals(guest) == []


def test_late_press_is_told_who_decided(own: World) -> None:
    """The proposal is older than the decision; nothing is recorded twice."""
    (task,) = own.bring(own.output())
    react(own.mara, own.mara.card(task), "white_check_mark")
    proposal = asked(own.mara)
    own.jonas.press(own.jonas.card(task), ActionId.REJECT)
    own.jonas.form(CallbackId.REJECT)
    own.jonas.hand_in(refusal("invented"))
    own.settled(task)
    press(own.mara, proposal, ActionId.PROPOSED_APPROVE)
    told = until(lambda: [t for t in own.mara.told() if "decided before you" in t["text"]], "nothing was told")
    assert "Your Approve was not counted." in told[0]["text"]
    assert own.verdicts(task) == [("U0JONAS", "reject")]


def test_change_of_mind_is_asked_back_to_who_decided(own: World) -> None:
    """After an approval, a cross is a change; another check mark is none."""
    (task,) = own.bring(own.output())
    own.mara.press(own.mara.card(task), ActionId.APPROVE)
    card = own.settled(task)
    for name in ("white_check_mark", "x"):
        react(own.mara, card, name)
        react(own.jonas, card, name)
    press(own.mara, asked(own.mara), ActionId.PROPOSED_REJECT)
    own.mara.form(CallbackId.REJECT)
    own.mara.hand_in(refusal("invented"))
    own.settled(task, revision=2)
    resolution = own.view(task).resolution
    assert resolution is not None
    assert (resolution.outcome, proposals(own.jonas)) == (Outcome.REJECTED, [])


def test_approval_of_a_cut_answer_is_given_where_the_whole_of_it_stands(own: World) -> None:
    """Nobody approves what was not on the screen."""
    long = " ".join(f"The fee number {n} is € {n}.50 in every country of the world." for n in range(60))
    (task,) = own.bring(own.output(completion=long))
    react(own.mara, own.mara.card(task), "white_check_mark")
    proposal = asked(own.mara)
    assert labels(proposal["blocks"]) == {"Read all", "No"}
    press(own.mara, proposal, ActionId.READ_ALL)
    own.mara.form(CallbackId.CLAIMS)
    assert own.verdicts(task) == []


def test_held_answer_says_before_the_press_that_it_is_sent(own: World) -> None:
    """Consequences stand before the click."""
    (task,) = own.bring(own.output(hold=True))
    react(own.mara, own.mara.card(task), "white_check_mark")
    assert "Approve sends it at once." in str(asked(own.mara)["blocks"])
    assert own.verdicts(task) == []


def test_own_words_elsewhere_are_nothing(own: World) -> None:
    """A message beside the card, an edit of a reply, a reaction on a reply."""
    (task,) = own.bring(own.output())
    card = own.mara.card(task)
    own.mara.write("looks good")
    reply = own.mara.write("hello", thread=card["ts"])
    own.mara._post("reactions", channel=CHANNEL, ts=reply, name="x")
    settled_events(own, own.mara)
    assert kept(own, task) == [("U0MARA", "hello")]
    assert len(proposals(own.mara)) == 1  # of `settled_events`


def test_reply_in_a_private_channel_is_followed_too(tmp_path: Any) -> None:
    """Slack tells of it by another event."""
    leads = Route(name="Leads", channel="C0LEADS")
    with a_world(tmp_path, over=SOCKETS, routes=(leads,)) as world:
        (task,) = world.bring(world.output())
        card = world.mara.cards("C0LEADS")[task]
        world.mara.write(WRONG, channel="C0LEADS", thread=card["ts"])
        assert asked(world.mara)["channel"] == "C0LEADS"
        assert kept(world, task) == [("U0MARA", WRONG)]


def test_nobody_is_told_of_a_database_that_is_away(alone: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever chats asked for nothing; the next reply is kept again, and the log has no word of either."""
    (task,) = alone.bring(alone.output())
    card = alone.mara.card(task)
    alone.store.fault = Unavailable("the database is away")
    alone.mara.write(WRONG, thread=card["ts"])
    logged = until(
        lambda: out if "event_not_followed" in (out := capsys.readouterr().out) else "", "nothing was logged"
    )
    assert "3.50" not in logged
    alone.store.let_go()
    alone.mara.write("this is made up", thread=card["ts"])
    asked(alone.mara)
    assert len(alone.mara.told_anywhere()) == 1
    assert alone.mara.messages_of_app() == []


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
def test_loss_of_access_is_logged(own: World, event: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever runs the service reads it there; the event is acknowledged."""
    payload = {
        "type": "event_callback",
        "team_id": "T0MERIDIAN",
        "api_app_id": "A0WHETSTONE",
        "event_id": f"Ev-{event}",
        "event_time": int(time.time()),
        "event": {"type": event, "tokens": {"oauth": [], "bot": ["U0BOT"]}},
    }
    body = json.dumps(payload).encode()
    signed = signed_headers(body, secret=own.sandbox.signing_secret, timestamp=int(time.time()))
    headers = {"Content-Type": "application/json", **signed}
    answer = httpx.post(f"{own.api}{PATH}", content=body, headers=headers, trust_env=False, timeout=30)
    assert answer.status_code == 200
    until(lambda: event in capsys.readouterr().out, "nothing was logged")

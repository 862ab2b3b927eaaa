"""Clicks that do not count: the person is told why, where they are, and nobody else is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.slack.ids import ActionId, CallbackId, MenuChoice
from tests.slack.people import Person, answer_of, drawn, elements, refusal, until, whole_answer, why_edited
from tests.slack.worlds import HTTP, World, a_world


def _told(person: Person) -> str:
    """What this person alone was told last."""
    return str(person.wait_until_told()[-1]["text"])


def test_late_click_is_told_who_was_faster(own: World) -> None:
    """Jonas presses on a card that is not redrawn yet: his approval does not count, and only he reads that."""
    (task,) = own.bring(own.output())
    card = own.mara.card(task)
    own.mara.press(card, ActionId.APPROVE)
    until(lambda: own.verdicts(task))
    own.jonas.press(card, ActionId.APPROVE)
    told = _told(own.jonas)
    assert told.startswith("Mara Lindqvist decided before you: approved")
    assert told.endswith("Your Approve was not counted.")
    assert own.mara.told() == []
    assert own.verdicts(task) == [("U0MARA", "approve")]


def test_second_click_of_the_same_person_changes_nothing(own: World) -> None:
    """Approve twice, before the card is redrawn: one verdict, and nothing to be told."""
    (task,) = own.bring(own.output())
    card = own.mara.card(task)
    own.mara.press(card, ActionId.APPROVE)
    until(lambda: own.verdicts(task))
    before = own.store.written
    own.mara.press(card, ActionId.APPROVE)
    until(lambda: own.store.written > before)
    assert own.verdicts(task) == [("U0MARA", "approve")]
    assert own.mara.told() == []


def test_edit_that_comes_late_keeps_its_words_to_be_copied(own: World) -> None:
    """Mara decides while Jonas writes: his window says so and holds his text and note; Done closes it."""
    (task,) = own.bring(own.output())
    own.jonas.press(own.jonas.card(task), ActionId.EDIT)
    own.jonas.form(CallbackId.EDIT)
    own.jonas.hand_in(answer_of("It costs € 3.50."))
    own.mara.press(own.mara.card(task), ActionId.APPROVE)
    own.settled(task)
    assert own.jonas.hand_in(why_edited("Fees rose"))["ok"]
    late = own.jonas.stack()[-1]
    assert "decided before you" in drawn(late["blocks"])
    kept = [block["element"]["initial_value"] for block in late["blocks"] if block["type"] == "input"]
    assert kept == ["It costs € 3.50.", "Fees rose"]
    assert own.jonas.hand_in()["stack"] == []
    assert own.verdicts(task) == [("U0MARA", "approve")]


def test_refusal_that_comes_late_says_so_in_its_form(own: World) -> None:
    """The note is there to be copied, and the sentence speaks of Reject."""
    (task,) = own.bring(own.output())
    own.jonas.press(own.jonas.card(task), ActionId.REJECT)
    own.jonas.form(CallbackId.REJECT)
    own.mara.press(own.mara.card(task), ActionId.APPROVE)
    own.settled(task)
    assert own.jonas.hand_in(refusal("invented", note="There is no such card"))["ok"]
    late = own.jonas.stack()[-1]
    assert "Your Reject was not counted" in drawn(late["blocks"])
    assert [b["element"]["initial_value"] for b in late["blocks"] if b["type"] == "input"] == ["There is no such card"]
    assert own.jonas.hand_in()["stack"] == []


def test_approval_from_the_claims_that_comes_late_is_told_there(own: World) -> None:
    """The claim view becomes the sentence."""
    (task,) = own.bring(own.output())
    own.jonas.press(own.jonas.card(task), ActionId.CHECK)
    own.jonas.form(CallbackId.CLAIMS)
    own.mara.press(own.mara.card(task), ActionId.APPROVE)
    own.settled(task)
    assert own.jonas.hand_in(whole_answer("approve"))["ok"]
    assert "Your Approve was not counted" in drawn(own.jonas.stack()[-1]["blocks"])
    assert own.verdicts(task) == [("U0MARA", "approve")]


@pytest.mark.parametrize("action", [ActionId.APPROVE, ActionId.EDIT, ActionId.REJECT, ActionId.UNSURE, ActionId.CHECK])
def test_button_of_another_version_is_answered_and_not_guessed_at(own: World, action: ActionId) -> None:
    """Cards live for months: one with a value that this version does not know counts for nothing."""
    (task,) = own.bring(own.output())
    card = own.mara.card(task)
    button = {name: value for name, value in elements(card["blocks"])[action.value].items() if name != "block_id"}
    row = {"type": "actions", "block_id": "old", "elements": [button | {"value": f'{{"v":2,"task":"{task}"}}'}]}
    slack = WebClient(own.sandbox.bot_token, base_url=f"{own.workspace}/api/")
    posted = slack.chat_postMessage(
        channel="C0REVIEW", text="A card", blocks=[row], unfurl_links=False, unfurl_media=False
    )
    own.mara.press({"ts": posted["ts"], "blocks": [row]}, action)
    assert "another version of Whetstone" in _told(own.mara)
    assert own.mara.stack() == []
    assert own.verdicts(task) == []


def test_nobody_reviews_what_they_sent(own: World) -> None:
    """The person behind the output cannot approve it; somebody else can."""
    (task,) = own.bring(own.output(submitted_by="U0MARA"))
    own.mara.press(own.mara.card(task), ActionId.APPROVE)
    assert "someone else decides" in _told(own.mara)
    assert own.jonas.told() == []
    own.jonas.press(own.jonas.card(task), ActionId.APPROVE)
    own.settled(task)
    assert own.verdicts(task) == [("U0JONAS", "approve")]


def test_somebody_who_is_no_reviewer_is_told_so(tmp_path: Path) -> None:
    """With a list of reviewers, being in the channel is not enough: no button records, no form opens."""
    with a_world(tmp_path, over=HTTP, reviewers=("U0JONAS",)) as world:
        (task,) = world.bring(world.output())
        for number, action in enumerate((ActionId.APPROVE, ActionId.UNSURE, ActionId.EDIT, ActionId.REJECT), start=1):
            world.mara.press(world.mara.card(task), action)
            assert "not a reviewer" in world.mara.wait_until_told(number)[-1]["text"]
        assert world.mara.stack() == []
        assert world.verdicts(task) == []
        world.mara.press(world.mara.card(task), ActionId.CHECK)
        assert world.mara.form()["submit"] is None


@pytest.mark.parametrize(
    ("user", "reason"),
    [("U0GUEST", "You are a guest here"), ("U0STRANGER", "You are here through Slack Connect")],
)
@pytest.mark.parametrize("action", [ActionId.APPROVE, ActionId.EDIT, ActionId.REJECT])
def test_people_from_outside_see_the_card_and_do_not_decide(
    own: World, user: str, reason: str, action: ActionId
) -> None:
    """Guests and strangers of Slack Connect are told why, and no form opens."""
    (task,) = own.bring(own.output())
    own.control("channels", channel="C0REVIEW", add=[user])
    outsider = own.person(user)
    outsider.press(outsider.card(task), action)
    assert reason in _told(outsider)
    assert outsider.stack() == []
    assert own.mara.told() == []
    assert own.verdicts(task) == []


@pytest.mark.parametrize("action", [ActionId.EDIT, ActionId.REJECT, ActionId.CHECK])
def test_click_that_took_too_long_can_be_repeated(own: World, action: ActionId) -> None:
    """The trigger ran out before the form could open: a button of the same kind stands in the answer, and works."""
    (task,) = own.bring(own.output())
    own.store.reading.clear()
    own.mara.press({**own.mara.card(task)}, action)
    until(lambda: own.store.waiting)
    own.advance(4)
    own.store.reading.set()
    (told,) = own.mara.wait_until_told()
    assert told["text"].startswith("That took too long, so Slack closed the window. Nothing is lost.")
    assert own.jonas.told() == []
    own.mara.press(told, action)
    own.mara.form()
    assert own.verdicts(task) == []


def test_menu_that_took_too_long_is_told_too(own: World) -> None:
    """The ⋯ menu has no button to repeat; the sentence says to try again."""
    (task,) = own.bring(own.output())
    own.store.reading.clear()
    own.mara.choose(own.mara.card(task), MenuChoice.WHY)
    until(lambda: own.store.waiting)
    own.advance(4)
    own.store.reading.set()
    assert "That took too long" in _told(own.mara)


def test_run_that_took_too_long_is_told_by_direct_message(own: World) -> None:
    """Its trigger is dead for the answer too; another press works."""
    own.bring(own.output())
    own.mara.command("next")
    run = own.mara.form(CallbackId.RUN)
    before = len(own.mara.messages_of_app())
    own.store.reading.clear()
    own.mara.tap(run, ActionId.RUN_CHECK)
    until(lambda: own.store.waiting)
    own.advance(4)
    own.store.reading.set()
    told = until(lambda: own.mara.messages_of_app()[before:], "no direct message")
    assert "That took too long" in told[-1]["text"]
    own.mara.tap(run, ActionId.RUN_CHECK)
    own.mara.form(CallbackId.CLAIMS)


def test_mistake_is_told_where_whetstone_is_no_member(own: World) -> None:
    """The answer to `queue` stands in a channel that Whetstone is not in; its button was pressed by somebody slow."""
    own.bring(own.output())
    channel = "C0RANDOM"
    own.mara.command("queue", channel)
    (queue,) = until(own.mara.told_anywhere)
    own.store.reading.clear()
    own.mara.press(queue, ActionId.NEXT, channel)
    until(lambda: own.store.waiting)
    own.advance(4)
    own.store.reading.set()
    told = until(lambda: own.mara.told_anywhere()[1:], "nothing was told")
    assert "That took too long" in told[-1]["text"]
    assert told[-1]["channel"] == channel


def test_home_and_command_that_took_too_long_are_told_too(own: World) -> None:
    """On Home there is no channel: the answer comes directly. The command answers where it was typed."""
    own.bring(own.output())
    own.mara.open_home()
    home = until(own.mara.home)
    own.store.reading.clear()
    own.mara.tap(home, ActionId.NEXT)
    until(lambda: own.store.waiting)
    own.advance(4)
    own.store.reading.set()
    told = until(lambda: own.mara.seen("D0MARA"), "no direct message")
    assert "That took too long" in told[-1]["text"]
    own.store.reading.clear()
    own.mara.command("next")
    until(lambda: own.store.waiting)
    own.advance(4)
    own.store.reading.set()
    assert "That took too long" in _told(own.mara)

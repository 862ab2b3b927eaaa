"""The main journeys at a stand-in for Slack that other people wrote (local-slack), over Socket Mode and signed HTTP.

It is lax, so it is not where rules are shown to be kept (that is our sandbox): it shows that the app does not lean on
our own reading of Slack. Among its faults is one that our forms meet here: an untouched input comes as null.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.ids import ActionId, BlockId, CallbackId
from reviewers.errors import NothingChanged
from reviewers.model import TaskState, VerdictKind
from tests.builders import COMPLETION
from tests.sandbox.page_tools import CHROMIUM
from tests.second_opinion.clicks import edit_and_open_home
from tests.second_opinion.namespace import routes
from tests.second_opinion.place import Place
from tests.second_opinion.workspace import MARA, buttons

pytestmark = pytest.mark.node

VERBS = {ActionId.APPROVE, ActionId.EDIT, ActionId.REJECT, ActionId.UNSURE}
CORRECTED = COMPLETION.replace("€ 2.00", "€ 3.50")


def test_nothing_outside_reaches_the_workspace(at: Place) -> None:
    """local-slack listens on all interfaces, of which loopback is the only one with a way anywhere."""
    assert routes() == []


def test_a_card_is_posted_with_its_verbs(at: Place) -> None:
    """The card stands in the channel with the four verbs and a text for notifications."""
    card = at.card("waiting")

    assert pressable(card) >= VERBS
    assert card["text"]
    assert at.view("waiting").task.state is TaskState.OPEN


def test_approve_counts_and_takes_the_buttons_away(at: Place) -> None:
    """One press records the verdict of the person who pressed, and the card is redrawn without verbs."""
    card = at.card("approved")

    at.mara.press(card["blocks"], ActionId.APPROVE, ts=card["ts"])
    after = at.redrawn(card)

    assert not pressable(after) & VERBS
    [verdict] = at.view("approved").verdicts
    assert (verdict.kind, verdict.reviewer) == (VerdictKind.APPROVE, MARA)


def test_edit_goes_through_both_forms(at: Place) -> None:
    """The corrected answer is shown as changes, then saved; the card shows it, and the untouched note is empty."""
    card = at.card("edited")

    at.mara.press(card["blocks"], ActionId.EDIT, ts=card["ts"])
    at.mara.form(CallbackId.EDIT)
    at.mara.submit({f"{BlockId.ANSWER}0": {ActionId.ANSWER: typed(CORRECTED)}})
    changes = at.mara.form(CallbackId.CHANGES)
    at.mara.submit({})
    at.mara.until(lambda: not at.mara.forms, "both forms closed")
    after = at.redrawn(card)

    assert "3.50" in str(changes["blocks"])
    assert "3.50" in str(after["blocks"])
    [verdict] = at.view("edited").verdicts
    assert (verdict.kind, verdict.correction, verdict.note) == (VerdictKind.EDIT, CORRECTED, "")


def test_an_untouched_answer_that_comes_as_null_is_no_edit(at: Place) -> None:
    """local-slack submits an untouched text as null; the person is told that nothing changed, and nothing is kept."""
    card = at.card("untouched")

    at.mara.press(card["blocks"], ActionId.EDIT, ts=card["ts"])
    at.mara.form(CallbackId.EDIT)
    at.mara.submit({})
    errors = at.mara.until(lambda: at.mara.errors, "the error in the form")
    at.mara.close_form()

    assert errors == {f"{BlockId.ANSWER}0": str(NothingChanged())}
    assert at.view("untouched").verdicts == ()


def test_reject_asks_for_a_reason_and_keeps_it(at: Place) -> None:
    """Without a reason the form says so; with reasons and a note the verdict is recorded and the card redrawn."""
    card = at.card("rejected")

    at.mara.press(card["blocks"], ActionId.REJECT, ts=card["ts"])
    form = at.mara.form(CallbackId.REJECT)
    at.mara.submit({})
    errors = at.mara.until(lambda: at.mara.errors, "the error in the form")
    ticks = next(b["element"]["options"] for b in form["blocks"] if b.get("block_id") == BlockId.REASONS)
    chosen = [option for option in ticks if option["value"] in ("contradicts", "other")]
    at.mara.submit(
        {
            BlockId.REASONS: {ActionId.REASONS: {"type": "checkboxes", "selected_options": chosen}},
            BlockId.NOTE: {ActionId.NOTE: typed("It costs € 3.50 <!channel>.")},
        }
    )
    at.mara.until(lambda: not at.mara.forms, "the closed form")
    after = at.redrawn(card)

    assert list(errors) == [BlockId.REASONS]
    assert not pressable(after) & VERBS
    [verdict] = at.view("rejected").verdicts
    assert (verdict.kind, verdict.reasons) == (VerdictKind.REJECT, ("contradicts", "other"))
    assert verdict.note == "It costs € 3.50 <!channel>."
    assert "<!channel>" not in after["text"]


def test_the_claim_view_approves(at: Place) -> None:
    """Check claims opens the claim view; the verdict chosen at its end is recorded, marks left alone or not."""
    card = at.card("marked")

    at.mara.press(card["blocks"], ActionId.CHECK, ts=card["ts"])
    form = at.mara.form(CallbackId.CLAIMS)
    verdict_block = next(b for b in form["blocks"] if b.get("block_id") == BlockId.WHOLE_ANSWER)
    options = verdict_block["element"]["options"]
    approve = next(option for option in options if option["value"] == VerdictKind.APPROVE)
    chosen = {"type": "radio_buttons", "selected_option": approve}
    at.mara.submit({BlockId.WHOLE_ANSWER: {ActionId.WHOLE_ANSWER: chosen}})
    at.mara.until(lambda: not at.mara.forms, "the closed form")
    after = at.redrawn(card)

    assert not pressable(after) & VERBS
    assert [verdict.kind for verdict in at.view("marked").verdicts] == [VerdictKind.APPROVE]


def test_home_opens_and_review_next_works_without_a_view_in_the_press(at: Place) -> None:
    """Home lists what waits; a press on it comes without its view here, and the next answer opens all the same."""
    at.card("waiting")

    at.mara.open_home()
    home = at.mara.until(lambda: at.mara.home, "Home")
    at.mara.press(home["blocks"], ActionId.NEXT)
    form = at.mara.form(CallbackId.RUN)
    at.mara.close_form()

    assert "(waiting)" in str(home["blocks"])
    assert form["blocks"]


def test_help_answers_the_command(at: Place) -> None:
    """`/whetstone help` answers in the channel to the one who asked, with every command."""
    at.mara.command("/whetstone", "help")
    answer = at.mara.until(
        lambda: next((one for one in at.mara.messages.values() if one.get("subtype") == "ephemeral"), None),
        "the answer to the command",
    )

    assert answer["ephemeral_to"] == MARA
    shown = answer["text"] + str(answer["blocks"])
    assert all(f"/whetstone {name}" in shown for name in ("next", "queue", "why"))


@pytest.mark.browser
def test_an_answer_is_edited_in_the_browser(at: Place) -> None:
    """Edit, the corrected answer, Show changes, Save edit, on the other people's page: the verdict is stored."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install Debian's package `chromium`")
    card = at.card("clicked")
    at.card("waiting")

    place = sorted(at.mara.messages).index(card["ts"])
    home = edit_and_open_home(place, answer=COMPLETION, corrected=CORRECTED, note="The fee table says so.")

    assert "(waiting)" in home
    [verdict] = at.view("clicked").verdicts
    assert (verdict.kind, verdict.reviewer) == (VerdictKind.EDIT, MARA)
    assert (verdict.correction, verdict.note) == (CORRECTED, "The fee table says so.")


def pressable(message: dict[str, Any]) -> set[str]:
    """What can be pressed on a card."""
    return {button["action_id"] for _, button in buttons(message["blocks"])}


def typed(text: str) -> dict[str, str]:
    """A text as the page sends it."""
    return {"type": "plain_text_input", "value": text}

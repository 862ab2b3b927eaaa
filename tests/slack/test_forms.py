"""The other forms and notices of the design: what they ask, what they carry, and what is read out of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.cards import CardOptions, ReasonLabel
from bot.slack.forms import (
    FieldErrors,
    FormContext,
    RejectForm,
    card_late,
    claim_view,
    decided_before,
    decided_meanwhile_view,
    edit_view,
    expired,
    history_view,
    loading_view,
    not_a_reviewer,
    not_saved,
    notice,
    notice_view,
    old_card,
    own_output,
    parse_reject,
    reject_view,
    why_view,
)
from bot.slack.ids import ActionId
from reviewers.errors import AlreadyResolved
from reviewers.model import ClaimMark, Mark, Outcome, VerdictKind
from tests.builders import a_task, a_verdict, showing
from tests.slack.checks import live_signs, objects, problems_of_message, words
from tests.slack.drawn import said
from tests.slack.scenes import EDITED, LISBON, SIX_PAST, held, lisbon, resolved, thailand, watch
from tests.slack.views import DISPLAY, WRONG, chosen, fine, frame, inputs, options, submitted


class TestReject:
    """Reject answer."""

    def test_the_form_asks_what_is_wrong(self) -> None:
        """The taxonomy as ticks, a note, and nothing ticked without marks."""
        view = fine(reject_view(thailand(), display=DISPLAY))
        assert frame(view) == ("Reject answer", "Reject", "Cancel")
        reasons = inputs(view)["reasons"]
        assert reasons["label"]["text"] == "What is wrong?"
        assert options(reasons) == [
            "Invented (in no source)",
            "Contradicts the source",
            "Outdated (was right once)",
            "Off-topic",
            "Unsafe",
            "Style",
            "Other",
        ]
        assert "initial_options" not in reasons["element"]
        assert "hint" not in reasons
        assert inputs(view)["note"]["element"]["placeholder"]["text"] == "What should it have said?"

    def test_marks_tick_their_reasons(self) -> None:
        """Wrong against a contradicting source, and not in the sources; the hint says where the ticks come from."""
        marks = [WRONG, ClaimMark(claim_number=4, mark=Mark.NOT_IN_SOURCES)]
        reasons = inputs(reject_view(thailand(), display=DISPLAY, marks=marks))["reasons"]
        assert [o["value"] for o in reasons["element"]["initial_options"]] == ["invented", "contradicts"]
        assert reasons["hint"]["text"] == "Ticked from your claim marks. Change as you like."

    def test_a_held_answers_form_says_who_waits(self) -> None:
        """The consequence is said before the click."""
        view = fine(reject_view(held(thailand()), display=DISPLAY))
        assert said(view["blocks"][-1]) == (
            ":hourglass_flowing_sand: The customer waits since <!date^1795442520^{time}|14:02> and gets a person "
            "instead of this answer."
        )

    def test_reasons_and_note_are_read(self) -> None:
        """In the order of the form."""
        view = reject_view(thailand(), display=DISPLAY)
        body = submitted(view, {"reasons": chosen("contradicts", "other"), "note": {"value": " It is € 3.50. "}})
        form = parse_reject(body)
        assert isinstance(form, RejectForm)
        assert (form.reasons, form.note) == (("contradicts", "other"), "It is € 3.50.")

    @pytest.mark.parametrize(
        ("state", "errors"),
        [
            ({}, {"reasons": "Choose at least one reason."}),
            ({"reasons": chosen("other")}, {"note": "You chose Other. Say in a few words what is wrong."}),
            (
                {"reasons": chosen("other"), "note": {"value": "  "}},
                {"note": "You chose Other. Say in a few words what is wrong."},
            ),
        ],
    )
    def test_what_is_missing_is_said_at_its_field(self, state: dict[str, Any], errors: dict[str, str]) -> None:
        """The errors of the design."""
        found = parse_reject(submitted(reject_view(thailand(), display=DISPLAY), state))
        assert isinstance(found, FieldErrors)
        assert found.errors == errors

    def test_a_long_taxonomy_becomes_a_select(self) -> None:
        """Slack has at most ten ticks; labels from the settings may be long."""
        many = tuple(ReasonLabel(key=f"r{n}", label=f"Reason {n} " + "x" * 90) for n in range(30))
        view = fine(reject_view(thailand(), display=CardOptions(reasons=many)))
        assert inputs(view)["reasons"]["element"]["type"] == "multi_static_select"
        form = parse_reject(submitted(view, {"reasons": chosen("r29")}))
        assert isinstance(form, RejectForm)
        assert form.reasons == ("r29",)


class TestStories:
    """History and Why this one?"""

    def test_the_history_tells_every_verdict_newest_first(self) -> None:
        """Who, when, why, what was changed, what was seen, and which was replaced."""
        verdicts = (
            a_verdict("v-1", kind=VerdictKind.REJECT, reasons=("invented",), note="Which ATM?", marks=(WRONG,)),
            a_verdict("v-2", kind=VerdictKind.EDIT, correction=EDITED, revision=2, supersedes="v-1"),
        )
        view = fine(history_view(resolved(replace(thailand(), verdicts=verdicts), Outcome.EDITED), display=DISPLAY))
        lines = [said(block) for block in view["blocks"]]
        assert lines[1].startswith(":pencil2:* Edited* by , ")
        assert lines[2].startswith("*3 changes*A cash withdrawal ~abroad~")
        assert lines[4] == ":x:* Rejected* by , . Invented.  Replaced by a later verdict."
        assert lines[5:] == ["“Which ATM?”", "Marks: 1 wrong  ·  saw claims and sources"]

    def test_an_open_tasks_history_shows_only_who_was_unsure(self) -> None:
        """What others decided must not lead the next one."""
        verdicts = (a_verdict("v-1", kind=VerdictKind.UNSURE), a_verdict("v-2", kind=VerdictKind.REJECT))
        told = words(fine(history_view(thailand(verdicts=verdicts), display=DISPLAY))["blocks"])
        assert "Unsure" in told
        assert "Rejected" not in told

    def test_nothing_decided_is_said(self) -> None:
        """An empty history is a sentence."""
        assert "*No verdict yet.*" in words(history_view(thailand(), display=DISPLAY)["blocks"])

    def test_why_gives_the_reason_first_then_the_story(self) -> None:
        """Chance and risk, then what happened with clock times."""
        view = fine(why_view(resolved(thailand(), Outcome.APPROVED), display=DISPLAY, may_see_risk=True))
        assert said(view["blocks"][0]) == (
            "*#4821 was picked by chance (34 in 100).* Riskier answers are picked more often; its risk was high "
            "(62 in 100)."
        )
        told = words(view["blocks"])
        assert "received from app, tags: fees" in told
        assert "4 claims checked: 1 contradicted, 1 without source" in told
        assert "risk 62 in 100 (model v7, learned from 90 verdicts)" in told

    def test_whoever_still_has_to_decide_sees_no_risk(self) -> None:
        """Neither risk nor chance nor scores; and before a blind verdict no reading."""
        told = words(fine(why_view(thailand(), display=DISPLAY, may_see_risk=False))["blocks"])
        assert "Before your verdict, the risk lines stay hidden." in told
        assert not any(word in told for word in ("62", "34", "v7"))
        blind = words(why_view(showing(thailand(), "blind"), display=DISPLAY, may_see_risk=False)["blocks"])
        assert "contradicted" not in blind


class TestNotices:
    """Small answers that one person sees."""

    LATE = AlreadyResolved(by="U0JONAS", outcome="rejected", at=SIX_PAST)
    TIMED_OUT = AlreadyResolved(by="", outcome="timed out", at=None)

    @pytest.mark.parametrize(
        ("message", "text", "labels"),
        [
            (
                expired("t-1", 4821, ActionId.EDIT),
                "That took too long, so Slack closed the window. Nothing is lost. Press the button again.",
                ["Edit again"],
            ),
            (not_a_reviewer("You are not a reviewer of Card support."), "You are not a reviewer of Card support.", []),
            (own_output(), "You sent this answer to review, so someone else decides.", ["Review next"]),
            (
                decided_before(LATE, VerdictKind.APPROVE, display=DISPLAY),
                "a reviewer decided before you: rejected at 14:06. Your Approve was not counted.",
                [],
            ),
            (
                card_late(VerdictKind.APPROVE),
                "Your Approve is saved, but the card could not be updated yet. It will follow by itself.",
                [],
            ),
            (
                not_saved("t-1", 4821, VerdictKind.APPROVE),
                "Not saved. The database did not answer. Try again; nothing was counted twice.",
                ["Approve"],
            ),
            (
                old_card(),
                "This card was made by another version of Whetstone, so its buttons no longer fit. Nothing was "
                "counted.",
                [],
            ),
            (notice("<!here> " * 400, "& " * 900), None, []),
        ],
    )
    def test_what_happened_what_was_kept_and_the_way_on(
        self, message: Any, text: str | None, labels: list[str]
    ) -> None:
        """Bold sentence, then the rest, then a button where there is a way on."""
        assert problems_of_message(message) == []
        assert live_signs(message.blocks) == []
        assert text is None or message.text == text
        assert [o["text"]["text"] for o in objects(message.blocks) if o.get("type") == "button"] == labels
        assert message.arguments()["unfurl_links"] is False

    def test_decided_before_names_the_person_with_a_mention(self) -> None:
        """In the block by id, in the text by name."""
        message = decided_before(self.LATE, VerdictKind.APPROVE, display=DISPLAY)
        assert said(message.blocks[0]) == (
            "*<@U0JONAS> decided before you*: rejected at <!date^1795442760^{time}|14:06>. Your Approve was not "
            "counted."
        )
        timed_out = decided_before(
            AlreadyResolved(by="", outcome="timed out", at=None), VerdictKind.EDIT, display=DISPLAY
        )
        assert timed_out.text == "This timed out before you decided. Your Edit was not counted."

    def test_decided_before_tells_of_no_verdict_where_none_was_given(self) -> None:
        """Claim, pressed too late: nothing was lost, and there is nothing to disagree by."""
        message = decided_before(self.LATE, None, display=DISPLAY, task_id="t-1", number=4821)
        assert message.text == "a reviewer decided before you: rejected at 14:06."
        assert [o["text"]["text"] for o in objects(message.blocks) if o.get("type") == "button"] == ["Review next"]
        assert decided_before(self.TIMED_OUT, None, display=DISPLAY).text == "This timed out before you decided."

    @pytest.mark.parametrize("length", [20, 3001, 100_000])
    def test_a_late_edit_can_be_copied_out_whole(self, length: int) -> None:
        """Nothing that a person wrote is lost."""
        text = ("word " * 20_000)[:length]
        context = FormContext(task_id="t-1")
        view = fine(decided_meanwhile_view(self.LATE, text, "because", context=context, display=DISPLAY))
        parts = [block["element"]["initial_value"] for block in inputs(view).values()]
        assert "".join(parts[:-1]) == text
        assert parts[-1] == "because"

    def test_a_loading_view_and_a_notice_stand_in_a_modal(self) -> None:
        """Opened at once; the real view replaces it."""
        context = FormContext(task_id="t-1")
        assert said(fine(loading_view("Check claims", context))["blocks"][0]) == "Loading …"
        view = fine(notice_view("A title that is far too long for Slack", "Not *saved*.", "Try.", context=context))
        assert said(view["blocks"][0]) == "*Not ∗saved∗.* Try."


def test_every_form_carries_the_task_and_the_card_it_came_from() -> None:
    """Task, channel and ts; the listener needs no state of its own."""
    for view in (
        claim_view(watch(), display=DISPLAY),
        edit_view(watch(), display=DISPLAY),
        reject_view(watch(task=a_task(posting=None)), display=DISPLAY),
    ):
        context = FormContext.parse(view["private_metadata"])
        assert context.task_id == "t-1"
        assert context.channel in {"C0REVIEW", ""}


def test_a_long_answer_reads_whole_in_the_claim_view() -> None:
    """All fourteen sentences, each with its number."""
    told = "".join(said(block) for block in claim_view(lisbon(), display=DISPLAY)["blocks"][:2])
    assert all(sentence in told for sentence in LISBON)
    assert "*(14)*" in told

"""The forms of the design: what they ask, what they carry, and what is read out of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.cards import CardOptions, ReasonLabel
from bot.slack.forms import (
    ChangesForm,
    ClaimsForm,
    EditForm,
    FieldErrors,
    FormContext,
    RejectForm,
    card_late,
    changes_view,
    claim_view,
    decided_before,
    decided_meanwhile_view,
    edit_view,
    expired,
    fingerprint,
    history_view,
    loading_view,
    merged,
    not_a_reviewer,
    not_saved,
    notice,
    notice_view,
    old_card,
    own_output,
    parse_changes,
    parse_claims,
    parse_edit,
    parse_reject,
    reject_view,
    why_view,
)
from bot.slack.forms.parts import INPUT_LENGTH, split
from bot.slack.ids import ActionId
from reviewers.errors import AlreadyResolved, Invalid
from reviewers.model import ClaimMark, Draft, Mark, Outcome, VerdictKind
from tests.builders import NOON, a_task, a_verdict
from tests.slack.checks import live_signs, objects, problems_of_message, problems_of_view, words
from tests.slack.scenes import ANSWER, EDITED, LISBON, QUESTION, SIX_PAST, held, lisbon, resolved, thailand, watch
from tests.slack.test_cards import said

DISPLAY = CardOptions(names={"U0MARA": "Mara Lindqvist"})
SNIPPETS = st.sampled_from(["word ", "end. ", "\n\n", "\r\n", "漢字。", "👩\u200d👧", " \t ", "x" * 700])
WRONG = ClaimMark(claim_number=1, mark=Mark.WRONG)


def fine(view: dict[str, Any]) -> dict[str, Any]:
    """The view itself, after the checks that hold for all."""
    assert problems_of_view(view) == []
    assert live_signs(view["blocks"]) == []
    return view


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Input blocks by id."""
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def frame(view: dict[str, Any]) -> tuple[str, ...]:
    """Title, submit and close."""
    return tuple(view[part]["text"] for part in ("title", "submit", "close"))


def options(block: dict[str, Any]) -> list[str]:
    return [option["text"]["text"] for option in block["element"]["options"]]


def submitted(view: dict[str, Any], changed: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """The view as Slack sends it: every input and tick with what it was filled with, or what a person made of it."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        elements = [block["element"]] if block["type"] == "input" else block.get("elements", [])
        for element in elements:
            kind = element.get("type")
            if kind == "plain_text_input":
                state = {"value": element.get("initial_value")}
            elif kind in {"radio_buttons", "static_select"}:
                state = {"selected_option": element.get("initial_option")}
            elif kind in {"checkboxes", "multi_static_select"}:
                state = {"selected_options": element.get("initial_options", [])}
            else:
                continue
            state = (changed or {}).get(block["block_id"], state)
            values[block["block_id"]] = {element["action_id"]: {"type": kind} | state}
    return {"private_metadata": view["private_metadata"], "state": {"values": values}}


def chosen(*values: str) -> dict[str, Any]:
    return {"selected_options": [{"value": value} for value in values]}


def picked(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value}}


class TestClaims:
    """Check claims, Read all, Full text."""

    def test_evidence_comes_first_then_the_claim_then_the_choice(self) -> None:
        """For each doubtful claim: what the source says, the claim with three choices, the tick for the passage."""
        view = fine(claim_view(thailand(), display=DISPLAY))
        assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == (
            "Check claims",
            "Save",
            "Close",
        )
        assert [block["type"] for block in view["blocks"]] == [
            *("rich_text", "rich_text", "context", "divider"),
            *("rich_text", "input", "actions"),  # ①
            *("rich_text", "input", "actions"),  # ④
            *("divider", "rich_text", "input", "rich_text", "input"),  # ② ③
            *("divider", "input"),
        ]
        assert said(view["blocks"][2]) == (
            "4 claims: 1 contradicted, 1 without source, 2 supported, as the machine reads them. Your marks are kept "
            "one by one; leave out what you do not know."
        )
        assert list(inputs(view)) == ["claim_1", "claim_4", "claim_2", "claim_3", "verdict"]

    def test_a_doubtful_claim_is_judged_with_its_passage_in_view(self) -> None:
        """Title, host, the source's own words, then the claim's."""
        view = claim_view(thailand(), display=DISPLAY)
        assert said(view["blocks"][4]) == (
            "*①  *:small_red_triangle:* Contradicted*  by Card fees 2026 › Cash abroad  help.meridian.example"
            "“Cash withdrawal outside the euro area: *€ 3.50* per withdrawal, plus 1.75 % of the amount.”"
        ).replace("Card fees 2026 › Cash abroad", "")
        link = next(o for o in objects(view["blocks"][4]) if o.get("type") == "link")
        assert (link["text"], link["url"]) == ("Card fees 2026 › Cash abroad", "https://help.meridian.example/fees")
        claim = inputs(view)["claim_1"]
        assert claim["label"] == {
            "type": "plain_text",
            "text": "① Answer: A cash withdrawal abroad costs € 2.00.",
            "emoji": False,
        }
        assert (claim["element"]["type"], options(claim)) == (
            "radio_buttons",
            ["Right", "Wrong", "Not in the sources"],
        )
        assert "initial_option" not in claim["element"]
        assert "Closest passage: " in said(view["blocks"][7])

    def test_supported_claims_are_marked_by_a_select(self) -> None:
        """Four entries, the passage among them."""
        claim = inputs(claim_view(thailand(), display=DISPLAY))["claim_2"]
        assert claim["element"]["type"] == "static_select"
        assert options(claim) == ["Right", "Wrong", "Not in the sources", "Passage beside the point"]

    def test_the_view_ends_with_the_verdict_and_presets_none(self) -> None:
        """Approve, Edit, Reject, or only keep the marks."""
        end = claim_view(thailand(), display=DISPLAY)["blocks"][-1]
        assert end["label"]["text"] == "The whole answer"
        assert options(end) == ["Approve", "Edit", "Reject", "Only keep the marks"]
        assert end["element"]["initial_option"]["value"] == "none"

    def test_more_than_four_supported_claims_fold(self) -> None:
        """Behind a button; once unfolded they stand in the view."""
        view = fine(claim_view(lisbon(), display=DISPLAY))
        assert list(inputs(view)) == ["claim_9", "claim_4", "claim_12", "verdict"]
        assert "Show 11 supported claims" in words(view["blocks"])
        assert "No passage comes near." in words(view["blocks"])
        unfolded = fine(claim_view(lisbon(), display=DISPLAY, unfolded=True))
        assert len(inputs(unfolded)) == 15
        assert "Show 11" not in words(unfolded["blocks"])

    def test_a_blind_view_has_no_shape_and_no_word_of_the_machine(self) -> None:
        """The answer's order, radio buttons for all, no bold in the passages."""
        view = fine(claim_view(thailand(), show="blind", display=DISPLAY))
        assert list(inputs(view)) == ["claim_1", "claim_2", "claim_3", "claim_4", "verdict"]
        assert {block["element"]["type"] for block in inputs(view).values()} == {"radio_buttons"}
        assert said(view["blocks"][2]) == (
            "4 claims, each with the closest passage. Your marks are kept one by one; leave out what you do not know."
        )
        assert not any(o.get("type") == "emoji" for o in objects(view["blocks"]))
        told = words(view["blocks"])
        assert not any(word in told for word in ("ontradicted", "upported", "No source", "Closest"))

    def test_after_the_verdict_a_blind_view_shows_what_the_machine_read(self) -> None:
        """The readings follow with the verdict."""
        view = claim_view(resolved(thailand(), Outcome.APPROVED), show="blind", display=DISPLAY)
        assert "Contradicted" in words(view["blocks"])

    def test_somebody_who_may_not_decide_reads_the_same_without_inputs(self) -> None:
        """No inputs, no submit."""
        view = fine(claim_view(thailand(), display=DISPLAY, read_only=True))
        assert inputs(view) == {}
        assert "submit" not in view
        assert "Contradicted" in words(view["blocks"])

    def test_without_claims_it_is_the_full_text(self) -> None:
        """The whole text and the verdict; nothing to mark."""
        view = fine(claim_view(thailand(assessment=None), display=DISPLAY))
        assert view["title"]["text"] == "Full text"
        assert list(inputs(view)) == ["verdict"]
        assert said(view["blocks"][1]) == ANSWER

    def test_marks_so_far_stand_in_the_form(self) -> None:
        """Opened again, nothing is lost."""
        marks = [
            ClaimMark(claim_number=1, mark=Mark.WRONG, passage_beside_the_point=True),
            ClaimMark(claim_number=2, mark=None, passage_beside_the_point=True),
            ClaimMark(claim_number=3, mark=Mark.RIGHT),
        ]
        view = fine(claim_view(thailand(), display=DISPLAY, marks=marks))
        assert inputs(view)["claim_1"]["element"]["initial_option"]["value"] == "wrong"
        assert inputs(view)["claim_2"]["element"]["initial_option"]["value"] == "irrelevant"
        assert inputs(view)["claim_3"]["element"]["initial_option"]["value"] == "right"
        form = parse_claims(submitted(view), before=marks)
        assert form.marks == ()
        assert merged(marks, form.marks) == tuple(marks)

    def test_what_a_person_marked_is_read(self) -> None:
        """Marks by claim number, the tick beside its mark, the choice for the whole answer."""
        view = claim_view(thailand(), display=DISPLAY, unfolded=True)
        body = submitted(
            view,
            {
                "claim_1": picked("wrong"),
                "passage_1": chosen("irrelevant:1"),
                "passage_4": chosen("irrelevant:4"),
                "claim_2": picked("irrelevant"),
                "claim_3": picked("right"),
                "verdict": picked("reject"),
            },
        )
        assert parse_claims(body) == ClaimsForm(
            context=FormContext(
                task_id="t-1", seen="evidence", channel="C0REVIEW", ts="1795453200.000100", unfolded=True
            ),
            marks=(
                ClaimMark(claim_number=1, mark=Mark.WRONG, passage_beside_the_point=True),
                ClaimMark(claim_number=2, mark=None, passage_beside_the_point=True),
                ClaimMark(claim_number=3, mark=Mark.RIGHT),
                ClaimMark(claim_number=4, mark=None, passage_beside_the_point=True),
            ),
            choice=VerdictKind.REJECT,
        )

    def test_a_mark_taken_back_is_told_from_one_never_made(self) -> None:
        """The emptied mark comes back without a mark; untouched claims do not come at all."""
        before = [ClaimMark(claim_number=1, mark=None, passage_beside_the_point=True)]
        view = claim_view(thailand(), display=DISPLAY, marks=before)
        form = parse_claims(submitted(view, {"passage_1": chosen()}), before=before)
        assert form.marks == (ClaimMark(claim_number=1, mark=None),)
        assert form.choice is None

    def test_over_twenty_claims_the_view_has_pages_and_sends_every_tap(self) -> None:
        """46 doubtful claims: 20, 20 and 6, with Back and Next, and the marks sent as they are made."""
        answer = " ".join(f"Claim number {n} is this." for n in range(1, 47))
        base = lisbon()
        one = base.assessment.readings[11] if base.assessment else None
        assert one is not None
        readings = []
        for n in range(1, 47):
            sentence = f"Claim number {n} is this."
            start = answer.index(sentence)
            span = replace(one.claim.span, start=start, end=start + len(sentence))
            readings.append(replace(one, claim=replace(one.claim, number=n, span=span, text=sentence)))
        assert base.assessment
        view = lisbon(
            output=replace(base.output, completion=answer),
            assessment=replace(base.assessment, readings=tuple(readings)),
        )
        pages = [fine(claim_view(view, display=DISPLAY, page=page)) for page in range(3)]
        assert [len(inputs(page)) - 1 for page in pages] == [20, 20, 6]
        told = [words(page["blocks"]) for page in pages]
        assert ["Claims 1 to 20 of 46" in told[0], "Claims 21 to 40 of 46" in told[1]] == [True, True]
        assert "Claims 41 to 46 of 46" in told[2]
        turns = [[o["text"]["text"] for o in objects(page["blocks"]) if o.get("type") == "button"] for page in pages]
        assert turns == [["Next"], ["Back", "Next"], ["Back"]]
        marks = [block for block_id, block in inputs(pages[0]).items() if block_id.startswith("claim_")]
        assert all(block["dispatch_action"] for block in marks)
        assert json.loads(pages[2]["private_metadata"])["page"] == 2
        assert claim_view(view, display=DISPLAY, page=99) == pages[2]

    def test_the_earlier_conversation_and_further_passages_are_there_to_read(self) -> None:
        """What the card leaves out stands in this view."""
        message = thailand().output.prompt[0]
        prompt = (replace(message, content="Hello *you*"), replace(message, role="assistant", content="Hi"), message)
        view = thailand(output=replace(thailand().output, prompt=prompt))
        told = words(fine(claim_view(view, display=DISPLAY))["blocks"])
        assert "Earlier in the conversation, 2 messages" in told
        assert "Hello *you*" in told


class TestEdit:
    """Edit answer and Your changes."""

    def test_the_form_holds_the_answer_and_the_doubts(self) -> None:
        """The person's own mark first, then the machine's doubt; what was wrong is preset from the marks."""
        view = fine(edit_view(thailand(), display=DISPLAY, marks=[WRONG]))
        assert [view[part]["text"] for part in ("title", "submit", "close")] == [
            "Edit answer",
            "Show changes",
            "Cancel",
        ]
        assert said(view["blocks"][0]) == f"*{QUESTION}*"
        assert said(view["blocks"][1]).split("\n") == [
            ":x:* ① Wrong*, your mark. Source: “Cash withdrawal outside the euro area: *€ 3.50* per withdrawal, plus "
            "1.75 % of …” [A]",
            ":large_blue_square:* ④ No source* for “works at every ATM in Thailand”",
        ]
        answer = inputs(view)["answer_0"]
        assert (answer["label"]["text"], answer["element"]["initial_value"]) == ("Answer", ANSWER)
        assert answer["element"]["max_length"] == 3000
        reasons = inputs(view)["reasons"]
        assert (reasons["label"]["text"], reasons["optional"]) == ("What was wrong", True)
        assert [o["value"] for o in reasons["element"]["initial_options"]] == ["contradicts"]

    def test_a_blind_form_gives_no_reading_away(self) -> None:
        """Not in the doubts, and not by a preset reason."""
        view = fine(edit_view(thailand(), show="blind", display=DISPLAY, marks=[WRONG]))
        assert said(view["blocks"][1]) == ":x:* ① Wrong*, your mark: “A cash withdrawal abroad costs € 2.00.”"
        assert "initial_options" not in inputs(view)["reasons"]["element"]

    def test_an_edit_is_read_with_its_reasons(self) -> None:
        """The text as typed."""
        view = edit_view(thailand(), display=DISPLAY)
        body = submitted(view, {"answer_0": {"value": EDITED}, "reasons": chosen("contradicts", "style")})
        form = parse_edit(body, thailand())
        assert isinstance(form, EditForm)
        assert (form.text, form.reasons, form.context.task_id) == (EDITED, ("contradicts", "style"), "t-1")

    @pytest.mark.parametrize("value", [ANSWER, f"  {ANSWER}\n", None])
    def test_an_untouched_answer_is_said_to_be_untouched(self, value: str | None) -> None:
        """Equal text, equal but for outer blanks that Slack may trim, or null for an untouched field."""
        errors = parse_edit(
            submitted(edit_view(thailand(), display=DISPLAY), {"answer_0": {"value": value}}), thailand()
        )
        assert isinstance(errors, FieldErrors)
        assert errors.response() == {
            "response_action": "errors",
            "errors": {"answer_0": "Nothing is changed. If the answer is right, press Cancel and choose Approve."},
        }

    def test_a_long_answer_stands_in_parts_that_end_at_paragraphs(self) -> None:
        """4,310 characters: two inputs, saved together."""
        paragraphs = ["a" * 39 + "." for _ in range(110)]
        text = "\n\n".join(paragraphs)[:4310]
        view = thailand(output=replace(thailand().output, completion=text), assessment=None)
        form = fine(edit_view(view, display=DISPLAY))
        assert said(form["blocks"][1]) == (
            "4,310 characters, so in 2 parts, split at a paragraph's end and saved together."
        )
        first, second = inputs(form)["answer_0"], inputs(form)["answer_1"]
        assert (first["label"]["text"], second["label"]["text"]) == ("Answer, part 1 of 2", "Answer, part 2 of 2")
        assert first["element"]["initial_value"].endswith("a.")
        assert second["element"]["initial_value"].startswith("a")
        edited = parse_edit(submitted(form, {"answer_1": {"value": "The end."}}), view)
        assert isinstance(edited, EditForm)
        assert edited.text == first["element"]["initial_value"] + "\n\nThe end."
        shorter = parse_edit(submitted(form, {"answer_1": {"value": None}}), view)
        assert isinstance(shorter, EditForm)
        assert shorter.text.rstrip() == first["element"]["initial_value"]

    @settings(deadline=None, max_examples=60)
    @given(
        st.lists(
            st.sampled_from(["word ", "end. ", "\n\n", "\r\n", "漢字。", "👩\u200d👧", " \t ", "x" * 700]), max_size=60
        )
    )
    def test_untouched_parts_are_the_text_to_the_letter(self, pieces: list[str]) -> None:
        """Whatever Slack trims or turns into other line ends."""
        text = "".join(pieces * 3)
        parts = split(text)
        kept = [part.text.replace("\r\n", "\n").strip() for part in parts.parts]
        assert parts.joined(kept) == text
        assert all(len(part.text.encode("utf-16-le")) // 2 <= INPUT_LENGTH for part in parts.parts)
        assert len(parts.parts) <= 90

    def test_a_text_beyond_one_modal_is_refused_in_a_sentence(self) -> None:
        """Slack's modal has 100 blocks of 3,000 characters."""
        with pytest.raises(Invalid, match="too long to be edited in Slack"):
            split("x" * 300_000)

    def test_an_emptied_answer_is_not_an_edit(self) -> None:
        """Nothing to save: reject it."""
        body = submitted(edit_view(thailand(), display=DISPLAY), {"answer_0": {"value": "  "}})
        errors = parse_edit(body, thailand())
        assert isinstance(errors, FieldErrors)
        assert "choose Reject" in errors.errors["answer_0"]

    def test_an_own_earlier_edit_is_where_a_change_starts(self) -> None:
        """Change my verdict, then Edit: the correction stands there; others see the output."""
        verdict = a_verdict(kind=VerdictKind.EDIT, correction=EDITED, reasons=("style",))
        view = resolved(replace(thailand(), verdicts=(verdict,)), Outcome.EDITED, text=EDITED)
        form = fine(edit_view(view, display=DISPLAY, reviewer="U0MARA"))
        assert inputs(form)["answer_0"]["element"]["initial_value"] == EDITED
        assert (
            inputs(edit_view(view, display=DISPLAY, reviewer="U0JONAS"))["answer_0"]["element"]["initial_value"]
            == ANSWER
        )
        parsed = parse_edit(submitted(form), view)
        assert isinstance(parsed, EditForm)
        assert parsed.text == EDITED

    def test_the_changes_are_drawn_and_said_in_words(self) -> None:
        """Struck and bold for the eye, a numbered list for the ear."""
        draft = Draft(task_id="t-1", reviewer="U0MARA", text=EDITED, reasons=("contradicts",), kept_at=NOON)
        view = fine(changes_view(thailand(), draft))
        assert frame(view) == ("Your changes", "Save edit", "Back")
        assert said(view["blocks"][0]) == "~struck~ goes out, *bold* comes in. Sentences without a change are left out."
        assert said(view["blocks"][1]) == (
            "A cash withdrawal ~abroad~ *outside the euro area* costs € ~2.00~ *3.50*. … You do not have to tell us "
            "before you travel~, and your card works at every ATM in Thailand~."
        )
        assert said(view["blocks"][2]) == "*3 changes*"
        items = view["blocks"][3]["elements"][0]
        assert items["style"] == "ordered"
        assert [said({"type": "rich_text", "elements": [item]}) for item in items["elements"]] == [
            "“abroad” becomes “outside the euro area”",
            "“2.00” becomes “3.50”",
            "“, and your card works at every ATM in Thailand” goes out",
        ]
        assert inputs(view)["note"]["label"]["text"] == "Why (goes with the correction)"
        form = parse_changes(submitted(view, {"note": {"value": " fee table changed "}}))
        assert isinstance(form, ChangesForm)
        assert (form.note, form.context.draft) == ("fee table changed", fingerprint(draft))
        assert fingerprint(replace(draft, text=EDITED + "!")) != fingerprint(draft)
        assert fingerprint(replace(draft, kept_at=NOON + timedelta(hours=1))) == fingerprint(draft)

    def test_a_rewritten_text_is_shown_before_and_after(self) -> None:
        """No patchwork above 60 %."""
        draft = Draft(task_id="t-1", reviewer="U0MARA", text="Please call us.", kept_at=NOON)
        view = fine(changes_view(thailand(), draft))
        assert [said(block) for block in view["blocks"][:-1]] == [
            "*Rewritten*: more than 60 % of the words changed.",
            "*Before*",
            ANSWER,
            "*After*",
            "Please call us.",
        ]


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
        blind = words(why_view(thailand(), display=DISPLAY, may_see_risk=False, show="blind")["blocks"])
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
            (own_output(), "You sent this answer to review, so someone else decides.", []),
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

"""The edit form and "Your changes": the whole text, its parts, and the difference."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.forms import (
    ChangesForm,
    EditForm,
    FieldErrors,
    changes_view,
    edit_view,
    fingerprint,
    parse_changes,
    parse_edit,
    turned,
)
from bot.slack.forms.parts import INPUT_LENGTH, split
from reviewers.errors import Invalid
from reviewers.model import Draft, Outcome, VerdictKind
from tests.builders import NOON, a_verdict, showing
from tests.slack.drawn import said
from tests.slack.scenes import ANSWER, EDITED, QUESTION, resolved, thailand
from tests.slack.views import DISPLAY, WRONG, chosen, fine, frame, inputs, submitted


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
        view = fine(edit_view(showing(thailand(), "blind"), display=DISPLAY, marks=[WRONG]))
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

    def test_a_text_beyond_one_view_is_edited_page_by_page(self) -> None:
        """Chinese reaches Slack's 250 kB soonest: what is changed on the second page is kept, the rest is untouched."""
        text = "中文。" * 20_000
        view = replace(thailand(), output=replace(thailand().output, completion=text))
        first = fine(edit_view(view, display=DISPLAY))
        second = fine(edit_view(view, display=DISPLAY, page=1))
        assert "edit.next" in json.dumps(first)
        assert "edit.back" in json.dumps(second)
        block = next(b["block_id"] for b in second["blocks"] if b["block_id"].startswith("answer_"))
        body = submitted(second, {block: {"value": "Changed."}})
        form = turned(body, view)
        assert "Changed." in form.text
        assert len(form.text) > len(text) - 3000
        assert form.text.startswith(text[:9000])
        assert form.text.endswith(text[-9000:])

    def test_a_form_that_is_redrawn_in_its_window_has_new_inputs(self) -> None:
        """Slack keeps what was typed under a name that stays, and another draft has other parts."""
        draft = Draft(task_id="t-1", reviewer="U0MARA", text=EDITED, reasons=("style",), kept_at=NOON)
        names = []
        for text in (EDITED, f"{EDITED} Ask us."):
            kept = replace(draft, text=text)
            form = fine(edit_view(thailand(), display=DISPLAY, draft=kept, redraws=True))
            name = next(name for name in inputs(form) if name.startswith("answer_0"))
            assert inputs(form)[name]["element"]["initial_value"] == text
            changed = parse_edit(submitted(form, {name: {"value": "Shorter."}}), thailand(), kept)
            assert isinstance(changed, EditForm)
            assert (changed.text, changed.reasons) == ("Shorter.", ("style",))
            emptied = parse_edit(submitted(form, {name: {"value": " "}}), thailand(), kept)
            assert isinstance(emptied, FieldErrors)
            assert list(emptied.errors) == [name]
            with pytest.raises(Invalid, match="changed in another window"):
                parse_edit(submitted(form), thailand(), replace(kept, text="Other."))
            names.append(name)
        assert "answer_0" not in names
        assert len(set(names)) == 2

    def test_a_second_press_on_next_loses_nothing_and_is_no_other_window(self) -> None:
        """The first press has put the page into the draft; what is not in the draft is told."""
        text = "\r\n\r\n".join(f"{n}: {'a' * 2900}." for n in range(40))
        begun = Draft(task_id="t-1", reviewer="U0MARA", text=text, reasons=("style",), kept_at=NOON)
        for redraws in (False, True):
            form = edit_view(thailand(), display=DISPLAY, draft=begun, redraws=redraws)
            names = [name for name in inputs(form) if name.startswith("answer_")]
            body = submitted(form, {names[0]: {"value": "Changed."}})
            first = turned(body, thailand(), begun)
            kept = replace(begun, text=first.text)
            assert kept.text.startswith("Changed.\r\n\r\n1: a")
            assert turned(body, thailand(), kept) == first
            with pytest.raises(Invalid, match="changed in another window"):
                parse_edit(body, thailand(), kept)
            for value in ("Other.", None, ""):
                with pytest.raises(Invalid, match="changed in another window"):
                    turned(submitted(form, {names[0]: {"value": value}}), thailand(), kept)
            with pytest.raises(Invalid, match="changed in another window"):
                turned(body, thailand(), replace(kept, reasons=("contradicts",)))

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

"""The claim view: evidence first, the claim second, the choice third, and what is read out of it."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.slack.forms import (
    ClaimsForm,
    FormContext,
    claim_view,
    merged,
    parse_claims,
)
from reviewers.model import ClaimMark, Mark, Outcome, VerdictKind
from tests.builders import showing
from tests.slack.checks import objects, words
from tests.slack.drawn import said
from tests.slack.scenes import ANSWER, lisbon, resolved, thailand
from tests.slack.views import DISPLAY, chosen, fine, inputs, options, picked, submitted


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
        view = fine(claim_view(showing(thailand(), "blind"), display=DISPLAY))
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
        view = claim_view(showing(resolved(thailand(), Outcome.APPROVED), "blind"), display=DISPLAY)
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
        rows = [[b for b in page["blocks"] if b["block_id"] == "turn"] for page in pages]
        turns = [[o["text"]["text"] for o in objects(row) if o.get("type") == "button"] for row in rows]
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

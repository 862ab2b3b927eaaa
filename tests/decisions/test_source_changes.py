"""What a document no longer says, and which answers rest on it."""

from __future__ import annotations

from dataclasses import replace

from reviewers.decisions.source_changes import change_id, difference, rests_on
from reviewers.model import Reading, TaskView
from reviewers.model.sources import ChangedSentence, DocumentChange
from tests.builders import NOON, a_decision, a_passage, a_task, an_assessment, an_output

FEE = "Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount."
NEW_FEE = "Cash withdrawal outside the euro area: € 5.00 per withdrawal, plus 1.75 % of the amount."
LIMIT = "Daily limit for cash withdrawals: € 500."


def a_change(was: str = FEE, now: str = NEW_FEE, **changes: object) -> DocumentChange:
    """Of the builders' fee table."""
    fields: dict[str, object] = {
        "change_id": "sc_1",
        "document": "fees.md",
        "title": "Card fees 2026",
        "address": "https://help.meridian.example/fees",
        "removed": False,
        "sentences": (ChangedSentence(was=was, now=now),),
        "changed_at": NOON,
    }
    return DocumentChange(**(fields | changes))  # type: ignore[arg-type]  # fields by name


def a_view(**changes: object) -> TaskView:
    """The builders' answer with its readings: the fee table and the limits are cited."""
    view = TaskView(task=a_task(), output=an_output(), assessment=an_assessment(), decision=a_decision())
    return replace(view, **changes)  # type: ignore[arg-type]  # fields by name


def test_sentence_with_another_number_is_gone_and_its_new_form_stands_beside_it() -> None:
    """The other sentence of the passage is still said."""
    found = difference([f"{FEE} {LIMIT}"], [f"{NEW_FEE}\n{LIMIT}"])
    assert found == (ChangedSentence(was=FEE, now=NEW_FEE),)


def test_document_that_is_cut_anew_says_the_same() -> None:
    """Other passages, line breaks, capitals and markup's blanks change nothing; nor does a sentence that moved."""
    assert difference([f"{FEE} {LIMIT}"], [LIMIT.upper(), FEE.replace(" ", "\n", 1)]) == ()
    assert difference([FEE], [f"From January on: {FEE}"]) == ()
    # The splitter cut it in the middle before, and does not now.
    assert difference([FEE[:40].rpartition(" ")[0], FEE[:40].rpartition(" ")[2] + FEE[40:]], [FEE]) == ()


def test_what_is_gone_without_a_new_form_says_so() -> None:
    """A document that was removed says nothing any more; an unlike sentence is no new form."""
    assert difference([LIMIT], []) == (ChangedSentence(was=LIMIT, now=""),)
    assert difference([LIMIT], ["Opening hours are on the website."]) == (ChangedSentence(was=LIMIT, now=""),)


def test_same_change_has_the_same_id_and_another_version_another() -> None:
    """Whoever notices it twice stores it once; the same words after a change back are a change of their own."""
    sentences = (ChangedSentence(was=FEE, now=NEW_FEE),)
    assert change_id("a", sentences, {"v1"}) == change_id("a", sentences, {"v1"})
    assert len({change_id("a", sentences, {"v1"}), change_id("b", sentences, {"v1"}), change_id("a", (), {"v1"})}) == 3
    assert change_id("a", sentences, {"v2"}) != change_id("a", sentences, {"v1"})


def test_answer_that_cites_the_sentence_rests_on_it() -> None:
    """By the passages of its claims' readings; what the application gave counts where nothing was read."""
    assert rests_on(a_view(), a_change()) == a_change().sentences
    unread = a_view(assessment=None)
    assert rests_on(unread, a_change()) == ()
    assert rests_on(a_view(assessment=None, output=an_output(passages=(a_passage(),))), a_change()) != ()


def test_claim_without_a_source_rests_on_nothing() -> None:
    """Whatever passage came nearest."""
    whole = an_assessment()
    no_source = tuple(replace(one, reading=Reading.NO_SOURCE) for one in whole.readings)
    assert rests_on(a_view(assessment=replace(whole, readings=no_source)), a_change()) == ()


def test_sentence_that_the_answer_says_nothing_of_is_not_what_it_rests_on() -> None:
    """A passage says more than what it is cited for: here the opening hours."""
    hours = "Branches open at nine on weekdays from Monday on."
    passage = a_passage(text=f"{FEE} {hours}")
    view = a_view(assessment=None, output=an_output(completion="A withdrawal costs € 3.50.", passages=(passage,)))
    assert rests_on(view, a_change(hours, "")) == ()
    assert rests_on(view, a_change()) != ()


def test_short_sentence_counts_only_in_a_passage_of_the_document() -> None:
    """ "Cash is free." stands in many documents; a long one is known wherever it stands."""
    elsewhere = a_passage(text=f"Cash is free. {FEE}", title="Another page", address="https://other.example")
    view = a_view(assessment=None, output=an_output(passages=(elsewhere,)))
    assert rests_on(view, a_change("Cash is free.", "")) == ()
    assert rests_on(view, a_change("Cash is free.", "", title="Another page", address="")) != ()
    assert rests_on(view, a_change()) != ()

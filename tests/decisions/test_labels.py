"""Marks on claims become labels; nothing that nobody marked does."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from reviewers.decisions.corrections import Corrections, LeftOut
from reviewers.decisions.labels import LABEL_COLUMNS, LabelFormat, to_labels
from reviewers.model import ClaimMark, Mark, Outcome, Resolution, TaskState, TaskView, Verdict, VerdictKind
from tests.builders import (
    COMPLETION,
    NOON,
    SENTENCES,
    a_decision,
    a_passage,
    a_task,
    a_verdict,
    a_view,
    an_assessment,
    an_output,
)

SPANS, RETRIEVAL = LabelFormat.SPANS, LabelFormat.RETRIEVAL
KINDS = {
    Outcome.APPROVED: VerdictKind.APPROVE,
    Outcome.EDITED: VerdictKind.EDIT,
    Outcome.REJECTED: VerdictKind.REJECT,
}


def mark(number: int, what: Mark | None, *, beside: bool = False) -> ClaimMark:
    return ClaimMark(claim_number=number, mark=what, passage_beside_the_point=beside)


def said(name: str, *marks: ClaimMark, **changes: Any) -> Verdict:
    fields: dict[str, Any] = {"kind": VerdictKind.REJECT, "reasons": ("invented",), "marks": marks}
    return a_verdict(name, **(fields | changes))


def reviewed(*verdicts: Verdict, output_id: str = "o-1", outcome: Outcome = Outcome.REJECTED, **task: Any) -> TaskView:
    """A resolved task about the builders' three claims: contradicted, supported, without source."""
    last = verdicts[-1]
    return a_view(
        task=a_task(output_id=output_id, **({"state": TaskState.RESOLVED} | task)),
        output=an_output(output_id, number=1),
        assessment=an_assessment(output_id),
        decision=a_decision(output_id),
        verdicts=verdicts,
        resolution=Resolution(
            task_id="t-1",
            revision=1,
            outcome=outcome,
            verdict_id=last.verdict_id,
            resolved_by=last.reviewer,
            resolved_at=NOON,
        ),
    )


def rows(found: Corrections) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found.lines]


def labels(view: TaskView) -> dict[str, str]:
    """The label of each claim that has one, by its words in the completion."""
    found = rows(to_labels([view], SPANS))
    return {row["completion"][row["start"] : row["end"]]: row["label"] for row in found}


ONE = said("v-1", mark(1, Mark.WRONG), mark(2, Mark.RIGHT), mark(3, Mark.NOT_IN_SOURCES))


def test_each_marked_claim_is_a_row_with_its_place() -> None:
    """The characters between start and end are the claim."""
    (first, *_) = rows(to_labels([reviewed(ONE)], SPANS))
    assert tuple(first) == LABEL_COLUMNS[SPANS]
    assert first == {
        "output_id": "o-1",
        "prompt": [{"role": "user", "content": "What does it cost to take out cash in Thailand?"}],
        "completion": COMPLETION,
        "start": 0,
        "end": 38,  # "A cash withdrawal abroad costs € 2.00."
        "label": "wrong",
        "reviewers": 1,
        "verdict_ids": ["v-1"],
        "passages": [{"passage_id": "p-1", "title": "Card fees 2026", "text": a_passage().text}],
    }
    assert labels(reviewed(ONE)) == dict(zip(SENTENCES, ["wrong", "right", "not_in_sources"], strict=True))


def test_claim_that_nobody_marked_has_no_label() -> None:
    """An approval marks nothing as right; an edit leaves its unchanged claims without a label."""
    approved = said("v-1", mark(2, Mark.RIGHT), kind=VerdictKind.APPROVE, reasons=())
    assert labels(reviewed(approved, outcome=Outcome.APPROVED)) == {SENTENCES[1]: "right"}
    corrected = COMPLETION.replace("2.00", "3.50")
    edited = said("v-1", mark(1, Mark.WRONG), kind=VerdictKind.EDIT, correction=corrected)
    assert labels(reviewed(edited, outcome=Outcome.EDITED)) == {SENTENCES[0]: "wrong"}
    silent = said("v-1", kind=VerdictKind.EDIT, correction=corrected)
    found = to_labels([reviewed(silent, outcome=Outcome.EDITED)], SPANS)
    assert (found.lines, found.left_out) == ((), {"no_marks": 1})


def test_reviewers_who_agree_are_counted() -> None:
    """One row, with the verdicts that say so."""
    two = said("v-2", mark(1, Mark.WRONG), reviewer="U0JONAS")
    (first, *_) = rows(to_labels([reviewed(ONE, two)], SPANS))
    assert (first["reviewers"], first["verdict_ids"]) == (2, ["v-1", "v-2"])


def test_claim_marked_differently_gives_no_row_unless_a_lead_settled_it() -> None:
    """People disagree there, and neither side is a truth to learn from."""
    jonas = said("v-2", mark(1, Mark.RIGHT), mark(2, Mark.RIGHT), reviewer="U0JONAS")
    assert labels(reviewed(ONE, jonas)) == {SENTENCES[1]: "right", SENTENCES[2]: "not_in_sources"}
    lead = said("v-3", mark(1, Mark.RIGHT), reviewer="U0TOMAS", as_lead=True)
    assert labels(reviewed(ONE, jonas, lead))[SENTENCES[0]] == "right"
    only = to_labels(
        [reviewed(said("v-1", mark(1, Mark.WRONG)), said("v-2", mark(1, Mark.RIGHT), reviewer="U2"))], SPANS
    )
    assert only.left_out == {"contested": 1}


def test_only_current_verdicts_speak() -> None:
    """Replaced, taken back and unsure ones say nothing."""
    changed = said("v-2", mark(1, Mark.RIGHT), revision=2, supersedes="v-1")
    assert labels(reviewed(ONE, changed)) == {SENTENCES[0]: "right"}
    back = a_verdict("v-2", kind=VerdictKind.WITHDRAWN, revision=2, supersedes="v-1")
    jonas = said("v-3", mark(2, Mark.WRONG), reviewer="U0JONAS")
    assert labels(reviewed(ONE, back, jonas)) == {SENTENCES[1]: "wrong"}
    unsure = a_verdict("v-4", kind=VerdictKind.UNSURE, marks=(mark(3, Mark.WRONG),), reviewer="U0PRIYA")
    assert labels(reviewed(unsure, jonas)) == {SENTENCES[1]: "wrong"}


@pytest.mark.parametrize("format", LabelFormat)
@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (reviewed(ONE, state=TaskState.TIMED_OUT), LeftOut.TIMED_OUT),
        (reviewed(ONE, state=TaskState.DISPUTED), LeftOut.DISPUTED),
        (reviewed(ONE, known="wrong"), LeftOut.KNOWN),
        (replace(reviewed(ONE), resolution=None), LeftOut.UNSURE),
        (replace(reviewed(ONE), assessment=None), LeftOut.NO_MARKS),
        (reviewed(said("v-1", mark(99, Mark.WRONG, beside=True))), LeftOut.NO_MARKS),
    ],
)
def test_what_is_not_decided_by_people_gives_no_label(format: LabelFormat, view: TaskView, reason: LeftOut) -> None:
    """Each is counted with its reason."""
    found = to_labels([view], format)
    assert (found.lines, found.origins, found.read, found.left_out) == ((), (), 1, {reason.value: 1})


def relevance(*verdicts: Verdict) -> dict[str, bool]:
    return {row["query"]: row["relevant"] for row in rows(to_labels([reviewed(*verdicts)], RETRIEVAL))}


def test_passage_beside_the_claim_is_relevant_or_not() -> None:
    """Ticked: not. Judged with the passage and not ticked: yes. Without source a person judges from what they know."""
    both = said("v-1", mark(1, Mark.WRONG), mark(2, Mark.RIGHT, beside=True), mark(3, Mark.RIGHT))
    assert relevance(both) == {SENTENCES[0]: True, SENTENCES[1]: False}
    (first, *_) = rows(to_labels([reviewed(both)], RETRIEVAL))
    assert tuple(first) == LABEL_COLUMNS[RETRIEVAL]
    assert first == {
        "query": SENTENCES[0],
        "passage_id": "p-1",
        "text": a_passage().text,
        "relevant": True,
        "output_id": "o-1",
        "start": 0,
        "end": 38,
        "reviewers": 1,
        "verdict_ids": ["v-1"],
    }


def test_tick_alone_is_a_label_and_not_in_the_sources_is_none() -> None:
    """A claim may stay unmarked; and that no source says it makes no passage relevant."""
    assert relevance(said("v-1", mark(3, None, beside=True))) == {SENTENCES[2]: False}
    assert relevance(said("v-1", mark(1, Mark.NOT_IN_SOURCES))) == {}


def test_blind_verdict_says_nothing_of_passages() -> None:
    """The tick was not there to be left away."""
    assert relevance(said("v-1", mark(1, Mark.WRONG), seen="blind")) == {}
    assert labels(reviewed(said("v-1", mark(1, Mark.WRONG), seen="blind"))) == {SENTENCES[0]: "wrong"}


@pytest.mark.parametrize("format", LabelFormat)
def test_order_of_the_reviews_changes_nothing(format: LabelFormat) -> None:
    """The same lines, and so the same version."""
    views = [reviewed(ONE, output_id=f"o-{n}") for n in range(20)]
    shuffled = random.Random(7).sample(views, len(views))
    first, second = to_labels(views, format), to_labels(shuffled, format)
    assert first.lines == second.lines == tuple(sorted(first.lines))
    assert (first.version, first.read, len(first.origins)) == (second.version, 20, 20)


def test_text_that_no_file_can_hold_is_left_out() -> None:
    """A lone surrogate."""
    view = reviewed(ONE)
    bad = replace(view, output=replace(view.output, completion=COMPLETION + "\ud83d"))
    assert to_labels([bad], SPANS).left_out == {"not_unicode": 1}

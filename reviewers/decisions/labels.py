"""What people marked claim by claim, as rows that evaluations and retrievers read.

=========  ========================================================================================================
format     one row
=========  ========================================================================================================
spans      one marked claim: ``output_id``, ``prompt`` (turns), ``completion``, ``start`` and ``end`` (characters of
           the completion, Unicode code points, end exclusive), ``label`` (right, wrong, not_in_sources),
           ``reviewers`` (how many said so), ``verdict_ids``, ``passages`` (those nearest to the claim, each with
           ``passage_id``, ``title`` and ``text``)
retrieval  the passage that stood beside one claim: ``query`` (the claim), ``passage_id``, ``text``, ``relevant``
           (true or false), ``output_id``, ``start``, ``end``, ``reviewers``, ``verdict_ids``
=========  ========================================================================================================

Only what a person marked is a label: an approval marks no claim as right, and an edit none as wrong or, where it left
the words alone, as right. A passage is irrelevant where somebody ticked "beside the point". It is relevant where
somebody judged the claim right or wrong, with that passage and the machine's reading of it before them, and left the
tick away; not where the reading was "no source", since then a person judges from what they know.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reviewers.decisions.consensus import deciding
from reviewers.decisions.corrections import Corrections, LeftOut, Origin, canonical, origin_of, undecided
from reviewers.model import ClaimMark, ClaimReading, Mark, Reading, TaskView, Verdict

BLIND = "blind"  # what a verdict saw where neither the machine's readings nor the ticks for passages are shown


class LabelFormat(StrEnum):
    """What is learned from marks."""

    SPANS = "spans"
    RETRIEVAL = "retrieval"


LABEL_COLUMNS: Mapping[LabelFormat, tuple[str, ...]] = {
    LabelFormat.SPANS: (
        "output_id",
        "prompt",
        "completion",
        "start",
        "end",
        "label",
        "reviewers",
        "verdict_ids",
        "passages",
    ),
    LabelFormat.RETRIEVAL: (
        "query",
        "passage_id",
        "text",
        "relevant",
        "output_id",
        "start",
        "end",
        "reviewers",
        "verdict_ids",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What people say of one claim, all of them the same."""

    reading: ClaimReading
    value: str | bool
    verdict_ids: tuple[str, ...]  # in order


def to_labels(views: Iterable[TaskView], format: LabelFormat) -> Corrections:
    """Turn the marks in the current verdicts of resolved tasks into rows; the same in any order give the same lines.

    Where people mark one claim differently, the lead who settled the task decides; without one the claim gives no row.
    In the account an output counts once: with rows, or left out for one reason (`no_marks`, `contested` when all of its
    marks were). Tasks that timed out, are disputed, open again or known answers give none.
    """
    outcomes: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    lines: set[bytes] = set()
    origins: list[Origin] = []
    read = 0
    for view in views:
        read += 1
        if view.resolution is not None:
            outcomes[view.resolution.outcome.value] += 1
        found = _rows(view, format)
        if isinstance(found, LeftOut) or view.resolution is None:
            left_out[found.value if isinstance(found, LeftOut) else LeftOut.UNSURE.value] += 1
        else:
            lines.update(found)
            origins.append(origin_of(view, view.resolution))
    return Corrections(
        format=format,
        lines=tuple(sorted(lines)),
        read=read,
        outcomes=dict(sorted(outcomes.items())),
        left_out=dict(sorted(left_out.items())),
        origins=tuple(origins),
    )


def _rows(view: TaskView, format: LabelFormat) -> list[bytes] | LeftOut:
    """The rows of one reviewed output, or why there is none."""
    reason = undecided(view)
    if reason is not None:
        return reason
    readings = {reading.claim.number: reading for reading in (view.assessment.readings if view.assessment else ())}
    said: dict[int, dict[str, str | bool]] = defaultdict(dict)  # by claim: verdict id -> label
    lead = {verdict.verdict_id for verdict in view.verdicts if verdict.as_lead}
    for verdict, mark in _marks(view):
        reading = readings.get(mark.claim_number)
        value = _value(verdict, mark, reading, format) if reading else None
        if value is not None:
            said[mark.claim_number][verdict.verdict_id] = value
    if not said:
        return LeftOut.NO_MARKS
    labels = [label for number, votes in said.items() if (label := _agreed(readings[number], votes, lead))]
    if not labels:
        return LeftOut.CONTESTED
    try:
        return [canonical(_row(view, label, format)).encode("utf-8") for label in labels]
    except UnicodeEncodeError:
        return LeftOut.NOT_UNICODE


def _marks(view: TaskView) -> Iterator[tuple[Verdict, ClaimMark]]:
    """The marks in verdicts that count."""
    for verdict in deciding(view.verdicts):
        for mark in verdict.marks:
            yield verdict, mark


def _value(verdict: Verdict, mark: ClaimMark, reading: ClaimReading, format: LabelFormat) -> str | bool | None:
    """What this mark says in this format; None: nothing."""
    if format is LabelFormat.SPANS:
        return mark.mark.value if mark.mark else None
    if not reading.passages:
        return None
    if mark.passage_beside_the_point:
        return False
    judged = mark.mark in (Mark.RIGHT, Mark.WRONG) and reading.reading is not Reading.NO_SOURCE
    return True if judged and verdict.seen != BLIND else None


def _agreed(reading: ClaimReading, votes: Mapping[str, str | bool], lead: set[str]) -> Label | None:
    """The label that all of them say, or the lead's; None when they differ."""
    settled = {verdict_id: value for verdict_id, value in votes.items() if verdict_id in lead} or votes
    if len(set(settled.values())) != 1:
        return None
    (value,) = set(settled.values())
    return Label(reading=reading, value=value, verdict_ids=tuple(sorted(settled)))


def _row(view: TaskView, label: Label, format: LabelFormat) -> dict[str, object]:
    output, reading = view.output, label.reading
    place = {"start": reading.claim.span.start, "end": reading.claim.span.end}
    by = {"reviewers": len(label.verdict_ids), "verdict_ids": list(label.verdict_ids)}
    if format is LabelFormat.RETRIEVAL:
        passage = reading.passages[0]  # the one that the claim view shows beside the claim
        beside = {"query": reading.claim.text, "passage_id": passage.passage_id, "text": passage.text}
        return {**beside, "relevant": label.value, "output_id": output.output_id, **place, **by}
    prompt = [{"role": turn.role, "content": turn.content} for turn in output.prompt]
    near = [{"passage_id": one.passage_id, "title": one.title, "text": one.text} for one in reading.passages]
    asked = {"output_id": output.output_id, "prompt": prompt, "completion": output.completion}
    return {**asked, **place, "label": label.value, **by, "passages": near}

"""Reading the claim view: a person's marks, what they chose for the whole answer, and which page they are on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.forms.state import Submitted
from bot.slack.ids import BlockId
from bot.slack.values import FormContext
from reviewers.model import ClaimMark, Mark, VerdictKind

BESIDE = "irrelevant"  # the entry for a passage beside the point


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimsForm:
    """What stands in the claim view."""

    context: FormContext
    marks: tuple[ClaimMark, ...]  # new or changed ones; an emptied one comes without mark
    choice: VerdictKind | None  # None: only keep the marks


def parse_claims(submitted: dict[str, Any], before: Sequence[ClaimMark] = ()) -> ClaimsForm:
    """Read the view, on Save or at a tap inside it.

    Args:
        submitted: the `view` of the payload.
        before: the person's marks so far, so that a mark taken back is told from one never made.
    """
    form = Submitted(view=submitted)
    chosen = form.choice(BlockId.WHOLE_ANSWER)
    choice = VerdictKind(chosen) if chosen in set(VerdictKind) else None
    return ClaimsForm(context=form.context, marks=_marks(form, before), choice=choice)


def merged(before: Sequence[ClaimMark], changed: Sequence[ClaimMark]) -> tuple[ClaimMark, ...]:
    """The person's marks after a change, by claim number."""
    marks = {mark.claim_number: mark for mark in (*before, *changed)}
    return tuple(marks[number] for number in sorted(marks))


def _marks(form: Submitted, before: Sequence[ClaimMark]) -> tuple[ClaimMark, ...]:
    known = {mark.claim_number: mark for mark in before}
    found: dict[int, ClaimMark] = {}
    for block_id, value in form.elements(BlockId.CLAIM):
        number = _number(block_id, BlockId.CLAIM)
        chosen = (value.get("selected_option") or {}).get("value")
        if number is not None:
            mark = Mark(chosen) if chosen in set(Mark) else None
            found[number] = ClaimMark(claim_number=number, mark=mark, passage_beside_the_point=chosen == BESIDE)
    for block_id, value in form.elements(BlockId.PASSAGE):
        number = _number(block_id, BlockId.PASSAGE)
        if number is not None and value.get("selected_options"):
            mark = found[number].mark if number in found else None
            found[number] = ClaimMark(claim_number=number, mark=mark, passage_beside_the_point=True)
    empty = {number: ClaimMark(claim_number=number, mark=None) for number in found}
    return tuple(found[number] for number in sorted(found) if found[number] != known.get(number, empty[number]))


def _number(block_id: str, prefix: str) -> int | None:
    tail = block_id.removeprefix(prefix)
    return int(tail) if tail.isascii() and tail.isdigit() else None

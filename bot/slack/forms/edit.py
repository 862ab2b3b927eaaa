"""The form "Edit answer": the whole answer to be corrected, the doubts above it, and what was wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slackblocks import Block, Element, InputBlock, PlainText, PlainTextInput, RichTextElement

from bot.slack import clock
from bot.slack.cards.evidence import SHAPES, WORDS, Evidence, evidence_of, source_words, unsourced_words
from bot.slack.cards.options import CardOptions
from bot.slack.forms.fields import asked, context_of, reasons_from_marks, selected_reasons
from bot.slack.forms.pages import pages
from bot.slack.forms.parts import INPUT_LENGTH, Parts, split
from bot.slack.forms.state import FieldErrors, Submitted
from bot.slack.ids import ActionId, BlockId, CallbackId, Show
from bot.slack.text import circled, counted, one_line, quoted, shortened
from bot.slack.values import FormContext
from bot.slack.wire import Wire, bold, button, grey, modal, plain, rich, row, section, symbol
from reviewers.decisions.consensus import deciding
from reviewers.errors import Invalid, NothingChanged
from reviewers.model import ClaimMark, ClaimReading, Draft, Mark, Reading, TaskState, TaskView, Verdict, VerdictKind

DOUBTS_SHOWN = 2
REMARK_LENGTH = 280
DRAFT = "draft:"  # in the context, before the fingerprint of the draft that the form was filled with
REDRAWN = "redrawn:"  # the same, where it took the place of an earlier form in the same window
SOURCE_LENGTH = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Remarked:
    """A reply in the card's thread that the form was opened from."""

    words: str
    put_in: bool  # the draft is the answer with these words in it


@dataclass(frozen=True, kw_only=True, slots=True)
class EditForm:
    """What a person handed in with "Show changes"."""

    context: FormContext
    text: str  # the whole corrected answer
    reasons: tuple[str, ...]


def edit_view(
    view: TaskView,
    *,
    display: CardOptions,
    marks: Sequence[ClaimMark] = (),
    reviewer: str = "",
    draft: Draft | None = None,
    remarked: Remarked | None = None,
    page: int = 0,
    redraws: bool = False,
) -> Wire:
    """The form, filled with the answer as it is; when the reviewer edited it before, with their newest correction.

    An edit that they wrote since and did not save stands there again: `draft`, their newest one.

    A text too long for one view stands on several pages; `page` counts from 0, beyond the last one it is the last one.

    Where it `redraws` an open form, its inputs have new names: Slack keeps what was typed under a name that stays, and
    the parts of another text are other parts.
    """
    evidence, setting = evidence_of(view), Show(view.task.show)
    base = _last_edit(view, reviewer)
    kept = draft if draft is not None and is_unsaved(view, draft) else None
    sign = REDRAWN if redraws else DRAFT
    based_on = f"{sign}{fingerprint(kept)}" if kept else base.verdict_id if base else ""
    start = kept.text if kept else _starting_text(view, based_on)
    parts = split(start)
    before = kept or base
    reasons = list(before.reasons) if before else reasons_from_marks(marks, evidence, setting)
    blocks: list[Block] = [asked(view)]
    if remarked:
        blocks.append(
            rich(section([plain(f"You wrote {quoted(shortened(one_line(remarked.words), REMARK_LENGTH))}.")]))
        )
    if remarked and remarked.put_in:
        blocks.append(grey("Your words stand in the answer below. Cancel changes nothing."))
    elif kept:
        when = clock.token(kept.kept_at, display.zone, seen_on=view.task.created_at)
        blocks.append(grey(f"Your edit of {when}, which was not saved. Cancel changes nothing."))
    if doubts := _doubts(evidence, marks, setting):
        blocks.append(rich(section(doubts)))
    on_pages = pages([part.text for part in parts.parts])
    place = min(max(0, page), len(on_pages) - 1)
    if len(parts.parts) > 1:
        blocks.append(grey(_in_parts(start, parts, on_pages, place)))
    blocks += _inputs(parts, on_pages[place], based_on)
    if len(on_pages) > 1:
        blocks.append(row("edit_pages", _turns(place, len(on_pages))))
    blocks.append(selected_reasons("What was wrong", display, reasons))
    return modal(
        "Edit answer",
        blocks,
        callback_id=CallbackId.EDIT,
        private_metadata=replace(context_of(view), base=based_on, page=place).to_json(),
        close="Cancel",
        submit="Show changes",
        tag="edit",
    )


def parse_edit(submitted: dict[str, Any], view: TaskView, draft: Draft | None = None) -> EditForm | FieldErrors:
    """Read the form; a text equal to the output gives the error of section 3.

    Raises Invalid (`value`) when the form was filled with a draft that was changed in another window since.

    Args:
        submitted: the `view` of the payload.
        view: the task; what the form was filled with tells untouched parts from changed ones.
        draft: the person's newest one.
    """
    form = Submitted(view=submitted)
    text, first = _edited(form, view, draft)
    if text == view.output.completion:
        return FieldErrors(errors={first: str(NothingChanged())})
    if not text.strip():
        empty = "The corrected answer is empty. If nothing can be saved of it, press Cancel and choose Reject."
        return FieldErrors(errors={first: empty})
    return EditForm(context=form.context, text=text, reasons=form.choices(BlockId.REASONS))


def turned(submitted: dict[str, Any], view: TaskView, draft: Draft | None = None) -> EditForm:
    """Read one page of a form whose other pages wait. Raises Invalid (`value`) as `parse_edit`.

    A second press brings what the first one has put into the draft: then it is the draft, since nothing typed is lost.
    """
    form = Submitted(view=submitted)
    if draft is not None and _is_out_of_date(form.context, draft) and _holds(draft, form):
        return EditForm(context=form.context, text=draft.text, reasons=draft.reasons)
    text, _ = _edited(form, view, draft)
    return EditForm(context=form.context, text=text, reasons=form.choices(BlockId.REASONS))


def _holds(draft: Draft, form: Submitted) -> bool:
    """Whether all of a page stands in the draft in one piece, with the same reasons; an emptied part cannot be told."""
    values = [str(value.get("value") or "").strip() for _, value in form.elements(BlockId.ANSWER)]
    page = r"\s*".join(re.escape(_line_ends(value)) for value in values)
    found = bool(values) and all(values) and re.search(page, _line_ends(draft.text)) is not None
    return found and form.choices(BlockId.REASONS) == draft.reasons


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _edited(form: Submitted, view: TaskView, draft: Draft | None) -> tuple[str, str]:
    """The whole text with what stands in the page's inputs, and the block id of the first of them."""
    base = form.context.base
    if _is_out_of_date(form.context, draft):
        raise Invalid("value", "This edit was changed in another window. Close this one and press Edit again.")
    parts = split(draft.text if draft and from_draft(form.context) else _starting_text(view, base))
    on_pages = pages([part.text for part in parts.parts])
    shown = on_pages[min(form.context.page, len(on_pages) - 1)]
    given = {place: form.text(_block(place, base)) for place in shown}
    if all(value is None for value in given.values()):
        given = {}  # nothing was touched
    values = [given.get(place, part.text) for place, part in enumerate(parts.parts)]
    return parts.joined(values), _block(shown.start, base)


def _block(place: int, base: str) -> str:
    """The name of the input of one part."""
    sign, _, mark = base.partition(":")
    return f"{BlockId.ANSWER}{place}.{mark}" if f"{sign}:" == REDRAWN else f"{BlockId.ANSWER}{place}"


def from_draft(context: FormContext) -> bool:
    """Whether the form was filled with an edit that is not saved yet, so that another one makes it out of date."""
    return context.base.startswith((DRAFT, REDRAWN))


def _is_out_of_date(context: FormContext, draft: Draft | None) -> bool:
    """Whether it was filled with another edit than the newest one."""
    return from_draft(context) and (draft is None or context.base.partition(":")[2] != fingerprint(draft))


def fingerprint(draft: Draft) -> str:
    """Tells one draft from another: the text and the reasons, not the time."""
    content = "\0".join([draft.text, *draft.reasons])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_unsaved(view: TaskView, draft: Draft) -> bool:
    """Whether the person said nothing since they wrote it."""
    own = [verdict.recorded_at for verdict in view.verdicts if verdict.reviewer == draft.reviewer]
    return draft.text != view.output.completion and all(moment < draft.kept_at for moment in own)


def begun(view: TaskView, reviewer: str, draft: Draft | None) -> Draft:
    """What an edit goes on from: the person's unsaved edit, else the newest correction, else the answer as it is."""
    if draft is not None and is_unsaved(view, draft):
        return draft
    edit = _last_edit(view, reviewer)
    text = (edit.correction if edit else None) or view.output.completion
    reasons = edit.reasons if edit else ()
    return Draft(task_id=view.task.task_id, reviewer=reviewer, text=text, reasons=reasons, kept_at=view.task.created_at)


def _last_edit(view: TaskView, reviewer: str) -> Verdict | None:
    """The reviewer's newest verdict, if it was an edit; of a dispute the newest edit of either side."""
    if view.task.state is TaskState.DISPUTED:  # a lead goes on from what one side wrote
        edits = [verdict for verdict in deciding(view.verdicts) if verdict.kind is VerdictKind.EDIT]
        return edits[-1] if edits else None
    own = [verdict for verdict in view.verdicts if reviewer and verdict.reviewer == reviewer]
    return own[-1] if own and own[-1].kind is VerdictKind.EDIT else None


def _starting_text(view: TaskView, base: str) -> str:
    corrections = {verdict.verdict_id: verdict.correction for verdict in view.verdicts}
    return corrections.get(base) or view.output.completion


def _in_parts(start: str, parts: Parts, on_pages: Sequence[range], place: int) -> str:
    words = f"{counted(len(start), 'character')}, so in {len(parts.parts)} parts, split at a paragraph's end "
    if len(on_pages) == 1:
        return f"{words}and saved together."
    shown = on_pages[place]
    return f"{words}and saved together. Here are parts {shown.start + 1} to {shown.stop}."


def _turns(place: int, count: int) -> list[Element]:
    turns: list[Element] = []
    if place:
        turns.append(button("Back", ActionId.EDIT_BACK, str(place), "The parts before these"))
    if place < count - 1:
        turns.append(button("Next", ActionId.EDIT_NEXT, str(place), "The parts after these"))
    return turns


def _inputs(parts: Parts, shown: range, base: str) -> Iterator[InputBlock]:
    """One input a part. A single one must not be emptied; of several, each may go."""
    count = len(parts.parts)
    for place in shown:
        part = parts.parts[place]
        label = "Answer" if count == 1 else f"Answer, part {place + 1} of {count}"
        yield InputBlock(
            PlainText(label),
            PlainTextInput(
                action_id=ActionId.ANSWER,
                initial_value=part.text or None,
                multiline=True,
                max_length=INPUT_LENGTH,
            ),
            block_id=_block(place, base),
            optional=count > 1,
        )


def _doubts(evidence: Evidence, marks: Sequence[ClaimMark], show: Show) -> list[RichTextElement]:
    """Two lines: the person's own marks first, then the machine's doubts (which a blind reviewer does not see)."""
    read = {reading.claim.number: reading for reading in evidence.readings}
    wrong = [read[mark.claim_number] for mark in marks if mark.mark is Mark.WRONG and mark.claim_number in read]
    lines = [_marked(reading, evidence, show) for reading in wrong]
    if show is not Show.BLIND:
        lines += [_doubted(reading, evidence) for reading in evidence.doubtful if reading not in wrong]
    elements = [element for line in lines[:DOUBTS_SHOWN] for element in (*line, plain("\n"))]
    return elements[:-1]


def _marked(reading: ClaimReading, evidence: Evidence, show: Show) -> list[RichTextElement]:
    head: list[RichTextElement] = [symbol("x"), bold(f" {circled(reading.claim.number)} Wrong")]
    sourced = show is not Show.BLIND and reading.passages and reading.reading is not Reading.NO_SOURCE
    if not sourced:
        return [*head, plain(f", your mark: {_claim_words(reading)}")]
    return [*head, plain(", your mark. "), *source_words(reading, evidence, SOURCE_LENGTH)]


def _doubted(reading: ClaimReading, evidence: Evidence) -> list[RichTextElement]:
    word = f" {circled(reading.claim.number)} {WORDS[reading.reading]}"
    head: list[RichTextElement] = [symbol(SHAPES[reading.reading]), bold(word)]
    if reading.reading is Reading.NO_SOURCE or not reading.passages:
        return [*head, plain(f" for {_claim_words(reading)}")]
    return [*head, plain(". "), *source_words(reading, evidence, SOURCE_LENGTH)]


def _claim_words(reading: ClaimReading) -> str:
    return quoted(shortened(one_line(unsourced_words(reading) or reading.claim.text), SOURCE_LENGTH))

"""The view "Your changes", pushed on top of the edit form: what goes out, what comes in, and why.

A pushed view is submitted without the form below it, and a long text has no room in `private_metadata`. So the listener
keeps the edited text as the person's draft before it pushes this view, and reads it back on "Save edit". The view
carries the draft's fingerprint: what is saved is what was shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from slackblocks import Block, RichTextList

from bot.slack.cutting import pieces
from bot.slack.differences import drawn, in_words, summary
from bot.slack.forms.edit import fingerprint
from bot.slack.forms.fields import context_of, note_input
from bot.slack.forms.pages import TEXT_BYTES, fitting
from bot.slack.forms.state import Submitted
from bot.slack.ids import BlockId, CallbackId
from bot.slack.text import counted, visible
from bot.slack.values import FormContext
from bot.slack.wire import Wire, bold, grey, modal, plain, quote_bar, rich, section
from reviewers.decisions.difference import Difference, compare
from reviewers.model import Draft, TaskView

LEGEND = "~struck~ goes out, *bold* comes in. Sentences without a change are left out."
WHY_LENGTH = 500
DRAWN_CHARACTERS = 3000  # of the difference; a longer one shows its first changes
DRAWN_CHANGES = 20
LISTED = 30  # changes named in words
LISTED_IN_BLOCK = 10
BLOCK_CHARACTERS = 3000
REWRITTEN_BLOCKS = 20  # of each text, 3,000 characters a block


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangesForm:
    """What a person handed in with "Save edit"."""

    context: FormContext  # its `draft` is the fingerprint of what was shown
    note: str


def changes_view(view: TaskView, draft: Draft) -> Wire:
    """Show what a draft changes."""
    difference = compare(view.output.completion, draft.text)
    blocks = _rewritten(view, draft) if difference.rewritten else _patchwork(difference)
    blocks.append(note_input("Why (goes with the correction)", "For example: fee table changed in January", WHY_LENGTH))
    context = replace(context_of(view), draft=fingerprint(draft))
    return modal(
        "Your changes",
        blocks,
        callback_id=CallbackId.CHANGES,
        private_metadata=context.to_json(),
        close="Back",
        submit="Save edit",
        tag="changes",
    )


def parse_changes(submitted: dict[str, Any]) -> ChangesForm:
    """Read the view."""
    form = Submitted(view=submitted)
    return ChangesForm(context=form.context, note=(form.text(BlockId.NOTE) or "").strip())


def _patchwork(difference: Difference) -> list[Block]:
    changes = difference.changes
    shown = drawn(difference, characters=DRAWN_CHARACTERS, changes=DRAWN_CHANGES)
    blocks: list[Block] = [
        grey(LEGEND),
        rich(quote_bar(shown.elements)),
        rich(section([bold(summary(difference))])),
        *_listed(in_words(changes, LISTED)),
    ]
    if len(changes) > LISTED:
        blocks.append(grey(f"{counted(len(changes) - LISTED, 'more change')}, saved as well."))
    return blocks


def _listed(sentences: list[str]) -> Iterator[Block]:
    for start in range(0, len(sentences), LISTED_IN_BLOCK):
        items = [section([plain(words)]) for words in sentences[start : start + LISTED_IN_BLOCK]]
        yield rich(RichTextList("ordered", items, offset=start or None, border=None))


def _rewritten(view: TaskView, draft: Draft) -> list[Block]:
    blocks: list[Block] = [rich(section([bold("Rewritten"), plain(": more than 60 % of the words changed.")]))]
    for title, text in (("Before", view.output.completion), ("After", draft.text)):
        blocks.append(rich(section([bold(title)])))
        parts = list(pieces(visible(text).strip(), BLOCK_CHARACTERS))
        shown = min(REWRITTEN_BLOCKS, fitting(parts, TEXT_BYTES // 2))
        blocks += [rich(quote_bar([plain(part)])) for part in parts[:shown] or ["(empty)"]]
        rest = sum(len(part) for part in parts[shown:])
        if rest:
            blocks.append(grey(f"… *{counted(rest, 'more character')}* (of {len(text):,})"))
    return blocks

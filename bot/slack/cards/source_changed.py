"""An approved answer that is asked about again: what its source said when it was approved, and what it says now."""

from __future__ import annotations

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.text import isolated, one_line, quiet, quoted, shortened
from reviewers.decisions.source_changes import rests_on
from reviewers.model import TaskView
from reviewers.model.sources import ChangedSentence, DocumentChange

TITLE_LENGTH = 80
SENTENCE_LENGTH = 230  # of each form: a card quotes two, and escaped each sign may be five
REASON = "A source changed since it was approved"  # in the place of the reason that it was picked for at first


def changed_words(view: TaskView, options: CardOptions) -> str:
    """ "*A source changed since this was approved* (16 Nov): _Fees_ said “…” and says “…” now."; empty: none did."""
    if view.change is None:
        return ""
    change, seen = view.change, view.task.created_at
    at = clock.token(change.changed_at, options.zone, seen_on=seen)
    name = f"_{quiet(_title(change), TITLE_LENGTH)}_"
    lead = f"*A source changed since this was approved* ({at}): {name}"
    first = _first(view, change)
    if first is None:
        return f"{lead}."
    was, now = (quiet(one, SENTENCE_LENGTH) for one in (first.was, first.now))
    return f"{lead} said “{isolated(was)}” {_now(change, f'“{isolated(now)}”' if first.now else '')}"


def changed_spoken(view: TaskView) -> str:
    """The same without signs, for the fallback text and the story; empty where no source changed."""
    if view.change is None:
        return ""
    change = view.change
    name = shortened(one_line(_title(change)), TITLE_LENGTH)
    first = _first(view, change)
    if first is None:
        return f"The source {isolated(name)} changed since this was approved."
    was, now = (shortened(one_line(one), SENTENCE_LENGTH) for one in (first.was, first.now))
    said = f"The source {isolated(name)} changed since this was approved: it said {quoted(was)}"
    return f"{said} {_now(change, quoted(now) if first.now else '')}"


def _now(change: DocumentChange, quote: str) -> str:
    if quote:
        return f"and says {quote} now."
    return "and is gone." if change.removed else "and says nothing like it now."


def _first(view: TaskView, change: DocumentChange) -> ChangedSentence | None:
    """Of what the answer rests on, one that has a new form if there is any."""
    found = rests_on(view, change)
    return next((one for one in found if one.now), found[0] if found else None)


def _title(change: DocumentChange) -> str:
    return change.title or change.document

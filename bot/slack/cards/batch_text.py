"""A batch in plain words: what is left, what was decided, and each open answer with its source."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.cards.evidence import PASSAGE_LENGTH, Source, evidence_of
from bot.slack.cards.fallback import fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import question_words
from bot.slack.cards.unsettled import NOT_NEEDED
from bot.slack.text import counted, isolated, one_line, shortened
from reviewers.decisions.consensus import live
from reviewers.model import TaskState, TaskView

QUESTION_LENGTH = 160
ANSWER_LENGTH = 300


def best_source(view: TaskView) -> Source | None:
    """The passage that says most of the answer's one claim; of an answer that nobody read, its first one."""
    return next(iter(evidence_of(view).sources), None)


def count_down(views: Sequence[TaskView]) -> str:
    """ "5 short answers", then "3 of 5 short answers left"."""
    left = sum(view.task.state is TaskState.OPEN for view in views)
    whole = counted(len(views), "short answer")
    return whole if left == len(views) else f"{left} of {whole} left"


def batch_text(views: Sequence[TaskView], display: CardOptions) -> str:
    """What is asked, then each answer that is left; once some are decided, that comes first."""
    left = [view for view in views if view.task.state is TaskState.OPEN]
    states = " ".join(_state(view, display) for view in views if view.task.state is not TaskState.OPEN)
    before = f"{count_down(views)}{' to review' if not states else ''}. {states + ' ' if states else ''}"
    keyboard = f", or {display.next_command}" if display.next_command else ""
    act = f"Not verified. Decide each on this message{keyboard}." if left else ""
    told = " ".join(_asked_and_answered(view, display) for view in left)
    return fitted(before, told, f" {act}") if left else fitted(before.rstrip(), "", "")


def _asked_and_answered(view: TaskView, display: CardOptions) -> str:
    question = isolated(shortened(one_line(question_words(view.output)), QUESTION_LENGTH))
    answer = isolated(shortened(one_line(view.output.completion), ANSWER_LENGTH)) or "(empty)"
    handed = f" (handed on by {display.name(view.task.handed_on_by)})" if view.task.handed_on_by else ""
    source = best_source(view)
    passage = isolated(shortened(one_line(source.passage.text), PASSAGE_LENGTH)) if source else ""
    says = f"Source: “{passage}”." if source else "No source found."
    stop = "" if answer[-1:] in {".", "!", "?", "…"} else "."
    return f"{view.task.number}{handed}: “{question}” Answer: {answer}{stop} {says}"


def _state(view: TaskView, display: CardOptions) -> str:
    number, resolution = f"#{view.task.number}", live(view.resolution)
    if view.task.state is TaskState.DISPUTED:
        return f"Disputed: {number}."
    if view.task.state is TaskState.CUT:
        return f"{NOT_NEEDED.rstrip('.')}: {number}."
    if resolution is None:
        return f"Timed out: {number}."
    reasons = f" ({shortened(one_line(display.listed(resolution.reasons)).lower(), 100)})" if resolution.reasons else ""
    return f"{resolution.outcome.value.capitalize()} by {display.name(resolution.resolved_by)}{reasons}: {number}."

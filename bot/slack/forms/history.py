"""The view "History": each verdict, newest first, with reasons, notes and what an edit changed; then the thread."""

from __future__ import annotations

from collections.abc import Iterator

from slackblocks import Block, RichTextElement

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.cutting import pieces
from bot.slack.differences import drawn, summary
from bot.slack.forms.fields import asked, context_of
from bot.slack.forms.proposal import as_typed
from bot.slack.ids import CallbackId, Show
from bot.slack.text import counted, isolated, one_line, quoted, shortened, visible
from bot.slack.wire import Wire, bold, grey, modal, person, plain, quote_bar, rich, said, section, symbol
from reviewers.decisions.difference import compare
from reviewers.model import Mark, Reply, TaskState, TaskView, Verdict, VerdictKind

VERDICTS = 12  # shown in full; each takes at most 6 blocks
DIFFERENCE_LENGTH, DIFFERENCE_CHANGES = 3000, 40
TEXT_LENGTH = 3000
REPLIES = 10  # the newest ones
REPLY_LENGTH = 280

_SYMBOLS = {
    VerdictKind.APPROVE: "white_check_mark",
    VerdictKind.EDIT: "pencil2",
    VerdictKind.REJECT: "x",
    VerdictKind.UNSURE: "question",
}
_WORDS = {
    VerdictKind.APPROVE: "Approved",
    VerdictKind.EDIT: "Edited",
    VerdictKind.REJECT: "Rejected",
    VerdictKind.UNSURE: "Unsure",
    VerdictKind.WITHDRAWN: "Verdict taken back",
}
_SEEN = {"evidence": "saw claims and sources", "blind": "blind", "all": "saw the risk as well"}


def history_view(view: TaskView, *, display: CardOptions) -> Wire:
    """All that people did with this task.

    While it is undecided, only those show who were unsure: what others said must not lead the one who decides next, be
    it another reviewer or the lead who settles a dispute. The thread is there for everybody to read, so it shows; but
    where several decide, or one decides blind, it waits as the verdicts do.
    """
    undecided = _is_undecided(view)
    verdicts = [v for v in view.verdicts if not undecided or v.kind is VerdictKind.UNSURE]
    replaced = {verdict.supersedes for verdict in view.verdicts}
    blocks: list[Block] = [asked(view)]
    if view.task.state is TaskState.TIMED_OUT:
        blocks.append(said(":hourglass: *Timed out.* Nobody decided in time. Not counted as a verdict."))
    if view.task.state is TaskState.CUT:
        blocks.append(said("*Not needed any more.* The lot took it out of a queue that was too long. No verdict."))
    if view.resolution is not None and view.resolution.recall:
        blocks.append(said("*Changed after it was sent or used in a dataset*, so what was there before is recalled."))
    if not verdicts:
        blocks.append(said(_none_shown(view)))
    for verdict in reversed(verdicts[-VERDICTS:]):
        blocks += _entry(view, verdict, display, superseded=verdict.verdict_id in replaced)
    if len(verdicts) > VERDICTS:
        blocks.append(grey(f"{counted(len(verdicts) - VERDICTS, 'earlier verdict')}, not shown here, all are kept."))
    blocks += _thread(view, display)
    return modal(
        "History",
        blocks,
        callback_id=CallbackId.NOTHING,
        private_metadata=context_of(view).to_json(),
        close="Close",
        tag="history",
    )


def _is_undecided(view: TaskView) -> bool:
    return view.task.state in (TaskState.OPEN, TaskState.DISPUTED)


def _thread(view: TaskView, display: CardOptions) -> Iterator[Block]:
    """Who wrote what when under the card, the newest of them."""
    if not view.replies:
        return
    waits = view.task.quorum > 1 or view.task.state is TaskState.DISPUTED or view.task.show == Show.BLIND.value
    if _is_undecided(view) and waits:
        replies = counted(len(view.replies), "reply", "replies")
        yield grey(f"{replies} in the thread, shown here once it is decided.")
        return
    yield rich(section([bold("In the thread")]))
    for reply in view.replies[-REPLIES:]:
        yield rich(section(_reply(view, reply, display)))
    if len(view.replies) > REPLIES:
        yield grey(f"{len(view.replies) - REPLIES:,} more in the thread")


def _reply(view: TaskView, reply: Reply, display: CardOptions) -> list[RichTextElement]:
    when = clock.element(reply.written_at, display.zone, seen_on=view.task.created_at)
    words = shortened(one_line(as_typed(reply.text)), REPLY_LENGTH)
    return [person(reply.author), plain(", "), when, plain(f": {quoted(words)}")]


def _none_shown(view: TaskView) -> str:
    if view.task.state is TaskState.DISPUTED:
        return "*Verdicts differ.* They show once it is decided."
    return "*No verdict yet.*" if view.task.state is TaskState.OPEN else "*No verdict.*"


def _entry(view: TaskView, verdict: Verdict, display: CardOptions, *, superseded: bool) -> Iterator[Block]:
    yield rich(section(_who_and_when(view, verdict, display, superseded=superseded)))
    if verdict.note.strip():
        parts = list(pieces(visible(verdict.note).strip(), TEXT_LENGTH))
        yield rich(section([plain(f"“{isolated(parts[0])}”")]))
    if verdict.correction is not None:
        yield from _edit(view, verdict.correction)
    details = [_marks(verdict), _SEEN.get(verdict.seen, "")]
    if any(details):
        yield grey("  ·  ".join(detail for detail in details if detail))


def _who_and_when(view: TaskView, verdict: Verdict, display: CardOptions, *, superseded: bool) -> list[RichTextElement]:
    when = clock.element(verdict.recorded_at, display.zone, seen_on=view.task.created_at)
    reasons = visible(display.listed(verdict.reasons))
    tail = ", as lead" if verdict.as_lead else ""
    tail += f". {reasons}." if reasons else ""
    tail += f"{'' if reasons else '.'}  Replaced by a later verdict." if superseded else ""
    sign = [symbol(_SYMBOLS[verdict.kind])] if verdict.kind in _SYMBOLS else []  # who takes it back says nothing
    return [
        *sign,
        bold(f"{' ' if sign else ''}{_WORDS[verdict.kind]}"),
        plain(" by "),
        person(verdict.reviewer),
        plain(", "),
        when,
        plain(tail),
    ]


def _edit(view: TaskView, correction: str) -> Iterator[Block]:
    difference = compare(view.output.completion, correction)
    if difference.rewritten:
        parts = list(pieces(visible(correction).strip(), TEXT_LENGTH))
        yield rich(section([bold("Rewritten")]), quote_bar([plain(parts[0])]))
        if len(parts) > 1:
            yield grey(f"… *{counted(sum(map(len, parts[1:])), 'more character')}* (of {len(correction):,})")
        return
    shown = drawn(difference, characters=DIFFERENCE_LENGTH, changes=DIFFERENCE_CHANGES)
    yield rich(section([bold(summary(difference))]), quote_bar(shown.elements))
    if shown.unshown:
        yield grey(f"{counted(shown.unshown, 'more change')}, kept with the correction")


def _marks(verdict: Verdict) -> str:
    """ "Marks: 1 wrong, 2 right"."""
    names = {Mark.WRONG: "wrong", Mark.NOT_IN_SOURCES: "not in the sources", Mark.RIGHT: "right"}
    found = {name: sum(mark.mark is kind for mark in verdict.marks) for kind, name in names.items()}
    beside = sum(mark.passage_beside_the_point for mark in verdict.marks)
    parts = [f"{count} {name}" for name, count in found.items() if count]
    if beside:
        parts.append(f"{counted(beside, 'passage')} beside the point")
    return f"Marks: {', '.join(parts)}" if parts else ""

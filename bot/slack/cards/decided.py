"""The decided card: the outcome first, with the only menu; then question, answer, and what the machine thought."""

from __future__ import annotations

from slackblocks import Block

from bot.slack import clock
from bot.slack.cards.fallback import fitted
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import (
    DOT,
    listed,
    menu,
    model_words,
    percent,
    question_block,
    question_words,
    quote_block,
    risk_words,
    tag,
)
from bot.slack.differences import change_words, drawn
from bot.slack.ids import ActionId, MenuChoice
from bot.slack.text import counted, isolated, mention, one_line, quiet, shortened
from bot.slack.wire import SlackMessage, bold, grey, plain, quote_bar, rendered, rich, said, section
from reviewers.decisions.consensus import OUTCOMES, deciding
from reviewers.decisions.difference import Difference, compare
from reviewers.model import (
    OnTimeout,
    Outcome,
    Reason,
    ReleaseState,
    Resolution,
    Risk,
    TaskView,
    Verdict,
    VerdictKind,
)

ANSWER_LENGTH, ANSWER_CUT = 300, 280
NOTE_LENGTH, NOTE_CUT = 300, 280
REASONS_LENGTH = 200
DIFFERENCE_LENGTH, DIFFERENCE_CHANGES = 900, 3
REWRITTEN_LENGTH = 280
SPOKEN_CHANGES = 10

_SYMBOLS = {Outcome.APPROVED: "white_check_mark", Outcome.EDITED: "pencil2", Outcome.REJECTED: "x"}
_PAST = {
    VerdictKind.APPROVE: "approved",
    VerdictKind.EDIT: "edited",
    VerdictKind.REJECT: "rejected",
    VerdictKind.UNSURE: "unsure",
    VerdictKind.WITHDRAWN: "taken back",
}
DECIDED_MENU = (MenuChoice.CHANGE, MenuChoice.HISTORY, MenuChoice.WHY, MenuChoice.FULL)


def decided_card(view: TaskView, resolution: Resolution, options: CardOptions) -> SlackMessage:
    """Draw the card of a task that people settled."""
    difference = None
    if resolution.outcome is Outcome.EDITED and resolution.text is not None:
        difference = compare(view.output.completion, resolution.text)
    blocks = [
        said(outcome_line(view, resolution, options), menu(view, ActionId.DECIDED_MORE, DECIDED_MENU)),
        question_block(view.output),
        *(_difference_blocks(difference, view, resolution) if difference else [short_answer(view)]),
        grey(revelation(view, options)),
    ]
    return SlackMessage(text=_spoken(view, resolution, difference, options), blocks=rendered(blocks, tag(view)))


def outcome_line(view: TaskView, resolution: Resolution, options: CardOptions, *, note: int = NOTE_LENGTH) -> str:
    """Who decided what and when, and why; in mrkdwn. At most `note` characters of the note."""
    when = clock.token(resolution.resolved_at, options.zone, seen_on=view.task.created_at)
    word = resolution.outcome.value.capitalize()
    who = listed([mention(user) for user in agreeing(view, resolution)])
    line = f":{_SYMBOLS[resolution.outcome]}: *{word}* by {who}, {when}"
    line += ", as lead" * resolution.as_lead
    if before := replaced_verdict(view, resolution):
        line += f", before: {_PAST[before.kind]}"
    if resolution.reasons:
        line += f". {quiet(options.listed(resolution.reasons), REASONS_LENGTH)}."
    elif before or resolution.recall:
        line += "."
    if resolution.recall:
        line += f" *Recalled* at {when}."
    if resolution.note.strip():
        line += f"\n“{_note(resolution.note, note)}”"
    if others := _others(view, resolution):
        line += f"\nBefore: {', '.join(f'{mention(v.reviewer)} {_PAST[v.kind]}' for v in others)}."
    return line


def agreeing(view: TaskView, resolution: Resolution) -> list[str]:
    """Whose verdicts made it, the one that settled it last; of a lead's decision the lead alone."""
    if resolution.as_lead:
        return [resolution.resolved_by]
    same = [v.reviewer for v in deciding(view.verdicts) if OUTCOMES[v.kind] is resolution.outcome and not v.as_lead]
    return [*(user for user in same if user != resolution.resolved_by), resolution.resolved_by]


def _others(view: TaskView, resolution: Resolution) -> list[Verdict]:
    """The verdicts of other people that did not carry: all of them where a lead decided."""
    carried = set(agreeing(view, resolution))
    return [verdict for verdict in deciding(view.verdicts) if verdict.reviewer not in carried]


def _note(note: str, limit: int) -> str:
    line = one_line(note)
    return isolated(quiet(line if len(line) <= limit else shortened(line, limit - NOTE_LENGTH + NOTE_CUT)))


def replaced_verdict(view: TaskView, resolution: Resolution) -> Verdict | None:
    """The deciding verdict of the same person that this resolution replaced, if any; a first one replaced nothing."""
    if resolution.revision == 1:
        return None
    by_id = {verdict.verdict_id: verdict for verdict in view.verdicts}
    newest = by_id.get(resolution.verdict_id)
    replaced = by_id.get(newest.supersedes or "") if newest else None
    return replaced if replaced is not None and replaced.kind in OUTCOMES else None


def short_answer(view: TaskView) -> Block:
    """The answer without numbers, at most 300 characters."""
    answer = view.output.completion
    return quote_block(answer if len(answer) <= ANSWER_LENGTH else shortened(answer, ANSWER_CUT))


def _difference_blocks(difference: Difference, view: TaskView, resolution: Resolution) -> list[Block]:
    if difference.rewritten:
        return [
            rich(section([bold("Rewritten. "), plain("Before:")])),
            quote_block(shortened(view.output.completion, REWRITTEN_LENGTH)),
            rich(section([plain("After:")])),
            quote_block(shortened(resolution.text or "", REWRITTEN_LENGTH)),
        ]
    shown = drawn(difference, characters=DIFFERENCE_LENGTH, changes=DIFFERENCE_CHANGES)
    blocks: list[Block] = [rich(quote_bar(shown.elements))]
    if shown.unshown:
        blocks.append(grey(f"{counted(shown.unshown, 'more change')} in History"))
    return blocks


def revelation(view: TaskView, options: CardOptions) -> str:
    """What the machine thought, the chance of being picked, the model: shown after the verdict."""
    risk = view.assessment.risk if view.assessment else None
    told = f"Risk was {risk_words(risk)}{_learned(risk)}"
    parts = [told, _picked(view), model_words(view.output), _sent(view, options)]
    return DOT.join([*(part for part in parts if part), f"#{view.task.number}"])


def _learned(risk: Risk | None) -> str:
    """ ", learned from 412 verdicts"; nothing on the first days, when it rests on none."""
    learned = risk.verdicts_learned_from if risk else 0
    return f", learned from {counted(learned, 'verdict')}" if learned else ""


def _picked(view: TaskView) -> str:
    decision = view.decision
    if view.task.sent_by:
        return f"sent by {mention(view.task.sent_by)}"
    if decision.reason is Reason.HELD:
        return "held"
    how = f"rule: {quiet(decision.rule, 80)}" if decision.reason is Reason.RULE and decision.rule else "sampled"
    return f"{how}, chance {percent(decision.inclusion_probability)}"


def _sent(view: TaskView, options: CardOptions) -> str:
    release = view.release
    if release is None or release.decided_at is None:
        return ""
    when = clock.token(release.decided_at, options.zone, seen_on=view.task.created_at)
    if release.recalled_at is not None:
        recalled = clock.token(release.recalled_at, options.zone, seen_on=view.task.created_at)
        return f"sent at {when}, recalled at {recalled}" if release.text is not None else ""
    if release.state in {ReleaseState.APPROVED, ReleaseState.EDITED}:
        return f"sent to the {quiet(options.waiting.who, 30).lower()} at {when}"
    if release.state is ReleaseState.TIMED_OUT and release.on_timeout is OnTimeout.RELEASE:
        return f"sent at {when}, not verified"
    if release.state is ReleaseState.RELEASED:
        return f"sent at once by its risk, at {when}"
    return ""


def _spoken(view: TaskView, resolution: Resolution, difference: Difference | None, options: CardOptions) -> str:
    """The new state first, then what was asked."""
    said_ = spoken_outcome(view, resolution, options)
    if difference is not None:
        said_ += f" {_spoken_changes(difference)}"
    if resolution.note.strip():
        said_ += f" Note: {isolated(_sentence(shortened(one_line(resolution.note), NOTE_CUT)))}"
    return fitted(f"{said_} Question: ", one_line(question_words(view.output)), "")


def spoken_outcome(view: TaskView, resolution: Resolution, options: CardOptions) -> str:
    """Who decided what and when, and why; in plain words."""
    when = clock.words(resolution.resolved_at, options.zone, seen_on=view.task.created_at)
    who = listed([options.name(user) for user in agreeing(view, resolution)])
    said_ = f"{resolution.outcome.value.capitalize()} by {who} at {when}{', as lead' * resolution.as_lead}"
    if before := replaced_verdict(view, resolution):
        said_ += f", before: {_PAST[before.kind]}"
    reasons = one_line(options.listed(resolution.reasons)).lower()
    said_ += f": {shortened(reasons, REASONS_LENGTH)}." if reasons else "."
    return f"{said_} The earlier verdict is recalled." if resolution.recall else said_


def _sentence(words: str) -> str:
    return words if words[-1:] in {".", "!", "?", "…"} else f"{words}."


def _spoken_changes(difference: Difference) -> str:
    if difference.rewritten:
        return "The answer was rewritten."
    changes = difference.changes
    said_ = "; ".join(change_words(change, past=True) for change in changes[:SPOKEN_CHANGES])
    more = len(changes) - SPOKEN_CHANGES
    return f"{said_}; {counted(more, 'more change')}." if more > 0 else f"{said_}."

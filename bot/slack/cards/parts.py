"""Blocks and words that the open and the decided card share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zlib import crc32

from slackblocks import OverflowMenu, RichTextBlock, RichTextQuote

from bot.slack import clock
from bot.slack.cards.options import CardOptions
from bot.slack.cutting import cut
from bot.slack.ids import ActionId, MenuChoice
from bot.slack.text import counted, mention, quiet, visible
from bot.slack.values import MenuValue
from bot.slack.wire import bold, option, plain, quote_bar, rich, section
from reviewers.decisions.consensus import current, deciding
from reviewers.model import Output, Reason, Risk, TaskView, Verdict, VerdictKind

QUESTION_LENGTH, QUESTION_CUT = 300, 280
RULE_LENGTH = 80
MODEL_LENGTH = 40
DOT = "  ·  "

NO_QUESTION = "(No question came with this answer.)"
EMPTY_ANSWER = "(The answer is empty.)"

MENU_WORDS = {
    MenuChoice.WHY: "Why this one?",
    MenuChoice.HISTORY: "History",
    MenuChoice.CHANGE: "Change my verdict",
    MenuChoice.FULL: "Full text",
    MenuChoice.CLAIM: "Claim for 15 minutes",
    MenuChoice.GIVE_BACK: "Give back",
    MenuChoice.HAND_OVER: "Hand over",
    MenuChoice.EDIT: "Edit",
    MenuChoice.UNSURE: "Unsure",
    MenuChoice.CHECK: "Check claims",
    MenuChoice.SKIP: "Skip",
}


def question_words(output: Output) -> str:
    """What was asked, at most 300 characters."""
    question = visible(output.question).strip()
    if len(question) > QUESTION_LENGTH:
        question = f"{cut(question, QUESTION_CUT).shown.rstrip()} …"
    return question or NO_QUESTION


def question_block(output: Output) -> RichTextBlock:
    """What was asked, in bold."""
    return rich(section([bold(question_words(output))]))


def quote_block(words: str) -> RichTextBlock:
    """An answer without numbers."""
    return rich(quote(words))


def quote(words: str) -> RichTextQuote:
    """The same, for a block that holds more."""
    return quote_bar([plain(visible(words).strip() or EMPTY_ANSWER)])


def menu(view: TaskView, action: ActionId, choices: tuple[MenuChoice, ...]) -> OverflowMenu:
    """A ⋯ menu; only what exists is in it."""
    return OverflowMenu(
        action_id=action,
        options=[
            option(MENU_WORDS[choice], MenuValue(task_id=view.task.task_id, choice=choice).to_json())
            for choice in choices
        ],
    )


def model_words(output: Output) -> str:
    """ "helpdesk-8b, 3 Nov": a version that is a date is shown as one. Safe for mrkdwn."""
    version = output.model_version.strip()
    try:
        version = clock.day(date.fromisoformat(version))
    except ValueError:
        version = quiet(version, MODEL_LENGTH)
    name = quiet(output.model, MODEL_LENGTH)
    return ", ".join(part for part in (name, version) if part)


def risk_words(risk: Risk | None) -> str:
    """ "high (62 in 100)"; what was not scored is its own word and never a low one."""
    return f"{risk.word} ({in_hundred(risk.probability)} in 100)" if risk else "not scored"


def in_hundred(probability: float) -> str:
    """ "62"; "under 1" and "over 99" instead of a false 0 or 100."""
    if 0.0 < probability < 0.005:
        return "under 1"
    if 0.995 <= probability < 1.0:
        return "over 99"
    return f"{probability * 100:.0f}"


def percent(probability: float) -> str:
    """ "34 %", and "0.5 %" below one."""
    value = probability * 100
    return f"{value:.0f} %" if value >= 1 or value == 0 else f"{value:.2g} %"


def listed(names: Sequence[str], limit: int = 10) -> str:
    """ "A", "A and B", "A, B and C", "A, B and 4 others"."""
    shown, more = list(names[:limit]), len(names) - limit
    if more > 0:
        shown.append(counted(more, "other"))
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def reason_words(view: TaskView) -> str:
    """Why the answer is here, as far as it may be said before the verdict. Safe for mrkdwn."""
    decision = view.decision
    if view.change is not None:
        return "Source changed"
    if view.task.sent_by:
        return f"Sent by {mention(view.task.sent_by)}"
    if decision.reason is Reason.RULE:
        return f"Rule: {quiet(decision.rule, RULE_LENGTH)}" if decision.rule else "Rule"
    return "Held" if decision.reason is Reason.HELD and view.task.hold else "Sampled"  # a second look holds nothing


def votes_in(view: TaskView) -> tuple[Verdict, ...]:
    """The verdicts that count while others are still asked for."""
    return deciding(view.verdicts) if view.task.quorum > 1 else ()


def votes_needed(view: TaskView) -> int:
    """How many verdicts decide it: the route's quorum, and one more where those that are in differ."""
    return max(view.task.quorum, len(votes_in(view)) + 1)


def claimed_words(view: TaskView, options: CardOptions) -> str:
    """ "🔒 *Claimed* by @Mara until 14:20", in mrkdwn; of a claim that has not run out."""
    words = f":lock: *Claimed* by {mention(view.task.claimed_by)}"
    if view.task.claimed_until is None:
        return words
    return f"{words} until {clock.token(view.task.claimed_until, options.zone, seen_on=view.task.created_at)}"


def handed_on_words(view: TaskView) -> str:
    """Why it needs somebody else, after the person's name."""
    by = view.task.handed_on_by
    unsure = any(verdict.reviewer == by and verdict.kind is VerdictKind.UNSURE for verdict in current(view.verdicts))
    return "was unsure" if unsure else "handed it over"


def tag(view: TaskView) -> str:
    """What makes the ids of the blocks differ from one drawing of the card to the next."""
    task, revision = view.task, view.resolution.revision if view.resolution else 0
    whose = f"{task.claimed_by}/{task.claimed_until}/{task.assigned_to}/{task.handed_on_by}/{task.due_at}"
    return f"{task.number}.{task.state.value}.{len(view.verdicts)}.{revision}.{short_hash(whose)}"


def short_hash(words: str) -> str:
    """At most eight signs that differ where the words do; a lone surrogate is no reason to fail."""
    return f"{crc32(words.encode(errors='replace')):x}"


def earlier_messages(output: Output) -> int:
    """How many turns of the conversation the card does not show; a system prompt is none."""
    turns = [turn for turn in output.prompt if turn.role != "system"]
    return max(0, len(turns) - 1) if output.question else len(turns)

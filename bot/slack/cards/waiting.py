"""The open card: question, answer, what is doubtful and what the sources say, the verbs, and why it is here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slackblocks import Block, Button, Element, OverflowMenu, RichTextElement, RichTextList, RichTextSection

from bot.slack import clock, text
from bot.slack.cards.answer import is_blank
from bot.slack.cards.budget import Layout, Lines, within_budget
from bot.slack.cards.drawing import ON_CARD, OpenCard, VerbActions, is_waited_for, opened
from bot.slack.cards.evidence import (
    NUMBERS_SHOWN,
    PASSAGE_LENGTH,
    SHAPES,
    Evidence,
    Source,
    answer_elements,
    doubt_elements,
    excerpt,
    source_line,
    supported_elements,
)
from bot.slack.cards.fallback import open_text
from bot.slack.cards.options import CardOptions
from bot.slack.cards.parts import (
    DOT,
    EMPTY_ANSWER,
    claimed_words,
    earlier_messages,
    handed_on_words,
    menu,
    model_words,
    question_block,
    reason_words,
    risk_words,
    tag,
    votes_in,
    votes_needed,
)
from bot.slack.cards.reopened import reopened_words
from bot.slack.cards.source_changed import changed_words
from bot.slack.ids import ActionId, MenuChoice, Show
from bot.slack.text import counted, mention
from bot.slack.values import ButtonValue
from bot.slack.wire import SlackMessage, bold, button, grey, plain, quote_bar, rich, row, said, section, symbol
from reviewers.model import ClaimReading, OnTimeout, Reading, TaskView

__all__ = [
    "ON_CARD",
    "OpenCard",
    "VerbActions",
    "layout_of",
    "open_card",
    "opened",
    "verbs",
    "waiting_line",
    "why_here",
]

DOUBTS_SHOWN = 3
SOURCES_SHOWN, SOURCES_CUT = 5, 3
ORDINALS = {1: "second", 2: "third", 3: "fourth", 4: "fifth", 5: "sixth"}  # by the verdicts that are in: at most five


def open_card(view: TaskView, options: CardOptions, now: datetime) -> SlackMessage:
    """Draw the card of a task that waits for people."""
    card = opened(view, options, now)
    return SlackMessage(text=open_text(card), blocks=within_budget(layout_of(card), tag(view)))


def layout_of(card: OpenCard) -> Layout:
    """The card in its parts."""
    lines: Lines | None = None
    middle: list[Block] = []
    sources: list[Block] = []
    if card.blind:
        middle, sources = _blind_evidence(card)
    elif (sentence := _instead_of_claims(card.evidence)) is not None:
        middle = [rich(section(sentence))]
    else:
        lines, sources = _claim_lines(card)
    return Layout(top=_top(card), lines=lines, middle=middle, sources=sources, bottom=_bottom(card))


def _top(card: OpenCard) -> list[Block]:
    blocks: list[Block] = [said(waiting_line(card.view, card.options))] if is_waited_for(card.view) else []
    blocks.append(question_block(card.view.output))
    if is_blank(card.answer.text):
        return [*blocks, rich(quote_bar([plain(EMPTY_ANSWER)]))]
    blocks.append(rich(quote_bar(answer_elements(card.answer.text, card.evidence.readings))))
    if card.answer.is_cut:
        blocks.append(said(card.answer.rest_words))
    return blocks


def waiting_line(view: TaskView, options: CardOptions) -> str:
    """Who waits since when, and what happens when nobody decides."""
    zone, seen = options.zone, view.task.created_at
    since = view.release.held_since if view.release else view.task.created_at
    line = f":hourglass_flowing_sand: *{text.quiet(options.waiting.who, 30)} waiting* since "
    line += f"{clock.token(since, zone, seen_on=seen)}."
    if view.release is None or view.release.deadline is None:
        return f"{line} It stays held until somebody decides."
    deadline = clock.token(view.release.deadline, zone, seen_on=seen)
    if view.release.on_timeout is OnTimeout.HOLD:
        return f"{line} After *{deadline}* it stays held."
    return f"{line} At *{deadline}* {text.quiet(options.waiting.next(view.release.on_timeout), 120)}."


def _instead_of_claims(evidence: Evidence) -> list[RichTextElement] | None:
    """The one sentence of a card that has no claims to show, or none with a source."""
    if not evidence.checked:
        words = "the checker did not answer. Judge the answer as it stands."
        return [bold("Claims not checked: "), plain(words)]
    if not evidence.readings:
        return [bold("No claims: "), plain("the answer states no facts.")]
    if all(reading.reading is Reading.NO_SOURCE for reading in evidence.readings):
        return _no_source_found(evidence)
    return None


def _no_source_found(evidence: Evidence) -> list[RichTextElement]:
    searched = evidence.documents_searched
    where = f"  in {counted(searched, 'document')}." if searched else ", no documents were searched."
    claims = [reading.claim.number for reading in evidence.readings]
    return [
        bold(f"{text.numbers(claims)}  "),
        symbol(SHAPES[Reading.NO_SOURCE]),
        bold(" No source found"),
        plain(f"{where} If you do not know it, choose Unsure."),
    ]


def _claim_lines(card: OpenCard) -> tuple[Lines, list[Block]]:
    """The doubtful claims, the supported ones in one line, and the sources of both."""
    evidence = card.evidence
    shown = evidence.doubtful[:DOUBTS_SHOWN]
    lines = Lines(
        doubts=tuple(tuple(doubt_elements(reading, evidence, in_sight=card.answer.sees(reading))) for reading in shown),
        supported=tuple(supported_elements(evidence)) if evidence.supported else (),
        unshown=len(evidence.doubtful) - len(shown),
        where=card.where_more,
    )
    return lines, _source_block(evidence, _cited(evidence, shown), card.where_more)


def _cited(evidence: Evidence, shown: list[ClaimReading]) -> list[Source]:
    """The sources whose letters stand on the card."""
    named = [reading for reading in shown if reading.reading is not Reading.NO_SOURCE]
    return evidence.letters(named + (evidence.supported if len(evidence.supported) <= NUMBERS_SHOWN else []))


def _source_block(evidence: Evidence, cited: list[Source], where: str) -> list[Block]:
    sourced = [reading for reading in evidence.readings if reading.reading is not Reading.NO_SOURCE]
    shown = cited if len(cited) <= SOURCES_SHOWN else cited[:SOURCES_CUT]
    if not shown:
        return []
    more = len(evidence.letters(sourced)) - len(shown)
    return [grey(source_line(shown, more, where))]


def _blind_evidence(card: OpenCard) -> tuple[list[Block], list[Block]]:
    """The passages alone, in the answer's order: no reading, no bold."""
    sources = card.evidence.letters(card.evidence.readings) or list(card.evidence.sources)
    if not sources:
        return [rich(section([bold("No sources found")]))], []
    shown = sources if len(sources) <= SOURCES_SHOWN else sources[:SOURCES_CUT]
    items: list[RichTextSection] = []
    for source in shown:
        before, after = text.isolates(source.passage.text)
        quote = [plain(f"“{before}"), *excerpt(source.passage.text, (), PASSAGE_LENGTH)]
        items.append(section([*quote, plain(f"{after}” [{source.letter}]")]))
    found = rich(section([bold("Sources found")]), RichTextList("bullet", items, offset=None, border=None))
    line = source_line(shown, len(sources) - len(shown), card.where_more)
    return [found], [grey(line)]


def _bottom(card: OpenCard) -> list[Block]:
    lines = [grey(words) for words in _whose(card)]
    return [*lines, row(f"verdict.{tag(card.view)}", [*verbs(card), _card_menu(card)]), grey(why_here(card))]


def _whose(card: OpenCard) -> Iterator[str]:
    """What its source says now, that it was decided before, verdicts that are in, and whose it is: a grey line each."""
    task, given = card.view.task, votes_in(card.view)
    if changed := changed_words(card.view, card.options):
        yield changed
    if again := reopened_words(card.view, card.options):
        yield again
    if given:
        needed = votes_needed(card.view)
        who, both = ", ".join(mention(verdict.reviewer) for verdict in given), "both" if needed == 2 else "all"
        yield f"*{len(given)} of {needed} verdicts in* ({who}). What they say shows when {both} are in."
    if task.handed_on_by:
        yield f":question: *Needs someone else.* {mention(task.handed_on_by)} {handed_on_words(card.view)}."
    if card.claimant:
        yield claimed_words(card.view, card.options)
    elif task.assigned_to:
        yield f"*For* {mention(task.assigned_to)}"


def verbs(card: OpenCard, *, settles: bool = False, actions: VerbActions = ON_CARD) -> list[Element]:
    """Approve, Edit, Reject, Unsure, Check claims; on a cut card Read all stands in Approve's place.

    A lead is not asked to settle a dispute by being unsure.
    """
    number = card.view.task.number
    value = ButtonValue(task_id=card.view.task.task_id, settles=settles).to_json()

    def verb(label: str, action: ActionId, spoken: str) -> Button:
        return button(label, action, value, spoken)

    first = verb("Approve", actions.approve, f"Approve answer {number}")
    if card.answer.is_cut:
        first = verb("Read all", actions.read_all, f"Read the whole answer {number}, approve it there")
    row_: list[Element] = [
        first,
        verb("Edit", actions.edit, f"Edit answer {number}"),
        verb("Reject", actions.reject, f"Reject answer {number}"),
    ]
    if not settles:
        row_.append(verb("Unsure", actions.unsure, f"Unsure about answer {number}"))
    if not card.answer.is_cut:
        if card.evidence.readings:
            row_.append(verb("Check claims", actions.check, f"Check claims of answer {number}, with the full text"))
        else:
            row_.append(verb("Full text", actions.full, f"Full text of answer {number}"))
    return row_


def _card_menu(card: OpenCard) -> OverflowMenu:
    claim = MenuChoice.GIVE_BACK if card.claimant else MenuChoice.CLAIM
    choices = (claim, MenuChoice.WHY, MenuChoice.HISTORY, MenuChoice.HAND_OVER)
    return menu(card.view, ActionId.MORE, choices)


def why_here(card: OpenCard) -> str:
    """The grey line: "Not verified", why it is here, until when, from which model, its number."""
    view = card.view
    parts = ["*Not verified*"]
    if card.blind:
        parts += ["Held"] * view.task.hold + ["Blind: marks, model and risk show once decided"]
    elif card.show is Show.ALL:
        parts.append(f"{reason_words(view)}, risk {risk_words(card.evidence.risk)}")
    else:
        parts.append(reason_words(view))
    if view.task.due_at and not view.task.hold:
        parts.append(f"due {clock.token(view.task.due_at, card.options.zone, seen_on=view.task.created_at)}")
    if not card.blind:
        parts.append(model_words(view.output))
    parts.append(_opinion(view))
    if earlier := earlier_messages(view.output):
        parts.append(f"{counted(earlier, 'earlier message')} in {card.where_more}")
    if is_waited_for(view):
        parts.append("Approve or Edit sends it at once" if view.task.quorum == 1 else "sent when the verdicts agree")
    return DOT.join([*(part for part in parts if part), f"#{view.task.number}"])


def _opinion(view: TaskView) -> str:
    """ "second opinion" where one verdict is in; "2 verdicts decide" where none is; nothing where one decides."""
    if view.task.quorum == 1:
        return ""
    given = len(votes_in(view))
    return f"{ORDINALS.get(given, 'another')} opinion" if given else f"{view.task.quorum} verdicts decide"

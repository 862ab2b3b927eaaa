"""Everything there is to read of a task: the conversation, the whole answer, and every passage."""

from __future__ import annotations

from collections.abc import Sequence

from slackblocks import Block, RichTextElement, RichTextObject

from bot.slack.cards.evidence import Evidence, Source, answer_elements, excerpt
from bot.slack.cards.parts import EMPTY_ANSWER, NO_QUESTION
from bot.slack.cutting import pieces, size
from bot.slack.forms.pages import chunks, cost
from bot.slack.text import counted, host, isolated, link_address, one_line, shortened, visible
from bot.slack.wire import bold, grey, line, linked, plain, quote_bar, rich, section
from reviewers.model import Message, TaskView

BLOCK_LENGTH = 3000
NUMBERS_LENGTH = 400  # of a block, kept free for the claims' numbers
PAGE_BYTES = 60_000  # of answer on one page
PASSAGE_BYTES = 40_000  # of further passages on one page
ASKED_BYTES = 60_000  # of the conversation
PAGE_BLOCKS = 40
TITLE_LENGTH = 150
EARLIER_BLOCKS = 4  # of the conversation before the question, the newest part of it
QUESTION_BLOCKS = 2
PASSAGE_LENGTH = 600
PASSAGES = 60
ROLES = {"user": "Person", "assistant": "Model", "tool": "Tool"}


def conversation_blocks(view: TaskView) -> list[Block]:
    """The question whole, after the messages that went before it."""
    question = visible(view.output.question).strip() or NO_QUESTION
    parts = list(pieces(question, BLOCK_LENGTH))
    blocks: list[Block] = [rich(section([bold(part)])) for part in parts[:QUESTION_BLOCKS]]
    rest = sum(len(part) for part in parts[QUESTION_BLOCKS:])
    if rest:
        blocks.append(grey(f"… *{counted(rest, 'more character')}* of the question (of {len(question):,})"))
    return [*_earlier(view, ASKED_BYTES - sum(map(cost, parts[:QUESTION_BLOCKS]))), *blocks]


def _earlier(view: TaskView, budget: int) -> list[Block]:
    """Earlier turns, as many of the newest as fit."""
    turns = _earlier_turns(view)
    if not turns:
        return []
    spoken = [(ROLES.get(turn.role, one_line(turn.role)), visible(turn.content).strip()) for turn in turns]
    kept: list[tuple[str, str]] = []
    room = EARLIER_BLOCKS * (BLOCK_LENGTH - 200)
    for role, words in reversed(spoken):
        budget -= cost(words)
        if size(words) > room or budget < 0:
            break
        kept.insert(0, (role, words))
        room -= size(words) + size(role) + 3
    note = f"Earlier in the conversation, {counted(len(turns), 'message')}"
    if len(kept) < len(turns):
        note += f"; the {len(turns) - len(kept)} before these are not shown"
    return [grey(note), *_turns(kept), line()]


def _earlier_turns(view: TaskView) -> list[Message]:
    turns = [turn for turn in view.output.prompt if turn.role != "system"]
    last = max((place for place, turn in enumerate(turns) if turn.role == "user"), default=None)
    return [turn for place, turn in enumerate(turns) if place != last or not turn.content]


def _turns(spoken: Sequence[tuple[str, str]]) -> list[Block]:
    blocks: list[Block] = []
    elements: list[RichTextElement] = []
    length = 0
    for role, words in spoken:
        for place, part in enumerate(pieces(words, BLOCK_LENGTH - 100) if words else [""]):
            if elements and length + size(part) > BLOCK_LENGTH - 60:
                blocks.append(rich(section(elements)))
                elements, length = [], 0
            head = [bold(f"{shortened(role, 20)}  ")] if place == 0 else []
            elements += [*head, plain(f"{part}\n")]
            length += size(part) + 24
    return [*blocks, rich(section(elements))] if elements else blocks


def answer_pages(view: TaskView, evidence: Evidence) -> list[list[Block]]:
    """The whole answer with its claims' numbers, in as many blocks and pages as it takes.

    A page ends long before Slack's 250 kB of a view, which a text in Chinese reaches six times sooner than English.
    """
    text = view.output.completion
    if not visible(text).strip():
        return [[rich(quote_bar([plain(EMPTY_ANSWER)]))]]
    pages: list[list[Block]] = [[]]
    start, weight = 0, 0
    for part in pieces(text, BLOCK_LENGTH - NUMBERS_LENGTH):
        inside = [r for r in evidence.readings if start < r.claim.span.end <= start + len(part)]
        heavy = cost(part)
        if pages[-1] and (weight + heavy > PAGE_BYTES or len(pages[-1]) == PAGE_BLOCKS):
            pages.append([])
            weight = 0
        pages[-1].append(rich(quote_bar(answer_elements(part, inside, start=start))))
        start += len(part)
        weight += heavy
    return pages


def other_passages(evidence: Evidence) -> list[list[Block]]:
    """The passages that stand with no claim, page by page: further ones of a claim, and those the application gave."""
    with_claims = {source.letter for source in evidence.letters(evidence.readings)}
    others = [source for source in evidence.sources if source.letter not in with_claims]
    if not others:
        return []
    shown = others[:PASSAGES]
    title = "Other passages" if with_claims else "Passages"
    costs = [cost(source.passage.text[:PASSAGE_LENGTH]) + cost(source.title) + 400 for source in shown]
    pages: list[list[Block]] = []
    for some in chunks(costs, PASSAGE_BYTES, len(shown)):
        blocks = [rich(*objects) for objects in _grouped(shown[some.start : some.stop])]
        pages.append([line(), rich(section([bold(title)])), *blocks])
    if len(others) > len(shown):
        pages[-1].append(grey(f"{counted(len(others) - len(shown), 'more passage')}, not shown"))
    return pages


def _grouped(sources: Sequence[Source]) -> list[list[RichTextObject]]:
    """Passages with their titles, as many in a block as fit."""
    groups: list[list[RichTextObject]] = []
    room = 0
    for source in sources:
        quote = [plain("“"), *excerpt(source.passage.text, (), PASSAGE_LENGTH), plain("”")]
        if room < PASSAGE_LENGTH + 300:
            groups.append([])
            room = BLOCK_LENGTH
        groups[-1] += [section([bold(f"[{source.letter}]  "), *source_elements(source)]), quote_bar(quote)]
        room -= PASSAGE_LENGTH + 300
    return groups


def source_elements(source: Source) -> list[RichTextElement]:
    """The title, linked where the address allows it, and its host in plain letters."""
    address = link_address(source.passage.address)
    title = isolated(shortened(source.title, TITLE_LENGTH))
    name = host(source.passage.address)
    shown: list[RichTextElement] = [linked(address, title) if address else plain(title)]
    return [*shown, plain(f"  {name}")] if name and name != title else shown

"""The view "Check claims": the whole text, every claim with its passages, a person's marks, and the verdict at the end.

Read all, Full text and Change my verdict open the same view. Evidence first, claim second, choice third, nothing
preset. Over 20 claims it has pages; then every tap is sent at once, so that closing the view loses no mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from slackblocks import (
    Block,
    CheckboxGroup,
    Element,
    InputBlock,
    PlainText,
    RadioButtonGroup,
    RichTextElement,
    StaticSelectMenu,
)

from bot.slack import text
from bot.slack.cards.evidence import SHAPES, WORDS, Evidence, evidence_of, excerpt
from bot.slack.cards.options import CardOptions
from bot.slack.forms.fields import context_of
from bot.slack.forms.marks import BESIDE
from bot.slack.forms.pages import chunks, cost
from bot.slack.forms.whole_text import answer_pages, conversation_blocks, other_passages, source_elements
from bot.slack.ids import ActionId, BlockId, CallbackId, Show
from bot.slack.text import circled, counted, shortened
from bot.slack.values import ButtonValue, ClaimValue
from bot.slack.wire import Wire, bold, button, grey, line, modal, option, plain, quote_bar, rich, row, section, symbol
from reviewers.model import ClaimMark, ClaimReading, Mark, Reading, TaskView

PAGE = 20  # claims on a page
FOLDED_FROM = 5  # supported claims: more than four are folded away
BLOCKS = 100  # of a modal
PASSAGE_LENGTH = 600
CLAIM_LENGTH = 300  # of a claim in the label above the choices; the whole of it stands in the answer above
BLOCKS_A_CLAIM = 3
CLAIM_BYTES = 60_000  # of claims on one page
CHOICE_BYTES = 1200  # of a claim's choices
FRAME = 9  # grey lines, thin lines and buttons around the claims

KEEP = "none"  # the choice that decides nothing
MARK_WORDS = {Mark.RIGHT: "Right", Mark.WRONG: "Wrong", Mark.NOT_IN_SOURCES: "Not in the sources"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimPage:
    """One drawing of the view."""

    view: TaskView
    show: Show
    display: CardOptions
    evidence: Evidence
    marks: dict[int, ClaimMark]
    choice: str
    read_only: bool
    page: int
    unfolded: bool

    @property
    def blind(self) -> bool:
        """Before a blind verdict the machine's words stay hidden."""
        return self.show is Show.BLIND and self.view.resolution is None

    @property
    def paged(self) -> bool:
        """Whether marks are sent at every tap."""
        return len(self.evidence.readings) > PAGE

    @property
    def listed(self) -> list[ClaimReading]:
        """The claims in the order of the view; folded ones are left out."""
        if self.blind:
            return list(self.evidence.readings)
        return self.evidence.doubtful + (self.evidence.supported if not self.folds else [])

    @property
    def folds(self) -> bool:
        """Whether the supported claims hide behind a button."""
        return not self.blind and not self.unfolded and len(self.evidence.supported) >= FOLDED_FROM


def claim_view(
    view: TaskView,
    *,
    display: CardOptions,
    marks: Sequence[ClaimMark] = (),
    page: int = 0,
    unfolded: bool = False,
    choice: str = KEEP,
    read_only: bool = False,
) -> Wire:
    """Draw the view.

    Args:
        view: the task.
        display: the settings of the surfaces.
        marks: the person's marks so far; they stand in the form again.
        page: which page, from 0; beyond the last one it is the last one.
        unfolded: also show supported claims that would be folded away.
        choice: what is chosen for the whole answer; a VerdictKind's value or "none".
        read_only: for somebody who may not decide: no inputs, no submit.
    """
    drawn = ClaimPage(
        view=view,
        show=Show(view.task.show),
        display=display,
        evidence=evidence_of(view),
        marks={mark.claim_number: mark for mark in marks},
        choice=choice,
        read_only=read_only,
        page=page,
        unfolded=unfolded,
    )
    blocks, place = _blocks(drawn)
    context = replace(context_of(view), page=place, unfolded=unfolded)
    return modal(
        "Check claims" if drawn.evidence.readings else "Full text",
        blocks,
        callback_id=CallbackId.NOTHING if read_only else CallbackId.CLAIMS,
        private_metadata=context.to_json(),
        close="Close",
        submit=None if read_only else "Save",
        tag=f"claims{place}",
    )


def _blocks(drawn: ClaimPage) -> tuple[list[Block], int]:
    """All blocks of the page, and which page it became."""
    asked = conversation_blocks(drawn.view)
    answer = answer_pages(drawn.view, drawn.evidence)
    rest = other_passages(drawn.evidence)
    end = [] if drawn.read_only else [line(), _whole_answer_input(drawn)]
    listed = drawn.listed
    room = BLOCKS - len(asked) - max(map(len, answer)) - max(map(len, rest), default=0) - len(end) - FRAME
    runs = chunks(list(map(_cost, listed)), CLAIM_BYTES, max(1, min(PAGE, room // BLOCKS_A_CLAIM)))
    before = max(len(answer), len(runs))  # pages until the last claim; the other passages begin on that one
    pages = before + max(0, len(rest) - 1)
    place = min(max(0, drawn.page), pages - 1)
    top = [*asked, *answer[0]] if place == 0 else _top_again(asked, answer, place)
    if place == 0 and len(answer) > 1:
        top.append(grey("The answer goes on under Next."))
    run = runs[place] if place < len(runs) else range(0)
    claims = _claims(drawn, listed[run.start : run.stop])
    middle = [*_heading(drawn), *claims, *_buttons(drawn, run, len(listed), place, pages)]
    others = rest[place - before + 1] if 0 <= place - before + 1 < len(rest) else []
    return [*top, *middle, *others, *end], place


def _cost(reading: ClaimReading) -> int:
    """Bytes of a claim on the page, about."""
    passage = reading.passages[0].text[:PASSAGE_LENGTH] if reading.passages else ""
    return cost(passage) + cost(reading.claim.text[:CLAIM_LENGTH]) + CHOICE_BYTES


def _top_again(asked: list[Block], answer: list[list[Block]], place: int) -> list[Block]:
    """The head of a later page: the question, and the rest of a very long answer."""
    if place < len(answer):
        return [*asked[-1:], *answer[place]]
    return [*asked[-1:], grey("The whole answer stands on the first page.")]


def _heading(drawn: ClaimPage) -> list[Block]:
    count = len(drawn.evidence.readings)
    if not count:
        words = "No claims: the answer states no facts."
        if not drawn.evidence.checked:
            words = "Claims not checked: the checker did not answer. Judge the answer as it stands."
        return [grey(words)]
    how = "each with the closest passage" if drawn.blind else f"{_tally(drawn.evidence)}, as the machine reads them"
    joint = ", " if drawn.blind else ": "
    words = f"{counted(count, 'claim')}{joint}{how}."
    if not drawn.read_only:
        words += " Your marks are kept one by one; leave out what you do not know."
    return [grey(words), line()]


def _tally(evidence: Evidence) -> str:
    """ "1 contradicted, 1 without source, 2 supported"."""
    names = {
        Reading.CONTRADICTED: "contradicted",
        Reading.UNCLEAR: "unclear",
        Reading.NO_SOURCE: "without source",
        Reading.SUPPORTED: "supported",
    }
    found = {kind: sum(reading.reading is kind for reading in evidence.readings) for kind in names}
    return ", ".join(f"{found[kind]} {name}" for kind, name in names.items() if found[kind])


def _claims(drawn: ClaimPage, shown: Sequence[ClaimReading]) -> Iterator[Block]:
    for place, reading in enumerate(shown):
        supported = reading.reading is Reading.SUPPORTED and not drawn.blind
        if supported and place and shown[place - 1].reading is not Reading.SUPPORTED:
            yield line()
        yield _evidence_block(drawn, reading)
        if drawn.read_only:
            continue
        yield _mark_input(drawn, reading, select=supported)
        if not supported:
            yield _below(drawn, reading)


def _evidence_block(drawn: ClaimPage, reading: ClaimReading) -> Block:
    """What the source says, before what the answer says."""
    head: list[RichTextElement] = [bold(f"{circled(reading.claim.number)}  ")]
    if not drawn.blind:
        head += [symbol(SHAPES[reading.reading]), bold(f" {WORDS[reading.reading]}")]
    if not reading.passages:
        return rich(section([*head, plain("" if drawn.blind else "  "), plain("No passage comes near.")]))
    source = drawn.evidence.source(reading.passages[0])
    joint = "" if drawn.blind else "  Closest passage: " if reading.reading is Reading.NO_SOURCE else "  by "
    marked = () if drawn.blind else reading.differing
    quote = [plain("“"), *excerpt(source.passage.text, marked, PASSAGE_LENGTH), plain("”")]
    return rich(section([*head, plain(joint), *source_elements(source)]), quote_bar(quote))


def _mark_input(drawn: ClaimPage, reading: ClaimReading, *, select: bool) -> Block:
    number = reading.claim.number
    kept = drawn.marks.get(number)
    label = f"{circled(number)} Answer: {text.isolated(shortened(text.one_line(reading.claim.text), CLAIM_LENGTH))}"
    options = [option(words, mark.value) for mark, words in MARK_WORDS.items()]
    chosen = kept.mark.value if kept and kept.mark else None
    element: RadioButtonGroup | StaticSelectMenu
    if select:
        options.append(option("Passage beside the point", BESIDE))
        if chosen is None and kept and kept.passage_beside_the_point:
            chosen = BESIDE
        element = StaticSelectMenu(
            action_id=ActionId.CLAIM_MARK,
            options=options,
            initial_option=next((entry for entry in options if entry.value == chosen), None),
            placeholder=PlainText("Your mark"),
        )
    else:
        initial = next((entry for entry in options if entry.value == chosen), None)
        element = RadioButtonGroup(action_id=ActionId.CLAIM_MARK, options=options, initial_option=initial)
    return InputBlock(
        PlainText(label),
        element,
        block_id=f"{BlockId.CLAIM}{number}",
        dispatch_action=drawn.paged,
        optional=True,
    )


def _below(drawn: ClaimPage, reading: ClaimReading) -> Block:
    """The tick of the passage, and the claim's own edit."""
    number = reading.claim.number
    value = ClaimValue(task_id=drawn.view.task.task_id, number=number).to_json()
    ticks = [_passage_tick(drawn, reading)] if reading.passages and not drawn.blind else []
    edit = button(f"Edit {circled(number)}", ActionId.CLAIM_EDIT, value, f"Edit claim {number} by itself")
    return row(f"{BlockId.PASSAGE}{number}", [*ticks, edit])


def _passage_tick(drawn: ClaimPage, reading: ClaimReading) -> Element:
    number = reading.claim.number
    tick = option("This passage is beside the point", f"{BESIDE}:{number}")
    kept = drawn.marks.get(number)
    ticked = [tick] if kept and kept.passage_beside_the_point else None
    return CheckboxGroup(action_id=ActionId.PASSAGE_MARK, options=[tick], initial_options=ticked)


def _buttons(drawn: ClaimPage, run: range, listed: int, place: int, pages: int) -> Iterator[Block]:
    value = ButtonValue(task_id=drawn.view.task.task_id).to_json()
    if pages > 1:
        if run:
            yield grey(f"Claims {run.start + 1} to {run.stop} of {listed}")
        turns: list[Element] = []
        if place:
            turns.append(button("Back", ActionId.PREVIOUS_PAGE, value, "Back to the page before"))
        if place < pages - 1:
            turns.append(button("Next", ActionId.NEXT_PAGE, value, "Go on to the next page"))
        yield row("turn", turns)
    if drawn.folds and place == pages - 1:
        label = f"Show {counted(len(drawn.evidence.supported), 'supported claim')}"
        yield line()
        yield row("fold", [button(label, ActionId.SHOW_SUPPORTED, value, label)])


def _whole_answer_input(drawn: ClaimPage) -> Block:
    claims = bool(drawn.evidence.readings)
    options = [
        option("Approve", "approve"),
        option("Edit", "edit", "Opens the answer, wrong claims first" if claims else "Opens the answer"),
        option("Reject", "reject", "Asks for the reason"),
        option("Only keep the marks" if claims else "No verdict now", KEEP),
    ]
    chosen = next((entry for entry in options if entry.value == drawn.choice), options[-1])
    element = RadioButtonGroup(action_id=ActionId.WHOLE_ANSWER, options=options, initial_option=chosen)
    return InputBlock(PlainText("The whole answer"), element, block_id=BlockId.WHOLE_ANSWER)

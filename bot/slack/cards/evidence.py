"""The claims and their passages: which source has which letter, and what the card says of each claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slackblocks import RichTextElement

from bot.slack import text
from bot.slack.cutting import cut
from bot.slack.text import circled, quoted, shortened, visible
from bot.slack.wire import bold, plain, symbol
from reviewers.model import ClaimReading, Output, Passage, Reading, Risk, Span, TaskView

LINE_LENGTH = 160  # characters of a doubtful line
PASSAGE_LENGTH = 140  # of a passage on a card
SOURCE_LINE_LENGTH = 2600  # of the grey line, links and all; Slack takes 3,000
NUMBERS_SHOWN = 6  # supported claims named by number; more are counted

SHAPES = {
    Reading.SUPPORTED: "large_green_circle",
    Reading.UNCLEAR: "large_orange_diamond",
    Reading.CONTRADICTED: "small_red_triangle",
    Reading.NO_SOURCE: "large_blue_square",
}
WORDS = {
    Reading.SUPPORTED: "Supported",
    Reading.UNCLEAR: "Unclear",
    Reading.CONTRADICTED: "Contradicted",
    Reading.NO_SOURCE: "No source",
}
# What a reviewer has to look at first.
DOUBT_ORDER = (Reading.CONTRADICTED, Reading.UNCLEAR, Reading.NO_SOURCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A passage with its letter."""

    letter: str
    passage: Passage

    @property
    def title(self) -> str:
        """ "Card fees 2026 › Cash abroad"; the host where the source has no title."""
        parts = [text.one_line(part) for part in (self.passage.title, self.passage.heading)]
        return " › ".join(part for part in parts if part) or text.host(self.passage.address) or "Untitled source"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the machine reviewers found for one output."""

    readings: tuple[ClaimReading, ...]  # in the order of the answer
    sources: tuple[Source, ...]  # every passage: the claims' best ones first, then theirs after that, then the rest
    checked: bool  # False: the checker did not answer
    risk: Risk | None
    documents_searched: int

    @property
    def doubtful(self) -> list[ClaimReading]:
        """Contradicted, then unclear, then without source."""
        rank = {reading: place for place, reading in enumerate(DOUBT_ORDER)}
        found = [reading for reading in self.readings if reading.reading in rank]
        return sorted(found, key=lambda reading: (rank[reading.reading], reading.claim.number))

    @property
    def supported(self) -> list[ClaimReading]:
        """In the order of the answer."""
        return [reading for reading in self.readings if reading.reading is Reading.SUPPORTED]

    def source(self, passage: Passage) -> Source:
        """The passage's letter."""
        return next(source for source in self.sources if _same(source.passage, passage))

    def letters(self, readings: Iterable[ClaimReading]) -> list[Source]:
        """The best source of each reading, each once, by letter."""
        best = [self.source(reading.passages[0]) for reading in readings if reading.passages]
        return [source for source in self.sources if source in best]


def evidence_of(view: TaskView) -> Evidence:
    """Gather the claims and give every passage its letter."""
    assessment = view.assessment
    readings = assessment.readings if assessment else ()
    found: dict[tuple[str, str, str], Passage] = {}
    for passage in _in_order(readings, view.output):
        found.setdefault((passage.origin, passage.passage_id, passage.text), passage)
    return Evidence(
        readings=tuple(sorted(readings, key=lambda reading: reading.claim.number)),
        sources=tuple(
            Source(letter=text.letter(place), passage=passage) for place, passage in enumerate(found.values())
        ),
        checked=assessment is not None and (bool(readings) or not assessment.failure),
        risk=assessment.risk if assessment else None,
        documents_searched=assessment.documents_searched if assessment else 0,
    )


def _in_order(readings: Sequence[ClaimReading], output: Output) -> list[Passage]:
    ordered = sorted(readings, key=lambda reading: reading.claim.number)
    best = [reading.passages[0] for reading in ordered if reading.passages]
    others = [passage for reading in ordered for passage in reading.passages[1:]]
    return [*best, *others, *output.passages]


def _same(one: Passage, other: Passage) -> bool:
    return (one.origin, one.passage_id, one.text) == (other.origin, other.passage_id, other.text)


def answer_elements(answer: str, readings: Sequence[ClaimReading], *, start: int = 0) -> list[RichTextElement]:
    """The answer's words with the claims' numbers at their ends; `answer` begins at character `start` of the output."""
    elements: list[RichTextElement] = []
    place = 0
    for reading in sorted(readings, key=lambda reading: (reading.claim.span.end, reading.claim.number)):
        end = reading.claim.span.end - start
        if not place <= end <= len(answer) or end == 0:
            continue
        spoken = visible(answer[place:end])
        blank = " " if answer[end : end + 1] == " " else ""
        elements.append(plain(spoken if not spoken or spoken[-1].isspace() else f"{spoken} "))
        elements.append(bold(circled(reading.claim.number) + blank))
        place = end + len(blank)
    elements.append(plain(visible(answer[place:])))
    return elements


def excerpt(passage: str, marked: Sequence[Span], limit: int) -> list[RichTextElement]:
    """The words of a passage around the marked ones, which are bold; "…" where something is left out."""
    low, high = _window(passage, marked, limit)
    elements: list[RichTextElement] = [plain("… " if low > 0 else "")]
    place = low
    for span in sorted(marked, key=lambda span: span.start):
        if span.start < place or span.end > high:
            continue
        elements += [plain(_flat(passage[place : span.start])), bold(_flat(passage[span.start : span.end]))]
        place = span.end
    elements += [plain(_flat(passage[place:high])), plain(" …" if high < len(passage.rstrip()) else "")]
    return elements


def _window(passage: str, marked: Sequence[Span], limit: int) -> tuple[int, int]:
    """Which characters to show: from the start when the marked words are near it, else around the first of them."""
    if len(passage) <= limit:
        return 0, len(passage)
    first = min((span.start for span in marked if span.end <= len(passage)), default=0)
    low = 0
    if first > limit * 2 // 3:
        low = first - limit // 3
        blank = passage.find(" ", low, first)
        low = blank + 1 if blank >= 0 else low
    return low, low + len(cut(passage[low:], limit - 4).shown.rstrip())


def _flat(words: str) -> str:
    return visible(words).replace("\n", " ")


def doubt_elements(reading: ClaimReading, evidence: Evidence, *, in_sight: bool) -> list[RichTextElement]:
    """One line for a doubtful claim: number, shape, word, and what the source says."""
    head: list[RichTextElement] = [
        bold(f"{circled(reading.claim.number)}  "),
        symbol(SHAPES[reading.reading]),
        bold(f" {WORDS[reading.reading]}"),
    ]
    if reading.reading is Reading.NO_SOURCE or not reading.passages:
        return head + _unsourced(reading, in_sight=in_sight)
    room = PASSAGE_LENGTH
    said: list[RichTextElement] = [plain("  ")]
    if not in_sight:
        answer = quoted(shortened(text.one_line(reading.claim.text), 60))
        said = [plain(f"  Answer: {answer}. ")]
        room = LINE_LENGTH - len(answer) - 30
    return head + said + source_words(reading, evidence, room)


def source_words(reading: ClaimReading, evidence: Evidence, room: int) -> list[RichTextElement]:
    """ "Source: “… **€ 3.50** per withdrawal” [A]"; only for a reading with a passage."""
    passage = reading.passages[0]
    before, after = text.isolates(passage.text)
    return [
        plain(f"Source: “{before}"),
        *excerpt(passage.text, reading.differing, room),
        plain(f"{after}” [{evidence.source(passage).letter}]"),
    ]


def unsourced_words(reading: ClaimReading) -> str:
    """The words of the claim that no passage contains, from the first to the last; empty when that is all of it."""
    spans = [span for span in reading.unsupported if span.end <= len(reading.claim.text)]
    if not spans:
        return ""
    words = reading.claim.text[min(span.start for span in spans) : max(span.end for span in spans)]
    return words if len(words) < 0.9 * len(reading.claim.text) else ""


def _unsourced(reading: ClaimReading, *, in_sight: bool) -> list[RichTextElement]:
    words = unsourced_words(reading) or ("" if in_sight else reading.claim.text)
    if not words:
        return []
    return [plain(f"  for {quoted(shortened(text.one_line(words), LINE_LENGTH - 40))}")]


def supported_elements(evidence: Evidence) -> list[RichTextElement]:
    """The one line for everything that is supported."""
    supported = evidence.supported
    numbers = [reading.claim.number for reading in supported]
    many = len(numbers) > NUMBERS_SHOWN
    who = f"{len(numbers)} {'others' if evidence.doubtful else 'claims'}" if many else text.numbers(numbers)
    letters = "" if many else "".join(f" [{source.letter}]" for source in evidence.letters(supported))
    return [
        bold(f"{who}  "),
        symbol(SHAPES[Reading.SUPPORTED]),
        bold(" Supported"),
        plain(f" {letters}" if letters else ""),
    ]


def source_line(sources: Sequence[Source], more: int, where: str) -> str:
    """The grey line of sources: letter, linked title, host once when all share it, and how many more there are.

    When long addresses would fill the line, later titles stand without their link, and the last ones are only counted.
    """
    hosts = {text.host(source.passage.address) for source in sources}
    one_host = hosts.pop() if len(hosts) == 1 else None
    parts: list[str] = []
    room = SOURCE_LINE_LENGTH
    for place, source in enumerate(sources):
        part = next((form for form in _source_forms(source, one_host is None) if len(form) <= room), None)
        if part is None:
            more += len(sources) - place
            break
        parts.append(part)
        room -= len(part) + 2
    if one_host:
        parts.append(f"({text.escape(one_host)})")
    if more:
        parts.append(f"{more} more in {where}")
    return "  ".join(parts)


def _source_forms(source: Source, with_host: bool) -> list[str]:
    """The source in the line, with its link and without."""
    own = text.host(source.passage.address) if with_host else ""
    beside = f" ({text.escape(own)})" if own else ""
    addresses = (source.passage.address, "")
    return [f"[{source.letter}] {text.title_link(source.title, address)}{beside}" for address in addresses]

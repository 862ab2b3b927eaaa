"""The last step of a card: what is dropped when it would be too large for Slack, or too long to read.

The order is the design's (surfaces, section 0): the supported line, the sources line, the third and the second doubtful
claim. What is dropped stands in the claim view.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from slackblocks import Block, RichTextElement

from bot.slack.wire import Wire, plain, rendered, rich, section, weight

CHARACTERS = 10_000  # Slack refuses somewhere between 11,341 and 13,200 over all blocks, and does not say so
BLOCKS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """The claims of a card, one line each."""

    doubts: tuple[tuple[RichTextElement, ...], ...]
    supported: tuple[RichTextElement, ...]
    unshown: int  # doubtful claims without a line
    where: str  # the button behind which they stand

    def block(self) -> list[Block]:
        """All lines in one block."""
        lines = [*self.doubts]
        if self.unshown:
            lines.append((plain(f"{self.unshown} more in {self.where}"),))
        if self.supported:
            lines.append(self.supported)
        elements = [element for line in lines for element in (*line, plain("\n"))]
        return [rich(section(elements[:-1]))] if elements else []


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """A card in its parts, from top to bottom."""

    top: Sequence[Block]
    lines: Lines | None
    middle: Sequence[Block]  # evidence of another kind than lines
    sources: Sequence[Block]
    bottom: Sequence[Block]

    def blocks(self) -> list[Block]:
        """The whole card."""
        lines = self.lines.block() if self.lines else []
        return [*self.top, *lines, *self.middle, *self.sources, *self.bottom]


def within_budget(layout: Layout, tag: str) -> list[Wire]:
    """Render the fullest form of the card that fits."""
    blocks: list[Wire] = []
    for form in _forms(layout):
        blocks = rendered(form.blocks(), tag)
        if len(blocks) <= BLOCKS and weight(blocks) <= CHARACTERS:
            break
    return blocks


def _forms(layout: Layout) -> Iterator[Layout]:
    yield layout
    lines = layout.lines
    if lines is not None:
        lines = replace(lines, supported=())
        layout = replace(layout, lines=lines)
        yield layout
    layout = replace(layout, sources=())
    yield layout
    while lines is not None and len(lines.doubts) > 1:
        lines = replace(lines, doubts=lines.doubts[:-1], unshown=lines.unshown + 1)
        layout = replace(layout, lines=lines)
        yield layout

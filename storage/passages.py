"""Cuts a document into passages with langchain's splitter, each with its heading and its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from storage.documents import Block, Document

# Raise it with any change below or in what is read of a document: all are then cut anew at the next `sources add`. What
# it was before goes to EARLIER, so that a document whose bytes are the same is known to say what it said.
SPLITTING = "headings-2"
EARLIER = ("headings-1",)
LENGTH = 600  # characters: what the claim view quotes at once, and what MiniLM reads of a text
OVERLAP = 0  # blocks are kept whole where they fit, so that nothing needs to be said twice


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A passage of a document before it has an id."""

    text: str
    heading: str
    position: int


def pieces(document: Document) -> Iterator[Piece]:
    """Passages of one heading each, at most LENGTH characters, cut at paragraphs, else sentences, else words."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=LENGTH,
        chunk_overlap=OVERLAP,
        add_start_index=True,
        keep_separator="end",
        separators=["\n", ". ", "! ", "? ", "。", "！", "？", "; ", ", ", " ", ""],
    )
    for heading, group in groupby(document.blocks, key=lambda block: block.heading):
        section = list(group)
        text, starts = _joined(section)
        for found in splitter.create_documents([text]):
            start = max(0, int(found.metadata["start_index"]))
            block = bisect_right(starts, start) - 1
            yield Piece(
                text=found.page_content.strip(),
                heading=heading,
                position=section[block].position + (start - starts[block] if len(section[block].text) > LENGTH else 0),
            )


def _joined(section: list[Block]) -> tuple[str, list[int]]:
    """The blocks of a section on lines of their own, and where each begins."""
    starts, length = [], 0
    for block in section:
        starts.append(length)
        length += len(block.text) + 1
    return "\n".join(block.text for block in section), starts

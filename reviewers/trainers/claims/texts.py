"""The passages that claims are made from: shipped with the project, or of a file of one's own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewers.errors import Invalid

SHIPPED = Path(__file__).parent / "data" / "passages.jsonl.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceText:
    """A passage in sentences; the lines of a conversation begin with "Name: "."""

    source: str  # which collection it is of; neighbours of one collection follow each other
    sentences: tuple[str, ...]


def read_texts(path: Path = SHIPPED) -> list[SourceText]:
    """The passages of a JSONL file, gzipped or not, with `source` and `sentences`. Raises Invalid (`texts`)."""
    try:
        return list(_texts(path))
    except (OSError, EOFError) as error:
        raise Invalid("texts", f"{path} cannot be read: {type(error).__name__}.") from error


def _texts(path: Path) -> Iterator[SourceText]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                yield SourceText(source=str(row["source"]), sentences=tuple(str(one) for one in row["sentences"]))
            except (ValueError, KeyError, TypeError) as error:
                raise Invalid("texts", f"Line {number} of {path} has no source and sentences.") from error

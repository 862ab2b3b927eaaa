"""The example data, read into types: real outputs with what people found, and the documents that ground them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reviewers.model import JsonValue, Message, Passage

DATA = Path(__file__).resolve().parent / "data"
DOCUMENTS = DATA / "documents"
OUTPUTS = DATA / "outputs.jsonl"
ATTRIBUTION = DATA / "ATTRIBUTION.md"


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One real output and what the people who made its data set found."""

    output_id: str
    source_set: str
    licence: str
    model: str  # as the data set names the system, else the set's name
    model_version: str
    tags: tuple[str, ...]  # the source set and the topic
    prompt: tuple[Message, ...]
    completion: str
    passages: tuple[Passage, ...]  # empty: it relies on the documents
    hold: bool
    label: int  # people found it grounded (0) or not (1)
    correction: str | None  # another text of the set that people found right; never written by us
    correction_from: str  # where that text comes from
    document: str  # the file name of the document that grounds it; empty: its own passages do
    heading: str  # the heading in that document

    def body(self, created_at: datetime) -> dict[str, JsonValue]:
        """What `POST /v1/outputs` takes. The label and the correction stay here: the machine must not see them."""
        return {
            "output_id": self.output_id,
            "prompt": [{"role": turn.role, "content": turn.content} for turn in self.prompt],
            "completion": self.completion,
            "model": self.model,
            "model_version": self.model_version,
            "tags": list(self.tags),
            "passages": [
                {
                    "passage_id": passage.passage_id,
                    "text": passage.text,
                    "title": passage.title,
                    "heading": passage.heading,
                    "position": passage.position,
                }
                for passage in self.passages
            ],
            "hold": self.hold,
            "created_at": created_at.isoformat(),
            "metadata": {"example": True, "licence": self.licence},
        }


def examples(path: Path = OUTPUTS) -> tuple[Example, ...]:
    """All examples in the order of the file, which is a shuffle that never changes."""
    with path.open(encoding="utf-8") as lines:
        return tuple(_example(json.loads(line)) for line in lines)


def documents(folder: Path = DOCUMENTS) -> tuple[Path, ...]:
    """The Markdown documents, by name."""
    return tuple(sorted(folder.glob("*.md")))


def _example(raw: dict[str, Any]) -> Example:
    return Example(
        output_id=raw["output_id"],
        source_set=raw["source_set"],
        licence=raw["licence"],
        model=raw["model"],
        model_version=raw["model_version"],
        tags=tuple(raw["tags"]),
        prompt=tuple(Message(role=turn["role"], content=turn["content"]) for turn in raw["prompt"]),
        completion=raw["completion"],
        passages=tuple(Passage(**passage) for passage in raw["passages"]),
        hold=raw["hold"],
        label=raw["label"],
        correction=raw["correction"],
        correction_from=raw["correction_from"] or "",
        document=raw["document"] or "",
        heading=raw["heading"] or "",
    )

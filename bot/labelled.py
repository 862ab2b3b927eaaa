"""Labelled outputs from a JSONL file; every mistake is told with its line, and nothing is measured with one in it.

One JSON object a line: `id`, `output`, `context` (what the output is held against: text, or a list of texts) and
`label` (1 wrong, 0 right); `source_set` and `question` may be left out. Other fields are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from bot.mistakes import SettingsMistakes
from reviewers.workflow.evaluating import LabelledOutput

TOLD = 20  # mistakes that are told; the rest follows once these are mended
UNNAMED = "unnamed"  # the source set of rows that name none


def read_labelled(file: Path) -> list[LabelledOutput]:
    """The rows in the order of the file. Raises SettingsMistakes with a line for each mistake."""
    found: list[LabelledOutput] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    with file.open("rb") as opened:
        for number, line in enumerate(opened, start=1):
            if not line.strip():
                continue
            row, faults = _row(line)
            if row is not None and row.output_id in lines:
                faults = [f"id {row.output_id!r} stands in line {lines[row.output_id]} too"]
            if row is not None and not faults:
                lines[row.output_id] = number
                found.append(row)
            problems += [f"{file.name}, line {number}: {fault}" for fault in faults]
    if not found and not problems:
        problems = [f"{file.name} has no rows"]
    if problems:
        more = [f"… and {len(problems) - TOLD} more mistakes"] if len(problems) > TOLD else []
        raise SettingsMistakes(problems[:TOLD] + more)
    return found


def _row(line: bytes) -> tuple[LabelledOutput | None, list[str]]:
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return None, [f"is not JSON ({error})"]
    if not isinstance(given, dict):
        return None, ["is not a JSON object"]
    faults = list(_faults(given))
    if faults:
        return None, faults
    context = given["context"]
    return (
        LabelledOutput(
            output_id=given["id"],
            source_set=given.get("source_set") or UNNAMED,
            question=given.get("question") or "",
            context=context if isinstance(context, str) else "\n\n".join(context),
            text=given["output"],
            wrong=given["label"] == 1,
        ),
        [],
    )


def _faults(given: Mapping[str, Any]) -> Iterator[str]:
    for name in ("id", "output"):
        value = given.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"{name} must be text that is not empty"
    for name in ("source_set", "question"):
        if not isinstance(given.get(name, ""), str | None):
            yield f"{name} must be text"
    context = given.get("context")
    texts = context if isinstance(context, list) else [context]
    if not all(isinstance(text, str) for text in texts) or not "".join(map(str, texts)).strip():
        yield "context must be text, or a list of texts, that is not empty"
    label = given.get("label")
    if isinstance(label, bool) or label not in (0, 1):
        yield f"label must be 0 (right) or 1 (wrong), and is {repr(label)[:40] if 'label' in given else 'missing'}"

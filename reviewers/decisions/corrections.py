"""What people decided, as rows that trainers read.

Columns are TRL's conversational types (TRL documentation, "Dataset formats and types") and OpenAI's chat JSONL:

======  ==================================================================  =================================
format  one row                                                             comes from
======  ==================================================================  =================================
sft     ``{"prompt": [turns], "completion": [turn]}``                       approved outputs, edits (the edit)
openai  ``{"messages": [turns, turn]}``                                     the same
dpo     ``{"prompt": [turns], "chosen": [turn], "rejected": [turn]}``       edits: the edit before the output
kto     ``{"prompt": [turns], "completion": [turn], "label": true|false}``  approved (true), rejected (false)
======  ==================================================================  =================================

A turn is ``{"role": "...", "content": "..."}``. An edit gives no kto row: it says that another text is better, not that
the output was useless, and dpo holds exactly that.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewers.decisions.approved_share import beyond_share
from reviewers.model import Outcome, Output, Resolution, TaskState, TaskView, VerdictKind


class DatasetFormat(StrEnum):
    """Which trainer reads the file."""

    SFT = "sft"
    DPO = "dpo"
    KTO = "kto"
    OPENAI = "openai"


class LeftOut(StrEnum):
    """Why a reviewed output gives no row."""

    TIMED_OUT = "timed_out"  # nobody decided in time
    UNSURE = "unsure"  # nobody decided, or the person who did is unsure by now
    DISPUTED = "disputed"  # people disagree with what was decided, and a lead has not settled it
    KNOWN = "known"  # a known answer tests the reviewers: it teaches a model nothing
    OTHER_OUTCOME = "other_outcome"  # this format has no use for the outcome
    NO_PROMPT = "no_prompt"  # a trainer needs something to answer to
    NO_TEXT = "no_text"  # a text is empty or blank
    NOT_UNICODE = "not_unicode"  # a lone surrogate, which no UTF-8 file can hold
    TOOL_TURN = "tool_turn"  # OpenAI's format wants the call that a tool turn answers, and that is not stored
    CONTESTED = "contested"  # the same text was found right in one review and wrong in another
    NO_MARKS = "no_marks"  # labels come from marks on claims, and nobody made one
    BEYOND_SHARE = "beyond_share"  # more approved outputs than were asked for beside the corrections
    DUPLICATE = "duplicate"  # the same row as another one


USES: Mapping[DatasetFormat, frozenset[Outcome]] = {
    DatasetFormat.SFT: frozenset({Outcome.APPROVED, Outcome.EDITED}),
    DatasetFormat.OPENAI: frozenset({Outcome.APPROVED, Outcome.EDITED}),
    DatasetFormat.DPO: frozenset({Outcome.EDITED}),
    DatasetFormat.KTO: frozenset({Outcome.APPROVED, Outcome.REJECTED}),
}

COLUMNS: Mapping[DatasetFormat, tuple[str, ...]] = {
    DatasetFormat.SFT: ("prompt", "completion"),
    DatasetFormat.OPENAI: ("messages",),
    DatasetFormat.DPO: ("prompt", "chosen", "rejected"),
    DatasetFormat.KTO: ("prompt", "completion", "label"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where an example comes from, for the manifest; nothing of it stands in the row."""

    outcome: Outcome
    inclusion_probability: float
    reason: str  # why the output was selected
    policy_version: str
    risk_model: str  # empty: the output had no risk
    resolved_at: datetime
    task_id: str
    revision: int  # of the resolution


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One row as it is written, and what could speak against it."""

    line: bytes  # canonical JSON in UTF-8, without the line feed
    against: tuple[str, ...]  # judgements of other reviews that would contest this row
    origin: Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrections:
    """The rows of a dataset in the order of the file, and an account of every reviewed output."""

    format: StrEnum  # a DatasetFormat, or labels.LabelFormat
    lines: tuple[bytes, ...]  # sorted and distinct
    read: int  # reviewed outputs that were looked at
    outcomes: Mapping[str, int]  # of those read, by Outcome value
    left_out: Mapping[str, int]  # by LeftOut value; read = outputs with a row + the sum of these
    origins: tuple[Origin, ...]  # of every output that a row speaks for, duplicates included
    approved_at_most: float | None = None  # of the rows, in (0, 1); None: all approved outputs

    @property
    def version(self) -> str:
        """The sha256 of the file with these lines, hexadecimal."""
        digest = hashlib.sha256()
        for line in self.lines:
            digest.update(line + b"\n")
        return digest.hexdigest()


def to_examples(
    views: Iterable[TaskView], format: DatasetFormat, *, approved_at_most: float | None = None
) -> Corrections:
    """Turn the current resolutions into rows; the same resolutions in any order give the same lines.

    Reads `views` once and keeps only rows and hashes, so the reviews themselves need not fit in memory. A row is left
    out when another review of the same prompt says the opposite of it (LeftOut.CONTESTED): people disagree there, and
    neither side is a truth to train on. Two edits contest each other only when each prefers what the other replaced.
    `approved_at_most` is the greatest share of rows in (0, 1) that no correction stands behind, where a format has
    both (sft, openai); of more, `approved_share` draws which stay. None: all stay.
    """
    outcomes: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    examples: list[Example] = []
    judged: set[str] = set()
    for view in views:
        found = _example(view, format)
        if view.resolution is not None:
            outcomes[view.resolution.outcome.value] += 1
            if undecided(view) is None:
                judged.update(_judgements(view.output, view.resolution))
        if isinstance(found, LeftOut):
            left_out[found.value] += 1
        else:
            examples.append(found)

    held = [example for example in examples if judged.isdisjoint(example.against)]
    kept = _within_share(held, format, approved_at_most)
    lines = tuple(sorted({example.line for example in kept}))
    left_out[LeftOut.CONTESTED.value] += len(examples) - len(held)
    left_out[LeftOut.BEYOND_SHARE.value] += len(held) - len(kept)
    left_out[LeftOut.DUPLICATE.value] += len(kept) - len(lines)
    return Corrections(
        format=format,
        lines=lines,
        read=len(lines) + left_out.total(),
        outcomes=dict(sorted(outcomes.items())),
        left_out={reason: count for reason, count in sorted(left_out.items()) if count},
        origins=tuple(example.origin for example in kept),
        approved_at_most=approved_at_most,
    )


def _within_share(examples: list[Example], format: DatasetFormat, share: float | None) -> list[Example]:
    """Those that stay beside the corrections; None: all."""
    if share is None or not {Outcome.APPROVED, Outcome.EDITED} <= USES[format]:
        return examples
    approved: dict[bytes, bool] = {}
    for example in examples:
        alone = example.origin.outcome is Outcome.APPROVED
        approved[example.line] = approved.get(example.line, True) and alone
    beyond = beyond_share(approved, share)
    return [example for example in examples if example.line not in beyond]


def _example(view: TaskView, format: DatasetFormat) -> Example | LeftOut:
    """The row of one reviewed output, or why there is none."""
    why_not = undecided(view)
    resolution = view.resolution
    if why_not is not None or resolution is None:
        return why_not or LeftOut.UNSURE
    if resolution.outcome not in USES[format]:
        return LeftOut.OTHER_OUTCOME
    unfit = _unfit(view.output, resolution, format)
    if unfit is not None:
        return unfit
    try:
        line = canonical(_row(view.output, resolution, format)).encode("utf-8")
    except UnicodeEncodeError:
        return LeftOut.NOT_UNICODE
    return Example(line=line, against=_against(view.output, resolution, format), origin=origin_of(view, resolution))


def undecided(view: TaskView) -> LeftOut | None:
    """Why nothing may be learned from this task: a time-out is no verdict, and unsure is neither right nor wrong."""
    if view.task.state is TaskState.TIMED_OUT:
        return LeftOut.TIMED_OUT
    if view.task.state is TaskState.DISPUTED:
        return LeftOut.DISPUTED
    if view.task.known:
        return LeftOut.KNOWN
    if view.resolution is None:
        return LeftOut.UNSURE
    own = [verdict for verdict in view.verdicts if verdict.reviewer == view.resolution.resolved_by]
    # The resolution of somebody who is unsure by now still stands for the release, but it is no example.
    return LeftOut.UNSURE if own and own[-1].kind is VerdictKind.UNSURE else None


def _unfit(output: Output, resolution: Resolution, format: DatasetFormat) -> LeftOut | None:
    """Why a decided output cannot become a row."""
    texts = [output.completion] if resolution.text is None else [output.completion, resolution.text]
    if resolution.outcome is Outcome.EDITED and resolution.text is None:
        return LeftOut.NO_TEXT
    if not any(turn.content.strip() for turn in output.prompt):
        return LeftOut.NO_PROMPT
    if not all(text.strip() for text in texts):
        return LeftOut.NO_TEXT
    if format is DatasetFormat.OPENAI and any(turn.role == "tool" for turn in output.prompt):
        return LeftOut.TOOL_TURN
    return None


def _row(output: Output, resolution: Resolution, format: DatasetFormat) -> dict[str, object]:
    prompt = [{"role": turn.role, "content": turn.content} for turn in output.prompt]
    original = [{"role": "assistant", "content": output.completion}]
    final = [{"role": "assistant", "content": resolution.text}] if resolution.text is not None else original
    match format:
        case DatasetFormat.SFT:
            return {"prompt": prompt, "completion": final}
        case DatasetFormat.OPENAI:
            return {"messages": prompt + final}
        case DatasetFormat.DPO:
            return {"prompt": prompt, "chosen": final, "rejected": original}
        case DatasetFormat.KTO:
            return {"prompt": prompt, "completion": original, "label": resolution.outcome is Outcome.APPROVED}


def canonical(row: object) -> str:
    """One line of JSON: fixed key order, no spaces, real characters.

    The separators that some readers take for a line end (next line, line and paragraph separator) are escaped, so
    that the file has as many lines as rows for every reader.
    """
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _judgements(output: Output, resolution: Resolution) -> tuple[str, ...]:
    """What one review says of texts under this prompt: right, wrong, better than."""
    if resolution.outcome is Outcome.EDITED and resolution.text is not None:
        return (
            _fact(output, "right", resolution.text),
            _fact(output, "wrong", output.completion),
            _fact(output, "better", resolution.text, output.completion),
        )
    return (_fact(output, "right" if resolution.outcome is Outcome.APPROVED else "wrong", output.completion),)


def _against(output: Output, resolution: Resolution, format: DatasetFormat) -> tuple[str, ...]:
    """The judgements that would contest the row of this review."""
    if format is DatasetFormat.DPO and resolution.text is not None:
        return (_fact(output, "better", output.completion, resolution.text),)
    if resolution.outcome is Outcome.REJECTED:
        return (_fact(output, "right", output.completion),)
    return (_fact(output, "wrong", output.completion if resolution.text is None else resolution.text),)


def _fact(output: Output, word: str, *texts: str) -> str:
    """A judgement as a hash, since the texts of outputs that give no row need not be kept."""
    turns = [[turn.role, turn.content] for turn in output.prompt]
    return hashlib.sha256(json.dumps([turns, word, *texts]).encode("ascii")).hexdigest()


def origin_of(view: TaskView, resolution: Resolution) -> Origin:
    risk = view.assessment.risk if view.assessment else None
    return Origin(
        outcome=resolution.outcome,
        inclusion_probability=view.decision.inclusion_probability,
        reason=view.decision.reason.value,
        policy_version=view.decision.policy_version,
        risk_model=risk.model_version if risk else "",
        resolved_at=resolution.resolved_at,
        task_id=view.task.task_id,
        revision=resolution.revision,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class InclusionSummary:
    """How the outputs behind the rows came to be reviewed.

    Where the least chance is below 1 and the reasons differ, the rows are no random sample of the outputs: train on
    all, but estimate rates only with the stored chances.
    """

    least: float
    mean: float
    greatest: float
    certain: int  # how many were selected with chance 1
    reasons: Mapping[str, int]  # by Reason value


def inclusion(origins: Iterable[Origin]) -> InclusionSummary | None:
    """Sum up the inclusion probabilities; None when there are no origins.

    The mean is exact to the last place whatever the order (math.fsum), then cut to six decimals.
    """
    known = list(origins)
    if not known:
        return None
    chances = [origin.inclusion_probability for origin in known]
    return InclusionSummary(
        least=min(chances),
        mean=round(math.fsum(chances) / len(chances), 6),
        greatest=max(chances),
        certain=sum(chance == 1.0 for chance in chances),
        reasons=dict(sorted(Counter(origin.reason for origin in known).items())),
    )

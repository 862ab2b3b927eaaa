"""What the scripted reviewers say: what the people who labelled the data found, and nothing of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.demo.data import Example
from reviewers.model import VerdictKind

UNSURE_IN = 25  # one output in so many is handed on, so that the path is seen; nothing is learned from it


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptedVerdict:
    """The parts of a ballot that a reviewer decides."""

    kind: VerdictKind
    correction: str | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""


def scripted_verdict(example: Example, *, sure: bool = False) -> ScriptedVerdict:
    """Approve what people found grounded; edit what they did not where the set holds a right text, else reject.

    The reason follows from the question that the set's people were asked: in SummEdits and Q² whether the text is
    consistent with its source (contradicts), in BEGIN whether all of it can be attributed to the source (invented).
    Nobody is unsure about an output that an application waits for, nor about one that was handed on (`sure`).
    """
    if not sure and not example.hold and _handed_on(example.output_id):
        return ScriptedVerdict(kind=VerdictKind.UNSURE)
    if example.label == 0:
        return ScriptedVerdict(kind=VerdictKind.APPROVE)
    if example.correction is not None:
        return ScriptedVerdict(kind=VerdictKind.EDIT, correction=example.correction)
    reason = "invented" if example.source_set.startswith("begin") else "contradicts"
    return ScriptedVerdict(kind=VerdictKind.REJECT, reasons=(reason,))


def _handed_on(output_id: str) -> bool:
    """A choice that is the same in every run and has nothing to do with the label."""
    return int(hashlib.sha256(output_id.encode("utf-8")).hexdigest(), 16) % UNSURE_IN == 0

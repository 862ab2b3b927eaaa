"""What every output of a route tells, reviewed or not: one pass over each window, in pieces and without texts.

Of a million outputs a few numbers each are in memory, and names only as often as they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions import risk
from reviewers.decisions.digest_values import Columns
from reviewers.decisions.estimate_inputs import Floats
from reviewers.decisions.even_share import EvenShare
from reviewers.decisions.prompt_versions import Seen, Tally
from reviewers.model import RiskModel
from reviewers.model.digest import Window
from reviewers.model.output_block import OutputBlock
from reviewers.ports import UnitOfWork

RISKS = 2_000  # outputs of each window whose risks are compared, or up to twice as many: our choice, as of embeddings
_NUMBERS = ("characters", "latency_ms", "tokens", "prompt_tokens", "confidence")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Traffic:
    """Both windows of a digest."""

    before: Columns
    now: Columns
    prompts_before: Mapping[str, Seen]  # versions of the system prompt, by name
    prompts_now: Mapping[str, Seen]
    policy_version: str  # of the newest decision; empty: there is none


def read_traffic(uow: UnitOfWork, route: str, reference: Window, current: Window, model: RiskModel) -> Traffic:
    """Both windows of a route; `model` gives the risks that are compared."""
    before, now = (_gathered(uow, route, window) for window in (reference, current))
    return Traffic(
        before=before.columns(_risks(uow, before.share.kept, model)),
        now=now.columns(_risks(uow, now.share.kept, model)),
        prompts_before=before.prompts.seen(),
        prompts_now=now.prompts.seen(),
        policy_version=now.policy_version or before.policy_version,
    )


@dataclass(slots=True)
class _Gathered:
    """One window, as it is read."""

    numbers: dict[str, list[Floats]] = field(default_factory=lambda: {name: [] for name in _NUMBERS})
    model: list[NDArray[np.int32]] = field(default_factory=list)
    models: dict[str, int] = field(default_factory=dict)  # in the order of coming
    prompts: Tally = field(default_factory=Tally)
    share: EvenShare = field(default_factory=lambda: EvenShare(RISKS))
    policy_version: str = ""  # of the newest decision

    def add(self, block: OutputBlock) -> None:
        """One more piece."""
        for name, parts in self.numbers.items():
            parts.append(getattr(block, name))
        for name in block.models:
            self.models.setdefault(name, len(self.models))
        self.model.append(np.array([self.models[name] for name in block.models], np.int32))
        self.prompts.add(block.prompts, block.decided_at)
        self.share.add(block.output_ids)
        self.policy_version = block.policies[-1]

    def columns(self, risks: Floats) -> Columns:
        """All that was read."""
        return Columns(
            risk=risks,
            **{name: np.concatenate([np.zeros(0), *parts]) for name, parts in self.numbers.items()},
            model=np.concatenate([np.zeros(0, np.int32), *self.model]),
            models=tuple(self.models),
        )


def _gathered(uow: UnitOfWork, route: str, window: Window) -> _Gathered:
    found = _Gathered()
    for block in uow.decisions.columns(window.start, window.end, route=route):
        found.add(block)
    return found


def _risks(uow: UnitOfWork, output_ids: Sequence[str], model: RiskModel) -> Floats:
    """The risk of each of these outputs that has one, all of them by one model.

    The model learns every week. What its own outputs were selected by changes with it, though no output did.
    """
    scores = uow.assessments.scores(output_ids)
    known = [scores[output_id] for output_id in output_ids if output_id in scores]
    return np.array([risk.assess(one, model).probability for one in known], np.float64)

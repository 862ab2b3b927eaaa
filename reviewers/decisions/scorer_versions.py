"""Which versions of scorers gave the risks that a proof speaks of, and since when the present ones read.

A proof says how often outputs of a low risk are wrong, as certain scorers gave that risk. Another detector may call
other outputs low, so its outputs leave by a proof of their own alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from reviewers.decisions.estimate_inputs import Floats
from reviewers.model import PeriodOutputs, Proof, Score, Versions


class Scored(NamedTuple):
    """A reviewed output, and what read it."""

    at: np.datetime64  # when it was decided on; microseconds, UTC
    by: Versions


class Present(NamedTuple):
    """What reads now."""

    scorers: tuple[Versions, ...]  # each set of scorers that read an output together, in order
    since: np.datetime64 | None  # all others came until then; None: no other version was seen


def versions(scores: Iterable[Score]) -> Versions:
    """Name and version of each scorer, in order; the scores of one output."""
    return tuple(sorted({(score.scorer, score.version) for score in scores}))


def present(scored: Sequence[Scored]) -> Present:
    """The sets of scorers since the last output that another version of one of them read.

    The newest version of each name is the present one. Where two workers of different versions ran side by side, only
    what came after the last output of the older one counts.

    Too little data: without any output there is none.
    """
    newest: dict[str, str] = {}
    for one in sorted(scored):
        newest.update(one.by)
    older = [one.at for one in scored if any(newest[name] != version for name, version in one.by)]
    since = max(older, default=None)
    return Present(tuple(sorted({one.by for one in scored if since is None or one.at > since})), since)


def is_of_others(proof: Proof, now: Present) -> bool:
    """Whether a proof speaks of none of the scorers that read now; one that was kept without them always does."""
    return not proof.scorers or (bool(now.scorers) and not set(now.scorers) & set(proof.scorers))


def risks_of(outputs: PeriodOutputs, now: Present) -> Floats:
    """The risks of what the present scorers read; NaN for what came before."""
    if now.since is None:
        return outputs.risk
    return np.where(outputs.decided_at > now.since, outputs.risk, np.nan)

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

# Outputs in a row without a scorer that reads more than half of the others: our choice, by chance that is seen once in
# a billion times.
WITHOUT = 30


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
    what came after the last output of the older one counts. A scorer that was added or taken away is a change as well:
    one that reads most outputs, and not a single one of the 30 or more before it came, or after it went.

    Too little data: without any output there is none.
    """
    order = sorted(scored)
    newest: dict[str, str] = {}
    for one in order:
        newest.update(one.by)
    older = [one.at for one in order if any(newest[name] != version for name, version in one.by)]
    joined = [at for name in newest for at in _changes(order, name)]
    since = max((*older, *joined), default=None)
    return Present(tuple(sorted({one.by for one in order if since is None or one.at > since})), since)


def _changes(order: Sequence[Scored], name: str) -> list[np.datetime64]:
    """The last output before a scorer was added, and the last one that it read before it was taken away."""
    reads = np.array([any(name == one for one, _ in each.by) for each in order])
    places = np.flatnonzero(reads)
    first, last = int(places[0]), int(places[-1])
    if 2 * len(places) < last + 1 - first:
        return []  # it reads what it can (log-probabilities, samples), which most outputs do not bring
    found = [order[first - 1].at] if first >= WITHOUT else []
    return [*found, order[last].at] if len(order) - 1 - last >= WITHOUT else found


def is_of_others(proof: Proof, now: Present) -> bool:
    """Whether a proof speaks of none of the scorers that read now; one that was kept without them always does."""
    return not proof.scorers or (bool(now.scorers) and not set(now.scorers) & set(proof.scorers))


def risks_of(outputs: PeriodOutputs, now: Present) -> Floats:
    """The risks of what the present scorers read; NaN for what came before."""
    if now.since is None:
        return outputs.risk
    return np.where(outputs.decided_at > now.since, outputs.risk, np.nan)

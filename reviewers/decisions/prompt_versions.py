"""Which system prompt an output was written under, and whether a new one came with the week.

An application tells it with the key `prompt_version` of the metadata; else the system turn itself is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from reviewers.decisions.stamps import moment
from reviewers.model import Output, TaskView
from reviewers.model.outputs import JsonValue
from reviewers.model.suggestion import Upstream, UpstreamChange

KEY = "prompt_version"  # of the metadata
ROLES = frozenset({"system", "developer"})  # of turns that the application writes itself
LONGEST = 100  # characters of a name that are kept: our choice, what a line of a message holds
OUTPUTS_NEED = 20  # of a version in the week, to call it one: our choice, so that somebody's trial is no change
SETTLED = timedelta(days=7)  # after the reference began: what came later is new still; our choice, one digest's step
# Different system turns in both windows, above which they are filled in output by output (a date, a name, passages)
# and tell of no version: our choice, two a week.
MOST_TURNS = 10
_TURN = "system turn "


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One version in one window."""

    outputs: int
    first_at: datetime


@dataclass(slots=True)
class Tally:
    """The versions of one window, counted as it is read.

    Of more system turns than tell of a version, as many are kept as it takes to see that: a template that is filled
    in for each output takes no more room than another prompt.
    """

    outputs: Counter[str] = field(default_factory=Counter)
    first_at: dict[str, datetime] = field(default_factory=dict)

    def add(self, names: Sequence[str], moments: NDArray[np.datetime64]) -> None:
        """Some outputs more, in the order of time: the version of each, and when it was decided on."""
        for name, count in Counter(names).items():
            if name not in self.first_at:
                if name.startswith(_TURN) and self._turns() > MOST_TURNS:
                    continue
                self.first_at[name] = moment(moments[names.index(name)])
            self.outputs[name] += count

    def seen(self) -> dict[str, Seen]:
        """What was counted, by version; empty: outputs that tell none."""
        return {name: Seen(outputs=self.outputs[name], first_at=at) for name, at in self.first_at.items()}

    def _turns(self) -> int:
        return sum(name.startswith(_TURN) for name in self.first_at)


def version(system: str, metadata: Mapping[str, JsonValue]) -> str:
    """The name that the application gives, else one made from the system turn, else empty.

    Args:
        system: all turns that the application writes itself, one after the other; empty: there are none.
        metadata: of the output.

    >>> version("Answer briefly.", {"prompt_version": 7})
    '7'
    >>> version("Answer briefly.", {})
    'system turn e6856247'
    """
    told = metadata.get(KEY)
    if isinstance(told, (str, int, float)) and not isinstance(told, bool) and str(told).strip():
        return str(told).strip()[:LONGEST]
    return f"{_TURN}{sha256(system.encode(errors='replace')).hexdigest()[:8]}" if system else ""


def system_turns(turns: Sequence[tuple[str, str]]) -> str:
    """Of a prompt as pairs of role and content: what the application writes itself."""
    return "\n".join(content for role, content in turns if role in ROLES)


def of(output: Output) -> str:
    """The version of this output."""
    return version(system_turns([(turn.role, turn.content) for turn in output.prompt]), output.metadata)


def watched(before: Mapping[str, Seen], now: Mapping[str, Seen]) -> bool:
    """Whether a change of the prompt would be seen: the week has versions, and they are no fillings of a template."""
    return bool(_versions(before, now) & now.keys())


def new(before: Mapping[str, Seen], now: Mapping[str, Seen], views: Sequence[TaskView]) -> tuple[UpstreamChange, ...]:
    """Versions of the week that are new in the two windows, by name, with the wrong outputs written under them.

    One is new that came with the week, or a week or more after the first of the reference: so it explains the weeks
    after its first one too, until the reference is made of it.

    Args:
        before: the versions of the reference window, by name; where it has none, nothing counts as new.
        now: those of the week; one that has fewer than 20 outputs is none yet.
        views: the wrong outputs of the failing part.
    """
    versions = _versions(before, now)
    if not versions & before.keys():
        return ()
    settled = min(before[name].first_at for name in versions & before.keys()) + SETTLED
    first = {name: before.get(name, now[name]).first_at for name in versions & now.keys()}
    came = sorted(
        name
        for name, at in first.items()
        if (name not in before or at >= settled) and now[name].outputs >= OUTPUTS_NEED
    )
    written = [of(view.output) for view in views]
    return tuple(
        UpstreamChange(
            kind=Upstream.PROMPT,
            name=name,
            changed_at=first[name],
            wrong=written.count(name),
            of=len(views),
        )
        for name in came
    )


def _versions(before: Mapping[str, Seen], now: Mapping[str, Seen]) -> frozenset[str]:
    names = frozenset(name for name in (*before, *now) if name)
    turns = frozenset(name for name in names if name.startswith(_TURN))
    return names - turns if len(turns) > MOST_TURNS else names

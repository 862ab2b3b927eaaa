"""What outputs are told apart by in figures: the slice that a route puts them in, and for whom they were written."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from reviewers.model import JsonValue, Output, Policy, Route
from reviewers.model.policy import TAGS

LONGEST_NAME = 100  # characters of a slice's name: it stands in tables
MOST_SLICES = 50  # that a plan tells apart: our choice, more have too few reviews each to say anything
OTHER = "(other)"  # all the rest, to a plan


def slice_of(output: Output, route: Route) -> str:
    """The slice of an output; empty without slices, and where the output does not say.

    By "tag" it is the output's first tag; by a key of the metadata its value, where that is a text, number or yes/no.
    """
    if not route.slice_by:
        return ""
    if route.slice_by == TAGS:
        return output.tags[0][:LONGEST_NAME] if output.tags else ""
    return _plain(output.metadata.get(route.slice_by))[:LONGEST_NAME]


def cluster_of(output: Output, policy: Policy) -> int:
    """A number for whom the output was written, the same for all of theirs; 0 where it does not say.

    The first 63 bits of SHA-256 over the value of the metadata's key `cluster_by`: figures need to know which outputs
    belong together, and not to whom.
    """
    name = _plain(output.metadata.get(policy.cluster_by))
    if not name:
        return 0
    keyed = f"{policy.cluster_by}:{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(keyed).digest()[:8], "big") >> 1 or 1


def told_apart(names: Sequence[str]) -> list[str]:
    """The slices of outputs as a plan tells them apart: the 50 largest by name, all the others as one."""
    large = {name for name, _ in Counter(names).most_common(MOST_SLICES)}
    return [name if name in large else OTHER for name in names]


def as_known(name: str, shares: Mapping[str, float]) -> str:
    """The name under which a plan knows this slice."""
    return name if name in shares or OTHER not in shares else OTHER


def _plain(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else ""

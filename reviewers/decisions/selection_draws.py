"""The cut of a queue that is longer than people can read."""

from __future__ import annotations

LEAST_KEPT = 0.01  # of a queue that is cut: our choice; what is kept weighs a hundred times as much then


def keep_chance(waiting: int, room: float) -> float:
    """The chance at which each waiting output is kept so that about `room` of them stay: room / waiting, at most 1.

    Never below 0.01: a queue is cut, not emptied.

    Args:
        waiting: outputs that were drawn and wait for review, 0 or more.
        room: reviews that people can give, 0 or more.
    """
    return 1.0 if waiting <= room else max(room / waiting, LEAST_KEPT)


def kept(draw: float, keep: float) -> bool:
    """Whether an output stays in a queue that is cut; the draw, in [0, 1), is another than the one that selected it."""
    return draw < keep

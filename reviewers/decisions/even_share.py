"""An even share of a stream of unknown length."""

from __future__ import annotations

from collections.abc import Sequence


class EvenShare:
    """Every so manieth of a stream's names: at least `least` of them, or all of fewer, and never twice as many.

    The distance doubles whenever there are too many. Nothing is drawn: the same stream gives the same names, in
    whatever pieces it comes.
    """

    def __init__(self, least: int) -> None:
        """`least`: 1 or more."""
        self._least, self._step, self._seen = least, 1, 0
        self.kept: list[str] = []  # in the order of the stream, its first one among them

    def add(self, names: Sequence[str]) -> None:
        """The next ones."""
        self.kept += names[-self._seen % self._step :: self._step]
        self._seen += len(names)
        while len(self.kept) >= 2 * self._least:
            self.kept, self._step = self.kept[::2], 2 * self._step

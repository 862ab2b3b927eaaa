"""An even share of a stream: every so manieth, in whatever pieces it comes."""

from __future__ import annotations

import pytest

from reviewers.decisions.even_share import EvenShare


def kept(count: int, *, at_once: int) -> list[str]:
    """Of the numbers from 0 on, at least 3."""
    share = EvenShare(3)
    for start in range(0, count, at_once):
        share.add([str(number) for number in range(start, min(start + at_once, count))])
    return share.kept


@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
def test_share_is_even_whatever_the_pieces(at_once: int) -> None:
    """Below 6 all; from 6 on every second until there are 6 of them again, at 11; from then on every fourth."""
    assert kept(5, at_once=at_once) == ["0", "1", "2", "3", "4"]
    assert kept(6, at_once=at_once) == ["0", "2", "4"]
    assert kept(10, at_once=at_once) == ["0", "2", "4", "6", "8"]
    assert kept(11, at_once=at_once) == ["0", "4", "8"]
    assert kept(20, at_once=at_once) == ["0", "4", "8", "12", "16"]


def test_share_is_never_twice_as_large_as_asked_for() -> None:
    """Of any length up to 500."""
    assert {min(count, 3) <= len(kept(count, at_once=7)) < 6 for count in range(500)} == {True}

"""Approved outputs beside corrections: how many, and that nobody chose which."""

from __future__ import annotations

import pytest

from reviewers.decisions.approved_share import approved_beside, beyond_share


@pytest.mark.parametrize(
    ("corrections", "share", "approved"),
    [
        (243, 0.3, 104),  # 243 · 3 / 7 = 104.14; 104 of 347 is .2997
        (7, 0.3, 3),  # 3 of 10
        (1, 0.5, 1),
        (10, 0.2, 2),  # 2.5, halves to the even number
        (1, 0.3, 0),  # .43
        (0, 0.3, 0),
    ],
)
def test_approved_rows_make_up_their_share(corrections: int, share: float, approved: int) -> None:
    """By whole rows."""
    assert approved_beside(corrections, share) == approved


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5])
def test_share_of_nothing_or_of_all_is_none(share: float) -> None:
    """None, or infinitely many, would stand beside each correction."""
    with pytest.raises(ValueError, match="no share between 0 and 1"):
        approved_beside(10, share)


def test_what_is_left_out_is_drawn_and_repeats() -> None:
    """7 corrections leave 3 of 20 approved; the order in which they come does not matter."""
    approved = {b"a%d" % number: True for number in range(20)}
    corrected = {b"c%d" % number: False for number in range(7)}
    first = beyond_share(approved | corrected, 0.3)
    again = beyond_share(dict(reversed((corrected | approved).items())), 0.3)
    assert first == again
    assert len(first) == 17
    assert first <= approved.keys()
    assert set(approved) - first != {b"a0", b"a1", b"a2"}  # not the first that came


def test_nothing_is_left_out_where_it_fits_or_nothing_was_corrected() -> None:
    """3 beside 7 are .3; and without corrections there is nothing to be beside."""
    corrected = {b"c%d" % number: False for number in range(7)}
    assert beyond_share(corrected | {b"a": True, b"b": True, b"d": True}, 0.3) == frozenset()
    assert beyond_share({b"a": True, b"b": True}, 0.3) == frozenset()
    assert beyond_share({}, 0.3) == frozenset()

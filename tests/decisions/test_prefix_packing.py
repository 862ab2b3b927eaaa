"""Sequences in one row: what they begin with stands there once, and each place sees its own sequence only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewers.decisions.prefix_packing import Tokens, rows, share

sequences = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6).map(tuple), min_size=1, max_size=8)


def test_what_sequences_begin_with_stands_there_once() -> None:
    """Three sequences of 3, 4 and 2 tokens: 3 + 2 new + 1 new; the third branches off after the first token."""
    row = share([(7, 8, 1), (7, 8, 2, 3), (7, 9)])
    assert row.ids.tolist() == [7, 8, 1, 2, 3, 9]
    assert row.positions.tolist() == [0, 1, 2, 2, 3, 1]
    assert row.ends.tolist() == [2, 4, 5]
    assert row.sees.astype(int).tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 0, 1, 0, 0],
        [1, 1, 0, 1, 1, 0],
        [1, 0, 0, 0, 0, 1],
    ]


def test_a_sequence_that_another_one_goes_on_from_ends_inside_it() -> None:
    """And the same sequence twice ends at one place."""
    row = share([(7, 8, 9), (7, 8), (7, 8)])
    assert row.ids.tolist() == [7, 8, 9]
    assert row.ends.tolist() == [2, 1, 1]


def test_sequences_with_nothing_in_common_do_not_see_each_other() -> None:
    """Two blocks of a triangle each."""
    assert share([(1, 2), (3,)]).sees.astype(int).tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


@given(sequences)
def test_each_end_sees_its_own_sequence_in_order_and_nothing_else(given_ones: list[Tokens]) -> None:
    """Read back through what the end sees, every sequence is there, token by token and position by position."""
    row = share(given_ones)
    for one, end in zip(given_ones, row.ends, strict=True):
        seen = row.sees[end].nonzero()[0]
        assert tuple(row.ids[seen].tolist()) == one
        assert row.positions[seen].tolist() == list(range(len(one)))


@given(sequences, st.integers(1, 12), st.integers(1, 12))
def test_rows_hold_every_sequence_once_and_no_more_than_they_may(
    given_ones: list[Tokens], most: int, enough: int
) -> None:
    """A row is longer than allowed only where a single sequence is."""
    found = list(rows(given_ones, most, enough))
    assert sorted(one for row in found for one in row) == sorted(set(given_ones))
    assert all(len(share(row).ids) <= most or len(row) == 1 for row in found)


def test_a_row_that_is_long_enough_takes_only_what_begins_alike() -> None:
    """(1, 2, 3) and (1, 2, 4) share two of three tokens; (1, 9, 9) shares one and must find a row of its own."""
    unlike, alike = (1, 9, 9), [(1, 2, 3), (1, 2, 4)]
    assert list(rows([unlike, *alike], 100, 4)) == [alike, [unlike]]
    assert list(rows([unlike, *alike], 100, 5)) == [[*alike, unlike]]
    assert list(rows(alike, 100, 1)) == [alike]


def test_there_are_no_rows_without_sequences() -> None:
    """Nothing to read."""
    assert list(rows([], 10, 10)) == []

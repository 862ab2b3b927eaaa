"""Whose risks a proof speaks of, where scorers are replaced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reviewers.decisions import scorer_versions
from reviewers.decisions.scorer_versions import Present, Scored
from reviewers.model import Versions
from tests.judged import PROOF

OLD: Versions = (("coverage", "1"), ("grounding", "a"))
NEW: Versions = (("coverage", "1"), ("grounding", "b"))
ALONE: Versions = (("grounding", "b"),)


def at(second: int) -> np.datetime64:
    """That second of a minute."""
    return np.datetime64(f"2026-11-23T12:00:{second:02}", "us")


@pytest.mark.parametrize(
    ("scored", "scorers", "since"),
    [
        ([], (), None),
        ([Scored(at(1), OLD), Scored(at(2), OLD)], (OLD,), None),
        ([Scored(at(2), NEW), Scored(at(1), OLD)], (NEW,), at(1)),
        ([Scored(at(1), NEW), Scored(at(2), OLD), Scored(at(3), NEW), Scored(at(4), ALONE)], (NEW, ALONE), at(2)),
    ],
    ids=["nothing was read", "one version", "replaced", "two workers side by side, then one signal less"],
)
def test_only_what_came_after_the_last_older_version_is_present(
    scored: list[Scored], scorers: tuple[Versions, ...], since: np.datetime64 | None
) -> None:
    """In any order; a signal that some outputs lack is another set, and no other version."""
    assert scorer_versions.present(scored) == Present(scorers, since)


def after(minutes: int) -> np.datetime64:
    """So many minutes later than `at(0)`."""
    return at(0) + np.timedelta64(minutes, "m")


def run(*sets: tuple[Versions, int]) -> list[Scored]:
    """So many outputs of each set, one a minute, in this order."""
    every = [by for by, count in sets for _ in range(count)]
    return [Scored(after(minute), by) for minute, by in enumerate(every)]


def test_scorer_that_was_added_or_taken_away_is_a_change_once_thirty_outputs_tell() -> None:
    """What came before it was added, and what it still read before it went, was read by others."""
    present = scorer_versions.present
    assert present(run((ALONE, 30), (NEW, 2))) == Present((NEW,), after(29))
    assert present(run((ALONE, 29), (NEW, 2))) == Present((NEW, ALONE), None)
    assert present(run((NEW, 10), (ALONE, 30))) == Present((ALONE,), after(9))
    assert present(run((NEW, 10), (ALONE, 29))) == Present((NEW, ALONE), None)


def test_scorer_that_reads_few_outputs_is_no_change_when_it_reads_none_for_long() -> None:
    """Self-consistency reads only outputs that bring samples: here one of three."""
    mixed = [one for _ in range(10) for one in ((ALONE, 2), (NEW, 1))]
    assert scorer_versions.present(run((ALONE, 40), *mixed, (ALONE, 40))) == Present((NEW, ALONE), None)


def test_proof_is_of_others_without_any_set_that_reads_now() -> None:
    """One of before scorers were kept always is; where nothing was read lately nothing speaks against it."""
    proof = replace(PROOF, scorers=(NEW, ALONE))
    assert not scorer_versions.is_of_others(proof, Present((ALONE,), None))
    assert not scorer_versions.is_of_others(proof, Present((), None))
    assert scorer_versions.is_of_others(proof, Present((OLD,), at(1)))
    assert scorer_versions.is_of_others(PROOF, Present((), None))

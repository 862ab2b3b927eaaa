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


def test_proof_is_of_others_without_any_set_that_reads_now() -> None:
    """One of before scorers were kept always is; where nothing was read lately nothing speaks against it."""
    proof = replace(PROOF, scorers=(NEW, ALONE))
    assert not scorer_versions.is_of_others(proof, Present((ALONE,), None))
    assert not scorer_versions.is_of_others(proof, Present((), None))
    assert scorer_versions.is_of_others(proof, Present((OLD,), at(1)))
    assert scorer_versions.is_of_others(PROOF, Present((), None))

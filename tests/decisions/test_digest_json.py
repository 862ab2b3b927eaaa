"""Digests as JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from reviewers.model.digest import Digest, Finding, State, Window
from reviewers.model.digest_json import from_json, from_values, to_json, to_values
from reviewers.model.missing import Missing
from reviewers.model.suggestion import Gain, Met
from tests.digests import MONDAY, a_digest, a_finding, a_quiet_digest, a_rate, not_suggested


@pytest.mark.parametrize("digest", [a_digest(), a_quiet_digest()], ids=["drift week", "quiet week"])
def test_a_digest_comes_back_as_it_was(digest: Digest) -> None:
    """Reading gives an equal digest, and writing that the same bytes."""
    text = to_json(digest)

    assert from_json(text) == digest
    assert to_json(from_json(text)) == text


def test_a_rate_that_is_missing_stays_missing() -> None:
    """Where a rate or too little may stand, the names of the fields tell which it is."""
    digest = a_digest(rate=Missing(found=9, needed=40), before=a_rate(0.08, 0.06, 0.10))

    read = from_json(to_json(digest))

    assert read.rate == Missing(found=9, needed=40)
    assert read.before == a_rate(0.08, 0.06, 0.10)


def test_the_zone_of_a_time_does_not_change_the_bytes() -> None:
    """The same moment in another zone is the same digest."""
    berlin = timezone(timedelta(hours=1))
    here = a_digest(current=Window(start=MONDAY, end=MONDAY + timedelta(days=7)))
    there = a_digest(
        current=Window(start=MONDAY.astimezone(berlin), end=(MONDAY + timedelta(days=7)).astimezone(berlin))
    )

    assert to_json(here) == to_json(there)


def test_a_field_that_came_later_has_its_default() -> None:
    """An older text lacks it."""
    values = json.loads(json.dumps(to_values(a_finding())))
    del values["psi"], values["new"]

    assert from_values(Finding, values) == a_finding()


def test_numbers_that_json_does_not_know_are_refused() -> None:
    """Infinity is no number that anybody could be told."""
    with pytest.raises(ValueError, match="JSON"):
        to_json(a_digest(findings=(a_finding(e_value=float("inf")),)))


def test_what_is_missing_is_said_only_where_too_little_was_seen() -> None:
    """A comparison in the third state says what it lacks, and the others lack nothing."""
    with pytest.raises(ValueError, match="missing"):
        a_finding(state=State.INSUFFICIENT)
    with pytest.raises(ValueError, match="missing"):
        a_finding(missing=Missing(found=1, needed=2))


def test_the_reference_ends_before_the_week_begins() -> None:
    """Otherwise a week would be compared with itself."""
    with pytest.raises(ValueError, match="reference"):
        a_digest(reference=Window(start=MONDAY - timedelta(days=28), end=MONDAY + timedelta(days=1)))


def test_retraining_is_suggested_when_only_the_gain_is_unknown() -> None:
    """The first training has no past to learn a curve from; any other doubt stops the suggestion."""
    held = not_suggested()
    met = replace(held, other_cause=replace(held.other_cause, met=Met.MET, changes=()))
    unknown = Gain(met=Met.UNKNOWN, runs=0, rate=None, worst=None, needed=0.045)

    assert met.suggested
    assert replace(met, gain=unknown).suggested
    assert not held.suggested
    assert not replace(met, gain=replace(unknown, met=Met.FAILED)).suggested
    assert not replace(met, agreement=replace(met.agreement, met=Met.UNKNOWN)).suggested

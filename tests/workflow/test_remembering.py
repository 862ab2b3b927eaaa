"""What is costly to work out is kept for a while, and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reviewers.model import Rate
from reviewers.workflow.remembering import MOST, Remembered
from tests.builders import NOON
from tests.workflow.test_judgement import UTC, a_world, decided

LATER = NOON + timedelta(seconds=60)


def test_value_is_kept_until_its_moment() -> None:
    """At that moment it is gone; nothing was kept under another key."""
    kept: Remembered[int] = Remembered()
    kept.keep("a", 1, until=LATER)
    assert (kept.get("a", NOON), kept.get("a", LATER), kept.get("b", NOON)) == (1, None, None)


def test_nothing_can_be_kept_too() -> None:
    """That there is no value is worth knowing."""
    kept: Remembered[int | None] = Remembered()
    kept.keep("a", None, until=LATER)
    assert (kept.has("a", NOON), kept.has("a", LATER), kept.has("b", NOON)) == (True, False, False)


def test_only_so_many_are_kept() -> None:
    """The one that ends first goes."""
    kept: Remembered[int] = Remembered()
    for number in range(MOST + 1):
        kept.keep(number, number, until=LATER + timedelta(seconds=number))
    assert (kept.get(0, NOON), kept.get(1, NOON), kept.get(MOST, NOON)) == (None, 1, MOST)


def test_figures_of_many_outputs_are_worked_out_once_in_five_minutes() -> None:
    """Verdicts of the last minutes come with the next ones; figures of few outputs are always new."""
    world = a_world()
    large = replace(world.services.judgement, large_from=50, large=Remembered())
    decided(world, 45, 5)
    before = large.stats("Cards", 28, UTC)
    decided(world, 50, 50)
    assert large.stats("Cards", 28, UTC) is before
    fresh = world.services.judgement.stats("Cards", 28, UTC).rate
    assert isinstance(fresh, Rate)
    assert fresh.reviewed == 150
    world.clock.advance(300)
    assert large.stats("Cards", 28, UTC).outputs == 150


def test_sweep_looks_at_a_large_route_once_an_hour() -> None:
    """At a small one each time."""
    world = a_world()
    large = replace(world.services.judgement, large_from=50, seen=Remembered())
    decided(world, 45, 5)
    decided(world, 40, 0, tag="loans")
    assert large.sweep() == 2
    decided(world, 30, 20)
    decided(world, 30, 10, tag="loans")
    assert large.sweep() == 1
    world.clock.advance(3600)
    assert large.sweep() == 1

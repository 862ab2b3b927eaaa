"""What a digest names as the cause of what moved: a model, a prompt, a page that changed, sources, longer answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewers.model import Message, Rate
from reviewers.model.digest import Aspect, Headline, State
from reviewers.model.digest_parts import PartKind
from reviewers.model.suggestion import Met, Upstream
from reviewers.workflow.source_changes import AT_MOST
from tests.builders import a_passage
from tests.workflow.test_digesting import DAY, MONDAY, a_world, decided, digest_of, finding
from tests.workflow.test_source_changes import change


def test_new_version_of_the_model_that_wrote_what_is_wrong_is_the_cheaper_cure() -> None:
    """All of the week came from it: going back costs less than training."""
    world = a_world()
    for week in range(4, 0, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
    decided(world, MONDAY, 60, 40, model_version="2026-11-30")
    world.clock.advance(7 * DAY.total_seconds())
    digest = digest_of(world)
    assert digest.cure is not None
    assert digest.cure.change is not None
    assert (digest.cure.kind, digest.cure.change.name) == (Upstream.MODEL, "helpdesk-8b 2026-11-30")
    assert (digest.cure.wrong, digest.cure.of) == (40, 40)
    assert digest.suggestion.other_cause.met is Met.FAILED
    assert finding(digest, Aspect.WRONG, "helpdesk-8b 2026-11-30").part is PartKind.MODEL


def test_new_prompt_under_which_half_of_the_wrong_answers_were_written_is_the_cheaper_cure() -> None:
    """Another system turn from the week's first output on: going back to the one before costs less than training."""
    world = a_world()
    asked = Message(role="user", content="What does it cost to take out cash in Thailand?")
    for week in range(4, 0, -1):
        told = Message(role="system", content="Answer from the help pages.")
        decided(world, MONDAY - timedelta(weeks=week), 90, 10, prompt=(told, asked))
    decided(world, MONDAY, 60, 40, prompt=(Message(role="system", content="Answer in one sentence."), asked))
    world.clock.advance(7 * DAY.total_seconds())
    digest = digest_of(world)
    assert digest.cure is not None
    assert digest.cure.change is not None
    assert (digest.cure.kind, digest.cure.wrong, digest.cure.of) == (Upstream.PROMPT, 40, 40)
    assert digest.cure.change.changed_at == MONDAY + timedelta(hours=12)
    assert digest.suggestion.other_cause.watched == (Upstream.PROMPT, Upstream.MODEL)


def test_source_that_wrong_answers_began_to_cite_is_told_with_answers_that_show_it() -> None:
    """A new page is behind 25 of the week's 35 wrong answers; questions without an embedding are not counted."""
    world = a_world()
    page = a_passage("p-9", title="Cash abroad, new", address="https://help.example/new")
    for week in range(4, 0, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
        decided(world, MONDAY - timedelta(weeks=week) + DAY, 9, 1, passages=(page,))
    decided(world, MONDAY, 90, 10)
    decided(world, MONDAY + DAY, 15, 25, passages=(page,))
    world.clock.advance(7 * DAY.total_seconds())
    digest = digest_of(world)
    found = finding(digest, Aspect.SOURCE, "Cash abroad, new")
    # 4 of 44 wrong ones cited it before.
    assert found.state is State.DRIFT
    assert (found.now, found.before) == pytest.approx((25 / 35, 4 / 44))
    assert [one.output_id[:8] for one in found.examples] == ["12011200"] * 3
    assert [(one.title, one.wrong, one.cited) for one in digest.sources.cited] == [
        ("Cash abroad, new", 25, 40),
        ("Card fees 2026", 10, 100),
        ("Card limits", 10, 100),
    ]
    assert (digest.sources.cited[0].wrong_before, digest.sources.cited[0].cited_before) == (4, 40)
    assert digest.sources.asked == 0
    assert not [one for one in digest.findings if one.aspect is Aspect.SOURCE and one.state is not State.DRIFT]


def test_page_that_changed_behind_what_is_wrong_is_the_cheaper_cure_and_its_answers_are_told() -> None:
    """The fee table changed on Tuesday; from then on everything that cites it is wrong."""
    world = a_world()
    for week in range(4, 0, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
    decided(world, MONDAY, 60, 0)
    change(world)
    world.sweep("sources")
    changed_at = world.clock.now()
    decided(world, MONDAY + DAY, 0, 40)
    world.clock.advance(7 * DAY.total_seconds())
    digest = digest_of(world)
    assert [(one.title, one.changed_at, one.reopened) for one in digest.sources.changed] == [
        ("Card fees 2026", changed_at, AT_MOST)
    ]
    assert digest.cure is not None
    assert digest.cure.change is not None
    assert (digest.cure.change.kind, digest.cure.change.name) == (Upstream.SOURCE, "Card fees 2026")
    assert (digest.cure.kind, digest.cure.wrong, digest.cure.of) == (Upstream.INDEX, 40, 40)
    assert digest.suggestion.other_cause.watched == (Upstream.SOURCE, Upstream.MODEL)
    # The reopened answers change nothing of the rate: all of the week's 100 were reviewed, 40 wrong.
    assert isinstance(digest.rate, Rate)
    assert digest.rate.value == pytest.approx(0.4)


def test_longer_answers_are_told_where_no_more_of_them_are_wrong() -> None:
    """Twice as long in this week: length moved, wrong answers did not."""
    world = a_world()
    for week in range(4, 0, -1):
        decided(world, MONDAY - timedelta(weeks=week), 90, 10)
    decided(world, MONDAY, 90, 10, completion="Your daily limit is € 500. " * 8)
    world.clock.advance(7 * DAY.total_seconds())
    digest = digest_of(world)
    length = finding(digest, Aspect.LENGTH)
    assert (digest.headline, length.state) == (Headline.CHANGED_ANSWERS, State.DRIFT)
    assert (length.now, length.n_now, length.n_before) == (27.0 * 8, 100, 400)
    assert finding(digest, Aspect.LATENCY).state is State.STABLE

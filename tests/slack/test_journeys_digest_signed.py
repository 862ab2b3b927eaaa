"""Digests over signed HTTP: who may read and answer one, and a form that is sent without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.slack.digest.ids import DigestAction, DigestBlock
from reviewers.model import Route
from reviewers.model.digest import Headline
from tests.digests import MONDAY, a_digest
from tests.slack.people import drawn, until
from tests.slack.worlds import HTTP, World, a_world

NAME = "Card support"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Mara leads the only route; of week 40 it has a digest of drift, of week 41 one with too few reviews."""
    route = Route(name=NAME, reviewers=("U0MARA", "U0JONAS"), leads=("U0MARA",))
    with a_world(tmp_path_factory.mktemp("signed"), over=HTTP, routes=(route,)) as world:
        drift = replace(a_digest(), route=NAME, week="2025-W40")
        with world.store.begin() as uow:
            uow.digests.add(drift, at=MONDAY)
            uow.digests.add(replace(drift, week="2025-W41", headline=Headline.TOO_FEW), at=MONDAY)
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing is remembered of what people were told before."""
    one.begin()
    return one


@pytest.mark.parametrize(
    ("user", "words"),
    [("U0GUEST", "You are a guest here"), ("U0STRANGER", "You are here through Slack Connect")],
)
@pytest.mark.parametrize("command", ["digest 2025-W40", "drift"])
def test_guests_and_strangers_are_told_why_they_read_no_digest(
    world: World, user: str, words: str, command: str
) -> None:
    """It quotes answers of the workspace."""
    told = drawn(world.person(user).answer(command)["blocks"])
    assert words in told
    assert "What moved" not in told


def test_who_leads_nothing_does_not_see_the_queue_of_a_route(world: World) -> None:
    """The button is in everybody's digest; a lead alone gets behind it."""
    message = world.jonas.answer("digest 2025-W41")
    before = len(world.jonas.told())
    world.jonas.press(message, DigestAction.QUEUE)
    assert "Only a lead" in drawn(world.jonas.wait_until_told(before + 1)[-1]["blocks"])
    world.mara.press(world.mara.answer("digest 2025-W41"), DigestAction.QUEUE)
    until(world.mara.stack)


def test_form_without_a_reason_stays_open_and_keeps_nothing(world: World) -> None:
    """Slack asks for the required field itself, or the app says which one is missing."""
    world.jonas.press(world.jonas.answer("digest 2025-W40"), DigestAction.NOT_USEFUL)
    until(world.jonas.stack)
    answered = world.jonas.hand_in()
    assert DigestBlock.WHY.value in str(answered)
    assert world.jonas.stack()
    with world.store.read() as uow:
        assert list(uow.digest_answers.of(NAME)) == []

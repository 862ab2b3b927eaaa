"""Digests on the real app: the two commands, and every button under a digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.slack.digest.ids import DigestAction
from reviewers.model import Route
from tests.digests import MONDAY, a_digest
from tests.slack.people import CHANNEL, Json, Person, drawn, elements, labels, until
from tests.slack.worlds import SOCKETS, World, a_world

MARA, JONAS = "U0MARA", "U0JONAS"
NAME = "Card *support* <!here>"  # whoever sets a route up names it
CARDS = Route(name=NAME, reviewers=(MARA, JONAS), leads=(MARA,))
LOANS = Route(name="Loans", channel="C0LOANS")


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Mara leads a route, of which weeks 40 of 2025 and the last one were stored; of the other nothing was."""
    with a_world(tmp_path_factory.mktemp("digests"), over=SOCKETS, routes=(CARDS, LOANS)) as world:
        last = world.services.shelf(ZoneInfo("UTC")).last_week()
        with world.store.begin() as uow:
            for week in ("2025-W40", last):
                uow.digests.add(replace(a_digest(), route=NAME, week=week), at=MONDAY)
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing is remembered of what people were told before."""
    one.begin()
    return one


def answer(person: Person, text: str) -> Json:
    """What the command answers, to this person alone."""
    before = len(person.told())
    assert person.command(text)["ok"]
    return person.wait_until_told(before + 1)[-1]


def said(person: Person, text: str) -> str:
    """The words of it."""
    return drawn(answer(person, text)["blocks"])


def press(person: Person, message: Json, action: DigestAction) -> None:
    """Press a button of a digest."""
    person._leaves()
    person._press(CHANNEL, message, elements(message["blocks"])[action.value])


def test_digest_of_a_week_is_the_stored_one_for_whoever_asks_alone(world: World) -> None:
    """In the channel of the route no route has to be named; its name is alive in no way."""
    others = len(world.jonas.told())
    message = answer(world.mara, "digest 2025-w40")
    told = drawn(message["blocks"])
    assert "week 40: more wrong answers" in told
    assert "Fees abroad" in told
    assert "Snooze" in labels(message["blocks"])
    assert "<!here>" not in drawn(message["blocks"][1:])  # the header is plain text, in which nothing is alive
    assert len(world.jonas.told()) == others


def test_digest_without_a_week_is_of_the_last_one(world: World) -> None:
    """Another route is named after the week, or without one, by the beginning of its name."""
    assert "more wrong answers" in said(world.mara, "digest")
    assert "*There is no digest of week 40 of Loans.*" in said(world.mara, "digest 2025-W40 loans")
    assert "more wrong answers" in said(world.mara, "digest card")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("digest 2025-W60", "2025-W60"),
        ("digest 47", "is no week. Weeks are written as 2026-W47."),
        ("digest 2199-W01", "is not over yet"),
        ("digest 2025-W40 cars <@U0JONAS>", "*There is no route “cars"),
        ("drift cars", "*There is no route “cars”.*"),
    ],
)
def test_mistake_gets_the_line_of_its_command_with_an_example(world: World, text: str, words: str) -> None:
    """And nothing that was typed is alive."""
    told = said(world.mara, text)
    assert words in told
    assert f"`/whetstone {text.split()[0]} " in told
    assert "<@U0JONAS>" not in told


def test_drift_lists_all_comparisons_and_shows_them_in_the_channel_once(world: World) -> None:
    """The button posts it for all, and goes."""
    message = answer(world.mara, "drift")
    told = drawn(message["blocks"])
    assert all(words in told for words in ("What moved", "No change", "Too few to say"))
    press(world.mara, message, DigestAction.SHOW_DRIFT)
    shown = until(lambda: [m for m in world.jonas.seen() if "shown by <@U0MARA>" in drawn(m.get("blocks", []))])
    assert "Show in channel" not in labels(shown[-1]["blocks"])
    until(lambda: "These comparisons are in the channel now." in drawn(world.mara.told()[-1]["blocks"]))


def test_guest_reads_no_digest(world: World) -> None:
    """It quotes outputs."""
    guest = world.person("U0GUEST")
    for text in ("digest", "drift"):
        assert "You are a guest here" in said(guest, text)

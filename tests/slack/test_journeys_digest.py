"""Digests on the real app: the two commands, and every button under a digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from bot.slack.digest.ids import DigestAction, DigestBlock, WhyNot
from reviewers.decisions import weeks
from reviewers.errors import Unavailable
from reviewers.model import Route
from reviewers.model.digest import Headline
from tests.digests import MONDAY, a_digest
from tests.slack.people import Json, Person, chosen, drawn, elements, labels, until
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
                # With the windows of its week: else it is one that still runs, whose drift is read anew.
                whole, before = weeks.window(week, UTC), weeks.reference(week, UTC)
                digest = replace(a_digest(), route=NAME, week=week, current=whole, reference=before)
                uow.digests.add(digest, at=MONDAY)
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing is remembered of what people were told before."""
    one.begin()
    return one


def said(person: Person, text: str) -> str:
    """The words of it."""
    return drawn(person.answer(text)["blocks"])


def test_digest_of_a_week_is_the_stored_one_for_whoever_asks_alone(world: World) -> None:
    """In the channel of the route no route has to be named; its name is alive in no way."""
    others = len(world.jonas.told())
    message = world.mara.answer("digest 2025-w40")
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
    message = world.mara.answer("drift")
    told = drawn(message["blocks"])
    assert all(words in told for words in ("What moved", "No change", "Too few to say", "so far: no answers."))
    world.mara.press(message, DigestAction.SHOW_DRIFT)
    shown = until(lambda: [m for m in world.jonas.seen() if "shown by <@U0MARA>" in drawn(m.get("blocks", []))])
    assert "Show in channel" not in labels(shown[-1]["blocks"])
    until(lambda: "These comparisons are in the channel now." in drawn(world.mara.told()[-1]["blocks"]))


def test_guest_reads_no_digest(world: World) -> None:
    """It quotes outputs."""
    guest = world.person("U0GUEST")
    for text in ("digest", "drift"):
        assert "You are a guest here" in said(guest, text)


def test_wrong_answers_are_shown_ten_on_a_page(world: World) -> None:
    """Those that are not kept any more are counted; Next and Back turn the pages."""
    message = world.mara.answer("digest 2025-W40")
    world.mara.press(message, DigestAction.OUTPUTS)
    view = until(lambda: _top(world.mara, "Page 1 of 3"))
    assert "10 of them are not kept any more" in drawn(view["blocks"])
    turn(world.mara, view, DigestAction.OUTPUTS_NEXT)
    view = until(lambda: _top(world.mara, "Page 2 of 3"))
    turn(world.mara, view, DigestAction.OUTPUTS_BACK)
    until(lambda: _top(world.mara, "Page 1 of 3"))


def test_wrong_answers_that_cannot_be_read_are_told_in_their_window(world: World) -> None:
    """It does not stay at "Loading"."""
    message = world.mara.answer("digest 2025-W40")
    world.store.reading.clear()
    world.mara.press(message, DigestAction.OUTPUTS)
    until(lambda: _top(world.mara, "Loading"))
    world.store.fault = Unavailable("The database does not answer.")
    world.store.reading.set()
    until(lambda: _top(world.mara, "The database did not answer. Try again."))
    world.store.let_go()


def _top(person: Person, words: str) -> Json:
    top: Json = (person.stack() or [{"blocks": []}])[-1]
    return top if words in drawn(top["blocks"]) else {}


def turn(person: Person, view: Json, action: DigestAction) -> None:
    """Press a button of a view."""
    element = elements(view["blocks"])[action.value]
    container = {"type": "view", "view_id": view["id"]}
    pressed = {"block_id": element["block_id"], "action_id": action.value, "value": element["value"]}
    assert person._post("actions", container=container, **pressed).get("ok")


def pressed(person: Person, message: Json, action: DigestAction) -> str:
    """What this person alone is told after the press."""
    before = len(person.told())
    person.press(message, action)
    return drawn(person.wait_until_told(before + 1)[-1]["blocks"])


def test_one_finding_that_is_not_important_is_left_out_alone(world: World) -> None:
    """Both stand in the form; the second is chosen in the place of what was preset, and without any the form asks."""
    last = world.services.shelf(ZoneInfo("UTC")).last_week()
    world.jonas.press(world.jonas.answer("digest 2025-W40"), DigestAction.NOT_USEFUL)
    until(lambda: _top(world.jonas, "Why was it not useful?"))
    menu = elements(world.jonas.stack()[-1]["blocks"])[DigestAction.WHICH.value]
    names = [one["text"]["text"].partition(":")[0] for one in menu["options"]]
    assert names == ["Fees abroad", "Topic “cash in Thailand, Turkey”"]
    choices: tuple[list[Json], ...] = ([], menu["options"][1:])
    for options in choices:
        before = len(world.jonas.told())
        which = {"type": "multi_static_select", "selected_options": options}
        answered = world.jonas.hand_in(
            {
                DigestBlock.WHY.value: {DigestAction.WHY.value: chosen(WhyNot.NOT_IMPORTANT.value)},
                DigestBlock.WHICH.value: {DigestAction.WHICH.value: which},
            }
        )
        assert ("Choose what it is about" in str(answered)) == (not options)
    assert "What you chose is not told any more" in drawn(world.jonas.wait_until_told(before + 1)[-1]["blocks"])
    shown = said(world.mara, f"digest {last}")
    assert "31 of 100 wrong" in shown
    assert "Topic “cash in Thailand" not in shown


def test_snooze_leaves_out_what_moved_for_a_week(world: World) -> None:
    """Of the later digests of the route, and for all; twice is as once."""
    last = world.services.shelf(ZoneInfo("UTC")).last_week()
    message = world.jonas.answer("digest 2025-W40")
    assert "What moved" in drawn(message["blocks"])
    for _ in range(2):
        told = pressed(world.jonas, message, DigestAction.SNOOZE)
        assert "Snoozed until" in told
        assert "<!here>" not in told
    assert "What moved" in said(world.mara, "digest 2025-W40")  # it keeps what it told
    assert "What moved" not in said(world.mara, f"digest {last}")
    world.advance(8 * 24 * 3600)
    assert "What moved" in said(world.mara, f"digest {last}")


def test_not_useful_asks_why_and_says_what_it_changes(world: World) -> None:
    """Once two people find it too long, the digest is short."""
    for person in (world.jonas, world.mara):
        find_it_too_long(person)
    assert "Examples" not in said(world.jonas, "digest 2025-W40")
    with world.store.read() as uow:
        newest = uow.digest_answers.of(NAME)[-1]
    assert (newest.by, newest.why, newest.week) == (MARA, "too_long", "2025-W40")


def find_it_too_long(person: Person) -> None:
    """Send the form; the digest is still at length then."""
    message = person.answer("digest 2025-W40")
    assert "Examples" in drawn(message["blocks"])
    person.press(message, DigestAction.NOT_USEFUL)
    until(lambda: _top(person, "Why was it not useful?"))
    before = len(person.told())
    person.hand_in({DigestBlock.WHY.value: {DigestAction.WHY.value: chosen(WhyNot.TOO_LONG.value)}})
    assert "Once two people find so" in drawn(person.wait_until_told(before + 1)[-1]["blocks"])


def test_too_few_reviews_lead_to_the_queue_and_to_the_budget(world: World) -> None:
    """The queue is its leads' own; the budget says where it stands."""
    few = replace(a_digest(), route=NAME, week="2025-W41", headline=Headline.TOO_FEW)
    with world.store.begin() as uow:
        uow.digests.add(few, at=MONDAY)
    message = world.mara.answer("digest 2025-W41")
    assert "The policy file says how many minutes" in pressed(world.mara, message, DigestAction.BUDGET)
    world.mara.press(message, DigestAction.QUEUE)
    until(world.mara.stack)
    message = world.jonas.answer("digest 2025-W41")
    assert "Only a lead" in pressed(world.jonas, message, DigestAction.QUEUE)

"""Somebody who may not decide asks to be added, and a lead adds them."""

from __future__ import annotations

from pathlib import Path

from bot.slack.ids import ActionId
from reviewers.model import Route
from tests.slack.people import CHANNEL, Json, Person, drawn, elements, labels, until
from tests.slack.worlds import HTTP, World, a_world

DIRECT = "D0TOMAS"


def made(world: World) -> None:
    """Mara reviews cards, and Tomás leads them; the route was made in Slack."""
    route = Route(name="Card support", channel=CHANNEL, reviewers=("U0MARA",), leads=("U0TOMAS",))
    with world.store.begin() as uow:
        uow.routes.put(route, by="U0TOMAS", at=world.clock.now())
    world.advance(1)


def ask(world: World, who: Person) -> Json:
    """Press Approve without being a reviewer, then ask; the lead's message."""
    (task,) = world.bring(world.output())
    who.press(who.card(task), ActionId.APPROVE)
    told = who.wait_until_told()[-1]
    assert told["text"] == "You are not a reviewer of Card support. Tomás Ruiz can add you."
    assert labels(told["blocks"]) == {"Ask to be added"}
    who.press(told, ActionId.ROUTE_JOIN)
    until(lambda: "Tomás Ruiz was told" in who.told()[-1]["text"])
    return world.person("U0TOMAS").seen(DIRECT)[-1]


def test_lead_adds_who_asked_and_their_verdict_counts(alone: World) -> None:
    """One press each; the person is told, and decides from then on."""
    made(alone)
    request = ask(alone, alone.jonas)
    assert request["text"].startswith("Jonas Weber asks to review Card support.")
    lead = alone.person("U0TOMAS")
    lead._press(DIRECT, request, elements(request["blocks"])[ActionId.ROUTE_ADD.value])
    until(lambda: "can review Card support now" in lead.seen(DIRECT)[-1]["text"])
    assert ActionId.ROUTE_ADD.value not in elements(lead.seen(DIRECT)[-1]["blocks"])
    until(lambda: any("You are a reviewer of Card support" in one["text"] for one in alone.jonas.seen("D0JONAS")))
    alone.advance(1)
    (task,) = alone.bring(alone.output())
    alone.jonas.press(alone.jonas.card(task), ActionId.APPROVE)
    alone.settled(task)
    assert alone.verdicts(task) == [("U0JONAS", "approve")]


def test_route_of_the_policy_file_is_changed_there(tmp_path: Path) -> None:
    """The lead is told what to write and where; there is no button that could not work."""
    route = Route(name="Card support", channel=CHANNEL, reviewers=("U0MARA",), leads=("U0TOMAS",))
    with a_world(tmp_path, over=HTTP, routes=(route,)) as world:
        request = ask(world, world.jonas)
        assert "policy file says who reviews: add U0JONAS there" in drawn(request["blocks"])
        assert elements(request["blocks"]) == {}


def test_guest_cannot_ask(alone: World) -> None:
    """They are refused before anything is said of routes."""
    made(alone)
    (task,) = alone.bring(alone.output())
    guest = alone.person("U0GUEST")
    guest.press(guest.card(task), ActionId.APPROVE)
    told = guest.wait_until_told()[-1]
    assert "You are a guest here" in told["text"]
    assert elements(told["blocks"]) == {}

"""`/whetstone setup`: a first route is made in the channel itself, and holds without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.slack.forms.setup import SetupField
from bot.slack.ids import ActionId, CallbackId
from reviewers.errors import Unavailable
from reviewers.model import Match, OnTimeout, Reason, Route
from tests.slack.people import CHANNEL, Json, Person, chosen, drawn, elements, labels, typed, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

CARDS, RANDOM, LEADS = "C0CARDS", "C0RANDOM", "C0LEADS"


@pytest.fixture(params=[SOCKETS, HTTP])
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A workspace where nobody is named a reviewer yet, over both transports."""
    with a_world(tmp_path, over=request.param) as one:
        yield one


def setup(person: Person, channel: str = CHANNEL) -> None:
    """Type the command there."""
    person._leaves()
    answer = person._post("commands", channel=channel, command="/whetstone", text="setup")
    assert answer["ok"], answer


def people(*users: str) -> Json:
    """A filled select of people."""
    return {"type": "multi_users_select", "selected_users": list(users)}


def filled(**more: Json) -> dict[str, dict[str, Json]]:
    """The form with Mara and Jonas as reviewers, and what a test sets besides."""
    fields = {SetupField.REVIEWERS: people("U0MARA", "U0JONAS")}
    fields |= {SetupField[name.upper()]: value for name, value in more.items()}
    element = {SetupField.MATCH: ActionId.SETUP_MATCH, SetupField.GATE: ActionId.SETUP_GATE}
    return {field.value: {str(element.get(field, field)): value} for field, value in fields.items()}


def form(person: Person) -> Json:
    """The form, once it stands in the place of "Loading"."""
    return person.form(CallbackId.SETUP)


def refused(person: Person, saying: str) -> str:
    """What stands in the form's place."""
    return until(
        lambda: said if saying in (said := drawn(person.form(title="Set up review")["blocks"])) else "", saying
    )


def saved(world: World) -> list[Route]:
    """What the store holds."""
    with world.store.read() as uow:
        return uow.routes.all()


def start(world: World, person: Person, channel: str = CHANNEL, **more: Json) -> Json:
    """Make the route, and return what the person is told."""
    setup(person, channel)
    form(person)
    answer = person.hand_in(filled(**more))
    assert answer["ok"], answer

    def told() -> list[Json]:
        return [
            one for one in person.seen(channel) if one.get("is_ephemeral") and "*Review starts" in drawn(one["blocks"])
        ]

    return until(told, "nobody said that review starts")[-1]


def test_first_route_is_made_in_the_channel_and_holds_at_once(team: World) -> None:
    """The defaults are named; an answer of that kind then takes the route, with its reviewers and nobody else."""
    told = start(team, team.mara, show=chosen("blind"), minutes=typed("120"))
    said = drawn(told["blocks"])
    assert f"All answers come to <#{CHANNEL}>, held up to 10 minutes, then refused, one verdict each" in said
    assert "Reviewers: <@U0MARA>, <@U0JONAS>" in said
    assert "due within 24 hours" in said
    assert labels(told["blocks"]) == {"Change", "Post a try-out card"}
    assert saved(team) == [
        Route(
            name="review",
            channel=CHANNEL,
            reviewers=("U0MARA", "U0JONAS"),
            leads=("U0MARA",),
            show="blind",
            minutes_per_week=120,
        )
    ]
    team.advance(1)
    (task,) = team.bring(team.output())
    assert (team.view(task).task.route, team.view(task).task.show) == ("review", "blind")
    priya = team.person("U0PRIYA")
    priya.press(priya.card(task), ActionId.APPROVE)
    assert "not a reviewer" in priya.wait_until_told()[-1]["text"]
    assert team.verdicts(task) == []
    team.jonas.press(team.jonas.card(task), ActionId.APPROVE)
    team.settled(task)
    assert team.verdicts(task) == [("U0JONAS", "approve")]


def test_fields_appear_when_they_are_asked_for(own: World) -> None:
    """Held asks how long and what then; tags that are not listed are typed. What was filled in stays."""
    setup(own.mara)
    first = form(own.mara)
    assert {SetupField.WAIT, SetupField.THEN} <= {block["block_id"] for block in first["blocks"]}
    own.mara.tap(first, ActionId.SETUP_GATE, selected_option={"value": "open"})
    sent = until(lambda: view if SetupField.WAIT not in drawn_ids(view := form(own.mara)) else {})
    own.mara.tap(sent, ActionId.SETUP_MATCH, selected_option={"value": "tags"})
    until(lambda: SetupField.TAGS in drawn_ids(form(own.mara)))
    answer = own.mara.hand_in(filled(gate=chosen("open"), match=chosen("tags")))
    assert set(answer["errors"]) == {SetupField.TAGS.value}
    assert own.mara.hand_in(filled(gate=chosen("open"), match=chosen("tags"), tags=typed(" fees,loans , fees")))["ok"]
    (route,) = until(lambda: saved(own))
    assert (route.match, route.hold) == (Match(tags=("fees", "loans")), False)


def drawn_ids(view: Json) -> set[str]:
    """The fields that stand in a form."""
    return {block["block_id"] for block in view["blocks"]}


def test_mistakes_stand_at_their_fields(alone: World) -> None:
    """All at once; nothing is saved before they are mended."""
    setup(alone.mara)
    form(alone.mara)
    wrong = filled(reviewers=people(), match=chosen("tags"))
    assert alone.mara.hand_in(wrong)["ok"]  # faster than the field for the tags, which comes now
    until(lambda: SetupField.TAGS in drawn_ids(form(alone.mara)))
    assert alone.mara.hand_in({**wrong, **filled(reviewers=people(), tags=typed(" , "))})["errors"] == {
        SetupField.REVIEWERS.value: "Choose at least one person or user group.",
        SetupField.TAGS.value: "Write at least one tag, as your application sends it.",
    }
    assert saved(alone) == []
    group = {"type": "multi_static_select", "selected_options": [{"value": "S0REVIEWERS"}]}
    assert alone.mara.hand_in(filled(reviewers=people(), groups=group, tags=typed("fees")))["ok"]
    (route,) = until(lambda: saved(alone))
    assert route.reviewers == ("S0REVIEWERS",)
    said = drawn(alone.mara.wait_until_told()[-1]["blocks"])
    assert "the group " in said
    assert "subteam" not in said


def test_people_of_a_user_group_decide_and_others_do_not(alone: World) -> None:
    """The group is asked of Slack, and its members' verdicts count."""
    group = {"type": "multi_static_select", "selected_options": [{"value": "S0REVIEWERS"}]}
    start(alone, alone.person("U0TOMAS"), reviewers=people(), groups=group)
    alone.advance(1)
    (task,) = alone.bring(alone.output())
    dana = alone.person("U0DANA")
    dana.press(dana.card(task), ActionId.APPROVE)
    dana.wait_until_told()
    alone.mara.press(alone.mara.card(task), ActionId.APPROVE)
    alone.settled(task)
    assert alone.verdicts(task) == [("U0MARA", "approve")]


def test_change_keeps_the_route_and_shows_what_it_says(alone: World) -> None:
    """One channel has one route: its name and lead stay, every version is kept."""
    told = start(alone, alone.mara, then=chosen("release"), wait=chosen("60"))
    alone.mara._leaves()
    alone.mara._press(CHANNEL, told, elements(told["blocks"])[ActionId.SETUP_CHANGE.value])
    again = form(alone.mara)
    state = elements(again["blocks"])
    assert state[SetupField.WAIT.value]["initial_option"]["value"] == "60"
    assert state[SetupField.REVIEWERS.value]["initial_users"] == ["U0MARA", "U0JONAS"]
    assert alone.mara.hand_in(filled(then=chosen("hold")))["ok"]
    (route,) = until(lambda: found if (found := saved(alone))[0].on_timeout is OnTimeout.HOLD else [])
    assert (route.name, route.leads, route.hold_minutes) == ("review", ("U0MARA",), 60)


def test_try_out_card_comes_to_the_channel_and_teaches_nothing(alone: World) -> None:
    """It can be decided like any other, and says that it counts nowhere."""
    told = start(alone, alone.mara)
    alone.mara._press(CHANNEL, told, elements(told["blocks"])[ActionId.SETUP_TRY.value])
    until(lambda: any("*A try-out card" in drawn(one["blocks"]) for one in alone.mara.told()))
    alone.deliver()
    (task,) = alone.mara.cards(CHANNEL)
    card = alone.mara.card(task)
    assert "try-out, counts nowhere" in drawn(card["blocks"])
    assert "within 60 days" in drawn(card["blocks"])
    view = alone.view(task)
    assert (view.task.known, view.decision.reason, view.task.route) == ("wrong", Reason.RULE, "review")
    alone.jonas.press(card, ActionId.APPROVE)
    alone.settled(task)
    assert alone.verdicts(task) == [("U0JONAS", "approve")]


def test_only_leads_and_administrators_change_who_reviews(alone: World) -> None:
    """Once somebody is named, others are told the rule and whom to ask; an administrator always may."""
    start(alone, alone.mara)
    alone.advance(1)
    setup(alone.jonas)
    said = refused(alone.jonas, "Only an administrator")
    assert "Ask <@U0MARA>" in said
    alone.jonas.leave()
    start(alone, alone.person("U0TOMAS"), CARDS)
    assert sorted((route.name, route.leads) for route in saved(alone)) == [
        ("review", ("U0MARA",)),
        ("review-cards", ("U0TOMAS",)),
    ]


def test_somebody_named_meanwhile_is_heard_on_saving(alone: World) -> None:
    """Two open the form of an unset workspace: the first decides who may, and the second is refused."""
    setup(alone.jonas, CARDS)
    form(alone.jonas)
    start(alone, alone.mara)
    assert alone.jonas.hand_in(filled())["ok"]
    refused(alone.jonas, "Only an administrator")
    assert [route.name for route in saved(alone)] == ["review"]


def test_chosen_guest_is_named_as_one_who_does_not_count(alone: World) -> None:
    """Slack's select offers guests; whoever sets up review learns at once that their verdicts are not counted."""
    told = start(alone, alone.mara, reviewers=people("U0MARA", "U0GUEST"))
    assert "*Not counted:* verdicts of <@U0GUEST>. Only full members" in drawn(told["blocks"])


def test_group_whose_name_slack_does_not_tell_stays_in_the_route(alone: World) -> None:
    """A workspace without user groups, or a slow Slack: what was chosen before is not dropped by a change."""
    group = {"type": "multi_static_select", "selected_options": [{"value": "S0REVIEWERS"}]}
    start(alone, alone.mara, groups=group)
    alone.arm("usergroups.list", "error", error="plan_upgrade_required", times=9)
    setup(alone.mara)
    form(alone.mara)
    assert alone.mara.hand_in({})["ok"]
    until(lambda: len(alone.mara.told()) == 2)
    assert saved(alone)[0].reviewers == ("U0MARA", "U0JONAS", "S0REVIEWERS")


def test_guest_is_refused(own: World) -> None:
    """Whoever may not decide may not say who does."""
    guest = own.person("U0GUEST")
    setup(guest)
    refused(guest, "You are a guest here")
    guest.leave()


def test_public_channel_is_joined(alone: World) -> None:
    """The form says so, and cards can be posted there afterwards."""
    dana = alone.person("U0DANA")
    setup(dana, RANDOM)
    assert "Whetstone joins the channel when you start" in drawn(form(dana)["blocks"])
    dana.leave()
    start(alone, dana, RANDOM)
    alone.advance(1)
    (task,) = alone.bring(alone.output())
    assert alone.view(task).task.posting is not None
    assert task in dana.cards(RANDOM)


def test_channel_that_cannot_be_joined_is_told_directly(alone: World) -> None:
    """The route is kept, and the way on is in the message."""
    dana = alone.person("U0DANA")
    setup(dana, RANDOM)
    form(dana)
    alone.arm("conversations.join", "error", error="restricted_action")
    assert dana.hand_in(filled())["ok"]
    until(lambda: any("/invite @Whetstone" in drawn(one["blocks"]) for one in dana.seen("D0DANA")))
    assert len(saved(alone)) == 1


def test_private_channel_without_whetstone_says_how_to_invite_it(alone: World) -> None:
    """Only people can bring an app into a private channel."""
    bot = alone.http.get("/_sandbox/workspace").json()["bot"]["user_id"]
    alone.control("channels", channel=LEADS, remove=[bot])
    setup(alone.mara, LEADS)
    refused(alone.mara, "/invite @Whetstone")


def test_direct_message_is_no_place_for_review(own: World) -> None:
    """The command is typed in the channel where answers should come."""
    setup(own.mara, "D0MARA")
    refused(own.mara, "This is a direct message")
    own.mara.leave()


def test_slack_that_does_not_answer_is_told_in_the_window(alone: World) -> None:
    """The window that loads never stays."""
    alone.arm("conversations.history", "http_500", times=3)
    setup(alone.mara)
    refused(alone.mara, "did not answer. Try again")


def test_database_that_is_away_loses_nothing_that_was_filled_in(alone: World) -> None:
    """The sentence stands on top of the form."""
    setup(alone.mara)
    form(alone.mara)
    alone.store.fault = Unavailable("The database does not answer.")
    assert alone.mara.hand_in(filled())["ok"]
    refused(alone.mara, "Not saved.")
    alone.store.let_go()
    alone.mara.leave()
    assert alone.mara.hand_in(filled())["ok"]
    until(lambda: saved(alone))

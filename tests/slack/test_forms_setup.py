"""The form "Set up review": what it shows for a route, what it makes of what was filled in, and hostile names in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.forms.joining import added_message, asked_message, request_message, welcome_message
from bot.slack.forms.setup import (
    Choice,
    SetupField,
    answer_choices,
    draft_of,
    minutes_words,
    parse_setup,
    reach_words,
    redrawn,
    setup_view,
)
from bot.slack.forms.setup_answers import started_message
from bot.slack.forms.state import FieldErrors
from bot.slack.values import SetupContext
from reviewers.model import Match, OnDisagreement, OnTimeout, Route
from tests.slack.checks import live_in_text, live_signs, problems_of_message, problems_of_view
from tests.slack.test_injection import PAYLOADS

CONTEXT = SetupContext(channel="C0REVIEW", channel_name="review")
GROUPS = (Choice("Reviewers", "S0REVIEWERS"),)
ROUTES = (
    Route(name="review", channel="C0REVIEW", reviewers=("U0MARA",), minutes_per_week=240),
    Route(
        name="Cards",
        channel="C0REVIEW",
        match=Match(tags=("cards", "fees")),
        reviewers=("U0MARA", "U0JONAS", "S0REVIEWERS"),
        leads=("U0TOMAS",),
        quorum=2,
        on_disagreement=OnDisagreement.LEAD,
        show="blind",
        hold_minutes=90,
        on_timeout=OnTimeout.HOLD,
        minutes_per_week=60,
    ),
    Route(
        name="m",
        channel="C0REVIEW",
        match=Match(models=("helpdesk-8b",)),
        reviewers=("S0REVIEWERS",),
        show="all",
        hold=False,
        minutes_per_week=30,
        release_target=0.03,  # none of those that the form offers
    ),
    Route(
        name="proven",
        channel="C0REVIEW",
        reviewers=("U0MARA",),
        minutes_per_week=240,
        release_target=0.05,
        release_below_proven=True,
    ),
)


def view_of(route: Route | None) -> dict[str, Any]:
    """The form of this route, in a workspace with other models and tags."""
    draft = draft_of(route)
    answers = answer_choices(("helpdesk-8b",), ("loans",), draft.answers)
    return setup_view(draft, context=CONTEXT, answers=answers, groups=GROUPS)


def untouched(view: dict[str, Any]) -> dict[str, Any]:
    """As Slack hands it in when nobody changed anything: the initial values."""
    names = {
        "initial_option": "selected_option",
        "initial_users": "selected_users",
        "initial_options": "selected_options",
    }
    values: dict[str, Any] = {}
    for block in (one for one in view["blocks"] if one["type"] == "input"):
        element = block["element"]
        state = {names.get(key, "value"): value for key, value in element.items() if key.startswith("initial_")}
        values[block["block_id"]] = {element["action_id"]: state}
    return view | {"state": {"values": values}}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_untouched_form_gives_the_same_route_back(route: Route) -> None:
    """What the form shows is what the route says, and what it does not ask stays."""
    view = view_of(route)
    assert problems_of_view(view) == []
    assert parse_setup(untouched(view), route) == route
    assert redrawn(untouched(view)) == view


def test_new_form_has_the_defaults_of_a_route() -> None:
    """With one person added it is a route with the usual hold; nobody chosen is a mistake at its field."""
    form = untouched(view_of(None))
    refused = parse_setup(form, None)
    assert isinstance(refused, FieldErrors)
    assert set(refused.errors) == {SetupField.REVIEWERS.value}
    form["state"]["values"][SetupField.REVIEWERS.value] = {SetupField.REVIEWERS.value: {"selected_users": ["U0MARA"]}}
    assert parse_setup(form, None) == ROUTES[0]


@pytest.mark.parametrize("minutes", [None, "", "9", "6001", "many", "1e3"])
def test_minutes_that_cannot_be_are_a_mistake_at_their_field(minutes: str | None) -> None:
    """Slack checks numbers in its clients; the app does not rely on them."""
    form = untouched(view_of(ROUTES[0]))
    form["state"]["values"][SetupField.MINUTES.value] = {SetupField.MINUTES.value: {"value": minutes}}
    refused = parse_setup(form, None)
    assert isinstance(refused, FieldErrors)
    assert refused.errors == {SetupField.MINUTES.value: "Write a whole number from 10 to 6,000."}


def test_what_is_proven_needs_a_share_that_may_be_wrong() -> None:
    """The mistake stands at the field that lacks it; with one, held answers leave by proof."""
    form = untouched(view_of(ROUTES[0]))
    values = form["state"]["values"]
    values[SetupField.PROVEN.value] = {SetupField.PROVEN.value: {"selected_options": [{"value": "proven"}]}}
    refused = parse_setup(form, None)
    assert isinstance(refused, FieldErrors)
    assert refused.errors == {SetupField.TARGET.value: "Choose how many may be wrong, or untick the box below."}
    values[SetupField.TARGET.value] = {SetupField.TARGET.value: {"selected_option": {"value": "0.02"}}}
    route = parse_setup(form, None)
    assert isinstance(route, Route)
    assert (route.release_target, route.release_below_proven) == (0.02, True)
    told = started_message(route, groups={}, context=CONTEXT)
    assert "at most 2 of 100 may be wrong: where reviews prove that, held answers are sent at once." in str(told.blocks)


def test_what_is_proven_is_asked_of_held_answers_only() -> None:
    """What is sent before anybody decides has left; the share is asked all the same, for the figures."""
    shown = {block["block_id"] for block in view_of(ROUTES[2])["blocks"]}
    assert SetupField.TARGET.value in shown
    assert SetupField.PROVEN.value not in shown


def test_minutes_are_told_as_answers_and_points() -> None:
    """240 · 60 / 45 = 320; 1.96 · √(0.15 · 0.85 / 320) = 0.0391. 30 minutes: 40 answers, 0.1107."""
    assert "about 320 answers: the error rate comes out within about ±4 points" in reach_words(240)
    assert "about 40 answers: the error rate comes out within about ±11 points" in reach_words(30)


def test_hours_are_told_as_hours() -> None:
    """Whole hours only."""
    assert [minutes_words(one) for one in (1, 10, 60, 90, 120)] == [
        "1 minute",
        "10 minutes",
        "1 hour",
        "90 minutes",
        "2 hours",
    ]


def test_hundred_models_and_tags_fit_into_one_select() -> None:
    """Slack refuses more than 100 options, and values beyond 150 characters."""
    models = [f"model {n}" for n in range(300)]
    tags = ["t" * 200, *(f"tag {n}" for n in range(300))]
    view = setup_view(draft_of(None), context=CONTEXT, answers=answer_choices(models, tags, "tag:of long ago"))
    assert problems_of_view(view) == []


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_names_are_only_names(payload: str) -> None:
    """Of models, tags, groups, channels, routes and people: valid on the wire, and nothing in them is alive."""
    context = replace(CONTEXT, channel_name=payload[:80])
    route = replace(ROUTES[1], name=payload[:100], match=Match(tags=(payload,), models=(payload,)))
    answers = answer_choices((payload,), (payload,), "all")
    view = setup_view(draft_of(route), context=context, answers=answers, groups=(Choice(payload or "g", "S1"),))
    assert problems_of_view(view) == []
    assert live_signs(view["blocks"]) == []
    messages = [
        started_message(route, groups={"S0REVIEWERS": payload}, context=context),
        request_message("U0MARA", payload, payload[:100] or "r", addable=True),
        request_message("U0MARA", payload, payload[:100], addable=False),
        asked_message([payload]),
        added_message("U0MARA", payload, payload),
        welcome_message(payload),
    ]
    for message in messages:
        assert problems_of_message(message) == []
        assert live_signs(message.blocks) == []
        assert live_in_text(message.text) == []

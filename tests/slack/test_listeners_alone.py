"""Listeners by themselves where Slack or somebody else is in the way: what is done all the same, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.digest.ids import DigestAction, DigestBlock, DigestValue
from bot.slack.forms import hand_over_view
from bot.slack.ids import ActionId, CallbackId
from bot.slack.listeners import digests, joining, late, menus, setup, threads, verdicts
from bot.slack.values import ButtonValue, NamedValue
from reviewers.decisions.digest_answers import Display, told_of
from reviewers.errors import AlreadyResolved, Claimed, Invalid, NotYourTask
from tests.builders import NOON, a_task
from tests.slack.checks import words
from tests.slack.digests import drawn_digest
from tests.slack.scenes import thailand
from tests.slack.stand_ins import Registered, Slack, a_desk, ack
from tests.slack.test_answers import WINDOW, button
from tests.slack.test_forms_setup import ROUTES, untouched, view_of
from tests.workflow.worlds import CountedMetrics

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOON))
IN_CHANNEL: dict[str, Any] = {
    "channel": {"id": "C0REVIEW"},
    "trigger_id": "1.2",
    "response_url": "https://hooks.example/1",
}


class Said:
    """What was answered through `ack` or `respond`."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []

    def __call__(self, **named: Any) -> None:
        self.all.append(named)


# Handing over


def handing(hand_over: Callable[[str, str, str], None], count: int) -> Said:
    """Hand in the form for as many answers, t-1 with the number 1 and so on."""
    views = {f"t-{n}": thailand(task=a_task(f"t-{n}", number=n)) for n in range(1, count + 1)}
    verdict_desk = SimpleNamespace(view=views.__getitem__)
    desk = a_desk(queue=SimpleNamespace(hand_over=hand_over), verdicts=verdict_desk)
    submitted = hand_over_view(*views.values())
    said = Said()
    Registered(menus, desk).by_name[CallbackId.HAND_OVER.value](
        ack=said, body={"user": {"id": "U0MARA"}}, view={**submitted, "state": {"values": {}}}
    )
    return said


def test_answers_that_cannot_be_handed_over_are_told_and_the_others_go() -> None:
    """One was decided, one is claimed, one is not theirs: nine of twelve go, and no edit is called lost."""
    moved: list[str] = []
    refusals: dict[str, Exception] = {
        "t-2": AlreadyResolved(by="U0JONAS", outcome="approved", at=NOON),
        "t-5": Claimed(by="U0JONAS", until=NOON),
        "t-7": NotYourTask("A lead has decided this answer."),
    }

    def hand_over(task_id: str, by: str, to: str) -> None:
        if task_id in refusals:
            raise refusals[task_id]
        moved.append(task_id)

    (answer,) = handing(hand_over, 12).all
    assert len(moved) == 9
    assert answer["response_action"] == "update"
    told = words(answer["view"]["blocks"])
    assert "9 of 12 answers handed over." in told
    assert "Not #2: decided meanwhile." in told
    assert "Not #5: somebody else has claimed it." in told
    assert "Edit" not in told


def test_person_who_may_decide_none_of_them_is_refused_at_the_field() -> None:
    """Nothing moved, so somebody else can be chosen."""

    def hand_over(task_id: str, by: str, to: str) -> None:
        raise Invalid("to", "They are not a reviewer of these answers. Choose somebody else.")

    (answer,) = handing(hand_over, 3).all
    assert answer["errors"] == {"to": "They are not a reviewer of these answers. Choose somebody else."}


def test_all_handed_over_closes_the_form() -> None:
    """Nothing is left to say."""
    assert handing(lambda task_id, by, to: None, 2).all == [{"response_action": "clear"}]


# Taking over


def taking_over(slack: Slack, body: dict[str, Any]) -> Said:
    """Mara takes over what Jonas claimed; there is nothing of it to review, so that the run ends at once."""
    claimed = a_task(claimed_by="U0JONAS", claimed_until=NOON + timedelta(minutes=5))
    mine = a_task(claimed_by="U0MARA", claimed_until=NOON + timedelta(minutes=15))

    def claim(task_id: str, reviewer: str, *, take_over: bool = False) -> Any:
        return mine

    def require(view: Any, reviewer: str) -> None:
        raise NotYourTask("Read only.")

    desk = a_desk(
        queue=SimpleNamespace(claim=claim),
        verdicts=SimpleNamespace(view=lambda task_id: thailand(task=claimed), require=require),
        services=CLOCK,
        zone_of=lambda user: BERLIN,
        claims=lambda task_id, actor: {"type": "modal"},
    )
    said = Said()
    listener = Registered(menus, desk).by_name[ActionId.TAKE_OVER.value]
    listener(ack=ack, body=body, action=body["actions"][0], client=slack.client, respond=said)
    return said


def test_previous_holder_is_told_even_where_the_window_came_too_late() -> None:
    """It is taken over all the same."""
    slack = Slack({"views_open": "expired_trigger_id"})
    with pytest.raises(SlackApiError):
        taking_over(slack, button(ActionId.TAKE_OVER, **IN_CHANNEL))
    (sent,) = slack.called("chat_postMessage")
    assert sent["channel"] == "U0JONAS"
    assert "has taken over #4821 from you" in sent["text"]


def test_time_until_when_is_told_on_the_persons_own_clock() -> None:
    """12:15 of UTC is 13:15 in Berlin."""
    said = taking_over(Slack(), button(ActionId.TAKE_OVER, **IN_CHANNEL))
    assert said.all[0]["text"] == "You have #4821 until 13:15."


def test_holder_whom_slack_refuses_spoils_nothing() -> None:
    """Whoever took over is answered."""
    said = taking_over(Slack({"chat_postMessage": "cannot_dm_bot"}), button(ActionId.TAKE_OVER, **IN_CHANNEL))
    assert len(said.all) == 1


def test_taking_over_in_a_window_puts_the_answer_there() -> None:
    """A window has no response_url."""
    body = button(ActionId.TAKE_OVER, **WINDOW)
    body["actions"][0]["block_id"] = "again"
    slack = Slack()
    assert taking_over(slack, body).all == []
    assert slack.called("views_update")[0]["view_id"] == "V1"


def test_extended_time_is_told_on_the_leads_own_clock() -> None:
    """17:00 of UTC is 18:00 in Berlin."""
    desk = a_desk(
        services=SimpleNamespace(reminders=SimpleNamespace(extend=lambda route, by: [a_task()]), **vars(CLOCK)),
        zone_of=lambda user: BERLIN,
    )
    said = Said()
    Registered(late, desk).by_name[ActionId.EXTEND.value](
        ack=ack, body={"user": {"id": "U0TOMAS"}}, action={"value": NamedValue(name="Cards").to_json()}, respond=said
    )
    assert said.all[0]["text"] == "1 answer moved. Due 18:00."


# Disagreeing


def disagreeing(kind: str, slack: Slack, body: dict[str, Any]) -> list[str]:
    """Press Disagree; the kinds that were recorded."""
    recorded: list[str] = []

    def record(actor: Any, task_id: str, kind: Any, **content: Any) -> None:
        recorded.append(kind.value)

    form = {"type": "modal", "private_metadata": '{"v":1,"task":"t-1"}'}
    desk = a_desk(record=record, edit=lambda task_id, actor: form, reject=lambda task_id, actor: form)
    action = {"value": ButtonValue(task_id="t-1", kind=kind).to_json()}
    listener = Registered(verdicts, desk).by_name[ActionId.DISAGREE.value]
    listener(ack=ack, body=body, action=action, client=slack.client, respond=Said())
    return recorded


def test_disagreement_in_a_window_is_recorded_and_told_there() -> None:
    """There is no response_url, and nothing breaks for it."""
    slack = Slack()
    assert disagreeing("approve", slack, button(ActionId.DISAGREE, **WINDOW)) == ["approve"]
    assert "A lead decides now." in words(slack.called("views_update")[0]["view"]["blocks"])


def test_form_of_a_disagreement_takes_the_place_of_the_small_answer() -> None:
    """A third window is kept free for the changes."""
    body = button(ActionId.DISAGREE, **WINDOW)
    body["actions"][0]["block_id"] = "again"
    slack = Slack()
    assert disagreeing("edit", slack, body) == []
    assert [method for method, _ in slack.calls] == ["views_update"]


# Asking to be added


def asking(slack: Slack) -> Said:
    """Mara asks to be added to a route that three people lead."""
    routes = SimpleNamespace(who_adds=lambda route: ("U0A", "U0B", "U0C"), named=lambda route: None)
    desk = a_desk(services=SimpleNamespace(routes=routes))
    said = Said()
    body = button(ActionId.ROUTE_JOIN, **IN_CHANNEL)
    listener = Registered(joining, desk).by_name[ActionId.ROUTE_JOIN.value]
    listener(ack=ack, body=body, action=body["actions"][0], client=slack.client, respond=said)
    return said


def test_lead_whom_slack_refuses_does_not_keep_the_request_from_the_others() -> None:
    """Only those who were reached are named."""
    slack = Slack({"chat_postMessage U0A": "user_disabled"})
    assert asking(slack).all[0]["text"] == "Asked. U0B and U0C were told."
    assert [call["channel"] for call in slack.called("chat_postMessage")] == ["U0A", "U0B", "U0C"]


def test_request_that_reached_nobody_says_so() -> None:
    """The button stays, since nothing takes its place."""
    with pytest.raises(Invalid, match="Not asked: Slack took no message for U0A or U0B or U0C"):
        asking(Slack({"chat_postMessage": "account_inactive"}))


# Setting up


def test_second_choice_in_the_setup_form_is_drawn_after_a_quick_first_one() -> None:
    """The form's hash has changed by then, so it is not asked for."""
    slack = Slack()
    view = {**untouched(view_of(ROUTES[0])), "id": "V1", "hash": "1.a"}
    Registered(setup, a_desk()).by_name[ActionId.SETUP_MATCH.value](ack=ack, body={"view": view}, client=slack.client)
    assert set(slack.called("views_update")[0]) == {"view_id", "view"}


# Digests


def test_form_behind_not_useful_offers_what_the_message_told() -> None:
    """Fees abroad are known since an earlier week, so the topic is what its first line is about."""
    week = drawn_digest()
    display = Display(muted=(told_of(week.findings[0]),))
    services = SimpleNamespace(
        shelf=lambda zone: SimpleNamespace(one=lambda week_name, route: week),
        digest_answers=SimpleNamespace(display=lambda digest: display),
    )
    slack = Slack()
    Registered(digests, a_desk(services=services)).by_name[DigestAction.NOT_USEFUL.value](
        ack=ack,
        body={"user": {"id": "U0JONAS"}, "trigger_id": "1.2"},
        action={"value": DigestValue(week=week.week, route=week.route).to_json()},
        client=slack.client,
    )
    blocks = slack.called("views_open")[0]["view"]["blocks"]
    menu = next(block["element"] for block in blocks if block.get("block_id") == DigestBlock.WHICH)
    (offered,) = menu["options"]
    assert offered["text"]["text"].startswith("Topic “cash in Thailand, Turkey”")
    assert menu["initial_options"] == [offered]


# The workspace


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
def test_loss_of_access_is_counted_by_its_event(event: str) -> None:
    """An operator is woken by a counter, not by a line of the log."""
    metrics = CountedMetrics()
    desk = a_desk(services=SimpleNamespace(metrics=metrics))
    Registered(threads, desk).by_name[event](body={"team_id": "T0MERIDIAN"})
    assert metrics.of("slack_access_lost", event=event) == 1

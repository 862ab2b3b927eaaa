"""Faults of deliveries: lost, late and doubled ones, each armed for one kind of delivery."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox.settings import Shortcut
from tests.sandbox.bench import CHANNEL, Bench, actions, asks, bench, modal, words


@pytest.fixture
def local() -> Iterator[Bench]:
    """A sandbox whose app hears messages and reactions and has a shortcut."""
    shortcut = Shortcut(type="message_action", callback_id="check_message", name="Check with Whetstone")
    with bench(events=frozenset({"message.channels", "reaction_added"}), shortcuts=(shortcut,)) as one:
        yield one


def test_a_retry_may_come_whose_original_never_did(local: Bench) -> None:
    """The first delivery is lost, so the app meets the event as retry 1."""
    ts = local.control("/messages", user="U0MARA", channel="C0RANDOM", text="unheard")["ts"]
    assert ts
    link = local.link()
    local.arm("deliver", "drop_delivery", only="message")
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    envelope = link.receive()
    link.ack(envelope)
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (1, "connection_failed")
    assert envelope["payload"]["event"]["text"] == "hello"


def test_a_lost_click_is_an_error_to_the_person(local: Bench) -> None:
    """Slack repeats no interaction."""
    ts = local.post([actions()])
    link = local.link()
    local.arm("deliver", "drop_delivery", only="block_actions")
    assert local.press(ts).result()["error"] == "dispatch_failed"
    again = local.press(ts)
    link.ack(link.receive())
    assert again.result()["ok"]


def test_a_late_ack_brings_the_event_again_with_its_id(local: Bench) -> None:
    """The app took it both times: only event_id tells that it is one event."""
    ts = local.control("/messages", user="U0MARA", channel="C0RANDOM", text="elsewhere")["ts"]
    assert ts
    link = local.link()
    local.arm("deliver", "late_ack", only="message")
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    envelopes = []
    for _ in range(2):
        envelopes.append(link.receive())
        link.ack(envelopes[-1])
    assert [(e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [(0, ""), (1, "timeout")]
    assert len({e["payload"]["event_id"] for e in envelopes}) == 1


def test_a_fault_waits_for_the_delivery_that_it_names(local: Bench) -> None:
    """Other deliveries, such as the app's own messages, pass it by."""
    link = local.link()
    local.arm("deliver", "duplicate_delivery", only="reaction_added")
    ts = local.post()
    link.ack(link.receive())
    local.control("/reactions", user="U0MARA", channel=CHANNEL, ts=ts, name="x")
    twice = [link.receive(), link.receive()]
    for envelope in twice:
        link.ack(envelope)
    assert {e["payload"]["event"]["type"] for e in twice} == {"reaction_added"}
    assert local.read("/faults")["armed"] == []


def test_a_submission_may_come_twice(local: Bench) -> None:
    """The same view with the same state and trigger, in two envelopes."""
    link = local.link()
    view = local.open(link, modal(asks("q", words(initial_value="x"))))
    local.arm("deliver", "duplicate_delivery", only="view_submission")
    sent = local.meanwhile("/views/submit", user="U0MARA", view_id=view["id"], values={})
    twice = [link.receive(), link.receive()]
    for envelope in twice:
        link.ack(envelope)
    assert sent.result()["ok"]
    assert twice[0]["payload"] == twice[1]["payload"]
    assert twice[0]["envelope_id"] != twice[1]["envelope_id"]


def test_a_submission_acked_too_late_leaves_the_modal_open(local: Bench) -> None:
    """The person presses again, and the app gets the same view anew."""
    link = local.link()
    view = local.open(link, modal(asks("q", words(initial_value="x"))))
    local.arm("deliver", "late_ack", only="view_submission")
    seen = []
    for expected in ("dispatch_failed", None):
        sent = local.meanwhile("/views/submit", user="U0MARA", view_id=view["id"], values={})
        envelope = link.receive()
        link.ack(envelope)
        seen.append(envelope["payload"]["view"]["id"])
        assert sent.result().get("error") == expected
    assert seen == [view["id"]] * 2


def test_a_shortcut_may_come_twice(local: Bench) -> None:
    """Two envelopes with one trigger: whoever opens a modal second is told so."""
    ts = local.control("/messages", user="U0DANA", channel="C0RANDOM", text="Is it free?")["ts"]
    link = local.link()
    local.arm("deliver", "duplicate_delivery", only="message_action")
    chosen = local.meanwhile("/shortcuts", user="U0DANA", callback_id="check_message", channel="C0RANDOM", ts=ts)
    twice = [link.receive(), link.receive()]
    for envelope in twice:
        link.ack(envelope)
    assert chosen.result()["ok"]
    triggers = [e["payload"]["trigger_id"] for e in twice]
    assert local.api("views.open", trigger_id=triggers[0], view=modal())["ok"]
    assert local.api("views.open", trigger_id=triggers[1], view=modal())["error"] == "exchanged_trigger_id"


def test_any_error_of_a_method_can_be_armed(local: Bench) -> None:
    """A workspace without a paid plan has no user groups."""
    local.arm("usergroups.users.list", "error", error="plan_upgrade_required")
    assert local.api("usergroups.users.list", usergroup="S0REVIEWERS")["error"] == "plan_upgrade_required"
    assert local.api("usergroups.users.list", usergroup="S0REVIEWERS")["ok"]
    assert local.arm("usergroups.users.list", "error")["error"] == "invalid_request"

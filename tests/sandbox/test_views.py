"""Modals and Homes: triggers, the stack, hashes, state, and what answers to a submission do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bench import CHANNEL, Bench, Json, Link, actions, asks, button, modal, plain, section, words

CHOICES = [{"text": plain(word), "value": word} for word in ("right", "wrong")]
RADIO: Json = {"type": "radio_buttons", "action_id": "r", "options": CHOICES}


def submit(local: Bench, view: Json, values: Json | None = None) -> Any:
    """Press submit without waiting."""
    return local.meanwhile("/views/submit", user="U0MARA", view_id=view["id"], values=values or {})


def answer(link: Link, payload: Json | None = None) -> Json:
    """Acknowledge the next envelope with a payload and return what it carried."""
    envelope = link.receive()
    link.ack(envelope, payload)
    return dict(envelope["payload"])


def stack(local: Bench) -> list[str]:
    """Return the titles of Mara's open modals, top last."""
    return [view["title"]["text"] for view in local.read("/views", user="U0MARA")["stack"]]


def test_a_trigger_opens_one_modal(local: Bench) -> None:
    """The second use is refused, and so is one that was made up."""
    trigger = local.trigger(local.link())
    assert local.api("views.open", trigger_id=trigger, view=modal())["ok"]
    assert local.api("views.open", trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
    assert local.api("views.open", trigger_id="1.2.abc", view=modal())["error"] == "invalid_trigger_id"


def test_a_trigger_expires_after_three_seconds(local: Bench) -> None:
    """The clock decides; a refused view does not use the trigger up."""
    link = local.link()
    late = local.trigger(link)
    local.advance(3.1)
    assert local.api("views.open", trigger_id=late, view=modal())["error"] == "expired_trigger_id"
    fresh = local.trigger(link)
    assert local.api("views.open", trigger_id=fresh, view=modal(title=plain("x" * 25)))["error"] == "invalid_arguments"
    assert local.api("views.open", trigger_id=fresh, view=modal())["ok"]


def test_three_modals_lie_on_each_other_and_no_fourth(local: Bench) -> None:
    """Each knows the one below and the first."""
    link = local.link()
    views = [local.open(link, modal(title=plain("one")))]
    for title in ("two", "three"):
        pushed = local.api("views.push", trigger_id=local.trigger(link), view=modal(title=plain(title)))
        views.append(pushed["view"])
    assert stack(local) == ["one", "two", "three"]
    assert [v["previous_view_id"] for v in views] == [None, views[0]["id"], views[1]["id"]]
    assert {v["root_view_id"] for v in views} == {views[0]["id"]}
    fourth = local.api("views.push", trigger_id=local.trigger(link), view=modal())
    assert fourth["error"] == "push_limit_reached"


def test_an_update_with_an_old_hash_is_refused(local: Bench) -> None:
    """The hash changes with every update, so the slower of two writers is told."""
    view = local.open(local.link(), modal())
    first = local.api("views.update", view_id=view["id"], hash=view["hash"], view=modal(title=plain("new")))
    assert first["view"]["hash"] != view["hash"]
    second = local.api("views.update", view_id=view["id"], hash=view["hash"], view=modal())
    assert second["error"] == "hash_conflict"
    assert stack(local) == ["new"]


def test_a_view_can_be_found_by_its_external_id(local: Bench) -> None:
    """An external id belongs to one view at a time."""
    link = local.link()
    local.open(link, modal(external_id="task-1"))
    assert local.api("views.update", external_id="task-1", view=modal(external_id="task-1"))["ok"]
    again = local.api("views.push", trigger_id=local.trigger(link), view=modal(external_id="task-1"))
    assert again["error"] == "duplicate_external_id"
    assert local.api("views.update", view_id="V0GONE", view=modal())["error"] == "not_found"


def test_a_submission_carries_untouched_initial_values(local: Bench) -> None:
    """Prefilled text, chosen options and empty fields all come in state.values."""
    link = local.link()
    view = local.open(
        link,
        modal(
            asks("prefilled", words(initial_value="as it was")),
            asks("typed", words()),
            asks("empty", words(), optional=True),
            asks(
                "radio", {"type": "radio_buttons", "action_id": "r", "options": CHOICES, "initial_option": CHOICES[1]}
            ),
            asks("boxes", {"type": "checkboxes", "action_id": "c", "options": CHOICES}, optional=True),
            private_metadata="task 7",
        ),
    )
    sent = submit(local, view, {"typed": {"a": {"type": "plain_text_input", "value": "new"}}})
    payload = answer(link)
    values = payload["view"]["state"]["values"]
    assert values["prefilled"]["a"] == {"type": "plain_text_input", "value": "as it was"}
    assert values["typed"]["a"] == {"type": "plain_text_input", "value": "new"}
    assert values["empty"]["a"] == {"type": "plain_text_input", "value": None}
    assert values["radio"]["r"]["selected_option"]["value"] == "wrong"
    assert values["boxes"]["c"] == {"type": "checkboxes", "selected_options": []}
    assert (payload["view"]["callback_id"], payload["view"]["private_metadata"]) == ("form", "task 7")
    assert sent.result() == {"ok": True, "stack": []}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (words(), None),
        (words(min_length=3), {"value": "ab"}),
        (words(max_length=3), {"value": "abcd"}),
        ({"type": "number_input", "action_id": "a", "is_decimal_allowed": False}, {"value": "1.5"}),
        ({"type": "number_input", "action_id": "a", "is_decimal_allowed": True, "max_value": "1"}, {"value": "1.5"}),
        ({"type": "email_text_input", "action_id": "a"}, {"value": "nobody"}),
        ({"type": "url_text_input", "action_id": "a"}, {"value": "nowhere"}),
    ],
)
def test_what_the_client_refuses_is_never_sent(local: Bench, element: Json, value: Json | None) -> None:
    """The person sees the error at the field; the app hears nothing."""
    view = local.open(local.link(), modal(asks("q", element)))
    told = submit(local, view, {"q": {"a": value}} if value else {}).result()
    assert (told["ok"], list(told["errors"])) == (False, ["q"])
    assert local.journal("view_submission", "deliver") == []


def test_errors_leave_the_modal_open_with_its_entries(local: Bench) -> None:
    """A second submission still carries what was typed before."""
    link = local.link()
    view = local.open(link, modal(asks("q", words())))
    sent = submit(local, view, {"q": {"a": {"value": "typed"}}})
    answer(link, {"response_action": "errors", "errors": {"q": "Not that."}})
    assert sent.result() == {"ok": False, "errors": {"q": "Not that."}}
    again = submit(local, view)
    assert answer(link)["view"]["state"]["values"]["q"]["a"]["value"] == "typed"
    assert again.result()["ok"]


def test_a_submission_may_update_push_or_clear(local: Bench) -> None:
    """The answer in the ack changes the stack."""
    link = local.link()
    view = local.open(link, modal(title=plain("one")))
    sent = submit(local, view)
    answer(link, {"response_action": "update", "view": modal(title=plain("two"))})
    assert [v["title"]["text"] for v in sent.result()["stack"]] == ["two"]
    sent = submit(local, view)
    answer(link, {"response_action": "push", "view": modal(title=plain("three"))})
    top = sent.result()["stack"][-1]
    assert stack(local) == ["two", "three"]
    sent = submit(local, top)
    answer(link, {"response_action": "clear"})
    assert sent.result() == {"ok": True, "stack": []}


@pytest.mark.parametrize(
    "payload",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": modal(title=plain("x" * 25))},
        {"response_action": "dance"},
    ],
)
def test_a_wrong_answer_to_a_submission_is_an_error(local: Bench, payload: Json) -> None:
    """Slack shows a failure and leaves the modal as it is."""
    link = local.link()
    view = local.open(link, modal(asks("q", words(initial_value="x"))))
    sent = submit(local, view)
    answer(link, payload)
    assert sent.result()["error"] == "dispatch_failed"
    assert stack(local) == ["Title"]


def test_an_unanswered_submission_leaves_the_modal_open(local: Bench) -> None:
    """After three seconds the person can try again."""
    link = local.link()
    view = local.open(link, modal())
    sent = submit(local, view)
    link.receive()
    local.advance(3.1)
    assert sent.result()["error"] == "dispatch_failed"
    assert stack(local) == ["Title"]


def test_an_action_in_a_view_updates_its_state(local: Bench) -> None:
    """The payload shows the new value and what else was typed, and an update by the app keeps both."""
    link = local.link()
    menu = {"type": "static_select", "action_id": "m", "options": CHOICES}
    blocks = [asks("q", words()), {**actions(menu, button("more")), "block_id": "acts"}]
    view = local.open(link, modal(*blocks))
    pressed = local.meanwhile(
        "/actions",
        user="U0MARA",
        container={"type": "view", "view_id": view["id"]},
        block_id="acts",
        action_id="m",
        selected_option={"value": "wrong"},
        state={"values": {"q": {"a": {"value": "half a word"}}}},
    )
    payload = answer(link)
    assert pressed.result() == {"ok": True}
    assert payload["actions"][0]["selected_option"] == {**CHOICES[1], "text": {**plain("wrong"), "emoji": True}}
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["state"]["values"]["q"]["a"]["value"] == "half a word"
    updated = local.api("views.update", view_id=view["id"], view=modal(*blocks, section("more")))["view"]
    assert updated["state"]["values"]["q"]["a"]["value"] == "half a word"
    assert updated["state"]["values"]["acts"]["m"]["selected_option"]["value"] == "wrong"


def test_an_option_that_is_not_offered_cannot_be_chosen(local: Bench) -> None:
    """The page sends what it likes; the sandbox looks it up."""
    ts = local.post([actions({"type": "overflow", "action_id": "o", "options": CHOICES})])
    assert local.press(ts, action_id="o", selected_option={"value": "third"}).result()["error"] == "unknown_option"


def test_a_text_input_may_dispatch_while_it_is_typed_in(local: Bench) -> None:
    """With dispatch_action the app hears a block_actions with the value."""
    link = local.link()
    view = local.open(link, modal(asks("q", words(), dispatch_action=True)))
    container = {"type": "view", "view_id": view["id"]}
    typed = local.meanwhile(
        "/actions", user="U0MARA", container=container, block_id="q", action_id="a", value="find me"
    )
    action = answer(link)["actions"][0]
    assert (action["type"], action["value"]) == ("plain_text_input", "find me")
    assert typed.result()["ok"]


def test_closing_tells_the_app_if_it_asked(local: Bench) -> None:
    """view_closed comes with notify_on_close only; clear_on_close closes the whole stack."""
    link = local.link()
    first = local.open(link, modal())
    assert local.control("/views/close", user="U0MARA", view_id=first["id"]) == {"ok": True, "stack": []}
    local.open(link, modal(notify_on_close=True))
    pushed = local.api(
        "views.push", trigger_id=local.trigger(link), view=modal(notify_on_close=True, clear_on_close=True)
    )
    closed = local.meanwhile("/views/close", user="U0MARA", view_id=pushed["view"]["id"])
    told = [answer(link) for _ in range(2)]
    assert [(p["type"], p["is_cleared"]) for p in told] == [("view_closed", True)] * 2
    assert closed.result() == {"ok": True, "stack": []}


def test_only_the_top_modal_of_its_own_person_can_be_used(local: Bench) -> None:
    """Another person, or a modal below, is refused."""
    link = local.link()
    below = local.open(link, modal())
    top = local.api("views.push", trigger_id=local.trigger(link), view=modal())["view"]
    assert submit(local, below).result()["error"] == "not_found"
    other = local.control("/views/submit", user="U0JONAS", view_id=top["id"], values={})
    assert other["error"] == "not_found"


def test_a_home_is_published_for_one_person(local: Bench) -> None:
    """Home has no title and no submit, and an old hash is refused."""
    home = {"type": "home", "blocks": [section(), actions()]}
    view = local.api("views.publish", user_id="U0MARA", view=home)["view"]
    assert local.read("/home", user="U0MARA")["view"]["id"] == view["id"]
    assert local.read("/home", user="U0JONAS") == {"view": None}
    newer = local.api("views.publish", user_id="U0MARA", view=home, hash=view["hash"])["view"]
    assert newer["id"] == view["id"]
    assert local.api("views.publish", user_id="U0MARA", view=home, hash=view["hash"])["error"] == "hash_conflict"
    with_submit = local.api("views.publish", user_id="U0MARA", view={**home, "submit": plain("x")})
    assert with_submit["error"] == "invalid_arguments"


def test_a_button_on_home_comes_with_the_view(local: Bench) -> None:
    """The app can update the very Home that was clicked."""
    link = local.link()
    view = local.api("views.publish", user_id="U0MARA", view={"type": "home", "blocks": [actions()]})["view"]
    container = {"type": "view", "view_id": view["id"]}
    pressed = local.meanwhile("/actions", user="U0MARA", container=container, block_id="b", action_id="go")
    payload = answer(link)
    assert (payload["view"]["id"], payload["view"]["hash"]) == (view["id"], view["hash"])
    assert "response_url" not in payload
    assert pressed.result()["ok"]


def test_an_ephemeral_can_be_clicked_by_its_reader_only(local: Bench) -> None:
    """The payload has no message, as in Slack, and the answer replaces the ephemeral."""
    link = local.link()
    sent = local.api("chat.postEphemeral", channel=CHANNEL, user="U0MARA", text="choose", blocks=[actions()])
    ts = sent["message_ts"]
    container = {"type": "ephemeral", "channel": CHANNEL, "ts": ts}
    other = local.control("/actions", user="U0JONAS", container=container, block_id="b", action_id="go")
    assert other["error"] == "message_not_found"
    pressed = local.meanwhile("/actions", user="U0MARA", container=container, block_id="b", action_id="go")
    payload = answer(link)
    assert pressed.result()["ok"]
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    local.http.post(payload["response_url"], json={"text": "chosen", "replace_original": True})
    assert [(m["ts"], m["text"]) for m in local.seen("U0MARA")] == [(ts, "chosen")]

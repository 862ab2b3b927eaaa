"""What buttons and views carry survives the way to Slack and back, and other versions are answered politely."""

from __future__ import annotations

import json

import pytest

from bot.slack.ids import ActionId, MenuChoice
from bot.slack.values import OLD_CARD, ButtonValue, FormContext, MenuValue
from reviewers.errors import Invalid


def test_a_button_carries_its_version_and_its_task() -> None:
    """The wire form is fixed: cards live for months."""
    value = ButtonValue(task_id="t_01J")
    assert value.to_json() == '{"v":1,"task":"t_01J"}'
    assert ButtonValue.parse(value.to_json()) == value


def test_a_menu_entry_also_says_what_to_do() -> None:
    """At most 150 characters, which Slack allows for an option."""
    value = MenuValue(task_id="t" * 90, choice=MenuChoice.HISTORY)
    assert json.loads(value.to_json()) == {"v": 1, "task": "t" * 90, "do": "history"}
    assert len(value.to_json()) <= 150
    assert MenuValue.parse(value.to_json()) == value


def test_a_form_remembers_where_it_came_from() -> None:
    """All fields of the context come back."""
    context = FormContext(
        task_id="t", seen="blind", channel="C1", ts="1.2", page=3, unfolded=True, draft="abc", base="v_1"
    )
    assert FormContext.parse(context.to_json()) == context
    assert len(context.to_json()) < 3000


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "t_4821",
        "v1:t_4821",
        "[]",
        '{"v":2,"task":"t"}',
        '{"task":"t"}',
        '{"v":1}',
        '{"v":1,"task":""}',
        '{"v":1,"task":7}',
    ],
)
@pytest.mark.parametrize("kind", [ButtonValue, MenuValue, FormContext])
def test_what_is_not_of_this_version_is_refused_in_a_sentence(raw: str | None, kind: type[ButtonValue]) -> None:
    """No guessing: the person reads that nothing was counted."""
    with pytest.raises(Invalid) as refused:
        kind.parse(raw)
    assert refused.value.field == "value"
    assert str(refused.value) == OLD_CARD


def test_an_unknown_menu_entry_is_refused() -> None:
    """An entry that a later version knows."""
    with pytest.raises(Invalid):
        MenuValue.parse('{"v":1,"task":"t","do":"from_later"}')


def test_action_ids_are_all_different() -> None:
    """Two routes under one id would be one route."""
    assert len({action.value for action in ActionId}) == len(list(ActionId))

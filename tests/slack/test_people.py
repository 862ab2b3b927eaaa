"""Who is in a user group, while Slack is silent and once it says no."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.people import CACHE_SECONDS, People
from reviewers.errors import Refused, Unavailable
from tests.slack.stand_ins import Slack


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def read_once() -> tuple[People, Slack, Seconds]:
    """The group was read, long enough ago to be read again."""
    slack, seconds = Slack(knows={"users": ["U0MARA", "U0JONAS"]}), Seconds()
    people = People(slack.client, seconds)
    assert people.members("S0REVIEWERS") == {"U0MARA", "U0JONAS"}
    seconds.now = CACHE_SECONDS + 1
    return people, slack, seconds


@pytest.mark.parametrize("code", ["ratelimited", "internal_error"])
def test_members_read_before_count_while_slack_does_not_answer(code: str) -> None:
    """It passes by itself."""
    people, slack, _ = read_once()
    slack.refuses["usergroups_users_list"] = code
    assert people.members("S0REVIEWERS") == {"U0MARA", "U0JONAS"}


@pytest.mark.parametrize("code", ["no_such_subteam", "missing_scope"])
def test_members_of_a_group_that_slack_refuses_do_not_go_on_deciding(code: str) -> None:
    """A disabled or deleted group, and a scope that was taken away, stay so until somebody acts."""
    people, slack, _ = read_once()
    slack.refuses["usergroups_users_list"] = code
    with pytest.raises(Unavailable):
        people.members("S0REVIEWERS")


def test_group_that_was_never_read_is_refused() -> None:
    """There is nothing to go on with."""
    refuses: dict[str, Any] = {"usergroups_users_list": "no_such_subteam"}
    with pytest.raises(Refused):
        People(Slack(refuses).client).members("S0GONE")

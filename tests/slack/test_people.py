"""Who is in a user group and who can decide, while Slack does not tell it and once they are gone."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.people import CACHE_SECONDS, People
from reviewers.errors import Unavailable
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


@pytest.mark.parametrize("code", ["ratelimited", "internal_error", "missing_scope", "token_revoked"])
def test_members_read_before_count_while_slack_does_not_tell_them(code: str) -> None:
    """It passes by itself, or somebody repairs the installation; neither says that anybody left the group."""
    people, slack, _ = read_once()
    slack.refuses["usergroups_users_list"] = code
    assert people.members("S0REVIEWERS") == {"U0MARA", "U0JONAS"}


@pytest.mark.parametrize("code", ["ratelimited", "internal_error", "missing_scope"])
def test_group_that_was_never_read_is_not_called_empty(code: str) -> None:
    """There is nothing to go on with."""
    refuses: dict[str, Any] = {"usergroups_users_list": code}
    with pytest.raises(Unavailable):
        People(Slack(refuses).client).members("S0CARDS")


@pytest.mark.parametrize("code", ["no_such_subteam", "subteam_disabled"])
def test_nobody_is_in_a_group_that_is_gone(code: str) -> None:
    """Whoever was in it decides no more, and nobody else is kept from deciding; it is logged once in a while."""
    people, slack, seconds = read_once()
    slack.refuses["usergroups_users_list"] = code
    with capture_logs() as logs:
        assert [people.members("S0REVIEWERS") for _ in range(3)] == [frozenset()] * 3
    (line,) = logs
    assert (line["event"], line["log_level"], line["group"], line["code"]) == (
        "user_group_refused",
        "warning",
        "S0REVIEWERS",
        code,
    )
    slack.refuses.clear()
    seconds.now += CACHE_SECONDS + 1
    assert people.members("S0REVIEWERS") == {"U0MARA", "U0JONAS"}


def test_group_that_was_gone_from_the_start_is_empty() -> None:
    """As after a restart."""
    refuses: dict[str, Any] = {"usergroups_users_list": "no_such_subteam"}
    assert People(Slack(refuses).client).members("S0GONE") == frozenset()


@pytest.mark.parametrize(
    ("about", "able"),
    [
        ({}, True),
        ({"deleted": True}, False),
        ({"is_restricted": True}, False),
        ({"is_ultra_restricted": True}, False),
        ({"is_stranger": True}, False),
        ({"is_bot": True}, False),
    ],
)
def test_only_full_members_who_are_there_are_able(about: dict[str, Any], able: bool) -> None:
    """Whoever is refused as a reviewer is given nothing either."""
    assert People(Slack(knows={"user": {"id": "U0MARA", **about}}).client).is_able("U0MARA") is able


def test_while_slack_is_silent_what_it_said_last_of_a_person_holds() -> None:
    """Whoever was never looked up counts as able, and who is nobody here does not."""
    slack, seconds = Slack(knows={"user": {"id": "U0LEFT", "deleted": True}}), Seconds()
    people = People(slack.client, seconds)
    assert not people.is_able("U0LEFT")
    seconds.now = CACHE_SECONDS + 1
    slack.refuses["users_info"] = "ratelimited"
    assert (people.is_able("U0LEFT"), people.is_able("U0MARA")) == (False, True)
    slack.refuses["users_info"] = "user_not_found"
    assert not people.is_able("U0NOBODY")

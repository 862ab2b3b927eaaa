"""Routes in the policy file: what they may say, and every mistake with its line and what to write instead."""

from __future__ import annotations

import pytest

from bot.policy_file import PolicyMistakes, parse_policy
from reviewers.model import AfterDue, Match, OnDisagreement, OnTimeout, Route

WHOLE = """\
leads = ["U0PRIYA"]

[[routes]]
name = "Card support"
channel = "C0CARDS"
tags = ["cards"]
models = ["helpdesk-8b"]
metadata = { tier = "gold", retry = 2 }
risk_from = 0.2
risk_below = 0.9
reviewers = ["S0REVIEWERS", "U0DANA"]
leads = ["U0TOMAS"]
skills = { U0DANA = ["cards", "fees"] }
assign = true
quorum = 2
on_disagreement = "lead"
show = "blind"
due_hours = 8
after_due = "time_out"
grace_hours = 0
hold_minutes = 5
on_timeout = "hold"
batch = true
minutes_per_week = 240
slice_by = "tenant"
slice_power = 0.25
backlog_reviews = 300
release_target = 0.05
release_below_proven = true

[[routes]]
name = "Everything else"
hold = false
"""

TWO = """\
[[routes]]
name = "Cards"
tags = [
  "cards",  # quorum = 7
]
quorum = 1

[[routes]]
name = "Loans"
models = ["m"]

[routes.skills]
U0MARA = ["loans"]
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    """Each line with what is said about it."""
    with pytest.raises(PolicyMistakes) as refused:
        parse_policy(text, "policy.toml")
    return [(mistake.line, mistake.message) for mistake in refused.value.mistakes]


def test_whole_route_is_read() -> None:
    """Every setting arrives in the type that the workflow follows."""
    policy = parse_policy(WHOLE, "policy.toml")
    assert policy.leads == ("U0PRIYA",)
    assert policy.route("Card support") == Route(
        name="Card support",
        channel="C0CARDS",
        match=Match(tags=("cards",), models=("helpdesk-8b",), metadata={"tier": "gold", "retry": 2}),
        risk_from=0.2,
        risk_below=0.9,
        reviewers=("S0REVIEWERS", "U0DANA"),
        leads=("U0TOMAS",),
        skills={"U0DANA": ("cards", "fees")},
        assign=True,
        quorum=2,
        on_disagreement=OnDisagreement.LEAD,
        show="blind",
        due_hours=8,
        after_due=AfterDue.TIME_OUT,
        grace_hours=0,
        hold_minutes=5,
        on_timeout=OnTimeout.HOLD,
        batch=True,
        minutes_per_week=240,
        slice_by="tenant",
        slice_power=0.25,
        backlog_reviews=300,
        release_target=0.05,
        release_below_proven=True,
    )
    # It names no leads, so those of the policy lead it.
    assert policy.route("Everything else") == Route(name="Everything else", hold=False, leads=("U0PRIYA",))


def test_table_below_a_route_belongs_to_it() -> None:
    """`[routes.skills]` after the second route is the second route's."""
    assert [route.skills for route in parse_policy(TWO, "policy.toml").routes] == [{}, {"U0MARA": ("loans",)}]


def test_all_mistakes_of_all_routes_are_said_at_once() -> None:
    """Six mistakes: each with its own line, in the order of the file, and with what to write."""
    text = (
        WHOLE.replace("quorum = 2", "quorum = 9")
        .replace("risk_below = 0.9", "risk_below = 0.1")
        .replace('"lead"', '"boss"')
        .replace('"C0CARDS"', '"#cards"')
        .replace("hold = false", 'hold = false\non_timeout = "refuse"\nshw = "all"')
    )
    assert mistakes(text) == [
        (
            5,
            "'channel' is \"#cards\": write a channel's id, such as C0123456789 "
            "(last line of the channel's details in Slack)",
        ),
        (10, "'risk_below' is 0.1, so nothing is at least 0.2 and below it: raise it"),
        (15, "'quorum' is 9: write a whole number from 1 to 5"),
        (16, '\'on_disagreement\' is "boss": write "third" (one more reviewer) or "lead"'),
        (34, "'on_timeout' says nothing where hold = false: remove it, or write hold = true"),
        (35, "'shw' is not a setting. Did you mean 'show'?"),
    ]


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        ('quorum = "2"', 6, "'quorum' is \"2\": write a whole number from 1 to 5"),
        ("quorum = true", 6, "'quorum' is true: write a whole number from 1 to 5"),
        ('reviewers = ["@mara"]', 6, "'reviewers' holds \"@mara\": write Slack ids of people (U…) or user groups (S…)"),
        ('leads = ["S0LEADS"]', 6, "'leads' holds \"S0LEADS\": write Slack ids of people, such as"),
        ('reviewers = ["U0MARA", "U0MARA"]\nquorum = 2', 7, "'quorum' is 2, but 'reviewers' names 1: name more people"),
        ("assign = true", 6, "'assign' gives each answer to one reviewer: name them in 'reviewers'"),
        ("metadata = { tier = [1] }", 6, "'metadata' holds [1]: write names and plain values"),
        ("release_target = 0.9", 6, "'release_target' is 0.9: write a share above 0, up to 0.5, such as 0.05"),
        ("release_below_proven = true", 6, "'release_below_proven' needs 'release_target': say how much of what"),
        ("after_due = 3", 6, "'after_due' is 3: write \"keep\""),
        ("zzzz = 1", 6, "'zzzz' is not a setting. Known here: name, channel, tags"),
    ],
)
def test_mistake_says_its_line_and_what_to_write(wrong: str, line: int, said: str) -> None:
    """The setting of the first route's sixth line, replaced; the comment inside the list above is no setting."""
    found = mistakes(TWO.replace("quorum = 1", wrong))
    assert len(found) == 1
    assert found[0][0] == line
    assert found[0][1].startswith(said)


def test_skill_of_somebody_who_does_not_review_is_a_mistake() -> None:
    """It would never be used; told in the line of the person."""
    assert mistakes(TWO.replace('models = ["m"]', 'models = ["m"]\nreviewers = ["U0JONAS"]')) == [
        (14, "'skills' names 'U0MARA', who is not among 'reviewers': add them there")
    ]


def test_two_routes_of_one_name_are_a_mistake() -> None:
    """Tasks remember their route by its name."""
    assert mistakes(TWO.replace('"Loans"', '"Cards"')) == [
        (9, "two routes are called 'Cards': give this one another name")
    ]


def test_route_behind_one_that_takes_everything_is_a_mistake() -> None:
    """The first that matches counts, so nothing would ever reach it."""
    assert mistakes(TWO.replace('tags = [\n  "cards",  # quorum = 7\n]\n', "")) == [
        (5, "the route 'Cards' before it takes every output: give that one tags, or write it last")
    ]


def test_single_table_is_told_to_be_a_list_of_tables() -> None:
    """`[routes]` with single brackets is the commonest mistake of all."""
    ((line, said),) = mistakes('[routes]\nname = "Cards"\n')
    assert (line, said) == (1, '\'routes\' holds {"name": "Cards"}: write tables [[routes]]')


def test_budget_of_the_policy_itself_is_read() -> None:
    """It holds for what no route takes, in reviews as well as in minutes."""
    text = 'reviews_per_week = 300\nslice_by = "tag"\ncluster_by = "conversation"\n'
    policy = parse_policy(text, "policy.toml")
    own = policy.own_route
    assert (own.reviews_per_week, own.minutes_per_week, own.slice_by) == (300, None, "tag")
    assert policy.cluster_by == "conversation"
    assert own.favours_small_slices == 0.5
    assert own.minutes(seconds_a_review=30) == 150  # 300 reviews of half a minute


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            "minutes_per_week = 60\nreviews_per_week = 9\n",
            2,
            "'minutes_per_week' is there already: keep one of the two",
        ),
        (
            "minutes_per_week = 60\nslice_power = 0.5\n",
            2,
            "'slice_power' says nothing without slices: add 'slice_by', or remove it",
        ),
        (
            "uniform_rate = 0.1\nbacklog_reviews = 9\n",
            2,
            "'backlog_reviews' says nothing without a budget: add 'minutes_per_week', or remove it",
        ),
        ("reviews_per_week = 0\n", 1, "'reviews_per_week' is 0: write reviews above 0, up to 1,000,000"),
        (
            "[[routes]]\nname = 'Cards'\nreviews_per_week = 9\nminutes_per_week = 60\n",
            3,
            "'minutes_per_week' is there already: keep one of the two",
        ),
    ],
)
def test_budget_that_makes_no_sense_is_said_with_its_line(text: str, line: int, said: str) -> None:
    """Of the policy itself and of a route alike."""
    assert mistakes(text) == [(line, said)]

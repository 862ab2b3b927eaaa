"""The policy file says every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.routes import checking_words
from bot.policy_file import PolicyMistakes, parse_policy, read_policy
from reviewers.model import OnTimeout

WHOLE = """\
uniform_rate = 0.1
risk_threshold = 0.3
reviewers = ["U0MARA"]
on_timeout = "release"

[[rules]]
name = "mentions a fee"
tags = ["fees"]

[[rules]]
name = "gold customers"
metadata = { tier = "gold" }
rate = 0.5
channel = "C0GOLD"
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PolicyMistakes) as refused:
        parse_policy(text, "policy.toml")
    return [(mistake.line, mistake.message) for mistake in refused.value.mistakes]


def test_whole_file_is_read() -> None:
    """Every setting arrives; what is left out has its default."""
    policy = parse_policy(WHOLE, "policy.toml")
    assert (policy.uniform_rate, policy.risk_threshold, policy.on_timeout) == (0.1, 0.3, OnTimeout.RELEASE)
    assert [(rule.name, rule.rate) for rule in policy.rules] == [("mentions a fee", 1.0), ("gold customers", 0.5)]
    assert policy.hold_minutes == 10


def test_how_much_is_judged_again_is_read_and_bounded() -> None:
    """From 0, which turns it off, to 1."""
    policy = parse_policy("double_review = 0.2\ngold_rate = 0.0\n", "policy.toml")
    assert (policy.double_review, policy.gold_rate) == (0.2, 0.0)
    assert (parse_policy("", "p").double_review, parse_policy("", "p").gold_rate) == (0.15, 0.05)
    assert mistakes("double_review = 1.5\ngold_rate = -0.1\n") == [
        (1, "'double_review' is 1.5: write a number from 0 to 1"),
        (2, "'gold_rate' is -0.1: write a number from 0 to 1"),
    ]


def test_another_text_is_another_version() -> None:
    """The version is the text's hash, so that draws under two policies are independent."""
    assert parse_policy(WHOLE, "a").version != parse_policy(WHOLE + "# note\n", "a").version
    assert parse_policy(WHOLE, "a").version == parse_policy(WHOLE, "b").version


def test_every_mistake_is_said_at_once_with_its_line() -> None:
    """Three mistakes in three places: three lines."""
    text = WHOLE.replace("0.1", "0", 1).replace("rate = 0.5", "rate = 2").replace("on_timeout", "on_timeot")
    found = mistakes(text)
    assert sorted(line for line, _ in found) == [1, 4, 13]
    assert (4, "'on_timeot' is not a setting. Did you mean 'on_timeout'?") in found


def test_missing_name_is_said_at_the_line_of_its_rule() -> None:
    """The second [[rules]] stands in line 10."""
    assert mistakes(WHOLE.replace('name = "gold customers"\n', "")) == [
        (10, "'name' is missing: write a name of 1 to 100 characters")
    ]


def test_rule_without_a_condition_is_refused() -> None:
    """It would match everything."""
    assert mistakes('[[rules]]\nname = "all"\n') == [(1, "a rule needs tags, models or metadata")]


@pytest.mark.parametrize(
    ("text", "line"), [("uniform_rate = \n", 1), ("a = 1\nb = [1,\nc = 2\n", 3), ("x = 1\nx = 2", 2)]
)
def test_text_that_is_no_toml_names_the_line(text: str, line: int) -> None:
    """As the parser reports it."""
    assert [found for found, _ in mistakes(text)] == [line]


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the path and the system's reason."""
    with pytest.raises(PolicyMistakes, match=r"missing\.toml.*cannot be read"):
        read_policy(tmp_path / "missing.toml")


def test_no_file_is_the_default_policy() -> None:
    """5 % uniform, risk from .40."""
    policy = read_policy(None)
    assert (policy.uniform_rate, policy.risk_threshold) == (0.05, 0.40)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "15% of what one person decides is judged again and 5% as many known answers are mixed in."),
        ("gold_rate = 0.0", "15% of what one person decides is judged again."),
        ("double_review = 0.0\ngold_rate = 0.0", "Nothing is judged twice, so error rates cannot be corrected."),
    ],
)
def test_the_check_says_how_much_is_judged_again(text: str, words: str) -> None:
    """Below the table of routes."""
    assert checking_words(parse_policy(text, "policy.toml")) == words

"""README, .env.example and Procfile tell the truth about settings, commands and the policy."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from bot.__main__ import app
from bot.policy_file import parse_policy
from bot.policy_schema import RouteText
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names() -> set[str]:
    """Every name that a setting answers to in the environment."""
    found: set[str] = set()
    for field, about in Settings.model_fields.items():
        found.add(f"WHETSTONE_{field.upper()}")
        found |= {str(choice) for choice in getattr(about.validation_alias, "choices", ())}
    return found


def commands() -> set[str]:
    """Every command, with its group."""
    root = typer.main.get_command(app)
    found = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]  # a group, as the app has several commands
        inside = getattr(command, "commands", None)
        found |= {f"{name} {inner}" for inner in inside} if inside else {name}
    return found


def test_every_setting_stands_in_the_table_and_no_other() -> None:
    """The first column of "Settings" against the class."""
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    told = {
        name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`([A-Z_]+)`", row)
    }
    assert told == names()


def test_example_environment_names_real_settings() -> None:
    """A typing mistake there would be silently ignored by everybody who copies it."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^# ([A-Z_]+)=", text, re.MULTILINE)) <= names()


def test_every_command_that_is_named_exists() -> None:
    """In README, Procfile and the workflow's own messages."""
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`|: |\n)whetstone ([a-z]+(?: [a-z]+)?)", README + "\n" + procfile)
    known = commands() | {command.partition(" ")[0] for command in commands()}
    assert {name for name in named if name not in known and name.partition(" ")[0] not in known} == set()


def test_policy_of_the_readme_is_a_policy() -> None:
    """It can be copied as it stands."""
    policy = parse_policy(README.partition("```toml\n")[2].partition("```")[0], "README")
    assert policy.rules[0].name == "mentions a fee"


def test_routes_of_the_readme_are_routes_with_every_setting() -> None:
    """They can be copied as they stand, and nothing that a route can say is left out."""
    text = README.partition("### Routes")[2].partition("```toml\n")[2].partition("```")[0]
    policy = parse_policy(text, "README")
    assert [route.name for route in policy.routes] == ["Card support", "Everything else"]
    told = set(re.findall(r"\b([a-z_]+)\b", text))
    assert set(RouteText.model_fields) - told == set()


def test_pictures_and_files_that_are_linked_exist() -> None:
    """No link of the README leads nowhere."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []

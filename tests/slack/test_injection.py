"""Whatever a model, a source, an application or a person writes mentions nobody, forges no link and hides nothing."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot
import bot.slack
import reviewers
import storage
from bot.sandbox.validation import check_view
from bot.slack.forms import edit_view
from bot.slack.forms.changes import LEGEND
from bot.slack.wire import SlackMessage
from reviewers.model import Outcome, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import an_output
from tests.slack.checks import live_in_text, live_signs, objects, problems_of_message, problems_of_view
from tests.slack.drawn import drawn_card
from tests.slack.hostile import Hostile, poisoned
from tests.slack.injection import ADDRESSES, CORPUS, PAYLOADS
from tests.slack.surfaces import DISPLAY, NO_SURFACES, SURFACES
from tests.workflow.worlds import World

MESSAGE_BLOCKS = 50  # Slack's limit; the cards keep to fewer by themselves
NAMES_OF_SURFACES = ("_view", "_message", "_card", "_proposal", "_home")
DRAWN = ("SlackMessage", "Wire")
__all__ = ["ADDRESSES", "PAYLOADS"]


def drawing_functions() -> Iterator[str]:
    """Every public function of the Slack part that draws a message or a view, by its name or by what it returns."""
    for module in pkgutil.walk_packages(bot.slack.__path__, "bot.slack."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ != module.name or name.startswith("_"):
                continue
            returned = str(inspect.signature(function).return_annotation)
            if name.endswith(NAMES_OF_SURFACES) or returned.split(" | ")[0] in DRAWN:
                yield f"{module.name}.{name}"


def problems(drawn: SlackMessage | dict[str, Any]) -> list[str]:
    """What Slack would refuse, and what is alive: must be nothing."""
    if isinstance(drawn, SlackMessage):
        drawn.text.encode("utf-8")
        return problems_of_message(drawn, MESSAGE_BLOCKS) + live_signs(drawn.blocks) + live_in_text(drawn.text)
    if drawn["type"] == "home":
        refused = [str(found) for found in check_view(drawn, surface="home", file_ready=lambda _: True)]
        return refused + live_signs(drawn["blocks"])
    return problems_of_view(drawn) + live_signs(drawn["blocks"])


def test_every_surface_has_its_entry() -> None:
    """A new message or view is drawn with the corpus too, or says that it draws nothing of its own."""
    found = set(drawing_functions())
    assert found - set(SURFACES) - NO_SURFACES == set()
    assert set(SURFACES) | NO_SURFACES <= found


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_untrusted_is_alive_on_any_surface(surface: str, name: str) -> None:
    """No mention, no foreign link, no hidden character, no angle bracket in a fallback text; Slack takes it all.

    Only a text input may hold the words as they are, since an edit must not change them.
    """
    for drawn in SURFACES[surface](Hostile(CORPUS[name], ADDRESSES[0])):
        assert problems(drawn) == []


@pytest.mark.parametrize("address", ADDRESSES[1:])
@pytest.mark.parametrize("surface", SURFACES)
def test_no_address_leads_where_nobody_sees(surface: str, address: str) -> None:
    """Forged addresses of sources, behind a title that is a link itself."""
    for drawn in SURFACES[surface](Hostile(CORPUS["link"], address)):
        assert problems(drawn) == []


@pytest.mark.parametrize("name", ["formats", "emoji", "ticks", "quotes"])
@pytest.mark.parametrize("surface", SURFACES)
def test_untrusted_words_are_not_formatted_where_slack_reads_mrkdwn(surface: str, name: str) -> None:
    """In grey lines and outcomes the signs are look-alikes; our own signs are the only ones."""
    for drawn in SURFACES[surface](Hostile(CORPUS[name])):
        blocks = drawn.blocks if isinstance(drawn, SlackMessage) else drawn["blocks"]
        for item in objects(blocks):
            if item.get("type") == "mrkdwn":
                assert "*bold*" not in item["text"].replace(LEGEND, "")
                assert ":rotating_light:" not in item["text"]
                assert "```" not in item["text"]
                assert "`<" not in item["text"]
                assert "*Approved* by" not in item["text"]


def test_an_edit_form_keeps_hostile_text_as_it_is() -> None:
    """What a person edits is the output itself, not a tamed copy."""
    payload = CORPUS["link"]
    form = edit_view(poisoned(payload, ""), display=DISPLAY)
    assert any(payload in str(o.get("initial_value")) for o in objects(form["blocks"]))


def test_a_forged_title_shows_the_host_it_leads_to() -> None:
    """A title that looks like an address stands beside the real host."""
    view = poisoned("https://bank.example", "https://safe.example/x")
    line = drawn_card(view).blocks[3]["elements"][0]["text"]
    assert line.startswith("[A] <https://safe.example/x|https://bank.example 0 › https://bank.example>")
    assert line.rstrip().endswith("more in Check claims") or "(safe.example)" in line
    assert "(safe.example)" in line


@pytest.mark.parametrize("format", ["sft", "openai", "dpo", "kto"])
def test_datasets_hold_every_text_as_it_is_one_row_a_line(format: str, tmp_path: Path) -> None:
    """What a trainer learns from must not be tamed; no text breaks a line or ends a string."""
    world = World()
    texts = [text for text in CORPUS.values() if text.strip() and "\ud83d" not in text]
    for number, text in enumerate(texts):
        (task,) = world.bring(an_output(f"o-{number}", completion=f"{number} {text}"))
        ballot = {"dpo": (VerdictKind.EDIT, f"{number} better {text}")}.get(format, (VerdictKind.APPROVE, None))
        world.verdicts.record(Ballot(task_id=task, reviewer="U0MARA", kind=ballot[0], correction=ballot[1]))
    built = world.services.datasets.build(format, str(tmp_path))
    lines = Path(built.path).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == len(texts)
    assert {text for row in rows for text in _strings(row)} >= {f"{n} {text}" for n, text in enumerate(texts)}
    assert built.format == format
    assert Outcome.EDITED.value if format == "dpo" else Outcome.APPROVED.value


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from _strings(item)


def test_only_the_export_of_the_history_writes_csv() -> None:
    """A cell that begins with = + - @ is a formula to a spreadsheet; there, each cell is tamed."""
    writes = set()
    for package in (bot, reviewers, storage):
        for path in Path(package.__path__[0]).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
                if name in ("DictWriter", "to_csv", "write_csv") or (
                    isinstance(node, ast.Attribute) and ast.unparse(node) == "csv.writer"
                ):
                    writes.add(path.name)
    assert writes == {"audit.py"}

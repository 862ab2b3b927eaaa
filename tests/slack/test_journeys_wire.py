"""What leaves the building: nothing untrusted is alive on the wire, nothing private stands in a log."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.slack.ids import ActionId, CallbackId, MenuChoice
from reviewers.model import Claim, ClaimReading, Message, Reading, Span
from tests.builders import a_passage
from tests.slack.checks import live_in_text, live_signs
from tests.slack.people import Json, answer_of, drawn, refusal, until, why_edited
from tests.slack.test_injection import ADDRESSES, PAYLOADS
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

# A lone surrogate is no text: intake refuses it, and no Slack client can send one.
CORPUS = {name: text for name, text in PAYLOADS.items() if name != "surrogate"}


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace for hostile texts."""
    with a_world(tmp_path_factory.mktemp("poisoned"), over=HTTP) as one:
        yield one


def _on_the_wire(world: World, since: int) -> Iterator[tuple[str, list[Json], str]]:
    """Where, the blocks and the text of everything that the app sent: messages, views, answers to forms."""
    for entry in world.journal(direction="", since=since):
        if entry["direction"] == "ack":
            continue
        sent = entry["request"] if entry["direction"] == "api" else entry["response"].get("payload") or {}
        view = sent.get("view") or {}
        shown = json.loads(view) if isinstance(view, str) else view
        yield entry["method"], [*(sent.get("blocks") or []), *shown.get("blocks", [])], sent.get("text") or ""


def _alive(world: World, since: int) -> list[str]:
    found = []
    for where, blocks, text in _on_the_wire(world, since):
        found += [f"{where}: {sign}" for sign in [*live_signs(blocks), *live_in_text(text)]]
    return found


def _hostile_readings(payload: str, text: str) -> tuple[ClaimReading, ...]:
    """Contradicted by a source whose title, heading, address and words are hostile too."""
    claim = Claim(number=1, span=Span(start=0, end=len(text)), text=text)
    passages = tuple(
        a_passage(f"p-{n}", text=f"Source {payload}", title=f"Title {payload}", heading=payload, address=address)
        for n, address in enumerate(ADDRESSES)
    )
    return (ClaimReading(claim=claim, reading=Reading.CONTRADICTED, passages=passages),)


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_text_is_harmless_on_every_surface(poisoned: World, name: str) -> None:
    """In answer, question, model, tags, sources, note, correction and command: no mention, no forged link, anywhere."""
    world, payload = poisoned, CORPUS[name]
    since = world.mark()
    text = f"Answer {payload} ends."
    world.reader.readings = _hostile_readings(payload, text)
    hostile = {
        "completion": text,
        "prompt": (
            Message(role="user", content=f"Earlier {payload}"),
            Message(role="user", content=f"Question {payload}"),
        ),
        "model": f"model {payload}",
        "model_version": payload,
        "tags": (f"tag {payload}",),
        "submitted_by": f"app {payload}",
    }
    edited, rejected = world.bring(world.output(**hostile), world.output(**hostile))
    mara = world.mara

    mara.press(mara.card(edited), ActionId.CHECK)
    mara.form(CallbackId.CLAIMS)
    mara.choose(mara.card(edited), MenuChoice.WHY)
    mara.form(title="Why this one?")
    mara.press(mara.card(edited), ActionId.EDIT)
    mara.form(CallbackId.EDIT)
    mara.hand_in(answer_of(f"Corrected {payload}, and it ends."))
    mara.form(CallbackId.CHANGES)
    assert mara.hand_in(why_edited(f"Note {payload}"))["stack"] == []
    mara.choose(world.settled(edited), MenuChoice.HISTORY)
    mara.form(title="History")
    mara.press(mara.card(rejected), ActionId.REJECT)
    mara.form(CallbackId.REJECT)
    assert mara.hand_in(refusal("other", note=f"Note {payload}"))["stack"] == []
    mara.choose(world.settled(rejected), MenuChoice.WHY)
    mara.form(title="Why this one?")
    (waiting,) = world.bring(world.output(**hostile))
    told = len(mara.told())
    mara.open_home()
    mara.command("queue")
    mara.command(f"why {payload}")
    mara.wait_until_told(told + 2)
    world.jonas.press(world.jonas.card(waiting), ActionId.APPROVE)
    world.settled(waiting)

    # Jonas approved, so that the queue is empty for the next text; the checks know Mara as the only person.
    assert [sign for sign in _alive(world, since) if "U0JONAS" not in sign] == []


def test_card_says_who_it_is_for_machines_by_ids_alone(alone: World) -> None:
    """Other apps can read a message's metadata: the task's id and the attempt, and not a word of anybody."""
    (task,) = alone.bring(alone.output())
    alone.mara.press(alone.mara.card(task), ActionId.APPROVE)
    alone.settled(task)
    sent = [e["request"]["metadata"] for m in ("chat.postMessage", "chat.update") for e in alone.journal(m)]
    assert [metadata["event_type"] for metadata in sent] == ["review_card"] * 2
    assert [metadata["event_payload"] for metadata in sent] == [{"task_id": task, "attempt": n} for n in (1, 0)]
    (posted,) = alone.journal("chat.postMessage")
    assert (posted["request"]["unfurl_links"], posted["request"]["unfurl_media"]) == (False, False)


def test_logs_hold_no_token_and_no_words_of_models_or_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A journey with every kind of trouble, logged at DEBUG: ids and kinds of errors, and nothing else."""
    for name in ("bot", "reviewers", "storage"):
        caplog.set_level(logging.DEBUG, logger=name)
    logs.set_up("DEBUG", as_json=True)
    try:
        with a_world(tmp_path, over=SOCKETS) as world:
            _a_troubled_journey(world)
            secrets = [world.sandbox.bot_token, world.sandbox.app_token, world.sandbox.signing_secret]
    finally:
        structlog.reset_defaults()
    captured = capsys.readouterr()
    told = captured.out + captured.err + caplog.text
    assert "form_failed" in told
    assert "part_failed" in told
    for private in [*secrets, "Thailand", "withdrawal", "Zebra", "Quokka", "Ocelot"]:
        assert private not in told


def _a_troubled_journey(world: World) -> None:
    """Edit and reject against a database that refuses the verdict, a dead card, a lost answer, a stranger."""
    (task,) = world.bring(world.output())
    with sqlite3.connect(world.settings.database.removeprefix("sqlite:///")) as database:
        database.execute("CREATE TRIGGER boom BEFORE INSERT ON verdicts BEGIN SELECT RAISE(ABORT, 'boom'); END")
    mara = world.mara
    mara.press(mara.card(task), ActionId.EDIT)
    mara.form(CallbackId.EDIT)
    mara.hand_in(answer_of("The Zebra is right."))
    mara.form(CallbackId.CHANGES)
    mara.hand_in(why_edited("Because of the Quokka"))
    assert "Something broke here" in drawn(mara.stack()[-1]["blocks"])
    mara.press(mara.card(task), ActionId.REJECT)
    mara.form(CallbackId.REJECT)
    mara.hand_in(refusal("other", note="Ocelot"))
    assert "Something broke here" in drawn(mara.stack()[-1]["blocks"])
    mara.press(mara.card(task), ActionId.APPROVE)
    mara.wait_until_told()
    world.arm("chat.postMessage", "archived_channel")
    world.bring(world.output())
    world.arm("chat.postMessage", "http_500")
    world.bring(world.output())
    guest = world.person("U0GUEST")
    guest.press(guest.card(task), ActionId.APPROVE)
    guest.wait_until_told()
    mara.command("why Ocelot")
    until(lambda: len(mara.told()) > 1)
    with sqlite3.connect(world.settings.database.removeprefix("sqlite:///")) as database:
        database.execute("DROP TRIGGER boom")

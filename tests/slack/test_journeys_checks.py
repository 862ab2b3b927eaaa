"""Ad-hoc checks in Slack: asking, verifying, the message shortcut, and what people go on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import build_desk, slack_client
from bot.slack.check_screen import SlackCheckScreen
from bot.slack.ids import ActionId, BlockId, CallbackId
from reviewers.workflow.answering import CheckRunner
from tests.builders import COMPLETION
from tests.slack.people import CHANNEL, Json, Person, answer_of, chosen, drawn, labels, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world
from tests.workflow.asking import FAR, FixedSources, ScriptedChat, a_runner

GENERAL, RANDOM = "C0GENERAL", "C0RANDOM"  # Whetstone is not in the second
QUESTION = "What does it cost to take out cash in Thailand?"


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace where nothing is picked for review by itself."""
    folder = tmp_path_factory.mktemp("office")
    with a_world(folder, over=request.param, uniform_rate=0.001, risk_threshold=1.0) as one:
        yield one


def worker(world: World, **parts: Any) -> CheckRunner:
    """The worker that does the checks, with the real direct messages."""
    return a_runner(
        store=world.store,
        clock=world.clock,
        metrics=world.metrics,
        policies=world.services.policies,
        scoring=world.scoring,
        screen=SlackCheckScreen(
            slack_client(world.settings, retries=True), build_desk(world.settings, world.services).naming
        ),
        **parts,
    )


def answered(world: World, person: Person, command: str, channel: str = CHANNEL, **parts: Any) -> Json:
    """What stands in the person's direct messages once their command is done."""
    before = len(person.messages_of_app())
    waiting = _waiting(world)
    assert person.command(command, channel)["ok"]
    until(lambda: _waiting(world) > waiting, "the check was not taken in")
    assert worker(world, **parts).run_due() == 1
    messages = person.messages_of_app()
    assert len(messages) == before + 1
    return messages[-1]


def _waiting(world: World) -> int:
    """How many commands were taken in, by the ephemerals that say so."""
    told = [world.person(user).told_anywhere() for user in ("U0MARA", "U0JONAS", "U0GUEST")]
    return sum(map(len, told))


def redrawn(person: Person, message: Json, having: str) -> Json:
    """The same message, once it says this."""

    def found() -> Json:
        now = next(one for one in person.messages_of_app() if one["ts"] == message["ts"])
        return now if having in drawn(now["blocks"]) else {}

    return until(found, having)


def test_a_question_is_answered_in_private_claim_by_claim(office: World) -> None:
    """The command says at once where the answer will be; the one message ends as the answer."""
    office.begin()
    message = answered(office, office.mara, f"ask {QUESTION}", GENERAL)
    (told,) = office.mara.told_anywhere()
    assert "Searching the sources." in drawn(told["blocks"])
    shown = drawn(message["blocks"])
    assert QUESTION in shown
    assert "Contradicted" in shown
    assert "No source" in shown
    assert "Supported" in shown
    assert "Not verified by a person." in shown
    assert "Written by helpdesk-8b from 1 passage" in shown
    assert "risk high (60 in 100)" in shown
    assert labels(message["blocks"]) == {"Send to review", "Check claims", "Share"}
    assert message["text"].startswith(f"Answer to “{QUESTION}”, not verified by a person: A cash withdrawal abroad")
    assert all(message["ts"] != one["ts"] for one in office.jonas.seen(GENERAL))


def test_the_message_is_rewritten_while_the_worker_is_at_it(office: World) -> None:
    """Searching 312 documents, writing, checking three claims: one message, updated in place."""
    office.begin()
    mark = office.mark()
    message = answered(office, office.mara, f"ask {QUESTION}")
    lines = [
        drawn(entry["request"]["blocks"]).strip()
        for entry in office.journal("chat.update", since=mark)
        if entry["request"]
    ]
    assert lines[0] == "*Searching 312 documents*"
    assert lines[1].startswith("Searching 312 documents … *writing, 1 word so far*")
    assert lines[-2] == "Searching 312 documents … writing … *checking 3 claims*"
    assert QUESTION in lines[-1]
    posts = [e for e in office.journal("chat.postMessage", since=mark) if e["response"].get("ts") == message["ts"]]
    assert len(posts) == 1
    assert drawn(posts[0]["request"]["blocks"]).strip() == "*Searching the sources*"


def test_when_no_source_answers_people_can_be_asked(office: World) -> None:
    """It says so with the closest source; the question goes to the reviewers as a task."""
    office.begin()
    message = answered(office, office.mara, "ask Do you offer a metal card?", sources=FixedSources(cosine=FAR))
    shown = drawn(message["blocks"])
    assert "*No source answers this* (312 documents searched), so there is no answer." in shown
    assert "Card fees 2026 › Cash abroad" in shown
    assert labels(message["blocks"]) == {"Ask the reviewers"}
    office.mara.press(message, ActionId.ASK_REVIEWERS, _dm(office.mara))
    redrawn(office.mara, message, "In review as #")
    office.deliver()
    task, card = list(office.jonas.cards(CHANNEL).items())[-1]
    assert "Do you offer a metal card?" in drawn(card["blocks"])
    office.jonas.press(card, ActionId.EDIT)
    office.jonas.form(CallbackId.EDIT)
    office.jonas.hand_in(answer_of("Yes, for € 95 a year."))
    office.jonas.form(CallbackId.CHANGES)
    office.jonas.hand_in()
    office.settled(task)
    told = redrawn(office.mara, message, "*Edited* by <@U0JONAS>")
    assert "Yes, for € 95 a year." in drawn(told["blocks"])
    assert "No source answers" not in drawn(told["blocks"])


def test_sent_to_review_somebody_else_decides(office: World) -> None:
    """The message says under which number; the person who asked is refused at the card."""
    office.begin()
    message = answered(office, office.mara, f"ask {QUESTION}")
    known = set(office.jonas.cards(CHANNEL))
    office.mara.press(message, ActionId.SEND_TO_REVIEW, _dm(office.mara))
    done = redrawn(office.mara, message, "In review as #")
    assert labels(done["blocks"]) == {"Check claims", "Share"}
    office.deliver()
    ((task, card),) = ((task, card) for task, card in office.jonas.cards(CHANNEL).items() if task not in known)
    office.mara.press(card, ActionId.APPROVE)
    assert "You sent this answer to review" in drawn(office.mara.wait_until_told()[-1]["blocks"])
    office.jonas.press(card, ActionId.APPROVE)
    office.settled(task)
    assert office.verdicts(task) == [("U0JONAS", "approve")]
    told = redrawn(office.mara, message, "*Approved* by <@U0JONAS>")
    assert "*Checked by a person.*" in drawn(told["blocks"])
    assert told["text"].startswith("Approved by Jonas")


def test_the_claims_of_an_answer_can_be_read_without_deciding(office: World) -> None:
    """Check claims opens the claim view without inputs."""
    office.begin()
    message = answered(office, office.mara, f"ask {QUESTION}")
    office.mara.press(message, ActionId.CHECK_CLAIMS, _dm(office.mara))
    view = office.mara.form(CallbackId.NOTHING, "Check claims")
    assert "3 claims: 1 contradicted, 1 without source, 1 supported" in drawn(view["blocks"])
    assert not any(block["type"] == "input" for block in view["blocks"])
    assert not view.get("submit")


def test_shared_it_stands_where_it_was_asked(office: World) -> None:
    """With the name of who asked and the notice; pressed again there is nothing to press."""
    office.begin()
    message = answered(office, office.mara, f"ask {QUESTION}", GENERAL)
    before = len(office.jonas.seen(GENERAL))
    office.mara.press(message, ActionId.SHARE, _dm(office.mara))
    shared = until(lambda: office.jonas.seen(GENERAL)[before:])[-1]
    assert "<@U0MARA> asked Whetstone" in drawn(shared["blocks"])
    assert "Not verified by a person." in drawn(shared["blocks"])
    until(lambda: "Share" not in labels(_again(office.mara, message)["blocks"]))
    office.jonas.press(shared, ActionId.CHECK_CLAIMS, GENERAL)
    office.jonas.form(CallbackId.NOTHING, "Check claims")


def test_where_whetstone_is_not_it_cannot_share_and_says_what_to_do(office: World) -> None:
    """Asked in a channel that it is not in; the answer came all the same, and Share stays."""
    office.begin()
    message = answered(office, office.person("U0JONAS"), f"ask {QUESTION}", RANDOM)
    office.jonas.press(message, ActionId.SHARE, _dm(office.jonas))
    told = until(lambda: [one for one in office.jonas.told_anywhere() if "Not shared" in drawn(one["blocks"])])
    assert "/invite @Whetstone" in drawn(told[-1]["blocks"])
    assert "Share" in labels(_again(office.jonas, message)["blocks"])


def test_the_claims_of_a_text_are_checked(office: World) -> None:
    """The count first, then the text with its numbers, and what Supported means."""
    office.begin()
    message = answered(office, office.mara, f"verify {COMPLETION}")
    shown = drawn(message["blocks"])
    assert message["blocks"][0]["text"]["text"] == "*3 claims checked:* 1 contradicted, 1 without source, 1 supported."
    assert "“Supported” means a passage says it, not that it is true." in shown
    assert "risk" not in shown
    assert message["text"].startswith("3 claims checked: 1 contradicted, 1 without source, 1 supported. A cash")


@pytest.mark.parametrize("command", ["ask", "verify", "ask  ", "verify ?"])
def test_nothing_to_check_is_told_with_an_example(office: World, command: str) -> None:
    """Nothing is taken in."""
    office.begin()
    office.mara.command(command)
    (told,) = office.mara.wait_until_told()
    name = command.split()[0]
    assert f"There is nothing to {name}." in drawn(told["blocks"])
    assert f"/whetstone {name} " in drawn(told["blocks"])
    assert worker(office).run_due() == 0


def test_a_guest_is_not_told_what_the_sources_say(office: World) -> None:
    """They belong to the workspace; the reason is for the guest alone."""
    office.begin()
    guest = office.person("U0GUEST")
    guest.command(f"ask {QUESTION}", GENERAL)
    (told,) = until(guest.told_anywhere)
    assert "Only full members" in drawn(told["blocks"])
    assert worker(office).run_due() == 0


def test_a_model_that_cannot_be_loaded_is_told_with_what_to_do(office: World) -> None:
    """The sentence says which package to install."""
    from reviewers.writers.chat import writer

    office.begin()
    chat = writer("openai:gpt-4.1-mini", Path)
    message = answered(office, office.mara, f"ask {QUESTION}", chat=chat)
    assert "langchain-openai" in drawn(message["blocks"])
    assert labels(message["blocks"]) == set()


def test_a_message_is_checked_from_its_menu(office: World) -> None:
    """Even where Whetstone is not: the form carries the message; only the person sees what comes of it."""
    office.begin()
    ts = office.jonas.write(COMPLETION, RANDOM)
    assert office.jonas.shortcut(CallbackId.CHECK_MESSAGE, ts, RANDOM)["ok"]
    form = office.jonas.form(CallbackId.CHECK_MESSAGE)
    assert COMPLETION in drawn(form["blocks"])
    before = len(office.jonas.messages_of_app())
    office.jonas.hand_in(_choice("verify"))
    assert "direct message" in drawn(office.jonas.form(CallbackId.NOTHING)["blocks"])
    assert worker(office).run_due() == 1
    message = office.jonas.messages_of_app()[before]
    assert "3 claims checked" in drawn(message["blocks"])


def test_a_message_is_submitted_with_its_thread_as_the_prompt(office: World) -> None:
    """What stood before it in the thread, who said it, and who submitted it; a second time changes nothing."""
    office.begin()
    question = office.mara.write("What does cash cost &lt;abroad&gt;?", GENERAL)
    answer = office.jonas.write(COMPLETION, GENERAL, thread=question)
    office.jonas.write("Thanks!", GENERAL, thread=question)
    for said in ("Submitted as #", "submitted before"):
        assert office.mara.shortcut(CallbackId.CHECK_MESSAGE, answer, GENERAL)["ok"]
        office.mara.form(CallbackId.CHECK_MESSAGE)
        office.mara.hand_in(_choice("submit"))
        until(lambda said=said: said in drawn(office.mara.stack()[-1]["blocks"]), said)  # type: ignore[misc]
        office.mara.leave_all()
    with office.store.read() as uow:
        output = uow.outputs.get(f"slack-{GENERAL}-{answer}")
    assert output is not None
    assert output.completion == COMPLETION
    assert [(turn.role, turn.content) for turn in output.prompt] == [("user", "What does cash cost <abroad>?")]
    assert output.submitted_by == "U0MARA"
    assert office.scoring.score_batch() == 1


def test_a_worker_that_is_lost_after_its_post_does_not_post_again(tmp_path: Path) -> None:
    """Slack took the message and the answer was lost: it is found by its metadata, and answered there."""
    with a_world(tmp_path, over=HTTP, uniform_rate=0.001, risk_threshold=1.0) as alone:
        assert alone.mara.command(f"ask {QUESTION}")["ok"]
        alone.mara.wait_until_told()
        alone.arm("chat.postMessage", "drop_response_after_commit")
        assert worker(alone).run_due() == 1
        (message,) = alone.mara.messages_of_app()
        assert QUESTION in drawn(message["blocks"])


def test_untrusted_words_mention_nobody(office: World) -> None:
    """Neither in the question, nor in the answer, nor in the failure."""
    office.begin()
    chat = ScriptedChat(says="<!channel> pays *€ 2.00* for <https://evil.example|cash>. <@U0JONAS> knows.")
    message = answered(office, office.mara, "ask Does <!here> pay?", chat=chat)
    assert "&lt;!channel&gt;" in message["text"]
    assert "<!" not in message["text"]
    for block in message["blocks"]:
        if block["type"] != "rich_text":
            assert "<!" not in drawn(block)
            assert "<@" not in drawn(block)


def _choice(value: str) -> dict[str, Json]:
    return {BlockId.CHECK_CHOICE.value: {ActionId.CHECK_CHOICE.value: chosen(value)}}


def _dm(person: Person) -> str:
    return f"D{person.user[1:]}"


def _again(person: Person, message: Json) -> Json:
    return next(one for one in person.messages_of_app() if one["ts"] == message["ts"])

"""Many people at once, slow parts, and clicks that come twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.sandbox.workspace import Person as Member
from bot.slack.ids import ActionId, CallbackId
from bot.slack.routes import AT_WORK
from tests.builders import COMPLETION
from tests.slack.people import Person, answer_of, drawn, refusal, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

MANY = 24
CROWD = tuple(
    Member(id=f"U0CROWD{n:02}", name=f"crowd{n}", real_name=f"Crowd {n}", title="Reviewer", tz="UTC", color="4bbe2e")
    for n in range(MANY)
)


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def crowded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace with 24 more reviewers."""
    folder = tmp_path_factory.mktemp("crowded")
    with a_world(folder, over=request.param, sandbox={"more_people": CROWD}) as one:
        yield one


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """A thread for each person."""
    with ThreadPoolExecutor(MANY) as pool:
        yield pool


def _crowd(world: World) -> list[Person]:
    return [world.person(member.id) for member in CROWD]


def _everybody_approves(world: World, threads: ThreadPoolExecutor, tasks: Sequence[str]) -> None:
    """All press at once; returns when every click was acknowledged, and raises when one was not."""
    cards = world.mara.cards("C0REVIEW")
    pairs = list(zip(_crowd(world), tasks, strict=True))
    list(threads.map(lambda pair: pair[0].press(cards[pair[1]], ActionId.APPROVE), pairs))


def test_24_clicks_on_24_cards_are_acknowledged_while_the_database_stands_still(
    crowded: World, threads: ThreadPoolExecutor
) -> None:
    """No click waits for the store: all are taken before a single verdict can be written, and then all are."""
    tasks = crowded.bring(*[crowded.output() for _ in range(MANY)])
    crowded.store.gate.clear()
    _everybody_approves(crowded, threads, tasks)
    until(lambda: crowded.store.waiting == AT_WORK)  # the others are acknowledged, and wait for their turn
    assert not any(crowded.verdicts(task) for task in tasks)
    crowded.store.gate.set()
    until(lambda: all(crowded.verdicts(task) for task in tasks))
    assert [crowded.verdicts(task) for task in tasks] == [[(member.id, "approve")] for member in CROWD]


def test_24_clicks_on_one_card_give_one_verdict_and_23_answers(crowded: World, threads: ThreadPoolExecutor) -> None:
    """The first one counts; each of the others is told so, alone."""
    (task,) = crowded.bring(crowded.output())
    before = {person.user: len(person.told()) for person in _crowd(crowded)}
    _everybody_approves(crowded, threads, [task] * MANY)

    def new() -> dict[str, int]:
        return {person.user: len(person.told()) - before[person.user] for person in _crowd(crowded)}

    until(lambda: sum(new().values()) == MANY - 1)
    ((winner, _),) = crowded.verdicts(task)
    assert new() == {member.id: int(member.id != winner) for member in CROWD}


def test_24_forms_handed_in_at_once_are_taken_by_a_slow_database(crowded: World, threads: ThreadPoolExecutor) -> None:
    """A form is acknowledged after its verdict is stored; half a second for each transaction makes none late."""
    tasks = crowded.bring(*[crowded.output() for _ in range(MANY)])
    cards = crowded.mara.cards("C0REVIEW")
    pairs = list(zip(_crowd(crowded), tasks, strict=True))
    list(threads.map(lambda pair: pair[0].press(cards[pair[1]], ActionId.REJECT), pairs))
    for person, _ in pairs:
        person.form(CallbackId.REJECT)
    crowded.store.seconds = 0.5
    answers = list(threads.map(lambda pair: pair[0].hand_in(refusal("style")), pairs))
    crowded.store.seconds = 0.0
    assert [answer.get("stack") for answer in answers] == [[]] * MANY
    assert [crowded.verdicts(task) for task in tasks] == [[(member.id, "reject")] for member in CROWD]


def test_slow_slack_makes_no_click_late_and_loses_none(own: World) -> None:
    """Slack does not say who the person is: the click is taken, the person is told, and the next one counts."""
    (task,) = own.bring(own.output())
    card = own.mara.card(task)
    own.advance(301)  # who people are is asked again after five minutes
    own.arm("users.info", "time_out")
    own.mara.press(card, ActionId.APPROVE)
    (told,) = own.mara.wait_until_told()
    assert told["text"].startswith("Not saved. Slack did not tell who may review.")
    assert own.verdicts(task) == []
    own.mara.press(card, ActionId.APPROVE)
    own.settled(task)


def test_slow_slack_makes_no_form_late(own: World) -> None:
    """The form is answered within Slack's three seconds and keeps what was typed."""
    (task,) = own.bring(own.output())
    own.mara.press(own.mara.card(task), ActionId.EDIT)
    own.mara.form(CallbackId.EDIT)
    own.mara.hand_in(answer_of("It costs € 3.50."))
    own.mara.form(CallbackId.CHANGES)
    own.advance(301)  # who people are is asked again after five minutes
    own.arm("users.info", "time_out")
    own.mara.hand_in()
    assert "Slack did not tell who may review" in drawn(own.mara.stack()[-1]["blocks"])
    own.mara.leave()
    assert own.mara.hand_in()["stack"] == []
    own.settled(task)
    assert own.view(task).verdicts[-1].correction == "It costs € 3.50."


def test_window_that_slack_does_not_open_in_time_is_no_late_click(alone: World) -> None:
    """views.open hangs: the click was taken long before."""
    (task,) = alone.bring(alone.output())
    alone.arm("views.open", "time_out")
    alone.mara.press(alone.mara.card(task), ActionId.EDIT)
    until(lambda: alone.journal("views.open"))
    alone.mara.press(alone.mara.card(task), ActionId.EDIT)
    alone.mara.form(CallbackId.EDIT)


def test_click_that_comes_twice_counts_once(world: World) -> None:
    """The same payload is delivered twice: one verdict, one redrawn card, and nothing to be told."""
    (task,) = world.bring(world.output())
    before, told = world.store.written, len(world.mara.told())
    world.arm("deliver", "duplicate_delivery", only="block_actions")
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    until(lambda: world.store.written >= before + 2)
    assert world.verdicts(task) == [("U0MARA", "approve")]
    assert len(world.mara.told()) == told


def test_form_that_is_handed_in_twice_counts_once(world: World) -> None:
    """The submission of "Your changes" arrives twice: one correction, one resolution."""
    (task,) = world.bring(world.output())
    world.mara.press(world.mara.card(task), ActionId.EDIT)
    world.mara.form(CallbackId.EDIT)
    world.mara.hand_in(answer_of(COMPLETION.replace("2.00", "3.50")))
    world.mara.form(CallbackId.CHANGES)
    before = world.store.written
    world.arm("deliver", "duplicate_delivery", only="view_submission")
    assert world.mara.hand_in()["ok"]
    until(lambda: world.store.written >= before + 2)
    assert world.verdicts(task) == [("U0MARA", "edit")]
    resolution = world.view(task).resolution
    assert resolution is not None
    assert resolution.revision == 1


def test_click_that_comes_twice_opens_one_form_and_says_nothing(world: World) -> None:
    """The second delivery finds its trigger used up, which is no mistake of anybody."""
    (task,) = world.bring(world.output())
    told, opened = len(world.mara.told()), len(world.journal("views.open"))
    world.arm("deliver", "duplicate_delivery", only="block_actions")
    world.mara.press(world.mara.card(task), ActionId.REJECT)
    until(lambda: len(world.journal("views.open")) >= opened + 2)
    world.mara.form(CallbackId.REJECT)
    assert len(world.mara.stack()) == 1
    world.mara.hand_in(refusal("style"))
    world.settled(task)
    assert len(world.mara.told()) == told


def test_event_whose_first_delivery_got_lost_is_taken_from_its_retry(alone: World) -> None:
    """Slack counts the first try as late and sends it again, with retry headers: Home is published."""
    alone.late_acks = True
    alone.bring(alone.output())
    alone.arm("deliver", "late_ack", only="app_home_opened")
    alone.mara.open_home()
    until(lambda: len(alone.journal("app_home_opened", "deliver")) == 2)
    assert "1 answer waits for you" in drawn(until(alone.mara.home)["blocks"])

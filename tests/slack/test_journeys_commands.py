"""`/whetstone` on the real app: figures, whole stories, pauses and queues, and what a mistake is answered with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.slack.ids import ActionId, CallbackId
from reviewers.model import Route, TaskState, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.slack.people import Person, drawn, labels, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

MARA, JONAS = "U0MARA", "U0JONAS"
NAME = "Card *support* <!here>"  # whoever sets a route up names it
CARDS = Route(name=NAME, reviewers=(MARA, JONAS))


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Mara and Jonas review on one route."""
    with a_world(tmp_path_factory.mktemp("commands"), over=request.param, routes=(CARDS,)) as world:
        yield world


@pytest.fixture
def world(one: World) -> World:
    """Nothing waits from before."""
    with one.store.begin() as uow:
        for task in uow.tasks.open(limit=1000):
            uow.tasks.set_state(task.task_id, TaskState.TIMED_OUT)
    one.begin()
    return one


def said(person: Person, text: str) -> str:
    """The words of it."""
    return drawn(person.answer(text)["blocks"])


def test_help_is_ten_lines(world: World) -> None:
    """With the word, and without any; each line is a command that there is."""
    for text in ("help", "", "  "):
        (block,) = world.mara.answer(text)["blocks"]
        lines = [drawn(line) for line in block["elements"][0]["elements"]]
        assert len(lines) == 10
        assert all(line.lstrip().startswith("/whetstone ") for line in lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("why", "*Which answer?* `/whetstone why 4821` tells the whole story of an answer."),
        ("why W-99", "*No output “W-99”.* The id is on every card, after the #. Example: `/whetstone why 4821`"),
        ("next please", "*/whetstone next takes nothing after it.* `/whetstone next` opens the next answer."),
        ("stats card 4000", "*How many days?* From 1 to 366. `/whetstone stats Card ∗support∗ &lt;!here&gt; 28` shows"),
        ("stats loans", "*There is no route “loans”.* Routes: Card ∗support∗ &lt;!here&gt;. `/whetstone stats"),
        ("qeue", "*There is no command “qeue”.* `/whetstone queue` lists what waits for you."),
        ("nonsense <@U0JONAS>", "*There is no command “nonsense”.* `/whetstone help` lists all."),
    ],
)
def test_mistake_gets_the_line_of_its_command_and_one_example(world: World, text: str, words: str) -> None:
    """One sentence and one example; only the person who typed sees it, and nothing they typed is alive."""
    others = len(world.jonas.told())
    told = said(world.mara, text)
    assert words in told
    assert told.count("/whetstone") <= 2
    assert "<@U0JONAS>" not in told
    assert "<!here>" not in told
    assert len(world.jonas.told()) == others


def test_queue_tells_how_many_wait_and_offers_the_next(world: World) -> None:
    """Ten are listed, the rest is a number, and its button opens the run."""
    world.bring(*[world.output() for _ in range(19)])
    message = world.mara.answer("queue")
    told = drawn(message["blocks"])
    assert "*19 answers wait for you*" in told
    assert "9 more in Home" in told
    world.mara.press(message, ActionId.NEXT)
    until(lambda: [view for view in world.mara.stack() if view.get("callback_id") == CallbackId.RUN.value])
    world.mara.leave_all()
    assert "*Nothing waits for you.*" in said(world.person("U0PRIYA"), "queue")


@pytest.mark.parametrize("sign", ["", "#"])
def test_why_tells_the_story_and_hides_the_risk_from_who_decides(world: World, sign: str) -> None:
    """By number or by id; the chance, the draw and the risk come with the verdict."""
    output = world.output()
    (task,) = world.bring(output)
    number = world.view(task).task.number
    before = said(world.mara, f"why {sign}{number}")
    assert f"#{number} was picked by chance" in before
    assert "the risk lines stay hidden" in before
    assert "60 in 100" not in before
    assert "draw" not in before.replace("draw; riskier answers are drawn", "")
    world.mara.press(world.mara.card(task), ActionId.APPROVE)
    world.settled(task)
    after = said(world.mara, f"why {output.output_id}")
    assert "risk 60 in 100" in after
    assert "posted in" in after
    assert "approved by" in after


def decided(world: World, right: int, wrong: int) -> None:
    """That many outputs that Mara approved and rejected."""
    kinds = [VerdictKind.APPROVE] * right + [VerdictKind.REJECT] * wrong
    tasks = world.receive(*[world.output() for _ in kinds])
    for task, kind in zip(tasks, kinds, strict=True):
        reasons = ("invented",) if kind is VerdictKind.REJECT else ()
        world.services.verdicts.record(Ballot(task_id=task, reviewer=MARA, kind=kind, reasons=reasons))


def test_stats_say_too_few_then_a_rate_and_show_it_in_the_channel_once(world: World) -> None:
    """Words and no number at first; then the rate with its interval; the button posts it for all and goes."""
    assert "too few reviews to say" in said(world.person("U0PRIYA"), "stats 1")
    decided(world, 45, 5)
    message = world.mara.answer("stats card")
    told = drawn(message["blocks"])
    assert "answers wrong* (" in told
    assert "95 % score interval" in told
    assert next(block for block in message["blocks"] if block["type"] == "table")
    world.mara.press(message, ActionId.SHOW_STATS)
    shown = until(lambda: [m for m in world.jonas.seen() if "shown by <@U0MARA>" in drawn(m.get("blocks", []))])
    assert "Show in channel" not in labels(shown[-1]["blocks"])
    until(lambda: "These numbers are in the channel now." in drawn(world.mara.told()[-1]["blocks"]))
    assert len([m for m in world.jonas.seen() if "shown by" in drawn(m.get("blocks", []))]) == 1


def test_pause_gives_back_what_was_claimed_and_resume_ends_it(world: World) -> None:
    """The answer says how many went back; a second resume says that nothing changed."""
    world.bring(world.output())
    world.services.queue.take_next(MARA)
    assert "*You are paused.*" in (told := said(world.mara, "pause"))
    assert "1 answer went back to the others." in told
    assert world.services.queue.claimed_by(MARA) == []
    assert "*You are back.*" in said(world.mara, "resume")
    assert "*You were not paused.*" in said(world.mara, "resume")


def test_guest_is_told_no_answer_by_any_command(world: World) -> None:
    """Queue, story and figures are the workspace's own."""
    world.bring(world.output())
    guest = world.person("U0GUEST")
    for text in ("queue", "why o-1", "stats", "next"):
        assert "You are a guest here" in said(guest, text)


def test_why_of_an_output_that_is_not_scored_yet_says_so(world: World) -> None:
    """Nobody was asked about it, so it has no number: its id finds it."""
    output = world.output()
    world.services.intake.receive([output])
    assert f"*{output.output_id} is not scored yet.*" in said(world.mara, f"why {output.output_id}")


def test_somebody_elses_claim_opens_no_risk(world: World) -> None:
    """Jonas may decide it once Mara gives it back, so he reads no number; Priya, who is no reviewer, does."""
    output = world.output()
    world.bring(output)
    world.services.queue.take_next(MARA)
    assert "60 in 100" not in said(world.jonas, f"why {output.output_id}")
    assert "60 in 100" in said(world.person("U0PRIYA"), f"why {output.output_id}")

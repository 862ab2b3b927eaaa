"""Home and /whetstone: what waits for a person, and the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.slack.ids import ActionId, CallbackId
from tests.slack.people import Json, Person, drawn, labels, until
from tests.slack.worlds import HTTP, SOCKETS, World, a_world

WAITING = 19  # three pages of Home: 8, 8 and 3 rows


@pytest.fixture(scope="module", params=[SOCKETS, HTTP])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A workspace where the answers 1 to 19 wait, and nobody decides."""
    with a_world(tmp_path_factory.mktemp("full"), over=request.param) as one:
        one.bring(*[one.output() for _ in range(WAITING)])
        yield one


def _home(person: Person, having: str) -> Json:
    """The Home, once it says this."""
    return until(lambda: home if having in drawn((home := person.home()).get("blocks", [])) else {}, having)


def _opens(blocks: list[Json]) -> int:
    return sum(block.get("accessory", {}).get("action_id") == ActionId.OPEN.value for block in blocks)


def _answer(person: Person, text: str) -> str:
    """What the command answers, to this person alone."""
    before = len(person.told())
    assert person.command(text)["ok"]
    return drawn(person.wait_until_told(before + 1)[-1]["blocks"])


def test_home_pages_through_what_waits(full: World) -> None:
    """Eight rows, then More and Back; the number stands in the first line."""
    full.mara.open_home()
    first = _home(full.mara, "19 answers wait")
    assert _opens(first["blocks"]) == 8
    full.mara.tap(first, ActionId.HOME_MORE)
    second = _home(full.mara, "3 more")
    assert _opens(second["blocks"]) == 8
    full.mara.tap(second, ActionId.HOME_MORE)
    last = until(lambda: home if _opens((home := full.mara.home())["blocks"]) == 3 else {})
    assert "more" not in " ".join(labels(last["blocks"]))
    full.mara.tap(last, ActionId.HOME_BACK)
    _home(full.mara, "3 more")


def test_review_next_and_a_row_open_the_claims(full: World) -> None:
    """Review next leads to the first that waits; Open leads to its row."""
    full.jonas.open_home()
    home = _home(full.jonas, "19 answers wait")
    full.jonas.tap(home, ActionId.NEXT)
    assert "take out cash in Thailand" in drawn(full.jonas.form(CallbackId.CLAIMS)["blocks"])
    full.jonas.leave()
    row = next(block for block in home["blocks"] if block["block_id"].startswith("row_"))
    full.jonas.tap(home, ActionId.OPEN, row["block_id"])
    full.jonas.form(CallbackId.CLAIMS)
    full.jonas.leave()


def test_home_of_a_new_workspace_says_that_nothing_waits(tmp_path: Path) -> None:
    """An empty queue is a sentence, and Review next in the command says the same."""
    with a_world(tmp_path, over=HTTP) as empty:
        empty.mara.open_home()
        _home(empty.mara, "Nothing waits for you")
        empty.mara.command("next")
        assert "Nothing to review" in drawn(empty.mara.form(CallbackId.NOTHING)["blocks"])
        assert "Nothing waits for you" in _answer(empty.mara, "queue")


@pytest.mark.parametrize("text", ["help", "", "   "])
def test_help_lists_the_commands(full: World, text: str) -> None:
    """With the word, and without any."""
    told = _answer(full.mara, text)
    assert all(f"/whetstone {name}" in told for name in ("next", "queue", "why", "help"))


def test_queue_tells_how_many_wait_and_offers_the_next(full: World) -> None:
    """Ten are listed, the rest is a number, and its button opens the first."""
    told = _answer(full.mara, "queue")
    assert "19 answers wait for you" in told
    assert "9 more in Home" in told
    full.mara.press(full.mara.told()[-1], ActionId.NEXT)
    full.mara.form(CallbackId.CLAIMS)
    full.mara.leave()


def test_next_opens_the_first_answer(full: World) -> None:
    """/whetstone next is Review next by keyboard."""
    assert full.mara.command("next")["ok"]
    full.mara.form(CallbackId.CLAIMS)
    full.mara.leave()


@pytest.mark.parametrize("name", ["7", "#7", "o-7"])
def test_why_takes_a_number_or_an_id(full: World, name: str) -> None:
    """The running number with or without its sign, or the application's id."""
    assert full.mara.command(f"why {name}")["ok"]
    assert "#7 was picked" in drawn(full.mara.form(title="Why this one?")["blocks"])
    full.mara.leave()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("why", "Say which answer"),
        ("why 4821", "No answer in review has the number or id “4821”"),
        ("why <!channel>", "No answer in review"),
        ("next please", "/whetstone next takes nothing after it"),
        ("nonsense *bold* <@U0JONAS>", "There is no command “nonsense”"),
    ],
)
def test_mistake_is_answered_with_the_help(full: World, text: str, said: str) -> None:
    """One sentence about the mistake, then the list; only the person who typed sees it."""
    others = len(full.jonas.told())
    told = _answer(full.mara, text)
    assert said in told
    assert "/whetstone queue" in told
    assert "<@U0JONAS>" not in told
    assert len(full.jonas.told()) == others

"""Home where Slack is in the way: what was pressed is kept and called so, and an older drawing covers no newer one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack import homes
from bot.slack.answers import teller
from bot.slack.desk import Actor
from bot.slack.ids import ActionId
from tests.slack.checks import words
from tests.slack.stand_ins import Slack, a_desk, refused
from tests.slack.test_answers import button

MARA = Actor(user_id="U0MARA", team_id="")
HOME: dict[str, Any] = {"id": "V1", "type": "home", "hash": "1.a"}
OPENED: dict[str, Any] = {
    "type": "event_callback",
    "event": {"type": "app_home_opened", "user": "U0MARA"},
}
LATER = "Home is drawn anew when you open it next."


class Changed(Slack):
    """Another press was drawn since: a hash of before is refused."""

    def __getattr__(self, method: str) -> Any:
        call = super().__getattr__(method)

        def answer(**arguments: Any) -> dict[str, Any]:
            found = call(**arguments)
            if "hash" in arguments:
                raise refused("hash_conflict")
            return found

        return answer


@pytest.fixture(autouse=True)
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pages that were drawn; each drawing says which of them it is."""
    pages: list[int] = []

    def drawn(desk: Any, actor: Actor, *, page: int = 0) -> dict[str, Any]:
        pages.append(page)
        return {"drawing": len(pages)}

    monkeypatch.setattr(homes, "drawn", drawn)
    return pages


def test_press_is_drawn_over_the_home_that_it_was_made_on(drawings: list[int]) -> None:
    """A window's hash is not Home's."""
    slack = Slack()
    homes.publish(a_desk(), MARA, slack.client, page=2, pressed_on=HOME)
    homes.publish(a_desk(), MARA, slack.client, pressed_on={**HOME, "type": "modal"})
    homes.publish(a_desk(), MARA, slack.client)
    assert [call.get("hash") for call in slack.called("views_publish")] == ["1.a", None, None]
    assert drawings == [2, 0, 0]


def test_home_that_changed_since_the_press_is_drawn_of_what_holds_by_then(drawings: list[int]) -> None:
    """The first of two drawings may not know of the other press."""
    slack = Changed()
    homes.publish(a_desk(), MARA, slack.client, page=1, pressed_on=HOME)
    last = slack.called("views_publish")[-1]
    assert (last["view"], "hash" in last, drawings) == ({"drawing": 2}, False, [1, 1])


@pytest.mark.parametrize(
    ("code", "body", "told"),
    [
        ("ratelimited", button(ActionId.PAUSE, view=HOME), f"*What you pressed is kept.* Slack is busy: {LATER}"),
        ("internal_error", button(ActionId.PAUSE, view=HOME), f"*What you pressed is kept.* Slack is busy: {LATER}"),
        ("ratelimited", button(ActionId.HOME_MORE, view=HOME), f"*Slack is busy.* {LATER}"),
        ("ratelimited", OPENED, f"*Slack is busy.* {LATER}"),
        (
            "invalid_blocks",
            button(ActionId.PAUSE, view=HOME),
            "*What you pressed is kept.* Slack refused to draw Home: why stands in the log.",
        ),
    ],
)
def test_press_that_is_kept_is_not_called_lost(code: str, body: dict[str, Any], told: str) -> None:
    """Only Home is behind."""
    slack = Slack({"views_publish": code})
    with pytest.raises(homes.NotDrawn) as failed:
        homes.publish(a_desk(), MARA, slack.client, pressed_on=body.get("view"))
    teller(a_desk())(failed.value, body, slack.client)
    (sent,) = slack.called("chat_postMessage")
    assert sent["channel"] == "U0MARA"
    assert told in words(sent["blocks"])

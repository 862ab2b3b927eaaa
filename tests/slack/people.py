"""People of the workspace: they see what is on their screen and do what they could do there, over the control API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from bot.demo.player import Player
from bot.slack.digest.ids import DigestAction
from bot.slack.ids import VERDICT_ACTIONS, ActionId, BlockId, CallbackId, MenuChoice
from bot.slack.values import MenuValue

CHANNEL = "C0REVIEW"

PATIENCE_SECONDS = 30.0  # of a condition that must come true; a machine under load is slow, not wrong

Json = dict[str, Any]
T = TypeVar("T")


def until(seen: Callable[[], T], what: str = "") -> T:
    """Look until there is something to see, and return it; fails when nothing comes."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := seen()):
        assert time.monotonic() < end, what or "what was waited for did not come"
        time.sleep(0.01)
    return found


def showing(look: Callable[[], Json], words: str) -> Json:
    """Look until these words are drawn, and return what holds them."""
    return until(lambda: found if (found := look()) and words in drawn(found["blocks"]) else {}, f"no {words!r}")


class Person(Player):
    """The demo's player, with every other thing that a person can do."""

    def card(self, task: str) -> Json:
        """The review card of a task."""
        return self.cards(CHANNEL)[task]

    def __init__(self, workspace: str, user: str) -> None:
        super().__init__(workspace, user)
        self._left = ""  # the view that was on top before the last click
        self.listens_since = 0.0  # epoch seconds; what was told before is not looked at

    def press(self, message: Mapping[str, Any], action: ActionId | DigestAction, channel: str = CHANNEL) -> None:
        """Press a button of a message. Raises Stuck when the app did not take the click in time."""
        self._leaves()
        self._press(channel, message, elements(message["blocks"])[action.value])

    def choose(self, message: Mapping[str, Any], choice: MenuChoice) -> None:
        """Choose from the ⋯ menu of a card. Raises Stuck as `press`."""
        self._leaves()
        menus = [e for e in elements(message["blocks"]).values() if e["type"] == "overflow"]
        option = next(o for o in menus[0]["options"] if MenuValue.parse(o["value"]).choice is choice)
        answer = self._post(
            "actions",
            container={"type": "message", "channel": CHANNEL, "ts": message["ts"]},
            block_id=menus[0]["block_id"],
            action_id=menus[0]["action_id"],
            selected_option={"value": option["value"]},
        )
        assert answer.get("ok"), answer

    def form(self, callback: CallbackId | None = None, title: str = "") -> Json:
        """The view on top, once the last click opened it."""

        def on_top() -> Json:
            top: Json = (self.stack() or [{}])[-1]
            fits = callback is None or top.get("callback_id") == callback.value
            fits = fits and title in ("", (top.get("title") or {}).get("text"))
            return top if fits and top.get("id", "") != self._left else {}

        return until(on_top, f"no form {callback} {title}")

    def _leaves(self) -> None:
        """A click opens a new view: the one that is open now will not be taken for it."""
        self._left = (self.stack() or [{"id": ""}])[-1]["id"]

    def stack(self) -> list[Json]:
        """All open views, top last."""
        return list(self._get("views")["stack"])

    def hand_in(self, values: Mapping[str, Json] | None = None) -> Json:
        """Submit the view on top; what the workspace answers, field errors among it."""
        self._left = ""
        return self._post("views/submit", view_id=self.stack()[-1]["id"], values=dict(values or {}))

    def leave(self) -> None:
        """Close the view on top."""
        self._left = ""
        assert self._post("views/close", view_id=self.stack()[-1]["id"])["ok"]

    def leave_all(self) -> None:
        """Close every view."""
        while self.stack():
            self.leave()

    def tap(self, view: Mapping[str, Any], action: ActionId, block: str = "", **value: Any) -> None:
        """Act on an element inside a view or a Home."""
        if view["type"] == "home":
            self._leaves()
        element = elements(view["blocks"], block)[action.value]
        answer = self._post(
            "actions",
            container={"type": "view", "view_id": view["id"]},
            block_id=element["block_id"],
            action_id=action.value,
            **({"value": element["value"]} if "value" in element else {}),
            **value,
        )
        assert answer.get("ok"), answer

    def command(self, text: str, channel: str = CHANNEL) -> Json:
        """Type /whetstone."""
        self._leaves()
        return self._post("commands", channel=channel, command="/whetstone", text=text)

    def answer(self, text: str) -> Json:
        """Type the command; what it answers, to this person alone."""
        before = len(self.told())
        assert self.command(text)["ok"]
        return self.wait_until_told(before + 1)[-1]

    def write(self, text: str, channel: str = CHANNEL, thread: str = "") -> str:
        """Write a message, or a reply in a thread; its ts."""
        more = {"thread_ts": thread} if thread else {}
        return str(self._post("messages", channel=channel, text=text, **more)["ts"])

    def shortcut(self, callback: CallbackId, ts: str, channel: str = CHANNEL) -> Json:
        """Choose an entry of the app from the menu of a message."""
        self._leaves()
        return self._post("shortcuts", callback_id=callback.value, channel=channel, ts=ts)

    def told_anywhere(self) -> list[Json]:
        """What only this person was told, in every channel; also where it is not shown."""
        told = list(self._get("ephemerals")["messages"])
        return [message for message in told if float(message["ts"]) > self.listens_since]

    def messages_of_app(self) -> list[Json]:
        """The direct messages from Whetstone."""
        return self.seen(f"D{self.user[1:]}")

    def open_home(self) -> Json:
        """Open the Home tab."""
        return self._post("home")

    def home(self) -> Json:
        """The Home that was published last; empty before the first."""
        return self._get("home")["view"] or {}

    def seen(self, channel: str = CHANNEL) -> list[Json]:
        """All messages that this person sees there."""
        return list(self._get("messages", channel=channel)["messages"])

    def told(self) -> list[Json]:
        """What only this person sees in the channel."""
        private = [message for message in self.seen() if message.get("is_ephemeral")]
        return [message for message in private if float(message["ts"]) > self.listens_since]

    def wait_until_told(self, count: int = 1) -> list[Json]:
        """The same, once there are so many."""
        return until(lambda: told if len(told := self.told()) >= count else [], f"{self.user} was told nothing")


def elements(blocks: list[Json], block: str = "") -> dict[str, Json]:
    """Everything that can be pressed or chosen in these blocks, by action id; of one block, if it is named."""
    return {
        element["action_id"]: {**element, "block_id": holder["block_id"]}
        for holder, element in _held(blocks)
        if block in ("", holder["block_id"])
    }


def _held(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            yield block, element
        for name in ("accessory", "element"):
            if "action_id" in block.get(name, {}):
                yield block, block[name]


def labels(blocks: list[Json]) -> set[str]:
    """The words on all buttons."""
    return {e["text"]["text"] for e in elements(blocks).values() if e["type"] == "button"}


def has_live_verdicts(message: Json) -> bool:
    """Whether a verdict could be given on this message."""
    return bool(set(elements(message["blocks"])) & {action.value for action in VERDICT_ACTIONS})


def drawn(node: object) -> str:
    """Every word in blocks or a view, one after the other."""
    if isinstance(node, Mapping):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return " ".join([*own, *(drawn(value) for value in node.values() if not isinstance(value, str))])
    return " ".join(drawn(item) for item in node) if isinstance(node, list) else ""


def typed(text: str) -> Json:
    """What stands in a text input."""
    return {"type": "plain_text_input", "value": text or None}


def ticked(*values: str) -> Json:
    """Ticks, or entries of a multiple select."""
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


def chosen(value: str) -> Json:
    """A radio button."""
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def answer_of(text: str, part: int = 0) -> dict[str, Json]:
    """The edit form's input of one part."""
    return {f"{BlockId.ANSWER}{part}": {ActionId.ANSWER.value: typed(text)}}


def why_edited(note: str) -> dict[str, Json]:
    """The note of "Your changes" and of "Reject answer"."""
    return {BlockId.NOTE.value: {ActionId.NOTE.value: typed(note)}}


def refusal(*reasons: str, note: str = "") -> dict[str, Json]:
    """A filled form "Reject answer"."""
    return {BlockId.REASONS.value: {ActionId.REASONS.value: ticked(*reasons)}, **why_edited(note)}


def whole_answer(choice: str) -> dict[str, Json]:
    """The verdict at the end of the claim view."""
    return {BlockId.WHOLE_ANSWER.value: {ActionId.WHOLE_ANSWER.value: chosen(choice)}}

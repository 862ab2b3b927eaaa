"""People who review by clicking: they press the buttons and fill in the forms that the workspace shows them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from bot.demo.script import ScriptedVerdict
from bot.slack.ids import ActionId, BlockId, CallbackId
from reviewers.model import VerdictKind

PATIENCE_SECONDS = 30.0  # a person would press again after it
LOOK_SECONDS = 0.01
PRESSED = {
    VerdictKind.APPROVE: ActionId.APPROVE,
    VerdictKind.EDIT: ActionId.EDIT,
    VerdictKind.REJECT: ActionId.REJECT,
    VerdictKind.UNSURE: ActionId.UNSURE,
}


class Stuck(Exception):
    """A person found no button, or the workspace did not take what they did."""


class Player:
    """One person at the workspace; everything goes over HTTP, as from the page in the browser."""

    def __init__(self, workspace: str, user: str) -> None:
        self.user = user
        self._http = httpx.Client(base_url=workspace, timeout=30.0)

    def cards(self, channel: str) -> dict[str, dict[str, Any]]:
        """The review cards that this person sees in a channel, by task id."""
        found = self._get("messages", channel=channel)["messages"]
        return {message["metadata"]["event_payload"]["task_id"]: message for message in found if "metadata" in message}

    def redrawn(self, channel: str, task_id: str, before: Mapping[str, Any]) -> dict[str, Any]:
        """The card of a task once it looks different: buttons that somebody's verdict replaced cannot be pressed."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            card = self.cards(channel)[task_id]
            if card["blocks"] != before["blocks"]:
                return card
            time.sleep(LOOK_SECONDS)
        raise Stuck("the card was not redrawn")

    def decide(self, channel: str, card: Mapping[str, Any], verdict: ScriptedVerdict) -> None:
        """Do what the script says to this card. Raises Stuck."""
        buttons = dict(_buttons(card["blocks"]))
        action = PRESSED[verdict.kind]
        if action is ActionId.APPROVE and action.value not in buttons:
            self._press(channel, card, buttons[ActionId.READ_ALL.value])  # nobody approves what was not on the screen
            self._submit({BlockId.WHOLE_ANSWER.value: {ActionId.WHOLE_ANSWER.value: _chosen(verdict.kind.value)}})
            return
        self._press(channel, card, buttons[action.value])
        if verdict.kind is VerdictKind.EDIT:
            self._edit(verdict)
        elif verdict.kind is VerdictKind.REJECT:
            self._submit(
                {
                    BlockId.REASONS.value: {ActionId.REASONS.value: _ticked(verdict.reasons)},
                    BlockId.NOTE.value: {ActionId.NOTE.value: _typed(verdict.note)},
                }
            )

    def close(self) -> None:
        """Leave."""
        self._http.close()

    def _edit(self, verdict: ScriptedVerdict) -> None:
        form = self._top(CallbackId.EDIT.value)
        inputs = [b["block_id"] for b in form["blocks"] if b.get("block_id", "").startswith(BlockId.ANSWER)]
        texts = [verdict.correction or "", *[""] * (len(inputs) - 1)]
        filled = {block: {ActionId.ANSWER.value: _typed(text)} for block, text in zip(inputs, texts, strict=True)}
        self._submit(filled)
        self._top(CallbackId.CHANGES.value)  # the changes are shown before they are saved
        self._submit({BlockId.NOTE.value: {ActionId.NOTE.value: _typed(verdict.note)}})

    def _press(self, channel: str, card: Mapping[str, Any], button: Mapping[str, Any]) -> None:
        answer = self._post(
            "actions",
            container={"type": "message", "channel": channel, "ts": card["ts"]},
            block_id=button["block_id"],
            action_id=button["action_id"],
            value=button.get("value"),
        )
        if not answer.get("ok"):
            raise Stuck(str(answer))

    def _top(self, callback_id: str = "") -> dict[str, Any]:
        """The view on top, once the app has opened it: it acknowledges a click before it opens a form."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            stack = self._get("views")["stack"]
            if stack and callback_id in ("", stack[-1]["callback_id"]):
                top: dict[str, Any] = stack[-1]
                return top
            time.sleep(LOOK_SECONDS)
        raise Stuck(f"no form {callback_id} was opened")

    def _submit(self, values: Mapping[str, Any]) -> None:
        answer = self._post("views/submit", view_id=self._top()["id"], values=dict(values))
        if not answer.get("ok"):
            raise Stuck(str(answer))

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        answer = self._http.get(f"/_sandbox/{path}", params={"user": self.user, **query})
        return dict(answer.raise_for_status().json())

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._http.post(f"/_sandbox/{path}", json={"user": self.user, **body})
        return dict(answer.json())


def _buttons(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        if block["type"] == "actions":
            for element in block["elements"]:
                yield element["action_id"], {**element, "block_id": block["block_id"]}


def _chosen(value: str) -> dict[str, Any]:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def _ticked(values: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


def _typed(text: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": text or None}

"""Modals and Homes: the stack of each person, the hash against lost updates, and the values that survive an update."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass, field

from bot.sandbox.values import Touched, state_values
from bot.sandbox.wire import Json, SlackError, new_id
from bot.sandbox.workspace import TEAM_ID, Bot

STACK_LIMIT = 3


@dataclass(kw_only=True)
class View:
    """A modal that is open for one person, or that person's Home."""

    id: str
    user: str
    body: Json  # as the app sent it, ids filled in
    hash: str
    root_id: str
    previous_id: str | None = None
    touched: Touched = field(default_factory=dict)

    def values(self) -> Touched:
        """Return state.values, untouched initial values included."""
        return state_values(self.body["blocks"], self.touched)


class Views:
    """Every person's stack of modals (top last) and Home."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """Return the open modals of a person, top last."""
        return self._stacks.setdefault(user, [])

    def home(self, user: str) -> View | None:
        """Return the Home last published for a person."""
        return self._homes.get(user)

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View:
        """Return an open modal or a Home; raises `not_found`."""
        shown = [*self._homes.values(), *(v for stack in self._stacks.values() for v in stack)]
        for view in shown:
            if (view_id and view.id == view_id) or (external_id and view.body.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def open(self, user: str, body: Json) -> View:
        """Show a modal; what was open before is gone."""
        self._refuse_known_external_id(body)
        view = self._new(user, body)
        self._stacks[user] = [view]
        return view

    def push(self, user: str, body: Json) -> View:
        """Lay a modal over the open ones; at most three lie on each other."""
        stack = self.stack(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise SlackError("push_limit_reached")
        self._refuse_known_external_id(body)
        view = self._new(user, body, root_id=stack[0].id, previous_id=stack[-1].id)
        stack.append(view)
        return view

    def update(self, view: View, body: Json, *, expected_hash: str | None) -> None:
        """Replace what a view shows; a person's entries stay where block_id, action_id and type stay."""
        if expected_hash and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        self._refuse_known_external_id(body, but=view)
        view.body = named(body)
        view.hash = self._new_hash()

    def publish(self, user: str, body: Json, *, expected_hash: str | None) -> View:
        """Show a Home."""
        known = self._homes.get(user)
        if known is None:
            if expected_hash:
                raise SlackError("hash_conflict")
            known = self._homes[user] = self._new(user, body)
        else:
            self.update(known, body, expected_hash=expected_hash)
        return known

    def close(self, view: View, *, everything: bool) -> list[View]:
        """Close the top modal, or the whole stack; return what was closed, top first."""
        stack = self.stack(view.user)
        gone = stack[::-1] if everything else [view]
        self._stacks[view.user] = [] if everything else [v for v in stack if v is not view]
        return gone

    def describe(self, view: View) -> Json:
        """Return a view as views.open answers it."""
        body = view.body
        told: Json = {
            "id": view.id,
            "team_id": TEAM_ID,
            "type": body["type"],
            "blocks": body["blocks"],
            "private_metadata": body.get("private_metadata", ""),
            "callback_id": body.get("callback_id", ""),
            "state": {"values": view.values()},
            "hash": view.hash,
            "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": body.get("clear_on_close", False),
            "notify_on_close": body.get("notify_on_close", False),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "app_id": self._bot.app_id,
            "external_id": body.get("external_id", ""),
            "app_installed_team_id": TEAM_ID,
            "bot_id": self._bot.bot_id,
        }
        return copy.deepcopy(told)

    def dump_homes(self) -> dict[str, Json]:
        """Return the Homes for a snapshot; open modals do not survive a restart."""
        return {user: {"id": v.id, "body": v.body, "hash": v.hash} for user, v in self._homes.items()}

    def load_homes(self, homes: dict[str, Json]) -> None:
        """Take back what `dump_homes` gave."""
        for user, held in homes.items():
            self._homes[user] = View(user=user, root_id=held["id"], **held)

    def _new(self, user: str, body: Json, *, root_id: str | None = None, previous_id: str | None = None) -> View:
        view_id = new_id("V")
        return View(
            id=view_id,
            user=user,
            body=named(body),
            hash=self._new_hash(),
            root_id=root_id or view_id,
            previous_id=previous_id,
        )

    def _refuse_known_external_id(self, body: Json, but: View | None = None) -> None:
        external_id = body.get("external_id")
        if not external_id:
            return
        try:
            holder = self.find(external_id=external_id)
        except SlackError:
            return
        if holder is not but:
            raise SlackError("duplicate_external_id")

    def _new_hash(self) -> str:
        return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def without_empty(body: Json) -> Json:
    """Return a view without null and empty fields: these stand for "not given" in what Slack answers, and come back."""
    return {name: value for name, value in body.items() if value not in (None, "")}


def named(body: Json) -> Json:
    """Return a copy of a view with the ids and defaults that Slack fills in."""
    return {**body, "blocks": named_blocks(body["blocks"])}


def named_blocks(blocks: list[Json]) -> list[Json]:
    """Return a copy of blocks with missing block_ids, action_ids, `emoji` and `verbatim` filled in, as Slack does."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        _fill_block(block)
    return filled


def _fill_block(block: Json) -> None:
    block["block_id"] = block.get("block_id") or secrets.token_urlsafe(4)[:5]
    if block["type"] in ("actions", "context_actions"):
        for element in block["elements"]:
            _fill_action_id(element)
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict) and block[name]["type"] != "image":
            _fill_action_id(block[name])
    for child in [*(block.get("child_blocks") or []), *(block["elements"] if block["type"] == "carousel" else [])]:
        _fill_block(child)
    for element in (block.get("actions") or []) if block["type"] == "card" else []:
        _fill_action_id(element)
    _fill_texts(block)


def _fill_action_id(element: Json) -> None:
    element["action_id"] = element.get("action_id") or secrets.token_urlsafe(4)[:5]


def _fill_texts(value: object) -> None:
    if isinstance(value, list):
        for item in value:
            _fill_texts(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for held in value.values():
            if isinstance(held, (dict, list)):
                _fill_texts(held)

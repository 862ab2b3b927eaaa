"""views.*: modals by trigger, updates by hash, Homes."""

from __future__ import annotations

import json

from bot.sandbox.arguments import Arguments
from bot.sandbox.blocks import Surface
from bot.sandbox.methods import Methods
from bot.sandbox.validation import VIEW_BYTES, check_view
from bot.sandbox.views import View, without_empty
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.world import World


class ViewMethods:
    """What the app shows outside of messages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> Methods:
        """Return the methods by name."""
        return {
            "views.open": self.open,
            "views.push": self.push,
            "views.update": self.update,
            "views.publish": self.publish,
        }

    def open(self, args: Arguments) -> Json:
        """Open a modal for the person whose trigger_id is given."""
        body = self._body(args, "modal")
        trigger = self._world.triggers.exchange(args.text("trigger_id"), now=self._world.clock.now())
        return self._shown(self._world.views.open(trigger.user, body))

    def push(self, args: Arguments) -> Json:
        """Lay a modal over the one that the trigger came from."""
        body = self._body(args, "modal")
        trigger = self._world.triggers.exchange(args.text("trigger_id"), now=self._world.clock.now())
        return self._shown(self._world.views.push(trigger.user, body))

    def update(self, args: Arguments) -> Json:
        """Change an open view, if `hash` (when given) is still its own."""
        view_id, external_id = args.optional("view_id"), args.optional("external_id")
        if view_id is None and external_id is None:
            raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: view_id or external_id"])
        view = self._world.views.find(view_id=view_id, external_id=external_id)
        surface: Surface = "home" if view.body["type"] == "home" else "modal"
        self._world.views.update(view, self._body(args, surface), expected_hash=args.optional("hash"))
        return self._shown(view)

    def publish(self, args: Arguments) -> Json:
        """Show a Home to a person, if `hash` (when given) is still its own."""
        user = args.text("user_id")
        person = self._world.workspace.people.get(user)
        if person is None:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("not_enabled")
        body = self._body(args, "home")
        view = self._world.views.publish(user, body, expected_hash=args.optional("hash"))
        return self._shown(view)

    def _body(self, args: Arguments, surface: Surface) -> Json:
        body = args.decoded("view")
        if not isinstance(body, dict):
            raise SlackError(
                "invalid_arguments", messages=["[ERROR] missing required field: view [json-pointer:/view]"]
            )
        given = without_empty(body)
        problems = check_view(given, surface=surface, file_ready=self._world.file_ready)
        if problems:
            raise SlackError("invalid_arguments", messages=[problem.as_line() for problem in problems])
        if len(json.dumps(given).encode()) > VIEW_BYTES:
            raise SlackError("view_too_large")
        return given

    def _shown(self, view: View) -> Json:
        if view.body["type"] == "home":
            self._world.feed.publish({"type": "home"}, {view.user})
            self._world.changed()
        else:
            self._world.tell_views(view.user)
        return {"ok": True, "view": self._world.views.describe(view)}

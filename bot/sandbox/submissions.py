"""What the app's answer to a submitted modal does to the modals that are open."""

from __future__ import annotations

from typing import Literal

from bot.sandbox.validation import check_view
from bot.sandbox.views import View, without_empty
from bot.sandbox.wire import Json, SlackError, as_object
from bot.sandbox.workspace import Person
from bot.sandbox.world import World


def failed(message: str) -> Json:
    """Return what the page is told when the app did not do its part."""
    return {"ok": False, "error": "dispatch_failed", "message": message}


class Submissions:
    """Applies the response_action of an ack: errors, update, push, clear, or none, which closes the modal."""

    def __init__(self, world: World) -> None:
        self._world = world

    def apply(self, person: Person, view: View, answer: Json) -> Json:
        """Change the person's modals as `answer` says and return what the page is told."""
        action = answer.get("response_action")
        if view not in self._world.views.stack(person.id):
            # The app closed or replaced it meanwhile.
            return {"ok": True, "stack": self._world.describe_stack(person.id)}
        if action == "errors":
            return self._told_errors(view, answer)
        if action in ("update", "push"):
            return self._next_view(person, view, action, answer.get("view"))
        if action not in (None, "clear"):
            return failed(f"unknown response_action {action}")
        self._world.views.close(view, everything=action == "clear")
        self._world.tell_views(person.id)
        return {"ok": True, "stack": self._world.describe_stack(person.id)}

    def _told_errors(self, view: View, answer: Json) -> Json:
        errors = as_object(answer.get("errors"))
        inputs = {b["block_id"] for b in view.body["blocks"] if b["type"] == "input"}
        if not errors or set(errors) - inputs or not all(isinstance(e, str) and e for e in errors.values()):
            return failed("errors must name input blocks of the view and say something")
        return {"ok": False, "errors": errors}

    def _next_view(self, person: Person, view: View, action: Literal["update", "push"], body: object) -> Json:
        body = without_empty(as_object(body))
        problems = check_view(body, surface="modal", file_ready=self._world.file_ready)
        if problems:
            return failed("; ".join(p.as_line() for p in problems))
        try:
            if action == "update":
                self._world.views.update(view, body, expected_hash=None)
            else:
                self._world.views.push(person.id, body)
        except SlackError as refused:
            return failed(refused.error)
        self._world.tell_views(person.id)
        return {"ok": True, "stack": self._world.describe_stack(person.id)}

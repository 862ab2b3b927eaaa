"""Reading what Slack sends back of a view: `state.values[block][action]`, each value of its own shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.values import FormContext


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldErrors:
    """What is wrong in a form, by block id; goes back as `response_action: errors`."""

    errors: dict[str, str]

    def response(self) -> dict[str, Any]:
        """The answer to the submission."""
        return {"response_action": "errors", "errors": self.errors}


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """A view as Slack sends it on a submission or a click inside it."""

    view: Mapping[str, Any]

    @property
    def context(self) -> FormContext:
        """Where the view came from. Raises Invalid for another version."""
        return FormContext.parse(self.view.get("private_metadata"))

    def elements(self, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The values of all blocks whose id begins so, with their block ids, in Slack's order."""
        values = (self.view.get("state") or {}).get("values") or {}
        for block_id, actions in values.items():
            if block_id.startswith(prefix):
                for value in actions.values():
                    yield block_id, value or {}

    def text(self, block_id: str) -> str | None:
        """What stands in a text input; None when Slack says null or nothing."""
        for found, value in self.elements(block_id):
            if found == block_id:
                text = value.get("value")
                return text if isinstance(text, str) else None
        return None

    def choice(self, block_id: str) -> str | None:
        """The chosen option of a radio group or a select."""
        for found, value in self.elements(block_id):
            if found == block_id:
                option = value.get("selected_option") or {}
                return str(option["value"]) if "value" in option else None
        return None

    def choices(self, block_id: str) -> tuple[str, ...]:
        """The chosen options of ticks or a multiple select, in the order of the form."""
        for found, value in self.elements(block_id):
            if found == block_id:
                return tuple(str(option["value"]) for option in value.get("selected_options") or [])
        return ()

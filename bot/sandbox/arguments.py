"""The arguments of a Web API call, however they came: JSON, form or address line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from bot.sandbox.wire import Json, SlackError

# Arguments that a form carries as JSON, with the error for text that is not JSON.
_ENCODED = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
    "files": "invalid_arguments",
    "message": "invalid_arguments",
}


class Arguments:
    """Named values; each reader says what it wants and raises Slack's error for what does not fit."""

    def __init__(self, values: Mapping[str, object], *, base_url: str) -> None:
        self.values = values
        self.base_url = base_url

    def text(self, name: str) -> str:
        """Return a required string."""
        value = self.optional(name)
        if value is None:
            raise SlackError("invalid_arguments", messages=[f"[ERROR] missing required field: {name}"])
        return value

    def optional(self, name: str) -> str | None:
        """Return a string, or None if it is missing or empty."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, (dict, list, bool)):
            raise SlackError("invalid_arguments", messages=[f"[ERROR] must be a string [json-pointer:/{name}]"])
        return str(value)

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        """Return a boolean."""
        value = self.values.get(name)
        if value is None:
            return otherwise
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1")

    def whole(self, name: str, *, otherwise: int, most: int) -> int:
        """Return a whole number from 1 to `most`."""
        value = self.optional(name)
        if value is None:
            return otherwise
        try:
            number = int(value)
        except ValueError:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments") from None
        if number < 1:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return min(number, most)

    def decoded(self, name: str) -> object:
        """Return a structure, decoded if it came as JSON text; None if it is missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(_ENCODED.get(name, "invalid_arguments")) from None

    def content(self) -> Json:
        """Return text, blocks, attachments and metadata as given."""
        structures = {name: self.decoded(name) for name in ("blocks", "attachments", "metadata")}
        return {"text": self.values.get("text"), **structures}


def read_body(content_type: str, body: bytes) -> Json:
    """Return the arguments in a request's body; an empty JSON body holds none."""
    kind = content_type.split(";")[0].strip().lower()
    if not body.strip():
        return {}
    if kind == "application/json":
        try:
            value = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(value, dict):
            raise SlackError("json_not_object")
        return value
    if kind in ("application/x-www-form-urlencoded", ""):
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    raise SlackError("invalid_post_type")

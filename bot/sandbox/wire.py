"""Names for JSON as Slack sends it, and the errors that its methods answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

# JSON as it stands on the wire: its shape is checked by `validation`, not by types.
Json = dict[str, Any]


class SlackError(Exception):
    """An answer with `ok: false`, as Slack's methods give it."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.more = more

    def body(self) -> Json:
        """Return the JSON body of the answer."""
        body: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


def compact(value: object) -> str:
    """Return `value` as JSON without spaces, in UTF-8 letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_object(value: object) -> Json:
    """Return `value` if it is a JSON object, an empty one otherwise."""
    return dict(value) if isinstance(value, Mapping) else {}


def new_id(prefix: str) -> str:
    """Return an id that looks like Slack's: `prefix`, then ten capital letters and digits."""
    return prefix + "0" + secrets.token_hex(5).upper()[:9]

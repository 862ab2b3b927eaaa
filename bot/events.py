"""Tell other programs of an event: a signed webhook (Standard Webhooks, specification 1.0), and a command.

What goes wrong is told without the address, the command, their answers or what they were sent: any may hold a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from reviewers.decisions.retraining_event import arguments
from reviewers.errors import OutcomeUnknown, RateLimited, Refused, Unavailable, Unready
from reviewers.model.telling import WebhookEvent

SECRET_PREFIX = "whsec_"  # noqa: S105 - Standard Webhooks writes every secret so
SECRET_BYTES = range(24, 65)  # Standard Webhooks, "Signature scheme"
WEBHOOK_SECONDS = 10.0  # the same as a call to Slack: cards wait behind it
# Our choice, under half of the lease of an item of the outbox: a command begins a training and does not wait for it.
COMMAND_SECONDS = 20.0
LONGEST_WAIT_SECONDS = 3600.0  # our choice: whoever asks for a longer break is asked again in an hour
PLACEHOLDERS = ("dataset", "event", "route", "week")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PASSING = frozenset({408, 425, 429})  # of the statuses that blame the caller: these pass by themselves
# The settings that are or hold a secret, by all names that `bot.settings` reads: an address may hold a password or a
# token, and so may the words of the command. Settings are read in any case of letters.
_SECRETS = re.compile(
    r"(?:WHETSTONE|SLACK)_\w*(?:TOKEN|SECRET)"
    r"|(?:WHETSTONE_)?DATABASE_URL|WHETSTONE_(?:CHROMA_URL|WEBHOOK_URL|RETRAIN_COMMAND)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """Implements `reviewers.ports.EventSink` over HTTP."""

    url: str = field(repr=False)
    key: bytes = field(repr=False)
    seconds: float = WEBHOOK_SECONDS

    def tell(self, event: WebhookEvent, *, at: datetime) -> None:
        """Post it, signed; any status from 200 to 299 means that it was taken, and no redirect is followed.

        Raises Refused (`webhook_gone`) for 410, Unready (`webhook_404` …) for what people have to mend, RateLimited
        where it says when to come back, OutcomeUnknown where it did not answer in time, and Unavailable.
        """
        import httpx  # only who tells an event needs it

        body = as_text(event)
        headers = {
            "content-type": "application/json",
            "user-agent": "Whetstone",
            **signed_headers(self.key, event.event_id, at, body),
        }
        try:
            with httpx.stream(
                "POST", self.url, content=body, headers=headers, timeout=self.seconds, follow_redirects=False
            ) as answer:
                status, wait = answer.status_code, answer.headers.get("retry-after", "")
        except (httpx.ReadTimeout, httpx.WriteTimeout, httpx.RemoteProtocolError):
            raise OutcomeUnknown("The webhook did not answer.") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise Unavailable(f"The webhook cannot be reached: {type(error).__name__}.") from None
        _taken(status, wait)


def _taken(status: int, wait: str) -> None:
    """Raise what a status that is no success means."""
    if 200 <= status < 300:
        return
    if status == 410:
        raise Refused("webhook_gone")
    if status in (429, 503) and wait.isascii() and wait.isdigit():
        raise RateLimited(min(max(float(wait), 1.0), LONGEST_WAIT_SECONDS))
    if 300 <= status < 500 and status not in _PASSING:
        raise Unready(f"webhook_{status}")
    raise Unavailable(f"The webhook answered {status}.")


def as_text(event: WebhookEvent) -> bytes:
    """The event as every receiver reads it: ASCII, and the same bytes at each attempt."""
    return json.dumps(event.body, separators=(",", ":"), sort_keys=True).encode("ascii")


def signed_headers(key: bytes, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Id, time and signature of an attempt: base64(HMAC-SHA256(key, "id.seconds.body")), scheme `v1`.

    A receiver refuses what is older than a few minutes, so every attempt is signed anew.

    >>> from datetime import UTC
    >>> headers = signed_headers(b"k" * 24, "evt_1", datetime(2026, 11, 23, 8, tzinfo=UTC), b"{}")
    >>> headers["webhook-timestamp"], headers["webhook-signature"][:3]
    ('1795420800', 'v1,')
    """
    seconds = str(int(at.timestamp()))
    content = f"{event_id}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode("ascii")
    return {"webhook-id": event_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{signature}"}


def secret_key(secret: str) -> bytes:
    """The key of a secret as Standard Webhooks writes it. Raises ValueError with a sentence that says what to do."""
    how = "write whsec_ and the base64 of 24 to 64 random bytes, such as whsec_$(openssl rand -base64 32)"
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
        raise ValueError(how)
    return key


def checked_url(url: str) -> str:
    """The address, if it is one. Raises ValueError with a sentence that says what to do."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isascii()
    except ValueError:
        fine = False
    if not fine or any(letter.isspace() for letter in url):
        raise ValueError("not an address; write https://… (or http:// inside your own network)")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("leave the name, the password and the # out: the secret signs what is sent")
    return url


def place_of(url: str) -> str:
    """Whom an address names, without the path and query, which may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…" if url else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """Implements `reviewers.ports.EventSink` by running a command, without a shell."""

    template: str = field(repr=False)
    seconds: float = COMMAND_SECONDS

    def tell(self, event: WebhookEvent, *, at: datetime) -> None:
        """Run it with the event as JSON on its standard input; exit status 0 means that it was taken.

        It has Whetstone's working folder and environment, without the settings that are or may hold a secret; what it
        writes to its standard output is dropped, and its errors stand among Whetstone's own. One that takes too long
        is ended, with what it started. Raises Unready (`command_not_found`, `command_status_2` …) for what people have
        to mend, OutcomeUnknown for one that was ended, Refused for values that no command can be given, and
        Unavailable.
        """
        words = filled(self.template, arguments(event))
        try:
            run = subprocess.Popen(  # noqa: S603 - the operator wrote it, and no shell reads it
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if not _SECRETS.fullmatch(name)},
                start_new_session=True,
            )
        except FileNotFoundError:
            raise Unready("command_not_found") from None
        except PermissionError:
            raise Unready("command_not_allowed") from None
        except OSError as error:
            raise Unavailable(f"The command could not be run: {type(error).__name__}.") from None
        except ValueError:  # a NUL, or half of a character
            raise Refused("command_arguments") from None
        with run:
            _ended(run, as_text(event), self.seconds)


def _ended(run: subprocess.Popen[bytes], given: bytes, seconds: float) -> None:
    """Wait until it took the event. Raises what its end means."""
    try:
        run.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        raise OutcomeUnknown(f"The command was ended after {seconds:g} s.") from None
    if run.returncode:
        raise Unready(f"command_status_{run.returncode}")


def command_words(template: str) -> list[str]:
    """The words of a command, its placeholders in place. Raises ValueError with a sentence that says what to do."""
    try:
        found = shlex.split(template)
    except ValueError as error:
        raise ValueError(f"not a command ({error}); quote it as in a shell") from None
    if not found:
        return []
    unknown = [name for word in found for name in _PLACEHOLDER.findall(word) if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"{{{unknown[0]}}} is no placeholder; there are {known}")
    if _PLACEHOLDER.search(found[0]):
        raise ValueError("begin with the program, not with a placeholder")
    return found


def filled(template: str, values: Mapping[str, str]) -> Sequence[str]:
    """Its words with the values in place; a value stays within its word, whatever it holds, and is not filled again.

    >>> filled("train --route={route} {dataset}", {"route": "Card {week}", "dataset": "/data/a b.jsonl"})
    ['train', '--route=Card {week}', '/data/a b.jsonl']
    """
    return [_PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in command_words(template)]

"""Slack's request signature, version v0 (docs.slack.dev, "Verifying requests from Slack")."""

from __future__ import annotations

import hashlib
import hmac


def signed_headers(body: bytes, *, secret: str, timestamp: int) -> dict[str, str]:
    """Return the two headers that prove to the app who sent `body` and when (epoch seconds)."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}

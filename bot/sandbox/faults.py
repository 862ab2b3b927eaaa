"""Switches that make the sandbox fail on purpose, a stated number of times."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.sandbox.wire import Json

API_KINDS = frozenset(
    {
        "drop_response_after_commit",  # the call takes effect, the connection closes without an answer
        "time_out_after_commit",  # the call takes effect, no answer for as long as the caller waits
        "http_500",  # no effect, status 500
        "time_out",  # no effect, no answer for as long as the caller waits
        "reset",  # no effect, the connection is reset
        "rate_limited",  # no effect, status 429 with Retry-After
        "token_revoked",
        "archived_channel",
        "error",  # no effect, answers the `error` that was armed
    }
)
AFTER_COMMIT = frozenset({"drop_response_after_commit", "time_out_after_commit"})
DELIVERY_KINDS = frozenset(
    {
        "late_ack",  # the ack counts as come after the deadline
        "duplicate_delivery",  # the same payload is delivered twice
        "drop_delivery",  # the app never sees it; an event comes again at once as a retry
        "disconnect",  # the socket closes on the envelope, unannounced
        "refresh",  # the app is asked to connect anew
    }
)


@dataclass(kw_only=True)
class Fault:
    """One armed switch."""

    method: str  # a Web API method, "*" for all of them, "deliver", or "socket"
    kind: str
    times: int  # how often it still strikes
    retry_after: int = 1  # seconds, for rate_limited
    channel: str | None = None  # strikes in this channel only
    only: str | None = None  # strikes deliveries of this name only: "view_submission", "message", "/whetstone" …
    error: str = ""  # for error

    def as_json(self) -> Json:
        """Return the switch as the control API tells it."""
        return dict(vars(self))


class Faults:
    """The armed switches, in the order of arming."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add a switch; raises ValueError for a kind that nothing here knows."""
        known = DELIVERY_KINDS if fault.method in ("deliver", "socket") else API_KINDS
        if fault.kind not in known:
            raise ValueError(f"kind for {fault.method} must be one of {', '.join(sorted(known))}")
        if fault.times < 1:
            raise ValueError("times must be at least 1")
        if (fault.kind == "error") is not bool(fault.error):
            raise ValueError("kind error needs an error, and no other kind has one")
        self._armed.append(fault)

    def take(
        self, method: str, *, channel: str | None = None, kinds: Collection[str] = (), name: str = ""
    ) -> Fault | None:
        """Return the first switch that fits and count it down; None if none fits. `name` is that of a delivery."""
        names = {method} if method in ("deliver", "socket") else {method, "*"}
        for fault in self._armed:
            fits = fault.method in names and fault.channel in (None, channel) and fault.only in (None, name)
            if fits and (not kinds or fault.kind in kinds):
                fault.times -= 1
                if fault.times == 0:
                    self._armed.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def armed(self) -> list[Json]:
        """Return what is still armed."""
        return [fault.as_json() for fault in self._armed]

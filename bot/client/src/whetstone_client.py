"""Hand outputs of a model to Whetstone, and learn what people decided.

    client = Whetstone("http://127.0.0.1:8080", token)
    client.submit(output_id="chat-17", prompt=prompt, completion=text, model="helpdesk-8b", hold=True)
    release = client.release("chat-17", wait=600)

WhetstoneError
├── Refused          the service says no: `status`, `detail`, and `errors` with the path of each field
│   ├── Unauthorised     the token is not known, or was revoked
│   ├── NotFound         no output has this id
│   └── Conflict         the id is taken by another body, or the output was not sent with hold
└── Unreachable      no answer after all attempts; sending again later is harmless
"""

from __future__ import annotations

import atexit
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import httpx
from _whetstone_queue import MAX_BATCH, Item, Queue, batches, item_of
from _whetstone_types import (
    BatchResult,
    Conflict,
    FieldError,
    NotFound,
    Receipt,
    Refused,
    Release,
    Story,
    Unauthorised,
    Unreachable,
    WhetstoneError,
    answer_of,
    batch_results_of,
    problem_of,
    receipt_of,
    release_of,
    retry_after_of,
    story_of,
)

__all__ = [
    "BatchResult",
    "Conflict",
    "FieldError",
    "NotFound",
    "Receipt",
    "Refused",
    "Release",
    "Story",
    "Unauthorised",
    "Unreachable",
    "Whetstone",
    "WhetstoneError",
]

REPEATED = frozenset({429, 500, 502, 503, 504})
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 20.0  # seconds between attempts
# A thread that waits for a release has a connection of its own. httpx's bound of 100 would keep all others waiting.
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)

T = TypeVar("T")


class Whetstone:
    """A connection to one service; threads may share it. Use it as a context manager, or call `close`.

    `timeout` in seconds for each attempt. `attempts` in all, the first one included. `transport` is httpx's seam for
    tests. `queue_size` outputs and `queue_bytes` bound the background queue; `batch_seconds` is how long an output
    may wait there for company. `on_error(output_ids, error)` is called in the background thread. `poll_seconds` is one
    long poll: many proxies end a request after 60.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float = 5.0,
        attempts: int = 5,
        transport: httpx.BaseTransport | None = None,
        queue_size: int = 10_000,
        queue_bytes: int = 64 * 1024 * 1024,
        batch_size: int = 100,
        batch_seconds: float = 0.2,
        when_full: Literal["drop", "block"] = "drop",
        on_error: Callable[[tuple[str, ...], WhetstoneError], None] | None = None,
        exit_seconds: float = 5.0,
        poll_seconds: float = 30.0,
    ) -> None:
        if not 1 <= batch_size <= MAX_BATCH:
            raise ValueError(f"batch_size is {batch_size}; the service takes 1 to {MAX_BATCH}")
        self.base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._attempts = max(1, attempts)
        self._token = token
        self._closing = threading.Event()
        self._http = httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            limits=LIMITS,
            transport=transport,
        )
        self._queue = Queue(
            self._send_items,
            size=queue_size,
            bytes_=queue_bytes,
            batch_size=batch_size,
            batch_seconds=batch_seconds,
            block=when_full == "block",
            on_error=on_error,
        )
        self._exit_seconds = exit_seconds
        self._poll_seconds = poll_seconds
        atexit.register(self.close)

    def __repr__(self) -> str:
        return f"Whetstone({self.base_url!r}, token={self._token[:4]}…)"

    def __enter__(self) -> Whetstone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        """Outputs that `enqueue` left out because the queue was full."""
        return self._queue.dropped

    @property
    def failed(self) -> int:
        """Outputs that the background thread could not hand in."""
        return self._queue.failed

    def submit(
        self,
        *,
        output_id: str,
        prompt: str | Sequence[Mapping[str, Any]],
        completion: str,
        model: str,
        **more: Any,
    ) -> Receipt:
        """Send one output now. Returns once it is stored. Raises Refused (with `errors`) and Unreachable.

        `more`: model_version, tags, passages, token_logprobs, samples, confidence, latency_ms, usage, created_at (a
        datetime with a zone), metadata, hold. None leaves a field out.
        """
        item = item_of(output_id=output_id, prompt=prompt, completion=completion, model=model, **more)
        return self._call("POST", "/v1/outputs", receipt_of, content=item.body)

    def submit_all(self, outputs: Iterable[Mapping[str, Any]]) -> list[BatchResult]:
        """Send many now, with the fields of `submit`; one result each, in order. Raises Unreachable and Refused."""
        items = [item_of(**output) for output in outputs]
        results: list[BatchResult] = []
        for batch in batches(items):
            results += self._send_items(batch)
        return results

    def enqueue(
        self,
        *,
        output_id: str,
        prompt: str | Sequence[Mapping[str, Any]],
        completion: str,
        model: str,
        **more: Any,
    ) -> bool:
        """Leave one output to the background thread. False when the queue is full and it was dropped."""
        if self._closing.is_set():
            raise WhetstoneError("This client is closed.")
        return self._queue.put(item_of(output_id=output_id, prompt=prompt, completion=completion, model=model, **more))

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything in the queue was handed in (or failed). False when `timeout` seconds were too few."""
        return self._queue.flush(timeout)

    def get(self, output_id: str) -> Story:
        """All that is known of one output. Raises NotFound."""
        return self._call("GET", f"/v1/outputs/{quote(output_id, safe='')}", story_of)

    def release(self, output_id: str, *, wait: float = 0.0) -> Release:
        """The release of an output sent with `hold=True`: as soon as it is final, or as it stands after `wait` seconds.

        A service that is away meanwhile, as when it is started anew, is asked again until the time is over. Raises
        NotFound, Conflict when the output was not sent with hold, and Unreachable when nobody answers at the end.
        """
        end = time.monotonic() + wait
        failures = 0
        while True:
            seconds = max(0.0, min(self._poll_seconds, end - time.monotonic()))
            try:
                release = self._call(
                    "GET",
                    f"/v1/outputs/{quote(output_id, safe='')}/release",
                    release_of,
                    params={"wait": f"{seconds:.3f}"},
                    timeout=self._timeout + seconds,
                )
            except Unreachable:
                failures += 1
                left = end - time.monotonic()
                if left <= 0 or self._closing.wait(min(left, _pause(failures))):
                    raise
                continue
            failures = 0
            if release.final or time.monotonic() >= end:
                return release

    def close(self) -> None:
        """Send what waits (for at most `exit_seconds`), then end the thread and the connections. Runs at exit."""
        if self._closing.is_set():
            return
        self._queue.flush(self._exit_seconds)
        self._closing.set()
        self._queue.close()
        self._http.close()
        atexit.unregister(self.close)

    def _send_items(self, items: Sequence[Item]) -> list[BatchResult]:
        body = b'{"outputs":[' + b",".join(item.body for item in items) + b"]}"
        return self._call("POST", "/v1/outputs", batch_results_of, content=body)

    def _call(
        self,
        method: str,
        path: str,
        read: Callable[[Mapping[str, Any]], T],
        *,
        content: bytes | None = None,
        **options: Any,
    ) -> T:
        """What `read` finds in the answer to one request, which is repeated while it fails for a passing reason."""
        if self._closing.is_set():
            raise WhetstoneError("This client is closed.")
        headers = {"Content-Type": "application/json"} if content is not None else {}
        problem: WhetstoneError = Unreachable("never tried")
        for attempt in range(1, self._attempts + 1):
            pause = _pause(attempt)
            try:
                response = self._http.request(method, path, content=content, headers=headers, **options)
            except httpx.TransportError as error:
                problem = Unreachable(f"{self.base_url} does not answer: {type(error).__name__}: {error}")
            else:
                if response.status_code not in REPEATED:
                    return answer_of(response, read)
                problem = Unreachable(f"{self.base_url} answers {response.status_code}: {problem_of(response).detail}")
                pause = max(pause, retry_after_of(response, LONGEST_PAUSE))
            if attempt < self._attempts and self._closing.wait(pause):
                break
        raise problem


def _pause(failures: int) -> float:
    """Seconds until the next attempt: longer after each failure, and not the same for all who wait."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10)) * (0.5 + random.random() / 2)  # noqa: S311

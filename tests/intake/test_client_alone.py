"""The client where no service answers it: a gateway's own words, a service that is started anew, many who wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import whetstone_client
from whetstone_client import Refused, Unreachable, Whetstone, WhetstoneError

Answer = Callable[[httpx.Request], httpx.Response]
RECEIPT = {"output_id": "o-1", "number": 1, "received_at": "2026-11-23T14:02:01Z"}
RELEASE: dict[str, Any] = {
    "output_id": "o-1", "state": "held", "final": False, "may_be_sent": False, "verified": False, "text": None,
    "reasons": [], "note": "", "notice": "", "deadline": None, "decided_at": None, "recalled_at": None,
}  # fmt: skip
APPROVED = RELEASE | {"state": "approved", "final": True, "may_be_sent": True, "verified": True, "text": "It."}
BODY = {"output_id": "o-1", "prompt": "Fee?", "completion": "It.", "model": "m"}


def says(status: int, content: Any) -> Answer:
    """JSON, or text."""
    more: dict[str, Any] = {"text": content} if isinstance(content, str) else {"json": content}
    return lambda request: httpx.Response(status, request=request, **more)


def away(request: httpx.Request) -> httpx.Response:
    """Nobody listens."""
    raise httpx.ConnectError("refused", request=request)


def answering(*answers: Answer, **more: Any) -> Whetstone:
    """A client that gets these, and the last one from then on."""
    left = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        return (left.pop(0) if len(left) > 1 else left[0])(request)

    return Whetstone("http://service", "wst_x", transport=httpx.MockTransport(handle), **more)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as many, and shorter."""
    monkeypatch.setattr(whetstone_client, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(whetstone_client, "LONGEST_PAUSE", 0.01)


@pytest.mark.parametrize(
    "content",
    [
        {"status": "unavailable"},
        {"status": None, "title": None, "detail": {"code": 7}},
        {"errors": [{"message": "x"}, "x", None]},
        {"errors": None},
        {"errors": {"field": "x", "message": "x"}},
        ["overloaded"],
        "<html>Bad gateway</html>",
    ],
)
def test_what_a_gateway_says_for_itself_is_a_refusal_or_a_reason_to_try_again(content: Any) -> None:
    """Its status counts, whatever its body holds."""
    with answering(says(503, content), says(202, RECEIPT)) as client:
        assert client.submit(**BODY).number == 1
    with answering(says(403, content)) as client, pytest.raises(Refused) as found:
        client.submit(**BODY)
    assert (found.value.status, found.value.errors) == (403, ())
    assert isinstance(found.value.title, str)
    assert isinstance(found.value.detail, str)
    assert str(found.value)


def test_errors_that_name_a_field_are_kept_beside_others() -> None:
    """Those of the service."""
    content = {"title": "A field breaks a rule", "errors": [{"field": "tags[0]", "message": "is empty"}, {"code": 7}]}
    with answering(says(422, content)) as client, pytest.raises(Refused) as found:
        client.submit(**BODY)
    assert [(each.field, each.message) for each in found.value.errors] == [("tags[0]", "is empty")]
    assert found.value.title == "A field breaks a rule"


@pytest.mark.parametrize("content", ["<html>Please sign in</html>", {"ok": True}, ["ok"], RECEIPT | {"received_at": 7}])
def test_success_that_is_not_the_services_says_so(content: Any) -> None:
    """A page of a proxy, or a wrong address: no mistake of the caller's code."""
    with answering(says(200, content)) as client:
        for call in (lambda: client.submit(**BODY), lambda: client.get("o-1"), lambda: client.submit_all([BODY])):
            with pytest.raises(WhetstoneError, match="no answer of Whetstone's"):
                call()


def test_release_is_waited_for_while_the_service_is_away() -> None:
    """Longer than the attempts of one request last: it is started anew, and has the decision."""
    trouble: list[Answer] = [away] * 7 + [says(503, "starting")] * 7
    with answering(says(200, RELEASE), *trouble, says(200, RELEASE), *trouble, says(200, APPROVED)) as client:
        assert client.release("o-1", wait=60).text == "It."


def test_service_that_stays_away_is_told_when_the_time_is_over() -> None:
    """Not before, and at once where nobody waits."""
    with answering(away, attempts=1) as client:
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            client.release("o-1", wait=0.2)
        assert time.monotonic() - begun >= 0.2
    asked: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return away(request)

    with answering(note, attempts=2) as client, pytest.raises(Unreachable):
        client.release("o-1")
    assert len(asked) == 2


def test_refusal_ends_the_wait() -> None:
    """Waiting would not change it."""
    with answering(away, says(404, {"title": "No such output"}), attempts=1) as client, pytest.raises(Refused):
        client.release("o-1", wait=60)


def test_closing_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the middle of a long pause; later calls say that it is closed."""
    monkeypatch.setattr(whetstone_client, "FIRST_PAUSE", 60.0)
    monkeypatch.setattr(whetstone_client, "LONGEST_PAUSE", 60.0)
    asked = threading.Event()

    def note(request: httpx.Request) -> httpx.Response:
        asked.set()
        return away(request)

    client = answering(note, attempts=1)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.release, "o-1", wait=600)
        assert asked.wait(30)
        client.close()
        with pytest.raises(WhetstoneError):
            waiting.result(30)
    with pytest.raises(WhetstoneError, match="closed"):
        client.get("o-1")


MANY = 110  # more than httpx lets through at once by itself


@contextmanager
def keeping_waiting() -> Iterator[tuple[str, threading.Event, threading.Semaphore]]:
    """A server that answers releases once it is told to; its address, that sign, and a count of who has come."""
    decided, come = threading.Event(), threading.Semaphore(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            come.release()
            decided.wait(30)
            self.answer(200, httpx.Response(200, json=APPROVED).content)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(202, httpx.Response(202, json=RECEIPT).content)

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 2 * MANY
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", decided, come
        finally:
            decided.set()
            server.shutdown()
            thread.join()


def test_those_who_wait_for_a_release_keep_nobody_from_submitting() -> None:
    """Each has a connection of its own, and so has the next one."""
    with (
        keeping_waiting() as (address, decided, come),
        Whetstone(address, "wst_x", timeout=10, attempts=1) as client,
        ThreadPoolExecutor(MANY) as threads,
    ):
        waiting = [threads.submit(client.release, "o-1", wait=20) for _ in range(MANY)]
        for _ in range(MANY):
            assert come.acquire(timeout=10)
        assert client.submit(**BODY).number == 1
        decided.set()
        assert {each.result().state for each in waiting} == {"approved"}

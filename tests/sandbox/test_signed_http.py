"""Signed HTTP: signatures that Slack's verifier takes, retries with headers, and no retry for interactions."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.sandbox.bench import CHANNEL, Bench, Json, actions, bench

EVENTS = frozenset({"message.channels"})


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when the sandbox, out of patience, is gone before the answer."""


class Endpoint:
    """A Request URL that keeps what it got and answers as told."""

    def __init__(self) -> None:
        self.received: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answers: queue.Queue[tuple[int, dict[str, str], bytes]] = queue.Queue()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.received.put((dict(self.headers.items()), body))
                status, headers, answer = endpoint.answers.get(timeout=60)
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/slack/events"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def next(self) -> tuple[dict[str, str], bytes]:
        """Return the headers and the body of the next request."""
        return self.received.get(timeout=60)

    def answer(self, status: int = 200, body: bytes = b"", *, headers: dict[str, str] | None = None) -> None:
        """Answer one request; status 0 closes the connection instead."""
        self.answers.put((status, headers or {}, body))

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A Request URL of the test's own."""
    one = Endpoint()
    yield one
    one.close()


@pytest.fixture
def local(endpoint: Endpoint) -> Iterator[Bench]:
    """A sandbox that delivers there."""
    with bench(request_url=endpoint.url, events=EVENTS) as one:
        yield one


def test_every_delivery_is_signed(local: Bench, endpoint: Endpoint) -> None:
    """Slack's own verifier takes the signature, and refuses it over another body."""
    verifier = SignatureVerifier(local.settings.signing_secret)
    endpoint.answer()
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    headers, body = endpoint.next()
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b" ", headers)
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["event"]["text"] == "hello"


def test_interactions_come_as_a_form_with_a_payload(local: Bench, endpoint: Endpoint) -> None:
    """So do commands, with flat fields; an answer in plain text is shown."""
    endpoint.answer()
    ts = local.post([actions()])
    _wait_for_deliveries(local, 1)
    endpoint.next()
    endpoint.answer()
    assert local.press(ts).result()["ok"]
    form = parse_qs(endpoint.next()[1].decode())
    payload: Json = json.loads(form["payload"][0])
    assert (payload["type"], payload["actions"][0]["action_id"]) == ("block_actions", "go")
    endpoint.answer(200, b"Nothing waits.")
    answer = local.control("/commands", user="U0MARA", channel=CHANNEL, command="/whetstone", text="a & b")
    assert answer["response"]["text"] == "Nothing waits."
    assert parse_qs(endpoint.next()[1].decode())["text"] == ["a & b"]


def test_events_are_retried_with_number_and_reason(local: Bench, endpoint: Endpoint) -> None:
    """Error, closed connection, time-out: each retry tells what went wrong before."""
    endpoint.answer(500)
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    first, body = endpoint.next()
    assert "X-Slack-Retry-Num" not in first
    endpoint.answer(0)
    second, again = endpoint.next()
    assert (second["X-Slack-Retry-Num"], second["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert json.loads(again)["event_id"] == json.loads(body)["event_id"]
    _wait_for_deliveries(local, 2)
    local.advance(60)
    third, _ = endpoint.next()
    assert (third["X-Slack-Retry-Num"], third["X-Slack-Retry-Reason"]) == ("2", "connection_failed")
    local.advance(3.1)
    _wait_for_deliveries(local, 3)
    local.advance(300)
    fourth, _ = endpoint.next()
    assert (fourth["X-Slack-Retry-Num"], fourth["X-Slack-Retry-Reason"]) == ("3", "http_timeout")
    endpoint.answer()  # releases the request that timed out
    endpoint.answer()


def _wait_for_deliveries(local: Bench, count: int) -> None:
    """Return once the sandbox has noted so many deliveries: each look lets its loop go on."""
    while len(local.journal("message", "deliver")) < count:
        pass


def test_an_app_can_refuse_retries(local: Bench, endpoint: Endpoint) -> None:
    """X-Slack-No-Retry ends it."""
    endpoint.answer(500, headers={"X-Slack-No-Retry": "1"})
    local.control("/messages", user="U0MARA", channel=CHANNEL, text="hello")
    endpoint.next()
    _wait_for_deliveries(local, 1)
    local.advance(3600)
    assert len(local.journal("message", "deliver")) == 1


@pytest.mark.parametrize("status", [404, 500])
def test_a_click_that_the_app_refuses_is_an_error_to_the_person(local: Bench, endpoint: Endpoint, status: int) -> None:
    """It is not retried."""
    endpoint.answer()
    ts = local.post([actions()])
    _wait_for_deliveries(local, 1)
    endpoint.answer(status)
    assert local.press(ts).result()["error"] == "dispatch_failed"
    local.advance(3600)
    assert len(local.journal("block_actions", "deliver")) == 1

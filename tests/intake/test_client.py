"""The client's contract, against the real service."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from whetstone_client import Conflict, NotFound, Refused, Unauthorised, Unreachable, Whetstone

from reviewers.model import VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import a_decision, a_task, an_assessment
from tests.intake.rig import Service, a_body, service


@pytest.fixture
def client(running: Service) -> Iterator[Whetstone]:
    """A client with a token."""
    with Whetstone(running.address, running.token, timeout=30) as opened:
        yield opened


class Unsteady(httpx.BaseTransport):
    """The real transport, behind a network that fails first; notes what was asked."""

    def __init__(self, *failures: Callable[[httpx.Request], httpx.Response]) -> None:
        self._failures = list(failures)
        self._real = httpx.HTTPTransport()
        self.requests: list[httpx.Request] = []
        self.door = threading.Event()
        self.door.set()
        self.knocked = threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Fail, or pass on; waits at the door while it is shut."""
        self.requests.append(request)
        self.knocked.set()
        assert self.door.wait(30)
        if self._failures:
            return self._failures.pop(0)(request)
        return self._real.handle_request(request)

    def close(self) -> None:
        """Called by httpx."""
        self._real.close()


def status(code: int, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """An answer of something in between."""
    return lambda request: httpx.Response(code, headers=headers, text="<html>no JSON</html>", request=request)


def cut(request: httpx.Request) -> httpx.Response:
    """The connection breaks."""
    raise httpx.ConnectError("refused", request=request)


def test_an_output_is_submitted_and_told(running: Service, client: Whetstone, new_id: str) -> None:
    """Every field arrives, and the story comes back typed."""
    receipt = client.submit(
        output_id=new_id,
        prompt=[{"role": "user", "content": "Fee?"}],
        completion="€ 2.00.",
        model="helpdesk-8b",
        tags=["fees"],
        passages=("The fee is € 3.50.",),
        created_at=datetime(2026, 11, 23, 14, tzinfo=UTC),
        metadata={"a": 1},
        confidence=None,
    )
    with running.parts.store.begin() as uow:
        uow.assessments.add([an_assessment(new_id)])
        uow.decisions.add([a_decision(new_id)])
    story = client.get(new_id)
    assert (story.output_id, story.number, story.received_at) == (new_id, receipt.number, receipt.received_at)
    assert (story.risk, story.selected, story.outcome, story.text) == (0.62, True, None, None)
    assert story.raw["output"]["created_at"] == "2026-11-23T14:00:00Z"
    assert story.raw["output"]["passages"][0]["text"] == "The fee is € 3.50."


def test_submitting_again_is_harmless(client: Whetstone, new_id: str) -> None:
    """The same receipt, also without a created_at of your own."""
    assert client.submit(**a_body(new_id)) == client.submit(**a_body(new_id))


def test_refusals_have_types_and_name_the_field(running: Service, client: Whetstone, new_id: str) -> None:
    """A caller can tell a mistake of its own from a passing trouble."""
    client.submit(**a_body(new_id))
    with pytest.raises(Conflict):
        client.submit(**a_body(new_id, completion="Changed."))
    with pytest.raises(NotFound):
        client.get("unknown")
    with pytest.raises(Conflict, match="not sent with hold"):
        client.release(new_id, wait=60)
    with pytest.raises(Refused) as found:
        client.submit(**a_body(passages=["x", ""]))
    assert [(error.field, error.message) for error in found.value.errors] == [("passages[1].text", "is empty")]
    with Whetstone(running.address, "wst_wrong") as stranger, pytest.raises(Unauthorised):
        stranger.get(new_id)


def test_many_are_submitted_in_pieces_with_a_result_each(client: Whetstone, new_id: str) -> None:
    """Over five hundred too, in order."""
    bodies = [a_body(f"{new_id}-{number}") for number in range(600)]
    bodies[550]["confidence"] = 7
    results = client.submit_all(bodies)
    assert [result.output_id for result in results] == [body["output_id"] for body in bodies]
    assert {result.status for result in results} == {"received", "invalid"}
    assert results[550].problem is not None
    assert results[550].receipt is None
    assert results[0].receipt is not None


@pytest.mark.parametrize("trouble", [cut, status(503, **{"Retry-After": "0"}), status(429), status(502)])
def test_passing_trouble_is_tried_again(
    running: Service, new_id: str, trouble: Callable[[httpx.Request], httpx.Response]
) -> None:
    """With the same body under the same id."""
    transport = Unsteady(trouble)
    with Whetstone(running.address, running.token, transport=transport) as client:
        assert client.submit(**a_body(new_id)).output_id == new_id
    assert len(transport.requests) == 2
    assert transport.requests[0].content == transport.requests[1].content


def test_lasting_trouble_is_told_after_the_last_attempt(running: Service) -> None:
    """And the caller learns that nobody answered."""
    with (
        Whetstone(running.address, running.token, transport=Unsteady(cut, cut), attempts=2) as client,
        pytest.raises(Unreachable, match="does not answer"),
    ):
        client.get("o-1")


def test_the_queue_is_sent_in_batches_and_flushed(running: Service, new_id: str) -> None:
    """Three requests for two hundred and fifty outputs, all stored when flush returns."""
    transport = Unsteady()
    with Whetstone(running.address, running.token, transport=transport, batch_seconds=30, timeout=30) as client:
        for number in range(250):
            assert client.enqueue(**a_body(f"{new_id}-{number}"))
        assert client.flush(30)
        assert client.get(f"{new_id}-249").output_id == f"{new_id}-249"
        assert (client.dropped, client.failed) == (0, 0)
    assert len([request for request in transport.requests if request.method == "POST"]) == 3


def test_a_full_queue_drops_and_counts(running: Service, new_id: str) -> None:
    """Memory is bounded by number, and the application is never held up."""
    transport = Unsteady()
    transport.door.clear()
    with Whetstone(
        running.address, running.token, transport=transport, queue_size=3, batch_size=1, timeout=30
    ) as client:
        taken = [client.enqueue(**a_body(f"{new_id}-{number}")) for number in range(5)]
        assert taken == [True, True, True, False, False]
        assert client.dropped == 2
        transport.door.set()
        assert client.flush(30)
        assert client.enqueue(**a_body(f"{new_id}-again"))


def test_a_full_queue_is_bounded_by_bytes_too(running: Service, new_id: str) -> None:
    """A few long outputs weigh as much as many short ones."""
    transport = Unsteady()
    transport.door.clear()
    with Whetstone(running.address, running.token, transport=transport, queue_bytes=250_000, timeout=30) as client:
        long = "x" * 100_000
        assert [client.enqueue(**a_body(f"{new_id}-{n}", completion=long)) for n in range(3)] == [True, True, False]
        transport.door.set()


def test_a_full_queue_can_wait_for_room(running: Service, new_id: str) -> None:
    """Nothing is lost; the caller goes on when one was sent."""
    transport = Unsteady()
    transport.door.clear()
    with (
        Whetstone(
            running.address,
            running.token,
            transport=transport,
            queue_size=1,
            batch_size=1,
            when_full="block",
            timeout=30,
        ) as client,
        ThreadPoolExecutor(1) as threads,
    ):
        client.enqueue(**a_body(f"{new_id}-a"))
        assert transport.knocked.wait(30)
        second = threads.submit(client.enqueue, **a_body(f"{new_id}-b"))
        transport.door.set()
        assert second.result()
        assert client.flush(30)
        assert client.dropped == 0
        assert client.get(f"{new_id}-b").output_id == f"{new_id}-b"


def test_what_fails_in_the_background_is_told_and_the_rest_goes_on(running: Service, new_id: str) -> None:
    """Also when the caller's own function fails."""
    failed: list[tuple[tuple[str, ...], str]] = []

    def on_error(ids: tuple[str, ...], error: Exception) -> None:
        failed.append((ids, type(error).__name__))
        raise RuntimeError("the caller's mistake")

    with Whetstone(running.address, running.token, on_error=on_error, timeout=30) as client:
        client.enqueue(**a_body(f"{new_id}-bad", confidence=7))
        client.enqueue(**a_body(f"{new_id}-good"))
        assert client.flush(30)
        assert client.failed == 1
        client.enqueue(**a_body(f"{new_id}-later"))
        assert client.flush(30)
        assert client.get(f"{new_id}-later").output_id == f"{new_id}-later"
    assert failed == [((f"{new_id}-bad",), "Refused")]


def test_a_release_is_waited_for_over_several_polls(tmp_path: Path) -> None:
    """The client asks again until people have decided."""
    with service(tmp_path) as started, ThreadPoolExecutor(1) as threads:
        transport = Polls()
        with Whetstone(started.address, started.token, transport=transport, timeout=30, poll_seconds=0.05) as client:
            client.submit(**a_body(hold=True))
            held = client.release("o-1")
            assert (held.state, held.final, held.may_be_sent, held.text) == ("held", False, False, None)
            with started.parts.store.begin() as uow:
                uow.decisions.add([a_decision("o-1")])
                uow.tasks.add(a_task("t-1", hold=True))
            waiting = threads.submit(client.release, "o-1", wait=60)
            assert transport.third.wait(30)
            started.parts.verdicts.record(
                Ballot(task_id="t-1", reviewer="U0MARA", kind=VerdictKind.EDIT, correction="It costs € 3.50.")
            )
            release = waiting.result()
            story = client.get("o-1")
    assert (release.state, release.may_be_sent, release.text) == ("edited", True, "It costs € 3.50.")
    assert (story.outcome, story.text) == ("edited", "It costs € 3.50.")
    assert story.notice == release.notice
    assert story.notice.startswith("Checked by a person on ")


class Polls(Unsteady):
    """Tells when the third release was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.third = threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Count, and pass on."""
        answer = super().handle_request(request)
        if len([each for each in self.requests if each.url.path.endswith("/release")]) >= 3:
            self.third.set()
        return answer


def test_a_token_is_never_shown(running: Service) -> None:
    """Neither in the client's own words nor in its errors."""
    with Whetstone(running.address, running.token, transport=Unsteady(cut), attempts=1) as client:
        assert running.token not in repr(client)
        with pytest.raises(Unreachable) as found:
            client.get("o-1")
    assert running.token not in repr(found.value) + str(found.value)


def test_what_waits_is_sent_when_the_application_ends(running: Service, new_id: str) -> None:
    """The exit of the interpreter flushes; and the client imports nothing of ours."""
    script = """
import sys
from whetstone_client import Whetstone
client = Whetstone(sys.argv[1], sys.argv[2], batch_seconds=30, timeout=30, exit_seconds=30)
client.enqueue(output_id=sys.argv[3], prompt="p", completion="c", model="m")
assert not {name.partition(".")[0] for name in sys.modules} & {"bot", "reviewers", "storage"}
"""
    source = str(Path(__file__).parents[2] / "bot" / "client" / "src")
    arguments = [sys.executable, "-c", script, running.address, running.token, new_id]
    environment: dict[str, Any] = {"PYTHONPATH": source}
    subprocess.run(arguments, check=True, cwd=source, env=environment, timeout=60)
    assert running.http.get(f"/v1/outputs/{new_id}").status_code == 200


def test_a_closed_client_says_so(running: Service, new_id: str) -> None:
    """Rather than to keep what nobody will send."""
    client = Whetstone(running.address, running.token)
    client.close()
    client.close()
    with pytest.raises(Exception, match="closed"):
        client.enqueue(**a_body(new_id))

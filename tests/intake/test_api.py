"""The routes over real HTTP: receipts, stories, refusals."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bot.intake.problems import BY_ERROR
from reviewers import errors as subject
from tests.builders import a_decision, a_task, an_assessment
from tests.intake.rig import Service, a_body, service


def test_an_output_is_received_and_told(running: Service, new_id: str) -> None:
    """What was acknowledged can be read at once, under the number that people see."""
    receipt = running.post(a_body(new_id, tags=["fees"]))
    story = running.http.get(f"/v1/outputs/{new_id}").json()
    assert receipt.status_code == 202
    assert story["output"]["number"] == receipt.json()["number"] > 0
    assert story["output"]["tags"] == ["fees"]
    assert story["output"]["submitted_by"] == "app"
    assert (story["assessment"], story["task"], story["release"], story["verdicts"]) == (None, None, None, [])


def test_the_same_body_again_gets_the_same_answer(running: Service, new_id: str) -> None:
    """A caller who did not see the answer may ask again."""
    first, second = running.post(a_body(new_id)), running.post(dict(reversed(a_body(new_id, hold=False).items())))
    assert (second.status_code, second.content) == (first.status_code, first.content)


def test_another_body_under_the_same_id_is_a_conflict(running: Service, new_id: str) -> None:
    """What was received first stays."""
    running.post(a_body(new_id))
    answer = running.post(a_body(new_id, completion="Something else."))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "new id" in answer.json()["detail"]
    assert running.http.get(f"/v1/outputs/{new_id}").json()["output"]["completion"] == a_body()["completion"]


def test_a_batch_tells_each_output_its_own_result_in_order(running: Service, new_id: str) -> None:
    """Received, same, conflict and invalid stand side by side, and what is good is stored."""
    running.post(a_body(f"{new_id}-old"))
    answer = running.post(
        {
            "outputs": [
                a_body(f"{new_id}-a"),
                a_body(f"{new_id}-old"),
                a_body(f"{new_id}-bad", passages=["x", ""]),
                a_body(f"{new_id}-old", completion="Changed."),
                a_body(f"{new_id}-a"),
                a_body(f"{new_id}-b"),
            ]
        }
    )
    results = answer.json()["results"]
    assert answer.status_code == 202
    assert [each["status"] for each in results] == ["received", "same", "invalid", "conflict", "same", "received"]
    assert results[0]["number"] == results[4]["number"]
    assert results[2]["problem"]["errors"] == [{"field": "passages[1].text", "message": "is empty"}]
    assert results[3]["problem"]["status"] == 409
    assert running.http.get(f"/v1/outputs/{new_id}-b").status_code == 200
    assert running.http.get(f"/v1/outputs/{new_id}-bad").status_code == 404


def test_a_batch_of_five_hundred_is_taken(running: Service, new_id: str) -> None:
    """The stated limit can be used in full."""
    answer = running.post({"outputs": [a_body(f"{new_id}-{number}") for number in range(500)]})
    assert {each["status"] for each in answer.json()["results"]} == {"received"}


def test_a_refusal_is_problem_json_that_points_at_the_field(running: Service, new_id: str) -> None:
    """RFC 9457: type, title, status and detail, and our list of errors."""
    answer = running.post(a_body(new_id, confidence=7))
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert problem["errors"] == [{"field": "confidence", "message": "must be at most 1"}]
    assert problem["status"] == 422
    assert {"type", "title", "detail"} <= problem.keys()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/outputs/unknown", 404),
        ("GET", "/v1/outputs/unknown/release", 404),
        ("GET", "/v1/outputs", 405),
        ("DELETE", "/v1/outputs/unknown", 405),
        ("GET", "/v1/outputs/unknown/release?wait=61", 422),
        ("GET", "/v1/outputs/unknown/release?wait=nan", 422),
        ("GET", "/v1/outputs/unknown/release?wait=soon", 422),
        ("GET", "/v1/outputs/unknown%00id", 404),
        ("GET", f"/v1/outputs/{'x' * 201}", 422),
    ],
)
def test_every_refusal_is_problem_json(running: Service, method: str, path: str, status: int) -> None:
    """Also those that the framework finds."""
    answer = running.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_media_types_are_refused(running: Service, headers: dict[str, str]) -> None:
    """415 says what to send instead."""
    answer = running.http.post("/v1/outputs", content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_not_json_is_refused_with_its_place(running: Service) -> None:
    """400 names line and column."""
    answer = running.http.post("/v1/outputs", content=b'{\n"a": }', headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "line 2" in answer.json()["detail"]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Bearer wst_wrong", "Bearer " + "x" * 5_000])
def test_nobody_comes_in_without_a_token(running: Service, header: str | None) -> None:
    """401 names the scheme, on every route under /v1."""
    headers = {} if header is None else {"Authorization": header}
    for method, path in (("POST", "/v1/outputs"), ("GET", "/v1/outputs/a"), ("GET", "/v1/outputs/a/release")):
        answer = httpx.request(method, running.address + path, headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_output_of_a_hundred_thousand_characters_is_fine(running: Service, new_id: str) -> None:
    """Nothing of it is cut."""
    completion = "ä😀 x" * 25_000
    assert running.post(a_body(new_id, completion=completion)).status_code == 202
    assert running.http.get(f"/v1/outputs/{new_id}").json()["output"]["completion"] == completion


def test_the_story_tells_all_that_is_known(running: Service, new_id: str) -> None:
    """Scores, claims with readings and passages, risk, decision and task, once they are there."""
    running.post(a_body(new_id))
    with running.parts.store.begin() as uow:
        uow.assessments.add([an_assessment(new_id)])
        uow.decisions.add([a_decision(new_id)])
        uow.tasks.add(a_task(f"t-{new_id}", output_id=new_id))
    story = running.http.get(f"/v1/outputs/{new_id}").json()
    assessment: dict[str, Any] = story["assessment"]
    assert [each["reading"] for each in assessment["readings"]] == ["contradicted", "supported", "no_source"]
    assert assessment["readings"][0]["passages"][0]["title"] == "Card fees 2026"
    assert assessment["risk"] == {
        "probability": 0.62,
        "word": "high",
        "model_version": "prior-2",
        "verdicts_learned_from": 0,
        "scores_used": ["coverage"],
    }
    assert assessment["scores"][0]["scorer"] == "coverage"
    assert story["decision"]["inclusion_probability"] == 1.0
    assert story["decision"]["keep_probability"] == 1.0  # its queue was never cut
    assert story["task"]["state"] == "open"


def test_the_process_is_healthy_and_ready(running: Service) -> None:
    """Both answer without a token."""
    for path in ("/healthz", "/readyz"):
        assert httpx.get(running.address + path, trust_env=False).status_code == 200


def test_a_database_behind_its_migrations_is_not_ready(tmp_path: Path) -> None:
    """503 says what is missing, and when to ask again."""
    with service(tmp_path, missing=("The database is at 0001, the code needs 0002.",)) as started:
        answer = started.http.get("/readyz")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "0002" in answer.json()["detail"]
        assert started.http.get("/healthz").status_code == 200


def test_metrics_count_outputs_and_requests(tmp_path: Path) -> None:
    """Counters by status, durations by route, and what stands in the store."""
    with service(tmp_path) as started:
        started.post({"outputs": [a_body("a"), a_body("a"), a_body("b"), {}]})
        lines = started.http.get("/metrics").text.splitlines()
    assert 'whetstone_outputs_received_total{status="new"} 2.0' in lines
    assert 'whetstone_outputs_received_total{status="same"} 1.0' in lines
    assert 'whetstone_outputs_received_total{status="invalid"} 1.0' in lines
    assert 'whetstone_http_requests_total{route="/v1/outputs",status="202"} 1.0' in lines
    assert "whetstone_stored_outputs 2.0" in lines
    assert "whetstone_store_up 1.0" in lines


def test_an_answer_of_the_service_keeps_the_connection(running: Service, new_id: str) -> None:
    """A refused body leaves the connection usable, so a caller with a pool is not slowed down."""
    where = urlsplit(running.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}
    for body, status in ((b"{", 400), (b"{}", 422)):
        connection.request("POST", "/v1/outputs", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_every_error_of_the_subject_has_a_status() -> None:
    """A new error cannot be forgotten here."""

    def leaves(kind: type[subject.ReviewError]) -> set[type[subject.ReviewError]]:
        below = [each for each in kind.__subclasses__() if each.__module__ == subject.__name__]
        return {kind} if not below else set().union(*(leaves(each) for each in below))

    assert leaves(subject.ReviewError) <= BY_ERROR.keys()

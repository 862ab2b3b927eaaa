"""The OpenAPI document: valid, with examples that hold, and true of what the service answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from tests.builders import a_decision, a_task, a_verdict, an_assessment
from tests.intake.rig import Service, a_body


@pytest.fixture(scope="module")
def document(running: Service) -> dict[str, Any]:
    """As a program gets it, without a token."""
    content: dict[str, Any] = running.http.get("/openapi.json", headers={"Authorization": ""}).json()
    return content


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A validator that resolves references into the document."""
    return Draft202012Validator(schema | {"components": document["components"]}, format_checker=FormatChecker())


def media(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that is described."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for kind in body.get("content", {}).values():
                    yield f"{method} {path}", kind


def nodes(value: Any) -> Iterator[Any]:
    """Every value inside."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from nodes(each)


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    """It fits the standard's model, every schema is JSON Schema 2020-12, and every reference leads somewhere."""
    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert {each["$ref"] for each in nodes(document) if isinstance(each, dict) and "$ref" in each} <= names


def test_every_example_holds_to_its_schema(document: dict[str, Any]) -> None:
    """And there are examples for what is sent and what is answered."""
    shown = [
        (where, kind["schema"], each) for where, kind in media(document) for each in kind.get("examples", {}).values()
    ]
    assert len(shown) >= 10
    for where, schema, example in shown:
        problems = [error.message for error in validator(document, schema).iter_errors(example["value"])]
        assert problems == [], where


def test_the_examples_of_the_request_are_taken(running: Service, document: dict[str, Any]) -> None:
    """What a reader copies works."""
    body = document["paths"]["/v1/outputs"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        answer = running.post(example["value"])
        assert answer.status_code == 202
        assert "problem" not in answer.text


def test_what_the_service_answers_is_what_the_document_says(
    running: Service, document: dict[str, Any], new_id: str
) -> None:
    """Receipts, results, stories, releases and problems."""
    running.post(a_body(new_id, hold=True))
    with running.parts.store.begin() as uow:
        uow.assessments.add([an_assessment(new_id)])
        uow.decisions.add([a_decision(new_id)])
        uow.tasks.add(a_task(f"t-{new_id}", output_id=new_id))
        uow.verdicts.append(a_verdict(f"v-{new_id}", task_id=f"t-{new_id}"))
    answers = [
        ("post", "/v1/outputs", running.post(a_body(new_id, hold=True))),
        ("post", "/v1/outputs", running.post({"outputs": [a_body(new_id), {}, a_body(f"{new_id}-b")]})),
        ("post", "/v1/outputs", running.post({})),
        ("get", "/v1/outputs/{output_id}", running.http.get(f"/v1/outputs/{new_id}")),
        ("get", "/v1/outputs/{output_id}", running.http.get("/v1/outputs/unknown")),
        ("get", "/v1/outputs/{output_id}/release", running.http.get(f"/v1/outputs/{new_id}/release")),
        ("get", "/v1/outputs/{output_id}/release", running.http.get(f"/v1/outputs/{new_id}-b/release")),
    ]
    for method, path, answer in answers:
        described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        schema = described[answer.headers["content-type"]]["schema"]
        assert [error.message for error in validator(document, schema).iter_errors(answer.json())] == [], answer.url


class Links(HTMLParser):
    """Addresses that a page would load or lead to, and the ids that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids |= {value or "" for name, value in attrs if name == "id"}


def test_the_page_at_docs_lists_the_api_and_loads_nothing(running: Service, document: dict[str, Any]) -> None:
    """It works without a network, and every link on it leads to a place on it."""
    answer = running.http.get("/docs")
    links = Links()
    links.feed(answer.text)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not links.tags & {"script", "link", "img", "iframe"}
    assert all(
        f"<code>{method.upper()} {path}</code>" in answer.text
        for path in document["paths"]
        for method in document["paths"][path]
    )
    assert {each.removeprefix("#") for each in links.addresses if each.startswith("#")} <= links.ids
    assert {each for each in links.addresses if not each.startswith("#")} == {"/openapi.json"}


def test_every_problem_leads_to_its_explanation(running: Service) -> None:
    """The type of a problem is an address on the page."""
    kind = running.post({}).json()["type"]
    page, _, place = kind.partition("#")
    assert re.search(rf'id="{place}"', running.http.get(page).text)

"""Digests over HTTP: the stored one, else one made now; as JSON, Markdown or a page; and what a mistake is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewers.decisions import weeks
from reviewers.model import Route
from reviewers.model.digest_json import from_json
from tests.digests import a_digest
from tests.intake.rig import Service, service

CARDS, LOANS = Route(name="Card support"), Route(name="Loans")
STORED = replace(a_digest(), week="2025-W47", route="Card support")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two routes without traffic; of one, week 47 was stored, which tells of outputs that only that digest knows."""
    with service(tmp_path_factory.mktemp("digests"), routes=(CARDS, LOANS)) as found:
        with found.parts.store.begin() as uow:
            uow.digests.add(STORED, at=datetime.now(UTC))
        yield found


def test_stored_digest_is_given_as_it_was_stored(served: Service) -> None:
    """By the route's name in any case; its JSON is read back as the same value, and tells it in words too."""
    answer = served.http.get("/v1/digests/2025-W47", params={"route": "card SUPPORT"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert from_json(answer.text) == STORED
    assert {"title", "text"} <= answer.json().keys()


def test_without_a_route_there_is_one_of_each_and_what_was_not_stored_is_made_now(served: Service) -> None:
    """In the policy's order; making one stores nothing."""
    told = served.http.get("/v1/digests/2025-W47").json()
    assert [one["route"] for one in told] == ["Card support", "Loans"]
    assert [one["outputs"] for one in told] == [STORED.outputs, 0]
    with served.parts.store.read() as uow:
        assert [one.route for one in uow.digests.of_week("2025-W47")] == ["Card support"]


@pytest.mark.parametrize(("format", "kind", "begins"), [("md", "markdown", "# "), ("html", "html", "<!doctype html>")])
def test_reader_outside_gets_markdown_or_a_page(served: Service, format: str, kind: str, begins: str) -> None:
    """With the route's name; a page runs nothing and loads nothing."""
    answer = served.http.get("/v1/digests/2025-W47", params={"route": "Card support", "format": format})
    assert answer.headers["content-type"] == f"text/{kind}; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.text.startswith(begins)
    assert "Card support" in answer.text


@pytest.mark.parametrize(
    ("week", "asked", "field", "words"),
    [
        ("2025-47", {}, "week", "Weeks are written as 2026-W47."),
        (weeks.week_of(datetime.now(UTC), UTC), {}, "week", "is not over yet"),
        ("2025-W47", {"route": "Mortgages"}, "route", "Routes: Card support, Loans."),
        ("2025-W47", {"format": "html"}, "route", "One page is about one route"),
        ("2025-W47", {"format": "pdf"}, "format", "is not one of json, md, html"),
    ],
)
def test_wrong_question_is_a_problem_that_names_the_field(
    served: Service, week: str, asked: dict[str, str], field: str, words: str
) -> None:
    """And says what there is."""
    answer = served.http.get(f"/v1/digests/{week}", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]


def test_nobody_reads_digests_without_a_token(served: Service) -> None:
    """They quote outputs."""
    answer = served.http.get("/v1/digests/2025-W47", headers={"Authorization": "Bearer wst_none"})
    assert answer.status_code == 401

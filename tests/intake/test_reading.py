"""What is taken and what is refused, with the path of the field and what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake.problems import ProblemFound
from bot.intake.reading import Refusal, read_item, read_parcel
from reviewers.model import Message, Output, TokenUsage
from tests.builders import NOON
from tests.intake.rig import a_body


def read(content: Any) -> Output | Refusal:
    """One output from JSON as it comes over the wire."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_parcel(body, now=NOON, submitted_by="app").entries[0]


def taken(**changes: Any) -> Output:
    """The output that a valid body becomes."""
    entry = read(a_body(**changes))
    assert isinstance(entry, Output), entry
    return entry


def refused(**changes: Any) -> dict[str, str]:
    """Field and message of each error."""
    entry = read(a_body(**changes))
    assert isinstance(entry, Refusal)
    return {error.field: error.message for error in entry.errors}


def test_the_shortest_body_is_filled_with_defaults() -> None:
    """Only id, prompt, completion and model are required."""
    output = taken()
    assert output.prompt == (Message(role="user", content="What does it cost?"),)
    assert (output.created_at, output.received_at, output.submitted_by) == (NOON, NOON, "app")
    assert (output.tags, output.passages, output.hold, output.usage) == ((), (), False, None)


def test_a_full_body_keeps_every_field() -> None:
    """Chat turns, passages of both forms, log-probabilities, usage and metadata arrive as they were sent."""
    output = taken(
        prompt=[{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Fee?"}],
        passages=["First.", {"text": "Second.", "title": "Fees", "address": "https://a.example", "passage_id": "p"}],
        tags=["fees", "cash", "fees"],
        token_logprobs=[-0.5, 0, -9999.0],
        samples=["It is € 3.", ""],
        confidence=1,
        latency_ms=12,
        usage={"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
        created_at="2026-11-23T15:02:00+01:00",
        metadata={"a": {"b": [1, None, True]}},
        hold=True,
    )
    assert [turn.role for turn in output.prompt] == ["system", "user"]
    assert output.question == "Fee?"
    assert [passage.passage_id for passage in output.passages] == ["given-1", "p"]
    assert output.tags == ("fees", "cash")
    assert output.token_logprobs == (-0.5, 0.0, -9999.0)
    assert output.samples == ("It is € 3.", "")
    assert output.usage == TokenUsage(prompt_tokens=3, completion_tokens=4)
    assert output.created_at == datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
    assert output.metadata == {"a": {"b": [1, None, True]}}
    assert output.hold


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"output_id": ""}, "output_id", "empty"),
        ({"output_id": "a" * 201}, "output_id", "200"),
        ({"output_id": "a/b"}, "output_id", "letters"),
        ({"output_id": "=1+1"}, "output_id", "letters"),
        ({"output_id": "é"}, "output_id", "letters"),
        ({"output_id": "a\n"}, "output_id", "letters"),
        ({"output_id": 5}, "output_id", "text"),
        ({"prompt": ""}, "prompt", "empty"),
        ({"prompt": []}, "prompt", "empty list"),
        ({"prompt": 5}, "prompt", "list of {role, content}"),
        ({"prompt": [{"role": "robot", "content": "x"}]}, "prompt[0].role", "'user'"),
        ({"prompt": [{"role": "user"}]}, "prompt[0].content", "required"),
        ({"prompt": "x" * 400_001}, "prompt", "400,000"),
        ({"prompt": [{"role": "user", "content": "x" * 200_001}] * 2}, "prompt", "400,000"),
        ({"completion": " \n "}, "completion", "nothing to review"),
        ({"completion": "x" * 200_001}, "completion", "200,000"),
        ({"completion": "a\x00b"}, "completion", "NUL"),
        ({"completion": "a\ud800b"}, "completion", "surrogate"),
        ({"model": "a\nb"}, "model", "line"),
        ({"tags": ["x"] * 51}, "tags", "50"),
        ({"tags": ["ok", ""]}, "tags[1]", "empty"),
        ({"tags": "fees"}, "tags", "list"),
        ({"passages": [{"text": "a"}, {"text": "b"}, {"text": ""}]}, "passages[2].text", "empty"),
        ({"passages": ["x"] * 101}, "passages", "100"),
        ({"passages": ["x" * 50_001]}, "passages[0].text", "50,000"),
        ({"passages": ["x" * 50_000] * 21}, "passages", "1,000,000"),
        ({"passages": [{"text": "a", "adress": "b"}]}, "passages[0].adress", "spelling"),
        ({"passages": [7]}, "passages[0]", "object"),
        ({"samples": ["x" * 200_000] * 3}, "samples", "400,000"),
        ({"samples": ["a"] * 21}, "samples", "more than 20"),
        ({"samples": [7]}, "samples[0]", "text"),
        ({"token_logprobs": [-1, 0.1]}, "token_logprobs[1]", "at most 0"),
        ({"token_logprobs": [float("nan")]}, "token_logprobs[0]", "finite"),
        ({"confidence": 1.5}, "confidence", "at most 1"),
        ({"confidence": float("nan")}, "confidence", "finite"),
        ({"confidence": "0.5"}, "confidence", "number"),
        ({"latency_ms": float("inf")}, "latency_ms", "finite"),
        ({"latency_ms": 86_400_001}, "latency_ms", "at most"),
        ({"latency_ms": -1}, "latency_ms", "at least 0"),
        ({"usage": {"prompt_tokens": 1}}, "usage.completion_tokens", "required"),
        ({"usage": {"prompt_tokens": 1.5, "completion_tokens": 1}}, "usage.prompt_tokens", "whole number"),
        ({"created_at": "2026-11-23T14:02:00"}, "created_at", "time zone"),
        ({"created_at": 1795453200}, "created_at", "text"),
        ({"created_at": "yesterday"}, "created_at", "2026-11-23T14:02:00Z"),
        ({"created_at": "9999-12-31T23:59:59-12:00"}, "created_at", "2099"),
        ({"metadata": []}, "metadata", "object"),
        ({"metadata": {"a": {"b": float("nan")}}}, "metadata.a.b", "2^63"),
        ({"metadata": {"a": [0, 2**63]}}, "metadata.a[1]", "2^63"),
        ({"metadata": {"a": 10**400}}, "metadata.a", "2^63"),
        ({"metadata": {"a": -(10**400)}}, "metadata.a", "2^63"),
        ({"metadata": {"a": "x\x00"}}, "metadata.a", "NUL"),
        ({"metadata": {"a": "\udfff"}}, "metadata.a", "surrogate"),
        ({"metadata": {"k\x00": 1}}, "metadata", "NUL"),
        ({"metadata": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}, "metadata.a.a.a.a.a.a.a", "6 levels"),
        ({"metadata": {"a": "x" * 32_768}}, "metadata", "32,768"),
        ({"hold": "true"}, "hold", "true or false"),
        ({"token_logprob": [-1]}, "token_logprob", "spelling"),
    ],
)
def test_a_refusal_names_the_field_and_says_what_to_do(changes: dict[str, Any], field: str, words: str) -> None:
    """Each broken rule is told at the place where it is broken."""
    errors = refused(**changes)
    assert list(errors) == [field]
    assert words in errors[field]


@pytest.mark.parametrize(
    "changes",
    [
        {"completion": "x" * 200_000},
        {"completion": "😀" * 100_000},
        {"prompt": "x" * 400_000},
        {"passages": ["x" * 50_000] * 20},
        {"tags": ["x"] * 50},
        {"output_id": "A1._:@+~=-" * 20},
        {"metadata": {"a": {"a": {"a": {"a": {"a": 2**63 - 1}}}}}},
        {"metadata": {"a": "x" * (32_768 - len('{"a":""}'))}},
    ],
)
def test_what_lies_just_within_a_limit_is_taken(changes: dict[str, Any]) -> None:
    """The stated limits can be used in full."""
    taken(**changes)


def test_all_missing_fields_are_told_at_once() -> None:
    """A caller mends a body in one go."""
    entry = read({})
    assert isinstance(entry, Refusal)
    assert [error.field for error in entry.errors] == ["output_id", "prompt", "completion", "model"]


def test_a_flood_of_unknown_fields_is_refused_in_one_sentence() -> None:
    """The answer stays small whatever comes in."""
    errors = refused(**{f"field{number}": 1 for number in range(50)})
    assert list(errors) == ["body"]
    assert "at most 40" in errors["body"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "line 1, column 1"),
        (b'{"output_id": "a",}', "line 1"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(body: bytes, words: str) -> None:
    """A body that cannot be parsed is refused as a whole."""
    with pytest.raises(ProblemFound) as found:
        read(body)
    assert found.value.problem.kind.status == 400
    assert words in found.value.problem.detail


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "body"),
        (b'"text"', "body"),
        (b'{"outputs": []}', "outputs"),
        (b'{"outputs": {}}', "outputs"),
        (b'{"outputs": [1], "model": "x"}', "model"),
        (b'{"outputs": [' + b",".join([b"1"] * 501) + b"]}", "outputs"),
    ],
)
def test_a_batch_has_outputs_only_and_not_too_many(body: bytes, field: str) -> None:
    """What is wrong with the envelope is told of the envelope."""
    with pytest.raises(ProblemFound) as found:
        read_parcel(body, now=NOON, submitted_by="app")
    assert [error.field for error in found.value.problem.errors] == [field]


def test_one_bad_output_spoils_no_other() -> None:
    """Even one that breaks the rules of JSON itself leaves its neighbours alone."""
    broken = a_body("bad") | {"confidence": float("nan")}
    body = json.dumps({"outputs": [a_body("a"), broken, a_body("b")]}).encode()
    entries = read_parcel(body, now=NOON, submitted_by="app").entries
    assert [type(entry).__name__ for entry in entries] == ["Output", "Refusal", "Output"]
    assert entries[1].output_id == "bad"


def test_the_hash_of_a_body_is_that_of_its_meaning() -> None:
    """Order, white space, defaults that are spelt out, and other ways of writing the same do not matter."""
    plain = taken(metadata={"a": 1, "b": 2}, created_at="2026-11-23T14:00:00Z", confidence=1)
    same = json.dumps(
        {
            "hold": False,
            "metadata": {"b": 2, "a": 1},
            "created_at": "2026-11-23T15:00:00+01:00",
            "confidence": 1.0,
            "tags": [],
            "usage": None,
            **a_body(prompt=[{"content": "What does it cost?", "role": "user"}]),
        },
        indent=3,
    ).encode()
    again = read(same)
    assert isinstance(again, Output)
    assert again.body_hash == plain.body_hash


@pytest.mark.parametrize(
    "changes",
    [
        {"completion": "It costs € 2.01."},
        {"hold": True},
        {"metadata": {"a": 1}},
        {"created_at": "2026-11-23T12:00:00Z"},
        {"tags": ["a", "b"]},
    ],
)
def test_every_other_meaning_has_another_hash(changes: dict[str, Any]) -> None:
    """A change of any field shows."""
    assert taken(**changes).body_hash != taken().body_hash


def test_a_missing_created_at_is_not_part_of_the_hash() -> None:
    """The same body sent again an hour later is still the same body."""
    later = read_item(a_body(), now=NOON.replace(hour=13), submitted_by="other")
    assert isinstance(later, Output)
    assert later.body_hash == taken().body_hash


@settings(deadline=None, max_examples=60)  # the machine is shared: time says nothing here
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_value_breaks_the_reader(value: object) -> None:
    """Whatever stands in a field, the answer is an output or a refusal whose words can be sent."""
    for name in ("output_id", "prompt", "completion", "passages", "metadata", "created_at", "usage", "tags"):
        entry = read(json.dumps(a_body() | {name: value}).encode())
        if isinstance(entry, Refusal):
            json.dumps(entry.problem.body(), ensure_ascii=False).encode()

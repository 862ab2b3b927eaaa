"""Version 1 of an output on the wire: what an application sends, its limits, and what they turn into."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.intake import limits
from reviewers.model import Message, Output, Passage, TokenUsage

OUTPUT_ID = r"^[A-Za-z0-9][A-Za-z0-9._:@+~=-]*$"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def fault(message: str, path: str = "") -> PydanticCustomError:
    """A rule of ours that is broken, with a message that says what to do; `path` leads on from the field."""
    return PydanticCustomError("rule", "{message}", {"message": message, "path": path})


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise fault("contains a NUL character, which no database stores; remove it")
    return text


def _on_one_line(text: str) -> str:
    if _CONTROL.search(text):
        raise fault("contains a line break or a control character; keep it to one line of visible characters")
    return text


def _few_keys(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > limits.MAX_KEYS:
        raise fault(f"has {len(value)} fields; an object has at most {limits.MAX_KEYS}")
    return value


class WireModel(BaseModel):
    """Refuses fields that it does not know, so that a misspelt name is not lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        return _few_keys(value)


# Both follow the length in an annotation: pydantic looks for half surrogates only where a rule of its own is set.
NO_NUL = AfterValidator(_without_nul)
ONE_LINE = AfterValidator(_on_one_line)
Count = Annotated[int, Strict(), Field(ge=0, le=1_000_000_000)]


class MessageIn(WireModel):
    """One turn of a chat."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[str, Field(max_length=limits.MAX_PROMPT), NO_NUL]


class PassageIn(WireModel):
    """A piece of a source that the application gave to its model."""

    text: Annotated[str, Field(min_length=1, max_length=limits.MAX_PASSAGE), NO_NUL]
    passage_id: Annotated[
        str, Field(max_length=limits.MAX_NAME, description="Default: given-1, given-2 …"), ONE_LINE
    ] = ""
    title: Annotated[str, Field(max_length=limits.MAX_TITLE), ONE_LINE] = ""
    heading: Annotated[
        str, Field(max_length=limits.MAX_TITLE, description="Heading path, › between headings"), ONE_LINE
    ] = ""
    address: Annotated[str, Field(max_length=limits.MAX_TITLE, description="URL of the document"), ONE_LINE] = ""
    position: Annotated[Count, Field(description="Character offset in the document")] = 0


class UsageIn(WireModel):
    """Tokens that the model read and wrote; other counts that libraries add are left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    prompt_tokens: Count
    completion_tokens: Count


def _prompt_kind(value: Any) -> str | None:
    return "text" if isinstance(value, str) else "chat" if isinstance(value, list) else None


def _as_turns(value: Any) -> Any:
    turns = [MessageIn(role="user", content=value)] if isinstance(value, str) else value
    length = sum(len(turn.content) for turn in turns)
    if length > limits.MAX_PROMPT:
        raise fault(f"has {length:,} characters in all its turns; at most {limits.MAX_PROMPT:,} are taken. Shorten it")
    return turns


Prompt = Annotated[
    Annotated[str, Field(min_length=1, max_length=limits.MAX_PROMPT), NO_NUL, Tag("text")]
    | Annotated[list[MessageIn], Field(min_length=1, max_length=limits.MAX_MESSAGES, fail_fast=True), Tag("chat")],
    Discriminator(
        _prompt_kind, custom_error_type="rule", custom_error_message="must be text, or a list of {role, content}"
    ),
    AfterValidator(_as_turns),
]


def _as_object(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _passages_fit(passages: list[PassageIn]) -> list[PassageIn]:
    length = sum(len(passage.text) for passage in passages)
    if length > limits.MAX_PASSAGES_TEXT:
        raise fault(f"have {length:,} characters together; at most {limits.MAX_PASSAGES_TEXT:,}. Send the best ones")
    return passages


def _from_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise fault("must be a date and time as text, such as 2026-11-23T14:02:00Z")
    return value


def _moment(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise fault("has no time zone; add Z for UTC, or an offset such as +01:00")
    if not EARLIEST <= moment < LATEST:
        raise fault("lies outside the years 2000 to 2099; check its unit")
    return moment.astimezone(UTC)


def _metadata(value: Any) -> Any:
    if not isinstance(value, dict):
        raise fault("must be an object with values of your own")
    _check_value(value, "", 0)
    size = len(orjson.dumps(value))
    if size > limits.MAX_METADATA_BYTES:
        raise fault(f"has {size:,} bytes; at most {limits.MAX_METADATA_BYTES:,} are kept with an output")
    return value


def _check_value(value: Any, path: str, depth: int) -> None:
    """What neither JSON nor a database can hold is refused at the place where it stands."""
    if depth > limits.MAX_METADATA_DEPTH:
        raise fault(f"is nested deeper than {limits.MAX_METADATA_DEPTH} levels; flatten it", path)
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key, path)
            _check_value(inner, f"{path}.{key}", depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            _check_value(inner, f"{path}[{position}]", depth + 1)
    elif isinstance(value, int | float) and not abs(value) < limits.MAX_METADATA_NUMBER:  # NaN is not below it either
        raise fault("is not a number below 2^63; send it as text, or null", path)
    elif value is not None and not isinstance(value, int | float):
        raise fault("is no JSON value", path)


def _check_text(text: Any, path: str) -> None:
    if not isinstance(text, str):
        raise fault("has a key that is not text", path)
    _without_nul_at(text, path)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise fault("contains half of a surrogate pair, which is no character; remove it", path) from None


def _without_nul_at(text: str, path: str) -> None:
    if "\x00" in text:
        raise fault("contains a NUL character, which no database stores; remove it", path)


def _says_something(completion: str) -> str:
    if not completion.strip():
        raise fault("is empty: there is nothing to review")
    return completion


def _samples_fit(samples: list[str]) -> list[str]:
    length = sum(map(len, samples))
    if length > limits.MAX_SAMPLES_TEXT:
        raise fault(f"have {length:,} characters together; at most {limits.MAX_SAMPLES_TEXT:,}. Send fewer")
    return samples


LogProbability = Annotated[float, Strict(), Field(le=0.0, allow_inf_nan=False)]


class OutputIn(WireModel):
    """One output of your model, as you send it."""

    output_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=limits.MAX_NAME,
            pattern=OUTPUT_ID,
            description="Yours, unique: letters, digits and . _ : @ + ~ = - (a letter or digit first)",
        ),
    ]
    prompt: Annotated[Prompt, Field(description=f"Text, or chat turns; {limits.MAX_PROMPT:,} characters together")]
    completion: Annotated[
        str,
        Field(min_length=1, max_length=limits.MAX_COMPLETION, description="What the model wrote"),
        NO_NUL,
        AfterValidator(_says_something),
    ]
    model: Annotated[str, Field(min_length=1, max_length=limits.MAX_NAME), ONE_LINE]
    model_version: Annotated[str, Field(max_length=limits.MAX_NAME), ONE_LINE] = ""
    tags: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=limits.MAX_NAME), ONE_LINE]],
        Field(fail_fast=True, max_length=limits.MAX_TAGS, description="Slices of your traffic, for rules and figures"),
    ] = []
    passages: Annotated[
        list[Annotated[PassageIn, BeforeValidator(_as_object, json_schema_input_type=str | PassageIn)]],
        Field(max_length=limits.MAX_PASSAGES, description="What your application retrieved: text or objects"),
        AfterValidator(_passages_fit),
    ] = []
    token_logprobs: (
        Annotated[
            list[LogProbability],
            Field(
                fail_fast=True,
                max_length=limits.MAX_LOGPROBS,
                description="Natural logarithms, one a token, each at most 0",
            ),
        ]
        | None
    ) = None
    samples: Annotated[
        list[Annotated[str, Field(max_length=limits.MAX_COMPLETION), NO_NUL]],
        Field(
            fail_fast=True,
            max_length=limits.MAX_SAMPLES,
            description="Other answers of the same model to the same prompt; what they do not repeat is doubtful",
        ),
        AfterValidator(_samples_fit),
    ] = []
    confidence: Annotated[float, Strict(), Field(ge=0.0, le=1.0, allow_inf_nan=False)] | None = None
    latency_ms: Annotated[float, Strict(), Field(ge=0.0, le=86_400_000.0, allow_inf_nan=False)] | None = None
    usage: UsageIn | None = None
    created_at: (
        Annotated[
            datetime,
            AfterValidator(_moment),
            BeforeValidator(_from_text, json_schema_input_type=datetime),
            Field(description="When the model wrote it, RFC 3339 with a zone; default: now"),
        ]
        | None
    ) = None
    metadata: Annotated[
        dict[str, Any],
        BeforeValidator(_metadata, json_schema_input_type=dict[str, Any]),
        Field(
            description=f"Values of your own: at most {limits.MAX_METADATA_BYTES:,} bytes, "
            f"{limits.MAX_METADATA_DEPTH} levels deep"
        ),
    ] = {}
    hold: Annotated[
        bool, Strict(), Field(description="Keep it back until a person decides; ask /v1/outputs/{output_id}/release")
    ] = False


def body_hash(item: OutputIn) -> str:
    """sha256 of the canonical body: key order, white space, and fields sent with their default value do not matter."""
    canonical = orjson.dumps(item.model_dump(exclude_defaults=True), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(b"v1 " + canonical).hexdigest()


def to_output(item: OutputIn, *, now: datetime, submitted_by: str) -> Output:
    """The output as the subject knows it."""
    assert not isinstance(item.prompt, str)
    return Output(
        output_id=item.output_id,
        prompt=tuple(
            Message(role="system" if turn.role == "developer" else turn.role, content=turn.content)
            for turn in item.prompt
        ),
        completion=item.completion,
        model=item.model,
        model_version=item.model_version,
        tags=tuple(dict.fromkeys(item.tags)),
        passages=tuple(_passage(passage, number) for number, passage in enumerate(item.passages, start=1)),
        token_logprobs=None if item.token_logprobs is None else tuple(item.token_logprobs),
        samples=tuple(item.samples),
        confidence=item.confidence,
        latency_ms=item.latency_ms,
        usage=TokenUsage(**item.usage.model_dump()) if item.usage else None,
        created_at=item.created_at or now,
        received_at=now,
        metadata=item.metadata,
        hold=item.hold,
        submitted_by=submitted_by,
        body_hash=body_hash(item),
    )


def _passage(passage: PassageIn, number: int) -> Passage:
    return Passage(
        passage_id=passage.passage_id or f"given-{number}",
        text=passage.text,
        title=passage.title,
        heading=passage.heading,
        address=passage.address,
        position=passage.position,
    )

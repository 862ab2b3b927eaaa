"""What an application sends: outputs, with their prompts and passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from reviewers.model.checks import aware, probability

JsonValue: TypeAlias = "str | int | float | bool | None | Sequence[JsonValue] | Mapping[str, JsonValue]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a prompt."""

    role: str  # "system", "user", "assistant", "tool"
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenUsage:
    """Tokens that the application's model read and wrote."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of a source: given by the application, or found in the index."""

    passage_id: str
    text: str
    title: str = ""
    heading: str = ""  # the heading path inside the document, "›"-joined
    address: str = ""  # URL, or empty
    position: int = 0  # character offset in the document
    origin: str = "application"  # "application" or "index"


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """One output of the application's model, as received."""

    output_id: str  # the caller's, unique
    prompt: tuple[Message, ...]
    completion: str
    model: str
    model_version: str = ""
    tags: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    token_logprobs: tuple[float, ...] | None = None  # natural logarithm, each <= 0
    samples: tuple[str, ...] = ()  # other answers of the same model to the same prompt, drawn for comparison
    confidence: float | None = None  # the application's own, in [0, 1]
    latency_ms: float | None = None
    usage: TokenUsage | None = None
    created_at: datetime  # when the application's model wrote it
    received_at: datetime
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    hold: bool = False
    submitted_by: str = ""  # a Slack user id or the token's name
    body_hash: str = ""  # sha256 of the canonical body: same body, same answer
    number: int = 0  # short running number, given by the store; people read "#4821"

    def __post_init__(self) -> None:
        aware("created_at", self.created_at)
        aware("received_at", self.received_at)
        probability("confidence", self.confidence)

    @property
    def question(self) -> str:
        """The last turn of a person; empty when the prompt has none."""
        return next((turn.content for turn in reversed(self.prompt) if turn.role == "user"), "")

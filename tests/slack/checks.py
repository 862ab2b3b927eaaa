"""What must hold of every message and view: Slack takes it, and nothing untrusted in it is alive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.validation import check_blocks, check_view
from bot.slack.cards import SlackMessage
from bot.slack.forms.pages import VIEW_BYTES
from bot.slack.wire import weight
from reviewers.model import (
    Assessment,
    Claim,
    ClaimReading,
    Message,
    Passage,
    Reading,
    Risk,
    Span,
    TaskView,
)
from tests.builders import NOON, a_passage, a_view, an_output

HIDDEN = re.compile("[\u202a-\u202e\u2066\u2067\u200b\u2060\ufeff]")
TOKEN = re.compile(r"<[^>]*>")
ALLOWED_TOKENS = re.compile(
    r"<!date\^\d+\^[^|>]*\|[^<>]*>|<@U0(MARA|JONAS|PRIYA|TOMAS|DANA)>|<#C0REVIEW>|<https://(help\.meridian\.example|safe\.example)[^|<>]*\|[^|<>]*>"
)
READINGS = (Reading.CONTRADICTED, Reading.SUPPORTED, Reading.NO_SOURCE, Reading.UNCLEAR)


def problems_of_message(message: SlackMessage, blocks: int = 20) -> list[str]:
    """What Slack would refuse, by the sandbox's rules and by our own budget."""
    found = [str(p) for p in check_blocks(message.blocks, "message", file_ready=lambda _: True)]
    if not 0 < len(message.text) <= 3000:
        found.append(f"text of {len(message.text)} characters")
    if len(message.blocks) > blocks or weight(message.blocks) > 10_000:
        found.append(f"{len(message.blocks)} blocks, {weight(message.blocks)} characters")
    return found + _repeated(message.blocks)


def problems_of_view(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a modal."""
    found = [str(p) for p in check_view(view, surface="modal", file_ready=lambda _: True)]
    if len(view["blocks"]) > 100 or len(view["private_metadata"]) > 3000:
        found.append(f"{len(view['blocks'])} blocks")
    if len(json.dumps(view)) > VIEW_BYTES:
        found.append(f"{len(json.dumps(view)):,} bytes")
    if json.loads(json.dumps(view)) != view:
        found.append("not plain JSON")
    return found + _repeated(view["blocks"])


def _repeated(blocks: list[dict[str, Any]]) -> list[str]:
    ids = [block["block_id"] for block in blocks]
    return [f"block id {name} twice" for name in set(ids) if ids.count(name) > 1]


def objects(node: object) -> Iterator[dict[str, Any]]:
    """Every JSON object in it."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from objects(item)


def words(blocks: object) -> str:
    """Everything that is drawn, without what stands in inputs."""
    return "\n".join(str(o["text"]) for o in objects(blocks) if isinstance(o.get("text"), str))


def live_signs(blocks: list[dict[str, Any]]) -> list[str]:
    """What in these blocks would mention somebody, lead somewhere unknown, or hide: must be nothing."""
    found: list[str] = []
    for item in objects(blocks):
        kind, text = item.get("type"), item.get("text")
        if kind == "mrkdwn":
            found += [token for token in TOKEN.findall(str(text)) if not ALLOWED_TOKENS.fullmatch(token)]
            found += ["not verbatim"] * (item.get("verbatim") is not True)
        if kind == "channel" and item["channel_id"] == "C0REVIEW":
            continue  # where the card stands, as our own words name it
        if kind in {"broadcast", "usergroup", "channel"} or (kind == "user" and item["user_id"] not in {"U0MARA"}):
            found.append(str(item))
        if kind == "link" and not re.match(r"https://(help\.meridian|safe)\.example(/|$)", item["url"]):
            found.append(item["url"])
        if kind == "plain_text" and "emoji" not in item:
            found.append(f"emoji unsaid: {text}")
        if isinstance(text, str) and kind != "mrkdwn" and HIDDEN.search(text):
            found.append(f"hidden characters: {text!r}")
    return found


def live_in_text(text: str) -> list[str]:
    """The same for a fallback text: it holds no angle bracket at all."""
    return re.findall(r"[<>]", text) + HIDDEN.findall(text)


def a_long_view(text: str, *, passages: int = 0, prompt: str = "What does it cost?", **changes: Any) -> TaskView:
    """A task whose answer is this text, a claim for every sentence of it, and that many passages."""
    found = [a_passage(f"p-{n}", text=f"Passage {n}: {text[:900] or 'nothing'}") for n in range(passages)]
    sentences = [m for m in re.finditer(r"[^.。]+[.。]?", text) if m.group()[-1] in ".。"]
    claims = [
        Claim(number=number, span=Span(start=m.start(), end=m.end()), text=m.group())
        for number, m in enumerate(sentences, start=1)
    ]
    readings = tuple(_reading(claim, found) for claim in claims[:200])
    output = an_output(
        completion=text,
        number=4821,
        prompt=(Message(role="user", content=prompt),),
        passages=tuple(found),
    )
    assessment = Assessment(
        output_id="o-1",
        readings=readings,
        scores=(),
        risk=Risk(probability=0.5, model_version="prior-2", verdicts_learned_from=0, scores_used=()),
        documents_searched=312,
        assessed_at=NOON,
    )
    return a_view(output=output, assessment=assessment, **changes)


def _reading(claim: Claim, passages: list[Passage]) -> ClaimReading:
    kind = READINGS[claim.number % 4] if passages else Reading.NO_SOURCE
    near = tuple(passages[(claim.number + step) % len(passages)] for step in range(2)) if passages else ()
    return ClaimReading(claim=claim, reading=kind, passages=near[: len(passages)])

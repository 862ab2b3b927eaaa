"""The page at /docs: the API on one page, drawn from the OpenAPI document, with nothing loaded from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bot.intake import problems

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --grey: color-mix(in srgb, currentColor 65%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 14px/1.45 ui-monospace, monospace }
pre { padding: .8rem; border: 1px solid var(--line); border-radius: 6px; overflow-x: auto }
section { border-top: 1px solid var(--line); margin-top: 2rem } h2 code { font-size: 1.1rem }
table { border-collapse: collapse; width: 100% } th { text-align: left }
td, th { padding: .3rem .8rem .3rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
.grey { color: var(--grey) }
"""

_WHAT_TO_DO: Mapping[problems.Kind, str] = {
    problems.INVALID: "Mend the fields in `errors`; each names its path and what it must be.",
    problems.NOT_JSON: "Send JSON in UTF-8.",
    problems.UNAUTHORISED: "Send `Authorization: Bearer wst_…` with a token that was not revoked.",
    problems.NOT_FOUND: "Check the path.",
    problems.UNKNOWN_OUTPUT: "Check the id, or send the output first.",
    problems.METHOD: "Use the method listed here.",
    problems.TOO_SLOW: "Send the body without a pause.",
    problems.CONFLICT: "Send a changed output under a new id.",
    problems.NOT_HELD: 'Send the output with `"hold": true`, or do not wait for its release.',
    problems.REFUSED: "Read the detail; the same request will be refused again.",
    problems.TOO_LARGE: "Send fewer outputs in one request.",
    problems.MEDIA_TYPE: "Send `Content-Type: application/json`, uncompressed.",
    problems.INTERNAL: "Try again; ids make it harmless. If it stays, look at the service's log.",
    problems.BUSY: "Try again after the seconds in `Retry-After`.",
}


def page(document: Mapping[str, Any]) -> str:
    """The page as HTML."""
    title = escape(f"{document['info']['title']} API v{document['info']['version']}")
    body = "\n".join((*_head(document), *_operations(document), *_shapes(document), *_problems()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"<p>{_words(document['info']['summary'])}</p><p>{_words(document['info']['description'])}</p>"
    yield '<p>For programs: <a href="/openapi.json">openapi.json</a>. <a href="#problems">Errors</a>.</p>'


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{_words(operation.get('description', ''))}</p>"
            yield from _parameters(operation.get("parameters", []))
            for kind, media in operation.get("requestBody", {}).get("content", {}).items():
                yield f"<p>Body, {escape(kind)}: {_shape(media['schema'])}</p>"
                yield from _examples(media)
            yield from _responses(operation["responses"])
            yield "</section>"


def _parameters(parameters: list[Mapping[str, Any]]) -> Iterator[str]:
    for each in parameters:
        words = _words(each.get("description", each["schema"].get("description", "")))
        yield f"<p><code>{escape(each['name'])}</code> ({escape(each['in'])}) {_shape(each['schema'])} {words}</p>"


def _responses(responses: Mapping[str, Any]) -> Iterator[str]:
    yield "<table><tr><th>Status</th><th>Meaning</th><th>Body</th></tr>"
    for status, answered in responses.items():
        shapes = " ".join(_shape(media["schema"]) for media in answered.get("content", {}).values())
        yield f"<tr><td><code>{status}</code></td><td>{_words(answered['description'])}</td><td>{shapes}</td></tr>"
    yield "</table>"
    for answered in responses.values():
        for media in answered.get("content", {}).values():
            yield from _examples(media)


def _examples(media: Mapping[str, Any]) -> Iterator[str]:
    for name, example in media.get("examples", {}).items():
        text = json.dumps(example["value"], indent=2, ensure_ascii=False)
        summary = f"<summary>Example: {escape(example.get('summary', name))}</summary>"
        yield f"<details>{summary}<pre>{escape(text)}</pre></details>"


def _shapes(document: Mapping[str, Any]) -> Iterator[str]:
    yield "<section><h2>Shapes</h2></section>"
    for name, shape in document["components"]["schemas"].items():
        yield f'<h3 id="shape-{escape(name)}">{escape(name)}</h3><p>{_words(shape.get("description", ""))}</p>'
        if "enum" in shape:
            yield f"<p>{' · '.join(f'<code>{escape(str(value))}</code>' for value in shape['enum'])}</p>"
        yield "<table>"
        required = shape.get("required", [])
        for field, inner in shape.get("properties", {}).items():
            must = "" if field in required else '<span class="grey">optional</span>'
            yield (
                f"<tr><td><code>{escape(field)}</code> {must}</td><td>{_shape(inner)}</td>"
                f"<td>{_words(inner.get('description', ''))}</td></tr>"
            )
        yield "</table>"


def _shape(shape: Mapping[str, Any]) -> str:
    """A schema in a few words, with links to the shapes that it names."""
    if "$ref" in shape:
        name = escape(shape["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    for choice in ("anyOf", "oneOf"):
        if choice in shape:
            return " or ".join(_shape(each) for each in shape[choice])
    if "enum" in shape:
        return " | ".join(escape(str(value)) for value in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_shape(shape.get('items', {}))}"
    bounds = {"minLength": "≥", "maxLength": "≤", "minimum": "≥", "maximum": "≤"}
    limits = " ".join(f"{sign} {shape[name]:,}" for name, sign in bounds.items() if name in shape)
    kind = escape(str(shape.get("format", shape.get("type", "any"))))
    return f'{kind} <span class="grey">{limits}</span>' if limits else kind


def _problems() -> Iterator[str]:
    yield '<section><h2 id="problems">Errors</h2><table><tr><th>Status</th><th>Title</th><th>What to do</th></tr>'
    for kind in problems.KINDS:
        yield (
            f'<tr id="problem-{kind.slug}"><td><code>{kind.status}</code></td><td>{escape(kind.title)}</td>'
            f"<td>{_words(_WHAT_TO_DO[kind])}</td></tr>"
        )
    yield "</table></section>"


def _words(text: str) -> str:
    """Escaped, with `code` set as code."""
    parts = escape(text).replace("\n\n", "<br><br>").split("`")
    return "".join(f"<code>{part}</code>" if position % 2 else part for position, part in enumerate(parts))

"""A digest for readers outside Slack: as Markdown, as one HTML page with its pictures, and as JSON.

Told in the same sentences as in Slack. Words of others can format nothing and lead nowhere that is not seen.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.slack.digest.alt import alt_of, title_of
from bot.slack.digest.details import Detail, details
from bot.slack.digest.findings import example_words, examples_of, moved_lines, summary
from bot.slack.digest.heard import Heard, heard
from bot.slack.digest.lead import CALM, cure_words, first_sentence, grey_words, nothing_said, title
from bot.slack.digest.options import DigestOptions, Picture
from bot.slack.digest.runs import Run, Words, bolded, joined, strong, style_of, words
from bot.slack.digest.spoken import plain_words
from bot.slack.digest.suggestion import condition_lines, title_words
from bot.slack.text import isolated, link_address, visible
from reviewers.model.digest import Digest, Headline, State
from reviewers.model.digest_json import to_values

DOT = "  ·  "
# What CommonMark and the dialects of wikis and chats read inside a line: formats, links, tables, mentions, symbols.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~&@!=^$]|:(?=\S)|(?<=\b[Ww]{3})\.)")
# What begins a list.
_BEGINS = re.compile(r"^(\d*)([-+.)])(?=\s|$)")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#222;"
    "background:#fff}img{max-width:100%;height:auto}figure{margin:1rem 0}figcaption,.grey{color:#5f5f5f;"
    "font-size:.875rem}table{border-collapse:collapse}th,td{border:1px solid #d0d0d0;padding:.25rem .6rem;"
    "text-align:right}th:first-child,td:first-child{text-align:left}a{color:#0b5394}"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A title."""

    level: int  # from 1
    runs: Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    runs: Words
    small: bool = False  # n, method and period


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain words, the first is the heading. Untrusted text."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, and what it shows in words."""

    picture: Picture
    title: str
    alt: str


Block: TypeAlias = Heading | Paragraph | Items | Table | Figure


def own_options(digest: Digest) -> DigestOptions:
    """Whole, and in its own zone: that of the settings may be another one since it was made."""
    return DigestOptions(zone=ZoneInfo(digest.zone))


def to_markdown(digest: Digest, options: DigestOptions) -> str:
    """Write it as Markdown (CommonMark with tables); what a picture shows stands there in words.

    Args:
        digest: what the week came to.
        options: with the time zone of its dates.
    """
    return "\n\n".join(_in_markdown(block) for block in _blocks(digest, options)) + "\n"


def to_html(digest: Digest, options: DigestOptions, pictures: Mapping[Picture, bytes]) -> str:
    """Write it as one page that needs nothing else: the pictures are inside, with what they say in words.

    Args:
        digest: what the week came to.
        options: with the time zone of its dates.
        pictures: as `bot.pictures.weekly.digest_pictures` draws them; what is missing is told in words alone.
    """
    body = "\n".join(_in_html(block, pictures) for block in _blocks(digest, options))
    head = escape(visible(_title(digest, options)))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{head}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>\n{body}\n'
        "</body></html>\n"
    )


def to_json(digest: Digest, options: DigestOptions) -> str:
    """Write all of its values, and beside them its title and the whole in plain words.

    `reviewers.model.digest_json.from_json` reads the digest back from it.

    Args:
        digest: what the week came to.
        options: with the time zone of its dates.
    """
    values = to_values(digest)
    assert isinstance(values, dict)
    told = {"title": _title(digest, options), "text": plain_words(digest, options)}
    return json.dumps({**values, **told}, sort_keys=True, indent=2, allow_nan=False) + "\n"


def _title(digest: Digest, options: DigestOptions) -> str:
    told = heard(digest, options)
    return title(told.digest, nothing_else=told.nothing_else)


def _blocks(digest: Digest, options: DigestOptions) -> Iterator[Block]:
    told = heard(digest, options)
    rest = told.digest
    yield Heading(1, words(Run(text=_title(digest, options), foreign=True)))
    yield Paragraph(first_sentence(rest, options.zone, compares=told.compares))
    if rest.headline is Headline.NO_TRAFFIC:
        return
    if rest.headline is Headline.TOO_FEW:
        yield Paragraph(words(nothing_said(digest)), small=True)
    if rest.cure is not None and rest.headline not in CALM:
        yield Paragraph(words(strong("Do first:"), " ", cure_words(rest.cure, options.zone)))
    yield from _figure(Picture.ERROR_RATE, rest)
    yield from _moved(digest, told)
    yield Paragraph(joined(grey_words(digest, options.zone), DOT), small=True)
    for detail in details(digest, options):
        yield from _detail(detail, digest)
    if digest.suggestion.due or digest.suggestion.suggested:
        yield from _retraining(digest, options)


def _moved(digest: Digest, told: Heard) -> Iterator[Block]:
    drifted = told.digest.of(State.DRIFT)
    if drifted:
        yield Heading(2, words("What moved"))
        yield Items(tuple(words(bolded(line.label), strong(": "), line.text) for line in moved_lines(drifted)))
    if examples := examples_of(drifted):
        yield Heading(2, words("Examples"))
        yield Items(tuple(example_words(one) for one in examples))
    if calm := summary(told.digest.findings, digest, told.left_out):
        yield Paragraph(calm)


def _detail(detail: Detail, digest: Digest) -> Iterator[Block]:
    yield Heading(2, words(detail.title))
    if detail.lead:
        yield Paragraph(detail.lead)
    if detail.table:
        yield Table(detail.table)
    if detail.lines:
        yield Items(detail.lines)
    if detail.picture is not None:
        yield from _figure(detail.picture, digest)
    if detail.grey:
        yield Paragraph(detail.grey, small=True)


def _retraining(digest: Digest, options: DigestOptions) -> Iterator[Block]:
    head, then = title_words(digest, options.zone)
    yield Heading(2, words("Retraining"))
    yield Paragraph(words(bolded(head), " ", then))
    yield Items(tuple(condition_lines(digest.suggestion, options.zone)))


def _figure(picture: Picture, digest: Digest) -> Iterator[Block]:
    if alt := alt_of(picture, digest):
        yield Figure(picture, title_of(picture, digest), alt)


def _in_markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_markdown(block.runs)}"
    if isinstance(block, Items):
        return "\n".join(f"- {_markdown(item)}" for item in block.items)
    if isinstance(block, Table):
        heading, *rows = [f"| {' | '.join(_marked(cell) for cell in row)} |" for row in block.rows]
        rule = "|".join(["", " --- ", *[" ---: "] * (len(block.rows[0]) - 1), ""])
        return "\n".join([heading, rule, *rows])
    if isinstance(block, Figure):
        return f"**{_marked(block.title)}.** {_marked(block.alt)}"
    return _markdown(block.runs)


def _markdown(runs: Words) -> str:
    return "".join(_markdown_styled(list(alike), *style) for style, alike in groupby(runs, key=style_of))


def _markdown_styled(runs: Sequence[Run], sign: str, target: str) -> str:
    text = "".join(_marked(isolated(run.text)) if run.foreign else run.text for run in runs)
    if target:
        return f"[{text}](<{target}>)"
    inside = text.strip()
    double = {"*": "**", "_": "*"}.get(sign, "")
    return text.replace(inside, f"{double}{inside}{double}", 1) if double and inside else text


def _marked(text: str) -> str:
    """Words that may be somebody else's, with every sign that Markdown reads taken at its word."""
    return _BEGINS.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", text))


def _in_html(block: Block, pictures: Mapping[Picture, bytes]) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_html(block.runs)}</h{block.level}>"
    if isinstance(block, Items):
        return f"<ul>{''.join(f'<li>{_html(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Table):
        heading, *rows = block.rows
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heading)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if isinstance(block, Figure):
        return _html_figure(block, pictures.get(block.picture))
    start = '<p class="grey">' if block.small else "<p>"
    return f"{start}{_html(block.runs)}</p>"


def _html_figure(figure: Figure, content: bytes | None) -> str:
    title_, alt = escape(figure.title), escape(figure.alt)
    if content is None:
        return f"<p><strong>{title_}.</strong> {alt}</p>"
    inside = b64encode(content).decode("ascii")
    return f'<figure><figcaption>{title_}</figcaption><img alt="{alt}" src="data:image/png;base64,{inside}"></figure>'


def _html(runs: Words) -> str:
    return "".join(_html_run(run) for run in runs)


def _html_run(run: Run) -> str:
    text = escape(isolated(run.text) if run.foreign else run.text)
    target = link_address(run.link)
    if target:
        return f'<a href="{escape(target)}" rel="noopener noreferrer">{text}</a>'
    if run.bold:
        return f"<strong>{text}</strong>"
    return f"<em>{text}</em>" if run.italic else text

"""Sentences of a digest as runs of words, so that Slack, Markdown, HTML and plain text each draw the same ones.

Words of others (names of slices, topics, models and sources, quotes) are marked as such where they enter; whoever draws
a run makes them harmless in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from slackblocks import RichTextElement

from bot.slack import wire
from bot.slack.text import escape, isolated, link_address, one_line, quiet, shortened

NAME_LENGTH = 60
NAMELESS = "(no name)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Words of one style, on one line."""

    text: str
    bold: bool = False
    italic: bool = False
    foreign: bool = False  # somebody else's words
    link: str = ""  # where they lead; only an address that `text.link_address` lets through


Words: TypeAlias = tuple[Run, ...]


def words(*parts: str | Run | Words) -> Words:
    """Runs and plain words of our own, one after another."""
    found: list[Run] = []
    for part in parts:
        found += (Run(text=part),) if isinstance(part, str) else (part,) if isinstance(part, Run) else part
    return tuple(run for run in found if run.text)


def strong(text: str) -> Run:
    """Bold words of our own."""
    return Run(text=text, bold=True)


def name(text: str, limit: int = NAME_LENGTH) -> Run:
    """Somebody else's words: one line, at most so many characters."""
    return Run(text=shortened(one_line(text), limit) or NAMELESS, foreign=True)


def bold_name(text: str, limit: int = NAME_LENGTH) -> Run:
    """The same in bold."""
    return replace(name(text, limit), bold=True)


def bolded(runs: Words) -> Words:
    """All of it in bold."""
    return tuple(replace(run, bold=True) for run in runs)


def joined(items: Iterable[Words], between: str = ", ", last: str | None = None) -> Words:
    """Items as a list: "a, b and c" with `last=" and "`."""
    found = list(items)
    parts: list[Words | str] = []
    for place, item in enumerate(found):
        if place:
            parts.append(last if last is not None and place == len(found) - 1 else between)
        parts.append(item)
    return words(*parts)


def mrkdwn(runs: Words) -> str:
    """For Slack's mrkdwn: nothing in a name mentions, links or formats."""
    return "".join(_styled(list(alike), *style) for style, alike in groupby(runs, key=style_of))


def style_of(run: Run) -> tuple[str, str]:
    """The sign of its style in mrkdwn, and where it leads: runs that share both are drawn as one."""
    return "*" if run.bold else "_" if run.italic else "", link_address(run.link)


def _styled(runs: list[Run], sign: str, target: str) -> str:
    """Neighbours of one style in one pair of signs, which need a letter inside and a blank outside."""
    text = "".join(isolated(quiet(run.text)) if run.foreign else escape(run.text) for run in runs)
    if target:
        return f"<{escape(target)}|{text}>"
    inside = text.strip()
    return text.replace(inside, f"{sign}{inside}{sign}", 1) if sign and inside else text


def elements(runs: Words) -> list[RichTextElement]:
    """For Slack's rich text."""
    return [_element(run) for run in runs]


def _element(run: Run) -> RichTextElement:
    text = isolated(run.text) if run.foreign else run.text
    target = link_address(run.link)
    if target:
        return wire.linked(target, text)
    return wire.bold(text) if run.bold else wire.plain(text)


def bare(runs: Words) -> str:
    """Plain words without any markup; not escaped."""
    return "".join(isolated(run.text) if run.foreign else run.text for run in runs)

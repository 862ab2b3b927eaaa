"""Digests as files for readers outside Slack, for the API: one route's, or each of a week's."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from reviewers.errors import Invalid
from reviewers.model.digest import Digest
from reviewers.workflow.digest_shelf import DigestShelf


class Format(StrEnum):
    """How a digest is written."""

    JSON = "json"  # one object of a route, else a list
    MD = "md"
    HTML = "html"  # one page about one route


def written(shelf: DigestShelf, week: str, route: str, format: str) -> str:
    """The digest of a week (of a route, or of each) as text.

    Raises Invalid: `week`, `route`, or `format` for another one than json, md and html.
    """
    known = [each.value for each in Format]
    if format not in known:
        raise Invalid("format", f"is not one of {', '.join(known)}")
    found = [shelf.one(week, route)] if route else shelf.all(week)
    if format == Format.HTML and len(found) > 1:
        names = ", ".join(one.route for one in found if one.route)
        raise Invalid("route", f"One page is about one route: add route=NAME. Routes: {names}.")
    return _text(found, Format(format), alone=bool(route))


def _text(digests: Sequence[Digest], format: Format, *, alone: bool) -> str:
    """Each in the zone that it was made in."""
    from bot.digest_text import own_options, to_html, to_json, to_markdown

    if format is Format.HTML:
        from bot.pictures.weekly import digest_pictures

        return "".join(to_html(one, own_options(one), digest_pictures(one)) for one in digests)
    if format is Format.MD:
        return "\n".join(to_markdown(one, own_options(one)) for one in digests)
    objects = [to_json(one, own_options(one)) for one in digests]
    return objects[0] if alone else f"[\n{','.join(objects)}]\n"

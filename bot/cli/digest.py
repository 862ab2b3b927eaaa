"""`whetstone digest`: what a week came to, as plain words, Markdown, one HTML page, or JSON."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import fail, out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.digest.options import DigestOptions
    from reviewers.model.digest import Digest


class Format(StrEnum):
    """How a digest is written."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSON = "json"


def digest(
    week: Annotated[str, typer.Option(help="Such as 2026-W47; the last whole one when it is left out.")] = "",
    route: Annotated[str, typer.Option(help="A route's name; each of them when it is left out.")] = "",
    format: Annotated[Format, typer.Option(help="JSON is one object with --route, else a list.")] = Format.TEXT,
    out_file: Annotated[Path | None, typer.Option("--out", help="FILE; it is replaced.")] = None,
) -> None:
    """Say what moved in a week, how sure that is, which answers show it, and whether to retrain."""
    from zoneinfo import ZoneInfo

    from bot.bootstrap import open_services
    from bot.settings import load
    from bot.slack.digest.options import DigestOptions

    settings = load()
    zone, desk = ZoneInfo(settings.time_zone), open_services(settings).digests
    found = desk.digests(week or desk.last_week(zone), route, zone)
    if format is Format.HTML and len(found) > 1:
        names = ", ".join(one.route for one in found if one.route)
        raise fail(f"One page is about one route: add --route NAME. Routes: {names}.")
    text = _written(found, format, DigestOptions(zone=zone), alone=bool(route))
    if out_file is None:
        typer.echo(text, nl=False)
        return
    try:
        out_file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise fail(f"{out_file} cannot be written: {error.strerror}.") from None
    out.print(f"{out_file}: {', '.join(_title(one) for one in found)}.", markup=False)


def _written(digests: Sequence[Digest], format: Format, options: DigestOptions, *, alone: bool) -> str:
    from bot.digest_text import to_html, to_json, to_markdown
    from bot.slack.digest.spoken import plain_words

    if format is Format.HTML:
        from bot.pictures.weekly import digest_pictures

        return "".join(to_html(one, options, digest_pictures(one)) for one in digests)
    if format is Format.JSON:
        objects = [to_json(one, options) for one in digests]
        return objects[0] if alone else f"[\n{','.join(objects)}]\n"
    if format is Format.MD:
        return "\n".join(to_markdown(one, options) for one in digests)
    return "\n".join(f"{plain_words(one, options)}\n" for one in digests)


def _title(digest: Digest) -> str:
    from bot.slack.digest.lead import title

    return title(digest)

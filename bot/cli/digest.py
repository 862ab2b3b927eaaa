"""`whetstone digest`: what a week came to, as plain words, Markdown, one HTML page, or JSON."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import fail, out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewers.model.digest import Digest
    from reviewers.workflow.services import Services


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Make what was kept again, and say whether it is the same; code 1: not.")
    ] = False,
) -> None:
    """Say what moved in a week, how sure that is, which answers show it, and whether to retrain.

    A digest that the clock kept is shown as it was told; another one is made now, and not kept.
    """
    from zoneinfo import ZoneInfo

    from bot.bootstrap import open_services
    from bot.settings import load

    settings = load()
    services = open_services(settings)
    shelf = services.shelf(ZoneInfo(settings.time_zone))
    if dry_run:
        _rebuild(services, week or shelf.last_week(), route)
        return
    found = (shelf.one(week, route),) if route else shelf.all(week)
    if format is Format.HTML and len(found) > 1:
        names = ", ".join(one.route for one in found if one.route)
        raise fail(f"One page is about one route: add --route NAME. Routes: {names}.")
    text = _written(found, format, alone=bool(route))
    if out_file is None:
        typer.echo(text, nl=False)
        return
    try:
        out_file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise fail(f"{out_file} cannot be written: {error.strerror}.") from None
    out.print(f"{out_file}: {', '.join(_title(one) for one in found)}.", markup=False)


def _rebuild(services: Services, week: str, route: str) -> None:
    """Make each kept digest of the week again, and say in which fields its bytes differ.

    It is made as of the moment that was stored with it, so whatever was written since changes nothing. Outputs that
    were erased since, and another version of this program, can make some differ.
    """
    from bot.slack.digest.lead import route_words
    from reviewers.decisions import weeks
    from reviewers.model.digest_json import differing
    from reviewers.workflow.judgement import named

    name = weeks.upto(week, 1)[0]
    with services.store.read() as uow:
        kept = [(one, uow.digests.stored_at(one.route, name)) for one in uow.digests.of_week(name)]
    if route and route not in {one.route for one, _ in kept}:  # not the exact name of one, which may be gone
        route = named(route, services.policies.current())
    asked = [(one, moment) for one, moment in kept if not route or one.route == route]
    if not asked:
        raise fail(f"No digest of {name} was kept, so there is nothing to compare.")
    desk, changed = services.digests, False
    for one, moment in asked:
        assert moment is not None, "it was stored"
        fields = differing(one, desk.rebuilt(one, as_of=moment))
        changed = changed or bool(fields)
        told = f"these differ: {', '.join(fields)}" if fields else "the same, byte for byte"
        out.print(f"{route_words(one.route)}, {name}: {told}.", markup=False)
    if changed:
        raise typer.Exit(1)


def _written(digests: Sequence[Digest], format: Format, *, alone: bool) -> str:
    """Each in the zone that it was made in."""
    from bot.digest_text import own_options, to_html, to_json, to_markdown
    from bot.slack.digest.spoken import plain_words

    if format is Format.HTML:
        from bot.pictures.weekly import digest_pictures

        return "".join(to_html(one, own_options(one), digest_pictures(one)) for one in digests)
    if format is Format.JSON:
        objects = [to_json(one, own_options(one)) for one in digests]
        return objects[0] if alone else f"[\n{','.join(objects)}]\n"
    if format is Format.MD:
        return "\n".join(to_markdown(one, own_options(one)) for one in digests)
    return "\n".join(f"{plain_words(one, own_options(one))}\n" for one in digests)


def _title(digest: Digest) -> str:
    from bot.slack.digest.lead import title

    return title(digest)

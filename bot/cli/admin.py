"""Commands for whoever runs Whetstone: check, database, tokens, policy, models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import fail, out, progress_bar
from bot.cli.simulate import policy_simulate

db = typer.Typer(help="The database's schema.", no_args_is_help=True)
token = typer.Typer(help="Bearer tokens of the HTTP API.", no_args_is_help=True)
cards = typer.Typer(help="Cards on their way to Slack.", no_args_is_help=True)
policy = typer.Typer(help="The policy file.", no_args_is_help=True)
models = typer.Typer(help="The packaged models.", no_args_is_help=True)


def check() -> None:
    """Say what is configured (secrets masked), what answers and what is missing, all at once."""
    from bot.checkup import examine

    findings = examine()
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_header=True, header_style="bold", box=None, pad_edge=False)
    for column in ("", "what", "value", "note"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        told = map(escape, (finding.name, finding.value, finding.note))
        table.add_row({True: "ok", False: "!!", None: "--"}[finding.ok], *told)
    out.print(table)
    missing = sum(finding.ok is False for finding in findings)
    out.print(f"\n{missing} to mend." if missing else "\nEverything that is needed is there.")
    if missing:
        raise typer.Exit(1)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest schema; safe to run twice, and from two machines at once."""
    from bot.bootstrap import upgrade_database
    from bot.settings import load

    out.print(f"The database stands at {upgrade_database(load())}.")


@token.command("create")
def token_create(name: Annotated[str, typer.Argument(help="Who will use it, such as the application's name.")]) -> None:
    """Make a token and show it once; only its hash is kept."""
    from bot.bootstrap import open_services
    from bot.intake.auth import create_token
    from bot.settings import load

    services = open_services(load())
    secret, kept = create_token(services.store, token_id=services.ids.new("tok"), name=name, now=services.clock.now())
    out.print(f"Token {kept.token_id} for {kept.name}. It is shown only now:", markup=False)
    out.print(secret, markup=False)


@token.command("list")
def token_list() -> None:
    """List tokens, revoked ones too; never the tokens themselves."""
    from rich.markup import escape
    from rich.table import Table

    from bot.bootstrap import open_services
    from bot.settings import load

    with open_services(load()).store.read() as uow:
        tokens = uow.tokens.all()
    if not tokens:
        out.print("There is no token yet. Make one: whetstone token create NAME")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("id", "name", "created", "revoked"):
        table.add_column(column)
    for one in tokens:
        revoked = one.revoked_at.isoformat(timespec="seconds") if one.revoked_at else ""
        table.add_row(one.token_id, escape(one.name), one.created_at.isoformat(timespec="seconds"), revoked)
    out.print(table)


@token.command("revoke")
def token_revoke(token_id: Annotated[str, typer.Argument(help="The id that `token list` shows.")]) -> None:
    """Revoke a token; applications that use it are refused within seconds."""
    from bot.bootstrap import open_services
    from bot.settings import load

    services = open_services(load())
    with services.store.begin() as uow:
        known = uow.tokens.revoke(token_id, services.clock.now())
    if not known:
        raise fail(f"No live token has the id {token_id!r}. See: whetstone token list")
    out.print(f"Token {token_id} is revoked.", markup=False)


@cards.command("retry")
def cards_retry() -> None:
    """Tell again what was refused for good, once that is mended: an archived channel, a missing app, a webhook."""
    from bot.bootstrap import open_services
    from bot.settings import load

    services = open_services(load())
    with services.store.begin() as uow:
        revived = uow.outbox.revive(services.clock.now())
    out.print(f"{revived} are due again." if revived else "Nothing waits for a retry.")


@policy.command("check")
def policy_check(file: Annotated[Path, typer.Argument(help="The TOML file.")]) -> None:
    """Read a policy file: its routes as a table, or every mistake with its line and what to write instead."""
    from bot.cli.routes import checking_words, route_table
    from bot.policy_file import read_policy

    read = read_policy(file)
    out.print(
        f"{file.name} is fine: version {read.version}, {read.uniform_rate:.1%} of all outputs, risk from "
        f"{read.risk_threshold:.2f}, {len(read.rules)} rules, {len(read.routes)} routes.\n",
        markup=False,
    )
    out.print(route_table(read))
    out.print(f"\n{checking_words(read)}")


policy.command("simulate")(policy_simulate)


@models.command("prepare")
def models_prepare() -> None:
    """Convert the packaged language model and export the detector's graph once, so that no worker has to wait."""
    from bot.bootstrap_models import prepare_detector, prepare_models
    from bot.settings import load

    settings = load()
    with progress_bar("Converting SmolLM2") as advance:
        folder = prepare_models(settings, lambda done, total, _: advance(done, total))
    out.print(f"The model lies in {folder}.", markup=False)
    out.print(f"The grounding detector: {prepare_detector(settings)}", markup=False)

"""The `whetstone` command."""

from __future__ import annotations

import sys

import typer

from bot.cli import admin, data, run, stats
from bot.cli.audit import audit
from bot.cli.console import fail
from bot.cli.detector import detector
from bot.cli.digest import digest
from bot.cli.risk import risk
from bot.cli.year import simulate
from bot.mistakes import SettingsMistakes
from reviewers.errors import ReviewError

app = typer.Typer(
    help="Human-in-the-loop validation of model outputs, in Slack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (run.serve, run.worker, run.clock, run.sandbox, run.demo, admin.check, stats.stats, digest, simulate):
    app.command()(command)
for name, group in (
    ("outputs", data.outputs),
    ("sources", data.sources),
    ("dataset", data.dataset),
    ("audit", audit),
    ("token", admin.token),
    ("cards", admin.cards),
    ("policy", admin.policy),
    ("models", admin.models),
    ("risk", risk),
    ("detector", detector),
    ("db", admin.db),
):
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command; mistakes that a person can mend end in a line, not in a traceback."""
    try:
        app()
    except (ReviewError, SettingsMistakes) as error:
        raise fail(str(error)) from None
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

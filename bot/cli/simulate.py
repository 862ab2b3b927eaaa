"""`whetstone policy simulate`: the past under another policy or budget, as a table, a picture and JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import fail, out, progress_bar

if TYPE_CHECKING:
    from reviewers.model import Policy
    from reviewers.workflow.replaying import Replay
    from reviewers.workflow.services import Services

WIDE = 110  # columns of the table; a narrower terminal wraps lines itself, and nothing is cut off


def policy_simulate(
    file: Annotated[
        Path | None, typer.Argument(help="Another policy file; default: the policy that holds now.", dir_okay=False)
    ] = None,
    weeks: Annotated[int, typer.Option(help="How many weeks back from now.")] = 4,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, help="A budget of minutes a week for every route, whatever the policy says."),
    ] = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder for the picture and JSON.")] = None,
) -> None:
    """Replay the past under another policy or budget: what it costs, which errors it finds, and how exactly."""
    from rich.console import Console

    from bot.bootstrap import open_services
    from bot.cli.simulate_tables import notes, replay_table
    from bot.settings import load
    from reviewers.workflow.replaying import Replayer

    services = open_services(load())
    policy = _wanted(services, file, minutes)
    with progress_bar("Reading the past") as advance:
        replay = Replayer(store=services.store, clock=services.clock).run(policy, weeks, advance)
    services.store.close()
    Console(width=max(out.width, WIDE), highlight=False).print(replay_table(replay))
    for line in notes(replay):
        out.print(line, markup=False)
    for path in written(out_dir, replay) if out_dir else []:
        out.print(str(path), markup=False)


def written(folder: Path, replay: Replay) -> list[Path]:
    """The picture and the figures in this folder. Where it takes none, the command ends with a line that says why."""
    from bot.cli.simulate_tables import write

    try:
        return write(folder, replay)
    except OSError as error:
        raise fail(f"{folder} cannot be written: {error.strerror}.") from None


def _wanted(services: Services, file: Path | None, minutes: float | None) -> Policy:
    """The policy to replay: the file with the routes that were made in Slack, or the one that holds, and the budget."""
    from bot.live_policies import LivePolicies
    from bot.policy_file import read_policy
    from reviewers.decisions.routing import FixedPolicies
    from reviewers.workflow.replaying import with_minutes

    policy = services.policies.current()
    if file is not None:
        policy = LivePolicies(FixedPolicies(policy=read_policy(file)), services.store).current()
    return policy if minutes is None else with_minutes(policy, minutes)

"""Commands that run and keep running: serve, worker, clock, sandbox, demo."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    everything: Annotated[bool, typer.Option("--all", help="Worker, clock and Slack sandbox in one process.")] = False,
) -> None:
    """Serve the HTTP API and Slack; with --all, everything in one process."""
    from bot.runtime import Part, run
    from bot.settings import load

    run(load(), set(Part) if everything else {Part.WEB}, migrate=everything)


def worker() -> None:
    """Score outputs, select, and post cards."""
    from bot.runtime import Part, run
    from bot.settings import load

    run(load(), {Part.WORKER})


def clock() -> None:
    """Time out what is held too long; of several clocks one works at a time."""
    from bot.runtime import Part, run
    from bot.settings import load

    run(load(), {Part.CLOCK})


def sandbox() -> None:
    """Run the Slack sandbox alone, and print what another process needs to use it as its Slack."""
    from bot.runtime import run_sandbox
    from bot.settings import load

    run_sandbox(load())


def demo(
    script: Annotated[
        bool, typer.Option("--script", help="Play the reviewers by itself, print a summary, end.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left.")] = False,
) -> None:
    """Run the main job on example data: a Slack-like page in the browser, or the scripted reviewers."""
    from bot.demo.run import run_demo

    raise typer.Exit(run_demo(scripted=script, fresh=fresh))

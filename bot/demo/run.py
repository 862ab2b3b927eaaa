"""The demo: the main job on example data, with people in the browser or with the scripted reviewers."""

from __future__ import annotations

import shutil
from pathlib import Path

from pydantic import SecretStr

from bot.bootstrap import build_services, build_sources, upgrade_database
from bot.cli.console import out, progress_bar
from bot.demo.data import DOCUMENTS, examples
from bot.demo.feeding import client, feed, watch
from bot.runtime import Part, running, until_stopped
from bot.settings import Settings, load

POLICY = Path(__file__).with_name("policy.toml")
ADDRESS = "https://handbook.example/"  # where the example documents would be read; links on cards lead there
# What a CPU reads in a blink, and always alike: the script's second run has to come to the same bytes.
SCRIPTED_SCORERS = ("grounding_lexical", "coverage", "missing_facts", "contradictions", "token_logprob")


def run_demo(*, scripted: bool, fresh: bool) -> int:
    """Run it; returns the exit code. The scripted demo begins anew each time, the other one goes on where it was."""
    base = load(slack_bot_token=SecretStr(""), slack_app_token=SecretStr(""), slack_signing_secret=SecretStr(""))
    folder = base.data_dir / ("demo-script" if scripted else "demo")
    if scripted or fresh:
        shutil.rmtree(folder, ignore_errors=True)
    settings = base.model_copy(
        update={
            "data_dir": folder,
            "database_url": "",
            "chroma_url": "",
            "channel": "",
            "policy_file": POLICY,
            "post_pace_seconds": 0.0,
            **({"scorers": SCRIPTED_SCORERS, "port": 0, "sandbox_port": 0, "log_level": "WARNING"} if scripted else {}),
        }
    )
    upgrade_database(settings)
    _add_documents(settings)
    if scripted:
        from bot.demo.scripted import play

        return play(settings)
    return _wait_for_people(settings)


def _add_documents(settings: Settings) -> None:
    with progress_bar("Reading the example documents") as advance:
        build_sources(settings).add_paths(
            [str(DOCUMENTS)], prune=True, base_address=ADDRESS, progress=lambda done, total: advance(done, total)
        )


def _wait_for_people(settings: Settings) -> int:
    stopped = until_stopped()
    with running(settings, set(Part), sandbox_limits=False) as (api, workspace):
        out.print(
            f"\n[bold]Open {workspace} in a browser[/bold] and choose who you are on the left; review in #review."
        )
        out.print(f"The API answers at {api} (documentation: {api}/docs). Ctrl-C ends the demo.\n")
        services = build_services(settings)
        with client(api, services) as application:
            feed(application, settings)
            watch(services.store, len(examples()), stopped)
        out.print("All outputs are scored. The cards wait in #review.")
        stopped.wait()
        services.store.close()
    return 0

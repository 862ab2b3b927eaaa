"""`make bench`: every figure of the README in one run, each as a median, with what it is measured against."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.table import Table

from bot.bench import clearing, load
from bot.bench.intake import measure_commit, measure_intake
from bot.bench.reviewing import bench_settings, measure_release, measure_verdicts
from bot.bench.running import memory, seconds_until_ready, started
from bot.bootstrap import build_reader, build_services, build_sources, upgrade_database
from bot.bootstrap_models import build_embedder, build_scorers
from bot.cli.console import err, out
from bot.settings import Settings
from bot.settings import load as load_settings
from reviewers.model import Output
from reviewers.ports import Scorer


class Row(NamedTuple):
    """One line of the table."""

    what: str
    figure: str
    beside: str  # the aim, the floor or the peer


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=sorted(PARTS), help="measure one part")
    parser.add_argument("--runs", type=int, default=3, help="of which the median is printed")
    parser.add_argument("--large", action="store_true", help="digests of 1,000,000 outputs too: half an hour, 6 GB")
    chosen = parser.parse_args()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("what", "figure", "beside"):
        table.add_column(column, overflow="fold")
    with TemporaryDirectory(prefix="whetstone-bench-", dir=os.environ.get("WHETSTONE_BENCH_DIR")) as place:
        for name, measure in (PARTS | {"digests": partial(_digests, large=chosen.large)}).items():
            if chosen.only in (None, name):
                err.print(f"measuring {name} …")
                folder = Path(place) / name
                folder.mkdir()
                for row in measure(bench_settings(load_settings(), folder), chosen.runs):
                    table.add_row(*row)
    out.print(table)
    return 0


def _intake(settings: Settings, runs: int) -> list[Row]:
    floor = measure_commit(settings.data_dir)
    upgrade_database(settings)
    token = _token(settings)
    port = _free_port()
    with started("serve", environment=_environment(settings, port)) as _process:
        address = f"http://127.0.0.1:{port}"
        seconds_until_ready(address, time.perf_counter())
        paces = measure_intake(address, token, runs=runs)
    commit = f"floor: a bare commit {floor['p50_ms']:.2f} ms, {floor['commits_per_second']:.0f}/s"
    beside = {
        "single": f"aim 150/s; {commit}",
        "single_crowd": "four callers at once share commits",
        "batch": "aim 3,000/s; a peer's bulk import does 2,300/s",
    }
    return [
        Row(
            f"intake, {name.replace('_', ' ')}",
            f"{pace['outputs_per_second']:.0f} outputs/s, p50 {pace['p50_ms']:.1f} ms, p95 {pace['p95_ms']:.1f} ms",
            beside[name],
        )
        for name, pace in paces.items()
    ]


def _verdicts(settings: Settings, runs: int) -> list[Row]:
    found = [measure_verdicts(settings) for _ in range(runs)]
    return [Row("click to committed verdict", _percentiles(found), "aim: p95 under 15 ms of server time")]


def _release(settings: Settings, runs: int) -> list[Row]:
    found = [measure_release(settings) for _ in range(runs)]
    beside = "aim: within 100 ms; a well-known SDK polls: p50 1,700 ms, p95 2,900 ms"
    return [Row("verdict to waiting application", _percentiles(found), beside)]


def _scoring(settings: Settings, runs: int) -> list[Row]:
    from bot.bench.scoring import Reader, measure_scoring
    from bot.demo.data import DOCUMENTS, examples
    from bot.intake.reading import read_item

    upgrade_database(settings)
    services = build_services(settings)
    build_sources(settings).add_paths([str(DOCUMENTS)], prune=False)
    now = services.clock.now()
    read = [read_item(example.body(now), now=now, submitted_by="bench") for example in examples()[:128]]
    outputs = [output for output in read if isinstance(output, Output)]

    def fresh() -> tuple[Reader, Sequence[Scorer]]:
        embedder = build_embedder(settings)
        embedder.warm_up()
        return build_reader(settings, embedder), build_scorers(settings, embedder)

    parts = measure_scoring(outputs, fresh=fresh, runs=runs)
    services.store.close()
    return [Row(f"scoring, {name}", f"{ms:.1f} ms an output", "") for name, ms in parts.items()]


def _estimating(_settings: Settings, runs: int) -> list[Row]:
    from bot.bench.estimating import SIZES, measure_estimating

    rows = []
    for outputs, aim in SIZES.items():
        found = measure_estimating(outputs, runs=3 * runs)
        floors = f"floor: logit of all {found['logit']:.2f} ms, a sort {found['sort']:.2f} ms"
        rows.append(Row(f"error rate, {outputs:,} outputs", f"{found['estimate']:.1f} ms", f"aim: {aim}; {floors}"))
        rows.append(Row(f"chances of review, {outputs:,} outputs", f"{found['chances']:.1f} ms", floors))
    return rows


def _judging(_settings: Settings, runs: int) -> list[Row]:
    from bot.bench.judging import measure_judging

    found = measure_judging(runs=3 * runs)
    beside = f"aim: under 500 ms; a majority is counted in {found['majority']:.1f} ms"
    recall = f"aim: 88; a majority finds {found['found_by_majority'] * 100:.0f}"
    return [
        Row("reviewers' errors, 10,000 outputs with 3 verdicts", f"{found['fit']:.0f} ms", beside),
        Row("wrong outputs found, 2 of 12 reviewers approve all", f"{found['found'] * 100:.0f} of 100", recall),
    ]


def _digests(settings: Settings, _runs: int, *, large: bool = False) -> list[Row]:
    from bot.bench.digests import LARGE, SIZES, measure_digests

    rows = []
    for outputs in (*SIZES, LARGE) if large else SIZES:
        folder = settings.data_dir / str(outputs)
        folder.mkdir(parents=True)
        digest, tests = measure_digests(settings.model_copy(update={"data_dir": folder}), outputs)
        beside = f"scipy and scikit-learn, the tests alone: {tests['seconds']:.1f} s, {tests['peak_mib']:.0f} MiB"
        figure = f"{digest['seconds']:.1f} s of processor time, peak {digest['peak_mib']:.0f} MiB"
        rows.append(Row(f"digest, {outputs:,} outputs", figure, beside))
    return rows


def _detector(settings: Settings, _runs: int) -> list[Row]:
    from bot.bench.detector import OneByOne, measure_detector, measure_way, say_compared, say_way, to_compare, workloads
    from bot.bootstrap import build_evaluator
    from bot.bootstrap_models import build_detector, detector_files, prepare_detector, prepare_models

    prepare_detector(settings)
    evaluator, model = build_evaluator(settings), prepare_models(settings)
    work, where = workloads()
    plain = measure_way(evaluator, work, lambda: OneByOne(model, detector_files()))
    ways = {
        "as a graph": measure_way(evaluator, work, lambda: build_detector(settings, alone=True)),
        "on torch": measure_way(evaluator, work, lambda: build_detector(settings, on_torch=True, alone=True)),
    }
    found = []
    for name, outputs in work.items():
        slow = plain.paces[name]
        beside = f"claim by claim, not merged: {slow.milliseconds:.0f} ms"
        beside += f", AUROC {slow.auroc:.4f}" if slow.auroc is not None else ""
        for way, measured in ways.items():
            what = f"grounding detector {way}, {len(outputs)} outputs {name}, of {where}"
            found.append(Row(what, say_way(measured.paces[name], slow), beside))
    compared = to_compare()
    graph, torch = (
        measure_detector(evaluator, compared, build_detector(settings, on_torch=on_torch, alone=True))
        for on_torch in (False, True)
    )
    found.append(Row(f"grounding detector as a graph, {len(compared)} outputs", *say_compared(graph, torch)))
    held = ", ".join(f"{way} {measured.mebibytes:.0f} MiB" for way, measured in ways.items())
    return [*found, Row("grounding detector, memory", held, f"claim by claim: {plain.mebibytes:.0f} MiB")]


def _start(settings: Settings, runs: int) -> list[Row]:
    upgrade_database(settings)
    seconds = []
    for _ in range(runs):
        port = _free_port()
        began = time.perf_counter()
        with started("serve", "--all", environment=_environment(settings, port)):
            seconds.append(seconds_until_ready(f"http://127.0.0.1:{port}", began))
    return [Row("start to ready, everything in one process", f"{statistics.median(seconds):.1f} s", "aim: under 10 s")]


def _memory(settings: Settings, _runs: int) -> list[Row]:
    from bot.sandbox.server import Sandbox, SandboxSettings

    upgrade_database(settings)
    token, port = _token(settings), _free_port()
    sandbox = SandboxSettings(
        bot_token="xoxb-bench-" + secrets.token_hex(8), app_token="xapp-bench-" + secrets.token_hex(8), rate_limits={}
    )
    with Sandbox(sandbox).running() as workspace:
        slack = {
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": sandbox.app_token,
            "WHETSTONE_SLACK_API_URL": f"{workspace}/api/",
            "WHETSTONE_CHANNEL": "C0REVIEW",
        }
        environment = {**_environment(settings, port), **slack}
        with (
            started("serve", environment=environment) as web,
            started("worker", environment=environment) as worker,
            started("clock", environment=environment) as clock,
        ):
            seconds_until_ready(f"http://127.0.0.1:{port}", time.perf_counter())
            parts = {"web": web, "worker": worker, "clock": clock}
            idle = {name: memory(process)["now_mib"] for name, process in parts.items()}
            measure_intake(f"http://127.0.0.1:{port}", token, singles=20, batches=4, runs=1)
            _wait_until_scored(settings)
            peak = {name: memory(process)["peak_mib"] for name, process in parts.items()}
    beside = {
        "web": "aim: idle under 150 MiB, no torch in it",
        "worker": "MiniLM, Chroma and the detector's model are loaded to score",
    }
    return [
        Row(f"memory, {name}", f"idle {idle[name]:.0f} MiB, peak {peak[name]:.0f} MiB", beside.get(name, ""))
        for name in parts
    ]


def _load(settings: Settings, runs: int) -> list[Row]:
    """Web and worker in processes of their own; the workspace and the forty people share this one."""
    upgrade_database(settings)
    token = _token(settings)
    with _in_workspace(settings, worker=True) as (workspace, api):
        acks = [load.measure_load(settings, workspace, api, token) for _ in range(runs)]
    worst, late = max(run["worst_ms"] for run in acks), sum(run["late"] for run in acks)
    p50, p99 = (statistics.median(run[name] for run in acks) for name in ("p50_ms", "p99_ms"))
    what = f"ack, {load.REVIEWERS} reviewers on {load.CARDS} cards, {load.OUTPUTS_A_SECOND} outputs/s come in"
    figure = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {worst:.0f} ms, {late:.0f} late"
    return [Row(what, figure, "aim: p99 under 500 ms, all under Slack's 3,000 ms")]


def _clearing(settings: Settings, runs: int) -> list[Row]:
    upgrade_database(settings)
    with _in_workspace(settings, worker=False) as (workspace, _api):
        found = [clearing.measure_run(settings, workspace) for _ in range(runs)]
    minute, p50 = (statistics.median(run[name] for run in found) for name in ("a_minute", "p50_ms"))
    drawn = clearing.measure_drawing(settings)
    return [
        Row(
            "review run, a scripted reviewer",
            f"{minute:.0f} verdicts a minute; press to next answer p50 {p50:.0f} ms",
            f"aim: 20 a minute; the guard against double presses allows {60 / clearing.READING:.0f}",
        ),
        Row("cards drawn", f"{drawn['cards']:.0f} a second", f"floor: the same blocks to JSON, {drawn['json']:.0f}/s"),
    ]


@contextmanager
def _in_workspace(settings: Settings, *, worker: bool) -> Iterator[tuple[str, str]]:
    """The app in processes of its own at a workspace in this one: the addresses of the workspace and of the API."""
    from bot.sandbox.server import Sandbox, SandboxSettings

    port = _free_port()
    sandbox = SandboxSettings(
        bot_token="xoxb-bench-" + secrets.token_hex(8),
        app_token="xapp-bench-" + secrets.token_hex(8),
        rate_limits={},
        more_people=tuple(load.reviewers()),
    )
    with Sandbox(sandbox).running() as workspace, ExitStack() as stack:
        slack = {
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": sandbox.app_token,
            "WHETSTONE_SLACK_API_URL": f"{workspace}/api/",
            "WHETSTONE_CHANNEL": load.CHANNEL,
            "WHETSTONE_POST_PACE_SECONDS": "0",
        }
        environment = {**_environment(settings, port), **slack}
        for part in ("serve", "worker") if worker else ("serve",):
            stack.enter_context(started(part, environment=environment))
        seconds_until_ready(f"http://127.0.0.1:{port}", time.perf_counter())
        yield workspace, f"http://127.0.0.1:{port}"


def _wait_until_scored(settings: Settings) -> None:
    services = build_services(settings)
    until = time.perf_counter() + 300
    while time.perf_counter() < until:
        with services.store.read() as uow:
            if uow.outputs.waiting() == 0:
                break
        time.sleep(0.2)
    services.store.close()


def _token(settings: Settings) -> str:
    from bot.intake.auth import create_token

    services = build_services(settings)
    secret, _ = create_token(services.store, token_id=services.ids.new("tok"), name="bench", now=services.clock.now())
    services.store.close()
    return secret


def _environment(settings: Settings, port: int) -> dict[str, str]:
    return {
        "WHETSTONE_DATA_DIR": str(settings.data_dir),
        "WHETSTONE_PORT": str(port),
        "WHETSTONE_SANDBOX_PORT": "0",
        "WHETSTONE_LOG_LEVEL": "ERROR",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _percentiles(found: list[dict[str, float]]) -> str:
    p50, p95 = (statistics.median(run[name] for run in found) for name in ("p50_ms", "p95_ms"))
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms"


PARTS: dict[str, Callable[[Settings, int], list[Row]]] = {
    "intake": _intake,
    "verdicts": _verdicts,
    "release": _release,
    "scoring": _scoring,
    "detector": _detector,
    "estimating": _estimating,
    "judging": _judging,
    "digests": _digests,
    "load": _load,
    "clearing": _clearing,
    "start": _start,
    "memory": _memory,
}

if __name__ == "__main__":
    sys.exit(main())

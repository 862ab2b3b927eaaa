"""The demo that plays by itself, as a newcomer runs it: twice, with the same result."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.demo.data import examples
from bot.demo.script import scripted_verdict
from tests.system.parts import environment, whetstone


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    """Two runs of `whetstone demo --script` in folders of their own: the folder, and what was printed."""
    played = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("demo")
        done = whetstone("demo", "--script", settings=environment(folder / "var"), cwd=folder)
        assert done.returncode == 0, done.stderr[-2000:]
        played.append((folder / "var" / "demo-script", done.stdout))
    return played


def hashes(printed: str) -> list[str]:
    """The datasets' hashes, in the order of the summary."""
    return re.findall(r"sha256\s+([0-9a-f]{64})", printed)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What stands in the database that the run left."""
    with sqlite3.connect(folder / "whetstone.db") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.models
@pytest.mark.timeout(900)  # two whole runs, with the embedding of all documents in each
def test_two_runs_write_the_same_datasets(runs: list[tuple[Path, str]]) -> None:
    """Four formats, the same sha256 each; the file's name begins with it."""
    (first, printed), (_, again) = runs
    assert len(hashes(printed)) == 4
    assert hashes(printed) == hashes(again)
    built = sorted(path.name for path in (first / "datasets").glob("*.jsonl"))
    assert sorted(hash_[:12] for hash_ in hashes(printed)) == sorted(name.split("-")[2][:12] for name in built)


@pytest.mark.models
def test_summary_tells_each_step(runs: list[tuple[Path, str]]) -> None:
    """Received, scored, selected and why, posted, verdicts, corrections."""
    _, printed = runs[0]
    for step in ("received", "scored", "selected", "posted", "verdicts", "released", "corrections"):
        assert re.search(rf"^{step}\s+\d+", printed, re.MULTILINE), step
    assert f"received      {len(examples())}" in re.sub(r"received\s+", "received      ", printed)


@pytest.mark.models
def test_every_selected_output_has_one_card_and_the_script_s_verdict(runs: list[tuple[Path, str]]) -> None:
    """Worked out from the labels and the stored decisions, not from the summary."""
    folder, _ = runs[0]
    by_id = {example.output_id: example for example in examples()}
    selected = [row[0] for row in rows(folder, "SELECT output_id FROM sampling_decisions WHERE selected")]
    outcomes = {"approve": "approved", "edit": "edited", "reject": "rejected"}
    expected = {name: outcomes[scripted_verdict(by_id[name], sure=True).kind.value] for name in selected}
    resolved = rows(
        folder, "SELECT t.output_id, r.outcome FROM resolutions r JOIN review_tasks t ON t.task_id = r.task_id"
    )
    assert dict(resolved) == expected
    assert len(resolved) == len(selected)
    workspace = json.loads((folder / "sandbox.json").read_text(encoding="utf-8"))
    cards = re.findall(r'"event_payload": ?\{"task_id": ?"([^"]+)"', json.dumps(workspace))
    tasks = [row[0] for row in rows(folder, "SELECT task_id FROM review_tasks")]
    assert sorted(set(cards)) == sorted(tasks)
    assert len(cards) == len(tasks)

"""The command line: each mistake is a line that says what to do, and nothing heavy is loaded for an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.system.parts import environment, whetstone

HEAVY = ("torch", "transformers", "chromadb", "langchain_core", "sqlmodel", "slack_bolt", "matplotlib", "fastapi")


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command in this folder; none ends in a traceback."""
    done = whetstone(*arguments, settings=environment(folder / "var", **settings), cwd=folder)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A folder with a database at the newest schema."""
    assert run(tmp_path, "db", "upgrade").returncode == 0
    return tmp_path


def line(output_id: str, **changes: object) -> str:
    """One line of JSONL."""
    body = {"output_id": output_id, "prompt": "q", "completion": "a", "model": "m", "created_at": NOON.isoformat()}
    return json.dumps(body | changes)


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """It is read before anything is set up."""
    code = "import sys; sys.argv = ['whetstone', '--help']\n"
    code += "try:\n import bot.__main__ as m; m.main()\nexcept SystemExit: pass\n"
    code += f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert "serve" in done.stdout
    assert done.stderr.strip() == "[]"


def test_check_lists_every_problem_and_no_secret(tmp_path: Path) -> None:
    """Three wrong settings: three lines, exit code 1."""
    done = run(tmp_path, "check", SLACK_BOT_TOKEN="xoxb-never-shown", PORT="99999", WHETSTONE_TIME_ZONE="Nowhere/Land")
    assert done.returncode == 1
    for name in ("PORT", "TIME_ZONE", "SLACK_APP_TOKEN", "WHETSTONE_CHANNEL"):
        assert name in done.stdout
    assert "never-shown" not in done.stdout + done.stderr


def test_check_is_content_with_the_defaults(ready: Path) -> None:
    """SQLite, the sandbox and the packaged models: everything that is needed is there."""
    done = run(ready, "check")
    assert done.returncode == 0
    assert "Everything that is needed is there." in done.stdout


def test_old_schema_says_what_to_run(tmp_path: Path) -> None:
    """Before the first migration."""
    done = run(tmp_path, "token", "list")
    assert (done.returncode, "Run: whetstone db upgrade" in done.stderr) == (2, True)


def test_token_is_shown_once_and_revoked_by_its_id(ready: Path) -> None:
    """The list has its name, never the token."""
    made = run(ready, "token", "create", "helpdesk").stdout.split()
    token_id, secret = made[1], made[-1]
    listed = run(ready, "token", "list").stdout
    assert token_id in listed
    assert secret not in listed
    assert run(ready, "token", "revoke", token_id).returncode == 0
    again = run(ready, "token", "revoke", token_id)
    assert (again.returncode, "No live token" in again.stderr) == (2, True)


def test_import_names_bad_lines_and_takes_the_rest(ready: Path) -> None:
    """Line 2 is no JSON, line 4 lacks its completion; a second run finds the good ones there."""
    lines = [line("o-1"), "{", line("o-2"), line("o-3", completion=None), line("o-4")]
    (ready / "outputs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run(ready, "outputs", "import", "outputs.jsonl")
    assert done.returncode == 1
    assert "line 2" in done.stderr
    assert "line 4 (o-3): completion" in done.stderr
    assert "3 received, 0 were there already, 2 bad lines." in done.stdout
    assert "0 received, 3 were there already" in run(ready, "outputs", "import", "outputs.jsonl").stdout
    assert json.loads(run(ready, "outputs", "show", "o-1").stdout)["output"]["completion"] == "a"
    assert "No output has the id" in run(ready, "outputs", "show", "o-9").stderr


@pytest.mark.models
def test_sources_are_added_skipped_replaced_and_pruned(ready: Path) -> None:
    """A folder with a broken PDF: it is named, the rest goes in; then only what changed is read."""
    folder = ready / "handbook"
    folder.mkdir()
    (folder / "fees.md").write_text("# Card fees\n\n## Cash abroad\n\nA withdrawal costs € 3.50.", encoding="utf-8")
    (folder / "limits.txt").write_text("The daily limit is € 500.", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"no pdf at all")
    first = run(ready, "sources", "add", "handbook")
    assert (first.returncode, "broken.pdf" in first.stderr) == (1, True)
    assert "2 added, 1 failed" in first.stdout
    (folder / "broken.pdf").unlink()
    (folder / "fees.md").write_text("# Card fees\n\n## Cash abroad\n\nA withdrawal costs € 4.00.", encoding="utf-8")
    replaced = run(ready, "sources", "add", "handbook").stdout
    assert "1 replaced, 1 unchanged" in replaced
    assert "1 document says something else than before." in replaced
    (folder / "limits.txt").unlink()
    pruned = run(ready, "sources", "add", "handbook", "--prune").stdout
    assert "1 removed, 1 unchanged" in pruned
    assert "1 documents in the index" in pruned


def test_dataset_without_reviews_is_not_written(ready: Path) -> None:
    """A sentence, exit code 2, no file."""
    done = run(ready, "dataset", "build", "--format", "sft", "--out", "out")
    assert (done.returncode, "No dataset was written" in done.stderr) == (2, True)
    assert not (ready / "out").exists()
    assert run(ready, "dataset", "build", "--format", "parquet").returncode == 2


def test_policy_check_names_the_line(tmp_path: Path) -> None:
    """As an editor would jump to it."""
    (tmp_path / "policy.toml").write_text("uniform_rate = 0.05\nrisk_treshold = 0.4\n", encoding="utf-8")
    done = run(tmp_path, "policy", "check", "policy.toml")
    assert (done.returncode, "line 2: 'risk_treshold' is not a setting" in done.stderr) == (2, True)


def test_policy_check_shows_the_routes_in_their_order(tmp_path: Path) -> None:
    """One row a route, and one for what no route takes."""
    text = '[[routes]]\nname = "Cards"\ntags = ["cards"]\nquorum = 2\n[[routes]]\nname = "Loans"\nmodels = ["m"]\n'
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    done = run(tmp_path, "policy", "check", "policy.toml")
    assert done.returncode == 0
    words = ("2 routes", "Cards", "tag cards", "Loans", "model m", "(all others)")
    places = [done.stdout.index(word) for word in words]
    assert places == sorted(places)


def test_unknown_scorer_is_named(ready: Path) -> None:
    """A worker with a typing mistake does not start silently without the scorer."""
    done = run(ready, "worker", WHETSTONE_SCORERS="coverage,coverige")
    assert (done.returncode, "there is no scorer 'coverige'" in done.stderr) == (2, True)


def test_cards_retry_with_nothing_refused_says_so(ready: Path) -> None:
    """No card waits."""
    assert "Nothing waits for a retry." in run(ready, "cards", "retry").stdout

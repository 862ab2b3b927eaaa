"""`whetstone risk`: the whole command on a small labelled file, its pictures, and what it says of mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli.risk_tables import model_lines
from bot.mistakes import SettingsMistakes
from reviewers.decisions.risk import PRIOR
from reviewers.model import Candidate, Curve, CurveKind, RiskKind, RiskModel, RiskSignal
from storage import migrations
from storage.engine import make_engine
from storage.unit_of_work import SqlStore
from tests.builders import NOON

PICTURES = ["auroc.png", "coverage.png", "learning.png", "truth.png"]
SET = "fees $_{$"  # no formula
LEXICAL = "coverage,missing_facts,contradictions"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Forty outputs on twenty documents in two sets: half say what their document says, half something else."""
    rows = []
    for number in range(20):
        context = f"The fee of account {number} is € {number + 3}. It is charged on the first of March."
        source = SET if number % 2 else "dates"
        said = {"right": context, "wrong": f"The museum of Vienna has shown {number + 90} old clocks since 1917."}
        for name, text in said.items():
            rows.append(
                {
                    "id": f"{number}-{name}",
                    "source_set": source,
                    "context": context,
                    "output": text,
                    "label": int(name == "wrong"),
                }
            )
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHETSTONE_DATA_DIR", str(tmp_path / "var"))


def test_evaluate_prints_tables_and_writes_pictures_and_json(labelled: Path, tmp_path: Path) -> None:
    """Invented answers share no word with their source, so the words part them from the others without fail."""
    run = CliRunner().invoke(
        app, ["risk", "evaluate", str(labelled), "--scorers", LEXICAL, "--learn", "--out", str(tmp_path / "made")]
    )
    assert run.exit_code == 0, run.output
    for words in ("dates", SET, "all", "mean of sets", "1.000 (0.84 to 1.00)", "ms an output", "stack preferred"):
        assert words in run.output
    made = tmp_path / "made"
    assert {path.name for path in made.iterdir()} == {*PICTURES, "risk.json"}
    for picture in PICTURES:
        assert (made / picture).read_bytes().startswith(b"\x89PNG")
    told = json.loads((made / "risk.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["sets"]] == ["dates", SET, "all"]
    assert told["sets"][2]["auroc"]["value"] == pytest.approx(1.0)
    assert told["mean_auroc"]["value"] == pytest.approx(1.0)
    assert told["learning"][0]["verdicts"] == 0
    assert set(told["milliseconds_an_output"]) == {"reading", *LEXICAL.split(","), "all"}


def test_too_little_is_said_in_table_and_json(labelled: Path, tmp_path: Path) -> None:
    """Four outputs have no AUROC, no calibration error and no picture of sets."""
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(labelled.read_text(encoding="utf-8").splitlines()[:4]), encoding="utf-8")
    run = CliRunner().invoke(app, ["risk", "evaluate", str(few), "--scorers", LEXICAL, "--out", str(tmp_path / "made")])
    assert run.exit_code == 0, run.output
    assert "too few (2)" in run.output
    told = json.loads((tmp_path / "made" / "risk.json").read_text(encoding="utf-8"))
    assert told["sets"][-1]["auroc"] == {"too_few": {"found": 2, "needed": 5}}
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["coverage.png", "risk.json"]


def test_a_set_that_is_named_all_is_in_the_picture_and_told_from_the_total(labelled: Path, tmp_path: Path) -> None:
    """A file of its one set has a picture of sets; with another set there are two lines of that name."""
    rows = labelled.read_text(encoding="utf-8").replace(json.dumps(SET), '"all"')
    asked = ["risk", "evaluate", str(labelled), "--scorers", LEXICAL, "--out", str(tmp_path / "made")]
    labelled.write_text("\n".join(row for row in rows.splitlines() if '"all"' in row), encoding="utf-8")
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert (tmp_path / "made" / "auroc.png").exists()
    labelled.write_text(rows, encoding="utf-8")
    assert CliRunner().invoke(app, asked).exit_code == 0
    told = json.loads((tmp_path / "made" / "risk.json").read_text(encoding="utf-8"))
    assert [(one["name"], one["total"]) for one in told["sets"]] == [("all", False), ("dates", False), ("all", True)]


def test_an_earlier_picture_does_not_stand_beside_new_numbers(labelled: Path, tmp_path: Path) -> None:
    """The second run learns nothing; what is not the command's own stays."""
    asked = ["risk", "evaluate", str(labelled), "--scorers", LEXICAL, "--out", str(tmp_path / "made")]
    CliRunner().invoke(app, [*asked, "--learn"])
    (tmp_path / "made" / "notes.txt").write_text("mine")
    assert CliRunner().invoke(app, asked).exit_code == 0
    left = {path.name for path in (tmp_path / "made").iterdir()}
    assert left == {"auroc.png", "coverage.png", "risk.json", "notes.txt"}


def test_mistakes_of_a_file_are_told_with_their_lines(labelled: Path) -> None:
    """Nothing is measured with a row in it that cannot be read."""
    labelled.write_text(labelled.read_text(encoding="utf-8") + '\n{"id": "x"}', encoding="utf-8")
    run = CliRunner().invoke(app, ["risk", "evaluate", str(labelled), "--scorers", LEXICAL])
    assert isinstance(run.exception, SettingsMistakes)
    assert "labelled.jsonl, line 41: output must be text" in str(run.exception)


def test_show_names_the_prior_before_anything_was_learned(tmp_path: Path) -> None:
    """On the first day."""
    migrations.upgrade(f"sqlite:///{tmp_path / 'var' / 'whetstone.db'}")
    run = CliRunner().invoke(app, ["risk", "show"])
    assert run.exit_code == 0, run.output
    assert run.output.splitlines()[0] == "prior-2: the prior of the first day."
    assert "Answers that nothing can be read in: 12 in 100." in run.output


def test_show_names_what_was_learned_and_what_was_preferred(tmp_path: Path) -> None:
    """With the gain of the stack over the detector alone."""
    model = RiskModel(
        version="stack-1",
        kind=RiskKind.STACK,
        signals=(
            RiskSignal(scorer="grounding", version="g-1", weight=0.66),
            RiskSignal(scorer="retrieval", version="m-1", centre=0.7, scale=0.1, weight=-0.25),
        ),
        curve=Curve(kind=CurveKind.PLATT, numbers=(-1.5, 1.0)),
        base_rate=0.08,
        verdicts=412,
        errors=57,
        before=NOON,
        candidates=(
            Candidate(name="stack", brier=0.071, log_loss=0.251, gain=0.012, gain_error=0.004),
            Candidate(name="alone", brier=0.079, log_loss=0.263),
        ),
    )
    url = f"sqlite:///{tmp_path / 'var' / 'whetstone.db'}"
    migrations.upgrade(url)
    store = SqlStore(make_engine(url))
    with store.begin() as uow:
        uow.risk_models.add(model, at=NOON)
    store.close()
    run = CliRunner().invoke(app, ["risk", "show"])
    assert run.output.splitlines() == [
        "stack-1: a stack of scores.",
        "Learned from 412 verdicts (57 of them wrong answers), all from before 23 November 2026.",
        "Curve: platt (-1.500, 1.000).",
        "  grounding (g-1): weight +0.660",
        "  retrieval (m-1): weight -0.250",
        "Answers that nothing can be read in: 8 in 100.",
        "  preferred: stack, Brier 0.0710, log-loss 0.2510, loss lower by 0.0120 (standard error 0.0040)",
        "  compared: alone, Brier 0.0790, log-loss 0.2630",
    ]
    assert next(model_lines(PRIOR)) == "prior-2: the prior of the first day."

"""`whetstone detector train`: what it writes, and what it asks for."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from bot.__main__ import app
from reviewers.decisions.alignment import NAMES
from reviewers.scorers.grounding_lexical import WEIGHTS
from reviewers.trainers.claims.windows import CLAIMS, GENERATOR


def test_the_lexical_fallback_is_fitted_in_seconds(tmp_path: Path) -> None:
    """Two weighings of eleven numbers, the same each time; a lacking word speaks against a claim in both."""
    written = []
    for folder in ("once", "again"):
        arguments = ["detector", "train", "--lexical", "--steps", "60", "--out", str(tmp_path / folder)]
        assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
        written.append((tmp_path / folder / "grounding_lexical.json").read_bytes())
    assert written[0] == written[1]
    fitted = json.loads(written[0])
    assert 60 * 4 < fitted["claims"] <= 60 * CLAIMS
    assert set(fitted["weighings"]) == {"altered", "added"}
    assert tuple(fitted["weighings"]["added"]["weights"]) == NAMES
    assert fitted["weighings"]["altered"]["weights"]["missing_numbers"] > 0
    assert fitted["weighings"]["added"]["weights"]["missing_at_end"] > 0


def test_the_shipped_weights_are_of_the_shipped_generator() -> None:
    """Whoever changes a rule fits them anew."""
    shipped = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    assert shipped["generator"] == GENERATOR
    assert shipped["claims"] > 5000


def test_going_on_from_nothing_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    """With the folder, and what should stand there."""
    done = CliRunner().invoke(app, ["detector", "train", "--from", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code != 0
    assert "has no adapter_model.safetensors" in " ".join(str(done.exception).split())


def test_no_steps_are_no_training(tmp_path: Path) -> None:
    """The option says what it takes."""
    done = CliRunner().invoke(app, ["detector", "train", "--steps", "0", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "--steps" in done.output

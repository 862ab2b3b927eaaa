"""Labels of real crowds with their truth, read from beside the checkout where they are; they are not shipped."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from reviewers.decisions.dawid_skene import Votes, Whole

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


def crowd(name: str) -> tuple[Votes, Whole]:
    """The votes of a crowd and the true class of each item; skips where the files are not."""
    labels, truth = FOLDER / f"crowd_{name}_labels.csv", FOLDER / f"crowd_{name}_truth.csv"
    if not labels.exists():
        pytest.skip("the crowd files may not be shipped, and are not beside this checkout")
    rows = _rows(labels)
    items, voters = sorted({row["item"] for row in rows}), sorted({row["worker"] for row in rows})
    true = {row["item"]: int(row["truth"]) for row in _rows(truth)}
    votes = Votes(
        item=np.array([items.index(row["item"]) for row in rows]),
        voter=np.array([voters.index(row["worker"]) for row in rows]),
        said=np.array([int(row["label"]) for row in rows]),
        items=len(items),
        voters=len(voters),
        classes=max(true.values()) + 1,
    )
    return votes, np.array([true[item] for item in items])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))

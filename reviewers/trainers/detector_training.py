"""Makes the grounding detector: claims by rules, an adapter trained on them, and the files that the scorers read."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reviewers.trainers.claims.texts import SourceText, read_texts
from reviewers.trainers.claims.windows import GENERATOR, Window, make_windows, written_windows
from reviewers.trainers.claims.written import SHIPPED as WRITTEN_FILE
from reviewers.trainers.claims.written import Written, held_out_written, written_to_learn_from
from reviewers.trainers.lexical_training import fit_weighings, words_weight
from reviewers.trainers.lora import Recipe, Step, Trainer

HELD_OUT = 20  # one text of so many is kept from training, for the test on made claims
WRITTEN_TESTS = 2  # windows of written claims for one by rules: 960 claims
TEST_WINDOWS = 60  # 600 claims: an area under the curve within 0.02
WEIGHED_WINDOWS = 300  # 2,400 claims: what the words say moves little with more
FINGERPRINTED = 50  # windows: enough to notice any other generator, seed or text
LEXICAL_FILE = "grounding_lexical.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What to train, and from what."""

    model: Path  # folder of the causal model
    base: str  # the package it comes from, with its version
    texts: Path
    recipe: Recipe
    begin: Path | None = None  # folder of the adapter to go on from, which the recipe names by its hash


def train(
    job: Job,
    out: Path,
    *,
    resume: bool,
    test_windows: int = TEST_WINDOWS,
    progress: Callable[[Step], None] = lambda step: None,
) -> Path:
    """Train, test on made claims, and write adapter, head and manifest to `out`; returns the manifest.

    With `resume` it goes on from the checkpoint that an interrupted training left in `out`.
    """
    texts = read_texts(job.texts)
    windows = make_windows(
        texts_to_learn_from(texts),
        job.recipe.steps,
        seed=job.recipe.seed,
        written=written_to_learn_from(job.recipe.written_batches),
        written_share=job.recipe.written_share,
    )
    trainer = Trainer(job.model, out, job.recipe, begin=job.begin)
    if resume:
        trainer.resume()
    trainer.run(windows, progress=progress)
    hashes = trainer.export(out)
    tested = make_windows(held_out_texts(texts), test_windows, seed=job.recipe.seed)
    logits = [trainer.answers(window) for window in tested]
    read = written_windows(_spread(held_out_written(), WRITTEN_TESTS * test_windows))
    answers = [trainer.answers(window) for window in read]
    weighed = make_windows(texts_to_learn_from(texts), WEIGHED_WINDOWS, seed=job.recipe.seed)
    manifest = {
        **hashes,
        "base": job.base,
        "recipe": asdict(job.recipe),
        "generator": GENERATOR,
        "texts_sha256": hashlib.sha256(job.texts.read_bytes()).hexdigest(),
        "written_sha256": hashlib.sha256(WRITTEN_FILE.read_bytes()).hexdigest(),
        "windows_sha256": fingerprint(windows[:FINGERPRINTED]),
        "claims": sum(len(window.claims) for window in windows),
        "auroc_on_made_claims": auroc_by_kind(tested, logits),
        "auroc_on_written_claims": auroc_by_kind(read, answers)["all"],
        "words_weight": words_weight(tested, logits, fit_weighings(weighed)),
    }
    return _written(out / "manifest.json", manifest)


def train_lexical(texts: Path, out: Path, *, windows: int, seed: int) -> Path:
    """Fit the lexical fallback and write its weights to `out`; returns the file."""
    made = make_windows(texts_to_learn_from(read_texts(texts)), windows, seed=seed)
    content = {
        "generator": GENERATOR,
        "claims": sum(len(window.claims) for window in made),
        "seed": seed,
        "weighings": fit_weighings(made),
    }
    return _written(out / LEXICAL_FILE, content)


def texts_to_learn_from(texts: Sequence[SourceText]) -> list[SourceText]:
    """The texts that claims to learn from are made of."""
    return [text for at, text in enumerate(texts) if at % HELD_OUT != HELD_OUT - 1]


def held_out_texts(texts: Sequence[SourceText]) -> list[SourceText]:
    """The texts that claims to test with are made of."""
    return [text for at, text in enumerate(texts) if at % HELD_OUT == HELD_OUT - 1]


def fingerprint(windows: Sequence[Window]) -> str:
    """The same for the same claims."""
    return hashlib.sha256(json.dumps([asdict(window) for window in windows]).encode()).hexdigest()


def auroc_by_kind(windows: Sequence[Window], logits: Sequence[Sequence[float]]) -> dict[str, dict[str, float | int]]:
    """Area under the ROC curve, and number, of each kind of wrong claim against all true ones; "all" for any kind."""
    from sklearn.metrics import roc_auc_score

    true: list[float] = []
    wrong: dict[str, list[float]] = defaultdict(list)
    for window, values in zip(windows, logits, strict=True):
        for claim, value in zip(window.claims, values, strict=True):
            if claim.supported:
                true.append(value)
            else:
                wrong[claim.kind].append(value)
                wrong["all"].append(value)
    return {
        kind: {
            "claims": len(values),
            "auroc": round(float(roc_auc_score([0] * len(true) + [1] * len(values), true + values)), 3),
        }
        for kind, values in sorted(wrong.items())
    }


def _spread(written: Sequence[Written], count: int) -> Sequence[Written]:
    """At most so many, of each batch its part."""
    return written[:: max(1, -(-len(written) // count))]


def _written(file: Path, content: object) -> Path:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".part")
    scratch.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(scratch, file)
    return file

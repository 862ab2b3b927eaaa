"""Processor time and memory of a week's digest over many outputs, beside the same tests by scipy and scikit-learn.

Each is measured in a process of its own: `python -m bot.bench.digests digest|tests FOLDER` prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from bot.bench.running import memory
from bot.bootstrap import build_services, upgrade_database
from bot.settings import Settings
from reviewers.decisions import weeks
from reviewers.model import (
    Assessment,
    Message,
    Outcome,
    Output,
    Reason,
    Resolution,
    ReviewTask,
    Risk,
    SamplingDecision,
    Score,
    Stratum,
    TaskState,
    TokenUsage,
    Verdict,
    VerdictKind,
)
from reviewers.model.features import OutputFeatures
from reviewers.ports import Store, UnitOfWork
from reviewers.workflow.services import UTC

SIZES, LARGE = (10_000, 100_000), 1_000_000  # outputs of the five weeks that a digest compares
WEEK = "2026-W40"  # that is told; four weeks before it are the reference
COMPARED = 5  # weeks
REVIEWS = 300  # a week
NUMBERS = 384  # of an embedding, as MiniLM's
AT_ONCE = 5_000  # outputs in one transaction
WRONG, REFUSED = 0.10, 0.03  # shares
TEXT = "The fee for a withdrawal abroad is € 3.50, plus 1.75 % of the amount that was withdrawn. "
MEASURES = ("risk", "characters", "latency_ms", "tokens")

Floats = NDArray[np.float64]


class Cost(TypedDict):
    """Of one run in a process of its own."""

    seconds: float  # of processor time, which no neighbour on the machine changes
    peak_mib: float  # of the whole process


class Made(TypedDict):
    """Outputs in the order of time, one place an output in each array; nothing changes over the weeks."""

    risk: Floats
    characters: Floats
    latency_ms: Floats
    tokens: Floats
    refusal: NDArray[np.bool_]
    question: NDArray[np.float16]
    answer: NDArray[np.float16]


def measure_digests(settings: Settings, outputs: int) -> tuple[Cost, Cost]:
    """A digest over so many outputs, and the tests alone on arrays in memory. The folder must be empty."""
    upgrade_database(settings)
    services = build_services(settings)
    _fill(services.store, settings.data_dir, outputs)
    services.store.close()
    return _in_own_process("digest", settings.data_dir), _in_own_process("tests", settings.data_dir)


def made(count: int, rng: np.random.Generator) -> Made:
    """So many outputs, drawn from what never changes: questions lie around twelve centres, answers near them."""
    centres = rng.standard_normal((12, NUMBERS))
    around = centres[rng.integers(len(centres), size=count)]
    question = (around + rng.standard_normal((count, NUMBERS))).astype(np.float16)
    return Made(
        risk=rng.beta(1.0, 9.0, count),
        characters=np.clip(rng.lognormal(5.5, 0.6, count), 20, 4000).round(),
        latency_ms=rng.gamma(2.0, 700.0, count).round(1),
        tokens=rng.lognormal(5.0, 0.5, count).round(),
        refusal=rng.random(count) < REFUSED,
        question=question,
        answer=(around + rng.standard_normal((count, NUMBERS))).astype(np.float16),
    )


def _fill(store: Store, folder: Path, outputs: int) -> None:
    """Write the outputs as intake, scoring and reviewers would have, and their numbers as arrays beside them."""
    rng = np.random.default_rng(outputs)
    begins = weeks.window(weeks.upto(WEEK, COMPARED)[0], UTC).start
    apart = timedelta(weeks=COMPARED) / outputs
    kept: dict[str, list[NDArray[np.generic]]] = {}
    for first in range(0, outputs, AT_ONCE):
        piece = made(min(AT_ONCE, outputs - first), rng)
        reviewed = rng.random(len(piece["risk"])) < COMPARED * REVIEWS / outputs
        wrong = rng.random(len(piece["risk"])) < WRONG
        at = [begins + apart * (first + place) for place in range(len(wrong))]
        with store.begin() as uow:
            _add(uow, first, piece, at, reviewed, min(1.0, COMPARED * REVIEWS / outputs))
            for place in np.flatnonzero(reviewed):
                _review(uow, first + int(place), at[place], wrong=bool(wrong[place]))
        for name, values in piece.items():
            kept.setdefault(name, []).append(values)  # type: ignore[arg-type]  # every value of a Made is an array
    for name, parts in kept.items():
        np.save(folder / f"{name}.npy", np.concatenate(parts))


def _add(
    uow: UnitOfWork, first: int, piece: Made, at: list[datetime], reviewed: NDArray[np.bool_], chance: float
) -> None:
    names = [f"b-{first + place:07d}" for place in range(len(at))]
    uow.outputs.add([_output(name, piece, place, at[place]) for place, name in enumerate(names)])
    uow.assessments.add([_assessment(name, piece, place, at[place]) for place, name in enumerate(names)])
    uow.decisions.add(
        [
            SamplingDecision(
                output_id=name,
                selected=bool(reviewed[place]),
                inclusion_probability=chance,
                reason=Reason.UNIFORM if reviewed[place] else Reason.NOT_SELECTED,
                policy_version="bench",
                draw=0.5,
                decided_at=at[place],
                model="helpdesk-8b 1",
                risk=float(piece["risk"][place]),
                stratum=Stratum.DRAWN,
            )
            for place, name in enumerate(names)
        ]
    )
    uow.features.add(
        [
            OutputFeatures(
                output_id=name,
                embedder="bench",
                question=piece["question"][place],
                answer=piece["answer"][place],
                language="en",
                refusal=bool(piece["refusal"][place]),
                citation_missing=False,
                similarity=0.5,
                made_at=at[place],
            )
            for place, name in enumerate(names)
        ]
    )


def _output(name: str, piece: Made, place: int, at: datetime) -> Output:
    length = int(piece["characters"][place])
    return Output(
        output_id=name,
        prompt=(Message(role="user", content="What does a withdrawal abroad cost?"),),
        completion=(TEXT * (length // len(TEXT) + 1))[:length],
        model="helpdesk-8b",
        model_version="1",
        latency_ms=float(piece["latency_ms"][place]),
        usage=TokenUsage(prompt_tokens=0, completion_tokens=int(piece["tokens"][place])),
        created_at=at,
        received_at=at,
    )


def _assessment(name: str, piece: Made, place: int, at: datetime) -> Assessment:
    risk = float(piece["risk"][place])
    score = Score(
        output_id=name, scorer="grounding", version="bench", value=float(np.log(risk / (1.0 - risk))), explanation=""
    )
    said = Risk(probability=risk, model_version="bench", verdicts_learned_from=0, scores_used=("grounding",))
    return Assessment(output_id=name, readings=(), scores=(score,), risk=said, assessed_at=at)


def _review(uow: UnitOfWork, number: int, at: datetime, *, wrong: bool) -> None:
    task_id, verdict_id, later = f"t-{number}", f"v-{number}", at + timedelta(minutes=5)
    kind, outcome = (VerdictKind.REJECT, Outcome.REJECTED) if wrong else (VerdictKind.APPROVE, Outcome.APPROVED)
    uow.tasks.add(
        ReviewTask(
            task_id=task_id,
            output_id=f"b-{number:07d}",
            number=number + 1,
            channel="C0REVIEW",
            hold=False,
            state=TaskState.RESOLVED,
            created_at=at,
        )
    )
    uow.verdicts.append(
        Verdict(verdict_id=verdict_id, task_id=task_id, reviewer="U0MARA", revision=1, kind=kind, recorded_at=later)
    )
    uow.verdicts.resolve(
        Resolution(
            task_id=task_id,
            revision=1,
            outcome=outcome,
            verdict_id=verdict_id,
            resolved_by="U0MARA",
            resolved_at=later,
        )
    )


def _in_own_process(what: str, folder: Path) -> Cost:
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "bot.bench.digests", what, str(folder)],
        env={**os.environ, "WHETSTONE_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: Cost = json.loads(done.stdout)
    return found


def _digest(folder: Path) -> None:
    """The digest of the week, from the database; nothing is kept."""
    from reviewers.workflow.digesting import DigestDesk

    services = build_services(Settings(data_dir=folder, _env_file=None))
    desk = DigestDesk(store=services.store, clock=services.clock, policies=services.policies)
    desk.of(WEEK, [services.policies.current().own_route], UTC)
    services.store.close()


def _tests(folder: Path) -> None:
    """Each number by Kolmogorov and Smirnov and by Wasserstein's distance, refusals by chi-square, and embeddings by
    a classifier that tells the windows apart, as drift libraries do."""
    from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance

    for name in MEASURES:
        before, now = _windows(np.load(folder / f"{name}.npy"))
        ks_2samp(before, now)
        wasserstein_distance(before, now)
    counts = [[int(side.sum()), int((~side).sum())] for side in _windows(np.load(folder / "refusal.npy"))]
    chi2_contingency(counts)
    for name in ("question", "answer"):
        _told_apart(*_windows(np.load(folder / f"{name}.npy")))


def _told_apart(before: NDArray[np.float16], now: NDArray[np.float16]) -> float:
    """AUROC on one half of a classifier that learned from the other."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import roc_auc_score

    rows = np.concatenate([before, now]).astype(np.float32)
    mine = np.arange(len(rows)) >= len(before)
    learned = SGDClassifier(loss="log_loss", random_state=0).fit(rows[::2], mine[::2])
    return float(roc_auc_score(mine[1::2], learned.decision_function(rows[1::2])))


def _windows(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The reference, then the week."""
    cut = len(values) * (COMPARED - 1) // COMPARED
    yield values[:cut]
    yield values[cut:]


def main() -> None:
    """Measure one of the two; what was imported before does not count as time, and counts as memory."""
    import scipy.stats  # noqa: F401
    import sklearn.linear_model  # noqa: F401 - not a part of what is measured

    import reviewers.workflow.digesting  # noqa: F401

    parts: dict[str, Callable[[Path], None]] = {"digest": _digest, "tests": _tests}
    what, folder = parts[sys.argv[1]], Path(sys.argv[2])
    began = process_time()
    what(folder)
    seconds = process_time() - began
    print(json.dumps(Cost(seconds=seconds, peak_mib=memory()["peak_mib"])))  # noqa: T201 - for the parent


if __name__ == "__main__":
    main()

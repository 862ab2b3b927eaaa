"""What the grounding detector costs as a graph and on torch, beside the plain way of the same model."""

from __future__ import annotations

import ctypes
import gc
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import Any, NamedTuple, TypeVar

from bot.bench.running import memory
from bot.labelled import read_labelled
from reviewers.decisions import evaluation
from reviewers.decisions.claim_packing import prompt
from reviewers.decisions.evidence_choice import choose_evidence
from reviewers.decisions.measures import Measured
from reviewers.model import Score
from reviewers.ports import Evidence, Scorer
from reviewers.workflow.evaluating import Evaluator, LabelledOutput

LABELLED = Path(__file__).resolve().parents[3] / "shared" / "data" / "grounding_dev.jsonl"  # beside the checkout
ROWS = 48  # outputs of each workload: about 100 claims, half a minute the plain way
COMPARED = (
    300  # outputs at most by which graph and torch are compared: of 48, one exchanged pair moves the AUROC by 0.002
)


T = TypeVar("T")


class Pace(NamedTuple):
    """One way of scoring the rows."""

    milliseconds: float  # of processor time, an output
    auroc: float | None  # over all rows together; None: too few of them
    values: tuple[float, ...]  # of each output that has one, in order


class Way(NamedTuple):
    """One way of scoring every workload."""

    paces: Mapping[str, Pace]  # by workload
    mebibytes: float  # that it holds after all of them


class OneByOne:
    """The plain way: PEFT's adapter beside the weights, a pass for every claim, nothing remembered."""

    name, version = "grounding", "one-by-one"

    def __init__(self, model: Path, adapter: Path) -> None:
        """Load everything at once."""
        import torch
        from peft import PeftModel
        from safetensors.torch import load_file
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(model, local_files_only=True)
        plain: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32, local_files_only=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers for a name that it will rename
            adapted: Any = PeftModel.from_pretrained(plain, str(adapter))
        self._body = adapted.eval().base_model.model.model
        self._head = load_file(adapter / "head.safetensors")

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """As the detector, claim after claim."""
        return [self._one(evidence) if any(evidence.passages) else None for evidence in batch]

    def _one(self, evidence: Evidence) -> Score:
        values = tuple(
            self._logit(choose_evidence(claim.text, near), claim.text)
            for claim, near in zip(evidence.claims, evidence.passages, strict=True)
        )
        return Score(
            output_id=evidence.output.output_id,
            scorer=self.name,
            version=self.version,
            value=max(values),
            explanation="",
            claim_values=values,
        )

    def _logit(self, evidence: str, claim: str) -> float:
        import torch

        ids = prompt(lambda text: self._tokenizer(text).input_ids, evidence, [claim]).ids
        with torch.inference_mode():
            hidden = self._body(input_ids=torch.tensor([ids]), use_cache=False).last_hidden_state[0, -1]
        return float(hidden @ self._head["weight"][0] + self._head["bias"][0])


def workloads(file: Path = LABELLED) -> tuple[dict[str, list[LabelledOutput]], str]:
    """Two sorts of work, and where the outputs come from.

    "on shared documents": all outputs on each of some documents, as where an application answers from the same
    sources again and again. "each on its own": one output a document, the worst case, with nothing to share.
    Where the file is not there, the example outputs that bring their own passages.
    """
    found = read_labelled(file) if file.exists() else _examples()
    where = file.name if file.exists() else f"the examples (there is no {file.name} beside the checkout)"
    by_document: dict[str, list[LabelledOutput]] = {}
    for one in found:
        by_document.setdefault(one.context, []).append(one)
    several = [of_one for of_one in by_document.values() if len(of_one) > 1]
    shared = [one for of_one in _evenly(several, 12) for one in of_one[:8]]
    alone = [of_one[0] for of_one in by_document.values()]
    return {
        "on shared documents": shared[:ROWS],
        "each on its own": list(_evenly(alone, ROWS)),
    }, where


def to_compare(file: Path = LABELLED) -> Sequence[LabelledOutput]:
    """Outputs from all over the file (else the examples), to tell whether two ways say the same."""
    return _evenly(read_labelled(file) if file.exists() else _examples(), COMPARED)


def _evenly(found: Sequence[T], most: int) -> Sequence[T]:
    """Every so-manieth, so that no more than `most` are left."""
    return found[:: 1 + len(found) // most]


def _examples() -> list[LabelledOutput]:
    from bot.demo.data import examples

    return [
        LabelledOutput(
            output_id=one.output_id,
            source_set=one.source_set,
            question="",
            context="\n\n".join(passage.text for passage in one.passages),
            text=one.completion,
            wrong=one.label == 1,
        )
        for one in examples()
        if one.passages
    ]


def measure_way(
    evaluator: Evaluator, work: Mapping[str, Sequence[LabelledOutput]], scorer: Callable[[], Scorer]
) -> Way:
    """Score each workload with a scorer of its own, so that nothing is remembered from one to the next."""
    paces = {}
    before, held = _resident(), 0.0
    for name, found in work.items():
        made = scorer()
        paces[name] = measure_detector(evaluator, found, made)
        held = _resident() - before
        del made
    return Way(paces, held)


def _resident() -> float:
    """MiB that this process holds, without what it only keeps for later."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return memory()["now_mib"]


def say_way(way: Pace, plain: Pace) -> str:
    """A pace beside that of the plain way: how many times faster, and whether it says the same."""
    times = plain.milliseconds / way.milliseconds
    said = f"{way.milliseconds:.0f} ms of processor time an output, {times:.1f} times faster"
    differences = [abs(one - other) for one, other in zip(way.values, plain.values, strict=True)]
    return f"{said}, {_say_auroc(way)}, logits within {max(differences, default=0.0):.1g}"


def say_compared(graph: Pace, torch: Pace) -> tuple[str, str]:
    """What the graph comes to on many outputs, and what torch does."""
    differences = [one - other for one, other in zip(graph.values, torch.values, strict=True)]
    typical = fmean(difference**2 for difference in differences) ** 0.5
    largest = max(map(abs, differences))
    said = f"{_say_auroc(graph)}, logits {typical:.2f} apart (root mean square), {largest:.2f} at most"
    return said, f"aim: within 0.005; torch: {_say_auroc(torch)}"


def _say_auroc(way: Pace) -> str:
    return "no AUROC: too few outputs" if way.auroc is None else f"AUROC {way.auroc:.4f}"


def measure_detector(evaluator: Evaluator, found: Sequence[LabelledOutput], scorer: Scorer) -> Pace:
    """Score all rows with one scorer, its model loaded; in processor time, which no busy machine stretches."""
    way = replace(evaluator, scorers=(scorer,), seconds=process_time)
    now = datetime(2026, 1, 5, tzinfo=UTC)  # when the outputs were written matters to nothing here
    scored = way.score(found, now=now, progress=lambda done, total: None)
    together = evaluation.by_set(scored.rows)[-1].auroc
    return Pace(
        scored.milliseconds[scorer.name],
        together.value if isinstance(together, Measured) else None,
        tuple(score.value for row in scored.rows for score in row.scores),
    )

"""The grounding detector: a language model with an adapter of ours reads every claim against its passages.

A claim's value is a logit: above 0 the passages do not support it. An output's is its worst claim's. The claims of a
batch that are read against the same evidence are read in one pass; what was read before is remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from threading import Lock
from time import perf_counter
from typing import Protocol

from reviewers.decisions.evidence_choice import choose_evidence
from reviewers.errors import Unavailable
from reviewers.model import Score
from reviewers.ports import Evidence, Scorer

REMEMBERED = 50_000  # pairs of evidence and claim: about 10 MB
Pair = tuple[str, str]  # evidence, claim


class Reader(Protocol):
    """Reads claims against evidence."""

    @property
    def version(self) -> str:
        """Names the model and, once it is loaded, what runs it."""

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """One a pair, in order; above 0 is unsupported."""


class GroundingDetector:
    """Machine reviewer "grounding"."""

    name = "grounding"

    def __init__(self, reader: Reader, *, remembered: int = REMEMBERED) -> None:
        """`remembered` pairs are kept, those used longest ago go first."""
        self._reader = reader
        self.version = reader.version
        self._known: OrderedDict[bytes, float] = OrderedDict()
        self._most = remembered
        self._reading = Lock()

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """Logits of being unsupported; None where an output has no claims or none of them a passage."""
        start = perf_counter()
        pairs = [
            [
                (choose_evidence(claim.text, near), claim.text)
                for claim, near in zip(one.claims, one.passages, strict=True)
            ]
            for one in batch
        ]
        readable = [any(evidence for evidence, _ in of_one) for of_one in pairs]
        wanted = [pair for of_one, reads in zip(pairs, readable, strict=True) if reads for pair in of_one]
        logits = self._logits(wanted)
        self.version = self._reader.version  # known to the end once something was read
        each_ms = (perf_counter() - start) * 1000 / max(1, sum(readable))
        return [
            _score(self.name, self.version, one, tuple(logits[pair] for pair in of_one), each_ms) if reads else None
            for one, of_one, reads in zip(batch, pairs, readable, strict=True)
        ]

    def _logits(self, pairs: Sequence[Pair]) -> Mapping[Pair, float]:
        """Every different pair once; those that are known are not read again."""
        with self._reading:
            keys = {pair: _key(pair) for pair in pairs}
            new = [pair for pair, key in keys.items() if key not in self._known]
            read = dict(zip(new, self._reader.logits(new), strict=True)) if new else {}
            found = {pair: read[pair] if pair in read else self._known[key] for pair, key in keys.items()}
            for pair, key in keys.items():
                self._known[key] = found[pair]
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


class WithFallback:
    """The detector, and a scorer of the same name for machines that cannot load its model; each score says which.

    What cannot be loaded once is not tried again: an output then costs no second attempt, and a restart mends it.
    """

    name = "grounding"

    def __init__(self, first: Scorer, second: Scorer, *, told: Callable[[Exception], None]) -> None:
        """`first` raises ImportError or Unavailable where its model cannot be loaded; `told` hears of it, once."""
        self._chosen, self._second, self._told = first, second, told
        self._exchanging = Lock()
        self.version = first.version

    def score(self, batch: Sequence[Evidence]) -> list[Score | None]:
        """As the first, and from its failure on as the second."""
        chosen = self._chosen  # another thread may exchange it while this one waits for the model
        try:
            scores = chosen.score(batch)
        except (ImportError, Unavailable) as error:
            if chosen is self._second:
                raise
            self._exchange(error)
            chosen = self._second
            scores = chosen.score(batch)
        self.version = chosen.version
        return scores

    def _exchange(self, error: Exception) -> None:
        with self._exchanging:
            if self._chosen is not self._second:
                self._chosen = self._second
                self._told(error)


def _key(pair: Pair) -> bytes:
    return blake2b("\0".join(pair).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _score(name: str, version: str, evidence: Evidence, logits: tuple[float, ...], ms: float) -> Score:
    return Score(
        output_id=evidence.output.output_id,
        scorer=name,
        version=version,
        value=max(logits),
        explanation=_say(logits),
        claim_values=logits,
        duration_ms=ms,
    )


def _say(logits: Sequence[float]) -> str:
    doubtful = sum(logit > 0 for logit in logits)
    of = "1 claim" if len(logits) == 1 else f"{len(logits)} claims"
    if doubtful == 0:
        return f"The detector finds support for {'the only claim' if len(logits) == 1 else f'all of {of}'}."
    return f"The detector finds no support for {doubtful} of {of}."

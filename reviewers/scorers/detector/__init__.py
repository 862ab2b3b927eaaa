"""The grounding detector that ships with the project: an adapter on the packaged SmolLM2, and what reads with it."""

from reviewers.scorers.detector.opening import graph_or_torch, graph_state
from reviewers.scorers.detector.reading import ADAPTER, PackedReader
from reviewers.scorers.detector.scorer import GroundingDetector, WithFallback
from reviewers.scorers.detector.torch_engine import TorchEngine
from reviewers.scorers.detector.words import WithWords, words_weight

__all__ = [
    "ADAPTER",
    "GroundingDetector",
    "PackedReader",
    "TorchEngine",
    "WithFallback",
    "WithWords",
    "graph_or_torch",
    "graph_state",
    "words_weight",
]

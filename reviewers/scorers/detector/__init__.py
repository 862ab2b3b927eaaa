"""The grounding detector that ships with the project: an adapter on the packaged SmolLM2, and what reads with it."""

from reviewers.scorers.detector.reading import ADAPTER, PackedReader
from reviewers.scorers.detector.scorer import GroundingDetector, WithFallback

__all__ = ["ADAPTER", "GroundingDetector", "PackedReader", "WithFallback"]

"""The repository of `MemoryStore` for what is computed once of each output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from reviewers.errors import UnknownOutput
from reviewers.model.features import FeatureBlock, OutputFeatures
from tests.memory_queues import Repository
from tests.memory_selection import is_known
from tests.memory_state import in_utc

AT_ONCE = 3  # so that a test with few outputs meets several blocks


class MemoryFeatures(Repository):
    """Implements `reviewers.ports.Features`."""

    def add(self, features: Sequence[OutputFeatures]) -> None:
        for one in features:
            if one.output_id not in self._own.outputs:
                raise UnknownOutput(one.output_id)
            self._own.features.setdefault(one.output_id, in_utc(one))

    def blocks(
        self, since: datetime, until: datetime, *, route: str, as_of: datetime | None = None
    ) -> Iterator[FeatureBlock]:
        in_route = (one for one in self._state.decisions.values() if one.route == route and one.stratum is not None)
        decided = [one for one in in_route if since <= one.decided_at < until and not is_known(self._state, one)]
        decided.sort(key=lambda one: (one.decided_at, one.output_id))
        kept = (self._state.features[one.output_id] for one in decided if one.output_id in self._state.features)
        found = [one for one in kept if as_of is None or one.made_at <= as_of]
        for _, same in groupby(found, key=lambda one: (one.embedder, _width(one))):
            run = list(same)
            yield from (_block(run[start : start + AT_ONCE]) for start in range(0, len(run), AT_ONCE))

    def questions(self, output_ids: Sequence[str]) -> dict[str, str]:
        outputs = self._state.outputs
        return {output_id: outputs[output_id].question for output_id in output_ids if output_id in outputs}


def _width(one: OutputFeatures) -> int:
    return next((vector.size for vector in (one.question, one.answer) if vector is not None), 0)


def _block(found: Sequence[OutputFeatures]) -> FeatureBlock:
    wide, embedders = _width(found[0]), (found[0].embedder,)
    return FeatureBlock(
        output_ids=tuple(one.output_id for one in found),
        embedder=np.zeros(len(found), dtype=np.int32),
        embedders=embedders,
        question=_matrix([one.question for one in found], wide),
        answer=_matrix([one.answer for one in found], wide),
        language=tuple(one.language for one in found),
        refusal=np.array([one.refusal for one in found], dtype=np.bool_),
        citation_missing=np.array([one.citation_missing for one in found], dtype=np.float64),
        similarity=np.array([one.similarity for one in found], dtype=np.float64),
    )


def _matrix(vectors: Sequence[NDArray[np.float16] | None], wide: int) -> NDArray[np.float32]:
    empty = np.full(wide, np.nan, dtype=np.float32)
    rows = [empty if vector is None else vector.astype(np.float32) for vector in vectors]
    return np.array(rows, dtype=np.float32).reshape(len(vectors), wide)

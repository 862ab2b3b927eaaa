"""The outputs of a period in one order, however a store gave them: sums then come to the same last digit each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reviewers.model import PeriodOutputs

Codes = NDArray[np.int32]


def steady(outputs: PeriodOutputs) -> PeriodOutputs:
    """The same outputs by time, names by the alphabet; what is alike in every column is exchangeable."""
    task = np.full(len(outputs), "", dtype=object)
    task[outputs.reviewed] = outputs.task_ids
    strata, stratum = _named(outputs.strata, outputs.stratum)
    routes, route = _named(outputs.routes, outputs.route)
    slices, slice_ = _named(outputs.slices, outputs.slice)
    models, model = _named(outputs.models, outputs.model)
    of_task = np.unique(task.astype(str), return_inverse=True)[1] if len(outputs) else np.zeros(0, np.int64)
    columns = (of_task, outputs.cluster, stratum, route, slice_, model, outputs.chance, outputs.risk)
    order = np.lexsort((*columns, outputs.decided_at))
    place = np.empty(len(outputs), np.intp)
    place[order] = np.arange(len(outputs))
    reviewed = place[outputs.reviewed]
    ascending = np.argsort(reviewed)
    return replace(
        outputs,
        decided_at=outputs.decided_at[order],
        risk=outputs.risk[order],
        chance=outputs.chance[order],
        cluster=outputs.cluster[order],
        stratum=stratum[order],
        route=route[order],
        slice=slice_[order],
        model=model[order],
        strata=strata,
        routes=routes,
        slices=slices,
        models=models,
        reviewed=reviewed[ascending],
        wrong=outputs.wrong[ascending],
        task_ids=tuple(outputs.task_ids[at] for at in ascending),
    )


def _named(names: tuple[str, ...], codes: Codes) -> tuple[tuple[str, ...], Codes]:
    """The names in order, and the codes that then stand for them."""
    order = sorted(range(len(names)), key=lambda at: names[at])
    fresh = np.zeros(len(names), np.int32)
    fresh[order] = np.arange(len(names), dtype=np.int32)
    return tuple(names[at] for at in order), fresh[codes] if len(names) else codes

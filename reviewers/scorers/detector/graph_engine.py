"""Runs the detector's exported graph with onnxruntime."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from reviewers.decisions.prefix_packing import Shared
from reviewers.scorers.conversion import Broken


class GraphEngine:
    """A graph of the model with its adapter."""

    def __init__(self, file: Path, form: str = "", *, threads: int = 0) -> None:
        """Load it; the version will say `form`. `threads` 0: as many as there are cores for this process.

        Raises Broken where it cannot be run.
        """
        import onnxruntime

        self.form = form

        options = onnxruntime.SessionOptions()
        # Said as a number, because the runtime ties the threads that it counts itself to cores.
        options.intra_op_num_threads = threads or _cores()
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # between passes others need the cores
        options.log_severity_level = 4  # what goes wrong is raised, and told once
        try:
            self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's errors have no base of their own
            raise Broken(f"The detector's graph cannot be loaded: {type(error).__name__}.") from error

    def read(self, row: Shared) -> list[float]:
        """The logit at the end of each sequence."""
        inputs = {"ids": row.ids, "positions": row.positions, "sees": row.sees, "ends": row.ends}
        (logits,) = self._session.run(["logits"], inputs)
        return [float(logit) for logit in np.asarray(logits)]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

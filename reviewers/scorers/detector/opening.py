"""Opens the detector's model as a graph where that says what torch says, and with torch where not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reviewers.errors import Unavailable
from reviewers.scorers.conversion import Broken, kept
from reviewers.scorers.detector.export import GRAPH, TOLERANCES, Record, differs, export, graph_folder, read_record
from reviewers.scorers.detector.graph_engine import GraphEngine
from reviewers.scorers.detector.reading import Engine
from reviewers.scorers.detector.torch_engine import TorchEngine


def graph_or_torch(told: Callable[[Exception], None], *, threads: int = 0) -> Callable[[Path, Path], Engine]:
    """Opens a model with its adapter as a graph, exporting it first if need be; with torch where that cannot be.

    `told` hears why. `threads` 0: as many as there are cores for this process.
    """

    def opened(model: Path, adapter: Path) -> Engine:
        try:
            return open_graph(model, adapter, threads=threads)
        except (ImportError, Unavailable) as error:
            told(error)
            return TorchEngine(model, adapter)

    return opened


def open_graph(model: Path, adapter: Path, *, threads: int = 0) -> GraphEngine:
    """The graph of a model with its adapter, exported if need be, which is checked anew with every opening.

    A file that was cut short, and a processor on which it comes to something else, show here. Raises Unavailable for a
    graph that differs from torch or cannot be written, ImportError where a package is missing.
    """

    def opened(folder: Path) -> GraphEngine:
        record = read_record(folder)
        if not record.form:
            raise Unavailable(say_difference(record))
        engine = GraphEngine(folder / GRAPH, record.form, threads=threads)
        if not differs(engine, record.sequences, record.logits) <= TOLERANCES[record.form]:
            raise Broken("The detector's graph no longer says what it said when it was exported.")
        return engine

    return kept(graph_folder(model, adapter), opened, lambda folder: export(model, adapter, folder))


def graph_state(model: Path, adapter: Path) -> str:
    """What reads with this model and adapter, in a sentence. Raises Broken for a record that cannot be read."""
    try:
        return say_difference(read_record(graph_folder(model, adapter)))
    except FileNotFoundError:
        return "no graph was exported yet: whetstone models prepare (else the first worker does)"


def say_difference(record: Record) -> str:
    """A record in one sentence."""
    allowed = TOLERANCES[record.form] if record.form else max(TOLERANCES.values())
    found = f"its logits differ from torch's by up to {record.difference:.1g}, {allowed:g} is allowed"
    return f"a graph in {record.form} reads: {found}" if record.form else f"torch reads, not the graph: {found}"

"""Writes the detector's graph beside the converted model, with what torch says to a few fixed claims.

The folder holds the graph, its weights in a file of their own (the runtime maps them), and a record of the check. A
graph that differs from torch is thrown away, and the record that stays says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reviewers.decisions.prefix_packing import Tokens, share
from reviewers.scorers.conversion import Broken
from reviewers.scorers.detector.graph import Array, Shape, Weights, build
from reviewers.scorers.detector.graph_engine import GraphEngine
from reviewers.scorers.detector.reading import adapter_version, question, tokenizer_of
from reviewers.scorers.detector.torch_engine import TorchEngine

if TYPE_CHECKING:
    from onnx import TensorProto

GRAPH, WEIGHTS, RECORD = "graph.onnx", "graph.weights", "record.json"
TOLERANCE = 1e-3  # logits; our choice: rounding comes to 2e-5, and a risk moves by less than 0.0003
CHECKS = (  # two claims on one passage, one on another, and one that fills all positions
    ("The bakery opened in 1998. It is closed on Mondays.", "The bakery opened in 1998."),
    ("The bakery opened in 1998. It is closed on Mondays.", "The bakery is open every day, and always was."),
    ("Rain fell for three days.", "It snowed."),
    ("The road was closed because of the flood. " * 40, "Nobody could drive to the town for a whole week. " * 20),
)
_FORM = "float32-1"  # raise it with any change of the graph: it is then exported anew
_PAGE = 4096  # bytes: weights begin where a page of memory does


class Record(NamedTuple):
    """How an exported graph was checked."""

    sequences: tuple[Tokens, ...]  # the fixed claims
    logits: tuple[float, ...]  # torch's
    difference: float  # the largest between torch's logits and the graph's


def graph_folder(model: Path, adapter: Path) -> Path:
    """Where the graph of this model and adapter lies, or would."""
    key = f"{_FORM}:{model.name}:{adapter_version(adapter)}"
    return model.with_name(f"grounding-{hashlib.sha256(key.encode()).hexdigest()[:12]}")


def read_record(folder: Path) -> Record:
    """The record of the check. Raises FileNotFoundError without one, and Broken for one that cannot be read."""
    try:
        read = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        sequences = tuple(tuple(int(token) for token in sequence) for sequence in read["sequences"])
        return Record(sequences, tuple(map(float, read["logits"])), float(read["difference"]))
    except (ValueError, TypeError, KeyError) as error:
        raise Broken("The record of the detector's graph cannot be read.") from error


def export(model: Path, adapter: Path, folder: Path) -> None:
    """Write graph, weights and record into an empty folder. Raises ImportError without onnx, onnxruntime or torch."""
    write_graph(model, adapter, folder)
    tokenizer = tokenizer_of(model)
    sequences = tuple(question(tokenizer, pair) for pair in CHECKS)
    torchs = TorchEngine(model, adapter).read(share(sequences))
    difference = differs(GraphEngine(folder / GRAPH), sequences, torchs)
    if not difference <= TOLERANCE:  # so that NaN counts as well
        for file in (GRAPH, WEIGHTS):
            (folder / file).unlink()
    record = Record(sequences, tuple(torchs), difference)
    (folder / RECORD).write_text(json.dumps(record._asdict()), encoding="utf-8")


def differs(engine: GraphEngine, sequences: Sequence[Tokens], logits: Sequence[float]) -> float:
    """The largest difference of a graph's logits from these."""
    return float(np.max(np.abs(np.subtract(engine.read(share(sequences)), logits))))


def write_graph(model: Path, adapter: Path, folder: Path) -> None:
    """Graph and weights, one matrix in memory at a time."""
    from safetensors import safe_open

    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    rank = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    with (
        safe_open(model / "model.safetensors", "numpy") as plain,
        safe_open(adapter / "adapter_model.safetensors", "numpy") as added,
        safe_open(adapter / "head.safetensors", "numpy") as head,
        (folder / WEIGHTS).open("xb") as file,
    ):
        known = set(added.keys())

        def matrix(name: str) -> Array:
            found: Array = plain.get_tensor(f"model.{name}.weight")
            down = f"base_model.model.model.{name}.lora_A.weight"
            if down in known:
                up = added.get_tensor(down.replace("lora_A", "lora_B")).astype(np.float32)
                by = np.float32(rank["lora_alpha"] / rank["r"])
                found = found + up @ added.get_tensor(down).astype(np.float32) * by
            return found

        def keep(name: str, array: Array) -> TensorProto:
            file.seek(-(-file.tell() // _PAGE) * _PAGE)
            begin = file.tell()
            array.tofile(file)
            return _outside(name, array.shape, begin, array.nbytes)

        weights = Weights(
            matrix=matrix,
            head=head.get_tensor("weight").astype(np.float32),
            bias=head.get_tensor("bias").astype(np.float32),
        )
        graph = build(_shape(config), weights, keep)
    (folder / GRAPH).write_bytes(graph.SerializeToString())


def _outside(name: str, sizes: tuple[int, ...], begin: int, length: int) -> TensorProto:
    """A constant that lies in the file of weights."""
    from onnx import TensorProto

    outside = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=sizes, data_location=TensorProto.EXTERNAL)
    for key, value in {"location": WEIGHTS, "offset": str(begin), "length": str(length)}.items():
        outside.external_data.add(key=key, value=value)
    return outside


def _shape(config: dict[str, Any]) -> Shape:
    heads = config["num_attention_heads"]
    rotary = config.get("rope_parameters") or config
    return Shape(
        layers=config["num_hidden_layers"],
        heads=heads,
        shared_heads=config["num_key_value_heads"],
        width=config.get("head_dim") or config["hidden_size"] // heads,
        epsilon=config["rms_norm_eps"],
        base=rotary["rope_theta"],
    )

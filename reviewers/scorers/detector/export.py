"""Writes the detector's graph beside the converted model, with what torch says to a few fixed claims.

The folder holds the graph, its weights in a file of their own (the runtime maps them), and a record of the check. The
faster of two forms is tried first; a graph that differs from torch by more than its form may is thrown away, and where
none is left the record says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reviewers.decisions.prefix_packing import Tokens, share
from reviewers.errors import Unavailable
from reviewers.scorers.conversion import Broken
from reviewers.scorers.detector.graph import Array, InInt8, Kept, Shape, Weights, build
from reviewers.scorers.detector.graph_engine import GraphEngine
from reviewers.scorers.detector.reading import adapter_version, question, tokenizer_of
from reviewers.scorers.detector.torch_engine import TorchEngine

if TYPE_CHECKING:
    from onnx import TensorProto

GRAPH, WEIGHTS, RECORD = "graph.onnx", "graph.weights", "record.json"
INT8, FLOAT32 = "int8", "float32"
TOLERANCES = {  # logits, by form, the faster form first
    INT8: 0.3,  # our choice: the fixed claims come to 0.12; the AUROC of 283 outputs moves by 0.002
    FLOAT32: 1e-3,  # our choice: rounding comes to 2e-5
}
ATTENTION, NETWORK = "input_layernorm", "post_attention_layernorm"  # the norms that a layer's two parts read
FLOAT_ATTENTION = 1 / 3  # measured: rounding these too adds a third to the error and saves 4 % of the time
INT8_GIVING = (0.4, 0.94)  # measured: below and above a layer's error is several times as large
CHECKS = (  # several claims on one passage, some on others, and a long one
    ("The bakery opened in 1998. It is closed on Mondays.", "The bakery opened in 1998."),
    ("The bakery opened in 1998. It is closed on Mondays.", "The bakery opened in 1989, said its owner."),
    ("The bakery opened in 1998. It is closed on Mondays.", "The bakery is open every day, and always was."),
    ("Rain fell for three days, and the river rose by two metres.", "It snowed."),
    ("Rain fell for three days, and the river rose by two metres.", "The river rose by 2 m after three days of rain."),
    ("A withdrawal abroad costs € 3.50. Your daily limit is € 500.", "Withdrawing cash in Norway is free of charge."),
    ("A withdrawal abroad costs € 3.50. Your daily limit is € 500.", "You can take out up to € 500 a day."),
    ("The road was closed because of the flood. " * 40, "Nobody could drive to the town for a whole week. " * 20),
)
CHECK_TOKENS = 380  # of the long one's passage: as most evidence has at most
_FORM = "graph-2"  # raise it with any change of the graph: it is then exported anew
_PAGE = 4096  # bytes: weights begin where a page of memory does


class Record(NamedTuple):
    """How an exported graph was checked."""

    form: str  # of TOLERANCES; empty where none was faithful
    sequences: tuple[Tokens, ...]  # the fixed claims
    logits: tuple[float, ...]  # torch's
    difference: float  # the largest between torch's logits and the graph's; of the last form where none was faithful


def graph_folder(model: Path, adapter: Path) -> Path:
    """Where the graph of this model and adapter lies, or would."""
    key = f"{_FORM}:{model.name}:{adapter_version(adapter)}"
    return model.with_name(f"grounding-{hashlib.sha256(key.encode()).hexdigest()[:12]}")


def read_record(folder: Path) -> Record:
    """The record of the check. Raises FileNotFoundError without one, and Broken for one that cannot be read."""
    try:
        read = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        sequences = tuple(tuple(int(token) for token in sequence) for sequence in read["sequences"])
        if read["form"] not in ("", *TOLERANCES):
            raise Broken(f"The record of the detector's graph names an unknown form: {read['form']!r}.")
        return Record(read["form"], sequences, tuple(map(float, read["logits"])), float(read["difference"]))
    except (ValueError, TypeError, KeyError) as error:
        raise Broken("The record of the detector's graph cannot be read.") from error


def export(model: Path, adapter: Path, folder: Path) -> None:
    """Write graph, weights and record into an empty folder.

    Raises ImportError without onnx, onnxruntime or torch, and Unavailable for a model that is no Llama.
    """
    tokenizer = tokenizer_of(model)
    sequences = tuple(question(tokenizer, pair, longest=CHECK_TOKENS) for pair in CHECKS)
    logits, sizes = _torchs(model, adapter, sequences)
    record = Record("", sequences, logits, float("inf"))
    for form, allowed in TOLERANCES.items():
        write_graph(model, adapter, folder, in_int8(sizes) if form == INT8 else InInt8())
        difference = differs(GraphEngine(folder / GRAPH), sequences, logits)
        record = record._replace(difference=difference)
        if difference <= allowed:  # not a number is not
            record = record._replace(form=form)
            break
        for file in (GRAPH, WEIGHTS):
            (folder / file).unlink()
    (folder / RECORD).write_text(json.dumps(record._asdict()), encoding="utf-8")


def _torchs(model: Path, adapter: Path, sequences: tuple[Tokens, ...]) -> tuple[tuple[float, ...], dict[str, Array]]:
    """Torch's logits, and how large what its norms give is; its model is gone when this returns."""
    engine, row = TorchEngine(model, adapter), share(sequences)
    return tuple(engine.read(row)), engine.sizes(row)


def in_int8(sizes: Mapping[str, Array]) -> InInt8:
    """What of a model with norms of these sizes is put in int8.

    What attention gives and what the networks are given everywhere; what attention is given but in the lowest and last
    layers; what the networks give in between. The last layer asks for the ends of the sequences only, quick as it is.
    """
    layers = sum(name.endswith(NETWORK) for name in sizes)
    attending = range(round(FLOAT_ATTENTION * layers), layers - 1)
    giving = range(*(round(share * layers) for share in INT8_GIVING))
    norms = {f"layers.{one}.{NETWORK}" for one in range(layers)} | {f"layers.{one}.{ATTENTION}" for one in attending}
    return InInt8(
        {name: sizes[name] for name in sorted(norms)},
        frozenset(f"layers.{one}.self_attn.o_proj" for one in range(layers))
        | frozenset(f"layers.{one}.mlp.down_proj" for one in giving),
    )


def differs(engine: GraphEngine, sequences: Sequence[Tokens], logits: Sequence[float]) -> float:
    """The largest difference of a graph's logits from these."""
    return float(np.max(np.abs(np.subtract(engine.read(share(sequences)), logits))))


def write_graph(model: Path, adapter: Path, folder: Path, int8: InInt8) -> None:
    """Graph and weights, few matrices in memory at a time."""
    from safetensors import SafetensorError, safe_open

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

        def keep(name: str, array: Kept) -> TensorProto:
            file.seek(-(-file.tell() // _PAGE) * _PAGE)
            begin = file.tell()
            array.tofile(file)
            return _outside(name, array, begin)

        weights = Weights(
            matrix=matrix,
            head=head.get_tensor("weight").astype(np.float32),
            bias=head.get_tensor("bias").astype(np.float32),
            int8=int8,
        )
        try:
            graph = build(_shape(config), weights, keep)
        except (KeyError, SafetensorError) as error:
            raise Unavailable("The detector's model is no Llama: there is no graph of it.") from error
    (folder / GRAPH).write_bytes(graph.SerializeToString())


def _outside(name: str, array: Kept, begin: int) -> TensorProto:
    """A constant that lies in the file of weights."""
    from onnx import TensorProto

    kind = TensorProto.INT8 if array.dtype == np.int8 else TensorProto.FLOAT
    outside = TensorProto(name=name, data_type=kind, dims=array.shape, data_location=TensorProto.EXTERNAL)
    for key, value in {"location": WEIGHTS, "offset": str(begin), "length": str(array.nbytes)}.items():
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

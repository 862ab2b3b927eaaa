"""Builds the detector's graph: the Llama model (Touvron et al. 2023, section 2.2) for one row of shared sequences.

Compared with the model that it is made from it leaves away what nobody reads: the output matrix, and in the last layer
all places but the ends of the sequences. Where it is told how large the inputs are, it multiplies in int8 what stands
that well: what reads a norm it is told of, and matrices it is told of. Only standard operators are used (opset 23).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from reviewers.scorers.detector.rounding import STEPS, evened, rounded

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

Array = npt.NDArray[np.float32]
Kept = npt.NDArray[np.float32] | npt.NDArray[np.int8]  # what is put away
OPSET, IR = 23, 11  # the first with RMSNormalization, and the form of file that came with it
FLOAT, BYTE = 1, 2  # ONNX's numbers for float32 and for bytes without a sign
MIDDLE = 128  # of a byte without a sign, which inputs in int8 are given as
TINY = 1e-9  # what the largest number of an input counts as at least: one of zeros has steps as well
UNSEEN = np.float32(-1e9)  # added before the softmax: its exponential is 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The sizes of a Llama model."""

    layers: int
    heads: int  # of queries
    shared_heads: int  # of keys and values; each serves heads / shared_heads query heads
    width: int  # of a head
    epsilon: float  # added to the mean square before its root
    base: float  # of the rotary angles


class InInt8(NamedTuple):
    """What is multiplied in int8; nothing by default."""

    sizes: Mapping[str, Array] = MappingProxyType({})  # of the outputs, by norm whose readers are
    others: Collection[str] = ()  # matrices that read no norm


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """The weights of a Llama model and of the detector's head."""

    matrix: Callable[[str], Array]  # by its name in the model without "model." and ".weight": out × in, or one row
    head: Array  # 1 × width of the model
    bias: Array  # one number
    int8: InInt8


class _Places(NamedTuple):
    """What is the same in every layer."""

    cos: str  # places × 1 × width / 2
    sin: str
    unseen: str  # places × places, to be added before the softmax


class _Input(NamedTuple):
    """What matrices are multiplied with, a place a row."""

    numbers: str  # as they are, or bytes around their middle
    step: str = ""  # of each place's bytes
    factors: Array | None = None  # what each channel was divided by; None: nothing

    def at(self, made: _Builder, places: str) -> _Input:
        """At some of the places."""
        step = self.step and made.add("Gather", self.step, places)
        return self._replace(numbers=made.add("Gather", self.numbers, places), step=step)


class _Builder:
    """Nodes and constants in the order in which they are asked for."""

    def __init__(self, keep: Callable[[str, Kept], TensorProto]) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._keep, self._named = keep, 0

    def weight(self, array: Kept) -> str:
        """A large constant."""
        name = self._name()
        self.constants.append(self._keep(name, array.copy(order="C")))
        return name

    def small(self, value: Any, kind: Any = np.int64) -> str:
        """A constant of a few numbers, kept in the graph itself."""
        from onnx import numpy_helper

        name = self._name()
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=kind), name))
        return name

    def add(self, operator: str, *inputs: str, **settings: Any) -> str:
        """A node with one output, whose name is returned."""
        return self.several(operator, 1, *inputs, **settings)[0]

    def several(self, operator: str, count: int, *inputs: str, **settings: Any) -> list[str]:
        """A node with several outputs."""
        from onnx import helper

        outputs = [self._name() for _ in range(count)]
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, **settings))
        return outputs

    def product(self, given: _Input, matrix: Array) -> str:
        """The product with a matrix of out × in, which is rounded here if the input is."""
        if not given.step:
            return self.add("MatMul", given.numbers, self.weight(matrix.T))
        whole, steps = rounded(matrix if given.factors is None else matrix * given.factors)
        product = self.add("MatMulInteger", given.numbers, self.weight(whole.T), self.small(MIDDLE, np.uint8))
        unscaled = self.add("Mul", self.add("Cast", product, to=FLOAT), given.step)
        return self.add("Mul", unscaled, self.small(steps, np.float32))

    def scaled_bytes(self, inputs: str) -> tuple[str, str]:
        """Inputs as bytes around their middle, and the step of each place."""
        largest = self.add("ReduceMax", self.add("Abs", inputs), self.small([-1]), keepdims=1)
        floor = self.add("Max", largest, self.small(TINY, np.float32))
        step = self.add("Mul", floor, self.small(1 / STEPS, np.float32))
        whole = self.add("Round", self.add("Div", inputs, step))
        return self.add("Cast", self.add("Add", whole, self.small(MIDDLE, np.float32)), to=BYTE), step

    def _name(self) -> str:
        self._named += 1
        return f"n{self._named}"


def build(shape: Shape, weights: Weights, keep: Callable[[str, Kept], TensorProto]) -> ModelProto:
    """The graph from `ids`, `positions`, `sees` and `ends` (as in `prefix_packing.Shared`) to `logits`, one an end.

    `keep(name, array)` puts a weight away and gives the constant that stands for it: half a gigabyte of them need not
    be in memory together.
    """
    from onnx import TensorProto, helper

    made = _Builder(keep)
    hidden = made.add("Gather", made.weight(weights.matrix("embed_tokens")), "ids")
    places = _places(made, shape)
    for number in range(shape.layers):
        hidden = _layer(made, shape, weights, places, number, hidden)
    answers = made.product(_Input(_scaled(made, shape, weights.matrix("norm"), hidden)), weights.head)
    read = made.add("Add", answers, made.small(weights.bias, np.float32))
    logits = made.add("Squeeze", read, made.small([1]))
    made.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    whole, flag = TensorProto.INT64, TensorProto.BOOL
    inputs = [
        helper.make_tensor_value_info(name, kind, sizes)
        for name, kind, sizes in (
            ("ids", whole, ["places"]), ("positions", whole, ["places"]),
            ("sees", flag, ["places", "places"]), ("ends", whole, ["sequences"]),
        )
    ]  # fmt: skip
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["sequences"])]
    graph = helper.make_graph(made.nodes, "grounding", inputs, outputs, made.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)


def _places(made: _Builder, shape: Shape) -> _Places:
    """The rotary angles of each place (Su et al. 2021, section 3.4.2), and what it does not see."""
    turns = (1.0 / shape.base ** (np.arange(0, shape.width, 2) / shape.width)).astype(np.float32)
    positions = made.add("Cast", "positions", to=FLOAT)
    angles = made.add("Mul", made.add("Unsqueeze", positions, made.small([1, 2])), made.small(turns, np.float32))
    unseen = made.add("Where", "sees", made.small(0, np.float32), made.small(UNSEEN, np.float32))
    return _Places(made.add("Cos", angles), made.add("Sin", angles), unseen)


def _layer(made: _Builder, shape: Shape, weights: Weights, places: _Places, number: int, hidden: str) -> str:
    """One layer; the last one of the ends of the sequences only."""
    name = f"layers.{number}."
    query, key, value = (weights.matrix(f"{name}self_attn.{one}_proj") for one in "qkv")
    scaled, both = query * np.float32(shape.width**-0.5), np.concatenate([key, value])
    read = _normed(made, shape, weights, f"{name}input_layernorm", hidden, scaled, both)
    asking, asked = read, places
    if number == shape.layers - 1:
        hidden, asking = made.add("Gather", hidden, "ends"), read.at(made, "ends")
        asked = _Places(*(made.add("Gather", one, "ends") for one in places))
    # Keys and values are one product: apart they are small, and each call costs.
    attended = _attention(made, shape, made.product(asking, scaled), asked, made.product(read, both), places)
    hidden = made.add("Add", hidden, _projected(made, weights, f"{name}self_attn.o_proj", attended))
    gate, up = (weights.matrix(f"{name}mlp.{one}_proj") for one in ("gate", "up"))
    read = _normed(made, shape, weights, f"{name}post_attention_layernorm", hidden, gate, up)
    opened = made.product(read, gate)
    inner = made.add("Mul", made.add("Mul", opened, made.add("Sigmoid", opened)), made.product(read, up))
    return made.add("Add", hidden, _projected(made, weights, f"{name}mlp.down_proj", inner))


def _projected(made: _Builder, weights: Weights, name: str, given: str) -> str:
    """The product with a matrix that reads no norm, in int8 where that is wanted."""
    read = _Input(*made.scaled_bytes(given)) if name in weights.int8.others else _Input(given)
    return made.product(read, weights.matrix(name))


def _normed(made: _Builder, shape: Shape, weights: Weights, name: str, hidden: str, *matrices: Array) -> _Input:
    """A norm's output, for these matrices: in int8 where its sizes are known."""
    scale = weights.matrix(name)
    if name not in weights.int8.sizes:
        return _Input(_scaled(made, shape, scale, hidden))
    factors = evened(weights.int8.sizes[name], *matrices)
    return _Input(*made.scaled_bytes(_scaled(made, shape, scale / factors, hidden)), factors)


def _attention(made: _Builder, shape: Shape, queries: str, asked: _Places, content: str, places: _Places) -> str:
    """Attention with shared keys and values (Ainslie et al. 2023): what each asking place takes from those it sees."""

    def heads(of: str, count: int) -> str:
        return made.add("Reshape", of, made.small([0, count, shape.width]))

    groups, each = shape.shared_heads, shape.heads // shape.shared_heads
    queries = _turned(made, heads(queries, shape.heads), asked)
    keys, values = made.several("Split", 2, heads(content, 2 * groups), axis=1, num_outputs=2)
    keys = made.add("Transpose", _turned(made, keys, places), perm=[1, 2, 0])
    values = made.add("Transpose", values, perm=[1, 0, 2])
    grouped = made.add("Reshape", queries, made.small([0, groups, each, shape.width]))
    grouped = made.add("Transpose", grouped, perm=[1, 2, 0, 3])  # groups × each × asking × width
    one = made.small([1])
    likeness = made.add("MatMul", grouped, made.add("Unsqueeze", keys, one))
    shares = made.add("Softmax", made.add("Add", likeness, asked.unseen), axis=-1)
    taken = made.add("MatMul", shares, made.add("Unsqueeze", values, one))
    beside = made.add("Transpose", taken, perm=[2, 0, 1, 3])
    return made.add("Reshape", beside, made.small([0, shape.heads * shape.width]))


def _turned(made: _Builder, heads: str, places: _Places) -> str:
    """Each head's halves turned against each other by the angles of its place."""
    first, second = made.several("Split", 2, heads, axis=-1, num_outputs=2)

    def mixed(operator: str, one: str, other: str) -> str:
        return made.add(operator, made.add("Mul", one, places.cos), made.add("Mul", other, places.sin))

    return made.add("Concat", mixed("Sub", first, second), mixed("Add", second, first), axis=-1)


def _scaled(made: _Builder, shape: Shape, scale: Array, inputs: str) -> str:
    """RMSNorm (Zhang and Sennrich 2019, equation 4)."""
    return made.add("RMSNormalization", inputs, made.small(scale, np.float32), axis=-1, epsilon=shape.epsilon)

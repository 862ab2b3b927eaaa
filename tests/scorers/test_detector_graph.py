"""The detector's exported graph: torch's logits, one export for all, and torch where the graph cannot be had."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from reviewers.decisions.prefix_packing import Tokens, rows, share
from reviewers.errors import Unavailable
from reviewers.scorers.conversion import Broken
from reviewers.scorers.detector import PackedReader, TorchEngine, graph_or_torch, graph_state
from reviewers.scorers.detector.export import (
    CHECK_TOKENS,
    CHECKS,
    FLOAT32,
    GRAPH,
    INT8,
    RECORD,
    TOLERANCES,
    WEIGHTS,
    graph_folder,
    in_int8,
    read_record,
    write_graph,
)
from reviewers.scorers.detector.graph import Array, InInt8
from reviewers.scorers.detector.graph_engine import GraphEngine
from reviewers.scorers.detector.opening import open_graph
from tests.trainers.tiny import tiny_llama

pytestmark = pytest.mark.models

PAIRS = [
    ("The ball is red.", "The ball is blue."),
    ("The ball is red. It is Anna's, and she plays with it every day.", "The ball is Anna's."),
    *(("The ball is red.", f"The ball is red, said number {number}.") for number in range(30)),
    ("red " * 300, "blue " * 200),
]
SEQUENCES: list[Tokens] = [(5, 6, 7), (5, 6, 8, 9), (5, 6), (40, 41, 42, 43, 44), tuple(range(100, 200))]


def tiny_adapter(folder: Path, layers: tuple[int, ...] = (1, 2)) -> Path:
    """Random weights on some of three layers and a random head, in the form in which the shipped adapter lies."""
    from safetensors.numpy import save_file

    random = np.random.default_rng(3)
    sizes = {"self_attn.q_proj": (32, 32), "self_attn.k_proj": (32, 16), "self_attn.v_proj": (32, 16)}
    sizes |= {"self_attn.o_proj": (32, 32), "mlp.gate_proj": (32, 48), "mlp.down_proj": (48, 32)}
    weights = {}
    for layer in layers:
        for name, (into, out) in sizes.items():
            start = f"base_model.model.model.layers.{layer}.{name}"
            weights[f"{start}.lora_A.weight"] = random.normal(0, 0.3, (4, into)).astype(np.float16)
            weights[f"{start}.lora_B.weight"] = random.normal(0, 0.3, (out, 4)).astype(np.float16)
    head = {"weight": random.normal(0, 1, (1, 32)).astype(np.float32), "bias": np.array([0.25], dtype=np.float32)}
    folder.mkdir(parents=True)
    save_file(weights, folder / "adapter_model.safetensors")
    save_file(head, folder / "head.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": 4, "lora_alpha": 8}), encoding="utf-8")
    hashes = {
        field: hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for file, field in (("adapter_model.safetensors", "adapter_sha256"), ("head.safetensors", "head_sha256"))
    }
    (folder / "manifest.json").write_text(json.dumps(hashes), encoding="utf-8")
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tiny_llama(tmp_path / "models" / "tiny")


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return tiny_adapter(tmp_path / "adapter")


def turn_slower(model: Path) -> None:
    """Stretch the rotary angles: torch heeds that setting, the graph does not know it."""
    file = model / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config["rope_parameters"] = {"rope_type": "linear", "factor": 8.0, "rope_theta": 10000.0}
    file.write_text(json.dumps(config), encoding="utf-8")


def set_outliers(model: Path) -> None:
    """Pairs of rows with the same large weight, which cancels out behind them: int8 is too coarse for the rest."""
    from safetensors.numpy import load_file, save_file

    file = model / "model.safetensors"
    weights = load_file(file)
    for layer in (1, 2):
        gate, up, down = (weights[f"model.layers.{layer}.mlp.{one}_proj.weight"] for one in ("gate", "up", "down"))
        for row in range(0, 48, 2):
            up[[row, row + 1], row % 32] = 200.0
            gate[row + 1], down[:, row + 1] = gate[row], -down[:, row]
    save_file(weights, file, metadata={"format": "pt"})


def written(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}


def in_float32(model: Path, adapter: Path) -> GraphEngine:
    """The graph without any rounding."""
    folder = adapter.parent / "float32"
    folder.mkdir()
    write_graph(model, adapter, folder, InInt8())
    return GraphEngine(folder / GRAPH, FLOAT32, threads=1)


def test_the_graph_in_float32_has_the_logits_of_torch(model: Path, adapter: Path) -> None:
    """Branches, a sequence inside another, one that stands alone, and many rows of a reader."""
    graph, torchs = in_float32(model, adapter), TorchEngine(model, adapter)
    assert graph.read(share(SEQUENCES)) == pytest.approx(torchs.read(share(SEQUENCES)), abs=1e-4)
    on_graph = PackedReader(model, adapter, engine=lambda *_: graph).logits(PAIRS)
    on_torch = PackedReader(model, adapter, engine=lambda *_: torchs).logits(PAIRS)
    assert on_graph == pytest.approx(on_torch, abs=1e-4)
    assert len({round(logit, 2) for logit in on_graph}) > 5  # they are not all the same


def test_the_graph_in_int8_rounds_as_it_is_told_and_nothing_else(model: Path, adapter: Path) -> None:
    """Beside torch with the same products rounded by code of this test; every product that can be, is."""
    if not exact_in_int8():
        pytest.skip("this processor's products of bytes saturate; there the graph's own check decides")
    torchs = TorchEngine(model, adapter)
    plain = torchs.read(share(SEQUENCES))
    sizes = torchs.sizes(share(SEQUENCES))
    others = frozenset(f"layers.{layer}.{part}" for layer in range(3) for part in ("self_attn.o_proj", "mlp.down_proj"))
    assert len(sizes) == 6
    folder = adapter.parent / "int8"
    folder.mkdir()
    write_graph(model, adapter, folder, InInt8(sizes, others))
    found = GraphEngine(folder / GRAPH, INT8, threads=1).read(share(SEQUENCES))
    round_products(torchs, sizes)
    expected = torchs.read(share(SEQUENCES))
    # A number that falls between two steps by a last bit goes the other way: far less than all rounding together.
    rounding = np.abs(np.subtract(expected, plain)).max()
    assert np.abs(np.subtract(found, expected)).max() < rounding / 5
    assert rounding > 0.05


def exact_in_int8() -> bool:
    """Whether onnxruntime multiplies the largest bytes exactly here: 64 times 255 · 127 do not fit 16 bits in pairs."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    matrix = numpy_helper.from_array(np.full((64, 16), 127, dtype=np.int8), "matrix")
    given = helper.make_tensor_value_info("given", TensorProto.UINT8, [16, 64])
    product = helper.make_tensor_value_info("product", TensorProto.INT32, [16, 16])
    node = helper.make_node("MatMulInteger", ["given", "matrix"], ["product"])
    graph = helper.make_graph([node], "exact", [given], [product], [matrix])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"given": np.full((16, 64), 255, dtype=np.uint8)})
    return bool((np.asarray(found) == 64 * 255 * 127).all())


def round_products(engine: TorchEngine, sizes: dict[str, Array]) -> None:
    """Make each linear layer round its inputs by place and its weights by row, in steps of the largest / 127."""
    import torch

    def to_steps(numbers: torch.Tensor) -> torch.Tensor:
        step = numbers.abs().amax(dim=-1, keepdim=True) / 127
        return torch.round(numbers / step) * step

    def rounding(weight: torch.Tensor, factors: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        whole = to_steps(weight * factors)
        return lambda given: torch.nn.functional.linear(to_steps(given / factors), whole)

    for number, layer in enumerate(engine._body.layers):
        attention, network = layer.self_attn, layer.mlp
        # The graph puts a head's scale into the weights of the queries, which counts where sizes are evened out.
        scale = (torch.tensor([attention.head_dim**-0.5]), torch.ones(1), torch.ones(1))
        reading = [attention.q_proj, attention.k_proj, attention.v_proj]
        groups = [
            ("input_layernorm", reading, scale),
            ("post_attention_layernorm", [network.gate_proj, network.up_proj], scale[1:]),
        ]
        for norm, together, scales in groups:
            size = torch.from_numpy(sizes[f"layers.{number}.{norm}"])
            largest = torch.stack([(one.weight * by).abs().amax(0) for one, by in zip(together, scales, strict=True)])
            factors = torch.sqrt(size / largest.amax(0))
            for one in together:
                one.forward = rounding(one.weight.detach(), factors)
        for one in (attention.o_proj, network.down_proj):
            one.forward = rounding(one.weight.detach(), torch.ones(one.in_features))


def test_int8_leaves_out_what_does_not_stand_it(model: Path, adapter: Path) -> None:
    """Of thirty layers, whose numbers are counted out here; what is chosen is what is made."""
    import onnx

    size = np.ones(32, dtype=np.float32)
    sizes = {f"layers.{layer}.{part}_layernorm": size for layer in range(30) for part in ("input", "post_attention")}
    chosen = in_int8(sizes)
    assert layers_of(chosen.sizes, "input_layernorm") == list(range(10, 29))
    assert layers_of(chosen.sizes, "post_attention_layernorm") == list(range(30))
    assert layers_of(chosen.others, "self_attn.o_proj") == list(range(30))
    assert layers_of(chosen.others, "mlp.down_proj") == list(range(12, 28))
    folder = adapter.parent / "one"
    folder.mkdir()
    some = {"layers.1.input_layernorm": size, "layers.2.post_attention_layernorm": size}
    write_graph(model, adapter, folder, InInt8(some, frozenset({"layers.0.mlp.down_proj"})))
    graph = onnx.load(folder / GRAPH, load_external_data=False).graph
    products = [node for node in graph.node if node.op_type == "MatMulInteger"]
    assert len(products) == 5  # queries, keys with values; gate, up; and the one by its name


def layers_of(names: Iterable[str], part: str) -> list[int]:
    return sorted(int(name.split(".")[1]) for name in names if name.endswith(f".{part}"))


def test_sequences_of_a_row_have_the_logits_that_they_have_alone(model: Path, adapter: Path) -> None:
    """None of them sees another one."""
    graph = in_float32(model, adapter)
    (row,) = rows(SEQUENCES, 1000, 1000)
    alone = [graph.read(share([one]))[0] for one in row]
    assert graph.read(share(row)) == pytest.approx(alone, abs=1e-4)


def test_the_version_says_what_reads_once_it_is_loaded(model: Path, adapter: Path) -> None:
    """The adapter's hash alone is torch's, as ever."""
    told: list[Exception] = []
    reader = PackedReader(model, adapter, engine=graph_or_torch(told.append, threads=1))
    torchs = PackedReader(model, adapter)
    assert reader.version == torchs.version
    reader.logits(PAIRS[:1])
    torchs.logits(PAIRS[:1])
    form = read_record(graph_folder(model, adapter)).form  # by what this processor makes of 8-bit products
    assert form in TOLERANCES
    assert reader.version == f"{torchs.version}-{form}"
    assert told == []


def test_it_is_exported_once(model: Path, adapter: Path) -> None:
    """The second opening writes nothing, and `whetstone check` can tell without opening it."""
    folder = graph_folder(model, adapter)
    assert "models prepare" in graph_state(model, adapter)
    open_graph(model, adapter)
    before = written(folder)
    assert set(before) == {GRAPH, WEIGHTS, RECORD}
    open_graph(model, adapter)
    assert written(folder) == before
    form = read_record(folder).form
    assert form in TOLERANCES
    assert graph_state(model, adapter).startswith(f"a graph in {form} reads")
    again = tiny_adapter(adapter.parent / "again")
    assert graph_folder(model, again) == folder  # the same bytes are the same adapter, wherever they lie


@pytest.mark.parametrize("file", [GRAPH, WEIGHTS, RECORD])
@pytest.mark.parametrize("damage", ["cut short", "garbled", "lost"])
def test_a_damaged_folder_is_written_anew(model: Path, adapter: Path, file: str, damage: str) -> None:
    """Whatever happened to one of its files; the logits are right again, and nothing else is left behind."""
    expected = open_graph(model, adapter).read(share(SEQUENCES))
    folder = graph_folder(model, adapter)
    whole = (folder / file).read_bytes()
    if damage == "lost":
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(whole[: len(whole) // 2] if damage == "cut short" else b"\x11" * len(whole))
    assert open_graph(model, adapter).read(share(SEQUENCES)) == expected
    assert sorted(one.name for one in model.parent.iterdir()) == sorted([folder.name, f"{folder.name}.lock", "tiny"])


def test_a_graph_that_says_something_else_is_refused_once_and_for_all(model: Path, adapter: Path) -> None:
    """Torch reads, the one who asked hears why, half a gigabyte is not kept, and no start exports it again."""
    turn_slower(model)
    told: list[Exception] = []
    opened = graph_or_torch(told.append, threads=1)
    engine = opened(model, adapter)
    assert isinstance(engine, TorchEngine)
    assert engine.form == ""
    before = written(graph_folder(model, adapter))
    assert set(before) == {RECORD}
    assert read_record(graph_folder(model, adapter)).difference > 0.001
    assert isinstance(opened(model, adapter), TorchEngine)
    assert written(graph_folder(model, adapter)) == before
    assert len(told) == 2
    assert all("torch reads, not the graph" in str(error) for error in told)
    assert graph_state(model, adapter) == str(told[0])


def test_where_int8_is_too_coarse_the_graph_is_in_float32(model: Path, tmp_path: Path) -> None:
    """The second form is exported, says what torch says, and the version tells which it is."""
    set_outliers(model)
    adapter = tiny_adapter(tmp_path / "adapter", layers=(0,))
    graph, torchs = open_graph(model, adapter, threads=1), TorchEngine(model, adapter)
    assert graph.form == FLOAT32
    assert graph.read(share(SEQUENCES)) == pytest.approx(torchs.read(share(SEQUENCES)), abs=TOLERANCES[FLOAT32])
    assert graph_state(model, adapter).startswith("a graph in float32 reads")


def test_a_model_without_the_weights_of_a_llama_has_no_graph(model: Path, adapter: Path) -> None:
    """It is refused in our words, so that torch is tried."""
    from safetensors.numpy import load_file, save_file

    weights = load_file(model / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    (adapter.parent / "empty").mkdir()
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (adapter.parent / "empty" / file).write_bytes((model / file).read_bytes())
    save_file(weights, adapter.parent / "empty" / "model.safetensors", metadata={"format": "pt"})
    (adapter.parent / "graph").mkdir()
    with pytest.raises(Unavailable, match="no Llama"):
        write_graph(adapter.parent / "empty", adapter, adapter.parent / "graph", InInt8())


def test_where_nothing_can_be_written_torch_reads(model: Path, adapter: Path) -> None:
    """A file stands where the folder should be."""
    graph_folder(model, adapter).with_name(f"{graph_folder(model, adapter).name}.lock").mkdir()
    told: list[Exception] = []
    assert isinstance(graph_or_torch(told.append)(model, adapter), TorchEngine)
    assert "cannot be written" in str(told[0])


def test_a_file_that_is_no_graph_is_broken(tmp_path: Path) -> None:
    """In our words, whatever the runtime says."""
    (tmp_path / GRAPH).write_bytes(b"no graph")
    with pytest.raises(Broken, match="cannot be loaded"):
        GraphEngine(tmp_path / GRAPH)
    for record, said in (("[]", "cannot be read"), ('{"form": "int2", "sequences": []}', "unknown form")):
        (tmp_path / RECORD).write_text(record, encoding="utf-8")
        with pytest.raises(Broken, match=said):
            read_record(tmp_path)


def test_a_model_that_is_not_there_is_unavailable(adapter: Path, tmp_path: Path) -> None:
    """So that the lexical stand-in takes over."""
    reader = PackedReader(tmp_path / "nothing", adapter, engine=graph_or_torch(lambda error: None))
    with pytest.raises(Unavailable, match="cannot be loaded"):
        reader.logits(PAIRS[:1])


def test_the_fixed_claims_reach_far_into_the_positions_that_a_claim_can_have(model: Path, adapter: Path) -> None:
    """The longest one stands behind as much evidence as most outputs have: rotary angles are held against torch too."""
    open_graph(model, adapter)
    record = read_record(graph_folder(model, adapter))
    assert len(record.sequences) == len(record.logits) == len(CHECKS)
    ends = record.sequences[0][-5:]  # the question's last tokens
    assert all(one[-5:] == ends for one in record.sequences)
    assert max(len(one) for one in record.sequences) > CHECK_TOKENS


OPENED = """
import sys
from pathlib import Path
from reviewers.scorers.detector.opening import open_graph
from reviewers.decisions.prefix_packing import share
print(open_graph(Path(sys.argv[1]), Path(sys.argv[2]), threads=1).read(share([(5, 6, 7)])))
"""


def test_two_processes_at_once_export_one_graph(model: Path, adapter: Path) -> None:
    """Both read the same, and neither leaves half a folder behind."""
    command = [sys.executable, "-c", OPENED, str(model), str(adapter)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=240)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert said[0] == said[1] != ""
    folder = graph_folder(model, adapter)
    assert sorted(one.name for one in model.parent.iterdir()) == sorted([folder.name, f"{folder.name}.lock", "tiny"])

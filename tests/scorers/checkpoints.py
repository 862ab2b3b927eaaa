"""Tiny checkpoints with random weights, in the form that those on the hub have: one of every kind that is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDS = (
    "cash withdrawal abroad costs your daily limit is card works at every atm in thailand the fee 0 1 2 3 500 . a € : "
    "predict premise hypothesis determine if true given ? briefly answer following question passage output to"
)
SPECIAL = ("<pad>", "</s>", "<unk>", "<s>")
UNK = SPECIAL.index("<unk>")


def tokenizer(*, pairs: bool, limit: int = 200) -> Any:
    """Words by spaces, in lower case; `pairs` puts marks around texts as encoders want them."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = dict.fromkeys([*SPECIAL, *WORDS.split()])
    raw = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<unk>"))
    raw.normalizer = normalizers.Lowercase()
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    start = SPECIAL.index("<s>") if pairs else None
    raw.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>" if pairs else "$A </s>",
        pair="<s> $A </s> $B:1 </s>:1" if pairs else "$A </s> $B:1 </s>:1",
        special_tokens=[("</s>", SPECIAL.index("</s>"))] + ([("<s>", start)] if start is not None else []),
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=raw, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=limit
    )


def saved(folder: Path, model: Any, *, pairs: bool) -> Path:
    """A folder that `from_pretrained` reads."""
    model.save_pretrained(folder)
    tokenizer(pairs=pairs).save_pretrained(folder)
    return folder


def size() -> int:
    """Words of the vocabulary."""
    return len(tokenizer(pairs=True))


def labelled(*labels: str) -> dict[str, Any]:
    """The labels of a configuration."""
    return {
        "num_labels": len(labels),
        "id2label": dict(enumerate(labels)),
        "label2id": {label: at for at, label in enumerate(labels)},
    }


def cross_encoder(folder: Path, kind: str, *labels: str) -> Path:
    """RoBERTa, DeBERTa-v2 (as DeBERTa-v3 models are) or ModernBERT."""
    import torch
    from transformers import (
        AutoConfig,
        AutoModelForSequenceClassification,
    )

    torch.manual_seed(11)
    shape: dict[str, Any] = {
        "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "vocab_size": size(), "max_position_embeddings": 202, "pad_token_id": 0, "initializer_range": 1.0,
    }  # fmt: skip
    config = AutoConfig.for_model(kind, **shape, **labelled(*labels))
    model = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    return saved(folder, model, pairs=True)


def t5_config(*, spread: float = 5.0, **more: Any) -> Any:
    """`spread` of the random weights: with 5 what it says differs much from text to text, and in small numbers too."""
    from transformers import T5Config

    return T5Config(  # type: ignore[call-arg]  # it takes settings of generation as well
        vocab_size=size(), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, pad_token_id=0, eos_token_id=1,
        decoder_start_token_id=0, initializer_factor=spread, **more,
    )  # fmt: skip


def t5_writer(folder: Path, *, spread: float = 5.0) -> Path:
    """As MiniCheck-Flan-T5: a whole T5."""
    import torch
    from transformers import T5ForConditionalGeneration

    torch.manual_seed(12)
    return saved(folder, T5ForConditionalGeneration(t5_config(spread=spread)), pairs=False)


def t5_head(folder: Path) -> Path:
    """A T5 encoder with a head of two classes on each token, under its own name."""
    import torch
    from transformers import T5ForTokenClassification

    torch.manual_seed(13)
    return saved(folder, T5ForTokenClassification(t5_config(num_labels=2)), pairs=False)


def hhem(folder: Path) -> Path:
    """As HHEM-2 is published: the same weights under `t5.`, code of its own beside them, the foundation elsewhere."""
    from safetensors.torch import load_file, save_file

    foundation = t5_head(folder / "foundation")
    weights = load_file(str(foundation / "model.safetensors"))
    save_file({f"t5.{name}": value for name, value in weights.items()}, str(folder / "model.safetensors"))
    settings = {
        "architectures": ["HHEMv2ForSequenceClassification"],
        "auto_map": {"AutoModelForSequenceClassification": "modeling_hhem_v2.HHEMv2ForSequenceClassification"},
        "model_type": "HHEMv2",
        "foundation": str(foundation),
    }
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "modeling_hhem_v2.py").write_text("raise RuntimeError('the code of a checkpoint was run')", "utf-8")
    return folder


def token_classifier(folder: Path, *labels: str) -> Path:
    """As LettuceDetect: ModernBERT with classes on each token."""
    import torch
    from transformers import ModernBertConfig, ModernBertForTokenClassification

    torch.manual_seed(14)
    config = ModernBertConfig(
        vocab_size=size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=200, pad_token_id=0, bos_token_id=3, eos_token_id=1, cls_token_id=3, sep_token_id=1,
        initializer_range=1.0, **labelled(*labels),
    )  # fmt: skip
    return saved(folder, ModernBertForTokenClassification(config), pairs=True)

"""A causal model as small as one can be: three layers of random weights, and a tokenizer of a few hundred pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def tiny_llama(folder: Path, *, layers: int = 3) -> Path:
    """Write model and tokenizer to the folder, and return it."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    pieces = ByteLevelBPETokenizer()
    pieces.train_from_iterator(
        ["Passage: The ball is red.\nClaim: The ball is blue.\nIs it supported? Answer: Yes No"] * 3,
        vocab_size=400,
        min_frequency=1,
        show_progress=False,
    )
    tokenizer: Any = PreTrainedTokenizerFast  # it has no types
    tokenizer(tokenizer_object=pieces._tokenizer).save_pretrained(folder)
    torch.manual_seed(11)
    config = LlamaConfig(
        vocab_size=400, hidden_size=32, intermediate_size=48, num_hidden_layers=layers, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, tie_word_embeddings=True, initializer_range=0.2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder

"""How models of each family read a passage and a claim: the probability that the one supports the other.

Nothing here is quantized, for that ruins probabilities: float32 on a CPU, bfloat16 on a GPU, or as is asked for. No
checkpoint's own code is run: what a family needs beyond transformers is written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from reviewers.errors import Invalid
from reviewers.scorers.huggingface_labels import Family, supported_class
from reviewers.scorers.packaged import quiet_transformers

Pair = tuple[str, str]  # passage, claim
Precision = Literal["", "float32", "bfloat16"]  # empty: bfloat16 on a GPU, float32 elsewhere

LONGEST = 512  # tokens of passage and claim together, where an encoder allows no more or does not say
LONGEST_T5 = 2048  # T5 has no positions that end; MiniCheck reads so many, and memory grows with the square
LEAST_ROOM = 8  # tokens of the passage, below which the claim gives way instead
PREDICT = "predict: "  # MiniCheck-Flan-T5's own words: Tang, Laban and Durrett (2024), their published inference
# HHEM-2's own words, as its configuration publishes them (Vectara, hallucination_evaluation_model).
HHEM_PROMPT = "<pad> Determine if the hypothesis is true given the premise?\n\nPremise: {text1}\n\nHypothesis: {text2}"
HHEM_FOUNDATION = "google/flan-t5-base"
HHEM = "HHEMv2ForSequenceClassification"


class PairReader(Protocol):
    """A loaded model."""

    def supported(self, pairs: Sequence[Pair]) -> list[float]:
        """The probability that the passage supports the claim, for pairs that go through the model together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a model comes from, and where it runs."""

    model: str  # a name on the hub, or a folder
    revision: str
    device: str  # torch's; empty: a GPU if there is one
    precision: Precision = ""

    def version(self, label: str = "") -> str:
        """Names all that changes what a model says: it, its revision, the class that was named, a precision asked for.

        Of a folder only the last part is told: the rest is this machine's.

        >>> Source(model="org/nli", revision="main", device="", precision="bfloat16").version("LABEL_2")
        'org/nli@main#LABEL_2-bfloat16'
        """
        name = self.model.rstrip("/")
        name = Path(name).name if Path(name).is_dir() else name
        return "".join(
            [name, f"@{self.revision}", f"#{label}" * bool(label), f"-{self.precision}" * bool(self.precision)]
        )

    def place(self) -> tuple[str, Any]:
        """The device and the type of the weights there. Raises Invalid for a device that this machine has not."""
        import torch

        device = self.device or ("cuda" if torch.cuda.is_available() else "cpu")
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise Invalid("device", f"WHETSTONE_DEVICE: torch sees no GPU for {device} here. Leave the setting out.")
        half = self.precision == "bfloat16" or (not self.precision and device.startswith("cuda"))
        return device, torch.bfloat16 if half else torch.float32

    def load(self, auto: Any) -> tuple[Any, Any]:
        """Tokenizer and model, ready to read."""
        from transformers import AutoTokenizer

        device, dtype = self.place()
        tokenizer = AutoTokenizer.from_pretrained(self.model, revision=self.revision)
        model = auto.from_pretrained(self.model, revision=self.revision, dtype=dtype)
        return tokenizer, model.to(device).eval()


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossEncoder:
    """A sequence classifier of pairs: NLI in two or three classes, HHEM-1's single number, MiniCheck-RoBERTa."""

    tokenizer: Any
    model: Any
    label: int

    def supported(self, pairs: Sequence[Pair]) -> list[float]:
        """The supported class; a single output is a probability before the logistic function."""
        import torch

        with torch.inference_mode():
            logits = self.model(**self._encode(pairs).to(self.model.device)).logits.float()
        values = logits.sigmoid()[:, 0] if logits.shape[1] == 1 else logits.softmax(dim=1)[:, self.label]
        found: list[float] = values.tolist()
        return found

    def _encode(self, pairs: Sequence[Pair]) -> Any:
        """Tokens of the pairs: only the passage is cut, for a claim cut short is another claim."""
        positions = getattr(self.model.config, "max_position_embeddings", LONGEST) or LONGEST
        longest = min(self.tokenizer.model_max_length, positions, LONGEST)
        claims = [claim for _, claim in pairs]
        room = longest - max(len(ids) for ids in self.tokenizer(claims, add_special_tokens=False).input_ids)
        return self.tokenizer(
            [passage for passage, _ in pairs],
            claims,
            truncation="only_first" if room > LEAST_ROOM else "longest_first",
            max_length=longest,
            padding=True,
            return_tensors="pt",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptedHead:
    """HHEM-2: a T5 encoder reads a question about both texts; a head on its first token says no (0) or yes (1)."""

    tokenizer: Any
    model: Any
    prompt: str

    def supported(self, pairs: Sequence[Pair]) -> list[float]:
        """The head's class 1."""
        import torch

        fitting = [(_fitting(self.tokenizer, *pair), pair[1]) for pair in pairs]
        texts = [filled(self.prompt, text1=passage, text2=claim) for passage, claim in fitting]
        encoded = self.tokenizer(texts, padding=True, return_tensors="pt").to(self.model.device)
        with torch.inference_mode():
            logits = self.model(**encoded).logits[:, 0, :].float()
        found: list[float] = logits.softmax(dim=1)[:, 1].tolist()
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class OneWord:
    """MiniCheck-Flan-T5: the first token that the decoder would write, 0 or 1."""

    tokenizer: Any
    model: Any

    def supported(self, pairs: Sequence[Pair]) -> list[float]:
        """The probability of 1 against 0."""
        import torch

        no, yes = (self.tokenizer(word, add_special_tokens=False).input_ids[0] for word in ("0", "1"))
        end = self.tokenizer.eos_token
        texts = [f"{PREDICT}{_fitting(self.tokenizer, *pair)}{end}{pair[1]}" for pair in pairs]
        encoded = self.tokenizer(texts, padding=True, return_tensors="pt").to(self.model.device)
        settings = self.model.generation_config
        first = settings.pad_token_id if settings.decoder_start_token_id is None else settings.decoder_start_token_id
        start = torch.full((len(texts), 1), first, device=self.model.device)
        with torch.inference_mode():
            logits = self.model(**encoded, decoder_input_ids=start).logits[:, 0, [no, yes]].float()
        found: list[float] = logits.softmax(dim=1)[:, 1].tolist()
        return found


def load(source: Source, family: Family, label: str) -> PairReader:
    """Load the model in the way of its family. Raises Invalid where it is of another kind.

    `label` names the class of supported claims where a classifier's own labels do not say it.
    """
    quiet_transformers()
    from transformers import (
        AutoModelForSeq2SeqLM,
        AutoModelForSequenceClassification,
        AutoModelForTokenClassification,
        PreTrainedConfig,
    )

    settings, _ = PreTrainedConfig.get_config_dict(source.model, revision=source.revision)
    kinds = settings.get("architectures") or []
    if family == "hallucination" and HHEM in kinds:
        return _hhem(source, settings)
    if family == "hallucination" and any(kind.endswith("T5ForTokenClassification") for kind in kinds):
        tokenizer, model = source.load(AutoModelForTokenClassification)
        return PromptedHead(tokenizer=tokenizer, model=model, prompt=HHEM_PROMPT)
    if family == "minicheck" and settings.get("is_encoder_decoder"):
        tokenizer, model = source.load(AutoModelForSeq2SeqLM)
        return OneWord(tokenizer=tokenizer, model=model)
    if not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        raise Invalid(
            "scorers",
            f"WHETSTONE_SCORERS: {source.model} is a {', '.join(kinds) or 'model of no stated kind'}, and hf:{family} "
            "needs a classifier of pairs. Token classifiers are named with hf:tokens.",
        )
    tokenizer, model = source.load(AutoModelForSequenceClassification)
    return CrossEncoder(tokenizer=tokenizer, model=model, label=supported_class(model.config.id2label, family, label))


def _hhem(source: Source, settings: dict[str, Any]) -> PairReader:
    """HHEM-2's checkpoint holds a T5 token classifier under the name `t5`; the tokenizer is its foundation's."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoTokenizer, T5ForTokenClassification
    from transformers.utils.hub import cached_file

    foundation = settings.get("foundation") or HHEM_FOUNDATION
    device, dtype = source.place()
    model: Any = T5ForTokenClassification(AutoConfig.from_pretrained(foundation, num_labels=2))
    weights = load_file(str(cached_file(source.model, "model.safetensors", revision=source.revision)))
    named = {name.removeprefix("t5."): value for name, value in weights.items()}
    missing, unknown = model.load_state_dict(named, strict=False)
    shared = {name for name in missing if name.endswith(("embed_tokens.weight", "shared.weight"))}
    if set(missing) - shared or unknown or len(shared) > 1:
        raise Invalid("scorers", f"WHETSTONE_SCORERS: {source.model} has other weights than a model of its kind.")
    model.tie_weights()
    tokenizer = AutoTokenizer.from_pretrained(foundation)
    return PromptedHead(
        tokenizer=tokenizer,
        model=model.to(device=device, dtype=dtype).eval(),
        prompt=settings.get("prompt") or HHEM_PROMPT,
    )


def filled(prompt: str, **texts: str) -> str:
    """The prompt with its {places} filled in one go: braces inside of a text stay what they are."""
    return re.sub(r"\{(\w+)\}", lambda place: texts.get(place[1], place[0]), prompt)


def _fitting(tokenizer: Any, passage: str, claim: str) -> str:
    """The passage, cut from its end so that both fit; its words stay as they are."""
    room = max(LEAST_ROOM, LONGEST_T5 - len(tokenizer(claim).input_ids) - 64)  # 64: more than any prompt's own words
    offsets = tokenizer(passage, add_special_tokens=False, return_offsets_mapping=True).offset_mapping
    return passage if len(offsets) <= room else passage[: offsets[room - 1][1]]

"""Sentence embeddings by the packaged all-MiniLM-L6-v2, as a langchain `Embeddings`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from reviewers.scorers.packaged import minilm_folder, quiet_transformers

if TYPE_CHECKING:
    import torch

BATCH = 64  # sentences of like length together: little padding, and enough work for each thread
LONGEST = 256  # word pieces, as the model was trained; the rest of a longer text is not read
REMEMBERED = 20_000  # texts, 1.5 kB each: claims and passages come again with retries, scorers and like outputs


class MiniLmEmbedder(Embeddings):
    """Unit vectors of 384 numbers, so that a dot product is the cosine. Loads torch at the first text.

    It stands for every sentence model with mean pooling, so `folder` may name another one of that kind.
    """

    name = "all-MiniLM-L6-v2"

    def __init__(self, folder: Path | None = None, *, threads: int | None = None) -> None:
        """`threads`: of torch, for the whole process; None leaves torch's own choice, the number of cores."""
        self._folder = folder
        if folder is not None:
            self.name = folder.name
        self._threads = threads
        self._loading = Lock()
        self._parts: tuple[Any, Any] | None = None
        self._known: OrderedDict[str, list[float]] = OrderedDict()
        self._knowing = Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in order; each different text is computed once."""
        found = self._recall(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found |= self._compute(missing)
            self.remember(found)
        return [found[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text: questions and passages are embedded alike."""
        return self.embed_documents([text])[0]

    def warm_up(self) -> None:
        """Load the model now rather than at the first output."""
        self._load()

    def _recall(self, texts: Sequence[str]) -> dict[str, list[float]]:
        with self._knowing:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        return found

    def remember(self, vectors: Mapping[str, list[float]]) -> None:
        """Keep vectors by text; the index gives those that it has."""
        with self._knowing:
            self._known.update(vectors)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def _compute(self, texts: Sequence[str]) -> dict[str, list[float]]:
        import torch

        tokenizer, model = self._load()
        encoded = tokenizer.encode_batch([text.encode(errors="replace").decode() for text in texts])
        by_length = sorted(range(len(texts)), key=lambda index: len(encoded[index].ids))
        vectors: dict[str, list[float]] = {}
        for start in range(0, len(by_length), BATCH):
            chosen = by_length[start : start + BATCH]
            ids, mask = _pad([encoded[index].ids for index in chosen])
            with torch.inference_mode():
                hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
            unit = torch.nn.functional.normalize(mean, dim=1).tolist()
            vectors.update({texts[index]: vector for index, vector in zip(chosen, unit, strict=True)})
        return vectors

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._parts is None:
                quiet_transformers()
                import torch
                from tokenizers import Tokenizer
                from transformers import AutoModel

                if self._threads is not None:
                    torch.set_num_threads(self._threads)
                folder = self._folder or minilm_folder()
                tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
                tokenizer.enable_truncation(LONGEST)
                tokenizer.no_padding()
                self._parts = tokenizer, AutoModel.from_pretrained(folder, local_files_only=True).eval()
        return self._parts


def _pad(sequences: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask of one shape, padded on the right."""
    import torch

    longest = max(len(sequence) for sequence in sequences)
    ids = torch.zeros((len(sequences), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence)
        mask[row, : len(sequence)] = 1
    return ids, mask

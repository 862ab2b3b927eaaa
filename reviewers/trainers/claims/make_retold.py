"""Has the packaged model retell sentences of the texts, once, and keeps what two strict rules accept.

    python -m reviewers.trainers.claims.make_retold MODEL MINUTES

MODEL is the folder of the converted SmolLM2-135M-Instruct. It is given three examples and a text at a time, and may not
repeat nine tokens of them in a row: it would copy nearly everything. What another machine writes differs in places.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from reviewers.trainers.claims.retelling import SHIPPED, Retold, invents, says_the_same
from reviewers.trainers.claims.texts import SourceText, read_texts

SEED = 11
AT_ONCE = 24  # texts
MOST_OF_ONE = 2  # retellings of a text, of each side
AROUND = 2  # passages before and behind, which evidence may come from: what they say is not invented
TEMPERATURE, LIKELIEST = 0.5, 0.9  # our choice: at 0.2 it copies, at 0.8 it raves
COPIED = 9  # tokens
_PLAIN = re.compile(r"[A-Z][^“\"\\():;]*[a-z][^“\"\\():;]*[.]")
_EXAMPLES = """Text: The harbor was closed for three days because of the storm of 1962.
In other words: Because of a storm in 1962, no ship could use the harbor for three days.

Text: Many voters did not trust the new party. Its leaders had raised taxes twice.
In other words: The leaders of the new party had raised taxes two times, and a lot of voters had no trust in it.

Text: Unlike her brother, Mara Olsen prefers to sell her bread to small shops in Bergen.
In other words: Mara Olsen would rather sell bread to small Bergen shops, which her brother would not.

Text: """


def main(arguments: Sequence[str]) -> None:
    """Write `data/retold.jsonl` beside this module."""
    texts = [text for text in read_texts() if text.source != "taskmaster"]  # conversations are told by rules
    said = list(_asked(Path(arguments[0]), _to_retell(texts), seconds=60 * float(arguments[1])))
    kept = sorted(chosen(texts, said), key=lambda one: (one.of, one.said))
    lines = [json.dumps({"of": one.of, "said": one.said, "supported": one.supported}) for one in kept]
    SHIPPED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def chosen(texts: Sequence[SourceText], said: Sequence[tuple[tuple[str, ...], str]]) -> Iterator[Retold]:
    """Of texts and what was said of them: what says the same, and what says what no passage around says."""
    places = {sentence: at for at, text in enumerate(texts) for sentence in text.sentences}
    kept: Counter[tuple[tuple[str, ...], bool]] = Counter()
    for of, words in dict.fromkeys(said):
        at = places[of[0]]
        near = [one for one in texts[max(0, at - AROUND) : at + AROUND + 1] if one.source == texts[at].source]
        supported = says_the_same(" ".join(of), words)
        known = " ".join(sentence for text in near for sentence in text.sentences)
        if (supported or invents(words, known)) and kept[of, supported] < MOST_OF_ONE:
            kept[of, supported] += 1
            yield Retold(of=of, said=words, supported=supported)


def _to_retell(texts: Sequence[SourceText]) -> list[tuple[str, ...]]:
    """Plain sentences, and pairs of them that follow each other, in any order."""
    found: list[tuple[str, ...]] = []
    for text in texts:
        plain = [8 <= len(one.split()) <= 26 and bool(_PLAIN.fullmatch(one)) for one in text.sentences]
        for at, one in enumerate(text.sentences):
            if plain[at]:
                found.append((one,))
            if at and plain[at] and plain[at - 1]:
                found.append((text.sentences[at - 1], one))
    random.Random(SEED).shuffle(found)  # noqa: S311  # the same order each time is the point
    return found


def _asked(folder: Path, texts: Sequence[tuple[str, ...]], *, seconds: float) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the model says of one text after the other, until the time is over."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, padding_side="left")
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    torch.manual_seed(SEED)
    ends = [tokenizer.eos_token_id, tokenizer("\n").input_ids[0]]
    start = monotonic()
    for at in range(0, len(texts), AT_ONCE):
        some = texts[at : at + AT_ONCE]
        if monotonic() - start > seconds:
            return
        asked = [f"{_EXAMPLES}{' '.join(of)}\nIn other words:" for of in some]
        ids = tokenizer(asked, return_tensors="pt", padding=True)
        answers = model.generate(
            **ids, max_new_tokens=40, do_sample=True, temperature=TEMPERATURE, top_p=LIKELIEST, eos_token_id=ends,
            pad_token_id=tokenizer.pad_token_id, encoder_no_repeat_ngram_size=COPIED,
        )  # fmt: skip
        for of, answer in zip(some, answers, strict=True):
            words = tokenizer.decode(answer[ids.input_ids.shape[1] :], skip_special_tokens=True)
            yield of, words.strip().split("\n")[0].strip()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Builds the data that the generator ships with, once: a part of the source texts, and lists of words.

    python -m reviewers.trainers.claims.make_data TEXTS WORDNET

TEXTS is JSONL with `source` and `sentences`; WORDNET the folder of WordNet 3.0's database files. The lists hold surface
forms ("increased" -> "decreased"), so that the generator only looks words up. Only words that the shipped texts use are
kept.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from reviewers.trainers.claims.texts import SHIPPED, SourceText, read_texts

SEED = 20260
PASSAGES = {"us-history": 1500, "business": 1000, "18f": 1000, "taskmaster": 700}  # our choice: 1.5 a training step
IN_USE = 2  # a word stands in the lists when the texts have it this often
DOMINANT = 0.75  # share of a word's tagged uses that its part of speech has, so that "left" is no antonym of "right"
SURE = 0.75  # share of a word's tagged uses in a part of speech that the sense has whose other words are its synonyms
SISTERS = range(2, 26)  # members of a group that count as of one kind; larger groups are no kinds
PARTS = {"noun": "1", "verb": "2", "adj": "3", "adv": "4"}  # the numbers are WordNet's in its sense keys
_PART_NAMES = {number: name for name, number in PARTS.items()}
# Words that others stand for in few sentences only, either way: they are of phrases ("take place"), mean several things
# ("commission"), or say how much or whether.
_LEFT_ALONE = frozenset(
    """do make take give get have be come go keep hold set put let use see one two same other own more most less least
    some any all no not only just even very well so too still yet ever never much many such first last next back right
    left able like may will can must need number time year day way part state power people person man woman child
    world thing point case kind place home house side work end hand head name line order act party union bank president
    hundred thousand million billion ten dozen pair but however after later above soon group groups steps given looking
    said leaving holding letter provisions extra lots subsequently thereafter nothing someone chief troops fences sod
    provided building buildings prompt main social religious effects reading starving coast starting drive meet going
    fact means mean service services government selling nonetheless nevertheless notwithstanding percent percentage men
    manpower commission commissions committee committees technology engineering delivery bringing merely constructing
    marketing financial fiscal noted granted marked pronounced unity integrity employed utilized retention departure
    void promotion publicity housing lodging shaping defining awaited anticipated defenders supporter voters accountants
    accountant controllers controller spiritual provision proviso authorities integration integrating scores lots tons
    revenue receipts regulation regulations practiced adept registration limiting striving pains salvation recommended
    advocated advocate recommend slogan tale baby infant dwellers inhabitants strategy strategies scheme schemes assist
    panic terror""".split()
)
_INFLECTIONS: tuple[tuple[str, str, str], ...] = (
    ("ies", "y", "s"),
    ("s", "", "s"),
    ("ied", "y", "ed"),
    ("ed", "", "ed"),
    ("ed", "e", "ed"),
    ("ing", "", "ing"),
    ("ing", "e", "ing"),
)


def main(arguments: Sequence[str]) -> None:
    """Write `passages.jsonl.gz` and `words.txt` beside this module."""
    texts = chosen_texts(read_texts(Path(arguments[0])))
    # No time stamp and no name in the header: the same texts give the same bytes.
    with open(SHIPPED, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        for text in texts:
            line = json.dumps({"source": text.source, "sentences": text.sentences}, ensure_ascii=False)
            file.write(f"{line}\n".encode())
    lines = sorted(_word_lines(WordNet(Path(arguments[1])), _counts(texts)))
    SHIPPED.with_name("words.txt").write_text("\n".join(lines) + "\n")


def chosen_texts(texts: Sequence[SourceText]) -> list[SourceText]:
    """So many passages of each source, at random by a fixed seed, in their order."""
    draw = random.Random(SEED)  # noqa: S311  # the same choice each time is the point
    places: list[int] = []
    for source, count in PASSAGES.items():
        mine = [at for at, text in enumerate(texts) if text.source == source and len(text.sentences) > 1]
        places += draw.sample(mine, min(count, len(mine)))
    return [texts[at] for at in sorted(places)]


class WordNet:
    """First senses, antonyms and kinds of words, read from the database files (`man wndb`)."""

    def __init__(self, folder: Path) -> None:
        self.uses: dict[str, Counter[str]] = defaultdict(Counter)  # word -> part of speech -> tagged uses
        self.first: dict[str, Counter[str]] = defaultdict(Counter)  # the same of each part's first sense
        for line in (folder / "cntlist.rev").read_text().splitlines():
            key, number, count = line.split()
            word, _, sense = key.partition("%")
            part = _PART_NAMES.get("3" if sense[0] == "5" else sense[0])
            if part:
                self.uses[word][part] += int(count)
                self.first[word][part] += int(count) * (number == "1")
        self.sets: dict[str, dict[str, tuple[list[str], list[list[str]]]]] = {}  # part -> offset -> words, pointers
        self.senses: dict[str, dict[str, list[str]]] = {}  # part -> word -> offsets, the most frequent first
        self.irregular = {line.split()[1] for line in (folder / "verb.exc").read_text().splitlines()}
        for part in PARTS:
            self.sets[part] = dict(self._read_sets(folder / f"data.{part}"))
            self.senses[part] = dict(self._read_index(folder / f"index.{part}"))

    def is_mostly(self, word: str, part: str) -> bool:
        """Whether the word's tagged uses are of this part of speech; a word without uses counts as not."""
        uses = self.uses.get(word, Counter())
        return uses[part] >= DOMINANT * max(1, uses.total())

    def antonyms(self, word: str, part: str) -> list[str]:
        """Direct opposites of the word in its first two senses."""
        found = []
        for offset in self.senses[part].get(word, [])[:2]:
            words, pointers = self.sets[part][offset]
            for sign, target, target_part, which in pointers:
                source_at, target_at = int(which[:2], 16), int(which[2:], 16)
                if sign == "!" and target_part in "nvar" and source_at and words[source_at - 1] == word:
                    found.append(self.sets[part][target][0][target_at - 1])
        return found

    def synonyms(self, word: str, part: str) -> list[str]:
        """Other words for it: where nearly all uses have its first sense, those that mostly mean the same."""
        senses = self.senses[part].get(word, [])
        if not senses or word in _LEFT_ALONE or not self._means_one_thing(word, part):
            return []
        words, _ = self.sets[part][senses[0]]
        return [
            one
            for one in words
            if one not in (word, *_LEFT_ALONE)
            and self.senses[part].get(one, [""])[0] == senses[0]
            and self._means_one_thing(one, part)
        ]

    def _means_one_thing(self, word: str, part: str) -> bool:
        uses = self.uses.get(word, Counter())
        return self.is_mostly(word, part) and self.first[word][part] >= SURE * uses[part]

    def kinds(self, word: str) -> list[str]:
        """What the noun is a kind of, in its first sense: offsets."""
        senses = self.senses["noun"].get(word, [])
        return [one[1] for one in self.sets["noun"][senses[0]][1] if one[0] == "@"] if senses else []

    @staticmethod
    def _read_sets(path: Path) -> Iterator[tuple[str, tuple[list[str], list[list[str]]]]]:
        for line in path.read_text().splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            words = [re.sub(r"\(.*", "", fields[4 + 2 * at]).lower() for at in range(count)]
            rest = fields[4 + 2 * count :]
            yield fields[0], (words, [rest[1 + 4 * at : 5 + 4 * at] for at in range(int(rest[0]))])

    @staticmethod
    def _read_index(path: Path) -> Iterator[tuple[str, list[str]]]:
        for line in path.read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split()
                yield fields[0], [field for field in fields[1:] if re.fullmatch(r"\d{8}", field)]


def _counts(texts: Sequence[SourceText]) -> Counter[str]:
    return Counter(word for text in texts for one in text.sentences for word in re.findall(r"\b[a-z]{3,}\b", one))


def _word_lines(net: WordNet, counts: Mapping[str, int]) -> Iterator[str]:
    """`kind word: replacements` for each surface form in use."""
    used = {word for word, count in counts.items() if count >= IN_USE}
    groups = _groups(net, used)
    for word in sorted(used):
        said = _forms(net, word, ("adj", "adv", "verb", "noun"), net.synonyms)
        yield from _line("synonym", word, {one for one in said if counts.get(one)}, said)
        yield from _line("opposite", word, used, _forms(net, word, ("adj", "adv", "verb", "noun"), net.antonyms))
        yield from _line(
            "sister",
            word,
            used,
            _forms(net, word, ("noun",), lambda one, _: [w for w in groups.get(one, []) if w != one]),
        )


def _line(kind: str, word: str, used: set[str], found: Sequence[str]) -> Iterator[str]:
    kept = sorted({one for one in found if one in used and one != word and len(one) > 2})
    if kept:
        yield f"{kind} {word}: {' '.join(kept)}"


def _groups(net: WordNet, used: set[str]) -> dict[str, list[str]]:
    """For each noun in use the nouns of its kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for word in sorted(used):
        if net.is_mostly(word, "noun"):
            for kind in net.kinds(word)[:1]:
                kinds[kind].append(word)
    return {word: group for group in kinds.values() if len(group) in SISTERS for word in group}


def _forms(net: WordNet, word: str, parts: Sequence[str], related: Callable[[str, str], list[str]]) -> list[str]:
    """Related words in the form of the given one; irregular verbs have no form by rule and are left out."""
    found = []
    for part in parts:
        for base, ending in _bases(word):
            inflects = part in ("verb", "noun")
            if (
                (ending and not inflects)
                or (part == "noun" and ending not in ("", "s"))
                or not net.is_mostly(base, part)
            ):
                continue
            for other in related(base, part):
                if other.isalpha() and not (part == "verb" and ending == "ed" and {base, other} & net.irregular):
                    found.append(_inflected(other, ending))
    return found


def _bases(word: str) -> list[tuple[str, str]]:
    """The word itself, and what it may be a form of, with the ending."""
    found = [(word, "")]
    for suffix, instead, ending in _INFLECTIONS:
        if word.endswith(suffix) and len(word) > len(suffix) + 2 and not word.endswith("ss"):
            found.append((word[: -len(suffix)] + instead, ending))
    return found


def _inflected(word: str, ending: str) -> str:
    if not ending:
        return word
    before, last = word[-2:-1], word[-1]
    if last == "y" and before not in "aeiou":
        return {"s": word[:-1] + "ies", "ed": word[:-1] + "ied", "ing": word + "ing"}[ending]
    if ending == "s":
        return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
    if last == "e":
        return word[:-1] + ending
    return word + ending


if __name__ == "__main__":
    main(sys.argv[1:])

"""The words and phrases that edits look up: hand-made tables, and lists from WordNet 3.0 (data/ATTRIBUTION.md)."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
Table = Mapping[str, tuple[str, ...]]  # a phrase in lower case -> what may stand in its place


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """Tables of replacements, and sets of names."""

    opposites: Table  # hand-made, both ways
    antonyms: Table  # from WordNet
    sisters: Table  # nouns of the same kind, from WordNet
    synonyms: Table  # hand-made
    reworded: Table  # from WordNet: other words for one that nearly always means the same
    weaker: Table
    stronger: Table
    wraps: tuple[str, ...]  # around a claim, with {claim} or {Claim}
    personal: tuple[str, ...]  # clauses that no passage supports
    opinions: tuple[str, ...]  # sentences on {thing} that no passage supports
    women: frozenset[str]
    men: frozenset[str]

    @property
    def first_names(self) -> frozenset[str]:
        """Of people."""
        return self.women | self.men


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped tables; read once."""
    tables = tomllib.loads((_DATA / "phrases.toml").read_text(encoding="utf-8"))
    words = _words((_DATA / "words.txt").read_text(encoding="utf-8").splitlines())
    return Lexicon(
        opposites=_table([*tables["opposites"], *(pair[::-1] for pair in tables["opposites"])]),
        antonyms=words["opposite"],
        sisters=words["sister"],
        synonyms=_table([*tables["same"], *(pair[::-1] for pair in tables["same"]), *tables["synonyms"]]),
        reworded=words["synonym"],
        weaker=_table(tables["weaker"]),
        stronger=_table(tables["stronger"]),
        wraps=tuple(tables["wraps"]),
        personal=tuple(tables["personal"]),
        opinions=tuple(tables["opinions"]),
        women=frozenset(tables["women"].split()),
        men=frozenset(tables["men"].split()),
    )


def _table(pairs: Iterable[list[str]]) -> Table:
    found: dict[str, tuple[str, ...]] = {}
    for phrase, instead in pairs:
        found[phrase] = (*found.get(phrase, ()), instead)
    return found


def _words(lines: Iterable[str]) -> Mapping[str, Table]:
    """Lines of "kind word: replacements"."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for line in lines:
        kind, word, instead = re.split(r"[ :]+", line, maxsplit=2)
        found[kind][word] = tuple(instead.split())
    return found

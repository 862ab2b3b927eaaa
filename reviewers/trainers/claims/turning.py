"""Writes the edit into the evidence, so that the untouched sentence is the wrong claim.

What is altered reads a little less naturally than what a person wrote. Were all alterations in wrong claims, that alone
would tell them; so of each kind about as many are in the evidence. A sentence that is left shorter there makes the
whole one a claim that goes beyond it, in a person's own words. What is added there makes claims with foreign text true.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewers.trainers.claims import adding, breaking, twisting
from reviewers.trainers.claims.keeping import SHORTENING
from reviewers.trainers.claims.retelling import retold
from reviewers.trainers.claims.setting import Edit, Setting

UNTOLD = "untold"
_TURNED = (0, 1, 1, 2, 2)  # sentences of a window
_TOLD_WORDS = 3  # of four letters and more, or a figure, must be left out for the whole sentence to say more

# Kind, edit and share in percent. Altered both ways: the one says what the other denies.
_ALTERING: tuple[tuple[str, Edit, float], ...] = (
    ("number", breaking.other_number, 10),
    ("date", breaking.other_date, 7),
    ("name", breaking.other_name, 11),
    ("exchanged names", breaking.exchange_names, 6),
    ("exchanged values", breaking.exchange_values, 2),
    ("speaker", breaking.other_speaker, 3),
    ("negation", twisting.negate, 12),
    ("opposite", twisting.opposite, 10),
    ("antonym", twisting.antonym, 8),
    ("noun", twisting.other_noun, 8),
    ("other end", adding.exchange_end, 5),
)
# With these the sentence without the edit says less, and is true.
_MORE: tuple[tuple[str, Edit, float], ...] = (
    ("overstated", twisting.overstate, 3),
    ("added phrase", adding.add_phrase, 6),
    ("added statement", adding.add_statement, 5),
    ("personal", adding.add_personal, 3),
)
_UNTOLD_SHARE = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned:
    """A setting whose evidence was edited, and what follows."""

    setting: Setting
    wrong: tuple[tuple[str, str], ...]  # kind and sentence of what the evidence no longer says
    edited: tuple[str, ...]  # sentences of the evidence that the true claims should come from first


def turn(setting: Setting, usable: Sequence[str], made: Counter[str]) -> Turned:
    """Edit up to two of the `usable` sentences of the evidence that no model retold.

    `made` counts the kinds so far, and is added to.
    """
    draw = setting.draw
    usable = [one for one in usable if one not in retold()]
    count = min(len(usable), draw.choice(_TURNED))
    wrong: list[tuple[str, str]] = []
    edited: list[str] = []
    evidence = list(setting.evidence)
    for sentence in draw.sample(usable, count):
        found = _edit(sentence, setting, made)
        if found is None:
            continue
        kind, instead = found
        made[kind] += 1
        evidence[evidence.index(sentence)] = instead
        edited.append(instead)
        if kind not in {name for name, *_ in _MORE}:
            wrong.append((kind, sentence))
    return Turned(setting=replace(setting, evidence=tuple(evidence)), wrong=tuple(wrong), edited=tuple(edited))


def _edit(sentence: str, setting: Setting, made: Counter[str]) -> tuple[str, str] | None:
    """The first edit that finds a place, of the kinds that are most wanting."""
    kinds = [*_ALTERING, *_MORE, (UNTOLD, _leave_out, _UNTOLD_SHARE)]
    for kind, edit, _ in sorted(kinds, key=lambda one: made[one[0]] / one[2] + 0.2 * setting.draw.random()):
        instead = edit(sentence, setting)
        if instead and instead != sentence and instead not in setting.evidence:
            return kind, instead
    return None


def _leave_out(sentence: str, setting: Setting) -> str | None:
    """The sentence without something that it says; not only without a "however"."""
    for _, edit, _ in setting.draw.sample(SHORTENING, len(SHORTENING)):
        shorter = edit(sentence, setting)
        if shorter is not None:
            rest = set(re.findall(r"\w+", shorter.lower()))
            gone = [one for one in re.findall(r"\w+", sentence.lower()) if one not in rest]
            if any(one[0].isdigit() for one in gone) or sum(len(one) > 3 for one in gone) >= _TOLD_WORDS:
                return shorter
    return None

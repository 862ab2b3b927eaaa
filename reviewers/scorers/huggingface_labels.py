"""Which class of a model means that a claim is supported, or that a token is made up: read from its own labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from reviewers.errors import Invalid

Family = Literal["entailment", "hallucination", "minicheck"]  # of models that read pairs of texts
PAIR_FAMILIES: tuple[Family, ...] = get_args(Family)

# What model cards call the class of a supported claim.
_SUPPORTED = {
    "entailment": ("entailment", "entailed", "entails", "yes", "supported", "supports"),
    "hallucination": ("consistent", "factual", "grounded", "supported", "faithful", "not_hallucinated", "correct"),
    "minicheck": ("supported", "supports", "yes", "entailment", "consistent"),
}
_UNSUPPORTED = {
    "entailment": ("not_entailment", "contradiction", "neutral", "no"),
    "hallucination": ("hallucinated", "hallucination", "inconsistent", "unsupported", "unfaithful", "not_factual"),
    "minicheck": ("unsupported", "not_supported", "no", "inconsistent", "not_entailment"),
}
_UNNAMED = ["label_0", "label_1"]
_MADE_UP = ("hallucinated", "hallucination", "hal", "unsupported", "b_hal", "i_hal", "1")


def supported_class(labels: Mapping[int, str], family: Family, named: str = "") -> int:
    """Which class means "supported". Raises Invalid where the labels do not say it.

    MiniCheck's own checkpoints name no labels: there 1 is "supported" (Tang, Laban and Durrett, 2024).
    """
    plain = _plain(labels)
    if named:
        wanted = named.strip().lower().replace("-", "_").replace(" ", "_")
        found = [index for index, label in plain.items() if label == wanted]
    else:
        found = [index for index, label in plain.items() if label in _SUPPORTED[family]]
        unsupported = [index for index, label in plain.items() if label in _UNSUPPORTED[family]]
        if not found and len(labels) == 2 and len(unsupported) == 1:
            found = [index for index in plain if index not in unsupported]
        if not found and family == "minicheck" and sorted(plain.values()) == _UNNAMED:
            found = [1]
    if len(labels) == 1:
        return 0
    if len(found) != 1:
        raise Invalid(
            "supported_label",
            f"The labels of the model are {', '.join(labels.values())}. Write the one that means supported behind its "
            f"name in WHETSTONE_SCORERS: hf:{family}:NAME#{next(iter(labels.values()))}",
        )
    return found[0]


def made_up_classes(labels: Mapping[int, str]) -> list[int]:
    """Which classes of a token mean "made up". Raises Invalid where the labels do not say it.

    LettuceDetect's checkpoints name no labels: there 1 is "hallucinated" (Kovács and Recski, 2025).
    """
    plain = _plain(labels)
    if sorted(plain.values()) == _UNNAMED:
        return [1]
    found = [index for index, label in plain.items() if label in _MADE_UP]
    if not found or len(found) == len(labels):
        raise Invalid(
            "scorers", f"The labels of the model are {', '.join(labels.values())}: none of them says made up."
        )
    return found


def _plain(labels: Mapping[int, str]) -> dict[int, str]:
    return {index: label.strip().lower().replace("-", "_").replace(" ", "_") for index, label in labels.items()}

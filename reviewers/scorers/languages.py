"""In which language a text is written, by `py3langid` (BSD-3-Clause): a naive Bayes model from the package itself."""

from __future__ import annotations

from threading import Lock
from typing import Any

LETTERS_NEED = 20  # our choice: of "Ja." or "OK" the model says anything
SURE = 0.9  # probability from which on its answer is taken
LONGEST = 2_000  # characters that are read


class LanguageGuess:
    """Names languages by ISO 639-1. Loads its model (half a second, some 60 MB) at the first text."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._identifier: Any = None

    def __call__(self, text: str) -> str:
        """The language, such as "en"; empty where the text is too short, or the model is not sure.

        One language is named of a text that mixes several. Numbers, code and addresses count as no letters of any.
        """
        if sum(letter.isalpha() for letter in text[:LONGEST]) < LETTERS_NEED:
            return ""
        name, probability = self._load().classify(text[:LONGEST])
        return str(name) if float(probability) >= SURE else ""

    def _load(self) -> Any:
        with self._loading:
            if self._identifier is None:
                from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

                self._identifier = LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)
        return self._identifier

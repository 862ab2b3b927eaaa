"""Languages are named where a text tells them, and only there."""

import pytest

from reviewers.scorers.languages import LanguageGuess


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You can withdraw cash for free at every machine in the euro zone.", "en"),
        ("Die Gebühr für Bargeld im Ausland beträgt zwei Prozent der Summe.", "de"),
        ("Les retraits à l'étranger coûtent deux pour cent du montant retiré.", "fr"),
        ("Los retiros en el extranjero cuestan el dos por ciento del importe.", "es"),
        ("海外での現金の引き出しには、金額の二パーセントの手数料がかかります。", "ja"),
    ],
)
def test_sentence_is_in_its_language(text: str, language: str) -> None:
    """One sentence is enough."""
    assert LanguageGuess()(text) == language


@pytest.mark.parametrize("text", ["", "Ja.", "OK", "[1] 42", "https://a.b/1", "\x00\ud800"])
def test_of_few_letters_nothing_is_said(text: str) -> None:
    """Too little is said as that."""
    assert LanguageGuess()(text) == ""
